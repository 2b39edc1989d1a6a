"""The web app without the network: it opens, shows what is kept, and what is done meanwhile is done once, in order."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from devtools.phone_browser import NO_BACKGROUND
from devtools.process import wait_until

#: The app's own parts, as pages get them.
ENV = '[...owl.App.apps][0].env'
#: Whether the service worker has all that the app needs to open.
IS_READY = '''async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
        await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
    }
    for (;;) {
        const names = (await caches.keys()).filter((name) => name.startsWith("mobile-shells-"));
        const shells = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
        if (shells.some(Boolean)) { return true; }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}'''
#: As if another app were in front.
HIDE = '() => { Object.defineProperty(document, "hidden", {value: true, configurable: true}); }'
#: Has notices stay: a busy machine may look for them when they would be gone.
STAY = '''{
    const wait = setTimeout;
    globalThis.setTimeout = (run, time, ...given) => wait(run, time === 5000 ? 60000 : time, ...given);
}'''


@pytest.fixture
def client(browse, phone):
    """Return a browser in which a customer is signed in, has opened the app once, and has a shopping list."""
    phone.list_id = make_list(phone)
    browser = browse()
    browser.context.add_init_script(NO_BACKGROUND + STAY)
    browser.sign_in(phone)
    browser.page.evaluate(IS_READY)
    sync(browser.page)
    return browser


def make_list(phone, name="Weekend"):
    list_id = str(uuid.uuid4())
    phone.post('/lists', 201, id=list_id, name=name)
    return list_id


def do(page, script, argument=None):
    """Run JavaScript with the app's `env`, and the argument as `given`."""
    return page.evaluate(f'(given) => {{ const env = {ENV}; return (async () => {{ {script} }})(); }}', argument)


def enter(page, phone):
    """Sign a customer in who has signed in over HTTP."""
    do(page, 'await env.session.enter(given)', {
        'access_token': phone.http.headers['Authorization'].removeprefix('Bearer '), 'device_id': phone.device_id,
        'refresh_token': phone.refresh_token, 'customer': phone.customer})


def sync(page):
    do(page, 'await env.sync.now()')


def hold(client, path, script):
    """Run JavaScript that asks the API for a path; return that request (a Route), which nobody has answered."""
    held = []
    client.context.route(f'**/mobile/v1{path}*', lambda route: held.append(route) or None)
    client.page.evaluate(script)
    for _each in range(2000):
        if held:
            break
        client.page.wait_for_timeout(10)
    return held[0]


def hold_sync(client):
    """Return a request for all that is kept, which nobody has answered; `window.synced` is there when it is taken."""
    # The app's own, under way or about to begin, is not the one to be held.
    do(client.page, '''
        clearTimeout(env.sync.asked);
        await env.sync.running?.catch(() => {});
        clearTimeout(env.sync.asked);
        await env.database.delete("meta", "cursor");
    ''')
    return hold(client, '/sync', f'() => {{ window.synced = {ENV}.sync.now().catch(() => {{}}); }}')


def enqueue(page, method, path, body=None, **more):
    """Do something as a page of the app does it; nobody waits for the answer."""
    do(page, 'return await env.queue.send(given)', {
        'method': method, 'path': path, 'label': f'{method} {path}', **({} if body is None else {'body': body}),
        **more})


def waiting(page):
    return do(page, 'return (await env.database.getAll("queue")).length')


def wait_until_sent(page):
    page.wait_for_function(f'() => !{ENV}.queue.state.count')


def requests_of(browser):
    """Return a list to which the app's requests that change something are added: (method, path, key, body)."""
    sent = []
    browser.context.on('request', lambda request: sent.append((
        request.method, request.url.partition('/mobile/v1')[2], request.headers.get('idempotency-key'),
        request.post_data)) if '/mobile/v1/' in request.url and request.method != 'GET' else None)
    return sent


