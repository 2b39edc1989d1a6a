"""Limits hold for all workers together."""

from concurrent.futures import ThreadPoolExecutor

from devtools.people import TIMEOUT

#: Requests at the same moment; the server has four workers.
AT_ONCE = 8
WORKERS = 4


def ask(phone, count):
    """Send so many requests at once; return the answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(
            lambda _number: phone.http.get(f'{phone.base_url}/stores?limit=1', timeout=TIMEOUT), range(count)))


def passed(answers):
    """Return how many were let pass; the others were told to wait."""
    assert {answer.status_code for answer in answers} <= {200, 429}
    for answer in answers:
        assert answer.headers['RateLimit'].startswith('"device";r=')
        if answer.status_code == 429:
            assert answer.json()['code'] == 'too_many_requests'
            assert 0 < int(answer.headers['Retry-After']) <= 600
    return sum(answer.status_code == 200 for answer in answers)


def test_a_small_quota_is_exact(register, limit):
    phone, other = register(), register()
    limit('device', '10/600')
    answers = ask(phone, 40)
    assert passed(answers) == 10
    left = sorted(answer.headers['RateLimit'].partition('r=')[2].partition(';')[0]
                  for answer in answers if answer.status_code == 200)
    assert left == [str(number) for number in range(10)]
    assert passed(ask(phone, 8)) == 0
    assert passed(ask(other, 12)) == 10


def test_a_large_quota_is_exceeded_by_less_than_each_workers_share(register, limit, full):
    phone = register()
    quota = 5000 if full else 1000
    limit('device', f'{quota}/600')
    assert quota <= passed(ask(phone, quota + 100)) <= quota + WORKERS * (quota // 500 - 1)
    assert passed(ask(phone, 8)) == 0
