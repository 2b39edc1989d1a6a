from ..tools.problems import Problem
from .base import MobileController
from .routing import mobile_route
from .schemas.auth import (
    ClientCredentials,
    OtpAnswer,
    OtpChallenge,
    OtpRequest,
    Refresh,
    SignIn,
    TillToken,
)
from .schemas.devices import TokenPair
from .schemas.me import Customer


class Auth(MobileController):

    @mobile_route('/auth/otp', methods=['POST'], auth='mobile_device', readonly=False, status=202,
                  problems=('too_many_requests',))
    def request_otp(self, body: OtpRequest) -> OtpChallenge:
        """Send a one-time code by text message or email."""
        challenge = self.env['mobile.otp'].sudo()._request_code(self._device(), body.channel, body.address)
        return OtpChallenge(challenge_id=challenge.uuid, expires_in=challenge._expires_in())

    @mobile_route('/auth/otp/verify', methods=['POST'], auth='mobile_device', readonly=False,
                  problems=('otp_invalid', 'staff_account', 'conflict'))
    def verify_otp(self, body: OtpAnswer) -> SignIn:
        """Sign in with the code.

        Somebody new becomes a customer. The tokens that the device had before are dead.
        """
        device = self._device()
        challenge = self.env['mobile.otp'].sudo()._verify(device, str(body.challenge_id), body.code)
        if isinstance(challenge, Problem):
            return challenge
        user = self.env['res.users'].sudo()._mobile_sign_in(challenge)
        device._sign_in(user)
        tokens = self.env['mobile.token'].sudo()._issue(device)
        return SignIn(customer=Customer.of(user.partner_id), **tokens)

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

        A refresh token that comes a second time was copied: then all tokens of its sign-in are dead.
        """
        tokens = self.env['mobile.token'].sudo()._rotate(body.refresh_token, self._app().id)
        return tokens if isinstance(tokens, Problem) else TokenPair(**tokens)

    @mobile_route('/auth/logout', methods=['POST'], auth='mobile_device', readonly=False, status=204)
    def logout(self) -> None:
        """End this device's sessions and sign its customer out."""
        self._device()._sign_out()
