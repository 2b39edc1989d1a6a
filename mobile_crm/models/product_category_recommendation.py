from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    mobile_rebuy_days = fields.Integer(
        string="Bought Once In (days)",
        help="For what lasts: who has bought something of this category is recommended nothing more of it for so many "
             "days. 0 is for what is used up, and for what the category above says.")

    _mobile_rebuy_days_valid = models.Constraint('CHECK (mobile_rebuy_days >= 0)', "Days are not negative.")
