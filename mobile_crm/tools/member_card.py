"""The member card: the text of a QR code that a till can check without the network.

    MC1.<key>.<member>.<device>.<issued at>.<nonce>.<signature>

Seven parts between dots. The signature is Ed25519 (RFC 8032) over all that stands before the last dot, so also over the
version. The key belongs to one company, and with it the card. Seconds are those of Unix; binary parts are base64url
without padding (RFC 4648), the member is base32. ``docs/api.md`` tells it to tills.

No key is stored: they are derived from the database's secret (HKDF, RFC 5869), one for each company and version.
"""
import base64
import binascii
import hashlib
import json
import re
import secrets
import uuid
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = 'MC1'
# Seconds for which a card is good.
LIFETIME = 60
NONCE_BYTES = 12
_CARD = re.compile(
    r'MC1\.[\w-]{8}\.(?P<member>[A-Z2-7]{26})\.(?P<device>[\w-]{22})\.(?P<issued>[1-9]\d{9})\.(?P<nonce>[\w-]{16})'
    r'\.(?P<signature>[\w-]{86})', re.ASCII)


class Card(NamedTuple):
    """What a card says, once its signature has been found right.

    :ivar str member: the member's public id
    :ivar str device: the public id of the phone that shows it
    :ivar int issued_at: seconds since 1970
    :ivar str nonce: 96 random bits
    """

    member: str
    device: str
    issued_at: int
    nonce: str


class Key:
    """The key with which one company signs its members' cards.

    :param str database_secret: what only the servers of this database know
    :param int company_id: whose it is
    :param int version: of the key, counted up to have a new one
    """

    def __init__(self, database_secret, company_id, version):
        self._private = Ed25519PrivateKey.from_private_bytes(
            _derive(database_secret, f'member card|{company_id}|{version}'))
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = {'crv': 'Ed25519', 'kty': 'OKP', 'x': _to_text(public)}
        # The thumbprint of RFC 7638, short enough for a QR code: it is to choose by, and secures nothing.
        thumbprint = hashlib.sha256(json.dumps(jwk, separators=(',', ':'), sort_keys=True).encode()).digest()
        self.kid = _to_text(thumbprint[:6])
        self.jwk = {**jwk, 'kid': self.kid, 'alg': 'EdDSA', 'use': 'sig'}

    def sign(self, member, device, issued_at):
        """Return the text of a new card.

        :param str member: see ``member_id``.
        :param str device: a UUID.
        :param int issued_at: seconds since 1970.
        """
        signed = '.'.join([
            VERSION, self.kid, member, _to_text(uuid.UUID(device).bytes), str(issued_at),
            _to_text(secrets.token_bytes(NONCE_BYTES))])
        return self.seal(signed)

    def seal(self, text):
        """Return a text with its signature after a last dot. Its first part says what is signed, so no text of one
        kind passes for another.
        """
        return f'{text}.{_to_text(self._private.sign(text.encode()))}'

    def is_sealed(self, text):
        """Tell whether ``seal`` has made a text; what stands after its last dot is base64url."""
        signed, _dot, signature = text.rpartition('.')
        try:
            self._private.public_key().verify(_to_bytes(signature), signed.encode())
        except InvalidSignature:
            return False
        return True

    def check(self, text):
        """Return what a card says, whatever the time.

        :rtype: Card | None
        """
        match = _CARD.fullmatch(text)
        if not match or not self.is_sealed(text):
            return None
        return Card(match['member'], str(uuid.UUID(bytes=_to_bytes(match['device']))), int(match['issued']),
                    match['nonce'])


def member_id(database_secret, company_id, partner_id):
    """Return the public id of a company's member: 26 symbols, always the same, that tell nothing to anybody else.

    It is the contact's id, encrypted with a key of the company: one block, and each id once, so there is nothing that
    a mode of operation would hide.
    """
    encryptor = _member_cipher(database_secret, company_id).encryptor()
    block = encryptor.update(partner_id.to_bytes(16, 'big')) + encryptor.finalize()
    return base64.b32encode(block).decode().rstrip('=')


def partner_id(database_secret, company_id, member):
    """Return the id of the contact that is this member, or None where the id is not of this company's making."""
    try:
        block = base64.b32decode(member + '======')
    except binascii.Error:
        return None
    decryptor = _member_cipher(database_secret, company_id).decryptor()
    number = int.from_bytes(decryptor.update(block) + decryptor.finalize(), 'big')
    # Of 2 ** 128 blocks those of contacts are so few that nobody finds another.
    return number if 0 < number < 2 ** 31 else None


def _member_cipher(database_secret, company_id):
    return Cipher(
        algorithms.AES(_derive(database_secret, f'member id|{company_id}')), modes.ECB())  # noqa: S305 -- one block


def _derive(database_secret, purpose):
    return HKDF(SHA256(), length=32, salt=None, info=f'mobile_crm|{purpose}'.encode()).derive(database_secret.encode())


def _to_text(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip('=')


def _to_bytes(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
