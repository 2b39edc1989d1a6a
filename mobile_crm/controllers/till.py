from odoo.http import request

from ..tools.problems import Problem
from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.base import Uuid
from .schemas.card import CardKeys, CardScan, Member
from .schemas.till import Confirmation, Redeem, Redemption, TillMoney

# How long a till goes by the keys that it has, in seconds. A new one is announced before it is used.
KEYS_MAX_AGE = 3600
# Of which a till takes one by each code that could be right and is nobody's.
GUESSES = ('till_code', 'till_code_ip')
# Of which it takes one by each other text that is no coupon. Codes of ours are not refused for that.
OTHER_TEXTS = ('till_text',)
# What is confirmed where nothing is said.
AS_BEFORE = Confirmation()
REFUSALS = (
    'not_found', 'coupon_held', 'coupon_redeemed', 'coupon_expired', 'coupon_not_yet_valid', 'coupon_wrong_store',
    'coupon_minimum_not_met', 'coupon_refused', 'too_many_requests')


class Till(MobileController):

    @mobile_route('/till/keys', methods=['GET'], auth='mobile_till', readonly=True)
    def list_card_keys(self) -> CardKeys:
        """List the public keys by which a till checks member cards and coupons without the network."""
        keys = self.env['mobile.member.card']._public_keys(self._company())
        return Answer(CardKeys(keys=keys), headers={'Cache-Control': f'private, max-age={KEYS_MAX_AGE}'})

    @mobile_route('/till/members', methods=['POST'], auth='mobile_till', readonly=False,
                  problems=('card_invalid', 'card_expired', 'card_used'))
    def identify_member(self, body: CardScan) -> Member:
        """Tell who shows this member card; a card is good once.

        A card of another shop, of a phone that was signed out, or of nobody answers `card_invalid`.
        """
        member_id, partner = self.env['mobile.member.card']._identify(self._company(), body.qr, body.store_id)
        return Member(
            member_id=member_id, name=partner.name, language=(partner.lang or 'en_US').replace('_', '-'))

    @mobile_route('/till/redemptions', methods=['POST'], auth='mobile_till', readonly=False, status=201,
                  problems=REFUSALS)
    def redeem(self, body: Redeem) -> Redemption:
        """Hold a coupon for an order of this till, for 15 minutes.

        The same till gets the same redemption for the same order, with 200. With `accepted_at` it reports a signed `qr`
        that it has accepted while it was without the network: that is `confirmed` at once, or a `conflict`.
        """
        Redemptions = self.env['mobile.redemption'].sudo()
        company = self._company()
        store = Redemptions._check_store(company, body.store_id)
        amount, discount = self._money(body, 'amount'), self._money(body, 'discount')
        card, is_signed = Redemptions._scan(company, body.code or body.qr)
        guesses = GUESSES if self.env['loyalty.card']._mobile_normalize(body.code or body.qr) else OTHER_TEXTS
        if not is_signed:
            # A right guess is refused as well; a signature cannot be guessed, and passes at any time.
            request.dispatcher.check_limits(guesses)
        if not card:
            request.dispatcher.take_limits(guesses)
            raise Problem('not_found')
        if not body.accepted_at:
            row, is_new = Redemptions._hold_at_till(self._app(), card, store, body.order_ref, amount)
        else:
            row, is_new = Redemptions._accept_from_till(
                self._app(), card, is_signed, store, body.order_ref, body.accepted_at, amount, discount)
        return Answer(Redemption.of(row), status=201 if is_new else 200)

    @mobile_route('/till/redemptions/<uuid:redemption_id>', methods=['GET'], auth='mobile_till', readonly=True)
    def get_redemption(self, redemption_id: Uuid) -> Redemption:
        """Show how it stands with a redemption."""
        return Redemption.of(self._redemption(redemption_id))

    @mobile_route('/till/redemptions/<uuid:redemption_id>/confirm', methods=['POST'], auth='mobile_till',
                  readonly=False,
                  problems=('conflict', 'redemption_expired', 'redemption_void', 'coupon_minimum_not_met'))
    def confirm_redemption(self, redemption_id: Uuid, body: Confirmation = AS_BEFORE) -> Redemption:
        """Let a coupon count that is held; what was confirmed before stays as it was."""
        row = self._redemption(redemption_id)
        row._confirm_at_till(self._money(body, 'amount'), self._money(body, 'discount'))
        return Redemption.of(row)

    @mobile_route('/till/redemptions/<uuid:redemption_id>/void', methods=['POST'], auth='mobile_till',
                  readonly=False, problems=('conflict', 'redemption_expired', 'redemption_void'))
    def void_redemption(self, redemption_id: Uuid) -> Redemption:
        """Give a coupon back, held or redeemed: the order did not come to be, or was taken back."""
        row = self._redemption(redemption_id)
        row._void_at_till()
        return Redemption.of(row)

    def _redemption(self, redemption_id):
        row = self.env['mobile.redemption'].sudo()._at_till(self._company(), str(redemption_id))
        if not row:
            raise Problem('not_found')
        return row

    def _money(self, body, name):
        """Return an amount of a body as a number, or None.

        :raise Problem: 422 when it is in another currency than the shop's.
        """
        value = getattr(body, name)
        if isinstance(value, TillMoney):
            currency = self._company().currency_id.name
            if value.currency != currency:
                raise Problem.invalid(['body', name, 'currency'], self.env._("This shop's currency is %s.", currency))
            value = value.amount
        return None if value is None else float(value)
