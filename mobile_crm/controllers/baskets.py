from .base import MobileController
from .routing import KIB, Answer, mobile_route
from .schemas.baskets import BasketItems, BasketUpdate, NewBasket
from .schemas.orders import OrderDetail

# 200 lines, whose every character may be written as \ud83d\ude00.
LONGEST = 1024 * KIB
CLOSED = ('basket_ended', 'basket_locked')


class Baskets(MobileController):

    @mobile_route('/orders', methods=['POST'], auth='mobile', readonly=False, status=201, max_content_length=LONGEST,
                  problems=('basket_exists',))
    def create_order(self, body: NewBasket) -> OrderDetail:
        """Begin a basket in a store, priced for the customer. There is one at a time.

        It is theirs on all of their phones: who meets `basket_exists` goes on with the one that
        `GET /orders?status=basket` lists.
        """
        shopper, Basket = self._shopper(), self.env['mobile.basket']
        store = Basket._store(shopper, body.store_id, ['body', 'store_id'])
        return self._answer(shopper, Basket._open(
            shopper, self._device(), store, _lines(body.lines), body.offer_ids), 201)

    @mobile_route('/orders/<order_id>/lines', methods=['POST'], auth='mobile', readonly=False,
                  max_content_length=LONGEST, takes_version=True, problems=CLOSED)
    def scan_into_order(self, order_id: str, version: int, body: BasketItems) -> OrderDetail:
        """Put more into a basket. What is in it already becomes more."""
        shopper, basket = self._basket(order_id)
        basket._add(shopper, self._device(), version, _lines(body.lines))
        return self._answer(shopper, basket)

    @mobile_route('/orders/<order_id>', methods=['PATCH'], auth='mobile', readonly=False, max_content_length=LONGEST,
                  takes_version=True, problems=CLOSED)
    def update_order(self, order_id: str, version: int, body: BasketUpdate) -> OrderDetail:
        """Change a basket: its lines, its coupons, the rewards that are claimed. Without any, price it anew."""
        shopper, basket = self._basket(order_id)
        values = body.model_dump(exclude_none=True)
        if body.lines is not None:
            values['lines'] = _lines(body.lines)
        basket._edit(shopper, self._device(), version, values)
        return self._answer(shopper, basket)

    @mobile_route('/orders/<order_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204,
                  takes_version=True, problems=CLOSED)
    def give_up_order(self, order_id: str, version: int) -> None:
        """Give a basket up: nothing of it is kept for the customer any more."""
        _shopper, basket = self._basket(order_id)
        basket._leave(version)

    def _basket(self, order_id):
        shopper = self._shopper()
        return shopper, self.env['mobile.basket']._mobile_find(shopper.partner, shopper.company, order_id)

    def _answer(self, shopper, basket, status=200):
        Purchase = self.env['mobile.purchase']
        facts = Purchase._whole(shopper, Purchase._find(
            shopper.partner, shopper.company, basket._public_id(), baskets=True))
        return Answer(OrderDetail.of(facts), status, version=basket.version)


def _lines(items):
    return [item.model_dump(exclude_none=True) for item in items]
