"""Sign-in, refresh and the check of a token with 1,000,000 devices against 1,000. Goal: at most 1.1 times the cost.

Two databases that differ in the number of devices alone; each device has a customer who has signed in. Each call is a
transaction of its own, as a request's is, in this process. The third side uses 1,000 of the million devices: what it
costs over the first is the size of the indexes, what the second costs over it is reading rows that no buffer holds.
"""

import random
from unittest.mock import patch

from odoo.api import SUPERUSER_ID, Environment

from . import seed
from .harness import Side, compare

FEW = 1_000
MANY = 1_000_000
GOAL = 1.1
CODE = '123456'


def run(system):
    """Measure and print."""
    databases = {count: system.database(f'devices_{count}', lambda env, count=count: seed.devices(env, count))
                 for count in (FEW, MANY)}
    for database in databases.values():
        with system.environment(database) as env:
            seed.unlimited(env)
    with patch('odoo.addons.mobile_crm.tools.secret.new_code', lambda: CODE):
        for title, act, calls in (
            ('the check of a token', [_check], 100),
            ('a refresh', [_refresh], 15),
            ('a code asked for and answered: the sign-in of a known customer', [_request_code, _answer], 5),
        ):
            sides = [
                Side(name, _transaction(system, databases[count], act, count, step)) for name, count, step in (
                    (f'any of {FEW:,} devices', FEW, 1),
                    (f'any of {MANY:,} devices', MANY, 1),
                    (f'{FEW:,} of {MANY:,} devices in use', MANY, MANY // FEW),
                )
            ]
            for side in sides:
                # Before the meter looks for its connections.
                side.call()
            compare(title, *sides, meter=system.process_time(*databases.values()), goal=GOAL, calls=calls,
                    warm_up=10 * calls)


def _transaction(system, database, act, count, step):
    """Return a function that does something for a random one of every `step`-th device, each part in a transaction."""
    source, registry, memory = random.Random(19), system.registry(database), {}

    def call():
        number = source.randrange(step, count + 1, step)
        for part in act:
            with registry.cursor() as cr:
                part(Environment(cr, SUPERUSER_ID, {}), number, memory)

    return call


def _check(env, number, memory):
    env['mobile.token']._authenticate(seed.token(number))


def _device(env, number, memory):
    app_id = memory.setdefault('app', env['mobile.app'].search([('client_id', '=', seed.CLIENT_ID)]).id)
    return env['mobile.device'].search([('app_id', '=', app_id), ('install_id', '=', seed.install_id(number))])


def _refresh(env, number, memory):
    device = _device(env, number, memory)
    # What the last run has left is not known: so each device's first refresh token is a new one.
    token = memory.get(number) or env['mobile.token']._issue(device)['refresh_token']
    memory[number] = env['mobile.token']._rotate(token, device.app_id.id)['refresh_token']


def _request_code(env, number, memory):
    device = _device(env, number, memory)
    memory['challenge'] = env['mobile.otp']._request_code(
        device, 'sms', device.partner_id.mobile_verified_phone, '127.0.0.1')


def _answer(env, number, memory):
    _device(env, number, memory)._answer_challenge(memory['challenge'], CODE, f'benchmark {number}')
