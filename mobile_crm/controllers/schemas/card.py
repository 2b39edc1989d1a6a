from typing import Literal

from pydantic import Field

from .base import Output, RecordId, Schema, UtcOutput


class MemberCard(Output):
    """What the phone shows at the till."""

    member_id: str = Field(description='Always the same in this shop')
    qr: str = Field(description='The text of the QR code')
    expires_at: UtcOutput
    offline_qr: str = Field(description=(
        'The text of the QR code to show while there is no network: who the customer says they are, as the pass in a '
        'wallet. It earns points and takes none (`POST /till/passes`), and may be kept until they sign out'))


class CardKey(Output):
    """A public key (RFC 8037)."""

    kid: str
    kty: Literal['OKP']
    crv: Literal['Ed25519']
    x: str
    alg: Literal['EdDSA']
    use: Literal['sig']


class CardKeys(Output):
    """The keys by which this shop's cards are checked, as a JWK set (RFC 7517)."""

    keys: list[CardKey]


class CardScan(Schema):
    """What a till has scanned."""

    qr: str = Field(min_length=1, max_length=500)
    store_id: RecordId | None = Field(None, description='Where the till stands')


class Member(Output):
    """Who shows the card; no more than a till needs."""

    member_id: str
    name: str
    language: str = Field(description='BCP 47')
