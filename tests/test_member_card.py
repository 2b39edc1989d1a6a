"""The member card at the till: what the documentation says of it is true, and two tills at once accept it once."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from devtools.paths import REPO
from devtools.people import TIMEOUT

AT_ONCE = 8
MAX_LINES = 20


@pytest.fixture(scope='module')
def verifier():
    """Return the verifier as docs/api.md has it."""
    text = (REPO / 'docs' / 'api.md').read_text(encoding='utf-8')
    [code] = [block for block in re.findall(r'```python\n(.*?)```', text, re.DOTALL) if 'def member_of' in block]
    assert len([line for line in code.splitlines() if line.strip()]) <= MAX_LINES
    namespace = {}
    exec(compile(code, 'docs/api.md', 'exec'), namespace)
    return namespace['member_of']


@pytest.fixture(scope='module')
def tills(admin, company_id):
    """Make a till of the phones' company, and a till of another; return their fields."""
    other = admin.call('res.company', 'create', {'name': f'Card shop {time.time()}'})
    ids = [admin.call('mobile.app', 'create', {'name': 'Card till', 'kind': 'till', 'company_id': company})
           for company in (company_id, other)]
    yield admin.call('mobile.app', 'read', ids, ['client_id'])
    admin.call('mobile.app', 'write', ids, {'active': False})


@pytest.fixture(scope='module')
def sign_in_till(server, admin):
    """Return a function that signs a till in and returns its HTTP session."""
    def sign_in(app):
        secret = admin.call('mobile.app', 'rotate_secret', [app['id']])
        tokens = requests.post(f'{server.url}/mobile/v1/auth/token', timeout=TIMEOUT, json={
            'client_id': app['client_id'], 'client_secret': secret}).json()
        session = requests.Session()
        session.headers['Authorization'] = f'Bearer {tokens["access_token"]}'
        return session

    return sign_in


def test_the_documented_verifier(server, verifier, phone, tills, sign_in_till):
    jwks, others = (
        sign_in_till(app).get(f'{server.url}/mobile/v1/till/keys', timeout=TIMEOUT).json() for app in tills)
    card = phone.get('/me/card')
    qr, parts = card['qr'], card['qr'].split('.')
    assert verifier(qr, jwks) == card['member_id']
    newer = phone.get('/me/card')['qr'].split('.')
    member = parts[2].translate(str.maketrans('A2', '2A')) if {'A', '2'} & {*parts[2]} else parts[2][::-1]
    wrong = {
        'another shop': verifier(qr, others),
        'no keys': verifier(qr, {'keys': []}),
        'key of another shop under this name': verifier(
            qr, {'keys': [{**others['keys'][0], 'kid': parts[1]}]}),
        'altered member': verifier('.'.join([*parts[:2], member, *parts[3:]]), jwks),
        'altered device': verifier('.'.join([*parts[:3], 'A' * 22, *parts[4:]]), jwks),
        'made later': verifier('.'.join([*parts[:4], str(int(parts[4]) + 30), *parts[5:]]), jwks),
        'other nonce': verifier('.'.join([*parts[:5], newer[5], parts[6]]), jwks),
        'signature of another card': verifier('.'.join([*parts[:6], newer[6]]), jwks),
        'other version': verifier('.'.join(['MC2', *parts[1:]]), jwks),
        'truncated': verifier(qr[:-3], jwks),
        'no signature': verifier('.'.join(parts[:6]), jwks),
        'no card': verifier('7K3M-Q9XT-4HWB-2PDN8', jwks),
        'nothing': verifier('', jwks),
        'a minute later': verifier(qr, jwks, now=int(parts[4]) + 60),
        'a clock a day ahead': verifier(qr, jwks, now=time.time() + 86400),
        'a clock a day behind': verifier(qr, jwks, now=time.time() - 86400),
    }
    assert wrong == dict.fromkeys(wrong)
    assert verifier(qr, jwks, now=int(parts[4]) + 59) == card['member_id']


def test_many_tills_at_once_accept_a_card_once(server, phone, tills, sign_in_till, full):
    till = sign_in_till(tills[0])
    headers = dict(till.headers)

    def scan(qr):
        return requests.post(
            f'{server.url}/mobile/v1/till/members', json={'qr': qr}, headers=headers, timeout=TIMEOUT)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(50 if full else 3):
            card = phone.get('/me/card')
            answers = list(pool.map(scan, [card['qr']] * AT_ONCE))
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [200] + [409] * (AT_ONCE - 1), statuses
            assert {answer.json()['code'] for answer in answers if answer.status_code == 409} == {'card_used'}
            [winner] = [answer.json() for answer in answers if answer.status_code == 200]
            assert winner['member_id'] == card['member_id']


def test_a_signed_out_phone_is_refused_at_once(server, phone, tills, sign_in_till):
    till = sign_in_till(tills[0])
    qr = phone.get('/me/card')['qr']
    phone.send('POST', '/auth/logout', 204, json={})
    answer = till.post(f'{server.url}/mobile/v1/till/members', json={'qr': qr}, timeout=TIMEOUT)
    assert (answer.status_code, answer.json()['code']) == (422, 'card_invalid')
