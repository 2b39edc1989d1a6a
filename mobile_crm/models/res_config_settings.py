from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_position_days = fields.Integer(related='company_id.mobile_position_days', readonly=False)
    mobile_email_double_opt_in = fields.Boolean(related='company_id.mobile_email_double_opt_in', readonly=False)
