from typing import Literal

from pydantic import Field

from .base import Output


class PushKey(Output):
    """What a browser subscribes with."""

    provider: Literal['webpush']
    public_key: str = Field(description='applicationServerKey: a point on P-256 in base64url')
