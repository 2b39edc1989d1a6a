from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..tools.secret import token_hash
from .common import MobileHttpCase

NUMBER = '+32478998877'
WRONG = {'000000': '000001'}


@tagged('-at_install', 'post_install')
class TestApiSignIn(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.registered_phone()

    def _challenge(self, challenge_id):
        return self.env['mobile.otp'].search([('uuid', '=', challenge_id)])

    def _wrong(self, code):
        return WRONG.get(code, '000000')

    # === SIGNING IN === #

    def test_by_sms(self):
        answer = self.client.sign_in(NUMBER)
        self.assertEqual(set(answer.json), {'customer', 'access_token', 'refresh_token', 'token_type', 'expires_in'})
        self.assertEqual(answer.json['customer']['phone'], NUMBER)
        self.assertEqual(self.client.get('/me').json, answer.json['customer'])
        partner = self.env['res.partner'].search([('mobile_verified_phone', '=', NUMBER)])
        self.assertEqual(partner.user_ids.login, NUMBER)
        self.assertTrue(partner.user_ids.share)

    def test_by_email(self):
        answer = self.client.sign_in('carla@mobile-crm.example', 'email')
        self.assertEqual((answer.json['customer']['email'], answer.json['customer']['name']),
                         ('carla@mobile-crm.example', 'carla'))
        mail = self.env['mail.mail'].search([('email_to', '=', 'carla@mobile-crm.example')])
        self.assertEqual((mail.state, mail.email_from), ('outgoing', self.company.email_formatted))
        self.assertTrue(mail.auto_delete)

    def test_a_national_number_is_read_in_the_apps_country(self):
        challenge_id = self.client.request_code('0478 99 88 77')
        self.assertEqual(self._challenge(challenge_id).address, NUMBER)

    def test_the_tokens_of_before_are_dead(self):
        anonymous = self.client.access_token
        self.client.sign_in(NUMBER)
        self.client.access_token = anonymous
        self.assertProblem(self.client.get('/stores'), 401, 'token_invalid')

    def test_a_known_customer_on_a_second_phone(self):
        self.assertEqual(self.client.sign_in('+32475112233').json['customer']['name'], self.anna.name)
        self.assertEqual(len(self.anna.mobile_device_ids), 2)
        self.assertEqual(self.phone_of(self.phone).get('/me').status, 200)

    def test_a_phone_changes_hands(self):
        phone = self.phone_of(self.phone)
        annas = phone.access_token
        self.assertEqual(phone.sign_in('+32476223344').json['customer']['name'], self.ben.name)
        self.assertEqual(self.phone.partner_id, self.ben)
        phone.access_token = annas
        self.assertProblem(phone.get('/me'), 401, 'token_invalid')

    def test_known_and_unknown_addresses_get_the_same_answer(self):
        for channel, known, unknown in (('sms', '+32475112233', NUMBER), ('email', 'admin@yourcompany.example.com',
                                                                        'nobody@mobile-crm.example')):
            self.env.ref('base.partner_admin').email = 'admin@yourcompany.example.com'
            first, second = (
                self.client.post('/auth/otp', {'channel': channel, 'address': address}) for address in (known, unknown))
            self.assertEqual((first.status, set(first.json)), (202, {'challenge_id', 'expires_in'}))
            self.assertEqual((second.status, second.json['expires_in']), (202, first.json['expires_in']))

    def test_no_address(self):
        for channel, address in (
            ('sms', 'abc'), ('sms', '12'), ('sms', '+'), ('sms', '+3247511223344556677'), ('sms', 'a@b.example'),
            ('email', 'abc'), ('email', 'a@b'), ('email', '+32475112233'), ('email', 'a@b.example, c@d.example'),
            ('email', '"x" <a@b.example>'), ('email', 'a@b.example\nBcc: c@d.example'),
        ):
            with self.subTest(channel=channel, address=address):
                self.assertInvalid(
                    self.client.post('/auth/otp', {'channel': channel, 'address': address}), 'body', 'address')
        self.assertInvalid(self.client.post('/auth/otp', {'channel': 'fax', 'address': NUMBER}), 'body', 'channel')
        self.assertFalse(self.env['mobile.otp'].search([('device_id.uuid', '=', self.client.device_id)]))

    # === CODES === #

    def test_five_tries(self):
        challenge_id = self.client.request_code(NUMBER)
        code = self.sent_code(NUMBER)
        for _ in range(5):
            self.assertProblem(self.client.verify(challenge_id, self._wrong(code)), 401, 'otp_invalid')
        self.assertEqual(self._challenge(challenge_id).tries, 5)
        self.assertProblem(self.client.verify(challenge_id, code), 401, 'otp_invalid')
        self.assertFalse(self.env['res.partner'].search([('mobile_verified_phone', '=', NUMBER)]))

    def test_the_fifth_try_may_be_right(self):
        challenge_id = self.client.request_code(NUMBER)
        code = self.sent_code(NUMBER)
        for _ in range(4):
            self.client.verify(challenge_id, self._wrong(code))
        self.assertEqual(self.client.verify(challenge_id, code).status, 200)

    def test_a_code_counts_once(self):
        challenge_id = self.client.request_code(NUMBER)
        code = self.sent_code(NUMBER)
        self.assertEqual(self.client.verify(challenge_id, code).status, 200)
        self.assertProblem(self.client.verify(challenge_id, code), 401, 'otp_invalid')

    def test_a_code_expires(self):
        challenge_id = self.client.request_code(NUMBER)
        challenge = self._challenge(challenge_id)
        self.assertAlmostEqual(challenge.expires_at, fields.Datetime.now() + timedelta(minutes=10),
                               delta=timedelta(seconds=10))
        challenge.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertProblem(self.client.verify(challenge_id, self.sent_code(NUMBER)), 401, 'otp_invalid')

    def test_a_new_code_ends_the_one_before(self):
        first = self.client.request_code(NUMBER)
        first_code = self.sent_code(NUMBER)
        second = self.client.request_code(NUMBER)
        second_code = self.sent_code(NUMBER)
        self.assertProblem(self.client.verify(first, first_code), 401, 'otp_invalid')
        self.assertEqual(self.client.verify(second, second_code).status, 200)

    def test_a_code_counts_on_its_own_phone_only(self):
        challenge_id = self.client.request_code(NUMBER)
        thief = self.registered_phone()
        self.assertProblem(thief.verify(challenge_id, self.sent_code(NUMBER)), 401, 'otp_invalid')
        self.assertEqual(self._challenge(challenge_id).tries, 0, "a stranger cannot use up the tries")
        self.assertEqual(self.client.verify(challenge_id, self.sent_code(NUMBER)).status, 200)

    def test_all_refusals_look_alike(self):
        challenge_id = self.client.request_code(NUMBER)
        code = self.sent_code(NUMBER)
        wrong = self.client.verify(challenge_id, self._wrong(code))
        unknown = self.client.verify('0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', code)
        bodies = [{**answer.json, 'request_id': None} for answer in (wrong, unknown)]
        self.assertEqual(bodies[0], bodies[1])

    def test_the_code_is_kept_as_a_keyed_hash_only(self):
        challenge_id = self.client.request_code(NUMBER)
        kept = self._challenge(challenge_id).read(['code_hash', 'display_name'])
        self.assertNotIn(self.sent_code(NUMBER), repr(kept))

    def test_values_that_are_no_code(self):
        challenge_id = self.client.request_code(NUMBER)
        for code in ('12345', '1234567', '12345a', '\uff11' * 6, '', 123456, '123456\n'):
            answer = self.client.post('/auth/otp/verify', {'challenge_id': challenge_id, 'code': code})
            self.assertInvalid(answer, 'body', 'code')
        self.assertEqual(self._challenge(challenge_id).tries, 0)

    # === LIMITS === #

    def _retry_after(self, answer):
        self.assertProblem(answer, 429, 'too_many_requests')
        return int(answer.headers['Retry-After'])

    def test_limit_of_an_address(self):
        for _ in range(5):
            self.client.request_code(NUMBER)
        refused = self.registered_phone().post('/auth/otp', {'channel': 'sms', 'address': NUMBER})
        self.assertAlmostEqual(self._retry_after(refused), 3600, delta=10)
        # The oldest of the five leaves the hour, and one more is free.
        oldest = self.env['mobile.otp'].search([('address', '=', NUMBER)], order='id', limit=1)
        self.env.cr.execute("UPDATE mobile_otp SET create_date = create_date - interval '61 minutes' WHERE id = %s",
                            [oldest.id])
        self.assertEqual(self.client.post('/auth/otp', {'channel': 'sms', 'address': NUMBER}).status, 202)
        self._retry_after(self.client.post('/auth/otp', {'channel': 'sms', 'address': NUMBER}))

    def test_limit_of_a_device(self):
        for number in range(10):
            self.client.request_code(f'+324789988{number}0')
        refused = self.client.post('/auth/otp', {'channel': 'email', 'address': 'x@mobile-crm.example'})
        self.assertAlmostEqual(self._retry_after(refused), 3600, delta=10)
        self.assertEqual(
            self.registered_phone().post('/auth/otp', {'channel': 'sms', 'address': NUMBER}).status, 202)

    # === WHO DOES NOT GET IN === #

    def test_staff_do_not_get_in(self):
        staff = new_test_user(self.env, login='staff@mobile-crm.example', groups='base.group_user')
        self.env['res.partner'].create({'name': "Manager", 'mobile_verified_phone': NUMBER, 'user_ids': [
            Command.create({'name': "Manager", 'login': 'manager', 'group_ids': [
                Command.set(self.env.ref('base.group_user').ids)]})]})
        for address, channel in ((staff.login, 'email'), (NUMBER, 'sms')):
            challenge_id = self.client.request_code(address, channel)
            answer = self.client.verify(challenge_id, self.sent_code(address, channel))
            self.assertProblem(answer, 403, 'staff_account')
        self.assertProblem(self.client.get('/me'), 401, 'sign_in_required')
        self.assertFalse(staff.partner_id.mobile_verified_email)

    def test_a_blocked_customer_does_not_get_in(self):
        self.anna_user.active = False
        challenge_id = self.client.request_code('+32475112233')
        self.assertProblem(self.client.verify(challenge_id, self.sent_code('+32475112233')), 403, 'forbidden')


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
        self.assertEqual(self.client.get('/me').status, 200)
        thief = self.phone_app()
        thief.refresh_token = stolen
        self.assertProblem(thief.refresh(), 401, 'token_reused')
        # Kept, although the answer was an error.
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')
        self.assertProblem(self.client.refresh(), 401, 'token_invalid')
        family = self.env['mobile.token'].search([('family', '=', self._token(stolen).family)])
        self.assertEqual(len(family.filtered('revoked_at')), 4)

    def test_reuse_leaves_other_sessions_alone(self):
        other = self.phone_of(self.phone)
        stolen = self.client.refresh_token
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

    def test_staff_end_a_session(self):
        manager = new_test_user(self.env, login='mobile_crm_manager', groups='mobile_crm.group_mobile_crm_manager',
                                company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.phone.with_user(manager).action_sign_out()
        self.assertProblem(self.client.get('/me'), 401, 'token_invalid')

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
