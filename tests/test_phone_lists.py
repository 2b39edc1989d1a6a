"""Shopping lists, favourites and recommendations of the web app, with and without a network."""

import uuid

import pytest
from playwright.sync_api import expect

from devtools.people import Phone
from devtools.phone_browser import NO_BACKGROUND


@pytest.fixture(scope='module')
def shopper(server, app, admin, numbers):
    """Return a function that signs the customer of this file's tests in on one more phone."""
    def read_code(number):
        domain = [('number', '=', number)]
        return admin.call('sms.sms', 'search_read', domain, ['body'], limit=1, order='id desc')[0]['body'].split()[0]

    def sign_in():
        phone = Phone(server.url, app['client_id'], 'ios', 'Test phone')
        phone.register()
        phone.sign_in('sms', number, read_code)
        return phone

    number = next(numbers)
    return sign_in


@pytest.fixture(scope='module')
def holder(shopper):
    return shopper()


@pytest.fixture
def pocket(browse, holder):
    """Return a function that opens the app as the customer's phone, or another one of theirs."""
    def open_as(phone=holder, **options):
        browser = browse(**options)
        browser.context.add_init_script(NO_BACKGROUND)
        browser.sign_in(phone)
        return browser

    return open_as


@pytest.fixture
def make_list(holder):
    """Return a function that makes a list over HTTP, of lines in words."""
    def make(name, *texts):
        return holder.post('/lists', 201, id=str(uuid.uuid4()), name=name, lines=[
            {'id': str(uuid.uuid4()), 'text': text} for text in texts])

    return make


def add(page, *texts):
    """Type lines and wait until they stand on the list."""
    for text in texts:
        page.get_by_label('What do you need?').fill(text)
        page.get_by_role('button', name='Add', exact=True).tap()
        expect(page.get_by_label('Still to buy').get_by_text(text, exact=True)).to_be_visible()


def lines(phone, name):
    """Return the lines of a list as the server has them: (text, done)."""
    found = [kept for kept in phone.get('/lists', limit=100)['items'] if kept['name'] == name]
    return [(line['text'], line['done']) for kept in found for line in kept['lines']]


def sent(page, method, path):
    """Wait for the answer to a request."""
    return page.expect_response(lambda answer: answer.request.method == method and path in answer.url)


def told(page, text):
    """Wait until the server has been told of a line."""
    return page.expect_response(
        lambda answer: answer.url.endswith('/lines') and text in (answer.request.post_data or ''))


def test_lists_made_without_a_network_on_two_phones_are_both_kept(pocket, shopper, holder):
    phones = {'Weekend': pocket(), 'Party': pocket(shopper())}
    for name, phone in phones.items():
        page = phone.open('/lists')
        expect(page.get_by_role('button', name='New list')).to_be_visible()
        phone.context.set_offline(True)
        page.get_by_role('button', name='New list').tap()
        page.get_by_label('Name').fill(name)
        page.get_by_role('button', name='Save').tap()
        add(page, f'Milk for {name}', f'Bread for {name}')
    assert lines(holder, 'Weekend') == lines(holder, 'Party') == []
    for name, phone in phones.items():
        phone.context.set_offline(False)
        with told(phone.page, 'Salt'):
            add(phone.page, 'Salt')
        assert lines(holder, name) == [(f'Milk for {name}', False), (f'Bread for {name}', False), ('Salt', False)]
    for phone in phones.values():
        page = phone.open('/lists')
        for name in phones:
            expect(page.get_by_role('link', name=name)).to_contain_text('Still to buy: 3')


