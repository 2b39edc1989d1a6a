from odoo import models


class PosOrderLine(models.Model):
    _inherit = 'pos.order.line'

    def _mobile_returned(self):
        """Return how much of a line came back to a till for good."""
        self.ensure_one()
        return -sum(self.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in ('paid', 'done')).mapped('qty'))
