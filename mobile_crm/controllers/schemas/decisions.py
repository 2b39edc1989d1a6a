from typing import Literal

from pydantic import Field

from .base import Output, Page, UtcOutput, Uuid


class Decision(Output):
    """Why a message came, or didn't."""

    at: UtcOutput
    campaign: str = Field(description="What the message is called")
    outcome: str = Field(description='sent or withheld')
    reason: str = Field(description='A stable code')
    text: str = Field(description='The reason in words for the customer')
    message_id: Uuid | None
    channel: Literal['inbox', 'push', 'sms', 'email'] | None = Field(
        description="By which way it set out, beside being in the app's inbox; null when it was withheld")

    @classmethod
    def of(cls, decision):
        """Return a ``mobile.decision`` as its customer sees it."""
        return cls(
            at=decision.decided_at,
            # The campaign's name is staff's own.
            campaign=decision.campaign_id._plain_title(),
            outcome=decision.outcome,
            reason=decision.reason,
            text=decision._customer_text(),
            message_id=decision.message_id.uuid or None,
            channel=decision.channel or None,
        )


class DecisionPage(Page[Decision]):
    """One page of decisions."""
