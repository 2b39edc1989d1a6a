"""What two do at once on a server with several workers: exactly one wins, and the database adds up."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from devtools.people import TIMEOUT, Refusal, Staff

#: Requests at the same moment; the server has four workers.
AT_ONCE = 8


def at_once(jobs):
    """Run functions in parallel and return what each returned, or the refusal it met."""
    def attempt(job):
        try:
            return job()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(attempt, jobs))


def post(phone, path, **body):
    """Send a request that may well be refused; return the response."""
    return phone.http.post(phone.base_url + path, json=body, timeout=TIMEOUT)


def enter(phone, fence_id, event_id=None, event_type='enter'):
    """Report that a phone entered a fence, left it or stayed there; return the response."""
    return post(phone, '/events', events=[{
        'id': event_id or str(uuid.uuid4()), 'type': event_type, 'geofence_id': fence_id,
        'occurred_at': datetime.now(UTC).isoformat(),
    }])


@pytest.fixture(scope='module')
def shop(admin, company_id):
    """Make a store with two fences, a coupon program and a product of our own, whatever else is in the database."""
    address = admin.call('res.partner', 'create', {'name': 'Race address'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Race store', 'partner_id': address, 'tz': 'UTC', 'latitude': -75.1, 'longitude': 123.35,
        'company_id': company_id})
    fences = [admin.call('mobile.geofence', 'create', {'store_id': store, 'radius': radius}) for radius in (150, 800)]
    program = admin.call('loyalty.program', 'create', {
        'name': 'Race program', 'program_type': 'coupons', 'company_id': company_id,
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})]})
    product = admin.call('product.product', 'create', {'name': 'Race product', 'list_price': 100.0, 'taxes_id': []})
    return {'store': store, 'fences': fences, 'program': program, 'product': product}


@pytest.fixture
def campaign(admin, shop, app):
    """Start a campaign; it is done after the test."""
    def start(**values):
        started.append(admin.call('mobile.campaign', 'create', {
            'name': 'Race', 'message_title': '15 % today', 'program_id': shop['program'], 'app_id': app['id'],
            'store_ids': [(6, 0, [shop['store']])], **values}))
        admin.call('mobile.campaign', 'action_start', started[-1:])
        return started[-1]

    started = []
    yield start
    admin.call('mobile.campaign', 'action_done', started)


def test_one_event_reported_many_times_at_once_counts_once(campaign, customer, numbers, shop, query):
    campaign_id, phone = campaign(), customer(next(numbers))
    event_id = str(uuid.uuid4())
    answers = [answer.json() for answer in at_once([lambda: enter(phone, shop['fences'][0], event_id)] * AT_ONCE)]
    assert sum(answer['accepted'] for answer in answers) == 1
    assert sum(answer['duplicates'] for answer in answers) == AT_ONCE - 1
    assert query('SELECT count(*) FROM loyalty_card WHERE mobile_campaign_id = %s', campaign_id) == 1
    assert len(phone.get('/offers')['items']) == 1
    assert len(phone.get('/messages')['items']) == 1


def test_two_phones_of_one_customer_at_two_fences_bring_one_coupon(campaign, customer, numbers, shop, query):
    campaign_id, number = campaign(), next(numbers)
    phones = [customer(number), customer(number)]
    statuses = [answer.status_code for answer in at_once([
        lambda phone=phone, fence=fence: enter(phone, fence)
        for phone, fence in zip(phones * 2, shop['fences'] * 2, strict=True)])]
    assert set(statuses) <= {200, 409}
    assert query('SELECT count(*) FROM loyalty_card WHERE mobile_campaign_id = %s', campaign_id) == 1


def test_a_budget_is_never_overdrawn(campaign, customer, numbers, shop, query):
    campaign_id = campaign(budget_coupons=2)
    phones = [customer(next(numbers)) for _ in range(5)]
    at_once([lambda phone=phone: enter(phone, shop['fences'][0]) for phone in phones])
    assert query('SELECT budget_used FROM mobile_campaign WHERE id = %s', campaign_id) == 2
    assert query('SELECT count(*) FROM loyalty_card WHERE mobile_campaign_id = %s', campaign_id) == 2


def test_budgets_under_many_decisions_at_once_are_spent_and_never_overdrawn(
        campaign, admin, customer, numbers, shop, query, full):
    """Each phone asks until it is answered; no coupon more is given out, and none less than what came back."""
    many, budget = (64, 25) if full else (12, 5)
    # A coupon is worth up to 4, so the discounts allow as many as the coupons.
    program = admin.call('loyalty.program', 'create', {
        'name': 'Race budget', 'program_type': 'coupons',
        'company_id': admin.read('mobile.store', shop['store'], 'company_id')['company_id'][0],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount_mode': 'per_order', 'discount': 4, 'required_points': 1})]})
    campaign_id = campaign(program_id=program, budget_coupons=budget, budget_discount=4 * budget + 3,
                           budget_per_store=budget, budget_per_day=budget)
    phones = [customer(next(numbers)) for _ in range(many)]

    def insist(phone):
        event_id = str(uuid.uuid4())
        while (answer := enter(phone, shop['fences'][0], event_id)).status_code == 409:
            pass
        return answer.status_code

    def given_out():
        return query("SELECT count(*) FROM mobile_decision WHERE campaign_id = %s AND outcome = 'sent'", campaign_id)

    assert set(at_once([lambda phone=phone: insist(phone) for phone in phones])) == {200}
    assert given_out() == budget
    assert query('SELECT count(*) FROM mobile_decision WHERE campaign_id = %s', campaign_id) == many
    counters = """SELECT ARRAY[budget_used, budget_discount_used::int, budget_day_used] FROM mobile_campaign
                   WHERE id = %s"""
    assert query(counters, campaign_id) == [budget, 4 * budget, budget]
    # What is taken out of use comes back, and is given out once more; the day's coupons stay given out.
    back = 2
    cards = admin.call('loyalty.card', 'search', [('mobile_campaign_id', '=', campaign_id)], limit=back)
    admin.call('loyalty.card', 'write', cards, {'active': False})
    admin.call('mobile.campaign', 'write', [campaign_id], {'budget_per_day': 0})
    late = [customer(next(numbers)) for _ in range(2 * back + 1)]
    assert set(at_once([lambda phone=phone: insist(phone) for phone in late])) == {200}
    assert given_out() == budget + back
    assert query(counters, campaign_id)[:2] == [budget, 4 * budget]


def test_a_weekly_maximum_is_never_exceeded(campaign, customer, numbers, shop, query):
    """Campaigns that have nothing in common decide about one customer in the same moment."""
    types = ('enter', 'exit', 'dwell')
    for event_type in types:
        campaign(trigger=event_type)
    sent = """SELECT count(*) FROM mobile_decision WHERE outcome = 'sent' AND partner_id = (
                     SELECT partner_id FROM mobile_device ORDER BY id DESC LIMIT 1)"""
    for _ in range(5):
        number = next(numbers)
        phones = [customer(number) for _ in types]
        phones[0].send('PUT', '/me/preferences', json={'max_messages_per_week': 1})
        answers = at_once([
            lambda phone=phone, event_type=event_type: enter(phone, shop['fences'][0], event_type=event_type)
            for phone, event_type in zip(phones, types, strict=True)])
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert query(sent) == 1
        assert len(phones[1].get('/messages')['items']) == 1
    assert 'weekly_maximum' in {item['reason'] for item in phones[2].get('/me/decisions')['items']}


def test_the_companys_maximum_is_never_exceeded(campaign, admin, company_id, customer, numbers, shop, query):
    """No row is the customer's own: the number of the message settles it."""
    types = ('enter', 'exit', 'dwell')
    for event_type in types:
        campaign(trigger=event_type)
    admin.call('res.company', 'write', [company_id], {'mobile_max_messages_per_day': 1})
    try:
        for _ in range(3):
            number = next(numbers)
            phones = [customer(number) for _ in types]
            answers = at_once([
                lambda phone=phone, event_type=event_type: enter(phone, shop['fences'][0], event_type=event_type)
                for phone, event_type in zip(phones, types, strict=True)])
            assert {answer.status_code for answer in answers} <= {200, 409}
            assert query("""SELECT count(*) FROM mobile_decision WHERE outcome = 'sent' AND partner_id = (
                                   SELECT partner_id FROM mobile_device ORDER BY id DESC LIMIT 1)""") == 1
    finally:
        admin.call('res.company', 'write', [company_id], {'mobile_max_messages_per_day': 0})


