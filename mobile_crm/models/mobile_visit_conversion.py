from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing
from .mobile_attribution import Chosen
from .mobile_purchase import Scope

# What is bought so long after its customer came in is put down to the visit, unless it is known to be of another store.
CONVERTS_FOR = timedelta(hours=24)
# Phones notice too early that they leave, and receipts are written as one goes.
GRACE = timedelta(hours=1)
# The daily look at purchases that crossed their visit in the moment when both were written.
MISSED_SINCE = timedelta(days=3)
# A visit that is reported later than this may have had its order.
LATE = timedelta(minutes=1)


class MobileVisit(models.Model):
    """What came of a visit: what its customer bought in it, or within a day of coming in (see ``mobile.attribution``).
    """

    _inherit = 'mobile.visit'

    purchase_ids = fields.One2many(
        string="Purchases", comodel_name='mobile.attribution', inverse_name='visit_id', readonly=True)
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, index='btree_not_null', ondelete='set null',
        help="The first one of the visit; what was bought at a till has none.")
    currency_id = fields.Many2one(related='company_id.currency_id')
    order_amount = fields.Monetary(
        string="Bought", readonly=True,
        help="What the customer bought in the visit or within 24 hours of coming in, before they came again: without "
             "taxes, less what was returned, in the company's currency.")
    is_converted = fields.Boolean(string="With a Purchase", readonly=True)
    conversion = fields.Float(
        string="Conversion (%)", compute='_compute_conversion', aggregator='avg',
        help="The share of visits that a purchase followed.")

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
        """Override: new visits may have had their purchases already, and those that are gone leave theirs to others.

        A visit whose beginning moves keeps its purchases until the daily look: that is rare, and each report would pay.
        """
        freed = self.env.execute_query(SQL(
            """SELECT min(bought_at), max(bought_at) FROM mobile_attribution WHERE visit_id IN %s
               HAVING count(*) > 0""", tuple(gone))) if gone else []
        created = super()._write_visits(new, updated, gone, zones, device_id, partner_id, company_id)
        # Nobody has bought yet who comes in now; what is bought from here on looks for its visit itself.
        late = fields.Datetime.now() - LATE
        moments = [visit.entered_at for visit in new if visit.entered_at < late]
        spans = [(moment, moment + CONVERTS_FOR) for moment in moments] + [tuple(span) for span in freed]
        self._find_purchases(partner_id, company_id, spans)
        return created

    @api.model
    def _find_purchases(self, partner_id, company_id, spans):
        """Look for the purchases of visits that are new: a phone may report after its customer has bought something.

        :param int partner_id, company_id:
        :param list[tuple] spans: from and until when they may have bought it (naive UTC).
        """
        if spans:
            self.env['mobile.attribution'].sudo()._follow_around(
                self.env['res.partner'].browse(partner_id), self.env['res.company'].browse(company_id),
                min(since for since, _until in spans), max(until for _since, until in spans) + timedelta(seconds=1))

    @api.autovacuum
    def _find_missed_purchases(self):
        """Look again at the purchases of the last days of those who came.

        A purchase and a late report that are written at once do not see each other.
        """
        self.flush_model()
        since = fields.Datetime.now() - MISSED_SINCE
        for company_id, partner_ids in self.env.execute_query(SQL(
                """SELECT company_id, array_agg(DISTINCT partner_id) FROM mobile_visit WHERE entered_at > %s
                    GROUP BY company_id""", since)):
            self.env['mobile.attribution'].sudo()._follow(Chosen(
                scope=Scope(self.env['res.company'].browse(company_id), partner_ids, since)))

    @api.model
    def _visit_of_sql(self):
        """Return the query of the visit (``id``) in which a purchase was made (``sold``: ``partner_id``,
        ``company_id``, ``store_id`` and ``bought_at``).

        A purchase belongs to one visit, the last that began before it, so that sums over visits count it once.
        """
        return SQL(
            """SELECT visit.id FROM mobile_visit visit
                WHERE visit.partner_id = sold.partner_id AND visit.company_id = sold.company_id
                  AND visit.entered_at <= sold.bought_at AND visit.entered_at > sold.bought_at - %s
                  AND (sold.store_id IS NULL OR visit.store_id = sold.store_id
                       AND (visit.left_at IS NULL OR visit.left_at >= sold.bought_at - %s))
             ORDER BY visit.entered_at DESC, visit.id DESC LIMIT 1""", CONVERTS_FOR, GRACE)

    @api.model
    def _count_purchases(self, visit_ids):
        """Write down what was bought in visits.

        :param list[int] visit_ids:
        """
        if not visit_ids:
            return
        self.flush_model()
        execute_racing(self.env, SQL(
            """UPDATE mobile_visit
                  SET order_id = found.order_id, order_amount = found.amount, is_converted = found.count > 0
                 FROM (SELECT visit.id, count(purchase.id) AS count, sum(purchase.revenue) AS amount,
                              (array_agg(purchase.order_id ORDER BY purchase.bought_at, purchase.order_id)
                               FILTER (WHERE purchase.order_id IS NOT NULL))[1] AS order_id
                         FROM mobile_visit visit LEFT JOIN mobile_attribution purchase ON purchase.visit_id = visit.id
                        WHERE visit.id = ANY(%s) GROUP BY visit.id) found
                WHERE mobile_visit.id = found.id
                  AND (mobile_visit.order_id, mobile_visit.order_amount, coalesce(mobile_visit.is_converted, FALSE))
                      IS DISTINCT FROM (found.order_id, found.amount, found.count > 0)""", list(visit_ids)))
        self.invalidate_model(['order_id', 'order_amount', 'is_converted', 'conversion', 'purchase_ids'], flush=False)
