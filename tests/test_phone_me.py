"""What is the customer's own in the web app: signing in by fingers, the member card, and what they decide."""

import json
import re
import uuid

from playwright.sync_api import expect

from devtools.process import wait_until
from tests import points

#: Everything that the browser's databases hold, as one text.
EVERYTHING = '''
async () => {
    const found = [];
    for (const {name} of await indexedDB.databases()) {
        const request = indexedDB.open(name);
        await new Promise((resolve) => (request.onsuccess = resolve));
        const database = request.result;
        for (const store of database.objectStoreNames) {
            const all = database.transaction(store).objectStore(store).getAll();
            await new Promise((resolve) => (all.onsuccess = resolve));
            found.push(...all.result);
        }
        database.close();
    }
    return JSON.stringify(found);
}
'''


def ask_for_code(page, address):
    """Open the sheet on the page "Me", and ask for a code."""
    page.get_by_role('button', name="Sign in").click()
    page.get_by_label("Phone number or email").fill(address)
    page.get_by_role('button', name="Send me a code").click()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()


def sign_in(page, number, read_code):
    """Sign in as a customer does."""
    ask_for_code(page, number)
    page.get_by_label("Code", exact=True).press_sequentially(read_code(number))
    expect(page.get_by_role('dialog')).to_be_hidden()


def test_signing_in_with_a_code(browse, numbers, read_code, query):
    page, number = browse().open('/me'), next(numbers)
    ask_for_code(page, number)
    code = read_code(number)
    # A browser that reads the message fills it in by this line.
    message = query('SELECT body FROM sms_sms WHERE number = %s ORDER BY id DESC LIMIT 1', number)
    assert re.fullmatch(rf'@[\w.-]+ #{code}', message.splitlines()[-1])
    field = page.get_by_label("Code", exact=True)
    field.press_sequentially('000000' if code != '000000' else '000001')
    expect(page.get_by_role('alert')).to_contain_text("not right")
    expect(field).to_have_value('')
    # In the digits of an Arabic keyboard; it is sent by itself with the last one.
    field.press_sequentially(''.join(chr(0x660 + int(digit)) for digit in code))
    expect(page.get_by_role('dialog')).to_be_hidden()
    expect(page.get_by_role('link', name="Show my card")).to_be_visible()
    assert query('SELECT count(*) FROM mobile_device d JOIN res_users u ON u.id = d.user_id '
                 'JOIN res_partner p ON p.id = u.partner_id WHERE p.mobile_verified_phone = %s', number) == 1


def test_what_is_no_address_and_what_is_too_often(browse, limit):
    limit('otp_device', '2/3600')
    page = browse().open('/me')
    page.get_by_role('button', name="Sign in").click()
    field = page.get_by_label("Phone number or email")
    for typed, answer in (('', "first"), ('12', "phone number"), ('nobody@', "email")):
        field.fill(typed)
        page.get_by_role('button', name="Send me a code").click()
        expect(page.get_by_role('alert')).to_contain_text(answer)
    field.fill(f'{uuid.uuid4()}@example.com')
    page.get_by_role('button', name="Send me a code").click()
    for _time in range(2):
        page.get_by_role('button', name="Change the address").click()
        page.get_by_role('button', name="Send me a code").click()
    expect(page.get_by_role('alert')).to_contain_text("a bit too often")
    expect(page.get_by_role('alert')).to_contain_text(re.compile(r'\d:\d\d'))


def test_an_answer_that_got_lost(browse, numbers, read_code):
    browser = browse()
    page, number = browser.open('/me'), next(numbers)
    lost = []

    def lose(route):
        route.fetch()
        lost.append(route.request.headers['idempotency-key'])
        route.abort()

    page.route('**/auth/otp/verify', lose, times=1)
    ask_for_code(page, number)
    field = page.get_by_label("Code", exact=True)
    field.press_sequentially(read_code(number))
    expect(page.get_by_role('alert')).to_contain_text("no network")
    with page.expect_request('**/auth/otp/verify') as again:
        page.get_by_role('dialog').get_by_role('button', name="Sign in").dblclick()
    assert again.value.headers['idempotency-key'] == lost[0]
    expect(page.get_by_role('link', name="Show my card")).to_be_visible()


