import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase

APNS_ADDRESS = '5f' * 32


@tagged('-at_install', 'post_install')
class TestApiDevices(MobileHttpCase):

    def _device(self, phone):
        return self.env['mobile.device'].with_context(active_test=False).search([('uuid', '=', phone.device_id)])

    # === REGISTRATION === #

    def test_a_new_install(self):
        phone = self.phone_app()
        answer = phone.register()
        self.assertEqual(answer.status, 201)
        self.assertEqual(
            set(answer.json), {'device_id', 'access_token', 'refresh_token', 'token_type', 'expires_in'})
        self.assertEqual((answer.json['token_type'], answer.json['expires_in']), ('Bearer', 900))
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        device = self._device(phone)
        self.assertEqual(
            (device.app_id, device.company_id, device.install_id), (self.app, self.company, phone.install_id))
        self.assertEqual(phone.get('/stores').status, 200)
        self.assertProblem(phone.get('/me'), 401, 'sign_in_required')

    def test_tokens_are_kept_as_hashes_only(self):
        phone = self.registered_phone()
        tokens = self._device(phone).token_ids
        self.assertEqual(len(tokens), 2)
        kept = repr(tokens.read())
        self.assertNotIn(phone.access_token, kept)
        self.assertNotIn(phone.refresh_token, kept)
        self.assertNotIn(phone.access_token.removeprefix('mca_'), kept)

    def test_everything_a_phone_tells(self):
        phone = self.registered_phone(
            platform='ios', model="iPhone 15", os_version="18.1", app_version="2.0", locale='de-BE',
            timezone='Europe/Brussels', push={'provider': 'apns', 'address': APNS_ADDRESS},
            permissions={'location': 'always', 'notifications': True})
        device = self._device(phone)
        self.assertEqual(device.read(
            ['platform', 'model', 'os_version', 'app_version', 'locale', 'timezone', 'push_provider', 'push_address',
             'location_permission', 'notifications_allowed'])[0], {
                'id': device.id, 'platform': 'ios', 'model': "iPhone 15", 'os_version': "18.1", 'app_version': "2.0",
                'locale': 'de-BE', 'timezone': 'Europe/Brussels', 'push_provider': 'apns', 'push_address': APNS_ADDRESS,
                'location_permission': 'always', 'notifications_allowed': True})

    def test_the_same_install_again(self):
        phone = self.phone_of(self.phone)
        old_access, old_refresh = phone.access_token, phone.refresh_token
        answer = phone.register()
        self.assertEqual((answer.status, answer.json['device_id']), (200, self.phone.uuid))
        self.assertFalse(self.phone.user_id, "knowing an install's id opens nobody's account")
        self.assertProblem(phone.get('/me'), 401, 'sign_in_required')
        phone.access_token, phone.refresh_token = old_access, old_refresh
        self.assertProblem(phone.get('/me'), 401, 'token_invalid')
        self.assertProblem(phone.refresh(), 401, 'token_invalid')

    def test_the_same_install_id_in_another_app_is_another_device(self):
        other_app = self.env['mobile.app'].create({'name': "Other App"})
        phone, other = self.registered_phone(), self.phone_app(other_app)
        other.install_id = phone.install_id
        self.assertEqual(other.register().status, 201)
        self.assertNotEqual(phone.device_id, other.device_id)
        self.assertEqual(phone.get('/stores').status, 200)

    def test_unknown_apps(self):
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till'})
        archived = self.env['mobile.app'].create({'name': "Gone", 'active': False})
        for client_id in ('', 'nonsense', till.client_id, archived.client_id):
            phone = self.phone_app()
            phone.client_id = client_id
            answer = phone.post('/devices', {'install_id': phone.install_id, 'platform': 'ios'})
            self.assertProblem(answer, 401, 'app_unknown')

    def test_wrong_values(self):
        phone = self.phone_app()
        for field, value in (
            ('install_id', 'not-a-uuid'), ('install_id', None), ('platform', 'symbian'), ('platform', None),
            ('model', 'x' * 101), ('model', 'a\0b'), ('model', 1), ('locale', "de'; --"), ('locale', 'x'),
            ('timezone', 'Mars/Olympus'), ('timezone', '../etc/passwd'), ('push', 'abc'), ('permissions', []),
        ):
            with self.subTest(field=field, value=value):
                answer = phone.post('/devices', {'install_id': str(uuid.uuid4()), 'platform': 'ios', field: value})
                self.assertProblem(answer, 422, 'invalid_request')
                self.assertEqual({tuple(error['loc'][:2]) for error in answer.json['errors']}, {('body', field)})
        for push in ({'provider': 'fcm'}, {'address': 'x'}, {'provider': 'smoke', 'address': 'x'},
                     {'provider': 'fcm', 'address': ''}, {'provider': 'fcm', 'address': 'x', 'token': 'y'}):
            answer = phone.post('/devices', {'install_id': str(uuid.uuid4()), 'platform': 'ios', 'push': push})
            self.assertProblem(answer, 422, 'invalid_request')
        self.assertFalse(self.env['mobile.device'].search([('install_id', '=', phone.install_id)]))

    def test_a_push_address_is_one_phones(self):
        push = {'provider': 'fcm', 'address': 'one-address'}
        first = self.registered_phone(push=push)
        second = self.registered_phone(push=push)
        self.assertFalse(self._device(first).push_address)
        self.assertEqual(self._device(second).push_address, 'one-address')
        first.patch('/devices/current', {'push': push})
        self.assertEqual(self._device(first).push_address, 'one-address')
        self.assertFalse(self._device(second).push_address)

    # === THE CURRENT DEVICE === #

    def test_update(self):
        phone = self.registered_phone(model="Pixel 9", push={'provider': 'fcm', 'address': 'abc'})
        answer = phone.patch('/devices/current', {'app_version': "3.0", 'permissions': {'location': 'when_in_use'}})
        self.assertEqual(answer.json, {
            'device_id': phone.device_id, 'install_id': phone.install_id, 'platform': 'android', 'model': "Pixel 9",
            'os_version': None, 'app_version': "3.0", 'locale': None, 'timezone': None, 'push_provider': 'fcm',
            'permissions': {'location': 'when_in_use', 'notifications': False}, 'signed_in': False})
        answer = phone.patch('/devices/current', {'push': None, 'model': None, 'permissions': {'notifications': True}})
        self.assertEqual((answer.json['push_provider'], answer.json['model']), (None, None))
        self.assertEqual(answer.json['permissions'], {'location': 'when_in_use', 'notifications': True})
        self.assertFalse(self._device(phone).push_address)

    def test_install_and_platform_do_not_change(self):
        phone = self.registered_phone()
        answer = phone.patch('/devices/current', {'install_id': str(uuid.uuid4()), 'platform': 'ios'})
        self.assertEqual((answer.json['install_id'], answer.json['platform']), (phone.install_id, 'android'))

    def test_delete(self):
        phone = self.phone_of(self.phone)
        self.assertEqual(phone.delete('/devices/current').status, 204)
        self.assertFalse(self.phone.active)
        self.assertFalse(self.phone.user_id)
        self.assertProblem(phone.get('/stores'), 401, 'token_invalid')
        self.assertProblem(phone.refresh(), 401, 'token_invalid')
        self.assertEqual(phone.register().status, 200)
        self.assertTrue(self.phone.active)
        self.assertProblem(phone.get('/me'), 401, 'sign_in_required')

    # === THE CUSTOMER'S DEVICES === #

    def _another_device(self, user, hours=0, app=None, **values):
        """Return a device on which a user has signed in some hours after the others."""
        device = self._make_device(app)
        device._sign_in(user)
        device.write({'signed_in_at': device.signed_in_at + timedelta(hours=hours), **values})
        return device

    def test_the_customers_devices(self):
        phone = self.phone_of(self.phone)
        newer = self._another_device(self.anna_user, 1, model="Pixel 9", app_version="2.0")
        items = phone.get('/me/devices').json['items']
        self.assertEqual([item['device_id'] for item in items], [newer.uuid, self.phone.uuid])
        self.assertEqual([item['current'] for item in items], [False, True])
        self.assertEqual(items[0] | {'signed_in_at': None, 'last_seen_at': None}, {
            'device_id': newer.uuid, 'platform': 'android', 'model': "Pixel 9", 'app_version': "2.0",
            'signed_in_at': None, 'last_seen_at': None, 'current': False})
        self.assertEqual(items[0]['signed_in_at'], newer.signed_in_at.strftime('%Y-%m-%dT%H:%M:%SZ'))
        self.assertProblem(self.registered_phone().get('/me/devices'), 401, 'sign_in_required')

    def test_the_customers_devices_page_by_page(self):
        devices = [self._another_device(self.anna_user, hours) for hours in (1, 1, 1, 2)]
        expected = [device.uuid for device in (devices[3], devices[2], devices[1], devices[0], self.phone)]
        phone, found, cursor = self.phone_of(self.phone), [], None
        for _ in range(3):
            page = phone.get('/me/devices', limit=2, **({'cursor': cursor} if cursor else {})).json
            found += [item['device_id'] for item in page['items']]
            cursor = page['next_cursor']
        self.assertEqual((found, cursor), (expected, None))
        self.assertInvalid(phone.get('/me/devices', cursor='x'), 'query', 'cursor')

    def test_other_devices_are_not_the_customers(self):
        other_app = self.env['mobile.app'].create({
            'name': "Other App", 'company_id': self.env['res.company'].create({'name': "Other"}).id})
        elsewhere = self._another_device(self.anna_user, app=other_app)
        anonymous, left = self._make_device(), self._another_device(self.anna_user)
        left._sign_out()
        phone = self.phone_of(self.phone)
        self.assertEqual([item['device_id'] for item in phone.get('/me/devices').json['items']], [self.phone.uuid])
        for device in (elsewhere, anonymous, left, self.phone_ben):
            signed_in = device.user_id
            self.assertProblem(phone.delete(f'/me/devices/{device.uuid}'), 404, 'not_found')
            self.assertEqual(device.user_id, signed_in)
        for nothing in (str(uuid.uuid4()), '1', 'current'):
            self.assertProblem(phone.delete(f'/me/devices/{nothing}'), 404, 'not_found')

    def test_one_of_the_customers_devices_is_signed_out(self):
        device = self._another_device(self.anna_user)
        phone, other = self.phone_of(self.phone), self.phone_of(device)
        self.assertEqual(phone.delete(f'/me/devices/{device.uuid}').status, 204)
        self.assertProblem(other.get('/stores'), 401, 'token_invalid')
        self.assertProblem(other.refresh(), 401, 'token_invalid')
        self.assertFalse(device.user_id)
        self.assertTrue(device.active)
        self.assertEqual(phone.get('/me').status, 200)
        self.assertProblem(phone.delete(f'/me/devices/{device.uuid}'), 404, 'not_found')
        self.assertEqual(phone.delete(f'/me/devices/{self.phone.uuid}').status, 204)
        self.assertProblem(phone.get('/stores'), 401, 'token_invalid')

    # === CHANGING HANDS === #

    def test_who_gets_a_phone_gets_nothing_of_who_had_it(self):
        card = self.enter(self.phone, self.fence_near).card_id
        message = self.env['mobile.message'].search([('partner_id', '=', self.anna.id)])
        phone = self.phone_of(self.phone)
        self.assertEqual(len(phone.get('/messages').json['items']), 1)
        for sign_out_first in (False, True):
            with self.subTest(sign_out_first=sign_out_first):
                if sign_out_first:
                    phone.post('/auth/logout')
                    phone = self.phone_of(self.phone)
                phone.sign_in(self.ben.mobile_verified_phone)
                self.assertEqual(phone.get('/messages').json['items'], [])
                self.assertEqual(phone.get('/offers').json['items'], [])
                self.assertProblem(phone.get(f'/offers/{card.mobile_uuid}'), 404, 'not_found')
                self.assertProblem(phone.post(f'/messages/{message.uuid}/read'), 404, 'not_found')
                # What is reported of the time before is not Ben's.
                early = fields.Datetime.now() - timedelta(hours=1)
                report = self.enter_report(self.fence_near, occurred_at=early)
                self.env['mobile.event']._record(self.phone, [report])
                self.assertFalse(self.env['mobile.event'].search([('uuid', '=', report['id'])]).partner_id)
                phone.sign_in(self.anna.mobile_verified_phone)
                self.assertEqual(len(phone.get('/messages').json['items']), 1)
        self.assertEqual(self.env['mobile.event'].search([('partner_id', '=', self.ben.id)]).ids, [])

    def test_a_push_address_moves_to_another_install(self):
        push = {'provider': 'fcm', 'address': 'one-address'}
        self.phone_of(self.phone).patch('/devices/current', {'push': push})
        # The app was removed and installed again: a new install, and nobody is signed in on it.
        self.registered_phone(push=push)
        self.assertEqual((self.phone.push_address, self.phone.push_provider), (False, False))
        self.assertEqual(self.phone.user_id, self.anna_user)
        archived = self._make_device()
        archived.write({'active': False, 'push_provider': 'fcm', 'push_address': 'another'})
        self.registered_phone(push={'provider': 'fcm', 'address': 'another'})
        self.assertFalse(archived.push_address)
