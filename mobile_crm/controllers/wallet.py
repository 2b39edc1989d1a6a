from odoo.http import request

from ..tools import afterwards
from ..tools.problems import Problem
from .base import MobileController
from .routing import Answer, ApplePass, mobile_route
from .schemas.base import Uuid
from .schemas.card import Member
from .schemas.wallet import GooglePass, PassScan

# Each is signed anew, and what is kept of a customer's pass is of no use to others.
HEADERS = {'Cache-Control': 'no-store'}


class Wallet(MobileController):

    @mobile_route('/me/card/apple-pass', methods=['GET'], auth='mobile', readonly=True,
                  problems=('wallet_unavailable',))
    def get_card_apple_pass(self) -> ApplePass:
        """Give the member card for Apple Wallet.

        Its code tells a till who the customer is, and proves nothing: it earns points, and spends none.
        """
        return self._apple_pass('card.pkpass')

    @mobile_route('/me/card/google-pass', methods=['GET'], auth='mobile', readonly=True,
                  problems=('wallet_unavailable', 'unavailable'))
    def get_card_google_pass(self) -> GooglePass:
        """Give a link that saves the member card in Google Wallet; see the one for Apple."""
        return self._google_pass()

    @mobile_route('/offers/<uuid:offer_id>/apple-pass', methods=['GET'], auth='mobile', readonly=True,
                  problems=('wallet_unavailable',))
    def get_offer_apple_pass(self, offer_id: Uuid) -> ApplePass:
        """Give a coupon for Apple Wallet."""
        return self._apple_pass('offer.pkpass', self._offer(offer_id))

    @mobile_route('/offers/<uuid:offer_id>/google-pass', methods=['GET'], auth='mobile', readonly=True,
                  problems=('wallet_unavailable', 'unavailable'))
    def get_offer_google_pass(self, offer_id: Uuid) -> GooglePass:
        """Give a link that saves a coupon in Google Wallet."""
        return self._google_pass(self._offer(offer_id))

    @mobile_route('/till/passes', methods=['POST'], auth='mobile_till', readonly=False, problems=('card_invalid',))
    def recognise_member(self, body: PassScan) -> Member:
        """Tell whose member card in a wallet this is: enough to give points, and not to take any.

        Such a pass can be copied. Who wants to spend shows the card in the app, see `POST /till/members`.
        """
        member_id, partner = self.env['mobile.wallet']._recognise(self._company(), body.qr)
        return Member(
            member_id=member_id, name=partner.name, language=(partner.lang or 'en_US').replace('_', '-'))

    def _offer(self, offer_id):
        card = self.env['loyalty.card']._mobile_offer(self._partner(), self._company(), str(offer_id))
        if not card:
            raise Problem('not_found')
        return card

    def _apple_pass(self, filename, card=None):
        content = self.env['mobile.wallet.apple']._pass(self._app(), self._partner(), card)
        return Answer(ApplePass(content, filename), headers=HEADERS)

    def _google_pass(self, card=None):
        app, partner = self._app(), self._partner()
        url, class_id = self.env['mobile.wallet.google']._link(app, partner, card)

        def note(env):
            env['mobile.wallet.google']._note(
                app.with_env(env), partner.with_env(env), card and card.with_env(env), class_id)

        request.dispatcher.afterwards.append(afterwards.write(self.env, note))
        return Answer(GooglePass(url=url), headers=HEADERS)
