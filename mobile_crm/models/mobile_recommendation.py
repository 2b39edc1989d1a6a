from datetime import datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.array_field import Integers, SmallIntegers

# Customers whose recommendations are made in one transaction.
BATCH = 500
# When the recommendations were made of whom none were made yet.
NEVER = datetime(1970, 1, 1)  # noqa: DTZ001 (Odoo's are naive UTC)


class MobileRecommendation(models.Model):
    """What one customer is recommended: a row for each who has agreed to profiling, made each night and soon after a
    purchase, and read by one index.

    There is a row as long as the consent holds: it is begun and deleted with it, and whoever makes recommendations
    only ever changes rows that are there. So nobody who withdraws meanwhile gets one again. The lists are arrays, since
    a million customers have fifty products each. `product_ids`, `whys`, `because_ids` and `amounts` go together, best
    first; see ``mobile_recommendation_reason``.
    """

    _name = 'mobile.recommendation'
    _description = "Recommendations of a Customer"
    _order = 'id'
    _rec_name = 'partner_id'
    _log_access = False

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    computed_at = fields.Datetime(string="Made", required=True, readonly=True, default=NEVER)
    product_ids = Integers(string="Products", readonly=True, help="Best first.")
    whys = SmallIntegers(string="Reasons", readonly=True, help="By the number of the reason.")
    because_ids = Integers(
        string="Because Of", readonly=True,
        help="The product that the customer has bought; of what is new, the category.")
    amounts = SmallIntegers(
        string="Amounts", readonly=True,
        help="Of what is due again, days between purchases; else how often it was bought.")
    resting_ids = Integers(
        string="Just Bought", readonly=True, help="These products are not recommended so soon after they were bought.")
    resting_category_ids = Integers(
        string="Categories Just Bought From", readonly=True,
        help="Nothing of these categories is recommended, because it lasts.")

    _customer_unique = models.UniqueIndex('(partner_id, company_id)')
    _outdated_idx = models.Index('(company_id, computed_at)')

    # === BUSINESS METHODS: who has recommendations === #

    @api.model
    def _begin(self, partner, company):
        """Let a customer have recommendations from now on, who has just agreed to them."""
        if company.mobile_recommend:
            self.env.cr.execute(SQL(
                """INSERT INTO mobile_recommendation (partner_id, company_id, computed_at) VALUES (%s, %s, %s)
                       ON CONFLICT DO NOTHING""", partner.id, company.id, NEVER))
            self._wake()

    @api.model
    def _end(self, partner, company):
        """Forget a customer's recommendations, who has just withdrawn their consent."""
        for table in ('mobile_recommendation_purchase', self._table):
            self.env.cr.execute(SQL(
                'DELETE FROM %s WHERE partner_id = %s AND company_id = %s', SQL.identifier(table), partner.id,
                company.id))
        self.invalidate_model()

    @api.model
    def _outdate(self, partner):
        """Have a customer's recommendations made anew, whose purchases have become others."""
        self.env.cr.execute(SQL(
            'UPDATE mobile_recommendation SET computed_at = %s WHERE partner_id = %s', NEVER, partner.id))
        self._wake()

    @api.model
    def _enrol(self, company):
        """Begin the rows of those who agree and have none, and delete those of customers whom a new wording asks again.

        For what consents came in by other ways, such as an import.
        """
        Affinity = self.env['mobile.affinity']
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_recommendation (partner_id, company_id, computed_at)
               SELECT willing.partner_id, %s, %s FROM (%s) willing ON CONFLICT DO NOTHING""",
            company.id, NEVER, Affinity._willing_sql(company)))
        # Who has withdrawn while these rows were begun saw none to delete: they are visible to all from here on.
        self.env['ir.cron']._commit_progress()
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_recommendation known WHERE company_id = %s AND NOT %s', company.id,
            self.env['mobile.consent']._granted_sql(SQL('known.partner_id'), SQL('%s', company.id), 'profiling')))
        self.invalidate_model()

    @api.model
    def _follow_setting(self, companies):
        """Do what follows when companies switch personal recommendations on or off."""
        off = companies.filtered(lambda company: not company.mobile_recommend)
        for table in ('mobile_recommendation_purchase', self._table, 'mobile_affinity'):
            self.env.cr.execute(SQL(
                'DELETE FROM %s WHERE company_id = ANY(%s)', SQL.identifier(table), off.ids))
        if companies - off and (cron := self.env.ref('mobile_crm.ir_cron_mobile_affinity', raise_if_not_found=False)):
            cron.sudo()._trigger()

    # === BUSINESS METHODS: making them === #

    @api.model
    def _wake(self):
        """Have what is outdated made anew soon."""
        if cron := self.env(su=True).ref('mobile_crm.ir_cron_mobile_recommendation', raise_if_not_found=False):
            cron._trigger()

    @api.model
    def _cron_make(self):
        """Make the recommendations anew of those who have bought something, and of those that are from before the last
        rebuilding."""
        while done := self._make_outdated(BATCH):
            if not self.env['ir.cron']._commit_progress(done, remaining=int(done >= BATCH)):
                return

    @api.model
    def _make_outdated(self, limit):
        """Make some customers' recommendations anew that are outdated.

        :return: how many; 0 also when somebody else has changed them meanwhile, and they are tried again later.
        :rtype: int
        """
        try:
            with self.env.cr.savepoint():
                outdated = self._claim_purchases(limit) or self._find_outdated(limit)
                for company_id in {company_id for company_id, _partner_id in outdated}:
                    self._make(self.env['res.company'].browse(company_id), sorted(
                        {partner_id for company, partner_id in outdated if company == company_id}),
                        fields.Datetime.now())
            return len(outdated)
        except (psycopg2.errors.SerializationFailure, ConcurrencyError):
            # A customer was erased or has withdrawn: a new transaction sees that.
            self._wake()
            return 0

    @api.model
    def _claim_purchases(self, limit):
        """Take purchases that recommendations do not know of yet, each by one of several workers."""
        self.env.cr.execute(SQL(
            """DELETE FROM mobile_recommendation_purchase
                WHERE id IN (SELECT id FROM mobile_recommendation_purchase ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING company_id, partner_id""", limit), log_exceptions=False)
        return self.env.cr.fetchall()

    @api.model
    def _find_outdated(self, limit):
        """Return whose recommendations are from before the last rebuilding, or were never made."""
        self.env['res.company'].flush_model()
        companies = self.env['res.company'].search([('mobile_recommend', '=', True)])
        found = []
        for company in companies:
            self.env.cr.execute(SQL(
                """SELECT company_id, partner_id FROM mobile_recommendation
                    WHERE company_id = %s AND computed_at < %s LIMIT %s""",
                company.id, company.mobile_recommend_built_at or NEVER + timedelta(days=1), limit - len(found)))
            found += self.env.cr.fetchall()
            if len(found) >= limit:
                break
        return found


class MobileConsent(models.Model):
    _inherit = 'mobile.consent'

    @api.model
    def _follow(self, partner, company, changes):
        """Override: recommendations rest on the consent to profiling."""
        res = super()._follow(partner, company, changes)
        if 'profiling' in changes:
            Recommendation = self.env['mobile.recommendation']
            (Recommendation._begin if changes['profiling'] else Recommendation._end)(partner, company)
        return res
