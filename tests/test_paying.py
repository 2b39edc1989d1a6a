"""Customers pay their basket on the page for online payments: a browser of a phone's size, and Odoo's demo provider."""

import re

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from devtools.process import wait_until

#: Milliseconds: long enough for a slow machine.
PATIENCE = 30_000
RETURN_URL = 'testshop://paid'


@pytest.fixture(scope='module')
def shop(admin, company_id, app):
    """Make a store and something to buy there, and let customers pay; all of it is put away after the tests."""
    [provider] = admin.call('payment.provider', 'search', [('code', '=', 'demo'), ('company_id', '=', company_id)])
    before = admin.read('payment.provider', provider, 'state', 'is_published', 'allow_tokenization')
    admin.call('payment.provider', 'write', [provider], {
        'state': 'test', 'is_published': True, 'allow_tokenization': True})
    admin.call('mobile.app', 'write', [app['id']], {'return_url': RETURN_URL})
    address = admin.call('res.partner', 'create', {'name': 'Paying Street 1', 'city': 'Berlin'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Paying Store', 'partner_id': address, 'company_id': company_id, 'tz': 'Europe/Berlin',
        'latitude': 52.4, 'longitude': 13.3})
    product = admin.call('product.product', 'create', {
        'name': 'Paid by Phone', 'list_price': 12.5, 'taxes_id': [(5, 0, 0)], 'invoice_policy': 'order'})
    yield {'store': store, 'product': product, 'provider': provider}
    admin.call('product.product', 'write', [product], {'active': False})
    admin.call('mobile.store', 'write', [store], {'active': False})
    admin.call('payment.provider', 'write', [provider], {
        name: before[name] for name in ('allow_tokenization', 'is_published', 'state')})


@pytest.fixture(scope='module')
def chrome(chromium):
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium)
        yield chrome
        chrome.close()


@pytest.fixture
def opened(chrome):
    """Return a function that opens an address in a new browser of a phone's size, or another width."""
    contexts = []

    def open_page(url, width=390):
        context = chrome.new_context(viewport={'width': width, 'height': 844}, locale='en-US')
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def fill(phone, shop):
    """Begin a basket; return the path of its order and its version."""
    answer = phone.send('POST', '/orders', 201, json={
        'store_id': shop['store'], 'lines': [{'product_id': shop['product'], 'quantity': 2}]})
    return f'/orders/{answer.json()["id"]}', answer.headers['ETag']


def begin(phone, path, version, method='online', **values):
    return phone.send('POST', f'{path}/payments', 201, json={'method': method, **values},
                      headers={'If-Match': version}).json()


def pay(page, state, *, save=False):
    """Fill in the demo provider's form, and press the button."""
    option = page.locator('li[name=o_payment_option]', has_text='Demo').first
    option.locator('input[name=o_payment_radio]').check()
    page.fill('#customer_input', '4242 4242 4242 4242')
    page.select_option('#simulated_payment_state', state)
    if save:
        option.locator('input[name=o_payment_tokenize_checkbox]').check()
    page.click('button[name=o_payment_submit_button]')


def wait_until_paid(phone, path):
    """Ask as a phone does, until a payment is settled."""
    wait_until(lambda: phone.get(f'{path}/payments/current')['status'] != 'processing', PATIENCE / 1000, 1)
    current = phone.get(f'{path}/payments/current')
    assert (current['status'], current['state']) == ('paid', 'sold')


def notify(server, reference, state):
    """Tell Odoo how a payment stands, as the provider's notification does."""
    answer = requests.post(f'{server.url}/payment/demo/simulate_payment', timeout=60, json={'params': {
        'reference': reference, 'simulated_state': state, 'payment_details': '4242'}})
    assert 'error' not in answer.json(), answer.text


def reference_of(db, payment):
    with db().cursor() as cursor:
        cursor.execute("""SELECT tx.reference FROM mobile_payment payment
                            JOIN payment_transaction tx ON tx.id = payment.transaction_id
                           WHERE payment.uuid = %s""", (payment['id'],))
        return cursor.fetchone()[0]


