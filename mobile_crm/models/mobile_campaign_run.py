from odoo import fields, models


class MobileCampaignRun(models.Model):
    """A campaign's way through many customers, batch by batch, so that it can stop anywhere and go on."""

    _name = 'mobile.campaign.run'
    _description = "Campaign Run"
    _order = 'id desc'
    _rec_name = 'campaign_id'

    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        related='campaign_id.company_id', store=True, index=True, readonly=True)
    cause = fields.Char(
        required=True, readonly=True, help="What this run is for, such as a day. Each cause has one run.")
    state = fields.Selection(
        selection=[('queued', "Waiting"), ('running', "Running"), ('paused', "Paused"), ('done', "Done"),
                   ('cancelled', "Cancelled")],
        required=True, readonly=True, default='queued', index=True)
    starts_at = fields.Datetime(string="Starts", required=True, readonly=True, default=fields.Datetime.now)
    position = fields.Integer(
        readonly=True, default=0, help="The number of the last contact that was asked about; they go up.")

    _cause_unique = models.UniqueIndex('(campaign_id, cause)')
