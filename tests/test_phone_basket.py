"""Scan and go in the web app, as customers do it with their fingers; with what goes wrong on the way."""

import re

import pytest
from playwright.sync_api import expect

from tests import phone_shop
from tests.phone_shop import MUG, STORE, TEA, Shopper, pay_on_page


@pytest.fixture(scope='module')
def shop(admin, company_id, app):
    with phone_shop.opened(admin, company_id, app) as shop:
        yield shop


@pytest.fixture(scope='module')
def shopper(server, admin, shop, numbers):
    """Return a customer whom all tests share. Each begins with an empty basket."""
    return Shopper(server, admin, shop, next(numbers))


@pytest.fixture
def open_app(browse, shopper):
    """Return a function that opens a page in the shared customer's browser; without the worker, tests play network."""
    def open_app(path):
        phone = browse(service_workers='block')
        phone.sign_in(shopper.phone)
        return phone.open(path)

    return open_app


def scan(page, code):
    """Type what the camera would read."""
    page.get_by_label('Or type the code').fill(code)
    page.get_by_role('button', name='Go', exact=True).click()


def comes_to(page, amount):
    """Expect this total, in whatever currency the company has."""
    expect(page.locator('.totals .total dd')).to_have_text(re.compile(f'{re.escape(amount)}$'))


def pay_button(page, amount):
    return page.get_by_role('button', name=re.compile(f'^Pay \\D*{re.escape(amount)}$'))


def test_scan_pay_and_leave(open_app, shopper):
    shopper.empty()
    shopper.give_coupon()
    page = open_app('/scan?for=basket')
    scan(page, MUG)
    sheet = page.get_by_role('dialog', name='Which store are you in?')
    sheet.get_by_label('Name or street').fill(STORE)
    sheet.get_by_role('button', name=STORE).click()
    page.get_by_role('link', name='Go to the basket').click()
    comes_to(page, '20.00')
    page.get_by_role('button', name='One more of Phone mug').click()
    page.get_by_role('button', name='Use it').click()
    comes_to(page, '34.00')
    expect(page.get_by_text('Counts on this basket')).to_be_visible()
    pay_button(page, '34.00').click()
    page.get_by_role('button', name='Pay on this phone').click()
    page.wait_for_url(re.compile('/mobile/pay/'))
    pay_on_page(page)
    expect(page.get_by_role('heading', name='Paid. Show this at the door.')).to_be_visible(timeout=30_000)
    expect(page.get_by_role('img', name='Your exit pass, for the gate to scan')).to_be_visible()
    code = page.locator('.letters').inner_text()
    assert re.fullmatch(r'[0-9A-Z]{4}-[0-9A-Z]{4}', code)
    # At the door there is no network.
    page.context.set_offline(True)
    page.get_by_role('link', name='Scan', exact=True).click()
    page.get_by_role('link', name='Basket').click()
    page.get_by_role('link', name='Your exit pass').click()
    expect(page.locator('.letters')).to_have_text(code)
    expect(page.get_by_text('Items: 2')).to_be_visible()
    page.context.set_offline(False)
    # As it goes, all that is below it moves up, also from under a finger.
    expect(page.locator('.offline-bar')).to_have_count(0)
    page.get_by_role('link', name='Show the purchase').click()
    expect(page.get_by_role('heading', name='Coupons you used')).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role('button', name='Receipt').click()
        page.get_by_role('link', name='Save').click()
    assert re.fullmatch(r'Receipt \w+\.pdf', download.value.suggested_filename)
    assert download.value.path().read_bytes().startswith(b'%PDF')


