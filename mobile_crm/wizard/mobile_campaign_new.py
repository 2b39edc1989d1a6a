from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class MobileCampaignNew(models.TransientModel):
    """The few things that a campaign needs beside its template: the reward and the stores."""

    _name = 'mobile.campaign.new'
    _description = "New Campaign"
    _check_company_auto = True

    template_id = fields.Many2one(comodel_name='mobile.campaign.template', required=True, readonly=True)
    description = fields.Text(related='template_id.description')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    name = fields.Char(
        string="Campaign", required=True, compute='_compute_from_template', store=True, precompute=True,
        readonly=False)
    reward_type = fields.Selection(
        string="Customers Get", required=True, compute='_compute_from_template', store=True, precompute=True,
        readonly=False,
        selection=[('percent', "A percentage off"), ('amount', "An amount off"), ('product', "A free product"),
                   ('program', "The reward of a coupon program that you have")])
    discount = fields.Float(
        compute='_compute_from_template', store=True, precompute=True, readonly=False, digits=(16, 2))
    minimum_amount = fields.Monetary(
        string="From an Order Of", compute='_compute_from_template', store=True, precompute=True, readonly=False,
        help="With taxes. 0 means any order.")
    product_id = fields.Many2one(
        string="Free Product", comodel_name='product.product', check_company=True, domain=[('sale_ok', '=', True)])
    program_id = fields.Many2one(
        string="Coupon Program", comodel_name='loyalty.program', check_company=True,
        domain=[('program_type', '=', 'coupons')])
    store_ids = fields.Many2many(
        string="Stores", comodel_name='mobile.store', relation='mobile_campaign_new_store_rel', column1='wizard_id',
        column2='store_id', check_company=True)

    # === COMPUTE METHODS === #

    @api.depends('template_id')
    def _compute_from_template(self):
        for wizard in self:
            for name in ('name', 'reward_type', 'discount', 'minimum_amount'):
                wizard[name] = wizard.template_id[name]

    # === CONSTRAINT METHODS === #

    @api.constrains('discount', 'reward_type')
    def _check_discount(self):
        for wizard in self:
            if wizard.reward_type in ('percent', 'amount') and wizard.discount <= 0:
                raise ValidationError(self.env._("A discount is more than nothing."))
            if wizard.reward_type == 'percent' and wizard.discount > 100:
                raise ValidationError(self.env._("A discount is at most 100 percent."))

    # === ACTION METHODS === #

    def action_create(self):
        """Make the campaign, and its coupon program unless there is one, and open it."""
        self.ensure_one()
        Campaign = self.env['mobile.campaign'].with_company(self.company_id)
        Campaign.check_access('create')
        campaign = Campaign.create({
            **self.template_id._campaign_values(),
            'name': self.name,
            'company_id': self.company_id.id,
            'store_ids': [Command.set(self.store_ids.ids)],
            'program_id': self._program().id,
        })
        self.template_id._translate(campaign)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'mobile.campaign',
            'res_id': campaign.id,
            'view_mode': 'form',
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    def _program(self):
        """Return the coupon program: the chosen one, or a new one with the chosen reward.

        Who runs campaigns needs no right to change Odoo's other programs: this one is made for them.

        :raise UserError: when the reward lacks what it is about.
        """
        self.ensure_one()
        if self.reward_type == 'program':
            if not self.program_id:
                raise UserError(self.env._("Choose the coupon program whose reward customers get."))
            return self.program_id
        if self.reward_type == 'product' and not self.product_id:
            raise UserError(self.env._("Choose the product that customers get for free."))
        program = self.env['loyalty.program'].sudo().with_company(self.company_id).create({
            'name': self.name,
            'program_type': 'coupons',
            'applies_on': 'current',
            'trigger': 'with_code',
            'company_id': self.company_id.id,
            'currency_id': self.currency_id.id,
            'rule_ids': [Command.clear(), Command.create({'minimum_amount': self.minimum_amount})],
            'reward_ids': [Command.clear(), Command.create(self._reward_values())],
            # The campaign's message announces the coupon.
            'communication_plan_ids': [Command.clear()],
        })
        for lang, _name in self.env['res.lang'].get_installed():
            # Odoo describes a reward in the language of whoever makes it.
            program.reward_ids.with_context(lang=lang)._compute_description()
        return program.sudo(False)

    def _reward_values(self):
        """Return the reward as ``loyalty.reward`` takes it."""
        self.ensure_one()
        if self.reward_type == 'product':
            return {'reward_type': 'product', 'reward_product_id': self.product_id.id, 'reward_product_qty': 1,
                    'required_points': 1}
        return {
            'reward_type': 'discount',
            'discount': self.discount,
            'discount_mode': 'percent' if self.reward_type == 'percent' else 'per_order',
            'discount_applicability': 'order',
            'required_points': 1,
        }
