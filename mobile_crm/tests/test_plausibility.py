from datetime import UTC, datetime, timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.mobile_event import DOUBTS
from .common import MobileHttpCase

BRUSSELS, PARIS = (50.8467, 4.3525), (48.8566, 2.3522)


@tagged('-at_install', 'post_install')
class TestPlausibility(MobileHttpCase):
    """What phones report with wrong clocks, twice, or falsely."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.Event = self.env['mobile.event']

    def _event(self, kind='enter', ago=0, place=None, **values):
        """Return a report of something that happened so many seconds ago by a right clock, at a place."""
        if kind in ('enter', 'exit', 'dwell'):
            values = {'geofence_id': self.fence_near.id, **values}
        if place:
            values = {'lat': place[0], 'lon': place[1], 'accuracy': 12.5, **values}
        return {'id': str(uuid4()), 'type': kind, **values,
                'occurred_at': (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()}

    def _report(self, *events, client=None, sent_ago=None):
        body = {'events': list(events)}
        if sent_ago is not None:
            body['sent_at'] = (datetime.now(UTC) - timedelta(seconds=sent_ago)).isoformat()
        answer = (client or self.client).post('/events', body)
        self.assertEqual(answer.status, 200, answer.content)
        self.env.invalidate_all()
        return answer.json

    def _stored(self, *events):
        return self.Event.search([('uuid', 'in', [event['id'] for event in events])], order='id')

    def assertDoubt(self, doubt, *events):
        """Assert that the last of these reports is stored with this doubt, and the ones before without."""
        self.assertEqual(self._stored(*events).mapped('doubt'), [False] * (len(events) - 1) + [doubt])

    def assertAgo(self, event, seconds):
        """Assert when an event happened, as it is stored."""
        self.assertAlmostEqual(
            self._stored(event).occurred_at, fields.Datetime.now() - timedelta(seconds=seconds),
            delta=timedelta(seconds=20))

    # === CLOCKS === #

    def test_a_clock_that_is_wrong_is_put_right(self):
        # It is two hours fast, and then, after a reboot, two years slow.
        for number, wrong in enumerate((7200, -63_072_000)):
            event = self._event(ago=60 - wrong, kind='scan', barcode=f'590123412345{number}')
            self.assertEqual(self._report(event, sent_ago=-wrong)['accepted'], 1)
            self.assertAgo(event, 60)
            stored = self._stored(event)
            self.assertFalse(stored.doubt)
            self.assertAlmostEqual(
                (stored.reported_at - stored.occurred_at).total_seconds(), wrong, delta=5)
            self.assertAlmostEqual(self.phone.clock_offset, -wrong, delta=5)
        right = self._event('scan', barcode='5901234123459')
        self._report(right, sent_ago=0)
        self.assertEqual(self.phone.clock_offset, 0)
        self.assertFalse(self._stored(right).reported_at)

    def test_an_offer_comes_also_with_a_wrong_clock(self):
        self._report(self._event(ago=3600), sent_ago=3600)
        self.assertEqual(len(self.client.get('/offers').json['items']), 1)

    def test_a_short_delay_is_no_wrong_clock(self):
        event = self._event(ago=100)
        self._report(event, sent_ago=20)
        self.assertAgo(event, 100)
        self.assertFalse(self._stored(event).reported_at)

    def test_without_sent_at_a_clock_that_is_fast_is_doubted(self):
        early, newest = self._event('scan', ago=-600, barcode='59'), self._event(ago=-7200)
        self.assertEqual(self._report(early, newest)['accepted'], 2)
        self.assertEqual(self._stored(early, newest).mapped('doubt'), ['clock', 'clock'])
        self.assertAgo(newest, 0)
        self.assertAgo(early, 6600)
        self.assertEqual(self.client.get('/offers').json['items'], [])
        self.assertEqual(self._stored(newest).decision_ids.reason, 'doubtful_event')

    def test_too_old_is_judged_by_the_right_clock(self):
        event = self._event(ago=3600 * 24 * 9)
        receipt = self._report(event, sent_ago=3600 * 24 * 3)
        self.assertEqual(receipt['accepted'], 1)
        other = self.phone_of(self.phone_ben)
        receipt = self._report(self._event(ago=3600 * 24 * 9), client=other, sent_ago=3600 * 24)
        self.assertEqual([rejected['code'] for rejected in receipt['rejected']], ['too_old'])

    def test_at_the_end_of_all_calendars(self):
        for instant, code in (('9999-12-31T23:59:59Z', 'in_future'), ('0001-01-01T00:00:00Z', 'too_old')):
            event = {**self._event('scan', barcode='59'), 'occurred_at': instant}
            for sent_at in ('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'):
                answer = self.client.post('/events', {'events': [event], 'sent_at': sent_at})
                self.assertEqual(answer.status, 200)
                if answer.json['rejected']:
                    self.assertIn(answer.json['rejected'][0]['code'], ('in_future', 'too_old'), code)

    def test_what_was_told_before_the_clock_was_set(self):
        self._report(self._event('scan', ago=3600 * 24 * 400, barcode='59'), sent_ago=3600 * 24 * 400)
        before, after = self._event(ago=3600 * 24 * 400), self._event('scan', ago=60, barcode='60')
        self.assertEqual(self._report(before, after, sent_ago=0)['accepted'], 2)
        self.assertAgo(before, 0)
        self.assertAgo(after, 60)

    def test_a_request_that_is_held_up(self):
        for held, offset in ((0, 0), (120, 0), (240, 0), (245, 245), (250, 245), (0, 0)):
            self._report(self._event('view'), sent_ago=held)
            self.assertAlmostEqual(self.phone.clock_offset, offset, delta=5)

    def test_the_same_event_again_by_another_clock(self):
        event = self._event(ago=600)
        self._report(event, sent_ago=0)
        before = self._stored(event).read()
        self.assertEqual(self._report(event, sent_ago=7200), {'accepted': 0, 'duplicates': 1, 'rejected': []})
        self.assertEqual(self._stored(event).read(), before)
        self.assertEqual(self.phone.clock_offset, 0, "nothing new is no measurement")

    def test_a_clock_that_is_set_again_and_again(self):
        events = []
        for day in range(1, 5):
            events.append(self._event(ago=-86400 * day))
            self.hurry()
            self._report(events[-1], sent_ago=-86400 * day)
            # One request is received after the other.
            self.env.cr.execute(SQL("UPDATE mobile_event SET received_at = received_at - interval '1 minute'"))
        self.assertEqual(self._stored(*events).mapped('doubt'), [False, False, False, 'clock'])

    # === THE SAME THING TWICE === #

    def test_what_is_said_twice_within_a_minute(self):
        for values in ({'kind': 'enter'}, {'kind': 'scan', 'barcode': '59'}, {'kind': 'search', 'query': 'tea'},
                       {'kind': 'view', 'product_id': self.product.id}, {'kind': 'position', 'place': BRUSSELS}):
            with self.subTest(**values):
                first, again, later = (self._event(ago=ago, **values) for ago in (200, 150, 100))
                self.assertEqual(self._report(first)['accepted'], 1)
                self.assertEqual(self._report(again, later), {'accepted': 1, 'duplicates': 1, 'rejected': []})
                self.assertEqual(len(self._stored(first, again, later)), 2)

    def test_within_one_batch_and_out_of_order(self):
        first, again = self._event(ago=50), self._event(ago=20)
        self.assertEqual(self._report(again, first)['duplicates'], 1)
        self.assertEqual(self._stored(first, again).uuid, first['id'])
        early = self._event(ago=100)
        self.assertEqual(self._report(early)['duplicates'], 1)

    def test_not_the_same(self):
        events = [
            self._event(ago=10), self._event(ago=10, geofence_id=self._second_fence().id), self._event('dwell', ago=9),
            self._event('scan', ago=10, barcode='59'), self._event('scan', ago=10, barcode='60'),
            self._event('position', ago=10, place=BRUSSELS), self._event('position', ago=5, place=(50.8468, 4.3525)),
            self._event('view', ago=2), self._event('view', ago=1)]
        self.assertEqual(self._report(*events)['accepted'], len(events))
        other = self.phone_of(self.phone_ben)
        self.assertEqual(self._report(self._event(ago=10), client=other)['accepted'], 1)

    def _second_fence(self):
        return self.fence_near.copy({'radius': 400.0})

    def test_who_left_in_between_has_come_again(self):
        events = [self._event(ago=50), self._event('exit', ago=30), self._event(ago=10)]
        self.assertEqual(self._report(*events)['accepted'], 3)
        self.assertEqual(self._report(self._event('exit', ago=5))['accepted'], 1)

    def test_a_doubtful_one_does_not_stand_in_the_way(self):
        false, true = self._event(ago=30, mocked=True), self._event(ago=10)
        self._report(false)
        self.assertEqual(self._report(true)['accepted'], 1)
        self.assertFalse(self._stored(true).doubt)
        self.assertEqual(self._report(self._event(ago=5, mocked=True))['duplicates'], 1)

    # === DOUBTS === #

    def test_each_doubt_has_words(self):
        for _doubt, words in DOUBTS:
            self.assertTrue(words)

    def test_mocked(self):
        honest, mocked = self._event('exit', mocked=False), self._event(mocked=True)
        self._report(honest, mocked)
        self.assertDoubt('mocked', honest, mocked)
        self.assertEqual(self.client.get('/offers').json['items'], [])

    def test_accuracy(self):
        for accuracy, doubt in ((0, False), (0.5, False), (260, False), (261, 'inaccurate')):
            event = self._event(place=BRUSSELS, accuracy=accuracy)
            self.hurry()
            self._report(event)
            self.assertDoubt(doubt, event)
        leaving = self._event('exit', place=BRUSSELS, accuracy=5000)
        self._report(leaving)
        self.assertDoubt(False, leaving)

    def test_the_edge_of_a_polygon_counts(self):
        # Eleven kilometres of a street: its circle holds half the town.
        latitude, longitude = BRUSSELS
        self.fence_near.polygon = {'type': 'Polygon', 'coordinates': [[
            [longitude, latitude - 0.05], [longitude + 0.003, latitude - 0.05],
            [longitude + 0.003, latitude + 0.05], [longitude, latitude + 0.05], [longitude, latitude - 0.05]]]}
        for east, doubt in ((0.001, False), (0.008, False), (0.02, 'far_from_fence'), (0.5, 'far_from_fence')):
            with self.subTest(east=east):
                self.hurry()
                event = self._event(place=(latitude + 0.02, longitude + east))
                self._report(event)
                self.assertDoubt(doubt, event)

    def test_two_places_at_once(self):
        here, there = self._event('position', ago=120, place=BRUSSELS), self._event('position', ago=60, place=PARIS)
        self._report(here)
        self._report(there)
        self.assertDoubt('impossible_speed', here, there)
        back = self._event('position', ago=1, place=BRUSSELS)
        self._report(back)
        self.assertDoubt(False, back)

    def test_a_late_fact_is_held_against_its_neighbours(self):
        before, after = self._event('position', ago=3000, place=BRUSSELS), self._event('position', place=BRUSSELS)
        self._report(before, after)
        # Two thirds of an hour to Paris, and a third of one back: there is no such plane.
        late = self._event('position', ago=600, place=PARIS)
        self._report(late)
        self.assertDoubt('impossible_speed', late)

    def test_two_stores_without_positions(self):
        here, there = self._event(ago=300), self._event(ago=120, geofence_id=self.fence_far.id)
        self._report(here, there)
        self.assertDoubt('impossible_speed', here, there)

    def test_who_crosses_at_the_speed_of_a_plane_does_not_come_in(self):
        before = self._event('position', ago=300, place=(BRUSSELS[0] + 0.6, BRUSSELS[1]))
        enter = self._event(ago=60, place=BRUSSELS)
        self._report(before, enter)
        self.assertDoubt('too_fast', before, enter)

    def test_a_flight(self):
        before, after = self._event('position', ago=7200, place=BRUSSELS), self._event(
            place=PARIS, geofence_id=self.fence_far.id)
        self._report(before, after)
        self.assertDoubt(False, before, after)

    def _track(self, ago=3000, start=0.0):
        """Return a walk of ten fixes, ten seconds apart."""
        return [self._event('position', ago=ago - 10 * step, accuracy=8.0 + step % 3, place=(
            50.84670001 + start + 0.0001 * step, 4.35250001 + 0.00001 * (step * step % 7))) for step in range(10)]

    def test_a_track_comes_again(self):
        walk = self._track()
        self._report(*walk)
        self.assertDoubt(False, *walk)
        again = self._track(ago=1000)
        self._report(*again)
        self.assertEqual(self._stored(*again).mapped('doubt'), [False] * 5 + ['replayed'] * 5)
        # Another phone of the same customer, and then somebody else's, who may go the same way.
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        second = self._track(ago=950)
        self._report(*second, client=self.phone_of(tablet))
        self.assertEqual(self._stored(*second).mapped('doubt'), [False] * 5 + ['replayed'] * 5)
        elsewhere, other = self._track(ago=900), self.phone_of(self.phone_ben)
        for event in elsewhere:
            self._report(event, client=other)
        self.assertDoubt(False, *elsewhere)
        new = self._track(ago=500, start=0.00001)
        self._report(*new)
        self.assertDoubt(False, *new)

    def test_the_fingerprint_goes_with_the_positions(self):
        self._report(*self._track())
        count = SQL('SELECT count(track) FROM mobile_event WHERE device_id = %s', self.phone.id)
        self.assertEqual(self.env.execute_query(count), [(5,)])
        self.Event._forget_positions_of(self.anna, self.company)
        self.assertEqual(self.env.execute_query(count), [(0,)])

    def test_the_same_fix_at_each_crossing(self):
        events = [self._event(kind, ago=ago, place=BRUSSELS) for kind, ago in (
            ('enter', 4000), ('exit', 3000), ('enter', 2000), ('exit', 1000))]
        self._report(*events)
        self.assertDoubt('frozen', *events)
        coming = [self._event(ago=ago, place=(50.8468, 4.3525)) for ago in (900, 800, 700, 600, 500)]
        self._report(*coming)
        self.assertDoubt(False, *coming)
        nested = [self._event(ago=300, place=(50.847, 4.3525), geofence_id=fence.id)
                  for fence in (self.fence_near, self._second_fence(), self._second_fence())]
        self._report(*nested)
        self.assertDoubt(False, *nested)

    def test_without_consent_positions_are_not_made_use_of(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'location': False}, 'device')
        for place, ago in ((BRUSSELS, 60), (PARIS, 30)):
            event = self._event('view', ago=ago, place=place)
            self._report(event)
            self.assertDoubt(False, event)
