"""Visits on a server with several workers and its real cron: who stays is noticed, and races end in one visit."""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from devtools.people import TIMEOUT, Staff

#: Seconds within which the cron of a server does what is due; it looks each minute.
PATIENCE = 150


@pytest.fixture(scope='module')
def shop(admin, app, company_id):
    """Make a store with a fence that asks for staying, and a campaign for who stays."""
    address = admin.call('res.partner', 'create', {'name': 'Visit address'})
    store = admin.call('mobile.store', 'create', {
        'name': 'Visit store', 'partner_id': address, 'tz': 'UTC', 'latitude': -74.2, 'longitude': 120.4,
        'company_id': company_id})
    fence = admin.call('mobile.geofence', 'create', {
        'store_id': store, 'radius': 200, 'on_dwell': True, 'loitering_delay': 30})
    program = admin.call('loyalty.program', 'create', {
        'name': 'Visit program', 'program_type': 'coupons', 'company_id': company_id,
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 10, 'required_points': 1})]})
    campaign = admin.call('mobile.campaign', 'create', {
        'name': 'Stay', 'message_title': 'Still here?', 'program_id': program, 'app_id': app['id'], 'trigger': 'dwell',
        'store_ids': [(6, 0, [store])], 'max_per_customer': 9, 'cooldown_hours': 0})
    admin.call('mobile.campaign', 'action_start', [campaign])
    yield {'store': store, 'fence': fence}
    admin.call('mobile.campaign', 'action_done', [campaign])


@pytest.fixture
def phone(customer, query):
    """Sign in a customer of their own, who agrees to be located."""
    install = customer()
    # Campaigns do not answer what happened before the sign-in.
    install.row_id = query(
        """UPDATE mobile_device SET signed_in_at = signed_in_at - interval '1 day'
            WHERE install_id = %s RETURNING id""", install.install_id)
    return install


def event(kind, ago, **values):
    return {'id': str(uuid.uuid4()), 'type': kind,
            'occurred_at': (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(), **values}


def rows(db, statement, *parameters):
    with db().cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def test_who_stays_is_noticed_without_another_call(phone, shop, db):
    phone.report(event('enter', 0, geofence_id=shop['fence']))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told = rows(db, """SELECT uuid FROM mobile_event
                            WHERE device_id = %s AND type = 'dwell' AND origin = 'server'""", phone.row_id)
        if told:
            break
        threading.Event().wait(1)
    assert len(told) == 1
    assert [message['title'] for message in phone.get('/messages')['items']] == ['Still here?']


def test_many_workers_at_once_fire_once(phone, shop, db, admin, server):
    """Eight sessions do what is due at the same moment, beside the server's own cron."""
    model = admin.find('ir.model', [('model', '=', 'mobile.presence')], 'id')[0]['id']
    action = admin.call('ir.actions.server', 'create', {
        'name': 'Do what is due', 'model_id': model, 'state': 'code', 'code': 'model._cron_follow()'})
    phone.report(event('enter', 40, geofence_id=shop['fence']))
    sessions = [Staff(server.url, server.db, 'admin', 'admin') for _ in range(8)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(lambda session: session.call('ir.actions.server', 'run', [action]), sessions))
    assert rows(db, """SELECT count(*) FROM mobile_event
                        WHERE device_id = %s AND type = 'dwell' AND origin = 'server'""", phone.row_id) == [(1,)]
    assert len(phone.get('/messages')['items']) == 1
    admin.call('ir.actions.server', 'unlink', [action])


def test_batches_of_one_phone_at_once_make_one_visit(phone, shop, db, full):
    """Its positions arrive in pieces, by several workers, in no order."""
    for turn in range(5 if full else 2):
        # Each walk takes a quarter of an hour, from 450 m south of the store to 450 m north of it.
        batches = [[
            event('position', 7000 - 1200 * turn - 15 * fix, lat=-74.204 + 0.00015 * fix, lon=120.4, accuracy=8.0)
            for fix in range(number, 54, 6)] for number in range(6)]

        def send(batch):
            return phone.http.post(f'{phone.base_url}/events', json={'events': batch}, timeout=TIMEOUT)

        random.shuffle(batches)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(send, batches))
        assert {answer.status_code for answer in answers} == {200}
        found = rows(db, """SELECT store_id, source, is_sure FROM mobile_visit
                             WHERE device_id = %s""", phone.row_id)
        assert found == [(shop['store'], 'position', True)] * (turn + 1)
