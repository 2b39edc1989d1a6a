"""A software authenticator: what a phone's secure element does with passkeys, on the P-256 curve (WebAuthn level 3)."""
import base64
import hashlib
import json
import secrets

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED = 0x01, 0x04


def encode(raw):
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip('=')


class Authenticator:
    """One passkey.

    :param str rp_id: whose website it is for
    :param origin: where its owner answers
    :param bool counts: whether it counts how often it has signed
    """

    def __init__(self, rp_id, origin, counts=True):
        self.rp_id, self.origin = rp_id, origin
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.sign_count = 0
        self.counts = counts
        self.user_handle = None

    def register(self, user):
        """Store its public part with Odoo, as the portal does.

        :param user: ``res.users``
        """
        numbers = self.private_key.public_key().public_numbers()
        # COSE: kty EC2, alg ES256, crv P-256.
        cose = cbor2.dumps({
            1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, 'big'), -3: numbers.y.to_bytes(32, 'big')})
        user.env.cr.execute(
            """INSERT INTO auth_passkey_key (name, credential_identifier, public_key, sign_count, create_uid,
                                             create_date, write_date)
               VALUES ('Test', %s, %s, 0, %s, now(), now()) RETURNING id""",
            (encode(self.credential_id), base64.urlsafe_b64encode(cose).decode(), user.id))
        self.user_handle = encode(str(user.id).encode())
        return user.env['auth.passkey.key'].browse(user.env.cr.fetchone())

    def answer(self, options, flags=USER_PRESENT | USER_VERIFIED, **client_data):
        """Return the JSON that a phone sends for these options.

        :param dict options: as the API gave them.
        :param int flags: of the authenticator data.
        :param client_data: to replace what the browser says of the ceremony.
        """
        if self.counts:
            self.sign_count += 1
        client = json.dumps({
            'type': 'webauthn.get', 'challenge': options['challenge'], 'origin': self.origin, 'crossOrigin': False,
            **client_data}).encode()
        data = hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, 'big')
        signature = self.private_key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            'id': encode(self.credential_id), 'rawId': encode(self.credential_id), 'type': 'public-key',
            'authenticatorAttachment': 'platform', 'clientExtensionResults': {},
            'response': {
                'clientDataJSON': encode(client), 'authenticatorData': encode(data), 'signature': encode(signature),
                'userHandle': self.user_handle},
        }
