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
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

EARTH_RADIUS = 6371008.8
HONEST, DISHONEST = {}, {}


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
    :ivar list before: batches of another, honest phone that come first
    :ivar list own: honest batches of the same phone that come first
    :ivar list batches: those that are judged
    """

    fences: list
    batches: list
    own: list = field(default_factory=list)
    before: list = field(default_factory=list)


def honest(make):
    HONEST[make.__name__] = make
    return make


def dishonest(make):
    DISHONEST[make.__name__] = make
    return make


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


# === HONEST === #

@honest
def walk(rng, begin):
    every = rng.choice((1, 5, 15))
    return along(rng, begin, way(rng, somewhere(rng), 1.4, 40 * every, every), in_town(rng))


@honest
def car(rng, begin):
    every = rng.choice((1, 5, 15))
    return along(rng, begin, way(rng, somewhere(rng), rng.uniform(8, 38), 40 * every, every, 800.0), open_sky(rng))


@honest
def tunnel(rng, begin):
    """A gap; at its end the last fix once more."""
    every = rng.choice((2, 5, 10))
    points = way(rng, somewhere(rng), rng.uniform(15, 35), 100 * every, every, 2000.0, 0.5, 0.0)
    start, end = sorted(rng.sample(range(15, 85), 2))
    receiver = open_sky(rng)
    fences = fences_on(rng, points)
    phone = Phone(rng, begin, fences)
    reports = phone.walk(points[:start], receiver)
    if rng.random() < 0.5:
        reports.append(report(begin + timedelta(seconds=points[end][0] - 1), 'position', receiver.last))
    return Track(fences, send(rng, reports + phone.walk(points[end:end + 20], receiver)))


@honest
def train(rng, begin):
    every = rng.choice((5, 20, 60))
    points = way(rng, somewhere(rng), rng.uniform(50, 89), 40 * every, every, 20_000.0, 0.3, 0.0)
    return along(rng, begin, points, Receiver(rng, 6.0, outliers=0.01))


@honest
def flight(rng, begin):
    """To the airport, off, and on again elsewhere; some look out of the window with a receiver on."""
    start = somewhere(rng)
    before = way(rng, start, 1.4, 300, 30)
    hours = rng.uniform(0.8, 14)
    bearing, far = rng.uniform(0, math.tau), hours * 3600 * rng.uniform(190, 265)
    points, second = list(before), 300.0
    if rng.random() < 0.3:
        for _number in range(5):
            second += 30
            points.append((second, *destination(*start, bearing, 1000 + 240 * (second - 300))))
    landed = 900 + hours * 3600
    points += [(landed + later, *place) for later, *place in way(rng, destination(*start, bearing, far), 1.4, 600, 30)]
    return along(rng, begin, points, in_town(rng))


@honest
def indoor(rng, begin):
    """Somebody in a shop: the position drifts, and the fence is left and entered by it."""
    start = somewhere(rng)
    points = way(rng, start, 0.3, 2400, 60, 20.0, math.pi)
    fences = [(*destination(*start, rng.uniform(0, math.tau), rng.uniform(0, 120)), 100), (*start, 300)]
    return Track(fences, send(rng, Phone(rng, begin, fences).walk(points, indoors(rng))))


@honest
def cached(rng, begin):
    """A phone that sleeps while its owner drives, and tells the last fix as it wakes up."""
    points = way(rng, somewhere(rng), rng.uniform(8, 30), 7200, 30, 1000.0, 0.8)
    receiver, number, seen = in_town(rng), 0, []
    fences = fences_on(rng, points)
    phone, reports = Phone(rng, begin, fences), []
    while number < len(points) - 4:
        if seen:
            reports.append(report(begin + timedelta(seconds=points[number][0] - 5), 'position', receiver.last))
        seen = points[number:number + rng.randint(2, 4)]
        reports += phone.walk(seen, receiver)
        number += len(seen) + rng.randint(5, 60)
    return Track(fences, send(rng, reports))


@honest
def cell(rng, begin):
    every = rng.choice((30, 120, 300))
    points = way(rng, somewhere(rng), rng.choice((0.0, 1.4, 15.0)), 30 * every, every, 500.0)
    return along(rng, begin, points, by_cell(rng))


@honest
def ferry(rng, begin):
    """Far from any mast: all is sent on arrival."""
    points = way(rng, somewhere(rng), rng.choice((5.0, 10.0)), 7200, 180, 10_000.0, 0.2, 0.0)
    return along(rng, begin, points, open_sky(rng), age=timedelta(hours=rng.uniform(0, 5)))


@honest
def date_line(rng, begin):
    start = rng.uniform(-50, 65), rng.choice((-1, 1)) * (180 - rng.uniform(0, 0.002))
    return along(rng, begin, way(rng, start, rng.choice((1.4, 20.0)), 400, 10, 300.0), open_sky(rng))


@honest
def pole(rng, begin):
    start = rng.choice((-1, 1)) * (90 - rng.uniform(0, 0.002)), rng.uniform(-180, 180)
    return along(rng, begin, way(rng, start, rng.choice((1.4, 5.0)), 400, 10, 100.0), open_sky(rng))


@honest
def overnight(rng, begin):
    """Off for the night; what was not sent comes in the morning, after the morning's first."""
    start = somewhere(rng)
    evening = way(rng, start, 1.4, 400, 20)
    hours = rng.uniform(6, 11)
    morning = way(rng, destination(*evening[-1][1:], rng.uniform(0, math.tau), rng.uniform(0, 30_000)), 1.4, 400, 20)
    points = evening + [(second + hours * 3600, *place) for second, *place in morning]
    fences, receiver = fences_on(rng, points), in_town(rng)
    phone = Phone(rng, begin, fences)
    early, late = phone.walk(evening, receiver), phone.walk(points[len(evening):], receiver)
    sent = send(rng, late)
    unsent = send(rng, early[-10:])
    for number, batch in enumerate(unsent):
        batch.received = sent[0].received + timedelta(seconds=5 + number)
        batch.sent_at = batch.received - timedelta(seconds=1)
    return Track(fences, sorted(send(rng, early[:-10]) + unsent + sent, key=lambda batch: batch.received))


