"""Stores near the customer, and a walk past one of them, in the web app."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from devtools.people import Phone
from devtools.process import wait_until

#: Where the tests' street begins, far from all other stores, and how far north its houses are from each other (degrees,
#: 100 m).
LATITUDE, LONGITUDE, HOUSE = -73.5, 77.25, 0.0009
#: Stands in for a phone that has been asked for its position, and has answered with no.
REFUSING = '''
window.asked = 0;
navigator.geolocation.getCurrentPosition = (_found, failed) => {
    window.asked++;
    sessionStorage.denied = 1;
    failed({code: 1, PERMISSION_DENIED: 1});
};
navigator.permissions.query = async () => ({state: sessionStorage.denied ? "denied" : "prompt"});
'''
OPENING = '''
([store, times]) => times.map((time) => odoo.loader.modules
    .get("@mobile_crm/phone/pages/near/opening").opening(store, Date.parse(time))?.text)
'''


#: The app's own parts, as pages get them.
ENV = '[...owl.App.apps][0].env'


def place(houses, longitude=LONGITUDE):
    return {'latitude': LATITUDE + houses * HOUSE, 'longitude': longitude, 'accuracy': 10}


@pytest.fixture(scope='module')
def make_store(admin, company_id):
    """Return a function that makes a store; all are closed for good after this file's tests."""
    def make(name, latitude, longitude, **values):
        address = admin.call('res.partner', 'create', {'name': name, 'city': 'Far South'})
        stores.append(admin.call('mobile.store', 'create', {
            'name': name, 'partner_id': address, 'tz': 'UTC', 'latitude': latitude, 'longitude': longitude,
            'company_id': company_id, **values}))
        return stores[-1]

    stores = []
    yield make
    admin.call('mobile.store', 'write', stores, {'active': False})


@pytest.fixture(scope='module')
def street(admin, company_id, make_store):
    """Make a street with a store at house 6, whose fence reaches from house 5 to house 7."""
    store = make_store('Street store', LATITUDE + 6 * HOUSE, LONGITUDE)
    fence = admin.call('mobile.geofence', 'create', {'store_id': store, 'radius': 150})
    program = admin.call('loyalty.program', 'create', {
        'name': 'Street program', 'program_type': 'coupons', 'company_id': company_id,
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})]})
    return {'store': store, 'fence': fence, 'program': program}


@pytest.fixture(scope='module')
def start_campaign(admin, street):
    """Return a function that lets an app's customers have a coupon at the street's fence."""
    def start(app_id):
        campaigns.append(admin.call('mobile.campaign', 'create', {
            'name': 'Street', 'message_title': '15 % in our street', 'program_id': street['program'], 'app_id': app_id,
            'store_ids': [(6, 0, [street['store']])]}))
        admin.call('mobile.campaign', 'action_start', campaigns[-1:])

    campaigns = []
    yield start
    admin.call('mobile.campaign', 'action_done', campaigns)


@pytest.fixture(scope='module', autouse=True)
def campaign(app, start_campaign):
    start_campaign(app['id'])


@pytest.fixture
def stroll(browse):
    """Return a function that opens the app on the phone of somebody who stands at the beginning of the street.

    With `is_located` it has the fences around there before it goes on.
    """
    def open_app(phone=None, is_located=False, **options):
        browser = browse(permissions=['geolocation'], geolocation=place(0), **options)
        browser.sent = []
        browser.context.on('request', lambda request: browser.sent.append((request.url, request.post_data or '')))
        if phone:
            browser.sign_in(phone)
        if is_located:
            with browser.page.expect_response(lambda answer: '/geofences' in answer.url):
                browser.open('/near')
        else:
            browser.open('/near')
        return browser

    return open_app


def walk(browser, *houses):
    for house in houses:
        browser.context.set_geolocation(place(house))
        # The page has got this position, and drawn how far away the store is.
        expect(browser.page.locator('.row').filter(has_text='Street store').locator('.end')).to_have_text(
            re.compile(rf'^{max(10, abs(6 - house) * 100)}\s'))


def located(sent):
    """Return what was sent that tells a position."""
    return [(url, body) for url, body in sent
            if 'lat' in parse_qs(urlsplit(url).query) or re.search(r'"(lat|lon|accuracy)":', body)]


