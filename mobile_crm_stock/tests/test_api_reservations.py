"""Reservations as phones see them, and what the bridge adds to the API's description."""
from openapi_spec_validator import OpenAPIV31SpecValidator

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from odoo.addons.mobile_crm.controllers import openapi
from odoo.addons.mobile_crm.tests.common import MobileHttpCase

from .test_reservation import ReservationCommon

NOBODYS = '6f1c1a52-7d1f-4f0e-8d27-3d6a4a3f7f10'


@tagged('-at_install', 'post_install')
class TestApiReservations(MobileHttpCase, ReservationCommon):

    def setUp(self):
        super().setUp()
        self.client, self.other = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _body(self, quantity=1, product=None, store=None):
        return {'store_id': (store or self.store_near).id,
                'lines': [{'product_id': (product or self.cup).id, 'quantity': quantity}]}

    def _post(self, phone=None, key=None, **values):
        headers = {'Idempotency-Key': key} if key else None
        return (phone or self.client).post('/reservations', self._body(**values), headers=headers)

    def test_from_the_wish_to_the_end(self):
        answer = self._post(quantity=2)
        self.assertEqual(answer.status, 201, answer.content)
        reservation = answer.json
        self.assertEqual(
            {name: reservation[name] for name in ('status', 'expires_at', 'store', 'lines', 'ended_at')}, {
                'status': 'held', 'expires_at': '2026-11-18T11:00:00Z', 'ended_at': None,
                'store': {'store_id': self.store_near.id, 'name': "Brussels Store"},
                'lines': [{'product_id': self.cup.id, 'name': "Cup", 'quantity': 2, 'unit': 'Units'}]})
        self.assertRegex(reservation['code'], '^[0-9A-Z]{8}$')
        self.assertEqual(self.client.get(f'/reservations/{reservation["id"]}').json, reservation)
        self.assertEqual([item['id'] for item in self.client.get('/reservations').json['items']], [reservation['id']])
        for _twice in range(2):
            self.assertEqual(self.client.delete(f'/reservations/{reservation["id"]}').status, 204)
        self.assertEqual(self.client.get(f'/reservations/{reservation["id"]}').json['status'], 'cancelled')
        second = self._post().json
        found = self.env['mobile.reservation'].search([('uuid', '=', second['id'])])
        found.with_user(self.clerk).action_collected()
        self.assertProblem(self.client.delete(f'/reservations/{second["id"]}'), 409, 'reservation_ended')
        page = self.client.get('/reservations', limit=1).json
        self.assertEqual(page['items'][0]['id'], second['id'])
        following = self.client.get('/reservations', cursor=page['next_cursor']).json
        self.assertEqual([item['id'] for item in following['items']], [reservation['id']])

    def test_the_last_piece_is_one_customers(self):
        self.assertEqual(self._post(product=self.jacket, key='jacket').status, 201)
        again = self._post(product=self.jacket, key='jacket')
        self.assertEqual((again.status, again.headers.get('Idempotency-Replayed')), (201, 'true'))
        lost = self._post(self.other, product=self.jacket)
        self.assertProblem(lost, 409, 'out_of_stock')
        self.assertEqual(lost.json['detail'], "Brussels Store does not have enough of: Jacket")
        self.assertEqual(self.env['mobile.reservation'].search_count([('store_id', '=', self.store_near.id)]), 1)

    def test_another_customers_is_nobodys(self):
        own = self._post().json['id']
        for number in (own, NOBODYS):
            for verb in ('get', 'delete'):
                self.assertProblem(getattr(self.other, verb)(f'/reservations/{number}'), 404, 'not_found')
        self.assertEqual(self.other.get('/reservations').json['items'], [])
        anonymous = self.registered_phone()
        for answer in (self._post(anonymous), anonymous.get('/reservations'), anonymous.get(f'/reservations/{own}')):
            self.assertProblem(answer, 401, 'sign_in_required')

    def test_what_is_wrong_is_named(self):
        for lines, *loc in (
            ([], 'lines'), ([{'quantity': 1}], 'lines', 0),
            ([{'product_id': self.cup.id, 'barcode': '1'}], 'lines', 0),
            ([{'product_id': self.cup.id, 'quantity': 0}], 'lines', 0, 'quantity'),
            ([{'product_id': self.cup.id, 'quantity': 99}], 'lines', 0, 'quantity'),
            ([{'product_id': 2 ** 31 - 1}], 'lines', 0, 'product_id'),
            ([{'barcode': '4006381333931'}], 'lines', 0, 'barcode'),
        ):
            with self.subTest(lines=lines):
                self.assertInvalid(
                    self.client.post('/reservations', {'store_id': self.store_near.id, 'lines': lines}), 'body', *loc)
        self.assertInvalid(self.client.post('/reservations', {
            **self._body(), 'store_id': 2 ** 31 - 1}), 'body', 'store_id')

    def test_products_tell_which_store_has_them(self):
        self.app.show_quantities = True
        product = self.client.get(f'/products/{self.jacket.id}', lat=50.85, lon=4.35).json
        self.assertEqual([(store['store_id'], store['availability'], store['quantity']) for store in product['stores']],
                         [(self.store_near.id, 'low', 1)])
        self._post(product=self.jacket)
        product = self.client.get(f'/products/{self.jacket.id}', store_id=self.store_near.id).json
        self.assertEqual(product['stores'][0]['availability'], 'out')
        self.assertInvalid(self.client.get('/products', store_id=2 ** 31 - 1), 'query', 'store_id')


@tagged('-at_install', 'post_install')
class TestOpenapi(BaseCase):

    def test_it_is_valid_and_committed(self):
        document = openapi.document(['mobile_crm_stock'])
        self.assertEqual([error.message for error in OpenAPIV31SpecValidator(document).iter_errors()], [])
        self.assertEqual(set(document['paths']), {'/reservations', '/reservations/{reservation_id}'})
        with file_open('mobile_crm_stock/static/openapi.json') as file:
            self.assertEqual(file.read(), openapi.text('mobile_crm_stock'),
                             "the API has changed: run ./dev openapi and commit the file")

    def test_each_addon_has_its_own(self):
        self.assertNotIn('/reservations', openapi.document(['mobile_crm'])['paths'])
        together = openapi.document(['mobile_crm', 'mobile_crm_stock', 'stock'])['paths']
        self.assertLessEqual({'/stores', '/reservations'}, set(together))
        self.assertIn('create_reservation', openapi.page(['mobile_crm_stock']))
