import random
import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from . import walks
from .common import MobileHttpCase
from .test_visit import VisitCase


@tagged('-at_install', 'post_install')
class TestVisitBounds(VisitCase):
    """Where a visit ends that no phone ends, and what of a phone's word counts when it comes from elsewhere or late."""

    def test_the_next_customer_of_a_phone_at_the_same_fence(self):
        for sign_out_first in (False, True):
            with self.subTest(sign_out_first=sign_out_first):
                self._report(self._fact('enter', 10, self.fence_near))
                if sign_out_first:
                    self.phone._sign_out()
                self.phone._sign_in(self.ben_user)
                visit = self._visits()[-1]
                self.assertAlmostEqual(visit.left_at, fields.Datetime.now(), delta=timedelta(seconds=9))
                self.assertFalse(visit.is_sure)
                self.phone.signed_in_at = self._ago(minutes=5)
                self._report(self._fact('enter', 2, self.fence_near))
                self.assertEqual(self._visits(self.ben)[-1].entered_at, self._ago(minutes=2))
                self.phone._sign_in(self.anna_user)
                self.phone.signed_in_at = self._ago(minutes=15)

    def test_nobody_stays_who_has_signed_out(self):
        self.fence_near.on_dwell = True
        self._report(self._fact('enter', 2, self.fence_near))
        self.phone._sign_out()
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=6)):
            self.env['mobile.presence']._follow_due(10)
        self.assertFalse(self._told('dwell'))
        self.assertTrue(self._visits().left_at)

    def test_who_comes_again_at_once_has_been_there_before(self):
        def sign_in_again():
            self.phone._sign_out()
            self.phone._sign_in(self.anna_user)

        def agree_again():
            for granted in (False, True):
                self.env['mobile.consent']._append(
                    self.anna, self.company, {'location': granted}, 'device', device_uuid=self.phone.uuid)

        self.fence_near.on_dwell = True
        for again in (sign_in_again, agree_again):
            with self.subTest(again.__name__):
                self._report(self._fact('enter', 2, self.fence_near))
                before = self._visits()
                for minutes, act in ((1, again), (3, None), (9, 'due')):
                    with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=minutes)):
                        if act == 'due':
                            self.env['mobile.presence']._follow_due(10)
                        elif act:
                            act()
                        else:
                            self._report({
                                **self._fact('enter', 0, self.fence_near), 'occurred_at': fields.Datetime.now()})
                self.assertEqual(self._visits() & before, before)
                self.assertEqual(len(self._visits()), len(before) + 1)
                self.phone._sign_out()
                self.Visit.search([]).unlink()
                self.env['mobile.presence'].sudo().search([]).unlink()
                self.Event.search([]).unlink()
                self.phone._sign_in(self.anna_user)
                self.phone.signed_in_at = self._ago(days=1)

    def test_who_signs_in_again_is_still_there(self):
        self._report(self._fact('enter', 2, self.fence_near))
        self.phone._sign_in(self.anna_user)
        self.assertVisits((self.store_near, 2, None, False))

    def test_nobody_stays_whose_consent_has_lapsed(self):
        self.fence_near.on_dwell = True
        self._report(self._fact('enter', 2, self.fence_near))
        wording = self.env['mobile.consent.wording'].search([('purpose', '=', 'location'), ('state', '=', 'current')])
        wording.counts_from = wording.version + 1
        self.env.flush_all()
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=6)):
            self.assertTrue(self.env['mobile.presence']._follow_due(10))
            self.assertFalse(self.env['mobile.presence']._follow_due(10))
        self.assertFalse(self._told('dwell'))
        self.assertTrue(self._visits().left_at)

    def test_years_of_other_calendars(self):
        ends = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)
        for sent_at in (None, *ends):
            facts = [{'id': str(uuid.uuid4()), 'type': 'search', 'query': 'x', 'occurred_at': instant}
                     for instant in (*ends, self.now + timedelta(hours=1))]
            self.Event._record(self.phone, facts, sent_at)
        said = self.Event.search([
            ('device_id', '=', self.phone.id), ('reported_at', '!=', False)]).mapped('reported_at')
        self.assertEqual((min(said), max(said)), (datetime(1970, 1, 1), datetime(2100, 1, 1)))

    def test_a_phone_that_says_late_what_the_server_has_told(self):
        self.fence_near.on_dwell = True
        campaign = self.campaign.copy({'trigger': 'dwell', 'max_per_customer': 9, 'cooldown_hours': 0})
        campaign.action_start()
        self._report(self._fact('enter', 6, self.fence_near))
        self.env['mobile.presence']._follow_due(10)
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=10)):
            self._report(self._fact('dwell', -8, self.fence_near))
            self.assertEqual(self._decided(campaign), ['server'])
            # Another stay.
            self._report(self._fact('exit', -9, self.fence_near))
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=40)):
            self._report(self._fact('enter', -20, self.fence_near), self._fact('dwell', -26, self.fence_near))
            self.assertEqual(self._decided(campaign), ['phone', 'server'])

    def _decided(self, campaign):
        return sorted(self.env['mobile.decision'].search([('campaign_id', '=', campaign.id)]).event_id.mapped('origin'))


