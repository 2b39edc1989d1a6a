import re

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..tools.click import STOP
from ..tools.reply_text import own_words
from .mobile_inbound_text import REPEATED_FOR
from .mobile_provider_email import STOP_SUBJECT

# Of the emails that one answers to, by its references.
MOST_REFERENCES = 32
# More is no answer that a person would read.
MAX_TEXT = 10_000
# What a server tells that has not given up, or has delivered (RFC 3464, 2.3.3).
NO_FAILURES = ('delayed', 'delivered', 'relayed', 'expanded')


class MailThread(models.AbstractModel):
    """What comes back to emails of ours: those that could not be delivered, and those that ask for no more."""

    _inherit = 'mail.thread'

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override to tell the attempt behind an email that came back."""
        res = super()._routing_handle_bounce(email_message, message_dict)
        Message = self.env['mobile.message'].sudo()
        ids = message_dict.get('bounced_msg_ids') or []
        attempts = Message._of_mail_names([ids] if isinstance(ids, str) else ids)
        if attempts and self._mobile_has_failed(email_message):
            Message._report(attempts, 'failed', 'bounced')
        return res

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Override to withdraw a consent by the address that List-Unsubscribe gives to mail programs, and to bring what
        customers answer to emails of ours to a person.
        """
        match = re.fullmatch(rf'\s*{STOP_SUBJECT}([A-Za-z0-9_-]+)\s*', message_dict.get('subject') or '')
        attempt = self.env['mobile.message']._of_link(match[1], STOP) if match else None
        if attempt:
            attempt._stop_channel('link')
            return []
        if self._mobile_take_reply(message, message_dict):
            return []
        return super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values)

    @api.model
    def _mobile_take_reply(self, email_message, message_dict):
        """Bring an answer to an email of ours to a person, when its customer sends it.

        :return: whether it was one.
        :rtype: bool
        """
        if message_dict.get('is_bounce'):
            return False
        Message = self.env['mobile.message'].sudo()
        names = f'{message_dict.get("in_reply_to") or ""} {message_dict.get("references") or ""}'.split()
        attempt = Message._of_mail_names(names[:MOST_REFERENCES])[:1]
        partner = attempt.partner_id
        # Whoever it was forwarded to is somebody else.
        if not attempt or email_normalize(message_dict.get('email_from')) not in {
                partner.email_normalized, partner.mobile_verified_email} - {False}:
            return False
        is_automatic = (email_message.get('Auto-Submitted') or 'no').strip().lower() != 'no'
        text = own_words(message_dict.get('body'))
        if message_dict.get('attachments'):
            text = '\n\n'.join(filter(None, [text, self.env._("(with an attachment that was not kept)")]))
        if is_automatic or not text:
            return True
        is_first = self.env['mobile.nonce'].sudo()._spend(
            'mail_reply', message_dict['message_id'], fields.Datetime.now() + REPEATED_FOR)
        if is_first:
            partner._mobile_reply(attempt.company_id, text[:MAX_TEXT], 'email', message=attempt.origin_id or None)
        return True

    @api.model
    def _mobile_has_failed(self, email_message):
        """Tell whether a server has given up an email: not merely that it is slow, or its reader on holiday."""
        actions = {
            str(status['Action']).strip().lower()
            for part in email_message.walk() if part.get_content_type() == 'message/delivery-status'
            for status in part.get_payload() if status['Action']}
        if actions:
            return bool(actions - set(NO_FAILURES))
        return (email_message.get('Auto-Submitted') or '').strip().lower() != 'auto-replied'
