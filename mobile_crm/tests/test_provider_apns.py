import base64
import json
import logging
import os
import uuid
from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..models import mobile_app_push, mobile_provider_apns
from ..tools import apns, push_account
from ..tools.push_message import collapse_id
from ..tools.transport import Reply
from .push_common import PushCommon
from .push_servers import ApnsServer, faults


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class ApnsCommon(PushCommon):

    provider = 'apns'

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(ApnsServer(clock=lambda: fields.Datetime.now().timestamp()))
        self.key, key_id, team_id = self.server.provider_key()
        self.env['ir.config_parameter'].set_param('mobile_crm.apns_url', self.server.url)
        self.startPatcher(patch.object(push_account, '_accounts', push_account.OrderedDict()))
        self.app.write({
            'apns_credential': self.key, 'apns_key_id': key_id, 'apns_team_id': team_id,
            'apns_topic': 'com.example.shop'})

    def parcel(self, *args, **values):
        return super().parcel(*args, **{'platform': 'ios', **values})


@tagged('post_install', '-at_install')
class TestProviderApns(ApnsCommon):

    # === WHAT A PHONE GETS === #

    def test_message(self):
        parcel = self.parcel(
            self.server.register(), link='https://shop.example/x', image_url='https://shop.example/p.png',
            offer_id='an-offer')
        [outcome] = self.send(parcel)
        self.assertEqual(outcome[1:6], ('sent', None, None, False, None))
        [message] = self.server.received
        headers = {name: value for name, value in message.headers.items() if name.startswith('apns')}
        self.assertEqual(headers, {
            'apns-id': parcel.public_id, 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert',
            'apns-priority': '10', 'apns-expiration': str(apns.epoch(parcel.expires_at)),
            'apns-collapse-id': 'campaign 7'})
        payload = dict(message.payload)
        self.assertRegex(payload.pop('click'), '/m/')
        self.assertEqual(payload, {
            'aps': {'alert': {'title': parcel.title, 'body': parcel.body}, 'sound': 'default',
                    'thread-id': 'offers', 'mutable-content': 1},
            'message_id': parcel.public_id, 'offer_id': 'an-offer', 'link': 'https://shop.example/x',
            'image': 'https://shop.example/p.png'})

    def test_long_message_is_shortened(self):
        parcel = self.parcel(self.server.register(), body="Sehr schön. " * 600, collapse_key='ü' * 40)
        self.assertEqual(self.send(parcel)[0][1:4], ('sent', None, None))
        [message] = self.server.received
        self.assertTrue(message.payload['aps']['alert']['body'].endswith("…"))
        self.assertEqual(message.collapse, collapse_id('ü' * 40))
        self.assertEqual(self.only(title="ü" * 3000)[1:3], ('failed', 'too_large'))

    def test_repetition_is_seen_once(self):
        address = self.server.register()
        parcel = self.parcel(address)
        self.send(parcel)
        self.send(parcel._replace(is_repeat=True))
        self.assertEqual((len(self.server.phone(address).received), len(self.server.phone(address).shown)), (2, 1))

    def test_whole_batch(self):
        parcels = [self.parcel(self.server.register()) for _ in range(300)]
        self.assertEqual({outcome.status for outcome in self.send(*parcels)}, {'sent'})
        self.assertEqual(len(self.server.received), 300)
        self.assertFalse(self.server.violations)

    # === WHAT BECOMES OF IT === #

    def test_phone_that_is_gone(self):
        address = self.server.register()
        self.server.kill(address)
        outcome = self.only(address)
        self.assertEqual(outcome[1:5], ('dead', 'no_address', 'HTTP 410 Unregistered', False))

    def test_phone_that_has_come_back_since(self):
        address = self.server.register()
        self.server.kill(address)
        now = fields.Datetime.now()
        for minutes, status in ((-5, 'dead'), (5, 'retry')):
            with freeze_time(now + timedelta(minutes=minutes)):
                self.phone._update_report({'push_provider': 'apns', 'push_address': address})
            self.phone.flush_recordset()
            self.assertEqual(self.only(address).status, status)
        self.assertEqual(self.only(address, device_id=None).status, 'dead')
        for body in (b'{}', b'{"timestamp": "x"}', b'{"timestamp": true}', b'{"timestamp": 1e300}', b'[]'):
            self.assertIsNone(apns.gone_since(Reply(410, {}, body)))

    def test_addresses_of_another_app(self):
        self.prove()
        other = self.server.register('com.example.other')
        self.assertEqual(self.only(other)[1:4], ('dead', 'no_address', 'HTTP 400 DeviceTokenNotForTopic'))
        self.assertEqual(self.only('ab' * 32)[1:4], ('dead', 'no_address', 'HTTP 400 BadDeviceToken'))

    def test_wrong_settings_cost_no_address(self):
        self.app.apns_topic = 'com.example.other'
        outcomes = self.send(*[self.parcel(self.server.register()) for _ in range(3)])
        self.assertEqual({outcome[1:5] for outcome in outcomes}, {
            ('failed', 'no_credentials', 'HTTP 400 DeviceTokenNotForTopic', True)})

    def test_address_that_is_none(self):
        self.assertEqual(self.only('../device/x')[1:3], ('dead', 'no_address'))
        self.assertFalse(self.server.kinds)

    def test_quota_and_outage(self):
        for fault, expected in (
            (faults.status(429), ('retry', 'rate_limited', 'HTTP 429 TooManyRequests', False, None)),
            (faults.status(429, 9, 'TooManyProviderTokenUpdates'),
             ('retry', 'rate_limited', 'HTTP 429 TooManyProviderTokenUpdates', True, 9)),
            (faults.status(500), ('retry', 'provider_down', 'HTTP 500 InternalServerError', True, None)),
            (faults.status(503, 30, 'Shutdown'), ('retry', 'provider_down', 'HTTP 503 Shutdown', True, 30)),
            (faults.status(403), ('retry', 'no_credentials', 'HTTP 403 InvalidProviderToken', True, None)),
            (faults.status(400, reason='TopicDisallowed'),
             ('retry', 'no_credentials', 'HTTP 400 TopicDisallowed', True, None)),
            (faults.status(400, reason='BadPriority'), ('failed', 'rejected', 'HTTP 400 BadPriority', False, None)),
            (faults.status(413), ('failed', 'too_large', 'HTTP 413 PayloadTooLarge', False, None)),
            (faults.broken_stream(), ('unknown', 'outcome_unknown', 'reset', True, None)),
        ):
            self.server.misbehave(fault)
            self.assertEqual(self.only()[1:6], expected, fault)
            self.server.behave()

    # === SIGNING IN === #

    def test_token(self):
        self.only()
        [message] = self.server.received
        token = message.headers['authorization'].removeprefix('bearer ')
        self.assertEqual(jwt.get_unverified_header(token), {'alg': 'ES256', 'kid': self.app.apns_key_id})
        self.assertEqual(jwt.decode(token, options={'verify_signature': False})['iss'], 'TEAM000001')

    def test_token_over_a_day(self):
        """It is never an hour old nor renewed within 20 minutes, and hosts and apps with one key agree on it."""
        other = self.app.copy({'apns_key_id': self.app.apns_key_id})
        times = set()
        with freeze_time(fields.Datetime.now()) as clock:
            for _ in range(24 * 60 // 7):
                issued = {
                    jwt.decode(apns.ApnsAccount(self.key, 'KEY', 'TEAM', 'topic', 'production').token(
                        app._apns_token_time()), options={'verify_signature': False})['iat']
                    for app in (self.app, other)}
                self.assertEqual(len(issued), 1)
                self.assertTrue(0 <= fields.Datetime.now().timestamp() - min(issued) < 3000)
                times |= issued
                clock.tick(timedelta(minutes=7))
        times = sorted(times)
        self.assertGreaterEqual(min(later - sooner for sooner, later in pairwise(times)), 1200, times)
        self.assertGreaterEqual(len(times), 24)

    def test_server_agrees_over_hours(self):
        with freeze_time(fields.Datetime.now()) as clock:
            for _ in range(24):
                self.assertEqual(self.only()[1:4], ('sent', None, None))
                # Another host.
                push_account._accounts.clear()
                self.assertEqual(self.only().status, 'sent')
                clock.tick(timedelta(minutes=13))
        self.assertLess(self.server.token_updates, 10)

    def test_clock_that_was_ahead(self):
        with freeze_time(fields.Datetime.now() + timedelta(hours=5)):
            self.app._apns_token_time()
        self.assertLess(abs(self.app._apns_token_time() - fields.Datetime.now().timestamp()), 60)

    def test_token_that_has_expired_by_apples_clock(self):
        self.only()
        self.server.misbehave(faults.status(403, reason='ExpiredProviderToken'), times=1)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=30)):
            self.assertEqual(self.only().status, 'sent')
            self.assertEqual(self.server.answers[403], 1)
            # Not again so soon.
            self.server.misbehave(faults.status(403, reason='ExpiredProviderToken'))
            token = self.app._apns_account().token()
            self.assertEqual(self.only()[1:4], ('retry', 'no_credentials', 'HTTP 403 ExpiredProviderToken'))
            self.assertEqual(self.app._apns_account().token(), token)

    def test_environments(self):
        self.env['ir.config_parameter'].search([('key', '=', 'mobile_crm.apns_url')]).unlink()
        asked = []
        with patch('odoo.addons.mobile_crm.models.mobile_provider_push.exchange',
                   side_effect=lambda requests, **options: [(request, Reply(200, {}, b'')) for request in requests
                                                            if not asked.append(request.url)]):
            self.only('ab' * 32)
            self.app.apns_environment = 'sandbox'
            self.only('ab' * 32)
        self.assertEqual(asked, [f'https://api.push.apple.com/3/device/{"ab" * 32}',
                                 f'https://api.sandbox.push.apple.com/3/device/{"ab" * 32}'])

    # === CREDENTIALS === #

    def test_what_is_stored_is_told_to_nobody(self):
        secret = self.key.splitlines()[1]
        self.assertFalse(self.app.apns_credential)
        with self.assertRaises(AccessError):
            self.app.with_user(self.env.ref('base.user_admin')).read(['apns_sealed'])
        for table in ('mobile_app', 'mail_message', 'mail_tracking_value'):
            self.assertNotIn(secret, self.stored(table))
        self.app.apns_file = base64.b64encode(self.key.encode())
        self.assertFalse(self.app.apns_file)
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger().debug("begin")
            address = self.server.register()
            self.only(address)
            token = self.app._apns_account().token()
            self.server.refuse()
            self.only(address)
        for text in (secret, token, address):
            self.assertNotIn(text, '\n'.join(logs.output))

    def test_what_is_no_key(self):
        for text, said in (
            ('nonsense', "no private key"),
            ('-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----', "no private key"),
            ('-----BEGIN PRIVATE KEY-----' + 'x' * 5000, "no private key"),
            (pem(ec.generate_private_key(ec.SECP384R1())), "P-256"),
            (pem(rsa.generate_private_key(65537, 2048)), "P-256"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self.app.apns_credential = text
            self.assertIn(said, str(caught.exception))
        for name, value in (
            ('apns_key_id', 'short'), ('apns_team_id', 'lowercase1'), ('apns_topic', 'no topic'),
            ('apns_topic', 'x\r\nhost: y')):
            with self.assertRaises(ValidationError):
                self.app[name] = value
        self.assertEqual(self.only().status, 'sent')

    def test_what_is_missing(self):
        provider = self.env['mobile.provider.apns']
        self.assertTrue(provider._is_ready(self.company, self.app))
        self.app.apns_team_id = False
        self.assertFalse(provider._is_ready(self.company, self.app))
        self.assertIn("Team ID", self.app.apns_trouble)
        self.app.apns_team_id = 'TEAM000001'
        with patch.object(mobile_app_push, 'has_http2', return_value=False), \
                patch.object(mobile_provider_apns, 'has_http2', return_value=False):
            self.app.invalidate_recordset()
            self.assertFalse(provider._is_ready(self.company, self.app))
            self.assertIn("pip install h2", self.app.apns_trouble)
        with patch.dict(os.environ, MOBILE_CRM_KEY='another secret of this host'):
            self.app.invalidate_recordset()
            self.assertFalse(provider._is_ready(self.company, self.app))
            self.assertIn("another secret", self.app.apns_trouble)
        self.app.invalidate_recordset()
        self.assertFalse(self.app.apns_trouble)
        self.app.action_remove_apns()
        self.assertFalse(provider._is_ready(self.company, self.app))
        self.assertEqual(self.only('ab' * 32)[1:3], ('retry', 'no_credentials'))

    def test_whole_way(self):
        """From the queue to the phone."""
        self.phone._update_report({
            'push_provider': 'apns', 'push_address': self.server.register(), 'notifications_allowed': True})
        origin = self.env['mobile.message']._post([{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Your order is ready",
            'is_service': True}], channels=('push',))
        self.env['mobile.message']._work(self.sender)
        self.assertEqual(origin.delivery_ids.mapped('reason'), [False])
        [message] = self.server.received
        self.assertEqual(json.loads(json.dumps(message.payload))['message_id'], origin.uuid)
        self.assertTrue(uuid.UUID(message.headers['apns-id']))
        self.assertEqual(origin.delivery_ids.state, 'sent')
