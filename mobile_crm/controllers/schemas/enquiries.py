from typing import Annotated, Literal

from pydantic import Field

from .base import Output, Page, RecordId, Schema, Text, UtcInput, UtcOutput, Uuid

Words = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r'\S')]
EnquiryStatus = Literal['open', 'answered', 'closed']


class Callback(Schema):
    """The wish to be called."""

    at: UtcInput | None = Field(
        None, description='When; left out: as soon as possible. While the store is closed, it is when it opens')
    phone: str | None = Field(
        None, min_length=3, max_length=50, description='At which number; left out: the verified one')


class NewEnquiry(Schema):
    """A question of the customer."""

    subject: str = Field(min_length=1, max_length=200, pattern=r'\S')
    message: Words
    product_id: RecordId | None = Field(None, description='What it is about')
    store_id: RecordId | None = Field(None, description='Who is asked; without one it goes to whose turn it is')
    callback: Callback | None = None

    def to_values(self):
        """Return the question as ``mobile.enquiry._mobile_ask`` takes it."""
        return self.model_dump()


class NewEnquiryMessage(Schema):
    """What the customer writes."""

    text: Words


class EnquiryReceipt(Output):
    """A question that somebody will answer."""

    id: Uuid = Field(description='Of the conversation; the same when a question about the same thing goes on with it')
    callback_at: UtcOutput | None = Field(description='When the customer will be called')

    @classmethod
    def of(cls, enquiry):
        """Return a ``mobile.enquiry`` that has just been asked."""
        return cls(id=enquiry.uuid, callback_at=enquiry.callback_at or None)


class EnquiryMessage(Output):
    """What somebody said."""

    id: Uuid = Field(description='Of an answer: that of the message in the inbox')
    enquiry_id: Uuid
    from_: Literal['me', 'staff'] = Field(serialization_alias='from')
    name: Text = Field(description='Who answered')
    text: str
    at: UtcOutput

    @classmethod
    def of(cls, line):
        """Return a ``mobile.enquiry.message`` as its customer sees it."""
        return cls(
            id=line.uuid,
            enquiry_id=line.enquiry_id.uuid,
            from_='me' if line.origin == 'customer' else 'staff',
            name=line.name,
            text=line.text,
            at=line.posted_at,
        )


class Enquiry(Output):
    """A conversation of the customer with the staff."""

    id: Uuid
    subject: str
    status: EnquiryStatus = Field(description='open: it waits for an answer; closed: what is written now begins anew')
    created_at: UtcOutput
    updated_at: UtcOutput = Field(description='When something was said last')
    store_id: int | None
    product_id: int | None
    callback_at: UtcOutput | None = Field(description='When the customer is called')

    @classmethod
    def of(cls, enquiry):
        """Return a ``mobile.enquiry`` (elevated) as its customer sees it."""
        # What a customer cannot look up any more is not named.
        store, product = enquiry.store_id, enquiry.product_id
        return cls(
            id=enquiry.uuid,
            subject=enquiry.subject,
            status=enquiry.status,
            created_at=enquiry.create_date,
            updated_at=max(filter(None, (enquiry.asked_at, enquiry.answered_at))),
            store_id=store.id if store.active else None,
            product_id=product.id if product.active else None,
            callback_at=enquiry.callback_at or None,
        )


class EnquiryDetail(Enquiry):
    """A conversation of the customer with the staff, and what was said."""

    messages: list[EnquiryMessage] = Field(description='The oldest first; the latest 100')

    @classmethod
    def of(cls, enquiry):
        """Return a ``mobile.enquiry`` (elevated) as its customer sees it, with what was said."""
        return cls(
            **Enquiry.of(enquiry).model_dump(),
            messages=[EnquiryMessage.of(line) for line in enquiry._latest_lines()])


class EnquiryPage(Page[Enquiry]):
    """One page of conversations."""
