"""Whatever happens to messages, in whatever order: each ends, and none is sent twice unless nobody knew."""
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from ..tools.delivery import Outcome
from ..tools.racing import execute_apart
from .outbox_common import OutboxCommon

# What a provider makes of a parcel, and whether it was shown on the phone.
ANSWERS = st.sampled_from([
    ('sent', True, False), ('retry', False, False), ('retry', False, True), ('unknown', True, True),
    ('unknown', False, True), ('failed', False, False), ('dead', False, False), ('silence', True, False)])
STEPS = st.one_of(
    st.tuples(st.just('post'), st.sampled_from(['push', 'push,sms', 'sms', 'push,sms,email']), st.booleans()),
    st.tuples(st.just('send'), st.sampled_from(['fcm', 'sms', 'email']), st.lists(ANSWERS, min_size=1, max_size=4)),
    st.tuples(st.just('die'), st.sampled_from(['fcm'])),
    st.tuples(st.just('wait'), st.integers(1, 60 * 60 * 8)),
    st.tuples(st.just('look after')),
    st.tuples(st.just('receipt'), st.sampled_from(['delivered', 'opened']), st.integers(0, 5)),
    st.tuples(st.just('report'), st.sampled_from(['sent', 'delivered', 'failed']), st.integers(0, 5)),
    st.tuples(st.just('stop'), st.integers(0, 5)),
    st.tuples(st.just('consent'), st.sampled_from(['push', 'sms', 'email']), st.booleans()),
    st.tuples(st.just('address'), st.booleans()),
)
ENDS = {'sent', 'delivered', 'opened', 'failed', 'expired', 'cancelled'}
RANK = {'queued': 0, 'sending': 0, 'sent': 1, 'delivered': 2, 'opened': 3}


@tagged('-at_install', 'post_install')
class TestOutboxLaw(OutboxCommon):

    def setUp(self):
        super().setUp()
        # The examples are played on one connection, as if each step were a worker's.
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **values: 60.0))
        self.startPatcher(patch.object(self.env.cr, 'commit', lambda: None))
        self.registry_enter_test_mode()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(STEPS, min_size=3, max_size=14))
    def test_every_message_ends(self, steps):
        with self.env.cr.savepoint() as savepoint, freeze_time(fields.Datetime.now()) as clock:
            self.clock = clock
            self._play(steps)
            self.env.invalidate_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def _play(self, steps):
        # {attempt: what became of its parcels}.
        self.given = {}
        self.origins = self.Message
        self.seen = {}
        for name, *args in steps:
            getattr(self, f"_{name.replace(' ', '_')}")(*args)
            self.env.invalidate_all()
            self._check()
        # Whatever was left: the providers answer again, and time goes by.
        for _round in range(8):
            for code in ('fcm', 'sms', 'email'):
                self._send(code, [('sent', True, False)])
            self._look_after()
            self._wait(60 * 60 * 12)
        self.env.invalidate_all()
        for attempt in self.Message.search([('origin_id', 'in', self.origins.ids)]):
            self.assertIn(attempt.state, ENDS)
            if attempt.state in ('failed', 'expired', 'cancelled'):
                self.assertTrue(attempt.reason and attempt.ended_at)
            else:
                self.assertTrue(attempt.sent_at)
        self.assertFalse(self.origins.filtered(lambda origin: origin.fallback_at))

    def _check(self):
        for attempt, outcomes in self.given.items():
            statuses = Counter(outcomes)
            # Sent again only if it surely did not arrive, or once if nobody knew.
            self.assertLessEqual(statuses['unknown'] + statuses['silence'], 2, outcomes)
            self.assertLessEqual(statuses['sent'] + statuses['unknown'] + statuses['silence'], 2, outcomes)
            for status in ('sent', 'failed', 'dead'):
                self.assertNotIn(status, outcomes[:-1], "what is over is over")
            self.assertTrue(attempt)
        for message in self.origins | self.origins.delivery_ids:
            rank = RANK.get(message.state, 0)
            self.assertGreaterEqual(
                rank if message.state in RANK else 9, self.seen.get(message.id, 0), "no message goes back")
            if message.delivered_at:
                self.seen[message.id] = rank
            self.assertEqual(bool(message.claim), message.state == 'sending' and message.channel == 'push')

    def _answer(self, code, answers):
        found = iter(answers)

        def answer(parcel):
            status, _is_shown, is_fault = next(found, ('sent', True, False))
            self.given.setdefault(parcel.id, []).append(status)
            if status == 'silence':
                return None
            return Outcome(parcel.id, status, None if status == 'sent' else 'rejected', is_providers_fault=is_fault)

        self.providers[code].answer = answer

    # === STEPS === #

    def _post(self, channels, is_service):
        self.origins |= self.post(
            *channels.split(','), is_service=is_service,
            expires_at=fields.Datetime.now() + timedelta(hours=6))

    def _send(self, code, answers):
        self._answer(code, answers)
        self.Message._cron_send(code)

    def _die(self, code):
        if sender := self.sender(code):
            for parcel in self.Message._claim(sender, 1, execute_apart)[1]:
                self.given.setdefault(parcel.id, []).append('silence')

    def _wait(self, seconds):
        self.clock.tick(timedelta(seconds=seconds))

    def _look_after(self):
        self.Message._cron_look_after()

    def _some(self, number):
        return self.origins[number:number + 1]

    def _receipt(self, state, number):
        self.Message._receipt(self._some(number), state, device=self.phone)

    def _report(self, state, number):
        self.Message._report(self._some(number).delivery_ids.filtered(
            lambda attempt: attempt.channel != 'push'), state)

    def _stop(self, number):
        origin = self._some(number)
        if origin.delivery_ids.filtered(lambda attempt: attempt.state == 'queued'):
            origin.with_user(self.manager).action_cancel()

    def _consent(self, purpose, is_given):
        self.env['mobile.consent']._append(self.anna, self.company, {purpose: is_given}, 'import')

    def _address(self, is_there):
        self.phone.write({'push_provider': 'fcm' if is_there else False,
                          'push_address': 'address-of-anna' if is_there else False})
