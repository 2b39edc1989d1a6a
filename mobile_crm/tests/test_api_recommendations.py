from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiRecommendations(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.let_learn(self.anna, self.phone)
        self.coffee, self.tea = self.env['product.product'].create([
            {'name': name, 'company_id': self.company.id, 'taxes_id': [Command.clear()], 'list_price': 4.5}
            for name in ("Coffee", "Tea")])
        orders = self.env['sale.order'].create([{
            'partner_id': self.anna.id, 'company_id': self.company.id,
            'date_order': fields.Datetime.now() - timedelta(days=days),
            'order_line': [Command.create({'product_id': self.coffee.id})]} for days in (40, 30, 20, 10)])
        orders.state = 'sale'
        self.env['mobile.recommendation']._make(self.company, self.anna.ids, fields.Datetime.now())

    def test_what_and_why(self):
        client = self.phone_of(self.phone)
        answer = client.get('/recommendations', limit=2)
        self.assertEqual(answer.status, 200, answer.content)
        first, second = answer.json['items']
        self.assertEqual((first['product']['id'], first['product']['name']), (self.coffee.id, "Coffee"))
        self.assertEqual(first['product']['price'], {'amount': '4.50', 'currency': 'EUR'})
        self.assertEqual(first['reason'], {
            'code': 'due', 'text': "You buy it about every 10 days; it is due again", 'because_of': None})
        self.assertNotEqual(second['product']['id'], self.coffee.id)
        following = client.get('/recommendations', limit=2, cursor=answer.json['next_cursor']).json['items']
        self.assertFalse(
            {first['product']['id'], second['product']['id']} & {each['product']['id'] for each in following})
        # Somebody else's phone learns nothing of Anna's habits.
        for other in (self.phone_of(self.phone_ben), self.registered_phone()):
            codes = {each['reason']['code'] for each in other.get('/recommendations').json['items']}
            self.assertLessEqual(codes, {'new', 'popular', 'more'})

    def test_what_is_asked_wrongly(self):
        client = self.phone_of(self.phone)
        self.tea.mobile_published = False
        for product_id in (self.tea.id, 2 ** 31 - 1):
            answer = client.get('/recommendations', product_id=product_id)
            self.assertEqual((answer.status, answer.json['code']), (404, 'not_found'))
        self.assertEqual(client.get('/recommendations', store_id=2 ** 31 - 1).status, 422)
        self.assertEqual(client.get('/recommendations', cursor='x').status, 422)
        self.assertEqual(client.get('/recommendations', category_id=2 ** 31 - 1).json['items'], [])
        self.app.location_mode = 'on_device'
        self.assertEqual(client.get('/recommendations', lat=50, lon=4).status, 422)
