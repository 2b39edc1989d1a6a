from odoo import models


class ProductProduct(models.Model):
    _name = 'product.product'
    _inherit = ['product.product', 'mobile.searched']

    _searched_by = frozenset({'active', 'default_code', 'barcode', 'product_tmpl_id', 'additional_product_tag_ids'})
