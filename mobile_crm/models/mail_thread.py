import re

from odoo import api, models

from ..tools.click import STOP
from .mobile_provider_email import STOP_SUBJECT

# What a server tells that has not given up, or has delivered (RFC 3464, 2.3.3).
NO_FAILURES = ('delayed', 'delivered', 'relayed', 'expanded')


class MailThread(models.AbstractModel):
    """What comes back to emails of ours: those that could not be delivered, and those that ask for no more."""

    _inherit = 'mail.thread'

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override to tell the attempt behind an email that came back."""
        super()._routing_handle_bounce(email_message, message_dict)
        Message = self.env['mobile.message'].sudo()
        ids = message_dict.get('bounced_msg_ids') or []
        attempts = Message._of_mail_names([ids] if isinstance(ids, str) else ids)
        if attempts and self._mobile_has_failed(email_message):
            Message._report(attempts, 'failed', 'bounced')

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Override to withdraw a consent by the address that List-Unsubscribe gives to mail programs."""
        match = re.fullmatch(rf'\s*{STOP_SUBJECT}([A-Za-z0-9_-]+)\s*', message_dict.get('subject') or '')
        attempt = self.env['mobile.message']._of_link(match[1], STOP) if match else None
        if attempt:
            attempt._stop_channel('link')
            return []
        return super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values)

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
