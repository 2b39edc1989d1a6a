from odoo import api, models


class ResLang(models.Model):
    _inherit = 'res.lang'

    @api.model_create_multi
    def create(self, vals_list):
        languages = super().create(vals_list)
        if any(languages.mapped('active')):
            self.env['mobile.store']._index_names()
        return languages

    def write(self, vals):
        res = super().write(vals)
        if vals.get('active'):
            self.env['mobile.store']._index_names()
        return res
