from odoo import models


class AccountMove(models.Model):
    """Credit notes give coupons back, and take them again when they are withdrawn. What was sold is worth less by them.
    """

    _inherit = 'account.move'

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._mobile_follow_coupons()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._mobile_follow_coupons()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._mobile_follow_coupons()
        return res

    def _mobile_follow_coupons(self):
        orders = self.sudo().filtered(lambda move: move.is_sale_document()).line_ids.sale_line_ids.order_id
        if orders:
            self.env['mobile.redemption'].sudo()._follow_invoices(orders)
            self.env['mobile.attribution'].sudo()._follow_orders(orders)
