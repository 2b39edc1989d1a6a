from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_audit_first = fields.Boolean(related='company_id.mobile_audit_first', readonly=False)
    mobile_audit_amount = fields.Monetary(
        related='company_id.mobile_audit_amount', readonly=False, currency_field='mobile_currency_id')
    mobile_audit_failed_percent = fields.Float(related='company_id.mobile_audit_failed_percent', readonly=False)
