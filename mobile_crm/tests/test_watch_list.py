import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ..models import mobile_geofence
from ..tools import geo
from . import brute_force
from .test_geo import GeoCase
from .test_polygon import geojson, star

# Where fences crowd: in a town, at the date line, at a pole.
TOWNS = [(48.85, 2.35), (-17.7, 179.99), (89.99, 30.0)]


@tagged('-at_install', 'post_install')
class TestWatchList(GeoCase):

    def _fences(self, centres):
        store = self._stores([(0.0, 0.0)])
        return self.env['mobile.geofence'].create([{
            'store_id': store.id, 'latitude': latitude, 'longitude': longitude, 'radius': radius,
        } for latitude, longitude, radius in centres])

    def test_no_fence_outside_the_answer_is_reached_within_the_ring(self):
        rng = random.Random(7)
        for around in ((48.85, 2.35), (-17.7, 179.95), (89.9, 0.0)):
            fences = self._fences([
                (max(-90, min(90, around[0] + rng.gauss(0, 0.5))), (around[1] + rng.gauss(0, 0.5) + 180) % 360 - 180,
                 rng.choice((100, 150, 800, 5000)))
                for _ in range(120)])
            for platform, most in mobile_geofence.FENCES_PER_PLATFORM.items():
                chosen, ring = self.env['mobile.geofence']._watch_list(self.company, *around, platform, 100)
                self.assertLessEqual(len(chosen), most)
                chosen_ids = {fence.id for fence in chosen}
                edges = {
                    fence.id: geo.distance(*around, fence.latitude, fence.longitude) - fence.radius
                    for fence in fences if fence.id not in chosen_ids}
                reached = [edge for edge in edges.values() if edge < ring - 0.5]
                if ring > mobile_geofence.MIN_REFRESH:
                    self.assertFalse(reached, f'{platform}: a fence left out lies within the ring')
                self.assertEqual(
                    [fence.edge for fence in chosen], sorted(fence.edge for fence in chosen), "nearest edge first")
            fences.unlink()

    def test_a_large_fence_behind_many_small_ones_is_watched(self):
        """Its centre is farther than those of the others, and its edge is nearer."""
        degree = math.pi * geo.EARTH_RADIUS / 180
        large = self._fences([(metres / degree, 0.0, 100) for metres in range(10_000, 14_000, 100)]
                             + [(15_000 / degree, 0.0, 14_000)])[-1]
        [chosen], ring = self.env['mobile.geofence']._watch_list(self.company, 0.0, 0.0, 'ios', 1)
        self.assertEqual((chosen.id, round(chosen.edge)), (large.id, 1000))
        self.assertAlmostEqual(ring, 9_900, delta=1)

    def test_a_phone_far_from_everything_asks_again_all_the_same(self):
        self.assertEqual(
            self.env['mobile.geofence']._watch_list(self.company, 0.0, 0.0, 'ios', 20),
            ([], mobile_geofence.FAR_REFRESH))

    def test_a_closed_store_has_no_fences(self):
        fences = self._fences([(1.0, 1.0, 100)])
        self.assertEqual(len(self.env['mobile.geofence']._watch_list(self.company, 1.0, 1.0, 'ios', 20)[0]), 1)
        fences.store_id.active = False
        self.assertFalse(self.env['mobile.geofence']._watch_list(self.company, 1.0, 1.0, 'ios', 20)[0])

    def test_a_polygon_comes_with_a_circle_that_a_phone_can_watch(self):
        store = self._stores([(0.0, 0.0)])
        small = self.env['mobile.geofence'].create({
            'store_id': store.id, 'polygon': geojson(star(random.Random(2), 0.0, 0.0, 20, 6))})
        [fence], _ring = self.env['mobile.geofence']._watch_list(self.company, 0.0, 0.1, 'ios', 20)
        self.assertEqual((fence.radius, fence.polygon), (mobile_geofence.MIN_RADIUS, small.polygon))
        away = brute_force.haversine(0.0, 0.1, small.latitude, small.longitude)
        self.assertAlmostEqual(fence.edge, away - mobile_geofence.MIN_RADIUS, places=6)


