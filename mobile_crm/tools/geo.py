"""Places on the unit sphere, for PostgreSQL's ``cube`` extension.

A position is stored as a point (x, y, z) on the unit sphere in a generated ``cube`` column. The straight chord between
two such points grows with their great-circle distance, so a GiST index on the column answers "the nearest n" in exact
order, with no special case at the poles or the date line.
"""
import math

from odoo.tools import SQL

# Mean earth radius R1 of the GRS 80 ellipsoid, in metres (IUGG; H. Moritz, "Geodetic Reference System 1980").
EARTH_RADIUS = 6371008.8

# How far ``coarse`` can move a position at most (metres).
COARSE_REACH = 1000

# For a CHECK constraint: a NaN is greater than any number in PostgreSQL, so BETWEEN refuses it too.
VALID_POSITION = 'latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180'


# Index boxes are larger than what they stand for by this part of the unit sphere's radius, 6 mm on the ground: no
# rounding of theirs loses what the exact formula finds.
BOX_HAIR = 1e-9

_SPHERE = """CASE WHEN is_located AND latitude IS NOT NULL AND longitude IS NOT NULL THEN
    cube(ARRAY[cos(radians(latitude)) * cos(radians(longitude)),
               cos(radians(latitude)) * sin(radians(longitude)),
               sin(radians(latitude))]) END"""


def add_sphere_column(cr, table):
    """Give `table` (a model that inherits ``mobile.located``) its column ``sphere``, the position as a point.

    The column is computed by PostgreSQL and indexed with GiST; it is NULL where the position is not known.
    """
    _add_cube_column(cr, table, 'sphere', SQL(_SPHERE))


def add_reach_column(cr, table, least):
    """Give `table`, which also has a ``radius`` in metres, its column ``reach``: a box around its circle.

    :param float least: the radius in metres below which a circle counts as one of this size.
    """
    _add_cube_column(cr, table, 'reach', SQL(
        'cube_enlarge(%s, 2 * sin(greatest(radius, %s) / %s / 2) + %s, 3)',
        SQL(_SPHERE), least, EARTH_RADIUS, BOX_HAIR))


def _add_cube_column(cr, table, column, expression):
    cr.execute(SQL('CREATE EXTENSION IF NOT EXISTS cube'))
    cr.execute(SQL(
        'SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s AND NOT attisdropped',
        table, column))
    if cr.fetchone():
        return
    cr.execute(SQL(
        'ALTER TABLE %s ADD COLUMN %s cube GENERATED ALWAYS AS (%s) STORED',
        SQL.identifier(table), SQL.identifier(column), expression))
    cr.execute(SQL(
        'CREATE INDEX %s ON %s USING gist (%s)', SQL.identifier(f'{table}_{column}_gist'), SQL.identifier(table),
        SQL.identifier(column)))


def vector(latitude, longitude):
    """Return the position (degrees) as a point (x, y, z) on the unit sphere."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def position_of(x, y, z):
    """Return latitude and longitude in degrees of the direction (x, y, z), of any length but 0."""
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def sphere_point(latitude, longitude):
    """Return the position (degrees) as a ``cube`` point on the unit sphere.

    :rtype: SQL
    """
    return SQL('cube(ARRAY[%s, %s, %s]::float8[])', *vector(latitude, longitude))


def sphere_box(point, metres):
    """Return a ``cube`` that holds what is up to `metres` from `point`, and some corners more.

    :param SQL point: see ``sphere_point``.
    :rtype: SQL
    """
    return SQL('cube_enlarge(%s, %s, 3)', point, metres_to_chord(metres) + BOX_HAIR)


def chord_to_metres(chord):
    """Return the great-circle distance in metres for a chord of the unit sphere.

    :param float chord: 0 to 2; rounding may bring it a hair above 2 at the antipode.
    """
    return 2 * EARTH_RADIUS * math.asin(min(1.0, chord / 2))


def metres_to_chord(metres):
    """Return the chord of the unit sphere for a great-circle distance in metres (at most half the circumference)."""
    return 2 * math.sin(min(math.pi, metres / EARTH_RADIUS) / 2)


def distance(latitude, longitude, other_latitude, other_longitude):
    """Return the great-circle distance in metres between two positions in degrees (haversine formula)."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_phi = (other_phi - phi) / 2
    half_lambda = math.radians(other_longitude - longitude) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(h)))


