import json
import math
import random

import shapely

from odoo.tests import HttpCase, tagged

from ..tools import geo

# One metre north, in degrees.
METRE = math.degrees(1 / geo.EARTH_RADIUS)
CHECK = """
    const { overlap, polygonOf, ringsOf, wrap } = odoo.loader.modules.get("@mobile_crm/map/geometry");
    const { parsePosition } = odoo.loader.modules.get("@mobile_crm/map/address_search");
    const { pairs, polygon, numbers, positions } = %s;
    const wrong = pairs.filter(([one, other, expected]) =>
        overlap(one, other) !== expected || overlap(other, one) !== expected);
    for (const reference of [179, -181, 541]) {
        const again = polygonOf(ringsOf(polygon, reference));
        if (JSON.stringify(again) !== JSON.stringify(polygon)) {
            wrong.push([reference, again]);
        }
    }
    wrong.push(...numbers.filter(([given, expected]) => wrap(given) !== expected));
    wrong.push(...positions.filter(([text, expected]) => {
        const { latitude, longitude } = parsePosition(text) || {};
        return JSON.stringify(expected) !== JSON.stringify(latitude === undefined ? null : [latitude, longitude]);
    }));
    if (wrong.length) {
        console.error(`${wrong.length} wrong, such as ${JSON.stringify(wrong[0])}`);
    } else {
        console.log("test successful");
    }
"""


@tagged('post_install', '-at_install', 'mobile_http')
class TestMapGeometry(HttpCase):
    """The browser's geometry, judged by shapely."""

    def _fence(self, rng, latitude, longitude):
        """Return a random fence near a place, as the client knows it and as a shape in metres around the place."""
        def degrees(x, y):
            east = longitude + x * METRE / math.cos(math.radians(latitude))
            return [(east + 540) % 360 - 180, latitude + y * METRE]

        x, y = rng.uniform(-900, 900), rng.uniform(-900, 900)
        radius = rng.uniform(100, 600)
        if rng.random() < 0.4:
            east, north = degrees(x, y)
            return {'type': 'circle', 'is_located': True, 'latitude': north, 'longitude': east, 'radius': radius,
                    'polygon': False}, shapely.Point(x, y).buffer(radius, quad_segs=256)
        corners = sorted(rng.uniform(0, 2 * math.pi) for _corner in range(rng.randint(3, 9)))
        ring = [(x + r * math.cos(angle), y + r * math.sin(angle))
                for angle, r in ((angle, rng.uniform(0.6, 1) * radius) for angle in corners)]
        rings = [ring]
        if rng.random() < 0.5:
            hole = [(x + (px - x) * 0.5, y + (py - y) * 0.5) for px, py in reversed(ring)]
            rings.append(hole)
        shape = shapely.Polygon(rings[0], rings[1:])
        if not shape.is_valid:
            return self._fence(rng, latitude, longitude)
        polygon = {'type': 'Polygon', 'coordinates': [
            [degrees(*point) for point in [*points, points[0]]] for points in rings]}
        return {'type': 'polygon', 'is_located': True, 'polygon': polygon}, shape

    def _pairs(self):
        rng, pairs = random.Random(7), []
        for latitude, longitude in ((50.8467, 4.3525), (-16.8, 179.999), (70.0, -180.0), (0.0, 0.0)):
            while len(pairs) % 150 or not pairs or pairs[-1][3] != latitude:
                (one, shape), (other, other_shape) = (self._fence(rng, latitude, longitude) for _fence in range(2))
                expected = shape.intersects(other_shape)
                # The client's circles have 64 corners, so what is that close may be either.
                if shape.buffer(5).intersects(other_shape) == expected == shape.buffer(-5).intersects(other_shape):
                    pairs.append((one, other, expected, latitude))
        return [pair[:3] for pair in pairs]

    def test_geometry(self):
        pairs = self._pairs()
        answers = [expected for _one, _other, expected in pairs]
        self.assertGreater(min(answers.count(True), answers.count(False)), 50)
        # Four corners on both sides of the date line, with a hole.
        polygon = {'type': 'Polygon', 'coordinates': [
            [[179.99, -17.01], [-179.99, -17.01], [-179.99, -16.99], [179.99, -16.99], [179.99, -17.01]],
            [[179.995, -17.005], [179.995, -16.995], [-179.995, -16.995], [179.995, -17.005]]]}
        cases = {
            'pairs': pairs,
            'polygon': polygon,
            'numbers': [[180, 180], [-180, -180], [190, -170], [-190, 170], [540, 180], [0, 0], [4.5, 4.5]],
            'positions': [
                ["50.8467, 4.3525", [50.8467, 4.3525]], [" -33.9 18.4 ", [-33.9, 18.4]], ["0;0", [0, 0]],
                ["91, 0", None], ["0, 181", None], ["Main Street 1", None], ["1000 Brussels", None], ["50.8", None]],
        }
        # A tour that greets a new administrator would still be loading when the test has ended.
        self.env.ref('base.user_admin').tour_enabled = False
        self.browser_js('/odoo', CHECK % json.dumps(cases), "odoo.isReady === true", login='admin')