def test_decisions_about_consent_at_once_are_no_error(customer, numbers, query):
    """The latest row counts, and each answer is one of those that were asked for."""
    number = next(numbers)
    phones = [customer(number), customer(number)]
    for _ in range(3):
        answers = at_once([
            lambda phone=phone, granted=granted: phone.http.put(
                f'{phone.base_url}/me/consents', json={'push': granted}, timeout=TIMEOUT)
            for phone in phones for granted in (True, False)])
        assert {answer.status_code for answer in answers} == {200}
    partner = query('SELECT partner_id FROM mobile_device ORDER BY id DESC LIMIT 1')
    latest = query(
        "SELECT granted FROM mobile_consent WHERE subject_id = %s AND purpose = 'push' ORDER BY id DESC LIMIT 1",
        partner)
    shown = {consent['purpose']: consent['granted'] for consent in phones[0].get('/me/consents')}
    assert shown['push'] == latest


def test_preferences_at_once_are_no_error(customer, numbers):
    number = next(numbers)
    phones = [customer(number), customer(number)]
    statuses = {answer.status_code for answer in at_once([
        lambda phone=phone, maximum=maximum: phone.http.put(
            f'{phone.base_url}/me/preferences', json={'max_messages_per_week': maximum}, timeout=TIMEOUT)
        for phone in phones for maximum in (1, 2)])}
    assert statuses <= {200, 409}
    assert 200 in statuses
    assert phones[0].get('/me/preferences')['max_messages_per_week'] in (1, 2)


