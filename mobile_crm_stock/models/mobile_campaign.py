from odoo import fields, models


class MobileCampaign(models.Model):
    _inherit = 'mobile.campaign'

    only_in_stock = fields.Boolean(
        string="Only What Is in Stock", default=True,
        help="Nothing is offered at a store that has none of the product left. It counts for products that the offer "
             "is about or gives for free, and for stores with a warehouse.")
