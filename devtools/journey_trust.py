"""The second half of the journey: what nothing happens to without the customer's say, and what staff see of it."""

import re
import uuid

from .people import Refusal, Till, Unmet, expect, one

TILL_ID = 'tarn-kettle-till'


def show_card(journey):
    """At the till the phone shows who is there, by a code that is good for a minute and for one scan"""
    app = one('till', journey.admin.find('mobile.app', [('client_id', '=', TILL_ID)], 'name'))
    dialog = journey.admin.press('mobile.app', app['id'], 'action_rotate_secret')
    till = Till(journey.phone.base_url, TILL_ID, dialog['context']['default_secret'])
    card = journey.phone.get('/me/card')
    member = till.scan(card['qr'])
    expect('member', (card['member_id'], journey.phone.customer['name']), (member['member_id'], member['name']))
    journey.say(f'GET /me/card, POST /till/members: {member["name"]}, member {member["member_id"]}')
    expect('code of a second scan', 'card_used', till.scan(card['qr'], 409)['code'])
    journey.say('the same code again: 409 card_used')


def approve(journey):
    """Points are taken when the phone has said yes, and only then"""
    phone, sales = journey.phone, journey.sales
    for verb, status in (('deny', 'denied'), ('approve', 'approved'), (None, 'pending')):
        order_id = journey.quotation(journey.contact_id, 'TK-109')
        journey.take_points(order_id)
        question = one('open question', phone.get('/me/approvals', status='pending')['items'])
        if verb:
            question = phone.post(f'/me/approvals/{question["id"]}/{verb}')
        expect('answer', status, question['status'])
        name = sales.read('sale.order', order_id, 'name')['name']
        try:
            sales.press('sale.order', order_id, 'action_confirm')
        except Refusal as refusal:
            expect('status of a refused order', True, status != 'approved')
            journey.say(f'{name} {status}: {refusal}')
        else:
            expect('status of a confirmed order', 'approved', status)
            journey.say(f'{name} {status}: confirmed, {question["points"]} {question["unit"]} are taken')


def agree_to_mails(journey):
    """The customer agrees to emails, which counts once the link in a mail was opened and answered"""
    phone, address = journey.phone, new_address('frieda.lindqvist')
    journey.admin.call('res.company', 'write', [journey.company_id], {'mobile_email_double_opt_in': True})
    phone.send('PATCH', '/me', json={'email': address})
    expect('consent before the click', False, phone.decide(email=True)['email'])
    page = phone.http.get(journey.link_of_mail(address), headers={'Authorization': None})
    # In the customer's language, whatever that is.
    token = re.search(r'<form method="post".*name="token" value="([^"]+)".*<button', page.text, re.DOTALL).group(1)
    phone.http.post(page.url.partition('?')[0], data={'token': token}, headers={'Authorization': None})
    granted = {consent['purpose'] for consent in phone.get('/me/consents') if consent['granted']}
    expect('consents', {'location', 'profiling', 'email'}, granted)
    phone.send('PUT', '/me/preferences', json={
        'quiet_hours': [{'days': [0, 1, 2, 3, 4, 5, 6], 'from': '21:00', 'to': '07:00'}],
        'store_ids': [journey.store['id']], 'channels': ['push', 'email']})
    journey.say('PUT /me/consents, GET and POST the link in mail.mail; PUT /me/preferences: quiet from 21:00 to 07:00')


def look(journey):
    """Staff who look at a customer's movements leave a trace, and a number that was written twice is listed"""
    events = journey.sales.find('mobile.event', [('partner_id', '=', journey.contact_id)], 'type', 'occurred_at')
    looks = journey.admin.find('mobile.look', [('partner_id', '=', journey.contact_id)], 'user_id', 'event_count')
    if journey.sales.name not in {row['user_id'][1] for row in looks}:
        raise Unmet(f'a look of {journey.sales.name}', repr(looks))
    journey.say(f'{journey.sales.name} reads {len(events)} visits and scans: written down in mobile.look')
    number = journey.sales.read('res.partner', journey.contact_id, 'mobile_verified_phone')['mobile_verified_phone']
    contact_id = journey.sales.save('res.partner', {
        'name': 'F. Lindqvist', 'phone': number, 'email': new_address('f.lindqvist')})
    bearers = journey.admin.find('mobile.duplicate', [('address', '=', number)], 'standing')
    expect('contacts with this number', ['1_verified', '3_written'], [bearer['standing'] for bearer in bearers])
    journey.say('a second contact with her number: both stand on the list of duplicates')
    wizard_id = journey.admin.save('mobile.consent.record', {
        'partner_id': contact_id, 'purpose': 'email', 'granted': 'yes', 'note': 'On a form at the counter'})
    journey.admin.press('mobile.consent.record', wizard_id, 'action_record')
    one('link that waits for the click', journey.admin.find(
        'mobile.opt.in', [('partner_id', '=', contact_id)], 'email'))
    journey.say(f'{journey.admin.name} records a consent to emails, given at the counter: a link is on its way')


def forget(journey):
    """The other customer wants to be forgotten: silence at once, erased after the days of grace"""
    due_at = journey.tablet.send('DELETE', '/me', 202).json()['due_at']
    journey.tablet.send('GET', '/me', 401)
    erasure = one('erasure', journey.admin.find(
        'mobile.erasure', [('partner_id', '=', journey.other_contact_id)], 'state', 'source'))
    expect('erasure', ('pending', 'app'), (erasure['state'], erasure['source']))
    journey.say(f'DELETE /me: the session is over; due at {due_at}')


def new_address(name):
    """Return an address that nobody has."""
    return f'{name}.{uuid.uuid4().hex[:8]}@example.com'


STEPS = [show_card, approve, agree_to_mails, look, forget]
