"""Sign-in under attack, on a server with several workers: guesses, floods, probes and races."""

import itertools
import json
import random
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.people import TIMEOUT
from devtools.process import wait_until

#: Requests at the same moment; the server has four workers.
AT_ONCE = 16
#: More than anybody asks for here, and forgotten at once.
NO_LIMIT = '99999999/1'


@pytest.fixture(autouse=True)
def unlimited(limit):
    """Let this one host, and each phone, do what a thousand would."""
    limit('device', NO_LIMIT)
    limit('ip', NO_LIMIT)


@pytest.fixture(scope='module')
def numbers():
    """Yield Belgian phone numbers that are nobody's, each once."""
    start = random.randrange(10**6)
    return (f'+32470{(start + step) % 10**6:06d}' for step in itertools.count())


@pytest.fixture
def pauses(server):
    """Return a function that tells how often Odoo has paused a request for a lost race since the test began."""
    log = Path(server.log)
    start = log.stat().st_size

    def count():
        with log.open('rb') as file:
            file.seek(start)
            return file.read().count(b'tries left, try again in')

    return count


def post(phone, path, **body):
    """Send a request that may well be refused; return the response."""
    return phone.http.post(phone.base_url + path, json=body, timeout=TIMEOUT)


def at_once(jobs, workers=AT_ONCE):
    """Run functions in parallel; return what each returned."""
    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


def wrong(code):
    return f'{(int(code) + 1) % 10**6:06d}'


def ask(phone, number):
    """Ask for a code; return the challenge's id."""
    return phone.post('/auth/otp', 202, channel='sms', address=number)['challenge_id']


# === GUESSES === #

def test_of_parallel_guesses_five_are_checked(register, numbers, query, read_code, pauses, full):
    install, number = register(), next(numbers)
    challenge = ask(install, number)
    code = read_code(number)

    def guess(attempt):
        # From the sixth on each guess is right, and not one may be found so.
        value = wrong(code) if attempt < 5 else code
        answer = post(install, '/auth/otp/verify', challenge_id=challenge, code=value)
        return answer.status_code, answer.json()['code']

    assert [guess(attempt) for attempt in range(4)] == [(401, 'otp_invalid')] * 4
    # The fifth try is taken by one of many at once, all wrong; the rest are right, and come too late.
    first = at_once([lambda: guess(4)] * AT_ONCE)
    rest = at_once([lambda: guess(5)] * (100_000 if full else 200))
    assert {*first, *rest} == {(401, 'otp_invalid')}
    assert query('SELECT tries FROM mobile_otp WHERE uuid = %s', challenge) == 5
    assert query('SELECT count(*) FROM res_partner WHERE mobile_verified_phone = %s', number) == 0
    assert pauses() == 0


def test_a_right_answer_given_at_once_counts_once(register, numbers, query, read_code, pauses):
    for _round in range(3):
        install, number = register(), next(numbers)
        challenge, code = ask(install, number), read_code(number)
        answers = at_once([lambda install=install, challenge=challenge, code=code: post(
            install, '/auth/otp/verify', challenge_id=challenge, code=code)] * 5)
        won = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(won) == 1
        # Whoever came when the winner was done had a token that was dead by then.
        assert {answer.json()['code'] for answer in answers if answer.status_code != 200} <= {
            'otp_invalid', 'token_invalid'}
        install.keep(won[0])
        assert install.get('/me')['phone'] == number
        assert query('SELECT count(*) FROM res_users WHERE login = %s', number) == 1
    assert pauses() == 0


# === FLOODS === #

def test_no_more_codes_than_the_limits_allow(register, numbers, query, pauses):
    installs, number = [register() for _ in range(4)], next(numbers)
    answers = at_once([lambda install=install: post(install, '/auth/otp', channel='sms', address=number)
                       for install in installs * 6])
    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [429] * 19
    assert query('SELECT count(*) FROM sms_sms WHERE number = %s', number) == 5
    assert query('SELECT count(*) FROM mobile_otp WHERE address = %s', number) == 1
    install, others = register(), [next(numbers) for _ in range(24)]
    answers = at_once([lambda other=other: post(install, '/auth/otp', channel='sms', address=other)
                       for other in others])
    assert sorted(answer.status_code for answer in answers) == [202] * 10 + [429] * 14
    assert pauses() == 0


def test_of_the_codes_of_an_address_one_lives(register, numbers, query, db):
    installs, number = [register() for _ in range(4)], next(numbers)
    challenges = dict(zip(installs, at_once([lambda install=install: ask(install, number) for install in installs]),
                          strict=True))
    with db().cursor() as cursor:
        cursor.execute('SELECT body FROM sms_sms WHERE number = %s', (number,))
        codes = [body.split()[0] for body, in cursor.fetchall()]
    living = query('SELECT uuid FROM mobile_otp WHERE address = %s', number)
    for install, challenge in challenges.items():
        statuses = {post(install, '/auth/otp/verify', challenge_id=challenge, code=code).status_code for code in codes}
        assert (200 in statuses) == (challenge == living)


