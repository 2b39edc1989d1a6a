"""The customer's journey: a phone comes near a store, its coupon arrives and is redeemed in Odoo.

Played with nothing but HTTP. Every run brings new customers, so that it can be played again and again on the same
database. The steps are below, in the order of :data:`STEPS`; what a step prints is the first line of its docstring.
"""

import re
import secrets
import uuid
from datetime import UTC, datetime

import requests
from geopy.distance import great_circle

from . import journey_basket, journey_campaigns, journey_delivery, journey_places, journey_pull, journey_trust
from .people import Phone, Refusal, Staff, Unmet, expect, one

#: (login, password, who it is) of the users that the demo data brings.
LOGINS = [
    ('admin', 'admin', 'administrator: apps, campaigns, settings'),
    ('demo', 'demo', 'salesperson: customers, quotations, coupons'),
]
#: The app of the demo data (`mobile.app`).
CLIENT_ID = 'tarn-kettle-phone'
#: Berlin, in front of the underground station Eberswalder Straße, and down Kastanienallee at the store's door.
STATION = (52.5415, 13.4121)
DOOR = (52.5380, 13.4086)
#: Numbers that Germany's regulator keeps free for films and books: mobile ones first, then those of five cities.
FICTION = (
    [f'+4917139200{n:02}' for n in range(100)] + [f'+49176040690{n:02}' for n in range(100)],
    [f'+49{area}{n:03}' for area in ('3023125', '4066969', '2214710', '6990009', '8999998') for n in range(1000)],
)
#: 16 symbols of 5 bits and a check symbol.
CODE = re.compile(r'[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}[0-9A-HJKMNP-TV-Z]')


class JourneyError(Exception):
    """A step did not end as it should.

    :ivar str step: its name
    :ivar expected: what should have come
    :ivar found: what came
    """

    def __init__(self, step, expected, found):
        super().__init__(f'{step}: expected {expected}, found {found}')
        self.step, self.expected, self.found = step, expected, found