def test_it_opens_and_shows_what_is_kept(client, phone):
    client.context.set_offline(True)
    page = client.open('/offers')
    assert page.locator('h1').inner_text() == 'Offers'
    expect(page.get_by_text("You are offline.")).to_be_visible()
    kept = do(page, 'return JSON.parse(JSON.stringify(env.kept.state))')
    assert [one['id'] for one in kept['lists']] == [phone.list_id]
    assert kept['me']['phone'] == phone.customer['phone']
    assert do(page, 'return env.session.state.isSignedIn')
    client.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


def test_what_is_done_offline_is_sent_once_in_order(client, phone, query):
    page, first, second = client.page, *(str(uuid.uuid4()) for _each in range(2))
    client.context.set_offline(True)
    made = str(uuid.uuid4())
    enqueue(page, 'POST', '/lists', {'id': made, 'name': "Party"})
    enqueue(page, 'POST', f'/lists/{made}/lines', {'lines': [{'id': first, 'text': "Candles"}]})
    enqueue(page, 'POST', f'/lists/{made}/lines', {'lines': [{'id': second, 'text': "Cake"}]})
    enqueue(page, 'PATCH', f'/lists/{made}/lines/{first}', {'text': "Big candles"})
    enqueue(page, 'DELETE', f'/lists/{made}/lines/{second}')
    enqueue(page, 'POST', '/enquiries', {'subject': "Cake", 'message': "Is it fresh?"})
    expect(page.get_by_text("Waiting to be sent: 6")).to_be_visible()
    client.open()
    expect(page.get_by_text("Waiting to be sent: 6")).to_be_visible()

    # The first answer of each POST gets lost on its way.
    lost = set()

    def lose(route):
        name = (route.request.url, route.request.post_data)
        if route.request.method == 'POST' and name not in lost:
            lost.add(name)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    client.context.route(re.compile('/mobile/v1/(lists|enquiries)'), lose)
    sent = requests_of(client)
    client.context.set_offline(False)
    for _each in range(5):
        # As on coming back to the app, rather than after the pause.
        do(page, 'await env.queue.flush()')
    wait_until_sent(page)
    assert len(lost) == 4
    # Each repetition is the same to the last byte, and everything is in order.
    assert [(method, path.rpartition('/')[2]) for method, path, _key, _body in sent if method != 'GET'] == [
        ('POST', 'lists')] * 2 + [('POST', 'lines')] * 4 + [
        ('PATCH', first), ('DELETE', second), *[('POST', 'enquiries')] * 2]
    posts = [request for request in sent if request[0] == 'POST']
    assert [posts.count(post) for post in dict.fromkeys(posts)] == [2] * 4
    assert [line['text'] for line in phone.get(f'/lists/{made}')['lines']] == ["Big candles"]
    assert query('SELECT count(*) FROM mobile_enquiry WHERE partner_id = ('
                 'SELECT partner_id FROM mobile_list WHERE uuid = %s)', made) == 1


def test_what_is_refused_is_told_and_put_right(client, phone):
    page = client.page
    client.context.set_offline(True)
    wrong = str(uuid.uuid4())
    # Optimistically, as pages do.
    do(page, 'await env.kept.put("lists", given)', {'id': wrong, 'name': '', 'lines': [], 'version': 1})
    enqueue(page, 'POST', '/lists', {'id': wrong, 'name': ''})
    enqueue(page, 'POST', f'/lists/{wrong}/lines', {'lines': [{'id': str(uuid.uuid4()), 'text': "Never"}]})
    right = str(uuid.uuid4())
    enqueue(page, 'POST', '/lists', {'id': right, 'name': "Right"})
    sent = requests_of(client)
    client.context.set_offline(False)
    wait_until_sent(page)
    notices = page.locator('.notice')
    expect(notices.filter(has_text="POST /lists")).to_be_visible()
    # What depends on it is not asked for, and not told once more.
    assert [path for _method, path, _key, _body in sent] == ['/lists', '/lists']
    assert notices.count() == 1
    page.wait_for_function(f'(id) => {ENV}.kept.state.lists.every((one) => one.id !== id)', arg=wrong)
    page.wait_for_function(f'(id) => {ENV}.kept.state.lists.some((one) => one.id === id)', arg=right)


