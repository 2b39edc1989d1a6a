"""GET /recommendations for 1,000,000 customers of 100,000 products. Goal: 1.5 empty authenticated routes."""

import itertools
import time

from odoo.tools import SQL

from devtools.console import say

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

CUSTOMERS, PRODUCTS, STORES = 1_000_000, 100_000, 10_000
#: Customers who ask.
PHONES = 2_000
LIMIT = 20
GOAL = 1.5


def fill(env):
    """Give a database its products, stores, customers, and what is prepared for each."""
    seed.caller(env)
    seed.stores(env, STORES)
    seed.products(env, PRODUCTS, searched=False)
    seed.devices(env, PHONES)
    prepare(env, CUSTOMERS)


def prepare(env, count):
    """Prepare 50 recommendations for each of so many customers, with popular products and what goes together."""
    start = time.perf_counter()
    cr, company, device = env.cr, env.company, seed.caller(env)
    env['mobile.consent']._append(
        device.partner_id, company, {'profiling': True}, 'device', device_uuid=device.uuid)
    consent = env['mobile.consent'].search(
        [('subject_id', '=', device.partner_id.id), ('purpose', '=', 'profiling')], limit=1)
    env.flush_all()
    seed.multiply(cr, 'res_partner', device.partner_id.id, count - PHONES, name="'Customer ' || n",
                  complete_name="'Customer ' || n", commercial_partner_id='copy.id', email='NULL',
                  email_normalized='NULL')
    cr.execute('SELECT array_agg(DISTINCT partner_id) FROM mobile_device')
    partner_ids = cr.fetchone()[0]
    seed.multiply(cr, 'mobile_consent', consent.id, len(partner_ids), subject_id=f'(ARRAY{partner_ids})[n]')
    cr.execute("SELECT min(id), max(id) FROM product_product WHERE default_code LIKE 'REF-%'")
    first, last = cr.fetchone()
    cr.execute(SQL(
        """INSERT INTO mobile_recommendation (
               partner_id, company_id, computed_at, product_ids, whys, because_ids, amounts)
           SELECT partner.id, %(company)s, now() AT TIME ZONE 'UTC',
                  ARRAY(SELECT %(first)s + mod(partner.id * 7919::bigint + n * 104729, %(span)s) FROM
                        generate_series(1, 50) n),
                  ARRAY(SELECT 1 + mod(n, 3) FROM generate_series(1, 50) n),
                  ARRAY(SELECT %(first)s + mod(partner.id * 31::bigint + n * 97, %(span)s) FROM
                        generate_series(1, 50) n),
                  ARRAY(SELECT n FROM generate_series(1, 50) n)
             FROM res_partner partner LEFT JOIN mobile_store store ON store.partner_id = partner.id
            WHERE store.id IS NULL ON CONFLICT DO NOTHING""",
        company=company.id, first=first, span=last - first + 1))
    cr.execute(SQL(
        """INSERT INTO mobile_popularity (company_id, product_id, store_id, score)
           SELECT %(company)s, %(first)s + n, NULL, n FROM generate_series(0, %(span)s - 1) n
            UNION ALL
           SELECT %(company)s, %(first)s + mod(store.id * 7919::bigint + n * 104729, %(span)s), store.id, n
             FROM mobile_store store, generate_series(1, 100) n""",
        company=company.id, first=first, span=last - first + 1))
    cr.execute(SQL(
        """INSERT INTO mobile_affinity (company_id, product_id, other_id, weight, together)
           SELECT %(company)s, %(first)s + p, %(first)s + mod(p + n * 104729::bigint, %(span)s), 1.0 / n, 100 - n
             FROM generate_series(0, %(span)s - 1) p, generate_series(1, 30) n ON CONFLICT DO NOTHING""",
        company=company.id, first=first, span=last - first + 1))
    env.invalidate_all()
    say(f'  {count:,} customers with 50 products each: {time.perf_counter() - start:.0f} s')


def run(system):
    """Measure and print."""
    database = system.database('recommendations', fill)
    with system.environment(database) as env:
        token = seed.access_token(env)
        env.cr.execute("SELECT pg_size_pretty(pg_total_relation_size('mobile_recommendation'))")
        say(f'  table of recommendations with its indexes: {env.cr.fetchone()[0]}')
        env.cr.execute("SELECT array_agg(id) FROM product_product WHERE default_code LIKE 'REF-%000'")
        products = itertools.cycle(env.cr.fetchone()[0])
    instance = system.server(database)
    customers = itertools.cycle([Client(instance.url, seed.token(n)) for n in range(1, PHONES + 1)])
    caller = Client(instance.url, token)
    places = itertools.cycle(seed.positions(997))

    def near(**query):
        lat, lon = next(places)
        return '&'.join(f'{name}={value}' for name, value in {'lat': lat, 'lon': lon, 'limit': LIMIT, **query}.items())

    compare(
        f'GET /recommendations, {LIMIT} of {PRODUCTS:,} products, {CUSTOMERS:,} customers, {STORES:,} stores',
        Side('empty authenticated route', lambda: caller.get('/mobile/v1/benchmark/constant?lat=52.5&lon=13.4')),
        Side('GET /recommendations', lambda: next(customers).get(f'/mobile/v1/recommendations?limit={LIMIT}')),
        Side('  with a position', lambda: next(customers).get(f'/mobile/v1/recommendations?{near()}')),
        Side('  what goes with a product',
             lambda: next(customers).get(f'/mobile/v1/recommendations?{near(product_id=next(products))}')),
        meter=system.server_time(instance), goal=GOAL, slices=20, calls=20, warm_up=60, clients=2 * WORKERS)
