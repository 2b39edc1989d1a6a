from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    mobile_lots = fields.Json(
        string="Lots Scanned by Phone", copy=False,
        help="How much of which lot or serial number the customer has scanned, in the product's own unit.")
