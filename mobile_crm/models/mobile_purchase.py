from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

# How many kinds of orders there is room for in the number of a basket.
ROOM = 8


class Scope(NamedTuple):
    """Which purchases are asked for; None is all.

    :ivar company: ``res.company`` that sold
    :ivar partner_ids: customers, by the contact that is named on the order itself
    :ivar datetime since, before: naive UTC; `before` is not included
    """

    company: models.BaseModel | None = None
    partner_ids: list | tuple | None = None
    since: object = None
    before: object = None

    def condition(self, company, partner, bought_at):
        """Return the condition for these columns.

        :rtype: SQL
        """
        parts = [SQL('TRUE')]
        if self.company is not None:
            parts.append(SQL('%s = %s', company, self.company.id))
        if self.partner_ids is not None:
            parts.append(SQL('%s = ANY(%s)', partner, list(self.partner_ids)))
        if self.since is not None:
            parts.append(SQL('%s >= %s', bought_at, self.since))
        if self.before is not None:
            parts.append(SQL('%s < %s', bought_at, self.before))
        return SQL(' AND ').join(parts)


class MobilePurchase(models.AbstractModel):
    """What customers have bought, wherever they bought it.

    Each kind of orders is a source (see ``_sources``), to which methods of its name belong: ``_lines_<source>`` and
    what ``mobile_purchase_history.py`` asks for. A bridge adds one for each app of Odoo's that sells by orders of its
    own.
    """

    _name = 'mobile.purchase'
    _description = "Purchases of Every Channel"

    # === SOURCES === #

    @api.model
    def _sources(self):
        """Return the kinds of orders, each with the number by which ids and baskets know it: never use one again.

        :rtype: dict[str, int], numbers from 1 to ``ROOM - 1``
        """
        return {'sale': 1}

    @api.model
    def _source_models(self):
        """Return the models that each source reads in SQL, and that are flushed before.

        :rtype: dict[str, list[str]]
        """
        return {'sale': [
            'sale.order', 'sale.order.line', 'account.move', 'account.move.line', 'mobile.basket',
            'payment.transaction']}

    @api.model
    def _flush(self):
        for names in self._source_models().values():
            for name in names:
                self.env[name].flush_model()

    # === WHAT WAS BOUGHT === #

    @api.model
    def _lines_sql(self, *, company=None, partner_ids=None, since=None, before=None):
        """Return a query of what was bought and kept, a row for each line of an order.

        Its columns: ``basket`` (bigint, the same for all lines of one order, and no other's), ``partner_id`` (NULL at
        a till that was not told who buys), ``company_id``, ``product_id``, ``quantity`` (in the product's own unit,
        more than 0, less what went back by a credit note or at a till), ``bought_at`` (timestamp, UTC) and
        ``store_id`` (NULL when nobody knows). Confirmed orders alone, without sections, notes, down payments,
        deliveries, discounts, rewards and the parts of a combo. Products may be archived since.

        Conditions around it reach the tables: it groups nothing but refunds.

        :param company: ``res.company``; see ``Scope``.
        :rtype: SQL
        """
        self._flush()
        scope = Scope(company, partner_ids, since, before)
        return SQL(' UNION ALL ').join(getattr(self, f'_lines_{source}')(scope) for source in self._sources())

    @api.model
    def _lines_sale(self, scope):
        """Return the lines of sales orders; see ``_lines_sql``."""
        Line = self.env['sale.order.line']
        # The module `delivery` adds it, and nothing of ours needs that.
        is_delivery = SQL('AND line.is_delivery IS NOT TRUE') if 'is_delivery' in Line._fields else SQL()
        return SQL(
            """SELECT line.order_id * %(room)s::bigint + %(kind)s AS basket, line.order_partner_id AS partner_id,
                      line.company_id, line.product_id,
                      (line.product_uom_qty * coalesce(counted.factor / NULLIF(base.factor, 0), 1)
                       - coalesce(credited.quantity / NULLIF(base.factor, 0), 0))::float AS quantity,
                      sale.date_order AS bought_at, sale.mobile_store_id AS store_id
                 FROM sale_order_line line
                 JOIN sale_order sale ON sale.id = line.order_id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom base ON base.id = template.uom_id
            LEFT JOIN uom_uom counted ON counted.id = line.product_uom_id
            LEFT JOIN LATERAL (%(credited)s) credited ON credited.line_id = line.id
                WHERE line.state = 'sale' AND line.product_uom_qty > 0 AND line.reward_id IS NULL
                  AND line.price_unit >= 0 AND line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
                  AND line.combo_item_id IS NULL %(is_delivery)s AND %(scope)s
                  AND line.product_uom_qty * coalesce(counted.factor / NULLIF(base.factor, 0), 1)
                      > coalesce(credited.quantity / NULLIF(base.factor, 0), 0)""",
            room=ROOM, kind=self._sources()['sale'], credited=self._credited_sql(scope.partner_ids is not None),
            is_delivery=is_delivery, scope=scope.condition(
                SQL('line.company_id'), SQL('line.order_partner_id'), SQL('sale.date_order')))

    @api.model
    def _credited_sql(self, few):
        """Return a query of what credit notes took back of each line (``line_id``): ``quantity`` in the smallest unit.

        :param bool few: whether it is looked up for each of a few lines (``line``), or is read once for all.
        """
        return SQL(
            """SELECT link.order_line_id AS line_id, sum(credit.quantity * coalesce(unit.factor, 1)) AS quantity
                 FROM account_move note
                 JOIN account_move_line credit ON credit.move_id = note.id
                 JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = credit.id
            LEFT JOIN uom_uom unit ON unit.id = credit.product_uom_id
                WHERE note.move_type = 'out_refund' AND note.state = 'posted' %s GROUP BY 1""",
            SQL('AND link.order_line_id = line.id') if few else SQL())

    @api.model
    def _given_back_sql(self):
        """Return the query of which part of a sales order's money (``sale``) its provider has given back: 0 to 1."""
        return SQL(
            """SELECT least(1, coalesce(-sum(back.amount / NULLIF(sale.amount_total, 0)), 0))
                 FROM sale_order_transaction_rel link
                 JOIN payment_transaction back ON back.source_transaction_id = link.transaction_id
                 -- What never was the order's, such as a second payment, is given back without a return.
                 JOIN payment_transaction paid ON paid.id = link.transaction_id AND paid.mobile_to_return IS NOT TRUE
                WHERE link.sale_order_id = sale.id AND back.operation = 'refund' AND back.state = 'done'""")

    @api.model
    def _last_bought(self, partner, company, product_ids):
        """Return when a customer bought products last (naive UTC); those that they never bought are left out.

        :rtype: dict[int, datetime]
        """
        if not partner or not product_ids:
            return {}
        return dict(self.env.execute_query(SQL(
            'SELECT product_id, max(bought_at) FROM (%s) bought WHERE product_id = ANY(%s) GROUP BY 1',
            self._lines_sql(company=company, partner_ids=partner.ids), list(product_ids))))
