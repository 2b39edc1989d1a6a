import base64
import json
import os
import re
import time
import uuid
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import BaseCase, tagged

from ..models import mobile_provider_webpush
from ..models.mobile_message_queue import MAX_TRIES
from ..tools import push_service, webpush
from ..tools.delivery import LONGEST_BATCH, Outcome, Parcel
from ..tools.push_address import Subscription
from ..tools.push_service import PATIENCE, PushService, meaning, retry_after
from ..tools.transport import Failure, Reply
from .common import MobileCommon
from .push_servers import WebPushServer, ca_file, faults
from .push_servers.webpush import OTHER_KEY

OFFER = '6f1c1a52-7d1f-4f0e-8d27-3d6a4a3f7f10'


class WebPushCommon(MobileCommon):
    """A push service on this machine, listed by the administrator.

    :ivar WebPushServer service:
    """

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(os.environ, {'SSL_CERT_FILE': ca_file()}))
        self.startPatcher(patch.object(PushService, '_known', {}))
        self.service = self.listed_service()
        self.app.webpush_enabled = True
        self.public_key = self.app._webpush_key()
        self.sender = self.env['mobile.sender'].search([('app_id', '=', self.app.id)])

    def listed_service(self, **options):
        """Return one more service that runs on this machine."""
        service = self.enterContext(WebPushServer(**options))
        parameters = self.env['ir.config_parameter'].sudo()
        listed = parameters.get_param('mobile_crm.webpush_hosts') or ''
        parameters.set_param('mobile_crm.webpush_hosts', f'{listed} 127.0.0.1:{service.port}')
        return service

    def parcel(self, address=None, **values):
        """Return a message on its way to a new browser."""
        if address is None:
            address = json.dumps(self.service.subscribe(self.public_key))
        return Parcel(**{
            'id': next(self.numbers), 'public_id': str(uuid.uuid4()), 'partner_id': self.anna.id,
            'device_id': self.phone.id, 'platform': 'web', 'address': address, 'title': "15 % für dich",
            'body': "Komm rein, hier ist es warm. 🧥", 'link': None, 'image_url': None, 'offer_id': None,
            'collapse_key': 'campaign 7', 'expires_at': fields.Datetime.now() + timedelta(hours=3), 'lang': 'de_DE',
            'is_repeat': False, **values})

    @property
    def numbers(self):
        self._numbers = getattr(self, '_numbers', None) or iter(range(1, 10 ** 6))
        return self._numbers

    def send(self, *parcels):
        """Send parcels; return their outcomes in the parcels' order."""
        outcomes = {outcome.id: outcome for outcome in self.env['mobile.provider.webpush']._send(
            self.sender, list(parcels))}
        self.assertEqual(set(outcomes), {parcel.id for parcel in parcels}, "one outcome for each")
        return [outcomes[parcel.id] for parcel in parcels]

    def only(self, parcel):
        return self.send(parcel)[0]


