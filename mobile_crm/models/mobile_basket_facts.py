from typing import NamedTuple

from odoo import models
from odoo.tools import float_compare, hmac

from ..tools import order_id

# The kind of what is named by ``tools/order_id.py``.
LINE = 1


class BasketLine(NamedTuple):
    """What the customer is told of one line of goods.

    :ivar str public_id: by which phones know it
    :ivar line: ``sale.order.line``
    :ivar str barcode: of the pack in which it is counted; None where that is the product's own unit
    :ivar float price: of one, with taxes and after its discount
    :ivar float scanned_price: what it was when they last changed the line; None where it is still the same
    :ivar bool needs_staff: a colleague has to look at it
    :ivar str availability: see ``mobile_catalogue_stores.Availability``
    :ivar list[str] warnings: ``price_up``, ``price_down``, ``low``, ``short``
    """

    public_id: str
    line: models.BaseModel
    barcode: str | None
    price: float
    scanned_price: float | None
    needs_staff: bool
    availability: str
    warnings: list


class BasketFacts(NamedTuple):
    """All that the customer is told of their basket, beside its order.

    :ivar basket: ``mobile.basket``
    :ivar str state: as it is at this moment
    :ivar list[BasketLine] lines: goods, in their order
    :ivar list rewards: see ``mobile_basket_rewards.Claimable``; empty unless it is open
    :ivar offers: ``loyalty.card`` on it
    :ivar usable: ``loyalty.card`` that could be; empty unless it is open
    """

    basket: models.BaseModel
    state: str
    lines: list
    rewards: list
    offers: models.BaseModel
    usable: models.BaseModel


class MobileBasket(models.Model):
    """What phones are told of a basket."""

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    def _facts(self):
        """Return what the customer is told; nothing is written, so a replica can tell it.

        :rtype: BasketFacts
        """
        self.ensure_one()
        order, state = self._quotation(), self._standing()
        none = self.env['loyalty.card'].sudo()
        lines = self._line_facts(self._goods(order)) if state not in ('expired', 'cancelled') else []
        if state != 'open':
            return BasketFacts(self, state, lines, [], self._offers_on(order), none)
        return BasketFacts(
            self, state, lines, self._claimable(), self._offers_on(order), self._offers_usable())

    def _line_facts(self, lines):
        scanned, for_staff = self.scanned or {}, self._lines_for_staff()
        availability, rounding = self._availability_of(lines), self.order_id.currency_id.rounding
        stock, packs = self._line_stock(), self._pack_barcodes(lines)
        facts = []
        for line in lines:
            price, warnings = self._price_of_one(line), []
            before = scanned.get(str(line.id), {}).get('price')
            if before is not None:
                difference = float_compare(price, before, precision_rounding=rounding)
                if difference:
                    warnings.append('price_up' if difference > 0 else 'price_down')
                else:
                    before = None
            if line.id in stock:
                warnings.append(stock[line.id])
            facts.append(BasketLine(
                self._line_id(line), line, packs.get((line.product_id, line.product_uom_id)), price, before,
                line in for_staff, availability[line.id], warnings))
        return facts

    def _availability_of(self, lines):
        """Return whether the store has what is on these lines.

        :rtype: dict[int, str], by line
        """
        known = self.env['mobile.catalogue']._availability(lines.product_id.ids, self.store_id.ids)
        return {line.id: known[line.product_id.id, self.store_id.id].state for line in lines}

    def _pack_barcodes(self, lines):
        """Return by which barcodes the packs among these lines can be put into a basket.

        :rtype: dict[tuple, str], by product and unit
        """
        packs = lines.filtered(lambda line: line.product_uom_id != line.product_id.uom_id)
        # The oldest one is the last that is written.
        return {(found.product_id, found.uom_id): found.barcode for found in self.env['product.uom'].sudo().search([
            ('product_id', 'in', packs.product_id.ids), ('uom_id', 'in', packs.product_uom_id.ids),
            ('company_id', 'in', [False, *self.env['mobile.catalogue']._companies(self.company_id.id)]),
        ], order='id desc')} if packs else {}

    # === BUSINESS METHODS: names of lines === #

    def _line_id(self, line):
        """Return by which name phones know a line of goods."""
        return order_id.encode(self._line_key(), LINE, line.id)

    def _line_of(self, public_id):
        """Return the line of goods of this name, or an empty recordset."""
        self.ensure_one()
        _kind, number = order_id.decode(self._line_key(), public_id) or (LINE, 0)
        return self._goods(self.order_id).filtered(lambda line: line.id == number)

    def _line_key(self):
        return bytes.fromhex(hmac(self.env(su=True), 'mobile_crm.line_id', ''))
