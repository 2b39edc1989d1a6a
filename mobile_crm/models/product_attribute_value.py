from odoo import models


class ProductAttributeValue(models.Model):
    _name = 'product.attribute.value'
    _inherit = ['product.attribute.value', 'mobile.searched']

    _searched_by = frozenset({'name'})