@tagged('-at_install', 'post_install')
class TestProviderWebpush(WebPushCommon):

    # === WHAT A BROWSER GETS === #

    def test_a_browser_reads_what_was_sent(self):
        parcel = self.parcel(
            offer_id=OFFER, image_url='https://shop.mobile-crm.example/picture.png',
            expires_at=fields.Datetime.now() + timedelta(minutes=30))
        self.assertEqual(self.only(parcel), Outcome(parcel.id, 'sent'))
        [received] = self.service.received
        sent_at = received.payload.pop('sent_at')
        self.assertRegex(sent_at, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertEqual(received.payload, {
            'id': parcel.public_id, 'title': "15 % für dich", 'body': "Komm rein, hier ist es warm. 🧥",
            'image': 'https://shop.mobile-crm.example/picture.png', 'link': None, 'click': None, 'offer_id': OFFER,
            'tag': webpush.topic('campaign 7')})
        headers = received.headers
        self.assertEqual(headers['content-encoding'], 'aes128gcm')
        self.assertEqual(headers['topic'], webpush.topic('campaign 7'))
        self.assertRegex(headers['topic'], r'^[A-Za-z0-9_-]{1,32}$')
        self.assertLessEqual(1790, int(headers['ttl']))
        self.assertLessEqual(int(headers['ttl']), 1800)
        self.assertEqual(headers['urgency'], 'high', "for half an hour is no time to wait until the phone wakes up")

    def test_the_link_notes_the_click(self):
        message = self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "New", 'link': '/shop/jackets'}])
        self.only(self.parcel(id=message.id, link='/shop/jackets'))
        payload = self.service.received[0].payload
        self.assertEqual(payload['link'], '/shop/jackets')
        self.assertEqual(payload['click'], self.env['mobile.message']._tracked_link([message.id])[message.id])

    def test_headers(self):
        self.assertEqual(dict(webpush.headers(0.2, 'x'))['ttl'], '1', "a zero is refused by some")
        self.assertEqual(dict(webpush.headers(10 ** 9, 'x'))['ttl'], str(28 * 86400))
        self.assertEqual(dict(webpush.headers(7200, 'x'))['urgency'], 'normal')
        self.assertNotEqual(webpush.topic('a'), webpush.topic('b'))
        self.assertRegex(webpush.topic('ü' * 500), r'^[A-Za-z0-9_-]{32}$')

    def test_who_sends(self):
        self.only(self.parcel())
        authorization = self.service.received[0].headers['authorization']
        token, key = re.fullmatch(r'vapid t=([\w.-]+), k=([\w-]+)', authorization).groups()
        self.assertEqual(key, self.public_key)
        claims = json.loads(base64.urlsafe_b64decode(token.split('.')[1] + '=='))
        self.assertEqual(claims['aud'], self.service.url)
        self.assertEqual(claims['sub'], 'mailto:shop@mobile-crm.example')
        self.assertLessEqual(claims['exp'], time.time() + 12 * 3600)

    def test_one_signature_for_hours(self):
        keys = self.app._webpush_keys()
        with patch.object(time, 'time', lambda: 1_800_000_000.0):
            first = keys.authorization('https://a.example')
            self.assertEqual(keys.authorization('https://a.example'), first)
            self.assertNotEqual(keys.authorization('https://b.example'), first)
            self.assertNotEqual(keys._replace(subject='mailto:x@mobile-crm.example').authorization(
                'https://a.example'), first)
        for hours in (7, 13, 25):
            with patch.object(time, 'time', lambda now=1_800_000_000.0 + hours * 3600: now):
                later = keys.authorization('https://a.example')
                claims = json.loads(base64.urlsafe_b64decode(later.split('.')[1] + '=='))
                self.assertLess(time.time() + 3600, claims['exp'], "it is good for a while yet")
                self.assertLessEqual(claims['exp'], time.time() + 24 * 3600)

    def test_a_long_message_arrives_shortened(self):
        parcel = self.parcel(body="Wörter " * 2000, image_url='https://shop.mobile-crm.example/picture.png')
        self.assertEqual(self.only(parcel).status, 'sent')
        [received] = self.service.received
        self.assertRegex(received.payload['body'], r'^(Wörter )+Wörter…$')
        self.assertTrue(received.payload['image'])

    def test_a_message_that_does_not_fit(self):
        [fine, large] = self.send(self.parcel(), self.parcel(title="x" * 4000))
        self.assertEqual((fine.status, large.status, large.reason), ('sent', 'failed', 'too_large'))
        self.assertEqual(len(self.service.received), 1)

    def test_what_is_over_is_not_sent(self):
        sent, late = self.send(
            self.parcel(), self.parcel(expires_at=fields.Datetime.now() - timedelta(seconds=1)))
        self.assertEqual((sent.status, late.status, late.reason), ('sent', 'retry', 'too_old'))
        self.assertEqual(len(self.service.received), 1)

    # === ADDRESSES === #

    def test_addresses_that_are_none(self):
        unlisted = json.dumps({**self.service.subscribe(self.public_key), 'endpoint': 'https://127.0.0.1/x'})
        not_a_point = self.service.subscribe(self.public_key)
        not_a_point['keys']['p256dh'] = 'BA'
        fine, *others = self.send(
            self.parcel(), self.parcel('made-up'), self.parcel(unlisted), self.parcel(json.dumps(not_a_point)))
        self.assertEqual(fine.status, 'sent')
        self.assertEqual({(outcome.status, outcome.reason) for outcome in others}, {('dead', 'no_address')})

    def test_a_host_that_is_listed_no_more(self):
        parcel = self.parcel()
        self.env['ir.config_parameter'].set_param('mobile_crm.webpush_hosts', '')
        self.assertEqual(self.only(parcel).status, 'dead')
        self.assertFalse(self.service.kinds)

    def test_a_known_host_is_not_within_our_network(self):
        listed, known = PushService('127.0.0.1:4433'), PushService('fcm.googleapis.com')
        for address in ('127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', 'fd00::1'):
            self.assertTrue(listed.may_connect('127.0.0.1', address))
            self.assertFalse(known.may_connect('fcm.googleapis.com', address))
        self.assertTrue(known.may_connect('fcm.googleapis.com', '142.250.102.95'))
        # The name leads to this machine, where a service listens.
        subscription = self.service.subscribe(self.public_key)
        endpoint = subscription['endpoint'].replace('127.0.0.1', 'localhost')
        with patch.object(push_service, 'KNOWN_HOSTS', (f'localhost:{self.service.port}',)):
            self.env['ir.config_parameter'].set_param('mobile_crm.webpush_hosts', f'localhost:{self.service.port}')
            outcome = self.only(self.parcel(json.dumps({**subscription, 'endpoint': endpoint})))
        self.assertEqual((outcome.status, outcome.detail), ('retry', 'forbidden_address'))
        self.assertFalse(self.service.kinds)

    def test_dead_addresses(self):
        gone, unknown, other = (self.service.subscribe(self.public_key) for _number in range(3))
        self.service.kill(gone['endpoint'])
        self.service.forget(unknown['endpoint'])
        self.app.action_make_webpush_key()
        self.public_key = self.app.webpush_public_key
        outcomes = self.send(*(self.parcel(json.dumps(address)) for address in (gone, unknown, other)), self.parcel())
        self.assertEqual(
            [(outcome.status, outcome.reason) for outcome in outcomes], [('dead', 'no_address')] * 3 + [('sent', None)])
        self.assertFalse(any(outcome.is_providers_fault for outcome in outcomes))

    def test_no_redirects(self):
        elsewhere = self.listed_service()
        self.service.misbehave(faults.status(307)._replace(headers=(('location', elsewhere.url + '/x'),)))
        self.assertEqual(self.only(self.parcel()).status, 'retry')
        self.assertFalse(elsewhere.kinds)

    # === CREDENTIALS === #

    def test_without_a_key(self):
        self.assertTrue(self.env['mobile.provider.webpush']._is_ready(self.company, self.app))
        self.assertFalse(self.env['mobile.provider.webpush']._is_ready(self.company))
        other = self.env['mobile.app'].create({'name': "Other", 'company_id': self.company.id})
        self.assertFalse(self.env['mobile.provider.webpush']._is_ready(self.company, other))
        parcel = self.parcel()
        self.app.webpush_enabled = False
        self.assertFalse(self.env['mobile.provider.webpush']._is_ready(self.company, self.app))
        outcome = self.only(parcel)
        self.assertEqual(
            (outcome.status, outcome.reason, outcome.is_providers_fault), ('retry', 'no_credentials', True))
        self.assertFalse(self.service.kinds)

    def test_nothing_secret_is_told(self):
        with self.assertLogs(level='DEBUG') as logs:
            parcel = self.parcel(title="Geheim")
            self.service.misbehave(faults.status(503), times=1)
            outcomes = self.send(parcel, self.parcel('{"endpoint": "https://127.0.0.1/secret"}'))
        # The service writes down what it gets, and the database its parameters.
        told = repr([outcome._replace(id=0) for outcome in outcomes]) + ''.join(
            line for line in logs.output if not line.startswith(('DEBUG:hpack', 'DEBUG:odoo.sql_db')))
        address = json.loads(parcel.address)
        keys = self.app._webpush_keys()
        for secret in (address['endpoint'][-20:], address['keys']['auth'], keys.private, "Geheim", 'secret'):
            self.assertNotIn(secret, told)

    # === SERVICES THAT FAIL === #

    def test_one_service_does_not_hold_up_the_others(self):
        silent = self.listed_service()
        silent.misbehave(faults.silence())
        with patch.object(mobile_provider_webpush, 'TIMEOUT', 0.5):
            slow = [self.parcel(json.dumps(silent.subscribe(self.public_key))) for _number in range(3)]
            came = [(outcome.id, outcome.status) for outcome in self.env['mobile.provider.webpush']._send(
                self.sender, [*slow, *(self.parcel() for _number in range(20))])]
        self.assertEqual([status for _id, status in came], ['sent'] * 20 + ['unknown'] * 3)
        self.assertEqual({parcel_id for parcel_id, _status in came[20:]}, {parcel.id for parcel in slow})

    def test_a_service_that_fails_is_left_alone(self):
        failing = self.listed_service()
        failing.misbehave(faults.status(503, retry_after=120))

        def batch():
            return [self.parcel(json.dumps(failing.subscribe(self.public_key))) for _number in range(PATIENCE)]

        outcomes = self.send(*batch())
        self.assertEqual(
            {(outcome.status, outcome.reason, outcome.retry_after) for outcome in outcomes},
            {('retry', 'provider_down', 120.0)})
        self.assertFalse(any(outcome.is_try for outcome in outcomes))
        self.assertFalse(any(outcome.is_providers_fault for outcome in outcomes), "the others are to go on")
        failing.behave()
        *spared, sent = self.send(*batch(), self.parcel())
        self.assertEqual(sent.status, 'sent')
        self.assertEqual({outcome.status for outcome in spared}, {'retry'})
        self.assertTrue(all(100 < outcome.retry_after <= 120 and not outcome.is_try for outcome in spared))
        self.assertEqual(failing.kinds['send'], PATIENCE)
        for service in PushService._known.values():
            service.rests_until -= 121
        self.assertEqual({outcome.status for outcome in self.send(*batch())}, {'sent'})

    def test_the_rest_of_a_batch_is_spared(self):
        self.service.misbehave(faults.status(429))
        with patch.object(push_service, 'CAUTIOUS', PATIENCE):
            outcomes = self.send(*(self.parcel() for _number in range(3 * PATIENCE)))
        self.assertEqual(self.service.kinds['send'], PATIENCE)
        self.assertEqual({(outcome.status, outcome.reason) for outcome in outcomes}, {('retry', 'rate_limited')})
        self.assertTrue(all(outcome.retry_after for outcome in outcomes[PATIENCE:]))

    def test_an_outage_takes_no_tries(self):
        """A message outlives an outage of its browser's service, however long, and arrives after it."""
        device = self._make_device(platform='web')
        device._sign_in(self.anna_user)
        device.write({'push_provider': 'webpush', 'push_address': Subscription.parse(
            json.dumps(self.service.subscribe(self.public_key))).text, 'notifications_allowed': True})
        self.env['mobile.consent']._append(self.anna, self.company, {'push': True}, 'import')
        origin = self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello"}], channels=('push',))
        self.service.refuse()
        self.env.flush_all()
        start = fields.Datetime.now()
        for minutes in range(0, 240, 5):
            if minutes == 180:
                self.service.listen()
            with freeze_time(start + timedelta(minutes=minutes)), self.enter_registry_test_mode(), \
                    self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env['mobile.message']._work(env['mobile.sender'].browse(self.sender.id))
        self.env.invalidate_all()
        attempt = origin.delivery_ids
        self.assertEqual((attempt.state, attempt.channel), ('sent', 'push'))
        self.assertGreater(attempt.tries, MAX_TRIES)
        self.assertEqual(self.service.received[0].public_id, origin.uuid)

    def test_one_that_is_told_to_wait_stops_nobody(self):
        self.service.misbehave(faults.status(429, retry_after=3600), times=PATIENCE - 1)
        self.send(*(self.parcel() for _number in range(PATIENCE - 1)))
        self.assertEqual(self.only(self.parcel()).status, 'sent')
        self.service.misbehave(faults.status(429, retry_after=3600), times=PATIENCE - 1)
        self.send(*(self.parcel() for _number in range(PATIENCE - 1)))
        self.assertEqual(self.only(self.parcel()).status, 'sent', "only failures in a row count")

    def test_who_rests_rests_for_one_key(self):
        mine, other = PushService.of('key', 'fcm.googleapis.com'), PushService.of('other', 'fcm.googleapis.com')
        self.assertIs(PushService.of('key', 'fcm.googleapis.com'), mine)
        for _number in range(PATIENCE):
            mine.note(Outcome(1, 'retry', 'provider_down'))
        self.assertGreater(mine.wait(), 50)
        self.assertLess(other.wait(), 0)
        mine.note(Outcome(1, 'retry', 'rate_limited', retry_after=10.0 ** 9))
        self.assertLess(mine.wait(), 3601)

    def test_outages(self):
        for fault, expected in (
            (faults.reset(), 'unknown'), (faults.silence(), 'unknown'), (faults.silence(accepted=True), 'unknown'),
            (faults.hang_up(), 'unknown'), (faults.refused_stream(), 'sent'), (faults.goaway(), 'sent'),
            (faults.status(500), 'retry'), (faults.status(413), 'failed'), (faults.slow(0.1), 'sent'),
        ):
            with self.subTest(fault=fault.way, status=fault.status), \
                    patch.object(mobile_provider_webpush, 'TIMEOUT', 0.5):
                self.service.behave()
                self.service.misbehave(fault, times=1)
                self.assertEqual(self.only(self.parcel()).status, expected)
        self.service.refuse()
        self.assertEqual(self.only(self.parcel()).status, 'retry')

    def test_it_ends_in_time(self):
        self.assertLess(
            mobile_provider_webpush.LAST_BEGIN + 2 * mobile_provider_webpush.TIMEOUT, LONGEST_BATCH)
        with patch.object(mobile_provider_webpush, 'LAST_BEGIN', 0):
            outcome = self.only(self.parcel())
        self.assertEqual((outcome.status, outcome.detail), ('retry', 'too_late'))


