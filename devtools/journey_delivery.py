"""The part of the journey that is about messages on their way, and customers' answers back."""

import re
import uuid

import requests

from .journey_campaigns import APOLOGY
from .people import Phone, Unmet, expect, one
from .process import wait_until

#: Seconds until a worker has handed a message over.
PATIENCE = 60
#: Seconds that a page may take.
TIMEOUT = 30
#: What an email leads to: what is offered, and where it is stopped.
LINKS = re.compile(r'href="(?P<link>https?://[^"]+/(?P<kind>[ms])/[^"]+)"')
BROWSER = {'User-Agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15',
           'Accept-Language': 'de-DE'}


def send_by_mail(journey):
    """An offer goes out by e-mail to a customer who agrees to that; the link in it counts as opened, in the app too"""
    reader = journey.reader = Phone(journey.base_url, journey.phone.client_id, 'android', 'Pixel 9')
    address = f'ida.brandt.{uuid.uuid4().hex[:8]}@example.com'
    reader.register()
    reader.sign_in('email', address, journey.code_of_mail)
    reader.send('PATCH', '/me', json={'name': 'Ida Brandt'})
    contact = one('contact', journey.sales.find('res.partner', [('email_normalized', '=', address)], 'name'))
    expect('consent', True, reader.decide(email=True)['email'])
    give_offer(journey, contact['id'], 'email')
    mail = offer_mail(journey, address)
    links = journey.mail_links = {link['kind']: link['link'] for link in LINKS.finditer(mail['body_html'])}
    expect('links of the email', {'m', 's'}, set(links))
    if f'<{links["s"]}>' not in mail['headers'] or 'One-Click' not in mail['headers']:
        raise Unmet('List-Unsubscribe by one click (RFC 8058)', mail['headers'])
    journey.say(f'"{mail["subject"]}" in mail.mail, with List-Unsubscribe')
    # Whoever looks ahead has opened nothing.
    requests.head(links['m'], allow_redirects=False, timeout=TIMEOUT)
    expect('opened by a look ahead', False, attempt(journey)['opened_at'])
    answer = requests.get(links['m'], allow_redirects=False, timeout=TIMEOUT, headers=BROWSER)
    expect('the link answers', True, answer.status_code in (200, 302))
    expect('state of the email', 'opened', attempt(journey)['state'])
    message = one('message in the inbox', reader.get('/messages')['items'])
    if not message['read_at']:
        raise Unmet('a message that counts as read in the app', message)
    journey.say(f'GET /m/…: {answer.status_code}; it counts as opened, in the app as well')


def stop_mails(journey):
    """Another link stops e-mails, at a press and not before; an invented one does nothing"""
    link = journey.mail_links['s']
    expect('page', 200, requests.get(link, timeout=TIMEOUT).status_code)
    expect('consent after the page was opened', True, agrees_to(journey.reader, 'email'))
    expect('page', 200, requests.post(link, data={'List-Unsubscribe': 'One-Click'}, timeout=TIMEOUT).status_code)
    expect('consent', False, agrees_to(journey.reader, 'email'))
    expect('an invented link', 404, requests.post(link[:-3] + 'AAA', timeout=TIMEOUT).status_code)
    journey.say('GET /s/…: a page with a button; POST: the consent to emails is withdrawn')


def ask(journey):
    """The customer asks about a product; a salesperson answers in Odoo, and the answer is on the phone"""
    phone, sales = journey.phone, journey.sales
    product = one('product', sales.find('product.product', [('default_code', '=', 'TK-101')], 'name'))
    question = {'subject': 'Does it fit an induction hob?', 'message': f'Does the {product["name"]} fit <my> hob?',
                'product_id': product['id'], 'store_id': journey.store['id']}
    receipt = phone.post('/enquiries', 201, **question, callback={})
    lead = one('lead', sales.find(
        'crm.lead', [('partner_id', '=', journey.contact_id)], 'name', 'user_id', 'activity_ids'))
    call = one('call', journey.admin.find(
        'mail.activity', [('id', 'in', lead['activity_ids'])], 'summary', 'user_id'))
    owner = lead['user_id'] and lead['user_id'][1]
    journey.say(f'POST /enquiries: the lead "{lead["name"]}" for {owner}; call back at {receipt["callback_at"]}: '
                f'"{call["summary"]}" for {call["user_id"][1]}')
    sales.call('crm.lead', 'message_post', [lead['id']], body='Yes, on every hob. Come and try it!',
               message_type='comment', subtype_xmlid='mail.mt_comment')
    talk = phone.get(f'/enquiries/{receipt["id"]}')
    expect('who has spoken', ['me', 'staff'], [line['from'] for line in talk['messages']])
    expect('status', 'answered', talk['status'])
    answer = one('answer in the inbox', [
        message for message in phone.get('/messages')['items'] if message['enquiry_id'] == receipt['id']])
    journey.say(f'in the inbox: "{answer["title"]}": "{answer["body"]}"')
    phone.post(f'/messages/{answer["id"]}/reply', 201, text='Wonderful, thank you.')
    expect('status', 'open', phone.get(f'/enquiries/{receipt["id"]}')['status'])
    other = journey.tablet.send('GET', f'/enquiries/{receipt["id"]}', 404).json()
    journey.say(f'POST /messages/…/reply; for another customer it is {other["status"]} {other["code"]}')


def give_offer(journey, contact_id, channel):
    """Let a salesperson send a customer the offer of the manual campaign, by a channel beside the inbox."""
    admin, sales = journey.admin, journey.sales
    campaign = one('campaign', admin.find('mobile.campaign', [('name', '=', APOLOGY)], 'channel_ids'))
    admin.call('mobile.campaign', 'web_save', [campaign['id']], {'channel_ids': [
        *([2, line_id, False] for line_id in campaign['channel_ids']), [0, 'virtual_1', {'channel': channel}]]},
        specification={})
    wizard_id = sales.save('mobile.offer.send', {'campaign_id': campaign['id']},
                           active_model='res.partner', active_ids=[contact_id])
    sales.press('mobile.offer.send', wizard_id, 'action_send')
    journey.told = one('message', journey.reader.get('/messages')['items'])['id']


def offer_mail(journey, address):
    """Return the email that the worker has handed over to Odoo's outgoing queue."""
    found = wait_until(lambda: [
        mail for mail in journey.admin.find(
            'mail.mail', [('email_to', '=', address)], 'subject', 'body_html', 'headers')
        if LINKS.search(mail['body_html'])], PATIENCE, interval=0.5)
    if not found:
        raise Unmet(f'an email within {PATIENCE} s', attempt(journey))
    return one('email', found)


def attempt(journey):
    """Return how the message stands outside the app."""
    return one('attempt', journey.sales.find(
        'mobile.message', [('origin_id.uuid', '=', journey.told)], 'channel', 'state', 'reason', 'opened_at'))


def agrees_to(phone, purpose):
    """Return whether a customer agrees to a purpose, as the phone shows it."""
    return {row['purpose']: row['granted'] for row in phone.get('/me/consents')}[purpose]


STEPS = [send_by_mail, stop_mails, ask]
