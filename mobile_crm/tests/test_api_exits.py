from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase
from .exit_common import ExitCommon


@tagged('-at_install', 'post_install')
class TestApiExits(ExitCommon, MobileHttpCase):
    """Exit passes as phones show them, and as gates report them."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.gate = self.till_of(self.env['mobile.app'].create({
            'name': "Gate", 'kind': 'till', 'company_id': self.company.id}))

    def path(self, shown):
        return f'/orders/{shown.basket_id._public_id()}/exit-pass'

    def report(self, qr, store=None, **body):
        return self.gate.post('/till/exits', {'qr': qr, 'store_id': (store or self.store_near).id, **body})

    def test_a_phone_shows_its_pass(self):
        basket = self.basket([(self.milk, 2)])
        path = f'/orders/{basket._public_id()}/exit-pass'
        self.assertProblem(self.client.get(path), 404, 'not_found')
        shown = self.sell(basket)
        answer = self.client.get(path)
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        self.assertEqual(
            {name: answer.json[name] for name in ('qr', 'total', 'item_count', 'audit', 'text')},
            {'qr': shown._text(), 'total': {'amount': '4.84', 'currency': 'EUR'}, 'item_count': 2, 'audit': False,
             'text': None})
        self.assertEqual(answer.json['code'].replace('-', ''), shown.code)
        self.assertEqual(self.client.get(path).json, answer.json, "it may be shown again")
        self.assertProblem(self.phone_of(self.phone_ben).get(path), 404, 'not_found')
        shown.audit_reason = 'random'
        answer = self.client.get(path, headers={'Accept-Language': 'en'}).json
        self.assertEqual((answer['audit'], answer['text']), (True, "A colleague will have a short look at your goods."))

    def test_a_pass_that_is_over(self):
        shown = self.sold()
        shown.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.client.get(self.path(shown)), 409, 'pass_expired')
        new = shown._renew()
        self.assertEqual(self.client.get(self.path(shown)).json['qr'], new._text())
        new._show(self.store_near)
        self.assertProblem(self.client.get(self.path(shown)), 409, 'pass_used')

    def test_a_gate_reports(self):
        shown = self.sold()
        self.assertEqual(self.report(shown._text(), self.store_far).json['result'], 'wrong_store')
        first = self.report(shown._text())
        self.assertEqual((first.status, first.json['result']), (200, 'ok'))
        self.assertEqual(self.report(shown._text()).json, {
            **first.json, 'result': 'repeated', 'text': "Already Used"})
        self.assertEqual(self.env['mobile.exit'].search_count([('app_id.client_id', '=', self.gate.client_id)]), 3)

    def test_a_gate_reports_later(self):
        shown = self.sold()
        seen_at = (shown.issued_at + timedelta(minutes=2)).strftime('%Y-%m-%dT%H:%M:%SZ')
        shown.issued_at -= timedelta(hours=2)
        shown.expires_at = fields.Datetime.now() + timedelta(minutes=10)
        self.assertEqual(self.report(shown._text(), seen_at=seen_at).json['result'], 'ok')
        self.assertEqual(self.report(shown._text(), seen_at=seen_at).json['result'], 'ok', "a lost answer")
        self.assertEqual(self.report(shown._text()).json['result'], 'repeated')
        self.assertInvalid(self.report(shown._text(), seen_at='2999-01-01T00:00:00Z'), 'body', 'seen_at')

    def test_what_is_no_pass_of_the_shop(self):
        shown = self.sold()
        text = shown._text()
        self.assertProblem(self.report(text.replace('.EUR.', '.USD.')), 422, 'pass_invalid')
        self.assertProblem(self.report(shown.code), 422, 'pass_invalid')
        other = self.env['res.company'].create({'name': "Other Shop"})
        store, _fence = self._make_store("Ghent Store", "Ghent", 'base.be', 51.05, 3.72, company=other)
        self.assertInvalid(self.report(text, store), 'body', 'store_id')
        others = self.till_of(self.env['mobile.app'].create({
            'name': "Other Gate", 'kind': 'till', 'company_id': other.id}))
        self.assertProblem(others.post('/till/exits', {'qr': text, 'store_id': store.id}), 422, 'pass_invalid')
        self.assertProblem(self.client.post('/till/exits', {'qr': text, 'store_id': store.id}), 401, 'token_invalid')
        self.assertFalse(shown.exit_ids)
