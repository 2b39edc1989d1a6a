"""A request that is sent again with its key has one effect, whatever happens to it and to the worker that serves it."""

import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from configparser import ConfigParser
from contextlib import contextmanager

import psutil
import pytest
import requests

from devtools.people import TIMEOUT
from devtools.process import wait_until

#: Requests at the same moment; the server has four workers.
AT_ONCE = 8
#: Seconds until a server must have done what it was about to do.
PATIENCE = 30


@pytest.fixture
def phone(register):
    return register()


class Request:
    """A request for a one-time code: it has an effect each time it is done, which is one row and one email.

    :param Phone phone: who asks
    :param connection: to the server's database
    """

    def __init__(self, phone, connection):
        self._phone, self._connection = phone, connection
        self.address = f'{uuid.uuid4().hex}@mobile-crm.example'
        self.key = str(uuid.uuid4())

    def send(self, timeout=TIMEOUT):
        """Send it, as often as one likes."""
        return self._phone.http.post(
            f'{self._phone.base_url}/auth/otp', json={'channel': 'email', 'address': self.address}, timeout=timeout,
            headers={'Idempotency-Key': self.key})

    def settle(self):
        """Send it until it is answered with something else than that it is being worked on."""
        def final():
            answer = self.send()
            if answer.status_code != 409:
                return answer
            assert answer.json()['code'] == 'idempotency_in_progress'
            return None

        answer = wait_until(final, PATIENCE)
        assert answer is not None, 'it is worked on for ever'
        return answer

    @property
    def effects(self):
        """How often it was done."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                """SELECT (SELECT count(*) FROM mobile_otp WHERE address = %(address)s),
                          (SELECT count(*) FROM mail_mail WHERE email_to = %(address)s)""", {'address': self.address})
            codes, mails = cursor.fetchone()
        assert codes == mails
        return codes


@pytest.fixture
def request_(phone, db):
    return Request(phone, db())


def assert_same(answers):
    """Assert that answers are one answer, given anew but for the first, and return it."""
    first = answers[0]
    assert first.status_code == 202, first.text
    for answer in answers:
        assert (answer.status_code, answer.content, answer.headers['X-Request-Id']) == (
            first.status_code, first.content, first.headers['X-Request-Id'])
    return first


def test_one_after_the_other(request_, full):
    answers = [request_.send() for _ in range(5000 if full else 50)]
    assert_same(answers)
    assert [answer.headers.get('Idempotency-Replayed') for answer in answers] == [None] + ['true'] * (len(answers) - 1)
    assert request_.effects == 1


def test_all_at_once(register, db, full):
    connection = db()
    for _ in range(50 if full else 5):
        request_ = Request(register(), connection)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _number, request_=request_: request_.send(), range(100 if full else 20)))
        assert {answer.status_code for answer in answers} <= {202, 409}
        busy = [answer for answer in answers if answer.status_code == 409]
        assert {answer.json()['code'] for answer in busy} <= {'idempotency_in_progress'}
        assert all(answer.headers['Retry-After'] for answer in busy)
        done = [answer for answer in answers if answer.status_code == 202]
        assert [answer.headers.get('Idempotency-Replayed') for answer in done].count(None) == 1
        assert_same([*done, request_.send()])
        assert request_.effects == 1


def test_a_refresh_at_once_gives_one_pair_to_all(phone, full):
    for _ in range(20 if full else 3):
        key, token = str(uuid.uuid4()), phone.refresh_token

        def refresh(_number, key=key, token=token):
            return phone.http.post(f'{phone.base_url}/auth/refresh', json={'refresh_token': token}, timeout=TIMEOUT,
                                   headers={'Idempotency-Key': key})

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(refresh, range(AT_ONCE)))
        done = [answer for answer in answers if answer.status_code == 200]
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert len({answer.content for answer in done}) == 1
        phone.keep(done[0].json())
        phone.get('/stores')


# === THE ANSWER THAT NEVER COMES ===


@contextmanager
def held_up(connection):
    """Let every request for a code wait in the middle of its work, with its key claimed."""
    with connection.cursor() as cursor:
        cursor.execute('LOCK TABLE mobile_otp IN SHARE MODE')
        try:
            yield
        finally:
            connection.rollback()


def wait_until_held_up(connection):
    """Return the process id of the server, once a request of it is held up."""
    def held_up():
        with connection.cursor() as cursor:
            cursor.execute("""SELECT application_name FROM pg_stat_activity
                               WHERE datname = current_database() AND wait_event_type = 'Lock'
                                 AND query ILIKE '%mobile_otp%'""")
            return cursor.fetchone()

    row = wait_until(held_up, PATIENCE, 0.02)
    assert row, 'no request is held up'
    # Its workers are called like it.
    return int(row[0].removeprefix('odoo-'))


def busy_worker(server, connection):
    """Return the only worker that has a request at hand, one that is held up."""
    config = ConfigParser()
    config.read(server.config)
    port = config.getint('options', 'http_port')
    main = psutil.Process(wait_until_held_up(connection))
    assert server.config in ' '.join(main.cmdline())
    [worker] = [
        child for child in main.children()
        if any(connected.laddr.port == port and connected.status == psutil.CONN_ESTABLISHED
               for connected in child.net_connections('tcp'))
    ]
    return worker


def test_while_the_first_runs(request_, db):
    with ThreadPoolExecutor(1) as pool:
        with held_up(db(autocommit=False)):
            first = pool.submit(request_.send)
            wait_until_held_up(db())
            for _ in range(3):
                busy = request_.send(timeout=PATIENCE)
                assert (busy.status_code, busy.json()['code']) == (409, 'idempotency_in_progress')
            assert not first.done()
        first = first.result()
    assert_same([first, request_.send()])
    assert request_.effects == 1


def test_a_phone_that_hangs_up(request_, db, full):
    with held_up(db(autocommit=False)):
        with pytest.raises(requests.exceptions.ReadTimeout):
            request_.send(timeout=0.5)
        wait_until_held_up(db())
    answer = request_.settle()
    assert answer.headers['Idempotency-Replayed'] == 'true'
    assert_same([answer, *(request_.send() for _ in range(5000 if full else 5))])
    assert request_.effects == 1


def test_a_worker_that_is_killed(server, request_, db, full):
    with ThreadPoolExecutor(1) as pool, held_up(db(autocommit=False)):
        first = pool.submit(request_.send)
        busy_worker(server, db()).kill()
        wait([first], PATIENCE)
        assert isinstance(first.exception(), requests.exceptions.ConnectionError)
        assert request_.effects == 0
    # The dead worker's transaction ends with its connection, and takes the claim along.
    answer = request_.settle()
    assert 'Idempotency-Replayed' not in answer.headers
    assert_same([answer, *(request_.send() for _ in range(5000 if full else 5))])
    assert request_.effects == 1
