import secrets
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from odoo import api, models
from odoo.tools import SQL, consteq, hmac

from odoo.addons.auth_passkey._vendor.webauthn import (
    base64url_to_bytes,
    verify_authentication_response,
)
from odoo.addons.auth_passkey._vendor.webauthn.helpers import (
    bytes_to_base64url,
    parse_client_data_json,
)

from ..tools.problems import Problem
from ..tools.racing import execute_racing

# Seconds for which a challenge can be answered.
LIFETIME = 300
NONCE_BYTES = 16
INSTANT_BYTES = 8


class AuthPasskeyKey(models.Model):
    """Sign-in by Odoo's passkeys on a phone; they are made in Odoo's portal."""

    _inherit = 'auth.passkey.key'

    # === BUSINESS METHODS: by phone === #

    @api.model
    def _mobile_options(self, device):
        """Return what a phone asks its authenticator for (WebAuthn level 3, section 5.5).

        Nothing is stored: the challenge tells for whom it is and until when, and only we can have made it.

        :param device: ``mobile.device``, the only one that can answer.
        :rtype: dict
        """
        stamp = secrets.token_bytes(NONCE_BYTES) + (int(time.time()) + LIFETIME).to_bytes(INSTANT_BYTES, 'big')
        return {
            'challenge': bytes_to_base64url(stamp + self._mobile_seal(device, stamp)),
            'rp_id': urlsplit(self.get_base_url()).hostname,
            'timeout': LIFETIME * 1000,
            'user_verification': 'required',
        }

    @api.model
    def _mobile_verify(self, device, assertion):
        """Return the customer whose passkey has answered a challenge of ours, on the device that got it.

        Each challenge is good for one try. The problem is to be returned and not raised, so that the try counts; it is
        the same for an unknown passkey, a wrong signature, and a challenge that was never given.

        :param dict assertion: ``PublicKeyCredential.toJSON()``.
        :rtype: ResUsers | Problem
        """
        refusal = Problem('passkey_invalid')
        challenge = self._mobile_spend_challenge(device, assertion)
        key = self.sudo().search([('credential_identifier', '=', assertion['id'])])
        if not challenge or not key:
            return refusal
        user = key.create_uid
        handle = assertion['response'].get('userHandle')
        if handle and handle.rstrip('=') != bytes_to_base64url(str(user.id).encode()):
            return refusal
        base = urlsplit(self.get_base_url())
        verified = _unless_malformed(
            verify_authentication_response,
            credential=assertion,
            expected_challenge=challenge,
            expected_rp_id=base.hostname,
            expected_origin=[f'{base.scheme}://{base.netloc}', *device.app_id._passkey_origins()],
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
        if not verified or not key._mobile_count(verified.new_sign_count):
            return refusal
        if not user._is_portal():
            return Problem('staff_account')
        if not user.active or not user.partner_id.active:
            return Problem('forbidden')
        if device.company_id not in user.company_ids:
            user.company_ids += device.company_id
        return user

    @api.model
    def _mobile_spend_challenge(self, device, assertion):
        """Return the challenge that an assertion answers, if it is ours and has not been answered yet.

        :rtype: bytes | None
        """
        answered = _unless_malformed(
            lambda: parse_client_data_json(base64url_to_bytes(assertion['response']['clientDataJSON'])))
        challenge = answered.challenge if answered else b''
        stamp, seal = challenge[:NONCE_BYTES + INSTANT_BYTES], challenge[NONCE_BYTES + INSTANT_BYTES:]
        if not consteq(seal, self._mobile_seal(device, stamp)):
            return None
        expires = int.from_bytes(stamp[NONCE_BYTES:], 'big')
        if expires <= time.time():
            return None
        expires_at = datetime.fromtimestamp(expires, UTC).replace(tzinfo=None)
        is_first = self.env['mobile.nonce'].sudo()._spend('passkey', stamp.hex(), expires_at)
        return challenge if is_first else None

    @api.model
    def _mobile_seal(self, device, stamp):
        return bytes.fromhex(hmac(self.env(su=True), 'mobile_crm.passkey', (device.uuid, stamp.hex())))

    def _mobile_count(self, sign_count):
        """Write the authenticator's new count; of two who use the same count one is a copy, and fails.

        An authenticator that does not count says 0 each time.

        :rtype: bool
        """
        self.ensure_one()
        self.flush_recordset()
        counted = execute_racing(self.env, SQL(
            """UPDATE auth_passkey_key SET sign_count = %(count)s
                WHERE id = %(id)s AND (sign_count < %(count)s OR (sign_count = 0 AND %(count)s = 0)) RETURNING id""",
            id=self.id, count=sign_count))
        self.invalidate_recordset(['sign_count'])
        return bool(counted)


def _unless_malformed(parse, **arguments):
    """Return what a parser makes of a client's bytes, or None when it fails over them in whatever way.

    No database is in here, so no error is lost that Odoo would have to see.
    """
    try:
        return parse(**arguments)
    except Exception:  # noqa: BLE001 -- the library raises all kinds, and what was wrong is told to nobody
        return None
