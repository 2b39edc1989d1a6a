"""The part of the journey that is about campaigns and coupons, as a marketer, customers, staff and tills live it."""

import base64
import html
import re
import uuid
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .people import Phone, Refusal, Till, Unmet, expect, one
from .process import wait_until

#: The template that goes to everybody at once, and the manual campaign of the demo data.
TEMPLATE, APOLOGY = 'News for Everybody', 'With our apologies'
#: Campaigns of the demo data, and what their results say in the end.
RESULTS = {
    'Autumn: warm up at our counter': ('up', 'down', 'open'),
    'Berlin: a mug for the Trail Club': ('open', 'early'),
}
#: A till of the demo data, and another one that this journey brings along.
TILLS = ('Tarn & Kettle Till', 'Tarn & Kettle Till 2')
#: Seconds until the worker has gone through the audience.
PATIENCE = 120


def begin_from_template(journey):
    """A marketer begins a campaign from a template and narrows its audience to whom the store has seen lately"""
    admin, store = journey.admin, journey.store
    arrive(journey)
    template = one('template', admin.find('mobile.campaign.template', [('name', '=', TEMPLATE)], 'description'))
    context = admin.press('mobile.campaign.template', template['id'], 'action_use')['context']
    wizard_id = admin.save('mobile.campaign.new', {
        'name': f'Thank you for coming by, {datetime.now(UTC):%d %B}', 'discount': 20.0}, **context)
    campaign_id = journey.campaign_id = admin.press('mobile.campaign.new', wizard_id, 'action_create')['res_id']
    audience = [('mobile_visited_store_30_ids', 'in', [store['id']])]
    admin.call('mobile.campaign', 'web_save', [campaign_id], {
        'audience_domain': repr(audience),
        'message_body': f'You were at {store["name"]}: {{reward}}, until {{expires}}.',
        # Of so few customers a control group would tell nothing.
        'holdout_percent': 0}, specification={})
    campaign = admin.read('mobile.campaign', campaign_id, 'state', 'trigger', 'reward_summary', 'audience_count',
                          'audience_reachable_count', 'audience_problem')
    expect('campaign', ('draft', 'broadcast', False),
           (campaign['state'], campaign['trigger'], campaign['audience_problem']))
    everybody = admin.call('res.partner', 'search_count', [('mobile_has_app', '=', True)])
    if not 3 <= campaign['audience_count'] < everybody:
        raise Unmet(f'an audience from 3 to less than {everybody}', campaign['audience_count'])
    journey.say(f'"{TEMPLATE}": {campaign["reward_summary"]}; visited {store["name"]} within 30 days: '
                f'{campaign["audience_count"]} customers of {everybody} with the app')


def arrive(journey):
    """Let the two customers have been to the store, and another one not; the walker asks not to be disturbed."""
    # An audience of who was where is a profile, which its customers agree to; the first one has.
    journey.tablet.decide(location=True, profiling=True)
    journey.walker.decide(profiling=True)
    journey.tablet.report(crossing(journey, 'enter'))
    for phone in (journey.phone, journey.tablet):
        phone.report(crossing(journey, 'exit'))
    # From one o'clock to the same is the whole day.
    journey.walker.send('PUT', '/me/preferences', json={
        'quiet_hours': [{'days': list(range(7)), 'from': '01:00', 'to': '01:00'}]})
    stranger = Phone(journey.base_url, journey.phone.client_id, 'ios', 'iPhone 16')
    stranger.register()
    stranger.sign_in('sms', journey.unused_number(), journey.code_of_sms)
    journey.walker_id = one('walker', journey.sales.find(
        'res.partner', [('name', '=', journey.walker.customer['name'])], 'name'))['id']


def crossing(journey, kind):
    """Return a new event: a phone enters the fence, or leaves it."""
    fence = journey.fence
    return {'id': str(uuid.uuid4()), 'type': kind, 'geofence_id': fence['id'], 'accuracy': 9.0, 'lat': fence['lat'],
            'lon': fence['lon'], 'occurred_at': datetime.now(UTC).isoformat()}