@honest
def reboot(rng, begin):
    """The clock is wrong after the battery was empty, until the network tells the time."""
    points = way(rng, somewhere(rng), 1.4, 1200, 20)
    wrong = rng.choice((
        timedelta(days=-365 * rng.uniform(1, 50)), timedelta(hours=rng.uniform(-30, 30)),
        timedelta(days=rng.uniform(1, 90))))
    off, on = sorted(begin + timedelta(seconds=rng.uniform(0, 1200)) for _number in range(2))
    return along(rng, begin, points, in_town(rng), size=4, orderly=True,
                 clock=lambda instant: wrong if off <= instant < on else timedelta())


# === DISHONEST === #

def shops(rng, start, count, near, far):
    """Return fences of a chain: each so many metres from the one before (evenly on a scale of logarithms)."""
    places, place = [], start
    for _number in range(count):
        place = destination(*place, rng.uniform(0, math.tau), math.exp(rng.uniform(math.log(near), math.log(far))))
        places.append((*place, rng.choice((100, 200, 400))))
    return places


def at(rng, fence):
    """Return a good fix within a fence, as it is made up."""
    place = destination(*fence[:2], rng.uniform(0, math.tau), rng.uniform(0, fence[2] / 2))
    return round(place[0], 7), round(place[1], 7), round(rng.uniform(4, 30), 3)


@dishonest
def teleport(rng, begin):
    """At home, and in the same minute at a shop in another town."""
    start = somewhere(rng)
    points = way(rng, start, 1.4, 300, 15)
    fences = shops(rng, start, 1, 20_000, 15_000_000)
    reports = Phone(rng, begin, []).walk(points, in_town(rng))
    instant = reports[-1]['occurred_at'] + timedelta(seconds=rng.uniform(5, 60))
    fix = at(rng, fences[0])
    reports += [report(instant, 'position', fix), report(instant, 'enter', fix, geofence_id=0)]
    return Track(fences, send(rng, reports))


@dishonest
def excursion(rng, begin):
    """A walk, with one visit of a far shop in it."""
    start = somewhere(rng)
    reports = Phone(rng, begin, []).walk(way(rng, start, 1.4, 600, 20), in_town(rng))
    fences = shops(rng, start, 1, 20_000, 15_000_000)
    number = rng.randrange(5, len(reports) - 5)
    instant = reports[number]['occurred_at'] + timedelta(seconds=8)
    reports.insert(number + 1, report(instant, 'enter', at(rng, fences[0]), geofence_id=0))
    return Track(fences, send(rng, reports))


@dishonest
def hopping(rng, begin):
    """From shop to shop of a chain; with a position, or without."""
    fences = shops(rng, somewhere(rng), rng.randint(4, 8), 10_000, 500_000)
    with_fix, instant, reports = rng.random() < 0.5, begin, []
    for number, fence in enumerate(fences):
        instant += timedelta(seconds=rng.uniform(30, 300))
        fix = at(rng, fence) if with_fix else (None, None, None)
        reports.append(report(instant, 'enter', fix, geofence_id=number))
    return Track(fences, send(rng, reports, size=3))


@dishonest
def mocked(rng, begin):
    """An app that sets positions, on a phone that says so."""
    track = walk(rng, begin)
    for batch in track.batches:
        batch.reports = [{**given, 'mocked': True} for given in batch.reports]
    return track


