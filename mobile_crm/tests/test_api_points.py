from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiPoints(ApprovalCommon, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _items(self, client=None, **query):
        answer = (client or self.client).get('/me/points', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json['items']

    def test_balances(self):
        self.assertEqual(self._items(), [
            {'id': self.anna_ewallet.id, 'program': "Wallet", 'type': 'ewallet', 'points': '50', 'unit': 'EUR',
             'point_name': "€", 'worth': {'amount': '50.00', 'currency': 'EUR'}, 'expires_at': None},
            {'id': self.anna_card.id, 'program': "Points", 'type': 'loyalty', 'points': '500', 'unit': 'points',
             'point_name': "Stars", 'worth': None, 'expires_at': None},
        ])

    def test_numbers_are_decimal_strings(self):
        for points, text in ((0, '0'), (0.5, '0.5'), (12.345, '12.35'), (1e9, '1000000000'), (100, '100')):
            self.anna_card.points = points
            self.assertEqual(self._items()[1]['points'], text)

    def test_points_that_are_money_tell_their_worth(self):
        self.loyalty.reward_ids.write({'discount_mode': 'per_point', 'discount': 0.02, 'required_points': 100})
        self.assertEqual(self._items()[1]['worth'], {'amount': '10.00', 'currency': 'EUR'})
        self.anna_card.points = 99
        self.assertIsNone(self._items()[1]['worth'])

    def test_nobody_sees_what_is_not_theirs(self):
        self.assertEqual(self._items(self.bens), [])
        # A colleague, and their firm.
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        (self.anna + self.ben).parent_id = firm
        self._make_card(self.loyalty, firm, 7)
        self._make_card(self.loyalty, self.env['res.partner'], 7)
        self.assertEqual(self._items(self.bens), [])
        self.assertEqual(len(self._items()), 2)
        self.assertProblem(self.registered_phone().get('/me/points'), 401, 'sign_in_required')

    def test_cards_of_another_company_are_not_there(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self._make_card(self._make_program('loyalty', "Other", other), self.anna, 3)
        shared = self._make_program('ewallet', "Shared")
        shared.company_id = False
        card = self._make_card(shared, self.anna, 3)
        self.assertEqual([item['id'] for item in self._items()],
                         [card.id, self.anna_ewallet.id, self.anna_card.id])

    def test_coupons_are_offers_and_no_points(self):
        self._make_card(self.program, self.anna, 1, holder_only=True)
        self.assertEqual(len(self._items()), 2)

    def test_gift_cards_and_what_expires(self):
        today = fields.Date.today()
        gift = self._make_card(self._make_program('gift_card', "Gift"), self.anna, 25,
                               expiration_date=today + timedelta(days=3))
        over = self._make_card(self.ewallet, self.anna, 1, expiration_date=today - timedelta(days=2))
        items = self._items()
        self.assertEqual((items[0]['id'], items[0]['type'], items[0]['points']), (gift.id, 'gift_card', '25'))
        self.assertEqual(items[0]['expires_at'], f'{today + timedelta(days=4)}T00:00:00Z')
        self.assertNotIn(over.id, [item['id'] for item in items])

    def test_programs_out_of_use(self):
        self.loyalty.active = False
        self.assertEqual([item['id'] for item in self._items()], [self.anna_ewallet.id])

    def test_pages(self):
        first = self.client.get('/me/points', limit=1).json
        self._make_card(self.ewallet, self.anna, 1)
        second = self.client.get('/me/points', limit=1, cursor=first['next_cursor']).json
        self.assertEqual([first['items'][0]['id'], second['items'][0]['id']],
                         [self.anna_ewallet.id, self.anna_card.id])
        self.assertIsNone(second['next_cursor'])
        self.assertInvalid(self.client.get('/me/points', cursor='x'), 'query', 'cursor')

    def test_unchanged_is_304(self):
        etag = self.client.get('/me/points').headers['ETag']
        self.assertEqual(self.client.get('/me/points', headers={'If-None-Match': etag}).status, 304)
        self.anna_card.points += 1
        self.assertEqual(self.client.get('/me/points', headers={'If-None-Match': etag}).status, 200)
