"""Pushes through services that answer after 50 ms. Goal: 50 times the messages per second of mail.push.

The services are on loopback (a process each, TLS, at most 100 streams a connection). Odoo's own messages and ours by
web push go to the same browsers with the same key. Odoo's own queue is worked off by its cron's method, in its batches;
ours goes from queued to sent: claimed with consent, wishes and quiet hours asked anew, and each outcome written down.
"""

import contextlib
import json
import os
import statistics
import tempfile
from functools import partial
from pathlib import Path

from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

from devtools import push_servers
from devtools.console import say

from . import seed
from .harness import Side

CUSTOMERS = 2_000
#: Odoo's cron sends so many in one run.
STOCK = 50
SLICES = 5
DELAY = 0.05
GOAL = 50


def run(system):
    """Measure and print."""
    database = system.database('push', _seed)
    with system.environment(database) as env:
        public_key = _keys(env)
    with contextlib.ExitStack() as stack:
        services = {
            name: stack.enter_context(push_servers.sink(name, delay=DELAY, phones=CUSTOMERS, **options))
            for name, options in (('webpush', {'key': public_key}), ('fcm', {}), ('apns', {}))}
        trusted = Path(stack.enter_context(tempfile.TemporaryDirectory())) / 'ca.pem'
        trusted.write_text(''.join(
            Path(service.told['ca_file']).read_text(encoding='ascii') for service in services.values()),
            encoding='ascii')
        for name in ('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'):
            os.environ[name] = str(trusted)
            stack.callback(os.environ.pop, name)
        with system.environment(database) as env:
            _introduce(env, {name: service.told for name, service in services.items()})
        _measure(system, database, services)


def _measure(system, database, services):
    registry = system.registry(database)

    def within(work):
        with registry.cursor() as cr:
            work(Environment(cr, SUPERUSER_ID, {}))

    def our_side(name):
        return (
            Side(f"mobile.message._cron_send('{name}')", partial(within, lambda env: env[
                'mobile.message']._cron_send(name))),
            CUSTOMERS, lambda env: _fill_ours(env, name, services[name].told['addresses']), services[name])

    stock = Side("mail.push, as Odoo's cron sends", partial(within, lambda env: env[
        'mail.push']._push_notification_to_endpoint(STOCK)))
    measured = [(stock, STOCK, _fill_stock, services['webpush']), *map(our_side, services)]
    for turn in range(SLICES + 1):
        for side, count, fill, service in measured[::1 if turn % 2 else -1]:
            within(fill)
            before = service.counted()['received']
            # Processor time is not asked for: threads that have ended are not in it.
            side.run(1, lambda: 0)
            arrived = service.counted()['received'] - before
            if arrived != count:
                raise RuntimeError(f'{side.name}: {arrived} of {count} messages arrived')
            if not turn:
                # To warm up.
                side.slices.clear()
    _tell(measured)


def _tell(measured):
    say(f"\n{CUSTOMERS:,} messages a slice of ours, {STOCK} of Odoo's, {SLICES} slices a side in turns")
    say(f'  {"messages per second":36}  median    best   worst | as many as Odoo: median, by slice')
    stock = None
    for side, count, _fill, _service in measured:
        rates = [count / seconds for slice_ in side.slices for seconds in slice_]
        row = f'  {side.name:36} {statistics.median(rates):7,.0f} {max(rates):7,.0f} {min(rates):7,.0f}'
        if stock:
            ratios = [own / other for own, other in zip(rates, stock, strict=True)]
            row += f' | {statistics.median(ratios):5.0f}, {min(ratios):.0f} to {max(ratios):.0f}'
        stock = stock or rates
        say(row)
    say(f'  goal: {GOAL} times as many by web push')


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
    for provider in ('webpush', 'fcm', 'apns'):
        env['mobile.sender']._ensure(provider, app.company_id, app).rate_per_second = 0


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


def _introduce(env, told):
    """Tell the app where the services are and what they know it by, and mail.push of a batch of browsers."""
    app, parameters = seed.caller(env).app_id, env['ir.config_parameter']
    parameters.set_param('mobile_crm.webpush_hosts', told['webpush']['url'].removeprefix('https://'))
    for name in ('fcm', 'apns'):
        parameters.set_param(f'mobile_crm.{name}_url', told[name]['url'])
    app.write({
        'fcm_credential': json.dumps(told['fcm']['service_account']), 'apns_credential': told['apns']['key'],
        'apns_key_id': told['apns']['key_id'], 'apns_team_id': told['apns']['team'],
        'apns_topic': told['apns']['topic']})
    env['mail.push'].search([]).unlink()
    env['mail.push.device'].search([]).unlink()
    env['mail.push.device'].create([
        {'endpoint': address['endpoint'], 'keys': json.dumps(address['keys'])}
        for address in told['webpush']['addresses'][:STOCK]])


def _fill_stock(env):
    payload = '{"title": "15 % for you", "options": {"body": "Come in, it is warm here.", "data": {"res_id": 1}}}'
    env['mail.push'].create([
        {'mail_push_device_id': device.id, 'payload': payload} for device in env['mail.push.device'].search([])])


def _fill_ours(env, provider, addresses):
    """Queue a message for each customer, whose phone has one of these addresses."""
    env.cr.execute('TRUNCATE mobile_message CASCADE')
    env.cr.execute(SQL(
        """UPDATE mobile_device device
              SET push_provider = %s, push_address = given.address, notifications_allowed = TRUE
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM mobile_device
                    WHERE install_id LIKE 'benchmark %%') phone
             JOIN unnest(%s::varchar[]) WITH ORDINALITY given (address, n) ON given.n = phone.n
            WHERE device.id = phone.id RETURNING device.partner_id""",
        provider, [address if isinstance(address, str) else json.dumps(address) for address in addresses]))
    env['mobile.message']._post([{
        'partner_id': partner_id, 'company_id': seed.caller(env).company_id.id, 'title': "15 % for you",
        'body': "Come in, it is warm here.", 'collapse_key': 'benchmark'} for partner_id, in env.cr.fetchall()
    ], channels=('push',))
