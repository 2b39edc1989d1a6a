from datetime import timedelta

try:
    import numpy as np
except ImportError:
    np = None

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import affinity

# After so many days a purchase counts half.
HALF_LIFE = 30
# Older purchases would count less than one in sixty-four.
LOOK_BACK = 6 * HALF_LIFE
# What is listed of each store. Of the whole company everything is, for its categories.
PER_STORE = 100


class MobilePopularity(models.Model):
    """What sells these days, in a company and at each of its stores: for those of whom nothing is known.

    These are figures of sales, from the purchases of all customers, and lead to none of them. What apps do not show is
    not among them, lest it take the place of what they do.
    """

    _name = 'mobile.popularity'
    _description = "Popular Product"
    _order = 'score desc, product_id'
    _rec_name = 'product_id'
    _log_access = False

    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    store_id = fields.Many2one(
        comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='cascade',
        help="Empty: all stores together, and sales elsewhere.")
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, readonly=True, index=True, ondelete='cascade')
    score = fields.Float(
        string="Purchases", readonly=True, aggregator=None,
        help="How often it was bought; a purchase counts half after 30 days. 0 when too few have bought it to tell.")
    # What rankings ask of products in the whole company: see ``tools/affinity``.
    recent = fields.Float(
        readonly=True, aggregator=None, help="The part of the customers of the last weeks who bought it then.")
    again = fields.Float(
        readonly=True, aggregator=None, help="The part of its customers who bought it on several days.")

    _listed_idx = models.Index('(company_id, store_id, score DESC, product_id)')
    # PostgreSQL takes no order from an index of which a column before it IS NULL.
    _listed_anywhere_idx = models.Index('(company_id, score DESC, product_id) WHERE store_id IS NULL')

    # === BUSINESS METHODS === #

    @api.model
    def _rebuild(self, company, now):
        """Count anew what sells, in one statement and transaction: readers see the old figures until it ends.

        :param datetime now: naive UTC.
        """
        self.env.flush_all()
        since = now - timedelta(days=min(company.mobile_recommend_days, LOOK_BACK))
        self.env.cr.execute(SQL('DELETE FROM mobile_popularity WHERE company_id = %s', company.id))
        # A purchase is one of a day by one customer, however many pieces they took and lines there are.
        self.env.cr.execute(SQL(
            """WITH bought AS MATERIALIZED (
                   SELECT DISTINCT line.store_id, line.product_id, line.bought_at::date AS day,
                          coalesce(line.partner_id, -line.basket) AS customer
                     FROM (%(lines)s) line),
                   counted AS (
                   SELECT bought.store_id, bought.product_id,
                          sum(power(0.5, (%(today)s - bought.day) / %(half_life)s::float8)) AS score,
                          count(DISTINCT bought.customer) AS customers, GROUPING(bought.store_id) AS is_total
                     FROM bought GROUP BY GROUPING SETS ((bought.product_id), (bought.product_id, bought.store_id))),
                   ranked AS (
                   SELECT *, row_number() OVER (PARTITION BY is_total, store_id ORDER BY score DESC, product_id) AS rank
                     FROM counted
                    WHERE customers >= %(customers)s AND (is_total = 1 OR store_id IS NOT NULL)
                      AND product_id IN %(shown)s)
               INSERT INTO mobile_popularity (company_id, store_id, product_id, score)
               SELECT %(company)s, store_id, product_id, score FROM ranked
                WHERE is_total = 1 OR rank <= %(per_store)s""",
            lines=self.env['mobile.purchase']._lines_sql(company=company, since=since), today=now.date(),
            half_life=HALF_LIFE, customers=company.mobile_recommend_customers, company=company.id,
            per_store=PER_STORE, shown=self.env['mobile.recommendation']._shown_sql(company.id)))
        self.invalidate_model()

    @api.model
    def _keep_habits(self, company, popularity):
        """Write down how products are bought, for rankings.

        :param affinity.Popularity popularity:
        """
        columns = (popularity.product.tolist(), popularity.recent.tolist(), popularity.again.tolist())
        self.env.cr.execute(SQL(
            """WITH told AS MATERIALIZED (
                   SELECT told.* FROM unnest(%(product)s::int4[], %(recent)s::float8[], %(again)s::float8[])
                                      AS told (product_id, recent, again)
                     JOIN product_product product ON product.id = told.product_id),
                   known AS (
                   UPDATE mobile_popularity popularity SET recent = told.recent, again = told.again
                     FROM told
                    WHERE popularity.company_id = %(company)s AND popularity.store_id IS NULL
                      AND popularity.product_id = told.product_id RETURNING popularity.product_id)
               INSERT INTO mobile_popularity (company_id, product_id, score, recent, again)
               SELECT %(company)s, told.product_id, 0, told.recent, told.again
                 FROM told WHERE told.product_id NOT IN (SELECT product_id FROM known)""",
            company=company.id, product=columns[0], recent=columns[1], again=columns[2]))
        self.invalidate_model()

    @api.model
    def _habits(self, company):
        """Return what rankings ask of the products of a company.

        :rtype: affinity.Popularity
        """
        rows = self.env.execute_query(SQL(
            """SELECT product_id, recent, again FROM mobile_popularity
                WHERE company_id = %s AND store_id IS NULL AND again IS NOT NULL ORDER BY product_id""", company.id))
        product, recent, again = zip(*rows, strict=True) if rows else ((), (), ())
        return affinity.Popularity(
            np.array(product, np.int64), np.array(recent, np.float64), np.array(again, np.float64))
