from odoo import models


class ProductCategory(models.Model):
    _name = 'product.category'
    _inherit = ['product.category', 'mobile.searched']

    _searched_by = frozenset({'name', 'parent_id'})