# === PROBES === #

def test_known_and_unknown_numbers_look_the_same(register, numbers, read_code, limit, full):
    """`./dev bench sign_in` shows that they take the same time, too."""
    known = []
    for _ in range(5):
        install, number = register(), next(numbers)
        install.sign_in('sms', number, read_code)
        known.append(number)
    limit('otp_address', NO_LIMIT)
    limit('otp_device', NO_LIMIT)

    def attempt(install, number):
        """Ask for a code and give a wrong one; return all that can be seen of it."""
        seen = []
        asked = post(install, '/auth/otp', channel='sms', address=number)
        answered = post(install, '/auth/otp/verify', challenge_id=asked.json()['challenge_id'], code='000000')
        for answer in (asked, answered):
            content = re.sub(r'"(challenge_id|request_id)":"[^"]*"', r'"\1":""', answer.text)
            headers = {name: value for name, value in answer.headers.items()
                       if name not in ('X-Request-Id', 'Date', 'RateLimit')}
            seen.append((answer.status_code, content, headers))
        return json.dumps(seen)

    def probe(name, count):
        installs = [register() for _ in range(4)]
        return [lambda number=number, install=install: attempt(install, number)
                for number, install in zip(itertools.islice(name, count), itertools.cycle(installs), strict=False)]

    count = 5_000 if full else 40
    jobs = list(itertools.chain.from_iterable(zip(
        probe(itertools.cycle(known), count), probe(numbers, count), strict=True)))
    # One of a million wrong answers would be right; then it is another story.
    seen = at_once(jobs, workers=4)
    assert len({*seen}) == 1, set(seen)


# === RACES === #

def test_two_first_sign_ins_at_once_are_one_customer(register, numbers, query, read_code, db):
    first, second, number = register(), register(), next(numbers)
    challenge, code = ask(first, number), read_code(number)
    blocker = db(autocommit=False)
    with blocker.cursor() as cursor:
        # The first has taken the address and waits for its account while the second proves it as well.
        cursor.execute('LOCK TABLE res_users IN SHARE ROW EXCLUSIVE MODE')
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(post, first, '/auth/otp/verify', challenge_id=challenge, code=code)
            _until(lambda: _waiting(query) == 1)
            challenge, code = ask(second, number), read_code(number)
            other = pool.submit(post, second, '/auth/otp/verify', challenge_id=challenge, code=code)
            _until(lambda: _waiting(query) == 2)
            blocker.rollback()
            answers = [one.result(), other.result()]
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
    assert answers[0].json()['customer'] == answers[1].json()['customer']
    assert query('SELECT count(*) FROM res_partner WHERE mobile_verified_phone = %s OR phone = %s', number, number) == 1
    assert query('SELECT count(*) FROM res_users WHERE login = %s', number) == 1


def _waiting(query):
    """Return how many connections to this database wait for a lock."""
    return query("""SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'""")


def _until(is_true):
    """Wait for something to happen, for a minute at most."""
    assert wait_until(is_true, 60, 0.01), 'it never happened'


@pytest.mark.parametrize('count', [2, 4])
def test_a_refresh_token_used_at_once(register, count):
    install = register()
    answers = at_once([lambda: post(install, '/auth/refresh', refresh_token=install.refresh_token)] * count)
    pairs = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(pairs) == 2
    assert {answer.json()['code'] for answer in answers if answer.status_code != 200} <= {'token_reused'}
    # The second took the place of the first, as when an answer is lost; a third one ends them all.
    assert sum(_opens(install, pair) for pair in pairs) == (1 if count == 2 else 0)


def _opens(install, pair):
    response = install.http.get(f'{install.base_url}/stores', timeout=TIMEOUT, headers={
        'Authorization': f'Bearer {pair["access_token"]}'})
    return response.status_code == 200


def test_a_refresh_and_the_repetition_of_the_one_before_at_once(register):
    """A thief and the customer: whoever comes first, at most one of them goes on, and no one gets an error of ours."""
    for _round in range(5):
        install = register()
        presented = install.refresh_token
        pair = install.post('/auth/refresh', refresh_token=presented)
        tokens = [presented, pair['refresh_token']]
        answers = at_once([lambda install=install, token=token: post(install, '/auth/refresh', refresh_token=token)
                           for token in tokens])
        # Either the new token was used first, and the repetition was theft; or the other way round.
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        won = next(answer.json() for answer in answers if answer.status_code == 200)
        assert not _opens(install, won)


def test_registering_the_same_install_at_once(register):
    install = register()
    install.install_id = str(uuid.uuid4())
    body = {'install_id': install.install_id, 'platform': 'android'}
    answers = at_once([lambda: post(install, '/devices', **body)] * AT_ONCE)
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert len({answer.json()['device_id'] for answer in answers if answer.status_code != 409}) == 1
    assert sum(_opens(install, answer.json()) for answer in answers if answer.status_code != 409) <= 1
