from odoo.tests import tagged

from ..tools import geo
from .common import MobileHttpCase

HERE = {'lat': 50.8503, 'lon': 4.3517}


@tagged('-at_install', 'post_install')
class TestApiGeofences(MobileHttpCase):

    def test_a_fence(self):
        self.fence_near.write({'on_dwell': True, 'on_exit': False, 'loitering_delay': 120})
        answer = self.registered_phone().get('/geofences', **HERE)
        self.assertEqual([item['id'] for item in answer.json['items']], [self.fence_near.id, self.fence_far.id])
        self.assertEqual(answer.json['items'][0], {
            'id': self.fence_near.id, 'store_id': self.store_near.id, 'type': 'circle', 'lat': 50.8467, 'lon': 4.3525,
            'radius': 200.0, 'polygon': None, 'notify_on': ['enter', 'dwell'], 'loitering_delay': 120,
            'priority': True})
        self.assertEqual(answer.json['refresh'], {**HERE, 'radius': 100_000.0})

    def test_the_ring_ends_before_the_first_fence_that_is_left_out(self):
        answer = self.registered_phone().get('/geofences', **HERE, limit=1)
        self.assertEqual([item['id'] for item in answer.json['items']], [self.fence_near.id])
        self.assertAlmostEqual(answer.json['refresh']['radius'], 264_000 - 200, delta=1000)

    def test_a_phone_watches_as_many_as_its_platform_can(self):
        self.env['mobile.geofence'].create([
            {'name': f'Fence {number}', 'store_id': self.store_near.id, 'radius': 200 + number}
            for number in range(120)])
        for platform, limit, expected in (('ios', 100, 19), ('ios', 5, 5), ('android', 100, 99), ('web', 100, 99)):
            answer = self.registered_phone(platform=platform).get('/geofences', **HERE, limit=limit)
            self.assertEqual(len(answer.json['items']), expected, platform)

    def test_what_is_not_the_apps_is_not_there(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self._make_store("Elsewhere", "Brussels", 'base.be', 50.85, 4.35, other)
        archived_store, _fence = self._make_store("Archived", "Brussels", 'base.be', 50.85, 4.35)
        archived_store.active = False
        self.fence_far.active = False
        items = self.phone_of(self.phone).get('/geofences', **HERE).json['items']
        self.assertEqual([item['id'] for item in items], [self.fence_near.id])

    def test_wrong_values(self):
        phone = self.registered_phone()
        for query, loc in (
            ({'lat': 50}, 'lon'), ({'lon': 4}, 'lat'), ({**HERE, 'lat': 90.1}, 'lat'), ({**HERE, 'lon': 'nan'}, 'lon'),
            ({**HERE, 'limit': 0}, 'limit'), ({**HERE, 'limit': 101}, 'limit'),
            ({**HERE, 'platform': 'ios'}, 'platform'),
        ):
            with self.subTest(query=query):
                self.assertInvalid(phone.get('/geofences', **query), 'query', loc)

    def test_a_polygon(self):
        ring = [[4.35, 50.85], [4.36, 50.85], [4.36, 50.86], [4.35, 50.86]]
        hole = [[4.354, 50.854], [4.356, 50.854], [4.356, 50.856], [4.354, 50.856]]
        self.fence_near.polygon = {'type': 'Polygon', 'coordinates': [ring, hole]}
        phone = self.registered_phone()
        item = phone.get('/geofences', **HERE).json['items'][0]
        self.assertEqual((item['type'], item['polygon']['type']), ('polygon', 'Polygon'))
        self.assertEqual(item['polygon']['coordinates'], [
            [*ring, ring[0]], [hole[-1], hole[2], hole[1], hole[0], hole[-1]]])
        for lon, lat in ring:
            self.assertLessEqual(geo.distance(item['lat'], item['lon'], lat, lon), item['radius'])

    def test_a_small_polygon_has_a_circle_that_phones_notice(self):
        ring = [[4.35, 50.85], [4.3501, 50.85], [4.35, 50.8501]]
        self.fence_near.polygon = {'type': 'Polygon', 'coordinates': [ring]}
        item = self.registered_phone().get('/geofences', **HERE).json['items'][0]
        self.assertEqual(item['radius'], 100)
        self.assertLess(self.fence_near.radius, 10)

    def test_favourites_first(self):
        self.campaign.state = 'paused'
        phone = self.phone_of(self.phone)
        self.assertEqual([item['priority'] for item in phone.get('/geofences', **HERE).json['items']], [False, False])
        phone.patch('/me', {'favourite_store_ids': [self.store_far.id]})
        items = phone.get('/geofences', **HERE).json['items']
        self.assertEqual([(item['id'], item['priority']) for item in items],
                         [(self.fence_far.id, True), (self.fence_near.id, False)])
        # They are the customer's own.
        for other in (self.phone_of(self.phone_ben), self.registered_phone()):
            self.assertFalse(any(item['priority'] for item in other.get('/geofences', **HERE).json['items']))

    def test_not_modified_until_something_is(self):
        phone = self.registered_phone()
        etag = phone.get('/geofences', **HERE).headers['ETag']
        again = phone.request('GET', f'/geofences?lat={HERE["lat"]}&lon={HERE["lon"]}', headers={'If-None-Match': etag})
        self.assertEqual((again.status, again.content), (304, b''))
        self.campaign.state = 'paused'
        again = phone.request('GET', f'/geofences?lat={HERE["lat"]}&lon={HERE["lon"]}', headers={'If-None-Match': etag})
        self.assertEqual(again.status, 200)
        self.assertNotEqual(again.headers['ETag'], etag)

    def test_all_fences_for_an_app_that_keeps_positions_on_the_phone(self):
        self.app.location_mode = 'on_device'
        self.fence_far.polygon = {'type': 'Polygon', 'coordinates': [[[2.35, 48.85], [2.36, 48.85], [2.36, 48.86]]]}
        phone = self.registered_phone()
        first = phone.get('/geofences', limit=1).json
        second = phone.get('/geofences', limit=1, cursor=first['next_cursor']).json
        self.assertEqual([item['id'] for item in first['items'] + second['items']],
                         [self.fence_near.id, self.fence_far.id])
        self.assertEqual(second['items'][0]['polygon']['type'], 'Polygon')
        self.assertIsNone(second['next_cursor'])
