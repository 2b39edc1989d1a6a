"""What phones tell about messages: delivered, opened, dismissed."""
import uuid
from datetime import UTC, datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase


def rfc3339(instant):
    return instant.strftime('%Y-%m-%dT%H:%M:%SZ')


@tagged('-at_install', 'post_install')
class TestApiReceipts(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)
        self.now = fields.Datetime.now()

    def message(self, partner=None, ago=timedelta(hours=2), **values):
        message = self.env['mobile.message']._post([{
            'partner_id': (partner or self.anna).id, 'company_id': self.company.id, 'title': "Hello", **values}])
        message.sent_at = self.now - ago
        return message

    def attempt(self, message, device):
        """Return a push of a message that was sent to a phone."""
        return self.env['mobile.message'].create({
            'origin_id': message.id, 'partner_id': message.partner_id.id, 'company_id': self.company.id,
            'title': message.title, 'channel': 'push', 'state': 'sent', 'sent_at': message.sent_at,
            'device_id': device.id})

    def tell(self, *receipts, client=None, **body):
        return (client or self.client).post('/messages/receipts', {'receipts': [
            {'id': message if isinstance(message, str) else message.uuid, 'status': status,
             **({'at': rfc3339(at)} if at else {})} for message, status, at in receipts], **body})

    def assertNear(self, found, expected, seconds=5):
        self.assertLessEqual(abs((found - expected).total_seconds()), seconds, (found, expected))

    # === ONE === #

    def test_delivered(self):
        message = self.message()
        at = self.now - timedelta(minutes=30)
        answer = self.client.post(f'/messages/{message.uuid}/delivered', {'at': rfc3339(at)})
        self.assertEqual((answer.status, answer.content), (204, b''))
        self.assertEqual((message.state, message.delivered_at, message.opened_at), ('delivered', at, False))

    def test_without_a_body_it_is_now(self):
        message = self.message()
        self.assertEqual(self.client.request('POST', f'/messages/{message.uuid}/delivered').status, 204)
        self.assertNear(message.delivered_at, self.now)

    def test_the_first_time_counts_and_nothing_goes_back(self):
        message = self.message()
        first, later = self.now - timedelta(minutes=30), self.now - timedelta(minutes=10)
        for at in (first, later, first - timedelta(minutes=20)):
            self.assertEqual(
                self.client.post(f'/messages/{message.uuid}/delivered', {'at': rfc3339(at)}).status, 204)
            self.assertEqual(message.delivered_at, first)
        self.client.post(f'/messages/{message.uuid}/read')
        opened_at = message.opened_at
        self.client.post(f'/messages/{message.uuid}/delivered')
        self.tell((message, 'opened', first), (message, 'dismissed', later))
        self.assertEqual(
            (message.state, message.delivered_at, message.opened_at), ('opened', first, opened_at))

    def test_what_was_opened_was_delivered(self):
        message = self.message()
        self.client.post(f'/messages/{message.uuid}/read')
        self.assertEqual((message.state, message.delivered_at), ('opened', message.opened_at))

    # === MANY === #

    def test_one_bad_receipt_never_spoils_the_rest(self):
        messages = [self.message() for _number in range(3)]
        bens, unknown = self.message(self.ben), str(uuid.uuid4())
        at = self.now - timedelta(minutes=5)
        answer = self.tell(
            (messages[0], 'delivered', at), (bens, 'opened', at), (messages[1], 'opened', at), (unknown, 'opened', at),
            (messages[2], 'dismissed', at))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json['accepted'], 3)
        self.assertEqual([(item['id'], item['code']) for item in answer.json['rejected']],
                         [(bens.uuid, 'unknown_message'), (unknown, 'unknown_message')])
        self.assertEqual([message.state for message in messages], ['delivered', 'opened', 'delivered'])
        self.assertEqual([message.delivered_at for message in messages], [at] * 3)
        self.assertEqual(bens.state, 'sent')

    def test_a_batch_in_any_order_and_twice(self):
        message = self.message()
        times = [self.now - timedelta(minutes=minutes) for minutes in (40, 30, 20)]
        for _turn in range(2):
            answer = self.tell(*((message, 'opened', at) for at in (times[2], times[1], times[2])),
                               (message, 'delivered', times[0]))
            self.assertEqual(answer.json, {'accepted': 4, 'rejected': []})
            self.assertEqual((message.delivered_at, message.opened_at), (times[0], times[1]))

    def test_bounds(self):
        message = self.message()
        self.assertEqual(self.tell(*[(message, 'opened', None)] * 200).status, 200)
        self.assertInvalid(self.tell(*[(message, 'opened', None)] * 201), 'body', 'receipts')
        self.assertInvalid(self.tell(), 'body', 'receipts')
        self.assertInvalid(self.tell((message, 'burnt', None)), 'body', 'receipts', 0, 'status')

    # === THE CLOCK === #

    def test_a_wrong_clock_is_put_right(self):
        """An hour fast, ten years slow: by when it says that it sends, the server knows what it meant."""
        for wrong in (timedelta(hours=1), timedelta(days=-3650)):
            message = self.message()
            at = self.now - timedelta(minutes=20)
            self.tell((message, 'delivered', at + wrong), sent_at=rfc3339(datetime.now(UTC) + wrong))
            self.assertNear(message.delivered_at, at)

    def test_no_message_arrives_before_it_was_sent_or_later_than_now(self):
        early, late = self.message(), self.message()
        self.tell((early, 'delivered', self.now - timedelta(days=400)))
        self.tell((late, 'opened', self.now + timedelta(days=400)))
        self.assertEqual(early.delivered_at, early.sent_at)
        self.assertNear(late.opened_at, self.now)

    # === WHO === #

    def test_anothers_message_is_not_there(self):
        message = self.message()
        other = self.env['res.company'].create({'name': "Other Shop"})
        foreign = self.message(company_id=other.id)
        for client, uuid_ in ((self.bens, message.uuid), (self.client, foreign.uuid), (self.client, uuid.uuid4()),
                              (self.registered_phone(), message.uuid)):
            self.assertProblem(client.post(f'/messages/{uuid_}/delivered'), 404, 'not_found')
        self.assertProblem(self.phone_app().post(f'/messages/{message.uuid}/delivered'), 401, 'unauthenticated')
        self.assertEqual((message.state, foreign.state), ('sent', 'sent'))

    def test_an_attempt_is_no_message(self):
        message = self.message()
        attempt = self.attempt(message, self.phone)
        for path in ('read', 'delivered'):
            self.assertProblem(self.client.post(f'/messages/{attempt.uuid}/{path}'), 404, 'not_found')
        self.assertEqual([item['id'] for item in self.client.get('/messages').json['items']], [message.uuid])

    def test_a_phone_tells_of_what_it_got_after_the_customer_signed_out(self):
        message, other = self.message(), self.message()
        attempt = self.attempt(message, self.phone)
        self.phone._sign_out()
        anonymous = self.phone_of(self.phone)
        self.assertEqual(anonymous.post(f'/messages/{message.uuid}/delivered').status, 204)
        self.assertEqual((message.state, attempt.state), ('delivered', 'delivered'))
        self.assertProblem(anonymous.post(f'/messages/{other.uuid}/delivered'), 404, 'not_found')
        self.assertProblem(anonymous.get('/messages'), 401, 'sign_in_required')

    def test_a_phone_that_was_handed_on_reads_nothing_of_the_one_before(self):
        message = self.message()
        attempt = self.attempt(message, self.phone)
        self.phone._sign_out()
        self.phone._sign_in(self.ben_user)
        client = self.phone_of(self.phone)
        for path in ('read', 'delivered'):
            self.assertProblem(client.post(f'/messages/{message.uuid}/{path}'), 404, 'not_found')
        self.assertEqual(self.tell((message, 'opened', None), client=client).json['accepted'], 0)
        self.assertEqual((message.state, attempt.state), ('sent', 'sent'))

    def test_the_push_to_this_phone_was_delivered_and_no_other(self):
        message = self.message()
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        mine, tablets = self.attempt(message, self.phone), self.attempt(message, tablet)
        at = self.now - timedelta(minutes=1)
        self.tell((message, 'delivered', at))
        self.assertEqual((mine.state, mine.delivered_at), ('delivered', at))
        self.assertEqual(tablets.state, 'sent')

    # === EVENTS === #

    def _event(self, message, event_type, at):
        return self.client.post('/events', {'events': [{
            'id': str(uuid.uuid4()), 'type': event_type, 'message_id': message.uuid, 'occurred_at': rfc3339(at)}]})

    def test_events_do_the_same(self):
        opened, dismissed = self.message(), self.message()
        at = self.now - timedelta(minutes=3)
        for message, event_type in ((opened, 'open'), (dismissed, 'dismiss')):
            self.assertEqual(self._event(message, event_type, at).json['accepted'], 1)
        self.assertEqual((opened.state, opened.opened_at, opened.delivered_at), ('opened', at, at))
        self.assertEqual((dismissed.state, dismissed.opened_at, dismissed.delivered_at), ('delivered', False, at))
        self._event(dismissed, 'open', at + timedelta(minutes=1))
        self.assertEqual((dismissed.state, dismissed.delivered_at), ('opened', at))
        self.assertEqual(self._event(self.message(self.ben), 'open', at).json['rejected'][0]['code'],
                         'unknown_message')

    # === WHAT A MESSAGE IS === #

    def test_kinds(self):
        offer = self.enter(self.phone, self.fence_near).message_id
        answer, notice = self.message(is_service=True), self.message()
        kinds = {item['id']: item['kind'] for item in self.client.get('/messages').json['items']}
        self.assertEqual(kinds, {offer.uuid: 'offer', answer.uuid: 'answer', notice.uuid: 'notice'})
