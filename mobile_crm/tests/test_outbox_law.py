"""Whatever happens to messages, in whatever order: each ends, and none is sent twice unless nobody knew."""
import os
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from ..tools.delivery import LEASE, Outcome
from ..tools.racing import execute_apart
from .outbox_common import OutboxCommon

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
EXAMPLES = 200 if FULL else 16
# To find the shortest way to a fault takes minutes.
PHASES = (Phase.explicit, Phase.generate, *((Phase.shrink,) if FULL else ()))
# What a provider makes of a parcel, and whether it was shown on the phone.
ANSWERS = st.sampled_from([
    ('sent', True, False), ('retry', False, False), ('retry', False, True), ('unknown', True, True),
    ('unknown', False, True), ('failed', False, False), ('dead', False, False), ('silence', True, False)])
UNKNOWN = ('unknown', True, False)
POST = st.tuples(st.just('post'), st.sampled_from(['push', 'push,sms', 'sms', 'push,sms,email']), st.booleans())
STEPS = st.one_of(
    POST,
    *[st.tuples(st.just('send'), st.just(code), st.lists(ANSWERS, min_size=1, max_size=3))
      for code in ('fcm', 'fcm', 'fcm', 'sms', 'email')],
    st.just(('crash', 'fcm')), st.just(('crash', 'fcm')),
    st.just(('look after',)),
    st.tuples(st.just('receipt'), st.sampled_from(['delivered', 'opened']), st.integers(0, 3)),
    *[st.tuples(st.just('report'), st.sampled_from(['sent', 'delivered', 'failed']), st.integers(0, 3))] * 2,
    st.tuples(st.just('stop'), st.integers(0, 3)),
    st.tuples(st.just('consent'), st.sampled_from(['push', 'sms', 'email']), st.booleans()),
    st.tuples(st.just('address'), st.booleans()),
)
# Minutes between two steps: enough for the next try, for a pause, for the next way, for the end.
WAITS = st.sampled_from([0, 1, 15, 15, 20, 40, 600])
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

    @example([('post', 'push', False)], [
        (('send', 'fcm', [UNKNOWN]), 0), (('send', 'fcm', [UNKNOWN]), 1), (('send', 'fcm', [UNKNOWN]), 15)])
    @example([('post', 'sms', False)], [
        (('send', 'sms', []), 0), (('report', 'delivered', 0), 1), (('report', 'sent', 0), 1),
        (('report', 'failed', 0), 1)])
    @settings(max_examples=EXAMPLES, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck),
              derandomize=True)
    @given(st.lists(POST, min_size=1, max_size=2), st.lists(st.tuples(STEPS, WAITS), min_size=4, max_size=14))
    def test_every_message_ends(self, posts, steps):
        with self.env.cr.savepoint() as savepoint, freeze_time(fields.Datetime.now()) as clock:
            self.clock = clock
            self._play([(post, 0) for post in posts] + steps)
            self.env.invalidate_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def _play(self, steps):
        # {attempt: what became of its parcels}.
        self.given = {}
        self.origins = self.Message
        self.seen = {}
        for (name, *args), minutes in steps:
            self._wait(60 * minutes)
            getattr(self, f"_{name.replace(' ', '_')}")(*args)
            self.env.invalidate_all()
            self._check()
        # Whatever was left: the providers answer again, and time goes by.
        for _round in range(8):
            for code in ('fcm', 'sms', 'email'):
                self._send(code, [('sent', True, False)])
            self._look_after()
            self._wait(60 * 60 * 20)
        self.env.invalidate_all()
        for attempt in self.Message.search([('origin_id', 'in', self.origins.ids)]):
            self.assertIn(attempt.state, ENDS)
            if attempt.state in ('failed', 'expired', 'cancelled'):
                self.assertTrue(attempt.reason and attempt.ended_at)
            else:
                self.assertTrue(attempt.sent_at)
        self.assertFalse(self.origins.filtered(lambda origin: origin.fallback_at))

    def _check(self):
        for outcomes in self.given.values():
            statuses = Counter(outcomes)
            # Sent again only if it surely did not arrive, or once if nobody knew.
            self.assertLessEqual(statuses['unknown'] + statuses['silence'], 2, outcomes)
            self.assertLessEqual(statuses['sent'] + statuses['unknown'] + statuses['silence'], 2, outcomes)
            for status in ('sent', 'failed', 'dead'):
                self.assertNotIn(status, outcomes[:-1], "what is over is over")
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
            expires_at=fields.Datetime.now() + timedelta(hours=24))

    def _send(self, code, answers):
        self._answer(code, answers)
        self.Message._cron_send(code)

    def _crash(self, code):
        """Let a worker die with one message in its hands, and another one notice."""
        if sender := self.sender(code):
            for parcel in self.Message._claim(sender, 1, execute_apart)[1]:
                self.given.setdefault(parcel.id, []).append('silence')
        self._wait(LEASE + 10)
        self._look_after()

    def _wait(self, seconds):
        self.clock.tick(timedelta(seconds=seconds))

    def _look_after(self):
        self.Message._cron_look_after()

    def _some(self, number):
        return self.origins[number % len(self.origins)]

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