def preview_and_dry_run(journey):
    """The marketer reads the message as a customer will, and asks who would get it, and why not the others"""
    admin, campaign_id = journey.admin, journey.campaign_id
    fields = {'preview_title': {}, 'preview_body': {}}
    shown, = admin.call('mobile.campaign', 'web_read', [campaign_id], fields)
    # What does not change is not told again.
    preview = {**shown, **admin.call('mobile.campaign', 'onchange', [campaign_id], {
        **shown, 'preview_partner_id': journey.contact_id}, ['preview_partner_id'], fields)['value']}
    if '{' in preview['preview_title'] + preview['preview_body'] or 'Frieda' not in preview['preview_title']:
        raise Unmet('a message to Frieda without gaps', repr(preview))
    journey.say(f'"{preview["preview_title"]}" "{preview["preview_body"]}"')
    review = admin.press('mobile.campaign', campaign_id, 'action_review')
    wizard_id = admin.save(review['res_model'], {}, **review['context'])
    answer = admin.read(review['res_model'], wizard_id, 'asked_count', 'passed_count', 'report')
    expect('coupons that a dry run issues', 0, coupon_count(journey))
    words = html.unescape(re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', answer['report'])))
    for name in ('They would get it', 'Frieda Lindqvist', 'has not consented', 'quiet hours',
                 journey.walker.customer['name']):
        if name.lower() not in words.lower():
            raise Unmet(f'"{name}" in the dry run', words)
    journey.dry_run = {'wizard': (review['res_model'], wizard_id), **answer}
    journey.say(f'dry run:{words}')


def reach_everybody(journey):
    """It starts: a worker goes through the audience, and each customer gets one coupon; once more changes nothing"""
    admin, campaign_id = journey.admin, journey.campaign_id
    admin.press(*journey.dry_run['wizard'], 'action_start')
    progress = finished_run(journey)
    expect('customers asked about', journey.dry_run['asked_count'], progress['asked'])
    expect('customers who got it', journey.dry_run['passed_count'], progress['sent'])
    expect('customers left out', (progress['asked'] - progress['sent'], 0), (progress['withheld'], progress['skipped']))
    cards = admin.find('loyalty.card', [('mobile_campaign_id', '=', campaign_id)], 'code', 'partner_id')
    for what in ('code', 'partner_id'):
        expect(f'coupons, each with another {what}', progress['sent'], len({str(card[what]) for card in cards}))
    journey.say(f'{progress["asked"]} asked: {progress["sent"]} coupons and messages, {progress["withheld"]} withheld')
    admin.press('mobile.campaign', campaign_id, 'action_pause')
    admin.press('mobile.campaign', campaign_id, 'action_start')
    again = finished_run(journey)
    expect('the run', {**progress}, {**again})
    expect('coupons', progress['sent'], coupon_count(journey))
    expect('offers to the walker', 0, len(offers(journey, journey.walker)))
    journey.coupon = one('offer on the phone', offers(journey, journey.phone))
    message = one('message on the phone', [
        message for message in journey.phone.get('/messages')['items']
        if message['offer_id'] == journey.coupon['id']])
    journey.say(f'started again: the same run, still {progress["sent"]} coupons; on the phone: "{message["title"]}"')


def finished_run(journey):
    """Return the figures of the campaign's run, as its form shows them, once it is done."""
    found = wait_until(
        lambda: (run := journey.admin.call('mobile.campaign.run', 'progress', journey.campaign_id))
        and not run['is_open'] and run, PATIENCE, interval=0.5)
    if not found:
        raise Unmet(f'a run that is done within {PATIENCE} s', repr(found))
    return expect('state of the run', 'done', found['state']) and found


def coupon_count(journey):
    """Return how many coupons the campaign has given out."""
    return journey.admin.call('loyalty.card', 'search_count', [('mobile_campaign_id', '=', journey.campaign_id)])


def offers(journey, phone, campaign_id=None):
    """Return a phone's offers of the campaign, or of another one."""
    wanted = campaign_id or journey.campaign_id
    return [offer for offer in phone.get('/offers', limit=100)['items']
            if offer['campaign'] and offer['campaign']['id'] == wanted]


def send_by_hand(journey):
    """A salesperson sends two customers an offer from their contacts, and reads what the gates say"""
    sales = journey.sales
    campaign = one('campaign', sales.find('mobile.campaign', [('name', '=', APOLOGY)], 'state'))
    chosen = {'active_model': 'res.partner', 'active_ids': [journey.other_contact_id, journey.walker_id]}
    fields = {'line_ids': {'fields': {'partner_id': {}, 'is_passed': {}, 'answer': {}}}}
    before = sales.call('mobile.offer.send', 'onchange', [], {}, [], {**fields, 'campaign_id': {}}, context=chosen)
    expect('offer that is proposed', campaign['id'], before['value']['campaign_id'])
    wizard_id = sales.save('mobile.offer.send', {'campaign_id': campaign['id']}, **chosen)
    expect('offers before it is sent', [], offers(journey, journey.tablet, campaign['id']))
    sales.press('mobile.offer.send', wizard_id, 'action_send')
    after, = sales.call('mobile.offer.send', 'web_read', [wizard_id], fields)
    told = [line[2] for line in before['value']['line_ids']], after['line_ids']
    for lines in told:
        expect('who gets it', {journey.other_contact_id: True, journey.walker_id: False},
               {line['partner_id']: line['is_passed'] for line in lines})
    answers = {line['partner_id']: line['answer'] for line in told[1]}
    expect('what was said before', {line['partner_id']: line['answer'] for line in told[0]}, answers)
    journey.gift = one('offer', offers(journey, journey.tablet, campaign['id']))
    expect('offers to the walker', [], offers(journey, journey.walker, campaign['id']))
    for row in sales.find('res.partner', [('id', 'in', list(answers))], 'name'):
        journey.say(f'{row["name"]}: {answers[row["id"]]}')


def redeem_at_till(journey):
    """A till holds a coupon by its code; another till is refused at once; the first confirms, and the phone knows"""
    journey.till, journey.other_till = (till(journey, name) for name in TILLS)
    offer = journey.coupon = journey.phone.get(f'/offers/{journey.coupon["id"]}')
    body = {'code': offer['code'], 'store_id': journey.store['id'], 'amount': '80.00'}
    reference = f'T1-{uuid.uuid4().hex[:6]}'
    held = journey.till.post('/till/redemptions', 201, **body, order_ref=reference)
    expect('hold', ('held', '16.00'), (held['status'], held['worth']['amount']))
    again = journey.till.post('/till/redemptions', 200, **body, order_ref=reference)
    expect('hold of the same order', held['id'], again['id'])
    refusal = journey.other_till.post('/till/redemptions', 409, **body, order_ref='T2-1')
    expect('refusal', 'coupon_held', refusal['code'])
    worth = f'{held["worth"]["amount"]} {held["worth"]["currency"]}'
    journey.say(f'POST /till/redemptions: held, {worth} off; another: 409 {refusal["code"]}, "{refusal["detail"]}"')
    confirmed = journey.till.post(f'/till/redemptions/{held["id"]}/confirm')
    expect('redemption', 'confirmed', confirmed['status'])
    refusal = journey.other_till.post('/till/redemptions', 409, **body, order_ref='T2-1')
    expect('refusal', 'coupon_redeemed', refusal['code'])
    detail = journey.phone.get(f'/offers/{offer["id"]}')
    expect('offer on the phone', 'redeemed', detail['status'])
    history = ', '.join(step['kind'] for step in detail['history'])
    journey.say(f'confirmed as {reference}; the phone shows: {history}')


def till(journey, name):
    """Return a till, signed in by a new secret; made when there is none of this name."""
    admin = journey.admin
    found = admin.find('mobile.app', [('name', '=', name)], 'client_id')
    till_id = found[0]['id'] if found else admin.save(
        'mobile.app', {'name': name, 'kind': 'till', 'company_id': journey.company_id})
    client_id = admin.read('mobile.app', till_id, 'client_id')['client_id']
    dialog = admin.press('mobile.app', till_id, 'action_rotate_secret')
    return Till(journey.phone.base_url, client_id, dialog['context']['default_secret'])


def accept_offline(journey):
    """A till without the network takes a signed coupon that was spent meanwhile: a conflict, and a manager is told"""
    qr, reference = journey.coupon['qr'], f'T2-{uuid.uuid4().hex[:6]}'
    keys = {key['kid']: key for key in journey.other_till.get('/till/keys')['keys']}
    # Without the network: nothing but the keys, which it has.
    if not is_signed(keys, qr) or is_signed(keys, qr.replace('.P2000.', '.P9000.')):
        raise Unmet('a signature over what the coupon is worth', qr)
    accepted = {'qr': qr, 'store_id': journey.store['id'], 'order_ref': reference, 'amount': '50.00',
                'discount': '10.00', 'accepted_at': datetime.now(UTC).isoformat()}
    report = journey.other_till.post('/till/redemptions', 201, **accepted)
    expect('report', 'conflict', report['status'])
    again = journey.other_till.post('/till/redemptions', 200, **accepted)
    expect('the same report again', report['id'], again['id'])
    row = one('conflict', journey.sales.find(
        'mobile.redemption', [('order_ref', '=', reference)], 'state', 'conflict_id', 'discount', 'conflict_reason'))
    expect('conflict', ('conflict', 10.0), (row['state'], row['discount']))
    task = one('activity', journey.admin.find(
        'mail.activity', [('res_model', '=', 'mobile.redemption'), ('res_id', '=', row['id'])], 'summary', 'user_id'))
    journey.say(f'Ed25519 by GET /till/keys: signed; reported later: {report["status"]}, '
                f'"{report["conflict"]["reason"]}"; {task["user_id"][1]} is asked to look: "{task["summary"]}"')


def is_signed(keys, text):
    """Tell whether one of the shop's keys has signed a text, as a till does by docs/api.md."""
    signed, _dot, signature = text.rpartition('.')
    key = keys[text.split('.')[1]]
    try:
        Ed25519PublicKey.from_public_bytes(unpadded(key['x'])).verify(unpadded(signature), signed.encode())
    except InvalidSignature:
        return False
    return True


def unpadded(text):
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def cancel_order(journey):
    """An order is cancelled, twice: the coupon is back once, and is good for another order"""
    sales, gift = journey.sales, journey.gift
    order_id = journey.quotation(journey.other_contact_id, 'TK-101', 'TK-109')
    journey.apply_coupon(order_id, gift['code'])
    sales.press('sale.order', order_id, 'action_confirm')
    expect('offer', ('redeemed', 0.0), standing(journey, gift))
    for _time in range(2):
        # Odoo lets a sales administrator alone cancel orders on which a coupon is.
        journey.admin.press('sale.order', order_id, 'action_cancel')
        expect('offer', ('available', 1.0), standing(journey, gift))
    expect('ledger', ['void'], states(journey, gift))
    other_id = journey.quotation(journey.other_contact_id, 'TK-110', 'TK-109')
    journey.apply_coupon(other_id, gift['code'])
    sales.press('sale.order', other_id, 'action_confirm')
    expect('offer', ('redeemed', 0.0), standing(journey, gift))
    expect('ledger', ['confirmed', 'void'], states(journey, gift))
    try:
        third_id = journey.quotation(journey.other_contact_id, 'TK-110')
        journey.apply_coupon(third_id, gift['code'])
    except Refusal as refusal:
        journey.say(f'redeemed, cancelled twice, available once, redeemed again; a third time: {refusal}')
    else:
        raise Unmet('a refusal', 'a third discount')


def standing(journey, offer):
    """Return how a coupon stands on the phone, and its points in Odoo."""
    card = one('card', journey.admin.find('loyalty.card', [('code', '=', offer['code'])], 'points'))
    return journey.tablet.get(f'/offers/{offer["id"]}')['status'], card['points']


def states(journey, offer):
    """Return the states of a coupon's rows in the ledger, in the order of the alphabet."""
    return sorted(row['state'] for row in journey.sales.find(
        'mobile.redemption', [('card_id.code', '=', offer['code'])], 'state'))


def read_results(journey):
    """The marketer reads what came of it: how far the offers went, and whether they earned more than chance would"""
    admin = journey.admin
    results = admin.call('mobile.campaign', 'get_results', [journey.campaign_id])
    funnel = {stage['key']: stage['count'] for stage in results['funnel']}
    expect('sent and redeemed', (journey.dry_run['passed_count'], 1), (funnel['sent'], funnel['redeemed']))
    expect('conflicts', 1, results['money']['conflicts'])
    reasons = ', '.join(f'{reason["label"]} {reason["count"]}' for reason in results['reasons'])
    journey.say(f'{", ".join(f"{key} {count}" for key, count in funnel.items())}; withheld: {reasons}')
    expect('comparison', 'no_control', admin.call('mobile.campaign', 'get_lift', [journey.campaign_id])['state'])
    for name, states_ in RESULTS.items():
        campaign = one(f'campaign {name}', admin.find('mobile.campaign', [('name', '=', name)], 'name'))
        lift = admin.call('mobile.campaign', 'get_lift', [campaign['id']])
        if lift['state'] not in states_:
            raise Unmet(f'{name}: {" or ".join(states_)}', lift['state'])
        row = f'; {lift["rows"][0]["label"]}: {lift["rows"][0]["difference"]} ({lift["rows"][0]["interval"]})' if lift[
            'rows'] else ''
        journey.say(f'{name}: {lift["title"]}{row}')


STEPS = [begin_from_template, preview_and_dry_run, reach_everybody, send_by_hand, redeem_at_till, accept_offline,
         cancel_order, read_results]