@tagged('-at_install', 'post_install')
class TestPriority(GeoCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Fence = cls.env['mobile.geofence']
        cls.customer = cls.env['res.partner'].create({'name': "Kim Lund"})
        cls.app, cls.other_app = cls.env['mobile.app'].create([
            {'name': "One", 'company_id': cls.company.id}, {'name': "Two", 'company_id': cls.company.id}])
        program = cls.env['loyalty.program'].create({
            'name': "Coupon", 'program_type': 'coupons', 'company_id': cls.company.id})
        cls.campaign = cls.env['mobile.campaign'].create({
            'name': "Campaign", 'company_id': cls.company.id, 'program_id': program.id, 'message_title': "Hello"})

    def _row(self, count, step=1000, **values):
        """Return fences of 100 m in a row to the north of 0/0, each of a store of its own."""
        degree = math.pi * geo.EARTH_RADIUS / 180
        stores = self.env['mobile.store'].create([{
            'name': f'Store {number}', 'company_id': self.company.id, 'partner_id': self.address.id, 'tz': 'UTC',
            'latitude': number * step / degree, 'longitude': 0.0} for number in range(1, count + 1)])
        return self.Fence.create([{'store_id': store.id, 'radius': 100.0, **values} for store in stores])

    def _watched(self, limit=4, **options):
        chosen, ring = self.Fence._watch_list(
            self.company, 0.0, 0.0, 'ios', limit, app=self.app, partner=self.customer, **options)
        return [fence.id for fence in chosen], ring

    def test_favourites_take_half_of_the_places(self):
        fences = self._row(12)
        self.customer.mobile_favourite_store_ids = (fences[5] + fences[6] + fences[7] + fences[9]).store_id
        ids, ring = self._watched()
        # The sixth and the seventh are among the nearest eight; they come first, and the ring ends at the third.
        self.assertEqual(ids, [fences[5].id, fences[6].id, fences[0].id, fences[1].id])
        self.assertAlmostEqual(ring, 2900, delta=0.01)

    def test_without_favourites_the_nearest(self):
        fences = self._row(12)
        ids, ring = self._watched()
        self.assertEqual(ids, fences[:4].ids)
        self.assertAlmostEqual(ring, 4900, delta=0.01)

    def test_a_far_favourite_costs_no_near_one_its_place(self):
        fences = self._row(12)
        self.customer.mobile_favourite_store_ids = fences[8].store_id
        self.assertEqual(self._watched()[0], fences[:4].ids)

    def test_where_no_ring_helps_priority_decides(self):
        fences = self._row(12, step=15)
        self.customer.mobile_favourite_store_ids = fences[8:].store_id
        ids, ring = self._watched()
        self.assertEqual((ids, ring), (fences[8:].ids, mobile_geofence.MIN_REFRESH))

    def test_campaigns_that_run_here(self):
        fences = self._row(12)
        self.campaign.store_ids = fences[5].store_id
        self.campaign.state = 'running'
        first = [fences[5].id, *fences[:3].ids]
        usual = fences[:4].ids
        self.assertEqual(self._watched()[0], first)
        for values, expected in (
            ({'state': 'paused'}, usual), ({'state': 'running', 'date_from': '2999-01-01'}, usual),
            ({'date_from': '2000-01-01', 'date_to': '2001-01-01'}, usual), ({'date_to': False}, first),
            ({'trigger': 'exit'}, first), ({'trigger': 'dwell'}, usual), ({'trigger': 'enter'}, first),
            ({'app_id': self.other_app.id}, usual), ({'app_id': self.app.id}, first), ({'active': False}, usual),
        ):
            self.campaign.write(values)
            self.assertEqual(self._watched()[0], expected, values)
        self.campaign.active = True
        fences[5].on_enter = False
        self.assertEqual(self._watched()[0], usual)

    def test_another_companys_campaign_and_customers_favourites(self):
        fences = self._row(12)
        other = self.env['res.company'].create({'name': "Other"})
        program = self.env['loyalty.program'].create({
            'name': "Coupon", 'program_type': 'coupons', 'company_id': other.id})
        self.campaign.copy({'company_id': other.id, 'program_id': program.id}).state = 'running'
        self.env['res.partner'].create({
            'name': "Somebody", 'mobile_favourite_store_ids': [Command.set(fences[5].store_id.ids)]})
        chosen, _ring = self.Fence._watch_list(self.company, 0.0, 0.0, 'ios', 4, app=self.app, partner=self.customer)
        self.assertEqual([fence.id for fence in chosen], fences[:4].ids)
        self.assertFalse(any(fence.is_priority for fence in chosen))


@tagged('-at_install', 'post_install')
class TestRing(GeoCase):
    """Walk straight from here up to the ring: whatever fence you enter, you were told of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rng = random.Random(1122)
        cls.customer = cls.env['res.partner'].create({'name': "Kim Lund"})
        cls.here = []
        for latitude, longitude in TOWNS:
            stores = cls.env['mobile.store'].create([{
                'name': f'Store {number}', 'company_id': cls.company.id, 'partner_id': cls.address.id, 'tz': 'UTC',
                'latitude': latitude, 'longitude': longitude} for number in range(12)])
            fences = []
            for place in brute_force.from_plane(
                    [(rng.gauss(0, 8_000), rng.gauss(0, 8_000)) for _number in range(110)], (latitude, longitude)):
                longitude_, latitude_ = place
                radius = rng.choice((100, 150, 400, 3000, 9000))
                fences.append({'store_id': rng.choice(stores).id, **(
                    {'latitude': latitude_, 'longitude': longitude_, 'radius': radius} if rng.random() < 0.7 else
                    {'polygon': geojson(star(rng, latitude_, longitude_, rng.choice((10, 50, radius)), 9))})})
            fences = cls.env['mobile.geofence'].create(fences)
            cls.customer.mobile_favourite_store_ids += rng.choice(stores) + rng.choice(stores)
            cls.here.append([(
                fence.id, fence.latitude, fence.longitude, fence.radius,
                fence.polygon and brute_force.Polygon(fence.polygon, (fence.latitude, fence.longitude)),
            ) for fence in fences])

    @given(town=st.integers(0, 2), east=st.floats(-20_000, 20_000), north=st.floats(-20_000, 20_000),
           platform=st.sampled_from(['ios', 'android']), limit=st.integers(1, 100),
           walks=st.lists(st.tuples(st.floats(0, 2 * math.pi), st.floats(0, 1)), min_size=5, max_size=20))
    @settings(max_examples=60, deadline=None)
    def test_no_fence_comes_as_a_surprise(self, town, east, north, platform, limit, walks):
        [[longitude, latitude]] = brute_force.from_plane([(east, north)], TOWNS[town])
        chosen, ring = self.env['mobile.geofence']._watch_list(
            self.company, latitude, longitude, platform, limit, partner=self.customer)
        self.assertEqual(len(chosen), min(limit, mobile_geofence.FENCES_PER_PLATFORM[platform], 330))
        if ring <= mobile_geofence.MIN_REFRESH:
            return
        told = {fence.id for fence in chosen}
        # As far as the ring, not a hair farther: that is where the next fence may begin.
        for bearing, part in [*walks, *((bearing, 1.0) for bearing, _part in walks)]:
            metres = brute_force.EARTH * math.tan(min(ring * part, 5e6) * (1 - 1e-9) / brute_force.EARTH)
            [[lon, lat]] = brute_force.from_plane(
                [(metres * math.cos(bearing), metres * math.sin(bearing))], (latitude, longitude))
            entered = {
                fence_id for fence_id, *centre, radius, polygon in self.here[town]
                if brute_force.haversine(lat, lon, *centre) <= radius and (not polygon or polygon.edge(lat, lon) <= 0)}
            self.assertLessEqual(entered, told)
