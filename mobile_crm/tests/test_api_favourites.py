from unittest.mock import patch

from odoo.tests import tagged

from ..models import mobile_favourite
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiFavourites(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.mug, cls.scarf, cls.theirs = cls.env['product.product'].create([
            {'name': "Mug"}, {'name': "Scarf"}, {'name': "Theirs", 'company_id': cls.other_company.id}])

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _mark(self, *products):
        for product in products:
            self.assertEqual(self.client.put(f'/favourites/{product.id}', {}).status, 204)

    def _names(self, **query):
        answer = self.client.get('/favourites', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return [product['name'] for product in answer.json['items']]

    def test_mark_and_unmark(self):
        self.assertEqual(self._names(), [])
        self._mark(self.product, self.mug, self.scarf, self.product)
        self.assertEqual(self._names(), ["Scarf", "Mug", "Rain Jacket"])
        self.assertEqual(self.phone_of(self.phone_ben).get('/favourites').json['items'], [], "they are Anna's")
        for _again in range(2):
            self.assertEqual(self.client.delete(f'/favourites/{self.mug.id}').status, 204)
        self.assertEqual(self._names(), ["Scarf", "Rain Jacket"])
        # Each is as the product's own operation tells it, but for what only that tells.
        product = self.client.get(f'/products/{self.scarf.id}', lat=50.85, lon=4.35).json
        for field in ('variants', 'last_bought_at'):
            product.pop(field)
        self.assertEqual(self.client.get('/favourites', lat=50.85, lon=4.35).json['items'][0], product)

    def test_pages(self):
        self._mark(self.product, self.mug, self.scarf)
        page = self.client.get('/favourites', limit=2).json
        self.client.delete(f'/favourites/{self.scarf.id}')
        self.assertEqual(self._names(cursor=page['next_cursor']), ["Rain Jacket"])
        self.assertInvalid(self.client.get('/favourites', cursor='x'), 'query', 'cursor')

    def test_what_the_shop_does_not_show(self):
        self._mark(self.product, self.mug, self.scarf)
        self.mug.mobile_published = False
        self.scarf.action_archive()
        self.assertEqual(self._names(), ["Rain Jacket"])
        for hidden in (self.mug, self.scarf, self.theirs):
            self.assertProblem(self.client.put(f'/favourites/{hidden.id}', {}), 404, 'not_found')
        self.assertEqual(self.client.delete(f'/favourites/{self.mug.id}').status, 204, "it can be forgotten")
        self.mug.mobile_published = True
        self.scarf.action_unarchive()
        self.assertEqual(self._names(), ["Scarf", "Rain Jacket"])

    def test_limit(self):
        with patch.object(mobile_favourite, 'MOST', 2):
            self._mark(self.product, self.mug)
            self.assertInvalid(self.client.put(f'/favourites/{self.scarf.id}', {}), 'path', 'product_id')
            self._mark(self.mug)

    def test_no_position_of_an_app_that_keeps_them(self):
        self.app.location_mode = 'on_device'
        answer = self.client.get('/favourites', lat=50.85, lon=4.35)
        self.assertEqual([error['type'] for error in answer.json['errors']], ['position_not_accepted'] * 2)
