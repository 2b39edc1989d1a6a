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
    database = system.database('fence_decision', lambda env: seed.reporting(env, PHONES, PLACES))
    with system.environment(database) as env:
        _clear(env)
        days = Days(_fences(env))
    instance = system.server(database)
    phones = itertools.cycle(range(1, PHONES))

    def post(path, events):
        phone = next(phones)
        Client(instance.url, seed.token(phone)).post(f'/mobile/v1/{path}', events=events(phone))

    for what in ('an enter, no campaign there', 'an enter, an offer comes back'):
        if 'offer' in what:
            with system.environment(database) as env:
                _start_campaign(env)
        compare(
            'One POST from each phone',
            Side('empty authenticated POST', lambda: post('benchmark/nothing', lambda _phone: [days.view()])),
            Side(what, lambda: post('events', lambda phone: [days.enter(phone)])),
            meter=system.server_time(instance), goal=GOAL, warm_up=200, clients=2 * WORKERS)
    with system.environment(database) as env:
        [[decided, sent]] = env.execute_query(SQL(
            "SELECT count(*), count(*) FILTER (WHERE message_id IS NOT NULL) FROM mobile_decision"))
        assert decided == sent > 0, f'{sent} of {decided} decisions sent something'


def _clear(env):
    for table in LEFT:
        env.cr.execute(SQL('DELETE FROM %s', SQL.identifier(table)))
    env['mobile.campaign'].search([('state', '=', 'running')]).action_done()


def _start_campaign(env):
    program = env['loyalty.program'].create({
        'name': "Benchmark", 'program_type': 'coupons',
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 10, 'required_points': 1})]})
    campaign = env['mobile.campaign'].create({
        'name': "Benchmark", 'program_id': program.id, 'trigger': 'enter', 'message_title': "For you",
        'max_per_customer': 1000, 'cooldown_hours': 0})
    campaign.action_start()
