"""Customers, providers, tills and clocks do at once what ought to come one after the other, on a server with several
workers: one order, one charge, or one clear refusal. Afterwards money and ledger agree."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from devtools.people import TIMEOUT, Till
from devtools.process import wait_until

#: Requests at the same moment; the server has four workers.
AT_ONCE = 4
PRICE = '100.00'
#: Seconds until a payment is settled.
PATIENCE = 30


def at_once(*jobs):
    """Run functions in parallel; return what each returned."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


class Payer:
    """A customer who pays a basket with their phone, and the browser that opens the page.

    :ivar str order: the basket's id, as phones know it
    :ivar int sale: the number of its sales order
    """

    def __init__(self, phone, shop, server, query):
        self.phone, self.shop, self.server, self.query = phone, shop, server, query
        self.order = self.sale = self.version = None

    def fill(self, **values):
        """Begin a basket."""
        answer = self.phone.send('POST', '/orders', 201, json={
            'store_id': self.shop['store'], 'lines': [{'product_id': self.shop['product'], 'quantity': 1}], **values})
        self.order, self.version = answer.json()['id'], answer.headers['ETag']
        self.sale = self.query('SELECT order_id FROM mobile_basket ORDER BY id DESC LIMIT 1')
        return self

    def ask(self, verb, path, phone=None, **options):
        """Send a request that may be refused, again and again while Odoo says that somebody was faster."""
        phone = phone or self.phone
        while True:
            answer = phone.http.request(verb, f'{phone.base_url}/orders/{self.order}{path}', timeout=TIMEOUT, **options)
            assert answer.status_code < 500, answer.text
            if answer.status_code != 409 or answer.json()['code'] not in ('conflict', 'idempotency_in_progress'):
                return answer

    def pay(self, method='online', key=None, phone=None):
        """Begin to pay."""
        return self.ask('POST', '/payments', phone, json={'method': method}, headers={
            'If-Match': self.version, **({'Idempotency-Key': key} if key else {})})

    def poll(self, *wanted):
        """Ask how the payment stands until it is as wanted: for some seconds the phone leaves that to the page."""
        def status():
            answer = self.ask('GET', '/payments/current')
            assert answer.status_code == 200, answer.text
            return answer.json()['status']
        wait_until(lambda: status() in wanted, PATIENCE, 0.5)
        return status()

    def open_page(self, payment, browser=None):
        """Begin a transaction on the page of a payment; return its reference, or None when it may not be."""
        browser = browser or requests.Session()
        address = self.server.url + urlsplit(payment['redirect_url']).path
        assert browser.get(address, timeout=TIMEOUT).status_code == 200
        answer = browser.post(f'{address}/transaction', timeout=TIMEOUT, json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'provider_id': self.shop['provider'], 'payment_method_id': self.shop['method'], 'token_id': None,
                'flow': 'direct', 'tokenization_requested': False}}).json()
        return answer.get('result', {}).get('reference')

    def notify(self, reference, state='done'):
        """Let the provider tell what has become of a transaction."""
        answer = requests.post(f'{self.server.url}/payment/demo/simulate_payment', timeout=TIMEOUT, json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'reference': reference, 'simulated_state': state, 'payment_details': '4242'}}).json()
        return 'error' not in answer

    def stands(self):
        """Return the states of the basket and its order, and how many payments came."""
        return (
            self.query('SELECT state FROM mobile_basket WHERE order_id = %s', self.sale),
            self.query('SELECT state FROM sale_order WHERE id = %s', self.sale),
            self.query("""SELECT count(*) FROM payment_transaction tx JOIN sale_order_transaction_rel rel
                              ON rel.transaction_id = tx.id WHERE rel.sale_order_id = %s AND tx.state = 'done'""",
                       self.sale))


