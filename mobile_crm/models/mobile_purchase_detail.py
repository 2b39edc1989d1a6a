from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

# What an app is told of Odoo's words for deliveries.
DELIVERY = {'pending': 'pending', 'started': 'partly', 'partial': 'partly', 'full': 'delivered'}


class Tax(NamedTuple):
    """One group of taxes on an order; amounts in the order's currency."""

    name: str
    base: float
    amount: float


class Refund(NamedTuple):
    """Money that was given back.

    :ivar str name: of the credit note or of the till's receipt
    :ivar float total: with taxes, more than 0, in the order's currency
    """

    name: str
    date: date
    total: float


class Detail(NamedTuple):
    """What one order tells beside its lines.

    :ivar record: ``sale.order`` or another source's record, elevated
    :ivar float untaxed: total without taxes
    :ivar list[Tax] taxes:
    :ivar list[Refund] refunds: the oldest first
    :ivar str delivery: ``pending``, ``partly`` or ``delivered``; None when nobody knows
    :ivar list[str] invoices: their numbers
    :ivar document: ``ir.attachment``, elevated: the invoice as it was sent, when it is the order's only one and all of
        it; else empty
    """

    record: models.BaseModel
    untaxed: float
    taxes: list
    refunds: list
    delivery: str | None
    invoices: list
    document: models.BaseModel


class Earning(NamedTuple):
    """What an order brought to one of the customer's cards, and took from it.

    :ivar card: ``loyalty.card``, elevated
    """

    card: models.BaseModel
    issued: float
    used: float


class OrderFacts(NamedTuple):
    """All that is shown of one order.

    :ivar Head head: see ``mobile_purchase_history``
    :ivar list[Line] lines:
    :ivar str public_id, status: see ``_public_id`` and ``_status``
    :ivar currency: ``res.currency``
    :ivar dict details: ``ProductDetails`` by id
    :ivar set visible: ids of the products that the customer can look up
    :ivar dict units: names of units by id
    :ivar list offers: (``loyalty.card``, title) of each coupon that was redeemed
    :ivar Detail detail: None in lists
    :ivar list[Earning] earnings: empty in lists
    :ivar BasketFacts basket: see ``mobile_basket_facts``; None where it never was one, and in lists
    """

    head: tuple
    lines: list
    public_id: str
    status: str
    currency: models.BaseModel
    details: dict
    visible: set
    units: dict
    offers: list
    detail: Detail | None = None
    earnings: list | tuple = ()
    basket: tuple | None = None


