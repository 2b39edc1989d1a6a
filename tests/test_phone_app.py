"""The web app as a customer meets it: opened by its link, on a phone, with this server and nothing else."""

from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import expect

#: Bytes of all that is fetched before the first page is at rest, as they travel.
FIRST_LOAD = 150_000
#: What comes when it is needed.
LAZY = {'shop.js', 'for_you.js', 'me.js', 'map.js', 'map.css', 'scanner.js', 'codes.js'}


def test_it_opens_without_asking_others(browse, server):
    phone = browse()
    page = phone.open()
    assert page.locator('h1').inner_text() == 'Near me'
    assert phone.hosts == {urlsplit(server.url).netloc}


def test_an_address_that_is_written_wrong_opens_the_app(browse):
    phone = browse()
    phone.open('/stores/100%25%')
    assert not phone.faults


def test_a_signed_in_customer_stays_signed_in(browse, phone):
    browser = browse()
    browser.sign_in(phone)
    browser.open('/me')
    tokens = browser.page.evaluate('''async () => {
        const [{name}] = await indexedDB.databases();
        const request = indexedDB.open(name);
        await new Promise((resolve) => (request.onsuccess = resolve));
        const found = request.result.transaction("meta").objectStore("meta").get("tokens");
        return new Promise((resolve) => (found.onsuccess = () => resolve(found.result)));
    }''')
    assert tokens['is_signed_in']


def test_its_policy_allows_this_server_alone(server, app):
    answer = requests.get(f'{server.url}/mobile/app/{app["client_id"]}', timeout=60)
    policy = dict(part.partition(' ')[::2] for part in answer.headers['Content-Security-Policy'].split('; '))
    assert policy['default-src'] == "'none'"
    assert policy['script-src'] == policy['connect-src'] == "'self'"
    assert 'unsafe' not in answer.headers['Content-Security-Policy']


def test_who_is_no_app_has_no_page(server):
    assert requests.get(f'{server.url}/mobile/app/nobody', timeout=60).status_code == 404


@pytest.mark.parametrize(('path', 'parts'), [('/near', set()), ('/offers', set()), ('/for-you', {'for_you.js'})])
def test_the_first_load_is_small(browse, path, parts):
    phone = browse()
    network = phone.context.new_cdp_session(phone.page)
    network.send('Network.enable')
    sizes, names = [], set()
    network.on('Network.loadingFinished', lambda event: sizes.append(event['encodedDataLength']))
    phone.page.on('request', lambda request: names.add(request.url.rpartition('/')[2]))
    phone.open(path)
    expect(phone.page.locator('.wait')).to_have_count(0)
    phone.page.wait_for_load_state('networkidle')
    assert 20_000 < sum(sizes) < FIRST_LOAD
    assert 'app.js' in names
    assert names & LAZY == parts
