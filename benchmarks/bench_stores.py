"""GET /stores among 100,000 stores. Goals: at most 2 times an empty authenticated route, its query 1.3 times hand SQL.

Beside it, what else finds the nearest ten: Redis, PostGIS, and stock Odoo, which looks at all of them.
"""

import contextlib
import importlib.util
import itertools
import math
from pathlib import Path

from . import rivals, seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

STORES = 100_000
LIMIT = 20
NEAREST = 10
GOAL_ENDPOINT = 2.0
GOAL_QUERY = 1.3
#: Redis wants to know how far to look. With stores evenly on the globe, there are some fifty in this circle.
REDIS_KM = 300

#: What somebody would write who knows the tables, the caller's rights and the company.
HAND_SQL = """
    SELECT store.id, store.name->>'en_US', store.latitude, store.longitude, partner.phone, partner.street,
           partner.street2, partner.zip, partner.city, country.code, store.tz, store.calendar_id,
           EXISTS (SELECT FROM ir_attachment
                    WHERE res_model = 'mobile.store' AND res_field = 'image_512' AND res_id = store.id),
           store.company_id,
           ARRAY(SELECT rel.exception_id FROM mobile_opening_exception_store_rel rel
                   JOIN mobile_opening_exception exception ON exception.id = rel.exception_id
                  WHERE rel.store_id = store.id AND exception.date_to >= current_date - 2 ORDER BY rel.exception_id),
           ARRAY(SELECT service_id FROM mobile_store_service_rel WHERE store_id = store.id),
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
            'company': company.id, 'limit': NEAREST})
        return env.cr.fetchall()

    def nearest():
        return env['mobile.store']._nearest(company, *next(places), limit=NEAREST)

    with contextlib.ExitStack() as stack:
        others, meters = rivals.start(
            ('Redis', lambda: _redis(env, stack, places)), ('PostGIS', lambda: _postgis(env, stack, places)))
        meters.append(system.process_time(env.cr.dbname))
        compare(
            f'The query alone, in this process, as a customer, {NEAREST} of {STORES:,} stores',
            Side('hand-written SQL', by_hand), Side('mobile.store._nearest', nearest), *others,
            meter=lambda: sum(meter() for meter in meters), goal=GOAL_QUERY, calls=50)
    compare(
        f'Beside stock Odoo, {NEAREST} of {STORES:,} stores',
        Side('mobile.store._nearest', nearest), Side("website_sale_collect's loop", _stock_loop(env, places)),
        meter=system.process_time(env.cr.dbname), slices=4, calls=1, warm_up=1)


# === OTHERS: ids and distances alone, without names and addresses === #

def _places(env):
    env.cr.execute('SELECT id, latitude, longitude FROM mobile_store WHERE active AND is_located')
    return env.cr.fetchall()


def _redis(env, stack, places):
    connection, pid = stack.enter_context(rivals.redis())
    rows = _places(env)
    for start in range(0, len(rows), 1000):
        # Redis knows no place beyond 85 degrees.
        connection.send(['GEOADD', 'stores', *itertools.chain.from_iterable(
            (lon, lat, store_id) for store_id, lat, lon in rows[start:start + 1000] if abs(lat) < 85)])

    def search():
        latitude, longitude = next(places)
        return connection.send([
            'GEOSEARCH', 'stores', 'FROMLONLAT', longitude, latitude, 'BYRADIUS', REDIS_KM, 'km', 'ASC',
            'COUNT', NEAREST, 'WITHDIST'])

    return Side(f'Redis GEOSEARCH, {REDIS_KM} km', search), pid


def _postgis(env, stack, places):
    cursor = stack.enter_context(rivals.postgis())
    cursor.execute('CREATE TABLE store (id int PRIMARY KEY, place geography(Point))')
    rows = _places(env)
    for start in range(0, len(rows), 5000):
        cursor.execute(b'INSERT INTO store VALUES ' + b','.join(
            cursor.mogrify('(%s, ST_Point(%s, %s)::geography)', (store_id, lon, lat))
            for store_id, lat, lon in rows[start:start + 5000]))
    cursor.execute('CREATE INDEX ON store USING gist (place)')
    cursor.execute('VACUUM ANALYZE store')
    cursor.execute('SELECT pg_backend_pid()')
    [pid] = cursor.fetchone()

    def search():
        latitude, longitude = next(places)
        cursor.execute(
            """SELECT id, place <-> ST_Point(%(lon)s, %(lat)s)::geography AS distance FROM store
             ORDER BY distance LIMIT %(limit)s""", {'lat': latitude, 'lon': longitude, 'limit': NEAREST})
        return cursor.fetchall()

    return Side('PostGIS, geography <->', search), pid


def _stock_loop(env, places):
    """Return what `delivery.carrier._in_store_get_close_locations` does, with our stores for warehouses.

    The distance is Odoo's own function. Stock and opening hours, for which it asks at each warehouse too, are left out.
    """
    path = importlib.util.find_spec('odoo.addons').submodule_search_locations
    file = next(file for folder in path if (file := _file(folder, 'website_sale_collect/utils.py')))
    spec = importlib.util.spec_from_file_location('website_sale_collect_utils', file)
    utils = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(utils)

    def loop():
        # A request begins with nothing in its cache.
        env.invalidate_all()
        latitude, longitude = next(places)
        here = env['res.partner'].sudo().new({'partner_latitude': latitude, 'partner_longitude': longitude})
        locations = []
        for store in env['mobile.store'].sudo().search([]):
            address = store.partner_id
            locations.append({
                'id': store.id, 'name': store.name, 'street': address.street, 'city': address.city,
                'zip_code': address.zip or '', 'country_code': address.country_code,
                'latitude': address.partner_latitude, 'longitude': address.partner_longitude,
                'distance': utils.calculate_partner_distance(here, address)})
        return sorted(locations, key=lambda location: location['distance'])[:NEAREST]

    return loop


def _file(folder, name):
    file = Path(folder, name)
    return file if file.exists() else None
