from pydantic import Field

from .base import Output, Page, Text, UtcOutput, Uuid


class Message(Output):
    """A message in the customer's inbox."""

    id: Uuid
    title: str
    body: Text
    sent_at: UtcOutput
    read_at: UtcOutput | None
    offer_id: Uuid | None
    enquiry_id: Uuid | None = Field(description='Of the conversation to which it is an answer')
    link: Text
    image_url: str | None = Field(description='Of the picture, which needs no sign-in')

    @classmethod
    def of(cls, message):
        """Return a ``mobile.message`` as its customer sees it."""
        return cls(
            id=message.uuid,
            title=message.title,
            body=message.body,
            sent_at=message.sent_at,
            read_at=message.opened_at or None,
            offer_id=message.sudo().card_id.mobile_uuid or None,
            enquiry_id=message.sudo().enquiry_id.uuid or None,
            link=message.link,
            image_url=message.sudo().campaign_id.image_url or None,
        )


class MessagePage(Page[Message]):
    """One page of messages."""
