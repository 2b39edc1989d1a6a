from datetime import timedelta

from odoo import api, fields, models


class MobileCampaign(models.Model):
    """How what was decided reaches the customers: coupons and messages."""

    _inherit = 'mobile.campaign'

    run_ids = fields.One2many(string="Runs", comodel_name='mobile.campaign.run', inverse_name='campaign_id')
    run_count = fields.Integer(compute='_compute_run_count')

    # === COMPUTE METHODS === #

    @api.depends('run_ids')
    def _compute_run_count(self):
        counts = dict(self.env['mobile.campaign.run']._read_group(
            [('campaign_id', 'in', self.ids)], ['campaign_id'], ['__count']))
        for campaign in self:
            campaign.run_count = counts.get(campaign._origin, 0)

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

    def _is_spent(self):
        """Tell whether all coupons of the campaign are given out."""
        self.ensure_one()
        return bool(self.budget_coupons and self.budget_used >= self.budget_coupons)

    def _issue_coupons(self, partner_ids):
        """Create a coupon for each of these customers.

        :param list[int] partner_ids: one coupon each, in this order.
        :rtype: LoyaltyCard
        """
        self.ensure_one()
        now = fields.Datetime.now()
        expires_at = now + timedelta(days=self.coupon_days)
        points = min(self.program_id.reward_ids.mapped('required_points'), default=1)
        # The message below announces the coupon; the program's own mail would announce it twice.
        return self.env['loyalty.card'].with_context(loyalty_no_mail=True, tracking_disable=True).create([{
            'program_id': self.program_id.id,
            'partner_id': partner_id,
            'points': points,
            'holder_only': True,
            'mobile_campaign_id': self.id,
            'mobile_valid_from': now,
            'mobile_expires_at': expires_at,
            'mobile_store_ids': [(6, 0, self.store_ids.ids)],
        } for partner_id in partner_ids])

    def _post_messages(self, decisions):
        """Tell the customer of each of these decisions.

        :param decisions: ``mobile.decision``, with their coupons.
        :rtype: MobileMessage
        """
        self.ensure_one()
        return self.env['mobile.message']._post([{
            'partner_id': decision.partner_id.id,
            'company_id': self.company_id.id,
            'campaign_id': self.id,
            'card_id': decision.card_id.id,
            **texts,
        } for decision, texts in zip(decisions, self._render_messages(decisions), strict=True)])
