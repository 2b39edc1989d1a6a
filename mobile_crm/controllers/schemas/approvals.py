from typing import Literal

from pydantic import Field

from .base import Money, Output, Page, PageQuery, UtcOutput, Uuid, decimal

ApprovalStatus = Literal['pending', 'approved', 'denied', 'expired', 'used', 'cancelled']


class ApprovalQuery(PageQuery):
    """What the caller was asked, newest first."""

    status: ApprovalStatus | None = None


class Approval(Output):
    """A question to the caller: may this order take so many points of yours?"""

    id: Uuid
    status: ApprovalStatus
    order: str = Field(description="The order's number")
    shop: str = Field(description='Who asks')
    program: str
    type: Literal['loyalty', 'ewallet']
    points: str = Field(description='What the order takes at most, a decimal number')
    unit: str = Field(description='"points", or the currency (ISO 4217) in which an e-wallet is kept')
    worth: Money = Field(description='What this takes off the order')
    asked_at: UtcOutput
    expires_at: UtcOutput
    answered_at: UtcOutput | None

    @classmethod
    def of(cls, approval):
        """Return a ``mobile.approval`` as its customer sees it."""
        approval = approval.sudo()
        card = approval.card_id
        return cls(
            id=approval.uuid,
            status=approval._status(),
            order=approval.order_id.name,
            shop=approval.company_id.name,
            program=card.program_id.name,
            type=card.program_type,
            points=decimal(approval.points),
            unit=card._mobile_unit(),
            worth=Money.of(approval.worth, approval.currency_id),
            asked_at=approval.asked_at,
            expires_at=approval.expires_at,
            answered_at=approval.answered_at or None,
        )


class ApprovalPage(Page[Approval]):
    """One page of questions."""
