from odoo import fields, models

LEVELS = ('mobile_low_stock', 'mobile_safety_stock')


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    mobile_low_stock = fields.Float(
        string="Few Left Up To", digits='Product Unit',
        help="Customers are told that few are left when a store has no more than this. 0 takes the level of the "
             "category, and in the end the company's.")
    mobile_safety_stock = fields.Float(
        string="Never Promised", digits='Product Unit',
        help="So much of what a store has is not promised to customers. 0 takes the level of the category, and in the "
             "end the company's.")

    _mobile_levels_valid = models.Constraint(
        'CHECK (mobile_low_stock >= 0 AND mobile_safety_stock >= 0)', "A quantity cannot be negative.")

    # === ACTION METHODS === #

    def action_view_mobile_availability(self):
        """Show which stores have the product."""
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm_stock.mobile_availability_action')
        return {**action, 'domain': [('product_id', 'in', self.product_variant_ids.ids)]}
