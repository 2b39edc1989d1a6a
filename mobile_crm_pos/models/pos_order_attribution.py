from odoo import models

from odoo.addons.mobile_crm.models.mobile_attribution import Chosen


class PosOrder(models.Model):
    _inherit = 'pos.order'

    # === BUSINESS METHODS === #

    def _mobile_after_sale(self):
        """Override to put what was bought, and what came back, down to visits and campaigns."""
        res = super()._mobile_after_sale()
        concerned = self + self.lines.refunded_orderline_id.order_id
        self.env['mobile.attribution'].sudo()._follow(Chosen('till', concerned.ids))
        return res
