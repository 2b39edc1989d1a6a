from odoo.http import request

from ..tools.problems import Problem
from .base import MobileController
from .routing import mobile_route
from .schemas.till_orders import TillOrder, TillPaid, TillScan
from .till import GUESSES


class TillOrders(MobileController):

    @mobile_route('/till/orders/scan', methods=['POST'], auth='mobile_till', readonly=False,
                  problems=('not_found', 'basket_claimed', 'basket_wrong_store', 'coupon_held', 'coupon_redeemed',
                            'too_many_requests'))
    def scan_order(self, body: TillScan) -> TillOrder:
        """Take over the basket of a customer who shows its code; the till has it for 30 minutes.

        Nothing of it changes meanwhile. The same till gets the same basket again.
        """
        company = self._company()
        store = self.env['mobile.redemption']._check_store(company, body.store_id)
        # A right guess is refused as well.
        request.dispatcher.check_limits(GUESSES)
        basket = self.env['mobile.basket']._claim_at_till(body.code, company, store, self._app(), body.order_ref)
        if not basket:
            request.dispatcher.take_limits(GUESSES)
            raise Problem('not_found', self.env._("No basket waits under this code. Ask the customer to show it anew."))
        return TillOrder.of(basket._till_facts())

    @mobile_route('/till/orders/<order_id>/paid', methods=['POST'], auth='mobile_till', readonly=False,
                  problems=('not_found', 'amount_differs', 'basket_changed', 'basket_claimed', 'basket_ended',
                            'coupon_held', 'coupon_redeemed', 'refused'))
    def report_order_paid(self, order_id: str, body: TillPaid) -> TillOrder:
        """Tell that a basket was paid at the till: its order is confirmed.

        Saying so again, under the same `order_ref`, changes nothing. A sale that cannot be this basket's is refused,
        and the shop's people are told of it.
        """
        basket = self._basket_at_till(order_id)
        currency = basket.order_id.currency_id
        if body.amount.currency != currency.name:
            raise Problem.invalid(
                ['body', 'amount', 'currency'], self.env._("The basket's currency is %s.", currency.name))
        payments = ', '.join(f'{payment.method}: {payment.amount}' for payment in body.payments)
        refusal = basket._sell_at_till(body.order_ref, float(body.amount.amount), payments)
        # Returned, not raised: what it has told the shop's people stays.
        return refusal or TillOrder.of(basket._till_facts())

    @mobile_route('/till/orders/<order_id>/release', methods=['POST'], auth='mobile_till', readonly=False,
                  problems=('not_found', 'basket_claimed', 'basket_ended'))
    def release_order(self, order_id: str) -> TillOrder:
        """Give a basket back to its customer, who can go on with it."""
        basket = self._basket_at_till(order_id)
        basket._release_at_till()
        return TillOrder.of(basket._till_facts())

    def _basket_at_till(self, order_id):
        return self.env['mobile.basket']._of_till(self._company(), order_id, self._app())
