from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain


class Shopper(NamedTuple):
    """For whom products are shown.

    :ivar company: ``res.company`` whose products and prices they are
    :ivar app: ``mobile.app`` of the request, whose pricelist counts for those without one; empty for staff
    :ivar partner: ``res.partner``, elevated; empty when nobody signed in
    """

    company: models.BaseModel
    app: models.BaseModel
    partner: models.BaseModel


class ProductAnswer(NamedTuple):
    """What one shopper is told about one product.

    :ivar product: ``product.product``, elevated, and visible to the shopper
    :ivar price: see ``mobile_catalogue_price.Price``
    :ivar offers: ``loyalty.card``, elevated: the shopper's coupons that they can use on it now
    :ivar stores: list of ``mobile_catalogue_stores.StoreAnswer``, nearest first
    """

    product: models.BaseModel
    price: tuple
    offers: models.BaseModel
    stores: list


class MobileCatalogue(models.AbstractModel):
    """What customers see of the company's products. Everything that shows a product to somebody asks here.

    Prices, stores and availability have a file each, and are worked out nowhere else. Results are elevated: customers
    have no rights on products in Odoo, so each method narrows to what its shopper may see.
    """

    _name = 'mobile.catalogue'
    _description = "Catalogue"

    # === BUSINESS METHODS === #

    @api.model
    def _visible_domain(self, company):
        """Return the domain of the products (``product.product``) that a company's app shows.

        :rtype: Domain
        """
        return Domain([
            ('sale_ok', '=', True), ('mobile_published', '=', True), ('company_id', 'in', [False, company.id])])

    @api.model
    def _visible(self, shopper, product_ids):
        """Return which of these products the shopper may see, in the order of the ids.

        :param Shopper shopper:
        :rtype: product.product
        """
        products = self.env['product.product'].sudo()
        found = products.search(Domain('id', 'in', product_ids) & self._visible_domain(shopper.company))
        return products.browse(number for number in product_ids if number in set(found.ids))

    @api.model
    def _answers(self, shopper, products, latitude=None, longitude=None, *, store_id=None):
        """Tell a shopper about products that they may see: prices, offers and stores, each for all of them at once.

        :param Shopper shopper:
        :param products: ``product.product``, as ``_visible`` gives them.
        :param float latitude, longitude: degrees, or None.
        :param int store_id: the only store to tell about, or None for the nearest ones.
        :rtype: list[ProductAnswer]
        """
        prices = self._prices(shopper, products)
        offers = self._offers(shopper, products)
        stores = self._stores(shopper, products, latitude, longitude, store_id=store_id)
        return [
            ProductAnswer(product, prices[product.id], offers[product.id], stores[product.id]) for product in products]
