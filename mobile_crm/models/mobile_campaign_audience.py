from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


class MobileCampaign(models.Model):
    """For whom a campaign is."""

    _inherit = 'mobile.campaign'

    audience_domain = fields.Char(string="Audience", required=True, default='[]')
    audience_count = fields.Integer(string="Customers in the Audience", compute='_compute_audience_count')

    # === COMPUTE METHODS === #

    @api.depends('audience_domain')
    def _compute_audience_count(self):
        for campaign in self:
            try:
                campaign.audience_count = self.env['res.partner'].search_count(
                    Domain('mobile_device_ids', '!=', False) & campaign._audience())
            except ValueError:
                campaign.audience_count = 0

    # === CONSTRAINT METHODS === #

    @api.constrains('audience_domain')
    def _check_audience_domain(self):
        for campaign in self:
            try:
                self.env['res.partner'].search(campaign._audience(), limit=1)
            except ValueError as exc:
                raise ValidationError(self.env._("The audience cannot be read: %s", exc)) from exc

    # === BUSINESS METHODS === #

    def _audience(self):
        """Return the audience as a domain on ``res.partner``.

        :rtype: Domain
        :raise ValueError: when it is no domain.
        """
        self.ensure_one()
        try:
            return Domain(safe_eval(self.audience_domain or '[]', {'uid': self.env.uid}))
        except (SyntaxError, TypeError) as exc:
            raise ValueError(str(exc)) from exc
