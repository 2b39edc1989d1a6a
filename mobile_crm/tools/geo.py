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


def add_sphere_column(cr, table):
    """Give `table`, which has float8 columns ``latitude`` and ``longitude`` in degrees, its column ``sphere``.

    The column is computed by PostgreSQL and indexed with GiST; it is NULL where a coordinate is.
    """
    cr.execute(SQL('CREATE EXTENSION IF NOT EXISTS cube'))
    cr.execute(SQL(
        "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'sphere' AND NOT attisdropped", table))
    if cr.fetchone():
        return
    cr.execute(SQL(
        """ALTER TABLE %s ADD COLUMN sphere cube GENERATED ALWAYS AS (
               CASE WHEN latitude IS NULL OR longitude IS NULL THEN NULL
                    ELSE cube(ARRAY[cos(radians(latitude)) * cos(radians(longitude)),
                                    cos(radians(latitude)) * sin(radians(longitude)),
                                    sin(radians(latitude))]) END) STORED""",
        SQL.identifier(table)))
    cr.execute(SQL(
        'CREATE INDEX %s ON %s USING gist (sphere)', SQL.identifier(f'{table}_sphere_gist'), SQL.identifier(table)))


def sphere_point(latitude, longitude):
    """Return the position (degrees) as a ``cube`` point on the unit sphere.

    :rtype: SQL
    """
    phi, lam = math.radians(latitude), math.radians(longitude)
    return SQL(
        'cube(ARRAY[%s, %s, %s]::float8[])',
        math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi))


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
