"""Redemption by 64 clients on distinct coupons of one campaign. Goal: at least 0.7 times pgbench with the same writes.

pgbench inserts a row of the ledger, confirms it, takes the coupon's point and writes its history, in one transaction.
Ours does so by the model's methods, in processes with threads; once with all that is asked of a coupon before, and once
by the statements of the ledger alone. Last comes a till over HTTP, which does it in two requests.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

from devtools import environment
from devtools.console import say
from devtools.paths import REPO, cache

from . import seed
from .client import Client
from .system import WORKERS

COUPONS = 60_000
CLIENTS, PROCESSES = 64, 4
#: Coupons of each client in a round; rounds of all sides take turns, as the machine may be busy.
EACH, ROUNDS = 20, 3
#: Over HTTP fewer coupons, and as many at a time as two workers answer before a client gives up.
HTTP_COUPONS, HTTP_CLIENTS = 256, 16
GOAL = 0.7

SCRIPT = """\\set k :k + 1
\\set card :first + :client_id * {each} + :k
BEGIN;
INSERT INTO mobile_redemption (uuid, card_id, campaign_id, partner_id, company_id, state, channel, order_ref,
                               expires_at, points, create_uid, create_date, write_uid, write_date)
     VALUES (gen_random_uuid(), :card, {campaign}, {partner}, {company}, 'held', 'till', 'R-' || :card,
             now() + interval '15 minutes', 1, 1, now(), 1, now()) RETURNING id AS redemption \\gset
UPDATE mobile_redemption SET state = 'confirmed', confirmed_at = now(), discount = 15, revenue = 85, write_date = now()
 WHERE id = :redemption AND state = 'held';
UPDATE loyalty_card SET points = points - 1 WHERE id = :card;
INSERT INTO loyalty_history (card_id, description, used, issued, order_model, order_id, create_uid, create_date,
                             write_uid, write_date)
     VALUES (:card, 'Till R-' || :card, 1, 0, 'mobile.redemption', :redemption, 1, now(), 1, now());
END;
"""


def run(system):
    """Measure and print."""
    database = system.database('redemption', _seed)
    with system.environment(database) as env:
        first = _fresh(env)
        [card] = env['loyalty.card'].browse(first).read(['partner_id', 'mobile_campaign_id', 'company_id'])
        names = {'campaign': card['mobile_campaign_id'][0], 'partner': card['partner_id'][0],
                 'company': env.company.id}
        token = env['mobile.token']._issue_till(_till(env))['access_token']
    cards = iter(range(first, first + COUPONS, CLIENTS * EACH))
    instance = system.server(database)
    sides = {
        'pgbench': lambda start: _pgbench(system, database, start, names, 'simple'),
        'pgbench, prepared': lambda start: _pgbench(system, database, start, names, 'prepared'),
        'the ledger alone': lambda start: _processes(system, database, start, 'ledger'),
        'with all terms': lambda start: _processes(system, database, start, 'terms'),
    }
    rates = {name: [] for name in sides}
    for _round in range(ROUNDS):
        for name, side in sides.items():
            rates[name].append(CLIENTS * EACH / side(next(cards)))
    http = HTTP_COUPONS / _http(instance, token, database, system, next(cards))
    say(f'\n{CLIENTS} clients, each {EACH} coupons of one campaign, {ROUNDS} rounds in turns')
    best = max(rates['pgbench'])
    for name, found in rates.items():
        say(f'  {name:18} {max(found):8.0f} redemptions/s, best of {", ".join(f"{rate:.0f}" for rate in found)};'
            f'  ratio {max(found) / best:.2f}')
    say(f'  a till over HTTP, {HTTP_CLIENTS} at once, two requests each: {http:.0f} redemptions/s')
    say(f'   goal: a ratio of at least {GOAL}')


def _till(env):
    return env['mobile.app'].search([('client_id', '=', 'benchmark-till')])


def _seed(env):
    if _till(env):
        return
    partner = env['res.partner'].create({'name': "Robin Ferreira"})
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons', 'company_id': env.company.id,
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})], 'rule_ids': [(5, 0, 0)]})
    app = env['mobile.app'].create({'name': "Benchmark"})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'company_id': env.company.id, 'program_id': program.id, 'message_title': "15 %",
        'app_id': app.id})
    seed.stores(env, 1)
    card = env['loyalty.card'].with_context(action_no_send_mail=True).create({
        'program_id': program.id, 'partner_id': partner.id, 'holder_only': True, 'points': 1,
        'mobile_campaign_id': campaign.id})
    env.flush_all()
    from odoo.addons.mobile_crm.tools import coupon_code  # the addon is known once Odoo is configured

    codes = [coupon_code.generate() for _number in range(COUPONS)]
    offset = seed.multiply(env.cr, 'loyalty_card', card.id, COUPONS, code="'bench-' || n",
                           mobile_uuid='gen_random_uuid()::text')
    env.cr.execute(
        'UPDATE loyalty_card SET code = made.code FROM unnest(%s) WITH ORDINALITY made (code, n) '
        'WHERE loyalty_card.id = made.n + %s', [codes, offset])
    till = env['mobile.app'].create({'name': "Till", 'kind': 'till'})
    # Odoo makes the id of a client itself.
    env.cr.execute("UPDATE mobile_app SET client_id = 'benchmark-till' WHERE id = %s", [till.id])
    for name in ('till', 'ip'):
        env['ir.config_parameter'].set_param(f'mobile_crm.limit.{name}', seed.NO_LIMIT)


def _fresh(env):
    """Give all coupons back without a trace; return the id of the first."""
    env.cr.execute('ALTER TABLE mobile_redemption DISABLE TRIGGER USER')
    env.cr.execute('DELETE FROM mobile_redemption')
    env.cr.execute('ALTER TABLE mobile_redemption ENABLE TRIGGER USER')
    env.cr.execute("DELETE FROM loyalty_history WHERE order_model = 'mobile.redemption'")
    env.cr.execute('UPDATE loyalty_card SET points = 1 WHERE points <> 1 AND mobile_campaign_id IS NOT NULL')
    env.cr.execute('SELECT min(id) FROM loyalty_card WHERE mobile_campaign_id IS NOT NULL')
    return env.cr.fetchone()[0] + 1


def _pgbench(system, database, start, names, protocol):
    """Return the seconds that pgbench takes, by a protocol of its: ``simple``, as psycopg2's, or ``prepared``."""
    postgres = system.databases.server
    script = Path(os.environ.get('TMPDIR', '/tmp'), f'mobile_crm_pgbench.{os.getpid()}.sql')
    script.write_text(SCRIPT.format(each=EACH, **names), encoding='utf-8')
    try:
        began = time.perf_counter()
        subprocess.run(
            ['pgbench', '-n', '-M', protocol, '-c', str(CLIENTS), '-j', '2', '-t', str(EACH), '-D', f'first={start}',
             '-D', 'k=-1', '-f', str(script), database], check=True, capture_output=True,
            env={**os.environ, **postgres.variables(database)})
        return time.perf_counter() - began
    finally:
        script.unlink()


