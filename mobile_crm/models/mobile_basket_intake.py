from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL, float_compare, float_round

from ..tools.company_days import day_of, zone_of
from ..tools.problems import Problem
from ..tools.racing import execute_racing
from .mobile_basket import LIVING
from .mobile_catalogue_barcode import PRICE

MOST_LINES = 200
MOST_QUANTITY = 10_000
# The advisory locks of customers who begin a basket.
LOCK = 0x6D6F6262
# What Odoo would otherwise do for each quotation: notes in its chatter, letters to the salesperson of its customer.
QUIETLY = {
    'tracking_disable': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True,
    'mail_auto_subscribe_no_notify': True}


class Item(NamedTuple):
    """What a customer puts into their basket.

    :ivar product: ``product.product``, elevated, and visible to them
    :ivar unit: ``uom.uom``: the product's own, or a pack
    :ivar float quantity: in that unit
    :ivar dict said: what its barcode says beside that: ``lot``, ``serial``
    """

    product: models.BaseModel
    unit: models.BaseModel
    quantity: float
    said: dict


class MobileBasket(models.Model):
    """How baskets begin, and what may be put into them."""

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, shopper, device, store, lines, offer_ids=()):
        """Begin a basket for a customer who has none.

        :param Shopper shopper: the caller, signed in.
        :param device: ``mobile.device`` of theirs.
        :param store: ``mobile.store`` in which they are, see ``_store``.
        :param lines: see ``_items``.
        :param offer_ids: public ids of coupons of theirs.
        :return: the basket, elevated and priced.
        :rtype: MobileBasket
        :raise Problem: 409 when they have one, 422 for what cannot be bought.
        """
        baskets = self.sudo().with_company(shopper.company)
        baskets._make_room(shopper)
        items = baskets._items(shopper, lines, ['body', 'lines'])
        order = baskets.env['sale.order'].with_context(**QUIETLY).create({
            **baskets._order_values(shopper, store),
            'order_line': [Command.create(baskets._line_values(item)) for item in items],
        })
        basket = baskets._insert(shopper, device, store, order)
        basket._note_items(zip(order.order_line, items, strict=True))
        basket._settle(reprice=False)
        if offer_ids:
            basket._set_offers(shopper, offer_ids, ['body', 'offer_ids'])
        basket._note_prices(order.order_line)
        basket.shown = basket._digest()
        basket._hold_goods()
        return basket

    @api.model
    def _insert(self, shopper, device, store, order):
        self.env.flush_all()
        try:
            rows = execute_racing(self.env, SQL(
                """INSERT INTO mobile_basket (
                           order_id, partner_id, company_id, store_id, app_id, device_id, state, version, expires_at,
                           create_uid, create_date, write_uid, write_date)
                   SELECT %(order)s, %(partner)s, %(company)s, %(store)s, %(app)s, %(device)s, 'open', 1, %(expires)s,
                          %(uid)s, now.at, %(uid)s, now.at
                     FROM (SELECT now() AT TIME ZONE 'UTC' AS at) now
                       ON CONFLICT (partner_id, company_id) WHERE state IN ('open', 'paying', 'at_till') DO NOTHING
                RETURNING id""",
                order=order.id, partner=shopper.partner.id, company=shopper.company.id, store=store.id,
                app=shopper.app.id, device=device.id or None, expires=self._next_expiry(shopper.company),
                uid=self.env.uid))
        except psycopg2.errors.SerializationFailure as exc:
            # Begun on another phone since this transaction began.
            raise Problem('basket_exists') from exc
        if not rows:
            raise Problem('basket_exists')
        # By it Odoo finds what depends on the order.
        order.invalidate_recordset(['mobile_basket_ids'], flush=False)
        return self.browse(rows[0])

    @api.model
    def _store(self, shopper, store_id, loc):
        """Return a store of the shopper's company.

        :raise Problem: 422 when there is none.
        """
        store = self.env['mobile.store'].sudo().search([
            ('id', '=', store_id), ('company_id', '=', shopper.company.id)])
        if not store:
            raise Problem.invalid(loc, self.env._("There is no such store."))
        return store

    @api.model
    def _living_of(self, partner, company):
        """Return the basket that a customer has with a company, or an empty recordset; elevated."""
        return self.sudo().search(self._of(partner, company) & Domain('state', 'in', LIVING))

    @api.model
    def _make_room(self, shopper):
        """Refuse a second basket; of two requests at once one gets through.

        :raise Problem: 409.
        """
        [[is_mine]] = execute_racing(self.env, SQL(
            'SELECT pg_try_advisory_xact_lock(%s, %s)', LOCK, shopper.partner.id))
        living = self._living_of(shopper.partner, shopper.company)
        if living and living._standing() == 'expired':
            living._give_up('expired')
            living = living.browse()
        if living or not is_mine:
            raise Problem('basket_exists')

    @api.model
    def _next_expiry(self, company):
        """Return until when a basket lives that is changed now (naive UTC)."""
        return fields.Datetime.now() + timedelta(minutes=company.mobile_basket_minutes)

    # === BUSINESS METHODS: lines === #

    @api.model
    def _items(self, shopper, lines, loc):
        """Return what lines of a request mean; those of the same product and unit become one.

        :param Shopper shopper:
        :param list[dict] lines: ``product_id`` or ``barcode``, and ``quantity``: of a product in its own unit, of a
            barcode how many of what it says were taken.
        :param list loc: where they stand in the request.
        :rtype: list[Item]
        :raise Problem: 422, which says which of them cannot be bought, and why.
        """
        Catalogue, problems = self.env['mobile.catalogue'], []
        scanned = Catalogue._by_code(shopper.company, {
            line['barcode'] for line in lines if line.get('barcode') is not None})
        products = {product.id: product for product in Catalogue._visible(shopper, list(dict.fromkeys([
            *(line['product_id'] for line in lines if line.get('product_id')),
            *(found.product_id for found in scanned.values())])))}
        items = {}
        for index, line in enumerate(lines):
            name = 'product_id' if line.get('product_id') else 'barcode'
            found = scanned.get(line['barcode']) if name == 'barcode' else None
            product = products.get(found.product_id if found else line.get('product_id'))
            try:
                item = self._item(shopper, line, found, product)
                items[item.product, item.unit] = self._sum(items.get((item.product, item.unit)), item)
            except _Refused as refused:
                problems.append({
                    'loc': [*loc, index, refused.field or name], 'msg': str(refused), 'type': refused.type})
        if problems:
            raise Problem('invalid_request', errors=problems)
        if len(items) > MOST_LINES:
            raise Problem.invalid(loc, self.env._("A basket has %s lines at most.", MOST_LINES), 'too_many')
        return list(items.values())

    @api.model
    def _item(self, shopper, line, found, product):
        """Return what one line means.

        :param Scanned found: what its barcode says, or None.
        :param product: ``product.product``, or None when the shopper can see none.
        """
        if not product:
            if line.get('barcode') and self.env['mobile.catalogue']._is_misread(line['barcode']):
                raise _Refused(self.env._("The barcode was misread. Scan it again."), 'barcode_invalid')
            raise _Refused(self.env._("This is not sold here."), 'not_sold')
        if reason := self._why_not_alone(product):
            raise _Refused(reason, 'not_by_phone')
        if not found:
            return Item(product, product.uom_id, line['quantity'], {})
        if found.expires_on and found.expires_on < day_of(fields.Datetime.now(), zone_of(shopper.company)):
            raise _Refused(self.env._("This piece is past its date. Take another one, please."), 'out_of_date')
        if found.what == PRICE:
            found = self._weigh(shopper, product, found)
        unit = self.env['uom.uom'].sudo().browse(found.uom_id)
        said = {name: getattr(found, name) for name in ('lot', 'serial') if getattr(found, name)}
        return Item(product, unit, found.quantity * line['quantity'], said)

    @api.model
    def _weigh(self, shopper, product, found):
        """Return how much it is, of a barcode that says only what it costs."""
        Catalogue = self.env['mobile.catalogue']
        currency = Catalogue._label_currency(shopper.company, found)
        price = Catalogue._prices(shopper, product)[product.id]
        weighed = currency and Catalogue._weighed(found, price, currency)
        if not weighed:
            raise _Refused(self.env._("This label cannot be read here. Ask a colleague, please."), 'barcode_invalid')
        return weighed

    @api.model
    def _why_not_alone(self, product):
        """Return why customers cannot buy a product by scanning it, or None."""
        template = product.product_tmpl_id
        if product.type == 'combo':
            return self.env._("%s has options to choose. Ask a colleague, please.", product.name)
        if product.service_tracking in ('event', 'event_booth'):
            return self.env._("%s is booked for a date. Ask a colleague, please.", product.name)
        open_choices = template.attribute_line_ids.filtered(
            lambda line: line.attribute_id.create_variant == 'no_variant' and line.value_count > 1)
        if open_choices or product.product_template_attribute_value_ids.filtered('is_custom'):
            return self.env._("%s is made to your wishes. Ask a colleague, please.", product.name)
        return None

    @api.model
    def _sum(self, known, item):
        """Return how much it is with what was there before; `known` may be None."""
        if known:
            item = item._replace(quantity=known.quantity + item.quantity, said=known.said | item.said)
        if problem := self._quantity_problem(item):
            raise _Refused(problem, field='quantity')
        return item

    @api.model
    def _quantity_problem(self, item):
        """Return why nobody can buy so much of something, or None."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        if float_compare(item.quantity, 0, precision_digits=digits) <= 0:
            return self.env._("This is too little.")
        if item.quantity > MOST_QUANTITY:
            return self.env._("This is too much: %s is the most.", MOST_QUANTITY)
        piece = self.env.ref('uom.product_uom_unit', raise_if_not_found=False)
        if (piece and piece.sudo()._has_common_reference(item.unit)
                and float_compare(item.quantity, round(item.quantity), precision_digits=digits)):
            return self.env._("This is sold in whole pieces.")
        return None

    @api.model
    def _line_values(self, item):
        """Return the values of the line of an order."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        return {
            'product_id': item.product.id, 'product_uom_id': item.unit.id,
            'product_uom_qty': float_round(item.quantity, precision_digits=digits)}


class _Refused(Exception):
    """What cannot be bought: the reason for the customer, its code, and the part of the line that is wrong."""

    def __init__(self, words, code='value_error', field=None):
        self.type, self.field = code, field
        super().__init__(words)
