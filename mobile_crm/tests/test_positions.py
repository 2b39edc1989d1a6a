from datetime import timedelta
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import mobile_event_retention
from ..tools import geo
from .common import MobileHttpCase

POSITION = st.tuples(
    st.one_of(st.floats(-90, 90), st.floats(89.9, 90), st.floats(-90, -89.9)),
    st.one_of(st.floats(-180, 180), st.floats(179.98, 180), st.floats(-180, -179.98)))


@tagged('-at_install', 'post_install')
class TestPositions(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.Event = self.env['mobile.event']
        # A test cannot commit.
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def _event(self, ago=timedelta(), **values):
        """Return an event that happened a while ago; phones cannot report one that is older than a week."""
        here = {'latitude': 50.8467, 'longitude': 4.3525, 'accuracy': 10.0}
        self.enter(self.phone, self.fence_near, **{**here, **values})
        event = self.Event.search([('device_id', '=', self.phone.id)], order='id desc', limit=1)
        self.env.cr.execute(SQL(
            'UPDATE mobile_event SET occurred_at = %s WHERE id = %s', fields.Datetime.now() - ago, event.id))
        event.invalidate_recordset()
        return event

    # === THE GRID === #

    def _coarse(self, positions):
        latitude, longitude = geo.coarse(SQL('latitude'), SQL('longitude'))
        self.env.cr.execute(SQL(
            'SELECT %s, %s FROM (VALUES %s) AS position (latitude, longitude)', latitude, longitude,
            SQL(', ').join(SQL('(%s::float8, %s::float8)', *position) for position in positions)))
        return self.env.cr.fetchall()

    def test_no_point_moves_far_and_twice_is_once(self):
        @settings(max_examples=150, deadline=None, derandomize=True, database=None)
        @given(st.lists(POSITION, min_size=1, max_size=40))
        @example([(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0), (89.999999, 179.999999), (0.0, 0.0)])
        def check(positions):
            once = self._coarse(positions)
            self.assertEqual(self._coarse(once), once)
            for (latitude, longitude), (row, column) in zip(positions, once, strict=True):
                self.assertTrue(-90 <= row <= 90 and -180 <= column <= 180, (row, column))
                self.assertLess(geo.distance(latitude, longitude, row, column), geo.COARSE_REACH)

        check()

    def test_squares_are_as_wide_in_the_north(self):
        for latitude, widest in ((0.0, 101), (60.0, 51), (85.0, 10)):
            along = [(latitude, 10 + step / 1000) for step in range(1000)]
            self.assertLessEqual(len(set(self._coarse(along))), widest, latitude)

    def test_many_points_share_a_square(self):
        around = [(50.8467 + step / 10_000, 4.3525 + step / 10_000) for step in range(-20, 20)]
        self.assertLessEqual(len(set(self._coarse(around))), 4)

    # === THE DAILY WORK === #

    def test_exact_for_a_day(self):
        young, old = self._event(timedelta(hours=23)), self._event(timedelta(hours=25))
        self.Event._cron_forget_positions()
        self.assertEqual((young.latitude, young.longitude, young.accuracy, young.is_coarse),
                         (50.8467, 4.3525, 10.0, False))
        self.assertNotEqual((old.latitude, old.longitude), (50.8467, 4.3525))
        self.assertLess(geo.distance(50.8467, 4.3525, old.latitude, old.longitude), 1000)
        self.assertEqual((old.accuracy, old.is_coarse), (1010.0, True))
        before = old.read()
        self.Event._cron_forget_positions()
        self.assertEqual(old.read(), before)

    def test_erased_after_the_companys_days(self):
        self.company.mobile_position_days = 3
        kept, gone = self._event(timedelta(days=2, hours=23)), self._event(timedelta(days=3, hours=1))
        self.env.flush_all()
        self.Event._cron_forget_positions()
        self.assertTrue(kept.latitude)
        self.env.cr.execute(SQL(
            'SELECT latitude, longitude, accuracy, store_id FROM mobile_event WHERE id = %s', gone.id))
        self.assertEqual(self.env.cr.fetchone(), (None, None, None, self.store_near.id))

    def test_a_batch_is_not_all(self):
        for _ in range(3):
            self._event(timedelta(hours=25))
        self.assertEqual([self.Event._coarsen_positions(2) for _ in range(3)], [2, 1, 0])

    # === OLD REPORTS === #

    def test_old_reports_are_deleted_and_what_followed_stays(self):
        self.company.mobile_event_days = 30
        kept, gone = self._event(timedelta(days=29, hours=23)), self._event(timedelta(days=30, hours=1))
        other = self.env['res.company'].create({'name': "Other Shop", 'mobile_event_days': 365})
        elsewhere = self._event(timedelta(days=300))
        self.env.cr.execute(SQL('UPDATE mobile_event SET company_id = %s WHERE id = %s', other.id, elsewhere.id))
        decision = gone.decision_ids
        self.assertEqual(len(decision), 1)
        self.env.flush_all()
        self.Event._cron_prune()
        self.env.invalidate_all()
        self.assertEqual((kept | gone | elsewhere).exists(), kept | elsewhere)
        self.assertFalse(decision.event_id)
        self.assertEqual(decision.store_id, self.store_near)

    def test_a_batch_of_old_reports(self):
        events = self.Event
        for _ in range(5):
            events |= self._event(timedelta(days=900))
        self.startPatcher(patch.object(mobile_event_retention, 'BATCH', 2))
        with patch.object(type(self.env['ir.cron']), '_commit_progress', side_effect=[60.0, 60.0, 60.0]) as progress:
            self.Event._cron_prune()
        self.assertEqual([call.args[0] for call in progress.call_args_list], [2, 2, 1])
        self.assertFalse(events.exists())

    def test_the_job_stops_when_its_time_is_over(self):
        events = self._event(timedelta(days=900)) | self._event(timedelta(days=900))
        self.startPatcher(patch.object(mobile_event_retention, 'BATCH', 1))
        with patch.object(type(self.env['ir.cron']), '_commit_progress', return_value=0):
            self.Event._cron_prune()
        self.assertEqual(len(events.exists()), 1)

    # === POSITIONS THAT STAY ON THE PHONE === #

    def test_no_position_reaches_the_server(self):
        self.app.location_mode = 'on_device'
        client = self.phone_of(self.phone)
        here = {'lat': 50.8467, 'lon': 4.3525}
        for path in ('/stores', f'/stores/{self.store_near.id}', '/geofences'):
            answer = client.get(path, **here)
            self.assertProblem(answer, 422, 'invalid_request')
            self.assertEqual([error['loc'] for error in answer.json['errors']], [['query', 'lat'], ['query', 'lon']])
        self.assertEqual(client.get('/stores').status, 200)

    def test_events_come_without_a_position(self):
        self.app.location_mode = 'on_device'
        client, now = self.phone_of(self.phone), fields.Datetime.now().isoformat() + 'Z'
        ids = [f'0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f1{number}' for number in range(5)]
        events = [{'id': event_id, 'type': 'enter', 'occurred_at': now, 'geofence_id': self.fence_near.id, **extra}
                  for event_id, extra in zip(ids, (
                      {'lat': 50.8}, {'lon': 4.3}, {'accuracy': 5.0}, {'lat': 0.0, 'lon': 0.0}, {}), strict=True)]
        answer = client.post('/events', {'events': events}).json
        self.assertEqual(answer['accepted'], 1)
        self.assertEqual([(rejected['id'], rejected['code']) for rejected in answer['rejected']],
                         [(event_id, 'position_not_accepted') for event_id in ids[:4]])
        self.assertEqual(self.env['mobile.decision'].search([('partner_id', '=', self.anna.id)]).outcome, 'sent')

    def test_all_fences_page_by_page(self):
        self.app.location_mode = 'on_device'
        client, seen, cursor = self.phone_of(self.phone), [], None
        other = self.env['res.company'].create({'name': "Other Shop"})
        self._make_store("Elsewhere", "Brussels", 'base.be', 50.85, 4.35, other)
        while True:
            answer = client.get('/geofences', limit=1, **({'cursor': cursor} if cursor else {})).json
            seen += [item['id'] for item in answer['items']]
            self.assertGreater(answer['refresh']['radius'], 20_000_000)
            cursor = answer['next_cursor']
            if not cursor:
                break
        self.assertEqual(seen, [self.fence_near.id, self.fence_far.id])

    def test_elsewhere_a_position_is_needed(self):
        answer = self.phone_of(self.phone).get('/geofences')
        self.assertProblem(answer, 422, 'invalid_request')
        self.assertEqual([error['loc'] for error in answer.json['errors']], [['query', 'lat'], ['query', 'lon']])
