import base64
import json
import math
import random
import runpy
from pathlib import Path
from unittest.mock import patch

import psycopg2
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, Form, TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..tools import geo
from . import brute_force

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
class TestLocated(GeoCase):
    """Whether a position is known is not guessed from its being 0/0."""

    def _store(self, **values):
        return self.env['mobile.store'].create({
            'name': "Store", 'company_id': self.company.id, 'partner_id': self.address.id, 'tz': 'UTC', **values})

    def _listed(self, latitude=0.0, longitude=0.0):
        return [store.id for store in self.env['mobile.store']._nearest(self.company, latitude, longitude)]

    def test_a_store_that_nobody_has_located(self):
        # What a form sends, what an import sends, and what nobody sends.
        for values in ({'latitude': 0.0, 'longitude': 0.0, 'is_located': False},
                       {'latitude': False, 'longitude': False}, {}):
            store = self._store(**values)
            self.assertFalse(store.is_located)
            self.assertEqual(self._listed(), [])
            [found] = self.env['mobile.store']._nearest(self.company, 0.0, 0.0, ids=store.ids)
            self.assertEqual((found.latitude, found.longitude, found.distance), (None, None, None))
            fence = self.env['mobile.geofence'].create({'store_id': store.id})
            self.assertFalse(fence.is_located)
            self.assertFalse(self.env['mobile.geofence']._containing(self.company, 0.0, 0.0))
            self.assertFalse(self.env['mobile.geofence']._edges(self.company, [(0.0, 0.0)], 1000)[0])
            self.assertFalse(self.env['mobile.geofence']._watch_list(self.company, 0.0, 0.0, 'ios', 20)[0])
            self.assertFalse(self.env['mobile.geofence']._page(self.company, 10))

    def test_null_island(self):
        for values in ({'latitude': 0.0, 'longitude': 0.0}, {'latitude': 0.0, 'longitude': 0.0, 'is_located': True}):
            store = self._store(**values)
            fence = self.env['mobile.geofence'].create({'store_id': store.id})
            self.assertIn(store.id, self._listed())
            self.assertIn(fence.id, self.env['mobile.geofence']._containing(self.company, 0.0, 0.0))

    def test_a_store_and_its_fence_are_located_later(self):
        store = self._store()
        fence = self.env['mobile.geofence'].create({'store_id': store.id})
        store.write({'latitude': 10.0, 'longitude': 20.0})
        self.assertTrue(store.is_located)
        self.assertEqual(self._listed(), store.ids)
        self.assertEqual(self.env['mobile.geofence']._containing(self.company, 10.0, 20.0), fence.ids)
        # A fence that stands somewhere stays there.
        store.latitude = 11.0
        self.assertEqual(self.env['mobile.geofence']._containing(self.company, 10.0, 20.0), fence.ids)
        store.is_located = False
        self.assertEqual((store.latitude, store.longitude, self._listed()), (0.0, 0.0, []))

    def test_an_address_that_is_found(self):
        store = self._store()
        self.address.write({'partner_latitude': 48.2, 'partner_longitude': 16.37})
        self.assertEqual((store.latitude, store.longitude, store.is_located), (48.2, 16.37, True))
        self.address.write({'partner_latitude': 0.0, 'partner_longitude': 0.0})
        self.assertEqual((store.latitude, store.is_located), (48.2, True))

    def test_positions_from_before(self):
        """Until 19.0.1.3.0, 0/0 meant that nobody had located it."""
        located, nowhere = self._stores([(48.2, 16.37), (0.0, 0.0)])
        late, there, lost = self.env['mobile.geofence'].create([
            {'store_id': located.id}, {'store_id': located.id, 'latitude': 48.3, 'longitude': 16.4},
            {'store_id': nowhere.id}])
        self.env.flush_all()
        self.env.cr.execute('UPDATE mobile_store SET is_located = NULL, city = NULL')
        self.env.cr.execute('UPDATE mobile_geofence SET is_located = NULL')
        self.env.cr.execute('UPDATE mobile_geofence SET latitude = 0, longitude = 0 WHERE id = %s', [late.id])
        self.env.cr.execute("UPDATE res_partner SET city = 'Vienna' WHERE id = %s", [self.address.id])
        path = Path(__file__).parents[1] / 'migrations/19.0.1.3.0/pre-geo.py'
        runpy.run_path(str(path))['migrate'](self.env.cr, '19.0.1.2.0')
        geo.add_sphere_column(self.env.cr, 'mobile_store')
        geo.add_sphere_column(self.env.cr, 'mobile_geofence')
        self.env.invalidate_all()
        self.assertEqual([located.is_located, nowhere.is_located, located.city], [True, False, "Vienna"])
        self.assertEqual([late.is_located, there.is_located, lost.is_located], [True, True, False])
        self.assertEqual((late.latitude, there.latitude), (48.2, 48.3))
        self.assertEqual(self._listed(), located.ids)

    def test_a_form(self):
        form = Form(self.env['mobile.store'].with_company(self.company))
        form.name = "New"
        form.partner_id = self.address
        store = form.save()
        self.assertFalse(store.is_located)
        with Form(store) as form:
            form.latitude = 1.5
        self.assertTrue(store.is_located)
        form = Form(self.env['mobile.geofence'].with_company(self.company))
        form.store_id = store
        form.type = 'polygon'
        form.polygon_text = '{"type": "Polygon", "coordinates": [[[4, 50], [4.01, 50], [4.01, 50.01]]]}'
        self.assertAlmostEqual(form.latitude, 50.005, places=3)
        fence = form.save()
        self.assertEqual(len(fence.polygon['coordinates'][0]), 4)
        self.assertEqual(self.env['mobile.geofence']._containing(self.company, 50.004, 4.006), fence.ids)
        with Form(fence) as form:
            form.polygon_file = base64.b64encode(
                b'{"type": "Polygon", "coordinates": [[[5, 50], [5.01, 50], [5.01, 50.01]]]}')
        self.assertAlmostEqual(fence.longitude, 5.005, places=3)
        self.assertEqual(json.loads(fence.polygon_text), fence.polygon)
        self.assertEqual(base64.b64decode(fence.polygon_file).decode(), fence.polygon_text)


