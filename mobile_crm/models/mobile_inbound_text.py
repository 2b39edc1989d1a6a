import base64
import hashlib
import hmac as stdlib_hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import hmac

from odoo.addons.phone_validation.tools import phone_validation

from ..tools.stop_words import is_only_stop, is_stop

# For so long a gateway that got no answer may send a message again.
REPEATED_FOR = timedelta(days=3)
# What comes later than this answers no message in particular.
ANSWERED_WITHIN = timedelta(days=7)
# More than any telephone sends at once.
MAX_TEXT = 4000


class MobileInboundText(models.AbstractModel):
    """What customers answer to text messages, as the gateway of a company's number tells it."""

    _name = 'mobile.inbound.text'
    _description = "Answer to a Text Message"

    # === BUSINESS METHODS === #

    @api.model
    def _receive(self, company, sender, text, reference=''):
        """Take a text message from a customer: it stops such messages, or it reaches a person.

        Taken twice, it does nothing the second time.

        :param company: ``res.company``, whose gateway says so.
        :param str sender: the number from which it came, in whatever spelling.
        :param str reference: what the gateway calls it.
        :raise Problem: 429 when too many come, of the company or from this number.
        """
        Limit = self.env['mobile.limit'].sudo()
        Limit._take('sms_inbound', company.id)
        number = self._normalize(company, sender)
        customers = number and self._customers(company, number)
        if not customers:
            return
        words = company._mobile_stop_words()
        if is_stop(text, words):
            # Whoever it was of those who share a number: none of them gets any more.
            for partner in customers:
                self.env['mobile.consent']._append(partner, company, {'sms': False}, 'text_message')
        if not text.strip() or is_only_stop(text, words):
            return
        Limit._take('sms_inbound_number', number)
        now = fields.Datetime.now()
        # The number cannot be guessed from what is kept. Without a reference, the same within ten minutes is the same.
        # With one, too, the text counts: what some gateways call so is the account.
        nonce = hmac(self.env(su=True), 'mobile_crm.inbound_text', (
            company.id, number, text, reference or int(now.timestamp()) // 600))
        if self.env['mobile.nonce'].sudo()._spend('inbound_text', nonce, now + REPEATED_FOR):
            self._hand_on(company, customers[:1], text)

    @api.model
    def _hand_on(self, company, partner, text):
        """Let a person read what a customer has answered, to the text message that came last if to any."""
        attempt = self.env['mobile.message'].sudo().search([
            ('partner_id', '=', partner.id), ('company_id', '=', company.id), ('channel', '=', 'sms'),
            ('sent_at', '>=', fields.Datetime.now() - ANSWERED_WITHIN)], order='sent_at desc, id desc', limit=1)
        partner._mobile_reply(company, text[:MAX_TEXT], 'sms', message=attempt.origin_id or None)

    @api.model
    def _normalize(self, company, sender):
        """Return a number in E.164, or None when it is none; some gateways leave out the plus.

        :rtype: str | None
        """
        country, sender = company.country_id, sender.strip()
        for spelling in ([f'+{sender}'] if sender[:1] in '123456789' else []) + [sender]:
            try:
                return phone_validation.phone_format(
                    spelling, country.code, country.phone_code, force_format='E164') or None
            except UserError:
                continue
        return None

    @api.model
    def _customers(self, company, number):
        """Return the contacts of a company with this number: who has proved it first, then who has heard from us last.

        :rtype: ResPartner: elevated.
        """
        partners = self.env['res.partner'].sudo().with_context(active_test=False).search([
            ('company_id', 'in', [False, company.id]),
            '|', ('mobile_verified_phone', '=', number), ('phone_sanitized', '=', number)])
        last = dict(self.env['mobile.message'].sudo()._read_group(
            [('partner_id', 'in', partners.ids), ('company_id', '=', company.id), ('channel', '=', 'sms')],
            ['partner_id'], ['id:max']))
        return partners.sorted(
            lambda partner: (partner.mobile_verified_phone == number, last.get(partner, 0), partner.active),
            reverse=True)

    # === BUSINESS METHODS: Twilio === #

    @api.model
    def _twilio_secret(self, company):
        """Return by what Twilio signs, where it is the company's provider, else None.

        :rtype: str | None
        """
        company = company.sudo()
        is_twilio = 'sms_provider' in company._fields and company.sms_provider == 'twilio'
        return (company.sms_twilio_auth_token or '') if is_twilio else None

    @api.model
    def _is_signed(self, secret, url, form, signature):
        """Tell whether Twilio has signed a request: HMAC-SHA1 over the address and all fields in the order of their
        names (https://www.twilio.com/docs/usage/security).

        :param str secret: the account's token; without one nothing is.
        :param str url: as it was given to Twilio.
        :param dict[str, str] form:
        """
        text = url + ''.join(f'{name}{value}' for name, value in sorted(form.items()))
        expected = base64.b64encode(stdlib_hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest())
        return bool(secret) and stdlib_hmac.compare_digest(expected, signature.encode())
