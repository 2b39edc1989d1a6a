from typing import Literal

from pydantic import Field

from .base import Output, Schema, Uuid
from .devices import TokenPair
from .me import Customer


class OtpRequest(Schema):
    """Where to send a one-time code."""

    channel: Literal['sms', 'email']
    address: str = Field(min_length=3, max_length=254, description='A phone number or an email address')
    purpose: Literal['sign_in', 'change_address'] = Field(
        'sign_in', description='change_address: the signed-in customer will sign in with this one from now on')


class OtpChallenge(Output):
    """A code is on its way; the same for known and unknown addresses."""

    challenge_id: Uuid
    expires_in: int = Field(description='Seconds that the code is good for')


class OtpAnswer(Schema):
    """The code that came."""

    challenge_id: Uuid
    code: str = Field(pattern=r'^[0-9]{6}$')


class SignIn(TokenPair):
    """A signed-in customer and the device's new tokens."""

    customer: Customer


class ClientCredentials(Schema):
    """What a till signs in with."""

    grant_type: Literal['client_credentials'] = 'client_credentials'
    client_id: str = Field(min_length=1, max_length=100)
    client_secret: str = Field(min_length=1, max_length=200)


class TillToken(Output):
    """What opens the till's part of the API."""

    access_token: str
    token_type: Literal['Bearer']
    expires_in: int = Field(description='Seconds that the access token lives')


class Logout(Schema):
    """How far to sign out."""

    everywhere: bool = Field(False, description='On all devices of the customer, not only on this one')


class Refresh(Schema):
    """A refresh token, good once."""

    refresh_token: str = Field(min_length=1, max_length=200)