class Journey:
    """What the steps share.

    :ivar admin: reads the outgoing queue
    :ivar sales: the salesperson
    :ivar phone: of the customer who comes by
    :ivar tablet: of another customer
    :ivar walker: of somebody who walks by
    :ivar campaign_id: what the marketer sends to many
    :ivar coupon: its coupon on the phone, redeemed at a till
    :ivar gift: the coupon that a salesperson sends to the tablet
    :ivar reader: of somebody who reads emails
    :ivar told: the message that goes out by email
    :ivar mail_links: what that email leads to
    :ivar mug: the product that the customer looks up
    :ivar list_id: of their shopping list
    :ivar basket: what they are about to pay: the answer that shows it
    """

    def __init__(self, base_url, database, say):
        self.say = lambda text: say(f'   {text}')
        self.base_url = base_url
        self.admin, self.sales = (Staff(base_url, database, login, password) for login, password, _who in LOGINS)
        self.phone = Phone(base_url, CLIENT_ID, 'ios', 'iPhone 15')
        self.tablet = Phone(base_url, CLIENT_ID, 'android', 'Pixel Tablet')
        app = one('app', self.sales.find('mobile.app', [('client_id', '=', CLIENT_ID)], 'pricelist_id', 'company_id'))
        self.pricelist_id, self.company_id = app['pricelist_id'][0], app['company_id'][0]
        self.contact_id = self.other_contact_id = self.store = self.fence = self.event = self.offer = None
        self.walker = self.walker_id = self.campaign_id = self.dry_run = self.coupon = self.gift = None
        self.till = self.other_till = self.reader = self.told = self.mail_links = self.mug = self.list_id = None
        self.basket = None

    def code_of_sms(self, number):
        """Return the code in the newest text message to a number, read from Odoo's outgoing queue."""
        texts = self.admin.find('sms.sms', [('number', '=', number)], 'body')
        return re.search(r'\b\d{6}\b', max(texts, key=lambda text: text['id'])['body']).group()

    def code_of_mail(self, address):
        """Return the code in the newest mail to an address, read from Odoo's outgoing queue."""
        mails = self.admin.find('mail.mail', [('email_to', '=', address)], 'body_html')
        return re.search(r'>(\d{6})<', max(mails, key=lambda mail: mail['id'])['body_html']).group(1)

    def link_of_mail(self, address):
        """Return the link in the newest mail to an address, read from Odoo's outgoing queue."""
        mails = self.admin.find('mail.mail', [('email_to', '=', address)], 'body_html')
        return re.search(r'href="([^"]+)"', max(mails, key=lambda mail: mail['id'])['body_html']).group(1)

    def unused_number(self):
        """Return a number that no contact has."""
        contacts = self.admin.find('res.partner', [('phone_sanitized', '=like', '+49%')], 'phone_sanitized')
        taken = {contact['phone_sanitized'] for contact in contacts}
        for numbers in FICTION:
            if free := [number for number in numbers if number not in taken]:
                return secrets.choice(free)
        raise Unmet('a free number', 'all of them taken by contacts: start over with ./dev demo')

    def quotation(self, contact_id, *codes):
        """Make a quotation for these products, as the salesperson does; return its id."""
        products = self.sales.find('product.product', [('default_code', 'in', codes)], 'name')
        expect('number of products', len(codes), len(products))
        return self.sales.save('sale.order', {
            'partner_id': contact_id,
            'pricelist_id': self.pricelist_id,
            'order_line': [[0, f'virtual_{number}', {'product_id': product['id'], 'product_uom_qty': 1}]
                           for number, product in enumerate(products, 1)],
        })

    def apply_coupon(self, order_id, code):
        """Enter a coupon's code on a quotation, as the buttons "Coupon Code" and "Apply" do.

        :raise Refusal: when Odoo does not take it
        """
        wizard_id = self.sales.save('sale.loyalty.coupon.wizard', {'coupon_code': code}, active_id=order_id)
        action = self.sales.press('sale.loyalty.coupon.wizard', wizard_id, 'action_apply', active_id=order_id)
        context = action['context']
        choice_id = self.sales.save(
            action['res_model'], {'selected_reward_id': one('reward', context['default_reward_ids'])},
            active_id=context['active_id'])
        self.sales.press(action['res_model'], choice_id, 'action_apply', active_id=context['active_id'])

    def take_points(self, order_id):
        """Take the only reward that the customer's points are good for, as the button "Reward" does."""
        action = self.sales.press('sale.order', order_id, 'action_open_reward_wizard')
        if isinstance(action, dict):
            wizard = self.sales.save(action['res_model'], {}, active_id=order_id)
            self.sales.press(action['res_model'], wizard, 'action_apply', active_id=order_id)

    def campaign(self):
        """Return the results of the offer's campaign, as its form shows them."""
        return self.sales.read(
            'mobile.campaign', self.offer['campaign']['id'], 'name', 'sent_count', 'redemption_count', 'revenue')


def sign_in(journey):
    """A phone registers, signs in by text message and becomes a customer"""
    phone, number = journey.phone, journey.unused_number()
    phone.register()
    phone.sign_in('sms', number, journey.code_of_sms)
    journey.say(f'POST /devices, POST /auth/otp {number}, the code from sms.sms, POST /auth/otp/verify')
    phone.customer = phone.send('PATCH', '/me', json={'name': 'Frieda Lindqvist'}).json()
    contact = one('contact with this number', journey.sales.find(
        'res.partner', [('phone_sanitized', '=', number)], 'name', 'mobile_device_count'))
    expect('name of the contact', phone.customer['name'], contact['name'])
    expect('phones of the contact', 1, contact['mobile_device_count'])
    journey.contact_id = contact['id']
    journey.say(f'{journey.sales.name} sees the contact {contact["name"]} with {contact["mobile_device_count"]} phone')


def sign_in_by_mail(journey):
    """Somebody whom the shop knows already signs in by e-mail and stays the same contact"""
    address = f'theo.winterberg.{uuid.uuid4().hex[:8]}@example.com'
    contact_id = journey.sales.save('res.partner', {'name': 'Theo Winterberg', 'email': address})
    journey.tablet.register()
    journey.tablet.sign_in('email', address, journey.code_of_mail)
    expect('name of the customer', 'Theo Winterberg', journey.tablet.customer['name'])
    contact = one('contact with this address', journey.sales.find(
        'res.partner', [('email_normalized', '=', address)], 'mobile_device_count'))
    expect('contact', contact_id, contact['id'])
    expect('phones of the contact', 1, contact['mobile_device_count'])
    journey.other_contact_id = contact_id
    journey.say(f'POST /auth/otp {address}, the code from mail.mail: Theo Winterberg, no second contact')


