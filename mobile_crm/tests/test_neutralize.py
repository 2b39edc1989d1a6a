"""A copy of the database for tests: it reaches nobody's phone."""
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .outbox_common import OutboxCommon


@tagged('-at_install', 'post_install')
class TestNeutralize(OutboxCommon):

    def test_a_copy_reaches_nobody(self):
        self.env.cr.execute(
            "UPDATE mobile_app SET fcm_sealed = 'x', apns_sealed = 'x', webpush_private_key = 'x',"
            " webpush_public_key = 'x' WHERE id = %s", [self.app.id])
        message = self.post('push', 'sms')
        handed_over = self.attempts(self.post('email'))
        sent = self.attempts(self.post('push'))
        handed_over.state, sent.state = 'sending', 'sent'
        self.env.flush_all()
        for query in get_neutralization_queries(['mobile_crm']):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.cr.execute(
            'SELECT count(fcm_sealed) + count(apns_sealed) + count(webpush_private_key) FROM mobile_app')
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertFalse((self.phone + self.phone_ben).filtered(lambda device: device.sudo().push_address))
        for attempt in self.attempts(message) + handed_over:
            self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'stopped_by_staff'))
        self.assertFalse(message.next_channels or message.fallback_at)
        self.assertEqual((message.state, sent.state), ('sent', 'sent'), "what was sent is told as it was")
        self.send()
        self.look_after()
        self.assertFalse([parcel for provider in self.providers.values() for parcel in provider.sent])
        crons = self.env['ir.cron'].search([('cron_name', 'like', 'Mobile CRM: send')])
        self.assertFalse(crons, "all crons that send are off")

    def test_the_crons_are_there_before(self):
        crons = self.env['ir.cron'].search([('cron_name', 'like', 'Mobile CRM: send')])
        self.assertGreaterEqual(len(crons), 6)
