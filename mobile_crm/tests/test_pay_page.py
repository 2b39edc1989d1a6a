import re

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from ..tools.access_log import _cut
from .payment_common import PaymentCase


@tagged('-at_install', 'post_install', 'mobile_http')
class TestPayPage(PaymentCase, HttpCase):

    def setUp(self):
        super().setUp()
        self.payment = self.start(self.basket())
        self.pay_path = f'/mobile/pay/{self.payment._token("pay")}'
        self.paid_path = self.payment._landing_path()

    def _begin(self, **values):
        """Begin a transaction as the form on the page does."""
        return self.make_jsonrpc_request(f'{self.pay_path}/transaction', {
            'provider_id': self.provider.id, 'payment_method_id': self.card.id, 'token_id': None, 'flow': 'redirect',
            'tokenization_requested': False, 'amount': 4.84, 'landing_route': '/', 'is_validation': False,
            'access_token': '', **values})

    def _refused(self, **values):
        told = self._begin(**values)
        self.assertEqual(set(told), {'state', 'state_message'})
        self.assertEqual(told['state'], 'error')

    def test_page(self):
        answer = self.url_open(self.pay_path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn('id="o_payment_form"', answer.text)
        self.assertRegex(answer.text, r'4[.,]84')
        self.assertNotIn('4242', answer.text, "whoever has the link need not know what was saved")
        for name, value in (
                ('Cache-Control', 'no-store'), ('X-Robots-Tag', 'noindex'), ('X-Frame-Options', 'DENY'),
                ('Referrer-Policy', 'strict-origin')):
            self.assertEqual(answer.headers[name], value)
        self.assertIn("frame-ancestors 'none'", answer.headers['Content-Security-Policy'])

    def test_a_link_that_is_not_ours(self):
        for path in (self.pay_path + 'A', self.pay_path[:-1] + ('A' if self.pay_path[-1] != 'A' else 'B'),
                     f'/mobile/pay/{self.payment._token("paid")}', '/mobile/pay/x',
                     f'/mobile/paid/{self.payment._token("pay")}'):
            self.assertEqual(self.url_open(path).status_code, 404, path)

    def test_pay(self):
        values = self._begin(amount=0.01, currency_id=1, partner_id=1)
        tx = self.payment.transaction_id
        self.assertEqual((values['reference'], values['amount']), (tx.reference, 4.84))
        self.assertIn('<form', values['redirect_form_html'])
        self.assertEqual((tx.partner_id, tx.sale_order_ids, tx.landing_route),
                         (self.anna, self.payment.order_id, self.paid_path))
        self.settle(tx)
        self.assertEqual(self.payment.basket_id.state, 'sold')

    def test_save_a_method(self):
        self._begin(tokenization_requested=True)
        self.assertTrue(self.payment.transaction_id.tokenize)

    def test_what_is_not_offered(self):
        other = self.provider.copy({'company_id': self.env['res.company'].create({'name': "Elsewhere"}).id})
        other.state = 'test'
        self._refused(provider_id=other.id)
        self._refused(payment_method_id=self.env['payment.method'].search([('id', '!=', self.card.id)], limit=1).id)
        self._refused(flow='token', token_id=self.saved.id)
        self._refused(flow='offline')
        self.assertFalse(self.payment.transaction_ids)

    def test_two_browsers(self):
        self._begin()
        self._refused()
        self.opener.cookies.clear()
        self._refused()
        self.assertEqual(len(self.payment.transaction_ids), 1)

    def test_a_payment_that_was_taken_back(self):
        self.payment._give_up()
        self._refused()
        answer = self.url_open(self.pay_path)
        self.assertIn("Nothing was paid", answer.text)
        self.assertTrue(answer.url.endswith(self.paid_path))

    def test_the_saved_method_that_the_bank_asks_about(self):
        charged = self.answers('draft')
        self.payment._give_up()
        self.payment = self.start(self.payment.basket_id, 'saved', token=self.saved)
        self.payment._charge()
        self.pay_path = f'/mobile/pay/{self.payment._token("pay")}'
        self.assertIn('4242', self.url_open(self.pay_path).text)
        self._begin(flow='token', token_id=self.saved.id, payment_method_id=None)
        self.assertEqual(len(charged), 2)
        self.assertEqual(len(self.payment.transaction_ids), 2)

    # === COMING BACK === #

    def test_come_back(self):
        self.app.return_url = 'myshop://paid?x=1'
        tx = self.pays(self.payment)
        self.assertEqual(tx.landing_route, False)
        answer = self.url_open(self.paid_path)
        link = re.search(r'url=(myshop[^"]*)"', answer.text)[1].replace('&amp;', '&')
        self.assertEqual(link, f'myshop://paid?x=1&order_id={self.payment.basket_id._public_id()}'
                               f'&payment_id={self.payment.uuid}&status=paid')
        self.assertIn("it is paid", answer.text)
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')

    def test_come_back_without_an_app(self):
        self.pays(self.payment)
        answer = self.url_open(self.paid_path)
        self.assertNotIn('http-equiv="refresh"', answer.text)
        self.assertIn("it is paid", answer.text)

    def test_come_back_into_the_web_app(self):
        self.pays(self.payment)
        link = (f'{self.app.web_url}/paid?order_id={self.payment.basket_id._public_id()}'
                f'&payment_id={self.payment.uuid}&status=paid')
        self.assertIsNone(self.payment._return_link(), "the page is of no use to who has another app")
        self.payment.device_id.platform = 'web'
        self.assertIn(f'url={link.replace("&", "&amp;")}"', self.url_open(self.paid_path).text)
        self.app.return_url = 'myshop://paid'
        self.assertEqual(self.payment._return_link(), link)
        self.payment.device_id = False
        self.assertTrue(self.payment._return_link().startswith('myshop://paid?'))
        self.app.return_url = False
        self.assertEqual(self.payment._return_link(), link)
        self.app.has_web_app = False
        self.assertIsNone(self.payment._return_link())

    def test_come_back_before_the_provider_has_said_anything(self):
        self.app.return_url = 'https://shop.example.com/paid'
        tx = self.tries(self.payment)
        self.assertRegex(self.url_open(self.paid_path).text, r'http-equiv="refresh" content="3"')
        self.notify(tx, 'done')
        self.assertIn('url=https://shop.example.com/paid?', self.url_open(self.paid_path).text)
        self.assertEqual(self.payment.basket_id.state, 'sold')

    def test_failed(self):
        self.pays(self.payment, 'error')
        text = self.url_open(self.paid_path).text
        self.assertIn("Nothing was paid", text)
        self.assertIn("Declined", text)

    def test_return_address(self):
        for link in ('javascript:alert(1)', 'http://shop.example.com', '//shop.example.com', '/paid', 'data:x', 'x',
                     'https://a@shop.example.com', 'myshop://paid#x', 'myshop://pa id'):
            with self.subTest(link), self.assertRaises(ValidationError):
                self.app.return_url = link
        for link in ('myshop://paid', 'com.example.shop:/paid', 'https://shop.example.com/paid?a=b', False):
            self.app.return_url = link

    def test_the_log_tells_no_link(self):
        for path in (self.pay_path, self.paid_path, f'{self.pay_path}/transaction'):
            self.assertNotIn(path.split('/')[3], _cut(f'"GET {path} HTTP/1.1"'))
