import os
import random
import uuid
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..tools import plausibility
from . import walks
from .common import MobileCommon, MobileHttpCase


class VisitCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Visit = cls.env['mobile.visit']
        cls.Event = cls.env['mobile.event']
        cls.plane = walks.Plane(cls.store_near.latitude, cls.store_near.longitude)
        cls.now = fields.Datetime.now()
        # What happened before is nobody's.
        (cls.phone + cls.phone_ben).signed_in_at = cls.now - timedelta(days=8)

    def setUp(self):
        super().setUp()
        self.hurry()

    def _ago(self, **delta):
        return self.now - timedelta(**delta)

    def _fact(self, event_type, minutes, fence=None, **values):
        """Return what a phone reports of some minutes ago, at a fence."""
        if fence:
            values['geofence_id'] = fence.id
        return {'id': str(uuid.uuid4()), 'type': event_type, 'occurred_at': self._ago(minutes=minutes), **values}

    def _position(self, minutes, metres, accuracy=10.0, **values):
        """Return a position so far east of the store in Brussels."""
        latitude, longitude = self.plane.degrees(metres, 0)
        return self._fact(
            'position', minutes, latitude=latitude, longitude=longitude, accuracy=accuracy, **values)

    def _report(self, *facts, device=None):
        accepted, _duplicates, rejected = self.Event._record(device or self.phone, list(facts))
        self.assertEqual((accepted, rejected), (len(facts), []))
        return self.Event.search([('uuid', 'in', [fact['id'] for fact in facts])])

    def _visits(self, partner=None):
        return self.Visit.search([('partner_id', '=', (partner or self.anna).id)], order='entered_at, store_id, id')

    def _told(self, *types):
        """Return the facts that the server worked out."""
        return self.Event.search([('origin', '=', 'server'), ('type', 'in', types)], order='occurred_at, id')

    def assertVisits(self, *expected, partner=None):
        """Assert which visits there are, as (store, minutes ago from, to, sure)."""
        self.env.invalidate_all()

        def minutes(moment):
            return moment and round((self.now - moment).total_seconds() / 60, 2)

        self.assertEqual([
            (visit.store_id, minutes(visit.entered_at), minutes(visit.left_at) or None, visit.is_sure)
            for visit in self._visits(partner)], list(expected))


