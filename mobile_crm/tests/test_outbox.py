"""How a message comes to its customer, and what becomes of it."""
from odoo.tests import tagged

from ..tools.delivery import Outcome
from .outbox_common import OutboxCommon


@tagged('-at_install', 'post_install')
class TestOutbox(OutboxCommon):

    def test_a_message_is_queued_for_each_phone(self):
        message = self.post('push', 'sms')
        attempt = self.attempts(message)
        self.assertEqual((attempt.channel, attempt.state, attempt.device_id), ('push', 'queued', self.phone))
        self.assertEqual((message.state, message.next_channels), ('sent', 'sms'))
        self.assertTrue(message.fallback_at)

    def test_it_is_sent(self):
        message = self.post('push')
        self.send()
        parcel, = self.providers['fcm'].sent
        self.assertEqual((parcel.public_id, parcel.address, parcel.title, parcel.body, parcel.device_id),
                         (message.uuid, 'address-of-anna', "Hello", "Anna", self.phone.id))
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.tries, attempt.reason), ('sent', 1, False))
        self.assertTrue(attempt.sent_at)
        self.send()
        self.assertEqual(len(self.providers['fcm'].sent), 1)

    def test_text_messages_are_handed_over(self):
        self.providers['sms'].answer = lambda parcel: Outcome(parcel.id, 'accepted')
        message = self.post('sms')
        self.send()
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.claim), ('sending', False))
        self.Message._report(attempt, 'delivered')
        self.assertEqual((attempt.state, message.state), ('delivered', 'delivered'))

    def test_the_next_way(self):
        message = self.post('push', 'sms')
        self.send()
        with self.later(minutes=29):
            self.look_after()
            self.assertEqual(len(self.attempts(message)), 1)
        with self.later(minutes=31):
            self.look_after()
            self.send()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms'])
        self.assertEqual(self.providers['sms'].sent[0].address, '+32475112233')
