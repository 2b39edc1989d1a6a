import logging
from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import affinity
from ..tools.copying import read_integers

_logger = logging.getLogger(__name__)

# Products that go with one, at most.
KEEP = 30
# Products whose rows are written in one transaction.
BATCH = 1_000
# Bytes that one block of the computing may take beside the purchases themselves.
MEMORY = 256 * 1024 * 1024


class MobileAffinity(models.Model):
    """What goes with a product: what is bought together, and by the same customers.

    It names no customer, rests on purchases of those alone who have agreed to profiling, and says nothing that fewer
    customers than the company's minimum have bought.
    """

    _name = 'mobile.affinity'
    _description = "Affinity of Products"
    _order = 'product_id, weight desc, id'
    _rec_name = 'other_id'
    _log_access = False

    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    product_id = fields.Many2one(comodel_name='product.product', required=True, readonly=True, ondelete='cascade')
    other_id = fields.Many2one(
        string="Goes With It", comodel_name='product.product', required=True, readonly=True, index=True,
        ondelete='cascade')
    weight = fields.Float(
        readonly=True, aggregator=None, help="How well it goes with the product, compared with its other ones.")
    together = fields.Integer(
        string="Customers", readonly=True, aggregator=None, help="How many have bought both.")

    _pair_unique = models.Constraint(
        'UNIQUE (product_id, company_id, other_id)', "A product goes with another one once.")

    # === BUSINESS METHODS: what it rests on === #

    @api.model
    def _willing_sql(self, company):
        """Return a query of the customers (``partner_id``) who agree to profiling now."""
        Consent = self.env['mobile.consent']
        Consent.flush_model()
        return SQL(
            """SELECT asked.partner_id
                 FROM (SELECT DISTINCT subject_id AS partner_id FROM mobile_consent
                        WHERE company_id = %(company)s AND purpose = 'profiling' AND granted) asked
                 JOIN res_partner ON res_partner.id = asked.partner_id
                WHERE %(granted)s""",
            company=company.id,
            granted=Consent._granted_sql(SQL('asked.partner_id'), SQL('%s', company.id), 'profiling'))

    @api.model
    def _since(self, company, now):
        """Return the first instant whose purchases count."""
        return now - timedelta(days=company.mobile_recommend_days)

    # === BUSINESS METHODS: each night === #

    @api.model
    def _cron_rebuild(self):
        """Work out what is popular and what goes together, and have customers' recommendations made anew."""
        companies = self.env['res.company'].search([('mobile_recommend', '=', True)])
        for number, company in enumerate(companies):
            self._rebuild(company, fields.Datetime.now())
            self.env['ir.cron']._commit_progress(1, remaining=len(companies) - number - 1)
        self.env['mobile.recommendation']._wake()

    @api.model
    def _rebuild(self, company, now):
        """Work out a company's figures anew. It commits as it goes; what a cut leaves half done is done the next night.

        :param company: ``res.company``.
        :param datetime now: naive UTC.
        """
        self.env['mobile.popularity']._rebuild(company, now)
        self.env['ir.cron']._commit_progress()
        if affinity.is_available():
            self._rebuild_pairs(company, now)
        else:
            _logger.info("What goes together is not worked out: scipy is not installed.")
        self.env['mobile.recommendation']._enrol(company)
        # Later than all that was made before, also in this second.
        company.mobile_recommend_built_at = timedelta(seconds=1) + max(
            fields.Datetime.now(), company.mobile_recommend_built_at or now)
        self.env['ir.cron']._commit_progress()

    @api.model
    def _rebuild_pairs(self, company, now):
        """Work out what goes together, and replace what was there product by product."""
        purchases = self._purchases(company, now)
        today = (now.date() - affinity.EPOCH).days
        self.env['mobile.popularity']._keep_habits(company, affinity.popularity(
            purchases, today, customers=company.mobile_recommend_customers))
        self.env['ir.cron']._commit_progress()
        found = affinity.neighbours(
            purchases, today, keep=KEEP, memory=MEMORY, customers=company.mobile_recommend_customers)
        built = []
        while batch := list(islice(found, BATCH)):
            built += [int(each.product) for each in batch]
            self._replace(company, batch)
            self.env['ir.cron']._commit_progress()
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_affinity WHERE company_id = %s AND NOT product_id = ANY(%s)', company.id, built))
        self.invalidate_model()

    @api.model
    def _purchases(self, company, now):
        """Return what those bought who agree to profiling, as arrays of 20 bytes for each line.

        :rtype: affinity.Purchases
        """
        columns = read_integers(self.env.cr, SQL(
            """WITH willing AS MATERIALIZED (%s)
               SELECT line.partner_id, line.product_id, line.basket, line.bought_at::date - DATE '1970-01-01' AS day
                 FROM (%s) line JOIN willing USING (partner_id)""",
            self._willing_sql(company),
            self.env['mobile.purchase']._lines_sql(company=company, since=self._since(company, now))),
            {'partner_id': 4, 'product_id': 4, 'basket': 8, 'day': 4})
        return affinity.Purchases(
            columns['partner_id'], columns['product_id'], columns['basket'], columns['day'])

    @api.model
    def _replace(self, company, batch):
        """Write what goes with some products.

        :param list batch: ``affinity.Neighbours``.
        """
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_affinity WHERE company_id = %s AND product_id = ANY(%s)',
            company.id, [int(each.product) for each in batch]))
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_affinity (company_id, product_id, other_id, weight, together)
               SELECT %s, pair.product_id, pair.other_id, pair.weight, pair.together
                 FROM unnest(%s::int4[], %s::int4[], %s::float8[], %s::int4[])
                      AS pair (product_id, other_id, weight, together)
                 JOIN product_product product ON product.id = pair.product_id
                 JOIN product_product other ON other.id = pair.other_id""",
            company.id, [int(each.product) for each in batch for _other in each.others],
            [int(other) for each in batch for other in each.others],
            [float(weight) for each in batch for weight in each.weights],
            [int(count) for each in batch for count in each.together]))
