from datetime import timedelta

from werkzeug.urls import url_encode

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import secret
from ..tools.problems import Problem
from ..tools.racing import execute_racing

LIFETIME = timedelta(days=7)
PATH = '/mobile/consent/email'


class MobileOptIn(models.Model):
    """A consent to emails that waits until its customer has shown, by a link, that the address is theirs."""

    _name = 'mobile.opt.in'
    _description = "Double Opt-In"
    _order = 'id desc'
    _rec_name = 'email'

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='cascade')
    email = fields.Char(required=True, readonly=True)
    token_hash = fields.Char(required=True, readonly=True, groups='base.group_system')
    expires_at = fields.Datetime(string="Expires", required=True, readonly=True, index=True)
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    version = fields.Integer(string="Wording", required=True, readonly=True, aggregator=None)
    text = fields.Text(string="Wording Shown", required=True, readonly=True)
    lang = fields.Char(string="Language", required=True, readonly=True)
    device_uuid = fields.Char(string="Phone", readonly=True)
    user_id = fields.Many2one(string="Recorded By", comodel_name='res.users', readonly=True, ondelete='set null')
    note = fields.Char(readonly=True)

    # A new link takes the place of the one before it.
    _customer_unique = models.UniqueIndex('(partner_id, company_id)')
    _token_unique = models.UniqueIndex('(token_hash)')

    # === CRUD METHODS === #

    def unlink(self):
        """Override to take the mails along that nobody has sent yet, or nobody could: their links are dead."""
        self.env['mail.mail'].sudo().search([('model', '=', self._name), ('res_id', 'in', self.ids)]).unlink()
        return super().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _is_needed(self, partner, company):
        """Tell whether a customer has to prove their address before they consent to emails."""
        return company.mobile_email_double_opt_in and (
            not partner.email_normalized or partner.mobile_verified_email != partner.email_normalized)

    @api.model
    def _is_pending(self, partner, company):
        """Tell whether a link is on its way to a customer's address and still good."""
        return bool(self.search_count([
            ('partner_id', '=', partner.id), ('company_id', '=', company.id),
            ('email', '=', partner.email_normalized), ('confirmed_at', '=', False),
            ('expires_at', '>', fields.Datetime.now())], limit=1))

    @api.model
    def _end(self, partner, company):
        """Let the links that were sent to a customer be good for nothing any more."""
        self.search([('partner_id', '=', partner.id), ('company_id', '=', company.id)]).unlink()

    @api.model
    def _invite(self, partner, company, state, **facts):
        """Mail a link to the customer's address.

        :param ConsentState state: with the wording that was shown.
        :param facts: further fields of the consent, for when it is given.
        :raise Problem: 422 without an address, 429 after too many mails to the same one.
        """
        email = partner.email_normalized
        if not email:
            raise Problem.invalid(['body', 'email'], self.env._("Tell your email address first."))
        self.env['mobile.limit']._take('otp_address', email)
        token = secret.new_token(secret.OPT_IN_PREFIX)
        opt_in = self.create({
            'partner_id': partner.id,
            'company_id': company.id,
            'email': email,
            'token_hash': secret.token_hash(token),
            'expires_at': fields.Datetime.now() + LIFETIME,
            'version': state.version,
            'text': state.text,
            'lang': state.lang,
            **facts,
        })
        opt_in._send(token)

    @api.model
    def _follow_address(self, partner, email_before):
        """Ask anew where a customer has consented to emails and has now told another address.

        Otherwise mail would go to an address whose owner nobody has asked.

        :param str email_before: normalized.
        """
        if partner.email_normalized == email_before:
            return
        Consent = self.env['mobile.consent']
        current = Consent.search([
            ('subject_id', '=', partner.id), ('purpose', '=', 'email'), ('granted', '=', True),
            ('is_current', '=', True)])
        waiting = self.search([('partner_id', '=', partner.id), ('confirmed_at', '=', False)])
        for company in current.company_id | waiting.company_id:
            if not self._is_needed(partner, company):
                continue
            Consent._append(
                partner, company, {'email': False}, 'device', note=self.env._("The email address has changed."))
            if partner.email_normalized:
                Consent._append(partner, company, {'email': True}, 'device')

    def _send(self, token):
        self.ensure_one()
        company = self.company_id
        link = f'{company.get_base_url()}{PATH}?{url_encode({"token": token})}'
        company._mobile_mail(
            self.email, self.env._("Please confirm: emails from %s", company.name), 'mobile_crm.opt_in_email',
            {'link': link, 'opt_in': self},
            # So that whoever looks for what concerns the customer finds it.
            model=self._name, res_id=self.id)

    @api.model
    def _find(self, token):
        """Return what a link is about, confirmed or not, or an empty recordset when it is good for nothing."""
        opt_in = self.search([
            ('token_hash', '=', secret.token_hash(token)), ('expires_at', '>', fields.Datetime.now())])
        is_theirs = opt_in.partner_id.active and opt_in.email == opt_in.partner_id.email_normalized
        return opt_in if is_theirs else self.browse()

    def _confirm(self):
        """Write the consent into the ledger, once."""
        self.ensure_one()
        self.flush_recordset()
        confirmed = execute_racing(self.env, SQL(
            'UPDATE mobile_opt_in SET confirmed_at = %s WHERE id = %s AND confirmed_at IS NULL RETURNING id',
            fields.Datetime.now(), self.id))
        self.invalidate_recordset(['confirmed_at'])
        if confirmed:
            self.env['mobile.consent']._append(
                self.partner_id, self.company_id, {'email': True}, 'double_opt_in',
                version=self.version, text=self.text, lang=self.lang, device_uuid=self.device_uuid,
                user_id=self.user_id.id, note=self.note)

    @api.autovacuum
    def _gc_opt_ins(self):
        """Forget addresses that nobody needs any longer."""
        self.search([('expires_at', '<', fields.Datetime.now())], limit=100_000).unlink()
