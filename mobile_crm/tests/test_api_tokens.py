from datetime import UTC, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..tools.problems import Problem
from ..tools.secret import token_hash
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiTokens(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _token(self, token):
        return self.env['mobile.token'].search([('hash', '=', token_hash(token))])

    # === REFRESHING === #

    def test_refresh(self):
        old_access, old_refresh = self.client.access_token, self.client.refresh_token
        answer = self.client.refresh()
        self.assertEqual(set(answer.json), {'access_token', 'refresh_token', 'token_type', 'expires_in'})
        self.assertNotIn(answer.json['access_token'], (old_access, old_refresh))
        self.assertEqual(self.client.get('/me').json['name'], self.anna.name)
        self.client.access_token = old_access
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertEqual(self._token(old_refresh).family, self._token(answer.json['refresh_token']).family)

    def test_a_used_refresh_token_ends_its_whole_family_for_good(self):
        stolen = self.client.refresh_token
        self.client.refresh()
        self.client.refresh()
        self.assertEqual(self.client.get('/me').status, 200)
        thief = self.phone_app()
        thief.refresh_token = stolen
        self.assertProblem(thief.refresh(), 401, 'token_reused')
        # Kept, although the answer was an error.
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertProblem(self.client.refresh(), 401, 'token_invalid')
        family = self.env['mobile.token'].search([('family', '=', self._token(stolen).family)])
        self.assertEqual((len(family), len(family.filtered('revoked_at'))), (6, 6))

    def test_reuse_leaves_other_sessions_alone(self):
        other = self.phone_of(self.phone)
        stolen = self.client.refresh_token
        self.client.refresh()
        self.client.refresh()
        self.client.refresh_token = stolen
        self.assertProblem(self.client.refresh(), 401, 'token_reused')
        self.assertEqual(other.get('/me').status, 200)

    def test_the_refresh_token_of_another_app(self):
        other_app = self.env['mobile.app'].create({'name': "Other App"})
        token = self.client.refresh_token
        self.client.client_id = other_app.client_id
        self.assertProblem(self.client.refresh(), 401, 'token_invalid')
        self.assertFalse(self._token(token).used_at)
        self.client.client_id = self.app.client_id
        self.assertEqual(self.client.refresh().status, 200)
        # Nor can a stranger's app end the family by a used one.
        self.client.client_id, newest = other_app.client_id, self.client.refresh_token
        self.client.refresh_token = token
        self.assertProblem(self.client.refresh(), 401, 'token_invalid')
        self.client.client_id, self.client.refresh_token = self.app.client_id, newest
        self.assertEqual(self.client.refresh().status, 200)

    def test_refresh_needs_an_app(self):
        self.client.client_id = ''
        self.assertProblem(self.client.refresh(), 401, 'app_unknown')

    def test_an_expired_refresh_token(self):
        self._token(self.client.refresh_token).expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.client.refresh(), 401, 'token_expired')

    def test_no_refresh_token(self):
        for token in (self.client.access_token, 'mcr_x', 'x', self.client.refresh_token[:-1],
                      self.client.refresh_token + 'x', 'é', '\ud83d\ude00'):
            answer = self.client.post('/auth/refresh', {'refresh_token': token})
            self.assertProblem(answer, 401, 'token_invalid')
        self.assertInvalid(self.client.post('/auth/refresh', {'refresh_token': ''}), 'body', 'refresh_token')
        self.assertEqual(self.client.refresh().status, 200)

    # === A LOST ANSWER === #

    def test_a_refresh_whose_answer_was_lost_can_be_repeated_once(self):
        presented = self.client.refresh_token
        lost = self.client.refresh().json
        self.client.refresh_token = presented
        answer = self.client.refresh()
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.client.get('/me').status, 200)
        self.client.access_token = lost['access_token']
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.client.access_token = answer.json['access_token']
        self.assertEqual(self.client.refresh().status, 200, "the session goes on")

    def test_a_second_repetition_ends_the_family(self):
        presented = self.client.refresh_token
        for expected in (200, 200, 401):
            self.client.refresh_token = presented
            answer = self.client.refresh()
            self.assertEqual(answer.status, expected)
        self.assertProblem(answer, 401, 'token_reused')
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')

    def test_the_pair_that_was_lost_was_copied_if_it_comes_later(self):
        presented = self.client.refresh_token
        lost = self.client.refresh().json
        self.client.refresh_token = presented
        self.client.refresh()
        thief = self.phone_app()
        thief.refresh_token = lost['refresh_token']
        self.assertProblem(thief.refresh(), 401, 'token_reused')
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertEqual(self.client.refresh().status, 401)

    def test_a_repetition_after_the_grace(self):
        for seconds, expected in ((59, 200), (61, 401)):
            with self.subTest(seconds=seconds):
                client = self.phone_of(self.phone)
                presented = client.refresh_token
                client.refresh()
                client.refresh_token = presented
                with freeze_time(datetime.now(UTC) + timedelta(seconds=seconds)):
                    self.assertEqual(client.refresh().status, expected)

    def test_a_repetition_after_sign_out(self):
        presented = self.client.refresh_token
        self.client.refresh()
        self.client.post('/auth/logout')
        self.client.refresh_token = presented
        self.assertEqual(self.client.refresh().status, 401)

    # === TOKENS THAT ARE NONE === #

    def test_no_token_opens_another_door(self):
        """Each token at each door: only its own opens."""
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        tokens = {'access': self.client.access_token, 'refresh': self.client.refresh_token,
                  'till': self.env['mobile.token']._issue_till(till)['access_token'], 'secret': till.rotate_secret()}
        Token = self.env['mobile.token']
        doors = {'access': Token._authenticate, 'till': Token._authenticate_till,
                 'refresh': lambda token: Token._rotate(token, self.app.id)}
        for kind, token in tokens.items():
            altered = {
                'truncated': token[:-1], 'longer': token + 'A', 'other letters': token.swapcase(),
                'without its prefix': token[4:], 'its hash': token_hash(token), 'with a NUL': token + '\0',
                'another prefix': 'mca_' + token[4:] if kind != 'access' else 'mcr_' + token[4:],
                'of another database': token[:4] + token[:3:-1], 'twice': token + token, 'empty': '',
                'as a JWT': f'{token}.e30.e30',
            }
            for door, enter in doors.items():
                for name, value in {**altered, **({'a right one': token} if door != kind else {})}.items():
                    with self.subTest(kind=kind, door=door, token=name):
                        self.assertEqual(self._refusal(enter, value), 'token_invalid')
        self.assertEqual(doors['access'](tokens['access']).device_id, self.phone.id)
        self.assertIn('access_token', doors['refresh'](tokens['refresh']))

    def _refusal(self, enter, token):
        try:
            answer = enter(token)
        except Problem as problem:
            return problem.problem_code
        return getattr(answer, 'problem_code', answer)

    def test_a_clock_that_is_a_day_wrong(self):
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        Token = self.env['mobile.token']
        doors = {'access': Token._authenticate, 'till': Token._authenticate_till,
                 'refresh': lambda token: Token._rotate(token, self.app.id)}
        for days, expected in (
            # Behind by a day: a token from tomorrow would live a day too long.
            (-1, {'access': 'token_invalid', 'till': 'token_invalid', 'refresh': 'token_invalid'}),
            (1, {'access': 'token_expired', 'till': 'token_expired'}),
            (91, {'access': 'token_expired', 'till': 'token_expired', 'refresh': 'token_expired'}),
        ):
            tokens = Token._issue(self.phone)
            given = {'access': tokens['access_token'], 'refresh': tokens['refresh_token'],
                     'till': Token._issue_till(till)['access_token']}
            with freeze_time(datetime.now(UTC) + timedelta(days=days)):
                found = {kind: self._refusal(doors[kind], given[kind]) for kind in expected}
            self.assertEqual(found, expected, days)

    # === ACCESS === #

    def test_no_access_token(self):
        token = self.client.access_token
        for header, code in (
            (f'Bearer {token[:-1]}', 'token_invalid'), (f'Bearer {token}x', 'token_invalid'),
            (f'Bearer {token.upper()}', 'token_invalid'), (f'Bearer {token.removeprefix("mca_")}', 'token_invalid'),
            (f'Bearer {self.client.refresh_token}', 'token_invalid'), (f'Bearer {token_hash(token)}', 'token_invalid'),
            ('Bearer null', 'token_invalid'), ('Bearer', 'unauthenticated'), (f'Basic {token}', 'unauthenticated'),
            (token, 'unauthenticated'), ('', 'unauthenticated'),
        ):
            with self.subTest(header=header):
                self.assertProblem(self.client.get('/me', headers={'Authorization': header}), 401, code)
        for header in (f'bearer {token}', f'BEARER  {token} '):
            self.assertEqual(self.client.get('/me', headers={'Authorization': header}).status, 200)
        self.assertProblem(self.call('GET', '/me', params={'access_token': token}), 401, 'unauthenticated')

    def test_an_expired_access_token(self):
        self._token(self.client.access_token).expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.client.get('/me'), 401, 'token_expired')
        self.assertEqual(self.client.refresh().status, 200)
        self.assertEqual(self.client.get('/me').status, 200)

    def test_logout(self):
        other = self.phone_of(self.phone_ben)
        self.assertEqual(self.client.post('/auth/logout').status, 204)
        self.assertProblem(self.client.get('/stores'), 401, 'token_invalid')
        self.assertProblem(self.client.refresh(), 401, 'token_invalid')
        self.assertFalse(self.phone.user_id)
        self.assertEqual(other.get('/me').status, 200)

    def test_logout_everywhere(self):
        device = self._make_device()
        device._sign_in(self.anna_user)
        second, third = self.phone_of(device), self.phone_of(device)
        bens, anonymous = self.phone_of(self.phone_ben), self.registered_phone()
        self.assertEqual(self.client.post('/auth/logout', {'everywhere': True}).status, 204)
        for client in (self.client, second, third):
            self.assertProblem(client.get('/stores'), 401, 'token_invalid')
            self.assertEqual(client.refresh().status, 401)
        self.assertFalse((self.phone + device).user_id)
        self.assertEqual((bens.get('/me').status, anonymous.get('/stores').status), (200, 200))
        self.assertEqual(anonymous.post('/auth/logout', {'everywhere': True}).status, 204)
        self.assertEqual(bens.get('/me').status, 200, "who is nobody ends nobody's sessions")

    def test_logout_here(self):
        device = self._make_device()
        device._sign_in(self.anna_user)
        second = self.phone_of(device)
        for body in ({'data': b''}, {'json': {}}, {'json': {'everywhere': False}}):
            client = self.phone_of(self.phone)
            self.assertEqual(client.request('POST', '/auth/logout', **body).status, 204)
            self.assertProblem(client.get('/stores'), 401, 'token_invalid')
        self.assertEqual(second.get('/me').status, 200)
        for everywhere in (1, 'true', None):
            self.assertInvalid(second.post('/auth/logout', {'everywhere': everywhere}), 'body', 'everywhere')

    def _manager(self):
        return new_test_user(self.env, login='mobile_crm_manager', groups='mobile_crm.group_mobile_crm_manager',
                             company_id=self.company.id, company_ids=[Command.set(self.company.ids)])

    def test_staff_end_a_session(self):
        self.phone.with_user(self._manager()).action_sign_out()
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')

    def test_staff_end_all_sessions_of_a_customer(self):
        manager, device = self._manager(), self._make_device()
        for act in (
            lambda user: self.anna.with_user(user).action_mobile_sign_out(),
            lambda user: self.phone.with_user(user).action_sign_out_everywhere(),
        ):
            (self.phone + device).mapped(lambda phone: phone._sign_in(self.anna_user))
            clients = [self.phone_of(self.phone), self.phone_of(device)]
            with self.assertRaises(AccessError):
                act(self.salesperson)
            self.assertEqual([client.get('/me').status for client in clients], [200, 200])
            act(manager)
            for client in clients:
                self.assertProblem(client.get('/me'), 401, 'token_invalid')
        self.assertEqual(self.phone_of(self.phone_ben).get('/me').status, 200)

    # === WHO IS NOT SERVED ANY MORE === #

    def assertShut(self):
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertProblem(self.client.get('/stores'), 401, 'token_invalid')
        refused = self.client.refresh()
        self.assertEqual(refused.status, 401)
        self.assertIn(refused.json['code'], ('token_invalid', 'app_unknown'))

    def test_a_customer_who_becomes_staff(self):
        self.anna_user.group_ids = self.env.ref('base.group_user')
        self.assertShut()

    def test_a_customer_who_is_archived(self):
        self.anna_user.active = False
        self.assertShut()

    def test_an_archived_app(self):
        self.app.active = False
        self.assertShut()

    def test_an_app_that_becomes_a_till(self):
        self.app.kind = 'till'
        self.assertShut()

    def test_an_archived_device(self):
        self.phone.active = False
        self.assertShut()

    def test_a_device_that_is_given_to_another_customer_by_hand(self):
        # Tokens are of one customer: who can write a device cannot thereby become somebody.
        self.phone.user_id = self.ben_user
        self.assertShut()

    # === COOKIES === #

    def test_a_session_in_a_cookie_gives_no_right(self):
        self.authenticate('admin', 'admin')
        self.assertProblem(self.call('GET', '/me'), 401, 'unauthenticated')
        self.assertProblem(self.call('GET', '/stores'), 401, 'unauthenticated')
        self.assertProblem(self.registered_phone().get('/me'), 401, 'sign_in_required')
        self.assertEqual(self.client.get('/me').json['name'], self.anna.name)
        self.assertEqual(self.client.patch('/me', {'name': "Anna J."}).status, 200)
        self.assertEqual(self.anna.write_uid, self.anna_user)
        self.assertProblem(self.phone_of(self.phone_ben).get(f'/offers/{self._annas_offer()}'), 404, 'not_found')

    def _annas_offer(self):
        return self.enter(self.phone, self.fence_near).card_id.mobile_uuid

    def test_a_phones_token_opens_nothing_else_of_odoo(self):
        headers = {'Authorization': f'Bearer {self.client.access_token}'}
        answer = self.url_open('/json/2/res.partner/search', json={'domain': []}, headers=headers)
        self.assertEqual(answer.status_code, 401)
        self.assertIn('/web/login', self.url_open('/my', headers=headers).url)
