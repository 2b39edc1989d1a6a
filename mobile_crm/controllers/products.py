from ..tools.problems import Problem
from ..tools.search_query import Query
from .base import MobileController
from .cursor import Cursor, Id, Text
from .routing import mobile_route
from .schemas.base import RecordId
from .schemas.products import (
    Category,
    CategoryPage,
    CategoryQuery,
    Product,
    ProductDetail,
    ProductPage,
    ProductPlaceQuery,
    ProductQuery,
)

BY_NAME, BEST_FIRST = Cursor(Text, Id), Cursor(Id, Id)


class Products(MobileController):

    @mobile_route('/products', methods=['GET'], auth='mobile_device', readonly=True)
    def list_products(self, query: ProductQuery) -> ProductPage:
        """Find products by what the customer types, the best first; without it, all by name.

        Of a product that comes in several variants, the one is listed that fits best.
        """
        self._refuse_position(query)
        shopper, Catalogue = self._shopper(), self.env['mobile.catalogue']
        order = BEST_FIRST if Query.of(query.q) else BY_NAME
        found, next_cursor = order.cut(Catalogue._find(
            shopper, text=query.q, category_id=query.category_id, after=order.decode(query.cursor),
            limit=query.limit + 1), query.limit, 'key', 'template_id')
        products = self.env['product.product'].sudo().browse(row.product_id for row in found)
        answers = Catalogue._answers(shopper, products, query.lat, query.lon, store_id=query.store_id)
        if query.q and not query.typing and not query.cursor:
            self._note('search', query, query=query.q)
        return ProductPage(items=[Product.of(answer) for answer in answers], next_cursor=next_cursor)

    @mobile_route('/products/<product_id>', methods=['GET'], auth='mobile_device', readonly=True)
    def get_product(self, product_id: RecordId, query: ProductPlaceQuery) -> ProductDetail:
        """Show one product and its other variants."""
        self._refuse_position(query)
        shopper, Catalogue = self._shopper(), self.env['mobile.catalogue']
        product = Catalogue._visible(shopper, [product_id])
        if not product:
            raise Problem('not_found')
        [answer] = Catalogue._answers(shopper, product, query.lat, query.lon, store_id=query.store_id)
        self._note('view', query, product_id=product_id)
        bought = self.env['mobile.purchase']._last_bought(shopper.partner, shopper.company, product.ids)
        return ProductDetail.of(answer, Catalogue._variant_facts(shopper, answer), bought.get(product_id))

    @mobile_route('/categories', methods=['GET'], auth='mobile_device', readonly=True)
    def list_categories(self, query: CategoryQuery) -> CategoryPage:
        """List the categories in which there are products: a tree, each one after the one above it."""
        found, next_cursor = BY_NAME.cut(self.env['mobile.catalogue']._categories(
            self._shopper(), after=BY_NAME.decode(query.cursor), limit=query.limit + 1), query.limit, 'path', 'id')
        return CategoryPage(
            items=[Category(id=row.id, name=row.name, parent_id=row.parent_id) for row in found],
            next_cursor=next_cursor)
