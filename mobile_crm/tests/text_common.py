"""What tests of text messages and emails share: Odoo's own queues, with the world behind them played."""
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.sms.tools.sms_api import SmsApi

from .outbox_common import OutboxCommon


class TextCommon(OutboxCommon):
    """The outbox with the real providers of text messages and emails.

    :ivar list[dict] texts: what was given to Odoo's service: ``number``, ``body``, ``uuid``
    :ivar text_states: {number: what the service answers}; ``success`` for all others
    :ivar list[EmailMessage] mails: what was given to a mail server
    """

    def setUp(self):
        super().setUp()
        self.providers = dict.fromkeys(['sms', 'email'])
        self.startPatcher(patch.object(
            self.registry['mobile.sender'], '_provider',
            lambda sender: sender.env[f'mobile.provider.{sender.provider}']))
        self.texts, self.text_states, self.mails = [], {}, []
        self.startPatcher(patch.object(SmsApi, '_contact_iap', self._take_texts))
        self.startPatcher(patch.object(IrMail_Server, '_disable_send', lambda server: False))
        self.startPatcher(patch.object(IrMail_Server, '_connect__', lambda server, *args, **kwargs: None))
        self.startPatcher(patch.object(
            IrMail_Server, 'send_email', lambda server, message, *args, **kwargs: self._take_mail(message)))
        self.env['sms.sms'].search([]).unlink()
        self.env['mail.mail'].search([('state', '=', 'outgoing')]).unlink()

    def _take_texts(self, _endpoint, params, **_kwargs):
        results = []
        for message in params['messages']:
            for number in message['numbers']:
                state = self.text_states.get(number['number'], 'success')
                if isinstance(state, Exception):
                    raise state
                if state == 'success':
                    self.texts.append({**number, 'body': message['content']})
                results.append({'uuid': number['uuid'], 'state': state, 'credit': 1})
        return results

    def _take_mail(self, message):
        self.mails.append(message)
        return message['Message-Id']

    def text(self, partner=None, **values):
        """Post a message by text message, and let the outbox hand it over; return the attempt."""
        message = self.post('sms', partner=partner, **values)
        self.send('sms')
        return self.attempts(message)

    def mail(self, partner=None, **values):
        """Like ``text``, by email."""
        message = self.post('email', partner=partner, **values)
        self.send('email')
        return self.attempts(message)

    def deliver_texts(self):
        """Let Odoo's queue of text messages run once."""
        with self.worker() as outbox:
            outbox.env['sms.sms']._process_queue()

    def deliver_mails(self):
        """Let Odoo's queue of emails run once."""
        with self.worker() as outbox:
            outbox.env['mail.mail'].process_email_queue()

    @contextmanager
    def mail_server(self, answer):
        """Let the mail server answer so: a function of the message."""
        with patch.object(IrMail_Server, 'send_email', lambda server, message, *args, **kwargs: answer(message)):
            yield

    def tell(self, attempt, status):
        """Let the service report on a text message, as ``/sms/status`` does."""
        tracker = self.env['sms.tracker'].search([('mobile_message_id', '=', attempt.id)], order='id desc', limit=1)
        state = self.env['sms.sms'].IAP_TO_SMS_STATE_SUCCESS.get(status)
        if state:
            tracker._action_update_from_sms_state(state)
        else:
            tracker._action_update_from_provider_error(status)
        self.env.invalidate_all()
