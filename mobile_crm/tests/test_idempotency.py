import json
import uuid
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..controllers import repetition
from ..controllers.routing import OPERATIONS
from ..tools.claim import Claim
from ..tools.sealing import seal, unseal
from .common import MobileHttpCase
from .frame_common import BODIES, FrameCase, concrete

NUMBER = '+32478998877'


class IdempotencyCase(FrameCase):

    def setUp(self):
        super().setUp()
        self.key = str(uuid.uuid4())

    def _post(self, path, body=None, phone=None, key=None, **kwargs):
        """Send a request with a key, this test's own unless told otherwise."""
        return (phone or self.client).post(path, body, headers={'Idempotency-Key': key or self.key}, **kwargs)

    def _rows(self):
        return self.env['mobile.idempotency'].search([])

    def _event(self, **values):
        return {'events': [{**self._a_view(), **values}]}

    def _a_view(self):
        return {'id': str(uuid.uuid4()), 'type': 'view', 'occurred_at': fields.Datetime.now().isoformat() + 'Z'}

    def assertReplay(self, again, first):
        """Assert that an answer is the first one once more, to the byte."""
        self.assertEqual((again.status, again.content), (first.status, first.content))
        self.assertEqual(again.headers['Idempotency-Replayed'], 'true')
        self.assertNotIn('Idempotency-Replayed', first.headers)
        changing = {'Date', 'Server', 'Idempotency-Replayed', 'RateLimit', 'RateLimit-Policy'}
        self.assertEqual({name: value for name, value in again.headers.items() if name not in changing},
                         {name: value for name, value in first.headers.items() if name not in changing})


