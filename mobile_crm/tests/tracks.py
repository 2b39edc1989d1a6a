"""Tracks of honest and of dishonest phones, made up: what their apps report, batch by batch.

A track is a true way over the ground, a receiver that errs on it, a phone that notices fences, and an app that sends
what they say. None of it knows how it will be judged. The errors are those of the literature:

- Receivers: a slowly wandering error (Gauss-Markov) and noise. Under open sky 68 % of phones' fixes lie within about
  5 m (van Diggelen and Enge, "The World's first GPS MOOC and Worldwide Laboratory using Smartphones", ION GNSS+ 2015),
  in towns within 7 to 13 m (Merry and Bettinger, PLoS ONE 14(7), 2019), with outliers of some hundred metres, which the
  phone takes for exact (multipath).
- Indoors phones use access points, 20 to 50 m, and repeat a fix; without these cells, some hundred metres in a town to
  some kilometres outside of it (Android, "Create and monitor geofences").
- Systems notice a fence after 20 seconds or more, by a fix that is inside of it and more exact than the fence is wide.
- Speeds: walking 1.4 m/s, cycling 5, ferries 10, cars up to 40, trains 83, airliners 250 m/s.

Pure Python; a seed gives the same tracks again.
"""
import math
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EARTH_RADIUS = 6371008.8


@dataclass(slots=True)
class Batch:
    """One request.

    :ivar datetime received: when the server gets it
    :ivar datetime sent_at: by the phone's clock, or None
    :ivar list reports: as ``mobile.event._record`` takes them; ``geofence_id`` is the place in ``Track.fences``
    """

    received: datetime
    sent_at: datetime | None
    reports: list


@dataclass(slots=True)
class Track:
    """What one phone reports.

    :ivar list fences: (latitude, longitude, radius)
    :ivar list own: honest batches of the same phone that come first
    :ivar list batches: those that are judged
    """

    fences: list
    batches: list
    own: list = field(default_factory=list)


# === THE GROUND === #

def destination(latitude, longitude, bearing, metres):
    """Return where one comes on a great circle (degrees; a textbook formula of spherical trigonometry)."""
    phi, lam, way = math.radians(latitude), math.radians(longitude), metres / EARTH_RADIUS
    sine = math.sin(phi) * math.cos(way) + math.cos(phi) * math.sin(way) * math.cos(bearing)
    to = math.asin(max(-1.0, min(1.0, sine)))
    turn = math.atan2(math.sin(bearing) * math.sin(way) * math.cos(phi), math.cos(way) - math.sin(phi) * sine)
    return math.degrees(to), (math.degrees(lam + turn) + 180) % 360 - 180


def distance(one, other):
    """Return metres between two (latitude, longitude), by the straight chord."""
    points = [
        (math.cos(math.radians(latitude)) * math.cos(math.radians(longitude)),
         math.cos(math.radians(latitude)) * math.sin(math.radians(longitude)), math.sin(math.radians(latitude)))
        for latitude, longitude in (one, other)]
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.dist(*points) / 2))


def somewhere(rng):
    """Return a town: people live from 55 degrees south to 70 north."""
    return rng.uniform(-55, 70), rng.uniform(-180, 180)


def way(rng, start, speed, seconds, every, straight=60.0, turn=math.pi / 2, wait=0.1):
    """Return (second, latitude, longitude) of somebody who moves for some time.

    :param float speed: m/s, which varies by a tenth
    :param float every: seconds between fixes
    :param float straight: metres between bends
    :param float turn: the widest bend
    :param float wait: how often one stands still between two fixes
    """
    place, bearing, left, points, second = start, rng.uniform(0, math.tau), straight, [], 0.0
    while second <= seconds:
        points.append((second, *place))
        step = 0.0 if rng.random() < wait else max(0.0, rng.gauss(speed, speed / 10)) * every
        place = destination(*place, bearing, step)
        left -= step
        if left < 0:
            bearing, left = bearing + rng.uniform(-turn, turn), rng.uniform(0.5, 1.5) * straight
        second += every * rng.uniform(0.9, 1.1)
    return points


# === THE RECEIVER === #

class Receiver:
    """Finds positions with an error.

    :param float sigma: metres of the wandering error, on each axis
    :param float tau: seconds in which it wanders
    :param float outliers: how often a reflection is taken for the straight ray
    :param float repeats: how often the last fix is told once more
    :param float blind: how well it knows its own error: the spread of the accuracy that it tells
    """

    def __init__(self, rng, sigma, tau=60.0, outliers=0.0, repeats=0.0, blind=0.25):
        self.rng, self.sigma, self.tau, self.outliers, self.repeats, self.blind = (
            rng, sigma, tau, outliers, repeats, blind)
        self.east, self.north, self.second, self.last = rng.gauss(0, sigma), rng.gauss(0, sigma), None, None
        self.reflected = 0

    def fix(self, second, latitude, longitude):
        """Return (latitude, longitude, accuracy) as the phone has it."""
        rng = self.rng
        if self.last and rng.random() < self.repeats:
            return self.last
        keep = math.exp(-(second - self.second) / self.tau) if self.second is not None else 0.0
        fresh = self.sigma * math.sqrt(1 - keep * keep)
        self.second = second
        self.east, self.north = self.east * keep + rng.gauss(0, fresh), self.north * keep + rng.gauss(0, fresh)
        east, north = (axis + rng.gauss(0, 0.3) for axis in (self.east, self.north))
        if self.reflected or rng.random() < self.outliers:
            # A reflection lasts for some fixes, from one side.
            if not self.reflected:
                self.reflected, size, bearing = rng.randint(1, 4), rng.expovariate(1 / 80), rng.uniform(0, math.tau)
                self.shift = size * math.cos(bearing), size * math.sin(bearing)
            self.reflected -= 1
            east, north = east + self.shift[0], north + self.shift[1]
        place = destination(latitude, longitude, math.atan2(east, north), math.hypot(east, north))
        accuracy = max(2.0, 1.515 * self.sigma * rng.lognormvariate(0, self.blind))
        self.last = round(place[0], 7), round(place[1], 7), round(accuracy, 3)
        return self.last


