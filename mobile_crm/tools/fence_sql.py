"""What PostgreSQL asks of a fence: its distance, and whether it contains a place.

The table is called ``fence``. A polygon has its rings in ``rings`` (``polygon[]``, the outer one first), in metres on
the plane around its centre, see ``tools/polygon.py``. PostgreSQL counts a place within 1e-6 m of a ring as on it.
"""
from odoo.tools import SQL

from . import geo

# How near a ring's edge counts as on it (metres), as for PostgreSQL's own operators.
ON_EDGE = 1e-6
CENTRE = (SQL('fence.latitude'), SQL('fence.longitude'))


def centre_distance(latitude, longitude):
    """Return the metres from a place to the centre of the circle.

    :param SQL latitude, longitude: degrees, float8.
    :rtype: SQL
    """
    return geo.distance_sql(latitude, longitude, *CENTRE)


def _place(latitude, longitude):
    return geo.project_sql(latitude, longitude, *CENTRE, SQL('fence.turn'))


def _inside(place):
    # Who stands on the edge of a hole is still inside.
    return SQL(
        """fence.rings[1] @> %(place)s AND NOT EXISTS (
               SELECT FROM unnest(fence.rings[2:]) hole
                WHERE hole @> %(place)s AND %(place)s <-> hole::path > %(edge)s)""",
        place=place, edge=ON_EDGE)


def contains(latitude, longitude):
    """Return the condition that a fence contains a place; its edge belongs to it.

    :rtype: SQL
    """
    return SQL(
        """CASE WHEN %(distance)s > fence.radius THEN FALSE
                WHEN fence.rings IS NULL THEN TRUE
                ELSE (SELECT %(inside)s FROM (SELECT %(place)s AS place OFFSET 0) there) END""",
        distance=centre_distance(latitude, longitude), inside=_inside(SQL('there.place')),
        place=_place(latitude, longitude))


def edge(latitude, longitude, distance, reach):
    """Return the metres from a place to the edge of a fence, negative inside.

    NULL where the circle around a polygon is farther away than `reach`.

    :param SQL distance: ``centre_distance``, already computed.
    :param float reach: metres.
    :rtype: SQL
    """
    return SQL(
        """CASE WHEN fence.rings IS NULL THEN %(distance)s - fence.radius
                WHEN %(distance)s - fence.radius <= %(reach)s THEN (
                    SELECT CASE WHEN %(inside)s THEN -away ELSE away END
                      FROM (SELECT place, (SELECT min(place <-> ring::path) FROM unnest(fence.rings) ring) AS away
                              FROM (SELECT %(place)s AS place OFFSET 0) here OFFSET 0) there) END""",
        distance=distance, reach=reach, inside=_inside(SQL('there.place')), place=_place(latitude, longitude))
