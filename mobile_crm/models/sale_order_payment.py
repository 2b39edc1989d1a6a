from odoo import models

from .mobile_basket import LIVING


class SaleOrder(models.Model):
    """Orders that began as the basket of a customer with a phone."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def action_confirm(self):
        """Override to note that baskets are sold, whoever confirms their orders."""
        fresh = self.filtered(lambda order: order.state != 'sale')
        res = super().action_confirm()
        self.env['mobile.basket']._of_orders(fresh.filtered(lambda order: order.state == 'sale'))._finish()
        return res

    def _has_to_be_signed(self):
        """Override: a basket is its customer's to change, and nothing to sign."""
        return super()._has_to_be_signed() and not self._mobile_is_basket()

    def _has_to_be_paid(self):
        """Override: a basket is paid with the phone, and not on the portal as well."""
        return super()._has_to_be_paid() and not self._mobile_is_basket()

    def _send_payment_succeeded_for_order_mail(self):
        """Override: the phone tells how a payment goes on, also where its money is returned."""
        return super(SaleOrder, self._mobile_no_baskets())._send_payment_succeeded_for_order_mail()

    def _send_order_confirmation_mail(self):
        """Override: who stands in the store with what they have bought has it, with its receipt, on their phone. And a
        letter that cannot be printed or sent must not keep a paid order from being confirmed.
        """
        return super(SaleOrder, self._mobile_no_baskets())._send_order_confirmation_mail()

    def _mobile_no_baskets(self):
        return self - self.env['mobile.basket']._of_orders(self).order_id.with_env(self.env)

    def _mobile_is_basket(self):
        """Tell whether a customer has this as a basket on their phone."""
        self.ensure_one()
        return self.env['mobile.basket']._of_orders(self).state in LIVING
