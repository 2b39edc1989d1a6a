"""The fakes hold senders to what the real services ask for: what is wrong is refused, with the service's own words."""
import base64
import json
import ssl
import time
from datetime import datetime
from functools import partial

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo.tests import BaseCase, tagged

from odoo.addons.mail.tools.web_push import _encrypt_payload

from .push_servers import ApnsServer, FcmServer, WebPushServer, ca_file, faults

#: Seconds for an answer of the fake, on a machine that is busy.
PATIENCE = 2
NOW = 1_795_000_000
ID = '6d3e8bd2-5a58-4b2c-b4d2-39a9a19bd3a8'


class PushServerCase(BaseCase):
    """A service whose clock stands at ``now``, and a client of either protocol.

    :ivar int now: seconds since 1970.
    """

    service = None

    def setUp(self):
        super().setUp()
        self.now = NOW
        self.server = self.service(clock=lambda: self.now)
        self.addCleanup(self.server.close)
        context = ssl.create_default_context(cafile=ca_file())
        self.http1, self.http2 = (
            httpx.Client(http1=not http2, http2=http2, verify=context, timeout=PATIENCE, trust_env=False)
            for http2 in (False, True))
        self.addCleanup(self.http1.close)
        self.addCleanup(self.http2.close)

    def statuses(self, *answers):
        return [answer.status_code for answer in answers]


