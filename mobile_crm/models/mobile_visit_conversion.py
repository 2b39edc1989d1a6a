from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing

# An order that is confirmed so long after its customer came in is put down to the visit.
CONVERTS_FOR = timedelta(hours=24)
# The daily look at visits whose order crossed them in the moment when both were written.
MISSED_SINCE = timedelta(days=3)
# A visit that is reported later than this may have had its order.
LATE = timedelta(minutes=1)


class MobileVisit(models.Model):
    """What came of a visit: the first order that its customer confirmed within a day, if no later visit is nearer."""

    _inherit = 'mobile.visit'

    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='set null',
        help="The customer's first order that was confirmed within 24 hours of coming in, and before they came again.")
    currency_id = fields.Many2one(related='company_id.currency_id')
    order_amount = fields.Monetary(
        string="Ordered", readonly=True, help="Untaxed total of the sales order, in the company's currency.")
    is_converted = fields.Boolean(string="With an Order", readonly=True)
    conversion = fields.Float(
        string="Conversion (%)", compute='_compute_conversion', aggregator='avg',
        help="The share of visits that an order followed.")

    # === COMPUTE METHODS === #

    @api.depends('is_converted')
    def _compute_conversion(self):
        for visit in self:
            visit.conversion = 100 if visit.is_converted else 0

    def _read_group_select(self, aggregate_spec, query):
        """Override to count the share in SQL; no column holds it."""
        if aggregate_spec == 'conversion:avg':
            return SQL(
                'AVG(CASE WHEN %s THEN 100.0 ELSE 0.0 END)', self._field_to_sql(self._table, 'is_converted', query))
        return super()._read_group_select(aggregate_spec, query)

    # === BUSINESS METHODS === #

    @api.model
    def _write_visits(self, new, updated, gone, zones, device_id, partner_id, company_id):
        """Override: new visits may have had their order already, and those that are gone leave theirs to others.

        A visit whose beginning moves keeps its order until the daily look: that is rare, and each report would pay.
        """
        freed = [order_id for order_id, in self.env.execute_query(SQL(
            'SELECT order_id FROM mobile_visit WHERE id IN %s AND order_id IS NOT NULL', tuple(gone)))] if gone else []
        created = super()._write_visits(new, updated, gone, zones, device_id, partner_id, company_id)
        # Nobody has ordered yet who comes in now; what is ordered from here on looks for its visit itself.
        late = fields.Datetime.now() - LATE
        self._find_orders(
            [(partner_id, company_id, visit.entered_at) for visit in new if visit.entered_at < late], freed)
        return created

    @api.model
    def _find_orders(self, moments, freed=()):
        """Look for the orders of visits that are new: a phone may report after its customer has ordered.

        Visits of the day before are looked at again, as an order may be nearer to a new one.

        :param list[tuple] moments: ids of a customer and a company, and when they came in (naive UTC).
        :param freed: ids of the ``sale.order`` of visits that are gone.
        """
        orders = self.env['sale.order'].sudo().browse(freed)
        self._assign_orders_around(
            moments + [(order.partner_id.id, order.company_id.id, order.date_order) for order in orders])

    @api.model
    def _follow_orders(self, orders):
        """Put orders that were just confirmed down to visits, and take those that were cancelled from theirs.

        :param orders: ``sale.order``.
        """
        orders.flush_recordset(
            ['state', 'date_order', 'amount_untaxed', 'currency_rate', 'partner_id', 'company_id'])
        self._assign_orders_around(
            [(order.partner_id.id, order.company_id.id, order.date_order) for order in orders], orders.ids)

    @api.autovacuum
    def _find_missed_orders(self):
        """Look again at the visits of the last days.

        An order and a late report that are written at once do not see each other.
        """
        self._assign_orders(SQL(
            'SELECT id FROM mobile_visit WHERE entered_at > %s', fields.Datetime.now() - MISSED_SINCE))

    @api.model
    def _assign_orders_around(self, moments, order_ids=()):
        """Assign anew the orders of the visits that began within a day before some moments.

        :param list[tuple] moments: ids of a customer and a company, and a naive UTC time.
        :param order_ids: the visits that have these are looked at, too.
        """
        if moments:
            self._assign_orders(SQL(
                """SELECT visit.id FROM (VALUES %s) moment (partner_id, company_id, at)
                     JOIN mobile_visit visit ON visit.partner_id = moment.partner_id
                          AND visit.company_id = moment.company_id
                          AND visit.entered_at BETWEEN moment.at - %s AND moment.at
                    UNION SELECT id FROM mobile_visit WHERE order_id = ANY(%s)""",
                SQL(', ').join(SQL('(%s, %s, %s::timestamp)', *moment) for moment in moments),
                CONVERTS_FOR, list(order_ids)))

    @api.model
    def _assign_orders(self, chosen):
        """Assign anew the orders of some visits; only what differs is written.

        An order counts for one visit, the last that began before it, so that sums over visits count it once.

        :param SQL chosen: a query of ids.
        """
        self.flush_model()
        changed = execute_racing(self.env, SQL(
            """UPDATE mobile_visit
                  SET order_id = found.order_id, order_amount = found.amount,
                      is_converted = found.order_id IS NOT NULL
                 FROM (SELECT visit.id, sale.id AS order_id, sale.amount
                         FROM mobile_visit visit
                    LEFT JOIN LATERAL (
                              SELECT sale.id, sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS amount
                                FROM sale_order sale
                               WHERE sale.partner_id = visit.partner_id AND sale.company_id = visit.company_id
                                 AND sale.state = 'sale' AND sale.date_order >= visit.entered_at
                                 AND sale.date_order < visit.entered_at + %(converts_for)s
                                 AND NOT EXISTS (
                                     SELECT FROM mobile_visit nearer
                                      WHERE nearer.partner_id = visit.partner_id
                                        AND nearer.company_id = visit.company_id
                                        AND nearer.entered_at <= sale.date_order
                                        AND (nearer.entered_at, nearer.id) > (visit.entered_at, visit.id))
                            ORDER BY sale.date_order, sale.id LIMIT 1) sale ON TRUE
                        WHERE visit.id IN (%(chosen)s)) found
                WHERE mobile_visit.id = found.id
                  AND (mobile_visit.order_id IS DISTINCT FROM found.order_id
                       OR mobile_visit.is_converted IS DISTINCT FROM (found.order_id IS NOT NULL))
            RETURNING mobile_visit.id""", chosen=chosen, converts_for=CONVERTS_FOR))
        if changed:
            self.invalidate_model(['order_id', 'order_amount', 'is_converted', 'conversion'])
