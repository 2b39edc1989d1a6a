from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

# More than that is a campaign of its own.
MAX_CUSTOMERS = 500


class MobileOfferSend(models.TransientModel):
    """A colleague sends an offer to customers, and sees before what would become of it.

    Every gate holds for colleagues too: nobody can overrule what a customer agreed to and wants.
    """

    _name = 'mobile.offer.send'
    _description = "Send an Offer"

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    partner_ids = fields.Many2many(
        string="Customers", comodel_name='res.partner', required=True, default=lambda self: self._default_partner_ids())
    campaign_id = fields.Many2one(
        string="Offer", comodel_name='mobile.campaign',
        domain="[('state', '=', 'running'), ('company_id', '=', company_id)]",
        compute='_compute_campaign_id', store=True, readonly=False, precompute=True)
    reward_summary = fields.Char(related='campaign_id.reward_summary')
    coupon_days = fields.Integer(related='campaign_id.coupon_days')
    message_title = fields.Char(related='campaign_id.message_title')
    message_body = fields.Text(related='campaign_id.message_body')
    line_ids = fields.One2many(
        string="What Becomes of It", comodel_name='mobile.offer.send.line', inverse_name='wizard_id',
        compute='_compute_line_ids')
    count = fields.Integer(string="Customers Chosen", compute='_compute_line_ids')
    passed_count = fields.Integer(string="Customers Who Get It", compute='_compute_line_ids')
    is_sent = fields.Boolean(readonly=True)

    # === DEFAULT METHODS === #

    @api.model
    def _default_partner_ids(self):
        if self.env.context.get('active_model') != 'res.partner':
            return []
        return [Command.set(self.env.context.get('active_ids') or [])]

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_campaign_id(self):
        """Choose what is meant to be sent by hand, if there is such a campaign."""
        for wizard in self:
            wizard.campaign_id = self.env['mobile.campaign'].search([
                ('state', '=', 'running'), ('company_id', '=', wizard.company_id.id), ('trigger', '=', 'manual'),
            ], limit=1)

    @api.depends('campaign_id', 'partner_ids', 'is_sent')
    def _compute_line_ids(self):
        texts = self._texts()
        for wizard in self:
            answers = wizard._answers()
            wizard.line_ids = wizard._sent_lines(answers) if wizard.is_sent else [Command.clear(), *(
                Command.create({'partner_id': partner.id, 'is_passed': reason == 'passed', 'answer': texts[reason]})
                for partner, reason in answers.items())]
            wizard.count = len(wizard.partner_ids)
            wizard.passed_count = list(answers.values()).count('passed')

    # === ACTION METHODS === #

    def action_send(self):
        """Decide about each customer, send to those who may get it, and show what became of it."""
        self.ensure_one()
        self._check_allowed()
        # The caller may read them all; what follows is the campaign's work.
        campaign = self.campaign_id.sudo().with_company(self.campaign_id.company_id)
        decisions = self.env['mobile.decision'].sudo()._decide(self._candidates(), campaign)
        decisions.user_id = self.env.user
        self.is_sent = True
        self._keep_lines()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Send an Offer"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'target': 'new'}

    # === BUSINESS METHODS === #

    def _check_allowed(self):
        """Check that the caller may send this.

        :raise AccessError: for records that they do not see, or of companies in which they do not work now.
        :raise UserError: which says what to do.
        """
        if not self.campaign_id:
            raise UserError(self.env._("Choose a running campaign first."))
        self.campaign_id.check_access('read')
        self.partner_ids.check_access('read')
        if self.campaign_id.company_id not in self.env.companies:
            raise AccessError(self.env._("You work for another company."))
        if not self.campaign_id.active or self.campaign_id.state != 'running':
            raise UserError(self.env._("The campaign %s does not run any more.", self.campaign_id.name))
        if not self.partner_ids:
            raise UserError(self.env._("Choose a customer first."))
        if len(self.partner_ids) > MAX_CUSTOMERS:
            raise UserError(self.env._(
                "These are more than %s customers. Send to so many by a campaign of its own.", MAX_CUSTOMERS))

    def _answers(self):
        """Return what becomes of the offer, or has: {customer: reason}, those who get it first.

        Who the caller may not see is left out.

        :return: None is the reason for who does not use the app.
        :rtype: dict[ResPartner, str | None]
        """
        self.ensure_one()
        campaign, partners = self.campaign_id._filtered_access('read'), self.partner_ids._filtered_access('read')
        if not campaign or not partners or len(partners) > MAX_CUSTOMERS:
            return {}
        if self.is_sent:
            decisions = self.env['mobile.decision'].search([
                ('campaign_id', '=', campaign.id), ('cause', '=', self._cause()), ('partner_id', 'in', partners.ids)])
            reasons = {decision.partner_id.id: decision.reason for decision in decisions}
        else:
            answer = self.env['mobile.decision'].sudo()._dry_run(
                self._candidates(), campaign.sudo(), sample=MAX_CUSTOMERS)
            reasons = {partner_id: reason for partner_id, reason, _variant in answer['sample']}
        return {partner: reasons.get(partner.id) for partner in partners._origin.sorted(
            lambda partner: (reasons.get(partner.id) != 'passed', partner.display_name))}

    def _texts(self):
        """Return what is said for each reason.

        :rtype: dict[str | None, str]
        """
        texts = dict(self.env['mobile.decision']._fields['reason']._description_selection(self.env))
        return {**texts, None: self.env._("The customer does not use the app")}

    def _keep_lines(self):
        """Write down what has become of it: a form that is opened shows no lines that are not in the database."""
        self.ensure_one()
        texts, answers = self._texts(), self._answers()
        Line = self.env['mobile.offer.send.line'].sudo()
        Line.search([('wizard_id', '=', self.id)]).unlink()
        Line.create([{
            'wizard_id': self.id, 'partner_id': partner.id, 'is_passed': reason == 'passed', 'answer': texts[reason],
        } for partner, reason in answers.items()])
        self.invalidate_recordset(['line_ids'])

    def _sent_lines(self, partners):
        """Return the lines that were written down, of those customers whom the caller may see."""
        self.ensure_one()
        return self.env['mobile.offer.send.line'].search([('wizard_id', '=', self._origin.id)]).filtered(
            lambda line: line.partner_id in partners)

    def _cause(self):
        """Return what sets the campaign off: pressing the button again is the same."""
        return f'staff:{self._origin.id}' if self._origin else 'staff:new'

    def _candidates(self):
        return SQL(
            """SELECT %(campaign)s AS campaign_id, partner_id, NULL::integer AS event_id, NULL::integer AS device_id,
                      NULL::integer AS store_id, NULL::integer AS product_id, %(now)s::timestamp AS occurred_at,
                      %(cause)s::varchar AS cause, NULL::integer AS run_id
                 FROM unnest(%(partners)s::integer[]) AS customer (partner_id)
                 JOIN mobile_campaign campaign ON campaign.id = %(campaign)s
                WHERE %(has_phone)s""",
            campaign=self.campaign_id.id, now=fields.Datetime.now(), cause=self._cause(),
            has_phone=self.env['mobile.campaign']._has_phone_sql(SQL('customer.partner_id')),
            partners=self.partner_ids._filtered_access('read').ids)


class MobileOfferSendLine(models.TransientModel):
    """What becomes of an offer to one customer."""

    _name = 'mobile.offer.send.line'
    _description = "Answer to an Offer"

    wizard_id = fields.Many2one(comodel_name='mobile.offer.send', ondelete='cascade')
    partner_id = fields.Many2one(string="Customer", comodel_name='res.partner')
    is_passed = fields.Boolean(string="Gets It")
    answer = fields.Char()
