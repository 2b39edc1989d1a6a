from .base import MobileController
from .cursor import Cursor, Id, Instant
from .routing import mobile_route
from .schemas.base import PageQuery
from .schemas.decisions import Decision, DecisionPage

NEWEST_FIRST = Cursor(Instant, Id)


class Decisions(MobileController):

    @mobile_route('/me/decisions', methods=['GET'], auth='mobile', readonly=True)
    def list_decisions(self, query: PageQuery) -> DecisionPage:
        """List why messages came to the customer or didn't, newest first."""
        found = self.env['mobile.decision'].sudo()._page_of(
            self._partner(), self._company(), query.limit + 1, NEWEST_FIRST.decode(query.cursor))
        decisions, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'decided_at', 'id')
        return DecisionPage(items=[Decision.of(decision) for decision in decisions], next_cursor=next_cursor)
