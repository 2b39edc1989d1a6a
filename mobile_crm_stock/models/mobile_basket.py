from collections import defaultdict
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, float_compare, float_round

from odoo.addons.mobile_crm.models.mobile_basket import LIVING
from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT, UNKNOWN
from odoo.addons.mobile_crm.tools.racing import execute_racing

SHORT = 'short'
# What is told of a line, and of the availability of its product.
TOLD = {None: IN_STOCK, LOW: LOW, SHORT: OUT}


class Shelf(NamedTuple):
    """What a store has of one product that is counted.

    :ivar float free: what nobody has reserved, in the product's own unit
    :ivar float low: few are left when it is no more than this
    """

    free: float
    low: float


class MobileBasket(models.Model):
    """The goods of a basket are kept for its customer while they shop: others are not promised what somebody carries
    through the store.

    The customer holds the piece in their hand, so the shelf is right and the book may be wrong: nothing here refuses
    what was scanned, or waits for another customer.
    """

    _name = 'mobile.basket'
    _inherit = ['mobile.basket', 'mobile.hold']

    hold_ids = fields.One2many(
        string="Goods Held", comodel_name='stock.move', inverse_name='mobile_basket_id', readonly=True)
    is_short = fields.Boolean(
        string="More Than the Stock Knows", compute='_compute_is_short',
        help="By the stock's books the store has less of something than is in this basket.")

    # === COMPUTE METHODS === #

    @api.depends('state', 'hold_ids.quantity', 'order_id.order_line.product_uom_qty')
    def _compute_is_short(self):
        for basket in self:
            basket.is_short = basket.state in LIVING and SHORT in basket.sudo()._line_stock().values()

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_release_goods(self):
        self._release_goods()

    # === BUSINESS METHODS: what is kept === #

    @api.model
    def _order_values(self, shopper, store):
        """Override: the goods leave from where the customer is."""
        values = super()._order_values(shopper, store)
        warehouse = store.sudo().warehouse_id
        return {**values, 'warehouse_id': warehouse.id} if warehouse.active else values

    def _hold_goods(self):
        """Keep what is in the basket and not kept yet, and let go of what is not in it any more.

        Only the products that have changed cost anything, however many there are. What another customer's basket is
        taking at this very moment is left for the next change.
        """
        res = super()._hold_goods()
        for living in self.sudo().filtered('store_id.warehouse_id.active'):
            basket = living.with_company(living.company_id)
            wanted = basket._to_hold()
            moves = {move.product_id: move for move in basket.hold_ids}
            changed = {product for product in {**wanted, **moves} if not basket._is_held(
                moves.get(product), wanted.get(product, 0))}
            if changed:
                basket._try_to_hold({product: wanted.get(product, 0) for product in changed}, moves)
        return res

    def _release_goods(self):
        res = super()._release_goods()
        moves = self.sudo().hold_ids
        if moves:
            moves._action_cancel()
            moves.unlink()
        return res

    def _to_hold(self):
        """Return how much of which products is to be kept: those that are counted, less what the customer has had put
        aside in this store.

        :rtype: dict[product.product, float]
        """
        self.ensure_one()
        wanted, put_aside = self._quantities(), self._put_aside()
        counted = self._shelves(wanted)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        left = {product: float_round(quantity - put_aside.get(product, 0), precision_digits=digits)
                for product, quantity in wanted.items() if product.id in counted}
        return {product: quantity for product, quantity in left.items() if quantity > 0}

    def _quantities(self):
        """Return how much of which products is in the basket, in their own units.

        :rtype: dict[product.product, float]
        """
        self.ensure_one()
        goods = defaultdict(float)
        for line in self.order_id.order_line:
            if line.product_id.type == 'consu' and not line.display_type and line.product_uom_qty > 0:
                goods[line.product_id] += line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id)
        return goods

    def _put_aside(self):
        """Return what the store has put aside for the customer beside the basket, by product."""
        self.ensure_one()
        put_aside = defaultdict(float)
        for line in self._reservations().line_ids:
            put_aside[line.product_id] += line.quantity
        return put_aside

    def _shelves(self, products):
        """Return what the store has of those products that are counted.

        :param products: iterable of ``product.product``.
        :rtype: dict[int, Shelf]
        """
        self.ensure_one()
        product_ids = [product.id for product in products]
        if not product_ids:
            return {}
        Catalogue = self.env['mobile.catalogue']
        Catalogue._flush_stock()
        return {product_id: Shelf(float(free), float(low)) for product_id, free, low in self.env.execute_query(SQL(
            'WITH %s SELECT item.id, coalesce(free.quantity, 0), %s FROM %s',
            Catalogue._asked_sql(product_ids, self.store_id.ids), Catalogue._level_sql('low_stock'),
            Catalogue._free_from_sql()))}

    def _is_held(self, move, quantity):
        """Tell whether there is nothing to do for one product.

        :param move: ``stock.move`` that keeps it, or None.
        :param float quantity: that is to be kept.
        """
        if not move:
            return not quantity
        return not move.product_uom.compare(move.product_uom_qty, quantity) and move.state == 'assigned'

    def _try_to_hold(self, changed, moves):
        """Keep so much of these products, unless somebody else is changing their stock.

        Baskets of many customers have the same products in them, and Odoo would let each wait for all others, and most
        of them begin anew.

        :param dict changed: quantities by ``product.product``.
        :param dict moves: ``stock.move`` by ``product.product``, those that there are.
        """
        self.ensure_one()
        products = self.env['product.product'].concat(*changed)
        self.env['mobile.catalogue']._flush_stock()
        try:
            with self.env.cr.savepoint():
                rows = execute_racing(self.env, SQL(
                    """WITH shelf AS MATERIALIZED (
                           SELECT quant.id FROM stock_quant quant
                            WHERE quant.product_id IN %s AND quant.location_id IN (%s)),
                       mine AS MATERIALIZED (
                           SELECT quant.id FROM stock_quant quant
                            WHERE quant.id IN (SELECT id FROM shelf)
                         ORDER BY quant.id FOR NO KEY UPDATE SKIP LOCKED)
                       SELECT (SELECT count(*) FROM shelf) = (SELECT count(*) FROM mine)""",
                    tuple(products.ids), self.env['mobile.catalogue']._shelves_sql(SQL('%s', self.store_id.id))))
                if rows[0][0]:
                    self._hold_now(changed, moves)
        except psycopg2.errors.SerializationFailure:
            # Somebody has changed the stock since this transaction began.
            self.env.invalidate_all(flush=False)

    def _hold_now(self, changed, moves):
        gone = self.env['stock.move'].concat(*(
            moves[product] for product, quantity in changed.items() if product in moves and not quantity))
        gone._action_cancel()
        gone.unlink()
        kept = self.env['stock.move']
        for product, quantity in changed.items():
            if quantity and product in moves:
                move = moves[product]
                if move.product_uom.compare(move.product_uom_qty, quantity):
                    move.product_uom_qty = quantity
                kept += move
        # Not in a delivery: it would be on the lists of the warehouse, and there is nothing to do for anybody.
        fresh = self.env['stock.move'].create([
            {**values, 'mobile_basket_id': self.id, 'origin': self.order_id.name}
            for values in self._hold_moves({
                product: quantity for product, quantity in changed.items() if quantity and product not in moves})])
        fresh._action_confirm(merge=False)
        (kept + fresh)._action_assign()

    # === BUSINESS METHODS: what is told === #

    def _has_goods(self):
        """Override: nobody else has been promised them meanwhile."""
        return super()._has_goods() and SHORT not in self._line_stock().values()

    def _line_stock(self):
        """Override to compare with what the store has, as its books say."""
        self.ensure_one()
        if self.state == 'sold':
            return super()._line_stock()
        basket = self.sudo()
        goods = basket._quantities() if basket.store_id.warehouse_id.active else {}
        shelves = basket._shelves(goods)
        put_aside = basket._put_aside() if shelves else {}
        held = {move.product_id: move.quantity for move in basket.hold_ids}
        levels = {}
        for product, quantity in goods.items():
            if shelf := shelves.get(product.id):
                left = shelf.free + held.get(product, 0) + put_aside.get(product, 0) - quantity
                if float_compare(left, 0, precision_digits=4) < 0:
                    levels[product] = SHORT
                elif left <= shelf.low:
                    levels[product] = LOW
        return {**super()._line_stock(), **{
            line.id: levels[line.product_id] for line in basket.order_id.order_line if line.product_id in levels}}

    def _availability_of(self, lines):
        """Override: what is kept for the basket itself is there for it."""
        known, stock = super()._availability_of(lines), self._line_stock()
        return {
            line_id: state if state == UNKNOWN or self.state == 'sold' else TOLD[stock.get(line_id)]
            for line_id, state in known.items()}