def test_a_server_that_is_busy_is_given_the_time_it_asks_for(client, phone):
    page, tries = client.page, []

    def busy(route):
        tries.append(route.request.headers['idempotency-key'])
        if len(tries) == 1:
            route.fulfill(status=429, headers={'Retry-After': '2'}, content_type='application/problem+json',
                          body='{"code": "too_many_requests", "title": "Later", "status": 429}')
        else:
            route.continue_()

    client.context.route('**/mobile/v1/lists', busy)
    enqueue(page, 'POST', '/lists', {'id': str(uuid.uuid4()), 'name': "Busy"})
    do(page, 'await env.queue.flush()')
    assert len(tries) == 1
    expect(page.get_by_text("Waiting to be sent: 1")).to_be_visible()
    # By itself.
    wait_until_sent(page)
    assert tries == [tries[0]] * 2


def test_too_many_of_one_kind_hold_nothing_else_up(client, phone):
    page, tries = client.page, []

    def busy(route):
        tries.append(1)
        route.fulfill(status=429, headers={'Retry-After': '3600'}, content_type='application/problem+json',
                      body='{"code": "too_many_requests", "title": "Later", "status": 429}')

    client.context.route('**/mobile/v1/enquiries', busy)
    list_id = str(uuid.uuid4())
    for _each in range(2):
        enqueue(page, 'POST', '/enquiries', {'id': str(uuid.uuid4()), 'text': "Have you got it?"})
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Something else"})
    do(page, 'await env.queue.flush()')
    assert list_id in [one['id'] for one in phone.get('/lists')['items']]
    assert (len(tries), waiting(page)) == (1, 2)


def test_too_many_consents_hold_no_withdrawal_up(client, phone):
    """What cannot be agreed to so often is told; what is withdrawn goes out at once."""
    page, tries = client.page, []

    def busy(route):
        tries.append(route.request.post_data_json)
        if len(tries) == 1:
            route.fulfill(status=429, headers={'Retry-After': '3600'}, content_type='application/problem+json',
                          body='{"code": "too_many_requests", "title": "Later", "status": 429}')
        else:
            route.continue_()

    client.context.route('**/mobile/v1/me/consents', busy)
    versions = {consent['purpose']: consent['version'] for consent in phone.get('/me/consents')}
    do(page, """
        const kinds = given.map((body) => ({ method: "PUT", path: "/me/consents", label: "Consents", body }));
        await Promise.allSettled(kinds.map((entry) => env.queue.send(entry)));
    """, [{'email': True, 'versions': {'email': versions['email']}}, {'location': False}])
    assert ['email' in body for body in tries] == [True, False]
    assert waiting(page) == 0


def test_a_lost_race_is_tried_again(client, phone):
    page, tries = client.page, []

    def race(route):
        tries.append(route.request.headers['idempotency-key'])
        if len(tries) == 1:
            route.fulfill(status=409, content_type='application/problem+json',
                          body='{"code": "conflict", "title": "Somebody was quicker", "status": 409}')
        else:
            route.continue_()

    client.context.route('**/mobile/v1/lists', race)
    list_id = str(uuid.uuid4())
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Second"})
    wait_until_sent(page)
    assert tries == [tries[0]] * 2
    assert list_id in [one['id'] for one in phone.get('/lists')['items']]


def test_what_is_decided_while_an_answer_is_awaited_is_in_the_queue(client, phone):
    """A page that is closed before the first answer loses nothing of the second."""
    page = client.open('/me/preferences')
    switches = [page.get_by_role('switch', name=name) for name in ('Emails', 'Text messages')]
    expect(switches[0]).to_be_visible()
    held = []
    client.context.route('**/mobile/v1/me/preferences', lambda route: (
        held.append(route) if route.request.method == 'PUT' else route.continue_()))
    for switch in switches:
        switch.tap()
    assert wait_until(lambda: waiting(page) == 2 and bool(held), 10)
    wanted = do(page, 'return env.kept.state.preferences.channels')
    client.context.unroute('**/mobile/v1/me/preferences')
    # As on opening the app again: this one is not waited for any more.
    page.close()
    held[0].abort()
    client.page = client.context.new_page()
    client.open('/offers')
    wait_until_sent(client.page)
    assert phone.get('/me/preferences')['channels'] == wanted


