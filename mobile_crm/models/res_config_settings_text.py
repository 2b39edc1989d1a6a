from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The settings of text messages."""

    _inherit = 'res.config.settings'

    mobile_sms_price = fields.Float(related='company_id.mobile_sms_price', readonly=False)
    mobile_sms_number = fields.Char(related='company_id.mobile_sms_number', readonly=False)
    mobile_sms_stop_words = fields.Char(related='company_id.mobile_sms_stop_words', readonly=False)
    mobile_sms_inbound_version = fields.Integer(related='company_id.mobile_sms_inbound_version')
    mobile_sms_inbound_url = fields.Char(related='company_id.mobile_sms_inbound_url')

    # === ACTION METHODS === #

    def action_mobile_new_sms_address(self):
        self.check_access('write')
        self.company_id.action_mobile_new_sms_address()
