from odoo import api, models


class ResLang(models.Model):
    _inherit = 'res.lang'

    @api.model_create_multi
    def create(self, vals_list):
        languages = super().create(vals_list)
        if any(languages.mapped('active')):
            self._mobile_follow()
        return languages

    def write(self, vals):
        res = super().write(vals)
        if vals.get('active'):
            self._mobile_follow()
        return res

    @api.model
    def _mobile_follow(self):
        """Let lists be sorted, and products found, in a language that comes."""
        self.env['mobile.store']._index_names()
        self.env['mobile.catalogue']._index_names()
        self.env['mobile.catalogue']._leave_all_to_cron()
