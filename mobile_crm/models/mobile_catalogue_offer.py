from odoo import api, models


class MobileCatalogue(models.AbstractModel):
    """Which of a shopper's coupons they can use on a product."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _offers(self, shopper, products):
        """Return the coupons of a shopper that they can use on each product now.

        :rtype: dict[int, loyalty.card]
        """
        return dict.fromkeys(products.ids, self.env['loyalty.card'].sudo())
