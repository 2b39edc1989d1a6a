"""Pushes per second of processor time, to FCM and to APNs. Goal: at least as many as aioapns, the leanest on PyPI.

All send the same title and text to the same fake service, which runs in a process of its own: what counts is the
processor time of the sender's process alone. Ours are the providers as the outbox's worker uses them: payloads are
made, addresses checked, answers judged. aioapns gets no more at once than its connections take, for it would ask every
10 ms whether there is room. Sides take turns, as the machine may be busy.
"""

import asyncio
import itertools
import json
import logging
import os
import ssl
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from devtools import push_servers
from devtools.console import say

#: What a turn sends, and how many turns each side has after one to warm up.
BATCH, TURNS = 1000, 15
PHONES = 1000
CONNECTIONS, STREAMS = 4, 100
GOAL = 1.0
TITLE, BODY = "15 % off rain jackets", "Come in, it is warm in here: the offer is yours until closing time."
OFFER = '6f1c1a52-7d1f-4f0e-8d27-3d6a4a3f7f10'


def run(system):
    """Measure and print."""
    database = system.database('push_cpu', _seed)
    with push_servers.sink('apns', phones=PHONES) as apns, push_servers.sink('fcm', phones=PHONES) as fcm, \
            patch.dict(os.environ, {'SSL_CERT_FILE': apns.told['ca_file']}), system.environment(database) as env:
        sides = {
            'aioapns': _aioapns(apns.told),
            'ours, APNs': _ours(env, 'apns', apns.told),
            'ours, FCM': _ours(env, 'fcm', _trusting(fcm.told, apns.told)),
        }
        used = {name: [] for name in sides}
        for turn in range(TURNS + 1):
            for name, send in sides.items():
                begun, started = time.process_time(), time.perf_counter()
                send()
                if turn:
                    used[name].append((time.process_time() - begun, time.perf_counter() - started))
        counts = {'apns': apns.counted(), 'fcm': fcm.counted()}
    wanted = {'apns': 2 * BATCH * (TURNS + 1), 'fcm': BATCH * (TURNS + 1)}
    assert {name: counted['received'] for name, counted in counts.items()} == wanted, counts
    baseline = _rate(used['aioapns'])
    say(f'  {"":12} {"per CPU second":>15} {"ratio":>7} {"per second":>12}')
    for name, turns in used.items():
        rate = _rate(turns)
        wall = BATCH / statistics.median(seconds for _cpu, seconds in turns)
        say(f'  {name:12} {rate:15,.0f} {rate / baseline:7.2f} {wall:12,.0f}')
    say(f'  goal: at least {GOAL} times aioapns')


def _rate(turns):
    return BATCH / statistics.median(cpu for cpu, _seconds in turns)


def _seed(env):
    env['mobile.app'].create({'name': "Pushed", 'company_id': env.company.id})


def _trusting(told, other):
    """Let both services be trusted, each of which has an authority of its own."""
    with open(other['ca_file'], 'ab') as file, open(told['ca_file'], 'rb') as more:
        file.write(more.read())
    return told


def _ours(env, provider, told):
    from odoo.addons.mobile_crm.tools.delivery import Parcel

    app = env['mobile.app'].search([('name', '=', "Pushed")], limit=1)
    env['ir.config_parameter'].set_param(f'mobile_crm.{provider}_url', told['url'])
    if provider == 'apns':
        app.write({'apns_credential': told['key'], 'apns_key_id': told['key_id'], 'apns_team_id': told['team'],
                   'apns_topic': told['topic']})
    else:
        app.fcm_credential = json.dumps(told['service_account'])
    env.cr.commit()
    sender = env['mobile.sender']._ensure(provider, app.company_id, app)
    model, numbers = env[f'mobile.provider.{provider}'], itertools.count(1)
    platform = 'ios' if provider == 'apns' else 'android'

    def send():
        expires_at = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
        parcels = [
            Parcel(next(numbers), str(uuid.uuid4()), 1, 1, platform, address, TITLE, BODY, None, None, OFFER,
                   'campaign 7', expires_at, 'en_US', False)
            for address in itertools.islice(itertools.cycle(told['addresses']), BATCH)]
        outcomes = list(model._send(sender, parcels))
        assert [outcome.status for outcome in outcomes] == ['sent'] * BATCH, outcomes[0]
    return send


def _aioapns(told):
    from aioapns import APNs, NotificationRequest, PushType
    from aioapns.connection import APNsProductionClientProtocol

    host, _colon, port = told['url'].removeprefix('https://').partition(':')
    APNsProductionClientProtocol.APNS_SERVER, APNsProductionClientProtocol.APNS_PORT = host, int(port)
    logging.getLogger('aioapns').setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()

    async def begin():
        context = ssl.create_default_context(cafile=told['ca_file'])
        context.set_alpn_protocols(['h2'])
        return APNs(key=told['key'], key_id=told['key_id'], team_id=told['team'], topic=told['topic'],
                    max_connections=CONNECTIONS, ssl_context=context)

    client = loop.run_until_complete(begin())
    client.pool.loop = loop

    async def one(room, address):
        public_id = str(uuid.uuid4())
        async with room:
            return await client.send_notification(NotificationRequest(
                device_token=address, notification_id=public_id, time_to_live=3600, priority=10,
                collapse_key='campaign 7', push_type=PushType.ALERT,
                message={'aps': {'alert': {'title': TITLE, 'body': BODY}, 'sound': 'default', 'thread-id': 'offers'},
                         'message_id': public_id, 'offer_id': OFFER}))

    async def batch():
        room = asyncio.Semaphore(CONNECTIONS * STREAMS)
        results = await asyncio.gather(*[
            one(room, address) for address in itertools.islice(itertools.cycle(told['addresses']), BATCH)])
        assert all(result.is_successful for result in results), results[0]

    return lambda: loop.run_until_complete(batch())
