from odoo import api, models


class IrFieldsConverter(models.AbstractModel):
    _inherit = 'ir.fields.converter'

    @api.model
    def _str_to_selection(self, model, field, value, savepoint):
        # Odoo compares with the labels in all languages, and for that asks for all 600 time zones 600 times a row.
        if field.name == 'tz' and model._name == 'mobile.store' and value in field.get_values(self.env):
            return value, []
        return super()._str_to_selection(model, field, value, savepoint)