def test_another_address_is_the_same_customer(client, phone, query):
    """What waits is theirs, also when they sign in by something else, or staff have changed their number."""
    page = client.page
    client.context.set_offline(True)
    list_id = str(uuid.uuid4())
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Mine"})
    do(page, 'await env.session.ended()')
    assert waiting(page) == 1
    phone.customer = {**phone.customer, 'phone': '+32470999999', 'email': 'other@mobile-crm.example'}
    enter(page, phone)
    client.context.set_offline(False)
    wait_until_sent(page)
    assert query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id) == 1


def test_what_proves_a_customer_is_forgotten_with_them(client, customer):
    page = client.page
    do(page, 'await env.database.put("meta", "of somebody", "passkey")')
    enter(page, customer())
    assert do(page, 'return await env.database.get("meta", "passkey")') is None
    do(page, 'await env.database.put("meta", "of somebody", "passkey")')
    do(page, 'await env.session.leave()')
    assert do(page, 'return await env.database.get("meta", "passkey")') is None


def test_leaving_a_page_while_its_answer_comes_is_no_lost_network(client):
    """What is given up is given up, also when the answer has begun."""
    assert do(client.page, """
        const real = window.fetch;
        const leaving = new AbortController();
        window.fetch = async (...given) => {
            const answer = await real(...given);
            answer.json = async () => {
                leaving.abort();
                throw leaving.signal.reason;
            };
            return answer;
        };
        try {
            await env.api.get("/lists", null, { signal: leaving.signal });
        } catch (error) {
            return [error.name, env.session.state.isOnline];
        } finally {
            window.fetch = real;
        }
    """) == ['AbortError', True]


def test_events_say_when_they_are_sent(client, query):
    page, event_id = client.page, str(uuid.uuid4())
    bodies = []
    client.context.on('request', lambda request: request.url.endswith('/events') and bodies.append(
        (request.headers.get('idempotency-key'), request.post_data_json)))
    client.context.set_offline(True)
    event = {'id': event_id, 'type': 'search', 'occurred_at': '2026-01-01T00:00:00Z', 'query': "kettle"}
    enqueue(page, 'POST', '/events', {'events': [event]}, isTimed=True)
    client.context.set_offline(False)
    wait_until_sent(page)
    assert [(key, set(body)) for key, body in bodies] == [(None, {'events', 'sent_at'})]


def test_two_tabs(client, phone, query, db):
    page, other = client.page, client.open(page=client.context.new_page())
    # Both have an access token that is over.
    with db().cursor() as cursor:
        cursor.execute("UPDATE mobile_token SET expires_at = now() - interval '1 minute' WHERE kind = 'access'"
                       ' AND device_id = (SELECT id FROM mobile_device WHERE uuid = %s)', [phone.device_id])
    sent = requests_of(client)
    for tab in (page, other):
        tab.evaluate(f'() => {{ window.done = {ENV}.api.get("/me"); }}')
    assert [tab.evaluate('async () => (await window.done).phone') for tab in (page, other)] == [
        phone.customer['phone']] * 2
    assert [path for _method, path, _key, _body in sent] == ['/auth/refresh']
    assert do(other, 'return env.session.state.isSignedIn')

    # What both know to wait is sent by one.
    sent.clear()
    client.context.set_offline(True)
    for number, tab in enumerate((page, other, page)):
        enqueue(tab, 'POST', '/lists', {'id': str(uuid.uuid4()), 'name': f"List {number}"})
    expect(other.get_by_text("Waiting to be sent: 3")).to_be_visible()
    client.context.set_offline(False)
    for tab in (page, other):
        tab.evaluate(f'() => {{ {ENV}.queue.flush(); }}')
    for tab in (page, other):
        wait_until_sent(tab)
    assert [body.count('List 0') + 2 * body.count('List 1') + 3 * body.count('List 2')
            for _method, _path, _key, body in sent] == [1, 2, 3]

    # Who signs out in one is signed out in the other, which shows nothing of theirs.
    assert do(page, 'return await env.session.signOut()')
    other.wait_for_function(f'() => !{ENV}.session.state.isSignedIn && !{ENV}.kept.state.lists.length')
    assert do(other, 'return [await env.database.count("items"), await env.database.count("queue")]') == [0, 0]
    with pytest.raises(Exception, match='sign_in_required'):
        do(other, 'try { await env.api.get("/me"); } catch (problem) { throw new Error(problem.code); }')