def find_stores(journey):
    """The phone asks for stores around Eberswalder Straße in Berlin: nearest first, at true distances"""
    stores = journey.phone.get('/stores', lat=STATION[0], lon=STATION[1], limit=100)['items']
    distances = [store['distance'] for store in stores]
    expect('order of the distances', sorted(distances), distances)
    for store in stores:
        true = great_circle(STATION, (store['lat'], store['lon'])).m
        if abs(store['distance'] - true) > 0.005 * true:
            raise Unmet(f'{true:.0f} m to {store["name"]} within 0.5 %', f'{store["distance"]} m')
    countries = {store['address']['country'] for store in stores}
    if len(countries) < 3:
        raise Unmet('stores in three countries', ', '.join(sorted(countries)))
    for store in (*stores[:3], stores[-1]):
        opening = {True: 'open', False: 'closed', None: 'hours unknown'}[store['open_now']]
        journey.say(f'{store["distance"] / 1000:8.2f} km  {store["name"]}, {store["address"]["street"]} ({opening})')
    journey.say(f'{len(stores)} stores in {len(countries)} countries, every distance checked against geopy')
    journey.store = stores[0]


def watch_fences(journey):
    """It fetches the fences to watch"""
    phone, store = journey.phone, journey.store
    watch = phone.get('/geofences', lat=STATION[0], lon=STATION[1], limit=20)
    journey.say(f'GET /geofences: watch {len(watch["items"])} fences, ask again after '
                f'{watch["refresh"]["radius"] / 1000:.1f} km')
    fences = [fence for fence in watch['items'] if fence['store_id'] == store['id'] and 'enter' in fence['notify_on']]
    journey.fence = fence = min(fences, key=lambda fence: fence['radius'], default=None)
    if not fence:
        raise Unmet(f'a fence around {store["name"]}', 'none')


def consent(journey):
    """Before the customer agrees nothing is sent; the customer reads why, and agrees"""
    phone = journey.phone
    asked = {consent['purpose']: consent for consent in phone.get('/me/consents')}
    expect('purposes', ['push', 'sms', 'email', 'location', 'profiling'], list(asked))
    expect('granted', {False}, {consent['granted'] for consent in asked.values()})
    journey.say(f'GET /me/consents: "{asked["location"]["text"]}"')
    phone.report(entering(journey))
    reason = one('reason', list({(item['reason'], item['text']) for item in phone.get('/me/decisions')['items']}))
    expect('reason', 'no_consent', reason[0])
    journey.say(f'POST /events, GET /me/decisions: withheld, "{reason[1]}"')
    # Who does not leave has not come again.
    phone.report({**entering(journey), 'type': 'exit'})
    granted = phone.decide(location=True, profiling=True)
    expect('granted', ['location', 'profiling'], [purpose for purpose, is_granted in granted.items() if is_granted])
    rows = journey.sales.find(
        'mobile.consent', [('partner_id', '=', journey.contact_id)], 'purpose', 'granted', 'source')
    expect('rows in the ledger', {('location', True, 'device'), ('profiling', True, 'device')}, {
        (row['purpose'], row['granted'], row['source']) for row in rows})
    phone.send('PUT', '/me/preferences', json={'max_messages_per_week': 10})
    journey.say(f'PUT /me/consents: location, profiling; {journey.sales.name} sees both on the contact')


def enter_fence(journey):
    """It walks into one of them"""
    fence = journey.fence
    away = great_circle(DOOR, (fence['lat'], fence['lon'])).m
    if away > fence['radius']:
        raise Unmet(f'the door within {fence["radius"]} m', f'{away:.0f} m')
    journey.event = entering(journey)
    expect('receipt', {'accepted': 1, 'duplicates': 0, 'rejected': []}, journey.phone.report(journey.event))
    journey.say(f'POST /events: enter, {away:.0f} m from the middle of a fence of {fence["radius"]:.0f} m at '
                f'{journey.store["name"]}: accepted')


def entering(journey):
    """Return a new event: the phone enters the fence, at the store's door."""
    return {'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': journey.fence['id'], 'occurred_at': now(),
            'lat': DOOR[0], 'lon': DOOR[1], 'accuracy': 20.0}


