import base64
from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..models.loyalty_card import CHANNELS
from ..tools import coupon_code, coupon_file

# So many lines of a report are shown.
MOST_SHOWN = 50
# A guesser needs more tries than this for a hit, or whoever makes the batch is warned.
SAFE_ODDS = 10 ** 9


class MobileCouponBatch(models.TransientModel):
    """Makes many coupons that no customer has yet, to be printed: with new codes, or with codes printed elsewhere."""

    _name = 'mobile.coupon.batch'
    _description = "Coupons for Print"

    source = fields.Selection(
        selection=[('new', "New Codes"), ('file', "Codes Printed Elsewhere")], required=True, default='new')
    quantity = fields.Integer(default=100)
    file = fields.Binary(attachment=False, help="A CSV or XLSX file with a column \"code\", or with codes alone.")
    filename = fields.Char()
    skip_wrong = fields.Boolean(string="Leave Wrong Lines Out")
    report = fields.Html(readonly=True, sanitize=False)
    has_problems = fields.Boolean(readonly=True)

    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', help="Whose coupons they are; its title and terms are shown in the app.")
    program_id = fields.Many2one(
        string="Coupon Program", comodel_name='loyalty.program', required=True,
        domain=[('program_type', '=', 'coupons')], compute='_compute_from_campaign', store=True, readonly=False,
        precompute=True)
    company_id = fields.Many2one(
        comodel_name='res.company', compute='_compute_company_id')
    bearer = fields.Selection(
        string="Counts For",
        selection=[
            ('claim', "Whoever claims it in the app, or shows it at a till, first"),
            ('show', "Whoever shows it first, anywhere"),
        ],
        required=True, default='claim')
    valid_from = fields.Datetime()
    expires_at = fields.Datetime(string="Expires")
    channels = fields.Selection(
        string="Can Be Used", selection=CHANNELS, compute='_compute_from_campaign', store=True, readonly=False,
        precompute=True, help="Empty means everywhere.")
    store_ids = fields.Many2many(
        string="Counts In", comodel_name='mobile.store', compute='_compute_from_campaign', store=True, readonly=False,
        precompute=True, help="Empty means all stores.")

    # === COMPUTE METHODS === #

    @api.depends('campaign_id')
    def _compute_from_campaign(self):
        for batch in self:
            campaign = batch.campaign_id
            batch.program_id = campaign.program_id or batch.program_id
            batch.channels = campaign.coupon_channels if campaign else batch.channels
            batch.store_ids = campaign.store_ids if campaign else batch.store_ids

    @api.depends('campaign_id', 'program_id')
    def _compute_company_id(self):
        for batch in self:
            batch.company_id = batch.campaign_id.company_id or batch.program_id.company_id or self.env.company

    # === CONSTRAINT METHODS === #

    @api.constrains('valid_from', 'expires_at')
    def _check_period(self):
        for batch in self:
            if batch.valid_from and batch.expires_at and batch.valid_from >= batch.expires_at:
                raise ValidationError(self.env._("A coupon expires after it becomes valid."))

    # === ACTION METHODS === #

    def action_check(self):
        """Say what is wrong with the file, and make nothing."""
        self._read_file()
        return self._stay()

    def action_make(self):
        """Make the coupons, and show them."""
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You work for another company."))
        if self.campaign_id and self.campaign_id.program_id != self.program_id:
            raise UserError(self.env._("The campaign gives coupons of another program."))
        if not self.program_id.reward_ids:
            raise UserError(self.env._("Give the coupon program a reward first."))
        Card = self.env['loyalty.card'].sudo()
        if self.source == 'new':
            if not 0 < self.quantity <= coupon_file.MOST_ROWS:
                raise UserError(self.env._("Make between 1 and %s coupons at once.", f'{coupon_file.MOST_ROWS:,}'))
            cards = Card._mobile_insert(Card._mobile_free_codes(self.quantity), self._card_values())
        else:
            codes = self._read_file()
            if (self.has_problems and not self.skip_wrong) or not codes:
                return self._stay()
            cards = Card._mobile_insert(codes, self._card_values())
            if len(cards) < len(codes):
                # Somebody has just made some of them.
                raise UserError(self.env._("Some of these codes were made by somebody else meanwhile. Try again."))
            self.env['mobile.coupon.step'].sudo()._log(cards, 'imported', self.filename)
        self._check_budget()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_coupon_action')
        made = Domain([('program_id', '=', self.program_id.id), ('create_date', '=', cards[:1].create_date)])
        return {**action, 'domain': list(made), 'context': {}, 'target': 'main'}

    # === BUSINESS METHODS === #

    def _check_budget(self):
        """Let coupons that were made now take their places in the campaign's budgets.

        :raise UserError: when there are not as many left.
        """
        campaign = self.campaign_id.sudo()
        if not campaign or not campaign._has_budget():
            return
        campaign._recount_budget()
        if campaign._room()[0] < 0:
            raise UserError(self.env._(
                "These are more coupons than the campaign's budget allows. Make fewer, or raise the budget."))

    def _card_values(self):
        """Return what the coupons have in common, as ``_mobile_insert`` takes it."""
        return {
            'program_id': self.program_id.id,
            'company_id': self.program_id.company_id.id,
            'points': min(self.program_id.reward_ids.mapped('required_points')),
            'holder_only': self.bearer == 'claim',
            'mobile_campaign_id': self.campaign_id.id,
            'mobile_valid_from': self.valid_from,
            'mobile_expires_at': self.expires_at,
            'mobile_channels': self.channels,
            'mobile_store_ids': self.store_ids.ids,
        }

    def _read_file(self):
        """Return the good codes of the file, and write the report.

        :rtype: list[str]
        :raise UserError: when it cannot be read at all.
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        content = base64.b64decode(self.with_context(bin_size=False).file)
        try:
            rows = coupon_file.read(content, self.filename)
        except coupon_file.Unreadable as error:
            raise UserError({
                'kind': self.env._("Choose a CSV or XLSX file."),
                'size': self.env._("The file is too large."),
                'rows': self.env._("The file has more than %s lines.", f'{coupon_file.MOST_ROWS:,}'),
                'content': self.env._("The file cannot be read."),
            }[error.args[0]]) from error
        taken = self.env['loyalty.card'].sudo()._mobile_taken({code for _line, code in rows if code})
        wrong = coupon_file.problems(rows, taken)
        lines = {line for line, *_rest in wrong}
        codes = [code for line, code in rows if line not in lines]
        self.has_problems = bool(wrong)
        self.report = self._write_report(codes, wrong)
        return codes

    def _write_report(self, codes, wrong):
        """Return what is said about a file."""
        texts = {
            'number': self.env._("is a number too long to be exact; write the cell as a text"),
            'form': self.env._("must have 6 to 64 letters, digits or . _ / - and begin with a letter or digit"),
            'twice': self.env._("is already on line %s"),
            'taken': self.env._("exists already"),
        }
        parts = [Markup('<p>%s</p>') % self.env._("%(good)s codes can be imported, %(bad)s lines cannot.",
                                                 good=f'{len(codes):,}', bad=f'{len(wrong):,}')]
        if codes and (odds := coupon_code.odds(codes)) < SAFE_ODDS:
            parts.append(Markup('<p class="text-warning">%s</p>') % self.env._(
                "These codes are easy to guess: about one guess in %s hits one of them. Let them be longer and at "
                "random, or use them for small discounts only.", f'{max(1, round(odds)):,}'))
        items = [
            Markup('<li>%s <code>%s</code> %s</li>') % (
                self.env._("Line %s:", line), code, texts[reason] % first if first else texts[reason])
            for line, code, reason, first in wrong[:MOST_SHOWN]]
        if items:
            parts.append(Markup('<ul>%s</ul>') % Markup('').join(items))
        if len(wrong) > MOST_SHOWN:
            kinds = Counter(reason for _line, _code, reason, _first in wrong[MOST_SHOWN:])
            parts.append(Markup('<p>%s</p>') % self.env._("And %s more.", f'{kinds.total():,}'))
        return Markup('').join(parts)

    def _stay(self):
        """Return the action that shows this wizard again."""
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'target': 'new', 'name': self.env._("Coupons for Print")}
