import smtplib

from odoo import models

from .mobile_provider_email import HUNG_UP


class MailMail(models.Model):
    """What becomes of an email is told to the attempt that it is."""

    _inherit = 'mail.mail'

    # === CRUD METHODS === #

    def unlink(self):
        """Override: what is deleted from the queue is not sent."""
        waiting = self.filtered(lambda mail: mail.state == 'outgoing')._mobile_attempts()
        waiting = waiting.filtered(lambda attempt: attempt.state == 'sending')
        waiting._report(waiting, 'failed', 'stopped_by_staff')
        return super().unlink()

    # === ACTION METHODS === #

    def cancel(self):
        """Override."""
        attempts = self._mobile_attempts()
        attempts._report(attempts, 'failed', 'stopped_by_staff')
        return super().cancel()

    # === BUSINESS METHODS === #

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Override to ask once more, in the moment before it goes, whether its customer still wants the email."""
        attempts = self._mobile_attempts()
        # Without its attempt, the customer is erased or deleted.
        if self.model == 'mobile.message' and not (attempts and attempts._let_go(
                {f'mail-{self.id}': attempts.id}, 'mail.ir_cron_mail_scheduler_action')):
            return []
        return super()._prepare_outgoing_list(*args, **kwargs)

    def _send(self, *args, **kwargs):
        """Override to tell what nobody else does: a mail server has hung up in the middle of an email."""
        try:
            return super()._send(*args, **kwargs)
        except smtplib.SMTPServerDisconnected:
            # Odoo leaves it as it is, to be looked at. The ones behind it are in the queue still.
            broken = self.exists().filtered(lambda mail: mail.model == 'mobile.message' and mail.state == 'exception')
            broken._mobile_conclude(HUNG_UP)
            broken.sudo().unlink()
            raise

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """Override."""
        attempts, failed = self._mobile_attempts(), self.browse()
        if attempts and failure_type:
            self._mobile_conclude(failure_type)
            # The attempt has the reason; a mail that could be sent anew by hand would come beside another one.
            failed = self.filtered(lambda mail: mail.model == 'mobile.message')
        elif attempts and success_emails:
            attempts._conclude_sent(attempts)
        res = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type)
        failed.exists().sudo().unlink()
        return res

    def _mobile_conclude(self, failure):
        """Tell the attempts behind these mails why they failed.

        :param str failure: as Odoo calls it.
        """
        attempts, provider = self._mobile_attempts(), self.env['mobile.provider.email']
        attempts._conclude([provider._outcome(attempt.id, failure) for attempt in attempts])

    def _mobile_attempts(self):
        """Return the ``mobile.message`` that these mails bring, elevated."""
        ids = self.filtered(lambda mail: mail.model == 'mobile.message').mapped('res_id')
        return self.env['mobile.message'].sudo().browse(ids).exists()
