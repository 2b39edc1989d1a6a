from ..tools.problems import Problem
from .base import MobileController
from .routing import Answer, mobile_route
from .schemas.payments import NewPayment, Payment, SavedMethod, SavedMethods

NOT_NOW = (
    'not_found', 'approval_needed', 'basket_empty', 'basket_ended', 'basket_locked', 'staff_needed', 'refused')


class Payments(MobileController):

    @mobile_route('/orders/<order_id>/payments', methods=['POST'], auth='mobile', readonly=False, status=201,
                  takes_version=True, problems=NOT_NOW)
    def pay_order(self, order_id: str, version: int, body: NewPayment) -> Payment:
        """Begin to pay a basket: online on a page, by a saved method, or at a till.

        Nothing of the basket changes from now on, until it is paid or the payment has come to nothing. The customer
        pays the total of the version that they have seen: where prices have changed since, the answer is
        `basket_changed`, and the basket has its new ones. With nothing to pay it is `paid` at once. The same phone that
        asks for the same again gets the same payment.
        """
        basket = self._basket_to_pay(order_id)
        token = None
        if body.method == 'saved':
            token = self.env['mobile.payment']._saved_method(
                basket, body.payment_method_id, ['body', 'payment_method_id'])
        try:
            payment = self.env['mobile.payment']._start(basket, self._device(), body.method, version, token)
        except Problem as problem:
            if problem.problem_code != 'basket_changed':
                raise
            # Returned, for the basket keeps its new prices.
            return problem
        payment._charge()
        return Answer(Payment.of(payment), 201)

    # It settles what has come meanwhile, so it is no mere reading.
    @mobile_route('/orders/<order_id>/payments/<payment_id>', methods=['GET'], auth='mobile', readonly=False,
                  problems=('not_found',))
    def get_payment(self, order_id: str, payment_id: str) -> Payment:
        """Show how a payment stands, and settle what its provider has told meanwhile. `current` is the last one.

        Ask every other second while the status is `processing`, and when the customer has come back from the page.
        """
        payment = self._payment_of(order_id, payment_id)
        payment._follow()
        return Payment.of(payment)

    @mobile_route('/orders/<order_id>/payments/<payment_id>', methods=['DELETE'], auth='mobile', readonly=False,
                  problems=('not_found', 'basket_ended', 'basket_locked', 'payment_ended', 'payment_under_way'))
    def give_up_payment(self, order_id: str, payment_id: str) -> Payment:
        """Take a payment back: the basket is open again, and the page cannot be used any more.

        What a provider is working on cannot be taken back, nor a basket that a till has scanned.
        """
        payment = self._payment_of(order_id, payment_id)
        payment._give_up()
        return Payment.of(payment)

    @mobile_route('/me/payment-methods', methods=['GET'], auth='mobile', readonly=True)
    def list_payment_methods(self) -> SavedMethods:
        """List the methods that the customer has saved, and can pay by."""
        shopper, MobilePayment = self._shopper(), self.env['mobile.payment']
        return SavedMethods(items=[
            SavedMethod.of(token, MobilePayment._method_id(token))
            for token in MobilePayment._saved_methods(shopper.partner, shopper.company)])

    @mobile_route('/me/payment-methods/<method_id>', methods=['DELETE'], auth='mobile', readonly=False, status=204,
                  problems=('not_found',))
    def forget_payment_method(self, method_id: str) -> None:
        """Forget a saved method."""
        shopper = self._shopper()
        self.env['mobile.payment']._forget_method(shopper.partner, shopper.company, method_id)

    def _basket_to_pay(self, order_id):
        shopper = self._shopper()
        return self.env['mobile.basket']._mobile_find(shopper.partner, shopper.company, order_id)

    def _payment_of(self, order_id, payment_id):
        return self.env['mobile.payment']._of_basket(self._basket_to_pay(order_id), payment_id)
