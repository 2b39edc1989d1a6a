import re
import uuid
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..controllers.routing import OPERATIONS
from ..models import mobile_limit
from ..tools.problems import Problem
from ..tools.racing import execute_apart, execute_on_primary
from .common import MobileCommon
from .frame_common import BODIES, FrameCase


@tagged('-at_install', 'post_install')
class TestLimits(MobileCommon):

    def setUp(self):
        super().setUp()
        self.Limit = self.env['mobile.limit']

    def _set(self, name, value):
        self.env['ir.config_parameter'].set_param(f'mobile_crm.limit.{name}', value)

    def _another_worker(self):
        """Forget what this worker knows."""
        self.Limit._windows.clear()

    def _take(self, name, subject, count=1):
        """Take so often, and return how many were let pass."""
        passed = 0
        for _number in range(count):
            try:
                self.Limit._take(name, subject)
                passed += 1
            except Problem as problem:
                self.assertEqual(problem.code, 429)
        return passed

    def test_the_quota_passes_and_no_more(self):
        self.assertEqual(self._take('otp_address', '+32475000001', 8), 5)
        self.assertEqual(self._take('otp_address', '+32475000002', 8), 5, "another's quota is their own")
        self.assertEqual(self._take('otp_device', '+32475000001', 12), 10, "and so is another policy's")

    def test_workers_share_the_count(self):
        self.assertEqual(self._take('otp_address', 'a', 3), 3)
        self._another_worker()
        self.assertEqual(self._take('otp_address', 'a', 4), 2)
        self._another_worker()
        self.assertEqual(self._take('otp_address', 'a', 4), 0)

    def test_what_is_left_is_told(self):
        first = self.Limit._take('otp_address', 'a')
        self.assertEqual((first.quota, first.window, first.remaining, first.reset), (5, 3600, 4, 3600))
        self._take('otp_address', 'a', 4)
        with self.assertRaises(Problem) as caught:
            self.Limit._take('otp_address', 'a')
        self.assertEqual(caught.exception.problem_code, 'too_many_requests')
        headers = caught.exception.headers
        self.assertEqual(headers['RateLimit-Policy'], '"otp_address";q=5;w=3600')
        self.assertRegex(headers['RateLimit'], r'^"otp_address";r=0;t=3(600|59\d)$')
        self.assertTrue(headers['RateLimit'].endswith(f't={headers["Retry-After"]}'))

    def test_a_window_ends(self):
        self.assertEqual(self._take('otp_address', 'a', 6), 5)
        clock = mobile_limit.time.monotonic
        with patch.object(mobile_limit.time, 'monotonic', lambda: clock() + 3590):
            self.assertEqual(self._take('otp_address', 'a', 6), 0)
        # Of the two clocks that of the database decides.
        with patch.object(mobile_limit.time, 'monotonic', lambda: clock() + 3601):
            self.assertEqual(self._take('otp_address', 'a', 6), 0)
        self._end_windows()
        self._another_worker()
        self.assertEqual(self._take('otp_address', 'a', 6), 5)

    def _end_windows(self):
        # As if an hour had passed, for all rows of all tests.
        execute_on_primary(self.env, SQL("UPDATE mobile_limit SET ends_at = now() - interval '1 day'"))

    def test_a_large_quota_is_told_in_shares(self):
        with patch.object(self.env.registry['mobile.limit'], '_tell', autospec=True,
                          side_effect=self.Limit._tell.__func__) as tell:
            standings = [self.Limit._take('device', 7) for _number in range(24)]
            self.assertEqual([standing.remaining for standing in standings], list(range(5999, 5975, -1)))
            self.assertEqual([call.args[3] for call in tell.call_args_list], [12, 12])
            self._another_worker()
            self.assertEqual([self.Limit._take('device', 7).remaining for _number in range(12)][-1], 6000 - 36)

    def test_a_large_quota_is_exceeded_by_less_than_a_share(self):
        self._set('device', '1000/60')
        self.assertEqual(self._take('device', 7, 999), 999)
        self._another_worker()
        self.assertEqual(self._take('device', 7, 10), 1 + 1, "the odd one of the first worker was not told yet")

    def test_a_parameter_changes_a_policy(self):
        self._set('otp_address', ' 2 / 60 ')
        standing = self.Limit._take('otp_address', 'a')
        self.assertEqual((standing.quota, standing.window, standing.reset), (2, 60, 60))
        self.assertEqual(self._take('otp_address', 'a', 3), 1)
        for value in ('0/60', '-1/60', '60', '6/0', 'many', '1e3/60', '5/3600; DROP', '٣/60'):
            with self.subTest(value=value), mute_logger('odoo.addons.mobile_crm.models.mobile_limit'):
                self._set('otp_address', value)
                self.assertEqual(self.Limit._policy('otp_address').quota, 5)

    def test_one_host_is_one_subject(self):
        for one, other, is_same in (
            ('192.0.2.1', '192.0.2.1', True), ('192.0.2.1', '192.0.2.2', False),
            ('192.0.2.1', '::ffff:192.0.2.1', True), ('2001:db8::1', '2001:db8::ffff:1', True),
            ('2001:db8::1', '2001:db8:0:1::1', False), (None, '', True),
        ):
            self.assertEqual(self.Limit._network(one) == self.Limit._network(other), is_same, (one, other))
        self.assertEqual(self._take('otp_ip', '2001:db8::1', 60), 60)
        self.assertEqual(self._take('otp_ip', '2001:db8::2', 60), 40)

    def test_no_subject_can_be_read(self):
        self._take('otp_address', '+32475000003')
        rows = execute_on_primary(self.env, SQL('SELECT key, used FROM mobile_limit'))
        self.assertTrue(rows)
        for key, _used in rows:
            self.assertRegex(key, r'^[0-9a-f]{64}$')

    def test_a_worker_remembers_a_bounded_number(self):
        with patch.object(mobile_limit, 'REMEMBERED', 20):
            for subject in range(200):
                self._take('device', subject)
            self.assertLessEqual(len(self.Limit._windows), 20)
            self.assertIn((self.env.cr.dbname, 'device', '199'), self.Limit._windows)

    def test_old_windows_are_forgotten(self):
        self._take('otp_address', 'a')
        self._end_windows()
        self._take('otp_address', 'b')
        self.Limit._gc_windows()
        self.assertEqual(execute_on_primary(self.env, SQL('SELECT used FROM mobile_limit')), [(1,)])

    def test_a_failed_request_counts(self):
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self._take('otp_address', 'a', 5)
            raise ZeroDivisionError
        self._another_worker()
        self.assertEqual(self._take('otp_address', 'a'), 0)

    def test_the_table_is_in_no_write_ahead_log(self):
        self.cr.execute("SELECT relpersistence FROM pg_class WHERE relname = 'mobile_limit'")
        self.assertEqual(self.cr.fetchone(), ('u',))


