from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.base import PageQuery
from .schemas.points import Balance, BalancePage

NEWEST_FIRST = Cursor(Id)


class Points(MobileController):

    @mobile_route('/me/points', methods=['GET'], auth='mobile', readonly=True)
    def list_points(self, query: PageQuery) -> BalancePage:
        """List the customer's loyalty points, e-wallets and gift cards, newest first."""
        after = NEWEST_FIRST.decode(query.cursor)
        found = self.env['loyalty.card']._mobile_balances(
            self._partner(), self._company(), query.limit + 1, after and after[0])
        cards, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'id')
        return BalancePage(items=[Balance.of(card) for card in cards], next_cursor=next_cursor)
