from odoo import models

from odoo.addons.mobile_crm.models.mobile_attribution import Chosen


class MobileRedemption(models.Model):
    _inherit = 'mobile.redemption'

    # === BUSINESS METHODS === #

    def _attribute(self):
        """Override to put orders of Odoo's tills down to visits and campaigns anew."""
        res = super()._attribute()
        if orders := self.pos_order_id:
            self.env['mobile.attribution'].sudo()._follow(Chosen('till', orders.ids))
        return res
