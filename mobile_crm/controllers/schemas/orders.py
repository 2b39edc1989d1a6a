from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from .base import Money, Output, Page, PageQuery, RecordId, Schema, UtcInput, UtcOutput, Uuid, decimal
from .baskets import Basket
from .products import Product

LineType = Literal['product', 'reward', 'delivery', 'part']
OrderStatus = Literal['confirmed', 'cancelled', 'returned', 'partly_returned', 'refund', 'basket']
Delivery = Literal['pending', 'partly', 'delivered']
# How many lines a list shows of each order.
LINES = 10


class OrderQuery(PageQuery):
    """The caller's purchases, newest first."""

    q: str | None = Field(
        None, max_length=100,
        description="Words that are all in the order's number, the names of its products or its store's")
    from_: UtcInput | None = Field(None, alias='from', description='Not before')
    to: UtcInput | None = Field(None, description='Before')
    store_id: RecordId | None = None
    status: Literal['basket'] | None = Field(None, description='The basket that is open, in place of purchases')

    @model_validator(mode='after')
    def _some_time(self):
        if self.from_ and self.to and self.from_ >= self.to:
            raise ValueError("`from` must be before `to`")
        return self


class OrderStore(Output):
    """Where it was bought."""

    id: int | None = Field(description='Null when the store is gone')
    name: str


class OrderLine(Output):
    """One line of a purchase."""

    type: LineType = Field(description='`reward`: what a coupon or points brought; `part`: of the combo before it')
    product_id: int | None = Field(description='Null when the product cannot be looked up in the app any more')
    name: str
    image_url: str | None
    barcode: str | None
    quantity: float
    unit: str | None
    unit_price: Money = Field(description='With taxes, after the discount')
    discount: float = Field(description='In percent; taken off already')
    total: Money = Field(description='With taxes, as it stands on the order')
    returned: float = Field(description='How many of them went back')


class OrderOffer(Output):
    """A coupon that was redeemed."""

    id: Uuid
    title: str
    discount: Money = Field(description='What it took off, with taxes')


class Order(Output):
    """A purchase of the caller."""

    id: str = Field(description='Opaque')
    name: str = Field(description="The order's or the receipt's number")
    date: UtcOutput
    channel: str = Field(
        description='`sale` (by a person of the shop), `shop` (online), `phone` (scanned in a store) or `till`; there '
                    'may be more one day')
    status: OrderStatus = Field(
        description='`refund`: money that a till gave back; its total is negative. `basket`: nothing was bought yet')
    store: OrderStore | None
    total: Money = Field(description='With taxes')
    line_count: int
    lines: list[OrderLine] = Field(description=f'In a list the first {LINES}')
    offers: list[OrderOffer]

    @classmethod
    def of(cls, facts):
        """Return a purchase as lists show it.

        :param OrderFacts facts:
        """
        return cls(**cls._values(facts, LINES))

    @classmethod
    def _values(cls, facts, count=None):
        head, lines, currency = facts.head, facts.lines, facts.currency
        return {
            'id': facts.public_id,
            'name': head.name,
            'date': head.date,
            'channel': head.channel,
            'status': facts.status,
            'store': head.store_name and OrderStore(
                id=head.store_id if head.store_active else None, name=head.store_name),
            'total': Money.of(head.total, currency),
            'line_count': len(lines),
            'lines': [_line(line, facts) for line in lines[:count]],
            'offers': [
                OrderOffer(id=card.mobile_uuid, title=title, discount=Money.of(-sum(
                    line.total for line in lines if line.card_id == card.id), currency))
                for card, title in facts.offers],
        }


def _line(line, facts):
    details = facts.details.get(line.product_id)
    return OrderLine(
        type=line.type,
        product_id=line.product_id if line.product_id in facts.visible and line.type != 'reward' else None,
        # A reward and a delivery have a name of their own.
        name=details.name if details and line.type in ('product', 'part') else line.name,
        image_url=details and details.image_url,
        barcode=details and details.barcode,
        quantity=line.quantity,
        unit=facts.units.get(line.uom_id),
        unit_price=Money.of(line.total / line.quantity, facts.currency),
        discount=line.discount,
        total=Money.of(line.total, facts.currency),
        returned=line.returned,
    )


class OrderTax(Output):
    """Taxes within the total."""

    name: str
    base: Money
    amount: Money


class OrderRefund(Output):
    """Money that was given back."""

    name: str = Field(description="The credit note's or the receipt's number")
    date: date
    total: Money


class OrderPoints(Output):
    """What a purchase brought to one of the caller's cards, and took from it; `GET /me/points` lists the cards."""

    card_id: int
    program: str
    unit: str = Field(description='"points", or the currency (ISO 4217) of an e-wallet')
    earned: str = Field(description='A decimal number')
    spent: str = Field(description='A decimal number')


class OrderDetail(Order):
    """A purchase of the caller, with all that is known of it."""

    untaxed: Money = Field(description='The total without taxes')
    taxes: list[OrderTax]
    points: list[OrderPoints]
    refunds: list[OrderRefund]
    refunded: Money = Field(description='All of them')
    delivery: Delivery | None = Field(description='Null when nobody knows')
    invoices: list[str] = Field(description='Their numbers')
    basket: Basket | None = Field(None, description='Null where it never was one')

    @classmethod
    def of(cls, facts):
        """Return a purchase.

        :param OrderFacts facts: with its detail.
        """
        detail, currency = facts.detail, facts.currency
        return cls(
            **cls._values(facts),
            untaxed=Money.of(detail.untaxed, currency),
            taxes=[OrderTax(name=tax.name, base=Money.of(tax.base, currency), amount=Money.of(tax.amount, currency))
                   for tax in detail.taxes],
            points=[OrderPoints(
                card_id=earning.card.id, program=earning.card.program_id.name, unit=earning.card._mobile_unit(),
                earned=decimal(earning.issued), spent=decimal(earning.used)) for earning in facts.earnings],
            refunds=[OrderRefund(name=refund.name, date=refund.date, total=Money.of(refund.total, currency))
                     for refund in detail.refunds],
            refunded=Money.of(sum(refund.total for refund in detail.refunds), currency),
            delivery=detail.delivery,
            invoices=detail.invoices,
            basket=facts.basket and Basket.of(facts.basket),
        )


class OrderPage(Page[Order]):
    """One page of purchases."""


class Reorder(Schema):
    """What to do with what can be bought again."""

    list_id: Uuid | None = Field(None, description='Put it on this shopping list of the caller')


class ReorderItem(Output):
    """A product that can be bought again."""

    product: Product = Field(description='As it is sold now')
    quantity: float = Field(description='How many were bought, in the unit of the product')
    price_then: Money = Field(description='Of one, with taxes, as it was paid')


class ReorderMissing(Output):
    """What cannot be bought again."""

    name: str
    reason: Literal['not_sold', 'choose'] = Field(
        description='`not_sold`: not any more, or not here; `choose`: it is put together anew each time')
    text: str = Field(description="In the caller's language")


class Reordered(Output):
    """What of a purchase can be bought again now."""

    items: list[ReorderItem]
    unavailable: list[ReorderMissing]
