import uuid
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiApprovals(ApprovalCommon, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _ids(self, client=None, **query):
        answer = (client or self.client).get('/me/approvals', **query)
        self.assertEqual(answer.status, 200, answer.content)
        return [item['id'] for item in answer.json['items']]

    def test_an_approval(self):
        order = self.spend()
        question = self.asked(order)
        answer = self.client.get(f'/me/approvals/{question.uuid}')
        self.assertEqual(answer.json, {
            'id': question.uuid, 'status': 'pending', 'order': order.name, 'shop': "Test Shop", 'program': "Points",
            'type': 'loyalty', 'points': '200', 'unit': 'points', 'worth': {'amount': '10.00', 'currency': 'EUR'},
            'asked_at': question.asked_at.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'expires_at': question.expires_at.strftime('%Y-%m-%dT%H:%M:%SZ'), 'answered_at': None})
        self.assertEqual(self.client.get('/me/approvals').json['items'], [answer.json])
        message = self.client.get('/messages').json['items'][0]
        self.assertEqual(self.client.get(message['link']).json, answer.json)

    def test_approve_then_confirm(self):
        order = self.spend()
        path = f'/me/approvals/{self.asked(order).uuid}'
        answer = self.client.post(f'{path}/approve')
        self.assertEqual((answer.status, answer.json['status']), (200, 'approved'))
        self.assertTrue(answer.json['answered_at'])
        self.assertEqual(self.asked(order).device_id, self.phone)
        order.action_confirm()
        self.assertEqual(self.client.get(path).json['status'], 'used')
        again = self.client.post(f'{path}/approve')
        self.assertEqual((again.status, again.json['status']), (200, 'used'))
        self.assertProblem(self.client.post(f'{path}/deny'), 409, 'approval_answered')

    def test_the_first_of_two_answers_counts(self):
        second = self._make_device(platform='ios')
        second._sign_in(self.anna_user)
        other = self.phone_of(second)
        for first, late in (('approve', 'deny'), ('deny', 'approve')):
            question = self.asked(self.spend())
            path = f'/me/approvals/{question.uuid}'
            self.assertEqual(self.client.post(f'{path}/{first}').status, 200)
            self.assertProblem(other.post(f'{path}/{late}'), 409, 'approval_answered')
            same = other.post(f'{path}/{first}')
            self.assertEqual((same.status, question.device_id), (200, self.phone))

    def test_too_late(self):
        order = self.spend()
        question = self.asked(order)
        question.expires_at = fields.Datetime.now()
        for answer in ('approve', 'deny'):
            self.assertProblem(
                self.client.post(f'/me/approvals/{question.uuid}/{answer}'), 409, 'approval_expired')
        self.assertEqual(self.client.get(f'/me/approvals/{question.uuid}').json['status'], 'expired')
        order.action_mobile_ask_again()
        question = self.asked(order)[-1]
        order.sudo()._action_cancel()
        self.assertProblem(self.client.post(f'/me/approvals/{question.uuid}/approve'), 409, 'approval_cancelled')

    def test_a_server_clock_ahead(self):
        question = self.asked(self.spend())
        with freeze_time(fields.Datetime.now() + timedelta(hours=24)):
            phone = self.phone_of(self.phone)
            self.assertProblem(phone.post(f'/me/approvals/{question.uuid}/approve'), 409, 'approval_expired')
        self.assertEqual(question.state, 'pending')

    def test_another_customers_question_is_not_there(self):
        question = self.asked(self.spend())
        (self.anna + self.ben).parent_id = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        for method, path in (('GET', ''), ('POST', '/approve'), ('POST', '/deny')):
            bodies = []
            for approval_id in (question.uuid, uuid.uuid4()):
                answer = self.bens.request(
                    method, f'/me/approvals/{approval_id}{path}', **({'json': {}} if method == 'POST' else {}))
                self.assertProblem(answer, 404, 'not_found')
                bodies.append({**answer.json, 'instance': None, 'request_id': None})
            self.assertEqual(*bodies)
        self.assertEqual((self._ids(self.bens), question.state), ([], 'pending'))

    def test_who_is_signed_out_answers_nothing(self):
        question = self.asked(self.spend())
        self.phone._sign_out()
        self.assertProblem(self.client.post(f'/me/approvals/{question.uuid}/approve'), 401, 'token_invalid')
        anonymous = self.registered_phone()
        self.assertProblem(anonymous.post(f'/me/approvals/{question.uuid}/approve'), 401, 'sign_in_required')
        self.assertEqual(question.state, 'pending')

    def test_another_companys_app_shows_no_question(self):
        question = self.asked(self.spend())
        other = self.env['mobile.app'].create({
            'name': "Other App", 'company_id': self.env['res.company'].create({'name': "Other Shop"}).id})
        phone = self.registered_phone(other)
        phone.sign_in('+32475112233')
        self.assertEqual(self._ids(phone), [])
        self.assertProblem(phone.post(f'/me/approvals/{question.uuid}/approve'), 404, 'not_found')

    def test_status_and_pages(self):
        questions = [self.asked(self.spend()) for _ in range(4)]
        questions[0]._answer('approved', self.phone)
        questions[1]._answer('denied', self.phone)
        questions[2].expires_at = fields.Datetime.now()
        ids = [question.uuid for question in questions]
        for status, expected in (('approved', ids[:1]), ('denied', ids[1:2]), ('expired', ids[2:3]),
                                 ('pending', ids[3:]), ('used', []), ('cancelled', [])):
            self.assertEqual(self._ids(status=status), expected, status)
        first = self.client.get('/me/approvals', limit=2).json
        newer = self.asked(self.spend()).uuid
        second = self.client.get('/me/approvals', limit=2, cursor=first['next_cursor']).json
        self.assertEqual([item['id'] for page in (first, second) for item in page['items']], ids[::-1])
        self.assertIsNone(second['next_cursor'])
        self.assertEqual(self._ids(limit=1), [newer])
        self.assertInvalid(self.client.get('/me/approvals', status='open'), 'query', 'status')
