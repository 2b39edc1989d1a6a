from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MobileHttpCase
from .payment_common import PaymentCase
from .reconciliation_common import ReconciledMixin


@tagged('-at_install', 'post_install')
class TestApiTillOrders(ReconciledMixin, PaymentCase, MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tills = cls.env['mobile.app'].create([
            {'name': name, 'kind': 'till', 'company_id': cls.company.id} for name in ("Till 1", "Till 2")])
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_till_orders', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def setUp(self):
        super().setUp()
        self.till, self.till_2 = (self.till_of(till) for till in self.tills)

    def wait(self, **values):
        """Return a basket that waits at the till, and its code."""
        basket = self.basket(**values)
        return basket, basket._hand_to_till(basket.version)

    def scan(self, code, till=None, **values):
        return (till or self.till).post('/till/orders/scan', {
            'code': code, 'store_id': self.store_near.id, **values})

    def paid(self, order_id, amount='4.84', reference='R-1', till=None, currency='EUR', **values):
        return (till or self.till).post(f'/till/orders/{order_id}/paid', {
            'order_ref': reference, 'amount': {'amount': amount, 'currency': currency}, **values})

    def test_a_till_sells_a_basket(self):
        card = self.make_offer()
        basket, code = self.wait(pairs=[(self.milk, 2), (self.bread, 1)], offer_ids=[card.mobile_uuid])
        order = basket.order_id.sudo()
        answer = self.scan(code)
        self.assertEqual(answer.status, 200, answer.content)
        seen = answer.json
        self.assertEqual((seen['id'], seen['status'], seen['store_id']), (
            basket._public_id(), 'at_till', self.store_near.id))
        self.assertEqual(seen['member']['name'], "Anna Peeters")
        self.assertEqual([(line['type'], line['barcode'], line['quantity']) for line in seen['lines']], [
            ('product', '5400000000010', 2), ('product', None, 1), ('reward', None, 1)])
        self.assertEqual(seen['lines'][0]['unit_price'], {'amount': '2.00', 'currency': 'EUR'})
        self.assertAlmostEqual(sum(float(line['total']['amount']) for line in seen['lines']), order.amount_total)
        self.assertEqual(float(seen['total']['amount']), order.amount_total)
        self.assertEqual([(coupon['offer_id'], coupon['status']) for coupon in seen['coupons']], [
            (card.mobile_uuid, 'held')])
        total = seen['total']['amount']
        payments = [{'method': "Cash", 'amount': '5.00'}, {'method': "Card", 'amount': '2.00'}]
        for _once_more in range(2):
            answer = self.paid(seen['id'], total, payments=payments)
            self.assertEqual((answer.status, answer.json['status']), (200, 'sold'), answer.content)
            self.assertEqual(answer.json['coupons'][0]['status'], 'confirmed')
        self.assertEqual(order.state, 'sale')
        self.assertIn("Cash: 5.00, Card: 2.00", ''.join(order.message_ids.mapped('body')))
        self.assertProblem(self.paid(seen['id'], total, 'R-2'), 409, 'basket_ended')
        self.assertProblem(self.paid(seen['id'], total, till=self.till_2), 409, 'basket_claimed')
        self.assertProblem(self.till.post(f'/till/orders/{seen["id"]}/release'), 409, 'basket_ended')
        self.assertReconciled()

    def test_a_till_gives_a_basket_back(self):
        basket, code = self.wait()
        order_id = self.scan(code).json['id']
        for _once_more in range(2):
            answer = self.till.post(f'/till/orders/{order_id}/release')
            self.assertEqual((answer.status, answer.json['status']), (200, 'open'), answer.content)
        self.assertProblem(self.scan(code), 404, 'not_found')
        self.assertEqual(basket.state, 'open')

    def test_refusals_say_which(self):
        basket, code = self.wait()
        public_id = basket._public_id()
        self.assertProblem(self.paid(public_id), 404, 'not_found')
        self.assertInvalid(self.scan(code, store_id=2 ** 31 - 1), 'body', 'store_id')
        self.assertProblem(self.scan(code, store_id=self.store_far.id), 422, 'basket_wrong_store')
        self.assertEqual(self.scan(code, order_ref='R-1').status, 200)
        self.assertProblem(self.scan(code, self.till_2), 409, 'basket_claimed')
        self.assertProblem(self.scan(code, order_ref='R-2'), 409, 'basket_claimed')
        self.assertProblem(self.paid(public_id, '4.85'), 422, 'amount_differs')
        self.assertInvalid(self.paid(public_id, currency='USD'), 'body', 'amount', 'currency')
        self.assertProblem(self.till_2.post(f'/till/orders/{public_id}/release'), 409, 'basket_claimed')
        # The till's money is looked after, though the till was refused.
        self.assertEqual(len(basket.order_id.sudo().activity_ids), 1)

    def test_another_companys_till(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env.user.company_ids += other
        store, _fence = self._make_store("Other Store", "Ghent", 'base.be', 51.05, 3.72, company=other)
        till = self.till_of(self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': other.id}))
        basket, code = self.wait()
        self.assertProblem(self.scan(code, till, store_id=store.id), 404, 'not_found')
        self.scan(code)
        self.assertProblem(self.paid(basket._public_id(), till=till), 404, 'not_found')

    def test_tills_may_guess_seldom(self):
        self.env['ir.config_parameter'].sudo().set_param('mobile_crm.limit.till_code', '3/3600')
        _basket, code = self.wait()
        for _guess in range(3):
            self.assertProblem(self.scan('0000-0000'), 404, 'not_found')
        self.assertProblem(self.scan('0000-0000'), 429, 'too_many_requests')
        self.assertProblem(self.scan(code), 429, 'too_many_requests')
        self.assertEqual(self.scan(code, self.till_2).status, 200)
