from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..tools.racing import execute_racing

# What tells whether a campaign waits for facts.
WAITING_FIELDS = {'active', 'company_id', 'state', 'trigger'}


class MobileCampaign(models.Model):
    """An offer to the customers who come near: whom it is for, when, where, and what it says."""

    _name = 'mobile.campaign'
    _description = "Mobile Campaign"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('running', "Running"), ('paused', "Paused"), ('done', "Done")],
        required=True, readonly=True, default='draft', copy=False, index=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    user_id = fields.Many2one(
        string="Responsible", comodel_name='res.users', default=lambda self: self.env.user, tracking=True)

    # When and where
    trigger = fields.Selection(
        selection=[
            ('enter', "The customer comes near a store"),
            ('dwell', "The customer stays near a store"),
            ('exit', "The customer leaves a store"),
        ],
        required=True, default='enter', tracking=True)
    store_ids = fields.Many2many(
        string="Stores", comodel_name='mobile.store', relation='mobile_campaign_store_rel', column1='campaign_id',
        column2='store_id', check_company=True,
        help="Where the campaign runs and its coupons count. Empty means all stores of the company.")
    app_id = fields.Many2one(
        comodel_name='mobile.app', check_company=True, domain=[('kind', '=', 'phone')],
        help="Empty means all apps of the company.")
    category_ids = fields.Many2many(
        string="Product Categories", comodel_name='product.category', relation='mobile_campaign_category_rel',
        column1='campaign_id', column2='category_id',
        help="What the offer is about. Customers who chose other categories do not get it. Empty means all sorts of "
             "things.")
    # How the message travels, beside being in the app's inbox; a provider adds its own.
    channel = fields.Selection(selection=[('inbox', "In the App")], required=True, default='inbox')
    date_from = fields.Datetime(string="Starts", tracking=True)
    date_to = fields.Datetime(string="Ends", tracking=True)
    max_event_age = fields.Integer(
        string="React Within (minutes)", required=True, default=15,
        help="A phone may report late. An offer for a place that the customer left long ago is not sent.")

    # For whom
    audience_domain = fields.Char(string="Audience", required=True, default='[]')
    audience_count = fields.Integer(string="Customers in the Audience", compute='_compute_audience_count')
    max_per_customer = fields.Integer(string="Coupons per Customer", required=True, default=1)
    cooldown_hours = fields.Integer(
        string="Hours Between Coupons", required=True, default=24,
        help="For how many hours a customer gets nothing more from this campaign.")
    holdout_percent = fields.Integer(
        string="Control Group (%)", required=True, default=0,
        help="This part of the audience gets nothing, so that you can see what the campaign really earned.")

    # What
    program_id = fields.Many2one(
        string="Coupon Program", comodel_name='loyalty.program', required=True, check_company=True, ondelete='restrict',
        domain=[('program_type', '=', 'coupons')], tracking=True)
    reward_summary = fields.Char(string="Reward", compute='_compute_reward_summary')
    coupon_days = fields.Integer(
        string="Coupon Good For (days)", required=True, default=7,
        help="Counted from the moment the customer gets it; the day itself is not counted.")
    budget_coupons = fields.Integer(
        string="Coupons in Total", required=True, default=0,
        help="When so many are given out, the campaign sends no more. 0 means no limit.")
    budget_used = fields.Integer(
        string="Coupons Given Out", required=True, readonly=True, copy=False, default=0)
    message_title = fields.Char(required=True, translate=True)
    message_body = fields.Text(translate=True)
    message_link = fields.Char(string="Link", help="Where the message leads in the app. Empty means the coupon.")
    terms = fields.Text(translate=True, help="What the customer should know before using the coupon.")

    # Results
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

    _period_valid = models.Constraint('CHECK (date_from < date_to)', "A campaign ends after it starts.")
    _holdout_valid = models.Constraint(
        'CHECK (holdout_percent BETWEEN 0 AND 100)', "The control group is between 0 and 100 percent.")
    _numbers_valid = models.Constraint(
        'CHECK (max_per_customer > 0 AND cooldown_hours >= 0 AND coupon_days > 0 AND budget_coupons >= 0'
        ' AND max_event_age > 0)',
        "Coupons per customer, days and minutes are at least 1; hours and the total of coupons are not negative.")

    # === COMPUTE METHODS === #

    @api.depends('audience_domain')
    def _compute_audience_count(self):
        for campaign in self:
            try:
                campaign.audience_count = self.env['res.partner'].search_count(
                    Domain('mobile_device_ids', '!=', False) & campaign._audience())
            except ValueError:
                campaign.audience_count = 0

    @api.depends('program_id.reward_ids.description')
    def _compute_reward_summary(self):
        for campaign in self:
            campaign.reward_summary = ', '.join(filter(None, campaign.program_id.reward_ids.mapped('description')))

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

    # === CONSTRAINT METHODS === #

    @api.constrains('audience_domain')
    def _check_audience_domain(self):
        for campaign in self:
            try:
                self.env['res.partner'].search(campaign._audience(), limit=1)
            except ValueError as exc:
                raise ValidationError(self.env._("The audience cannot be read: %s", exc)) from exc

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        self.env.registry.clear_cache()
        return campaigns

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res

    def write(self, vals):
        res = super().write(vals)
        if not WAITING_FIELDS.isdisjoint(vals):
            self.env.registry.clear_cache()
        if 'budget_coupons' in vals:
            # Without a budget nobody has counted.
            for campaign in self:
                campaign.budget_used = self.env['loyalty.card'].sudo().with_context(active_test=False).search_count(
                    [('mobile_campaign_id', '=', campaign.id)])
        return res

    # === ACTION METHODS === #

    def action_start(self):
        for campaign in self:
            if campaign.state == 'done':
                raise UserError(self.env._("A campaign that is done does not start again. Duplicate it."))
            if not campaign.program_id.reward_ids:
                raise UserError(self.env._("Give the coupon program a reward first."))
        self.state = 'running'

    def action_pause(self):
        self.filtered(lambda campaign: campaign.state == 'running').state = 'paused'

    def action_done(self):
        self.state = 'done'

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

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _waiting(self):
        """Return what sets a running campaign off: (company id, trigger).

        Most facts set nothing off: they need no query to know that.

        :rtype: frozenset[tuple[int, str]]
        """
        running = self.sudo().search([('state', '=', 'running')])
        return frozenset((campaign.company_id.id, campaign.trigger) for campaign in running)

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

    def _spend_budget(self, count):
        """Take `count` coupons from the budget.

        The statement that decided has already looked; another transaction may have been faster since. The row's lock
        makes the slower one fail and decide anew, so that a budget is never overdrawn.
        """
        self.ensure_one()
        if not self.budget_coupons:
            return
        taken = execute_racing(self.env, SQL(
            """UPDATE mobile_campaign SET budget_used = budget_used + %(count)s
                WHERE id = %(id)s AND budget_used + %(count)s <= budget_coupons RETURNING id""",
            id=self.id, count=count))
        if not taken:
            raise ConcurrencyError("budget of a campaign spent meanwhile")
        self.invalidate_recordset(['budget_used'])

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

    def _post_messages(self, cards):
        """Tell each holder of these coupons, in the customer's own language.

        :rtype: MobileMessage
        """
        self.ensure_one()
        return self.env['mobile.message']._post([{
            'partner_id': card.partner_id.id,
            'company_id': self.company_id.id,
            'campaign_id': self.id,
            'card_id': card.id,
            'title': campaign.message_title,
            'body': campaign.message_body,
            'link': campaign.message_link,
        } for card in cards for campaign in self.with_context(lang=card.partner_id.lang)])