@pytest.fixture(scope='module')
def shop(admin, company_id):
    """Make a store, a product, a coupon program and two tills of our own, and let the demo provider take payments."""
    address = admin.call('res.partner', 'create', {'name': 'Payment address'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Payment store', 'partner_id': address, 'tz': 'UTC', 'latitude': -74.1, 'longitude': 113.35,
        'company_id': company_id})
    [provider] = admin.find('payment.provider', [('code', '=', 'demo'), ('company_id', '=', company_id)],
                            'payment_method_ids')
    admin.call('payment.provider', 'write', [provider['id']], {'state': 'test', 'is_published': True})
    methods = admin.find('payment.method', [('id', 'in', provider['payment_method_ids'])], 'is_primary')
    program = admin.call('loyalty.program', 'create', {
        'name': 'Payment program', 'program_type': 'coupons', 'company_id': company_id, 'applies_on': 'current',
        'trigger': 'with_code', 'rule_ids': [(5, 0, 0)],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})]})
    return {
        'store': store, 'provider': provider['id'], 'method': methods[0]['id'], 'program': program,
        'product': admin.call('product.product', 'create', {
            'name': 'Payment product', 'list_price': 100.0, 'taxes_id': [], 'invoice_policy': 'order'})}


@pytest.fixture(scope='module')
def tills(server, admin, company_id):
    """Return two tills, signed in."""
    made = []
    for name in ('Payment till 1', 'Payment till 2'):
        till = admin.call('mobile.app', 'create', {'name': name, 'kind': 'till', 'company_id': company_id})
        client_id = admin.read('mobile.app', till, 'client_id')['client_id']
        made.append(Till(f'{server.url}/mobile/v1', client_id, admin.call('mobile.app', 'rotate_secret', [till])))
    return made


@pytest.fixture
def payer(customer, shop, server, query):
    """Return a function that returns a new customer with a basket."""
    return lambda **values: Payer(customer(), shop, server, query).fill(**values)


@pytest.fixture
def findings(admin):
    """Return a function that lets everything be checked, and returns what is wrong with an order."""
    def check(payer):
        admin.call('mobile.reconciliation', 'action_reconcile')
        return {row['kind'] for row in admin.find('mobile.reconciliation', [
            ('order_id', '=', payer.sale), ('state', '=', 'open')], 'kind')}
    return check


def make_coupon(admin, shop, payer):
    partner = payer.query('SELECT partner_id FROM mobile_device ORDER BY id DESC LIMIT 1')
    card = admin.call('loyalty.card', 'create', {
        'program_id': shop['program'], 'partner_id': partner, 'points': 1, 'holder_only': True})
    return admin.read('loyalty.card', card, 'code', 'mobile_uuid')


def ask_till(till, verb, path, **body):
    """Send a till's request that may be refused; return the response."""
    while True:
        answer = requests.request(verb, f'{till.base_url}/till{path}', headers=till.headers, json=body, timeout=TIMEOUT)
        assert answer.status_code < 500, answer.text
        if answer.status_code != 409 or answer.json()['code'] != 'conflict':
            return answer


# === ONE CUSTOMER === #

def test_taps_at_once_are_one_payment(payer, findings):
    """With the same key, with different ones, and without: after a lost answer the next one says the same."""
    payer, key = payer(), str(uuid.uuid4())
    answers = at_once(*(lambda key=key: payer.pay(key=key) for key in (key, key, None, str(uuid.uuid4()))))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()['id'] for answer in answers}) == 1
    again = payer.pay(key=key)
    assert again.json() == answers[0].json()
    references = at_once(*[lambda: payer.open_page(again.json())] * AT_ONCE)
    begun = [reference for reference in references if reference]
    assert len(begun) == 1, 'one window pays'
    assert payer.notify(begun[0])
    assert payer.poll('paid') == 'paid'
    assert payer.stands() == ('sold', 'sale', 1)
    assert payer.pay().json()['id'] == again.json()['id'], 'said once more, when all is over'
    assert payer.stands() == ('sold', 'sale', 1)
    assert not findings(payer)


