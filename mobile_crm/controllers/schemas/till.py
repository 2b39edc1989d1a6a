from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Money, Output, RecordId, Schema, Text, UtcInput, UtcOutput, Uuid
from .offers import Offer

# Decimal, without a sign.
Decimal = Annotated[str, Field(pattern=r'^\d{1,12}(\.\d{1,6})?$', description='A decimal number, without a sign')]
Status = Literal['held', 'confirmed', 'void', 'returned', 'conflict']


class TillMoney(Schema):
    """An amount in the shop's currency."""

    amount: Decimal
    currency: str = Field(pattern=r'^[A-Z]{3}$', description='ISO 4217')


# In the shop's currency where none is named.
Amount = TillMoney | Decimal | None


class Redeem(Schema):
    """A coupon that a till has scanned; or has accepted while it was without the network."""

    code: str | None = Field(None, min_length=1, max_length=64, description='As it was typed or scanned')
    qr: str | None = Field(None, min_length=1, max_length=1000, description='The text of a QR code')
    store_id: RecordId = Field(description='Where the till stands')
    order_ref: str = Field(min_length=1, max_length=64, description='What the till calls the order')
    amount: Amount = Field(None, description='What the order comes to without the coupon')
    accepted_at: UtcInput | None = Field(None, description='When a till without the network has accepted it')
    discount: Amount = Field(None, description='What that till took off')

    @model_validator(mode='after')
    def _one_of_both(self):
        if (self.code is None) == (self.qr is None):
            raise ValueError("Send either a code or a qr")
        return self


class Confirmation(Schema):
    """What came of the order; left out, it is what was said before."""

    amount: Amount = Field(None, description='What the order came to without the coupon')
    discount: Amount = Field(None, description='What the coupon took off')


class Conflict(Output):
    """Why a coupon was not good that a till has accepted."""

    reason: Text
    order_ref: str | None = Field(description='By which order it was spent before')


class Redemption(Output):
    """A coupon at a till."""

    id: Uuid
    status: Status
    offer: Offer
    order_ref: str
    store_id: int | None
    expires_at: UtcOutput | None = Field(description='Until when it is held')
    worth: Money | None = Field(
        description='What the coupon takes off the order; null when the total alone does not tell')
    conflict: Conflict | None

    @classmethod
    def of(cls, row):
        """Return a ``mobile.redemption`` (elevated)."""
        worth = row.discount if row.confirmed_at else row._worth()
        return cls(
            id=row.uuid,
            status=row.state,
            offer=Offer.of(row.card_id),
            order_ref=row.order_ref,
            store_id=row.store_id.id or None,
            expires_at=row.expires_at or None,
            worth=None if worth is None else Money.of(worth, row.currency_id),
            conflict=Conflict(reason=row.conflict_reason, order_ref=row.conflict_id.order_ref or None)
            if row.state == 'conflict' else None,
        )
