import uuid
from datetime import UTC, datetime, timedelta

from odoo.tests import tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiEvents(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _event(self, event_type='enter', ago=timedelta(), **values):
        if event_type in ('enter', 'exit', 'dwell'):
            values = {'geofence_id': self.fence_near.id, **values}
        return {'id': str(uuid.uuid4()), 'type': event_type, 'occurred_at': (datetime.now(UTC) - ago).isoformat(),
                **values}

    def _report(self, *events, client=None):
        answer = (client or self.client).post('/events', {'events': list(events)})
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def _stored(self, *events):
        return self.env['mobile.event'].search([('uuid', 'in', [event['id'] for event in events])], order='id')

    def assertRejected(self, code, *events, client=None):
        receipt = self._report(*events, client=client)
        self.assertEqual((receipt['accepted'], receipt['duplicates']), (0, 0))
        self.assertEqual([(rejected['id'], rejected['code']) for rejected in receipt['rejected']],
                         [(event['id'], code) for event in events])
        for rejected in receipt['rejected']:
            self.assertTrue(rejected['detail'])
        self.assertFalse(self._stored(*events))

    # === WHAT IS STORED === #

    def test_an_event_of_each_type(self):
        message = self.enter(self.phone, self.fence_near).message_id
        events = [
            self._event('enter', geofence_id=self.fence_far.id), self._event('exit'), self._event('dwell'),
            self._event('position', lat=50.1, lon=4.1, accuracy=12.5), self._event('scan', barcode='5901234123457'),
            self._event('scan', product_id=self.product.id), self._event('search', query='rain jacket'),
            self._event('view', product_id=self.product.id, store_id=self.store_far.id),
            self._event('open', message_id=message.uuid), self._event('dismiss', message_id=message.uuid),
        ]
        self.assertEqual(self._report(*events), {'accepted': 10, 'duplicates': 0, 'rejected': []})
        stored = self._stored(*events)
        self.assertEqual(stored.mapped('type'), [event['type'] for event in events])
        self.assertEqual((stored.device_id, stored.partner_id, stored.company_id),
                         (self.phone, self.anna, self.company))
        self.assertEqual(stored[0].store_id, self.store_far)
        self.assertEqual((stored[3].latitude, stored[3].longitude, stored[3].accuracy), (50.1, 4.1, 12.5))
        self.assertEqual(message.state, 'opened')

    def test_the_time_of_an_event_is_kept_in_utc(self):
        moment = (datetime.now(UTC) - timedelta(hours=3)).replace(microsecond=0)
        event = self._event('view', occurred_at=moment.astimezone(datetime.strptime('+0530', '%z').tzinfo).isoformat())
        self._report(event)
        self.assertEqual(self._stored(event).occurred_at, moment.replace(tzinfo=None))

    def test_an_anonymous_phone_reports_but_sets_nothing_off(self):
        event = self._event()
        receipt = self._report(event, client=self.registered_phone())
        self.assertEqual(receipt['accepted'], 1)
        self.assertFalse(self._stored(event).partner_id)
        self.assertFalse(self._stored(event).decision_ids)

    # === TWICE === #

    def test_duplicates_in_one_batch(self):
        event, other = self._event(), self._event('exit')
        receipt = self._report(event, other, event, event)
        self.assertEqual(receipt, {'accepted': 2, 'duplicates': 2, 'rejected': []})

    def test_duplicates_across_batches(self):
        event, other = self._event(), self._event('exit')
        self._report(event)
        before = self._stored(event).read()
        changed = {**event, 'type': 'exit', 'geofence_id': self.fence_far.id}
        self.assertEqual(self._report(changed, other), {'accepted': 1, 'duplicates': 1, 'rejected': []})
        self.env.invalidate_all()
        self.assertEqual(self._stored(event).read(), before)
        self.assertEqual(len(self.campaign.decision_ids), 1)
        self.assertEqual(len(self.client.get('/offers').json['items']), 1)

    def test_duplicates_in_another_spelling(self):
        event = self._event()
        spelled = {**event, 'id': event['id'].upper().replace('-', '')}
        self.assertEqual(self._report(event, spelled), {'accepted': 1, 'duplicates': 1, 'rejected': []})

    # === WHAT IS NOT STORED === #

    def test_one_bad_event_never_spoils_the_others(self):
        good, bad, late = self._event(), self._event(geofence_id=2 ** 31 - 1), self._event('view')
        receipt = self._report(good, bad, late)
        self.assertEqual((receipt['accepted'], [r['id'] for r in receipt['rejected']]), (2, [bad['id']]))
        self.assertEqual(self._stored(good, bad, late).mapped('uuid'), [good['id'], late['id']])

    def test_in_future(self):
        self.assertRejected('in_future', self._event(ago=-timedelta(hours=24, minutes=1)),
                            self._event(ago=-timedelta(days=365)), self._event(occurred_at='9999-12-31T23:59:59Z'))
        self.assertEqual(self._report(self._event(ago=-timedelta(minutes=4)))['accepted'], 1)

    def test_too_old(self):
        self.assertRejected('too_old', self._event(ago=timedelta(days=7, minutes=1)),
                            self._event(ago=timedelta(days=31)), self._event(occurred_at='0001-01-01T00:00:00Z'))
        self.assertEqual(self._report(self._event(ago=timedelta(days=6, hours=23)))['accepted'], 1)

    def test_unknown_geofence(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        _store, elsewhere = self._make_store("Elsewhere", "Brussels", 'base.be', 50.8467, 4.3525, other)
        self.store_far.active = False
        self.assertRejected('unknown_geofence', self._event(geofence_id=2 ** 31 - 1),
                            self._event(geofence_id=elsewhere.id), self._event(geofence_id=self.fence_far.id))

    def test_unknown_store(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        elsewhere, _fence = self._make_store("Elsewhere", "Brussels", 'base.be', 50.8467, 4.3525, other)
        self.assertRejected('unknown_store', self._event('view', store_id=elsewhere.id),
                            self._event('view', store_id=2 ** 31 - 1))

    def test_unknown_product(self):
        secret = self.env['product.product'].create({'name': "Not for sale", 'sale_ok': False})
        other = self.env['res.company'].create({'name': "Other Shop"})
        elsewhere = self.env['product.product'].create({'name': "Elsewhere", 'company_id': other.id})
        self.assertRejected('unknown_product', self._event('view', product_id=secret.id),
                            self._event('view', product_id=elsewhere.id), self._event('view', product_id=2 ** 31 - 1))

    def test_unknown_message(self):
        message = self.enter(self.phone_ben, self.fence_near).message_id
        events = self._event('open', message_id=message.uuid), self._event('open', message_id=str(uuid.uuid4()))
        self.assertRejected('unknown_message', *events)
        self.assertRejected(
            'unknown_message', self._event('open', message_id=message.uuid), client=self.registered_phone())
        self.assertFalse(message.opened_at)

    def test_incomplete(self):
        self.assertRejected(
            'incomplete', *(self._event(kind, geofence_id=None) for kind in ('enter', 'exit', 'dwell')),
            self._event('position'), self._event('position', lat=50.0), self._event('scan'), self._event('search'),
            self._event('open'), self._event('dismiss'))

    def test_too_many_events(self):
        events = [self._event('view') for _ in range(201)]
        self.assertInvalid(self.client.post('/events', {'events': events}), 'body', 'events')
        self.assertFalse(self._stored(*events))
        self.assertEqual(self._report(*events[:200])['accepted'], 200)

    def test_ten_thousand_events(self):
        events = [self._event('view') for _ in range(10_000)]
        self.assertInvalid(self.client.post('/events', {'events': events}), 'body', 'events')
        self.assertFalse(self._stored(*events[:100]))

    # === WHAT FOLLOWS === #

    def test_the_offer_arrives(self):
        self.assertEqual(self.client.get('/offers').json['items'], [])
        self._report(self._event())
        offer, = self.client.get('/offers').json['items']
        message, = self.client.get('/messages').json['items']
        self.assertEqual(
            (offer['title'], offer['discount']['value'], offer['status']), ("15 % for you", '15', 'available'))
        self.assertEqual((message['title'], message['offer_id']), ("15 % for you", offer['id']))
        self.assertEqual(self.phone_of(self.phone_ben).get('/offers').json['items'], [])
        self._report(self._event())
        self.assertEqual(len(self.client.get('/offers').json['items']), 1)

    def test_an_offer_for_a_place_where_the_phone_is_not(self):
        event = self._event(lat=48.8566, lon=2.3522, accuracy=10.0)
        self.assertEqual(self._report(event)['accepted'], 1)
        self.assertEqual(self._stored(event).doubt, 'far_from_fence')
        self.assertEqual(self.client.get('/offers').json['items'], [])