def test_signing_out_with_something_unsent_asks_first(client, query):
    page, list_id = client.page, str(uuid.uuid4())
    client.context.set_offline(True)
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Unsent"})
    page.evaluate(f'() => {{ window.isOut = {ENV}.session.signOut(); }}')
    page.get_by_role('dialog').get_by_role('button', name="Not now").click()
    assert not page.evaluate('() => window.isOut')
    assert (do(page, 'return env.session.state.isSignedIn'), waiting(page)) == (True, 1)
    page.evaluate(f'() => {{ window.isOut = {ENV}.session.signOut(); }}')
    page.get_by_role('dialog').get_by_role('button', name="Sign out").click()
    assert page.evaluate('() => window.isOut')
    assert (do(page, 'return env.session.state.isSignedIn'), waiting(page)) == (False, 0)


def test_a_session_that_ended_meanwhile(client, phone, admin, customer, query):
    page, list_id = client.page, str(uuid.uuid4())
    client.context.set_offline(True)
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Mine"})
    # Staff, or the customer on another device, end the session.
    phone.send('POST', '/auth/logout', 204, json={})
    client.context.set_offline(False)
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    assert do(page, 'return env.kept.state.me') is None
    assert (waiting(page), do(page, 'return env.queue.state.count')) == (1, 0)

    # Another customer on this phone neither sees nor sends it.
    stranger = customer()
    enter(page, stranger)
    sync(page)
    assert waiting(page) == 0
    assert do(page, 'return env.kept.state.lists.length') == 0
    assert not query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id)


def test_an_answer_for_the_customer_before_is_not_kept(client, customer):
    page = client.page
    stranger = customer()
    held = hold_sync(client)
    answer = held.fetch()
    enter(page, stranger)
    held.fulfill(response=answer)
    page.evaluate('() => window.synced')
    client.context.unroute('**/mobile/v1/sync*')
    assert do(page, 'return env.kept.state.lists.length') == 0
    assert do(page, 'return env.kept.state.me.phone') == stranger.customer['phone']
    # Theirs comes at once, not with the next turn.
    for _each in range(500):
        if do(page, 'return env.kept.state.preferences'):
            break
        page.wait_for_timeout(10)
    assert do(page, 'return env.kept.state.preferences')


def test_an_answer_from_before_does_not_undo_what_was_done_since(client):
    page, list_id = client.page, str(uuid.uuid4())
    held = hold_sync(client)
    answer = held.fetch()
    do(page, 'await env.kept.put("lists", {...given, ...env.kept.state.lists[0], id: given.id, name: "Since"})',
       {'id': list_id})
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Since"})
    held.fulfill(response=answer)
    page.evaluate('() => window.synced')
    assert list_id in do(page, 'return env.kept.state.lists.map(({ id }) => id)')


def test_a_page_gets_no_answer_for_the_customer_before(client, customer):
    page = client.page
    stranger = customer()
    held = hold(client, '/orders', f'''() => {{
        window.answer = {ENV}.api.get("/orders").then(() => "seen", (error) => error.message);
    }}''')
    answer = held.fetch()
    enter(page, stranger)
    held.fulfill(response=answer)
    assert page.evaluate('() => window.answer') == 'another customer'


