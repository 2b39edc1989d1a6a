from odoo import api, fields, models


class MobileCampaignDryRun(models.TransientModel):
    """What the text messages would cost, before they are sent."""

    _inherit = 'mobile.campaign.dry.run'

    sms_length = fields.Char(related='campaign_id.sms_length')
    sms_hint = fields.Char(related='campaign_id.sms_hint')
    sms_cost = fields.Char(string="Cost of the Text Messages", compute='_compute_sms_cost')

    # === COMPUTE METHODS === #

    @api.depends('passed_count', 'campaign_id.sms_parts')
    def _compute_sms_cost(self):
        for wizard in self:
            campaign, wizard.sms_cost = wizard.campaign_id, False
            if campaign.sms_parts:
                count = campaign._count_sms_customers()
                # Who would not get the campaign costs nothing.
                wizard.sms_cost = campaign._sms_cost(
                    wizard.passed_count if count is None else min(count, wizard.passed_count))