class MobilePurchase(models.AbstractModel):
    """All that a customer is told of one of their purchases."""

    _inherit = 'mobile.purchase'

    # === BUSINESS METHODS === #

    @api.model
    def _facts(self, shopper, heads):
        """Return what lists show of orders, read for all of them at once.

        :param Shopper shopper: the caller, whose orders they are.
        :param list[Head] heads:
        :rtype: list[OrderFacts]
        """
        contents = self._content(heads)
        lines = [line for own in contents.values() for line in own]
        product_ids = list(dict.fromkeys(line.product_id for line in lines if line.product_id))
        Catalogue = self.env['mobile.catalogue']
        details = Catalogue._details(shopper, product_ids)
        visible = set(Catalogue._visible(shopper, product_ids).ids)
        units = {unit.id: unit.name for unit in self.env['uom.uom'].sudo().browse(
            dict.fromkeys(line.uom_id for line in lines if line.uom_id))}
        cards = {card.id: card for card in self.env['loyalty.card'].sudo().browse(
            dict.fromkeys(line.card_id for line in lines if line.card_id)) if card.mobile_uuid}
        titles = {card: card.mobile_campaign_id._title_of_coupon(card) if card.mobile_campaign_id
                  else card.program_id.name for card in cards.values()}
        return [
            OrderFacts(
                head, own, self._public_id(head), self._status(head, own),
                self.env['res.currency'].sudo().browse(head.currency_id), details, visible, units,
                [(cards[card_id], titles[cards[card_id]]) for card_id in dict.fromkeys(
                    line.card_id for line in own) if card_id in cards])
            for head, own in contents.items()]

    @api.model
    def _whole(self, shopper, head):
        """Return all that is known of one order.

        :param Shopper shopper: the caller, whose order it is.
        :rtype: OrderFacts
        """
        [facts] = self._facts(shopper, [head])
        detail = self._detail(head)
        return facts._replace(
            detail=detail, earnings=self._earnings(shopper.partner, detail.record),
            basket=self._basket_facts(detail.record))

    @api.model
    def _basket_facts(self, record):
        """Return how it stands with the basket that an order is or was; None where it never was one."""
        if record._name != 'sale.order':
            return None
        basket = self.env['mobile.basket'].sudo().search([('order_id', '=', record.id)])
        return basket._facts() if basket else None

    @api.model
    def _detail(self, head):
        """Return what one order tells beside its lines.

        :param Head head: of the caller.
        :rtype: Detail
        """
        source = next(source for source, kind in self._sources().items() if kind == head.kind)
        return getattr(self, f'_detail_{source}')(head.id)

    @api.model
    def _detail_sale(self, number):
        order = self.env['sale.order'].sudo().browse(number)
        order = order.with_company(order.company_id)
        invoices = order.invoice_ids.filtered(lambda move: move.state == 'posted').sorted(
            lambda move: (move.invoice_date, move.id))
        refunds = []
        for note in invoices.filtered(lambda move: move.move_type == 'out_refund'):
            # A credit note may be of several orders.
            lines = note.invoice_line_ids.filtered(lambda line: order in line.sale_line_ids.order_id)
            refunds.append(Refund(note.name, note.invoice_date, note.currency_id._convert(
                sum(lines.mapped('price_total')), order.currency_id, order.company_id, note.invoice_date)))
        # The module `sale_stock` knows.
        delivery = DELIVERY.get(order.delivery_status) if 'delivery_status' in order._fields else None
        return Detail(
            order, order.amount_untaxed, self._taxes(order.tax_totals), refunds, delivery,
            invoices.filtered(lambda move: move.move_type == 'out_invoice').mapped('name'),
            self._document(invoices, order.currency_id, order.amount_total))

    @api.model
    def _document(self, invoices, currency, total):
        """Return the invoice of an order as Odoo has made and kept it; empty where there is not just one for all of it.

        :param invoices: ``account.move``, posted; credit notes as well.
        :rtype: ir.attachment
        """
        if (len(invoices) == 1 and invoices.move_type == 'out_invoice' and invoices.currency_id == currency
                and not currency.compare_amounts(invoices.amount_total, total)):
            return invoices.invoice_pdf_report_id
        return self.env['ir.attachment'].sudo()

    @api.model
    def _taxes(self, totals):
        """Return the groups of taxes in a summary as Odoo makes it.

        :param dict totals: see ``account.tax._get_tax_totals_summary``.
        :rtype: list[Tax]
        """
        return [
            Tax(group['group_name'], group['display_base_amount_currency'] or 0.0, group['tax_amount_currency'])
            for subtotal in totals['subtotals'] for group in subtotal['tax_groups']]

    @api.model
    def _earnings(self, partner, record):
        """Return what an order did to the customer's own cards.

        :param record: the order.
        :rtype: list[Earning]
        """
        self.env['loyalty.history'].flush_model()
        self.env['loyalty.card'].flush_model()
        # Odoo has no index on the order: the customer's cards are few.
        rows = self.env.execute_query(SQL(
            """SELECT card.id, sum(history.issued), sum(history.used)
                 FROM loyalty_card card
                 JOIN loyalty_program program ON program.id = card.program_id
                 JOIN loyalty_history history ON history.card_id = card.id
                WHERE card.partner_id = %s AND program.program_type IN ('loyalty', 'ewallet')
                  AND history.order_model = %s AND history.order_id = %s
             GROUP BY card.id HAVING sum(history.issued) <> 0 OR sum(history.used) <> 0 ORDER BY card.id""",
            partner.id, record._name, record.id))
        return [Earning(self.env['loyalty.card'].sudo().browse(card_id), issued, used)
                for card_id, issued, used in rows]
