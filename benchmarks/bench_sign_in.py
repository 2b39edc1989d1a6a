"""Sign-in attempts with numbers that customers have against numbers that nobody has. Goal: medians within 5 %.

An attempt is a request for a code and a wrong answer to it. A difference that can be measured would tell who is a
customer; nothing in the bodies does, but for the id of the challenge, which is checked here for each.
"""

import itertools
import json

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

CUSTOMERS = 100_000
GOAL = 1.05
CALLS = 125


def run(system):
    """Measure and print."""
    database = system.database('customers', lambda env: seed.devices(env, CUSTOMERS))
    with system.environment(database) as env:
        seed.unlimited(env)
        token = seed.access_token(env)
    instance = system.server(database)
    client, bodies = Client(instance.url, token), set()
    compare(
        f'POST /auth/otp and a wrong answer to the code, among {CUSTOMERS:,} customers',
        Side('a number that nobody has', _attempt(client, itertools.count(CUSTOMERS + 1), bodies)),
        Side("a customer's number", _attempt(client, itertools.count(1), bodies)),
        meter=system.server_time(instance), goal=GOAL, calls=CALLS, warm_up=100, clients=2 * WORKERS)
    assert len(bodies) == 1, bodies


def _attempt(client, numbers, bodies):
    """Return a function that makes an attempt with the next number, and keeps what it saw."""
    def attempt():
        asked = json.loads(client.post(
            '/mobile/v1/auth/otp', 202, channel='sms', address=seed.number(next(numbers))))
        answered = json.loads(client.post(
            '/mobile/v1/auth/otp/verify', 401, challenge_id=asked.pop('challenge_id'), code='000000'))
        bodies.add(json.dumps([asked, {**answered, 'request_id': None}]))

    return attempt
