"""From what a phone reports to when it was inside a fence: facts in, stays out, no database.

The facts of one phone are folded in the order in which they happened. For each fence the phone is outside or inside:

- It is inside once it says so (``enter``, ``dwell``), or once a position lies deep enough inside that its accuracy
  cannot be the reason: a Schmitt trigger with the accuracy as its band. The stay begins with the first position inside.
- It is outside once it says so (``exit``), once a position lies far enough outside, once it is inside a fence that has
  nothing in common with this one, or once nothing was heard for so long that it would be a guess to call it inside.

What the fold knows of the past is bounded (``MEMORY``, the last few positions and one stay per fence): from a stay as
it was known at some moment and the few positions before, it goes on as if it had seen everything.
"""
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from . import geo

# How far around a position fences are looked for (metres). Farther away is outside for sure.
REACH = 300
# Of a phone that does not say how accurate its position is (metres).
USUAL_ACCURACY = 10
# Positions wander by a few metres also where their accuracy is better.
JITTER = 10
# A run of positions on one side of the edge is remembered for so long, and its last two for longer.
MEMORY = timedelta(seconds=120)
MEMORY_OF_TWO = timedelta(minutes=30)
# So long, and by so many positions, has somebody been inside who never was deep inside.
LINGER = timedelta(seconds=90)
LINGER_COUNT = 3
# Two positions so far apart in time leave open what was between them: the crossing is not sure.
GAP = timedelta(minutes=15)
# A position to which and from which one would have to be so fast (metres per second) is no place, if it comes back to
# where it was.
JUMP_SPEED = 30
JUMP_TIME = timedelta(seconds=60)
# A phone notices a crossing so much later, or as much earlier, than its positions show it.
ECHO = timedelta(minutes=5)
HEAD_START = timedelta(seconds=120)
# A phone that says it left is believed for so long after its last sign of life.
LONGEST_SILENCE = timedelta(hours=12)
# Before and after all that happens, for comparing.
NEVER, EVER = datetime.fromisoformat('0001-01-01'), datetime.fromisoformat('9999-12-31')
# Of what happened in the same moment, this is the order.
ORDER = {'enter': 0, 'dwell': 1, 'scan': 2, 'position': 3, 'exit': 4}


class Fact(NamedTuple):
    """Something that a phone reported, or that the server worked out of positions that are gone.

    :ivar edges: of a position, the metres to the edge of the fences within ``REACH``, negative inside: {fence id: m}
    :ivar is_told: the server's own conclusion; never a sign of life
    """

    at: datetime
    type: str
    uuid: str
    fence_id: int | None = None
    store_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    edges: dict | None = None
    is_told: bool = False

    @property
    def order(self):
        return self.at, ORDER[self.type], self.accuracy or 0, self.uuid

    @property
    def fuzz(self):
        """How accurate the position is (metres)."""
        return USUAL_ACCURACY if self.accuracy is None else max(self.accuracy, 3)


@dataclass
class Stay:
    """The time that a phone was inside one fence.

    :ivar entered_at, left_at: when it crossed the edge; ``left_at`` is None while it is inside
    :ivar entered_seen_at, left_seen_at: when that was known, by the facts' own times
    :ivar last_seen_at: the last sign of life inside
    :ivar str entry: ``phone`` or ``position``
    :ivar str ending: ``phone``, ``position``, ``elsewhere`` or ``silence``
    :ivar bool is_dwelt: the phone, or the server, has said that it stays
    """

    fence_id: int
    entered_at: datetime
    entered_seen_at: datetime
    last_seen_at: datetime
    entry: str
    entry_uuid: str
    is_entry_sure: bool
    left_at: datetime | None = None
    left_seen_at: datetime | None = None
    ending: str | None = None
    exit_uuid: str | None = None
    is_exit_sure: bool = False
    is_dwelt: bool = False
    is_confirmed: bool = field(default=True, compare=False)

    def is_open_at(self, moment):
        """Tell whether it was known then that the phone is inside."""
        return self.entered_seen_at < moment and (self.left_seen_at is None or self.left_seen_at >= moment)

    def reopened(self):
        """Return the stay as it was before its end was known."""
        return replace(self, left_at=None, left_seen_at=None, ending=None, exit_uuid=None, is_exit_sure=False)


def sift(positions):
    """Drop positions that are none: the same moment twice, and jumps to another place and back.

    The last one waits for the next if it would be a jump: whether it comes back is not known yet.

    :param list[Fact] positions: in order.
    :rtype: list[Fact]
    """
    kept = []
    for fact in positions:
        if not kept or kept[-1].at != fact.at:
            kept.append(fact)
    return [fact for index, fact in enumerate(kept) if not _is_jump(kept, index)]