def test_pay_and_come_back(opened, customer, shop):
    phone = customer()
    path, version = fill(phone, shop)
    payment = begin(phone, path, version)
    page = opened(payment['redirect_url'])
    expect(page.locator('[name=amount]')).to_have_text(re.compile(r'25[.,]00'))
    assert page.evaluate('document.documentElement.scrollWidth') <= 390, 'the page fits a phone'
    pay(page, 'done')
    page.wait_for_url(re.compile('/mobile/paid/'))
    expect(page.locator('body')).to_contain_text('die Zahlung ist erfolgt')
    button = page.locator('a.button')
    assert button.get_attribute('href') == (
        f'{RETURN_URL}?order_id={path.removeprefix("/orders/")}&payment_id={payment["id"]}&status=paid')
    current = phone.get(f'{path}/payments/current')
    assert (current['status'], current['state']) == ('paid', 'sold')
    assert phone.get(path)['status'] == 'confirmed'


@pytest.mark.parametrize('state', ['cancel', 'error'])
def test_what_comes_to_nothing(opened, customer, shop, state):
    phone = customer()
    path, version = fill(phone, shop)
    payment = begin(phone, path, version)
    page = opened(payment['redirect_url'])
    pay(page, state)
    page.wait_for_url(re.compile('/mobile/paid/'))
    expect(page.locator('body')).to_contain_text('Es wurde nichts bezahlt')
    current = phone.get(f'{path}/payments/{payment["id"]}')
    assert (current['status'], current['state']) == ('failed', 'open')
    assert current['reason']
    # The basket is the customer's again, and can be paid anew.
    assert begin(phone, path, phone.send('GET', path).headers['ETag'])['redirect_url'] != payment['redirect_url']
    page.goto(payment['redirect_url'])
    expect(page.locator('body')).to_contain_text('Es wurde nichts bezahlt')


def test_a_provider_that_takes_its_time(opened, customer, shop, server, db):
    phone = customer()
    path, version = fill(phone, shop)
    payment = begin(phone, path, version)
    page = opened(payment['redirect_url'])
    pay(page, 'pending')
    page.wait_for_url(re.compile('/payment/status'))
    page.click('a.alert-link')
    page.wait_for_url(re.compile('/mobile/paid/'))
    expect(page.locator('body')).to_contain_text('ist unterwegs')
    assert phone.get(f'{path}/payments/current')['status'] == 'processing'
    phone.send('DELETE', f'{path}/payments/current', 409)
    reference = reference_of(db, payment)
    for _time in range(2):
        notify(server, reference, 'done')
    expect(page.locator('body')).to_contain_text('die Zahlung ist erfolgt', timeout=PATIENCE)
    assert phone.get(f'{path}/payments/current')['status'] == 'paid'


def test_two_pages_of_one_payment(opened, customer, shop, server, db):
    """Who pays on one page is not let pay on the other; one that was open before either."""
    phone = customer()
    path, version = fill(phone, shop)
    payment = begin(phone, path, version)
    first, second = opened(payment['redirect_url']), opened(payment['redirect_url'])
    pay(first, 'pending')
    first.wait_for_url(re.compile('/payment/status'))
    pay(second, 'done')
    expect(second.locator('.modal')).to_contain_text('goes on in another window')
    first.close()
    notify(server, reference_of(db, payment), 'done')
    wait_until_paid(phone, path)


def test_save_a_method_and_pay_by_it(opened, customer, shop):
    phone = customer()
    path, version = fill(phone, shop)
    page = opened(begin(phone, path, version)['redirect_url'])
    pay(page, 'done', save=True)
    page.wait_for_url(re.compile('/mobile/paid/'))
    [method] = phone.get('/me/payment-methods')['items']
    assert method['name'].endswith('4242')
    path, version = fill(phone, shop)
    paid = begin(phone, path, version, 'saved', payment_method_id=method['id'])
    assert (paid['status'], paid['state']) == ('paid', 'sold')
    phone.send('DELETE', f'/me/payment-methods/{method["id"]}', 204)
    assert phone.get('/me/payment-methods')['items'] == []


def test_the_log_tells_no_link(opened, customer, shop, server):
    phone = customer()
    path, version = fill(phone, shop)
    payment = begin(phone, path, version)
    token = payment['redirect_url'].rpartition('/')[2]
    opened(payment['redirect_url']).wait_for_selector('#o_payment_form')
    with open(server.log, encoding='utf-8') as log:
        assert token not in log.read()
