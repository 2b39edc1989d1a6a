from typing import Any, Literal

from pydantic import Field

from .base import Output, Schema

BASE64URL = r'^[A-Za-z0-9_-]+$'


class PasskeyOptions(Output):
    """What to ask the authenticator for: WebAuthn's PublicKeyCredentialRequestOptions."""

    challenge: str = Field(description='Base64url; good for one answer, on this device')
    rp_id: str
    timeout: int = Field(description='Milliseconds')
    user_verification: Literal['required']


class Assertion(Schema):
    """What the authenticator has signed: WebAuthn's AuthenticatorAssertionResponseJSON, in its own words."""

    client_data_json: str = Field(alias='clientDataJSON', max_length=4000, pattern=BASE64URL)
    authenticator_data: str = Field(alias='authenticatorData', max_length=4000, pattern=BASE64URL)
    signature: str = Field(max_length=2000, pattern=BASE64URL)
    user_handle: str | None = Field(None, alias='userHandle', max_length=200)


class PasskeyAnswer(Schema):
    """The authenticator's answer: WebAuthn's AuthenticationResponseJSON, as PublicKeyCredential.toJSON() gives it."""

    id: str = Field(max_length=2000, pattern=BASE64URL)
    raw_id: str = Field(alias='rawId', max_length=2000, pattern=BASE64URL)
    response: Assertion
    type: Literal['public-key']
    authenticator_attachment: Literal['platform', 'cross-platform'] | None = Field(
        None, alias='authenticatorAttachment')
    client_extension_results: dict[str, Any] = Field(default_factory=dict, alias='clientExtensionResults')
