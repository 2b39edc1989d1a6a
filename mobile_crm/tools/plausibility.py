"""Whether what a phone reports can be true.

Rules without a database: they look at new facts of one phone, and at those of it that were stored before and lie beside
them in time. What is not plausible is kept and marked, and sets nothing off. Honest phones err, and are not to be
suspected for it; so each rule leaves them the room that their makers and the literature give:

- ``accuracy`` is the radius within which the true position lies with 68 % (Android ``Location.getAccuracy``, Apple
  ``horizontalAccuracy``). With a normal error in two dimensions three radii hold all but 0.003 %.
- Between houses a fix may be off by some hundred metres and call itself exact (multipath; for phones:
  Merry and Bettinger, "Smartphone GPS accuracy study in an urban environment", PLoS ONE 14(7), 2019). ``ROOM`` is
  beyond that.
- Crossings are noticed late, after 20 seconds to some minutes, and may come with the last known fix again (Apple,
  "Region Monitoring"; Android, "Create and monitor geofences").
- Airliners make 1,000 km/h over ground, 1,200 with a jet stream; trains 350.

What stays undetected: a made-up track that keeps to all of this, such as one at walking speed, and a track that
somebody else has recorded. To suspect what another phone has shown before would punish who tries an app with the
simulator's route, and two phones that a test sends the same way.
"""
import hashlib
import itertools
import math
import struct
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import NamedTuple

from . import geo

# Metres outside of a fence that a fix may lie beside its own accuracy: the phone noticed late.
FENCE_TOLERANCE = 500
# How many radii of a fence the accuracy may be: with more, not even a fix in the middle makes it likely to be inside
# (1 - exp(-1.15 / 1.3²) = 0.5, see above).
BEARABLE = 1.3
# Metres: systems watch no smaller circle than this.
LEAST_RADIUS = 100
# Metres by which two positions may differ beside their accuracies; a wrong fix is no journey.
ROOM = 1000
# The most that an accuracy is taken for (metres): who claims to be anywhere is nowhere.
MAX_BLUR = 10_000
# Metres per second: more than any airliner; and more than any train, for who crosses a fence and is to come in.
MAX_SPEED = 340
MAX_CROSSING_SPEED = 125
# Seconds between fixes for which the speed of a crossing can be told: after more there may have been a flight.
CROSSING_GAP = 600
# Seconds by which the instant of a crossing without a fix is uncertain.
CROSSING_DELAY = 60
# The same fix at so many crossings of one fence, in and out and a minute apart each, is no receiver's.
FROZEN_CROSSINGS = 4
FROZEN_APART = 60
# So many different fixes one after the other never come twice.
TRACK_FIXES = 6
# Changes of a clock by more than so many seconds that nobody needs within a day: one makes it wrong, one right again.
CLOCK_CHANGE, MAX_CLOCK_CHANGES = 300, 2
# Seconds within which a phone says a thing twice.
REPEAT_WITHIN = 60

CROSSINGS = ('enter', 'exit', 'dwell')
CONTRARY = {'enter': 'exit', 'exit': 'enter', 'dwell': 'exit'}


class Fence(NamedTuple):
    """As much of a fence as is judged by: its (enclosing) circle, in degrees and metres."""

    id: int
    latitude: float
    longitude: float
    radius: float


@dataclass(slots=True, eq=False)
class Fact:
    """What a phone says that happened.

    :ivar float at: when (seconds, put right)
    :ivar float accuracy: metres
    :ivar Fence fence: that was crossed
    :ivar float edge: metres from the fix to the edge of the fence where it is no circle, negative inside
    :ivar subject: what it is about; None where nobody can tell
    :ivar float offset: seconds by which the clock was put right
    :ivar float received: when it came
    :ivar str doubt: why it is not believed
    :ivar bool is_known: it was stored before, and stays as it is
    :ivar int track: the fingerprint of the fixes that end here
    """

    at: float
    type: str
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    fence: Fence | None = None
    edge: float | None = None
    subject: object = None
    mocked: bool = False
    offset: float = 0.0
    received: float = 0.0
    doubt: str | None = None
    is_known: bool = False
    track: int | None = None

    @property
    def fix(self):
        return self.latitude, self.longitude, self.accuracy

    @property
    def has_fix(self):
        return self.latitude is not None and self.longitude is not None

    def suspect(self, doubt):
        """Mark it, unless that is done; what was stored stays as it is."""
        if not self.is_known and not self.doubt:
            self.doubt = doubt


