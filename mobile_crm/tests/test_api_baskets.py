from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .basket_common import BasketCommon
from .common import MobileHttpCase


@tagged('-at_install', 'post_install', 'mobile_http')
class TestApiBaskets(BasketCommon, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.bens = self.phone_of(self.phone_ben)

    def _open(self, *lines, client=None, status=201, **values):
        answer = (client or self.client).post('/orders', {
            'store_id': self.store_near.id, 'lines': list(lines) or [{'product_id': self.milk.id, 'quantity': 2}],
            **values})
        self.assertEqual(answer.status, status, answer.content)
        return answer

    def _seen(self, answer):
        return {'If-Match': answer.headers['ETag']}

    def _patch(self, answer, client=None, status=200, headers=None, **values):
        changed = (client or self.client).request(
            'PATCH', f'/orders/{answer.json["id"]}', json=values,
            headers=self._seen(answer) if headers is None else headers)
        self.assertEqual(changed.status, status, changed.content)
        return changed

    def test_scan_change_leave(self):
        opened = self._open({'barcode': '5400000000010', 'quantity': 2}, {'product_id': self.mug.id})
        basket = opened.json['basket']
        self.assertEqual((opened.json['status'], opened.json['channel'], opened.json['total']['amount']),
                         ('basket', 'phone', '12.84'))
        self.assertEqual((basket['state'], basket['version'], basket['changes']), ('open', 1, []))
        self.assertEqual([(line['product_id'], line['quantity'], line['price']['amount']) for line in basket['lines']],
                         [(self.milk.id, 2.0, '2.42'), (self.mug.id, 1.0, '8.00')])
        path = f'/orders/{opened.json["id"]}'
        got = self.client.get(path)
        self.assertEqual((got.json, got.headers['ETag']), (opened.json, opened.headers['ETag']))
        self.assertEqual(self.client.get(path, headers={'If-None-Match': got.headers['ETag']}).status, 304)
        self.assertEqual(self.client.get('/orders').json['items'], [], "it is no purchase")
        [listed] = self.client.get('/orders', status='basket').json['items']
        self.assertEqual((listed['id'], listed['status']), (opened.json['id'], 'basket'))
        more = self.client.post(
            f'{path}/lines', {'lines': [{'barcode': '5400000000010'}]}, headers=self._seen(got))
        self.assertEqual((more.status, more.json['basket']['version']), (200, 2), more.content)
        self.assertEqual(more.json['basket']['lines'][0]['quantity'], 3.0)
        less = self._patch(more, lines=[{'product_id': self.mug.id, 'quantity': 3}])
        self.assertEqual((less.json['total']['amount'], less.json['basket']['version']), ('24.00', 3))
        gone = self.client.request('DELETE', path, headers=self._seen(less))
        self.assertEqual(gone.status, 204)
        after = self.client.get(path)
        self.assertEqual((after.json['status'], after.json['basket']['state'], after.json['basket']['expires_at']),
                         ('basket', 'cancelled', None))
        self.assertEqual(self.client.get('/orders', status='basket').json['items'], [])
        self._open()

    def test_a_pack_stays_a_pack(self):
        self.env['product.uom'].create({
            'product_id': self.mug.id, 'uom_id': self.box.id, 'barcode': '5400000000034'})
        opened = self._open({'barcode': '5400000000034', 'quantity': 2}, {'product_id': self.milk.id})
        lines = opened.json['basket']['lines']
        self.assertEqual([line['barcode'] for line in lines], ['5400000000034', None])
        changed = self._patch(opened, lines=[
            {'barcode': '5400000000034', 'quantity': 2}, {'product_id': self.milk.id, 'quantity': 2}])
        self.assertEqual([(line['id'], line['quantity'], line['unit']) for line in changed.json['basket']['lines']],
                         [(lines[0]['id'], 2.0, lines[0]['unit']), (lines[1]['id'], 2.0, lines[1]['unit'])])

    def test_versions(self):
        opened = self._open()
        path, lines = f'/orders/{opened.json["id"]}', [{'product_id': self.mug.id, 'quantity': 1}]
        for method, place in (('PATCH', path), ('DELETE', path), ('POST', f'{path}/lines')):
            body = {'json': {} if method != 'POST' else {'lines': lines}}
            for seen in ({}, {'If-Match': '*'}):
                self.assertProblem(
                    self.client.request(method, place, headers=seen, **body), 428, 'version_required')
            for seen in ('"2"', '"0"', 'x', '"1', opened.headers['ETag'].replace('1-', '2-', 1)):
                answer = self.client.request(method, place, headers={'If-Match': seen}, **body)
                self.assertProblem(answer, 412, 'basket_changed')
        changed = self._patch(opened, headers={'If-Match': '"1"'}, lines=lines)
        self.assertEqual(changed.json['basket']['version'], 2)
        self._patch(opened, lines=lines, status=412)
        again = self._patch(changed, lines=lines, headers={'If-Match': 'W/' + changed.headers['ETag']})
        self.assertEqual(again.json['basket']['version'], 2, "what is the same is no new version")

    def test_the_same_scan_twice(self):
        opened = self._open()
        headers = {**self._seen(opened), 'Idempotency-Key': str(uuid4())}
        path, body = f'/orders/{opened.json["id"]}/lines', {'lines': [{'product_id': self.milk.id}]}
        first, second = (self.client.post(path, body, headers=headers) for _time in range(2))
        self.assertEqual((first.status, first.content), (200, second.content))
        self.assertEqual(first.headers['ETag'], second.headers['ETag'])
        self.assertEqual(self.client.get(f'/orders/{opened.json["id"]}').json['basket']['lines'][0]['quantity'], 3.0)

    def test_a_second_phone_goes_on(self):
        opened = self._open()
        device = self._make_device()
        device._sign_in(self.anna_user)
        second = self.phone_of(device)
        with mute_logger('odoo.addons.mobile_crm.controllers.dispatcher'):
            self.assertProblem(self._open(client=second, status=409), 409, 'basket_exists')
        [listed] = second.get('/orders', status='basket').json['items']
        found = second.get(f'/orders/{listed["id"]}')
        self._patch(found, client=second, lines=[])
        self._patch(opened, lines=[], status=412)

    def test_it_is_nobody_elses(self):
        opened = self._open()
        path = f'/orders/{opened.json["id"]}'
        other = self.env['mobile.app'].create({'name': "Other", 'company_id': self.env['res.company'].create({
            'name': "Other Shop", 'country_id': self.company.country_id.id}).id})
        device = self._make_device(other)
        device._sign_in(self.anna_user)
        for client in (self.bens, self.phone_of(device)):
            self.assertProblem(client.get(path), 404, 'not_found')
            for method, place, body in (
                    ('PATCH', path, {}), ('DELETE', path, {}),
                    ('POST', f'{path}/lines', {'lines': [{'product_id': self.milk.id}]})):
                answer = client.request(method, place, headers=self._seen(opened), json=body)
                self.assertProblem(answer, 404, 'not_found')
            self.assertEqual(client.get('/orders', status='basket').json['items'], [])
        for place in ('/receipt', '/reorder'):
            self.assertProblem(self.client.request(
                'GET' if place == '/receipt' else 'POST', path + place), 404, 'not_found')

    def test_what_cannot_be_bought(self):
        hidden = self.make_product("Hidden", 1.0, mobile_published=False)
        theirs = self.make_product("Theirs", 1.0, company_id=self.env['res.company'].create({'name': "Other"}).id)
        combo = self.env['product.combo'].create({
            'name': "Drink", 'combo_item_ids': [Command.create({'product_id': self.milk.id})]})
        menu = self.make_product("Menu", 9.0, type='combo', combo_ids=[Command.set(combo.ids)])
        for line, place, kind in (
            ({'product_id': hidden.id}, 'product_id', 'not_sold'),
            ({'product_id': theirs.id}, 'product_id', 'not_sold'),
            ({'product_id': menu.id}, 'product_id', 'not_by_phone'),
            ({'barcode': '5400000000027'}, 'barcode', 'not_sold'),
            ({'barcode': '5400000000011'}, 'barcode', 'barcode_invalid'),
            ({'product_id': self.milk.id, 'quantity': 0.5}, 'quantity', 'value_error'),
        ):
            answer = self._open({'product_id': self.milk.id}, line, status=422)
            self.assertInvalid(answer, 'body', 'lines', 1, place)
            self.assertEqual([error['type'] for error in answer.json['errors']], [kind])
        self.assertInvalid(self._open({}, status=422), 'body', 'lines', 0)
        self.assertInvalid(self._open({'product_id': 1, 'barcode': '1'}, status=422), 'body', 'lines', 0)
        answer = self.client.post('/orders', {'store_id': 10 ** 6, 'lines': [{'product_id': self.milk.id}]})
        self.assertInvalid(answer, 'body', 'store_id')
        self.assertFalse(self.env['mobile.basket'].search([('partner_id', '=', self.anna.id)]))
        # As many digits as Odoo counts with.
        self.assertEqual(self._open({'product_id': self.apples.id, 'quantity': 0.532}).json['total']['amount'], '1.58')