def test_pay_at_the_till(open_app, shopper, server, shop):
    order = shopper.fill('mug', 'tea')
    page = open_app('/basket/pay')
    # Whoever taps twice means one payment.
    begun = []
    page.on('request', lambda request: begun.append(request.url) if request.method == 'POST' else None)
    page.get_by_role('button', name='Pay at the till').dblclick()
    code = page.locator('.letters')
    expect(code).to_have_text(re.compile(r'^[0-9A-Z]{4}-[0-9A-Z]{4}$'))
    assert len([url for url in begun if url.endswith('/payments')]) == 1
    # In the middle of it the page is loaded anew.
    text = code.inner_text()
    page.reload()
    expect(code).to_have_text(text)
    assert shopper.payments(order) == 1
    till = phone_shop.till(server, shop)
    taken = till.post('/till/orders/scan', code=text, store_id=shop['store'])
    expect(page.get_by_role('heading', name='The till has your basket')).to_be_visible()
    till.post(f'/till/orders/{taken["id"]}/paid', order_ref=f'T-{taken["name"]}', amount=taken['total'])
    page.wait_for_url(re.compile(f'/purchases/{order["id"]}$'))
    comes_to(page, '24.50')


def test_take_a_payment_back(open_app, shopper):
    order = shopper.fill('tea')
    page = open_app('/basket/pay')
    page.get_by_role('button', name='Pay at the till').click()
    page.get_by_role('button', name='Take the payment back').click()
    expect(page.get_by_role('heading', name='To pay')).to_be_visible()
    assert shopper.phone.get(f'/orders/{order["id"]}')['basket']['state'] == 'open'


