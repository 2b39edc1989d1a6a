from ..tools.problems import Problem
from .base import MobileController
from .cursor import Cursor, Id
from .routing import mobile_route
from .schemas.base import Uuid
from .schemas.offers import Claim, Offer, OfferDetail, OfferPage, OfferQuery

NEWEST_FIRST = Cursor(Id)


class Offers(MobileController):

    @mobile_route('/offers', methods=['GET'], auth='mobile', readonly=True)
    def list_offers(self, query: OfferQuery) -> OfferPage:
        """List the customer's coupons, newest first."""
        after = NEWEST_FIRST.decode(query.cursor)
        found = self.env['loyalty.card']._mobile_offers(
            self._partner(), self._company(), query.limit + 1, after and after[0], query.status)
        cards, next_cursor = NEWEST_FIRST.cut(found, query.limit, 'id')
        return OfferPage(items=[Offer.of(card) for card in cards], next_cursor=next_cursor)

    @mobile_route('/offers/<uuid:offer_id>', methods=['GET'], auth='mobile', readonly=True)
    def get_offer(self, offer_id: Uuid) -> OfferDetail:
        """Show one coupon and what happened to it."""
        card = self.env['loyalty.card']._mobile_offer(self._partner(), self._company(), str(offer_id))
        if not card:
            raise Problem('not_found')
        return OfferDetail.of(card, self._company())

    @mobile_route('/offers/claim', methods=['POST'], auth='mobile', readonly=False, problems=('not_found',))
    def claim_offer(self, body: Claim) -> Offer:
        """Make a coupon that nobody has yet the customer's own."""
        partner, company = self._partner(), self._company()
        with self.env['mobile.guessing']._attempt(f'customer {partner.id}', company, self._host()) as attempt:
            card = self.env['loyalty.card']._mobile_claim(body.code, partner, company)
            attempt.found = bool(card)
        if not card:
            raise Problem('not_found')
        return Offer.of(card)
