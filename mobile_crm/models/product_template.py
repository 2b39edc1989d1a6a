from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    mobile_published = fields.Boolean(
        string="Show in Apps", compute='_compute_mobile_published', store=True, readonly=False, precompute=True,
        help="Customers find it with their phones, if it can be sold.")

    # === COMPUTE METHODS === #

    @api.depends('type')
    def _compute_mobile_published(self):
        # Services are mostly what staff write on orders, such as a down payment or a delivery.
        for template in self:
            template.mobile_published = template.type != 'service'