def test_a_scan_whose_answer_is_lost_counts_once(open_app, shopper, shop):
    shopper.fill('mug')
    page = open_app('/scan?for=basket')
    lost = []

    def lose_the_answer(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort('connectionreset')

    page.route('**/orders/*/lines', lose_the_answer)
    scan(page, TEA)
    section = page.get_by_role('region', name='Your basket')
    expect(section).to_contain_text(re.compile('Phone tea . 1'))
    assert lost == [200], 'the server has put it in'
    scan(page, TEA)
    expect(section).to_contain_text(re.compile('Phone tea . 2'))
    assert shopper.quantities() == {shop['mug']: 1, shop['tea']: 2}


def test_no_answer_at_all(open_app, shopper, shop):
    """The customer is told, and scans again: what was put in after all is not put in a second time."""
    shopper.fill('mug')
    page = open_app('/scan?for=basket')
    expect(page.get_by_role('link', name='Go to the basket')).to_contain_text('20.00')

    def lose_each(route):
        route.fetch()
        route.abort('connectionreset')

    page.route('**/orders/*/lines', lose_each)
    scan(page, TEA)
    expect(page.get_by_text('This needs the network. Please try again.')).to_be_visible(timeout=15_000)
    page.unroute('**/orders/*/lines')
    scan(page, TEA)
    expect(page.get_by_role('region', name='Your basket')).to_contain_text('Phone tea')
    assert shopper.quantities() == {shop['mug']: 1, shop['tea']: 1}


def test_the_price_changes_on_the_way_to_paying(open_app, shopper, shop, admin):
    order = shopper.fill('mug')
    page = open_app('/basket/pay')
    expect(page.locator('.pay-total')).to_have_text(re.compile(r'20.00$'))
    admin.call('product.product', 'write', [shop['mug']], {'list_price': 25})
    try:
        page.get_by_role('button', name='Pay at the till').click()
        expect(page.get_by_role('alert')).to_contain_text('Your basket has changed')
        expect(page.locator('.pay-total')).to_have_text(re.compile(r'25.00$'))
        assert shopper.payments(order) == 0
        page.get_by_role('link', name='Look at the basket again').click()
        expect(page.get_by_text(re.compile('Costs more now. It was \\D*20.00.'))).to_be_visible()
    finally:
        admin.call('product.product', 'write', [shop['mug']], {'list_price': phone_shop.PRICES['mug']})


def test_another_phone_fills_it_too(open_app, shopper, shop):
    order = shopper.fill('mug')
    page = open_app('/basket')
    comes_to(page, '20.00')
    other = shopper.another()
    other.send('POST', f'/orders/{order["id"]}/lines', json={'lines': [{'product_id': shop['tea']}]},
               headers={'If-Match': f'"{order["basket"]["version"]}"'})
    # What this phone shows is old by now. Neither phone loses what it has done.
    page.get_by_role('button', name='One more of Phone mug').click()
    expect(page.get_by_role('heading', name='Phone tea')).to_be_visible()
    comes_to(page, '44.50')
    assert shopper.quantities() == {shop['mug']: 2, shop['tea']: 1}


def test_take_out_and_undo(open_app, shopper, shop):
    shopper.fill('mug', 'tea')
    page = open_app('/basket')
    page.get_by_role('button', name='Take out Phone tea').click()
    comes_to(page, '20.00')
    page.get_by_role('button', name='Undo').click()
    comes_to(page, '24.50')
    for _tap in range(3):
        page.get_by_role('button', name='One more of Phone tea').click()
    comes_to(page, '38.00')
    assert shopper.quantities() == {shop['mug']: 1, shop['tea']: 4}
    page.get_by_role('button', name='Empty the basket').click()
    page.get_by_role('button', name='Empty it').click()
    expect(page.get_by_role('link', name='Start scanning')).to_be_visible()
    assert not shopper.phone.get('/orders', status='basket')['items']


def test_the_bank_refuses(open_app, shopper):
    order = shopper.fill('mug')
    page = open_app('/basket/pay')
    page.get_by_role('button', name='Pay on this phone').click()
    page.wait_for_url(re.compile('/mobile/pay/'))
    pay_on_page(page, 'error')
    expect(page.get_by_role('alert')).to_contain_text('Nothing has been paid', timeout=30_000)
    page.get_by_role('link', name='Back to the basket').click()
    expect(pay_button(page, '20.00')).to_be_enabled()
    assert shopper.phone.get(f'/orders/{order["id"]}')['basket']['state'] == 'open'


def test_a_colleague_looks_first(open_app, shopper, admin):
    order = shopper.fill('gin')
    page = open_app('/basket')
    expect(page.get_by_role('img', name='Your basket, for the colleague to scan')).to_be_visible()
    expect(page.get_by_role('button', name='A colleague looks first')).to_be_disabled()
    [check] = admin.find('mobile.basket.check', [('order_id.name', '=', order['name']), ('state', '=', 'open')])
    admin.call('mobile.basket.check', 'action_approve', [check['id']])
    expect(pay_button(page, '30.00')).to_be_enabled(timeout=10_000)


def test_without_the_network(open_app, shopper):
    shopper.fill('mug')
    page = open_app('/basket')
    comes_to(page, '20.00')
    page.context.set_offline(True)
    expect(pay_button(page, '20.00')).to_be_disabled()
    page.get_by_role('link', name='Near me').click()
    page.get_by_role('link', name='Scan', exact=True).click()
    page.get_by_role('link', name='Basket').click()
    expect(page.get_by_text('as this phone knew it last')).to_be_visible()
    comes_to(page, '20.00')


def test_a_coupon_is_taken_along_to_the_basket(open_app, shopper):
    """From the wallet it counts at once, with nothing in the basket as soon as there is; left out, it stays out."""
    shopper.empty()
    offer = shopper.give_coupon()
    page = open_app(f'/offers/{offer}')
    page.get_by_role('link', name='Use it in the basket').click()
    expect(page.get_by_text('is used as soon as it counts on what is in your basket')).to_be_visible()
    shopper.fill('mug')
    with page.expect_response(lambda answer: answer.request.method == 'PATCH' and answer.ok):
        page.evaluate('() => { document.dispatchEvent(new Event("visibilitychange")); }')
    comes_to(page, '17.00')
    expect(page.get_by_text('Counts on this basket')).to_be_visible()
    page.get_by_role('button', name='Leave out').click()
    comes_to(page, '20.00')
    page.get_by_role('link', name='Scan the next one').last.click()
    page.get_by_role('button', name='Back').click()
    comes_to(page, '20.00')
    expect(page.get_by_role('button', name='Use it').first).to_be_visible()


def test_a_basket_that_is_not_kept_says_that_it_needs_the_network(open_app, shopper):
    page = open_app('/scan')
    page.context.set_offline(True)
    page.get_by_role('link', name='Basket').click()
    expect(page.get_by_text('Your basket needs the network.')).to_be_visible()
