from odoo import models


class ProductUom(models.Model):
    _name = 'product.uom'
    _inherit = ['product.uom', 'mobile.searched']

    _searched_by = frozenset({'barcode', 'product_id'})
