"""Fences around a place among 100,000. Goal: at most 1.3 times hand SQL; PostGIS beside it."""

import contextlib
import itertools
import json
import math

from . import rivals, seed
from .harness import Side, compare

FENCES = 100_000
EVENTS = 50
GOAL = 1.3

#: What somebody would write who knows the tables and the company.
HAND_SQL = """
    SELECT fence.id
      FROM mobile_geofence fence JOIN mobile_store store ON store.id = fence.store_id
     WHERE fence.reach @> cube(ARRAY[%(x)s, %(y)s, %(z)s]) AND fence.company_id = %(company)s AND fence.active
       AND store.active
       AND 12742017.6 * asin(least(1, sqrt(
               sin(radians(fence.latitude - %(lat)s) / 2) ^ 2
               + cos(radians(%(lat)s)) * cos(radians(fence.latitude)) * sin(radians(fence.longitude - %(lon)s) / 2) ^ 2
           ))) <= fence.radius
       AND (fence.type = 'circle' OR fence.rings[1] @> (
               SELECT point(x * cos(fence.turn) - y * sin(fence.turn), x * sin(fence.turn) + y * cos(fence.turn))
                 FROM (SELECT 6371008.8 * cos(radians(%(lat)s)) * sin(radians(%(lon)s - fence.longitude)) / depth AS x,
                              6371008.8 * (cos(radians(fence.latitude)) * sin(radians(%(lat)s))
                                           - sin(radians(fence.latitude)) * cos(radians(%(lat)s))
                                             * cos(radians(%(lon)s - fence.longitude))) / depth AS y
                         FROM (SELECT sin(radians(fence.latitude)) * sin(radians(%(lat)s))
                                      + cos(radians(fence.latitude)) * cos(radians(%(lat)s))
                                        * cos(radians(%(lon)s - fence.longitude)) AS depth OFFSET 0) d OFFSET 0) p))
     ORDER BY fence.id
"""


def run(system):
    """Measure and print."""
    database = system.database(
        'fences', lambda env: (seed.caller(env), seed.stores(env, FENCES), seed.fences(env, FENCES)))
    with system.environment(database) as env:
        _measure(system, env(user=seed.caller(env).user_id.id))


def _measure(system, env):
    Fence, company = env['mobile.geofence'], env.user.sudo().company_id
    places = _places(env)

    def by_hand():
        latitude, longitude = next(places)
        phi, lam = math.radians(latitude), math.radians(longitude)
        env.cr.execute(HAND_SQL, {
            'lat': latitude, 'lon': longitude, 'x': math.cos(phi) * math.cos(lam), 'y': math.cos(phi) * math.sin(lam),
            'z': math.sin(phi), 'company': company.id})
        return env.cr.fetchall()

    with contextlib.ExitStack() as stack:
        others, meters = rivals.start(('PostGIS', lambda: _postgis(env, stack, places)))
        meters.append(system.process_time(env.cr.dbname))
        compare(
            f'The fences that contain a place, of {FENCES:,}, a fifth of them polygons of 24 corners',
            Side('hand-written SQL', by_hand),
            Side('mobile.geofence._containing', lambda: Fence._containing(company, *next(places))), *others,
            meter=lambda: sum(meter() for meter in meters), goal=GOAL, calls=50)
    compare(
        f'The edges within 500 m of {EVENTS} places, and what a phone watches',
        Side(f'hand-written SQL, {EVENTS} times', lambda: [by_hand() for _number in range(EVENTS)]),
        Side(f'mobile.geofence._edges of {EVENTS}',
             lambda: Fence._edges(company, list(itertools.islice(places, EVENTS)), 500)),
        Side('_watch_list, iOS', lambda: Fence._watch_list(company, *next(places), 'ios', 19)),
        Side('_watch_list, Android', lambda: Fence._watch_list(company, *next(places), 'android', 99)),
        meter=system.process_time(env.cr.dbname), slices=20, calls=5)


def _places(env):
    """Return places for ever: each is in the circle of some fence, or was when it was drawn."""
    env.cr.execute(
        """SELECT latitude + radius / 111195 * 0.6, longitude FROM mobile_geofence
            WHERE abs(latitude) < 80 ORDER BY md5(id::text) LIMIT 997""")
    return itertools.cycle(env.cr.fetchall())


def _postgis(env, stack, places):
    """Circles are polygons of 32 corners for PostGIS, as `ST_Buffer` draws them, so it is not exact."""
    cursor = stack.enter_context(rivals.postgis())
    cursor.execute('CREATE TABLE fence (id int PRIMARY KEY, area geography)')
    env.cr.execute('SELECT id, latitude, longitude, radius, polygon FROM mobile_geofence')
    rows = env.cr.fetchall()
    for start in range(0, len(rows), 2000):
        cursor.execute(b'INSERT INTO fence VALUES ' + b','.join(
            cursor.mogrify('(%s, ST_GeomFromGeoJSON(%s)::geography)', (fence_id, json.dumps(polygon))) if polygon else
            cursor.mogrify('(%s, ST_Buffer(ST_Point(%s, %s)::geography, %s))', (fence_id, lon, lat, radius))
            for fence_id, lat, lon, radius, polygon in rows[start:start + 2000]))
    cursor.execute('CREATE INDEX ON fence USING gist (area)')
    cursor.execute('VACUUM ANALYZE fence')
    cursor.execute('SELECT pg_backend_pid()')
    [pid] = cursor.fetchone()

    def search():
        latitude, longitude = next(places)
        cursor.execute('SELECT id FROM fence WHERE ST_Covers(area, ST_Point(%s, %s)::geography) ORDER BY id',
                       (longitude, latitude))
        return cursor.fetchall()

    return Side('PostGIS, ST_Covers', search), pid
