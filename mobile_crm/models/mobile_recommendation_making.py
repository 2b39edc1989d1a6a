from collections import defaultdict
from datetime import timedelta

try:
    import numpy as np
except ImportError:
    np = None

from odoo import api, models
from odoo.tools import SQL

from ..tools import affinity, personal
from .mobile_recommendation_reason import AGAIN, BECAUSE, BEFORE, DUE, NEW, NEW_DAYS, POPULAR, Candidate

# Products that each customer is recommended, at most.
KEEP = 50
# How many more are ranked, since some are not shown, rest, or are gone.
RESERVE = 2
# What was bought is not recommended again for so many days, or for half the days after which they buy it again.
REST_DAYS = 3
# How many categories of a customer are looked at for what is new, and where it comes in.
LIKED_CATEGORIES = 3
NEW_PLACES = (4, 10, 16)
# What was bought on fewer days is nobody's favourite.
OFTEN = 3
# The largest number that an amount can be.
MOST = 32767
WHYS = {'due': DUE, 'again': AGAIN, 'bought_with': BECAUSE, 'similar': BECAUSE, 'popular': POPULAR}


class MobileRecommendation(models.Model):
    """How recommendations are made."""

    _inherit = 'mobile.recommendation'

    # === BUSINESS METHODS === #

    @api.model
    def _make(self, company, partner_ids, now):
        """Make the recommendations of some customers anew; the same by night as after a purchase.

        Only rows that are there are changed; see the class.

        :param company: ``res.company``.
        :param list partner_ids: customers, a batch.
        :param datetime now: naive UTC; purchases of later do not count.
        """
        today = (now.date() - personal.EPOCH).days
        histories, category_of = self._histories(company, partner_ids, now)
        wants = self._wants(company, histories, today)
        liked = self._liked(company, partner_ids, histories, category_of)
        fresh = self._new_products(company, {category for each in liked.values() for category in each}, now)
        lasting = self._lasting_categories()
        wanted = {want.product for each in wants.values() for want in each}
        shown = self._recommendable(company, wanted | {product for each in fresh.values() for product in each})
        rows = []
        for partner_id in partner_ids:
            history = histories.get(partner_id, {})
            resting, closed = self._resting(history, category_of, lasting, today)
            chosen = [
                Candidate(want.product, self._why(want, history), want.because_of, self._amount(want, history))
                for want in wants.get(partner_id, ())
                if want.product not in resting and shown.get(want.product, None) not in (None, *closed)][:KEEP]
            unknown = (
                Candidate(product, NEW, category) for category in liked.get(partner_id, ())
                for product in fresh.get(category, ())
                if product not in history and shown.get(product) not in (None, *closed))
            known = {candidate.product_id for candidate in chosen}
            for place, candidate in zip(NEW_PLACES, (each for each in unknown if each.product_id not in known),
                                        strict=False):
                chosen.insert(place, candidate)
            rows.append((
                partner_id, *([each[column] for each in chosen] for column in range(4)), sorted(resting) or None,
                sorted(closed) or None))
        self._store(company, rows, now)

    @api.model
    def _store(self, company, rows, now):
        """Write recommendations over those that are there.

        They are never from before the rebuilding, whatever another host's clock says: they would be made without end.
        """
        self.env.cr.execute_values(
            f"""UPDATE mobile_recommendation known
                   SET product_ids = made.product_ids::int4[], whys = made.whys::int2[],
                       because_ids = made.because_ids::int4[], amounts = made.amounts::int2[],
                       resting_ids = made.resting_ids::int4[], resting_category_ids = made.category_ids::int4[],
                       computed_at = greatest('{now:%Y-%m-%d %H:%M:%S}', company.mobile_recommend_built_at)
                  FROM (VALUES %s) made (partner_id, product_ids, whys, because_ids, amounts, resting_ids, category_ids)
                  JOIN res_company company ON company.id = {company.id:d}
                 WHERE known.partner_id = made.partner_id AND known.company_id = company.id""",  # noqa: S608
            rows, page_size=len(rows) or 1)
        self.invalidate_model()

    # === WHAT IT RESTS ON === #

    @api.model
    def _histories(self, company, partner_ids, now):
        """Return what customers bought and when.

        :return: {customer: {product: sorted days since 1970}}, and the category of each product.
        :rtype: tuple[dict, dict]
        """
        rows = self.env.execute_query(SQL(
            """SELECT line.partner_id, line.product_id, template.categ_id,
                      array_agg(DISTINCT line.bought_at::date - DATE '1970-01-01')
                 FROM (%s) line
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                GROUP BY 1, 2, 3""",
            self.env['mobile.purchase']._lines_sql(
                company=company, partner_ids=partner_ids, since=self.env['mobile.affinity']._since(company, now))))
        histories, category_of = defaultdict(dict), {}
        for partner_id, product_id, category_id, days in rows:
            histories[partner_id][product_id] = sorted(days)
            category_of[product_id] = category_id
        return dict(histories), category_of

    @api.model
    def _wants(self, company, histories, today):
        """Return what customers may want, best first.

        :rtype: dict[int, list[personal.Want]]
        """
        rows = self.env.execute_query(SQL(
            """SELECT product_id, other_id, weight FROM mobile_affinity
                WHERE company_id = %s AND product_id = ANY(%s)""",
            company.id, list({product for history in histories.values() for product in history})))
        if affinity.is_available():
            return self._ranked(company, histories, rows, today)
        pairs = defaultdict(list)
        for product_id, other_id, weight in rows:
            pairs[product_id].append((other_id, weight))
        return {partner_id: personal.wants(history, pairs, today)[:KEEP * RESERVE]
                for partner_id, history in histories.items()}

    @api.model
    def _ranked(self, company, histories, pairs, today):
        """Return what customers may want, as ``tools/affinity`` ranks it.

        :param list pairs: (product, other, weight).
        :rtype: dict[int, list[personal.Want]]
        """
        lines = np.array([
            (partner_id, product_id, day) for partner_id, history in histories.items()
            for product_id, days in history.items() for day in days], np.int64).reshape(-1, 3)
        product, other, weight = zip(*pairs, strict=True) if pairs else ((), (), ())
        ranking = affinity.rank(
            affinity.Purchases(lines[:, 0], lines[:, 1], lines[:, 0], lines[:, 2]),
            affinity.Pairs(np.array(product, np.int64), np.array(other, np.int64), np.array(weight, np.float64)),
            self.env['mobile.popularity']._habits(company), today, keep=KEEP * RESERVE)
        wants = defaultdict(list)
        for partner_id, *want in zip(*(column.tolist() for column in ranking), strict=True):
            product_id, score, why, because_of = want
            wants[partner_id].append(personal.Want(product_id, score, affinity.WHYS[why], because_of))
        return wants

    @api.model
    def _liked(self, company, partner_ids, histories, category_of):
        """Return the categories in which something new may be for customers, best first: in which they buy most often,
        or else that they have named as their wishes.

        :rtype: dict[int, list[int]]
        """
        wishes = {
            preference.partner_id.id: preference.category_ids.ids
            for preference in self.env['mobile.preference'].sudo().search([
                ('company_id', '=', company.id), ('category_ids', '!=', False),
                ('partner_id', 'in', [each for each in partner_ids if each not in histories])])}
        liked = {}
        for partner_id, history in histories.items():
            often = defaultdict(int)
            for product_id, days in history.items():
                often[category_of[product_id]] += len(days)
            often.pop(None, None)
            liked[partner_id] = sorted(often, key=lambda category: (-often[category], category))[:LIKED_CATEGORIES]
        return liked | wishes

    @api.model
    def _new_products(self, company, category_ids, now):
        """Return the newest products of categories.

        :rtype: dict[int, list[int]]
        """
        if not category_ids:
            return {}
        return dict(self.env.execute_query(SQL(
            """SELECT template.categ_id, (array_agg(product.id ORDER BY product.id DESC))[1:%s]
                 FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE template.categ_id = ANY(%s) AND product.create_date >= %s AND product.active
                  AND (template.company_id IS NULL OR template.company_id = ANY(%s))
                GROUP BY 1""", 4 * len(NEW_PLACES), list(category_ids), now - timedelta(days=NEW_DAYS),
            list(self.env['mobile.catalogue']._companies(company.id)))))

    # === WHAT IS LEFT OUT === #

    @api.model
    def _recommendable(self, company, product_ids):
        """Return which products may be recommended at all, with their category.

        :rtype: dict[int, int | bool]
        """
        if not product_ids:
            return {}
        return {product_id: category_id or False for product_id, category_id in self.env.execute_query(SQL(
            """SELECT product.id, template.categ_id
                 FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE product.id = ANY(%s) AND %s""",
            list(product_ids), self._is_shown_sql(company.id, SQL('product.id'))))}

    @api.model
    def _lasting_categories(self):
        """Return of which categories one buys only now and then.

        :return: {category: (days, all categories with which it shares them)}
        :rtype: dict[int, tuple[int, list[int]]]
        """
        self.env['product.category'].flush_model(['parent_path', 'mobile_rebuy_days'])
        rows = self.env.execute_query(SQL(
            """SELECT root.mobile_rebuy_days, array_agg(category.id)
                 FROM product_category category
                 JOIN LATERAL (SELECT above.id, above.mobile_rebuy_days FROM product_category above
                                WHERE starts_with(category.parent_path, above.parent_path)
                                  AND above.mobile_rebuy_days > 0
                                ORDER BY length(above.parent_path) DESC LIMIT 1) root ON TRUE
                GROUP BY root.id, root.mobile_rebuy_days"""))
        return {category_id: (days, category_ids) for days, category_ids in rows for category_id in category_ids}

    @api.model
    def _resting(self, history, category_of, lasting, today):
        """Return what a customer has just bought: products that are used up, and categories of what lasts.

        :rtype: tuple[set[int], set[int]]
        """
        resting, closed = set(), set()
        for product_id, days in history.items():
            since = today - days[-1]
            lasts, category_ids = lasting.get(category_of[product_id], (0, ()))
            if lasts:
                if since < lasts:
                    closed.update(category_ids)
                continue
            usual = personal.gap(days)
            if since < (min(REST_DAYS, usual / 2) if usual else REST_DAYS):
                resting.add(product_id)
        return resting, closed

    @api.model
    def _why(self, want, history):
        """Return the number of a reason."""
        is_rare = want.why == 'again' and len(history[want.product]) < OFTEN
        return BEFORE if is_rare else WHYS[want.why]

    @api.model
    def _amount(self, want, history):
        """Return the number that belongs to a reason; see the field."""
        days = history.get(want.product, ())
        number = personal.gap(days) if want.why == 'due' else len(days)
        return min(round(number or 0), MOST)