def test_two_phones_of_one_customer(customer, numbers, shop, server, query, findings):
    number = next(numbers)
    phones = [customer(number), customer(number)]
    first = Payer(phones[0], shop, server, query).fill()
    second = phones[1].http.post(f'{phones[1].base_url}/orders', timeout=TIMEOUT, json={
        'store_id': shop['store'], 'lines': [{'product_id': shop['product'], 'quantity': 1}]})
    assert second.json()['code'] == 'basket_exists'
    answers = at_once(*(lambda phone=phone: first.pay(phone=phone) for phone in phones * 2))
    codes = [answer.json().get('code') for answer in answers if answer.status_code != 201]
    assert set(codes) <= {'basket_locked', 'basket_changed'}
    begun = [answer.json() for answer in answers if answer.status_code == 201]
    assert len({payment['id'] for payment in begun}) == 1
    assert first.notify(first.open_page(begun[0]))
    assert first.poll('paid') == 'paid'
    assert first.stands() == ('sold', 'sale', 1)
    assert not findings(first)


# === THE PROVIDER === #

def test_the_provider_tells_many_times_while_the_phone_asks(payer, findings, full):
    for _round in range(10 if full else 2):
        one = payer()
        payment = one.pay().json()
        reference = one.open_page(payment)
        landing = one.query('SELECT landing_route FROM payment_transaction WHERE reference = %s', reference)
        at_once(
            *[lambda one=one, reference=reference: one.notify(reference)] * 2,
            *[one.poll] * 3,
            *[lambda one=one, landing=landing: requests.get(one.server.url + landing, timeout=TIMEOUT)] * 2)
        assert one.notify(reference)
        assert one.poll('paid') == 'paid'
        assert one.stands() == ('sold', 'sale', 1)
        assert one.query('SELECT count(*) FROM mobile_exit_pass pass JOIN mobile_basket basket ON '
                         'basket.id = pass.basket_id WHERE basket.order_id = %s', one.sale) == 1
        assert not findings(one)


def test_money_that_comes_after_the_basket_was_given_up(payer, db, findings):
    """It still is what was paid for, so the customer has it."""
    payer = payer()
    reference = payer.open_page(payer.pay().json())
    with db().cursor() as cursor:
        cursor.execute("""UPDATE mobile_payment SET expires_at = now() - interval '1 day', claimed_at = now() - interval
                          '1 day' WHERE order_id = %s""", [payer.sale])
    assert payer.poll('expired') == 'expired'
    version = payer.ask('GET', '').headers['ETag']
    assert payer.ask('DELETE', '', headers={'If-Match': version}).status_code == 204
    assert payer.stands()[:2] == ('cancelled', 'cancel')
    assert payer.notify(reference)
    assert payer.poll('paid', 'refund_due') in ('paid', 'refund_due')
    state, order, paid = payer.stands()
    assert (state, order, paid) in (('sold', 'sale', 1), ('cancelled', 'cancel', 1))
    assert findings(payer) == (set() if state == 'sold' else {'paid_late'})


def test_money_for_a_basket_that_has_changed_since_is_returned(payer, db, findings):
    payer = payer()
    reference = payer.open_page(payer.pay().json())
    with db().cursor() as cursor:
        cursor.execute("UPDATE mobile_payment SET expires_at = now() - interval '1 day' WHERE order_id = %s", [
            payer.sale])
    assert payer.poll('expired') == 'expired'
    version = payer.ask('GET', '').headers['ETag']
    changed = payer.ask('POST', '/lines', headers={'If-Match': version}, json={
        'lines': [{'product_id': payer.shop['product'], 'quantity': 1}]})
    assert changed.status_code == 200, changed.text
    assert payer.notify(reference)
    assert payer.poll('refund_due') == 'refund_due'
    assert payer.stands() == ('open', 'draft', 1)
    assert findings(payer) == {'amount_differs'}, 'until it was returned'


# === PRICES AND COUPONS === #

def test_a_price_that_changes_meanwhile(payer, admin, shop, findings):
    """Before the payment begins the customer is told; from then on they pay what they have seen."""
    early, late = payer(), payer()
    payment = early.pay().json()
    admin.call('product.product', 'write', [shop['product']], {'list_price': 120.0})
    try:
        assert early.notify(early.open_page(payment))
        assert early.poll('paid') == 'paid'
        assert early.phone.get(f'/orders/{early.order}')['total']['amount'] == PRICE
        refused = late.pay()
        assert (refused.status_code, refused.json()['code']) == (412, 'basket_changed')
        seen = late.ask('GET', '')
        assert seen.json()['total']['amount'] == '120.00'
        late.version = seen.headers['ETag']
        assert late.pay().json()['amount']['amount'] == '120.00'
    finally:
        admin.call('product.product', 'write', [shop['product']], {'list_price': 100.0})
    assert not findings(early)


