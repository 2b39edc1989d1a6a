import base64
import json
import time
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .authenticator import USER_PRESENT, Authenticator, encode
from .common import MobileHttpCase

RP_ID, ORIGIN = 'shop.mobile-crm.example', 'https://shop.mobile-crm.example'
ANDROID = 'android:apk-key-hash:' + 'A' * 43


@tagged('-at_install', 'post_install')
class TestApiPasskeys(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.env['ir.config_parameter'].set_param('web.base.url', ORIGIN)
        self.passkey = Authenticator(RP_ID, ORIGIN)
        self.key = self.passkey.register(self.anna_user)
        self.bens_passkey = Authenticator(RP_ID, ORIGIN)
        self.bens_passkey.register(self.ben_user)
        self.client = self.registered_phone()

    def options(self, client=None):
        answer = (client or self.client).post('/auth/passkey/options')
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json

    def verify(self, assertion, client=None):
        return (client or self.client).post('/auth/passkey/verify', assertion)

    # === SIGNING IN === #

    def test_options(self):
        first, second = self.options(), self.options()
        self.assertEqual({**first, 'challenge': None}, {
            'challenge': None, 'rp_id': RP_ID, 'timeout': 300000, 'user_verification': 'required'})
        self.assertNotEqual(first['challenge'], second['challenge'])
        self.assertGreaterEqual(len(first['challenge']), 64)

    def test_sign_in(self):
        before = self.client.access_token
        answer = self.client.take_tokens(self.verify(self.passkey.answer(self.options())))
        self.assertEqual(answer.status, 200, answer.content)
        self.assertEqual(set(answer.json), {'customer', 'access_token', 'refresh_token', 'token_type', 'expires_in'})
        self.assertEqual(answer.json['customer']['name'], "Anna Peeters")
        self.assertEqual(self.client.get('/me').json, answer.json['customer'])
        self.client.access_token = before
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertEqual(self.key.sign_count, 1)

    def test_an_app_without_user_handle_or_count(self):
        plain = Authenticator(RP_ID, ORIGIN, counts=False)
        key = plain.register(self.anna_user)
        for _ in range(2):
            assertion = plain.answer(self.options())
            del assertion['response']['userHandle']
            self.assertEqual(self.client.take_tokens(self.verify(assertion)).status, 200)
        self.assertEqual(key.sign_count, 0)

    def test_a_native_app(self):
        self.app.passkey_origins = f'https://app.mobile-crm.example\n{ANDROID}'
        for origin in (ANDROID, 'https://app.mobile-crm.example', ORIGIN):
            answer = self.client.take_tokens(self.verify(self.passkey.answer(self.options(), origin=origin)))
            self.assertEqual(answer.status, 200, origin)

    def test_a_first_visit_to_another_shop(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        phone = self.registered_phone(self.env['mobile.app'].create({'name': "Other", 'company_id': other.id}))
        self.assertEqual(self.verify(self.passkey.answer(self.options(phone)), phone).status, 200)
        self.assertIn(other, self.anna_user.company_ids)

    # === REFUSED === #

    def refused(self, assertion, client=None):
        answer = self.verify(assertion, client)
        self.assertProblem(answer, 401, 'passkey_invalid')
        self.assertFalse(self.env['mobile.device'].search([('uuid', '=', (client or self.client).device_id)]).user_id)
        return {**answer.json, 'request_id': None}

    def test_all_that_is_wrong_sounds_the_same(self):
        stranger = Authenticator(RP_ID, ORIGIN)
        stranger.user_handle = self.passkey.user_handle
        elsewhere = Authenticator('evil.example', ORIGIN)
        elsewhere.private_key, elsewhere.credential_id = self.passkey.private_key, self.passkey.credential_id

        def with_response(assertion, **values):
            return {**assertion, 'response': {**assertion['response'], **values}}

        def flipped(text):
            raw = bytearray(base64.urlsafe_b64decode(text + '=='))
            raw[-1] ^= 1
            return encode(bytes(raw))

        answer, bens = self.passkey.answer, self.bens_passkey
        wrong = {
            'unknown': lambda: stranger.answer(self.options()),
            "Ben's signature under Anna's name": lambda: {
                **bens.answer(self.options()), 'id': encode(self.passkey.credential_id),
                'rawId': encode(self.passkey.credential_id)},
            "Ben's passkey says it is Anna's": lambda: with_response(
                bens.answer(self.options()), userHandle=self.passkey.user_handle),
            'two ids': lambda: {**answer(self.options()), 'rawId': encode(bens.credential_id)},
            'other site': lambda: elsewhere.answer(self.options()),
            'other origin': lambda: answer(self.options(), origin='https://evil.example'),
            'origin with a path': lambda: answer(self.options(), origin=ORIGIN + '/'),
            'app that is not ours': lambda: answer(self.options(), origin=ANDROID),
            'registration': lambda: answer(self.options(), type='webauthn.create'),
            'no user verification': lambda: answer(self.options(), flags=USER_PRESENT),
            'nobody there': lambda: answer(self.options(), flags=4),
            'challenge of their own': lambda: answer({'challenge': encode(b'x' * 56)}),
            'no challenge': lambda: answer({'challenge': ''}),
            'altered challenge': lambda: answer({'challenge': flipped(self.options()['challenge'])}),
            'altered signature': lambda: with_response(
                signed := answer(self.options()), signature=flipped(signed['response']['signature'])),
            'altered data': lambda: with_response(
                signed := answer(self.options()),
                authenticatorData=flipped(signed['response']['authenticatorData'])),
            'no JSON': lambda: with_response(answer(self.options()), clientDataJSON='AAAA'),
            'a number': lambda: with_response(answer(self.options()), clientDataJSON=encode(b'1')),
            'deep': lambda: with_response(answer(self.options()), clientDataJSON=encode(b'[' * 2900)),
            'no data': lambda: with_response(answer(self.options()), authenticatorData='AA'),
        }
        documents = []
        for name, forge in wrong.items():
            with self.subTest(name):
                documents.append(self.refused(forge()))
        self.assertEqual(documents, documents[:1] * len(wrong))
        self.assertEqual(self.client.take_tokens(self.verify(answer(self.options()))).status, 200)

    def test_a_challenge_is_good_for_one_try(self):
        options = self.options()
        assertion = self.passkey.answer(options)
        self.assertEqual(self.client.take_tokens(self.verify(assertion)).status, 200)
        self.assertProblem(self.verify(assertion), 401, 'passkey_invalid')
        self.assertProblem(self.verify(self.passkey.answer(options)), 401, 'passkey_invalid')
        options = self.options()
        self.assertProblem(
            self.verify(self.passkey.answer(options, origin='https://evil.example')), 401, 'passkey_invalid')
        self.assertProblem(self.verify(self.passkey.answer(options)), 401, 'passkey_invalid')

    def test_a_challenge_is_good_on_its_device(self):
        self.refused(self.passkey.answer(self.options(self.registered_phone())))

    def test_a_challenge_expires(self):
        for seconds, status in ((299, 200), (300, 401), (24 * 3600, 401)):
            options = self.options()
            with patch.object(time, 'time', lambda clock=time.time, seconds=seconds: clock() + seconds):
                answer = self.client.take_tokens(self.verify(self.passkey.answer(options)))
            self.assertEqual(answer.status, status, seconds)

    def test_a_copied_authenticator(self):
        self.passkey.sign_count = 5
        self.assertEqual(self.client.take_tokens(self.verify(self.passkey.answer(self.options()))).status, 200)
        self.assertEqual(self.key.sign_count, 6)
        for copied in (5, 4):
            self.passkey.sign_count = copied
            self.assertProblem(self.verify(self.passkey.answer(self.options())), 401, 'passkey_invalid')
        self.assertEqual(self.key.sign_count, 6)
        self.assertFalse(self.key._mobile_count(6), "nor in a race that both have passed before")
        self.assertFalse(self.key._mobile_count(0))
        self.assertTrue(self.key._mobile_count(7))

    def test_staff(self):
        self.anna_user.group_ids = [Command.set(self.env.ref('base.group_user').ids)]
        self.assertProblem(self.verify(self.passkey.answer(self.options())), 403, 'staff_account')
        self.assertProblem(self.client.get('/me'), 401, 'sign_in_required')

    def test_an_archived_user(self):
        self.anna_user.active = False
        self.assertProblem(self.verify(self.passkey.answer(self.options())), 403, 'forbidden')
        self.assertProblem(self.client.get('/me'), 401, 'sign_in_required')

    def test_a_passkey_that_was_deleted(self):
        options = self.options()
        self.key.unlink()
        self.refused(self.passkey.answer(options))

    def test_who_waited_with_a_passkey_in_somebody_elses_account_is_out(self):
        self.env['ir.config_parameter'].set_param('auth_signup.invitation_scope', 'b2c')
        squatter = self.env['res.users'].create({
            'name': "Squatter", 'login': 'carla@mobile-crm.example', 'email': 'carla@mobile-crm.example',
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)],
            'company_id': self.company.id, 'company_ids': [Command.set(self.company.ids)]})
        passkey = Authenticator(RP_ID, ORIGIN)
        passkey.register(squatter)
        self.assertEqual(self.client.take_tokens(self.verify(passkey.answer(self.options()))).status, 200)
        owner = self.registered_phone()
        owner.sign_in('carla@mobile-crm.example', 'email')
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        fresh = self.registered_phone()
        self.refused(passkey.answer(self.options(fresh)), fresh)

    def test_limits(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.passkey_device', '3/3600')
        for _ in range(3):
            self.refused(self.bens_passkey.answer({'challenge': 'AA'}))
        answer = self.verify(self.passkey.answer(self.options()))
        self.assertProblem(answer, 429, 'too_many_requests')
        self.assertTrue(answer.headers['Retry-After'])
        other = self.registered_phone()
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.passkey_ip', '3/3600')
        self.assertProblem(self.verify(self.passkey.answer(self.options(other)), other), 429, 'too_many_requests')

    def test_bodies(self):
        good = self.passkey.answer(self.options())
        for name, value in (('id', 'a+b'), ('id', ''), ('rawId', None), ('type', 'password'), ('is_admin', True),
                            ('authenticatorAttachment', 'brain')):
            self.assertInvalid(self.verify({**good, name: value}), 'body', name)
        self.assertProblem(self.verify({'id': 'AA'}), 422, 'invalid_request')

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(client=st.one_of(
        st.binary(max_size=60), st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda values: st.lists(values, max_size=3) | st.dictionaries(
                st.sampled_from(['type', 'challenge', 'origin', 'tokenBinding', 'status', 'crossOrigin']), values),
            max_leaves=8).map(lambda value: json.dumps(value).encode())),
        data=st.binary(min_size=1, max_size=80), signature=st.binary(min_size=1, max_size=80))
    def test_hostile_bytes_are_a_wrong_answer(self, client, data, signature):
        device = self.phone_ben
        result = self.env['auth.passkey.key']._mobile_verify(device, {
            'id': encode(self.passkey.credential_id), 'rawId': encode(self.passkey.credential_id),
            'type': 'public-key', 'response': {
                'clientDataJSON': encode(client), 'authenticatorData': encode(data), 'signature': encode(signature)}})
        self.assertEqual(result.problem_code, 'passkey_invalid')

    def test_origins_are_checked(self):
        for origin in ('http://app.example', 'https://app.example/', 'app.example', 'android:apk-key-hash:AA',
                       'https://user@app.example', '*'):
            with self.subTest(origin), self.assertRaises(ValidationError), self.cr.savepoint():
                self.app.passkey_origins = origin
        self.app.passkey_origins = f' https://app.example:8443 \n\n {ANDROID} '
        self.assertEqual(self.app._passkey_origins(), ['https://app.example:8443', ANDROID])
