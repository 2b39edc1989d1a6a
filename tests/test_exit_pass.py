"""The exit pass: what the documentation says of it is true, and of many gates at once one lets its customer out."""

import base64
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from devtools.paths import REPO
from devtools.people import TIMEOUT

AT_ONCE = 8


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def verify(qr, jwks):
    """Tell whether one of the keys has signed a pass."""
    signed, _dot, signature = qr.rpartition('.')
    key = next((key for key in jwks['keys'] if key['kid'] == qr.split('.')[1]), None)
    try:
        return bool(key) and not Ed25519PublicKey.from_public_bytes(decode(key['x'])).verify(
            decode(signature), signed.encode())
    except (InvalidSignature, ValueError):
        return False


@pytest.fixture(scope='module')
def may_leave():
    """Return the gate's rule as docs/scan-and-go.md has it."""
    text = (REPO / 'docs' / 'scan-and-go.md').read_text(encoding='utf-8')
    [code] = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    namespace = {'verify': verify}
    exec(compile(code, 'docs/scan-and-go.md', 'exec'), namespace)
    return namespace['may_leave']


@pytest.fixture(scope='module')
def shop(admin, company_id):
    """Return a store whose goods nobody counts, something to buy there, and a gate's headers."""
    [company] = admin.call('res.company', 'read', [company_id], ['mobile_audit_first'])
    admin.call('res.company', 'write', [company_id], {'mobile_audit_first': False})
    store = admin.save('mobile.store', {
        'name': 'Exit', 'company_id': company_id, 'latitude': 2, 'longitude': 2, 'tz': 'UTC', 'audit_percent': 0})
    product = admin.save('product.product', {'name': 'Exit spoon', 'list_price': 5, 'taxes_id': [(6, 0, [])]})
    gate = admin.save('mobile.app', {'name': 'Gate', 'kind': 'till', 'company_id': company_id})
    secret = admin.call('mobile.app', 'rotate_secret', [gate])
    yield {'store': store, 'product': product, 'client_id': admin.read('mobile.app', gate, 'client_id')['client_id'],
           'client_secret': secret}
    admin.call('mobile.app', 'write', [gate], {'active': False})
    admin.call('mobile.store', 'write', [store], {'active': False})
    admin.call('res.company', 'write', [company_id], {'mobile_audit_first': company['mobile_audit_first']})


@pytest.fixture(scope='module')
def gate(server, shop):
    """Return a function that asks as the gate, in a connection of its own."""
    token = requests.post(f'{server.url}/mobile/v1/auth/token', timeout=TIMEOUT, json={
        'client_id': shop['client_id'], 'client_secret': shop['client_secret']}).json()['access_token']

    def ask(verb, path, **options):
        return requests.request(verb, f'{server.url}/mobile/v1{path}', timeout=TIMEOUT, headers={
            'Authorization': f'Bearer {token}'}, **options)

    return ask


def buy(admin, phone, shop):
    """Let a customer buy two spoons, and staff note that they are paid; return the pass."""
    order = phone.post('/orders', 201, store_id=shop['store'], lines=[{'product_id': shop['product'], 'quantity': 2}])
    [found] = admin.find('sale.order', [('name', '=', order['name'])], 'name')
    admin.call('sale.order', 'action_confirm', [found['id']])
    return phone.get(f'/orders/{order["id"]}/exit-pass')


def test_the_documented_gate(admin, phone, shop, gate, may_leave):
    jwks = gate('GET', '/till/keys').json()
    shown = buy(admin, phone, shop)
    qr, now, seen = shown['qr'], time.time(), set()
    parts = qr.split('.')
    assert (parts[2], parts[6]) == (shown['code'].replace('-', ''), '2')
    assert not may_leave(qr, jwks, shop['store'] + 1, seen, now)
    assert not may_leave(qr, jwks, shop['store'], seen, now + 900)
    assert not may_leave(qr, jwks, shop['store'], seen, now - 900)
    assert not may_leave(qr, {'keys': []}, shop['store'], seen, now)
    assert not may_leave('.'.join([*parts[:8], str(int(parts[8]) + 900), *parts[9:]]), jwks, shop['store'], seen, now)
    assert not may_leave('', jwks, shop['store'], seen, now)
    assert may_leave(qr, jwks, shop['store'], seen, now)
    assert not may_leave(qr, jwks, shop['store'], seen, now), "a picture of it"


def test_of_many_gates_at_once_one_opens(admin, phone, shop, gate, full):
    def ask(qr):
        return gate('POST', '/till/exits', json={'qr': qr, 'store_id': shop['store']})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(20 if full else 2):
            qr = buy(admin, phone, shop)['qr']
            answers = list(pool.map(ask, [qr] * AT_ONCE))
            assert {answer.status_code for answer in answers} == {200}
            assert Counter(answer.json()['result'] for answer in answers) == {'ok': 1, 'repeated': AT_ONCE - 1}
