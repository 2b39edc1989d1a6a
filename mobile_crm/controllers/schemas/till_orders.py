from typing import Literal

from pydantic import Field

from .base import Money, Output, RecordId, Schema, Text, UtcOutput, Uuid
from .card import Member
from .orders import OrderTax
from .till import Decimal, TillMoney

TillOrderStatus = Literal['open', 'at_till', 'sold']


class TillScan(Schema):
    """The code of a basket that a customer shows at the till."""

    code: str = Field(min_length=1, max_length=64, description='As it was typed, or the text of its QR code')
    store_id: RecordId = Field(description='Where the till stands')
    order_ref: str | None = Field(
        None, min_length=1, max_length=64, description='What the till calls the order, if it knows that already')


class TillPayment(Schema):
    """One part of what was paid."""

    method: str = Field(min_length=1, max_length=64, description='In words for people, such as "Cash"')
    amount: Decimal


class TillPaid(Schema):
    """A basket that was paid at the till."""

    order_ref: str = Field(min_length=1, max_length=64, description='What the till calls the order')
    amount: TillMoney = Field(description="What was paid: the order's total, in its currency")
    payments: list[TillPayment] = Field([], max_length=20, description='How it was paid, for the people of the shop')


class TillOrderLine(Output):
    """One line of a basket."""

    type: Literal['product', 'reward'] = Field(description='`reward`: what a coupon or points brought')
    product_id: int
    barcode: Text
    name: str
    quantity: float
    unit: str
    unit_price: Money = Field(description='As on the price list, before the discount')
    discount: float = Field(description='In percent; not taken off the unit price')
    untaxed: Money
    total: Money = Field(description='With taxes')


class TillOrderCoupon(Output):
    """A coupon on a basket; Odoo redeems it with the order, the till has nothing to do for it."""

    redemption_id: Uuid
    offer_id: Uuid
    title: str
    discount: Money = Field(description='What it takes off, with taxes')
    status: Literal['held', 'confirmed']
    expires_at: UtcOutput | None = Field(description='Until when it is held')


class TillOrder(Output):
    """A customer's basket, as the till takes it over."""

    id: str = Field(description='Opaque; the same as on the phone')
    name: str
    status: TillOrderStatus
    version: int
    store_id: int
    expires_at: UtcOutput | None = Field(description="Until when the till has it; back with the customer then")
    order_ref: Text
    member: Member
    lines: list[TillOrderLine]
    coupons: list[TillOrderCoupon]
    untaxed: Money
    taxes: list[OrderTax]
    total: Money = Field(description='With taxes: what is to be paid')

    @classmethod
    def of(cls, facts):
        """Return a basket at a till.

        :param TillFacts facts:
        """
        basket, order, currency = facts.basket, facts.basket.order_id, facts.basket.order_id.currency_id
        return cls(
            id=basket._public_id(),
            name=order.name,
            status=basket.state,
            version=basket.version,
            store_id=basket.store_id.id,
            expires_at=basket.till_until or None,
            order_ref=basket.till_reference,
            member=Member(member_id=facts.member_id, name=basket.partner_id.name,
                          language=(basket.partner_id.lang or 'en_US').replace('_', '-')),
            lines=[TillOrderLine(
                type='reward' if line.reward_id else 'product',
                product_id=line.product_id.id,
                barcode=line.product_id.barcode,
                name=(line.reward_id and line.name) or line.product_id.display_name,
                quantity=line.product_uom_qty,
                unit=line.product_uom_id.name,
                unit_price=Money.of(line.price_unit, currency),
                discount=line.discount,
                untaxed=Money.of(line.price_subtotal, currency),
                total=Money.of(line.price_total, currency),
            ) for line in facts.lines],
            coupons=[TillOrderCoupon(
                redemption_id=row.uuid,
                offer_id=row.card_id.mobile_uuid,
                title=facts.titles[row.card_id],
                discount=Money.of(-sum(
                    line.price_total for line in facts.lines if line.coupon_id == row.card_id), currency),
                status=row.state,
                expires_at=row.expires_at or None,
            ) for row in facts.coupons],
            untaxed=Money.of(order.amount_untaxed, currency),
            taxes=[OrderTax(name=tax.name, base=Money.of(tax.base, currency), amount=Money.of(tax.amount, currency))
                   for tax in facts.taxes],
            total=Money.of(order.amount_total, currency),
        )
