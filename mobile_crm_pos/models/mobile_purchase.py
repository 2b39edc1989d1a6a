from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_purchase import ROOM

IS_SALE = SQL("pos.state IN ('paid', 'done')")


class MobilePurchase(models.AbstractModel):
    """What is bought at Odoo's tills."""

    _inherit = 'mobile.purchase'

    # === SOURCES === #

    @api.model
    def _sources(self):
        """Override to add orders of tills."""
        return {**super()._sources(), 'till': 2}

    @api.model
    def _source_models(self):
        """Override to add what is read of them."""
        return {**super()._source_models(), 'till': ['pos.order', 'pos.order.line', 'pos.config']}

    @api.model
    def _is_own_sql(self):
        """Return the condition that a till has sold a line (``line``) itself.

        The module `pos_sale` lets it take the money of a sales order; that is among the purchases already.
        """
        if 'sale_order_origin_id' in self.env['pos.order.line']._fields:
            return SQL('line.sale_order_origin_id IS NULL')
        return SQL('TRUE')

    @api.model
    def _returned_sql(self, few):
        """Return a query of how much of each line (``line_id``) came back to a till: ``quantity``.

        :param bool few: whether it is looked up for each of a few lines (``line``), or is read once for all.
        """
        return SQL(
            """SELECT back.refunded_orderline_id AS line_id, -sum(back.qty) AS quantity
                 FROM pos_order_line back JOIN pos_order pos ON pos.id = back.order_id
                WHERE back.refunded_orderline_id IS NOT NULL AND %s %s GROUP BY 1""",
            IS_SALE, SQL('AND back.refunded_orderline_id = line.id') if few else SQL())

    # === WHAT WAS BOUGHT === #

    @api.model
    def _lines_till(self, scope):
        """Return what tills have sold; see ``_lines_sql``. Tips and discounts are no products that somebody bought."""
        return SQL(
            """SELECT line.order_id * %(room)s::bigint + %(kind)s AS basket, pos.partner_id, pos.company_id,
                      line.product_id, (line.qty - coalesce(returned.quantity, 0))::float AS quantity,
                      pos.date_order AS bought_at, config.mobile_store_id AS store_id
                 FROM pos_order_line line
                 JOIN pos_order pos ON pos.id = line.order_id
                 JOIN pos_config config ON config.id = pos.config_id
            LEFT JOIN LATERAL (%(returned)s) returned ON returned.line_id = line.id
                WHERE %(is_sale)s AND line.qty > coalesce(returned.quantity, 0) AND line.qty > 0
                  AND line.is_reward_line IS NOT TRUE AND line.combo_parent_id IS NULL AND line.price_unit >= 0
                  AND line.product_id IS DISTINCT FROM config.tip_product_id
                  AND %(is_own)s AND %(scope)s""",
            room=ROOM, kind=self._sources()['till'], returned=self._returned_sql(scope.partner_ids is not None),
            is_sale=IS_SALE, is_own=self._is_own_sql(),
            scope=scope.condition(SQL('pos.company_id'), SQL('pos.partner_id'), SQL('pos.date_order')))

    # === HISTORY === #

    @api.model
    def _heads_till(self, partner, company):
        """Return the query of a customer's orders at tills; see ``_heads_sale``."""
        query = SQL(
            """SELECT %s AS kind, pos.id, pos.date_order AS date, coalesce(pos.pos_reference, pos.name) AS name,
                      'till' AS channel, CASE WHEN pos.is_refund THEN 'refund' ELSE 'confirmed' END AS status,
                      config.mobile_store_id AS store_id, config.currency_id, pos.amount_total AS total
                 FROM pos_order pos JOIN pos_config config ON config.id = pos.config_id
                WHERE pos.partner_id = %s AND pos.company_id = %s AND %s
                  AND EXISTS (SELECT FROM pos_order_line line WHERE line.order_id = pos.id AND %s)""",
            self._sources()['till'], partner.id, company.id, IS_SALE, self._is_own_sql())
        words = [lambda matches: matches(SQL("concat_ws(' ', pos.pos_reference, pos.name)")), lambda matches: SQL(
            'EXISTS (SELECT FROM pos_order_line line WHERE line.order_id = pos.id AND (%s OR %s))',
            matches(SQL("coalesce(line.full_product_name, '')")),
            self._product_words_sql(SQL('line.product_id'), matches))]
        return [(query, SQL('pos.date_order'), SQL('pos.id'), SQL('config.mobile_store_id'), words)]

    @api.model
    def _content_till(self, numbers):
        """Return the query of what is on these orders of tills; see ``_content_sale``."""
        return SQL(
            """SELECT %(kind)s AS kind, line.order_id,
                      CASE WHEN line.is_reward_line THEN 'reward' WHEN line.combo_parent_id IS NOT NULL THEN 'part'
                           ELSE 'product' END AS type,
                      line.product_id, coalesce(line.full_product_name, line.name) AS name, template.uom_id,
                      line.qty::float AS quantity, coalesce(returned.quantity, 0)::float AS returned,
                      coalesce(line.discount, 0)::float AS discount, line.price_subtotal_incl::float AS total,
                      line.coupon_id AS card_id, line.id AS place, line.id AS line_id
                 FROM pos_order_line line
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN LATERAL (%(returned)s) returned ON returned.line_id = line.id
                WHERE line.order_id = ANY(%(numbers)s) AND line.qty <> 0""",
            kind=self._sources()['till'], returned=self._returned_sql(few=True), numbers=numbers)
