from odoo import fields, models


class SaleOrder(models.Model):
    """What tells a cancelled purchase from a quotation that came to nothing."""

    _inherit = 'sale.order'

    mobile_cancelled_at = fields.Datetime(
        string="Cancelled After Confirmation", readonly=True, copy=False,
        help="The customer still finds the order among their purchases, as cancelled.")

    _mobile_cancelled_idx = models.Index(
        "(partner_id, company_id, date_order) WHERE state = 'cancel' AND mobile_cancelled_at IS NOT NULL")

    # === BUSINESS METHODS === #

    def _action_cancel(self):
        """Override to remember which of these orders were purchases."""
        confirmed = self.filtered(lambda order: order.state == 'sale')
        res = super()._action_cancel()
        confirmed.mobile_cancelled_at = fields.Datetime.now()
        return res
