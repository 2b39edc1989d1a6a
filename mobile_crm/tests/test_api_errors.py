import logging
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessDenied, AccessError, LockError, MissingError, UserError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..controllers.routing import BASE_PATH, OPERATIONS
from ..tools.problems import as_problem
from .frame_common import BODIES, FrameCase

DISPATCHER = 'odoo.addons.mobile_crm.controllers.dispatcher'


@tagged('-at_install', 'post_install')
class TestApiErrors(FrameCase):

    def _broken(self, what):
        """Return the answer of a handler that raises, and what Odoo logged as an error."""
        with self.handler_does(what), self.assertLogs('odoo.http', 'ERROR') as log, mute_logger('odoo.sql_db'):
            answer = self.client.get('/stores')
        return answer, log.output

    def test_a_bug_tells_nothing(self):
        def fail():
            raise ValueError("secret: xyzzy")

        answer, log = self._broken(fail)
        self.assertProblem(answer, 500, 'internal_error')
        self.assertNotIn(b'xyzzy', answer.content)
        self.assertEqual(len(log), 1)
        self.assertIn("secret: xyzzy", log[0], "the operator reads it in the log")

    def test_a_bug_in_an_answer(self):
        answer, _log = self._broken(lambda: ([object()], None))
        self.assertProblem(answer, 500, 'internal_error')

    def test_a_bug_in_sql(self):
        self.env['res.lang']._activate_lang('de_DE')

        def fail():
            # In a transaction that PostgreSQL has given up not even a title can be looked up.
            self.env.registry.clear_all_caches()
            self.env.cr.execute('SELECT 1 / 0')

        self.client.request = lambda method, path, **kwargs: self.call(method, path, headers={
            'Authorization': f'Bearer {self.client.access_token}', 'Accept-Language': 'de'})
        answer, _log = self._broken(fail)
        self.assertProblem(answer, 500, 'internal_error')

    def test_a_database_that_cannot_be_reached(self):
        def unreachable(*args, **kwargs):
            raise psycopg2.OperationalError("no route to host")

        with patch.object(self.env.registry, 'cursor', unreachable), self.assertLogs('odoo.http', 'WARNING'):
            self.assertProblem(self.client.get('/me'), 503, 'unavailable')
            self.assertProblem(self.call('GET', '/health'), 503, 'unavailable')
            self.assertIn('text/html', self.url_open('/web/nope').headers['Content-Type'])

    def test_a_database_that_goes_away(self):
        def gone(*args):
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

        with patch.object(self.env.registry['mobile.token'], '_authenticate', gone), \
                self.assertLogs('odoo.http', 'ERROR'):
            self.assertProblem(self.client.get('/stores'), 503, 'unavailable')

    def test_a_bug_while_authenticating(self):
        def fail(*args):
            raise ValueError("secret: xyzzy")

        with patch.object(self.env.registry['mobile.token'], '_authenticate', fail), \
                self.assertLogs('odoo.http', 'ERROR') as log:
            answer = self.client.get('/stores')
        self.assertProblem(answer, 500, 'internal_error')
        self.assertIn("secret: xyzzy", log.output[0])

    def test_odoos_own_errors(self):
        def raised(exc):
            def fail():
                raise exc
            return fail

        for exc, status, code in (
            (AccessError("secret"), 404, 'not_found'), (MissingError("secret"), 404, 'not_found'),
            (AccessDenied("secret"), 401, 'unauthenticated'), (UserError("Not today."), 422, 'refused'),
            (ValidationError("Not today."), 422, 'refused'), (LockError("secret"), 409, 'conflict'),
        ):
            with self.subTest(exc=type(exc)), self.handler_does(raised(exc)):
                answer = self.client.get('/stores')
                self.assertProblem(answer, status, code)
                self.assertNotIn(b'secret', answer.content)
                if code == 'refused':
                    self.assertEqual(answer.json['detail'], "Not today.")

    def test_a_write_in_a_readonly_route_is_a_bug_of_ours(self):
        # Odoo would repeat it on a writing connection and put a warning into the log.
        for operation in OPERATIONS:
            self.assertEqual(operation.methods == ['GET'], 'GET' in operation.methods)

    def test_a_body_is_read_again_when_a_lost_race_is_repeated(self):
        with self.lost_race() as tries:
            answer = self.client.patch('/me', {'name': "Anna Janssens"})
        self.assertEqual((answer.status, len(tries)), (200, 2))
        self.assertEqual(answer.json['name'], "Anna Janssens")


