from odoo import fields, models


class MobileCampaignVariant(models.Model):
    """One of several messages that a campaign tries; a customer always gets the same one."""

    _name = 'mobile.campaign.variant'
    _description = "Campaign Variant"
    _inherit = ['mobile.campaign.text']
    _order = 'campaign_id, sequence, id'

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='campaign_id.company_id')
    weight = fields.Integer(
        required=True, default=1, help="How many customers get this one, in proportion to the other variants.")

    _weight_valid = models.Constraint('CHECK (weight >= 0)', "A variant's weight is not negative.")
