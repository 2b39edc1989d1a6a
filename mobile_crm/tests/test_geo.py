import math
import random

import psycopg2
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import mute_logger

from ..models import mobile_geofence
from ..tools import geo

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
# Where formulas break: poles, the date line, the meridian, 0/0, antipodes.
HOSTILE = [
    (90.0, 0.0), (90.0, 135.0), (-90.0, -42.0), (0.0, 0.0), (0.0, 180.0), (0.0, -180.0), (52.5, 179.9999),
    (52.5, -179.9999), (-17.7, 178.0), (-17.7, -178.0), (89.9999, 10.0), (0.0, 90.0), (1e-9, -1e-9),
]


@tagged('-at_install', 'post_install')
class TestDistance(BaseCase):

    @given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
    def test_distance_is_the_great_circle(self, lat, lon, other_lat, other_lon):
        expected = great_circle((lat, lon), (other_lat, other_lon)).meters
        # geopy's sphere is 6371.009 km, ours 6371.0088 km.
        self.assertAlmostEqual(geo.distance(lat, lon, other_lat, other_lon), expected, delta=1e-6 * expected + 0.5)

    @given(st.floats(0, math.pi * geo.EARTH_RADIUS))
    def test_chord_and_metres_are_inverse(self, metres):
        # Near the antipode a chord hardly changes with the distance; a centimetre is all that is left there.
        self.assertAlmostEqual(geo.chord_to_metres(geo.metres_to_chord(metres)), metres, delta=0.2)


class GeoCase(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env['res.company'].create({'name': "Globe"})
        cls.env.user.company_ids += cls.company
        cls.address = cls.env['res.partner'].create({'name': "Address", 'company_id': cls.company.id})

    def _stores(self, positions):
        return self.env['mobile.store'].create([{
            'name': f'Store {number}', 'company_id': self.company.id, 'partner_id': self.address.id, 'tz': 'UTC',
            'latitude': latitude, 'longitude': longitude,
        } for number, (latitude, longitude) in enumerate(positions)])


@tagged('-at_install', 'post_install')
class TestNearestStores(GeoCase):

    def setUp(self):
        super().setUp()
        rng = random.Random(20261121)
        scattered = [(math.degrees(math.asin(rng.uniform(-1, 1))), rng.uniform(-180, 180)) for _ in range(300)]
        self.stores = self._stores([*HOSTILE, *scattered])

    def _brute_force(self, latitude, longitude):
        return sorted(
            (geo.distance(latitude, longitude, store.latitude, store.longitude), store.id) for store in self.stores)

    def test_order_and_distance_equal_brute_force(self):
        for latitude, longitude in [*HOSTILE, (52.52, 13.405), (-33.9, 151.2)]:
            expected = self._brute_force(latitude, longitude)
            found = self.env['mobile.store']._nearest(self.company, latitude, longitude, limit=50)
            self.assertEqual(len(found), 50)
            for (distance, _store_id), store in zip(expected, found, strict=False):
                self.assertAlmostEqual(store.distance, distance, delta=0.5)

    def test_radius(self):
        for latitude, longitude in HOSTILE:
            expected = [store_id for distance, store_id in self._brute_force(latitude, longitude) if distance <= 3e6]
            found = self.env['mobile.store']._nearest(self.company, latitude, longitude, radius=3e6)
            self.assertCountEqual([store.id for store in found], expected)

    def test_pages_neither_skip_nor_repeat_while_stores_change(self):
        seen, after = [], None
        while True:
            page, last = self.env['mobile.store']._find_page(self.company, 10.0, 179.9, after=after, limit=40)
            seen += [store.id for store in page]
            if last is None:
                break
            after = (last.distance, last.id)
            # One store before the page opens and one is closed: what is left keeps its place.
            self._stores([(10.0, 179.9)])
            self.stores.browse(seen[0]).active = False
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(set(seen), set(self.stores.ids))

    def test_stores_at_one_place_are_paged_by_id(self):
        stores, found, after = self._stores([(48.2, 16.37)] * 7), [], None
        for _page in range(4):
            page = self.env['mobile.store']._nearest(self.company, 48.2, 16.37, after=after, limit=2)
            found += [store.id for store in page]
            after = (page[-1].distance, page[-1].id)
        self.assertEqual(found[:7], stores.ids)

    def test_pages_without_a_position_are_by_name(self):
        seen, after = [], None
        while True:
            page, last = self.env['mobile.store']._find_page(self.company, None, None, after=after, limit=100)
            seen += [store.id for store in page]
            if last is None:
                break
            after = (last.name, last.id)
        self.assertEqual(seen, self.stores.sorted(lambda store: (store.name, store.id)).ids)

    def test_impossible_positions_are_refused(self):
        for latitude, longitude in ((90.1, 0), (0, 180.1), (float('nan'), 0), (0, float('inf'))):
            with self.assertRaises(psycopg2.Error), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                self._stores([(latitude, longitude)])


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