def test_a_coupon_that_is_wanted_elsewhere(customer, shop, server, query, admin, tills, findings, full):
    for number in range(10 if full else 2):
        payer = Payer(customer(), shop, server, query)
        coupon = make_coupon(admin, shop, payer)
        payer.fill(offer_ids=[coupon['mobile_uuid']])

        def redeem(coupon=coupon, number=number):
            held = ask_till(tills[0], 'POST', '/redemptions', code=coupon['code'], store_id=shop['store'],
                            order_ref=f'R-{number}', amount='100.00')
            if held.status_code == 201:
                ask_till(tills[0], 'POST', f'/redemptions/{held.json()["id"]}/confirm')
            return held

        begun, held = at_once(payer.pay, redeem)
        assert (begun.status_code == 201) != (held.status_code == 201), (begun.text, held.text)
        if begun.status_code != 201:
            assert begun.json()['code'] == 'basket_changed'
            seen = payer.ask('GET', '')
            assert seen.json()['total']['amount'] == PRICE, 'it fell off'
            payer.version = seen.headers['ETag']
            begun = payer.pay()
        else:
            assert held.json()['code'] in ('coupon_held', 'coupon_redeemed')
        assert payer.notify(payer.open_page(begun.json()))
        assert payer.poll('paid') == 'paid'
        assert payer.stands() == ('sold', 'sale', 1)
        assert query("""SELECT count(*) FROM mobile_redemption row JOIN loyalty_card card ON card.id = row.card_id
                         WHERE card.code = %s AND row.state = 'confirmed'""", coupon['code']) == 1
        assert not findings(payer)


# === THE TILL === #

def test_tills_want_the_same_basket(payer, tills, shop, findings):
    payer = payer()
    begun = payer.pay('at_till').json()
    code, currency = begun['till_code'], begun['amount']['currency']
    answers = at_once(*(lambda till=till: ask_till(
        till, 'POST', '/orders/scan', code=code, store_id=shop['store']) for till in tills * 2))
    has_it = {id(till) for till, answer in zip(tills * 2, answers, strict=True) if answer.status_code == 200}
    assert len(has_it) == 1
    assert {answer.json()['code'] for answer in answers if answer.status_code != 200} == {'basket_claimed'}
    [till] = [till for till in tills if id(till) in has_it]
    paid = at_once(*(lambda till=till: ask_till(
        till, 'POST', f'/orders/{payer.order}/paid', order_ref='R-1', amount={'amount': PRICE, 'currency': currency})
        for till in tills * 2))
    assert {answer.status_code for till_, answer in zip(tills * 2, paid, strict=True) if till_ is till} == {200}
    assert {answer.json().get('code') for till_, answer in zip(tills * 2, paid, strict=True) if till_ is not till} == {
        'basket_claimed'}
    assert payer.stands() == ('sold', 'sale', 0)
    assert not findings(payer)


def test_the_customer_takes_back_what_a_till_scans(payer, tills, shop, findings, full):
    for _round in range(10 if full else 2):
        one = payer()
        code = one.pay('at_till').json()['till_code']
        back, scanned = at_once(
            lambda one=one: one.ask('DELETE', '/payments/current'),
            lambda code=code: ask_till(tills[0], 'POST', '/orders/scan', code=code, store_id=shop['store']))
        assert (back.status_code == 200) != (scanned.status_code == 200), (back.text, scanned.text)
        assert one.stands()[0] == ('open' if back.status_code == 200 else 'at_till')
        if scanned.status_code == 200:
            assert back.json()['code'] == 'basket_locked'
            ask_till(tills[0], 'POST', f'/orders/{one.order}/release')
            assert one.stands()[0] == 'open'
        assert not findings(one)
