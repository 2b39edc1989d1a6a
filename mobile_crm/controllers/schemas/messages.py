from typing import Literal

from pydantic import Field

from .base import Output, Page, Schema, Text, UtcInput, UtcOutput, Uuid

SENT_AT = "The phone's own clock as it sends this. By it the server puts the times right where that clock is wrong"


class Message(Output):
    """A message in the customer's inbox."""

    id: Uuid
    kind: Literal['offer', 'answer', 'notice'] = Field(
        description="An offer of ours, an answer to the customer, or anything else")
    title: str
    body: Text
    sent_at: UtcOutput
    read_at: UtcOutput | None
    expires_at: UtcOutput | None = Field(
        description='Until when it is worth a notification; after that it is for the inbox alone. When the offer ends, '
                    'the offer says')
    offer_id: Uuid | None
    enquiry_id: Uuid | None = Field(description='Of the conversation to which it is an answer')
    link: Text
    image_url: str | None = Field(description='Of the picture, which needs no sign-in')

    @classmethod
    def of(cls, message):
        """Return a ``mobile.message`` as its customer sees it."""
        return cls(
            id=message.uuid,
            kind=message._kind(),
            title=message.title,
            body=message.body,
            sent_at=message.sent_at,
            read_at=message.opened_at or None,
            expires_at=message.expires_at or None,
            offer_id=message.sudo().card_id.mobile_uuid or None,
            enquiry_id=message.sudo().enquiry_id.uuid or None,
            link=message.link,
            image_url=message.sudo().campaign_id.image_url or None,
        )


class MessagePage(Page[Message]):
    """One page of messages."""


class Delivery(Schema):
    """That a message has arrived."""

    at: UtcInput | None = Field(None, description='When it arrived, by the clock of the phone; now when left out')
    sent_at: UtcInput | None = Field(None, description=SENT_AT)


class Receipt(Schema):
    """What became of one message on the phone."""

    id: Uuid = Field(description='Of the message, as the push and the inbox name it')
    status: Literal['delivered', 'opened', 'dismissed'] = Field(
        description='The phone has it, the customer has opened it, or has put the notification away')
    at: UtcInput | None = Field(None, description='When, by the clock of the phone; now when left out')


class ReceiptBatch(Schema):
    """What became of messages since the phone told last, in any order."""

    receipts: list[Receipt] = Field(min_length=1, max_length=200)
    sent_at: UtcInput | None = Field(None, description=SENT_AT)


class RejectedReceipt(Output):
    """A receipt that was not noted. Sending it again is of no use."""

    id: Uuid
    code: str
    detail: str


class ReceiptAnswer(Output):
    """What became of a batch of receipts."""

    accepted: int = Field(description='One that was noted before counts as well, and changes nothing')
    rejected: list[RejectedReceipt]