def distance_sql(latitude, longitude, other_latitude, other_longitude):
    """Return the same as ``distance`` for PostgreSQL, operation by operation, so that both agree to the last bit.

    :param SQL latitude, longitude, other_latitude, other_longitude: degrees, float8.
    :rtype: SQL
    """
    return SQL(
        """%(diameter)s::float8 * asin(least(1, sqrt(
               power(sin((radians(%(other_lat)s) - radians(%(lat)s)) / 2), 2)
               + cos(radians(%(lat)s)) * cos(radians(%(other_lat)s))
                 * power(sin(radians(%(other_lon)s - %(lon)s) / 2), 2))))""",
        diameter=2 * EARTH_RADIUS, lat=latitude, lon=longitude, other_lat=other_latitude, other_lon=other_longitude)


def project(latitude, longitude, centre_latitude, centre_longitude, turn=0.0):
    """Return where a position lies on the plane that touches the globe at a centre: metres to the east and the north.

    The gnomonic projection, from the middle of the earth (Snyder, USGS Professional Paper 1395, p. 165). It shows less
    than half of the globe.

    :param float turn: radians by which the plane is turned anticlockwise.
    :rtype: tuple[float, float]
    """
    phi, centre_phi = math.radians(latitude), math.radians(centre_latitude)
    lam = math.radians(longitude - centre_longitude)
    depth = math.sin(centre_phi) * math.sin(phi) + math.cos(centre_phi) * math.cos(phi) * math.cos(lam)
    return turned(
        EARTH_RADIUS * math.cos(phi) * math.sin(lam) / depth,
        EARTH_RADIUS * (math.cos(centre_phi) * math.sin(phi) - math.sin(centre_phi) * math.cos(phi) * math.cos(lam))
        / depth, turn)


def unproject(x, y, centre_latitude, centre_longitude):
    """Return latitude and longitude of a point of that plane, the inverse of ``project``."""
    phi, lam = math.radians(centre_latitude), math.radians(centre_longitude)
    x, y = x / EARTH_RADIUS, y / EARTH_RADIUS
    outward, northward = math.cos(phi) - y * math.sin(phi), math.sin(phi) + y * math.cos(phi)
    return position_of(
        outward * math.cos(lam) - x * math.sin(lam), outward * math.sin(lam) + x * math.cos(lam), northward)


def turned(x, y, angle):
    """Return a point of a plane, turned anticlockwise by `angle` (radians) around its origin."""
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def coarse(latitude, longitude):
    """Return the middle of the square of about 1 km in which a position lies.

    A square is 0.01 degrees high. Around its parallel there are as many of them as fit into the circle at that width in
    metres, so they are as wide near the poles as at the equator, and none straddles the date line. The middle of a
    square is in the same square: doing it twice changes nothing. No position is moved by ``COARSE_REACH`` or more.

    :param SQL latitude, longitude: degrees.
    :return: the latitude and the longitude.
    :rtype: tuple[SQL, SQL]
    """
    row = SQL('least(floor(%s::float8 * 100), 8999)', latitude)
    middle = SQL('((%s + 0.5) / 100)', row)
    count = SQL('ceil(36000 * cos(radians(%s)))', middle)
    column = SQL('least(floor((%s::float8 + 180) * %s / 360), %s - 1)', longitude, count, count)
    return middle, SQL('((%s + 0.5) * 360 / %s - 180)', column, count)