@tagged('-at_install', 'post_install')
class TestReplayedTrack(MobileHttpCase):
    """A track of the past hour, by somebody who has signed in a moment ago."""

    def _fresh(self, number):
        phone = self.registered_phone()
        phone.sign_in(number)
        phone.put('/me/consents', {'location': True})
        return phone

    def test_each_crossing_once_in_whatever_order(self):
        fences = [self.fence_near]
        plane = walks.Plane(self.store_near.latitude, self.store_near.longitude)
        for number, metres in enumerate((700, 1500, 2600, 3400)):
            latitude, longitude = plane.degrees(metres, 30)
            _store, fence = self._make_store(f"Store {number}", "Brussels", 'base.be', latitude, longitude)
            fences.append(fence)
            if number == 2:
                fences.append(fence.copy({'radius': 500, 'name': "Wide"}))
        rng = random.Random(8)
        now = datetime.now(UTC)
        points = [(-400 + 15 * step, 0) for step in range(300)]
        orders = list, reversed, lambda batches: rng.sample(batches, len(batches))
        for turn, order in enumerate(orders):
            with self.subTest(turn):
                phone = self._fresh(f'+3247599880{turn}')
                device = self.env['mobile.device'].search([('uuid', '=', phone.device_id)])
                events = []
                for step, (x, y) in enumerate(points):
                    latitude, longitude = plane.degrees(x + rng.gauss(0, 4), y + rng.gauss(0, 4))
                    events.append({
                        'id': str(uuid.uuid4()), 'type': 'position', 'lat': latitude, 'lon': longitude, 'accuracy': 8.0,
                        'occurred_at': (now - timedelta(seconds=3500 - 10 * step)).isoformat()})
                batches = [events[start:start + 50] for start in range(0, 300, 50)]
                for batch in order(batches):
                    for _twice in range(2):
                        answer = phone.post('/events', {'events': batch, 'sent_at': datetime.now(UTC).isoformat()})
                        self.assertEqual((answer.status, answer.json['rejected']), (200, []))
                self.env.invalidate_all()
                told = self.env['mobile.event'].search([('device_id', '=', device.id), ('origin', '=', 'server')])
                self.assertEqual(
                    sorted(told.mapped(lambda event: (event.geofence_id.id, event.type))),
                    sorted((fence.id, kind) for fence in fences for kind in ('enter', 'exit')))
                self.assertFalse(self.env['mobile.event'].search([
                    ('device_id', '=', device.id), ('doubt', '!=', False)]))
                visits = self.env['mobile.visit'].search([('device_id', '=', device.id)])
                self.assertEqual(sorted(visits.store_id.ids), sorted({fence.store_id.id for fence in fences}))
                self.assertEqual(len(visits), 5)
                self.assertFalse(self.env['mobile.decision'].search([('device_id', '=', device.id)]))
