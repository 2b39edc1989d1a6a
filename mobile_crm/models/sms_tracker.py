from odoo import fields, models

from ..tools.delivery import Outcome
from .mobile_provider_sms import REASON_BY_FAILURE

# What a text message has come to, by its state in Odoo's queue, where that tells us something.
STATE_BY_SMS = {'process': 'sent', 'pending': 'sent', 'sent': 'delivered', 'error': 'failed', 'canceled': 'failed'}
PROVIDERS_FAULTS = ('no_credentials', 'provider_down')


class SmsTracker(models.Model):
    """What the provider says of a text message is told to the attempt that it is."""

    _inherit = 'sms.tracker'

    mobile_message_id = fields.Many2one(
        string="Phone Message", comodel_name='mobile.message', index='btree_not_null', ondelete='cascade')

    def _action_update_from_provider_error(self, provider_error):
        """Override."""
        told = super()._action_update_from_provider_error(provider_error)
        self._mobile_report('failed', failure=f'sms_{provider_error}')
        return told

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        """Override."""
        super()._action_update_from_sms_state(sms_state, failure_type=failure_type, failure_reason=failure_reason)
        if state := STATE_BY_SMS.get(sms_state):
            self._mobile_report(state, failure=failure_type or None, is_stopped=sms_state == 'canceled')

    # === BUSINESS METHODS === #

    def _mobile_report(self, state, failure=None, is_stopped=False):
        """Tell the attempts behind these messages what became of them.

        :param str failure: as Odoo calls it. What the provider says beside it may hold the number, and is left out.
        """
        attempts = self.sudo().mobile_message_id
        if not attempts:
            return
        if state != 'failed':
            attempts._report(attempts, state)
            return
        reason = 'stopped_by_staff' if is_stopped and not failure else REASON_BY_FAILURE.get(failure, 'rejected')
        attempts._report(attempts, 'failed', reason, failure)
        if reason in PROVIDERS_FAULTS:
            # No credit, or an account that is closed: the others would fare no better. Staff see it on the sender.
            for sender, failed in attempts.grouped('sender_id').items():
                sender._note([
                    Outcome(attempt.id, 'failed', reason, failure, is_providers_fault=True) for attempt in failed])
