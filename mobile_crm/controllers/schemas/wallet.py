from pydantic import Field

from .base import Output, Schema


class GooglePass(Output):
    """Where the customer saves a pass."""

    url: str = Field(description='To be opened as it is, behind the button "Add to Google Wallet"')


class PassScan(Schema):
    """What a till has scanned of a pass in a wallet."""

    qr: str = Field(min_length=1, max_length=500)
