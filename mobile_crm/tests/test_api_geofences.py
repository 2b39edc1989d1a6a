from odoo.tests import tagged

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
