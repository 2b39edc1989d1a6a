from urllib.parse import urlencode, urlsplit

from odoo import api, models
from odoo.tools import email_normalize, format_date

from ..tools.click import kind_of
from ..tools.delivery import Outcome

# Of the subject of an email that stops others; what follows it is the token of a link.
STOP_SUBJECT = 'stop-'
# What Odoo has no word for.
HUNG_UP = 'SMTPServerDisconnected'
# Programs that answer to every email, and forwarders, are told that nobody has written it.
BULK_HEADERS = {'Precedence': 'bulk', 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply'}
# What Odoo calls a failure: what became of the email, and why. Any other is a refusal.
FAILURES = {
    'mail_email_invalid': ('failed', 'no_address'),
    'mail_email_missing': ('failed', 'no_address'),
    'mail_bl': ('failed', 'consent_withdrawn'),
    'mail_optout': ('failed', 'consent_withdrawn'),
    # No mail server could be reached.
    'mail_smtp': ('retry', 'provider_down'),
    'mail_from_invalid': ('retry', 'no_credentials'),
    'mail_from_missing': ('retry', 'no_credentials'),
    # It has hung up in the middle of one.
    HUNG_UP: ('unknown', 'provider_down'),
}


class MobileProviderEmail(models.AbstractModel):
    """Emails, by Odoo's own queue and mail servers. What became of them is told by ``mail.mail``, and by bounces."""

    _name = 'mobile.provider.email'
    _description = "Provider of Emails"
    _inherit = 'mobile.provider'

    _is_transactional = True
    # Each has a body of its own to be written.
    _batch_size = 200

    # === BUSINESS METHODS === #

    @api.model
    def _outcome(self, attempt_id, failure):
        """Return what a failure means for an attempt.

        :param str failure: as Odoo calls it. The server's own words may hold the address, and are left out.
        :rtype: Outcome
        """
        status, reason = FAILURES.get(failure, ('failed', 'rejected'))
        return Outcome(attempt_id, status, reason, failure, is_providers_fault=status != 'failed')

    @api.model
    def _is_ready(self, company, app=None):
        """Override. Which server sends it is Odoo's to know."""
        return bool(email_normalize(company.sudo().email))

    @api.model
    def _send(self, sender, parcels):
        """Override to put the parcels into Odoo's queue, in the transaction that claims them."""
        reached = [parcel for parcel in parcels if parcel.address]
        self.env['mail.mail'].sudo().with_company(sender.company_id).create(
            self._mails(sender.company_id.sudo(), reached))
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()
        for parcel in parcels:
            yield Outcome(parcel.id, 'accepted') if parcel.address else Outcome(parcel.id, 'failed', 'no_address')

    @api.model
    def _mails(self, company, parcels):
        """Return the fields of ``mail.mail`` for each parcel."""
        Message = self.env['mobile.message'].sudo()
        attempts = Message.browse(parcel.id for parcel in parcels).grouped('id')
        links, stops = Message._tracked_link(attempts), Message._stop_link(attempts)
        names = Message._mail_names(attempts)
        host = urlsplit(company.get_base_url()).hostname or 'localhost'
        mails = []
        for parcel in parcels:
            attempt = attempts[parcel.id]
            stop = None if attempt.is_service else stops[parcel.id]
            body = self._html(company, parcel, attempt, links[parcel.id], stop)
            mails.append({
                # The attempt is what it is about: by this, what became of it finds back.
                'model': Message._name,
                'res_id': parcel.id,
                'message_id': f'<{names[parcel.id]}@{host}>',
                'email_to': parcel.address,
                'email_from': company.email_formatted,
                # Where Odoo reads mail, an answer finds its way to a person (``mail.thread.message_route``).
                'reply_to': company.catchall_formatted if company.catchall_email else company.email_formatted,
                'author_id': company.partner_id.id,
                'record_company_id': company.id,
                'record_alias_domain_id': company.alias_domain_id.id,
                'subject': ' '.join(parcel.title.split()),
                'body_html': body,
                'headers': repr(self._headers(company, stop)),
                'auto_delete': True,
            })
        return mails

    @api.model
    def _headers(self, company, stop_link):
        """Return the headers that let mail programs offer a button to stop such emails (RFC 2369, RFC 8058).

        :param str | None stop_link: None where nothing has to be stopped.
        """
        if not stop_link:
            return {}
        ways = [f'<{stop_link}>']
        if catchall := company.catchall_email:
            subject = STOP_SUBJECT + stop_link.rpartition('/')[2]
            ways.append(f'<mailto:{catchall}?{urlencode({"subject": subject})}>')
        return {
            'List-Unsubscribe': ', '.join(ways), 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', **BULK_HEADERS}

    @api.model
    def _html(self, company, parcel, attempt, link, stop_link):
        """Return the body of one email, in the language of the customer."""
        lang = self.env['res.lang']._lang_get(parcel.lang)
        origin = attempt.origin_id or attempt
        card = origin.card_id.filtered('active')
        qweb = self.env['ir.qweb'].with_context(lang=lang.code or self.env.lang).sudo()
        return qweb._render('mobile_crm.message_email', {
            'company': company,
            'parcel': parcel,
            'paragraphs': [line for line in (parcel.body or '').splitlines() if line.strip()],
            'link': link,
            # An answer needs no button, unless it leads to a place of its own beside the app.
            'has_button': not attempt.is_service or kind_of(parcel.link) in ('web', 'app'),
            'code': card.code if card else None,
            'expires': card.expiration_date and format_date(qweb.env, card.expiration_date),
            'address': self._address(company),
            'stop_link': stop_link,
            'page_lang': (lang.code or 'en').replace('_', '-'),
            'direction': lang.direction or 'ltr',
        })

    @api.model
    def _address(self, company):
        """Return who sends it and where they are, on one line, as the law asks for in most countries."""
        partner = company.partner_id
        place = ' '.join(filter(None, [partner.zip, partner.city]))
        return ', '.join(filter(None, [company.name, partner.street, place, partner.country_id.name]))
