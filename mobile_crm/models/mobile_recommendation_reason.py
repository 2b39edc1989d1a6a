from typing import NamedTuple

from odoo import api, models

# The numbers under which reasons are stored; see the property `code` of `Reason` for their meaning.
DUE, AGAIN, BECAUSE, TOGETHER, NEW, POPULAR = 1, 2, 3, 4, 5, 6
CODES = {DUE: 'due', AGAIN: 'favourite', BECAUSE: 'because', TOGETHER: 'together', NEW: 'new', POPULAR: 'popular'}


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

    :ivar str code: ``due`` (it is used up, by how often they buy it), ``favourite`` (they buy it often), ``because``
        (it goes with something that they bought), ``together`` (it goes with the product that was asked about),
        ``new`` or ``popular``
    :ivar str text: in the language of the environment
    :ivar because_of: ``product.product`` for ``because`` and ``together``; else empty
    """

    code: str
    text: str
    because_of: models.BaseModel


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
        Product = self.env['product.product'].sudo()
        products = Product.browse({
            each.because_id for each in candidates if each.why in (BECAUSE, TOGETHER) and each.because_id}).exists()
        Category = self.env['product.category'].sudo()
        categories = Category.browse({
            each.because_id for each in candidates if each.why == NEW and each.because_id}
            | {category_id or 0} - {0}).exists()
        shops = self.env['mobile.store'].sudo().browse({
            each.because_id for each in candidates if each.why == POPULAR and each.because_id}).exists()
        asked = categories.filtered(lambda category: category.id == category_id)
        return [
            self._reason(
                each, products & Product.browse(each.because_id), categories & Category.browse(each.because_id),
                shops & shops.browse(each.because_id), asked)
            for each in candidates]

    @api.model
    def _reason(self, candidate, product, category, store, asked):
        """Return why a product is recommended.

        :param product, category, store: what the reason names, each perhaps empty.
        :param asked: the category that was asked for, perhaps empty.
        """
        _ = self.env._
        code = CODES[candidate.why]
        if candidate.why == DUE and candidate.amount > 1:
            text = _("You buy it about every %s days; it is due again", candidate.amount)
        elif candidate.why == DUE:
            text = _("You buy it often; it is due again")
        elif candidate.why == AGAIN:
            text = _("One of your favourites")
        elif candidate.why == BECAUSE and product:
            text = _("Because you bought %s", product.name)
        elif candidate.why == BECAUSE:
            text = _("Because of what you bought")
        elif candidate.why == TOGETHER and product:
            text = _("Often bought together with %s", product.name)
        elif candidate.why == TOGETHER:
            text = _("Often bought together")
        elif candidate.why == NEW and category:
            text = _("New in %s", category.name)
        elif candidate.why == NEW:
            text = _("New")
        elif store:
            text = _("Popular at %s", store.name)
        elif asked:
            text = _("Popular in %s", asked.name)
        else:
            text = _("Popular now")
        return Reason(code, text, product if candidate.why in (BECAUSE, TOGETHER) else product.browse())
