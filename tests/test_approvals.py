"""A customer's word on their points, given twice at once: the first counts, and the order obeys it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from devtools.people import TIMEOUT, Refusal
from tests import points


@pytest.fixture(scope='module')
def shop(admin):
    """Make a loyalty program."""
    shop = points.make_program(admin)
    yield shop
    admin.call('loyalty.program', 'write', [shop['program']], {'active': False})


@pytest.fixture
def phones(register, numbers, read_code):
    """Sign one customer in on four phones."""
    installs, number = [register() for _ in range(4)], next(numbers)
    for install in installs:
        install.sign_in('sms', number, read_code)
    return installs


def test_of_two_answers_at_once_the_first_counts(admin, shop, phones, query, full):
    partner = query('SELECT partner_id FROM mobile_device WHERE install_id = %s', phones[0].install_id)
    points.make_card(admin, shop, partner)
    for _ in range(30 if full else 3):
        order = points.take_points(admin, shop, partner)
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
