from typing import NamedTuple

from odoo import api, models, tools
from odoo.fields import Domain
from odoo.tools import SQL


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
    :ivar details: see ``mobile_catalogue_details.ProductDetails``
    """

    product: models.BaseModel
    price: tuple
    offers: models.BaseModel
    stores: list
    details: tuple


class MobileCatalogue(models.AbstractModel):
    """What customers see of the company's products. Everything that shows a product to somebody asks here.

    Prices, stores and availability have a file each, and are worked out nowhere else. Results are elevated: customers
    have no rights on products in Odoo, so each method narrows to what its shopper may see.
    """

    _name = 'mobile.catalogue'
    _description = "Catalogue"

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache('company_id')
    def _companies(self, company_id):
        """Return the companies whose products are also a company's: itself and, of a branch, those above it, as Odoo's
        own rules have it. They never change.

        :rtype: tuple[int, ...]
        """
        return tuple(self.env['res.company'].sudo().browse(company_id).parent_ids.ids)

    @api.model
    def _visible_domain(self, company):
        """Return the domain of the products (``product.product``) that a company's app shows.

        :rtype: Domain
        """
        return Domain([
            ('sale_ok', '=', True), ('mobile_published', '=', True),
            ('company_id', 'in', [False, *self._companies(company.id)])])

    @api.model
    @tools.ormcache('company_id')
    def _visible_sql(self, company_id):
        """Return ``_visible_domain`` as SQL: what to put after FROM, where ``product_product`` is, and after WHERE.

        Odoo takes longer to write that down than PostgreSQL to find some products.

        :rtype: tuple[SQL, SQL]
        """
        company = self.env['res.company'].sudo().browse(company_id)
        query = self.env['product.product'].sudo().with_context(active_test=True)._search(
            self._visible_domain(company), order='id')
        return query.from_clause, query.where_clause

    @api.model
    def _flush_visible(self):
        """Let what the request wrote count in statements that use ``_visible_sql``."""
        self.env['product.product'].flush_model(['active', 'product_tmpl_id'])
        self.env['product.template'].flush_model(['sale_ok', 'mobile_published', 'company_id'])

    @api.model
    def _visible(self, shopper, product_ids):
        """Return which of these products the shopper may see, in the order of the ids.

        :param Shopper shopper:
        :rtype: product.product
        """
        products = self.env['product.product'].sudo()
        if not product_ids:
            return products
        self._flush_visible()
        from_clause, where = self._visible_sql(shopper.company.id)
        found = {number for number, in self.env.execute_query(SQL(
            'SELECT product_product.id FROM %s WHERE %s AND product_product.id IN %s',
            from_clause, where, tuple(product_ids)))}
        return products.browse(number for number in product_ids if number in found)

    @api.model
    def _answers(self, shopper, products, latitude=None, longitude=None, *, store_id=None):
        """Tell a shopper about products that they may see: prices, offers and stores, each for all of them at once.

        :param Shopper shopper:
        :param products: ``product.product``, as ``_visible`` gives them.
        :param float latitude, longitude: degrees, or None.
        :param int store_id: the only store to tell about, or None for the nearest ones.
        :rtype: list[ProductAnswer]
        """
        versions = self._versions(products.ids, shopper.partner)
        prices = self._prices(shopper, products, versions=versions)
        offers = self._offers(shopper, products, versions=versions)
        stores = self._stores(shopper, products, latitude, longitude, store_id=store_id)
        details = self._details(shopper, products.ids, versions=versions)
        return [
            ProductAnswer(product, prices[product.id], offers[product.id], stores[product.id], details[product.id])
            for product in products]
