from odoo import fields, models


class MobileCampaignChannel(models.Model):
    """A way by which a campaign's message travels, beside being in the app's inbox."""

    _name = 'mobile.campaign.channel'
    _description = "Campaign Channel"
    _order = 'campaign_id, sequence, id'
    _rec_name = 'channel'

    sequence = fields.Integer(default=10)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='campaign_id.company_id')
    channel = fields.Selection(
        selection=[('push', "Notification"), ('sms', "Text Message"), ('email', "Email")], required=True)

    _channel_unique = models.UniqueIndex('(campaign_id, channel)', "A campaign names each channel once.")
