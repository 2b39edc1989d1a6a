from odoo import models


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    def _check_amount_and_confirm_order(self):
        """Override of `sale` to leave a paid order as it is while its customer is asked for their points.

        Confirming would be refused there, and the payments' worker would log an error every ten minutes for four
        days. All else that follows a payment goes on; the order follows as soon as the customer says yes.
        """
        waiting = self.filtered(lambda tx: any(order._mobile_is_waiting() for order in tx.sale_order_ids))
        return super(PaymentTransaction, self - waiting)._check_amount_and_confirm_order()

    def _mobile_process_again(self):
        """Let the payments' worker go through these once more: their orders can be confirmed now."""
        self.is_post_processed = False
        self.env.ref('payment.cron_post_process_payment_tx')._trigger()
