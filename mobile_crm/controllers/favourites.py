from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.base import RecordId
from .schemas.favourites import FavouritePage, FavouriteQuery
from .schemas.products import Product

LATEST_FIRST = Cursor(Id)


class Favourites(MobileController):

    @mobile_route('/favourites', methods=['GET'], auth='mobile', readonly=True)
    def list_favourites(self, query: FavouriteQuery) -> FavouritePage:
        """List the products that the customer has marked, the latest first.

        What the shop does not show any more is left out, and comes back with it.
        """
        self._refuse_position(query)
        shopper, after = self._shopper(), LATEST_FIRST.decode(query.cursor)
        found, next_cursor = LATEST_FIRST.cut(self.env['mobile.favourite']._of(
            shopper, query.limit + 1, after and after[0]), query.limit, 'id')
        products = self.env['product.product'].sudo().browse(marked.product_id for marked in found)
        answers = self.env['mobile.catalogue']._answers(shopper, products, query.lat, query.lon)
        return FavouritePage(items=[Product.of(answer) for answer in answers], next_cursor=next_cursor)

    @mobile_route('/favourites/<product_id>', methods=['PUT'], auth='mobile', readonly=False, status=204)
    def add_favourite(self, product_id: RecordId) -> None:
        """Mark a product. One that is marked stays where it is."""
        self.env['mobile.favourite']._add(self._shopper(), product_id)

    @mobile_route('/favourites/<product_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204)
    def remove_favourite(self, product_id: RecordId) -> None:
        """Unmark a product. One that is not marked is no error."""
        self.env['mobile.favourite']._remove(self._shopper(), product_id)