def test_two_customers_on_one_phone(browse, numbers, read_code):
    browser = browse()
    page, anna, ben = browser.open('/me'), next(numbers), next(numbers)
    sign_in(page, anna, read_code)
    page.get_by_role('link', name="Show my card").click()
    expect(page.get_by_role('img', name="Code of your member card")).to_be_visible()
    browser.open('/me/settings')
    expect(page.get_by_text(anna)).to_be_visible()
    everything = page.evaluate(EVERYTHING)
    assert anna in everything
    assert '"MW1.' in everything
    assert 'MC1.' not in everything, "what proves who somebody is for a minute is not kept"
    browser.open('/me')
    page.get_by_role('button', name="Sign out").click()
    page.get_by_role('dialog').get_by_role('button', name="Sign out").click()
    expect(page.get_by_role('button', name="Sign in")).to_be_visible()
    everything = page.evaluate(EVERYTHING)
    for trace in (anna, anna[-4:], 'MW1.', '"kind"', 'is_signed_in":true'):
        assert trace not in everything
    sign_in(page, ben, read_code)
    browser.open('/me/settings')
    expect(page.get_by_text(ben)).to_be_visible()
    assert anna not in page.content()
    assert anna not in page.evaluate(EVERYTHING)


def test_the_card_without_the_network(browse, phone):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/me')
    code, note = page.get_by_role('img', name="Code of your member card"), page.get_by_text("this card collects points")
    drawn = []
    for is_offline in (False, True, True):
        browser.context.set_offline(is_offline)
        page.get_by_role('link', name="Show my card").click()
        expect(note).to_be_visible(visible=is_offline)
        expect(code.locator('path')).to_have_count(1)
        drawn.append(code.inner_html())
        page.get_by_role('button', name="Back").click()
    assert drawn[0] != drawn[1] == drawn[2]
    # Back in the network it proves again who the customer is, without a touch.
    page.get_by_role('link', name="Show my card").click()
    expect(note).to_be_visible()
    browser.context.set_offline(False)
    expect(note).to_be_hidden()
    expect(page.get_by_text("good for one scan")).to_be_visible()


def test_what_the_customer_wants_to_hear(browse, phone):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/me/preferences')
    page.get_by_role('button', name="Add quiet hours").click()
    for day in ("Saturday", "Sunday"):
        page.get_by_role('button', name=day).click()
    page.get_by_label("Until").fill('06:30')
    page.get_by_role('button', name="Save").click()
    expect(page.get_by_role('button', name="Mon, Tue, Wed, Thu, Fri")).to_be_visible()
    page.get_by_label("Offers in a week").select_option('2')
    page.get_by_role('switch', name="Emails").uncheck()
    page.get_by_role('switch', name="Text messages").uncheck()
    # Undone: text messages may come after all.
    page.get_by_role('button', name="Undo").click()
    expect(page.get_by_role('switch', name="Text messages")).to_be_checked()
    page.get_by_role('button', name="Choose stores").click()
    page.get_by_role('group', name="Only these stores").get_by_role('checkbox').first.check()
    expect(page.get_by_text("Only offers of the stores that you have ticked.")).to_be_visible()
    wish = {'quiet_hours': [{'days': [0, 1, 2, 3, 4], 'from': '22:00', 'to': '06:30'}], 'max_messages_per_week': 2,
            'channels': ['push', 'sms']}
    assert wait_until(lambda: phone.get('/me/preferences')['store_ids'], 10)
    found = phone.get('/me/preferences')
    assert {name: found[name] for name in wish} == wish


def test_what_the_customer_agrees_to(browse, phone, query):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/me/consents')
    switch = page.get_by_role('switch', name="Personal offers")
    expect(switch).to_have_accessible_description(re.compile("what you look at"))
    switch.check()
    expect(page.locator('[data-purpose=profiling]')).to_contain_text("You agreed on")
    consents = "SELECT count(*) FROM mobile_consent WHERE device_uuid = %s AND purpose = 'profiling' AND granted"
    assert wait_until(lambda: query(consents, phone.device_id) == 1, 10)
    page.route('**/me/consents', lambda route: route.fulfill(status=409, json={
        'title': 'x', 'status': 409, 'code': 'wording_changed', 'detail': 'Another text is shown now.'}), times=1)
    page.get_by_role('switch', name="Emails").check()
    # By the page, or by whatever was just sending what waits.
    expect(page.get_by_text(re.compile("Please read it again|Another text is shown now")).first).to_be_visible()
    expect(page.get_by_role('switch', name="Emails")).not_to_be_checked()


