"""One decision at a fence: the event in, the coupon and the message out. Goal: 3 times an empty authenticated POST.

Each call comes from another phone, of a customer who agrees to be located, and enters its fence now.
"""

import itertools

from odoo.tools import SQL

from . import seed
from .bench_events import PHONES, PLACES, Days, _fences
from .client import Client
from .harness import Side, compare
from .system import WORKERS

GOAL = 3.0
#: What the last run has left.
LEFT = ('mobile_decision', 'mobile_message', 'mobile_visit', 'mobile_presence', 'mobile_event')


def run(system):
    """Measure and print."""
    # The same places; half of the phones come near a store of a campaign, the others near one of none.
    database = system.database('fence_decision', lambda env: seed.reporting(env, PHONES, PLACES))
    with system.environment(database) as env:
        _prepare(env)
        days = Days(_fences(env))
    instance = system.server(database)
    with_campaign, without = (itertools.cycle(range(first, PHONES, 2)) for first in (2, 1))

    def post(path, phones, events):
        phone = next(phones)
        Client(instance.url, seed.token(phone)).post(f'/mobile/v1/{path}', events=events(phone))

    compare(
        'One POST from each phone',
        Side('empty authenticated POST', lambda: post('benchmark/nothing', without, lambda _phone: [days.view()])),
        Side('an enter, no campaign there', lambda: post('events', without, lambda phone: [days.enter(phone)])),
        Side('an enter, an offer comes back', lambda: post('events', with_campaign, lambda phone: [days.enter(phone)])),
        meter=system.server_time(instance), goal=GOAL, warm_up=200, clients=2 * WORKERS)
    with system.environment(database) as env:
        [[decided, sent]] = env.execute_query(SQL(
            "SELECT count(*), count(*) FILTER (WHERE message_id IS NOT NULL) FROM mobile_decision"))
        assert decided == sent > 0, f'{sent} of {decided} decisions sent something'


def _prepare(env):
    """Start a campaign at the stores of every second place."""
    for table in LEFT:
        env.cr.execute(SQL('DELETE FROM %s', SQL.identifier(table)))
    env['mobile.campaign'].search([('state', '=', 'running')]).action_done()
    stores = [row[0] for row in env.execute_query(SQL(
        """SELECT store_id FROM (SELECT store_id, row_number() OVER (ORDER BY id) - 1 AS n FROM mobile_geofence) fence
            WHERE mod(n, 2) = 0 AND n < %s""", PLACES))]
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons',
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 10, 'required_points': 1})]})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'program_id': program.id, 'trigger': 'enter', 'message_title': "For you",
        'max_per_customer': 1000, 'cooldown_hours': 0, 'store_ids': [(6, 0, stores)]})
    campaign.action_start()
