from typing import Literal

from pydantic import Field

from .base import Output, Uuid


class PushKey(Output):
    """What a browser subscribes with."""

    provider: Literal['webpush']
    public_key: str = Field(description='applicationServerKey: a point on P-256 in base64url')


class PushTest(Output):
    """A notification that is on its way to the phone that has asked for it."""

    id: Uuid = Field(description='Of the message, as the push and the inbox name it')