def open_sky(rng):
    return Receiver(rng, 3.3)


def in_town(rng):
    return Receiver(rng, 7.0, tau=30.0, outliers=0.02, repeats=0.01)


def indoors(rng):
    return Receiver(rng, 22.0, tau=120.0, outliers=0.02, repeats=0.25, blind=0.4)


def by_cell(rng):
    return Receiver(rng, rng.uniform(200, 1200), tau=300.0, outliers=0.01, repeats=0.2, blind=0.4)


# === THE PHONE AND ITS APP === #

def report(instant, kind, fix=(None, None, None), **values):
    """Return one report, as ``mobile.event._record`` takes it."""
    return {'type': kind, 'occurred_at': instant, 'latitude': fix[0], 'longitude': fix[1], 'accuracy': fix[2], **values}


class Phone:
    """What a phone's system notices on a way.

    :param datetime begin: of the way
    :param list fences: (latitude, longitude, radius)
    """

    def __init__(self, rng, begin, fences):
        self.rng, self.begin, self.fences = rng, begin, fences
        # Second since which the system has seen the other side of each fence.
        self.inside, self.since = [False] * len(fences), [None] * len(fences)

    def walk(self, points, receiver, positions=True):
        """Return the reports of a way, in order."""
        reports = []
        for second, latitude, longitude in points:
            fix = receiver.fix(second, latitude, longitude)
            instant = self.begin + timedelta(seconds=second)
            if positions:
                reports.append(report(instant, 'position', fix))
            reports += [report(instant, kind, fix, geofence_id=number) for number, kind in self.notice(second, fix)]
        return reports

    def notice(self, second, fix):
        """Return the fences that the system finds to be crossed by a fix."""
        crossed = []
        for number, (latitude, longitude, radius) in enumerate(self.fences):
            if fix[2] > radius:
                continue
            is_inside = distance(fix[:2], (latitude, longitude)) <= radius
            if is_inside == self.inside[number]:
                self.since[number] = None
            elif self.since[number] is None:
                self.since[number] = second
            if self.since[number] is not None and second - self.since[number] >= 20:
                self.inside[number], self.since[number] = is_inside, None
                crossed.append((number, 'enter' if is_inside else 'exit'))
        return crossed


def fences_on(rng, points, count=3):
    """Return fences beside a way."""
    return [
        (*destination(*rng.choice(points)[1:], rng.uniform(0, math.tau), rng.uniform(0, 100)),
         rng.choice((100, 150, 200, 400)))
        for _number in range(count)]


def send(rng, reports, *, size=12, clock=lambda _instant: timedelta(), tells=True, orderly=False, age=timedelta()):
    """Return the batches that an app makes of reports: late, twice and out of order now and then.

    :param clock: by how much the phone's clock is ahead, at an instant
    :param bool tells: whether the app says when it sends
    :param timedelta age: for how long the phone was without a network at the end
    """
    batches, number = [], 0
    for given in reports:
        given.setdefault('id', str(uuid.UUID(int=rng.getrandbits(128), version=4)))
    while number < len(reports):
        part = reports[number:number + rng.randint(1, size)]
        number += len(part)
        held = rng.expovariate(1 / 1800) if not orderly and rng.random() < 0.05 else rng.uniform(0.1, 4)
        received = part[-1]['occurred_at'] + timedelta(seconds=held) + age
        sent_at = received - timedelta(seconds=rng.uniform(0.05, 2)) if tells else None
        batches.append(Batch(received, sent_at and sent_at + clock(received), [
            {**given, 'occurred_at': given['occurred_at'] + clock(given['occurred_at'])} for given in part]))
        if not orderly and rng.random() < 0.03:
            # The answer was lost.
            later = received + timedelta(seconds=rng.uniform(5, 90))
            batches.append(Batch(later, sent_at and later + clock(later), batches[-1].reports))
    return sorted(batches, key=lambda batch: batch.received)


def along(rng, begin, points, receiver, **how):
    """Return the track of an honest phone on a way."""
    fences = fences_on(rng, points)
    return Track(fences, send(rng, Phone(rng, begin, fences).walk(points, receiver), **how))
