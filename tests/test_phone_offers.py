"""The wallet of the web app: codes that a till can read, with and without a network, and what becomes of coupons."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from devtools.people import Phone, Till

DAY = 24 * 3600 * 1000
#: Ends when the phone keeps the text that was signed for a coupon, and what draws it.
UNTIL_KEPT = '''
async ([name, key]) => {
    for (;;) {
        const request = indexedDB.open(name);
        await new Promise((resolve) => (request.onsuccess = resolve));
        const found = request.result.transaction("pages").objectStore("pages").get(key);
        await new Promise((resolve) => (found.onsuccess = resolve));
        request.result.close();
        if (found.result?.offer.qr && window.qrcode) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
'''


@pytest.fixture(scope='module')
def program(admin, company_id):
    """Return a program of coupons over 15 percent."""
    program = admin.call('loyalty.program', 'create', {
        'name': 'Fifteen', 'program_type': 'coupons', 'company_id': company_id, 'rule_ids': [(5,)],
        'reward_ids': [(5,), (0, 0, {'discount': 15, 'required_points': 1})]})
    yield program
    admin.call('loyalty.program', 'write', [program], {'active': False})


@pytest.fixture(scope='module')
def holder(server, app, admin, numbers):
    """Return the phone of a customer whom tests share that do not mind what else is in the wallet."""
    def read_code(number):
        domain = [('number', '=', number)]
        return admin.call('sms.sms', 'search_read', domain, ['body'], limit=1, order='id desc')[0]['body'].split()[0]

    phone = Phone(server.url, app['client_id'], 'ios', 'Test phone')
    phone.register()
    phone.sign_in('sms', next(numbers), read_code)
    return phone


@pytest.fixture(scope='module')
def partner_id(admin, holder):
    return admin.find('mobile.device', [('uuid', '=', holder.device_id)], 'partner_id')[0]['partner_id'][0]


@pytest.fixture
def give(admin, program, partner_id):
    """Return a function that makes a coupon, of the shared customer unless said otherwise; it gives id and code."""
    def make(**values):
        values = {'partner_id': partner_id, 'holder_only': True, **values}
        card = admin.call('loyalty.card', 'create', {
            'program_id': program, 'points': 1, **values,
            'expiration_date': str((datetime.now(UTC) + timedelta(12)).date())})
        made.append(card)
        return admin.read('loyalty.card', card, 'mobile_uuid', 'code')

    made = []
    yield make
    admin.call('loyalty.card', 'write', made, {'expiration_date': '2020-01-01'})


@pytest.fixture
def pocket(browse, holder):
    """Return a function that opens the app as the shared customer's phone."""
    def open_as(**options):
        phone = browse(**options)
        phone.sign_in(holder)
        return phone

    return open_as


def read(page):
    """Return the one code that is on the screen, as a till reads it."""
    # The phone has all there is to know of the coupon, and so the code that was signed for it.
    expect(page.locator('details.offer-history')).to_be_visible()
    expect(page.locator('.code svg path')).to_be_visible()
    picture = Image.open(io.BytesIO(page.locator('.code').screenshot()))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode | zxingcpp.BarcodeFormat.Code128)
    assert len(found) == 1
    return found[0].format, found[0].text


def heading(page):
    return page.locator('h1')


@pytest.mark.parametrize('look', [
    {}, {'color_scheme': 'dark', 'locale': 'ar'}, {'size': 'tablet', 'device_scale_factor': 3},
], ids=['light', 'dark from right to left', 'tablet'])
def test_a_till_reads_the_codes(pocket, holder, give, look):
    coupon = give()
    phone = pocket(**look)
    page = phone.open(f'/offers/{coupon["mobile_uuid"]}')
    signed = holder.get(f'/offers/{coupon["mobile_uuid"]}')['qr']
    assert signed.startswith('MO1.')
    assert read(page) == (zxingcpp.BarcodeFormat.QRCode, signed)
    bars = page.locator('.offer-formats button').nth(1)
    bars.tap()
    expect(bars).to_have_attribute('aria-pressed', 'true')
    assert read(page) == (zxingcpp.BarcodeFormat.Code128, coupon['code'])
    expect(page.locator('.code-typed')).to_have_text(coupon['code'])


def test_the_wallet_needs_no_network(pocket, holder, give):
    coupon = give()
    phone = pocket()
    page = phone.open('/offers')
    row = page.locator(f'a[href$="{coupon["mobile_uuid"]}"]')
    expect(row).to_be_visible()
    # The coupon was never opened: what is kept of it came by itself.
    page.evaluate(UNTIL_KEPT, [f'mobile-{phone.client_id}', f'/offers/{coupon["mobile_uuid"]}'])
    phone.context.set_offline(True)
    row.tap()
    expect(heading(page)).to_have_text('Fifteen')
    assert read(page)[1] == holder.get(f'/offers/{coupon["mobile_uuid"]}')['qr']
    expect(page.get_by_text('12 days left').or_(page.get_by_text('11 days left'))).to_be_visible()


