from odoo import models


class ProductTag(models.Model):
    _name = 'product.tag'
    _inherit = ['product.tag', 'mobile.searched']

    _searched_by = frozenset({'name', 'visible_to_customers', 'product_template_ids', 'product_product_ids'})
