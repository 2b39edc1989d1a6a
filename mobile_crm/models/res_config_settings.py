from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_position_days = fields.Integer(related='company_id.mobile_position_days', readonly=False)
    mobile_approval_required = fields.Boolean(related='company_id.mobile_approval_required', readonly=False)
    mobile_card_key_version = fields.Integer(related='company_id.mobile_card_key_version')
    mobile_email_double_opt_in = fields.Boolean(related='company_id.mobile_email_double_opt_in', readonly=False)

    def action_mobile_new_card_key(self):
        self.company_id.action_mobile_new_card_key()
