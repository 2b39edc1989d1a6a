"""Hostile places against many fences and stores: equal to brute force, all of them.

Every run takes a part; `./dev test --full` takes 10,000 places, 100,000 fences and 100,000 stores.
"""
import math
import os
import random

import numpy as np

from odoo.tests import tagged

from . import brute_force
from .test_geo import HOSTILE, GeoCase
from .test_polygon import geojson, star

FULL = os.environ.get('MOBILE_CRM_FULL') == '1'
FENCES, STORES, PLACES = (100_000, 100_000, 10_000) if FULL else (1_500, 1_500, 1_000)
# PostgreSQL takes a place within 1e-6 m of a polygon's edge for one on it.
ON_EDGE = 1e-6
TOWNS = [*HOSTILE, (52.52, 13.405), (-33.87, 151.21), (40.7, -74.0), (-52.52, -166.595)]


class BruteForceCase(GeoCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(20261122)

    @classmethod
    def _scatter(cls, reach):
        """Return a place up to about `reach` metres from a town, or anywhere."""
        rng = cls.rng
        if rng.random() < 0.1:
            return math.degrees(math.asin(rng.uniform(-1, 1))), rng.uniform(-180, 180)
        [[longitude, latitude]] = brute_force.from_plane(
            [(rng.gauss(0, reach), rng.gauss(0, reach))], rng.choice(TOWNS))
        return latitude, longitude

    @staticmethod
    def _opposite(latitude, longitude):
        return -latitude, longitude - 180 if longitude > 0 else longitude + 180


@tagged('-at_install', 'post_install')
class TestFencesByBruteForce(BruteForceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rng = cls.rng
        stores = cls.env['mobile.store'].create([{
            'name': f'Store {number}', 'company_id': cls.company.id, 'partner_id': cls.address.id, 'tz': 'UTC',
        } for number in range(50)])
        # A place of the full run lies in some ten fences as well: where there are more of them, they spread farther.
        cls.spread = 60_000 * math.sqrt(FENCES / 1_500)
        cls.fences = cls.env['mobile.geofence']
        for start in range(0, FENCES, 1_000):
            cls.fences += cls.env['mobile.geofence'].create([
                {'store_id': rng.choice(stores).id, **cls._shape()} for _number in range(min(1_000, FENCES - start))])
            cls.env.invalidate_all()
        cls.env.cr.execute('ANALYZE mobile_geofence')
        cls.env.cr.execute(
            'SELECT id, store_id, latitude, longitude, radius, polygon FROM mobile_geofence WHERE id = ANY(%s)',
            [cls.fences.ids])
        rows = cls.env.cr.fetchall()
        cls.brute = [(fence_id, store_id, (latitude, longitude), radius,
                      polygon and brute_force.Polygon(polygon, (latitude, longitude)))
                     for fence_id, store_id, latitude, longitude, radius, polygon in rows]
        cls.geometries = {row[0]: row[5] for row in rows if row[5]}
        cls.vectors = brute_force.unit(*np.array([centre for _id, _store, centre, *_rest in cls.brute]).T)

    @classmethod
    def _shape(cls):
        rng = cls.rng
        latitude, longitude = cls._scatter(cls.spread)
        radius = rng.choice((100, 150, 1000, 10 ** rng.uniform(2, 4.69), 50_000))
        if rng.random() < 0.6:
            return {'latitude': latitude, 'longitude': longitude, 'radius': radius}
        radius = rng.choice((10, 30, radius * 0.9))
        rings = [star(rng, latitude, longitude, radius, rng.choice((3, 4, 12, 12, 12, 60)))]
        if len(rings[0]) == 60:
            rings.append(star(rng, latitude, longitude, radius * 0.2, 5))
        return {'polygon': geojson(*rings)}

    def _places(self):
        rng, places = self.rng, list(HOSTILE)
        while len(places) < PLACES:
            fence_id, _store_id, centre, radius, polygon = rng.choice(self.brute)
            kind = rng.randrange(5)
            if kind == 0:
                places.append(self._scatter(self.spread))
            elif kind == 1:
                places.append(self._opposite(*rng.choice((centre, self._scatter(self.spread)))))
            elif polygon:
                ring = rng.choice(self.geometries[fence_id]['coordinates'])
                corner = rng.randrange(len(ring) - 1)
                (west, south), (east, north) = brute_force.plane(
                    [(lat, lon) for lon, lat in ring[corner:corner + 2]], centre)
                # A corner, or a millimetre beside an edge.
                if kind == 2:
                    places.append(ring[corner][::-1])
                    continue
                part, length = rng.random(), math.hypot(east - west, north - south)
                aside = rng.choice((-1e-3, 1e-3)) / length
                [[longitude, latitude]] = brute_force.from_plane(
                    [(west + part * (east - west) - aside * (north - south),
                      south + part * (north - south) + aside * (east - west))], centre)
                places.append((latitude, longitude))
            else:
                away = brute_force.EARTH * math.tan(radius / brute_force.EARTH) + rng.choice((0, 0, 1e-9, -1e-9, 1e-3))
                bearing = rng.uniform(0, 7)
                [[longitude, latitude]] = brute_force.from_plane(
                    [(away * math.cos(bearing), away * math.sin(bearing))], centre)
                places.append((latitude, longitude))
        return places

    def _around(self, place, reach):
        """Return the fences whose circle is within reach (metres), by cosines that leave a kilometre to spare."""
        cosines = self.vectors @ brute_force.unit(*place)
        near = np.nonzero(cosines > math.cos((50_000 + reach + 1_000) / brute_force.EARTH))[0]
        return [self.brute[index] for index in near]

    def test_all_places(self):
        Fence, on_edge, hits = self.env['mobile.geofence'], 0, 0
        places = self._places()
        near = Fence._edges(self.company, places, 500)
        among = {fence_id for found in near for fence_id, _store_id, _edge in found[::2]}
        self.assertEqual(Fence._edges(self.company, places, 500, among), [
            [fence for fence in found if fence[0] in among] for found in near])
        for place, found in zip(places, near, strict=True):
            inside, edges = [], {}
            for fence_id, store_id, centre, radius, polygon in self._around(place, 500):
                away = brute_force.haversine(*place, *centre)
                if not polygon:
                    edge = away - radius
                    belongs = away <= radius
                elif away > radius + 1_000:
                    continue
                else:
                    edge = polygon.edge(*place)
                    belongs = edge < ON_EDGE
                    self.assertFalse(ON_EDGE / 2 < abs(edge) < 2 * ON_EDGE, "brute force cannot tell")
                on_edge += abs(edge) < 2e-3
                if belongs:
                    inside.append(fence_id)
                if edge <= 500:
                    edges[fence_id] = (store_id, edge)
            hits += len(inside)
            self.assertEqual(Fence._containing(self.company, *place), sorted(inside), place)
            self.assertEqual({fence_id for fence_id, _store_id, _edge in found}, set(edges), place)
            self.assertEqual([edge for *_ids, edge in found], sorted(edge for *_ids, edge in found))
            for fence_id, store_id, edge in found:
                self.assertEqual(store_id, edges[fence_id][0])
                self.assertAlmostEqual(edge, edges[fence_id][1], delta=3e-6)
        # The places are as hostile as they should be.
        self.assertGreater(on_edge, PLACES / 3)
        self.assertGreater(hits, PLACES)

    def test_the_watch_list_is_in_the_order_of_edges(self):
        for place in self._places()[:PLACES // 10]:
            nearest = sorted(
                (brute_force.haversine(*place, *centre) - max(radius, 100), fence_id)
                for fence_id, _store_id, centre, radius, _polygon in self._around(place, 200_000))[:20]
            # Whatever lies farther was not looked at here.
            expected = [(edge, fence_id) for edge, fence_id in nearest if edge <= 200_000]
            chosen, ring = self.env['mobile.geofence']._watch_list(self.company, *place, 'ios', 19)
            self.assertEqual(len(chosen), 19)
            self.assertEqual([(fence.edge, fence.id) for fence in chosen][:len(expected)], expected[:19], place)
            if len(expected) == 20:
                self.assertEqual(ring, max(expected[19][0], 100), place)


@tagged('-at_install', 'post_install')
class TestStoresByBruteForce(BruteForceCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.positions = [cls._scatter(20_000) for _number in range(STORES)]
        # Neighbours in one house, and at its antipode.
        cls.positions[100:200] = [cls.positions[100]] * 50 + [cls._opposite(*cls.positions[100])] * 50
        cls.stores = cls._make(cls)
        cls.env.cr.execute('ANALYZE mobile_store')
        cls.vectors = brute_force.unit(*np.array(cls.positions).T)

    def _make(self):
        ids = []
        for start in range(0, STORES, 5_000):
            ids += self.env['mobile.store'].with_context(tracking_disable=True).create([{
                'name': f'Store {number}', 'company_id': self.company.id, 'partner_id': self.address.id, 'tz': 'UTC',
                'latitude': latitude, 'longitude': longitude,
            } for number, (latitude, longitude) in enumerate(self.positions[start:start + 5_000])]).ids
            self.env.invalidate_all()
        return ids

    def test_all_places(self):
        places = [*HOSTILE, self.positions[100], self._opposite(*self.positions[100])]
        places += [self.rng.choice((self._scatter(30_000), self._opposite(*self.rng.choice(self.positions))))
                   for _number in range(PLACES // 4)]
        for place in places:
            # A hundred by cosines, of which the first ones are sure: the rest are put in order the long way.
            chords = np.linalg.norm(self.vectors - brute_force.unit(*place), axis=1)
            order = np.argpartition(chords, 250)[:251]
            expected = sorted((brute_force.haversine(*place, *self.positions[index]), self.stores[index])
                              for index in order)
            for limit, start in ((10, 0), (40, 60)):
                found = self.env['mobile.store']._nearest(
                    self.company, *place, limit=limit, after=expected[start - 1] if start else None)
                self.assertEqual(
                    [(store.distance, store.id) for store in found], expected[start:start + limit], place)