def events(db, phone):
    with db().cursor() as cursor:
        cursor.execute(
            '''SELECT event.type, event.latitude IS NOT NULL, event.doubt FROM mobile_event event
                 JOIN mobile_device device ON device.id = event.device_id
                WHERE device.install_id = %s ORDER BY event.id''', [phone.install_id])
        return cursor.fetchall()


def test_a_walk_past_a_store_brings_its_offer(stroll, customer, db, server):
    phone = customer()
    browser = stroll(phone, is_located=True)
    page = browser.page
    expect(page.locator('.row').first).to_contain_text('Street store')
    walk(browser, 1, 3)
    expect(page.locator('.notice')).to_have_count(0)
    walk(browser, 5)
    notice = page.locator('.notice', has_text='A new offer for you: 15 % in our street')
    notice.get_by_role('button', name='Show').tap()
    offer = phone.get('/offers')['items'][0]
    expect(page).to_have_url(re.compile(f'/offers/{offer["id"]}$'))
    kinds = [kind for kind, _has_position, doubt in events(db, phone) if not doubt]
    assert kinds.count('enter') == 1
    assert kinds.count('position') >= 3
    assert browser.hosts == {urlsplit(server.url).netloc}


def test_what_happened_without_the_network_is_told_later_and_once(stroll, customer, db):
    phone = customer()
    browser = stroll(phone, is_located=True)
    walk(browser, 2)
    browser.context.set_offline(True)
    walk(browser, 4, 6, 9)
    expect(browser.page.locator('.offline-bar')).to_be_visible()
    browser.context.set_offline(False)
    expect(browser.page.locator('.notice', has_text='A new offer for you')).to_be_visible()
    # The offer comes with the store's fence; what happened after it may still be on its way.
    assert wait_until(lambda: events(db, phone)[-1][0] == 'exit', 10)
    kinds = [kind for kind, _has_position, _doubt in events(db, phone)]
    assert (kinds.count('enter'), kinds.count('exit')) == (1, 1)
    # Each of the five places; on a slow machine a phone may tell once more that it is still at one of them.
    assert kinds.count('position') >= 5
    # What the browser has sent is told to this process while it asks the browser something.
    browser.page.evaluate('0')
    ids = {event['id'] for url, body in browser.sent if url.endswith('/events') for event in json.loads(body)['events']}
    assert len(ids) >= len(kinds), 'nothing is there twice'


def test_without_consent_no_position_leaves_the_phone(stroll, phone, db):
    for browser in (stroll(phone), stroll()):
        expect(browser.page.locator('.row').first).to_contain_text('Street store')
        walk(browser, 0, 5, 6)
        browser.page.reload()
        expect(browser.page.locator('.row').first).to_contain_text('Street store')
        assert any('/stores' in url for url, _body in browser.sent)
        look_around(browser)
        assert not located(browser.sent)
    assert not events(db, phone)


def look_around(browser):
    """Open, while the position is known, pages that would have a use for it; none may fail for the want of it."""
    paths = {'/for-you': '/recommendations?', '/search?q=mug': '/products?'}
    if browser.page.evaluate(f'() => {ENV}.session.state.isSignedIn'):
        paths['/favourites'] = '/favourites?'
    for path, part in paths.items():
        with browser.page.expect_response(lambda answer, part=part: f'/mobile/v1{part}' in answer.url) as answer:
            browser.page.evaluate(f'(path) => {{ {ENV}.router.go(path); }}', path)
        assert answer.value.status == 200, path


def test_positions_that_stay_on_the_phone(stroll, admin, company_id, start_campaign, server, numbers, read_code, db):
    app = admin.call('mobile.app', 'create', {
        'name': 'On the phone', 'company_id': company_id, 'location_mode': 'on_device'})
    start_campaign(app)
    phone = Phone(server.url, admin.read('mobile.app', app, 'client_id')['client_id'], 'web', 'Test phone')
    phone.register()
    phone.sign_in('sms', next(numbers), read_code)
    phone.decide(location=True)
    browser = stroll(phone, is_located=True, client_id=phone.client_id)
    walk(browser, 2, 5)
    expect(browser.page.locator('.notice', has_text='A new offer for you')).to_be_visible()
    look_around(browser)
    assert not located(browser.sent)
    assert [(kind, has_position) for kind, has_position, _doubt in events(db, phone)] == [('enter', False)]


