from unittest.mock import patch
from uuid import uuid4

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import mobile_list
from ..models.mobile_catalogue_stores import Availability
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiLists(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.bread, cls.milk, cls.theirs = cls.env['product.product'].create([
            {'name': "Bread", 'list_price': 2.5, 'taxes_id': [Command.clear()], 'default_code': 'B1'},
            {'name': "Milk", 'list_price': 1.2, 'taxes_id': [Command.clear()]},
            {'name': "Theirs", 'company_id': cls.other_company.id}])

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _line(self, **values):
        return {'id': str(uuid4()), **values}

    def _make(self, *lines, status=201, **values):
        answer = self.client.post('/lists', {'id': str(uuid4()), 'name': "Weekend", 'lines': lines, **values})
        self.assertEqual(answer.status, status, answer.content)
        return answer.json

    def _get(self, made):
        answer = self.client.get(f'/lists/{made["id"]}')
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def _patch(self, made, line=None, status=200, **values):
        path = f'/lists/{made["id"]}' + (f'/lines/{line["id"]}' if line else '')
        answer = self.client.patch(path, values)
        self.assertEqual(answer.status, status, answer.content)
        return answer.json

    def _add(self, made, *lines, status=201):
        answer = self.client.post(f'/lists/{made["id"]}/lines', {'lines': lines})
        self.assertEqual(answer.status, status, answer.content)
        return answer.json

    # === LISTS === #

    def test_make_change_delete(self):
        bread = self._line(product_id=self.bread.id, quantity=2, note="sliced")
        flowers = self._line(text="Flowers", unit="bunch")
        made = self._make(bread, flowers)
        self.assertEqual(made['name'], "Weekend")
        common = {'version': made['version'], 'done': False}
        self.assertEqual(made['lines'], [
            {**common, **bread, 'text': "Bread", 'quantity': 2.0, 'unit': None, 'position': 1.0},
            {**common, **flowers, 'product_id': None, 'quantity': 1.0, 'note': None, 'position': 2.0}])
        shown = self._get(made)
        [product] = shown.pop('products')
        self.assertEqual((shown, product['id'], product['price']['amount']), (made, self.bread.id, '2.50'))
        second = self._make(name="Party")
        self.assertEqual(self.client.get('/lists').json, {'items': [second, made], 'next_cursor': None})
        page = self.client.get('/lists', limit=1).json
        self.assertEqual(self.client.get('/lists', cursor=page['next_cursor']).json['items'], [made])
        renamed = self._patch(made, name="Sunday")
        self.assertEqual(renamed, {**made, 'name': "Sunday", 'version': made['version'] + 1})
        self.assertEqual(self._patch(made, name="Sunday"), renamed, "nothing new is no change")
        self.assertEqual(self.client.delete(f'/lists/{made["id"]}').status, 204)
        for method, path in (('GET', ''), ('DELETE', ''), ('GET', '/stores')):
            self.assertProblem(self.client.request(method, f'/lists/{made["id"]}{path}'), 404, 'not_found')
        self.assertFalse(self.env['mobile.list.line'].search([('uuid', 'in', (bread['id'], flowers['id']))]))

    def test_the_same_again_is_no_second_one(self):
        line = self._line(text="Flowers")
        made = self._make(line)
        self.assertEqual(self._make(id=made['id'], name="Another", status=200), made)
        again = self._add(made, line, status=200)
        self.assertEqual(again, {'version': made['version'], 'items': made['lines']})
        fresh = self._line(text="Candles")
        both = self._add(made, fresh, {**line, 'text': "Ignored"}, fresh)
        self.assertEqual([item['text'] for item in both['items']], ["Candles", "Flowers"], "each once")
        self.assertEqual([item['text'] for item in self._get(made)['lines']], ["Flowers", "Candles"])

    def test_ids_are_the_customers_own(self):
        made = self._make(self._line(text="A present for Ben"))
        ben = self.phone_of(self.phone_ben)
        answer = ben.post('/lists', {'id': made['id'], 'name': "Mine", 'lines': made['lines'][:0]})
        self.assertEqual((answer.status, answer.json['lines']), (201, []), "nobody learns whether an id is taken")
        self.assertEqual(self._get(made)['name'], "Weekend")
        path = f'/lists/{made["id"]}/lines/{made["lines"][0]["id"]}'
        for answer in (ben.patch(path, {'done': True}), ben.delete(path)):
            self.assertProblem(answer, 404, 'not_found')
        ben.delete(f'/lists/{made["id"]}')
        self.assertEqual(len(self._get(made)['lines']), 1)

    def test_a_line_belongs_to_its_list(self):
        made, other = self._make(self._line(text="Bread")), self._make()
        path = f'/lists/{other["id"]}/lines/{made["lines"][0]["id"]}'
        self.assertProblem(self.client.patch(path, {'done': True}), 404, 'not_found')

    # === LINES === #

    def test_change_a_line(self):
        made = self._make(self._line(text="Bread"), self._line(text="Flowers"))
        line, flowers = made['lines']
        done = self._patch(made, line, done=True, quantity=1.5, note="dark")
        self.assertEqual(done, {**line, 'done': True, 'quantity': 1.5, 'note': "dark", 'version': made['version'] + 1})
        self.assertEqual(self._patch(made, line, note=None, unit="loaf")['note'], None)
        found = self._patch(made, line, product_id=self.bread.id)
        self.assertEqual((found['product_id'], found['text'], found['unit']), (self.bread.id, "Bread", None))
        self.assertEqual(self._patch(made, line, product_id=self.milk.id, text="The good one")['text'], "The good one")
        self.assertEqual(self._patch(made, line, product_id=None, unit="l")['product_id'], None)
        moved = self._patch(made, flowers, position=0.5)
        self.assertEqual(moved['position'], 0.5)
        after = self._get(made)
        self.assertEqual([item['text'] for item in after['lines']], ["Flowers", "The good one"])
        self.assertEqual(after['version'], moved['version'])
        self.assertEqual(self.client.delete(f'/lists/{made["id"]}/lines/{line["id"]}').status, 204)
        self.assertEqual([item['id'] for item in self._get(made)['lines']], [flowers['id']])

    def test_two_phones(self):
        made = self._make(self._line(text="Bread"))
        [line] = made['lines']
        # What they change both stays, if it is not the same.
        self._patch(made, line, done=True)
        self._patch(made, line, quantity=3)
        [both] = self._get(made)['lines']
        self.assertEqual((both['done'], both['quantity']), (True, 3.0))
        # Who says what they have seen loses a race, and nothing else.
        with mute_logger('odoo.addons.mobile_crm.controllers.dispatcher'):
            refused = self._patch(made, line, status=409, version=line['version'], quantity=4)
            self.assertEqual(refused['code'], 'list_changed')
            self.assertEqual(self._patch(made, status=409, version=1, name="Late")['code'], 'list_changed')
            for path in (f'/lists/{made["id"]}', f'/lists/{made["id"]}/lines/{line["id"]}'):
                answer = self.client.request('DELETE', path, params={'version': 1})
                self.assertProblem(answer, 409, 'list_changed')
        self.assertEqual(self._get(made)['lines'], [both])
        again = self._patch(made, line, version=line['version'], quantity=3)
        self.assertEqual(again, both, "an answer that was lost: what is wanted is so already")
        # Another line is no reason to refuse.
        self._add(made, self._line(text="Flowers"))
        self.assertEqual(self._patch(made, line, version=both['version'], quantity=5)['quantity'], 5.0)
        version = self._get(made)['version']
        self.assertEqual(self.client.request('DELETE', f'/lists/{made["id"]}', params={'version': version}).status, 204)

    def test_what_is_refused(self):
        made = self._make(self._line(product_id=self.bread.id))
        [line] = made['lines']
        for values, loc in (
            ({'product_id': self.theirs.id}, ['product_id']), ({}, []), ({'text': " "}, ['text']),
            ({'product_id': self.bread.id, 'unit': "kg"}, []), ({'text': "X", 'quantity': 0}, ['quantity']),
            ({'text': "X", 'quantity': 0.0001}, ['quantity']), ({'text': "X", 'position': 1e10}, ['position']),
        ):
            answer = self.client.post(f'/lists/{made["id"]}/lines', {'lines': [self._line(**values)]})
            self.assertInvalid(answer, 'body', 'lines', 0, *loc)
        path = f'/lists/{made["id"]}/lines/{line["id"]}'
        for values, loc in (
            ({'product_id': self.theirs.id}, ['product_id']), ({'unit': "kg"}, ['unit']), ({'text': None}, ['text']),
            ({'quantity': None}, ['quantity']), ({'done': None}, ['done']),
            ({'product_id': self.milk.id, 'unit': "l"}, []),
        ):
            self.assertInvalid(self.client.patch(path, values), 'body', *loc)
        self.assertEqual(self._get(made)['lines'], [line])

    def test_what_the_shop_takes_away_stays_on_the_list(self):
        made = self._make(self._line(product_id=self.bread.id))
        self.bread.mobile_published = False
        shown = self._get(made)
        self.assertEqual(shown['products'], [])
        self.assertEqual([(line['product_id'], line['text']) for line in shown['lines']], [(None, "Bread")])
        self.bread.mobile_published = True
        self.assertEqual(self._get(made)['lines'], made['lines'])
        self.bread.unlink()
        self.assertEqual(self._get(made)['lines'][0]['text'], "Bread")

    def test_limits(self):
        with patch.object(mobile_list, 'MOST_LISTS', 1), patch.object(mobile_list, 'MOST_LINES', 2):
            line = self._line(text="One")
            made = self._make(line)
            answer = self.client.post('/lists', {'id': str(uuid4()), 'name': "Second"})
            self.assertInvalid(answer, 'body', 'id')
            answer = self.client.post(f'/lists/{made["id"]}/lines', {'lines': [
                self._line(text="Two"), self._line(text="Three")]})
            self.assertInvalid(answer, 'body', 'lines')
            self._add(made, self._line(text="Two"), line)
        with patch.object(mobile_list, 'MOST_LINES_IN_ALL', 2):
            answer = self.client.post('/lists', {'id': str(uuid4()), 'name': "Second", 'lines': [
                self._line(text="Three")]})
            self.assertInvalid(answer, 'body', 'lines')

    # === STORES === #

    def _compare(self, made, available, **query):
        def _availability(model, product_ids, store_ids):
            return {(product, store): Availability(available.get((product, store), 'unknown'))
                    for product in product_ids for store in store_ids}

        with patch.object(self.env.registry['mobile.catalogue'], '_availability', _availability):
            answer = self.client.get(f'/lists/{made["id"]}/stores', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def test_which_store_has_it_all(self):
        done = self._line(product_id=self.product.id, done=True)
        bread = self._line(product_id=self.bread.id, quantity=2)
        milk = self._line(product_id=self.milk.id, quantity=3)
        flowers = self._line(text="Flowers")
        made = self._make(done, bread, milk, flowers)
        near, far = self.store_near.id, self.store_far.id
        here = {'lat': self.store_near.latitude, 'lon': self.store_near.longitude}
        answer = self._compare(made, {
            (self.bread.id, near): 'out', (self.milk.id, near): 'low',
            (self.bread.id, far): 'in_stock', (self.milk.id, far): 'low'}, **here)
        self.assertEqual(answer['total'], {'amount': '8.60', 'currency': 'EUR'})
        self.assertEqual((answer['count'], answer['text_line_ids']), (2, [flowers['id']]))
        told = [(store['store_id'], store['complete'], store['found'], store['total']['amount'],
                 store['low_line_ids'], store['missing_line_ids'], store['unknown_line_ids'])
                for store in answer['items'][:2]]
        self.assertEqual(told, [
            (far, True, 2, '8.60', [milk['id']], [], []), (near, False, 1, '3.60', [milk['id']], [bread['id']], [])])
        # Where nobody knows, the nearest is first, and none is complete.
        answer = self._compare(made, {}, **here)
        first = answer['items'][0]
        self.assertEqual((first['store_id'], first['distance'], first['complete']), (near, 0.0, False))
        self.assertEqual(set(first['unknown_line_ids']), {bread['id'], milk['id']})
        # Without a position it is the customer's own stores.
        self.anna.mobile_favourite_store_ids = self.store_far
        answer = self._compare(made, {})
        self.assertEqual([(store['store_id'], store['distance']) for store in answer['items']], [(far, None)])
        self.bread.mobile_published = False
        answer = self._compare(made, {}, **here)
        self.assertEqual((answer['count'], set(answer['text_line_ids'])), (1, {bread['id'], flowers['id']}))

    def test_the_order_of_stores(self):
        made = self._make(self._line(product_id=self.bread.id), self._line(product_id=self.milk.id))
        near, far = self.store_near.id, self.store_far.id
        here = {'lat': self.store_near.latitude, 'lon': self.store_near.longitude}
        for has, order, why in (
            ({near: ('in_stock', 'out'), far: ('in_stock', 'low')}, [far, near], "who has all comes first"),
            ({near: ('in_stock', 'unknown'), far: ('low', 'in_stock')}, [far, near], "what nobody knows is not there"),
            ({near: ('out', 'unknown'), far: ('low', 'out')}, [far, near], "then who has most"),
            ({near: ('in_stock', 'out'), far: ('in_stock', 'unknown')}, [far, near], "then who may have more"),
            ({near: ('out', 'in_stock'), far: ('low', 'out')}, [near, far], "then the nearer one"),
        ):
            answer = self._compare(made, {
                (product.id, store): state for store, states in has.items()
                for product, state in zip((self.bread, self.milk), states, strict=True)}, **here)
            told = [store['store_id'] for store in answer['items'] if store['store_id'] in has]
            self.assertEqual(told, order, why)

    def test_nothing_to_buy(self):
        answer = self._compare(self._make(), {}, lat=50.85, lon=4.35)
        self.assertEqual((answer['total'], answer['count']), ({'amount': '0.00', 'currency': 'EUR'}, 0))
        self.assertFalse(any(store['complete'] for store in answer['items']))
