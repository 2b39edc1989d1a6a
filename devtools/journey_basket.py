"""The part of the journey in which the phone is basket and purse: scan, pay, and walk out."""

import json
import re

import requests

from .people import TIMEOUT, Unmet, expect, one
from .process import wait_until

#: The barcode of the enamel mug, and what the shop calls the coffee and the knife.
MUG, COFFEE, KNIFE = '2000451001012', 'TK-110', 'TK-107'
#: Odoo's provider that takes no money.
PROVIDER = 'demo'
#: Seconds until Odoo has worked off what the provider told it.
PATIENCE = 30
#: What a gate says to a pass. Who is picked is counted by a colleague.
GOOD, PICKED = 'ok', 'audit'


def fill(journey):
    """In the store the customer scans what they take; a colleague looks at what only adults may buy"""
    phone, sales = journey.phone, journey.sales
    for order in phone.get('/orders', status='basket')['items']:
        found = phone.send('GET', f'/orders/{order["id"]}')
        phone.send('DELETE', f'/orders/{order["id"]}', 204, headers={'If-Match': found.headers['ETag']})
    knife, coffee = (one('product', sales.find('product.product', [('default_code', '=', code)], 'name'))
                     for code in (KNIFE, COFFEE))
    begun = phone.send('POST', '/orders', 201, json={
        'store_id': journey.store['id'], 'lines': [{'barcode': MUG}, {'product_id': coffee['id']}]})
    path, seen = f'/orders/{begun.json()["id"]}', begun.headers['ETag']
    scanned = phone.send('POST', f'{path}/lines', json={'lines': [{'product_id': knife['id']}]},
                         headers={'If-Match': seen})
    phone.send('PATCH', path, 412, json={'lines': []}, headers={'If-Match': seen})
    journey.tablet.send('GET', path, 404)
    check = one('check', scanned.json()['basket']['checks'])
    expect('age', 18, check['min_age'])
    phone.send('POST', f'{path}/payments', 409, json={'method': 'online'},
               headers={'If-Match': scanned.headers['ETag']})
    checks = sales.find('mobile.basket.check', [('state', '=', 'open'), ('partner_id', '=', journey.contact_id)])
    sales.call('mobile.basket.check', 'action_approve', [one('check', checks)['id']])
    journey.basket = phone.send('GET', path)
    basket = journey.basket.json()
    expect('checks that are left', [], basket['basket']['checks'])
    quotation = sales.read('sale.order', journey.quotation(journey.contact_id, 'TK-101', COFFEE, KNIFE), 'amount_total')
    expect('total, as a quotation has it', f'{quotation["amount_total"]:.2f}', basket['total']['amount'])
    journey.say(f'POST /orders, …/lines: {basket["line_count"]} lines, {basket["total"]["amount"]} '
                f'{basket["total"]["currency"]}; {journey.sales.name} looks before it can be paid')


def pay(journey):
    """They pay on the page of a provider, which tells it twice; the order is confirmed once, by Odoo itself"""
    phone, path = journey.phone, f'/orders/{journey.basket.json()["id"]}'
    provider = one('provider', journey.admin.find(
        'payment.provider', [('code', '=', PROVIDER), ('company_id', '=', journey.company_id)], 'payment_method_ids'))
    journey.admin.call('payment.provider', 'write', [provider['id']], {'state': 'test', 'is_published': True})
    payment = phone.send('POST', f'{path}/payments', 201, json={'method': 'online'},
                         headers={'If-Match': journey.basket.headers['ETag']}).json()
    phone.send('PATCH', path, 409, json={'lines': []}, headers={'If-Match': journey.basket.headers['ETag']})
    browser = requests.Session()
    page = browser.get(payment['redirect_url'], timeout=TIMEOUT)
    if page.status_code != 200 or not re.search('o_payment_form', page.text):
        raise Unmet('the page of the payment', page.status_code)

    def call(address, **params):
        answer = browser.post(address, timeout=TIMEOUT, json={'jsonrpc': '2.0', 'method': 'call', 'params': params})
        if 'error' in answer.json():
            raise Unmet(f'an answer of {address.rpartition("/")[2]}', json.dumps(answer.json()['error'])[:300])
        return answer.json().get('result')

    transaction = call(
        f'{payment["redirect_url"]}/transaction', provider_id=provider['id'], flow='direct', token_id=None,
        payment_method_id=provider['payment_method_ids'][0])
    for _time in range(2):
        call(f'{journey.base_url}/payment/demo/simulate_payment', reference=transaction['reference'],
             payment_details='4242', simulated_state='done')
    if not wait_until(lambda: phone.get(f'{path}/payments/{payment["id"]}')['status'] == 'paid', PATIENCE):
        raise Unmet('a payment that is paid', phone.get(f'{path}/payments/{payment["id"]}'))
    order = phone.get(path)
    expect('status of the order', ('confirmed', 'sold'), (order['status'], order['basket']['state']))
    row = one('order', journey.sales.find(
        'sale.order', [('name', '=', order['name'])], 'state', 'amount_total', 'amount_paid'))
    expect('order in Odoo', ('sale', row['amount_total']), (row['state'], row['amount_paid']))
    journey.say(f'POST …/payments: a page for the browser; told twice, {order["name"]} is confirmed once, with '
                f'{order["total"]["amount"]} {order["total"]["currency"]} paid')


def leave(journey):
    """The exit pass on the phone opens the gate once; a copy of it does not"""
    phone, path = journey.phone, f'/orders/{journey.basket.json()["id"]}'
    shown = phone.get(f'{path}/exit-pass')
    journey.tablet.send('GET', f'{path}/exit-pass', 404)
    seen = {'qr': shown['qr'], 'store_id': journey.store['id']}
    first = journey.till.post('/till/exits', **seen)
    expect('answer of the gate', PICKED if shown['audit'] else GOOD, first['result'])
    if not shown['audit']:
        expect('answer to the copy', 'repeated', journey.other_till.post('/till/exits', **seen)['result'])
    journey.say(f'GET …/exit-pass: {shown["item_count"]} pieces, until {shown["expires_at"]}; '
                f'POST /till/exits: {first["result"]}, {"a colleague counts" if shown["audit"] else "then repeated"}')


def pay_at_till(journey):
    """Another time they show a code, and pay at the till"""
    phone = journey.phone
    begun = phone.send('POST', '/orders', 201, json={'store_id': journey.store['id'], 'lines': [{'barcode': MUG}]})
    path = f'/orders/{begun.json()["id"]}'
    payment = phone.send('POST', f'{path}/payments', 201, json={'method': 'at_till'},
                         headers={'If-Match': begun.headers['ETag']}).json()
    taken = journey.till.post('/till/orders/scan', code=payment['till_code'], store_id=journey.store['id'])
    expect('total at the till', begun.json()['total'], taken['total'])
    sale = {'order_ref': f'T-{taken["name"]}', 'amount': taken['total']}
    for _time in range(2):
        expect('status at the till', 'sold', journey.till.post(f'/till/orders/{taken["id"]}/paid', **sale)['status'])
    expect('status on the phone', 'confirmed', phone.get(path)['status'])
    journey.say(f'POST /till/orders/scan, …/paid, twice: {taken["name"]}, {taken["total"]["amount"]} '
                f'{taken["total"]["currency"]}, sold once')


STEPS = [fill, pay, leave, pay_at_till]