@tagged('-at_install', 'post_install')
class TestPushService(BaseCase):

    def test_what_answers_mean(self):
        apple = b'{"reason":"%s"}'
        for status, body, expected in (
            (201, b'', ('sent', None)), (200, b'', ('sent', None)), (202, b'', ('sent', None)),
            (404, b'', ('dead', 'no_address')), (410, b'', ('dead', 'no_address')),
            (413, b'', ('failed', 'too_large')), (429, b'', ('retry', 'rate_limited')),
            (500, b'', ('retry', 'provider_down')), (503, b'', ('retry', 'provider_down')),
            (599, b'', ('retry', 'provider_down')), (301, b'', ('retry', 'provider_down')),
            (400, b'', ('failed', 'rejected')), (405, b'', ('failed', 'rejected')),
            (400, apple % b'BadWebPushTopic', ('failed', 'rejected')),
            (400, b'invalid JWT provided', ('retry', 'no_credentials')),
            (400, apple % b'VapidPkHashMismatch', ('dead', 'no_address')),
            (401, b'', ('retry', 'no_credentials')), (403, b'', ('retry', 'no_credentials')),
            (403, apple % b'BadJwtToken', ('retry', 'no_credentials')),
            (403, OTHER_KEY.encode(), ('dead', 'no_address')),
            (401, b'{"code":401,"errno":109,"error":"Unauthorized","message":"VAPID public key mismatch"}',
             ('dead', 'no_address')),
            (403, b'\xff\xfe not correspond to the ' + b'x' * 10 ** 5, ('dead', 'no_address')),
        ):
            with self.subTest(status=status, body=body[:40]):
                outcome = meaning(7, Reply(status, {}, body))
                self.assertEqual((outcome.id, outcome.status, outcome.reason), (7, *expected))
                self.assertFalse(outcome.is_providers_fault)
        self.assertEqual(meaning(7, Failure('not_sent', 'lost'))[1:4], ('retry', 'provider_down', 'lost'))
        self.assertEqual(meaning(7, Failure('unknown', 'timeout'))[1:4], ('unknown', 'outcome_unknown', 'timeout'))

    def test_what_is_kept_of_an_answer(self):
        for body, detail in (
            (b'', 'HTTP 403'), (b'{"errno": 109}', 'HTTP 403 109'),
            (b'{"reason":"BadJwtToken"}', 'HTTP 403 BadJwtToken'), (b'{"reason": ["x"]}', 'HTTP 403'),
            (b'{"reason":"https://fcm.googleapis.com/secret"}', 'HTTP 403'),
            (b'no such subscription: secret', 'HTTP 403'), (b'"x"', 'HTTP 403'), (b'[1]', 'HTTP 403'),
            (b'1', 'HTTP 403'), (b'[' * 2000, 'HTTP 403'),
        ):
            self.assertEqual(meaning(7, Reply(403, {}, body)).detail, detail)

    def test_retry_after(self):
        self.assertEqual(retry_after('120'), 120)
        self.assertEqual(retry_after('Wed, 21 Oct 2015 07:28:00 GMT'), 0)
        later = time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(time.time() + 90))
        self.assertTrue(80 < retry_after(later) <= 90)
        for nothing in (None, '', 'soon', '-5', '1e3', '9' * 30, 'Wed, 99 Oct 2015 07:28:00 GMT',
                        f'Wed, 21 Oct {"9" * 20} 07:28:00 GMT', f'Wed, 21 Oct 2026 07:28:00 +{"9" * 14}'):
            self.assertIsNone(retry_after(nothing))
        self.assertEqual(meaning(7, Reply(503, {'retry-after': '30'}, b'')).retry_after, 30)
        self.assertIsNone(meaning(7, Reply(410, {'retry-after': '30'}, b'')).retry_after)