def decide(journey):
    """Odoo decides, issues a personal coupon and writes the message; the phone sees both"""
    decisions = journey.sales.find(
        'mobile.decision', [('event_id.uuid', '=', journey.event['id'])], 'campaign_id', 'outcome', 'reason', 'card_id')
    for decision in decisions:
        journey.say(f'{decision["outcome"]}: {decision["campaign_id"][1]} ({decision["reason"]})')
    sent = one('decision to send', [decision for decision in decisions if decision['outcome'] == 'sent'])
    card = journey.sales.read('loyalty.card', sent['card_id'][0], 'code', 'partner_id', 'points')
    expect('holder of the coupon', journey.contact_id, card['partner_id'][0])
    journey.offer = offer = one('offer on the phone', journey.phone.get('/offers')['items'])
    expect('code on the phone', card['code'], offer['code'])
    expect('status', 'available', offer['status'])
    expect('discount', ('percent', '15'), (offer['discount']['type'], offer['discount']['value']))
    if not CODE.fullmatch(offer['code']):
        raise Unmet('a code of 80 random bits', offer['code'])
    message = one('message on the phone', journey.phone.get('/messages')['items'])
    expect('offer of the message', offer['id'], message['offer_id'])
    journey.say(f'message "{message["title"]}", coupon {offer["code"]}: {offer["discount"]["value"]} %, '
                f'until {offer["expires_at"]}')


def redeem(journey):
    """A salesperson enters the code, which counts on its holder's quotation only, and confirms it"""
    sales, before = journey.sales, journey.campaign()
    etag = journey.phone.send('GET', f'/offers/{journey.offer["id"]}').headers['ETag']
    journey.phone.send('GET', f'/offers/{journey.offer["id"]}', 304, headers={'If-None-Match': etag})
    refused(journey, journey.other_contact_id, 'another customer')
    order_id = journey.quotation(journey.contact_id, 'TK-101', 'TK-109', 'TK-110')
    journey.apply_coupon(order_id, journey.offer['code'])
    lines = sales.find('sale.order.line', [('order_id', '=', order_id)], 'name', 'price_total', 'is_reward_line')
    for line in lines:
        journey.say(f'{line["price_total"]:8.2f}  {line["name"].splitlines()[0]}')
    goods, discount = (
        sum(line['price_total'] for line in lines if line['is_reward_line'] is reward) for reward in (False, True))
    if abs(discount + 0.15 * goods) > 0.02:
        raise Unmet(f'a discount of {0.15 * goods:.2f}', f'{-discount:.2f}')
    sales.press('sale.order', order_id, 'action_confirm')
    order = sales.read(
        'sale.order', order_id, 'name', 'state', 'amount_total', 'amount_untaxed', 'currency_id', 'currency_rate')
    expect('state of the order', 'sale', order['state'])
    journey.say(f'{order["amount_total"]:8.2f}  {order["currency_id"][1]} with taxes: {order["name"]} is confirmed')
    offer = journey.phone.send('GET', f'/offers/{journey.offer["id"]}', headers={'If-None-Match': etag}).json()
    expect('status on the phone', 'redeemed', offer['status'])
    row = one('row in the ledger', sales.find(
        'mobile.redemption', [('card_id.code', '=', offer['code'])], 'state', 'order_id', 'revenue', 'currency_id'))
    expect('row in the ledger', ('confirmed', order_id), (row['state'], row['order_id'][0]))
    revenue = order['amount_untaxed'] / order['currency_rate']
    expect('revenue in the ledger', f'{revenue:.2f}', f'{row["revenue"]:.2f}')
    after = journey.campaign()
    expect('redemptions of the campaign', before['redemption_count'] + 1, after['redemption_count'])
    expect('revenue of the campaign', f'{before["revenue"] + revenue:.2f}', f'{after["revenue"]:.2f}')
    journey.say(f'the phone\'s offer is redeemed; the ledger has one row; the campaign has {after["redemption_count"]} '
                f'of {after["sent_count"]} redeemed, revenue {after["revenue"]:.2f} {row["currency_id"][1]}')


