from odoo import api, fields, models, tools

from .product_template import LEVELS


class ProductCategory(models.Model):
    _inherit = 'product.category'

    mobile_low_stock = fields.Float(
        string="Few Left Up To", digits='Product Unit',
        help="Customers are told that few are left when a store has no more than this. 0 takes the level of the "
             "category above, and in the end the company's.")
    mobile_safety_stock = fields.Float(
        string="Never Promised", digits='Product Unit',
        help="So much of what a store has is not promised to customers, for the last piece is often damaged or not to "
             "be found. 0 takes the level of the category above, and in the end the company's.")

    _mobile_levels_valid = models.Constraint(
        'CHECK (mobile_low_stock >= 0 AND mobile_safety_stock >= 0)', "A quantity cannot be negative.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        if any(vals.get(name) for vals in vals_list for name in LEVELS):
            self.env.registry.clear_cache()
        return categories

    def write(self, vals):
        res = super().write(vals)
        if any(name in vals for name in LEVELS):
            self.env.registry.clear_cache()
        return res

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _mobile_with_levels(self):
        """Return the ids of the categories that have a level of their own; mostly few or none.

        :rtype: dict[str, tuple[int]], by field
        """
        return {name: tuple(self.sudo().search([(name, '>', 0)], order='id').ids) for name in LEVELS}
