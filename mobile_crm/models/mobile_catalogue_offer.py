from odoo import api, models, tools
from odoo.fields import Domain

# How many coupons of one customer are looked at, the newest first.
MANY = 100


class MobileCatalogue(models.AbstractModel):
    """Which of a shopper's coupons they can use on a product."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _offers(self, shopper, products, *, versions=None):
        """Return the coupons of a shopper that they can use on each product now, the newest first.

        A coupon counts for a product if its reward lowers the price of it or gives it away, or if its program asks for
        just such products to be bought. What it asks for beside that, an amount or a store, stands in its terms.

        :param Versions versions: of the shopper, when they are known already.
        :rtype: dict[int, loyalty.card]
        """
        cards = self._usable_cards(shopper, versions or self._versions((), shopper.partner))
        found = dict.fromkeys(products.ids, cards.browse())
        for program, own in cards.grouped('program_id').items():
            for product_id in self._within(products.ids, self._offer_scope(program.id)):
                found[product_id] |= own
        return found if len(cards.program_id) < 2 else {
            product_id: cards & offers for product_id, offers in found.items()}

    @api.model
    def _usable_cards(self, shopper, versions):
        Card = self.env['loyalty.card'].sudo()
        # Most customers have none, and to ask for the status costs more than to ask whether there is any.
        if not versions.has_coupons:
            return Card
        return Card.search(
            Card._mobile_own(shopper.partner, shopper.company) & Domain('mobile_status', '=', 'available'),
            limit=MANY, order='id desc')

    @api.model
    def _within(self, product_ids, scope):
        """Return which products a domain has; all of them where it has no condition."""
        if scope.is_true():
            return product_ids
        if scope.is_false():
            return []
        return self.env['product.product'].sudo().search(scope & Domain('id', 'in', product_ids)).ids

    @api.model
    @tools.ormcache('program_id')
    def _offer_scope(self, program_id):
        """Return the domain of the products for which a program's coupons count.

        :rtype: Domain
        """
        program = self.env['loyalty.program'].sudo().browse(program_id)
        bought = Domain.OR(Domain(rule._get_valid_product_domain()) for rule in program.rule_ids) \
            if program.rule_ids else Domain.TRUE
        scopes = []
        for reward in program.reward_ids:
            if reward.reward_type == 'product':
                given = Domain('id', 'in', reward.reward_product_ids.ids)
                scopes.append(given if bought.is_true() else given | bought)
            elif reward.reward_type == 'discount' and reward.discount_applicability == 'specific':
                scopes.append(Domain(reward._get_discount_product_domain()))
            else:
                # On the whole order, or on the cheapest of it: for whoever buys what the program asks for.
                scopes.append(bought)
        return Domain.OR(scopes).optimize(self.env['product.product'])
