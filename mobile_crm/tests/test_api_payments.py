from datetime import timedelta

from odoo.tests import tagged

from .common import MobileHttpCase
from .payment_common import PaymentCase


@tagged('-at_install', 'post_install', 'mobile_http')
class TestApiPayments(PaymentCase, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)
        self.found = self.basket()
        self.path = f'/orders/{self.found._public_id()}'

    def _pay(self, method='online', client=None, status=201, version='"1"', key=None, **values):
        headers = {'If-Match': version} if version else {}
        if key:
            headers['Idempotency-Key'] = key
        answer = (client or self.client).post(f'{self.path}/payments', {'method': method, **values}, headers=headers)
        self.assertEqual(answer.status, status, answer.content)
        return answer

    def _method(self):
        [method] = self.client.get('/me/payment-methods').json['items']
        return method

    def _payment(self, answer):
        return self.env['mobile.payment'].search([('uuid', '=', answer.json['id'])])

    def test_online(self):
        begun = self._pay()
        self.assertEqual(
            (begun.json['status'], begun.json['state'], begun.json['action'], begun.json['amount']),
            ('action_required', 'paying', 'open_url', {'amount': '4.84', 'currency': 'EUR'}))
        self.assertIn('/mobile/pay/', begun.json['redirect_url'])
        self.assertEqual(self._pay().json, begun.json, "who has lost the answer asks again")
        self.pays(self._payment(begun))
        got = self.client.get(f'{self.path}/payments/{begun.json["id"]}')
        self.assertEqual((got.json['status'], got.json['state'], got.json['redirect_url']), ('paid', 'sold', None))
        order = self.client.get(self.path)
        self.assertEqual(order.json['status'], 'confirmed')

    def test_the_poll_post_processes(self):
        begun = self._pay()
        tx = self.tries(self._payment(begun))
        self.notify(tx, 'done')
        self.assertEqual(self.client.get(f'{self.path}/payments/current').json['status'], 'processing')
        tx.last_state_change -= timedelta(seconds=6)
        self.assertEqual(self.client.get(f'{self.path}/payments/current').json['status'], 'paid')
        self.assertEqual(self.found.state, 'sold')

    def test_the_version_that_was_seen(self):
        self.assertProblem(self._pay(status=428, version=None), 428, 'version_required')
        self.assertProblem(self._pay(status=412, version='"7"'), 412, 'basket_changed')
        self.milk.list_price = 3
        self.assertProblem(self._pay(status=412), 412, 'basket_changed')
        shown = self.client.get(self.path)
        self.assertEqual((shown.json['total']['amount'], shown.json['basket']['version']), ('7.26', 2))
        self.assertEqual(self._pay(version=shown.headers['ETag']).json['amount']['amount'], '7.26')

    def test_a_key_is_good_for_one_version(self):
        self.milk.list_price = 3
        self._pay(status=412, key='K')
        self.assertProblem(self._pay(status=422, version='"2"', key='K'), 422, 'idempotency_key_reused')
        first = self._pay(version='"2"', key='L')
        self.assertEqual(self._pay(version='"2"', key='L').content, first.content)

    def test_saved(self):
        charged = self.answers('done')
        method = self._method()
        self.assertEqual((method['name'], method['provider']), ("•••• 4242", "Provider"))
        paid = self._pay('saved', payment_method_id=method['id'])
        self.assertEqual((paid.json['status'], paid.json['action'], len(charged)), ('paid', None, 1))
        again = self._pay('saved', payment_method_id=method['id'])
        self.assertEqual((again.json, len(charged)), (paid.json, 1))

    def test_saved_and_the_bank_wants_to_see_the_customer(self):
        self.answers('draft')
        begun = self._pay('saved', payment_method_id=self._method()['id'])
        self.assertEqual((begun.json['status'], begun.json['action']), ('action_required', 'open_url'))
        self.assertTrue(begun.json['redirect_url'])

    def test_saved_and_declined(self):
        self.answers('error')
        failed = self._pay('saved', payment_method_id=self._method()['id'])
        self.assertEqual((failed.json['status'], failed.json['state']), ('failed', 'open'))
        self.assertEqual(failed.json['reason'], "The payment has failed. Declined")
        self.assertEqual(self._pay().json['status'], 'action_required')

    def test_methods_are_their_owners(self):
        mine = self._method()['id']
        self.assertEqual(self.bens.get('/me/payment-methods').json['items'], [])
        self.assertProblem(self.bens.delete(f'/me/payment-methods/{mine}'), 404, 'not_found')
        self.found._give_up('cancelled')
        self.path = f'/orders/{self.basket(partner=self.ben)._public_id()}'
        self.assertInvalid(self._pay('saved', self.bens, 422, payment_method_id=mine), 'body', 'payment_method_id')
        self.assertEqual(self.client.delete(f'/me/payment-methods/{mine}').status, 204)
        self.assertFalse(self.saved.active)
        self.assertEqual(self.client.get('/me/payment-methods').json['items'], [])
        self.assertProblem(self.client.delete(f'/me/payment-methods/{mine}'), 404, 'not_found')

    def test_methods_of_another_company_or_an_unpublished_provider(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        other = self.provider.copy({'company_id': company.id})
        other.state = 'test'
        self.make_token(self.anna, other, payment_details='1111')
        self.assertEqual(self._method()['name'], "•••• 4242")
        self.provider.is_published = False
        self.assertEqual(self.client.get('/me/payment-methods').json['items'], [])

    def test_what_has_to_be_said(self):
        self.assertEqual(self._pay('saved', status=422).json['errors'][0]['loc'], ['body'])
        self.assertEqual(self._pay(payment_method_id='X', status=422).json['errors'][0]['loc'], ['body'])
        self.assertInvalid(self._pay('saved', status=422, payment_method_id='X'), 'body', 'payment_method_id')
        self.assertInvalid(self._pay('cash', status=422), 'body', 'method')

    def test_baskets_are_their_owners(self):
        begun = self._pay()
        one = f'{self.path}/payments/{begun.json["id"]}'
        self.assertProblem(self._pay(client=self.bens, status=404), 404, 'not_found')
        for verb in ('GET', 'DELETE'):
            self.assertProblem(self.bens.request(verb, one), 404, 'not_found')
        # Not under another order of the caller's own either.
        bens = self.basket(partner=self.ben)
        other = f'/orders/{bens._public_id()}/payments/{begun.json["id"]}'
        self.assertProblem(self.bens.get(other), 404, 'not_found')
        self.assertProblem(self.bens.get(f'/orders/{bens._public_id()}/payments/current'), 404, 'not_found')

    def test_give_up(self):
        begun = self._pay()
        payment = self._payment(begun)
        one = f'{self.path}/payments/{begun.json["id"]}'
        gone = self.client.delete(one)
        self.assertEqual((gone.json['status'], gone.json['state']), ('cancelled', 'open'))
        self.assertEqual(self.client.delete(one).json['status'], 'cancelled')
        again = self._pay()
        self.assertNotEqual(again.json['redirect_url'], begun.json['redirect_url'])
        self.pays(self._payment(again), 'pending')
        self.assertProblem(self.client.delete(f'{self.path}/payments/current'), 409, 'payment_under_way')
        self.assertFalse(payment._is_payable())

    def test_at_till(self):
        begun = self._pay('at_till')
        self.assertEqual(
            (begun.json['status'], begun.json['action'], begun.json['state']), ('waiting', 'show_code', 'at_till'))
        self.assertTrue(begun.json['till_code'])
        gone = self.client.delete(f'{self.path}/payments/current')
        self.assertEqual((gone.json['status'], gone.json['state'], gone.json['till_code']), ('cancelled', 'open', None))

    def test_nothing_to_pay(self):
        self.milk.list_price = 0
        self._pay(status=412)
        self.assertEqual(self._pay(version='"2"').json['status'], 'paid')
