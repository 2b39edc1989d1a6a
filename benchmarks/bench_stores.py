"""GET /stores among 100,000 stores. Goals: at most 2 times an empty authenticated route, its query 1.3 times hand SQL.
"""

import itertools
import math

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

STORES = 100_000
LIMIT = 20
GOAL_ENDPOINT = 2.0
GOAL_QUERY = 1.3

#: What somebody would write who knows the tables, the caller's rights and the company.
HAND_SQL = """
    SELECT store.id, store.name->>'en_US', store.latitude, store.longitude, partner.phone, partner.street,
           partner.street2, partner.zip, partner.city, country.code, store.tz, store.calendar_id,
           EXISTS (SELECT FROM ir_attachment
                    WHERE res_model = 'mobile.store' AND res_field = 'image_512' AND res_id = store.id),
           store.sphere <-> cube(ARRAY[%(x)s, %(y)s, %(z)s]) AS chord
      FROM mobile_store store
      JOIN res_partner partner ON partner.id = store.partner_id
 LEFT JOIN res_country country ON country.id = partner.country_id
     WHERE store.company_id = %(company)s AND store.active
  ORDER BY chord
     LIMIT %(limit)s
"""


def run(system):
    """Measure and print."""
    database = system.database('stores', lambda env: (seed.caller(env), seed.stores(env, STORES)))
    with system.environment(database) as env:
        token = seed.access_token(env)
    _measure_endpoint(system, database, token)
    with system.environment(database) as env:
        _measure_query(system, env)


def _measure_endpoint(system, database, token):
    instance = system.server(database)
    customer = Client(instance.url, token)
    places = itertools.cycle(seed.positions(997))

    def get(path):
        lat, lon = next(places)
        customer.get(f'/mobile/v1/{path}?lat={lat}&lon={lon}&limit={LIMIT}')

    compare(
        f'The whole endpoint, {LIMIT} of {STORES:,} stores, at a random position each time',
        Side('empty authenticated route', lambda: get('benchmark/constant')),
        Side('GET /stores', lambda: get('stores')),
        meter=system.server_time(instance), goal=GOAL_ENDPOINT, warm_up=200, clients=2 * WORKERS)


def _measure_query(system, env):
    env = env(user=seed.caller(env).user_id.id)
    company = env['res.company'].sudo().browse(seed.caller(env(su=True)).company_id.id)
    places = itertools.cycle(seed.positions(997))

    def by_hand():
        phi, lam = map(math.radians, next(places))
        env.cr.execute(HAND_SQL, {
            'x': math.cos(phi) * math.cos(lam), 'y': math.cos(phi) * math.sin(lam), 'z': math.sin(phi),
            'company': company.id, 'limit': LIMIT + 1})
        return env.cr.fetchall()

    def nearest():
        return env['mobile.store']._nearest(company, *next(places), limit=LIMIT + 1)

    compare(
        f'The query alone, in this process, as a customer, {LIMIT + 1} of {STORES:,} stores',
        Side('hand-written SQL', by_hand),
        Side('mobile.store._nearest', nearest),
        meter=system.process_time(env.cr.dbname), goal=GOAL_QUERY, calls=50)