@tagged('-at_install', 'post_install')
class TestVisit(VisitCase):

    # === FROM WHAT PHONES SAY === #

    def test_enter_and_exit_are_a_visit(self):
        self._report(self._fact('enter', 60, self.fence_near))
        visit = self._visits()
        self.assertVisits((self.store_near, 60, None, False))
        self._report(self._fact('exit', 15, self.fence_near))
        self.assertEqual(self._visits(), visit)
        self.assertVisits((self.store_near, 60, 15, True))
        self.assertEqual((visit.device_id, visit.company_id, visit.source, visit.last_seen_at),
                         (self.phone, self.company, 'phone', self._ago(minutes=60)))
        self.assertAlmostEqual(visit.duration, 0.75)

    def test_fences_of_one_store_are_one_visit(self):
        car_park = self.fence_near.copy({'radius': 500, 'name': "Car park"})
        around = self.fence_near.copy({'radius': 5000, 'name': "Neighbourhood", 'is_visit': False})
        self._report(
            self._fact('enter', 90, around), self._fact('enter', 60, car_park),
            self._fact('enter', 55, self.fence_near),
            self._fact('exit', 20, self.fence_near), self._fact('exit', 15, car_park), self._fact('exit', 5, around))
        self.assertVisits((self.store_near, 60, 15, True))

    def test_an_exit_that_never_came_elsewhere(self):
        self._report(self._fact('enter', 60, self.fence_near))
        self._report(self._fact('enter', 20, self.fence_far))
        self.assertVisits((self.store_near, 60, 20, False), (self.store_far, 20, None, False))

    def test_an_exit_without_an_enter_is_no_visit(self):
        self._report(self._fact('exit', 20, self.fence_near))
        self.assertVisits()
        self._report(self._fact('enter', 50, self.fence_near))
        self.assertVisits((self.store_near, 50, 20, True))

    def test_an_exit_that_never_came_silence(self):
        self._report(self._fact('enter', 239, self.fence_near))
        self.assertVisits((self.store_near, 239, None, False))
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(minutes=2)):
            self.env['mobile.presence']._follow_due(10)
        self.assertVisits((self.store_near, 239, -1, False))
        # The last sign of life was later than we knew.
        self._report(self._fact('scan', 120, store_id=self.store_near.id, barcode='4006381333931'))
        self.assertVisits((self.store_near, 239, None, False))

    def test_closing_time_ends_it(self):
        noon = self.now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
        local = noon.replace(tzinfo=ZoneInfo('UTC')).astimezone(ZoneInfo('Europe/Brussels'))
        closes = local.hour + 1
        self.store_near.calendar_id = self.env['resource.calendar'].create({
            'name': "Mornings", 'company_id': self.company.id, 'tz': 'Europe/Brussels',
            'attendance_ids': [(5, 0, 0), *((0, 0, {
                'name': "Open", 'dayofweek': str(day), 'hour_from': 6, 'hour_to': closes}) for day in range(7))]})
        report = {'id': str(uuid.uuid4()), 'type': 'enter', 'occurred_at': noon, 'geofence_id': self.fence_near.id}
        self._report(report)
        self.assertEqual(self._visits().left_at, noon + timedelta(hours=1))
        self.assertFalse(self._visits().is_sure)

    def test_what_is_doubted_makes_none(self):
        self._report(self._fact('enter', 60, self.fence_near, latitude=51.9, longitude=4.3525, accuracy=5.0))
        self.assertVisits()

    def test_an_anonymous_phone_makes_none(self):
        self._report(self._fact('enter', 5, self.fence_near), device=self._make_device())
        self.assertFalse(self.Visit.search([('company_id', '=', self.company.id)]))

    def test_two_phones_of_one_customer(self):
        second = self._make_device(platform='ios')
        second._sign_in(self.anna_user)
        second.signed_in_at -= timedelta(days=1)
        self._report(self._fact('enter', 60, self.fence_near))
        self._report(self._fact('enter', 58, self.fence_near), device=second)
        self._report(self._fact('exit', 30, self.fence_near), device=second)
        self._report(self._fact('exit', 31, self.fence_near))
        self.assertVisits((self.store_near, 60, 31, True), (self.store_near, 58, 30, True))
        self.assertEqual(self._visits().mapped('is_returning'), [False, False])
        self._report(self._fact('enter', 10, self.fence_far))
        self.assertEqual(self._visits().mapped('is_returning'), [False, False, True])

    def test_a_late_first_visit_makes_the_others_returning(self):
        self._report(self._fact('enter', 60, self.fence_near), self._fact('exit', 50, self.fence_near))
        self.assertFalse(self._visits().is_returning)
        self._report(self._fact('enter', 600, self.fence_far), self._fact('exit', 500, self.fence_far))
        self.assertEqual(self._visits().mapped('is_returning'), [False, True])
        self._report(self._fact('enter', 30, self.fence_near), device=self.phone_ben)
        self.assertFalse(self._visits(self.ben).is_returning)

    def test_weekday_and_hour_are_the_stores(self):
        self.store_near.tz = 'Pacific/Auckland'
        report = self._fact('enter', 60, self.fence_near)
        self._report(report)
        local = report['occurred_at'].replace(tzinfo=ZoneInfo('UTC')).astimezone(ZoneInfo('Pacific/Auckland'))
        self.assertEqual((self._visits().weekday, self._visits().hour), (str(local.weekday()), local.hour))

    def test_the_store_counts_visits(self):
        self._report(self._fact('enter', 60, self.fence_near), self._fact('exit', 50, self.fence_near),
                     self._fact('enter', 40, self.fence_near))
        self.assertEqual(self.store_near.visit_count, 2)
        self.assertEqual(self.Visit.search(self.store_near.action_view_visits()['domain']), self._visits()[::-1])

    def test_what_nobody_will_end_ends(self):
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))
        self._report(self._fact('enter', 60, self.fence_near), self._fact('scan', 50, barcode='1',
                     store_id=self.store_near.id))
        self._report(self._fact('enter', 40, self.fence_far), device=self.phone_ben)
        self.fence_near.unlink()
        self.env['mobile.presence']._cron_follow()
        self.assertVisits((self.store_near, 60, 50, False))
        self.assertVisits((self.store_far, 40, None, False), partner=self.ben)

    # === FROM POSITIONS === #

    def test_positions_make_visits_and_facts(self):
        self.campaign.trigger = 'exit'
        self._report(*(self._position(minutes, metres) for minutes, metres in (
            (40, 900), (35, 150), (34, 20), (20, 0), (12, 230), (8, 900))))
        self.assertVisits((self.store_near, 35, 12, True))
        self.assertEqual(self._visits().source, 'position')
        told = self._told('enter', 'exit')
        self.assertEqual([(event.type, event.occurred_at, event.geofence_id, event.partner_id) for event in told], [
            ('enter', self._ago(minutes=35), self.fence_near, self.anna),
            ('exit', self._ago(minutes=12), self.fence_near, self.anna)])
        self.assertEqual(told.decision_ids.outcome, 'sent')
        self.assertFalse(told.filtered('latitude'), "the fact holds no position")

    def test_a_crossing_is_answered_once(self):
        self.campaign.write({'max_per_customer': 9, 'cooldown_hours': 0})
        self._report(self._position(10, 900), self._position(8, 0))
        self.assertEqual(len(self.campaign.decision_ids), 1)
        # The phone's own word comes, then a position from before.
        self._report(self._fact('enter', 6, self.fence_near))
        self._report(self._position(9, 20))
        self._report(self._position(5, 0))
        self.assertEqual(len(self.campaign.decision_ids), 1)
        self.assertVisits((self.store_near, 9, None, False))
        self.assertEqual(len(self._told('enter')), 1)
        # And the other way round.
        self._report(self._fact('enter', 7, self.fence_near), device=self.phone_ben)
        self._report(self._position(9, 900), self._position(8, 100), self._position(6, 0), device=self.phone_ben)
        self.assertEqual(len(self.campaign.decision_ids), 2)

    def test_what_is_known_of_a_day_ago_stays(self):
        """Positions are coarse by then, and what followed from them is not lost to a late fact."""
        self._report(self._position(1600, 900), self._position(1590, 0), self._position(1560, 900))
        self.assertVisits((self.store_near, 1590, 1560, False))
        self.Event._coarsen_positions(100)
        self._report(self._fact('enter', 1530, self.fence_far), self._fact('exit', 1520, self.fence_far))
        self._report(self._fact('scan', 1588, store_id=self.store_near.id, barcode='4006381333931'))
        self.assertEqual([(visit.store_id, visit.entered_at, visit.left_at) for visit in self._visits()], [
            (self.store_near, self._ago(minutes=1590), self._ago(minutes=1560)),
            (self.store_far, self._ago(minutes=1530), self._ago(minutes=1520))])

    # === IN WHATEVER ORDER === #

    def _rows_of(self, device):
        self.env.cr.execute(SQL(
            """SELECT store_id, entered_at, left_at, last_seen_at, source, is_sure, is_returning, duration, weekday,
                      hour
                 FROM mobile_visit WHERE device_id = %s ORDER BY entered_at, store_id""", device.id))
        return self.env.cr.fetchall()

    def _forget(self, device):
        for table in ('mobile_visit', 'mobile_presence', 'mobile_event'):
            self.env.cr.execute(SQL('DELETE FROM %s WHERE device_id = %s', SQL.identifier(table), device.id))
        self.env.invalidate_all()

    def _scenario(self, rng):
        """Return facts of some hours of one phone: walks by position, what it says itself, scans, gaps, noise."""
        points, facts = walks.path(rng, rng.choice((1.4, 8)), 5, rng.choice((400, 1500))), []
        step, hours = rng.choice((20, 60, 180)), rng.choice((1, 5, 40))
        start = self.now - timedelta(hours=hours) - timedelta(seconds=len(points))
        for fix in walks.receive(rng, self.plane, points, step, 8.0, gaps=0.05, poor=0.05)[:120]:
            facts.append({
                'id': str(uuid.UUID(int=rng.getrandbits(128), version=4)), 'type': 'position',
                'occurred_at': start + timedelta(seconds=fix.seconds), 'latitude': fix.latitude,
                'longitude': fix.longitude, 'accuracy': fix.accuracy})
        for _ in range(rng.randint(0, 12)):
            event_type = rng.choice(('enter', 'exit', 'enter', 'exit', 'dwell', 'scan'))
            fence = rng.choice((self.fence_near, self.fence_near, self.car_park, self.fence_far))
            at = start + timedelta(seconds=rng.randint(0, max(len(points), 3600 * hours) - 1))
            facts.append({
                'id': str(uuid.UUID(int=rng.getrandbits(128), version=4)), 'type': event_type, 'occurred_at': at,
                **({'store_id': fence.store_id.id, 'barcode': '1'} if event_type == 'scan' else
                   {'geofence_id': fence.id})})
        return facts

    def test_there_and_back(self):
        minutes = ((600, self.fence_near), (590, self.fence_far), (580, self.fence_near), (570, self.fence_far))
        for ago, fence in minutes:
            self._report(self._fact('enter', ago, fence))
        self.assertVisits(
            (self.store_near, 600, 590, False), (self.store_far, 590, 580, False), (self.store_near, 580, 570, False),
            (self.store_far, 570, 330, False))

    def test_a_late_exit_parts_what_was_one_visit(self):
        car_park = self.fence_near.copy({'radius': 150, 'longitude': self.plane.degrees(420, 0)[1]})
        self._report(self._fact('enter', 60, self.fence_near), self._fact('enter', 40, car_park))
        self.assertVisits((self.store_near, 60, None, False))
        self._report(self._fact('exit', 45, self.fence_near))
        self.assertVisits((self.store_near, 60, 45, True), (self.store_near, 40, None, False))
        # It came back through the door, which is another visit; from there it went to its car.
        self._report(self._fact('enter', 44, self.fence_near))
        self.assertVisits((self.store_near, 60, 45, True), (self.store_near, 44, None, False))

    def test_who_was_given_up_and_left_later_stays_so(self):
        self._report(self._fact('enter', 1700, self.fence_near))
        self.assertVisits((self.store_near, 1700, 1460, False))
        self._report(self._fact('exit', 1000, self.fence_near))
        self.assertVisits((self.store_near, 1700, 1000, True))
        self._report(self._fact('enter', 700, self.fence_far))
        self.assertVisits((self.store_near, 1700, 1000, True), (self.store_far, 700, 460, False))

    def test_order_and_batches_do_not_matter(self):
        """Any order, any batches, any repeats: the visits are those of one batch in the right order."""
        self.campaign.state = 'paused'
        # What is doubted is doubted in the order in which it comes, and is not about visits any more.
        self.startPatcher(patch.object(plausibility, 'judge', lambda facts, known, tracks: None))
        self.car_park = self.fence_near.copy({'radius': 150, 'longitude': self.plane.degrees(420, 0)[1]})

        count = 300 if os.environ.get('MOBILE_CRM_FULL') == '1' else 25

        @settings(max_examples=count, deadline=None, derandomize=True, database=None,
                  suppress_health_check=list(HealthCheck))
        @given(st.integers(0, 2 ** 32), st.integers(1, 7), st.booleans())
        def check(seed, batches, is_shuffled):
            rng = random.Random(seed)
            facts = self._scenario(rng)
            self._forget(self.phone)
            with patch.object(self.registry['ir.cron'], '_trigger'):
                self.Event._record(self.phone, sorted(facts, key=lambda fact: fact['occurred_at']))
                expected = self._rows_of(self.phone)
                self._forget(self.phone)
                if is_shuffled:
                    rng.shuffle(facts)
                else:
                    facts.sort(key=lambda fact: fact['occurred_at'])
                for number in range(batches):
                    batch = facts[number::batches] if is_shuffled else facts[
                        number * len(facts) // batches:(number + 1) * len(facts) // batches]
                    if batch:
                        self.Event._record(self.phone, batch + batch[:2])
            self.assertEqual(self._rows_of(self.phone), expected)

        check()


@tagged('-at_install', 'post_install')
class TestVisitConsent(VisitCase):

    def _decide(self, granted):
        self.env['mobile.consent']._append(
            self.anna, self.company, {'location': granted}, 'device', device_uuid=self.phone.uuid)

    def test_no_visit_without_consent(self):
        self._decide(False)
        self._report(self._fact('enter', 5, self.fence_near))
        self.assertVisits()
        self._decide(True)
        # What happened, and what was reported, in between is not used afterwards.
        self._report(self._fact('exit', 1, self.fence_near))
        self.assertVisits()

    def test_withdrawal_ends_what_is_under_way(self):
        self._report(self._fact('enter', 300, self.fence_far), self._fact('exit', 200, self.fence_far),
                     self._fact('enter', 60, self.fence_near))
        self._decide(False)
        self.assertEqual(len(self._visits()), 2)
        visit = self._visits()[1]
        self.assertTrue(visit.left_at)
        self.assertFalse(visit.is_sure)
        self.assertFalse(self.env['mobile.presence'].search([('partner_id', '=', self.anna.id)]))
        before = self._visits().read()
        self._decide(True)
        self._report(self._fact('exit', 30, self.fence_near))
        self.env.invalidate_all()
        self.assertEqual(self._visits().read(), before, "the past is settled")

    def test_other_customers_go_on(self):
        self._report(self._fact('enter', 60, self.fence_near), device=self.phone_ben)
        self._decide(False)
        self.assertVisits((self.store_near, 60, None, False), partner=self.ben)


@tagged('-at_install', 'post_install')
class TestDwell(VisitCase):

    def setUp(self):
        super().setUp()
        self.fence_near.write({'on_dwell': True, 'loitering_delay': 300})
        self.campaign.trigger = 'dwell'
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def _run(self, **later):
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(**later)):
            self.env['mobile.presence']._cron_follow()

    def test_fires_when_due(self):
        cron = self.env.ref('mobile_crm.ir_cron_mobile_presence')
        before = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self._report(self._fact('enter', 3, self.fence_near))
        trigger = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]) - before
        self.assertEqual(trigger.call_at, self._ago(minutes=-2))
        self._run(minutes=1)
        self.assertFalse(self._told('dwell'))
        self._run(minutes=2)
        dwell = self._told('dwell')
        self.assertEqual((dwell.occurred_at, dwell.partner_id, dwell.geofence_id, dwell.decision_ids.outcome),
                         (self._ago(minutes=-2), self.anna, self.fence_near, 'sent'))
        self._run(minutes=3)
        self._run(minutes=30)
        self.assertEqual(self._told('dwell'), dwell)
        self.assertEqual(len(self.campaign.decision_ids), 1)

    def test_not_for_who_has_left(self):
        self._report(self._fact('enter', 9, self.fence_near))
        self._report(self._fact('exit', 7, self.fence_near))
        self._run()
        elsewhere = self.fence_near.copy({'latitude': self.fence_near.latitude + 0.03, 'on_dwell': False})
        self._report(self._fact('enter', 6, self.fence_near))
        self._report(self._fact('enter', 3, elsewhere))
        self._run()
        self.assertFalse(self._told('dwell'))

    def test_the_phones_own_is_the_one(self):
        self._report(self._fact('enter', 9, self.fence_near), self._fact('dwell', 3, self.fence_near))
        self._run()
        self.assertFalse(self._told('dwell'))
        self.assertEqual(len(self.campaign.decision_ids), 1)

    def test_the_phones_own_comes_late(self):
        self.campaign.write({'max_per_customer': 9, 'cooldown_hours': 0})
        self._report(self._fact('enter', 9, self.fence_near))
        self._run()
        self._report(self._fact('dwell', 3, self.fence_near))
        self.assertEqual(len(self.campaign.decision_ids), 1)

    def test_of_positions_too(self):
        self._report(self._position(20, 900), self._position(9, 0))
        self._run()
        self.assertEqual(self._told('dwell').occurred_at, self._ago(minutes=4))
        self._report(self._position(1, 0))
        self._run()
        self.assertEqual(len(self._told('dwell')), 1)

    def test_every_stay_anew(self):
        self._report(self._fact('enter', 30, self.fence_near), self._fact('exit', 20, self.fence_near),
                     self._fact('enter', 10, self.fence_near))
        self._run()
        self.assertEqual(self._told('dwell').mapped('occurred_at'), [self._ago(minutes=5)])

    def test_too_late_for_the_campaign(self):
        self._report(self._fact('enter', 60, self.fence_near))
        self._run()
        self.assertEqual(self._told('dwell').decision_ids.reason, 'late_event')

    def test_the_past_is_forgotten(self):
        self._report(self._fact('enter', 60, self.fence_near), self._fact('exit', 30, self.fence_near))
        Presence = self.env['mobile.presence']
        Presence._gc_past()
        self.assertEqual(Presence.search_count([('device_id', '=', self.phone.id)]), 1)
        with patch.object(fields.Datetime, 'now', return_value=self.now + timedelta(days=10)):
            Presence._gc_past()
        self.assertFalse(Presence.search_count([('device_id', '=', self.phone.id)]))


