from typing import NamedTuple

from odoo import fields, models


class StaffNeeds(NamedTuple):
    """What a colleague has to look at before a product is paid with a phone.

    :ivar int min_age: in years; 0 for everybody
    :ivar bool is_weighed: whether its weight is looked at
    """

    min_age: int
    is_weighed: bool


class ProductTemplate(models.Model):
    """What a colleague has to look at before customers pay it with their phones."""

    _inherit = 'product.template'

    mobile_min_age = fields.Integer(
        string="Minimum Age", aggregator=None,
        help="In years. Who pays it with their phone shows a colleague that they are old enough. 0 is what its "
             "category says.")
    mobile_weighed = fields.Selection(
        selection=[('yes', "A colleague looks at the weight"), ('no', "Nobody looks at the weight")],
        string="To Be Weighed", help="Before it is paid with a phone. Empty is what its category says.")

    _mobile_min_age_valid = models.Constraint(
        'CHECK (mobile_min_age BETWEEN 0 AND 120)', "A minimum age is between 0 and 120 years.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: baskets that are open at this moment follow."""
        res = super().write(vals)
        if {'mobile_min_age', 'mobile_weighed', 'categ_id'} & vals.keys():
            self.env['mobile.basket']._ask_again([('product_id.product_tmpl_id', 'in', self.ids)])
        return res

    # === BUSINESS METHODS === #

    def _mobile_staff_needs(self):
        """Return what a colleague has to look at: what the product says, else the nearest category that says it.

        :rtype: StaffNeeds
        """
        self.ensure_one()
        min_age, weighed = self.mobile_min_age, self.mobile_weighed
        category = self.categ_id
        while category and not (min_age and weighed):
            min_age = min_age or category.mobile_min_age
            weighed = weighed or (category.mobile_weighed and 'yes')
            category = category.parent_id
        return StaffNeeds(min_age, weighed == 'yes')
