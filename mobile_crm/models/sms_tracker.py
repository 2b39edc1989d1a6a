from odoo import fields, models

# What a text message has come to, by its state in Odoo's queue, where that tells us something.
STATE_BY_SMS = {'process': 'sent', 'pending': 'sent', 'sent': 'delivered', 'error': 'failed', 'canceled': 'failed'}


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
        res = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason)
        if state := STATE_BY_SMS.get(sms_state):
            self._mobile_report(state, failure=failure_type or None, is_stopped=sms_state == 'canceled')
        return res

    # === BUSINESS METHODS === #

    def _mobile_report(self, state, failure=None, is_stopped=False):
        """Tell the attempts behind these messages what became of them.

        :param str failure: as Odoo calls it.
        :param bool is_stopped: whether somebody has taken them out of Odoo's queue.
        """
        attempts = self.sudo().mobile_message_id
        if not attempts:
            return
        if state == 'sent':
            attempts._conclude_sent(attempts)
        elif state == 'delivered':
            attempts._report(attempts, state)
        elif is_stopped and not failure:
            attempts._report(attempts, 'failed', 'stopped_by_staff')
        else:
            self._mobile_report_failure(attempts, failure)

    def _mobile_report_failure(self, attempts, failure):
        provider = self.env['mobile.provider.sms']
        under_way = attempts.filtered(lambda attempt: attempt.state == 'sending')
        under_way._conclude([provider._outcome(attempt.id, failure) for attempt in under_way])
        # What was sent and did not arrive is not sent anew.
        sent = attempts - under_way
        sent._report(sent, 'failed', provider._outcome(0, failure).reason, failure)
