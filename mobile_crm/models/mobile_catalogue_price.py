from typing import NamedTuple

from odoo import api, models


class Price(NamedTuple):
    """What a product costs somebody.

    :ivar float amount: of one piece, with taxes, in `currency`; see ``_prices`` for larger quantities
    :ivar float list_amount: what it costs others, when that is more; else None
    :ivar currency: ``res.currency``
    """

    amount: float
    list_amount: float | None
    currency: models.BaseModel


class MobileCatalogue(models.AbstractModel):
    """What products cost a shopper, and which of their offers help."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _prices(self, shopper, products, quantities=None, at=None):
        """Return what products cost a shopper.

        :param dict quantities: {product id: quantity in the product's own unit}; one piece where it names none.
        :param datetime at: when (naive UTC); now without it.
        :rtype: dict[int, Price]
        """
        currency = shopper.company.currency_id
        return {product.id: Price(product.list_price, None, currency) for product in products}

    @api.model
    def _offers(self, shopper, products):
        """Return the coupons of a shopper that they can use on each product now.

        :rtype: dict[int, loyalty.card]
        """
        return dict.fromkeys(products.ids, self.env['loyalty.card'].sudo())