@pytest.mark.parametrize('status', [429, 503])
def test_a_server_without_time_does_not_close_the_app(client, status):
    page = client.page
    worker, = client.context.service_workers
    worker.evaluate('''(status) => {
        const busy = async () => new Response("busy", { status });
        self.fetch = busy;
        Object.defineProperty(FetchEvent.prototype, "preloadResponse", { get: busy });
    }''', status)
    client.open('/offers')
    expect(page.get_by_role('heading', level=1)).to_have_text("Offers")


def test_a_new_version_loses_nothing(client, phone, admin, query):
    page, list_id = client.page, str(uuid.uuid4())
    before = do(page, 'return env.config.version')
    client.context.set_offline(True)
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Before"})
    asset = admin.call('ir.asset', 'create', {
        'name': 'another version', 'bundle': 'mobile_crm.assets_phone',
        'path': 'mobile_crm/static/lib/leaflet/leaflet.css'})
    try:
        # In the middle of something: a text that is being written.
        page.evaluate('() => { document.body.append(document.createElement("textarea")); }')
        page.locator('body > textarea').fill("Half a sentence")
        client.context.set_offline(False)
        do(page, 'await env.updates.registration.update()')
        button = page.get_by_role('button', name="Reload")
        expect(button).to_be_visible()
        assert page.locator('body > textarea').input_value() == "Half a sentence"
        # The version in use goes on, without the server that has another.
        assert page.evaluate(f'async () => (await fetch({ENV}.config.assets + "app.css")).status') == 200
        # A file of it that was not used before is gone.
        assert page.evaluate(f'async () => (await fetch({ENV}.config.assets + "map.css")).status') == 404
        with page.expect_navigation():
            button.click()
        page.wait_for_selector('.app')
        assert do(page, 'return env.config.version') != before
        wait_until_sent(page)
        assert query('SELECT name FROM mobile_list WHERE uuid = %s', list_id) == "Before"
        expect(button).to_be_hidden()
        # It opens without the network at once.
        client.context.set_offline(True)
        client.open()
        after = do(page, 'return env.config.version')
        assert after != before
        client.context.set_offline(False)
    finally:
        admin.call('ir.asset', 'unlink', [asset])
    # Once more, with nothing to lose: it is done by itself when nobody looks.
    page.evaluate(HIDE)
    page.evaluate(f'() => {{ {ENV}.updates.registration.update(); }}')
    page.wait_for_function(f'() => globalThis.owl?.App.apps.size && {ENV}.config.version === "{before}"')
    # The files of the versions before are deleted.
    page.evaluate(IS_READY)
    page.evaluate(f'''async () => {{
        while ((await caches.keys()).filter((name) => name.startsWith("mobile-files-")).join()
            !== "mobile-files-{before}") {{ await new Promise((resolve) => setTimeout(resolve, 50)); }}
    }}''')


def test_a_server_of_two_minds_does_not_make_it_reload_for_ever(client):
    page = client.page
    loads = []
    page.on('load', lambda: loads.append(1))
    for _each in range(3):
        page.evaluate(HIDE)
        do(page, 'env.updates.hasChanged = true; setTimeout(() => env.updates.take("yet another"))')
        page.wait_for_timeout(200)
        page.wait_for_selector('.app')
        page.wait_for_function('() => owl.App.apps.size')
    assert len(loads) == 1


def test_a_page_that_is_newer_than_its_worker_does_not_load_itself_again(client):
    """After an upgrade the page comes from the network, and the worker that hands it out is still the old one."""
    page = client.page
    loads = []
    page.on('load', lambda: loads.append(1))
    page.evaluate(HIDE)
    do(page, """
        const { updates } = env;
        updates.hasChanged = false;
        updates.registration = { update: async () => ({ installing: {} }) };
        await updates.take("older");
    """)
    page.wait_for_timeout(200)
    assert (loads, do(page, 'return env.updates.state.isReady')) == ([], False)


def test_servers_of_several_versions_do_not_make_it_reload_for_ever(client):
    page = client.page
    loads = []
    page.on('load', lambda: loads.append(1))
    for version in ("second", "third", "second", "third", "second"):
        page.evaluate(HIDE)
        do(page, 'env.updates.hasChanged = true; setTimeout(() => env.updates.take(given))', version)
        page.wait_for_timeout(200)
        page.wait_for_selector('.app')
        page.wait_for_function('() => owl.App.apps.size')
    assert len(loads) == 2


