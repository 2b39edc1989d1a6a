"""Families of honest and of dishonest tracks, each a way with its own trouble; see ``tracks``."""
import math
import random
import uuid
from datetime import timedelta

from .tracks import (
    Phone,
    Receiver,
    Track,
    along,
    by_cell,
    destination,
    fences_on,
    in_town,
    indoors,
    open_sky,
    report,
    send,
    somewhere,
    way,
)

HONEST, DISHONEST = {}, {}


def honest(make):
    HONEST[make.__name__] = make
    return make


def dishonest(make):
    DISHONEST[make.__name__] = make
    return make


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
def frozen(rng, begin):
    """One position that was set once, in and out of a shop."""
    fences = shops(rng, somewhere(rng), 1, 1, 10)
    fix, instant, reports = at(rng, fences[0]), begin, []
    for number in range(rng.randint(4, 10)):
        instant += timedelta(minutes=rng.uniform(3, 60))
        reports.append(report(instant, ('enter', 'exit')[number % 2], fix, geofence_id=0))
    return Track(fences, send(rng, reports, size=2))


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