def test_a_question_about_points(browse, phone, admin, query):
    shop = points.make_program(admin)
    partner = query('SELECT partner_id FROM mobile_device WHERE install_id = %s', phone.install_id)
    points.make_card(admin, shop, partner)
    browser = browse()
    browser.sign_in(phone)
    for word, status in (("Yes, use them", 'approved'), ("No", 'denied')):
        points.take_points(admin, shop, partner)
        page = browser.open('/me')
        page.get_by_role('link', name="The shop asks for your points").click()
        page.get_by_role('button', name=word, exact=True).click()
        if status == 'approved':
            page.get_by_role('dialog').get_by_role('button', name=word).dblclick()
        expect(page.get_by_role('status').filter(has_text=f"You said {word.split(',')[0].lower()}")).to_be_visible()
        assert phone.get('/me/approvals')['items'][0]['status'] == status
    admin.call('loyalty.program', 'write', [shop['program']], {'active': False})


def test_accounts_are_told_in_their_own_money(browse, phone):
    """And until the last day on which they are good: the API tells the moment after it."""
    accounts = [('EUR', '12.5', '€12.50'), ('JPY', '120', 'JP¥120'), ('points', '7', '7 Stars')]
    browser = browse()
    browser.sign_in(phone)
    browser.page.route('**/mobile/v1/me/points*', lambda route: route.fulfill(json={'next_cursor': None, 'items': [{
        'id': at, 'program': f'Account {at}', 'type': 'loyalty' if unit == 'points' else 'ewallet', 'unit': unit,
        'points': points, 'point_name': 'Stars', 'worth': None, 'expires_at': '2026-12-31T23:00:00Z',
    } for at, (unit, points, _text) in enumerate(accounts)]}))
    page = browser.open('/me/points')
    rows = page.get_by_role('main').get_by_role('listitem')
    for row, (_unit, _points, text) in zip((rows.nth(at) for at in range(len(accounts))), accounts, strict=True):
        expect(row.locator('.end')).to_have_text(re.compile(rf'^\s*{re.escape(text)}\s*$'))
        expect(row).to_contain_text('31 December 2026')


def test_taking_all_along_and_leaving(browse, phone, register, read_code, query):
    number = phone.customer['phone']
    other = register()
    other.sign_in('sms', number, read_code)
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/me/devices')
    expect(page.get_by_role('listitem').filter(has_text="This phone")).to_have_count(1)
    page.get_by_role('button', name="Sign out", exact=True).click()
    page.get_by_role('dialog').get_by_role('button', name="Sign out").click()
    expect(page.get_by_role('button', name="Sign out", exact=True)).to_have_count(0)
    other.send('GET', '/me', 401)
    browser.open('/me/data')
    with page.expect_download() as download:
        page.get_by_role('button', name="Download my data").click()
    export = json.loads(download.value.path().read_text(encoding='utf-8'))
    assert export['customer']['phone'] == number
    page.get_by_role('button', name="Delete my account").click()
    sheet = page.get_by_role('dialog')
    expect(sheet.get_by_role('button', name="Delete my account")).to_be_disabled()
    sheet.get_by_label("I know").check()
    sheet.get_by_role('button', name="Delete my account").click()
    expect(page.get_by_role('heading', name="Your account will be deleted")).to_be_visible()
    assert number not in page.evaluate(EVERYTHING)
    erasures = ('SELECT count(*) FROM mobile_erasure e JOIN res_partner p ON p.id = e.partner_id '
                'WHERE p.mobile_verified_phone = %s AND e.state = %s')
    assert query(erasures, number, 'pending') == 1
    # Whoever signs in again is told first that this keeps the account.
    page.get_by_role('button', name="Back").click()
    page.get_by_role('button', name="Sign in").click()
    expect(page.get_by_role('dialog')).to_contain_text("keeps it")


def test_how_the_app_looks_and_speaks(browse, phone):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/me/settings')
    root = page.locator('html')
    page.get_by_role('button', name="Dark").click()
    page.get_by_role('button', name="150").click()
    page.reload()
    expect(root).to_have_attribute('data-theme', 'dark')
    expect(root).to_have_css('font-size', '24px')
    page.get_by_role('button', name="As the phone").click()
    assert root.get_attribute('data-theme') is None
    with page.expect_request(lambda request: request.method == 'PATCH' and request.url.endswith('/me')) as told:
        page.get_by_role('combobox').select_option('ar')
    assert told.value.post_data_json == {'language': 'ar'}
    expect(root).to_have_attribute('dir', 'rtl')
    expect(page.get_by_role('combobox')).to_have_value('ar')
