from odoo import fields, models


class MobileDevice(models.Model):
    _inherit = 'mobile.device'

    push_registered_at = fields.Datetime(
        string="Push Address Since", readonly=True, copy=False, help="When the phone last told where pushes reach it.")

    def _update_report(self, values):
        if values.get('push_address'):
            values = {**values, 'push_registered_at': fields.Datetime.now()}
        return super()._update_report(values)
