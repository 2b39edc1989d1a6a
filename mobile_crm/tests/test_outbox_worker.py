"""What the worker does when providers fail, do not answer, or answer that it is too much."""
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import mobile_message_queue, mobile_sender
from ..tools.delivery import LEASE, Outcome
from ..tools.racing import execute_apart
from .outbox_common import FakeProvider, OutboxCommon

QUEUE = 'odoo.addons.mobile_crm.models.mobile_message_queue'


@tagged('-at_install', 'post_install')
class TestOutboxWorker(OutboxCommon):

    def setUp(self):
        super().setUp()
        self.fcm = self.providers['fcm']

    def answer(self, status, *args, code='fcm', **values):
        """Let a provider answer the same to all parcels."""
        self.providers[code].answer = lambda parcel: Outcome(parcel.id, status, *args, **values)

    def work(self, code='fcm'):
        """Let a worker take one batch."""
        with self.worker() as outbox:
            return outbox._work(outbox.env['mobile.sender'].browse(self.sender(code).id))

    # === TRYING AGAIN === #

    def test_it_rests_for_longer_each_time_and_gives_up(self):
        self.answer('retry', 'rejected', 'UNAVAILABLE')
        attempt = self.attempts(self.post('push', expires_at=fields.Datetime.now() + timedelta(days=9)))
        rests = []
        while attempt.state == 'queued':
            with self.later(seconds=(attempt.due_at - fields.Datetime.now()).total_seconds()):
                now = fields.Datetime.now()
                self.send('fcm')
                rests.append((attempt.due_at - now).total_seconds())
        self.assertEqual(rests[:-1], [5, 10, 20, 40, 80, 160, 320])
        self.assertEqual((attempt.state, attempt.reason, attempt.detail, attempt.tries),
                         ('failed', 'gave_up', 'UNAVAILABLE', mobile_message_queue.MAX_TRIES))

    def test_rests_are_bounded(self):
        self.assertEqual(mobile_message_queue.LONGEST_REST, 900)
        self.answer('retry', 'rejected')
        attempt = self.attempts(self.post('push'))
        attempt.tries, attempt.faults = 40, 40
        now = fields.Datetime.now()
        self.send('fcm')
        self.assertLessEqual(attempt.due_at - now, timedelta(minutes=16))

    def test_the_provider_says_how_long(self):
        self.answer('retry', 'rate_limited', retry_after=77.0)
        attempt = self.attempts(self.post('push'))
        now = fields.Datetime.now()
        self.send('fcm')
        self.assertGreaterEqual(attempt.due_at, now + timedelta(seconds=77))
        self.assertEqual((attempt.state, attempt.reason), ('queued', 'rate_limited'))

    def test_the_providers_own_trouble_is_no_reason_to_give_up(self):
        self.answer('retry', 'provider_down', is_providers_fault=True)
        ends = fields.Datetime.now() + timedelta(hours=2)
        attempt = self.attempts(self.post('push', expires_at=ends))
        while attempt.state == 'queued':
            self.env.cr.execute('UPDATE mobile_sender SET paused_until = NULL, failures = 0')
            with self.later(seconds=max(0, (attempt.due_at - fields.Datetime.now()).total_seconds())):
                self.send('fcm')
                if fields.Datetime.now() > ends:
                    break
        self.assertEqual((attempt.state, attempt.reason), ('expired', 'too_old'))
        self.assertEqual(attempt.faults, attempt.tries)
        self.assertGreater(attempt.tries, mobile_message_queue.MAX_TRIES)

    # === WHAT NOBODY KNOWS === #

    def test_an_unknown_outcome_is_repeated_once_under_the_same_id(self):
        self.answer('unknown', 'provider_down')
        message = self.post('push', 'sms')
        self.send('fcm')
        attempt = self.attempts(message)
        self.assertEqual((attempt.state, attempt.reason, attempt.is_repeat), ('queued', 'outcome_unknown', True))
        with self.later(minutes=1):
            self.send('fcm')
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'outcome_unknown'))
        self.assertEqual([(parcel.public_id, parcel.is_repeat) for parcel in self.fcm.sent],
                         [(message.uuid, False), (message.uuid, True)])
        with self.later(hours=2):
            self.look_after()
            self.send()
        self.assertEqual(len(self.fcm.sent), 2)
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms'])

    def test_what_surely_did_not_arrive_does_not_use_up_the_repetition(self):
        self.answer('unknown', 'provider_down')
        attempt = self.attempts(self.post('push'))
        self.send('fcm')
        self.answer('retry', 'rejected')
        with self.later(minutes=1):
            self.send('fcm')
        self.answer('sent')
        with self.later(minutes=2):
            self.send('fcm')
        self.assertEqual((attempt.state, attempt.tries), ('sent', 3))

    def test_a_provider_that_breaks_off(self):
        first, second = self.attempts(self.post('push')), self.attempts(self.post('push'))
        third = self.attempts(self.post('push'))

        def answer(parcel):
            if parcel.id == second.id:
                raise ValueError(parcel.address)
            return Outcome(parcel.id, 'sent')

        self.fcm.answer = answer
        with self.assertLogs(QUEUE, 'WARNING') as logged:
            self.send('fcm')
        self.assertEqual([first.state, second.state, third.state], ['sent', 'queued', 'queued'])
        self.assertTrue(second.is_repeat and third.is_repeat)
        self.assertIn('ValueError', logged.output[0])
        self.assertNotIn('address-of-anna', ''.join(logged.output))

    def test_what_a_provider_does_not_tell_is_unknown(self):
        self.fcm.answer = lambda parcel: None
        attempt = self.attempts(self.post('push'))
        self.send('fcm')
        self.assertEqual((attempt.state, attempt.is_repeat), ('queued', True))

    def test_a_worker_that_died(self):
        message = self.post('push', 'sms')
        attempt = self.attempts(message)
        with self.worker() as outbox:
            sender = outbox.env['mobile.sender'].browse(self.sender('fcm').id)
            outbox._claim(sender, 10, execute_apart)
        self.assertEqual((attempt.state, attempt.tries), ('sending', 1))
        with self.later(seconds=LEASE - 5):
            self.look_after()
            self.send()
        self.assertEqual(attempt.state, 'sending')
        with self.later(seconds=LEASE + 5):
            self.look_after()
            self.assertEqual((attempt.state, attempt.is_repeat), ('queued', True))
            with self.worker() as outbox:
                outbox._claim(outbox.env['mobile.sender'].browse(self.sender('fcm').id), 10, execute_apart)
        with self.later(seconds=3 * LEASE):
            self.look_after()
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'outcome_unknown'))

    def test_a_worker_that_was_thought_dead_tells_nothing_new(self):
        attempt = self.attempts(self.post('push'))

        def answer(parcel):
            with self.later(seconds=LEASE + 5):
                self.assertEqual(self.Message._reclaim(), 1)
            return Outcome(parcel.id, 'failed', 'rejected')

        self.fcm.answer = answer
        self.send('fcm')
        self.assertEqual((attempt.state, attempt.is_repeat, attempt.reason), ('queued', True, 'outcome_unknown'))

    # === ADDRESSES === #

    def test_a_dead_address_is_forgotten_and_says_why(self):
        self.answer('dead', 'no_address', 'UNREGISTERED')
        attempt = self.attempts(self.post('push'))
        self.send('fcm')
        self.assertEqual((attempt.state, attempt.reason, attempt.detail), ('failed', 'no_address', 'UNREGISTERED'))
        self.assertFalse(self.phone.push_address or self.phone.push_provider)
        self.assertTrue(self.phone.push_lost_at)
        self.assertEqual(self.phone.push_lost_detail, 'UNREGISTERED')
        self.phone._update_report({'push_provider': 'fcm', 'push_address': 'new'})
        self.assertFalse(self.phone.push_lost_at)

    def test_an_address_that_was_replaced_meanwhile_stays(self):
        def answer(parcel):
            self.phone.push_address = 'new-address'
            self.env.flush_all()
            return Outcome(parcel.id, 'dead')

        self.fcm.answer = answer
        self.post('push')
        self.send('fcm')
        self.assertEqual(self.phone.push_address, 'new-address')

    def test_an_address_that_was_told_anew_meanwhile_stays(self):
        def answer(parcel):
            with self.later(seconds=5):
                self.phone._update_report({'push_provider': 'fcm', 'push_address': parcel.address})
            self.env.flush_all()
            return Outcome(parcel.id, 'dead')

        self.fcm.answer = answer
        self.post('push')
        self.send('fcm')
        self.assertEqual(self.phone.push_address, 'address-of-anna')

    def test_an_address_is_dead_for_the_app_and_the_provider_that_were_told(self):
        other = self.env['mobile.app'].create({'name': "Other", 'company_id': self.company.id})

        for changes in ({'app_id': other.id}, {'push_provider': 'apns'}):
            def answer(parcel, changes=changes):
                self.phone.write(changes)
                self.env.flush_all()
                return Outcome(parcel.id, 'dead')

            self.fcm.answer = answer
            self.post('push')
            self.send('fcm')
            self.assertEqual(self.phone.push_address, 'address-of-anna', changes)
            self.phone.write({'app_id': self.app.id, 'push_provider': 'fcm'})

    # === THE RATE === #

    def test_no_more_than_the_rate(self):
        for _number in range(12):
            self.post('push')
        sender = self.sender('fcm')
        sender.rate_per_second = 5
        with self.later(seconds=0):
            self.assertEqual(self.work(), 5)
            self.assertEqual(self.work(), 0)
        with self.later(seconds=1):
            self.assertEqual(self.work(), 5)
        with self.later(seconds=2):
            self.assertEqual(self.work(), 2)
        with self.later(seconds=3):
            self.assertEqual(self.work(), 0)

    def test_a_slow_rate(self):
        for _number in range(3):
            self.post('push')
        self.sender('fcm').rate_per_second = 0.1
        found = []
        for second in range(0, 30, 5):
            with self.later(seconds=second):
                found.append(self.work())
        self.assertEqual(found, [1, 0, 1, 0, 1, 0])

    def test_a_clock_that_was_a_day_ahead_stops_nobody(self):
        for _number in range(12):
            self.post('push')
        sender = self.sender('fcm')
        sender.rate_per_second = 5
        with self.later(days=1):
            sender._take(5)
        with self.later(seconds=0):
            self.assertEqual((self.work(), self.work()), (5, 0))
        # Half a minute may be true: who is behind waits.
        with self.later(seconds=30):
            self.assertEqual(self.work(), 5)
        with self.later(seconds=2):
            self.assertEqual(self.work(), 0)

    def test_a_higher_rate_counts_at_once(self):
        for _number in range(3):
            self.post('push')
        sender = self.sender('fcm')
        sender.rate_per_second = 0.001
        with self.later(seconds=0):
            self.assertEqual((self.work(), self.work()), (1, 0))
            sender.rate_per_second = 100
            self.env.flush_all()
            self.assertEqual(self.work(), 2)

    def test_slots_that_were_not_used_are_given_back(self):
        self.sender('fcm').unlink()
        first = self.attempts(self.post('push'))
        self.sender('fcm').rate_per_second = 4
        with self.later(seconds=0):
            first.expires_at = fields.Datetime.now() - timedelta(seconds=1)
            self.env.flush_all()
            self.assertEqual(self.work(), 0)
            for _number in range(4):
                self.post('push')
            self.assertEqual(self.work(), 4)

    # === THE CIRCUIT BREAKER === #

    def _outage(self, count=10):
        for _number in range(count):
            self.post('push')
        self.answer('retry', 'provider_down', '503', is_providers_fault=True)

    def test_a_provider_that_is_down_is_left_alone(self):
        self._outage()
        sender, start = self.sender('fcm'), fields.Datetime.now()
        with self.later(seconds=0):
            self.send('fcm')
        self.assertEqual(len(self.fcm.sent), 10)
        self.assertEqual((sender.failures, sender.pauses, sender.problem), (10, 1, 'provider_down'))
        self.assertAlmostEqual(sender.paused_until, start + timedelta(seconds=30), delta=timedelta(seconds=2))
        with self.later(seconds=25):
            self.send('fcm')
        self.assertEqual(len(self.fcm.sent), 10)
        # A few are let through to see.
        with self.later(seconds=35):
            self.send('fcm')
        self.assertEqual(len(self.fcm.sent), 10 + mobile_sender.TRIAL)
        self.assertEqual(sender.pauses, 2)
        self.assertAlmostEqual(sender.paused_until, start + timedelta(seconds=35 + 60), delta=timedelta(seconds=2))
        self.answer('sent')
        with self.later(minutes=10):
            self.send('fcm')
        self.assertEqual((sender.failures, sender.pauses, sender.problem), (0, 0, False))
        self.assertFalse(self.Message.search([('sender_id', '=', sender.id), ('state', '!=', 'sent')]))

    def test_pauses_are_bounded(self):
        self._outage()
        sender = self.sender('fcm')
        sender.pauses = 30
        self.env.flush_all()
        now = fields.Datetime.now()
        sender.failures = 7
        self.send('fcm')
        self.assertLessEqual(sender.paused_until, now + timedelta(minutes=11))

    def test_one_worker_tries_while_the_others_wait(self):
        self._outage()
        sender = self.sender('fcm')
        sender.failures = 7
        self.env.flush_all()
        found = []

        def answer(parcel):
            found.append(sender._take(100))
            return Outcome(parcel.id, 'sent')

        self.fcm.answer = answer
        self.work()
        self.assertEqual(found, [0] * mobile_sender.TRIAL)

    def test_one_bad_answer_among_good_ones_pauses_nobody(self):
        self._outage()
        answers = iter(['retry', 'sent'] * 5)
        self.fcm.answer = lambda parcel: Outcome(
            parcel.id, status := next(answers), 'provider_down', is_providers_fault=status == 'retry')
        self.send('fcm')
        self.assertEqual(self.sender('fcm').failures, 0)
        self.assertFalse(self.sender('fcm').paused_until or self.sender('fcm').failing_since)

    def test_the_provider_asks_for_a_while(self):
        self._outage(1)
        self.answer('retry', 'rate_limited', is_providers_fault=True, retry_after=120.0)
        sender, now = self.sender('fcm'), fields.Datetime.now()
        self.send('fcm')
        self.assertAlmostEqual(sender.paused_until, now + timedelta(seconds=120), delta=timedelta(seconds=2))
        self.post('push')
        with self.later(seconds=100):
            self.assertEqual(self.work(), 0)

    def test_one_providers_outage_does_not_delay_the_others(self):
        self._outage()
        bens = self.attempts(self.post('push', partner=self.ben))
        self.send('fcm', 'apns')
        self.assertEqual(bens.state, 'sent')

    def test_staff_pause_and_resume(self):
        self.post('push')
        sender = self.sender('fcm')
        with self.enter_registry_test_mode():
            sender.with_user(self.manager).action_pause()
        self.assertEqual((sender.state, self.work()), ('stopped', 0))
        with self.enter_registry_test_mode():
            sender.with_user(self.manager).action_resume()
        self.assertEqual((sender.state, self.work()), ('works', 1))

    # === THE CRON === #

    def test_a_full_sender_does_not_starve_the_others(self):
        self.fcm._batch_size = 2
        for _number in range(10):
            self.post('push')
        app = self.env['mobile.app'].create({'name': "Second", 'company_id': self.company.id})
        second = self.env['mobile.sender']._ensure('fcm', self.company, app)
        phone = self._make_device(app)
        phone._sign_in(self.ben_user)
        phone.write({'push_provider': 'fcm', 'push_address': 'second-of-ben'})
        attempt = self.attempts(self.post('push')).copy({'sender_id': second.id, 'device_id': phone.id})
        self.env.cr.execute(
            "UPDATE mobile_message SET state = 'queued', partner_id = %s, due_at = %s, expires_at = %s, origin_id = %s"
            " WHERE id = %s", [self.ben.id, fields.Datetime.now(), fields.Datetime.now() + timedelta(hours=1),
                               self.post(partner=self.ben).id, attempt.id])
        calls = []
        with self.worker() as outbox, patch.object(
                self.registry['ir.cron'], '_commit_progress',
                lambda *args, **values: calls.append(args) or 1.0 * (len(calls) < 2)):
            outbox._cron_send('fcm')
        self.assertIn(attempt.id, [parcel.id for parcel in self.fcm.sent])
        self.assertEqual(len(self.fcm.sent), 3)

    def test_the_cron_is_woken_for_the_next_try(self):
        cron = self.env.ref('mobile_crm.mobile_outbox_fcm_cron')
        self.answer('retry', 'rejected', retry_after=600.0)
        attempt = self.attempts(self.post('push'))
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        self.send('fcm')
        self.send('fcm')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self.assertEqual(len(triggers), 1)
        self.assertGreaterEqual(triggers.call_at, attempt.due_at)

    def test_many_that_are_over_are_passed_by_quickly(self):
        attempts = self.Message.concat(*(self.attempts(self.post('push')) for _number in range(7)))
        attempts[:6].expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.fcm._batch_size = 2
        with patch.object(self.registry['mobile.message'], '_expire', lambda model: 0):
            self.assertEqual(self.work(), 1)
        self.assertEqual(attempts.mapped('state'), ['expired'] * 6 + ['sent'])

    def test_however_many_are_over_what_is_behind_them_is_sent_in_the_same_run(self):
        attempts = self.Message.concat(*(self.attempts(self.post('push')) for _number in range(7)))
        attempts[:6].expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.fcm._batch_size = 1
        with patch.object(self.registry['mobile.message'], '_expire', lambda model, limit=0: 0), \
                patch.object(mobile_message_queue, 'ROUNDS', 2), \
                patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **values: 60.0):
            self.send('fcm')
        self.assertEqual(attempts.mapped('state'), ['expired'] * 6 + ['sent'])

    # === HANDING OVER === #

    def test_one_bad_parcel_does_not_stop_the_others(self):
        sms = self.providers['sms'] = FakeProvider(is_transactional=True)
        messages = self.Message.concat(*(self.post('sms') for _number in range(5)))
        bad = self.attempts(messages[3])

        def answer(parcel):
            if parcel.id == bad.id:
                raise ValueError("no such gateway")
            return Outcome(parcel.id, 'accepted')

        sms.answer = answer
        with self.assertLogs(QUEUE, 'WARNING'):
            self.send('sms')
        self.assertEqual((bad.state, bad.reason, bad.detail), ('failed', 'rejected', 'ValueError'))
        self.assertEqual(set(messages.delivery_ids.mapped('state')), {'failed', 'sending'})

    # === THE DATABASE === #

    def test_outcomes_wait_for_the_database(self):
        attempt = self.attempts(self.post('push'))
        write, failures = self.registry['mobile.message']._write_outcomes, [psycopg2.OperationalError] * 3

        def broken(model, *args):
            if failures:
                raise failures.pop()
            return write(model, *args)

        with patch.object(self.registry['mobile.message'], '_write_outcomes', broken):
            self.send('fcm')
        self.assertEqual(attempt.state, 'sent')

    def test_the_database_goes_after_it_has_written(self):
        self.answer('failed', 'rejected')
        message = self.post('push', 'sms')
        write, failures = self.registry['mobile.message']._write_outcomes, [psycopg2.OperationalError]

        def broken(model, *args):
            write(model, *args)
            if failures:
                raise failures.pop()

        with patch.object(self.registry['mobile.message'], '_write_outcomes', broken):
            self.send('fcm')
        self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms'])

    def test_not_for_longer_than_the_lease(self):
        self.post('push')

        def broken(model, *args):
            raise psycopg2.OperationalError

        clock = iter(range(0, 10 ** 6, 100))
        with patch.object(self.registry['mobile.message'], '_write_outcomes', broken), \
                patch.object(mobile_message_queue.time, 'monotonic', lambda: next(clock)), \
                mute_logger(QUEUE), self.assertRaises(psycopg2.OperationalError):
            self.work()

    def test_looking_after_loses_a_race(self):
        message = self.post('push', 'sms')
        self.send('fcm')
        fall_back, lost = self.registry['mobile.message']._fall_back, [psycopg2.errors.SerializationFailure] * 2

        def racing(model):
            if lost:
                raise lost.pop()
            return fall_back(model)

        with self.later(minutes=31), patch.object(self.registry['mobile.message'], '_fall_back', racing):
            self.look_after()
        self.assertEqual(self.attempts(message).mapped('channel'), ['push', 'sms'])

    # === A QUEUE THAT IS STUCK === #

    def test_a_stuck_queue_asks_a_manager_once(self):
        self._outage()
        sender = self.sender('fcm')
        self.send('fcm')
        self.look_after()
        self.assertFalse(sender.activity_ids)
        with self.later(minutes=16):
            self.send('fcm')
            self.look_after()
            self.look_after()
        activity = sender.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(self.company, activity.user_id.company_ids)
        self.assertTrue(activity.user_id.has_group('mobile_crm.group_mobile_crm_manager'))
        self.answer('sent')
        with self.later(hours=2):
            self.send('fcm')
            self.look_after()
        self.assertFalse(sender.activity_ids)

    def test_a_queue_that_nobody_works_on_is_stuck(self):
        self.post('push')
        with self.later(minutes=16):
            self.look_after()
        self.assertEqual(len(self.sender('fcm').activity_ids), 1)

    def test_a_worker_of_tomorrow_hides_no_stuck_queue(self):
        self.post('push')
        self.sender('fcm').worked_at = fields.Datetime.now() + timedelta(days=1)
        with self.later(minutes=16):
            self.look_after()
        self.assertEqual(len(self.sender('fcm').activity_ids), 1)

    def test_who_was_paused_by_staff_is_not_stuck(self):
        self.post('push')
        with self.enter_registry_test_mode():
            self.sender('fcm').with_user(self.manager).action_pause()
        with self.later(minutes=16):
            self.look_after()
        self.assertFalse(self.sender('fcm').activity_ids)
