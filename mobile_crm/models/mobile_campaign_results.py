from odoo import api, fields, models


class MobileCampaign(models.Model):
    """What a campaign has earned."""

    _inherit = 'mobile.campaign'

    decision_ids = fields.One2many(comodel_name='mobile.decision', inverse_name='campaign_id')
    card_ids = fields.One2many(string="Coupons", comodel_name='loyalty.card', inverse_name='mobile_campaign_id')
    redemption_ids = fields.One2many(comodel_name='mobile.redemption', inverse_name='campaign_id')
    sent_count = fields.Integer(string="Sent", compute='_compute_results')
    withheld_count = fields.Integer(string="Withheld", compute='_compute_results')
    opened_count = fields.Integer(string="Opened", compute='_compute_results')
    coupon_count = fields.Integer(compute='_compute_results')
    redemption_count = fields.Integer(string="Redeemed", compute='_compute_results')
    redemption_rate = fields.Float(
        compute='_compute_results', help="How many of those who got the offer have used it.")
    revenue = fields.Monetary(
        compute='_compute_results',
        help="Untaxed total of the orders on which a coupon was redeemed, when they were confirmed.")
    discount_given = fields.Monetary(
        compute='_compute_results', help="What the coupons took off these orders, without taxes.")

    # === COMPUTE METHODS === #

    @api.depends('decision_ids', 'card_ids', 'redemption_ids.state')
    def _compute_results(self):
        decisions = {
            (campaign, outcome): count
            for campaign, outcome, count in self.env['mobile.decision']._read_group(
                [('campaign_id', 'in', self.ids)], ['campaign_id', 'outcome'], ['__count'])
        }
        opened = dict(self.env['mobile.message']._read_group(
            [('campaign_id', 'in', self.ids), ('opened_at', '!=', False)], ['campaign_id'], ['__count']))
        coupons = dict(self.env['loyalty.card']._read_group(
            [('mobile_campaign_id', 'in', self.ids)], ['mobile_campaign_id'], ['__count']))
        redeemed = {
            campaign: sums
            for campaign, *sums in self.env['mobile.redemption']._read_group(
                [('campaign_id', 'in', self.ids), ('state', '=', 'confirmed')], ['campaign_id'],
                ['__count', 'revenue:sum', 'discount:sum'])
        }
        for campaign in self:
            campaign.sent_count = decisions.get((campaign, 'sent'), 0)
            campaign.withheld_count = decisions.get((campaign, 'withheld'), 0)
            campaign.opened_count = opened.get(campaign, 0)
            campaign.coupon_count = coupons.get(campaign, 0)
            campaign.redemption_count, campaign.revenue, campaign.discount_given = redeemed.get(campaign, (0, 0, 0))
            campaign.redemption_rate = campaign.sent_count and campaign.redemption_count / campaign.sent_count

    # === ACTION METHODS === #

    def action_view_decisions(self):
        return self._results_action('mobile_crm.mobile_decision_action')

    def action_view_messages(self):
        return self._results_action('mobile_crm.mobile_message_action')

    def action_view_coupons(self):
        action = self._results_action('mobile_crm.mobile_coupon_action')
        return {**action, 'domain': [('mobile_campaign_id', '=', self.id)]}

    def action_view_redemptions(self):
        return self._results_action('mobile_crm.mobile_redemption_action')

    def _results_action(self, xmlid):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xmlid)
        return {**action, 'domain': [('campaign_id', '=', self.id)], 'context': {}}