@tagged('-at_install', 'post_install')
class TestVisitAnnounced(VisitCase, MobileHttpCase):

    def _announced(self):
        self.env.cr.precommit.run()
        messages = self.env['bus.bus'].sudo().search([('message', 'like', 'mobile_crm.visit')], order='id')
        return [(message.channel, message.message) for message in messages]

    def test_staff_hear_of_ids_alone(self):
        self._announced()
        self.env['bus.bus'].sudo().search([]).unlink()
        self._report(self._fact('enter', 60, self.fence_near))
        self._report(self._fact('exit', 50, self.fence_near))
        (channel, message), = self._announced()
        self.assertIn(f'"res.company",{self.company.id},"mobile_crm.visit"', channel)
        self.assertEqual(message, f'{{"type":"mobile_crm.visit","payload":{{"ids":[{self._visits().id}]}}}}')

    def test_nothing_is_said_of_another_sign_of_life(self):
        self._report(self._position(9, 900), self._position(8, 0))
        self._announced()
        self.env['bus.bus'].sudo().search([]).unlink()
        self._report(self._position(6, 0))
        self.assertEqual(self._visits().last_seen_at, self._ago(minutes=6))
        self.assertFalse(self._announced())

    def test_who_hears(self):
        def channels(user):
            with patch('odoo.addons.bus.models.ir_websocket.wsrequest', SimpleNamespace(
                    session=SimpleNamespace(uid=user.id))):
                found = self.env['ir.websocket'].with_user(user)._build_bus_channel_list([])
            return [channel for channel in found if isinstance(channel, tuple) and channel[1] == 'mobile_crm.visit']

        reader = new_test_user(
            self.env, login='visit_reader', groups='mobile_crm.group_mobile_crm_floor', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)])
        colleague = new_test_user(self.env, login='visit_colleague', groups='base.group_user')
        self.assertEqual(channels(reader), [(self.company, 'mobile_crm.visit')])
        for other in (colleague, self.anna_user, self.env.ref('base.public_user')):
            self.assertEqual(channels(other), [])

    def test_over_http(self):
        client = self.phone_of(self.phone)
        latitude, longitude = self.plane.degrees(5, 5)
        events = [
            {'id': str(uuid.uuid4()), 'type': 'position', 'occurred_at': self._ago(minutes=minutes).isoformat() + 'Z',
             'lat': latitude + away, 'lon': longitude, 'accuracy': 8.0}
            for minutes, away in ((9, 0.02), (6, 0.0), (2, 0.02))]
        self.assertEqual(client.post('/events', {'events': events[::-1]}).json['accepted'], 3)
        self.assertVisits((self.store_near, 6, 2, True))
        self.assertEqual(len(client.get('/messages').json['items']), 1)
