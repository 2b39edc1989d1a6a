from odoo import fields, models


class ProductCategory(models.Model):
    """What a colleague has to look at before customers pay it with their phones."""

    _inherit = 'product.category'

    mobile_min_age = fields.Integer(
        string="Minimum Age", aggregator=None,
        help="In years. Who pays such products with their phone shows a colleague that they are old enough. 0 is for "
             "everybody, and for what the category above says. A product can have an age of its own.")
    mobile_weighed = fields.Boolean(
        string="Weighed by Customers",
        help="A colleague looks at the weight of such products, also of the categories below, before they are paid "
             "with a phone.")

    _mobile_min_age_valid = models.Constraint(
        'CHECK (mobile_min_age BETWEEN 0 AND 120)', "A minimum age is between 0 and 120 years.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: baskets that are open at this moment follow."""
        res = super().write(vals)
        if {'mobile_min_age', 'mobile_weighed', 'parent_id'} & vals.keys():
            self.env['mobile.basket']._ask_again([('product_id.categ_id', 'child_of', self.ids)])
        return res
