"""Pushes to browsers through a service that answers after 50 ms. Goal: 50 times the messages per second of mail.push.

Both send to the same loopback service (a process of its own, TLS, at most 100 streams a connection) for the same
browsers with the same key. Odoo's own queue is worked off by its cron's method, in its batches. Ours goes from queued
to sent: claimed with consent, wishes and quiet hours asked anew, and each outcome written down.
"""

import json
import os
import statistics

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

from devtools import push_servers
from devtools.console import say

from . import seed
from .harness import Side

CUSTOMERS = 5_000
#: Odoo's cron sends so many in one run.
STOCK = 50
SLICES = 7
DELAY = 0.05
GOAL = 50


def run(system):
    """Measure and print."""
    database = system.database('push', _seed)
    with system.environment(database) as env:
        public_key = _keys(env)
    with push_servers.sink('webpush', delay=DELAY, phones=CUSTOMERS, key=public_key) as service:
        trusted = {name: service.told['ca_file'] for name in ('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE')}
        os.environ.update(trusted)
        try:
            with system.environment(database) as env:
                _subscribe(env, service.told)
            _measure(system, database, service)
        finally:
            for name in trusted:
                del os.environ[name]


def _measure(system, database, service):
    registry = system.registry(database)

    def within(work):
        with registry.cursor() as cr:
            work(Environment(cr, SUPERUSER_ID, {}))

    sides = {
        "mail.push, as Odoo's cron sends": (STOCK, _fill_stock, lambda env: env['mail.push']._push_notification_to_endpoint(STOCK)),
        "mobile.message._cron_send('webpush')": (
            CUSTOMERS, _fill_ours, lambda env: env['mobile.message']._cron_send('webpush')),
    }
    measured = {}
    for name, (count, fill, send) in sides.items():
        side = Side(name, lambda send=send: within(send))
        measured[name] = side, count, fill
    meter = system.process_time(database)
    for turn in range(SLICES + 1):
        for side, count, fill in list(measured.values())[::1 if turn % 2 else -1]:
            within(fill)
            before = service.counted()['received']
            side.run(1, meter)
            arrived = service.counted()['received'] - before
            if arrived != count:
                raise RuntimeError(f'{side.name}: {arrived} of {count} messages arrived')
            if not turn:
                # To warm up.
                side.slices.clear()
                side.cpu = 0
    _tell(measured)
    counted = service.counted()
    say(f'  connections to the service: {counted["connections"]}, most streams on one: {counted["most_streams"]}, '
        f'breaches of HTTP/2: {counted["violations"]}')


def _tell(measured):
    say(f'\n{CUSTOMERS:,} messages a slice of ours, {STOCK} of Odoo\'s, {SLICES} slices a side in turns')
    say(f'  {"messages per second":40}  median    best   worst  per CPU second')
    rates = []
    for side, count, _fill in measured.values():
        each = [count / seconds for slice_ in side.slices for seconds in slice_]
        rates.append(each)
        say(f'  {side.name:40} {statistics.median(each):7,.0f} {max(each):7,.0f} {min(each):7,.0f}'
            f' {count * 1e9 / side.cpu_per_call:15,.0f}')
    ratios = [ours / stock for stock, ours in zip(*rates, strict=True)]
    say(f'  ours are {statistics.median(ratios):.0f} times as many ({min(ratios):.0f} to {max(ratios):.0f} by slice); '
        f'goal: {GOAL}')


# === DATA === #

def _seed(env):
    seed.devices(env, CUSTOMERS)
    app = seed.caller(env).app_id
    if env['mobile.consent'].search_count([('purpose', '=', 'push')], limit=1):
        return
    device = seed.caller(env)
    env['mobile.consent']._append(device.partner_id, app.company_id, {'push': True}, 'import')
    consent = env['mobile.consent'].search([('subject_id', '=', device.partner_id.id), ('purpose', '=', 'push')])
    env.flush_all()
    env.cr.execute('SELECT array_agg(DISTINCT partner_id) FROM mobile_device WHERE partner_id <> %s',
                   [device.partner_id.id])
    partner_ids = env.cr.fetchone()[0]
    seed.multiply(env.cr, 'mobile_consent', consent.id, len(partner_ids), subject_id=f'(ARRAY{partner_ids})[n]')
    # What is measured is the way to the service, not the sender's own limit.
    env['mobile.sender']._ensure('webpush', app.company_id, app).rate_per_second = 0


def _keys(env):
    """Let both use one pair of keys; return the public one."""
    app = seed.caller(env).app_id
    app._webpush_key()
    keys = app._webpush_keys()
    parameters = env['ir.config_parameter']
    parameters.set_param('mail.web_push_vapid_public_key', keys.public)
    parameters.set_param('mail.web_push_vapid_private_key', keys.private)
    # Odoo's own tells it as its contact, and push services want one of https.
    parameters.set_param('web.base.url', 'https://shop.mobile-crm.example')
    return keys.public


def _subscribe(env, told):
    """Give the browsers of the service to the customers, and as many as a batch of Odoo's takes to mail.push."""
    from odoo.addons.mobile_crm.tools.push_address import Subscription
    env['ir.config_parameter'].set_param('mobile_crm.webpush_hosts', told['url'].removeprefix('https://'))
    addresses = [Subscription.parse(json.dumps(address)).text for address in told['addresses']]
    env.cr.execute(SQL(
        """UPDATE mobile_device device SET push_provider = 'webpush', push_address = given.address,
                  notifications_allowed = TRUE
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM mobile_device
                    WHERE install_id LIKE 'benchmark %%') phone
             JOIN unnest(%s::varchar[]) WITH ORDINALITY given (address, n) ON given.n = phone.n
            WHERE device.id = phone.id""", addresses))
    env['mail.push'].search([]).unlink()
    env['mail.push.device'].search([]).unlink()
    env['mail.push.device'].create([
        {'endpoint': address['endpoint'], 'keys': json.dumps(address['keys'])} for address in told['addresses'][:STOCK]])


def _fill_stock(env):
    payload = '{"title": "15 % for you", "options": {"body": "Come in, it is warm here.", "data": {"res_id": 1}}}'
    env['mail.push'].create([
        {'mail_push_device_id': device.id, 'payload': payload} for device in env['mail.push.device'].search([])])


def _fill_ours(env):
    device = seed.caller(env)
    env.cr.execute('TRUNCATE mobile_message CASCADE')
    env.cr.execute(SQL("SELECT partner_id FROM mobile_device WHERE push_provider = 'webpush'"))
    env['mobile.message']._post([{
        'partner_id': partner_id, 'company_id': device.company_id.id, 'title': "15 % for you",
        'body': "Come in, it is warm here.", 'collapse_key': 'benchmark'} for partner_id, in env.cr.fetchall()
    ], channels=('push',))
