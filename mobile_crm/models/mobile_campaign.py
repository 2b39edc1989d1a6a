from odoo import api, fields, models
from odoo.exceptions import UserError

# What tells whether a campaign waits for facts.
WAITING_FIELDS = {'active', 'company_id', 'state', 'trigger'}


class MobileCampaign(models.Model):
    """An offer to customers: whom it is for, when, where, and what it says.

    Each subject has a file of its own: ``mobile_campaign_occasion`` (what sets it off), ``_audience``, ``_limits``,
    ``_message``, ``_sending`` and ``_results``.
    """

    _name = 'mobile.campaign'
    _description = "Mobile Campaign"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[('draft', "Draft"), ('running', "Running"), ('paused', "Paused"), ('done', "Done")],
        required=True, readonly=True, default='draft', copy=False, index=True, tracking=True, group_expand=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    user_id = fields.Many2one(
        string="Responsible", comodel_name='res.users', default=lambda self: self.env.user, tracking=True)

    # Where and when
    store_ids = fields.Many2many(
        string="Stores", comodel_name='mobile.store', relation='mobile_campaign_store_rel', column1='campaign_id',
        column2='store_id', check_company=True,
        # A campaign of a store that was closed for good is not one of all stores.
        context={'active_test': False},
        help="Where the campaign runs and its coupons count. Empty means all stores of the company.")
    app_id = fields.Many2one(
        comodel_name='mobile.app', check_company=True, domain=[('kind', '=', 'phone')],
        help="Empty means all apps of the company.")
    category_ids = fields.Many2many(
        string="Product Categories", comodel_name='product.category', relation='mobile_campaign_category_rel',
        column1='campaign_id', column2='category_id',
        help="What the offer is about. Customers who chose other categories do not get it. Empty means all sorts of "
             "things.")
    date_from = fields.Datetime(string="Starts", tracking=True)
    date_to = fields.Datetime(string="Ends", tracking=True)

    # What
    program_id = fields.Many2one(
        string="Coupon Program", comodel_name='loyalty.program', required=True, check_company=True, ondelete='restrict',
        domain=[('program_type', '=', 'coupons')], tracking=True)
    reward_summary = fields.Char(string="Reward", compute='_compute_reward_summary')
    coupon_days = fields.Integer(
        string="Coupon Good For (days)", required=True, default=7,
        help="Counted from the moment the customer gets it; the day itself is not counted.")

    _period_valid = models.Constraint('CHECK (date_from < date_to)', "A campaign ends after it starts.")

    # === COMPUTE METHODS === #

    @api.depends('program_id.reward_ids.description')
    def _compute_reward_summary(self):
        for campaign in self:
            campaign.reward_summary = ', '.join(filter(None, campaign.program_id.reward_ids.mapped('description')))

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
        return res

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if 'name' not in (default or {}):
            for campaign, vals in zip(self, vals_list, strict=True):
                vals['name'] = self.env._("%s (copy)", campaign.name)
        return vals_list

    # === ACTION METHODS === #

    def action_review(self):
        """Show whom a campaign would reach, before it starts."""
        return {**self.action_dry_run(), 'name': self.env._("Start “%s”?", self.name), 'context': {
            'default_campaign_id': self.id, 'default_is_start': True}}

    def action_dry_run(self):
        """Show who would get a campaign, and why the others would not."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Dry Run: Who Would Get It?"),
            'res_model': 'mobile.campaign.dry.run',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_campaign_id': self.id},
        }

    def action_duplicate(self):
        """Open a copy."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.copy().id, 'view_mode': 'form',
                'views': [(False, 'form')]}

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
