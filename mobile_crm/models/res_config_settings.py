from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_position_days = fields.Integer(related='company_id.mobile_position_days', readonly=False)
    mobile_approval_required = fields.Boolean(related='company_id.mobile_approval_required', readonly=False)
