import base64
import json
import uuid
from datetime import timedelta

from odoo.tests import tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiMessages(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _message(self, **values):
        return self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello", **values}])

    def _ids(self, client=None, **query):
        return [message['id'] for message in (client or self.client).get('/messages', **query).json['items']]

    def test_a_message(self):
        message = self.enter(self.phone, self.fence_near).message_id
        self.assertEqual(self.client.get('/messages').json, {'next_cursor': None, 'items': [{
            'id': message.uuid, 'kind': 'offer', 'title': "15 % for you", 'body': "Come in, it is warm here.",
            'sent_at': message.sent_at.strftime('%Y-%m-%dT%H:%M:%SZ'), 'read_at': None,
            'expires_at': message.expires_at.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'offer_id': message.card_id.mobile_uuid, 'enquiry_id': None, 'link': None, 'image_url': None}]})
        self.assertEqual(self._ids(self.bens), [])

    def test_only_what_was_sent_by_this_company(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self._message(company_id=other.id)
        self.env['mobile.message'].create({
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Queued"})
        self.assertEqual(self._ids(), [])

    def test_read(self):
        message = self._message()
        first = self.client.post(f'/messages/{message.uuid}/read')
        self.assertEqual(first.status, 200)
        self.assertEqual(first.json['read_at'], message.opened_at.strftime('%Y-%m-%dT%H:%M:%SZ'))
        message.opened_at -= timedelta(hours=1)
        again = self.client.post(f'/messages/{message.uuid}/read')
        self.assertEqual(again.json['read_at'], message.opened_at.strftime('%Y-%m-%dT%H:%M:%SZ'))
        self.assertEqual(message.state, 'opened')

    def test_another_customers_message_is_not_there(self):
        message = self._message()
        theirs, unknown = (
            self.bens.post(f'/messages/{message_id}/read') for message_id in (message.uuid, uuid.uuid4()))
        for answer in (theirs, unknown):
            self.assertProblem(answer, 404, 'not_found')
        self.assertEqual({**theirs.json, 'instance': None, 'request_id': None},
                         {**unknown.json, 'instance': None, 'request_id': None})
        self.assertFalse(message.opened_at)
        self.assertProblem(self.registered_phone().get('/messages'), 401, 'sign_in_required')

    def test_pages_of_messages_of_one_second(self):
        messages = self.env['mobile.message'].concat(*(self._message() for _ in range(5)))
        messages.sent_at = messages[0].sent_at
        messages[0].sent_at += timedelta(seconds=1)
        expected = self._ids()
        self.assertEqual(expected[0], messages[0].uuid)
        for limit in (1, 2, 3, 5):
            seen, cursor = [], None
            while True:
                page = self.client.get('/messages', limit=limit, **({'cursor': cursor} if cursor else {})).json
                seen += [message['id'] for message in page['items']]
                cursor = page['next_cursor']
                if not cursor:
                    break
            self.assertEqual(seen, expected, limit)

    def test_forged_cursors(self):
        def cursor(*key):
            return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip('=')

        self._message()
        for text in ('x', cursor('yesterday', 1), cursor('2026-13-01 00:00:00', 1), cursor('', 1), cursor('a\0b', 1),
                     cursor('2026-01-01 00:00:00'), cursor(1, 1), cursor('2026-01-01 00:00:00', '1'),
                     cursor('2026-01-01 00:00:00', -1), cursor('today', 1), cursor('-1d', 1), cursor('now', 1)):
            with self.subTest(cursor=text):
                self.assertInvalid(self.client.get('/messages', cursor=text), 'query', 'cursor')
        self.assertEqual(self._ids(self.bens, cursor=cursor('2999-01-01 00:00:00', 2 ** 62)), [])