def test_one_list_on_many_phones(customer, numbers, shop):
    """Made at once it exists once, lines of all phones are on it, and of those who saw the same version one wins."""
    number = next(numbers)
    phones = [customer(number) for _ in range(4)]
    name, line = str(uuid.uuid4()), str(uuid.uuid4())
    answers = at_once([lambda phone=phone: post(phone, '/lists', id=name, name='Weekend', lines=[
        {'id': line, 'text': 'Bread'}]) for phone in phones])
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert [answer.status_code for answer in answers].count(201) == 1
    answers = at_once([lambda phone=phone: post(phone, f'/lists/{name}/lines', lines=[
        {'id': str(uuid.uuid4()), 'text': 'Milk'}]) for phone in phones])
    added = [answer.status_code for answer in answers].count(201)
    seen = phones[0].get(f'/lists/{name}')
    assert len(seen['lines']) == 1 + added >= 2
    answers = at_once([lambda phone=phone, quantity=quantity: phone.http.patch(
        f'{phone.base_url}/lists/{name}/lines/{line}', timeout=TIMEOUT,
        json={'quantity': quantity, 'version': seen['lines'][0]['version']})
        for quantity, phone in enumerate(phones, 2)])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [winner] = [answer.json() for answer in answers if answer.status_code == 200]
    after = phones[1].get(f'/lists/{name}')
    assert after['lines'][0] == winner
    assert after['version'] == seen['version'] + 1
    product = shop['product']
    answers = at_once([lambda phone=phone: phone.http.put(
        f'{phone.base_url}/favourites/{product}', json={}, timeout=TIMEOUT) for phone in phones])
    assert {answer.status_code for answer in answers} <= {204, 409}
    assert [item['id'] for item in phones[0].get('/favourites')['items']] == [product]


def test_one_coupon_on_many_orders_is_redeemed_once(server, campaign, customer, numbers, shop, admin, query, full):
    campaign_id = campaign(max_per_customer=100, cooldown_hours=0)
    phone = customer(next(numbers))
    partner = query('SELECT partner_id FROM mobile_device ORDER BY id DESC LIMIT 1')
    sellers = [Staff(server.url, server.db, 'admin', 'admin') for _ in range(4)]
    for _ in range(20 if full else 2):
        enter(phone, shop['fences'][0])
        # Who does not leave has not come again.
        enter(phone, shop['fences'][0], event_type='exit')
        code = phone.get('/offers', status='available')['items'][0]['code']
        orders = [_quotation(admin, shop, partner, code) for _ in sellers]
        outcomes = at_once([
            lambda seller=seller, order=order: seller.call('sale.order', 'action_confirm', [order])
            for seller, order in zip(sellers, orders, strict=True)])
        refusals = [str(outcome) for outcome in outcomes if isinstance(outcome, Refusal)]
        assert len(refusals) == len(sellers) - 1, outcomes
        assert all('redeemed' in refusal for refusal in refusals), refusals
        confirmed = [order['state'] for order in admin.call('sale.order', 'read', orders, ['state'])]
        assert confirmed.count('sale') == 1
        card = query('SELECT id FROM loyalty_card WHERE code = %s', code)
        assert query('SELECT count(*) FROM mobile_redemption WHERE card_id = %s', card) == 1
        assert query('SELECT points FROM loyalty_card WHERE id = %s', card) == 0
    results = admin.call('mobile.campaign', 'read', [campaign_id], ['redemption_count', 'sent_count'])[0]
    assert results['redemption_count'] == results['sent_count']


def _quotation(admin, shop, partner, code):
    """Make a quotation with a coupon on it, by the calls of the web client."""
    order = admin.call('sale.order', 'create', {
        'mobile_store_id': shop['store'], 'partner_id': partner,
        'order_line': [(0, 0, {'product_id': shop['product'], 'product_uom_qty': 1})]})
    wizard = admin.call('sale.loyalty.coupon.wizard', 'create', {'order_id': order, 'coupon_code': code})
    context = admin.call('sale.loyalty.coupon.wizard', 'action_apply', [wizard])['context']
    reward = admin.call('sale.loyalty.reward.wizard', 'create', {'order_id': order}, context=context)
    rewards = admin.call('sale.loyalty.reward.wizard', 'read', [reward], ['reward_ids'])[0]['reward_ids']
    admin.call('sale.loyalty.reward.wizard', 'write', [reward], {'selected_reward_id': rewards[0]})
    admin.call('sale.loyalty.reward.wizard', 'action_apply', [reward])
    return order
