import json
import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

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
        self.env.ref('base.partner_admin').email = 'admin@yourcompany.example.com'
        for channel, known, unknown in (('sms', '+32475112233', NUMBER), ('email', 'admin@yourcompany.example.com',
                                                                        'nobody@mobile-crm.example')):
            with self.subTest(channel=channel):
                first, second = (
                    self._seen_by(self.registered_phone(), channel, address) for address in (known, unknown))
                self.assertEqual(first, second)

    def _seen_by(self, phone, channel, address):
        """Return all that a phone sees when it asks for a code, but for what is random."""
        answer = phone.post('/auth/otp', {'channel': channel, 'address': address})
        challenge_id = answer.json['challenge_id']
        headers = {name: value for name, value in answer.headers.items() if name not in ('X-Request-Id', 'Date')}
        return answer.status, answer.content.replace(challenge_id.encode(), b''), headers

    def test_known_and_unknown_addresses_are_the_same_work(self):
        def statements(address):
            sent, execute = [], type(self.env.cr).execute

            def _execute(cursor, query, *args, **kwargs):
                sent.append(re.sub(r"'[^']*'|[0-9]+", '?', str(getattr(query, 'code', query))))
                return execute(cursor, query, *args, **kwargs)

            self.env.flush_all()
            self.env.invalidate_all()
            with patch.object(type(self.env.cr), 'execute', _execute):
                self.env['mobile.otp']._request_code(self._make_device(), 'sms', address, '198.51.100.7')
            return sent

        statements('+32478000000')
        known = statements('+32475112233')
        self.assertGreater(len(known), 3)
        self.assertEqual(known, statements(NUMBER))

    def test_one_number_in_any_spelling(self):
        countries = {code: self.env.ref(f'base.{code}') for code in ('be', 'de', 'us', 'uk', 'it')}
        for country, number, spellings in (
            ('be', NUMBER, ('0478998877', '0478 99 88 77', '0478/99.88.77', '+32 478 99 88 77', '0032478998877',
                            '32478998877', '+32 (0)478-998877', ' 0478-99-88-77 ', '\uff0b\uff13\uff12478998877',
                            '\u0660\u0664\u0667\u0668\u0669\u0669\u0668\u0668\u0667\u0667', 'tel:+32478998877')),
            ('de', '+493012345678', ('030 12345678', '(030) 12 34 56 78', '0049 30 12345678', '+49 (0) 30 / 12345678')),
            ('us', '+12015550123', ('(201) 555-0123', '201.555.0123', '1 201 555 0123', '+1 201 555 0123')),
            ('uk', '+447400123456', ('07400 123456', '+44 (0)7400 123456', '0044 7400 123456')),
            ('it', '+390612345678', ('06 12345678', '+39 06 12345678', '0039 06 12345678')),
            # A number with its prefix is the same number in every country's app.
            ('us', NUMBER, ('+32 478 99 88 77', '+32478998877')),
        ):
            self.app.country_id = countries[country]
            for spelling in spellings:
                with self.subTest(country=country, spelling=spelling):
                    self.assertEqual(self.env['mobile.otp']._normalize_address(self.phone, 'sms', spelling), number)

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
        # What is no address costs nobody one of their codes.
        self.assertEqual(self.client.post('/auth/otp', {'channel': 'sms', 'address': NUMBER}).status, 202)

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
        self.assertFalse(self._challenge(first))
        self.assertProblem(self.client.verify(first, second_code), 401, 'otp_invalid')
        self.assertProblem(self.client.verify(first, first_code), 401, 'otp_invalid')
        self.assertEqual(self.client.verify(second, second_code).status, 200)

    def test_an_address_has_one_code_on_whatever_phone(self):
        first = self.client.request_code(NUMBER)
        first_code = self.sent_code(NUMBER)
        other = self.registered_phone()
        second = other.request_code('0478 99 88 77')
        self.assertProblem(self.client.verify(first, first_code), 401, 'otp_invalid')
        self.assertEqual(other.verify(second, self.sent_code(NUMBER)).status, 200)

    def test_a_request_that_odoo_runs_again_has_not_lost_its_code(self):
        challenge_id = self.client.request_code(NUMBER)
        device = self.env['mobile.device'].search([('uuid', '=', self.client.device_id)])
        Otp, code = self.env['mobile.otp'], self.sent_code(NUMBER)
        challenge = Otp._verify(device, challenge_id, code, 'one request')
        self.assertEqual(challenge.address, NUMBER)
        self.assertEqual(Otp._verify(device, challenge_id, code, 'one request'), challenge)
        for code_of_the_other, request_id in ((code, 'another'), (self._wrong(code), 'one request')):
            refusal = Otp._verify(device, challenge_id, code_of_the_other, request_id)
            self.assertEqual(refusal.problem_code, 'otp_invalid')

    def test_a_code_of_a_clock_that_was_wrong(self):
        challenge_id = self.client.request_code(NUMBER)
        device = self.env['mobile.device'].search([('uuid', '=', self.client.device_id)])
        code = self.sent_code(NUMBER)
        for days in (-1, 1):
            with freeze_time(datetime.now(UTC) + timedelta(days=days)):
                refusal = self.env['mobile.otp']._verify(device, challenge_id, code, 'a request')
            self.assertEqual(refusal.problem_code, 'otp_invalid')
        self.assertEqual(self.client.verify(challenge_id, code).status, 200)

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
        for _ in range(3):
            self.client.verify(challenge_id, self._wrong(code))
        used = self.registered_phone()
        used_id = used.request_code('+32478998866')
        used_code = self.sent_code('+32478998866')
        used.verify(used_id, used_code)
        refusals = [
            wrong, unknown, self.client.verify(challenge_id, self._wrong(code)), self.client.verify(challenge_id, code),
            used.verify(used_id, used_code), self.client.verify(used_id, used_code)]
        seen = {(answer.status, json.dumps({**answer.json, 'request_id': None}),
                 tuple(name for name in answer.headers if not name.startswith('RateLimit'))) for answer in refusals}
        self.assertEqual(len(seen), 1)
        self.assertEqual(wrong.json['code'], 'otp_invalid')

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

    def assertLimited(self, answer, policy):
        self.assertProblem(answer, 429, 'too_many_requests')
        self.assertAlmostEqual(int(answer.headers['Retry-After']), 3600, delta=10)
        self.assertIn(f'"{policy}"', answer.headers['RateLimit-Policy'])

    def test_limit_of_an_address(self):
        for spelling in (NUMBER, '0478998877', '0032478998877', '+32 478 99 88 77', '0478/998877'):
            self.registered_phone().request_code(spelling)
        answer = self.client.post('/auth/otp', {'channel': 'sms', 'address': '0478 99 88 77'})
        self.assertLimited(answer, 'otp_address')
        self.assertEqual(self.client.post('/auth/otp', {'channel': 'sms', 'address': '+32478998876'}).status, 202)

    def test_limit_of_a_device(self):
        for number in range(10):
            self.client.request_code(f'+324789988{number}0')
        for _ in range(2):
            refused = self.client.post('/auth/otp', {'channel': 'sms', 'address': NUMBER})
            self.assertLimited(refused, 'otp_device')
        # Who is refused has used up nobody's codes.
        for _ in range(5):
            self.registered_phone().request_code(NUMBER)

    def test_limit_of_a_host(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.otp_ip', '3/3600')
        for number in range(3):
            self.registered_phone().request_code(f'+324789988{number}0')
        refused = self.registered_phone().post('/auth/otp', {'channel': 'sms', 'address': NUMBER})
        self.assertLimited(refused, 'otp_ip')

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
