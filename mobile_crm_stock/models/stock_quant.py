from odoo import models


class StockQuant(models.Model):
    _inherit = 'stock.quant'

    # What twenty stores have of a page of products is looked up by both: a store may have thousands of products, and a
    # product may be in thousands of stores.
    _mobile_product_location_idx = models.Index('(product_id, location_id)')
