"""The inbox and the talk with the staff, on the phone: with the network, without it, and with it again."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from devtools.process import wait_until


@pytest.fixture
def talk(phone, query, admin):
    """Return a phone whose customer has asked something: with the conversation's id, and the staff's lead."""
    subject = f'Zipper {uuid.uuid4()}'
    phone.talk_id = phone.post('/enquiries', 201, subject=subject, message='Does it have two?')['id']
    phone.lead_id = query('SELECT id FROM crm_lead WHERE name = %s', subject)
    phone.subject = subject

    def answer(text):
        admin.call('crm.lead', 'message_post', [phone.lead_id], body=text, message_type='comment',
                   subtype_xmlid='mail.mt_comment')

    phone.answer = answer
    phone.has_read_all = lambda: all(message['read_at'] for message in phone.get('/messages')['items'])
    return phone


def test_an_answer_is_read_and_answered(browse, talk):
    talk.answer('It has three.')
    browser = browse()
    browser.sign_in(talk)
    page = browser.open('/messages')
    row = page.get_by_role('link', name='It has three.')
    expect(row).to_contain_text('New')
    expect(page.locator('.tabs .badge')).to_have_text('1')
    row.tap()
    log = page.get_by_role('log')
    expect(log.get_by_role('listitem')).to_have_count(2)
    expect(log).to_contain_text('It has three.')
    expect(page.locator('.tabs .badge')).to_have_count(0)
    page.get_by_label('Your message').fill('<b>Thank you</b>')
    page.get_by_role('button', name='Send').dblclick()
    expect(log.get_by_role('listitem')).to_have_count(3)
    expect(log).to_contain_text('<b>Thank you</b>')
    expect(page.get_by_label('Your message')).to_have_value('')
    # Somebody answers while the page is open.
    talk.answer('You are welcome.')
    page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    expect(log).to_contain_text('You are welcome.')
    assert [line['text'] for line in talk.get(f'/enquiries/{talk.talk_id}')['messages']] == [
        'Does it have two?', 'It has three.', '<b>Thank you</b>', 'You are welcome.']
    assert wait_until(talk.has_read_all, 10)


def test_without_the_network(browse, talk, query):
    for text in ('It has three.', 'Or four.'):
        talk.answer(text)
    browser = browse()
    browser.sign_in(talk)
    page = browser.open('/messages')
    expect(page.get_by_text('New', exact=True)).to_have_count(2)
    page.get_by_role('link', name=talk.subject).tap()
    log = page.get_by_role('log')
    expect(log.get_by_role('listitem')).to_have_count(3)
    page.go_back()
    expect(page.get_by_text('New', exact=True)).to_have_count(0)

    browser.context.set_offline(True)
    page.get_by_role('link', name=talk.subject).tap()
    expect(log.get_by_role('listitem')).to_have_count(3)
    page.get_by_label('Your message').fill('Which is it?')
    page.get_by_role('button', name='Send').tap()
    expect(log.get_by_role('listitem').last).to_contain_text('Waiting to be sent')
    assert 'Which is it?' not in str(talk.get(f'/enquiries/{talk.talk_id}'))
    browser.context.set_offline(False)
    page.evaluate('window.dispatchEvent(new Event("online"))')
    expect(page.get_by_text('Waiting to be sent')).to_have_count(0, timeout=20_000)
    expect(log).to_contain_text('Which is it?')
    assert query("SELECT count(*) FROM mobile_enquiry_message WHERE text = 'Which is it?'") == 1


def test_read_without_the_network(browse, talk):
    for text in ('It has three.', 'Or four.'):
        talk.answer(text)
    browser = browse()
    browser.sign_in(talk)
    page = browser.open('/messages')
    expect(page.get_by_text('New', exact=True)).to_have_count(2)
    browser.context.set_offline(True)
    page.get_by_role('button', name='Mark all as read').tap()
    expect(page.get_by_text('New', exact=True)).to_have_count(0)
    expect(page.locator('.tabs .badge')).to_have_count(0)
    assert not any(message['read_at'] for message in talk.get('/messages')['items'])
    browser.context.set_offline(False)
    page.evaluate('window.dispatchEvent(new Event("online"))')
    assert wait_until(talk.has_read_all, 10)
    expect(page.get_by_text('New', exact=True)).to_have_count(0)


def test_call_me_back(browse, phone, query):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/ask')
    page.get_by_role('button', name='Send').tap()
    expect(page.get_by_label('What is it about?')).to_be_focused()
    expect(page.get_by_text('Say in a few words what it is about.')).to_be_visible()
    subject = f'Boots {uuid.uuid4()}'
    page.get_by_label('What is it about?').fill(subject)
    page.get_by_label('Your question').fill('Do you have them in 43?')
    page.get_by_label('Call me at a certain time').check()
    at = datetime.now(ZoneInfo('Europe/Berlin')).replace(second=0, microsecond=0) + timedelta(days=3)
    page.get_by_label('When?').fill(at.strftime('%Y-%m-%dT%H:%M'))
    page.get_by_label('At which number?').fill('123')
    page.get_by_role('button', name='Send').tap()
    expect(page.get_by_role('alert')).to_have_text('This is not a phone number that we can call.')
    page.get_by_label('At which number?').fill(phone.customer['phone'])
    page.get_by_role('button', name='Send').tap()
    expect(page.get_by_role('heading', name=subject)).to_be_visible()
    expect(page.locator('.talk-head')).to_contain_text(f'We call you: {at.strftime("%A")}')
    assert query('SELECT count(*) FROM crm_lead WHERE name = %s', subject) == 1


def test_a_question_without_the_network_is_asked_later(browse, phone, query):
    browser = browse()
    browser.sign_in(phone)
    page = browser.open('/ask?product=1')
    browser.context.set_offline(True)
    subject = f'Socks {uuid.uuid4()}'
    page.get_by_label('What is it about?').fill(subject)
    page.get_by_label('Your question').fill('Are they warm?')
    page.get_by_role('button', name='Send').tap()
    expect(page.get_by_text('We send it as soon as you are online.')).to_be_visible()
    assert query('SELECT count(*) FROM crm_lead WHERE name = %s', subject) == 0


def test_who_is_not_signed_in_has_no_inbox(browse):
    page = browse().open('/messages')
    expect(page.get_by_role('heading', name='Inbox')).to_have_count(0)
