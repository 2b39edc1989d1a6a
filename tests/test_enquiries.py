"""A question on its way to a person and back, on a server with several workers."""

import uuid

from devtools.people import TIMEOUT
from tests.test_races import at_once


def test_a_double_tap_is_one_conversation(customer, numbers, query):
    phone, subject = customer(next(numbers)), f'Zipper {uuid.uuid4()}'
    body = {'subject': subject, 'message': 'Does it have two?'}
    answers = at_once([lambda: phone.http.post(f'{phone.base_url}/enquiries', json=body, timeout=TIMEOUT)] * 3)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()['id'] for answer in answers}) == 1
    assert query('SELECT count(*) FROM crm_lead WHERE name = %s', subject) == 1
    assert len(phone.get(f'/enquiries/{answers[0].json()["id"]}')['messages']) == 3


def test_there_and_back(customer, numbers, query, admin):
    phone, subject = customer(next(numbers)), f'Buttons {uuid.uuid4()}'
    enquiry_id = phone.post('/enquiries', 201, subject=subject, message='How many?')['id']
    lead_id = query('SELECT id FROM crm_lead WHERE name = %s', subject)
    admin.call('crm.lead', 'message_post', [lead_id], body='Seven.', message_type='comment',
               subtype_xmlid='mail.mt_comment')
    admin.call('crm.lead', 'message_post', [lead_id], body='A difficult customer', subtype_xmlid='mail.mt_note')
    assert [line['text'] for line in phone.get(f'/enquiries/{enquiry_id}')['messages']] == ['How many?', 'Seven.']
    [message] = [message for message in phone.get('/messages')['items'] if message['enquiry_id'] == enquiry_id]
    phone.post(f'/messages/{message["id"]}/reply', 201, text='Thank you')
    assert phone.get(f'/enquiries/{enquiry_id}')['messages'][-1]['from'] == 'me'