def judge_alone(fact):
    """Mark a new fact that is not plausible in itself."""
    if fact.mocked:
        fact.suspect('mocked')
    # Who leaves is outside, and may be far off by the time it is noticed.
    if not fact.fence or fact.type == 'exit':
        return
    if fact.has_fix:
        edge = fact.edge
        if edge is None:
            edge = geo.distance(fact.latitude, fact.longitude, *fact.fence[1:3]) - fact.fence.radius
        if edge > tolerance(fact):
            fact.suspect('far_from_fence')
    if (fact.accuracy or 0) > BEARABLE * max(fact.fence.radius, LEAST_RADIUS):
        fact.suspect('inaccurate')


def tolerance(fact):
    """Return how many metres outside of its fence a fix may lie."""
    return FENCE_TOLERANCE + min(fact.accuracy or 0, fact.fence.radius)


def judge(new, known, find_tracks):
    """Mark the new facts of a phone that do not go with each other or with its known ones.

    :param list[Fact] new: judged alone already; gets ``doubt`` and ``track``.
    :param list[Fact] known: those around them in time.
    :param find_tracks: takes a list of fingerprints, returns those that were stored before, of this customer.
    """
    _judge_clock(new, known)
    timeline = sorted([*known, *new], key=lambda fact: fact.at)
    fixes = [fact for fact in timeline if fact.has_fix]
    _judge_tracks(fixes, find_tracks)
    _judge_speed([fact for fact in timeline if fact.has_fix or fact.fence])
    _judge_frozen(fixes)


# === ONE RULE EACH === #

def _judge_clock(new, known):
    """A clock that is set again and again lets one visit look like many."""
    batches = {}
    for fact in sorted((*known, *new), key=lambda fact: fact.at):
        batches[fact.received] = fact.offset
    offsets = [offset for _received, offset in sorted(batches.items())]
    changes = sum(abs(later - earlier) > CLOCK_CHANGE for earlier, later in itertools.pairwise(offsets))
    if changes > MAX_CLOCK_CHANGES:
        for fact in new:
            if abs(fact.offset) > CLOCK_CHANGE:
                fact.suspect('clock')


def _judge_tracks(fixes, find_tracks):
    """A sequence of exact fixes is as good as unique: a customer who shows it again has recorded it.

    Each fix gets the fingerprint of the last few, so that a replay is found wherever it begins (w-shingling: Broder,
    "On the resemblance and containment of documents", 1997).
    """
    last, earlier = [], set()
    fresh = []
    for fact in fixes:
        if last and fact.fix == last[-1]:
            continue
        if not _is_exact(fact):
            last = []
            continue
        last = [*last[1 - TRACK_FIXES:], fact.fix]
        if len(set(last)) < TRACK_FIXES:
            continue
        values = [math.nan if value is None else value for fix in last for value in fix]
        digest = hashlib.blake2b(struct.pack(f'<{len(values)}d', *values), digest_size=8).digest()
        track = int.from_bytes(digest, signed=True)
        if track in earlier:
            fact.suspect('replayed')
        earlier.add(track)
        if not fact.is_known:
            fact.track = track
            fresh.append(fact)
    if fresh:
        stored = find_tracks([fact.track for fact in fresh])
        for fact in fresh:
            if fact.track in stored:
                fact.suspect('replayed')


def _is_exact(fact):
    """Whether a position has more than four decimals: one that an app has rounded comes again on each day's way."""
    return round(fact.latitude, 4) != fact.latitude or round(fact.longitude, 4) != fact.longitude


