from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from .mobile_catalogue_stores import OUT, STORES
from .mobile_recommendation_reason import MORE, NEW, NEW_DAYS, POPULAR, TOGETHER, Candidate, Reason

# What is read of what goes with a product, is popular, and is new: enough to fill the longest list.
READ_AHEAD = 120
# A list ends here, however often the next page is asked for.
LONGEST = 200


class Recommended(NamedTuple):
    """A recommended product.

    :ivar ProductAnswer answer: what the shopper is told of it
    :ivar Reason reason:
    :ivar int place: in the whole list, from 1
    """

    answer: tuple
    reason: Reason
    place: int


class MobileRecommendation(models.Model):
    """What is shown of the recommendations: to whom, at which stores, and with what the list is filled."""

    _inherit = 'mobile.recommendation'

    # === BUSINESS METHODS === #

    @api.model
    def _recommend(self, shopper, limit, latitude=None, longitude=None, *, store_id=None, product_id=None,
                   category_id=None, after=0):
        """Return what a shopper is recommended: their own list, then what is popular near them, then what is new.

        Without consent to profiling, or a customer, it begins with what is popular. What no store of theirs has is left
        out.

        :param Shopper shopper:
        :param int limit: how many.
        :param float latitude, longitude: degrees, or None.
        :param int store_id: the only store that counts.
        :param int product_id: one that they can see: what goes with it instead of their own list.
        :param int category_id: only products of this category and those below.
        :param int after: the place of the last one that they have; 0 for the first page.
        :return: and whether there are more.
        :rtype: tuple[list[Recommended], bool]
        :raise Problem: 422 when there is no such store.
        """
        stores = self._stores_of(shopper, latitude, longitude, store_id)
        candidates = self._candidates(shopper, stores[:1], product_id, category_id)
        there = self._in_stock([each.product_id for each in candidates], stores)
        listed = [each for each in candidates if each.product_id in there][:LONGEST]
        page = listed[after:after + limit]
        products = self.env['product.product'].sudo().browse(each.product_id for each in page)
        answers = self.env['mobile.catalogue']._answers(shopper, products, latitude, longitude, store_id=store_id)
        reasons = self._reasons(page, category_id)
        return [
            Recommended(answer, reason, after + number)
            for number, (answer, reason) in enumerate(zip(answers, reasons, strict=True), 1)
        ], len(listed) > after + limit

    # === WHAT MAY BE SHOWN === #

    @api.model
    def _recommendable_domain(self, company):
        """Return the domain of the products that may be recommended: visible goods that nobody has excluded.

        Services are nothing that somebody may want as well, and neither are gift cards, whatever kind of product they
        are.
        """
        self.env['loyalty.rule'].flush_model()
        gift_cards = SQL(
            """SELECT link.product_product_id FROM loyalty_rule_product_product_rel link
                 JOIN loyalty_rule rule ON rule.id = link.loyalty_rule_id
                 JOIN loyalty_program program ON program.id = rule.program_id
                WHERE program.program_type IN ('gift_card', 'ewallet')""")
        return self.env['mobile.catalogue']._visible_domain(company) & Domain([
            ('type', '!=', 'service'), ('mobile_never_recommended', '=', False), ('id', 'not in', gift_cards)])

    @api.model
    @tools.ormcache('company_id')
    def _shown_sql(self, company_id):
        """Return a query of the products that may be recommended. Odoo takes longer to write it than PostgreSQL to run
        it, so it is written once.

        :rtype: SQL
        """
        company = self.env['res.company'].sudo().browse(company_id)
        Product = self.env['product.product'].sudo().with_context(active_test=True)
        return SQL('(%s)', Product._search(self._recommendable_domain(company), order='id').select())

    @api.model
    def _is_shown_sql(self, company_id, product):
        """Return the condition that one product may be recommended, for statements that look at some only.

        PostgreSQL would rather read all products for a few hundred; with an offset it looks up each.

        :param SQL product: its id.
        """
        return SQL(
            'EXISTS (SELECT FROM %s shown WHERE shown.id = %s OFFSET 0)', self._shown_sql(company_id), product)

    @api.model
    def _stores_of(self, shopper, latitude, longitude, store_id):
        """Return the stores that count for a shopper, the nearest first: the one that was asked for, those around, or
        else their favourite ones.

        :rtype: list[NearStore]
        """
        Catalogue = self.env['mobile.catalogue']
        asked = Catalogue._asked_store(shopper, store_id, latitude, longitude)
        if asked:
            return [asked]
        place = None if latitude is None else (latitude, longitude)
        return Catalogue._stores_around(
            shopper, None, place, is_told=False, limit=STORES if Catalogue._counts_stock() else 1)[:STORES]

    @api.model
    def _in_stock(self, product_ids, stores):
        """Return which products one of the stores has, or may have.

        :rtype: set[int]
        """
        if not stores or not self.env['mobile.catalogue']._counts_stock():
            return set(product_ids)
        states = self.env['mobile.catalogue']._availability(product_ids, [store.id for store in stores])
        return {product_id for product_id in product_ids
                if any(states[product_id, store.id].state != OUT for store in stores)}

    # === WHAT THERE IS === #

    @api.model
    def _candidates(self, shopper, stores, product_id=None, category_id=None):
        """Return what may be recommended, best first, in one query.

        :param stores: list of the nearest one, or of none.
        :rtype: list[Candidate]
        """
        company = shopper.company
        chosen = self._chosen_sql(category_id)
        parts = [
            self._beside_sql(company, product_id) if product_id else self._own_sql(),
            *(self._popular_sql(company, SQL('= %s', store.id), store.id, 2, chosen) for store in stores),
            self._popular_sql(company, SQL('IS NULL'), 0, 3, chosen), self._newest_sql(company, chosen)]
        self.env.cr.execute(SQL(
            """WITH own AS MATERIALIZED (%(own)s), fresh AS MATERIALIZED (%(fresh)s)
               SELECT candidate.product_id, candidate.why, candidate.because_id, candidate.amount
                 FROM (%(parts)s) candidate
                 JOIN product_product product ON product.id = candidate.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE %(shown)s AND candidate.product_id IS DISTINCT FROM %(product)s
                  %(in_category)s
                  AND NOT EXISTS (SELECT FROM own WHERE candidate.product_id = ANY(own.resting_ids)
                                     OR template.categ_id = ANY(own.resting_category_ids))
                  AND NOT EXISTS (SELECT FROM fresh WHERE candidate.product_id = ANY(fresh.product_ids)
                                     OR template.categ_id = ANY(fresh.category_ids))
                ORDER BY candidate.part, candidate.place, candidate.product_id""",
            own=self._row_sql(shopper), fresh=self._fresh_sql(shopper), parts=SQL(' UNION ALL ').join(parts),
            shown=self._is_shown_sql(company.id, SQL('candidate.product_id')), product=product_id or None,
            in_category=SQL('AND %s', chosen) if chosen else SQL()))
        found = {}
        for row in self.env.cr.fetchall():
            found.setdefault(row[0], Candidate(*row))
        return list(found.values())

    @api.model
    def _row_sql(self, shopper):
        """Return a query of the shopper's own row; of nobody who does not agree to it, also by a new wording."""
        company, partner_id = shopper.company, shopper.partner.id or 0
        return SQL(
            'SELECT * FROM mobile_recommendation WHERE partner_id = %s AND company_id = %s AND %s',
            partner_id, company.id,
            self.env['mobile.consent']._granted_sql(SQL('%s', partner_id), SQL('%s', company.id), 'profiling'))

    @api.model
    def _fresh_sql(self, shopper):
        """Return a query of what the shopper has bought since their row was made."""
        return SQL(
            """SELECT product_ids, category_ids FROM mobile_recommendation_purchase
                WHERE partner_id = %s AND company_id = %s""",
            shopper.partner.id or 0, shopper.company.id)

    @api.model
    def _chosen_sql(self, category_id):
        """Return the condition that a ``template`` is in the category that was asked for, or below it; or nothing."""
        return SQL(
            """template.categ_id IN (SELECT category.id FROM product_category category JOIN product_category asked
                                         ON starts_with(category.parent_path, asked.parent_path)
                                      WHERE asked.id = %s)""", category_id) if category_id else SQL()

    @api.model
    def _own_sql(self):
        return SQL(
            """SELECT 1 AS part, item.place::float8 AS place, item.product_id, item.why, item.because_id, item.amount
                 FROM own, unnest(own.product_ids, own.whys, own.because_ids, own.amounts) WITH ORDINALITY
                           AS item (product_id, why, because_id, amount, place)""")

    @api.model
    def _beside_sql(self, company, product_id):
        return SQL(
            """(SELECT 1 AS part, -weight AS place, other_id AS product_id, %s AS why, product_id AS because_id,
                       together AS amount
                  FROM mobile_affinity WHERE product_id = %s AND company_id = %s ORDER BY weight DESC LIMIT %s)""",
            TOGETHER, product_id, company.id, READ_AHEAD)

    @api.model
    def _popular_sql(self, company, store, store_id, part, chosen):
        in_category = SQL(
            """AND product_id IN (SELECT product.id FROM product_product product
                                    JOIN product_template template ON template.id = product.product_tmpl_id
                                   WHERE %s)""",
            chosen) if chosen else SQL()
        return SQL(
            """(SELECT %s AS part, -score AS place, product_id, %s AS why, %s AS because_id, 0 AS amount
                  FROM mobile_popularity WHERE company_id = %s AND store_id %s AND score > 0 %s
                 ORDER BY score DESC, product_id LIMIT %s)""",
            part, POPULAR, store_id, company.id, store, in_category, READ_AHEAD)

    @api.model
    def _newest_sql(self, company, chosen):
        return SQL(
            """(SELECT 4 AS part, -product.id::float8 AS place, product.id AS product_id,
                       CASE WHEN product.create_date >= %s THEN %s ELSE %s END AS why,
                       coalesce(template.categ_id, 0) AS because_id, 0 AS amount
                  FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE (template.company_id IS NULL OR template.company_id = ANY(%s)) %s
                 ORDER BY product.id DESC LIMIT %s)""",
            fields.Datetime.now() - timedelta(days=NEW_DAYS), NEW, MORE,
            list(self.env['mobile.catalogue']._companies(company.id)), SQL('AND %s', chosen) if chosen else SQL(),
            READ_AHEAD)