@tagged('post_install', '-at_install')
class TestFcmServer(PushServerCase):
    """What Google's services answer."""

    service = FcmServer

    def setUp(self):
        super().setUp()
        self.account = self.server.service_account()
        self.address = self.server.register()
        self.token = self._grant().json()['access_token']

    def _grant(self, account=None, **claims):
        account = account or self.account
        claims = {
            'iss': account['client_email'], 'aud': 'https://oauth2.googleapis.com/token', 'iat': self.now,
            'exp': self.now + 3600, 'scope': 'https://www.googleapis.com/auth/firebase.messaging', **claims}
        return self.http2.post(f'{self.server.url}/token', data={
            'grant_type': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            'assertion': jwt.encode(claims, account['private_key'], 'RS256')})

    def _send(self, client=None, project='shop', access=None, **message):
        return (client or self.http2).post(
            f'{self.server.url}/v1/projects/{project}/messages:send',
            json={'message': {'token': self.address, **message}},
            headers={'authorization': f'Bearer {access or self.token}'})

    def _error(self, answer):
        error = answer.json()['error']
        return answer.status_code, error['status'], error.get('details', [{}])[0].get('errorCode')

    def test_assertion(self):
        stranger = self.server.service_account('other')
        for wrong in (
                {'aud': 'https://example.com'}, {'scope': 'email'}, {'iat': NOW - 7200, 'exp': NOW - 3600},
                {'exp': NOW + 7200}, {'iss': stranger['client_email'], 'account': self.account},
                {'iss': 'nobody@example.com'}):
            with self.subTest(wrong):
                answer = self._grant(**wrong)
                self.assertEqual((answer.status_code, answer.json()['error']), (400, 'invalid_grant'))

    def test_access_token(self):
        self.assertEqual(self._send().status_code, 200)
        self.assertEqual(self._error(self._send(access='x')), (401, 'UNAUTHENTICATED', None))
        self.now += 3600
        self.assertEqual(self._error(self._send()), (401, 'UNAUTHENTICATED', None))
        self.assertEqual(self._error(self._send(project='other', access=self._grant().json()['access_token'])),
                         (403, 'PERMISSION_DENIED', None))

    def test_message(self):
        for client in (self.http1, self.http2):
            answer = self._send(client, data={'message_id': ID}, android={
                'ttl': '3.5s', 'priority': 'HIGH', 'collapse_key': 'a', 'notification': {'tag': ID, 'channelId': 'b'}})
            self.assertEqual(answer.status_code, 200, answer.text)
            self.assertTrue(answer.json()['name'].startswith('projects/shop/messages/'))
            self.assertEqual(answer.http_version, 'HTTP/2' if client is self.http2 else 'HTTP/1.1')
        phone = self.server.phones[self.address]
        self.assertEqual(phone.ids, [ID, ID])
        self.assertEqual(len(phone.shown), 1)
        self.assertEqual(phone.received[0].payload['android']['notification']['channel_id'], 'b')

    def test_shape(self):
        for wrong in (
                {'title': 'a'}, {'data': {'a': 1}}, {'data': {'from': 'a'}}, {'data': {'google.a': 'b'}},
                {'android': {'ttl': 60}}, {'android': {'ttl': '2419201s'}},
                {'android': {'notification': {'text': 'a'}}},
                {'topic': 'a'}, {'notification': {'title': 1}}, {'data': {'a': 'b' * 4096}},
                {'apns': {'headers': {'apns-collapse-id': 'a' * 65}}}, {'apns': {'payload': {'a': 'b' * 4096}}},
                {'token': 'no token'}):
            with self.subTest(wrong):
                answer = self._send(**wrong)
                self.assertEqual(self._error(answer)[:2], (400, 'INVALID_ARGUMENT'))
        self.assertFalse(self.server.received)

    def test_addresses(self):
        self.server.kill(self.address)
        self.assertEqual(self._error(self._send()), (404, 'NOT_FOUND', 'UNREGISTERED'))
        self.address = self.server.register('other')
        self.assertEqual(self._error(self._send()), (403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'))
        self.address = 'never:seen'
        self.assertEqual(self._error(self._send()), (404, 'NOT_FOUND', 'UNREGISTERED'))


@tagged('post_install', '-at_install')
class TestApnsServer(PushServerCase):
    """What Apple's service answers."""

    service = ApnsServer

    def setUp(self):
        super().setUp()
        self.key, self.key_id, self.team = self.server.provider_key()
        self.address = self.server.register()

    def _token(self, key=None, key_id=None, **claims):
        return jwt.encode({'iss': self.team, 'iat': self.now, **claims}, key or self.key, 'ES256',
                          headers={'kid': key_id or self.key_id})

    def _send(self, token=None, address=None, body=None, **headers):
        headers = {
            'authorization': f'bearer {token or self._token()}', 'apns-topic': 'com.example.shop',
            **{name.replace('_', '-'): value for name, value in headers.items()}}
        return self.http2.post(
            f'{self.server.url}/3/device/{self.address if address is None else address}',
            content=json.dumps({'aps': {'alert': 'a'}, 'message_id': ID} if body is None else body),
            headers={name: value for name, value in headers.items() if value is not None})

    def _reason(self, answer):
        return answer.status_code, answer.json()['reason']

    def test_message(self):
        answer = self._send(apns_id=ID, apns_collapse_id='c', apns_push_type='alert', apns_priority='5',
                            apns_expiration='0')
        self.assertEqual((answer.status_code, answer.content, answer.headers['apns-id']), (200, b'', ID))
        self.assertEqual(self.server.phones[self.address].ids, [ID])

    def test_http2_only(self):
        with self.assertRaises(httpx.TransportError):
            self.http1.post(f'{self.server.url}/3/device/{self.address}')

    def test_token(self):
        other = ec.generate_private_key(ec.SECP256R1())
        for token, reason in (
                (self._token(key=other), 'InvalidProviderToken'), (self._token(key_id='X'), 'InvalidProviderToken'),
                (self._token(iss='X'), 'InvalidProviderToken'), (self._token(iat=NOW - 3601), 'ExpiredProviderToken'),
                ('', 'MissingProviderToken'), ('a.b.c', 'InvalidProviderToken')):
            with self.subTest(token):
                self.assertEqual(self._reason(self._send(authorization=f'bearer {token}')), (403, reason))

    def test_token_is_renewed_as_often_as_it_may_be(self):
        self.assertEqual(self._send().status_code, 200)
        self.now += 19 * 60
        self.assertEqual(self._reason(self._send()), (429, 'TooManyProviderTokenUpdates'))
        self.now += 60
        self.assertEqual(self._send().status_code, 200)
        self.assertEqual(self.server.token_updates, 2)

    def test_refusals(self):
        for headers, expected in (
                ({'apns_topic': None}, (400, 'MissingTopic')), ({'apns_topic': 'a'}, (400, 'DeviceTokenNotForTopic')),
                ({'apns_collapse_id': 'a' * 65}, (400, 'BadCollapseId')),
                ({'apns_priority': '7'}, (400, 'BadPriority')),
                ({'apns_push_type': 'background', 'apns_priority': '10'}, (400, 'BadPriority')),
                ({'apns_push_type': 'a'}, (400, 'InvalidPushType')), ({'apns_id': 'a'}, (400, 'BadMessageId')),
                ({'apns_expiration': 'soon'}, (400, 'BadExpirationDate')), ({'address': 'a'}, (400, 'BadDeviceToken')),
                ({'address': ''}, (400, 'MissingDeviceToken')), ({'address': '00' * 32}, (400, 'BadDeviceToken')),
                ({'body': {'aps': {'alert': 'a' * 4096}}}, (413, 'PayloadTooLarge')),
                ({'body': {}}, (400, 'PayloadEmpty'))):
            with self.subTest(headers):
                self.assertEqual(self._reason(self._send(**headers)), expected)
        self.assertFalse(self.server.received)

    def test_dead(self):
        self.server.kill(self.address)
        answer = self._send()
        self.assertEqual((answer.status_code, answer.json()), (
            410, {'reason': 'Unregistered', 'timestamp': NOW * 1000}))

    def test_collapse(self):
        for collapse, message_id in (('a', '1'), ('a', '2'), ('b', '3'), ('c', '3'), (None, '4'), (None, '5')):
            self._send(apns_collapse_id=collapse, body={'aps': {}, 'message_id': message_id})
        self.assertEqual(
            [(message.collapse, message.public_id) for message in self.server.phones[self.address].shown],
            [('a', '2'), ('c', '3'), ('', '4'), ('', '5')])


@tagged('post_install', '-at_install')
class TestWebPushServer(PushServerCase):
    """What a browser vendor's service answers, and what the browser reads."""

    service = WebPushServer

    def setUp(self):
        super().setUp()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subscription = self.server.subscribe(self._public(self.key))

    def _public(self, key):
        return base64.urlsafe_b64encode(
            key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).rstrip(b'=').decode()

    def _send(self, client=None, key=None, shown=None, body=None, claims=(), subscription=None, **headers):
        subscription = subscription or self.subscription
        token = jwt.encode({
            'aud': self.server.url, 'exp': self.now + 3600, 'sub': 'mailto:a@b.example', **dict(claims)},
            key or self.key, 'ES256')
        if body is None:
            body = _encrypt_payload(json.dumps({'message_id': ID}).encode(), {
                'endpoint': subscription['endpoint'], 'keys': json.dumps(subscription['keys'])})
        headers = {'authorization': f'vapid t={token}, k={shown or self._public(key or self.key)}', 'ttl': '60',
                   'content-encoding': 'aes128gcm', **headers}
        return (client or self.http2).post(subscription['endpoint'], content=body, headers={
            name: value for name, value in headers.items() if value is not None})

    def test_message(self):
        for client in (self.http1, self.http2):
            answer = self._send(client, topic='abc', urgency='high')
            self.assertEqual(answer.status_code, 201, answer.text)
            self.assertIn('location', answer.headers)
        phone = self.server.phones[self.subscription['endpoint']]
        self.assertEqual(phone.ids, [ID, ID])
        self.assertEqual(len(phone.shown), 1)

    def test_not_for_this_browser(self):
        other = self.server.subscribe(self._public(self.key))
        body = _encrypt_payload(b'{}', {'endpoint': '', 'keys': json.dumps(other['keys'])})
        self.assertEqual(self._send(body=body).status_code, 201)
        with self.assertRaises(Exception):  # noqa: B017 -- the library's own, of a failed decryption
            self.server.received[0].payload  # noqa: B018

    def test_vapid(self):
        other = ec.generate_private_key(ec.SECP256R1())
        for wrong, status in (
                ({'authorization': None}, 401), ({'authorization': 'vapid t=a, k=b'}, 401),
                ({'key': other}, 403), ({'key': other, 'shown': self._public(self.key)}, 401),
                ({'claims': {'aud': 'https://example.com'}}, 401), ({'claims': {'exp': NOW - 100}}, 401),
                ({'claims': {'exp': NOW + 25 * 3600}}, 401), ({'claims': {'sub': 'me'}}, 401)):
            with self.subTest(wrong):
                self.assertEqual(self._send(**wrong).status_code, status)
        self.assertFalse(self.server.received)

    def test_refusals(self):
        for wrong, status in (
                ({'ttl': None}, 400), ({'ttl': '-1'}, 400), ({'topic': 'a' * 33}, 400), ({'topic': 'a b'}, 400),
                ({'urgency': 'now'}, 400), ({'body': b'a' * 4097}, 413), ({'content-encoding': 'aesgcm'}, 400)):
            with self.subTest(wrong):
                self.assertEqual(self._send(**wrong).status_code, status)
        gone, unknown = (self.server.subscribe(self._public(self.key)) for _time in range(2))
        self.server.kill(gone['endpoint'])
        self.server.forget(unknown['endpoint'])
        self.assertEqual(self.statuses(self._send(subscription=gone), self._send(subscription=unknown)), [410, 404])


@tagged('post_install', '-at_install')
class TestFaults(PushServerCase):
    """Each way to fail, by both protocols: what the client sees, and whether the phone got the message."""

    service = WebPushServer

    def setUp(self):
        super().setUp()
        key = ec.generate_private_key(ec.SECP256R1())
        public = base64.urlsafe_b64encode(
            key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()
        self.endpoint, self.other = (self.server.subscribe(public)['endpoint'] for _time in range(2))
        token = jwt.encode({'aud': self.server.url, 'exp': NOW + 3600}, key, 'ES256')
        self.headers = {'authorization': f'vapid t={token}, k={public.rstrip("=")}', 'ttl': '60'}

    def _send(self, client=None, endpoint=None):
        return (client or self.http2).post(endpoint or self.endpoint, headers=self.headers)

    def _got(self):
        """Return how many messages came since it was asked last."""
        received = self.server.phone(self.endpoint).received
        count = len(received)
        received.clear()
        return count

    def test_answers(self):
        at = datetime(2026, 11, 22, 10, 0, 0)
        for client in (self.http1, self.http2):
            for fault, status, retry_after, count in (
                    (faults.status(429, retry_after=30), 429, '30', 0),
                    (faults.status(503, retry_after=at), 503, 'Sun, 22 Nov 2026 10:00:00 GMT', 0),
                    (faults.status(500), 500, None, 0), (faults.garbage(), 200, None, 1),
                    (faults.garbage(500, accepted=False), 500, None, 0), (faults.slow(0.01), 201, None, 1)):
                with self.subTest(fault):
                    self.server.misbehave(fault, times=1)
                    answer = self._send(client)
                    self.assertEqual((answer.status_code, answer.headers.get('retry-after')), (status, retry_after))
                    self.assertEqual(self._got(), count)
            self.assertEqual(self._send(client).status_code, 201)
            self._got()

    def test_no_answer(self):
        silence, http2_only = httpx.ReadTimeout, (faults.refused_stream, faults.broken_stream)
        for client in (self.http1, self.http2):
            for make, error in (
                    (faults.reset, httpx.TransportError), (faults.hang_up, httpx.TransportError),
                    (faults.half, httpx.TransportError), (faults.silence, silence), *(
                        (make, httpx.TransportError) for make in http2_only)):
                for accepted in (False, True) if make is not faults.refused_stream else (False,):
                    with self.subTest(make=make.__name__, accepted=accepted):
                        fault = make(accepted) if make is not faults.refused_stream else make()
                        self.server.misbehave(fault, times=1)
                        with self.assertRaises(error):
                            self._send(client)
                        received = list(self.server.phone(self.endpoint).received)
                        self.assertEqual(self._got(), accepted)
                        self.assertTrue(all(message.is_doubtful for message in received))
            self.assertEqual(self._send(client).status_code, 201)
            self.assertFalse(self.server.phone(self.endpoint).received[0].is_doubtful)
            self._got()

    def test_goaway(self):
        """The stream was never processed: the client itself sends the request again, on another connection."""
        self.server.misbehave(faults.goaway(), numbers={1})
        self.assertEqual(self.statuses(self._send(), self._send()), [201, 201])
        self.assertEqual((self._got(), self.server.kinds['send'], self.server.accepted), (2, 3, 2))

    def test_goaway_after(self):
        self.server.misbehave(faults.goaway_after(), times=1)
        answer = self._send(self.http1)
        self.assertEqual((answer.status_code, answer.headers['connection']), (201, 'close'))
        self.assertEqual(self._send(self.http1).status_code, 201)
        self.assertEqual((self._got(), self.server.accepted), (2, 2))

    def test_refused_connections(self):
        self._send()
        self.server.refuse()
        with self.assertRaises(httpx.TransportError):
            self._send()
        with self.assertRaises(httpx.ConnectError):
            self._send()
        self.server.listen()
        self.assertEqual(self._send().status_code, 201)
        self.server.drop()
        self.server.resets_connections = True
        with self.assertRaises(httpx.TransportError):
            self._send(self.http1)
        self.server.behave()
        self.assertEqual(self._send(self.http1).status_code, 201)

    def test_conditions(self):
        refuse = partial(self.server.misbehave, faults.status(503))
        refuse(numbers={1, 2})
        self.assertEqual(self.statuses(*(self._send() for _time in range(4))), [201, 503, 503, 201])
        self.server.behave()
        refuse(since=NOW + 10, until=NOW + 20)
        for seconds, status in ((9, 201), (10, 503), (19, 503), (20, 201)):
            self.now = NOW + seconds
            self.assertEqual(self._send().status_code, status)
        self.server.behave()
        refuse(addresses={self.other})
        self.assertEqual(self.statuses(self._send(), self._send(endpoint=self.other)), [201, 503])
        self.server.behave()
        refuse(share=0.5)
        self.assertEqual({answer.status_code for answer in (self._send() for _time in range(30))}, {201, 503})
        self.server.behave()
        refuse(kind='token')
        self.assertEqual(self._send().status_code, 201)

    def test_delay(self):
        self.server.delay = 0.05
        start = time.perf_counter()
        self._send()
        self.assertGreaterEqual(time.perf_counter() - start, 0.05)