def _again(rng, batches, later):
    """Return recorded batches with new ids and times."""
    seen, reports = set(), []
    for batch in batches:
        for given in batch.reports:
            if given['id'] not in seen:
                seen.add(given['id'])
                reports.append({**given, 'id': str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                                'occurred_at': given['occurred_at'] + later})
    return send(rng, sorted(reports, key=lambda given: given['occurred_at']))


@dishonest
def replay_own(rng, begin):
    """A walk past a shop, recorded and sent again."""
    track = walk(rng, begin)
    later = timedelta(hours=math.exp(rng.uniform(math.log(0.5), math.log(60))))
    return Track(track.fences, _again(rng, track.batches, later), own=track.batches)


@dishonest
def replay_other(rng, begin):
    """Somebody else's drive, sent by this phone."""
    track = car(rng, begin)
    later = timedelta(hours=math.exp(rng.uniform(math.log(0.5), math.log(60))))
    return Track(track.fences, _again(rng, track.batches, later), before=track.batches)


@dishonest
def frozen(rng, begin):
    """One position that was set once, in and out of a shop."""
    fences = shops(rng, somewhere(rng), 1, 1, 10)
    fix, instant, reports = at(rng, fences[0]), begin, []
    for number in range(rng.randint(4, 10)):
        instant += timedelta(minutes=rng.uniform(3, 60))
        reports.append(report(instant, ('enter', 'exit')[number % 2], fix, geofence_id=0))
    return Track(fences, send(rng, reports, size=2))


@dishonest
def impossible_accuracy(rng, begin):
    """A made-up walk whose author did not think of the accuracy."""
    track = walk(rng, begin)
    for batch in track.batches:
        batch.reports = [{**given, 'accuracy': 0.0} for given in batch.reports]
    return track


@dishonest
def joystick(rng, begin):
    """A position pushed over the map in straight lines, at an even speed."""
    place, bearing, reports = somewhere(rng), rng.uniform(0, math.tau), []
    speed, every, accuracy = rng.uniform(1.4, 15), rng.choice((2, 5, 10)), rng.choice((1.0, 3.0, 5.0))
    leg = rng.randint(25, 60)
    digits = rng.choice((6, 7, 12))
    end = place
    for step in range(100):
        if step % leg == 0:
            place, bearing = end, bearing + rng.uniform(-math.pi / 2, math.pi / 2)
        end = destination(*place, bearing, speed * every * (step % leg + 1))
        fix = round(end[0], digits), round(end[1], digits), accuracy
        reports.append(report(begin + timedelta(seconds=step * every), 'position', fix))
    return Track([], send(rng, reports))


@dishonest
def turned_clock(rng, begin):
    """In a shop all the time, where the clock is set on by a day or some hours before each visit."""
    fences = shops(rng, somewhere(rng), 1, 1, 10)
    step, tells = timedelta(hours=rng.uniform(2, 26)), rng.random() < 0.5
    batches = []
    for number in range(rng.randint(4, 8)):
        instant, wrong = begin + timedelta(minutes=5 * number + rng.uniform(0, 2)), number * step
        for kind, later in (('exit', 0), ('enter', 90)):
            moment = instant + timedelta(seconds=later)
            given = report(moment, kind, at(rng, fences[0]), geofence_id=0)
            batches += send(rng, [given], clock=lambda _instant, wrong=wrong: wrong, tells=tells, orderly=True)
    return Track(fences, batches)


@dishonest
def never_near(rng, begin):
    """Somebody at home whose app is told to have entered shops; it adds the true position, or none."""
    start = somewhere(rng)
    points = way(rng, start, 0.0, 3600, 60)
    fences = shops(rng, start, 6, 5_000, 500_000)
    reports = Phone(rng, begin, []).walk(points, indoors(rng))
    with_fix = rng.random() < 0.5
    for number in range(len(fences)):
        place = rng.randrange(5, len(reports) - 1)
        fix = [reports[place][name] for name in ('latitude', 'longitude', 'accuracy')] if with_fix else (None,) * 3
        reports.insert(place + 1, report(
            reports[place]['occurred_at'] + timedelta(seconds=2), 'enter', fix, geofence_id=number))
    return Track(fences, send(rng, reports))


@dishonest
def anywhere(rng, begin):
    """Who claims to be within some kilometres, so that no fence is far."""
    fences = shops(rng, somewhere(rng), 4, 2_000, 10_000)
    reports, instant = [], begin
    for number, fence in enumerate(fences):
        instant += timedelta(minutes=rng.uniform(10, 60))
        reports.append(report(instant, 'enter', (*at(rng, fence)[:2], rng.uniform(1000, 9000)), geofence_id=number))
    return Track(fences, send(rng, reports))


def make(family, number, begin):
    """Return track `number` of a family: the same one each time."""
    return {**HONEST, **DISHONEST}[family](random.Random(f'{family} {number}'), begin)
