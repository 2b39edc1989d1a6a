"""The queue of stores that wait for a position: who gets into it, how fast it goes, and what it survives."""
import contextlib
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models.mobile_geocoder import MobileGeocoder
from .geocoding_common import START, GeocodingCommon
from .geocoding_server import find

HOUSE = "Main Street 1, 1000 Brussels, Belgium"


@tagged('-at_install', 'post_install')
class TestGeocodeQueue(GeocodingCommon):

    def _progress(self, user=None):
        with self.enter_registry_test_mode():
            return self.env['mobile.geocoder'].with_user(user or self.manager).with_company(self.company).progress()

    # === WHO WAITS === #

    def test_a_store_without_a_position_waits(self):
        store = self.make_store()
        self.assertEqual((store.geocode_state, store.geocode_address), ('waiting', HOUSE))

    def test_a_store_with_a_position_does_not_wait(self):
        self.assertEqual(self.make_store(latitude=50.1, longitude=4.1).geocode_state, 'manual')
        self.assertEqual(self.make_store(longitude=4.1).geocode_state, 'manual')
        located = self.env['res.partner'].create({
            'name': "Located", 'city': "Brussels", 'partner_latitude': 50.1, 'partner_longitude': 4.1})
        store = self.env['mobile.store'].create({'name': "Located", 'partner_id': located.id})
        self.assertEqual(store.geocode_state, 'manual')
        waiting = self.make_store()
        waiting.partner_id.write({'partner_latitude': 50.1, 'partner_longitude': 4.1})
        self.assertEqual((waiting.geocode_state, waiting.latitude), ('manual', 50.1))
        null_island = self.make_store(latitude=0, longitude=0, is_located=True)
        self.assertEqual(null_island.geocode_state, 'manual')

    def test_a_position_that_is_taken_away(self):
        store = self.make_store(latitude=50.1, longitude=4.1)
        self.assertEqual(store.geocode_state, 'manual')
        store.is_located = False
        self.assertEqual(store.geocode_state, 'none')
        waiting = self.make_store()
        # An import of a file whose columns are empty.
        waiting.write({'latitude': False, 'longitude': False})
        self.assertEqual(waiting.geocode_state, 'waiting')

    def test_a_store_without_an_address_has_nothing_to_wait_for(self):
        store = self.env['mobile.store'].create({
            'name': "Nowhere", 'partner_id': self.env['res.partner'].create({'name': "Nowhere"}).id})
        self.assertEqual(store.geocode_state, 'none')
        store.partner_id.city = "Brussels"
        self.assertEqual(store.geocode_state, 'waiting')

    def test_who_moves_waits_again(self):
        self.choose('mobile_photon')
        store = self.make_store()
        self.work()
        before = store.latitude
        self.assertEqual(store.geocode_state, 'found')
        store.partner_id.write({'phone': '+32 2 000 00 00', 'street': "Main Street 1"})
        self.assertEqual(store.geocode_state, 'found', "the address is the same")
        store.partner_id.street = "Other Street 2"
        self.assertEqual((store.geocode_state, store.latitude), ('waiting', before))
        self.work()
        self.assertEqual(store.geocode_state, 'found')
        self.assertNotEqual(store.latitude, before)

    def test_the_cron_is_woken_once(self):
        cron = self.env.ref('mobile_crm.mobile_store_geocode_cron')
        triggers = self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)])
        self.make_store()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(len(self.triggers()), triggers, "no service is set")
        self.choose('mobile_photon')
        for number in range(3):
            self.make_store(f"Main Street {number}")
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(len(self.triggers()), triggers + 1)

    # === WHAT COMES OF IT === #

    def test_a_store_is_located(self):
        self.choose('mobile_nominatim')
        store, expected = self.make_store(), find(HOUSE)
        fence = self.env['mobile.geofence'].create({'name': "Door", 'store_id': store.id, 'radius': 100})
        self.work()
        self.assertAlmostEqual(store.latitude, expected.latitude, 6)
        self.assertAlmostEqual(store.longitude, expected.longitude, 6)
        self.assertEqual((store.geocode_state, store.geocode_confidence, store.geocode_matched),
                         ('found', 1.0, expected.label))
        self.assertTrue(store.geocoded_at)
        self.assertAlmostEqual(fence.latitude, expected.latitude, 6)

    def test_a_doubtful_position_is_kept_apart_until_somebody_accepts_it(self):
        self.choose('mobile_photon')
        store = self.make_store("Vague Street 1")
        self.work()
        self.assertEqual((store.geocode_state, store.latitude, store.longitude), ('doubtful', 0, 0))
        self.assertIn("street", store.geocode_reason)
        self.assertLess(store.geocode_confidence, 0.75)
        store.with_user(self.manager).action_geocode_accept()
        self.assertEqual(store.geocode_state, 'manual')
        self.assertAlmostEqual(store.latitude, find("Vague Street 1, 1000 Brussels, Belgium").latitude, 6)
        self.assertFalse(store.geocode_check)

    def test_the_threshold_is_a_setting(self):
        self.choose('mobile_photon')
        self.env['ir.config_parameter'].set_param('mobile_crm.geocoder.threshold', '0.5')
        store = self.make_store("Vague Street 1")
        self.work()
        self.assertEqual(store.geocode_state, 'found')

    def test_an_address_that_nobody_knows(self):
        self.choose('mobile_here')
        store = self.make_store("Nowhere 1")
        self.work()
        self.assertEqual(store.geocode_state, 'not_found')
        self.assertTrue(store.geocode_check)

    # === WHAT WAS ENTERED BY HAND === #

    def test_what_was_entered_by_hand_is_never_overwritten(self):
        self.choose('mobile_photon')
        waiting, found = self.make_store("Main Street 1"), self.make_store("Main Street 2")
        self.work()
        self.assertEqual(found.geocode_state, 'found')
        waiting.partner_id.street = "Main Street 3"
        waiting.write({'latitude': 50.5, 'longitude': 4.5})
        found.write({'latitude': 50.5, 'longitude': 4.6})
        asked = len(self.server.asked)
        found.partner_id.street = "Main Street 4"
        self.work()
        self.assertEqual(len(self.server.asked), asked)
        for store, longitude in ((waiting, 4.5), (found, 4.6)):
            self.assertEqual((store.geocode_state, store.latitude, store.longitude), ('manual', 50.5, longitude))
        self.assertIn("changed", found.geocode_reason, "somebody should look at it")
        found.with_user(self.manager).action_geocode_confirm()
        self.assertFalse(found.geocode_reason)

    def test_address_and_position_written_at_once(self):
        self.choose('mobile_photon')
        store = self.make_store()
        other = store.partner_id.copy({'street': "Other Street 2"})
        store.write({'partner_id': other.id, 'latitude': 50.5, 'longitude': 4.5})
        self.work()
        self.assertEqual((store.geocode_state, store.latitude), ('manual', 50.5))

    def test_who_moves_the_store_while_the_service_is_asked_wins(self):
        self.choose('mobile_photon')
        store = self.make_store()
        ask = MobileGeocoder._find

        def find_slowly(geocoder, *args, **kwargs):
            places = ask(geocoder, *args, **kwargs)
            geocoder.env['mobile.store'].browse(store.id).write({'latitude': 50.5, 'longitude': 4.5})
            geocoder.env.flush_all()
            return places

        with patch.object(MobileGeocoder, '_find', find_slowly):
            self.work()
        self.assertEqual((store.geocode_state, store.latitude), ('manual', 50.5))

    def test_several_at_once_leave_out_those_by_hand(self):
        self.choose('mobile_photon')
        by_hand, other = self.make_store(latitude=50.5, longitude=4.5), self.make_store("Main Street 2")
        (by_hand + other).with_user(self.manager).action_geocode()
        self.work()
        self.assertEqual((by_hand.geocode_state, by_hand.latitude), ('manual', 50.5))
        self.assertEqual(other.geocode_state, 'found')

    # === HOW FAST === #

    def test_the_rate_is_kept(self):
        self.choose('mobile_photon', mobile_requests_per_second=2)
        for number in range(4):
            self.make_store(f"Main Street {number}")
        self.work()
        self.assertEqual(len(self.server.asked), 4)
        self.assertEqual(self.waits, [0.5] * 3)

    def test_workers_share_the_rate(self):
        provider = self.choose('mobile_photon', mobile_requests_per_second=1)
        Meter = self.env['mobile.geocode.meter']
        with self.enter_registry_test_mode():
            slots = [Meter._take(provider, START, timedelta(seconds=10)) for _ in range(3)]
            # Another host's clock is behind.
            slots.append(Meter._take(provider, START - timedelta(seconds=4), timedelta(seconds=10)))
            self.assertIsNone(Meter._take(provider, START, timedelta(seconds=1)), "nobody waits for so long")
        self.assertEqual(slots, [START + timedelta(seconds=second) for second in range(4)])

    def test_the_quota_is_kept_until_the_next_day(self):
        provider = self.choose('mobile_here', mobile_requests_per_day=2)
        stores = [self.make_store(f"Main Street {number}") for number in range(5)]
        self.work()
        self.assertEqual(len(self.server.asked), 2)
        midnight = datetime(2026, 3, 3)
        self.assertEqual(self.triggers()[-1], midnight + timedelta(seconds=1))
        progress = self._progress()
        self.assertEqual((progress['state'], progress['waiting']), ('paused', 3))
        self.assertIn("used up", progress['message'])
        self.clock += timedelta(hours=1)
        self.work()
        self.assertEqual(len(self.server.asked), 2)
        with self.enter_registry_test_mode(), self.assertRaises(UserError):
            stores[4].with_user(self.manager).action_geocode()
        self.clock = midnight
        self.work()
        self.assertEqual(len(self.server.asked), 4)
        self.assertEqual(self.meter(provider).used, 2)

    # === WHEN THE SERVICE DOES NOT ANSWER === #

    def test_a_wrong_key_stops_the_queue_and_burns_nothing(self):
        provider = self.choose('mobile_mapbox')
        provider._mobile_set_key('wrong')
        stores = [self.make_store(f"Main Street {number}") for number in range(5)]
        self.work()
        self.work()
        self.assertEqual(len(self.server.asked), 1)
        self.assertEqual({store.geocode_state for store in stores}, {'waiting'})
        self.assertEqual({store.geocode_attempts for store in stores}, {0})
        progress = self._progress()
        self.assertEqual(progress['state'], 'stopped')
        self.assertIn("key", progress['message'])
        told = self.env['mail.message'].search([('partner_ids', 'in', self.manager.partner_id.ids)])
        self.assertIn("key", told.body)
        with self.enter_registry_test_mode():
            self.env['res.config.settings'].create({
                'geoloc_provider_id': provider.id, 'mobile_geocoder_key': 'a-secret-key-123'}).execute()
        self.work()
        self.assertEqual({store.geocode_state for store in stores}, {'found'})

    def test_who_asks_too_fast_comes_back_when_told(self):
        self.choose('mobile_nominatim')
        store = self.make_store()
        self.server.faults.append('excess')
        self.work()
        self.assertEqual((store.geocode_state, store.geocode_attempts), ('waiting', 0))
        self.assertEqual(self.triggers()[-1], START + timedelta(seconds=121))
        self.clock += timedelta(seconds=119)
        self.work()
        self.assertEqual(len(self.server.asked), 1)
        self.clock += timedelta(seconds=1)
        self.work()
        self.assertEqual(store.geocode_state, 'found')

    def test_an_absurd_retry_after_is_not_believed(self):
        self.choose('mobile_photon')
        self.make_store()
        self.server.faults.append((429, {'Retry-After': '99999999999999999999'}, ''))
        self.work()
        self.assertLess(self.triggers()[-1], START + timedelta(days=1, seconds=2))

    def test_an_outage_is_met_with_patience(self):
        self.choose('mobile_photon')
        stores = [self.make_store(f"Main Street {number}") for number in range(6)]
        self.server.faults += [(503, {}, '')] * 5
        self.work()
        self.assertEqual(len(self.server.asked), 3, "three failures in a row are enough")
        self.assertEqual(self._progress()['state'], 'running')
        pauses = []
        while self.server.faults:
            resume = self.triggers()[-1]
            pauses.append(round((resume - self.clock).total_seconds()))
            self.clock = resume
            self.work()
        self.assertEqual(pauses, [61, 121])
        for _ in range(5):
            self.clock += timedelta(hours=2)
            self.work()
        self.assertEqual({store.geocode_state for store in stores}, {'found'})

    def test_an_address_that_the_service_fails_at_does_not_hold_up_the_others(self):
        self.choose('mobile_photon')
        poison, other = self.make_store("Poison Street 1"), self.make_store("Main Street 1")
        for _ in range(5):
            self.server.faults.append('hang_up')
            self.work()
            self.clock += timedelta(hours=3)
        self.assertEqual(other.geocode_state, 'found')
        self.assertEqual(poison.geocode_state, 'failed')
        self.assertEqual(self.server.texts.count(poison.geocode_address), 5)
        self.assertTrue(poison.geocode_check)
        with self.enter_registry_test_mode():
            poison.with_user(self.manager).action_geocode()
        self.assertEqual(poison.geocode_state, 'found')

    def test_an_address_that_is_not_understood_is_not_asked_again(self):
        self.choose('mobile_here')
        store = self.make_store()
        self.server.faults.append((400, {}, '{"title": "Malformed request"}'))
        self.work()
        self.assertEqual(store.geocode_state, 'failed')

    def test_without_a_service_of_staffs_choice_nothing_is_asked(self):
        store = self.make_store()
        self.env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', False)
        self.work()
        self.assertEqual(store.geocode_state, 'waiting')
        progress = self._progress()
        self.assertEqual(progress['state'], 'unset')
        self.assertIn("settings", progress['message'])

    # === STOP, RESUME, RESTART === #

    def test_a_manager_stops_and_resumes(self):
        self.choose('mobile_photon')
        store = self.make_store()
        geocoder = self.env['mobile.geocoder']
        with self.enter_registry_test_mode():
            for user in (self.salesperson, self.anna_user):
                for method in ('action_stop', 'action_resume'):
                    with self.assertRaises(AccessError):
                        getattr(geocoder.with_user(user), method)()
            geocoder.with_user(self.manager).action_stop()
        self.work()
        self.assertEqual((store.geocode_state, self._progress()['state']), ('waiting', 'stopped'))
        with self.enter_registry_test_mode():
            geocoder.with_user(self.manager).action_resume()
        self.work()
        self.assertEqual(store.geocode_state, 'found')

    def test_who_was_killed_loses_one_question(self):
        self.choose('mobile_photon')
        stores = [self.make_store(f"Main Street {number}") for number in range(3)]
        ask = MobileGeocoder._ask

        def die(geocoder, *args):
            ask(geocoder, *args)
            if len(self.server.asked) == 2:
                raise KeyboardInterrupt
            return []

        # Odoo's assertRaises would roll back what the worker has committed.
        with patch.object(MobileGeocoder, '_ask', die), contextlib.suppress(KeyboardInterrupt):
            self.work()
        self.work()
        self.assertEqual([store.geocode_state for store in stores], ['not_found', 'waiting', 'found'])
        self.clock += timedelta(minutes=1)
        self.work()
        self.assertEqual(stores[1].geocode_state, 'found')
        self.assertEqual([self.server.texts.count(store.geocode_address) for store in stores], [1, 2, 1])

    def test_workers_do_not_take_the_same_store(self):
        provider = self.choose('mobile_photon')
        stores = [self.make_store(f"Main Street {number}") for number in range(3)]
        self.env.flush_all()
        with self.enter_registry_test_mode():
            claims = [self.env['mobile.store']._claim_next(provider, self.env['mobile.geocoder']._now())
                      for _ in range(4)]
        self.assertEqual({claim[0] for claim in claims[:3]}, {store.id for store in stores})
        self.assertIsNone(claims[3])

    def test_an_archived_store_is_not_asked_for(self):
        self.choose('mobile_photon')
        self.make_store(active=False)
        self.work()
        self.assertEqual(self.server.asked, [])

    # === THE CACHE === #

    def test_the_same_address_is_asked_once(self):
        self.choose('mobile_photon')
        stores = [self.make_store(street) for street in ("Main Street 1", "MAIN street 1", "Main  Street, 1")]
        self.work()
        self.assertEqual(len(self.server.asked), 1)
        self.assertEqual({store.geocode_state for store in stores}, {'found'})
        self.assertEqual(len({(store.latitude, store.longitude) for store in stores}), 1)
        self.assertIn("same position", stores[0].geocode_reason)

    def test_also_that_an_address_is_not_known_is_kept(self):
        self.choose('mobile_photon')
        self.make_store("Nowhere 1")
        self.make_store("Nowhere 1")
        self.work()
        self.assertEqual(len(self.server.asked), 1)

    def test_answers_expire_as_the_terms_demand(self):
        self.choose('mobile_google', mobile_cache_days=30)
        store = self.make_store()
        self.work()
        for days, asked in ((29, 1), (2, 2)):
            self.clock += timedelta(days=days)
            with self.enter_registry_test_mode():
                store.with_user(self.manager).action_geocode()
            self.assertEqual(len(self.server.asked), asked)
        self.env['mobile.geocode.cache'].search([]).expires_at = datetime(2020, 1, 1)
        self.env.flush_all()
        self.env['mobile.geocode.cache']._gc_expired()
        self.assertFalse(self.env['mobile.geocode.cache'].search([]))

    def test_another_service_is_asked_anew(self):
        store = self.make_store()
        for tech_name in ('mobile_photon', 'mobile_here', 'mobile_photon'):
            self.choose(tech_name)
            with self.enter_registry_test_mode():
                store.with_user(self.manager).action_geocode()
        self.assertEqual([asked.service for asked in self.server.asked], ['mobile_photon', 'mobile_here'])

    def test_two_workers_with_one_address_ask_once(self):
        provider = self.choose('mobile_photon')
        first, second = self.make_store(), self.make_store()
        Cache = self.env['mobile.geocode.cache']
        key = Cache._key(provider, HOUSE, 'BE')
        with self.enter_registry_test_mode():
            # The other worker is asking at this moment.
            self.assertEqual(Cache._look_up(key, START, START + timedelta(seconds=40)), (None, True))
        self.work()
        self.assertEqual((self.server.asked, first.geocode_state, second.geocode_state), ([], 'waiting', 'waiting'))
        with self.enter_registry_test_mode():
            Cache._store(key, [], START + timedelta(days=1))
        self.clock += timedelta(seconds=6)
        self.work()
        self.assertEqual((self.server.asked, first.geocode_state, second.geocode_state), ([], 'not_found', 'not_found'))

    # === WHAT STAFF SEE === #

    def test_progress(self):
        self.choose('mobile_photon', mobile_requests_per_second=2)
        located = self._progress()
        self.assertEqual((located['state'], located['located'], located['total']), ('done', 2, 2))
        for number in range(6):
            self.make_store(f"Main Street {number}")
        progress = self._progress()
        self.assertEqual((progress['state'], progress['located'], progress['total'], progress['waiting']),
                         ('running', 2, 8, 6))
        self.assertEqual(progress['seconds'], 3)
        self.assertTrue(progress['may_change'])
        self.assertFalse(self._progress(self.salesperson)['may_change'])
        with self.assertRaises(AccessError):
            self._progress(self.anna_user)

    def test_another_companys_stores(self):
        self.choose('mobile_photon')
        other = self.env['res.company'].create({'name': "Other"})
        self.env.user.company_ids += other
        theirs = self.make_store(company=other)
        stranger = new_test_user(
            self.env, login='geocoding_stranger', groups='mobile_crm.group_mobile_crm_manager',
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.assertEqual(self._progress(stranger)['waiting'], 0)
        for method in ('action_geocode', 'action_geocode_accept', 'action_geocode_confirm'):
            with self.assertRaises(AccessError):
                getattr(theirs.with_user(stranger), method)()
        near = self.make_store(latitude=50.5, longitude=4.5)
        theirs.write({'latitude': 50.5, 'longitude': 4.5})
        self.assertFalse(near.geocode_check, "at one place with a store that is nobody's business here")

    def test_who_may_press_the_buttons(self):
        store = self.make_store()
        for user in (self.salesperson, self.anna_user):
            for method in ('action_geocode', 'action_geocode_accept', 'action_geocode_confirm'):
                with self.assertRaises(AccessError):
                    getattr(store.with_user(user), method)()

    def test_customers_do_not_see_how_a_store_was_located(self):
        store = self.make_store()
        for user in (self.anna_user, self.env.ref('base.public_user')):
            with self.assertRaises(AccessError):
                store.with_user(user).read(['geocode_matched'])

    def test_a_store_far_from_the_others_of_its_city(self):
        stores = [self.make_store(f"Main Street {number}", latitude=50.85 + number / 100, longitude=4.35)
                  for number in range(4)]
        self.assertFalse([store.geocode_reason for store in stores if store.geocode_check])
        stores[2].longitude = 5.35
        self.env.invalidate_all()
        self.assertEqual([store.geocode_check for store in stores], [False, False, True, False])
        self.assertIn("far", stores[2].geocode_reason)
        self.assertEqual(self.env['mobile.store'].search(
            [('geocode_check', '=', True), ('company_id', '=', self.company.id)]), stores[2])
        self.assertNotIn(stores[2], self.env['mobile.store'].search([('geocode_check', '=', False)]))

    def test_cities_on_the_date_line(self):
        stores = [self.make_store(f"Main Street {number}", latitude=-16.8, longitude=longitude)
                  for number, longitude in enumerate((179.99, -179.99, 179.95, -179.95))]
        self.assertFalse([store for store in stores if store.geocode_check])

    def test_two_stores_at_one_place(self):
        stores = [self.make_store(f"Main Street {number}", latitude=50.85, longitude=4.35) for number in range(2)]
        self.assertTrue(all(store.geocode_check for store in stores))
        stores[1].active = False
        self.env.invalidate_all()
        self.assertFalse(stores[0].geocode_check)

    # === ONE STORE, AT ONCE === #

    def test_a_store_is_located_while_somebody_waits(self):
        self.choose('mobile_photon')
        store = self.make_store(latitude=50.5, longitude=4.5)
        with self.enter_registry_test_mode():
            action = store.with_user(self.manager).action_geocode()
        self.assertEqual(action['params']['type'], 'success')
        self.assertEqual(store.geocode_state, 'found')
        self.assertAlmostEqual(store.latitude, find(HOUSE).latitude, 6)

    def test_a_store_without_an_address_is_not_asked_for(self):
        self.choose('mobile_photon')
        store = self.make_store()
        store.partner_id.write({'zip': False, 'city': False})
        with self.assertRaisesRegex(UserError, "postcode"):
            store.with_user(self.manager).action_geocode()

    def test_the_answer_that_comes_too_late_is_dropped(self):
        """A worker that was away for longer than its claim writes nothing: another one has the store."""
        provider = self.choose('mobile_photon')
        store = self.make_store()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            store_id, claim = self.env['mobile.store']._claim_next(provider, START)
            self.env.cr.execute(SQL(
                'UPDATE mobile_store SET geocode_due_at = %s WHERE id = %s', claim + timedelta(minutes=5), store.id))
            with self.registry.cursor() as cr, mute_logger('odoo.sql_db'):
                self.env(cr=cr)['mobile.store']._geocode_claimed(store_id, claim)
        self.assertEqual(store.geocode_state, 'waiting')