def test_what_was_never_sent_is_not_given_up(client, customer, phone):
    """Whose session has ended signs in again days later; what may have arrived then is told instead of done twice."""
    page = client.page
    client.context.set_offline(True)
    enqueue(page, 'POST', '/enquiries', {'subject': "Tea", 'message': "Is there green tea?"})
    phone.send('POST', '/auth/logout', 204, json={})
    client.context.set_offline(False)
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    assert [entry.get('tried_at') for entry in do(page, 'return env.database.getAll("queue")')] == [None]
    # What was refused in somebody's absence is told to nobody else.
    enter(page, customer())
    do(page, 'await env.database.put("meta", given, "refusals")', [
        {'entry': {'owner': 'somebody@example.com', 'label': "Secret"}, 'why': "No"},
        {'entry': {'owner': None, 'label': "Open"}, 'why': "No"}])
    page.evaluate('(name) => new BroadcastChannel(name).postMessage("refusals")', f'mobile-{client.client_id}')
    expect(page.locator('.notice', has_text="Open")).to_be_visible()
    expect(page.locator('.notice', has_text="Secret")).to_have_count(0)


def test_a_page_that_dies_while_something_is_on_its_way(client, query):
    page = client.page
    client.context.route('**/mobile/v1/enquiries', lambda route: None)
    with page.expect_request('**/mobile/v1/enquiries'):
        do(page, 'env.queue.send(given)', {
            'method': 'POST', 'path': '/enquiries', 'label': "Tea", 'body': {'subject': "Tea", 'message': "Green?"}})
    assert all(entry['tried_at'] for entry in do(page, 'return env.database.getAll("queue")'))
    # Two days later the server would not know it again.
    do(page, """
        const [entry] = await env.database.getAll("queue");
        await env.database.put("queue", { ...entry, tried_at: entry.tried_at - 2 * 86400000 });
    """)
    client.context.unroute('**/mobile/v1/enquiries')
    sent = requests_of(client)
    client.open()
    expect(page.get_by_text("“Tea” may not have reached us.")).to_be_visible()
    assert not sent


def test_a_connection_that_is_lost(client):
    page = client.page
    do(page, """
        env.database.inner.close();
        await env.presence.reports.add({ type: "search" });
        env.database.inner = null;
        await env.presence.reports.clear();
    """)
    assert do(page, 'return env.database.get("meta", "events")') == []


def test_somebody_else_signs_in_while_the_end_of_a_session_is_noticed(client, phone):
    page = client.page
    do(page, 'await env.session.ended()')
    assert do(page, 'return env.kept.state.me.phone') == phone.customer['phone']


def test_a_phone_that_is_full(browse, phone, query):
    browser, list_id = browse(), str(uuid.uuid4())
    browser.context.add_init_script(STAY)
    page = browser.page
    session = browser.context.new_cdp_session(page)
    session.send('Storage.overrideQuotaForOrigin', {'origin': browser.url, 'quotaSize': 1})
    try:
        browser.open()
        enter(page, phone)
        expect(page.get_by_text("memory is full.")).to_be_visible()
        sync(page)
        assert do(page, 'return env.kept.state.me.phone') == phone.customer['phone']
        browser.context.set_offline(True)
        enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Full"})
        expect(page.get_by_text("Waiting to be sent: 1")).to_be_visible()
        browser.context.set_offline(False)
        wait_until_sent(page)
        assert query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id) == 1
    finally:
        session.send('Storage.overrideQuotaForOrigin', {'origin': browser.url})