CLUSTERS = ["é", "e\u0301", "👨‍👩‍👧", "👍🏽", "🇧🇪", "🏴\U000e0067\U000e0062\U000e0065\U000e007f", "नि", "❤️"]


@tagged('-at_install', 'post_install')
class TestShortening(BaseCase):

    def _content(self, body, image=None, title="x"):
        return {'id': OFFER, 'title': title, 'body': body, 'image': image, 'link': None, 'click': None,
                'offer_id': None, 'tag': 'x' * 32, 'sent_at': '2026-11-22T10:00:00Z'}

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=300) | st.lists(st.sampled_from([*CLUSTERS, " ", "a", '"', "\n", "\\"]), max_size=150).map(
        ''.join), st.integers(0, 400))
    @example("\x00" * 50, 100)
    @example("ab cd", 5)
    def test_it_fits_and_is_a_beginning(self, text, room):
        short = webpush.shortened(text, room)
        size = len(json.dumps(short, ensure_ascii=False).encode()) - 2
        self.assertTrue(size <= room or text == short == '')
        if short != text:
            self.assertTrue(short == '' or short.endswith('…'))
            self.assertTrue(text.startswith(short.removesuffix('…')))
            self.assertFalse(short.removesuffix('…')[-1:].isspace())
        else:
            self.assertLessEqual(size, room)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.sampled_from(CLUSTERS), max_size=100), st.integers(0, 400))
    def test_no_character_is_broken(self, clusters, room):
        kept = webpush.shortened(''.join(clusters), room)
        beginnings = {''.join(clusters[:number]) for number in range(len(clusters) + 1)}
        self.assertIn(kept.removesuffix('…'), beginnings)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.text(st.characters(categories=['L', 'N']), min_size=1, max_size=12), min_size=1, max_size=60),
           st.integers(60, 300))
    def test_it_ends_with_a_word(self, words, room):
        kept = webpush.shortened(' '.join(words), room).removesuffix('…')
        self.assertIn(kept, {' '.join(words[:number]) for number in range(len(words) + 1)})

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=100), st.text(max_size=6000) | st.none(),
           st.none() | st.integers(0, 4500).map(lambda length: 'https://' + 'x' * length), st.integers(300, 3993))
    def test_what_is_packed_fits(self, title, body, image, limit):
        content = self._content(body, image, title)
        packed = webpush.packed(content, limit)
        if packed is None:
            bare = json.dumps({**content, 'body': '', 'image': None}, ensure_ascii=False, separators=(',', ':'))
            self.assertGreater(len(bare.encode()), limit)
            return
        self.assertLessEqual(len(packed), limit)
        read = json.loads(packed)
        self.assertEqual(
            {**read, 'body': None, 'image': None}, {**content, 'body': None, 'image': None}, "the rest is not touched")
        self.assertIn(read['image'], (image, None))

    def test_what_goes_first(self):
        image = 'https://shop.mobile-crm.example/' + 'x' * 100
        read = json.loads(webpush.packed(self._content("word " * 1000, image)))
        self.assertEqual(read['image'], image)
        self.assertRegex(read['body'], r'^(word ){600,}word…$')
        read = json.loads(webpush.packed(self._content("word " * 1000, 'https://' + 'x' * 3600)))
        self.assertIsNone(read['image'], "rather the words than a picture")
        self.assertRegex(read['body'], r'^(word ){600,}word…$')
        read = json.loads(webpush.packed(self._content("短" * 2000)))
        self.assertRegex(read['body'], r'^短{1000,}…$')
        self.assertIsNone(webpush.packed(self._content("word", title="x" * 4000)))

    def test_the_largest_is_what_every_service_takes(self):
        self.assertEqual(webpush.MAX_JSON, 3993, "RFC 8291, section 4")
