import base64
import json
import os
import uuid
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import file_open

from ..tools import vault
from ..tools.push_address import Subscription, checked_address
from .common import MobileHttpCase

KNOWN = 'https://fcm.googleapis.com/fcm/send/abc:DEF-1_2'


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def subscription(endpoint=KNOWN, **keys):
    """Return what ``JSON.stringify(subscription)`` gives in a browser that has just subscribed."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = {'p256dh': base64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
            'auth': base64url(os.urandom(16)), **keys}
    return json.dumps({'endpoint': endpoint, 'expirationTime': None, 'keys': keys}, indent=1)


@tagged('-at_install', 'post_install')
class TestApiPush(MobileHttpCase):

    def _register(self, address, provider='webpush'):
        phone = self.phone_app()
        return phone, phone.post('/devices', {
            'install_id': str(uuid.uuid4()), 'platform': 'web', 'push': {'provider': provider, 'address': address}})

    def _device(self, answer):
        return self.env['mobile.device'].search([('uuid', '=', answer.json['device_id'])])

    def assertRefused(self, address, provider='webpush'):
        _phone, answer = self._register(address, provider)
        self.assertInvalid(answer, 'body', 'push', 'address')
        self.assertNotIn(b'secret', answer.content, "a wrong value is not told back")

    # === ADDRESSES === #

    def test_a_subscription_is_kept_in_one_spelling(self):
        text = subscription()
        _phone, answer = self._register(text)
        self.assertEqual(answer.status, 201)
        device, keys = self._device(answer), json.loads(text)['keys']
        kept = f'{{"endpoint":"{KNOWN}","keys":{{"p256dh":"{keys["p256dh"]}","auth":"{keys["auth"]}"}}}}'
        self.assertEqual((device.push_provider, device.push_address), ('webpush', kept))
        padded = subscription(auth=keys['auth'] + '==', p256dh=keys['p256dh'] + '=')
        self.assertEqual(self._device(self._register(padded)[1]).push_address, kept)

    def test_no_subscriptions(self):
        fine = json.loads(subscription())
        other_curve = ec.generate_private_key(ec.SECP256K1()).public_key()
        point = base64.urlsafe_b64decode(fine['keys']['p256dh'] + '=')
        compressed = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).public_bytes(
            Encoding.X962, PublicFormat.CompressedPoint)
        for address in (
            'secret', '{', '[]', '"secret"', 'null', '{}', '{"endpoint": "secret"}', '[' * 4000,
            json.dumps({**fine, 'keys': 'secret'}), json.dumps({**fine, 'keys': {'auth': fine['keys']['auth']}}),
            json.dumps({**fine, 'endpoint': None}), json.dumps({**fine, 'endpoint': 1}),
            subscription(auth=''), subscription(auth=base64url(b'secret')), subscription(auth=None),
            subscription(auth=base64url(os.urandom(17))), subscription(auth='=' * 22), subscription(auth='é' * 22),
            subscription(auth=[1]),
            subscription(p256dh=''), subscription(p256dh=base64url(b'\4' + os.urandom(64))),
            subscription(p256dh=base64url(point[:-1] + bytes([point[-1] ^ 1]))),
            subscription(p256dh=base64url(compressed)), subscription(p256dh=base64url(point + b'\0')),
            subscription(p256dh=base64url(b'\0')),
            subscription(p256dh=base64url(other_curve.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))),
        ):
            with self.subTest(address=address[:80]):
                self.assertRefused(address)

    def test_a_stranger_does_not_choose_the_host(self):
        for endpoint in (
            'http://fcm.googleapis.com/fcm/send/x', 'https://secret.example/x', 'https://127.0.0.1/x',
            'https://localhost/x', 'https://169.254.169.254/latest', 'https://[::1]/x', 'https://0x7f.1/x',
            'https://fcm.googleapis.com.secret.example/x', 'https://secretfcm.googleapis.com/x',
            'https://x.fcm.googleapis.com/x', 'https://fcm.googleapis.com:8443/x', 'https://fcm.googleapis.com:/x',
            'https://push.apple.com/x', 'https://.push.apple.com/x', 'https://secretpush.apple.com/x',
            'https://user@fcm.googleapis.com/x', 'https://user:secret@fcm.googleapis.com/x',
            'https://fcm.googleapis.com@secret.example/x', 'https://secret.example#@fcm.googleapis.com/x',
            'https://secret.example\\@fcm.googleapis.com/x', 'https://fcm.googleapis.com\\.secret.example/x',
            'https://fcm.googleapis.com/x y', 'https://fcm.googleapis.com/x\r\nHost: secret', 'https://fcm.googleapis.com',
            'https://fcm.googleapis.com/"', 'https://fcm.googleapis.com/#secret', 'https://FCM.googleapis.com/x',
            'https://fcm.googleapis.com/é', 'https://ﬁcm.googleapis.com/x', ' https://fcm.googleapis.com/x',
            'https:///fcm.googleapis.com/x', 'https:fcm.googleapis.com/x', '//fcm.googleapis.com/x', '',
            'https://fcm.googleapis.com/' + 'x' * 2048,
        ):
            with self.subTest(endpoint=endpoint[:80]):
                self.assertRefused(subscription(endpoint))
        for endpoint in (
            KNOWN, 'https://updates.push.services.mozilla.com/wpush/v2/gAAA', 'https://web.push.apple.com/QGuQ',
            'https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d', 'https://fcm.googleapis.com:443/wp/x',
        ):
            with self.subTest(endpoint=endpoint):
                self.assertEqual(self._register(subscription(endpoint))[1].status, 201)

    def test_an_administrator_lists_other_hosts(self):
        self.env['ir.config_parameter'].set_param(
            'mobile_crm.webpush_hosts', 'push.mobile-crm.example, *.own.example:8443\n127.0.0.1:9443')
        for endpoint, is_known in (
            ('https://push.mobile-crm.example/x', True), ('https://a.push.mobile-crm.example/x', False),
            ('https://push.mobile-crm.example:8443/x', False), ('https://a.own.example:8443/x', True),
            ('https://a.own.example/x', False), ('https://own.example:8443/x', False),
            ('https://127.0.0.1:9443/x', True), ('https://127.0.0.1/x', False), (KNOWN, True),
        ):
            with self.subTest(endpoint=endpoint):
                self.assertEqual(self._register(subscription(endpoint))[1].status, 201 if is_known else 422)

    def test_addresses_of_the_other_providers(self):
        for provider, fine, wrong in (
            ('fcm', ('cXyz_1-2:APA91bH' + 'x' * 100, 'one-address'), ('a b', 'a"b', 'é', 'a\nb', '{"a": 1}', 'a/b')),
            ('apns', ('0f' * 32, 'AB' * 100), ('0f' * 31, '0f' * 101, 'xy' * 32, '0f' * 32 + '0', '0f' * 32 + '\n')),
        ):
            for address in fine:
                _phone, answer = self._register(address, provider)
                self.assertEqual(answer.status, 201)
                self.assertEqual(
                    self._device(answer).push_address, address.lower() if provider == 'apns' else address)
            for address in wrong:
                with self.subTest(provider=provider, address=address):
                    self.assertRefused(address, provider)

    def test_one_endpoint_is_one_phones(self):
        first, second = subscription(), subscription()
        _phone, answer = self._register(first)
        device = self._device(answer)
        elsewhere = self._device(self._register(subscription(KNOWN + 'x'))[1])
        fcm = self._device(self._register('abc', 'fcm')[1])
        # The browser has subscribed again: the same endpoint, and other keys.
        other = self._device(self._register(second)[1])
        self.assertEqual((device.push_provider, device.push_address), (False, False))
        self.assertEqual(other.push_address, Subscription.parse(second).text)
        self.assertTrue(elsewhere.push_address)
        self.assertEqual(fcm.push_address, 'abc')
        other.active = False
        phone, answer = self._register(first)
        self.assertFalse(other.push_address, "an archived phone too")
        phone.take_tokens(answer)
        self.assertEqual(phone.patch('/devices/current', {'push': {'provider': 'webpush', 'address': second}}).status,
                         200)
        self.assertEqual(self._device(answer).push_address, Subscription.parse(second).text)

    def test_the_endpoint_is_found_by_an_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM mobile_device WHERE push_provider = 'webpush' "
            "AND split_part(push_address, '\"', 4) = 'https://x' AND id != 1")
        self.assertIn('mobile_device_push_endpoint_idx', str(self.env.cr.fetchall()))

    # === THE KEY === #

    def test_the_first_who_asks_has_the_key_made(self):
        self.assertFalse(self.app.webpush_public_key)
        phone = self.registered_phone()
        answer = phone.get('/push/key')
        self.assertEqual(answer.json, {'provider': 'webpush', 'public_key': self.app.webpush_public_key})
        point = base64.urlsafe_b64decode(answer.json['public_key'] + '=')
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        again = self.phone_of(self.phone).get('/push/key')
        self.assertEqual(again.json, answer.json)
        not_changed = phone.get('/push/key', headers={'If-None-Match': answer.headers['ETag']})
        self.assertEqual((not_changed.status, not_changed.content), (304, b''))
        sender = self.env['mobile.sender'].search([('app_id', '=', self.app.id)])
        self.assertEqual((sender.provider, sender.company_id), ('webpush', self.company))

    def test_each_app_has_its_own_key(self):
        other = self.env['mobile.app'].create({'name': "Other App", 'company_id': self.company.id})
        phone = self.phone_app(other)
        phone.register()
        keys = {phone.get('/push/key').json['public_key'], self.registered_phone().get('/push/key').json['public_key']}
        self.assertEqual(len(keys), 2)
        self.assertFalse(other.copy().webpush_public_key)

    def test_no_key(self):
        phone = self.registered_phone()
        self.app.webpush_enabled = False
        self.assertProblem(phone.get('/push/key'), 404, 'not_found')
        self.assertFalse(self.app.webpush_public_key)
        self.assertProblem(self.phone_app().get('/push/key'), 401, 'unauthenticated')
        till = self.till_of(self.env['mobile.app'].create({
            'name': "Till", 'kind': 'till', 'company_id': self.company.id}))
        self.assertEqual(till.get('/push/key').status, 401)

    def test_a_key_that_cannot_be_kept_is_none(self):
        with patch.object(vault, '_key', side_effect=vault.NoKeyError("nowhere to keep it")), \
                self.assertLogs('odoo.addons.mobile_crm.controllers.push', 'WARNING'):
            self.assertProblem(self.registered_phone().get('/push/key'), 503, 'unavailable')
        self.assertFalse(self.app.webpush_public_key)

    def test_the_private_key_opens_by_the_vault_alone(self):
        self.registered_phone().get('/push/key')
        kept = self.app.sudo().webpush_private_key
        keys = self.app._webpush_keys()
        self.assertEqual(keys.subject, 'mailto:shop@mobile-crm.example')
        self.assertNotIn(keys.private, kept)
        number = int.from_bytes(base64.urlsafe_b64decode(keys.private + '='), 'big')
        public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
        self.assertEqual(base64url(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)), keys.public)
        admin = new_test_user(self.env, 'push_admin', groups='base.group_system,mobile_crm.group_mobile_crm_manager',
                              company_id=self.company.id)
        with self.assertRaises(AccessError):
            self.app.with_user(admin).read(['webpush_private_key'])
        self.assertNotIn('webpush_private_key', self.app.with_user(admin).fields_get())
        with patch.dict(os.environ, {vault.VARIABLE: 'another secret than the one it was'}):
            self.assertIsNone(self.app._webpush_keys(), "a copy of the database opens nothing")

    def test_a_manager_makes_new_keys(self):
        manager = new_test_user(
            self.env, 'push_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id)
        user = new_test_user(
            self.env, 'push_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id)
        self.app.with_user(manager).action_make_webpush_key()
        first = self.app.webpush_public_key
        device = self._device(self._register(subscription())[1])
        fcm = self._device(self._register('abc', 'fcm')[1])
        with self.assertRaises(AccessError):
            self.app.with_user(user).action_make_webpush_key()
        self.app.with_user(manager).action_make_webpush_key()
        self.assertNotIn(self.app.webpush_public_key, (first, False))
        self.assertEqual((device.push_provider, device.push_address), (False, False), "made with the old key")
        self.assertEqual(fcm.push_address, 'abc')
        self.assertEqual(self.env['mobile.sender'].search_count([('app_id', '=', self.app.id)]), 1)
        other_company = new_test_user(
            self.env, 'push_other', groups='mobile_crm.group_mobile_crm_manager',
            company_id=self.env['res.company'].create({'name': "Other"}).id)
        with self.assertRaises(AccessError):
            self.app.with_user(other_company).action_make_webpush_key()

    def test_a_copy_for_tests_has_no_key(self):
        self.registered_phone().get('/push/key')
        self.env.flush_all()
        with file_open('mobile_crm/data/neutralize.sql') as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual((self.app.webpush_public_key, self.app.sudo().webpush_private_key), (False, False))
        self.assertProblem(self.registered_phone().get('/push/key'), 404, 'not_found')

    def test_whom_a_push_service_asks(self):
        for email, url, subject in (
            ('Shop <Shop@Mobile-CRM.example>', 'https://shop.mobile-crm.example', 'mailto:shop@mobile-crm.example'),
            (False, 'https://shop.mobile-crm.example', 'https://shop.mobile-crm.example'),
            ('nonsense', 'http://localhost:8069', ''), ('shop@localhost', 'https://localhost', ''),
            ('shop@office.local', 'https://shop.mobile-crm.example/', 'https://shop.mobile-crm.example'),
        ):
            self.company.email = email
            self.env['ir.config_parameter'].set_param('web.base.url', url)
            self.assertEqual(self.app._webpush_subject(), subject)


@tagged('-at_install', 'post_install')
class TestPushAddress(TransactionCase):

    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(['fcm', 'apns', 'webpush']), st.one_of(
        st.text(), st.recursive(st.none() | st.integers() | st.text() | st.floats(), lambda parts: st.lists(parts) | (
            st.dictionaries(st.sampled_from(['endpoint', 'keys', 'p256dh', 'auth']), parts))).map(json.dumps)))
    def test_anything_is_an_address_or_a_value_error(self, provider, text):
        try:
            kept = checked_address(provider, text)
        except ValueError as exc:
            self.assertNotRegex(str(exc), r'Traceback|Error\(')
        else:
            self.assertEqual(checked_address(provider, kept), kept)
