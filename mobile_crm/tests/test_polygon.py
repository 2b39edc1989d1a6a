import itertools
import json
import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools import polygon
from . import brute_force
from .test_geo import GeoCase

SQUARE = [[4.0, 50.0], [4.01, 50.0], [4.01, 50.01], [4.0, 50.01]]
HOLE = [[4.004, 50.004], [4.006, 50.004], [4.006, 50.006], [4.004, 50.006]]


def geojson(*rings):
    return {'type': 'Polygon', 'coordinates': list(rings)}


def around(latitude, longitude, points):
    """Return a ring of GeoJSON from (metres, radians) pairs around a position."""
    return brute_force.from_plane(
        [(metres * math.cos(angle), metres * math.sin(angle)) for metres, angle in points], (latitude, longitude))


def star(rng, latitude, longitude, radius, count):
    """Return a star-shaped ring: no two of its edges meet."""
    return around(latitude, longitude, [
        (radius * rng.uniform(0.3, 1), 2 * math.pi * (number + rng.uniform(0, 0.9)) / count)
        for number in range(count)])


@tagged('-at_install', 'post_install')
class TestParse(BaseCase):

    def assertRefused(self, source, words):
        with self.assertRaises(polygon.PolygonError) as caught:
            polygon.parse(source)
        self.assertIn(words, caught.exception.reason._translate('en_US'))

    def test_rings_are_closed_and_turned_the_right_way(self):
        for square in (SQUARE, [*SQUARE, SQUARE[0]], SQUARE[::-1]):
            for hole in (HOLE, HOLE[::-1], [*HOLE, HOLE[0]]):
                geometry = polygon.parse(geojson(square, hole)).geometry
                for ring, anticlockwise in zip(geometry['coordinates'], (True, False), strict=True):
                    self.assertEqual(ring[0], ring[-1])
                    self.assertEqual(len(ring), 5)
                    area = sum(x * v - u * y for (x, y), (u, v) in itertools.pairwise(ring))
                    self.assertEqual(area > 0, anticlockwise)
                self.assertEqual(polygon.parse(geometry).geometry, geometry)

    def test_what_else_holds_one_polygon(self):
        expected = polygon.parse(geojson(SQUARE)).geometry
        feature = {'type': 'Feature', 'properties': {'name': "Market"}, 'geometry': geojson(SQUARE)}
        for source in (
            feature, {'type': 'FeatureCollection', 'features': [feature]},
            {'type': 'MultiPolygon', 'coordinates': [[SQUARE]]}, json.dumps(feature), json.dumps(feature).encode(),
            geojson([[*position, 12.5] for position in SQUARE]),
        ):
            self.assertEqual(polygon.parse(source).geometry, expected)

    def test_what_is_no_polygon(self):
        feature = {'type': 'Feature', 'geometry': geojson(SQUARE)}
        for source, words in (
            ('{', "not even JSON"), ('[' * 100_000, "not even JSON"), ('[]', "not list"), ({}, "not dict"),
            ({'type': 'Point', 'coordinates': [4, 50]}, "not Point"), ({'type': 'Polygon'}, "outer ring"),
            ({'type': 'Polygon', 'coordinates': []}, "outer ring"),
            ({'type': 'FeatureCollection', 'features': [feature] * 2}, "several"),
            ({'type': 'FeatureCollection', 'features': []}, "several"),
            ({'type': 'FeatureCollection', 'features': [7]}, "holds Features"),
            ({'type': 'Feature', 'geometry': None}, "not NoneType"),
            ({'type': 'MultiPolygon', 'coordinates': [[SQUARE], [HOLE]]}, "several fences"),
            (geojson(7), "a list of positions"), (geojson(['ab', 'cd', 'ef']), "two numbers"),
            (geojson([[4, 50], [True, 50], [5, 51]]), "two numbers"), (geojson([[4], [5], [6]]), "two numbers"),
            (geojson([[4, 50, 1, 2]] * 4), "two numbers"),
            (geojson([[4, 50], [float('nan'), 50], [5, 51]]), "longitude between"),
            (geojson([[4, 50], [float('inf'), 50], [5, 51]]), "longitude between"),
            (geojson([[4, 90.1], [4, 50], [5, 51]]), "latitude is between"),
            (geojson([[10 ** 400, 50], [4, 50], [5, 51]]), "longitude between"),
            (geojson([[4, 50], [4.1, 50]]), "3 different"), (geojson([[4, 50]] * 9), "3 different"),
            (geojson([[4, 50], [4.1, 50], [4, 50], [4.1, 50]]), "3 different"),
            (geojson(star(random.Random(1), 50, 4, 500, 1001)), "up to 1000 points"),
            (geojson([[4, 50]] * 100_000), "up to 1000 points"),
            (geojson([[0, 0], [90, 0], [-90, 45]]), "circle of 50 km"),
            (geojson([[4, 50], [5.5, 50], [4.7, 50.5]]), "circle of 50 km"),
            (geojson([[4, 50], [4.000001, 50], [4, 50.000001]]), "at least 1 m"),
        ):
            with self.subTest(source=str(source)[:60]):
                self.assertRefused(source, words)

    def test_outlines_that_cross_or_touch(self):
        west, east, south, north = 4.0, 4.01, 50.0, 50.01
        for rings in (
            [[[west, south], [east, north], [east, south], [west, north]]],
            # A spike, there and back.
            [[*SQUARE, [4.0, 50.005], [4.005, 50.005], [4.0, 50.005]]],
            # One corner on an edge, and one on another corner.
            [[*SQUARE[:3], [4.005, 50.0], SQUARE[3]]],
            [[[4, 50], [4.01, 50], [4.005, 50.005], [4.01, 50.01], [4, 50.01], [4.005, 50.005]]],
            # A line.
            [[[4, 0], [4.01, 0], [4.02, 0]]],
            [SQUARE, [[4.005, 50.005], [4.02, 50.005], [4.02, 50.006]]],
            [SQUARE, SQUARE],
            [SQUARE, HOLE, [[4.005, 50.005], [4.008, 50.005], [4.008, 50.008]]],
        ):
            with self.subTest(rings=rings):
                self.assertRefused(geojson(*rings), "crosses or touches")

    def test_holes_lie_inside_and_beside_each_other(self):
        self.assertRefused(geojson(SQUARE, [[4.02, 50.0], [4.03, 50.0], [4.03, 50.01]]), "inside the outer")
        inner = [[4.0045, 50.0045], [4.0055, 50.0045], [4.0055, 50.0055]]
        self.assertRefused(geojson(SQUARE, HOLE, inner), "beside the other")
        self.assertRefused(geojson(SQUARE, inner, HOLE), "beside the other")

    def test_both_spellings_of_the_date_line(self):
        beyond = [[179.99, -17.0], [180.01, -17.0], [180.01, -16.99], [179.99, -16.99]]
        split = [[179.99, -17.0], [-179.99, -17.0], [-179.99, -16.99], [179.99, -16.99]]
        other = [[-180.01, -17.0], [-179.99, -17.0], [-179.99, -16.99], [-180.01, -16.99]]
        shapes = [polygon.parse(geojson(ring)) for ring in (beyond, split, other)]
        for shape in shapes:
            self.assertAlmostEqual(abs(shape.longitude), 180, places=6)
            self.assertAlmostEqual(shape.radius, shapes[0].radius, delta=0.001)
            self.assertLess(shape.radius, 1300)
        # Closed by the other name of the same place.
        closed = [[180.0, -17.0], [179.99, -17.0], [179.99, -16.99], [-180.0, -16.99], [-180.0, -17.0]]
        self.assertEqual(len(polygon.parse(geojson(closed)).rings[0]), 4)

    @given(st.randoms(use_true_random=False), st.sampled_from([0.0, 47.0, -85.0, 89.9999, 90.0, -90.0]),
           st.sampled_from([0.0, 12.5, 180.0, -179.999]), st.floats(0, 4.6), st.integers(3, 40))
    @settings(max_examples=60, deadline=None)
    def test_the_circle_is_the_smallest(self, rng, latitude, longitude, power, count):
        ring = star(rng, latitude, longitude, 10 ** power + 2, count)
        try:
            shape = polygon.parse(geojson(ring))
        except polygon.PolygonError as exc:
            # Of three random points, one in a while is a line.
            self.assertIn("at least 1 m", exc.reason._translate('en_US'))
            return
        centre = (shape.latitude, shape.longitude)
        away = [brute_force.haversine(*centre, lat, lon) for lon, lat in ring]
        self.assertLessEqual(max(away), shape.radius)
        self.assertAlmostEqual(max(away), shape.radius, delta=1e-5)
        # It cannot move: from whatever side it is pushed, a corner on the other side holds it. That is so when the
        # corners on it are not all within one half of it.
        rim = [(lat, lon) for (lon, lat), metres in zip(ring, away, strict=True)
               if metres > shape.radius * (1 - 1e-6) - 1e-3]
        bearings = sorted(math.atan2(y, x) for x, y in brute_force.plane(rim, centre))
        gaps = [b - a for a, b in zip(bearings, [*bearings[1:], bearings[0] + 2 * math.pi], strict=True)]
        self.assertLessEqual(max(gaps), math.pi + 1e-2)

    @given(st.randoms(use_true_random=False), st.integers(3, 1000))
    @settings(max_examples=20, deadline=None)
    def test_no_edge_is_parallel_to_an_axis(self, rng, count):
        shape = polygon.parse(geojson(star(rng, 50, 4, 20_000, count)))
        for ring in shape.rings:
            for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True):
                away = math.atan2(v - y, u - x) % (math.pi / 2)
                self.assertGreater(min(away, math.pi / 2 - away), math.pi / 4 / 1001)