def _processes(system, database, start, what):
    """Return the seconds from the moment in which all processes are ready until the last is done."""
    # system.registry has written it for this process.
    rcfile = cache('etc', 'bench-process.conf')
    workers = [subprocess.Popen(
        [sys.executable, '-m', 'benchmarks.bench_redemption', str(rcfile), database, what,
         str(start + number * EACH * CLIENTS // PROCESSES)],
        cwd=REPO, env=environment.child(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)]
    for worker in workers:
        assert worker.stdout.readline() == 'ready\n'
    began = time.perf_counter()
    for worker in workers:
        worker.stdin.write('go\n')
        worker.stdin.flush()
    for worker in workers:
        assert worker.wait() == 0
    return time.perf_counter() - began


def _http(instance, token, database, system, start):
    """Return the seconds that tills take, a new connection for each of their two requests."""
    with system.environment(database) as env:
        store = env['mobile.store'].search([], limit=1).id
        codes = [card.code for card in env['loyalty.card'].browse(range(start, start + HTTP_COUPONS))]
    client = Client(instance.url, token)

    def redeem(code):
        held = json.loads(client.post(
            '/mobile/v1/till/redemptions', 201, code=code, store_id=store, order_ref=code, amount='100.00'))
        client.post(f'/mobile/v1/till/redemptions/{held["id"]}/confirm')

    # Each worker answers its first request.
    with ThreadPoolExecutor(2 * WORKERS) as pool:
        list(pool.map(lambda _number: client.get('/mobile/v1/health'), range(8 * WORKERS)))
    began = time.perf_counter()
    with ThreadPoolExecutor(HTTP_CLIENTS) as pool:
        list(pool.map(redeem, codes))
    return time.perf_counter() - began


def _work(rcfile, database, what, start):
    """Redeem the coupons of one process, by its share of the clients."""
    config.parse_config(['-c', rcfile], setup_logging=True)
    registry = Registry(database)
    clients = CLIENTS // PROCESSES

    def one(card_id):
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            card, Redemption = env['loyalty.card'].browse(card_id), env['mobile.redemption']
            if what == 'terms':
                row = Redemption._reserve(card, env['res.company'].browse(company_id), 'till', f'R-{card_id}', points=1)
            else:
                row = Redemption._take(card, {
                    'company_id': company_id, 'channel': 'till', 'order_ref': f'R-{card_id}', 'state': 'held',
                    'points': 1})
            row._confirm({row.id: {'discount': 15, 'revenue': 85}})

    def client(number):
        for card_id in range(int(start) + number * EACH, int(start) + (number + 1) * EACH):
            one(card_id)

    with registry.cursor() as cr:
        # What Odoo keeps in memory is read before the clock runs.
        env = Environment(cr, SUPERUSER_ID, {})
        company_id = env.company.id
        card = env['loyalty.card'].browse(int(start))
        env['mobile.redemption']._reserve(card, env.company, 'till', 'warm', points=1)
        cr.rollback()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _number: registry.cursor().close(), range(clients)))
        print('ready', flush=True)
        sys.stdin.readline()
        list(pool.map(client, range(clients)))


if __name__ == '__main__':
    _work(*sys.argv[1:])