def test_ticking_off_needs_no_network(pocket, holder, make_list):
    made = make_list('Offline', 'Apples', 'Pears', 'Plums')
    phone = pocket()
    page = phone.open(f'/lists/{made["id"]}')
    expect(page.get_by_label('Pears', exact=True)).to_be_visible()
    phone.context.set_offline(True)
    page.get_by_label('Apples', exact=True).tap()
    expect(page.get_by_label('Apples', exact=True)).to_be_checked()
    page.get_by_label('Change Plums').tap()
    page.get_by_role('button', name='Take it off the list').tap()
    page.get_by_role('button', name='Undo').tap()
    expect(page.get_by_label('Plums', exact=True)).to_be_visible()
    # Somebody else writes on it meanwhile.
    holder.post(f'/lists/{made["id"]}/lines', 201, lines=[{'id': str(uuid.uuid4()), 'text': 'Quinces'}])
    phone.context.set_offline(False)
    with told(page, 'Cherries'):
        add(page, 'Cherries')
    assert sorted(lines(holder, 'Offline')) == [
        ('Apples', True), ('Cherries', False), ('Pears', False), ('Plums', False), ('Quinces', False)]


def test_a_line_whose_answer_got_lost_is_there_once(pocket, holder, make_list):
    made = make_list('Lost')
    page = pocket().open(f'/lists/{made["id"]}')

    def lose(route):
        route.fetch()
        route.abort()

    page.route('**/lines', lose, times=1)
    add(page, 'Pepper')
    with told(page, 'Sugar'):
        add(page, 'Sugar')
    assert lines(holder, 'Lost') == [('Pepper', False), ('Sugar', False)]


@pytest.mark.parametrize('look', [{}, {'color_scheme': 'dark', 'size': 'tablet'}], ids=['light', 'dark'])
def test_a_product_is_found_while_typing_and_a_store_that_has_it(pocket, holder, make_list, look):
    made = make_list(f'Typed {len(look)}')
    page = pocket(**look).open(f'/lists/{made["id"]}')
    page.get_by_label('What do you need?').press_sequentially('headl')
    page.get_by_role('list', name='Products that fit').get_by_role('button', name='Headlamp').tap()
    line = page.get_by_label('Still to buy')
    expect(line).to_contain_text('Headlamp')
    with sent(page, 'PATCH', '/lines/'):
        page.get_by_label('Change Headlamp').tap()
        page.get_by_label('One more').tap()
        page.get_by_role('button', name='Save').tap()
    expect(line.locator('.list-quantity')).to_contain_text('2')
    page.get_by_role('button', name='Where to buy it').tap()
    expect(page.get_by_role('dialog').get_by_role('link').first).to_be_visible()
    stored = holder.get(f'/lists/{made["id"]}')['lines'][0]
    assert stored['product_id']
    assert stored['quantity'] == 2


def test_a_recommendation_goes_where_the_customer_wants_it(pocket, holder):
    page = pocket().open('/for-you')
    card = page.locator('.product-card').first
    name = card.locator('.product-card-name').inner_text()
    expect(card.locator('.product-card-reason')).not_to_be_empty()
    with sent(page, 'PUT', '/favourites/'):
        page.get_by_label(f'Add {name}').tap()
        page.get_by_role('button', name='Keep it as a favourite').tap()
    assert [product['name'] for product in holder.get('/favourites')['items']] == [name]
    page.get_by_role('link', name='Favourites').tap()
    expect(page.locator('h1')).to_have_text('Favourites')
    expect(page.locator('.product-card-name')).to_have_text(name)
    with sent(page, 'DELETE', '/favourites/'):
        page.get_by_label(f'Take {name} out of your favourites').tap()
    with sent(page, 'PUT', '/favourites/'):
        page.get_by_role('button', name='Undo').tap()
    expect(page.locator('.product-card-name')).to_have_text(name)


def test_a_stranger_sees_what_everybody_sees(browse):
    page = browse().open('/for-you')
    expect(page.locator('.product-card').first).to_be_visible()
    expect(page.get_by_text('Everybody sees these. Sign in for what fits to what you buy.')).to_be_visible()
    expect(page.get_by_role('heading', name='Worth a look')).to_be_visible()
