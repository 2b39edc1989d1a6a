from uuid import uuid4

from odoo import api, models

from ..tools.click import kind_of
from ..tools.delivery import Outcome
from ..tools.sms_parts import tidy

SERVICE = 'sms'
# What Odoo's queue and its providers call a failure: what became of the message, and why. Any other is a refusal.
FAILURES = {
    'sms_number_missing': ('failed', 'no_address'),
    'sms_number_format': ('failed', 'no_address'),
    'sms_invalid_destination': ('failed', 'no_address'),
    'sms_blacklist': ('failed', 'consent_withdrawn'),
    'sms_optout': ('failed', 'consent_withdrawn'),
    'sms_expired': ('failed', 'gave_up'),
    'sms_not_delivered': ('failed', 'gave_up'),
    # It may be that the service has it, and only its answer was lost.
    'sms_server': ('unknown', 'provider_down'),
    # No credit, or an account that is none: it may be another time.
    'sms_acc': ('retry', 'no_credentials'),
    'sms_credit': ('retry', 'no_credentials'),
    'sms_registration_needed': ('retry', 'no_credentials'),
    'twilio_authentication': ('retry', 'no_credentials'),
    'twilio_callback': ('retry', 'no_credentials'),
    'twilio_from_missing': ('retry', 'no_credentials'),
}


class MobileProviderSms(models.AbstractModel):
    """Text messages, by Odoo's own queue: through Odoo's service or, with ``sms_twilio``, the company's account there.

    What the provider says of them comes back by ``sms.tracker``, for Odoo deletes what it has sent.
    """

    _name = 'mobile.provider.sms'
    _description = "Provider of Text Messages"
    _inherit = 'mobile.provider'

    _is_transactional = True

    # === BUSINESS METHODS === #

    @api.model
    def _outcome(self, attempt_id, failure):
        """Return what a failure means for an attempt.

        :param str failure: as Odoo calls it. What the provider says beside it may hold the number, and is left out.
        :rtype: Outcome
        """
        status, reason = FAILURES.get(failure, ('failed', 'rejected'))
        return Outcome(attempt_id, status, reason, failure, is_providers_fault=status != 'failed')

    @api.model
    def _is_ready(self, company, app=None):
        """Override."""
        company = company.sudo()
        if 'sms_provider' in company._fields and company.sms_provider == 'twilio':
            return bool(company.sms_twilio_account_sid and company.sms_twilio_auth_token
                        and company.sms_twilio_number_ids)
        # There is one as soon as somebody has looked at the service, or a code was sent. A copy of a database for tests
        # has none that is good.
        accounts = self.env['iap.account'].sudo().search([
            ('service_name', '=', SERVICE), '|', ('company_ids', 'in', company.ids), ('company_ids', '=', False)])
        return any(account.account_token and not account.account_token.endswith('+disabled')
                   and account.state not in ('banned', 'unregistered') for account in accounts)

    @api.model
    def _send(self, sender, parcels):
        """Override to put the parcels into Odoo's queue, in the transaction that claims them."""
        reached = [parcel for parcel in parcels if parcel.address]
        uuids = {parcel.id: uuid4().hex for parcel in reached}
        bodies = self._bodies(sender.company_id, reached)
        self.env['sms.sms'].sudo().with_company(sender.company_id).create([{
            'uuid': uuids[parcel.id],
            'number': parcel.address,
            'body': bodies[parcel.id],
            'partner_id': parcel.partner_id,
            'mobile_message_id': parcel.id,
        } for parcel in reached])
        self.env['sms.tracker'].sudo().create([
            {'sms_uuid': uuids[parcel.id], 'mobile_message_id': parcel.id} for parcel in reached])
        for parcel in parcels:
            yield Outcome(parcel.id, 'accepted') if parcel.address else Outcome(parcel.id, 'failed', 'no_address')

    @api.model
    def _bodies(self, company, parcels):
        """Return what each parcel says: title and text, where it leads, and how to get no more of them.

        :rtype: dict[int, str]
        """
        Message = self.env['mobile.message']
        attempts = Message.sudo().browse(parcel.id for parcel in parcels)
        service = {attempt.id for attempt in attempts if attempt.is_service}
        links = Message._tracked_link(attempts.ids)
        stops = Message._stop_link(attempts.ids)
        return {
            parcel.id: self._body(
                company.with_context(lang=parcel.lang), parcel.title, parcel.body,
                # An answer is all that was asked for: a path within the app opens nothing here.
                links[parcel.id] if parcel.id not in service or kind_of(parcel.link) in ('web', 'app') else None,
                stops[parcel.id] if parcel.id not in service else None)
            for parcel in parcels}

    @api.model
    def _body(self, company, title, body, link, stop_link):
        """Return the text of one message.

        :param company: ``res.company``, in the language of the customer.
        :param str | None stop_link: None where nothing has to be stopped.
        """
        lines = [title, body, link]
        if stop_link:
            lines.append(company._mobile_sms_stop_line(stop_link))
        return tidy('\n'.join(line.strip() for line in lines if line))
