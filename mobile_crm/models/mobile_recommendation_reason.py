from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

# The numbers under which reasons are stored; see the property `code` of `Reason` for their meaning.
DUE, AGAIN, BECAUSE, TOGETHER, NEW, POPULAR, MORE, BEFORE = 1, 2, 3, 4, 5, 6, 7, 8
CODES = {
    DUE: 'due', AGAIN: 'favourite', BEFORE: 'again', BECAUSE: 'because', TOGETHER: 'together', NEW: 'new',
    POPULAR: 'popular', MORE: 'more'}
# For so many days a product is new.
NEW_DAYS = 60
# What a reason names.
NAMES = {BECAUSE: 'product', TOGETHER: 'product', NEW: 'category', POPULAR: 'store', MORE: 'category'}


class BecauseOf(NamedTuple):
    """The product that a reason names, in the language of the environment."""

    id: int
    name: str


class Candidate(NamedTuple):
    """A product that may be recommended.

    :ivar int why: the number of the reason
    :ivar int because_id: the product, category or store that is named in the reason; 0 for none
    :ivar int amount: see ``mobile.recommendation.amounts``
    """

    product_id: int
    why: int
    because_id: int = 0
    amount: int = 0


class Reason(NamedTuple):
    """Why a product is recommended, in words.

    :ivar str code: ``due`` (it is used up, by how often they buy it), ``favourite`` (they buy it often),
        ``again`` (they have bought it once or twice), ``because``
        (it goes with something that they bought), ``together`` (it goes with the product that was asked about),
        ``new``, ``popular``, or ``more`` (nothing is known of it but that the shop has it)
    :ivar str text: in the language of the environment
    :ivar BecauseOf because_of: for ``because`` and ``together``; else None
    """

    code: str
    text: str
    because_of: BecauseOf | None


class MobileRecommendation(models.Model):
    """Why something is recommended, in words."""

    _inherit = 'mobile.recommendation'

    # === BUSINESS METHODS === #

    @api.model
    def _reasons(self, candidates, category_id=None):
        """Return why products are recommended, in as many queries for one as for many.

        :param candidates: list of ``Candidate``.
        :param int category_id: the category that was asked for.
        :rtype: list[Reason]
        """
        names = self._names(candidates, category_id)
        return [self._reason(each, names, names.get(('category', category_id))) for each in candidates]

    @api.model
    def _names(self, candidates, category_id):
        """Return the names of what reasons name, in the language of the environment, in one query.

        :rtype: dict[tuple[str, int], str], by (``product``, ``category`` or ``store``, id)
        """
        wanted = {kind: [] for kind in ('product', 'category', 'store')}
        for each in candidates:
            if each.because_id and each.why in NAMES:
                wanted[NAMES[each.why]].append(each.because_id)
        if category_id:
            wanted['category'].append(category_id)
        if not any(wanted.values()):
            return {}
        Template, Category, Store = (
            self.env[name].sudo() for name in ('product.template', 'product.category', 'mobile.store'))
        rows = self.env.execute_query(SQL(
            """SELECT 'product', product.id, %(product)s FROM product_product product
                 JOIN product_template ON product_template.id = product.product_tmpl_id
                WHERE product.id = ANY(%(product_ids)s)
                UNION ALL
               SELECT 'category', id, %(category)s FROM product_category WHERE id = ANY(%(category_ids)s)
                UNION ALL
               SELECT 'store', id, %(store)s FROM mobile_store WHERE id = ANY(%(store_ids)s)""",
            product=Template._field_to_sql('product_template', 'name'), product_ids=wanted['product'],
            category=Category._field_to_sql('product_category', 'name'), category_ids=wanted['category'],
            store=Store._field_to_sql('mobile_store', 'name'), store_ids=wanted['store']))
        return {(kind, number): name for kind, number, name in rows}

    @api.model
    def _reason(self, candidate, names, asked):
        """Return why a product is recommended.

        :param dict names: see ``_names``.
        :param str asked: the name of the category that was asked for, or None.
        """
        why, name = candidate.why, names.get((NAMES.get(candidate.why), candidate.because_id))
        if why == DUE and candidate.amount > 1:
            text = self.env._("You buy it about every %s days; it is due again", candidate.amount)
        elif why == DUE:
            text = self.env._("You buy it often; it is due again")
        elif why == AGAIN:
            text = self.env._("You buy it often")
        elif why == BEFORE:
            text = self.env._("You have bought it before")
        elif why == BECAUSE:
            text = self.env._("Because you bought %s", name) if name else self.env._("Because of what you bought")
        elif why == TOGETHER:
            text = self.env._("Often bought together with %s", name) if name else self.env._("Often bought together")
        elif why == NEW:
            text = self.env._("New in %s", name) if name else self.env._("New")
        elif why == MORE:
            text = self.env._("Also in %s", name) if name else self.env._("Also in our shop")
        elif name:
            text = self.env._("Popular at %s", name)
        else:
            text = self.env._("Popular in %s", asked) if asked else self.env._("Popular now")
        return Reason(
            CODES[why], text, BecauseOf(candidate.because_id, name) if name and why in (BECAUSE, TOGETHER) else None)
