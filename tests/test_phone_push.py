"""Notifications on the phone: asked for with a reason, shown once, leading to what they are about."""

import json
import re
import uuid

import pytest
from playwright.sync_api import expect

from devtools.journey import CLIENT_ID, FICTION
from devtools.people import Phone, Staff
from devtools.phone_browser import PhoneBrowser
from devtools.process import wait_until
from devtools.push_servers import load
from tests.push_phone import PushPhone
from tests.test_delivery import attempts, come_near

push_servers = load()

#: Seconds until a worker has been woken and the push service has the message.
PATIENCE = 60
#: No key was made for this: it is nobody's.
SOMETHING = {'title': 'Tea is here', 'body': 'Come in', 'image': None, 'link': None, 'click': None, 'tag': 'tea',
             'sent_at': '2026-11-22T10:00:00Z'}


@pytest.fixture
def shop(odoo_cli, serve, monkeypatch):
    """Return the administrator of a shop whose pushes go to the fake service of browsers."""
    monkeypatch.setenv('SSL_CERT_FILE', push_servers.ca_file())
    monkeypatch.setenv('MOBILE_CRM_KEY', 'a key that only this test has')
    with push_servers.WebPushServer() as service:
        odoo_cli.fresh('full')
        instance = serve('phone_push', workers=2, max_cron_threads=1)
        admin = Staff(instance.url, odoo_cli.database, 'admin', 'admin')
        admin.call('ir.config_parameter', 'set_param', 'mobile_crm.webpush_hosts', f'127.0.0.1:{service.port}')
        admin.service = service
        yield admin


def test_from_the_reason_to_the_coupon(shop, phone_browser):
    phone = Phone(shop.base_url, CLIENT_ID, 'web', 'Test phone')
    phone.register()
    phone.sign_in('sms', FICTION[1][7], lambda number: re.search(r'\b\d{6}\b', max(
        shop.find('sms.sms', [('number', '=', number)], 'body'), key=lambda text: text['id'])['body']).group())
    phone.decide(location=True)
    browser = PhoneBrowser(phone_browser, shop.base_url, CLIENT_ID, permissions=['notifications'])
    pushes = PushPhone(browser, shop.service)
    browser.sign_in(phone)
    page = browser.open('/messages')
    card = page.get_by_role('region', name='Notifications on this phone')
    card.get_by_role('button', name='Turn on').tap()
    # Though the browser allows it, the shop's own wording is agreed to first.
    phone.http.headers['Accept-Language'] = 'en'
    wording = next(consent['text'] for consent in phone.get('/me/consents') if consent['purpose'] == 'push')
    expect(page.get_by_role('dialog')).to_contain_text(wording)
    page.get_by_role('button', name='Yes, notify me').tap()
    expect(card).to_contain_text('Offers and answers come at once.')
    assert next(consent for consent in phone.get('/me/consents') if consent['purpose'] == 'push')['granted']

    def next_push(number):
        """Return what the service has for the browser."""
        assert wait_until(lambda: len(shop.service.received) >= number, PATIENCE, 0.2)
        return shop.service.received[number - 1].payload

    card.get_by_role('button', name='Send me a test').tap()
    pushes.deliver(next_push(1))
    assert wait_until(pushes.shown, 10)[0]['title'] == 'It works'
    pushes.act('notificationclick')
    expect(page.get_by_role('heading', name='It works')).to_be_visible()

    come_near(phone)
    message = next(message for message in phone.get('/messages')['items'] if message['offer_id'])
    push = next_push(2)
    for _turn in range(2):
        # Sent again, for nobody knew whether it had arrived.
        pushes.deliver(push)
        assert wait_until(lambda: [row['state'] for row in attempts(shop, message['id'])] == ['delivered'], 10)
    assert [shown['title'] for shown in pushes.shown()] == [message['title']]
    pushes.act('notificationclick')
    page.wait_for_url(f'**/offers/{message["offer_id"]}')
    assert wait_until(lambda: [row['state'] for row in attempts(shop, message['id'])] == ['opened'], 10)
    assert pushes.shown() == []

    browser.open('/messages')
    card.get_by_role('button', name='Turn off').tap()
    expect(card.get_by_role('button', name='Turn on')).to_be_visible()
    assert phone.send('PATCH', '/devices/current', json={}).json()['push_provider'] is None
    browser.context.close()
    assert not browser.faults


def test_a_push_that_nobody_can_read_shows_something(browse):
    browser = browse(permissions=['notifications'])
    browser.open('/near')
    pushes = PushPhone(browser)
    browser.page.evaluate('navigator.serviceWorker.register("/mobile/service-worker.js", {scope: "/mobile/"})')
    for payload in ('{', '[]', '', json.dumps({'id': 1})):
        pushes.deliver(payload)
        assert wait_until(pushes.shown, 10)
    assert len(pushes.shown()) == 1


