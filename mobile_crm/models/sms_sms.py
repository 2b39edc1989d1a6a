from odoo import fields, models


class SmsSms(models.Model):
    """Text messages that bring a campaign's message are asked about once more before they go."""

    _inherit = 'sms.sms'

    # When the customer is erased or deleted, nothing is left to be sent.
    mobile_message_id = fields.Many2one(
        string="Phone Message", comodel_name='mobile.message', readonly=True, index='btree_not_null',
        ondelete='cascade')

    def unlink(self):
        """Override: what is deleted from the queue is not sent. (Odoo deletes what was sent past this.)"""
        waiting = self.filtered(lambda sms: sms.state == 'outgoing')._mobile_trackers().mobile_message_id
        waiting = waiting.filtered(lambda attempt: attempt.state == 'sending')
        waiting._report(waiting, 'failed', 'stopped_by_staff')
        return super().unlink()

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Override to keep back what nobody wants any more."""
        going = self - self._mobile_stop_unwanted()
        options = {'unlink_failed': unlink_failed, 'unlink_sent': unlink_sent, 'raise_exception': raise_exception}
        if 'sms_api' in self.env.context:
            # Odoo has already said by whose account they go.
            return super(SmsSms, going)._send(**options) if going else None
        # Odoo's cron takes those of all companies at once, by the account that comes first.
        of_whom = going.grouped(lambda sms: (sms._get_sms_company(), bool(sms.mobile_message_id)))
        for (company, is_ours), texts in of_whom.items():
            scope = {'allowed_company_ids': company.ids} if is_ours else {}
            super(SmsSms, texts.with_context(**scope))._send(**options)
        return None

    def _get_sms_company(self):
        """Override: a text message is paid and sent by the company whose message it is."""
        return self.mobile_message_id.sudo().company_id or super()._get_sms_company()

    def _mobile_stop_unwanted(self):
        """Take out of the queue what its customer has stopped since, or has seen, or what came too late.

        :return: what was taken out.
        """
        trackers = self._mobile_trackers()
        if not trackers:
            return self.browse()
        waiting = {tracker.sms_uuid: tracker.mobile_message_id.id for tracker in trackers}
        unwanted = set(waiting) - self.env['mobile.message'].sudo()._let_go(
            waiting, 'sms.ir_cron_sms_scheduler_action')
        stopped = self.filtered(lambda sms: sms.uuid in unwanted)
        # The attempt knows why; the number and the text have no more use.
        stopped.sudo().write({'state': 'canceled', 'failure_type': False, 'to_delete': True})
        return stopped

    def _mobile_trackers(self):
        """Return what knows which of these messages are attempts of ours, elevated."""
        return self.env['sms.tracker'].sudo().search([
            ('sms_uuid', 'in', self.mapped('uuid')), ('mobile_message_id', '!=', False)])
