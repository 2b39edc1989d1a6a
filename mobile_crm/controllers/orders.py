from ..models.mobile_purchase_history import Search
from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import Answer, Pdf, mobile_route
from .schemas.base import Money
from .schemas.orders import (
    Order,
    OrderDetail,
    OrderPage,
    OrderQuery,
    Reorder,
    Reordered,
    ReorderItem,
    ReorderMissing,
)
from .schemas.products import Product

NEWEST_FIRST = Cursor(Instant, Id, Id)
HERE_ONLY = Reorder()


class Orders(MobileController):

    @mobile_route('/orders', methods=['GET'], auth='mobile', readonly=True)
    def list_orders(self, query: OrderQuery) -> OrderPage:
        """List the customer's purchases of every channel, the newest first; or the basket that is open."""
        shopper, Purchase = self._shopper(), self.env['mobile.purchase']
        found = Purchase._page(
            shopper.partner, shopper.company, query.limit + 1, NEWEST_FIRST.decode(query.cursor),
            Search(query.q, query.from_, query.to, query.store_id, query.status == 'basket'))
        heads, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'date', 'kind', 'id')
        return OrderPage(
            items=[Order.of(facts) for facts in Purchase._facts(shopper, heads)], next_cursor=next_cursor)

    @mobile_route('/orders/<order_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_order(self, order_id: str) -> OrderDetail:
        """Show one purchase with all of its lines, its taxes, and what was given back; or a basket.

        The ETag of a basket is what `If-Match` takes.
        """
        shopper = self._shopper()
        facts = self.env['mobile.purchase']._whole(shopper, self._order(shopper, order_id, baskets=True))
        return Answer(OrderDetail.of(facts), version=facts.basket and facts.basket.basket.version)

    @mobile_route('/orders/<order_id>/receipt', methods=['GET'], auth='mobile', readonly=True)
    def get_receipt(self, order_id: str) -> Pdf:
        """Show the receipt of one purchase as PDF."""
        shopper = self._shopper()
        return Pdf(*self.env['mobile.purchase']._receipt(shopper, self._order(shopper, order_id)))

    @mobile_route('/orders/<order_id>/reorder', methods=['POST'], auth='mobile', readonly=False)
    def reorder(self, order_id: str, body: Reorder = HERE_ONLY) -> Reordered:
        """Tell what of a purchase can be bought again, as it is sold now, and put it on a shopping list if asked to."""
        shopper = self._shopper()
        again, missing = self.env['mobile.purchase']._again(
            shopper, self._order(shopper, order_id), body.list_id)
        return Reordered(
            items=[ReorderItem(product=Product.of(one.answer), quantity=one.quantity,
                               price_then=Money.of(one.price_then, one.currency)) for one in again],
            unavailable=[ReorderMissing(name=one.name, reason=one.reason, text=one.text) for one in missing])

    def _order(self, shopper, order_id, *, baskets=False):
        return self.env['mobile.purchase']._find(shopper.partner, shopper.company, order_id, baskets)