def test_what_comes_for_somebody_who_has_signed_out_is_shown_to_nobody(browse, phone):
    browser = browse(permissions=['notifications'])
    browser.sign_in(phone)
    pushes = PushPhone(browser)
    browser.page.evaluate("""async (app) => {
        await navigator.serviceWorker.register("/mobile/service-worker.js", {scope: "/mobile/"});
        await odoo.loader.modules.get("@mobile_crm/phone/core/push_store").setOwner(
            {app, name: "The shop", icon: null, unreadable: "Something new"});
    }""", browser.client_id)
    pushes.deliver({**SOMETHING, 'id': str(uuid.uuid4()), 'tag': 'one'})
    assert wait_until(pushes.shown, 10)[0]['title'] == 'Tea is here'
    browser.context.set_offline(True)
    browser.page.evaluate('[...owl.App.apps][0].env.session.leave()')
    # What was on the screen goes.
    assert wait_until(lambda: not pushes.shown(), 10)
    pushes.deliver({**SOMETHING, 'id': str(uuid.uuid4()), 'tag': 'two', 'title': 'Secret'})
    assert [shown['title'] for shown in wait_until(pushes.shown, 10)] == ['The shop']


def test_the_number_on_the_icon_is_of_this_app(browse, phone):
    browser = browse(permissions=['notifications'])
    browser.sign_in(phone)
    pushes = PushPhone(browser)
    browser.page.evaluate("""async (app) => {
        await navigator.serviceWorker.register("/mobile/service-worker.js", {scope: "/mobile/"});
        await odoo.loader.modules.get("@mobile_crm/phone/core/push_store").setOwner(
            {app, name: "The shop", icon: null, unreadable: "Something new"});
        const registration = await navigator.serviceWorker.ready;
        await registration.showNotification("Another shop", {data: {app: "another", id: crypto.randomUUID()}});
    }""", browser.client_id)
    pushes.worker.evaluate('() => { self.navigator.setAppBadge = async (count) => { self.counted = count; }; }')
    pushes.deliver({**SOMETHING, 'id': str(uuid.uuid4())})
    assert pushes.worker.evaluate('() => self.counted ?? null') == 1


def test_one_that_was_seen_does_not_come_back(browse):
    browser = browse(permissions=['notifications'])
    page = browser.open('/near')
    pushes = PushPhone(browser)
    page.evaluate('navigator.serviceWorker.register("/mobile/service-worker.js", {scope: "/mobile/"})')
    first, second = ({**SOMETHING, 'id': str(uuid.uuid4()), 'offer_id': str(uuid.uuid4()), 'tag': tag}
                     for tag in ('one', 'two'))
    pushes.deliver(first)
    assert wait_until(pushes.shown, 10)[0]['offer_id'] == first['offer_id']
    page.evaluate('navigator.serviceWorker.ready.then(async (there) =>'
                  ' (await there.getNotifications()).forEach((shown) => shown.close()))')
    pushes.deliver(first)
    pushes.deliver(second)
    assert wait_until(pushes.shown, 10)
    assert [shown['id'] for shown in pushes.shown()] == [second['id']]


def test_who_says_no_is_not_asked_again(browse, phone):
    browser = browse()
    # "default": nobody has asked; what the browser would ask is counted.
    browser.context.add_init_script('''
        localStorage.asked ??= 0;
        Object.defineProperty(Notification, "permission", {get: () => localStorage.said || "default"});
        Notification.requestPermission = async () => (localStorage.asked++, localStorage.said = "denied");
    ''')
    browser.sign_in(phone)
    page = browser.open('/messages')
    card = page.get_by_role('region', name='Notifications on this phone')
    card.get_by_role('button', name='Turn on').tap()
    page.get_by_role('button', name='Not now').tap()
    expect(page.get_by_role('dialog')).to_have_count(0)
    assert page.evaluate('localStorage.asked') == '0', 'we were told no, so the browser does not ask'
    card.get_by_role('button', name='Turn on').tap()
    page.get_by_role('button', name='Yes, notify me').tap()
    expect(card).to_contain_text('This is switched off')
    browser.open('/messages')
    expect(card).to_contain_text('This is switched off')
    expect(card.get_by_role('button')).to_have_count(0)
    assert page.evaluate('localStorage.asked') == '1'
    consents = {consent['purpose']: consent for consent in phone.get('/me/consents')}
    assert consents['push']['changed_at'] is None, 'no yes to the one, no yes to the other'


def test_the_home_screen_is_offered_to_who_comes_back(browse, phone):
    browser = browse()
    browser.sign_in(phone)
    fire = '''() => {
        const event = new Event("beforeinstallprompt", {cancelable: true});
        event.prompt = async () => ({outcome: window.outcome = "accepted"});
        window.dispatchEvent(event);
    }'''
    page = browser.open('/messages')
    page.evaluate(fire)
    card = page.get_by_role('region', name='Keep this app at hand')
    expect(page.get_by_role('heading', name='Inbox')).to_be_visible()
    expect(card).to_have_count(0)
    # The next day.
    page.clock.install()
    page.clock.fast_forward(86_400_000)
    browser.open('/messages')
    page.evaluate(fire)
    expect(card).to_be_visible()
    card.get_by_role('button', name='Not now').tap()
    expect(card).to_have_count(0)
    page.clock.fast_forward(86_400_000)
    browser.open('/messages')
    page.evaluate(fire)
    expect(page.get_by_role('heading', name='Inbox')).to_be_visible()
    expect(card).to_have_count(0)


def test_an_iphone_is_told_how(browse, phone):
    browser = browse(user_agent='Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 '
                                '(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1')
    browser.context.add_init_script('delete window.PushManager')
    browser.sign_in(phone)
    page = browser.open('/messages')
    card = page.get_by_role('region', name='Notifications on this phone')
    expect(card).to_contain_text('Put this app on your home screen first')
