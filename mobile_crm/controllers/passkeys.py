from odoo.http import request

from ..tools.problems import Problem
from .base import MobileController
from .routing import mobile_route
from .schemas.auth import SignIn
from .schemas.me import Customer
from .schemas.passkeys import PasskeyAnswer, PasskeyOptions


class Passkeys(MobileController):

    @mobile_route('/auth/passkey/options', methods=['POST'], auth='mobile_device', readonly=False)
    def passkey_options(self) -> PasskeyOptions:
        """Begin to sign in with a passkey."""
        return PasskeyOptions(**self.env['auth.passkey.key']._mobile_options(self._device()))

    @mobile_route('/auth/passkey/verify', methods=['POST'], auth='mobile_device', readonly=False,
                  problems=('passkey_invalid', 'staff_account', 'forbidden', 'too_many_requests'))
    def verify_passkey(self, body: PasskeyAnswer) -> SignIn:
        """Sign in with the passkey's answer.

        Each challenge is good for one try. The tokens that the device had before are dead.
        """
        device = self._device()
        tokens = device._answer_passkey(
            body.model_dump(by_alias=True, exclude_none=True), request.httprequest.remote_addr)
        return tokens if isinstance(tokens, Problem) else SignIn(customer=Customer.of(device.partner_id), **tokens)
