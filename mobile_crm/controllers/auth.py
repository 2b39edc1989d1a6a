from odoo.http import request

from ..tools.problems import Problem
from . import repetition
from .base import MobileController
from .routing import mobile_route
from .schemas.auth import (
    ClientCredentials,
    Logout,
    OtpAnswer,
    OtpChallenge,
    OtpRequest,
    Refresh,
    SignIn,
    TillToken,
)
from .schemas.devices import TokenPair
from .schemas.me import Customer

# What a logout without a body means.
HERE = Logout()


class Auth(MobileController):

    @mobile_route('/auth/otp', methods=['POST'], auth='mobile_device', readonly=False, status=202,
                  problems=('sign_in_required', 'too_many_requests'))
    def request_otp(self, body: OtpRequest) -> OtpChallenge:
        """Send a one-time code by text message or email.

        There is one code for each address: the one before it dies.
        """
        Otp = self.env['mobile.otp'].sudo()
        challenge_id = Otp._request_code(
            self._device(), body.channel, body.address, request.httprequest.remote_addr, body.purpose)
        return OtpChallenge(challenge_id=challenge_id, expires_in=Otp._expires_in())

    @mobile_route('/auth/otp/verify', methods=['POST'], auth='mobile_device', readonly=False,
                  problems=('otp_invalid', 'staff_account', 'address_in_use', 'conflict'))
    def verify_otp(self, body: OtpAnswer) -> SignIn:
        """Sign in with the code, or change the customer's address by it.

        Somebody new becomes a customer. The tokens that the device had before are dead. A change of address ends the
        sessions of the customer's other devices too.
        """
        device = self._device()
        request_key = request.httprequest.headers.get(repetition.HEADER) or request.dispatcher.request_id
        tokens = device._answer_challenge(str(body.challenge_id), body.code, request_key)
        return tokens if isinstance(tokens, Problem) else SignIn(customer=Customer.of(device.partner_id), **tokens)

    @mobile_route('/auth/token', methods=['POST'], auth='none', readonly=False, problems=('client_invalid',))
    def till_token(self, body: ClientCredentials) -> TillToken:
        """Sign a till in by its secret.

        The token opens the till's operations and no others. There is no refresh: ask again before it expires.
        """
        till = self.env['mobile.app'].sudo()._find_till(body.client_id, body.client_secret)
        if not till:
            raise Problem('client_invalid')
        return TillToken(**self.env['mobile.token'].sudo()._issue_till(till))

    @mobile_route('/auth/refresh', methods=['POST'], auth='mobile_app', readonly=False,
                  problems=('token_invalid', 'token_expired', 'token_reused'))
    def refresh(self, body: Refresh) -> TokenPair:
        """Exchange a refresh token for a new pair, once.

        When the answer was lost, the same token can be sent once more within 60 seconds; the pair that was lost dies.
        Any other refresh token that comes a second time was copied: then all tokens of its sign-in are dead. So let
        only one refresh at a time be on its way.
        """
        tokens = self.env['mobile.token'].sudo()._rotate(body.refresh_token, self._app().id)
        return tokens if isinstance(tokens, Problem) else TokenPair(**tokens)

    @mobile_route('/auth/logout', methods=['POST'], auth='mobile_device', readonly=False, status=204)
    def logout(self, body: Logout = HERE) -> None:
        """End this device's sessions and sign its customer out, here or everywhere."""
        device = self._device()
        if body.everywhere:
            device._sign_out_everywhere()
        else:
            device._sign_out()