def test_a_browser_that_keeps_nothing(browse, phone):
    browser = browse()
    browser.context.add_init_script('''
        IDBFactory.prototype.open = () => { throw new DOMException("no", "SecurityError"); };
        Object.defineProperty(window, "localStorage", {
            get() { throw new DOMException("no", "SecurityError"); },
        });
    ''')
    page = browser.open()
    enter(page, phone)
    sync(page)
    assert do(page, 'return env.kept.state.me.phone') == phone.customer['phone']
    assert do(page, 'return env.session.state.isSignedIn')
    browser.context.set_offline(True)
    list_id = str(uuid.uuid4())
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Memory"})
    expect(page.get_by_text("Waiting to be sent: 1")).to_be_visible()
    browser.context.set_offline(False)
    wait_until_sent(page)
    assert [one['id'] for one in phone.get('/lists')['items']] == [list_id]


def test_a_newer_database_keeps_what_waits(client, query):
    """A newer version of the app, in another tab, brings a database of its own version; this one goes on with it."""
    page, list_id = client.page, str(uuid.uuid4())
    client.context.set_offline(True)
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Upgraded"})
    other = client.open(page=client.context.new_page())
    other.evaluate(f'''async () => {{
        const database = await idb.openDB({ENV}.database.name, 2, {{
            upgrade(database) {{ database.createObjectStore("more"); }},
        }});
        database.close();
    }}''')
    for tab in (page, other):
        assert waiting(tab) == 1
        assert not do(tab, 'return env.database.isTemporary')
    # Opened anew, by an app that does not know that version.
    client.open()
    assert waiting(page) == 1
    client.context.set_offline(False)
    wait_until_sent(page)
    assert query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id) == 1


def test_what_waits_is_sent_without_a_page(browse, phone, query):
    """The browser wakes the service worker, where nobody has the app open."""
    browser, list_id = browse(), str(uuid.uuid4())
    browser.sign_in(phone)
    page = browser.page
    page.evaluate(IS_READY)
    browser.context.set_offline(True)
    enqueue(page, 'POST', '/lists', {'id': list_id, 'name': "Background"})
    tag = page.evaluate('''async () => {
        const {sync} = await navigator.serviceWorker.ready;
        for (;;) {
            const [tag] = await sync.getTags();
            if (tag) { return tag; }
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }''')
    assert tag == f'queue:{browser.client_id}'
    page.goto('about:blank')
    browser.context.set_offline(False)
    for _each in range(100):
        if query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id):
            break
        page.wait_for_timeout(50)
    assert query('SELECT count(*) FROM mobile_list WHERE uuid = %s', list_id) == 1


def test_pictures_that_were_seen_are_there(client):
    page = client.page
    show = '''(source) => new Promise((resolve) => {
        const picture = new Image();
        picture.onload = () => resolve(picture.naturalWidth > 0);
        picture.onerror = () => resolve(false);
        picture.src = source;
    })'''
    assert page.evaluate(show, '/web/static/img/logo2.png')
    page.evaluate(f'''async () => {{
        while (!(await (await caches.open("mobile-pictures-{client.client_id}")).keys()).length) {{
            await new Promise((resolve) => setTimeout(resolve, 20));
        }}
    }}''')
    client.context.set_offline(True)
    client.open()
    assert page.evaluate(show, '/web/static/img/logo2.png')
    assert not page.evaluate(show, '/web/static/img/nologo.png')
    # Pictures may tell what somebody has looked at.
    client.context.set_offline(False)
    do(page, 'await env.session.leave()')
    assert not page.evaluate(f'() => caches.has("mobile-pictures-{client.client_id}")')


def test_a_renewal_whose_answer_was_lost(client, phone, db):
    page = client.page
    lost = []

    def lose(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    client.context.route('**/mobile/v1/auth/refresh', lose)
    with db().cursor() as cursor:
        cursor.execute("UPDATE mobile_token SET expires_at = now() - interval '1 minute' WHERE kind = 'access'"
                       ' AND device_id = (SELECT id FROM mobile_device WHERE uuid = %s)', [phone.device_id])
    do(page, 'await env.api.get("/me").catch(() => {})')
    assert lost == [200]
    assert do(page, 'return (await env.api.get("/me")).phone') == phone.customer['phone']
    assert do(page, 'return env.session.state.isSignedIn')
