"""How a message comes to its customer: the ways, one after the other, and what is told of them afterwards."""
import runpy
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.delivery import Outcome
from .outbox_common import OutboxCommon


@tagged('-at_install', 'post_install')
class TestOutbox(OutboxCommon):

    # === QUEUEING === #

    def test_a_message_is_queued_for_each_phone(self):
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        tablet.write({'push_provider': 'webpush', 'push_address': 'tablet-of-anna'})
        silent = self._make_device()
        silent._sign_in(self.anna_user)
        silent.write({'push_provider': 'fcm', 'push_address': 'silent', 'notifications_allowed': False})
        message = self.post('push', 'sms')
        attempts = self.attempts(message)
        self.assertEqual(attempts.device_id, self.phone + tablet)
        self.assertEqual(set(attempts.sender_id.mapped('provider')), {'fcm', 'webpush'})
        self.assertEqual(set(attempts.mapped('state')), {'queued'})
        self.assertEqual((message.state, message.next_channels), ('sent', 'sms'))
        self.assertEqual(message.fallback_at, attempts[0].due_at + timedelta(minutes=30))

    def test_what_is_shut_is_passed_over(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'import')
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'channels': ['push', 'email']})
        message = self.post('push', 'sms', 'email')
        self.assertEqual(self.attempts(message).mapped('channel'), ['email'])
        self.assertFalse(message.next_channels or message.fallback_at)
        # An answer needs no consent, and keeps to what is wanted all the same.
        answer = self.post('push', 'sms', is_service=True)
        self.assertEqual(self.attempts(answer).mapped('channel'), ['push'])

    def test_nobody_sends_for_another_company(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        message = self.post('push', 'sms', 'email', company_id=other.id, is_service=True)
        self.assertFalse(self.attempts(message))
        self.assertEqual((message.state, message.reason), ('sent', 'no_way'))
        self.assertEqual(self.Message._channels_of(other), frozenset())
        self.assertEqual(self.Message._channels_of(self.company), {'push', 'sms', 'email'})

    def test_many_at_once(self):
        vals = [{'partner_id': partner.id, 'company_id': self.company.id, 'title': "Hello"}
                for partner in [self.anna, self.ben] * 20]
        self.post('push')
        with self.assertQueryCount(60):
            messages = self.Message._post(vals, channels=['push', 'sms'])
        attempts = self.Message.search([('origin_id', 'in', messages.ids)])
        self.assertEqual(len(attempts), 40)
        self.assertEqual(set(attempts.sender_id.mapped('provider')), {'fcm', 'apns'})
        self.assertEqual(len(set(attempts.mapped('uuid'))), 40)

    def test_the_cron_is_woken(self):
        cron = self.env.ref('mobile_crm.mobile_outbox_fcm_cron')
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        self.post('push')
        self.assertTrue(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]))

    # === COLLAPSING === #

    def test_a_newer_message_takes_the_place_of_one_that_waits(self):
        old = self.post('push', 'sms', collapse_key='cart')
        other = self.post('push', collapse_key='news')
        bens = self.post('push', partner=self.ben, collapse_key='cart')
        new = self.post('push', 'sms', collapse_key='cart')
        replaced = self.attempts(old)
        self.assertEqual((replaced.state, replaced.reason), ('cancelled', 'replaced'))
        self.assertTrue(replaced.ended_at)
        self.assertFalse(old.next_channels or old.fallback_at)
        for message in (other, bens, new):
            self.assertEqual(self.attempts(message).state, 'queued')
        self.send()
        self.assertEqual([parcel.collapse_key for parcel in self.providers['fcm'].sent], ['news', 'cart'])

    def test_what_was_sent_is_replaced_on_the_phone_and_goes_no_further_way(self):
        old = self.post('push', 'sms', collapse_key='cart')
        self.send()
        self.post('push', 'sms', collapse_key='cart')
        self.assertEqual(self.attempts(old).state, 'sent')
        self.assertFalse(old.fallback_at)

    # === SENDING === #

    def test_it_is_sent_once(self):
        message = self.post('push', link='shop://coat')
        self.send()
        parcel, = self.providers['fcm'].sent
        self.assertEqual(
            (parcel.public_id, parcel.address, parcel.title, parcel.body, parcel.link, parcel.device_id,
             parcel.platform, parcel.collapse_key, parcel.is_repeat),
            (message.uuid, 'address-of-anna', "Hello", "Anna", 'shop://coat', self.phone.id, 'android', message.uuid,
             False))
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.tries, attempt.reason, attempt.claim), ('sent', 1, False, False))
        self.assertTrue(attempt.sent_at and attempt.claimed_at)
        self.send()
        self.assertEqual(len(self.providers['fcm'].sent), 1)

    def test_the_offer_and_the_picture_are_known(self):
        self.campaign.image_1920 = (
            b'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
        told = self.enter(self.phone, self.fence_near).message_id
        self.send()
        parcel, = self.providers['fcm'].sent
        self.assertEqual(parcel.offer_id, told.card_id.mobile_uuid)
        self.assertTrue(parcel.image_url.startswith('http'))

    # === THE NEXT WAY === #

    def test_the_next_way_is_tried_after_a_while(self):
        message = self.post('push', 'sms', 'email', fallback_minutes=10)
        self.send()
        with self.later(minutes=9):
            self.look_after()
            self.assertEqual(len(self.attempts(message)), 1)
        with self.later(minutes=11):
            self.look_after()
            self.send()
            self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms'])
            self.assertEqual(message.next_channels, 'email')
        self.assertEqual(self.providers['sms'].sent[0].address, '+32475112233')
        with self.later(minutes=22):
            self.look_after()
            self.send()
            self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms', 'email'])
        self.assertFalse(message.next_channels or message.fallback_at)

    def test_no_other_way_once_it_has_arrived(self):
        for tell in (
            lambda message: self.Message._receipt(message, 'delivered'),
            lambda message: self.Message._receipt(message, 'opened'),
            lambda message: self.Message._report(self.attempts(message), 'delivered'),
        ):
            message = self.post('push', 'sms')
            self.send()
            tell(message)
            self.assertTrue(message.delivered_at)
            self.assertFalse(message.next_channels or message.fallback_at)
            with self.later(hours=1):
                self.look_after()
            self.assertEqual(len(self.attempts(message)), 1)

    def test_a_way_that_fails_on_all_phones_opens_the_next(self):
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        tablet.write({'push_provider': 'webpush', 'push_address': 'tablet-of-anna'})
        message = self.post('push', 'sms')
        self.providers['fcm'].answer = lambda parcel: Outcome(parcel.id, 'failed', 'rejected', 'INVALID_ARGUMENT')
        self.send('fcm')
        self.look_after()
        self.assertEqual(len(self.attempts(message)), 2, "the tablet may still show it")
        self.providers['webpush'].answer = lambda parcel: Outcome(parcel.id, 'dead', 'no_address', '410')
        self.send('webpush')
        self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'push', 'sms'])
        failed = self.attempts(message, device_id=self.phone)
        self.assertEqual((failed.state, failed.reason, failed.detail), ('failed', 'rejected', 'INVALID_ARGUMENT'))
        self.assertTrue(failed.ended_at)

    def test_what_is_too_old_goes_no_further_way(self):
        message = self.post('push', 'sms', expires_at=fields.Datetime.now() + timedelta(minutes=20))
        self.assertFalse(message.fallback_at, "it would be over by then")
        self.assertEqual(message.next_channels, 'sms')
        self.providers['fcm'].answer = lambda parcel: Outcome(parcel.id, 'failed', 'rejected')
        with self.later(minutes=19):
            self.send('fcm')
        with self.later(minutes=21):
            self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push'])
        self.assertEqual(message.reason, 'too_old')

    # === WHAT IS TOLD AFTERWARDS === #

    def test_text_messages_are_handed_over_and_told_about(self):
        self.providers['sms'].answer = lambda parcel: Outcome(parcel.id, 'accepted')
        message = self.post('sms', 'email')
        self.send('sms')
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.claim), ('sending', False))
        with self.later(hours=1):
            self.look_after()
            self.assertEqual(attempt.state, 'sending', "a queue of Odoo's has it")
        self.Message._report(attempt, 'sent')
        self.assertEqual((attempt.state, message.state), ('sent', 'sent'))
        self.Message._report(attempt, 'failed', 'rejected', 'sms_number_format')
        self.assertEqual((attempt.state, attempt.detail), ('failed', 'sms_number_format'))

    def test_a_queue_that_tells_nothing_for_days(self):
        self.providers['sms'].answer = lambda parcel: Outcome(parcel.id, 'accepted')
        message = self.post('sms')
        self.send('sms')
        with self.later(days=4):
            self.look_after()
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'outcome_unknown'))

    def test_a_message_never_goes_back(self):
        attempt = self.attempts(self.post('push'))
        self.send()
        self.Message._report(attempt, 'delivered')
        at = attempt.delivered_at
        for state in ('sent', 'failed', 'delivered'):
            with self.later(minutes=5):
                self.Message._report(attempt, state)
            self.assertEqual((attempt.state, attempt.delivered_at, attempt.reason), ('delivered', at, False))

    def test_the_phone_tells(self):
        message = self.post('push', 'sms')
        attempt = self.attempts(message)
        self.send()
        self.Message._receipt(message, 'delivered', device=self.phone)
        self.assertEqual((attempt.state, message.state), ('delivered', 'delivered'))
        first = fields.Datetime.now() - timedelta(minutes=1)
        self.Message._receipt(message, 'opened', at=first, device=self.phone)
        self.Message._receipt(message, 'opened', device=self.phone)
        self.Message._receipt(message, 'delivered', device=self.phone)
        self.assertEqual((attempt.state, message.state), ('opened', 'opened'))
        self.assertEqual((attempt.opened_at, message.opened_at), (first, first))

    def test_what_was_opened_is_not_sent_to_the_other_phones(self):
        message = self.post('push')
        self.Message._receipt(message, 'opened')
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'seen'))
        self.send()
        self.assertFalse(self.providers['fcm'].sent)

    def test_what_was_read_before_it_was_sent_was_not_sent(self):
        for state, expected in (('opened', ('cancelled', 'seen')), ('delivered', ('queued', False))):
            message = self.post('push', 'sms')
            self.Message._receipt(message, state, device=self.phone)
            attempt = self.attempts(message)
            self.assertEqual((attempt.state, attempt.reason, attempt.sent_at), (*expected, False))
            self.assertEqual(message.state, state)
            self.assertFalse(message.fallback_at)

    def test_what_was_sent_found_a_way(self):
        message = self.post('push', 'sms')
        self.send('fcm')
        self.env['mobile.consent']._append(self.anna, self.company, {'sms': False}, 'import')
        with self.later(minutes=31):
            self.look_after()
        self.assertEqual(self.attempts(message).mapped('state'), ['sent'])
        self.assertEqual((message.state, message.reason, message.fallback_at), ('sent', False, False))

    def test_customers_see_their_inbox_and_no_attempts(self):
        message = self.post('push', 'sms')
        attempt = self.attempts(message)
        found = self.Message.with_user(self.anna_user).search([])
        self.assertIn(message, found)
        self.assertNotIn(attempt, found)
        with self.assertRaises(AccessError):
            attempt.with_user(self.anna_user).read(['detail'])
        with self.assertRaises(AccessError):
            message.with_user(self.anna_user).read(['claim'])

    def test_an_upgrade_keeps_the_rule_of_the_shop(self):
        rule = self.env.ref('mobile_crm.mobile_message_customer_rule')
        ours, path = rule.domain_force, Path(__file__).parents[1] / 'migrations/19.0.1.5.0/pre-inbox.py'
        for before, after in (
                ("[('partner_id', '=', user.partner_id.id)]", ours), ("[('id', '=', 0)]", "[('id', '=', 0)]")):
            rule.domain_force = before
            self.env.flush_all()
            runpy.run_path(str(path))['migrate'](self.env.cr, '19.0.1.4.0')
            rule.invalidate_recordset()
            self.assertEqual(rule.domain_force, after)

    def test_what_nobody_knew_of_has_arrived_after_all(self):
        self.providers['fcm'].answer = lambda parcel: Outcome(parcel.id, 'unknown', 'provider_down')
        message = self.post('push')
        self.send('fcm')
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.is_repeat), ('queued', True))
        self.Message._receipt(message, 'delivered', device=self.phone)
        self.assertEqual((attempt.state, attempt.reason), ('delivered', False))
        with self.later(minutes=1):
            self.send('fcm')
        self.assertEqual(len(self.providers['fcm'].sent), 1)

    # === STAFF === #

    def test_staff_stop_and_retry(self):
        message = self.post('push', 'sms')
        attempt = self.attempts(message)
        message.with_user(self.manager).action_cancel()
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'stopped_by_staff'))
        self.assertFalse(message.next_channels or message.fallback_at)
        with self.assertRaises(UserError):
            message.with_user(self.manager).action_cancel()
        with self.later(days=3):
            message.with_user(self.manager).action_retry()
            self.assertEqual((attempt.state, attempt.reason, attempt.tries), ('queued', False, 0))
            self.send()
            self.assertEqual(attempt.state, 'sent')
            with self.assertRaises(UserError):
                attempt.with_user(self.manager).action_retry()

    def _fail_by(self, *codes):
        for code in codes:
            self.providers[code].answer = lambda parcel: Outcome(parcel.id, 'failed', 'rejected')
            self.send(code)
            self.look_after()

    def test_staff_retry_the_last_way_and_not_all_of_them(self):
        message = self.post('push', 'sms', 'email')
        self._fail_by('fcm', 'sms', 'email')
        self.assertEqual(self.attempts(message).mapped('state'), ['failed'] * 3)
        message.with_user(self.manager).action_retry()
        self.assertEqual(self.attempts(message).mapped('state'), ['failed', 'failed', 'queued'])

    def test_a_way_that_was_overtaken_is_not_retried(self):
        message = self.post('push', 'sms')
        self._fail_by('fcm')
        self.send('sms')
        push, sms = self.attempts(message)
        self.assertEqual((push.state, sms.state), ('failed', 'sent'))
        with self.assertRaises(UserError):
            push.with_user(self.manager).action_retry()

    def test_staff_retry_an_earlier_way_where_the_later_ones_have_failed(self):
        message = self.post('push', 'sms')
        self._fail_by('fcm', 'sms')
        push, sms = self.attempts(message)
        push.with_user(self.manager).action_retry()
        self.providers['fcm'].answer = lambda parcel: Outcome(parcel.id, 'sent')
        self.send('fcm')
        self.assertEqual((push.state, sms.state), ('sent', 'failed'))

    def test_what_staff_have_stopped_is_not_tried_again(self):
        message = self.post('push')

        def answer(parcel):
            message.with_user(self.manager).action_cancel()
            return Outcome(parcel.id, 'retry', 'provider_down')

        self.providers['fcm'].answer = answer
        with self.worker() as outbox:
            outbox._work(outbox.env['mobile.sender'].browse(self.sender('fcm').id))
        with self.later(minutes=1):
            self.send('fcm')
        self.assertEqual(self.attempts(message).state, 'expired')
        self.assertEqual(len(self.providers['fcm'].sent), 1)

    def test_what_has_changed_counts_for_staff_as_well(self):
        attempt = self.attempts(self.post('push'))
        attempt.with_user(self.manager).action_cancel()
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'import')
        attempt.with_user(self.manager).action_retry()
        self.send()
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'consent_withdrawn'))
        self.assertFalse(self.providers['fcm'].sent)

    def test_only_managers_of_the_company(self):
        attempt = self.attempts(self.post('push'))
        for user in (self.user, self.anna_user, self.others_manager):
            for method in ('action_cancel', 'action_retry'):
                with self.assertRaises(UserError):
                    getattr(attempt.with_user(user), method)()
        for user in (self.user, self.others_manager):
            for method in ('action_pause', 'action_resume'):
                with self.assertRaises(UserError), self.enter_registry_test_mode():
                    getattr(attempt.sender_id.with_user(user), method)()
        self.assertEqual(attempt.state, 'queued')

    def test_what_staff_see(self):
        message = self.post('push')
        attempt = self.attempts(message)
        with self.later(minutes=20):
            attempt.invalidate_recordset()
            self.assertEqual(attempt.age, "20 minutes")
        self.assertEqual(message.way_text, "Notification: Queued")
        self.assertFalse(message.age)

    def test_old_attempts_are_deleted(self):
        message, waiting = self.post('push'), self.attempts(self.post('push'))
        self.send()
        waiting.state = 'queued'
        self.env.flush_all()
        old = self.attempts(message)
        self.env.cr.execute(
            "UPDATE mobile_message SET create_date = create_date - interval '400 days' WHERE id = ANY(%s)",
            [[message.id, old.id, waiting.id]])
        self.Message._gc_attempts()
        self.assertFalse(old.exists())
        self.assertTrue(message.exists() and waiting.exists())
