from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def unlink(self):
        """Override to take questions back whose reward is removed by hand, and to give the coupon back."""
        orders = self.filtered('coupon_id').order_id
        res = super().unlink()
        orders._mobile_cancel_approvals()
        self.env['mobile.redemption'].sudo()._follow_lines(orders)
        return res
