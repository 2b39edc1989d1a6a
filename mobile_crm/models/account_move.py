from odoo import models


class AccountMove(models.Model):
    """Credit notes undo what purchases brought, and that is done again when they are withdrawn."""

    _inherit = 'account.move'

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._mobile_follow_refunds()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._mobile_follow_refunds()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._mobile_follow_refunds()
        return res

    def _mobile_follow_refunds(self):
        orders = self.sudo().filtered(lambda move: move.is_sale_document()).line_ids.sale_line_ids.order_id
        if orders:
            orders._mobile_follow_refunds()
