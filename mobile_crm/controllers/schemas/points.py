from typing import Literal

from pydantic import Field

from .base import Money, Output, Page, UtcOutput, decimal


class Balance(Output):
    """What the caller has on one loyalty card, e-wallet or gift card."""

    id: int
    program: str
    type: Literal['loyalty', 'ewallet', 'gift_card']
    points: str = Field(description='A decimal number')
    unit: str = Field(description='"points", or the currency (ISO 4217) in which an e-wallet or gift card is kept')
    point_name: str = Field(description='What the shop calls its points')
    worth: Money | None = Field(description='What all of it would take off an order, where that is known')
    expires_at: UtcOutput | None

    @classmethod
    def of(cls, card):
        """Return a ``loyalty.card`` as its owner sees it."""
        card = card.sudo()
        worth = card._mobile_worth(card.points)
        return cls(
            id=card.id,
            program=card.program_id.name,
            type=card.program_type,
            points=decimal(card.points),
            unit=card._mobile_unit(),
            point_name=card.point_name or '',
            worth=None if worth is None else Money.of(worth, card.currency_id),
            expires_at=card._mobile_expiry(),
        )


class BalancePage(Page[Balance]):
    """One page of balances."""
