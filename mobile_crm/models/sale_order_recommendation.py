from odoo import models


class SaleOrder(models.Model):
    """What recommendations learn of orders, and what they say to who writes one."""

    _inherit = 'sale.order'

    # === ACTION METHODS === #

    def action_mobile_suggest(self):
        """Show what the customer of a quotation may want as well."""
        self.ensure_one()
        self.check_access('write')
        suggestion = self.env['mobile.suggestion'].create({'order_id': self.id})
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Suggest"), 'res_model': suggestion._name,
            'res_id': suggestion.id, 'view_mode': 'form', 'target': 'new'}

    # === BUSINESS METHODS === #

    def action_confirm(self):
        """Override: what was just bought is not recommended."""
        fresh = self.filtered(lambda order: order.state != 'sale')
        res = super().action_confirm()
        self.env['mobile.recommendation.purchase'].sudo()._note_orders(
            fresh.filtered(lambda order: order.state == 'sale').sudo())
        return res

    def _action_cancel(self):
        """Override: what was not bought after all is."""
        sold = self.filtered(lambda order: order.state == 'sale')
        res = super()._action_cancel()
        self.env['mobile.recommendation.purchase'].sudo()._note_orders(sold.sudo())
        return res
