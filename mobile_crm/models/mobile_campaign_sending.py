import math
from datetime import timedelta

from odoo import api, fields, models

from ..tools.company_days import start_of, zone_of
from .mobile_campaign_issuing import COUPON_TYPES, CREDIT_TYPES


class MobileCampaign(models.Model):
    """How a campaign goes to many: its runs, and what it gives (``mobile_campaign_issuing`` is how that is written)."""

    _inherit = 'mobile.campaign'

    program_id = fields.Many2one(domain=[('program_type', 'in', (*COUPON_TYPES, *CREDIT_TYPES))])
    program_type = fields.Selection(related='program_id.program_type')
    point_name = fields.Char(related='program_id.portal_point_name')
    points_granted = fields.Float(
        string="Gives", required=True, default=1, help="So many points, or so much money, come to the customer's card.")
    run_ids = fields.One2many(string="Runs", comodel_name='mobile.campaign.run', inverse_name='campaign_id')
    run_count = fields.Integer(compute='_compute_run_count')

    _points_valid = models.Constraint('CHECK (points_granted > 0)', "A campaign gives more than nothing.")

    # === COMPUTE METHODS === #

    @api.depends('run_ids')
    def _compute_run_count(self):
        counts = dict(self.env['mobile.campaign.run']._read_group(
            [('campaign_id', 'in', self.ids)], ['campaign_id'], ['__count']))
        for campaign in self:
            campaign.run_count = counts.get(campaign._origin, 0)

    @api.depends('points_granted', 'program_id.program_type')
    def _compute_coupon_value(self):
        """Override: money in the e-wallet is worth itself, and points what the best reward pays for them."""
        res = super()._compute_coupon_value()
        for campaign in self.filtered(lambda campaign: campaign.program_id.program_type in CREDIT_TYPES):
            rates = campaign.program_id.reward_ids.filtered(lambda reward: reward.discount_mode == 'per_point')
            campaign.coupon_value = max(rates.mapped('discount'), default=0) * campaign.points_granted
        return res

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if 'scheduled_at' in vals:
            for campaign in self.filtered(lambda campaign: campaign.trigger == 'broadcast'):
                campaign.run_ids._reschedule(campaign.scheduled_at)
        return res

    # === ACTION METHODS === #

    def action_start(self):
        """Override to go to everybody in the audience, on the day that was chosen or now, and to go on where a pause
        has stopped the way to many.
        """
        res = super().action_start()
        for campaign in self:
            campaign.run_ids.filtered(lambda run: run.state == 'paused').action_resume()
            if campaign.trigger == 'broadcast':
                self.env['mobile.campaign.run']._open(campaign, 'broadcast', campaign.scheduled_at)
        return res

    def action_pause(self):
        """Override: who is not asked about yet is not asked about until the campaign goes on."""
        # First of all: no worker writes the campaign any more when this transaction does.
        self.run_ids.action_pause()
        return super().action_pause()

    def action_done(self):
        self.run_ids.action_cancel()
        return super().action_done()

    def action_view_runs(self):
        return self._results_action('mobile_crm.mobile_campaign_run_action')

    # === BUSINESS METHODS === #

    def _room(self):
        """Return how many more customers the budgets allow at all, and today; infinite where there is none.

        :rtype: tuple[float, float]
        """
        self.ensure_one()
        now = fields.Datetime.now()
        at_all = self.budget_coupons - self.budget_used if self.budget_coupons else math.inf
        if self.budget_discount and self.coupon_value:
            at_all = min(at_all, (self.budget_discount - self.budget_discount_used) // self.coupon_value)
        used_today = self.budget_day_used if self.budget_day == self._budget_today(now) else 0
        return at_all, self.budget_per_day - used_today if self.budget_per_day else math.inf

    def _tomorrow(self):
        """Return when the budget of a day begins anew (naive UTC)."""
        self.ensure_one()
        day = self._budget_today(fields.Datetime.now()) + timedelta(days=1)
        return start_of(day, zone_of(self.company_id))

    def _recount_budget(self):
        """Override: points and money that were given are not given back."""
        credit = self.filtered(lambda campaign: campaign.program_id.program_type in CREDIT_TYPES)
        res = super(MobileCampaign, self - credit)._recount_budget()
        for campaign in credit.filtered(lambda campaign: campaign._has_budget()):
            count = self.env['mobile.decision'].sudo().search_count(
                [('campaign_id', '=', campaign.id), ('outcome', '=', 'sent')])
            campaign.write({'budget_used': count, 'budget_discount_used': count * campaign.coupon_value})
        return res
