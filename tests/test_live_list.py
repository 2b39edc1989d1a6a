"""Who comes into a store appears in the list that staff have open, by itself."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect, sync_playwright

ACTION = '/odoo/action-mobile_crm.mobile_visit_now_action'
#: Milliseconds: long enough for a slow machine, and far less than anybody waits.
PATIENCE = 30_000
SET_VISIBILITY = """(state) => {
    Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def shop(admin, company_id):
    """Make a store and its fence; they are archived after the test."""
    address = admin.call('res.partner', 'create', {'name': 'Live Street 1', 'city': 'Berlin'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Live Store', 'partner_id': address, 'company_id': company_id, 'tz': 'Europe/Berlin',
        'latitude': 52.5, 'longitude': 13.4})
    fence = admin.call('mobile.geofence', 'create', {'name': 'Door', 'store_id': store, 'radius': 100})
    yield {'store': store, 'fence': fence}
    for model, record in (('mobile.geofence', fence), ('mobile.store', store)):
        admin.call(model, 'write', [record], {'active': False})


@pytest.fixture
def phone(customer):
    """Sign a customer in who agrees to be located."""
    phone = customer()
    phone.send('PATCH', '/me', json={'name': f'Wilma {uuid.uuid4().hex[:6]}'})
    return phone


@pytest.fixture
def browser(server, chromium):
    """Return a function that opens the list as a member of staff, in a browser of their own and of some width."""
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium)

        def open_list(login, width=1400):
            context = chrome.new_context(base_url=server.url, viewport={'width': width, 'height': 844})
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto('/web/login')
            page.fill('input[name=login]', login)
            page.fill('input[name=password]', login)
            page.click('form.oe_login_form button[type=submit]')
            page.wait_for_selector('.o_main_navbar')
            page.goto(ACTION)
            page.wait_for_selector('.o_kanban_view')
            page.evaluate('window.isStillThere = true')
            return page

        yield open_list
        chrome.close()


def report(phone, shop, kind):
    receipt = phone.report({
        'id': str(uuid.uuid4()), 'type': kind, 'geofence_id': shop['fence'],
        'occurred_at': datetime.now(UTC).isoformat()})
    assert receipt['accepted'] == 1


def looks_of(db, login):
    with db().cursor() as cursor:
        cursor.execute("""SELECT count(*) FROM mobile_look look JOIN res_users ON res_users.id = look.user_id
                           WHERE res_users.login = %s""", (login,))
        return cursor.fetchone()[0]


def test_a_visit_arrives_and_goes_without_reload(browser, phone, shop, db):
    name = phone.get('/me')['name']
    pages = {'demo': browser('demo'), 'admin': browser('admin', 390)}
    cards = {login: page.locator('.o_kanban_record', has_text=name) for login, page in pages.items()}
    for card in cards.values():
        expect(card).to_have_count(0)
    report(phone, shop, 'enter')
    for card in cards.values():
        expect(card).to_have_count(1, timeout=PATIENCE)
        expect(card).to_contain_text('Live Store')
        expect(card.locator('time')).to_have_text(re.compile(r'Just now|\d min'))
    seen = looks_of(db, 'demo')
    assert seen, 'who sees it is written down'

    # A list at which nobody looks is not loaded, and is right again as soon as somebody does.
    pages['admin'].evaluate(SET_VISIBILITY, 'hidden')
    report(phone, shop, 'exit')
    expect(cards['demo']).to_have_count(0, timeout=PATIENCE)
    expect(cards['admin']).to_have_count(1)
    pages['admin'].evaluate(SET_VISIBILITY, 'visible')
    expect(cards['admin']).to_have_count(0, timeout=PATIENCE)
    assert looks_of(db, 'demo') == seen, 'that somebody goes is no new look at those who stay'
    assert all(page.evaluate('window.isStillThere') for page in pages.values()), 'no page was loaded anew'
