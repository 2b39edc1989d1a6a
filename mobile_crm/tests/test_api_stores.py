import base64
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import geo
from ..tools.opening import DAY, local_date, to_utc
from .common import MobileHttpCase

HERE = {'lat': 50.8503, 'lon': 4.3517}


@tagged('-at_install', 'post_install')
class TestApiStores(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.registered_phone()

    def _names(self, **query):
        answer = self.client.get('/stores', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return [store['name'] for store in answer.json['items']]

    def _all_pages(self, **query):
        names, cursor = [], None
        while True:
            answer = self.client.get('/stores', **query, **({'cursor': cursor} if cursor else {}))
            self.assertEqual(answer.status, 200, answer.content)
            names += [store['name'] for store in answer.json['items']]
            cursor = answer.json['next_cursor']
            if not cursor:
                return names

    def test_a_store(self):
        self.store_near.phone = '+32 2 123 45 67'
        answer = self.client.get(f'/stores/{self.store_near.id}', **HERE)
        store = answer.json
        self.assertAlmostEqual(store.pop('distance'), 404, delta=2)
        self.assertEqual(store, {
            'id': self.store_near.id, 'name': "Brussels Store", 'lat': 50.8467, 'lon': 4.3525,
            'address': {'street': "Main Street 1", 'street2': None, 'zip': None, 'city': "Brussels", 'country': 'BE'},
            'phone': '+32 2 123 45 67', 'timezone': 'Europe/Brussels', 'open_now': None, 'hours': [],
            'special_days': [], 'next_change_at': None, 'services': [], 'image_url': None})
        self.assertIsNone(self.client.get(f'/stores/{self.store_near.id}').json['distance'])

    def test_nearest_first_with_true_distances(self):
        for lat, lon, order in ((50.8503, 4.3517, ["Brussels Store", "Paris Store"]),
                                (48.8, 2.3, ["Paris Store", "Brussels Store"]),
                                (-50.8467, -175.6475, ["Paris Store", "Brussels Store"])):
            items = self.client.get('/stores', lat=lat, lon=lon).json['items']
            self.assertEqual([item['name'] for item in items], order)
            for item in items:
                self.assertAlmostEqual(item['distance'], geo.distance(lat, lon, item['lat'], item['lon']), delta=0.2)

    def test_filters(self):
        self.assertEqual(self._names(), ["Brussels Store", "Paris Store"])
        self.assertEqual(self._names(**HERE, radius=1000), ["Brussels Store"])
        self.assertEqual(self._names(**HERE, radius=0), [])
        self.assertEqual(self._names(**HERE, radius=1e308), ["Brussels Store", "Paris Store"])
        self.assertEqual(self._names(q='paris'), ["Paris Store"])
        self.assertEqual(self._names(q="'; DROP TABLE mobile_store; --"), [])
        self.assertEqual(self._names(q='%'), [])
        self.assertEqual(self._names(q='Brussels_Store'), [])
        self.assertEqual(self._names(open_now='true'), [])

    def test_open_now(self):
        always = self.env['resource.calendar'].create({
            'name': "Always", 'tz': 'UTC', 'attendance_ids': [Command.clear()] + [Command.create({
                'name': "Open", 'dayofweek': str(day), 'hour_from': 0, 'hour_to': 24, 'day_period': 'morning',
            }) for day in range(7)]})
        self.store_far.calendar_id = always
        self.assertEqual(self._names(**HERE, open_now='true'), ["Paris Store"])
        self.assertEqual(self._names(**HERE, open_now='false'), [])
        store = self.client.get(f'/stores/{self.store_far.id}').json
        self.assertEqual((store['open_now'], len(store['hours'])), (True, 7))
        self.assertEqual(store['hours'][0], {'day': 0, 'opens': '00:00', 'closes': '24:00'})

    def test_a_store_without_a_position(self):
        self.store_far.is_located = False
        self.assertEqual(self._names(**HERE), ["Brussels Store"])
        self.assertEqual(self._names(lat=0, lon=0), ["Brussels Store"])
        self.assertEqual(self._names(), ["Brussels Store", "Paris Store"])
        store = self.client.get(f'/stores/{self.store_far.id}', **HERE).json
        self.assertEqual((store['lat'], store['lon'], store['distance']), (None, None, None))
        self.store_far.write({'latitude': 0.0, 'longitude': 0.0})
        self.assertEqual(self._names(lat=0, lon=0), ["Paris Store", "Brussels Store"])

    def test_pages_while_stores_come_move_and_go(self):
        """What stays in its place is seen once; the rest is seen at most once in a place."""
        stores = self.env['mobile.store'].create([{
            'name': f'Store {number:02}', 'partner_id': self.store_near.partner_id.id, 'company_id': self.company.id,
            'tz': 'UTC', 'latitude': 51.0 + number // 2 / 100, 'longitude': 4.35} for number in range(12)])
        for query in (HERE, {}):
            cursor, seen = None, []
            for step in range(20):
                answer = self.client.get('/stores', **query, limit=3, **({'cursor': cursor} if cursor else {})).json
                seen += [store['name'] for store in answer['items']]
                cursor = answer['next_cursor']
                if not cursor:
                    break
                if step == 0:
                    # One that was seen goes far away, one is closed for good, and new ones open before and after.
                    stores[0].write({'latitude': -51.0, 'name': "Aaa"})
                    stores[11].active = False
                    for latitude, name in ((50.851, "Aab"), (51.055, "Store 05b")):
                        stores[1].copy({'latitude': latitude, 'name': name, 'partner_id': stores[1].partner_id.id})
            self.assertLessEqual(step, 10)
            stayed = [store.name for store in stores[1:11]]
            self.assertEqual([name for name in seen if name in stayed], stayed)
            self.assertNotIn("Store 11", seen[3:])
            self.assertIn("Store 05b", seen)
            stores.write({'active': True})
            stores[0].write({'latitude': 51.0, 'name': "Store 00"})
            self.env['mobile.store'].search([('name', 'in', ("Aab", "Store 05b"))]).unlink()

    def test_wrong_values(self):
        for query, loc in (
            ({'lat': 91, 'lon': 0}, 'lat'), ({'lat': 0, 'lon': -180.1}, 'lon'), ({'lat': 'nan', 'lon': 0}, 'lat'),
            ({'lat': 'inf', 'lon': 0}, 'lat'), ({'lat': '1e999', 'lon': 0}, 'lat'), ({'lat': '', 'lon': 0}, 'lat'),
            ({**HERE, 'radius': -1}, 'radius'), ({'limit': 0}, 'limit'), ({'limit': 101}, 'limit'),
            ({'limit': 'ten'}, 'limit'), ({'limit': '9' * 5000}, 'limit'), ({'q': 'x' * 101}, 'q'),
            ({'q': 'a\0b'}, 'q'),
            ({'open_now': 'maybe'}, 'open_now'), ({'sort': 'id desc'}, 'sort'), ({'cursor': 'x' * 501}, 'cursor'),
        ):
            with self.subTest(query={key: str(value)[:20] for key, value in query.items()}):
                self.assertInvalid(self.client.get('/stores', **query), 'query', loc)
        for query in ({'lat': 50}, {'lon': 4}, {'radius': 10}):
            self.assertInvalid(self.client.get('/stores', **query), 'query')
        self.assertInvalid(self.client.get(f'/stores/{self.store_near.id}', lat=50), 'query')

    def test_a_parameter_given_twice(self):
        answer = self.client.request('GET', '/stores?limit=1&limit=2')
        self.assertInvalid(answer, 'query', 'limit')

    def test_what_is_not_the_apps_is_not_there(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        elsewhere, _fence = self._make_store("Elsewhere", "Brussels", 'base.be', 50.85, 4.35, other)
        archived, _fence = self._make_store("Archived", "Brussels", 'base.be', 50.85, 4.35)
        archived.active = False
        self.assertEqual(self._names(**HERE), ["Brussels Store", "Paris Store"])
        bodies = []
        for store_id in (elsewhere.id, archived.id, 2 ** 31 - 1):
            answer = self.client.get(f'/stores/{store_id}')
            self.assertProblem(answer, 404, 'not_found')
            bodies.append({**answer.json, 'instance': None, 'request_id': None})
        self.assertEqual(bodies[0], bodies[1])
        self.assertEqual(bodies[0], bodies[2])
        other_app = self.env['mobile.app'].create({'name': "Other App", 'company_id': other.id})
        phone = self.registered_phone(other_app)
        self.assertEqual([store['name'] for store in phone.get('/stores').json['items']], ["Elsewhere"])

    # === PAGES === #

    def _many(self):
        # Twins at one spot and with one name: the sort key alone does not tell them apart.
        for number in range(6):
            self._make_store(f'Twin {number % 2}', "Ghent", 'base.be', 51.05, 3.72)

    def test_pages_neither_skip_nor_repeat(self):
        self._many()
        for query in ({}, HERE, {'q': 'store'}, {**HERE, 'radius': 100_000}):
            everything = self._names(**query)
            for limit in (1, 2, 3, 8):
                self.assertEqual(self._all_pages(**query, limit=limit), everything, (query, limit))
        self.assertEqual(len(self._all_pages(**HERE, limit=4)), 8)

    def test_the_last_page_says_so(self):
        self.assertIsNone(self.client.get('/stores', limit=2).json['next_cursor'])
        self.assertIsNotNone(self.client.get('/stores', limit=1).json['next_cursor'])

    def test_forged_cursors(self):
        def cursor(*key):
            return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip('=')

        genuine = self.client.get('/stores', **HERE, limit=1).json['next_cursor']
        for text in ('', 'x', '!!!!', 'é', genuine[:-1], genuine + 'AAAA', cursor(), cursor(1), cursor('x', 1),
                     cursor(0.1, 'x'), cursor(0.1, -1), cursor(0.1, 2 ** 63), cursor(0.1, True), cursor(0.1, 1, 1),
                     cursor([0.1], 1), cursor(None, None), cursor(float('nan'), 1), cursor(float('inf'), 1),
                     base64.urlsafe_b64encode(b'[1e999, 1]').decode(), base64.urlsafe_b64encode(b'{}').decode()):
            with self.subTest(cursor=text):
                self.assertInvalid(self.client.get('/stores', **HERE, cursor=text), 'query', 'cursor')
        for text in (genuine, cursor(0.1, 1), cursor('a\0b', 1), cursor('\ud800', 1)):
            self.assertInvalid(self.client.get('/stores', cursor=text), 'query', 'cursor')
        self.assertEqual(self.client.get('/stores', cursor=cursor("' OR 1=1 --", 1)).status, 200)
        self.assertEqual(self.client.get('/stores', **HERE, cursor=cursor(5e7, 2 ** 62)).json['items'], [])

    # === HOURS AND SERVICES === #

    def test_special_days_and_nights(self):
        self.store_near.calendar_id = self.env['resource.calendar'].create({
            'name': "Bar", 'tz': 'Europe/Brussels', 'company_id': self.company.id,
            'attendance_ids': [Command.clear()] + [Command.create({
                'name': "Open", 'dayofweek': day, 'hour_from': start, 'hour_to': end,
            }) for day, start, end in (('2', 9, 18), ('5', 22, 24), ('6', 0, 2))]})
        today = local_date('Europe/Brussels', fields.Datetime.now())
        eve, holiday, far = (today + timedelta(days=days) for days in (2, 3, 30))
        self.env['resource.calendar.leaves'].create({
            'name': "Boxing Day", 'calendar_id': self.store_near.calendar_id.id,
            'date_from': to_utc(holiday, 0, ZoneInfo('Europe/Brussels')),
            'date_to': to_utc(holiday, DAY, ZoneInfo('Europe/Brussels')) - timedelta(seconds=1)})
        self.env['mobile.opening.exception'].create([{
            'name': "Christmas Eve", 'date_from': eve, 'is_closed': False, 'hours': '10:00-14:00, 20:00-02:00',
            'store_ids': self.store_near.ids}, {'name': "Far away", 'date_from': far}])
        self.env['res.lang']._activate_lang('fr_FR')
        self.env['mobile.opening.exception'].search([('name', '=', "Christmas Eve")]).with_context(
            lang='fr_FR').name = "Veille de Noël"
        store = self.client.get(f'/stores/{self.store_near.id}').json
        self.assertEqual(store['hours'], [
            {'day': 2, 'opens': '09:00', 'closes': '18:00'}, {'day': 5, 'opens': '22:00', 'closes': '02:00'}])
        self.assertEqual(store['special_days'], [
            {'date': str(eve), 'name': "Christmas Eve", 'closed': False,
             'hours': [{'opens': '10:00', 'closes': '14:00'}, {'opens': '20:00', 'closes': '02:00'}]},
            {'date': str(holiday), 'name': "Boxing Day", 'closed': True, 'hours': []}])
        french = self.client.get(f'/stores/{self.store_near.id}', headers={'Accept-Language': 'fr-FR'}).json
        self.assertEqual(french['special_days'][0]['name'], "Veille de Noël")
        elsewhere = self.client.get(f'/stores/{self.store_far.id}').json
        self.assertEqual((elsewhere['special_days'], elsewhere['open_now']), ([], None))

    def test_services(self):
        parking, repairs, gone = self.env['mobile.store.service'].create([
            {'name': "Parking"}, {'name': "Repairs", 'code': 'repair_shop'}, {'name': "Gone", 'active': False}])
        self.store_near.service_ids = parking + repairs + gone
        self.store_far.service_ids = parking
        store = self.client.get(f'/stores/{self.store_near.id}').json
        self.assertEqual(store['services'], [
            {'code': 'parking', 'name': "Parking"}, {'code': 'repair_shop', 'name': "Repairs"}])
        self.assertEqual(self._names(service='parking'), ["Brussels Store", "Paris Store"])
        self.assertEqual(self._names(**HERE, service='parking,repair_shop'), ["Brussels Store"])
        self.assertEqual(self._names(service='repair_shop', q='paris'), [])
        self.assertEqual(self._names(service='gone'), [])
        self.assertEqual(self._names(service='nobody_has_it'), [])
        repairs.code = 'repairs'
        self.assertEqual(self._names(service='repairs'), ["Brussels Store"])
        for wrong in ('', ',', 'Parking', 'a,,b', "parking' OR 1=1", ','.join('abcdefghijk'), 'x' * 501):
            self.assertInvalid(self.client.get('/stores', service=wrong), 'query', 'service')

    def test_codes_of_services(self):
        Service = self.env['mobile.store.service']
        services = Service.create([
            {'name': name} for name in ("Click & Collect", "Click, Collect!", "Zoë's Café", "停车场")])
        self.assertEqual(services.mapped('code'), ['click_collect', 'click_collect_2', 'zoe_s_cafe', 'service'])
        with self.assertRaises(ValidationError):
            services[0].code = 'Click Collect'