def refuse(journey):
    """The same code again, and on another customer's quotation, is refused; the same event again changes nothing"""
    refused(journey, journey.contact_id, 'already redeemed')
    refused(journey, journey.other_contact_id, 'another customer')
    expect('receipt', {'accepted': 0, 'duplicates': 1, 'rejected': []}, journey.phone.report(journey.event))
    one('offer on the phone', journey.phone.get('/offers')['items'])
    one('message on the phone', journey.phone.get('/messages')['items'])
    one('decision to send', journey.sales.find(
        'mobile.decision', [('partner_id', '=', journey.contact_id), ('outcome', '=', 'sent')], 'reason'))
    journey.say('POST /events with the same event: 1 duplicate; still one decision, one coupon, one message')


def refused(journey, contact_id, reason):
    """Check that a new quotation of this contact does not take the code, and print Odoo's reason."""
    sales, code = journey.sales, journey.offer['code']
    order_id = journey.quotation(contact_id, 'TK-104')
    name = sales.read('res.partner', contact_id, 'name')['name']
    try:
        journey.apply_coupon(order_id, code)
    except Refusal as refusal:
        if reason not in str(refusal):
            raise Unmet(f'a refusal because of "{reason}"', f'"{refusal}"') from refusal
        journey.say(f'refused on a quotation for {name}: {refusal}')
    else:
        raise Unmet(f'no discount for {name}', f'that {code} was taken')
    expect('lines of the quotation', 1, len(sales.find('sale.order.line', [('order_id', '=', order_id)], 'name')))


def bad_input(journey):
    """What is wrong is refused, each with its reason, and spoils nothing else"""
    phone = journey.phone
    strange = {'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': 2 ** 31 - 1, 'occurred_at': now()}
    good = {'id': str(uuid.uuid4()), 'type': 'search', 'query': 'kettle', 'occurred_at': now()}
    receipt = phone.report(strange, good)
    expect('number of accepted events', 1, receipt['accepted'])
    rejected = one('rejected event', receipt['rejected'])
    expect('rejection', (strange['id'], 'unknown_geofence'), (rejected['id'], rejected['code']))
    journey.say(f'an unknown fence beside a good event: 1 accepted, 1 rejected ({rejected["code"]})')
    for status, code, options in (
        (400, 'malformed_json', {'data': '{"events": [', 'headers': {'Content-Type': 'application/json'}}),
        (415, 'unsupported_media_type', {'data': 'events', 'headers': {'Content-Type': 'text/plain'}}),
        (422, 'invalid_request', {'json': {'events': [{**good, 'lat': 91.0, 'lon': 13.4}]}}),
    ):
        response = phone.send('POST', '/events', status, **options)
        expect('media type', 'application/problem+json', response.headers['Content-Type'])
        problem = response.json()
        expect('code', code, problem['code'])
        first = problem.get('errors', [{'loc': [], 'msg': problem['detail']}])[0]
        journey.say(f'{problem["status"]} {problem["code"]}: {" ".join([*map(str, first["loc"]), first["msg"]])}')
    other = journey.tablet.send('GET', f'/offers/{journey.offer["id"]}', 404).json()
    journey.say(f'another customer\'s offer: {other["status"]} {other["code"]}')


def now():
    """Return this moment as the phone API takes it."""
    return datetime.now(UTC).isoformat(timespec='milliseconds')


STEPS = [sign_in, sign_in_by_mail, find_stores, watch_fences, consent, enter_fence, decide, redeem, refuse,
         bad_input, *journey_places.STEPS, *journey_campaigns.STEPS,
         *journey_delivery.STEPS, *journey_pull.STEPS, *journey_basket.STEPS, *journey_trust.STEPS]


def play(base_url, database, say):
    """Play the journey over HTTP.

    :param str base_url: of the server, without a trailing slash
    :param str database: the name of its database
    :param say: function that prints one line
    :raise JourneyError: naming the step that failed
    """
    journey = None
    for number, step in enumerate(STEPS, 1):
        title = f'{number}. {step.__doc__}'
        say(title)
        try:
            journey = journey or Journey(base_url, database, say)
            step(journey)
        except Unmet as unmet:
            raise JourneyError(title, unmet.expected, unmet.found) from unmet
        except (Refusal, requests.RequestException, LookupError, AttributeError, ValueError) as error:
            raise JourneyError(title, 'an answer to work with', f'{type(error).__name__}: {error}') from error