def test_who_says_no_is_not_asked_again(browse):
    browser = browse()
    browser.context.add_init_script(REFUSING)
    page = browser.open('/near')
    ask = page.get_by_role('button', name='Show stores near me')
    ask.tap()
    page.locator('.sheet').get_by_role('button', name='Not now').tap()
    assert page.evaluate('window.asked') == 0
    ask.tap()
    page.get_by_role('button', name='Use my location').tap()
    expect(page.locator('.sheet')).to_have_count(0)
    assert page.evaluate('window.asked') == 1
    page.reload()
    expect(page.locator('.row').first).to_be_visible()
    expect(page.locator('.sheet')).to_have_count(0)
    assert page.evaluate('window.asked') == 0
    ask.tap()
    expect(page.locator('.sheet')).to_contain_text('switched off')
    assert page.evaluate('window.asked') == 0


def test_the_map_is_fetched_when_it_is_opened(browse, make_store, server):
    west, east = (make_store(f'Date line {side}', -71.2, longitude)
                  for side, longitude in (('west', 179.998), ('east', -179.998)))
    browser = browse(permissions=['geolocation'], locale='ar', geolocation={'latitude': -71.2, 'longitude': 179.999})
    asked = []
    browser.context.on('request', lambda request: asked.append(request.url))
    page = browser.open('/near')
    assert page.evaluate('document.documentElement.dir') == 'rtl'
    expect(page.locator('.row').nth(1)).to_contain_text('Date line')
    assert not [url for url in asked if 'map.' in url]
    page.locator('.top-actions button').tap()
    for name, store in (('Date line west', west), ('Date line east', east)):
        pin = page.locator(f'.near-pin[title="{name}"]')
        expect(pin).to_be_in_viewport()
        pin.tap()
        expect(page.locator('.row')).to_have_attribute('href', re.compile(f'/stores/{store}$'))
    assert browser.hosts == {urlsplit(server.url).netloc}


def test_stores_are_found_by_name_town_and_services(browse, street):
    page = browse().open('/near')
    page.get_by_role('searchbox').fill('far SOUTH street')
    expect(page.locator('.row')).to_have_count(1)
    page.get_by_role('button', name='Open now').tap()
    expect(page.get_by_role('heading', name='No store found')).to_be_visible()
    page.get_by_role('button', name='Show all stores').tap()
    expect(page.locator('.row').nth(3)).to_be_visible()


def test_hours_are_those_of_the_stores_own_clock(browse):
    store = {'timezone': 'Asia/Tokyo', 'next_change_at': None, 'open_now': None, 'hours': [
        {'day': 0, 'opens': '10:00', 'closes': '20:00'}, {'day': 4, 'opens': '22:00', 'closes': '02:00'},
        {'day': 5, 'opens': '00:00', 'closes': '24:00'},
    ], 'special_days': [{'date': '2026-11-30', 'name': 'Stocktaking', 'closed': True, 'hours': []}]}
    page = browse(timezone_id='America/New_York').open('/near')
    cases = {
        # Monday in Tokyo, while it is Sunday in New York.
        '2026-11-23T00:30:00Z': 'Closed, opens at 10:00',
        '2026-11-23T01:30:00Z': 'Open until 20:00',
        '2026-11-23T10:30:00Z': 'Closes soon, at 20:00',
        '2026-11-23T11:00:00Z': 'Closed, opens Friday at 22:00',
        # From Friday night into a Saturday that is open all day.
        '2026-11-27T14:00:00Z': 'Open until 0:00',
        # The Monday after is a special day.
        '2026-11-29T12:00:00Z': 'Closed, opens Friday at 22:00',
    }
    assert page.evaluate(OPENING, [store, list(cases)]) == list(cases.values())
    told = {**store, 'open_now': True, 'next_change_at': '2026-11-23T12:00:00Z'}
    assert page.evaluate(OPENING, [told, ['2026-11-23T10:00:00Z']]) == ['Open until 21:00']
    assert page.evaluate(OPENING, [{**store, 'hours': [], 'special_days': []}, ['2026-11-23T10:00:00Z']]) == [None]