@tagged('-at_install', 'post_install')
class TestApiLimits(FrameCase):

    def _set(self, **policies):
        for name, value in policies.items():
            self.env['ir.config_parameter'].set_param(f'mobile_crm.limit.{name}', value)

    def assertLimits(self, answer, **remaining):
        """Assert that an answer tells of these limits and no others, and how much is left of each."""
        policies = answer.headers.get('RateLimit-Policy', '')
        self.assertEqual(re.findall(r'"(\w+)";q=\d+;w=\d+(?:, |$)', policies), list(remaining), policies)
        limits = answer.headers.get('RateLimit', '')
        self.assertEqual({name: int(left) for name, left in re.findall(r'"(\w+)";r=(\d+);t=\d+(?:, |$)', limits)},
                         remaining, limits)

    def test_who_counts_for_what(self):
        for operation in OPERATIONS:
            with self.subTest(operation=operation.name):
                expected = {
                    'mobile': ('device',), 'mobile_device': ('device',), 'mobile_till': ('till',),
                    'mobile_app': ('ip',), 'none': ('ip',) if operation.methods != ['GET'] else (),
                }[operation.auth]
                self.assertEqual(operation.limits[:1], expected)
        for path in ('/health', '/openapi.json', '/docs'):
            self.assertLimits(self.client.get(path))

    def test_every_answer_tells(self):
        etag = self.client.get('/me')
        self.assertLimits(etag, device=5999)
        self.assertLimits(self.client.get('/me', headers={'If-None-Match': etag.headers['ETag']}), device=5998)
        self.assertLimits(self.client.request('HEAD', '/me'), device=5997)
        self.assertLimits(self.client.get('/stores/0'), device=5996)
        self.assertLimits(self.client.post('/events', {'events': []}), device=5995)
        self.assertLimits(self.client.request('POST', '/events', data='{'), device=5994)
        with self.handler_does(lambda: 1 / 0), mute_logger('odoo.http'):
            self.assertLimits(self.client.get('/stores'), device=5993)
        self.assertLimits(self.client.post('/auth/logout'), device=5992)
        self.assertLimits(self.client.get('/me'), ip=5999)

    def test_registering_counts_for_its_address(self):
        answer = self.phone_app().register()
        self.assertLimits(answer, ip=5999, register_ip=999)
        self._set(register_ip='2/3600')
        self.assertEqual(self.phone_app().register().status, 201)
        refused = self.phone_app().post('/devices', {'install_id': str(uuid.uuid4()), 'platform': 'ios'})
        self.assertProblem(refused, 429, 'too_many_requests')
        self.assertLimits(refused, register_ip=0)
        self.assertGreater(int(refused.headers['Retry-After']), 3500)
        self.assertEqual(self.client.get('/me').status, 200, "who is signed in is not concerned")

    def test_a_device_has_a_limit_of_its_own(self):
        self._set(device='2/60')
        self.assertLimits(self.client.get('/me'), device=1)
        self.assertLimits(self.client.get('/nope'))
        self.assertLimits(self.client.get('/me'), device=0)
        for refused in (self.client.get('/me'), self.client.post('/events', {'events': []})):
            self.assertProblem(refused, 429, 'too_many_requests')
            self.assertLimits(refused, device=0)
            self.assertIn(int(refused.headers['Retry-After']), (59, 60))
        self.client.access_token = self.phone_of(self.phone).access_token
        self.assertProblem(self.client.get('/me'), 429, 'too_many_requests')
        self.assertEqual(self.phone_of(self.phone_ben).get('/me').status, 200)

    def test_a_refused_request_has_no_effect(self):
        self._set(device='1/60')
        self.client.get('/me')
        self.assertProblem(self.client.post('/auth/logout'), 429, 'too_many_requests')
        self.assertEqual(self.phone.user_id, self.anna_user)

    def test_who_guesses_tokens_is_stopped(self):
        self._set(ip='3/60')
        for header in ('Bearer mca_x', 'Bearer mca_y', ''):
            answer = self.call('GET', '/me', headers={'Authorization': header})
            self.assertEqual(answer.status, 401)
        self.assertLimits(answer, ip=0)
        for path, headers in (('/me', {'Authorization': 'Bearer mca_z'}), ('/me', {})):
            self.assertProblem(self.call('GET', path, headers=headers), 429, 'too_many_requests')
        for body in (BODIES['register_device'], {}):
            self.assertProblem(
                self.call('POST', '/devices', json=body, headers={'X-App-Id': 'x'}), 429, 'too_many_requests')
        self.assertProblem(self.client.refresh(), 429, 'too_many_requests')
        self.assertEqual(self.client.get('/me').status, 200)

    def test_a_limit_in_a_request_that_only_reads(self):
        # At the quota's end nothing is left to a worker's own share: each request writes.
        self._set(device='10/60')
        for left in range(9, -1, -1):
            self.assertLimits(self.client.get('/stores'), device=left)

    def test_a_request_that_lost_a_race_counts_once(self):
        with self.lost_race() as tries:
            self.assertLimits(self.client.patch('/me', {'name': "Anna"}), device=5999)
        self.assertEqual(len(tries), 2)