@tagged('-at_install', 'post_install')
class TestApiLog(FrameCase):

    @contextmanager
    def _log(self):
        """Collect all that is logged, as the log file would hold it."""
        # By number: Odoo has given the name INFO to another level.
        with self.assertLogs(level=logging.INFO) as log:
            yield log

    def test_a_refusal_is_one_line(self):
        for path in ('/nope', '/stores/%0aINFO faked', '/stores/%0d%0a%1b[31m', '/%E2%80%A8x'):
            with self.subTest(path=path), self._log() as log:
                self.exchange('GET', BASE_PATH + path.replace(' ', '%20'),
                              [f'Authorization: Bearer {self.client.access_token}'])
            lines = [line for line in log.output if DISPATCHER in line]
            self.assertEqual(len(lines), 1)
            self.assertNotRegex(lines[0], '[\\n\\r\\x1b\\u2028]')

    def test_positions_and_search_terms_stay_out(self):
        with self._log() as log:
            self.client.get('/stores', lat=50.8467001, lon=4.3525001, q='pregnancy')
            self.client.get('/geofences', lat=50.8467001, lon=4.3525001)
            self.client.get('/stores', lat=500.8467001, lon=4.3525001, q='pregnancy')
            self.client.get('/nope', lat=50.8467001, q='pregnancy')
            self.client.post('/events', {'events': [{
                **BODIES['report_events']['events'][0], 'lat': 50.8467001, 'lon': 4.3525001, 'query': 'pregnancy'}]})
        self.assertNotRegex('\n'.join(log.output), '8467001|3525001|pregnancy')

    def test_numbers_codes_and_tokens_stay_out(self):
        with self._log() as log:
            phone = self.registered_phone()
            tokens = [phone.access_token, phone.refresh_token]
            challenge_id = phone.request_code('+32478998877')
            code = self.sent_code('+32478998877')
            phone.verify(challenge_id, '000000' if code != '000000' else '000001')
            phone.verify(challenge_id, code)
            tokens += [phone.access_token, phone.refresh_token]
            phone.refresh()
            phone.refresh()
            self.assertProblem(phone.post('/auth/refresh', {'refresh_token': tokens[-1]}), 401, 'token_reused')
            phone.post('/auth/otp', {'channel': 'sms', 'address': 'secret-address'})
            phone.get('/me')
        text = '\n'.join(log.output)
        for secret in (*tokens, '78998877', '78 99 88 77', 'secret-address'):
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, rf'(?<!\d){code}(?!\d)')

    def test_a_failed_statement_is_logged_without_its_values(self):
        def fail():
            self.env.cr.execute(
                "SELECT 52.5219, '+32485001122', 'it''s a secret' || %s FROM no_such_table", ['mca_token'])

        with self.handler_does(fail), mute_logger('odoo.http'), self.assertLogs('odoo.sql_db', 'ERROR') as log:
            self.assertProblem(self.client.get('/stores'), 500, 'internal_error')
        self.assertEqual(len(log.output), 1)
        self.assertIn("SELECT …, …, … || … FROM no_such_table", log.output[0])
        self.assertIn('UndefinedTable', log.output[0])


@tagged('-at_install', 'post_install')
class TestProblems(BaseCase):

    def test_a_lost_race_for_a_unique_key_is_a_conflict(self):
        told_by_odoo = ValidationError("The operation cannot be completed")
        told_by_odoo.__cause__ = psycopg2.errors.UniqueViolation()
        self.assertEqual(as_problem(told_by_odoo).problem_code, 'conflict')

    def test_database_errors(self):
        for exc, code in (
            (psycopg2.errors.SerializationFailure(), 'conflict'), (psycopg2.errors.DeadlockDetected(), 'conflict'),
            (psycopg2.errors.LockNotAvailable(), 'conflict'), (psycopg2.OperationalError(), 'unavailable'),
            (psycopg2.InterfaceError(), 'internal_error'), (psycopg2.errors.UndefinedTable(), 'internal_error'),
        ):
            self.assertEqual(as_problem(exc).problem_code, code, type(exc))