def _is_jump(positions, index):
    if not index:
        return False
    before, fact = positions[index - 1:index + 1]
    away, speed = _leg(before, fact)
    if fact.at - before.at > JUMP_TIME or speed <= JUMP_SPEED:
        return False
    if index + 1 < len(positions):
        after = positions[index + 1]
        back, speed_back = _leg(fact, after)
        return (after.at - fact.at <= JUMP_TIME and speed_back > JUMP_SPEED
                and _leg(before, after)[0] < min(away, back) / 2)
    return index > 1 and _leg(positions[index - 2], before)[1] < speed / 2


def _leg(start, end):
    metres = geo.distance(start.latitude, start.longitude, end.latitude, end.longitude)
    return metres, metres / max((end.at - start.at).total_seconds(), 1)


def _is_apart(fence, other):
    """Tell whether nobody can be in both."""
    away = geo.distance(fence.latitude, fence.longitude, other.latitude, other.longitude)
    return away > fence.radius + other.radius


class Follower:
    """Follows one phone through its facts.

    :param dict fences: all that occur, by id: records with ``store_id`` and the circle around them (``latitude``,
        ``longitude``, ``radius``)
    :param ends_at: tells until when somebody counts as inside of whom nothing is heard: (fence, last sign) → datetime
    :ivar list[Stay] stays: all that were found or changed
    """

    def __init__(self, fences: dict, ends_at: Callable):
        self._fences = fences
        self._ends_at = ends_at
        self._inside = {}
        self._last = {}
        self._runs = {}
        self._befores = {}
        self._position_at = None
        self.signs = {}
        self.stays = []

    # === THE PAST === #

    def resume(self, stay):
        """Go on from a stay as it was known: one that is open, or one of the past (in the order of time)."""
        if stay.left_at is None:
            self._inside[stay.fence_id] = stay
        self._last[stay.fence_id] = stay
        self.stays.append(stay)

    def recall(self, fact):
        """Take a fact into memory that has had its effect."""
        if fact.type == 'position':
            for fence_id in {*self._inside, *self._runs, *fact.edges}:
                edge, is_fit = self._edge(fence_id, fact)
                last = self._last.get(fence_id)
                if not is_fit or (last and fact.at <= (last.left_seen_at or last.entered_seen_at)):
                    # What led to a crossing does not lead to another one.
                    continue
                if fence_id in self._inside:
                    if edge > 0:
                        self._prolong(fence_id, fact)
                        continue
                    self._sign(fence_id, fact.at, is_place=True)
                elif edge <= 0:
                    self._prolong(fence_id, fact)
                    continue
                self._runs.pop(fence_id, None)
            self._position_at = fact.at
        elif fact.fence_id and not fact.is_told:
            self._runs.pop(fact.fence_id, None)
            if fact.type != 'exit':
                self._sign(fact.fence_id, fact.at)
        elif fact.type == 'scan':
            self._scan(fact)

    def _sign(self, fence_id, moment, *, is_place=False):
        self.signs[fence_id] = moment
        stay = self._inside.get(fence_id)
        if stay and stay.entered_at <= moment:
            stay.last_seen_at = max(stay.last_seen_at, moment)
            stay.is_confirmed |= is_place

    # === THE FOLD === #

    def take(self, fact):
        """Take the next fact."""
        self.hush(fact.at)
        if fact.type == 'position':
            self._position(fact)
        elif fact.type == 'scan':
            self._scan(fact)
        elif fact.type == 'exit':
            self._exit(fact)
        elif not (fact.is_told and fact.type == 'dwell'):
            self._enter(fact)
        elif stay := self._inside.get(fact.fence_id):
            stay.is_dwelt = True

    def hush(self, moment):
        """End the stays of which nothing was heard for too long at this moment."""
        for fence_id, stay in list(self._inside.items()):
            run = self._runs.get(fence_id)
            ends_at = self._ends_at(self._fences[fence_id], max(stay.last_seen_at, run[-1].at if run else NEVER))
            if ends_at < moment:
                self._leave(stay, ends_at, ends_at, 'silence', is_sure=False)

    def ends_at(self, stay):
        """Return until when an open stay goes on if nothing more is heard."""
        run = self._runs.get(stay.fence_id)
        return self._ends_at(
            self._fences[stay.fence_id], max(stay.last_seen_at, run[-1].at if run else NEVER))

    def _leave(self, stay, left_at, seen_at, ending, *, is_sure, uuid=None):
        stay.left_at, stay.left_seen_at = max(left_at, stay.entered_at), seen_at
        stay.last_seen_at = min(stay.last_seen_at, stay.left_at)
        stay.ending, stay.is_exit_sure, stay.exit_uuid = ending, is_sure, uuid
        self._inside.pop(stay.fence_id, None)
        self._runs.pop(stay.fence_id, None)

    def _begin(self, fence_id, entered_at, seen_at, entry, uuid, *, is_sure, is_confirmed=True):
        stay = Stay(fence_id, entered_at, seen_at, seen_at, entry, uuid, is_sure, is_confirmed=is_confirmed)
        self._inside[fence_id] = self._last[fence_id] = stay
        self._runs.pop(fence_id, None)
        self.stays.append(stay)
        return stay

    # === WHAT PHONES SAY === #

    def _enter(self, fact):
        fence = self._fences[fact.fence_id]
        for stay in list(self._inside.values()):
            if _is_apart(fence, self._fences[stay.fence_id]):
                self._leave(stay, fact.at, fact.at, 'elsewhere', is_sure=False)
        stay = self._inside.get(fence.id)
        if not stay:
            if self._is_echo(fact):
                return
            stay = self._begin(
                fence.id, fact.at, fact.at, 'position' if fact.is_told else 'phone', fact.uuid,
                is_sure=fact.type == 'enter', is_confirmed=fact.is_told)
        self._runs.pop(fence.id, None)
        stay.last_seen_at = fact.at
        stay.is_dwelt |= fact.type == 'dwell'

    def _is_echo(self, fact):
        """Tell whether a phone says late that it entered, after its positions have shown that it has left again."""
        last = self._last.get(fact.fence_id)
        return (last is not None and last.ending == 'position' and fact.at - last.last_seen_at <= ECHO
                and self._position_at is not None and fact.at - self._position_at <= MEMORY)

    def _exit(self, fact):
        stay = self._inside.get(fact.fence_id)
        if stay:
            self._leave(stay, fact.at, fact.at, 'position' if fact.is_told else 'phone', is_sure=True, uuid=fact.uuid)
            return
        last = self._last.get(fact.fence_id)
        if last and last.ending == 'silence' and fact.at - last.last_seen_at <= LONGEST_SILENCE:
            # Whom we had given up was there all the time.
            last.left_at, last.ending, last.is_exit_sure, last.exit_uuid = fact.at, 'phone', True, fact.uuid

    def _scan(self, fact):
        for stay in self._inside.values():
            if self._fences[stay.fence_id].store_id == fact.store_id:
                self._sign(stay.fence_id, fact.at)
                self._runs.pop(stay.fence_id, None)

    # === WHAT POSITIONS SHOW === #

    def _edge(self, fence_id, fact):
        """Return the metres to the edge, and whether the position is accurate enough to say anything."""
        edge = fact.edges.get(fence_id, REACH)
        return edge, fact.fuzz <= (max(40, self._fences[fence_id].radius / 2) if edge <= 0 else REACH - JITTER)

    def _depth(self, fence_id, fact):
        """Return how deep inside a position must be to be inside for sure (metres)."""
        return min((fact.fuzz + JITTER) / 2, self._fences[fence_id].radius / 4)

    def _prolong(self, fence_id, fact):
        """Add a position to the run of those on the other side of the edge; forget what is too old."""
        run = self._runs.setdefault(fence_id, [])
        if not run:
            self._befores[fence_id] = None if fence_id in self._inside else self._position_at
        run.append(fact)
        while len(run) > 1 and fact.at - run[0].at > (MEMORY if len(run) > 2 else MEMORY_OF_TWO):
            self._befores[fence_id] = run.pop(0).at
        return run

    def _position(self, fact):
        for fence_id in sorted({*self._inside, *self._runs, *fact.edges}):
            edge, is_fit = self._edge(fence_id, fact)
            if not is_fit:
                continue
            stay = self._inside.get(fence_id)
            if stay and edge > 0:
                self._outside(stay, fact, edge)
            elif stay:
                self._runs.pop(fence_id, None)
                self._sign(fence_id, fact.at, is_place=True)
            elif edge > 0:
                self._runs.pop(fence_id, None)
            else:
                self._within(fence_id, fact, edge)
        self._position_at = fact.at

    def _outside(self, stay, fact, edge):
        run = self._prolong(stay.fence_id, fact)
        if edge < fact.fuzz + JITTER:
            return
        if not stay.is_confirmed and fact.at - stay.entered_at <= HEAD_START:
            # The system of the phone was faster than its positions.
            return
        first, before = run[0], max(stay.last_seen_at, self._befores.get(stay.fence_id) or NEVER)
        self._leave(stay, first.at, fact.at, 'position', is_sure=first.at - before <= GAP, uuid=first.uuid)

    def _within(self, fence_id, fact, edge):
        run = self._prolong(fence_id, fact)
        depth = self._depth(fence_id, fact)
        lingers = (len(run) >= LINGER_COUNT and fact.at - run[0].at >= LINGER
                   and -sum(position.edges[fence_id] for position in run) / len(run) >= depth / 2)
        if -edge < depth and not lingers:
            return
        first, before = run[0], self._befores.get(fence_id)
        self._begin(fence_id, first.at, fact.at, 'position', first.uuid,
                    is_sure=before is not None and first.at - before <= GAP)
        self._sign(fence_id, fact.at)
