"""Many redeem the same coupons while workers and PostgreSQL are killed: each coupon is spent exactly once, and each of
them is told."""

import json
import random
import re
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from devtools.console import say
from devtools.people import TIMEOUT
from tests.own_server import OwnServer
from tests.redeemers import PortalRedeemer, SalesRedeemer, TillRedeemer, settle, staff_of

#: Of the coupons, so many have quotations too; and with the full counts as issue 5 has them.
COUPONS, WITH_ORDERS, REDEEMERS, ACTORS = 24, 8, 16, 4
FULL_COUPONS, FULL_WITH_ORDERS, FULL_REDEEMERS = 10_000, 600, 64
#: Seconds between two murders of workers, and after how many of them it is PostgreSQL's turn.
CALM, EVERY = 2.0, 4

MAKE = """
import json
from odoo.fields import Command
company = env.company
partner = env['res.partner'].create({{'name': 'Racer', 'email': 'racer@mobile-crm.example'}})
product = env['product.product'].create({{'name': 'Race product', 'list_price': 100.0, 'taxes_id': []}})
program = env['loyalty.program'].create({{
    'name': 'Race', 'program_type': 'coupons', 'company_id': company.id, 'rule_ids': [Command.clear()],
    'reward_ids': [Command.clear(), Command.create({{'discount': 15, 'required_points': 1}})]}})
store = env['mobile.store'].create({{
    'name': 'Race', 'partner_id': partner.copy().id, 'tz': 'UTC', 'latitude': 1, 'longitude': 1,
    'company_id': company.id}})
app = env['mobile.app'].create({{'name': 'Race', 'kind': 'till', 'company_id': company.id}})
cards = env['loyalty.card'].with_context(tracking_disable=True, action_no_send_mail=True).create([
    {{'program_id': program.id, 'partner_id': partner.id, 'holder_only': True, 'points': 1}}
    for _number in range({coupons})])
orders = {{}}
for card in cards[:{with_orders}]:
    for _number in range(2):
        order = env['sale.order'].create({{
            'partner_id': partner.id, 'company_id': company.id, 'require_signature': True, 'require_payment': False,
            'order_line': [Command.create({{'product_id': product.id}})]}})
        order._try_apply_code(card.code)
        order._apply_program_reward(program.reward_ids, card)
        order.state = 'sent'
        orders.setdefault(card.code, []).append((order.id, order._portal_ensure_token()))
env['ir.config_parameter'].set_param('mobile_crm.limit.till', '100000000/60')
env['ir.config_parameter'].set_param('mobile_crm.limit.ip', '100000000/60')
print('MADE ' + json.dumps({{
    'client_id': app.client_id, 'client_secret': app.rotate_secret(), 'store': store.id,
    'codes': cards.mapped('code'), 'orders': orders}}))
env.cr.commit()
"""
CHECK = """
print('DIFFERENCES', env['mobile.redemption']._differences(env['res.company'].search([])))
"""


@pytest.fixture(scope='module')
def own(server):
    with OwnServer(server.dsn) as own:
        yield own


class Murderer(threading.Thread):
    """Kills workers, and now and then PostgreSQL, at random, as long as the race goes on."""

    def __init__(self, own, seed):
        super().__init__(daemon=True)
        self._own, self._random, self._over = own, random.Random(seed), threading.Event()
        self.killed = Counter()

    def run(self):
        for number in range(1, 1_000_000):
            if self._over.wait(self._random.uniform(0.5, 1.5) * CALM):
                return
            self._own.keep_running()
            if number % EVERY == 2:
                self._own.crash_postgres()
                self.killed['PostgreSQL'] += 1
            else:
                self._own.kill_worker(self._random.choice)
                self.killed['workers'] += 1

    def stop(self):
        self._over.set()
        self.join()


def redeemers_of(own, made, token, query):
    """Return for each coupon who wants it."""
    headers = {'Authorization': f'Bearer {token}'}
    staff = staff_of(own.url, own.database)
    wanted, chance = [], random.Random(19)
    for number, code in enumerate(made['codes']):
        several = []
        if orders := made['orders'].get(code):
            (first, _token), (second, access_token) = orders
            several += [SalesRedeemer(query, first, staff), PortalRedeemer(query, second, own.url, access_token)]
        # Orders take longer to get there than tills: some coupons are wanted by orders alone.
        if not several or number % 2:
            several += [TillRedeemer(own.url, headers, made['store'], code, f'R-{number}-{till}')
                        for till in range(ACTORS - len(several))]
        chance.shuffle(several)
        wanted.append(several)
    return wanted


