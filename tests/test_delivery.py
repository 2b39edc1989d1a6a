"""From the fence to the phone's screen on a real server: what campaigns give out is sent by Odoo's own workers."""

import json
import re
import uuid
from datetime import UTC, datetime

import pytest

from devtools.journey import CLIENT_ID, DOOR, FICTION
from devtools.people import Phone, Staff
from devtools.process import wait_until
from devtools.push_servers import load

push_servers = load()

#: Seconds until a worker has been woken and a provider has the message.
PATIENCE = 90


@pytest.fixture
def google(monkeypatch):
    """Return Google's services on this machine, which servers that start now trust."""
    monkeypatch.setenv('SSL_CERT_FILE', push_servers.ca_file())
    monkeypatch.setenv('MOBILE_CRM_KEY', 'a key that only this test has')
    with push_servers.FcmServer() as service:
        yield service


@pytest.fixture
def shop(odoo_cli, serve, google):
    """Return the administrator of a shop with the demo's stores and campaigns, whose app has credentials."""
    odoo_cli.fresh('full')
    instance = serve('delivery', workers=2, max_cron_threads=2)
    admin = Staff(instance.url, odoo_cli.database, 'admin', 'admin')
    admin.call('ir.config_parameter', 'set_param', 'mobile_crm.fcm_url', google.url)
    app, = admin.find('mobile.app', [('client_id', '=', CLIENT_ID)], 'name')
    admin.call('mobile.app', 'web_save', [app['id']], {
        'fcm_credential': json.dumps(google.service_account())}, specification={})
    admin.app_id = app['id']
    return admin


def visitor(shop, google):
    """Return a phone whose customer agrees to be told, and its address at Google's."""
    phone, address = Phone(shop.base_url, CLIENT_ID, 'android', 'Pixel 9'), google.register()
    phone.register()
    phone.sign_in('sms', FICTION[1][7], lambda number: re.search(r'\b\d{6}\b', max(
        shop.find('sms.sms', [('number', '=', number)], 'body'), key=lambda text: text['id'])['body']).group())
    phone.send('PATCH', '/devices/current', json={'push': {'provider': 'fcm', 'address': address}})
    phone.decide(push=True, location=True)
    return phone, address


def come_near(phone):
    """Let a phone enter the store's smallest fence."""
    fence = min((fence for fence in phone.get('/geofences', lat=DOOR[0], lon=DOOR[1], limit=20)['items']
                 if fence['type'] == 'circle'), key=lambda fence: fence['radius'])
    phone.report({'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': fence['id'], 'lat': DOOR[0], 'lon': DOOR[1],
                  'accuracy': 12.0, 'occurred_at': datetime.now(UTC).isoformat()})


def attempts(shop, public_id):
    return shop.find('mobile.message', [('origin_id.uuid', '=', public_id)], 'channel', 'state', 'reason', 'detail')


def test_an_offer_at_a_fence_is_on_the_screen(shop, google):
    phone, address = visitor(shop, google)
    come_near(phone)
    offer, = phone.get('/offers')['items']
    message, = phone.get('/messages')['items']
    assert wait_until(lambda: google.phone(address).received, PATIENCE, 0.2)
    shown, = google.phone(address).shown
    payload = shown.payload.get('message', shown.payload)
    assert payload['notification']['title'] == message['title']
    assert payload['data']['message_id'] == message['id'] == shown.public_id
    assert payload['data']['offer_id'] == offer['id']
    assert wait_until(lambda: [row['state'] for row in attempts(shop, message['id'])] == ['sent'], PATIENCE, 0.2)
    phone.send('POST', f'/messages/{message["id"]}/delivered', 204, json={})
    assert [row['state'] for row in attempts(shop, message['id'])] == ['delivered']
    assert phone.post(f'/messages/{message["id"]}/read')['read_at']
    assert [row['state'] for row in attempts(shop, message['id'])] == ['opened']
    assert len(google.phone(address).received) == 1
    # What opens the provider's door is shown to nobody, however it is asked for.
    secret = 'BEGIN PRIVATE KEY'
    app = shop.call('mobile.app', 'read', [shop.app_id])
    assert secret not in json.dumps(app)
    form = shop.call('mobile.app', 'web_read', [shop.app_id], specification={'fcm_credential': {}, 'fcm_project': {}})
    assert secret not in json.dumps(form)
    assert form[0]['fcm_project'] == 'shop'


def test_a_dead_phone_is_forgotten(shop, google):
    phone, address = visitor(shop, google)
    google.kill(address)
    come_near(phone)
    message, = phone.get('/messages')['items']
    assert wait_until(lambda: [row['state'] for row in attempts(shop, message['id'])] == ['failed'], PATIENCE, 0.2)
    attempt, = attempts(shop, message['id'])
    assert (attempt['reason'], attempt['detail']) == ('no_address', 'HTTP 404 UNREGISTERED')
    assert phone.send('PATCH', '/devices/current', json={}).json()['push_provider'] is None