@tagged('-at_install', 'post_install')
class TestPolygonFence(GeoCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.env['mobile.store'].create({
            'name': "Store", 'company_id': cls.company.id, 'partner_id': cls.address.id, 'tz': 'UTC',
            'latitude': 50.0, 'longitude': 4.0})
        cls.Fence = cls.env['mobile.geofence']

    def _fence(self, **values):
        return self.Fence.create({'store_id': self.store.id, **values})

    def test_the_circle_follows_from_the_outline(self):
        fence = self._fence(polygon=geojson(SQUARE), latitude=1.0, longitude=1.0, radius=5.0)
        self.assertEqual(fence.type, 'polygon')
        self.assertAlmostEqual(fence.latitude, 50.005, places=5)
        self.assertAlmostEqual(fence.longitude, 4.005, places=5)
        self.assertAlmostEqual(fence.radius, 661.6, delta=1)
        before = (fence.latitude, fence.longitude, fence.radius)
        fence.write({'latitude': 7.0, 'radius': 300.0, 'is_located': False, 'name': "Moved"})
        self.assertEqual((fence.latitude, fence.longitude, fence.radius, fence.name), (*before, "Moved"))
        self.assertTrue(fence.is_located)
        fence.polygon = geojson([[lon, lat + 1] for lon, lat in SQUARE])
        self.assertAlmostEqual(fence.latitude, 51.005, places=5)
        self.assertEqual(self.Fence._containing(self.company, 51.005, 4.005), fence.ids)
        self.assertFalse(self.Fence._containing(self.company, 50.005, 4.005))

    def test_a_circle_again(self):
        fence = self._fence(polygon=geojson(SQUARE, HOLE))
        self.assertFalse(self.Fence._containing(self.company, 50.005, 4.005))
        fence.write({'type': 'circle', 'radius': 150.0})
        self.assertFalse(fence.polygon)
        self.assertEqual(self.Fence._containing(self.company, 50.005, 4.005), fence.ids)

    def test_a_copy_is_the_same_shape(self):
        fence = self._fence(polygon=geojson(SQUARE, HOLE)).copy()
        self.assertEqual(self.Fence._containing(self.company, 50.001, 4.001), fence.browse(
            self.Fence.search([('store_id', '=', self.store.id)], order='id').ids).ids)
        self.assertFalse(self.Fence._containing(self.company, 50.005, 4.005))

    def test_refused_with_the_reason(self):
        for values in ({'type': 'polygon'}, {'type': 'circle', 'radius': 99.0}, {'radius': 50_001.0}):
            with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'):
                self._fence(**values)
        with self.assertRaisesRegex(ValidationError, "not Point"):
            self._fence(polygon={'type': 'Point', 'coordinates': [4, 50]})
        with self.assertRaisesRegex(ValidationError, "not even JSON"):
            self._fence(polygon_text="50, 4")
        with self.assertRaisesRegex(ValidationError, "not arrive whole"):
            self._fence(polygon_file="eyJ0e")

    def test_smaller_than_any_circle(self):
        fence = self._fence(polygon=geojson(around(50.0, 4.0, [(3, 0), (3, 2), (3, 4)])))
        self.assertLess(fence.radius, 4)
        self.assertEqual(self.Fence._containing(self.company, 50.0, 4.0), fence.ids)

    def test_every_edge_and_hole_equals_shapely(self):
        rng = random.Random(20261122)
        for latitude, longitude in ((50.0, 4.0), (-17.0, 179.9999), (89.9995, 20.0), (-90.0, 0.0), (0.0, 0.0)):
            for radius, count in ((30, 5), (800, 12), (20_000, 300)):
                rings = [star(rng, latitude, longitude, radius, count)]
                rings.append(around(latitude, longitude, [
                    (radius * rng.uniform(0.02, 0.1), 2 * math.pi * n / 7) for n in range(7)]))
                fence = self._fence(polygon=geojson(*rings))
                brute = brute_force.Polygon(fence.polygon, (fence.latitude, fence.longitude))
                places = [(lat, lon) for lon, lat in around(latitude, longitude, [
                    (radius * rng.uniform(0, 1.5), rng.uniform(0, 7)) for _number in range(60)])]
                # Just beside the corners, and on them.
                for lon, lat in rng.sample(rings[0], 4) + rings[1][:2]:
                    places += [(lat, lon)] + [(b, a) for a, b in around(lat, lon, [
                        (0.01, rng.uniform(0, 7)) for _number in range(5)])]
                for place, found in zip(places, self.Fence._edges(self.company, places, 50_000), strict=True):
                    expected = brute.edge(*place)
                    edges = {fence_id: edge for fence_id, _store, edge in found}
                    self.assertAlmostEqual(edges[fence.id], expected, delta=2e-6)
                    if abs(expected) > 2e-6:
                        self.assertEqual(
                            fence.id in self.Fence._containing(self.company, *place), expected < 0, (place, expected))
                fence.unlink()
