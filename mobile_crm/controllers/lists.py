from odoo import fields

from .base import MobileController
from .cursor import Cursor, Id
from .routing import KIB, Answer, mobile_route
from .schemas.base import PageQuery, Uuid
from .schemas.lists import (
    LineUpdate,
    ListLine,
    ListLines,
    ListStoreQuery,
    ListStores,
    ListUpdate,
    NewLines,
    NewList,
    ShoppingList,
    ShoppingListDetail,
    ShoppingListPage,
    VersionQuery,
)
from .schemas.products import Product

LATEST_FIRST = Cursor(Id)
# 500 lines, whose every character may be written as \ud83d\ude00.
LONGEST = 4096 * KIB


class Lists(MobileController):

    @mobile_route('/lists', methods=['GET'], auth='mobile', readonly=True)
    def list_lists(self, query: PageQuery) -> ShoppingListPage:
        """List the customer's shopping lists, the latest first."""
        shopper, after = self._shopper(), LATEST_FIRST.decode(query.cursor)
        found, next_cursor = LATEST_FIRST.cut(self.env['mobile.list']._of(
            shopper, query.limit + 1, after and after[0]), query.limit, 'id')
        visible = self._visible(shopper, found)
        return ShoppingListPage(items=[ShoppingList.of(one, visible) for one in found], next_cursor=next_cursor)

    @mobile_route('/lists', methods=['POST'], auth='mobile', readonly=False, status=201, max_content_length=LONGEST)
    def create_list(self, body: NewList) -> ShoppingList:
        """Make a shopping list. Its id is made by the phone, so that it can be made without the network.

        A list that exists already stays as it is, and is the answer.
        """
        shopper = self._shopper()
        found, is_new = self.env['mobile.list']._add(shopper, body.model_dump())
        return Answer(ShoppingList.of(found, self._visible(shopper, found)), 201 if is_new else 200)

    @mobile_route('/lists/<uuid:list_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_list(self, list_id: Uuid) -> ShoppingListDetail:
        """Show one shopping list, and what its products cost."""
        shopper, Catalogue = self._shopper(), self.env['mobile.catalogue']
        found = self._list(list_id)
        products = Catalogue._visible(shopper, list(dict.fromkeys(found.line_ids.product_id.ids)))
        return ShoppingListDetail(
            **dict(ShoppingList.of(found, set(products.ids))),
            products=[Product.of(answer) for answer in Catalogue._answers(shopper, products)])

    @mobile_route('/lists/<uuid:list_id>', methods=['PATCH'], auth='mobile', readonly=False, problems=('list_changed',))
    def update_list(self, list_id: Uuid, body: ListUpdate) -> ShoppingList:
        """Change a shopping list."""
        found = self._list(list_id)
        found._change(body.model_dump(exclude_unset=True, exclude={'version'}), body.version)
        return ShoppingList.of(found, self._visible(self._shopper(), found))

    @mobile_route('/lists/<uuid:list_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204,
                  problems=('list_changed',))
    def delete_list(self, list_id: Uuid, query: VersionQuery) -> None:
        """Delete a shopping list."""
        self._list(list_id)._remove(query.version)

    @mobile_route('/lists/<uuid:list_id>/lines', methods=['POST'], auth='mobile', readonly=False, status=201,
                  max_content_length=LONGEST)
    def add_lines(self, list_id: Uuid, body: NewLines) -> ListLines:
        """Add lines to a shopping list. Their ids are made by the phone.

        Lines that are on the list already stay as they are, and are in the answer.
        """
        shopper, found = self._shopper(), self._list(list_id)
        lines, is_new = found._add_lines(shopper, body.to_values(), ['body', 'lines'])
        visible = set(self.env['mobile.catalogue']._visible(shopper, lines.product_id.ids).ids)
        return Answer(ListLines(version=found.version, items=[ListLine.of(line, visible) for line in lines]),
                      201 if is_new else 200)

    @mobile_route('/lists/<uuid:list_id>/lines/<uuid:line_id>', methods=['PATCH'], auth='mobile', readonly=False,
                  problems=('list_changed',))
    def update_line(self, list_id: Uuid, line_id: Uuid, body: LineUpdate) -> ListLine:
        """Change a line.

        Two phones that change different things of it both have their way; of two that change the same thing, the later
        one, unless it names the version that it has seen.
        """
        shopper, line = self._shopper(), self._list(list_id)._line(line_id)
        line._change(shopper, body.model_dump(exclude_unset=True, exclude={'version'}), body.version)
        return ListLine.of(line, set(self.env['mobile.catalogue']._visible(shopper, line.product_id.ids).ids))

    @mobile_route('/lists/<uuid:list_id>/lines/<uuid:line_id>', methods=['DELETE'], auth='mobile', readonly=False,
                  status=204, problems=('list_changed',))
    def delete_line(self, list_id: Uuid, line_id: Uuid, query: VersionQuery) -> None:
        """Take a line from its list."""
        self._list(list_id)._line(line_id)._remove(query.version)

    @mobile_route('/lists/<uuid:list_id>/stores', methods=['GET'], auth='mobile', readonly=True)
    def compare_stores(self, list_id: Uuid, query: ListStoreQuery) -> ListStores:
        """Find out which of the 20 nearest stores has what is still to be bought, and what that costs.

        Stores share their prices: what differs is what they have. Whether they have enough of it is not promised.
        """
        self._refuse_position(query)
        shopper, found = self._shopper(), self._list(list_id)
        comparison = found._compare_stores(shopper, query.lat, query.lon, fields.Datetime.now())
        return ListStores.of(comparison)

    def _list(self, list_id):
        return self.env['mobile.list']._find(self._shopper(), list_id)

    def _visible(self, shopper, lists):
        """Return the ids of the products on lists that the caller may see."""
        return set(self.env['mobile.catalogue']._visible(shopper, lists.line_ids.product_id.ids).ids)
