"""Purchases in the web app: what was bought, with its receipt, and bought again."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests import phone_shop
from tests.phone_shop import STORE, Shopper


@pytest.fixture(scope='module')
def shop(admin, company_id, app):
    with phone_shop.opened(admin, company_id, app) as shop:
        yield shop


@pytest.fixture(scope='module')
def shopper(server, admin, shop, numbers):
    return Shopper(server, admin, shop, next(numbers))


@pytest.fixture(scope='module')
def bought(server, shop, shopper):
    """Return two purchases of theirs, the newest last, paid at the till."""
    orders, till = [], phone_shop.till(server, shop)
    for names in (('mug', 'tea'), ('tea',)):
        order = shopper.fill(*names)
        payment = shopper.phone.send(
            'POST', f'/orders/{order["id"]}/payments', 201, json={'method': 'at_till'},
            headers={'If-Match': f'"{order["basket"]["version"]}"'}).json()
        taken = till.post('/till/orders/scan', code=payment['till_code'], store_id=shop['store'])
        till.post(f'/till/orders/{taken["id"]}/paid', order_ref=f'T-{taken["name"]}', amount=taken['total'])
        orders.append(order)
    return orders


@pytest.fixture
def open_app(browse, shopper, bought):
    """Return a function that opens a page in the shared customer's browser; without the worker, tests play network."""
    def open_app(path):
        phone = browse(service_workers='block')
        phone.sign_in(shopper.phone)
        return phone.open(path)

    return open_app


def rows(page):
    return page.get_by_role('main').get_by_role('listitem')


def test_find_a_purchase(open_app):
    page = open_app('/purchases')
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text('4.50')
    expect(rows(page).last).to_contain_text(STORE)
    page.get_by_label('Search your purchases').fill('mug')
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text('24.50')
    page.get_by_role('button', name='Filter').click()
    page.get_by_label('Until', exact=True).fill('2020-01-01')
    expect(page.get_by_role('heading', name='Nothing was found')).to_be_visible()
    page.get_by_role('button', name='Show all again').first.click()
    expect(rows(page)).to_have_count(2)


def test_a_purchase_stays_without_the_network(open_app, bought):
    page = open_app('/purchases')
    rows(page).filter(has_text='Phone mug').get_by_role('link').click()
    expect(page.get_by_role('heading', name=bought[0]['name'])).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role('button', name='Receipt').click()
        page.get_by_role('link', name='Save').click()
    assert download.value.path().read_bytes().startswith(b'%PDF')
    page.get_by_role('button', name='Close').click()
    page.get_by_role('button', name='Back').click()
    page.context.set_offline(True)
    rows(page).filter(has_text='Phone mug').get_by_role('link').click()
    expect(page.get_by_text('Scanned with the phone')).to_be_visible()
    expect(page.locator('.totals .total dd')).to_have_text(re.compile(r'24\.50$'))
    expect(page.get_by_role('button', name='Receipt')).to_be_disabled()


def test_buy_again(open_app, shopper, bought, shop):
    shopper.empty()
    name, list_id = 'Weekly things', str(uuid.uuid4())
    shopper.phone.post('/lists', 201, id=list_id, name=name, lines=[])
    page = open_app(f'/purchases/{bought[0]["id"]}')
    page.get_by_role('button', name='Buy again').click()
    page.get_by_role('button', name='Into the basket').click()
    expect(page.get_by_role('heading', name=STORE)).to_be_visible()
    assert shopper.quantities() == {shop['mug']: 1, shop['tea']: 1}
    page = open_app(f'/purchases/{bought[1]["id"]}')
    page.get_by_role('button', name='Buy again').click()
    page.get_by_role('button', name='On a shopping list').click()
    page.get_by_role('button', name='A new list').click()
    page.wait_for_url(re.compile('/lists/'))
    new = next(found for found in shopper.phone.get('/lists')['items'] if found['id'] != list_id)
    assert [line['product_id'] for line in shopper.phone.get(f'/lists/{new["id"]}')['lines']] == [shop['tea']]


def test_a_list_is_made_once_however_often_it_is_tried(open_app, shopper, bought, shop):
    before = {found['id'] for found in shopper.phone.get('/lists')['items']}
    page = open_app(f'/purchases/{bought[1]["id"]}')
    page.get_by_role('button', name='Buy again').click()
    sheet = page.get_by_role('dialog')
    sheet.get_by_role('button', name='On a shopping list').click()

    def lose(route):
        route.fetch()
        route.abort()

    for part in ('**/mobile/v1/lists', '**/reorder'):
        page.route(part, lose, times=1)
        told = sheet.get_by_role('status').get_by_text('This needs the network.')
        # That of the try before, which stays for five seconds.
        expect(told).to_have_count(0, timeout=20_000)
        sheet.get_by_role('button', name='A new list').click()
        # Told where it is seen and heard, which is not behind the sheet.
        expect(told).to_be_visible()
        expect(page.locator('.app > .notices .notice')).to_have_count(0)
        # Beside it there is no way out of the sheet.
        box = sheet.locator('.notice').bounding_box()
        page.mouse.click(box['x'] - 4, box['y'] + box['height'] / 2)
        expect(sheet).to_be_visible()
    sheet.get_by_role('button', name='A new list').click()
    page.wait_for_url(re.compile('/lists/'))
    [made] = [found for found in shopper.phone.get('/lists')['items'] if found['id'] not in before]
    assert [(line['product_id'], line['quantity']) for line in shopper.phone.get(f'/lists/{made["id"]}')['lines']] == [
        (shop['tea'], bought_quantity(bought[1]))]


def bought_quantity(order):
    return sum(line['quantity'] for line in order['lines'] if line['type'] == 'product')


def test_another_customers_purchase(open_app, server, admin, shop, numbers):
    other = Shopper(server, admin, shop, next(numbers))
    page = open_app(f'/purchases/{other.fill("mug")["id"]}')
    expect(page.get_by_role('heading', name='This purchase cannot be shown')).to_be_visible()