@tagged('-at_install', 'post_install')
class TestStoreList(GeoCase):

    def test_the_order_is_that_of_great_circles_to_the_last_bit(self):
        """Near an antipode, and within a hand's breadth, rounding swaps chords."""
        rng = random.Random(4)
        self._stores([(48.2 + rng.gauss(0, 1e-13), 16.37 + rng.gauss(0, 1e-13)) for _number in range(60)]
                     + [(-48.2 + rng.gauss(0, 1e-7), -163.63 + rng.gauss(0, 1e-7)) for _number in range(60)])
        stores = self.env['mobile.store'].search([('company_id', '=', self.company.id)])
        for latitude, longitude in ((48.2, 16.37), (-48.2, -163.63), (48.2, 16.3700000001)):
            expected = sorted((brute_force.haversine(latitude, longitude, store.latitude, store.longitude), store.id)
                              for store in stores)
            for limit in (1, 7, 59, 60, 61, 100, None):
                found = self.env['mobile.store']._nearest(self.company, latitude, longitude, limit=limit)
                self.assertEqual([(store.distance, store.id) for store in found], expected[:limit])
            after = expected[30]
            found = self.env['mobile.store']._nearest(self.company, latitude, longitude, after=after, limit=50)
            self.assertEqual([(store.distance, store.id) for store in found], expected[31:81])

    def test_a_radius_ends_where_the_great_circle_does(self):
        [store] = self._stores([(48.2, 16.37)])
        for latitude, longitude in ((48.3, 16.4), (-48.2, -163.63), (90.0, 0.0), (48.2, 16.37)):
            radius = brute_force.haversine(latitude, longitude, 48.2, 16.37)
            for reach, found in ((radius, store.ids), (math.nextafter(radius, -1), []), (1e308, store.ids)):
                self.assertEqual([near.id for near in self.env['mobile.store']._nearest(
                    self.company, latitude, longitude, radius=max(reach, 0.0))], found or store.ids * (radius == 0))

    def test_names_are_sorted_by_an_index(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env.cr.execute('ANALYZE mobile_store')
        self.env.cr.execute('SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off')
        for lang in ('en_US', 'de_DE'):
            Store = self.env['mobile.store'].with_context(lang=lang)
            execute = type(self.env.cr).execute
            with patch.object(type(self.env.cr), 'execute', autospec=True, side_effect=execute) as run:
                Store._nearest(self.company, limit=5, after=("Store", 1))
            [statement] = [call.args[1] for call in run.call_args_list if 'mobile_store' in call.args[1].code]
            self.env.cr.execute(SQL('EXPLAIN %s', statement))
            plan = '\n'.join(line for line, in self.env.cr.fetchall())
            self.assertIn(f'mobile_store_name_{lang.lower()}', plan)

    def test_words_are_found_by_an_index(self):
        self._stores([(1.0, 1.0)])
        self.env.flush_all()
        self.address.city = "Ghent"
        for text in ("tore 0", "hen"):
            self.assertEqual(len(self.env['mobile.store']._nearest(self.company, text=text)), 1)
        self.env.cr.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'mobile_store' AND indexdef LIKE '%gin_trgm_ops%'")
        self.assertEqual(self.env.cr.fetchone()[0], 2)
