from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.recommendations import Recommendation, RecommendationPage, RecommendationQuery

BEST_FIRST = Cursor(Id)


class Recommendations(MobileController):

    @mobile_route('/recommendations', methods=['GET'], auth='mobile_device', readonly=True)
    def list_recommendations(self, query: RecommendationQuery) -> RecommendationPage:
        """Show what is recommended to the caller, and why.

        Customers who agree to profiling get what goes with their purchases, everybody else what is popular near them.
        """
        self._refuse_position(query)
        shopper = self._shopper()
        if query.product_id and not self.env['mobile.catalogue']._visible(shopper, [query.product_id]):
            raise Problem('not_found')
        [after] = BEST_FIRST.decode(query.cursor) or [0]
        found, is_more = self.env['mobile.recommendation'].sudo()._recommend(
            shopper, query.limit, query.lat, query.lon, store_id=query.store_id, product_id=query.product_id,
            category_id=query.category_id, after=after)
        return RecommendationPage(
            items=[Recommendation.of(each) for each in found],
            next_cursor=BEST_FIRST.encode(found[-1].place) if is_more else None)
