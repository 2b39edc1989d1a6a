from odoo import api, fields, models
from odoo.exceptions import UserError


class MobileCampaignVariant(models.Model):
    """One of several messages that a campaign tries; a customer always gets the same one.

    Which one, is drawn in ``mobile.gate._variant``.
    """

    _name = 'mobile.campaign.variant'
    _description = "Campaign Variant"
    _inherit = ['mobile.campaign.text']
    _order = 'campaign_id, sequence, id'

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='campaign_id.company_id')
    weight = fields.Integer(
        required=True, default=1, help="How many customers get this one, in proportion to the other variants.")
    share = fields.Float(compute='_compute_share', help="Of those who get the offer.")

    _weight_valid = models.Constraint('CHECK (weight BETWEEN 0 AND 1000)', "A variant's weight is between 0 and 1000.")

    # === COMPUTE METHODS === #

    @api.depends('weight', 'active', 'campaign_id.variant_ids.weight', 'campaign_id.variant_ids.active')
    def _compute_share(self):
        for variant in self:
            total = sum(variant.campaign_id.variant_ids.filtered('active').mapped('weight'))
            variant.share = variant.weight / total if variant.active and total else 0

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env['mobile.decision'].sudo().search([('variant_id', 'in', self.ids)], limit=1).variant_id
        if used:
            raise UserError(self.env._(
                "Customers got the variant “%s”. Archive it: what it earned stays in the results.", used.name))
