from typing import Literal

from pydantic import Field, model_validator

from odoo.addons.mobile_crm.controllers.schemas.base import Output, Page, RecordId, Schema, UtcOutput, Uuid

# Different products that a store puts aside at once.
MAX_LINES = 20
ReservationStatus = Literal['held', 'ready', 'collected', 'expired', 'cancelled']


class NewReservationLine(Schema):
    """So much of one product, named by its id or by what is printed on it."""

    product_id: RecordId | None = None
    barcode: str | None = Field(None, min_length=1, max_length=500, description='In any of its spellings')
    quantity: float = Field(1, gt=0, le=10_000, description="In the product's own unit")

    @model_validator(mode='after')
    def _one_of_both(self):
        if (self.product_id is None) == (self.barcode is None):
            raise ValueError("Send either a product_id or a barcode")
        return self


class NewReservation(Schema):
    """What a store is to put aside."""

    store_id: RecordId
    lines: list[NewReservationLine] = Field(min_length=1, max_length=MAX_LINES)


class ReservationStore(Output):
    """Where the goods are."""

    store_id: int
    name: str


class ReservationLine(Output):
    """So much of one product."""

    product_id: int
    name: str = Field(description="In the caller's language")
    quantity: float
    unit: str


class Reservation(Output):
    """Goods that a store puts aside for the customer."""

    id: Uuid
    name: str = Field(description='What people call it')
    status: ReservationStatus = Field(
        description='held: the goods are reserved; ready: they are off the shelf and wait for the customer')
    created_at: UtcOutput
    ready_at: UtcOutput | None
    expires_at: UtcOutput = Field(description='Until when the goods are there')
    ended_at: UtcOutput | None = Field(description='When they were collected or went back')
    store: ReservationStore
    lines: list[ReservationLine]
    code: str = Field(description='What the customer says or shows at the store')
    qr: str = Field(description='The text of a QR code that says the same')

    @classmethod
    def of(cls, reservation):
        """Return a ``mobile.reservation`` (elevated) as its customer sees it."""
        return cls(
            id=reservation.uuid,
            name=reservation.name,
            status=reservation._status(),
            created_at=reservation.create_date,
            ready_at=reservation.ready_at or None,
            expires_at=reservation.expires_at,
            ended_at=reservation.ended_at or None,
            store=ReservationStore(store_id=reservation.store_id.id, name=reservation.store_id.name),
            lines=[
                ReservationLine(product_id=line.product_id.id, name=line.product_id.display_name,
                                quantity=line.quantity, unit=line.uom_id.name)
                for line in reservation.line_ids],
            code=reservation.code,
            qr=reservation.code,
        )


class ReservationPage(Page[Reservation]):
    """One page of reservations."""