def test_the_first_start_leads_to_offers_in_three_taps(stroll, phone):
    browser = stroll(phone)
    page = browser.page
    page.get_by_role('button', name='Get your offers').tap()
    sheet = page.locator('.sheet')
    expect(sheet.get_by_role('switch')).to_have_count(2)
    assert not sheet.get_by_role('switch', checked=True).count()
    sheet.get_by_role('button', name='Agree to all').tap()
    page.locator('.notice').get_by_role('button', name='Show').tap()
    expect(page).to_have_url(re.compile('/offers$'))
    granted = {one['purpose']: one['granted'] for one in phone.get('/me/consents')}
    assert granted == {'push': True, 'location': True, 'sms': False, 'email': False, 'profiling': False}
    browser.open('/near')
    expect(page.get_by_role('button', name='Get your offers')).to_have_count(0)


def test_the_welcome_goes_away_for_good(browse):
    browser = browse()
    page = browser.open('/near')
    page.get_by_role('button', name='Not now').tap()
    expect(page.get_by_role('button', name='Get your offers')).to_have_count(0)
    page = browser.open('/near')
    expect(page.locator('.row').first).to_be_visible()
    expect(page.get_by_role('button', name='Get your offers')).to_have_count(0)


def test_a_store_becomes_the_customers_own(browse, phone, street):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open(f'/stores/{street["store"]}')
    expect(page.locator('h1')).to_have_text('Street store')
    mine = page.get_by_role('button', name='My store')
    with page.expect_response(lambda answer: answer.url.endswith('/me') and answer.request.method == 'PATCH'):
        mine.tap()
    expect(mine).to_have_attribute('aria-pressed', 'true')
    assert phone.get('/me')['favourite_store_ids'] == [street['store']]
    browser.context.set_offline(True)
    mine.tap()
    expect(mine).to_have_attribute('aria-pressed', 'false')
    browser.context.set_offline(False)
    browser.open('/stores/999999')
    expect(page.get_by_role('heading', name='This store is not here any more')).to_be_visible()


def test_the_stores_are_there_after_the_settings(browse, phone, street):
    """The pages that choose a store keep what they were told, each in its own way."""
    browser = browse()
    browser.sign_in(phone)
    with browser.page.expect_response(lambda answer: '/mobile/v1/stores?' in answer.url):
        page = browser.open('/me/preferences')
    expect(page.get_by_role('heading', name='How often')).to_be_visible()
    page.wait_for_load_state('networkidle')
    page.get_by_role('navigation').get_by_role('link', name='Near me').tap()
    expect(page.locator('.row').first).to_be_visible()
    browser.open('/near')
    expect(page.locator('.row').first).to_be_visible()


def test_a_page_that_fails_does_not_take_the_app_along(browse, street):
    browser = browse()
    page = browser.open('/near')
    expect(page.locator('.row').first).to_be_visible()
    page.wait_for_load_state('networkidle')
    page.evaluate(f'async () => {{ await {ENV}.database.put("pages", "of no use", "nearest stores"); }}')
    browser.open('/near')
    expect(page.get_by_role('heading', name='That did not work')).to_be_visible()
    page.get_by_role('navigation').get_by_role('link', name='Offers').tap()
    expect(page.get_by_role('heading', level=1)).to_have_text('Offers')
    page.evaluate(f'async () => {{ await {ENV}.database.delete("pages", "nearest stores"); }}')
    page.get_by_role('navigation').get_by_role('link', name='Near me').tap()
    page.get_by_role('button', name='Try again').tap()
    expect(page.locator('.row').first).to_be_visible()
    # It was told to who looks for faults.
    assert browser.faults
    browser.faults.clear()


def test_who_hears_the_app_is_taken_along(browse, street):
    browser = browse()
    page = browser.open('/near')
    page.locator('.row').filter(has_text='Street store').press('Enter')
    expect(page.get_by_role('heading', level=1)).to_have_text('Street store')
    expect(page).to_have_title(re.compile('^Street store · '))
    expect(page.locator('#page')).to_be_focused()
    mine = page.get_by_role('button', name='My store')
    mine.press('Enter')
    expect(page.get_by_role('dialog')).to_be_visible()
    page.keyboard.press('Escape')
    expect(page.get_by_role('dialog')).to_have_count(0)
    expect(mine).to_be_focused()
