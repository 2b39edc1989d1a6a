from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    @api.model_create_multi
    def create(self, vals_list):
        """Override: what a customer is paying with their phone does not change meanwhile."""
        if not self.env.su:
            order_ids = {vals['order_id'] for vals in vals_list if vals.get('order_id')}
            self.env['sale.order'].browse(order_ids)._mobile_check_unlocked()
        return super().create(vals_list)

    def write(self, vals):
        """Override: what a customer is paying with their phone does not change meanwhile."""
        if not self.env.su:
            self.order_id._mobile_check_unlocked()
        return super().write(vals)

    def unlink(self):
        """Override to take questions back whose reward is removed by hand, and to give the coupon back."""
        if not self.env.su:
            self.order_id._mobile_check_unlocked()
        orders = self.filtered('coupon_id').order_id
        res = super().unlink()
        orders._mobile_cancel_approvals()
        self.env['mobile.redemption'].sudo()._follow_lines(orders)
        return res
