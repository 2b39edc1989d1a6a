import math
import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools import geo
from ..tools.map_box import MAX_ZOOM
from .common import MobileCommon

WORLD = [-90, -180, 90, 180]


@tagged('post_install', '-at_install')
class TestMap(MobileCommon):
    """What the maps in the web client ask for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, 'map_user', groups='mobile_crm.group_mobile_crm_user', company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)])
        cls.map = cls.env['mobile.map'].with_user(cls.user)

    def _scatter(self, places):
        return self.env['mobile.store'].create([{
            'name': f"Store {number}", 'partner_id': self.company.partner_id.id, 'company_id': self.company.id,
            'latitude': latitude, 'longitude': longitude, 'is_located': True,
        } for number, (latitude, longitude) in enumerate(places)])

    def _point(self, points, store):
        return next(point for point in points if point['id'] == store.id)

    # === STORES === #

    def test_stores_apart_are_points_and_stores_together_are_counted(self):
        near = self.map.read_stores([], [50.8, 4.3, 50.9, 4.4], 14)
        self.assertEqual([(point['id'], point['name'], point['count']) for point in near],
                         [(self.store_near.id, "Brussels Store", 1)])
        [far] = self.map.read_stores([], WORLD, 1)
        self.assertEqual((far['id'], far['count']), (False, 2))
        self.assertEqual(far['box'], [48.8566, 2.3522, 50.8467, 4.3525])

    def test_every_store_of_a_box_is_counted_once(self):
        rng = random.Random(4)
        self._scatter([(math.degrees(math.asin(rng.uniform(-1, 1))), rng.uniform(-180, 180)) for _number in range(300)])
        stores = self.env['mobile.store'].search([('company_id', '=', self.company.id)])
        for _number in range(60):
            south, north = sorted(rng.uniform(-90, 90) for _side in range(2))
            west = rng.uniform(-600, 600)
            box = [south, west, north, west + rng.choice((rng.uniform(0, 20), rng.uniform(0, 360)))]
            expected = [
                store for store in stores
                if south <= store.latitude <= north
                # Some turn of the world brings it into the box.
                and math.floor((box[3] - store.longitude) / 360) >= math.ceil((west - store.longitude) / 360)]
            points = self.map.read_stores([], box, rng.randint(0, 12))
            self.assertEqual(sum(point['count'] for point in points), len(expected), box)
            self.assertLessEqual(
                {point['id'] for point in points if point['id']}, {store.id for store in expected})
            for point in points:
                self.assertTrue(box[1] - 1e-9 <= point['longitude'] <= box[3] + 1e-9, (box, point))

    def test_stores_on_both_sides_of_the_date_line_lie_together(self):
        west, east = self._scatter([(-17.0, 179.9), (-17.0, -179.9)])
        extent = self.map.read_extent([('id', 'in', (west + east).ids)])
        self.assertEqual([round(side, 6) for side in extent['box']], [-17.0, 179.9, -17.0, 180.1])
        points = self.map.read_stores([], [-18, 179, -16, 181], 12)
        self.assertAlmostEqual(self._point(points, east)['longitude'], 180.1)
        self.assertAlmostEqual(self._point(points, west)['longitude'], 179.9)
        # Who came from the other side sees both of them there.
        points = self.map.read_stores([], [-18, -181, -16, -179], 12)
        self.assertAlmostEqual(self._point(points, west)['longitude'], -180.1)

    def test_stores_at_the_poles_have_a_place_on_the_map(self):
        poles = self._scatter([(90, 0), (-90, 0)])
        for pole in poles:
            points = self.map.read_stores([('id', '=', pole.id)], WORLD, 20)
            self.assertEqual([point['id'] for point in points], pole.ids)

    def test_the_search_decides(self):
        points = self.map.read_stores([('name', 'ilike', "paris")], WORLD, 12)
        self.assertEqual([point['id'] for point in points], self.store_far.ids)
        self.assertEqual(self.map.read_extent([('name', 'ilike', "paris")])['count'], 1)

    def test_archived_stores_and_those_of_other_companies_are_not_shown(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env['mobile.store'].create({
            'name': "Theirs", 'company_id': other.id, 'partner_id': other.partner_id.id,
            'latitude': 50.85, 'longitude': 4.35})
        self.store_far.active = False
        points = self.map.read_stores([], WORLD, 14)
        self.assertEqual([point['id'] for point in points], self.store_near.ids)
        self.assertEqual(self.map.read_extent([])['count'], 1)

    def test_stores_without_position_are_listed_beside_the_map(self):
        lost, = self._scatter([(0, 0)])
        self.assertEqual(self.map.read_extent([])['unlocated_count'], 0, "0/0 is a place")
        lost.is_located = False
        extent = self.map.read_extent([])
        self.assertEqual((extent['unlocated_count'], extent['count']), (1, 2))
        self.assertEqual([store['id'] for store in extent['unlocated']], lost.ids)
        self.assertNotIn(lost.id, [point['id'] for point in self.map.read_stores([], WORLD, 14)])

    def test_no_store_has_no_extent(self):
        self.assertIsNone(self.map.read_extent([('id', '=', 0)])['box'])

    # === FENCES === #

    def test_fences_that_reach_into_the_box_are_shown(self):
        # 200 m around Brussels; the box ends 100 m or 300 m east of the store.
        latitude, longitude = self.store_near.latitude, self.store_near.longitude
        degree = geo.distance(latitude, longitude, latitude, longitude + 1)
        for metres, shown in ((100, self.fence_near.ids), (300, [])):
            west = longitude + metres / degree
            fences = self.map.read_fences([latitude - 1e-5, west, latitude + 1e-5, west + 1e-5])
            self.assertEqual([fence['id'] for fence in fences], shown, metres)
        self.assertEqual(
            {name: fence for name, fence in self.map.read_fences([50.8, 4.3, 50.9, 4.4])[0].items()
             if name in ('store_name', 'type', 'radius', 'polygon')},
            {'store_name': "Brussels Store", 'type': 'circle', 'radius': 200.0, 'polygon': False})

    def test_a_fence_is_where_the_box_is(self):
        self.fence_near.write({'latitude': 10, 'longitude': -179.999})
        [fence] = self.map.read_fences([9.9, 179.9, 10.1, 180.1])
        self.assertAlmostEqual(fence['longitude'], 180.001)

    def test_fences_of_archived_stores_are_not_shown(self):
        self.store_near.active = False
        self.assertFalse(self.map.read_fences([50.8, 4.3, 50.9, 4.4]))

    # === WHO ASKS, AND WHAT === #

    def test_nonsense_is_refused(self):
        for box in ([0, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0], [-91, 0, 0, 1], [math.nan, 0, 1, 1], [0, 0, 1, math.inf],
                    ['x', 0, 1, 1], None, 7, [0, -1e300, 1, 1e300]):
            with self.subTest(box=box), self.assertRaises(UserError):
                self.map.read_stores([], box, 1)
        with self.assertRaises(UserError):
            self.map.read_stores([], WORLD, 'far')
        self.assertTrue(self.map.read_stores([], WORLD, 10 ** 9))

    def test_a_scale_beyond_the_largest_is_the_largest(self):
        self.assertEqual(self.map.read_stores([], WORLD, MAX_ZOOM + 1), self.map.read_stores([], WORLD, MAX_ZOOM))

    def test_fields_of_managers_cannot_be_asked_for(self):
        with self.assertRaises(AccessError):
            self.env['mobile.map'].with_user(self.anna_user).read_stores([('visit_count', '>', 0)], WORLD, 1)

    # === TILES === #

    def test_no_tiles_without_a_server(self):
        self.assertFalse(self.map.read_tiles())
        self.company.mobile_tile_url = 'https://tiles.example.com/{z}/{x}/{y}.png'
        self.assertEqual(self.map.read_tiles()['url'], 'https://tiles.example.com/{z}/{x}/{y}.png')
        self.assertFalse(self.env['mobile.map'].with_user(self.anna_user).read_tiles(), "its key is for staff")

    def test_the_attribution_is_harmless(self):
        self.company.write({
            'mobile_tile_url': 'https://tiles.example.com/{z}/{x}/{y}.png',
            'mobile_tile_attribution':
                '<a href="https://tiles.example.com" onclick="x()">Tiles</a><script>x()</script>'})
        attribution = self.map.read_tiles()['attribution']
        self.assertIn('href="https://tiles.example.com"', attribution)
        self.assertNotIn('onclick', attribution)
        self.assertNotIn('script', attribution)

    def test_addresses_of_tile_servers_are_checked(self):
        for good in ('http://localhost:8080/{z}/{x}/{y}.png', 'https://{s}.tile.example.org/{z}/{x}/{y}{r}.png?key=k'):
            self.company.mobile_tile_url = good
        for bad in ('https://tiles.example.com/', 'https://tiles.example.com/{z}/{x}.png', 'javascript:{x}{y}{z}',
                    '//tiles.example.com/{z}/{x}/{y}', 'https:///{z}/{x}/{y}', 'https://tiles.example.com/{q}/{z}/{x}/{y}',
                    'https://tiles example.com/{z}/{x}/{y}', 'ftp://tiles.example.com/{z}/{x}/{y}',
                    'https://[/{z}/{x}/{y}'):
            with self.subTest(url=bad), self.assertRaises(ValidationError):
                self.company.mobile_tile_url = bad

    # === VIEWS === #

    def test_only_stores_have_a_map(self):
        view = {'name': "map", 'type': 'mobile_map', 'arch': '<mobile_map/>'}
        self.env['ir.ui.view'].create({**view, 'model': 'mobile.store'})
        with self.assertRaises(ValidationError):
            self.env['ir.ui.view'].create({**view, 'model': 'res.partner'})
        with self.assertRaises(ValidationError):
            self.env['ir.ui.view'].create({
                **view, 'model': 'mobile.store', 'arch': '<mobile_map><field name="name"/></mobile_map>'})

    def test_show_on_map_looks_at_the_store(self):
        action = self.store_near.action_view_map()
        self.assertEqual(action['views'][0][1], 'mobile_map')
        self.assertEqual(action['context']['mobile_map_sight'], {'latitude': 50.8467, 'longitude': 4.3525, 'zoom': 14})
