"""A customer's word on their points, given twice at once: the first counts, and the order obeys it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from devtools.journey import FICTION
from devtools.people import TIMEOUT, Phone, Refusal, Staff


@pytest.fixture(scope='module')
def admin(server):
    return Staff(server.url, server.db, 'admin', 'admin')


@pytest.fixture(scope='module')
def shop(admin):
    """Make an app, a product and a loyalty program."""
    company = admin.call('res.users', 'read', [2], ['company_id'])[0]['company_id'][0]
    app = admin.call('mobile.app', 'create', {'name': 'Approval app', 'company_id': company})
    program = admin.call('loyalty.program', 'create', {
        'name': 'Approval program', 'program_type': 'loyalty', 'company_id': company, 'applies_on': 'both',
        'trigger': 'auto', 'rule_ids': [(5, 0, 0), (0, 0, {'reward_point_mode': 'order', 'reward_point_amount': 1})],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 5, 'required_points': 100})]})
    reward = admin.call('loyalty.program', 'read', [program], ['reward_ids'])[0]['reward_ids'][0]
    product = admin.call('product.product', 'create', {'name': 'Approved', 'list_price': 100.0, 'taxes_id': []})
    yield {'client_id': admin.read('mobile.app', app, 'client_id')['client_id'], 'program': program,
           'reward': reward, 'product': product}
    admin.call('loyalty.program', 'write', [program], {'active': False})
    admin.call('mobile.app', 'write', [app], {'active': False})


@pytest.fixture
def phones(server, shop, db):
    """Sign one customer in on four phones."""
    number, connection = FICTION[1][int(time.time()) % 40], db()

    def code(number):
        with connection.cursor() as cursor:
            cursor.execute('SELECT body FROM sms_sms WHERE number = %s ORDER BY id DESC LIMIT 1', (number,))
            return cursor.fetchone()[0].split()[0]

    installs = [Phone(server.url, shop['client_id'], 'android', 'Answerer') for _ in range(4)]
    for install in installs:
        install.register()
        install.sign_in('sms', number, code)
    return installs


def _quotation(admin, shop, partner):
    """Make a quotation that takes points, by the calls of the web client."""
    order = admin.call('sale.order', 'create', {
        'partner_id': partner, 'order_line': [(0, 0, {'product_id': shop['product'], 'product_uom_qty': 1})]})
    context = admin.call('sale.order', 'action_open_reward_wizard', [order])
    if isinstance(context, dict):
        wizard = admin.call('sale.loyalty.reward.wizard', 'create', {
            'order_id': order, 'selected_reward_id': shop['reward']})
        admin.call('sale.loyalty.reward.wizard', 'action_apply', [wizard])
    return order


def test_of_two_answers_at_once_the_first_counts(admin, shop, phones, db, full):
    with db().cursor() as cursor:
        cursor.execute('SELECT partner_id FROM mobile_device WHERE install_id = %s', (phones[0].install_id,))
        partner = cursor.fetchone()[0]
    admin.call('loyalty.card', 'create', {
        'program_id': shop['program'], 'partner_id': partner, 'points': 100_000})
    for _ in range(30 if full else 3):
        order = _quotation(admin, shop, partner)
        with pytest.raises(Refusal, match='has not approved yet'):
            admin.call('sale.order', 'action_confirm', [order])
        [question] = [item for item in phones[0].get('/me/approvals', status='pending')['items']
                      if item['order'] == admin.read('sale.order', order, 'name')['name']]

        def answer(phone, verb, question=question):
            return requests.post(f'{phone.base_url}/me/approvals/{question["id"]}/{verb}', json={}, timeout=TIMEOUT,
                                 headers=dict(phone.http.headers))

        with ThreadPoolExecutor(len(phones)) as pool:
            answers = list(pool.map(answer, phones, ('approve', 'deny') * 2))
        status = phones[0].get(f'/me/approvals/{question["id"]}')['status']
        assert status in ('approved', 'denied')
        # Whoever said what counts hears 200, also the second who said it.
        for number, said in enumerate(('approved', 'denied') * 2):
            expected = (200, None) if said == status else (409, 'approval_answered')
            assert (answers[number].status_code, answers[number].json().get('code')) == expected
        if status == 'approved':
            admin.call('sale.order', 'action_confirm', [order])
        else:
            with pytest.raises(Refusal, match='has refused'):
                admin.call('sale.order', 'action_confirm', [order])
