"""Polygons on the globe: GeoJSON in, what PostgreSQL needs to answer exactly out.

The edges of a polygon are great circles. On the gnomonic projection these are straight lines (J. P. Snyder, "Map
Projections: A Working Manual", USGS Professional Paper 1395, 1987, p. 164), so around the centre of the circle that
encloses it a polygon is an ordinary one of the plane, in metres, wherever on the globe it lies. Of the circle of 50 km
that is the largest allowed, the plane's metres are at most 0.006 % too long, at its border.
"""
import json
import math
import random
from typing import NamedTuple

from odoo.tools import LazyTranslate

from . import geo

_lt = LazyTranslate(__name__)

MAX_POINTS = 1_000
# A shape whose circle is smaller is a slip of the mouse, not a place (metres).
MIN_RADIUS = 1
MAX_RADIUS = 50_000
# Added to the circle, so that no rounding leaves a corner outside (metres).
HAIR = 1e-6


class PolygonError(ValueError):
    """A polygon is not one, and ``reason`` says why.

    :ivar LazyGettext reason: for people.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Shape(NamedTuple):
    """A polygon that has been checked.

    :param dict geometry: GeoJSON, rings closed, the outer one anticlockwise and holes clockwise (RFC 7946),
        longitudes from -180 to 180.
    :param float latitude, longitude: degrees; the centre of the smallest circle around it.
    :param float radius: metres, of that circle.
    :param float turn: radians by which the plane is turned, see ``_quiet_turn``.
    :param list rings: lists of (x, y) in metres on that plane, the outer ring first.
    """

    geometry: dict
    latitude: float
    longitude: float
    radius: float
    turn: float
    rings: list


def parse(source):
    """Return the shape that a GeoJSON polygon describes.

    :param source: a Polygon, or a Feature, FeatureCollection or MultiPolygon that holds exactly one; as text or as an
        object. Open rings are closed, altitudes are dropped. A polygon across the date line may go on beyond 180
        degrees or change the sign: an edge is the shorter way between its ends in any case.
    :rtype: Shape
    :raise PolygonError: when it is not a polygon that can be a fence.
    """
    rings = [_ring(ring) for ring in _coordinates(_geometry(source))]
    if (count := sum(map(len, rings))) > MAX_POINTS:
        raise PolygonError(_lt("A polygon has up to %(most)s points, and this one has %(count)s.",
                               most=MAX_POINTS, count=count))
    latitude, longitude, radius = _enclosing_circle(rings[0])
    planes = [[geo.project(lat, lon, latitude, longitude) for lat, lon in ring] for ring in rings]
    for number, plane in enumerate(planes):
        # Right-hand rule: the outer ring anticlockwise, holes clockwise.
        if (_area(plane) < 0) == (number == 0):
            plane.reverse()
            rings[number].reverse()
    _check(planes, rings)
    turn = _quiet_turn(planes)
    return Shape(
        geometry={'type': 'Polygon', 'coordinates': [[[lon, lat] for lat, lon in [*ring, ring[0]]] for ring in rings]},
        latitude=latitude, longitude=longitude, radius=radius, turn=turn,
        rings=[[geo.turned(x, y, turn) for x, y in plane] for plane in planes])


# === GEOJSON === #

def _geometry(source):
    if isinstance(source, (str, bytes)):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as exc:
            raise PolygonError(_lt("This is not GeoJSON: it is not even JSON.")) from exc
    kind = source.get('type') if isinstance(source, dict) else None
    if kind == 'FeatureCollection':
        features = source.get('features')
        if not isinstance(features, list) or len(features) != 1:
            raise PolygonError(_lt("The file holds several shapes, or none. Make one fence of each."))
        return _geometry_of_feature(features[0])
    return _geometry_of_feature(source) if kind == 'Feature' else source


def _geometry_of_feature(feature):
    if not isinstance(feature, dict) or feature.get('type') != 'Feature':
        raise PolygonError(_lt("A FeatureCollection holds Features."))
    return feature.get('geometry')


def _coordinates(geometry):
    kind = geometry.get('type') if isinstance(geometry, dict) else None
    if kind not in ('Polygon', 'MultiPolygon'):
        raise PolygonError(_lt(
            "A fence is a GeoJSON Polygon, not %s.",
            kind if isinstance(kind, str) and kind else type(geometry).__name__))
    coordinates = geometry.get('coordinates')
    if kind == 'MultiPolygon':
        if not isinstance(coordinates, list) or len(coordinates) != 1:
            raise PolygonError(_lt("A MultiPolygon is several fences. Make one fence of each of its polygons."))
        [coordinates] = coordinates
    if not isinstance(coordinates, list) or not coordinates:
        raise PolygonError(_lt("A Polygon has coordinates: an outer ring, and then its holes."))
    return coordinates


def _ring(ring):
    """Return a ring as (latitude, longitude) pairs, without the last one that closes it."""
    if not isinstance(ring, (list, tuple)):
        raise PolygonError(_lt("A ring is a list of positions, each [longitude, latitude]."))
    if len(ring) > 2 * MAX_POINTS:
        raise PolygonError(_lt("A polygon has up to %(most)s points, and this one has %(count)s.",
                               most=MAX_POINTS, count=len(ring)))
    points = []
    for position in ring:
        point = _position(position)
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if len(set(points)) < 3:
        raise PolygonError(_lt("A ring has at least 3 different points."))
    return points


def _position(position):
    if not (isinstance(position, (list, tuple)) and len(position) in (2, 3)
            and all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in position)):
        raise PolygonError(_lt("A position is [longitude, latitude], two numbers in degrees."))
    longitude, latitude = position[:2]
    # Compared before they become floats: an integer may be too large for one. A NaN is within nothing.
    if not (-90 <= latitude <= 90 and -360 <= longitude <= 360):
        raise PolygonError(_lt("A latitude is between -90 and 90 degrees, a longitude between -180 and 180."))
    longitude = float(longitude)
    if not -180 < longitude <= 180:
        # The date line has one name, or a ring would touch itself there.
        longitude = (longitude + 180) % 360 - 180 if longitude % 360 != 180 else 180.0
    return float(latitude), longitude


# === THE SMALLEST CIRCLE === #

def _enclosing_circle(points):
    """Return the smallest circle around positions: latitude and longitude of its centre, and metres.

    A circle around the point where the plane touches the globe is a circle on both. So the plane is moved to the
    centre of the smallest circle in it, and when it stays there, that circle is the smallest on the globe too.
    """
    vectors = [geo.vector(*point) for point in points]
    latitude, longitude = geo.position_of(*(math.fsum(axis) for axis in zip(*vectors, strict=True)))
    # What lies in a circle lies within its diameter of the middle of it all.
    if max(geo.distance(latitude, longitude, *point) for point in points) > 2 * MAX_RADIUS:
        raise _too_large()
    for _step in range(4):
        x, y = _smallest_circle([geo.project(*point, latitude, longitude) for point in points])
        latitude, longitude = geo.unproject(x, y, latitude, longitude)
    radius = max(geo.distance(latitude, longitude, *point) for point in points) + HAIR
    if radius > MAX_RADIUS:
        raise _too_large()
    if radius < MIN_RADIUS:
        raise PolygonError(_lt("A polygon is at least 1 m large."))
    return latitude, longitude, radius


def _too_large():
    return PolygonError(_lt("A polygon fits into a circle of 50 km."))


def _smallest_circle(points):
    """Return the centre of the smallest circle around points of a plane.

    E. Welzl, "Smallest enclosing disks (balls and ellipsoids)", 1991, in its form without recursion: points come in
    random order, and one that lies outside is on the border of the circle around those so far.
    """
    points = random.Random(len(points)).sample(points, len(points))  # noqa: S311 (for speed, not for secrets)
    circle = (*points[0], 0.0)
    for i, p in enumerate(points):
        if _outside(circle, p):
            circle = (*p, 0.0)
            for j, q in enumerate(points[:i]):
                if _outside(circle, q):
                    circle = _circle_of_two(p, q)
                    for r in points[:j]:
                        if _outside(circle, r):
                            circle = _circle_of_three(p, q, r) or circle
    return circle[:2]


def _outside(circle, point):
    x, y, radius = circle
    return math.hypot(point[0] - x, point[1] - y) > radius * (1 + 1e-12) + 1e-9


def _circle_of_two(p, q):
    x, y = (p[0] + q[0]) / 2, (p[1] + q[1]) / 2
    return x, y, math.hypot(p[0] - x, p[1] - y)


def _circle_of_three(p, q, r):
    """Return the circle through three points, or None when they lie on a line."""
    bx, by, cx, cy = q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]
    twice = 2 * (bx * cy - by * cx)
    if not twice:
        return None
    b, c = bx * bx + by * by, cx * cx + cy * cy
    x, y = (cy * b - by * c) / twice, (bx * c - cx * b) / twice
    return p[0] + x, p[1] + y, math.hypot(x, y)


# === A SIMPLE POLYGON === #

def _area(ring):
    return math.fsum(x * v - u * y for (x, y), (u, v) in _edges(ring)) / 2


def _edges(ring):
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def _check(planes, rings):
    """Refuse rings that cross or touch themselves or each other, and holes that are not inside.

    :param planes: the rings in metres.
    :param rings: the same in degrees, to say where.
    """
    if crossing := next(_crossings(planes), None):
        number, index = crossing
        latitude, longitude = (round(degrees, 6) for degrees in rings[number][index])
        raise PolygonError(_lt(
            "The outline crosses or touches itself or a hole near latitude %(latitude)s, longitude %(longitude)s.",
            latitude=latitude, longitude=longitude))
    for number, hole in enumerate(planes[1:], 1):
        if not _within(hole[0], planes[0]):
            raise PolygonError(_lt("A hole lies inside the outer ring."))
        if any(_within(hole[0], other) for index, other in enumerate(planes[1:], 1) if index != number):
            raise PolygonError(_lt("A hole lies beside the other holes, not in one of them."))


def _crossings(planes):
    """Yield (ring, index) of edges that meet another one where they should not.

    The edges are swept along the axis on which they spread more, so that each is compared with few others.
    """
    axis = max((0, 1), key=lambda axis: max(p[axis] for p in planes[0]) - min(p[axis] for p in planes[0]))
    edges = sorted(
        (min(p[axis], q[axis]), max(p[axis], q[axis]), min(p[1 - axis], q[1 - axis]), max(p[1 - axis], q[1 - axis]),
         p, q, number, index)
        for number, ring in enumerate(planes) for index, (p, q) in enumerate(_edges(ring)))
    for place, (_start, end, low, high, p, q, number, index) in enumerate(edges):
        for other_start, _end, other_low, other_high, r, s, other_number, _index in edges[place + 1:]:
            if other_start > end:
                break
            if other_low > high or other_high < low:
                continue
            if number == other_number and r == q:
                meets = _folds_back(p, q, s)
            elif number == other_number and s == p:
                meets = _folds_back(r, s, q)
            else:
                meets = _touch(p, q, r, s)
            if meets:
                yield number, index


def _side(p, q, r):
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _folds_back(p, q, r):
    """Whether the way from p to q goes back on itself to r."""
    return not _side(p, q, r) and (p[0] - q[0]) * (r[0] - q[0]) + (p[1] - q[1]) * (r[1] - q[1]) > 0


def _touch(p, q, r, s):
    """Whether two edges, whose boxes overlap, have a point in common."""
    return _side(p, q, r) * _side(p, q, s) <= 0 and _side(r, s, p) * _side(r, s, q) <= 0


def _within(point, ring):
    """Whether a point that is not on the ring is inside (a ray to the right crosses it an odd number of times)."""
    x, y = point
    inside = False
    for (px, py), (qx, qy) in _edges(ring):
        if (py > y) != (qy > y) and x < px + (y - py) / (qy - py) * (qx - px):
            inside = not inside
    return inside


# === WHAT POSTGRESQL NEEDS === #

def _quiet_turn(planes):
    """Return by how much to turn the plane, in radians, so that no edge is nearly parallel to an axis.

    PostgreSQL works out the distance to an edge by its slope, and loses digits where that is nearly 0 or infinite
    (up to 20 cm on an edge of 30 km). Of 1,000 directions within a right angle, two neighbours leave at least 1/1000 of
    it free.
    """
    right_angle = math.pi / 2
    directions = sorted({
        math.atan2(v - y, u - x) % right_angle for ring in planes for (x, y), (u, v) in _edges(ring)})
    gaps = zip(directions, [*directions[1:], directions[0] + right_angle], strict=True)
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
    return -((start + end) / 2 % right_angle)
