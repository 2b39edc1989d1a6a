from odoo import models


class ProductTemplateAttributeValue(models.Model):
    _name = 'product.template.attribute.value'
    _inherit = ['product.template.attribute.value', 'mobile.searched']

    _searched_by = frozenset({'ptav_active', 'product_attribute_value_id', 'product_tmpl_id'})