def _judge_speed(places):
    """Nobody is at two places at once.

    Each fact is held against the last one that is believed, and the next one that is stored. So who jumps is not
    believed until they could have come there, and one wrong report among right ones is the one that is doubted.
    """
    following, after = None, {}
    for number in range(len(places) - 1, -1, -1):
        after[number] = following
        if places[number].is_known and not places[number].doubt:
            following = places[number]
    believed = None
    for number, fact in enumerate(places):
        if believed and fact.has_fix and fact.fix == believed.fix and fact.type not in CROSSINGS:
            # A phone that wakes up tells its last fix once more: it says where it was then.
            continue
        if not fact.is_known and not fact.doubt:
            for other in (believed, after[number]):
                if other:
                    fact.suspect(_haste(fact, other))
        if not fact.doubt or fact.doubt == 'too_fast':
            believed = fact


def _haste(fact, other):
    """Return why nobody can have been at both places, or None."""
    (latitude, longitude, blur, delay), (*other_place, other_blur, other_delay) = _place(fact), _place(other)
    way = geo.distance(latitude, longitude, *other_place) - blur - other_blur - ROOM
    if way <= 0:
        return None
    gap = abs(fact.at - other.at)
    seconds = gap + delay + other_delay
    if way > MAX_SPEED * seconds:
        return 'impossible_speed'
    if fact.type in CROSSINGS and gap <= CROSSING_GAP and way > MAX_CROSSING_SPEED * seconds:
        return 'too_fast'
    return None


def _place(fact):
    """Return where a fact was (degrees), and how uncertain that is in metres and in seconds."""
    if fact.has_fix:
        return fact.latitude, fact.longitude, min(3 * (fact.accuracy or 0), MAX_BLUR), 0
    return *fact.fence[1:3], fact.fence.radius + FENCE_TOLERANCE, CROSSING_DELAY


def _judge_frozen(fixes):
    """Who comes and goes moves: the very same fix at each crossing of a fence, in and out, was put there."""
    seen = {}
    for fact in fixes:
        if fact.type not in ('enter', 'exit'):
            continue
        crossings = seen.setdefault((fact.fence and fact.fence.id, fact.fix), [])
        if not crossings or (fact.type != crossings[-1].type and fact.at - crossings[-1].at > FROZEN_APART):
            crossings.append(fact)
        if len(crossings) >= FROZEN_CROSSINGS:
            fact.suspect('frozen')


# === THE SAME THING TWICE === #

def without_repeats(new, known):
    """Return the new facts without those that say again what was said a moment before or after.

    Not a repetition is what came after the contrary, and what is believed beside what is not.

    :param list[Fact] new: judged; of equal ones the earliest stays.
    :param list[Fact] known: those around them in time.
    """
    said = {}

    def keep(fact):
        insort(said.setdefault((fact.type, fact.subject), []), fact, key=lambda other: other.at)

    def between(type_, fact, other):
        facts = said.get((type_, fact.subject), ())
        start, end = sorted((fact.at, other.at))
        number = bisect_left(facts, start, key=lambda contrary: contrary.at)
        return number < len(facts) and facts[number].at <= end

    def is_repeat(fact):
        facts = said.get((fact.type, fact.subject), ())
        number = bisect_left(facts, fact.at - REPEAT_WITHIN, key=lambda other: other.at)
        for other in facts[number:]:
            if other.at - fact.at >= REPEAT_WITHIN:
                break
            if (abs(other.at - fact.at) < REPEAT_WITHIN and (fact.doubt or not other.doubt)
                    and not (fact.type in CONTRARY and between(CONTRARY[fact.type], fact, other))):
                return True
        return False

    for fact in known:
        keep(fact)
    kept = []
    for fact in sorted(new, key=lambda fact: fact.at):
        if fact.subject is None or not is_repeat(fact):
            kept.append(fact)
            keep(fact)
    return kept
