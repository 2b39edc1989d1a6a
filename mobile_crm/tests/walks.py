"""Walks, rides and what a receiver makes of them: tracks whose every crossing of a fence is known."""
import itertools
import math
import random
from datetime import datetime, timedelta
from typing import NamedTuple

from ..tools import geo

METRES_PER_DEGREE = math.radians(geo.EARTH_RADIUS)


class Fix(NamedTuple):
    """What a receiver says: seconds since the start, degrees, metres."""

    seconds: float
    latitude: float
    longitude: float
    accuracy: float | None


class Circle(NamedTuple):
    """A fence of a track.

    :ivar float x, y: metres east and north of the track's origin
    """

    id: int
    store_id: int
    x: float
    y: float
    radius: float
    latitude: float
    longitude: float

    def edge(self, x, y):
        """Return the metres to the edge, negative inside."""
        return math.hypot(x - self.x, y - self.y) - self.radius


class Plane:
    """Metres east and north of a place, and degrees."""

    def __init__(self, latitude, longitude):
        self.latitude, self.longitude = latitude, longitude
        self._width = METRES_PER_DEGREE * math.cos(math.radians(latitude))

    def degrees(self, x, y):
        longitude = self.longitude + x / self._width
        return self.latitude + y / METRES_PER_DEGREE, (longitude + 180) % 360 - 180

    def circle(self, number, store_id, x, y, radius):
        return Circle(number, store_id, x, y, radius, *self.degrees(x, y))


def path(rng, speed, legs, spread, stop=0.3):
    """Return where somebody truly is each second: legs to places within `spread` metres, with stops.

    :rtype: list[tuple[float, float]]
    """
    x, y, points = rng.uniform(-spread, spread), rng.uniform(-spread, spread), []
    for _ in range(legs):
        to_x, to_y = rng.uniform(-spread, spread), rng.uniform(-spread, spread)
        seconds = max(1, int(math.hypot(to_x - x, to_y - y) / (speed * rng.uniform(0.7, 1.3))))
        points += [(x + (to_x - x) * n / seconds, y + (to_y - y) * n / seconds) for n in range(seconds)]
        x, y = to_x, to_y
        if rng.random() < stop:
            points += [(x, y)] * rng.randint(60, 900)
    return points


def receive(rng, plane, points, step=1, sigma=4.0, memory=30.0, gaps=0.0, poor=0.0):
    """Return the fixes of a receiver that wanders as real ones do: its error drifts (Gauss-Markov, `memory` seconds).

    :param int step: seconds between fixes
    :param float sigma: metres, of the error along each axis; the accuracy that it reports is about that
    :param float gaps: how many of the minutes begin a gap of up to ten, as in a tunnel
    :param float poor: how many of the fixes come from cells instead: far off, and they say so
    :rtype: list[Fix]
    """
    fixes, error, silent_until = [], [rng.gauss(0, sigma), rng.gauss(0, sigma)], -1
    keep = math.exp(-step / memory)
    for seconds in range(0, len(points), step):
        error = [keep * e + math.sqrt(1 - keep * keep) * rng.gauss(0, sigma) for e in error]
        if gaps and rng.random() < gaps * step / 60:
            silent_until = seconds + rng.randint(60, 600)
        if seconds < silent_until:
            continue
        x, y = points[seconds]
        if poor and rng.random() < poor:
            off = rng.uniform(300, 1500)
            turn = rng.uniform(0, 2 * math.pi)
            fixes.append(Fix(seconds, *plane.degrees(x + off * math.cos(turn), y + off * math.sin(turn)), 1.2 * off))
        else:
            fixes.append(Fix(seconds, *plane.degrees(x + error[0], y + error[1]), sigma * rng.uniform(1.2, 2)))
    return fixes


def crossings(circle, places, band):
    """Return the true crossings of a path, or None where a receiver could not tell: about the edge, `band` metres to
    either side, the path turns back.

    :param list[tuple[float, float, float]] places: second, and metres east and north: where somebody truly was.
    :return: 'enter' or 'exit', with the second before which and the one at which it was clear.
    :rtype: list[tuple[str, float, float]] | None
    """
    found, side, clear_at, between = [], None, None, []
    for second, x, y in places:
        edge = circle.edge(x, y)
        if abs(edge) < band:
            between.append(edge)
            continue
        is_inside = edge < 0
        if between and (side is None or side == is_inside or not _is_straight(between, side)):
            return None
        if side is not None and side != is_inside:
            found.append(('enter' if is_inside else 'exit', clear_at, second))
        side, clear_at, between = is_inside, second, []
    return None if between else found


def _is_straight(edges, was_inside):
    """Tell whether a way across the edge does not turn back."""
    return all((before <= after) is was_inside for before, after in itertools.pairwise(edges))


def start():
    return datetime(2026, 11, 16, 8, 0)


def moment(seconds):
    return start() + timedelta(seconds=seconds)


def rng(seed):
    return random.Random(seed)
