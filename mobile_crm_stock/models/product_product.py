from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === ACTION METHODS === #

    def action_view_mobile_availability(self):
        """Show which stores have this variant."""
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm_stock.mobile_availability_action')
        return {**action, 'domain': [('product_id', 'in', self.ids)]}