def test_what_a_till_does_is_seen_at_once(pocket, give, server, admin, company_id):
    coupon = give()
    address = admin.call('res.partner', 'create', {'name': 'Till Street 1'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Till Store', 'partner_id': address, 'company_id': company_id, 'tz': 'UTC', 'latitude': 1,
        'longitude': 1})
    app = admin.call('mobile.app', 'create', {'name': 'Till', 'kind': 'till', 'company_id': company_id})
    secret = admin.call('mobile.app', 'rotate_secret', [app])
    till = Till(f'{server.url}/mobile/v1', admin.read('mobile.app', app, 'client_id')['client_id'], secret)
    page = pocket().open(f'/offers/{coupon["mobile_uuid"]}')
    signed = read(page)[1]
    held = till.post('/till/redemptions', 201, qr=signed, store_id=store, order_ref='Receipt 1', amount='80.00')
    status = page.get_by_role('status')
    expect(status.get_by_text('Being used at a till right now.')).to_be_visible()
    till.post(f'/till/redemptions/{held["id"]}/confirm', amount='80.00', discount='12.00')
    expect(status.get_by_text('Redeemed. Enjoy it!')).to_be_visible()
    expect(status.get_by_text('Till Store')).to_be_visible()
    expect(page.locator('.code')).to_have_count(0)
    page.get_by_label('Back').tap()
    expect(heading(page)).to_have_text('Offers')
    expect(page.locator(f'.offer-list a[href$="{coupon["mobile_uuid"]}"]')).to_have_count(0)
    page.get_by_text('Used and ended').tap()
    expect(page.locator(f'details a[href$="{coupon["mobile_uuid"]}"]')).to_contain_text('Redeemed')
    for model, record in (('mobile.store', store), ('mobile.app', app)):
        admin.call(model, 'write', [record], {'active': False})


def test_a_coupon_ends_while_it_is_looked_at(pocket, give):
    coupon = give()
    phone = pocket()
    phone.page.clock.install()
    page = phone.open(f'/offers/{coupon["mobile_uuid"]}')
    expect(page.locator('.code')).to_be_visible()
    # The server says that it is good: only the phone's own clock tells otherwise.
    page.clock.fast_forward(14 * DAY)
    expect(page.get_by_text('This coupon has ended.')).to_be_visible()
    expect(page.locator('.code')).to_have_count(0)


def test_time_and_worth_are_said_in_the_customers_language(pocket, give):
    coupon = give()
    page = pocket(locale='de-DE').open('/offers')
    row = page.locator(f'a[href$="{coupon["mobile_uuid"]}"]')
    expect(row).to_contain_text(re.compile('1[12] Tage'))
    expect(row).to_contain_text('15\xa0%')


def test_a_flyer_is_claimed_by_who_signs_in_for_it(browse, give, holder):
    coupon = give(partner_id=False)
    phone = browse()
    page = phone.open(f'/claim/{coupon["code"]}')
    expect(page.get_by_label('Code', exact=True)).to_have_value(coupon['code'])
    page.get_by_role('button', name='Sign in and add it').tap()
    phone.sign_in(holder)
    phone.open('/claim')
    expect(heading(page)).to_have_text('Fifteen')
    assert read(page)[1] == holder.get(f'/offers/{coupon["mobile_uuid"]}')['qr']


def test_a_code_that_was_given_up_is_nobodys(browse, give, holder):
    coupon = give(partner_id=False)
    phone = browse()
    page = phone.open('/claim/GIVEN-UP')
    page.get_by_role('button', name='Sign in and add it').tap()
    page.get_by_role('dialog').get_by_role('button', name='Close').tap()
    expect(page.get_by_role('dialog')).to_have_count(0)
    phone.sign_in(holder)
    tried = []
    page.on('request', lambda request: tried.append(request.post_data) if '/offers/claim' in request.url else None)
    phone.open(f'/claim/{coupon["code"]}')
    page.get_by_role('button', name='Add to my coupons').tap()
    expect(heading(page)).to_have_text('Fifteen')
    assert [coupon['code'] in body for body in tried] == [True]


def test_a_link_with_a_stray_sign_opens(browse):
    page = browse().open('/claim#SAVE50%')
    expect(page.get_by_label('Code', exact=True)).to_have_value('SAVE50%')


def test_a_typed_code_is_claimed_once(pocket, give, holder):
    coupon = give(partner_id=False)
    phone = pocket()
    page = phone.open('/claim')
    asked = []
    page.on('request', lambda request: asked.append(request.url) if request.url.endswith('/offers/claim') else None)
    field, button = page.get_by_label('Code', exact=True), page.get_by_role('button', name='Add to my coupons')
    field.fill('0000-0000')
    button.tap()
    expect(page.get_by_role('alert')).to_contain_text('This code is not right')
    # No answer comes: the code stays, and the customer is told.
    page.route('**/offers/claim', lambda route: route.abort())
    field.fill(f' {coupon["code"].lower()}')
    button.tap()
    expect(page.get_by_role('alert')).to_contain_text('There is no connection')
    page.unroute('**/offers/claim')
    asked.clear()
    button.dblclick()
    expect(heading(page)).to_have_text('Fifteen')
    assert len(asked) == 1
    assert holder.get(f'/offers/{coupon["mobile_uuid"]}')['status'] == 'available'


def test_a_coupon_that_is_not_theirs_is_not_there(pocket, give, admin):
    other = admin.call('res.partner', 'create', {'name': 'Somebody else'})
    page = pocket().open(f'/offers/{give(partner_id=other)["mobile_uuid"]}')
    expect(page.get_by_text('This coupon is not here')).to_be_visible()
