import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiOffers(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _offer(self, **values):
        """Return a new coupon of Anna's."""
        return self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True, **values})

    def _ids(self, client=None, **query):
        answer = (client or self.client).get('/offers', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return [offer['id'] for offer in answer.json['items']]

    # === READING === #

    def test_an_offer(self):
        self.campaign.store_ids = self.store_near
        card = self.enter(self.phone, self.fence_near).card_id
        offer = self.client.get(f'/offers/{card.mobile_uuid}').json
        signed = offer['qr']
        self.assertEqual(self.env['mobile.coupon.pass']._read(self.company, signed), card.code.replace('-', ''))
        self.assertEqual(offer, {
            'qr': signed, 'id': card.mobile_uuid, 'title': "15 % for you",
            'description': card.program_id.reward_ids.description,
            'terms': "Not on gift cards.", 'discount': {'type': 'percent', 'value': '15', 'currency': None},
            'code': card.code, 'barcode': {'format': 'qr', 'value': card.code}, 'status': 'available',
            'valid_from': card.mobile_valid_from.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'expires_at': card.mobile_expires_at.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'store_ids': self.store_near.ids, 'channels': ['sale', 'phone', 'till'],
            'campaign': {'id': self.campaign.id, 'name': "15 % for you"}, 'image_url': None,
            'history': [{'at': card.create_date.strftime('%Y-%m-%dT%H:%M:%SZ'), 'kind': 'issued',
                         'text': "Given out", 'where': ''}]})
        del offer['history']
        # A list signs nothing: that is work, and few are shown at a till.
        self.assertEqual(self.client.get('/offers').json['items'], [{**offer, 'qr': None}])

    def test_another_customers_offer_is_not_there(self):
        card = self.enter(self.phone, self.fence_near).card_id
        theirs, unknown = (self.bens.get(f'/offers/{offer_id}') for offer_id in (card.mobile_uuid, uuid.uuid4()))
        for answer in (theirs, unknown):
            self.assertProblem(answer, 404, 'not_found')
        self.assertEqual({**theirs.json, 'instance': None, 'request_id': None},
                         {**unknown.json, 'instance': None, 'request_id': None})
        self.assertEqual(set(theirs.headers), set(unknown.headers))
        self.assertEqual(self._ids(self.bens), [])

    def test_an_anonymous_phone_has_no_offers(self):
        card = self.enter(self.phone, self.fence_near).card_id
        phone = self.registered_phone()
        for path in ('/offers', f'/offers/{card.mobile_uuid}'):
            self.assertProblem(phone.get(path), 401, 'sign_in_required')
        self.assertProblem(phone.post('/offers/claim', {'code': card.code}), 401, 'sign_in_required')

    def test_coupons_of_another_company_are_not_there(self):
        card = self.enter(self.phone, self.fence_near).card_id
        other_app = self.env['mobile.app'].create({
            'name': "Other App", 'company_id': self.env['res.company'].create({'name': "Other Shop"}).id})
        phone = self.registered_phone(other_app)
        phone.sign_in('+32475112233')
        self.assertEqual(self._ids(phone), [])
        self.assertProblem(phone.get(f'/offers/{card.mobile_uuid}'), 404, 'not_found')
        unclaimed = self._offer(partner_id=False)
        self.assertProblem(phone.post('/offers/claim', {'code': unclaimed.code}), 404, 'not_found')
        self.assertFalse(unclaimed.partner_id)

    def test_coupons_of_odoo_itself_are_not_there(self):
        self._offer(holder_only=False)
        self.assertEqual(self._ids(), [])

    def test_status(self):
        now = fields.Datetime.now()
        available, expired, redeemed, reserved, spent = self._offer(), self._offer(
            mobile_expires_at=now - timedelta(seconds=1)), self._offer(), self._offer(), self._offer(
            mobile_expires_at=now - timedelta(seconds=1))
        for card, state in ((redeemed, 'confirmed'), (reserved, 'held'), (spent, 'confirmed'), (available, 'void')):
            self.env['mobile.redemption'].create({
                'card_id': card.id, 'company_id': self.company.id, 'state': state, 'order_ref': 'S1'})
        for status, cards in (('available', available), ('expired', expired), ('redeemed', spent + redeemed),
                              ('reserved', reserved), (None, spent + reserved + redeemed + expired + available)):
            with self.subTest(status=status):
                query = {'status': status} if status else {}
                self.assertEqual(self._ids(**query), cards.mapped('mobile_uuid'))
                self.assertEqual(self._ids(self.bens, **query), [])
        for card in available + expired + redeemed + reserved + spent:
            self.assertEqual(self.client.get(f'/offers/{card.mobile_uuid}').json['status'], card.mobile_status)
        self.assertInvalid(self.client.get('/offers', status='stolen'), 'query', 'status')

    def test_discounts(self):
        reward = self.program.reward_ids
        card = self._offer()
        for values, discount in (
            ({'discount': 12.5}, {'type': 'percent', 'value': '12.5', 'currency': None}),
            ({'discount': 5, 'discount_mode': 'per_order'}, {'type': 'amount', 'value': '5.00', 'currency': 'EUR'}),
            ({'reward_type': 'product', 'reward_product_id': self.product.id},
             {'type': 'product', 'value': "Rain Jacket", 'currency': None}),
        ):
            reward.write(values)
            self.assertEqual(self.client.get(f'/offers/{card.mobile_uuid}').json['discount'], discount)

    # === PAGES === #

    def test_pages_neither_skip_nor_repeat_while_offers_come(self):
        cards = self.env['loyalty.card'].concat(*(self._offer() for _ in range(5)))
        first = self.client.get('/offers', limit=2).json
        self._offer()
        second = self.client.get('/offers', limit=2, cursor=first['next_cursor']).json
        third = self.client.get('/offers', limit=2, cursor=second['next_cursor']).json
        seen = [offer['id'] for page in (first, second, third) for offer in page['items']]
        self.assertEqual(seen, cards.sorted('id', reverse=True).mapped('mobile_uuid'))
        self.assertIsNone(third['next_cursor'])

    def test_a_full_last_page_is_the_last(self):
        self._offer()
        self._offer()
        self.assertIsNone(self.client.get('/offers', limit=2).json['next_cursor'])

    def test_forged_cursors(self):
        self._offer()
        for cursor in ('x', 'WzFd!', 'W10', 'WyJhIl0', 'Wy0xXQ', 'W3RydWVd', 'bnVsbA', 'W1swXV0'):
            with self.subTest(cursor=cursor):
                self.assertInvalid(self.client.get('/offers', cursor=cursor), 'query', 'cursor')
        bens = self.bens.get('/offers', cursor='Wzk5OTk5OTk5OTk5XQ')
        self.assertEqual((bens.status, bens.json['items']), (200, []))

    # === CLAIMING === #

    def test_claim(self):
        card = self._offer(partner_id=False)
        answer = self.client.post('/offers/claim', {'code': f' {card.code.lower().replace("-", " ")}'})
        self.assertEqual((answer.status, answer.json['id'], answer.json['code']), (200, card.mobile_uuid, card.code))
        self.assertEqual(card.partner_id, self.anna)
        self.assertEqual(self._ids(), [card.mobile_uuid])

    def test_claim_again_changes_nothing(self):
        card = self._offer(partner_id=False)
        first = self.client.post('/offers/claim', {'code': card.code})
        self.assertEqual(self.client.post('/offers/claim', {'code': card.code}).json, first.json)

    def test_claimed_by_two_the_first_has_it(self):
        card = self._offer(partner_id=False)
        self.assertEqual(self.client.post('/offers/claim', {'code': card.code}).status, 200)
        second, unknown = (self.bens.post('/offers/claim', {'code': code}) for code in (card.code, 'no such code'))
        self.assertProblem(second, 404, 'not_found')
        self.assertEqual({**second.json, 'request_id': None}, {**unknown.json, 'request_id': None})
        self.assertEqual(card.partner_id, self.anna)

    def test_codes_that_cannot_be_claimed(self):
        stock = self.env['loyalty.card'].create({'program_id': self.program.id, 'points': 1})
        archived = self._offer(partner_id=False, active=False)
        card = self._offer(partner_id=False)
        wrong = card.code[:-1] + ('A' if card.code[-1] != 'A' else 'B')
        for code in (stock.code, archived.code, wrong, '%', '0', "' OR 1=1 --", '\u2603'):
            with self.subTest(code=code):
                self.assertProblem(self.client.post('/offers/claim', {'code': code}), 404, 'not_found')
        for code in ('', 'x' * 129, 'a\0b', None, 1):
            self.assertInvalid(self.client.post('/offers/claim', {'code': code}), 'body', 'code')
        self.assertFalse((stock + archived + card).partner_id)

    # === REDEEMED IN ODOO === #

    def test_redeemed_by_a_salesperson(self):
        card = self.enter(self.phone, self.fence_near).card_id
        order = self.make_order(self.anna)
        order._try_apply_code(card.code)
        order._apply_program_reward(card.program_id.reward_ids, card)
        order.action_confirm()
        self.assertEqual(self.client.get(f'/offers/{card.mobile_uuid}').json['status'], 'redeemed')
        self.assertEqual(self._ids(status='available'), [])