@tagged('-at_install', 'post_install')
class TestIdempotency(IdempotencyCase):

    # === THE SAME REQUEST AGAIN === #

    def test_one_effect_and_the_same_answer(self):
        body = self._event()
        first = self._post('/events', body)
        self.assertEqual(first.json['accepted'], 1)
        for _again in range(3):
            self.assertReplay(self._post('/events', body), first)
        self.assertEqual(self.env['mobile.event'].search_count([('uuid', '=', body['events'][0]['id'])]), 1)
        # Without the key the handler runs, and says what it then finds.
        self.assertEqual(self.client.post('/events', body).json['duplicates'], 1)

    def test_every_post_takes_a_key_and_nothing_else_does(self):
        for operation in OPERATIONS:
            with self.subTest(operation=operation.name):
                self.assertEqual(operation.takes_key, operation.methods == ['POST'])
        for _again in range(2):
            answer = self.client.request('PATCH', '/me', json={'name': "Anna"}, headers={'Idempotency-Key': self.key})
            self.assertNotIn('Idempotency-Replayed', answer.headers)
        self.assertFalse(self._rows())

    def test_a_code_is_sent_once(self):
        phone = self.registered_phone()
        first = self._post('/auth/otp', {'channel': 'sms', 'address': NUMBER}, phone)
        self.assertReplay(self._post('/auth/otp', {'channel': 'sms', 'address': NUMBER}, phone), first)
        self.assertEqual(self.env['sms.sms'].search_count([('number', '=', NUMBER)]), 1)

    def test_a_new_token_of_the_device_repeats_as_well(self):
        body = self._event()
        first = self._post('/events', body)
        self.client.refresh()
        self.assertReplay(self._post('/events', body), first)

    def test_registering(self):
        phone = self.phone_app()
        body = {'install_id': phone.install_id, 'platform': 'ios'}
        first = phone.take_tokens(self._post('/devices', body, phone))
        self.assertEqual(first.status, 201)
        phone.access_token, token = None, phone.access_token
        self.assertReplay(self._post('/devices', body, phone), first)
        phone.access_token = token
        self.assertEqual(phone.get('/stores').status, 200, "the tokens of the first answer live")

    def test_refreshing_again_is_no_reuse(self):
        body = {'refresh_token': self.client.refresh_token}
        phone = self.phone_app()
        first = self._post('/auth/refresh', body, phone)
        self.assertReplay(self._post('/auth/refresh', body, phone), first)
        self.client.take_tokens(first)
        self.assertEqual(self.client.get('/me').status, 200)
        self.assertEqual(self.client.refresh().status, 200)
        self.assertProblem(self._post('/auth/refresh', body, phone, key='other'), 401, 'token_reused')

    # === AFTER THE REQUEST HAS ENDED ITS OWN TOKEN === #

    def _sign_in(self, phone):
        """Answer a challenge with this test's key; return how, and the answer."""
        body = {'challenge_id': phone.request_code(NUMBER), 'code': self.sent_code(NUMBER)}
        return body, self._post('/auth/otp/verify', body, phone)

    def test_signing_in(self):
        phone = self.registered_phone()
        body, first = self._sign_in(phone)
        self.assertEqual(first.status, 200)
        self.assertProblem(phone.get('/stores'), 401, 'token_invalid')
        again = self._post('/auth/otp/verify', body, phone)
        self.assertReplay(again, first)
        phone.take_tokens(again)
        self.assertEqual(phone.get('/me').json, first.json['customer'])

    def test_signing_out(self):
        first = self._post('/auth/logout')
        self.assertEqual(first.status, 204)
        self.assertReplay(self._post('/auth/logout'), first)

    def test_the_ended_token_opens_nothing_else(self):
        phone = self.registered_phone()
        earlier = self._event()
        self.assertEqual(self._post('/events', earlier, phone, key='earlier').status, 200)
        body, first = self._sign_in(phone)
        for what, answer in {
            'for a request that has not ended it': self._post('/events', earlier, phone, key='earlier'),
            'without the key': phone.post('/auth/otp/verify', body),
            'with another key': self._post('/auth/otp/verify', body, phone, key='other'),
            'with no key': phone.post('/auth/otp/verify', body, headers={'Idempotency-Key': ''}),
            'with another body': self._post('/auth/otp/verify', {**body, 'code': '000000'}, phone),
            'with a body that is none': phone.request(
                'POST', '/auth/otp/verify', json=[], headers={'Idempotency-Key': self.key}),
            'for another operation': self._post('/auth/otp', body, phone),
            'for a reader': phone.get('/stores', headers={'Idempotency-Key': self.key}),
            'for a writer': phone.request('PATCH', '/me', json={}, headers={'Idempotency-Key': self.key}),
        }.items():
            with self.subTest(what):
                self.assertProblem(answer, 401, 'token_invalid')
        self.assertReplay(self._post('/auth/otp/verify', body, phone), first)

    def test_another_dead_token_opens_nothing(self):
        phone = self.registered_phone()
        older = phone.access_token
        phone.refresh()
        body, _first = self._sign_in(phone)
        stranger = self.registered_phone()
        self.env['mobile.token']._revoke([('device_id.uuid', '=', stranger.device_id)])
        for token in (older, stranger.access_token, 'mca_x'):
            phone.access_token = token
            self.assertProblem(self._post('/auth/otp/verify', body, phone), 401, 'token_invalid')

    def test_a_token_that_something_else_ended_opens_nothing(self):
        body = self._event()
        self._post('/events', body)
        self.phone.action_sign_out()
        self.assertProblem(self._post('/events', body), 401, 'token_invalid')

    def test_who_is_not_served_any_more_repeats_nothing(self):
        first = self._post('/auth/logout')
        for record in (self.phone, self.app):
            record.active = False
            self.assertProblem(self._post('/auth/logout'), 401, 'token_invalid')
            record.active = True
        self.assertReplay(self._post('/auth/logout'), first)

    # === ANOTHER REQUEST WITH THE KEY === #

    def test_another_body(self):
        body = self._event()
        first = self._post('/events', body)
        for other in (self._event(), {'events': [*body['events'], self._a_view()]}):
            self.assertProblem(self._post('/events', other), 422, 'idempotency_key_reused')
        raw = self.client.request('POST', '/events', data=json.dumps(body) + ' ', headers={
            'Content-Type': 'application/json', 'Idempotency-Key': self.key})
        self.assertProblem(raw, 422, 'idempotency_key_reused')
        self.assertReplay(self._post('/events', body), first)
        self.assertEqual(self.env['mobile.event'].search_count([('device_id', '=', self.phone.id)]), 1)

    def test_another_path_of_the_operation(self):
        self.enter(self.phone, self.fence_near)
        self.enter(self.phone, self.fence_far)
        message = self.client.get('/messages').json['items'][0]['id']
        self.assertEqual(self._post(f'/messages/{message}/read').status, 200)
        self.assertProblem(self._post(f'/messages/{uuid.uuid4()}/read'), 422, 'idempotency_key_reused')

    def test_a_key_is_of_one_operation(self):
        self.assertEqual(self._post('/events', self._event()).status, 200)
        self.assertEqual(self._post('/auth/logout').status, 204)

    def test_a_key_is_of_one_device(self):
        body = self._event()
        self._post('/events', body)
        ben = self.phone_of(self.phone_ben)
        answer = self._post('/events', body, ben)
        self.assertNotIn('Idempotency-Replayed', answer.headers)
        other = self._post('/events', self._event(), ben, key='other')
        self.assertEqual(other.json['accepted'], 1)

    def test_a_key_is_of_one_customer(self):
        """What the customer before did on this phone is not told to the next one."""
        self.enter(self.phone, self.fence_near)
        path = f"/messages/{self.client.get('/messages').json['items'][0]['id']}/read"
        self.assertEqual(self._post(path).status, 200)
        self.phone._sign_in(self.ben_user)
        ben = self.phone_of(self.phone)
        self.assertProblem(self._post(path, phone=ben), 404, 'not_found')

    def test_a_key_is_of_one_app(self):
        other_app = self.env['mobile.app'].create({'name': "Other App"})
        phone, other = self.phone_app(), self.phone_app(other_app)
        body = {'install_id': phone.install_id, 'platform': 'ios'}
        ids = {self._post('/devices', body, each).json['device_id'] for each in (phone, other)}
        self.assertEqual(len(ids), 2)

    def test_keys_that_are_none(self):
        for key in ('', 'x' * 256, 'a\tb', 'é', '\x7f', 'a\x01'):
            with self.subTest(key=key[:5]):
                answer = self.client.post('/events', self._event(), headers={'Idempotency-Key': key.encode()})
                self.assertInvalid(answer, 'header', 'Idempotency-Key')
        for key in ('x', 'x' * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', '~ !'):
            self.assertEqual(self._post('/events', self._event(), key=key).status, 200)

    # === WHAT IS KEPT === #

    def test_a_returned_problem_is_kept(self):
        phone = self.registered_phone()
        challenge_id = phone.request_code(NUMBER)
        wrong = '000000' if self.sent_code(NUMBER) != '000000' else '000001'
        body = {'challenge_id': challenge_id, 'code': wrong}
        first = self._post('/auth/otp/verify', body, phone)
        self.assertProblem(first, 401, 'otp_invalid')
        self.assertReplay(self._post('/auth/otp/verify', body, phone), first)
        self.assertEqual(self.env['mobile.otp'].search([('uuid', '=', challenge_id)]).tries, 1)

    def test_a_raised_problem_is_not_kept(self):
        self.assertProblem(self._post('/offers/claim', {'code': 'X'}), 404, 'not_found')
        self.assertProblem(self._post('/events', {'events': []}), 422, 'invalid_request')
        self.assertFalse(self._rows())
        self.assertEqual(self._post('/events', self._event()).status, 200)

    def test_a_failed_request_leaves_nothing(self):
        body = self._event()
        with patch.object(self.env.registry['mobile.event'], '_record', side_effect=ZeroDivisionError), \
                self.assertLogs('odoo.http', 'ERROR'):
            self.assertProblem(self._post('/events', body), 500, 'internal_error')
        self.assertFalse(self._rows())
        self.assertEqual(self._post('/events', body).json['accepted'], 1)

    def test_no_secret_can_be_read(self):
        phone = self.phone_app()
        body = {'install_id': phone.install_id, 'platform': 'ios'}
        tokens = self._post('/devices', body, phone).json
        self.env.flush_all()
        self.cr.execute('SELECT row_to_json(kept)::text, answer FROM mobile_idempotency kept')
        [(text, answer)] = self.cr.fetchall()
        for secret in (tokens['access_token'], tokens['refresh_token'], self.key, phone.install_id):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret.encode(), bytes(answer))

    def test_a_key_lives_for_a_day(self):
        body = self._event()
        first = self._post('/events', body)
        row = self._rows()
        row.created_at -= timedelta(hours=23, minutes=59)
        self.env.flush_all()
        self.env['mobile.idempotency']._gc_answers()
        self.assertReplay(self._post('/events', body), first)
        row.created_at -= timedelta(minutes=2)
        answer = self._post('/events', body)
        self.assertEqual((answer.json['duplicates'], 'Idempotency-Replayed' in answer.headers), (1, False))
        self.assertReplay(self._post('/events', body), answer)
        self._rows().created_at -= timedelta(days=1, seconds=1)
        self.env.flush_all()
        self.env['mobile.idempotency']._gc_answers()
        self.assertFalse(self._rows())

    def test_rows_go_with_their_device_and_app(self):
        self._post('/events', self._event())
        self.phone.unlink()
        self.assertFalse(self._rows())
        app = self.env['mobile.app'].create({'name': "Short-Lived App"})
        phone = self.phone_app(app)
        self._post('/devices', {'install_id': phone.install_id, 'platform': 'ios'}, phone)
        self.assertTrue(self._rows())
        app.unlink()
        self.assertFalse(self._rows())

    # === WHILE THE FIRST RUNS === #

    def test_while_the_first_runs(self):
        body, model = self._event(), self.env['mobile.idempotency']
        claim = Claim(self.app.id, self.phone.id, self.anna_user.id, 'report_events', self.key, b'')
        with db_connect(self.cr.dbname).cursor() as another:
            another.execute('SELECT pg_try_advisory_xact_lock(%s)', [model._lock_number(model._digest(claim))])
            answer = self._post('/events', body)
            self.assertProblem(answer, 409, 'idempotency_in_progress')
            self.assertEqual(answer.headers['Retry-After'], '1')
            self.assertEqual(self._post('/events', body, key='other').status, 200, "another key is not concerned")
        self.assertEqual(self._post('/events', body).json['duplicates'], 1, "it is asked again, and now it is done")

    def test_answered_in_the_very_moment(self):
        # The first was committed after this request's snapshot was taken, which a single connection cannot do.
        body = self._event()
        first = self._post('/events', body)
        find, calls = self.env.registry['mobile.idempotency']._find, []

        def _find(model, claim):
            calls.append(claim)
            return None if len(calls) == 1 else find(model, claim)

        def _claim(model, claim):
            raise psycopg2.errors.SerializationFailure

        with patch.object(self.env.registry['mobile.idempotency'], '_find', _find), \
                patch.object(self.env.registry['mobile.idempotency'], '_claim', _claim), \
                patch('odoo.service.model.time.sleep', side_effect=AssertionError("it need not sleep")):
            self.assertReplay(self._post('/events', body), first)
            calls.clear()
            find = lambda model, claim: None  # noqa: E731
            self.assertProblem(self._post('/events', body), 409, 'conflict')
            self.assertEqual(len(calls), repetition.TRIES)

    # === LIMITS === #

    def test_a_repeated_request_counts(self):
        body = self._event()
        left = [self._post('/events', body).headers['RateLimit'] for _again in range(2)]
        self.assertEqual([value.partition(';t')[0] for value in left], ['"device";r=5999', '"device";r=5998'])

    def test_every_operation_is_undisturbed_by_a_key(self):
        for operation in OPERATIONS:
            if not operation.takes_key:
                continue
            with self.subTest(operation=operation.name):
                phone = self.phone_of(self.phone)
                path, body = concrete(operation.path), BODIES.get(operation.name, {})
                plain = phone.post(path, body)
                phone = self.phone_of(self.phone)
                self.assertEqual(self._post(path, body, phone).status // 100, plain.status // 100)


@tagged('-at_install', 'post_install')
class TestSealing(MobileHttpCase):

    def test_only_the_same_secret_and_purpose_open_it(self):
        sealed = seal(b'secret', b'text', b'purpose')
        self.assertEqual(unseal(b'secret', sealed, b'purpose'), b'text')
        self.assertIsNone(unseal(b'secreT', sealed, b'purpose'))
        self.assertIsNone(unseal(b'secret', sealed, b'another'))
        self.assertIsNone(unseal(b'secret', sealed[:-1] + bytes([sealed[-1] ^ 1]), b'purpose'))
        self.assertNotEqual(seal(b'secret', b'text', b'purpose'), sealed)
