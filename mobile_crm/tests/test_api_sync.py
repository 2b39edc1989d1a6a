from odoo.tests import tagged

from .common import MobileHttpCase

HERE = {'lat': 50.8467, 'lon': 4.3525}


@tagged('-at_install', 'post_install')
class TestApiSync(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _ask(self, **query):
        answer = self.client.get('/sync', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return answer

    def test_items_are_as_their_own_operations_tell_them(self):
        self.enter(self.phone, self.fence_near)
        self.client.put(f'/favourites/{self.product.id}', {})
        self.make_order(self.anna).action_confirm()
        made = self.client.post('/lists', {'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'name': "Weekend", 'lines': [
            {'id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'text': "Bread"}]}).json
        answer = self._ask(**HERE).json
        for kind, path in (('me', '/me'), ('preferences', '/me/preferences'), ('consents', '/me/consents')):
            self.assertEqual(answer[kind], self.client.get(path).json)
        for kind in ('offers', 'messages', 'lists', 'orders'):
            self.assertEqual(answer[kind], self.client.get(f'/{kind}').json['items'])
        self.assertEqual((answer['lists'], len(answer['orders'])), ([made], 1))
        product = self.client.get(f'/products/{self.product.id}').json
        self.assertEqual(answer['products'], [
            {name: [] if name == 'stores' else value for name, value in product.items()
             if name not in ('variants', 'last_bought_at')}])
        store = self.client.get(f'/stores/{self.store_near.id}', **HERE).json
        self.assertEqual(answer['stores'][0], store | dict.fromkeys(('distance', 'open_now', 'next_change_at')))

    def test_nothing_new(self):
        cursor = self._ask(**HERE).json['cursor']
        answer = self._ask(cursor=cursor, **HERE)
        self.assertEqual((answer.json['reset'], answer.json['cursor']), (False, cursor))
        self.assertLess(len(answer.content), 200 + len(cursor))
        again = self.client.get('/sync', headers={'If-None-Match': answer.headers['ETag']}, cursor=cursor, **HERE)
        self.assertEqual(again.status, 304)
        self.post = self.env['mobile.message']._post([
            {'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello"}])
        again = self.client.get('/sync', headers={'If-None-Match': answer.headers['ETag']}, cursor=cursor, **HERE)
        self.assertEqual([message['title'] for message in again.json['messages']], ["Hello"])

    def test_cursors_of_others_and_of_nobody(self):
        whole = self._ask(**HERE).json
        for cursor in ('', 'x', 'AQAB', whole['cursor'][:-3], '%00', 'A' * 10_000):
            self.assertEqual(self._ask(cursor=cursor, **HERE).json, whole)
        self.assertTrue(whole['reset'])
        ben = self.phone_of(self.phone_ben)
        self.assertEqual(ben.get('/sync', cursor=whole['cursor'], **HERE).json, ben.get('/sync', **HERE).json)
        self.assertInvalid(self.client.get('/sync', cursor='A' * 10_001), 'query', 'cursor')
        self.assertProblem(self.phone_of(self._make_device()).get('/sync'), 401, 'sign_in_required')

    def test_no_position_of_an_app_that_keeps_them(self):
        self.app.location_mode = 'on_device'
        answer = self.client.get('/sync', **HERE)
        self.assertEqual([error['type'] for error in answer.json['errors']], ['position_not_accepted'] * 2)
        self.assertEqual(len(self._ask().json['stores']), 2)