def test_each_coupon_is_spent_exactly_once(own, full):
    coupons, with_orders, parallel = (
        (FULL_COUPONS, FULL_WITH_ORDERS, FULL_REDEEMERS) if full else (COUPONS, WITH_ORDERS, REDEEMERS))
    made = json.loads(re.search(r'^MADE (.*)$', own.shell(
        MAKE.format(coupons=coupons, with_orders=with_orders)), re.M)[1])
    token = requests.post(f'{own.url}/mobile/v1/auth/token', timeout=TIMEOUT, json={
        'client_id': made['client_id'], 'client_secret': made['client_secret']}).json()['access_token']
    keep_token(own)

    def query(statement, *parameters):
        with psycopg2.connect(own.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()[0]

    wanted = redeemers_of(own, made, token, query)
    # Everybody who wants the same coupon comes at about the same time.
    attempts = [(number, redeemer) for number, several in enumerate(wanted) for redeemer in several]
    start, murderer = time.perf_counter(), Murderer(own, seed=19)
    murderer.start()
    try:
        with ThreadPoolExecutor(parallel) as pool:
            outcomes = list(pool.map(lambda attempt: (attempt[0], settle(attempt[1])), attempts))
    finally:
        murderer.stop()
    elapsed = time.perf_counter() - start
    own.wait_until_it_serves()
    report(outcomes, elapsed, murderer.killed, coupons, parallel)

    won = Counter(number for number, outcome in outcomes if outcome.won)
    assert won == Counter(range(coupons)), 'each coupon has exactly one winner'
    assert all(outcome.why for _number, outcome in outcomes if not outcome.won)
    rows = query("""SELECT json_object_agg(channel, count) FROM (
                        SELECT channel, count(*) FROM mobile_redemption redemption
                          JOIN loyalty_card card ON card.id = redemption.card_id AND card.code = ANY (%s)
                         WHERE redemption.state = 'confirmed' GROUP BY channel) counted""", made['codes'])
    assert rows == dict(Counter(outcome.channel for _number, outcome in outcomes if outcome.won))
    assert query("""SELECT count(*) FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
                       AND sale.state = 'sale' JOIN loyalty_card card ON card.id = line.coupon_id
                     WHERE card.code = ANY (%s)""", made['codes']) == sum(
        count for channel, count in rows.items() if channel != 'till')
    assert query('SELECT count(*) FROM loyalty_card WHERE code = ANY (%s) AND points <> 0', made['codes']) == 0
    assert 'DIFFERENCES []' in own.shell(CHECK)


def keep_token(own):
    """Let the till's token live as long as the race."""
    with psycopg2.connect(own.dsn) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE mobile_token SET expires_at = expires_at + interval '1 day' WHERE kind = 'till'")


def report(outcomes, elapsed, killed, coupons, parallel):
    """Print how it went."""
    say(f'\n{coupons} coupons, {len(outcomes)} attempts by {parallel} at once in {elapsed:.0f} s; '
        f'killed: {dict(killed)}')
    say(f'  winners: {dict(Counter(outcome.channel for _number, outcome in outcomes if outcome.won))}')
    # Whose request was killed with its worker has waited for something else.
    clean = [outcome for _number, outcome in outcomes if outcome.tries == 1]
    for channel in ('till', 'sale', 'phone'):
        winners, losers = ([outcome.seconds for outcome in clean if outcome.channel == channel and outcome.won is won]
                           for won in (True, False))
        if winners and losers:
            median = statistics.median(winners)
            say(f'  {channel:5} {len(winners):6} winners, median {median * 1e3:7.1f} ms; {len(losers):6} losers, '
                f'median {statistics.median(losers) / median:.2f} times, slowest {max(losers) / median:.2f} times')


def test_two_transactions_at_once(own):
    """Nobody waits for a coupon, and of two that change one row the second begins anew."""
    log = own.shell(MAKE.format(coupons=1, with_orders=0))
    [code] = json.loads(re.search(r'^MADE (.*)$', log, re.M)[1])['codes']
    assert 'pairs are good' in own.shell(
        f'from tests import redemption_pairs\nprint(redemption_pairs.run(env, {code!r}))')


# === THE CONTROL: what Odoo's own till does === #

def spend_as_stock_till(dsn, card_id, together):
    """Spend a coupon by the statements of ``pos_loyalty``: ``validate_coupon_programs``, then
    ``confirm_coupon_programs``, each in a transaction of its own.

    :return: whether the till let it pass
    """
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        connection.set_session(isolation_level='REPEATABLE READ')
        cursor.execute('SELECT points FROM loyalty_card WHERE id = %s', [card_id])
        if cursor.fetchone()[0] < 1:
            return False
        connection.commit()
        together.wait()
        for _try in range(5):
            try:
                # The balance is read for the sum, and not looked at again.
                cursor.execute('SELECT points FROM loyalty_card WHERE id = %s', [card_id])
                cursor.execute('UPDATE loyalty_card SET points = %s WHERE id = %s', [cursor.fetchone()[0] - 1, card_id])
                connection.commit()
            except psycopg2.errors.SerializationFailure:
                connection.rollback()
            else:
                return True
    raise AssertionError('never got through')


def test_the_control_spends_twice(own):
    """Odoo's own till, in the same place, lets a coupon pass as often as it is shown at once."""
    log = own.shell(MAKE.format(coupons=4, with_orders=0))
    codes = json.loads(re.search(r'^MADE (.*)$', log, re.M)[1])['codes']
    with psycopg2.connect(own.dsn) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT id FROM loyalty_card WHERE code = ANY (%s)', [codes])
        cards = [card_id for card_id, in cursor.fetchall()]
    passed = Counter()
    for card_id in cards:
        together = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            passed[card_id] = sum(pool.map(lambda _till, card_id=card_id, together=together: spend_as_stock_till(
                own.dsn, card_id, together), range(2)))
    assert set(passed.values()) == {2}, 'the harness would not notice a coupon that is spent twice'
    with psycopg2.connect(own.dsn) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT min(points), max(points) FROM loyalty_card WHERE id = ANY (%s)', [cards])
        assert cursor.fetchone() == (-1, -1)