@tagged('-at_install', 'post_install')
class TestRacing(MobileCommon):

    def test_a_statement_apart_is_read_committed_and_leaves_no_trace(self):
        for _again in range(2):
            [(level,)] = execute_on_primary(self.env, SQL('SHOW transaction_isolation'))
            self.assertEqual(level, 'read committed')
        with self.registry._db.cursor() as cr:
            cr.execute('SHOW transaction_isolation')
            self.assertEqual(cr.fetchone(), ('repeatable read',), "the pool gives connections as Odoo knows them")
            self.assertFalse(cr.connection.autocommit)

    def test_a_statement_apart_is_committed_at_once(self):
        execute_on_primary(self.env, SQL(
            "INSERT INTO mobile_limit (key, used, ends_at) VALUES ('x', 1, now() - interval '1 day')"))
        with self.registry._db.cursor() as cr:
            cr.execute("SELECT used FROM mobile_limit WHERE key = 'x'")
            self.assertEqual(cr.fetchone(), (1,))
        self.env['mobile.limit']._gc_windows()

    def test_a_statement_apart_sees_the_tests_own_data(self):
        with self.enter_registry_test_mode():
            self.assertEqual(
                execute_apart(self.env, SQL('SELECT name FROM mobile_device WHERE id = %s', self.phone.id)),
                [(self.phone.name,)])
            self.assertEqual(execute_apart(self.env, SQL(
                "UPDATE mobile_device SET model = 'X' WHERE id = %s", self.phone.id)), [])
        self.phone.invalidate_recordset()
        self.assertEqual(self.phone.model, 'X')
