"""A validated, token-authenticated GET against an empty route of Odoo's own. Goal: at most 1.3 times its cost."""

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

GOAL = 1.3


def run(system):
    """Measure and print."""
    database = system.database('stores', seed.caller)
    with system.environment(database) as env:
        token = seed.access_token(env)
    instance = system.server(database)
    anonymous, customer = Client(instance.url), Client(instance.url, token)
    compare(
        'GET by one client, one request after the other, a new connection for each',
        Side("empty type='http' auth='none'", lambda: anonymous.get('/mobile_crm_benchmark/empty')),
        Side('validated and authenticated', lambda: customer.get('/mobile/v1/benchmark/constant?lat=52.5&lon=13.4')),
        Side('GET /mobile/v1/me', lambda: customer.get('/mobile/v1/me')),
        meter=system.server_time(instance), goal=GOAL, warm_up=200, clients=2 * WORKERS)
