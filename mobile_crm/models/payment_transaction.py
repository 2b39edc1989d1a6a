from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .mobile_basket import LIVING

AFTER_PAGE = timedelta(seconds=30)


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    mobile_payment_id = fields.Many2one(
        string="Payment by Phone", comodel_name='mobile.payment', readonly=True, index='btree_not_null',
        ondelete='set null', copy=False)
    mobile_to_return = fields.Boolean(
        string="To Be Returned", readonly=True, copy=False,
        help="The money cannot be the order's that it was paid for: it was paid already, or has changed since.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to let nobody pay a customer's basket past its phone: it would be paid twice."""
        for values in vals_list:
            if not values.get('mobile_payment_id') and (commands := values.get('sale_order_ids')):
                orders = self.env['sale.order'].browse(
                    self._fields['sale_order_ids'].convert_to_cache(commands, self))
                for basket in self.env['mobile.basket']._of_orders(orders):
                    if basket.state in LIVING:
                        raise UserError(self.env._(
                            "%s is a basket that its customer has on their phone. It is paid there.",
                            basket.order_id.name))
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _update_state(self, allowed_states, target_state, state_message):
        """Override to go on soon with what was paid by phone, whether or not its page is still open."""
        changed = super()._update_state(allowed_states, target_state, state_message)
        if payments := changed.mobile_payment_id:
            # After the page in the customer's browser, which does so itself while it is open.
            self.env.ref('payment.cron_post_process_payment_tx').sudo()._trigger(at=fields.Datetime.now() + AFTER_PAGE)
            if target_state == 'pending':
                payments.filtered(lambda payment: payment.transaction_id in changed)._wait_longer()
        return changed

    def _validate_amount(self, payment_data):
        """Override to have somebody look: a provider that names another amount may have another amount."""
        before = self.state
        res = super()._validate_amount(payment_data)
        if self.mobile_payment_id and self.state == 'error' and before != 'error':
            self.mobile_payment_id._tell_staff(self, self.state_message)
        return res

    def _post_process(self):
        """Override to let baskets be open again whose payment has failed, and orders follow money that was given back.
        """
        res = super()._post_process()
        self.filtered(lambda tx: tx.operation == 'refund' and tx.state == 'done').source_transaction_id.sale_order_ids\
            ._mobile_follow_refunds()
        for tx in self.filtered(lambda tx: tx.mobile_payment_id and tx.state in ('cancel', 'error')):
            tx.mobile_payment_id._fail(tx)
        return res

    def _check_amount_and_confirm_order(self):
        """Override of `sale` to leave a paid order as it is while its customer is asked for their points.

        Confirming would be refused there, and the payments' worker would log an error every ten minutes for four
        days. All else that follows a payment goes on; the order follows as soon as the customer says yes.

        What was paid by phone is confirmed if it still is what was paid for.
        """
        waiting = self.filtered(lambda tx: any(order._mobile_is_waiting() for order in tx.sale_order_ids))
        by_phone = self.filtered('mobile_payment_id') - waiting
        confirmed = super(PaymentTransaction, self - waiting - by_phone)._check_amount_and_confirm_order()
        for tx in by_phone:
            confirmed |= tx.mobile_payment_id._settle(
                tx, super(PaymentTransaction, tx)._check_amount_and_confirm_order)
        return confirmed

    def _invoice_sale_orders(self):
        """Override of `sale`: money that is to be returned pays no invoice of an order that somebody else has sold."""
        return super(PaymentTransaction, self.filtered(lambda tx: not tx.mobile_to_return))._invoice_sale_orders()

    def _mobile_process_again(self):
        """Let the payments' worker go through these once more: their orders can be confirmed now."""
        self.is_post_processed = False
        self.env.ref('payment.cron_post_process_payment_tx')._trigger()
