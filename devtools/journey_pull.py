"""The part of the journey in which the customer asks: products, prices, purchases, lists and recommendations."""

import uuid
from datetime import UTC, datetime, timedelta

from .people import Unmet, expect, one
from .process import wait_until

#: Reasons that rest on nothing a customer did.
COMMON = {'popular', 'new', 'more'}
#: Seconds until what was bought is known to the recommendations.
PATIENCE = 60
#: Coffee beans, as the shop calls them.
COFFEE = 'TK-111'
#: What is printed on the enamel mug, as a scanner may read it: a GTIN in GS1's words, and a link of GS1's.
SPELLINGS = ('(01)02000451001012', 'https://id.gs1.org/01/02000451001012')


def look_up(journey):
    """The customer types a product's name wrongly, scans its label, and sees their price and the nearest store"""
    phone, (latitude, longitude) = journey.phone, (journey.store['lat'], journey.store['lon'])
    found = phone.get('/products', q='enamle mgu', lat=latitude, lon=longitude)['items']
    mug = journey.mug = found[0]
    expect('barcode of the first product', '2000451001012', mug['barcode'])
    expect('nearest store', journey.store['name'], mug['stores'][0]['name'])
    for spelling in SPELLINGS:
        scanned = phone.send('GET', f'/products/barcode/{spelling}').json()
        expect(f'product of {spelling}', mug['id'], scanned['id'])
        expect(f'price of {spelling}', mug['price'], scanned['price'])
    journey.say(f'GET /products?q=enamle mgu: "{mug["name"]}", {mug["price"]["amount"]} {mug["price"]["currency"]}, '
                f'{mug["stores"][0]["availability"]} at {mug["stores"][0]["name"]}')
    quotation = journey.sales.read('sale.order', journey.quotation(journey.contact_id, 'TK-101'), 'amount_total')
    expect('price, as a quotation has it', f'{quotation["amount_total"]:.2f}', mug['price']['amount'])
    journey.say('GET /products/barcode/(01)…, https://id.gs1.org/01/…: the same, and the price of a quotation')


def keep_list(journey):
    """The phone makes a shopping list without asking for an id, and learns which store has it all, and at what total"""
    phone, list_id = journey.phone, str(uuid.uuid4())
    beans = one('coffee', phone.get('/products', q='espresso bohnen house', limit=1)['items'])
    lines = [{'id': str(uuid.uuid4()), 'product_id': journey.mug['id']},
             {'id': str(uuid.uuid4()), 'product_id': beans['id']}, {'id': str(uuid.uuid4()), 'text': 'Something nice'}]
    phone.post('/lists', 201, id=list_id, name='Saturday', lines=lines)
    phone.post('/lists', 200, id=list_id, name='Saturday', lines=lines)
    phone.send('PUT', f'/favourites/{beans["id"]}', 204)
    compared = phone.get(f'/lists/{list_id}/stores', lat=journey.store['lat'], lon=journey.store['lon'])
    quotation = journey.quotation(journey.contact_id, journey.mug['default_code'], beans['default_code'])
    total = journey.sales.read('sale.order', quotation, 'amount_total')['amount_total']
    expect('total of the list, as a quotation has it', f'{total:.2f}', compared['total']['amount'])
    expect('lines in words', [lines[2]['id']], compared['text_line_ids'])
    journey.say(f'POST /lists, twice: one list; GET /lists/…/stores: {compared["total"]["amount"]} '
                f'{compared["total"]["currency"]}, {len(compared["items"])} stores compared')
    journey.tablet.send('GET', f'/lists/{list_id}', 404)
    journey.list_id = list_id


def remember(journey):
    """What the customer bought is on the phone, with a receipt as PDF, and can be put on the list again"""
    phone = journey.phone
    orders = phone.get('/orders')['items']
    if not orders:
        raise Unmet('the order of the redeemed coupon', orders)
    order = orders[-1]
    receipt = phone.send('GET', f'/orders/{order["id"]}/receipt')
    expect('type of the receipt', 'application/pdf', receipt.headers['Content-Type'])
    expect('beginning of the receipt', b'%PDF', receipt.content[:4])
    again = phone.post(f'/orders/{order["id"]}/reorder', list_id=journey.list_id)
    journey.tablet.send('GET', f'/orders/{order["id"]}', 404)
    journey.say(f'GET /orders: {order["name"]}, {order["total"]["amount"]} {order["total"]["currency"]}; a receipt of '
                f'{len(receipt.content) // 1024} KiB; {len(again["items"])} products on the list again')


def recommend(journey):
    """Recommendations are the same for all until the customer agrees to profiling; then their coffee is due again"""
    phone, sales = journey.phone, journey.sales
    phone.decide(profiling=False)
    common = {item['reason']['code'] for item in phone.get('/recommendations')['items']}
    if not common or common - COMMON:
        raise Unmet('recommendations that are the same for all', common)
    for days in (60, 40, 20):
        order = journey.quotation(journey.contact_id, COFFEE)
        sales.press('sale.order', order, 'action_confirm')
        sales.call('sale.order', 'write', [order], {
            'date_order': f'{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S}'})
    phone.decide(profiling=True)

    def own():
        return [item for item in phone.get('/recommendations')['items']
                if item['reason']['code'] not in COMMON]

    wait_until(own, PATIENCE, 1)
    coffee = one('recommendation of their own', own())
    expect('what is due', ('due', COFFEE), (coffee['reason']['code'], coffee['product']['default_code']))
    journey.say(f'GET /recommendations: {", ".join(sorted(common))}; with consent "{coffee["product"]["name"]}": '
                f'"{coffee["reason"]["text"]}"')


def synchronise(journey):
    """The phone takes what it needs without the network, and from then on only what has changed"""
    phone, place = journey.phone, {'lat': journey.store['lat'], 'lon': journey.store['lon']}
    whole = phone.send('GET', '/sync', params=place)
    cursor = whole.json()['cursor']
    same = phone.send('GET', '/sync', params={**place, 'cursor': cursor})
    phone.send('DELETE', f'/lists/{journey.list_id}', 204)
    delta = phone.send('GET', '/sync', params={**place, 'cursor': cursor}).json()
    if {'kind': 'lists', 'id': journey.list_id} not in delta['gone']:
        raise Unmet('a tombstone of the list', delta['gone'])
    expect('lists that changed', [], delta['lists'])
    journey.say(f'GET /sync: {len(whole.content)} bytes; again: {len(same.content)}; then the list that is gone')


STEPS = (look_up, keep_list, remember, recommend, synchronise)
