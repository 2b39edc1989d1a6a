from datetime import date
from typing import Any, Literal

from pydantic import Field

from odoo.tools import hmac

from .base import Output, RecordId, Schema, UtcOutput


class CustomerUpdate(Schema):
    """What a customer may change of themselves; what is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=200, pattern=r'\S')
    email: str | None = Field(None, min_length=3, max_length=254)
    language: str | None = Field(None, max_length=35, description='BCP 47')
    birthdate: date | None = Field(None, ge=date(1900, 1, 1), description='From 1900 to today')
    favourite_store_ids: list[RecordId] | None = Field(None, max_length=100)


class Customer(Output):
    """The signed-in customer."""

    id: str = Field(description='The same on all of their phones, whatever they change, and nobody else\'s')
    name: str
    email: str | None
    phone: str | None = Field(description='E.164')
    language: str = Field(description='BCP 47')
    birthdate: date | None
    favourite_store_ids: list[int]

    @classmethod
    def of(cls, partner):
        """Return a ``res.partner`` as they see themselves."""
        # Named, because the first field that is read otherwise brings all of a contact's columns along.
        partner.fetch([
            'name', 'email', 'mobile_verified_phone', 'phone_sanitized', 'lang', 'mobile_birthdate',
            'mobile_favourite_store_ids'])
        return cls(
            # Not the contact's own, which would tell how many there are.
            id=hmac(partner.sudo().env, 'mobile-customer', partner.id)[:32],
            name=partner.name,
            email=partner.email or None,
            phone=partner.mobile_verified_phone or partner.phone_sanitized or None,
            language=(partner.lang or 'en_US').replace('_', '-'),
            birthdate=partner.mobile_birthdate or None,
            favourite_store_ids=partner.mobile_favourite_store_ids.ids,
        )


class ExportedField(Output):
    """What a field of the records below means."""

    label: str
    meaning: str
    type: Literal['text', 'integer', 'number', 'boolean', 'date', 'datetime', 'record', 'records', 'object', 'file']


class ExportedModel(Output):
    """All records of one kind that concern the customer."""

    model: str
    name: str
    why: list[str] = Field(description='The fields that lead from these records to the customer')
    fields: dict[str, ExportedField]
    records: list[dict[str, Any]]


class Export(Output):
    """Everything that is held about the customer."""

    generated_at: UtcOutput
    customer: Customer
    models: list[ExportedModel]


class Erasure(Output):
    """The customer is forgotten after this."""

    due_at: UtcOutput = Field(description='Until then, signing in again cancels it')
