"""When a store is open: weeks, special days and holidays as wall-clock times, and what they are as instants.

All times of day are minutes since midnight. A span is ``(opens, closes)`` and belongs to the day on which it opens;
``closes`` is above 1440 where that is after midnight.
"""
import functools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 24 * 60
# What opens at midnight and closes by this hour is the end of the evening before, if that lasted until midnight.
NIGHT_ENDS = 12 * 60
# A change is looked for this many days ahead, beyond the last special day and never farther than the second number.
CYCLE_DAYS, MAX_DAYS = 16, 500
# Special days are told so many days ahead.
SPECIAL_DAYS = 30


class Exceptional(NamedTuple):
    """Hours that stand instead of the week's from one date to another.

    :ivar str name: why, for customers
    :ivar dict plan: spans by weekday (Monday is 0); days that are not named keep their hours
    """

    first: date
    last: date
    name: str
    plan: dict


class Holiday(NamedTuple):
    """A time at which the store is closed: naive wall-clock times."""

    start: datetime
    end: datetime
    name: str


class SpecialDay(NamedTuple):
    """One day that is not like its weekday."""

    date: date
    name: str
    spans: tuple


@dataclass(frozen=True, eq=False)
class Schedule:
    """The opening hours that stores share. Compared by identity: a cache keeps one for equal hours.

    :ivar weeks: one week or two that take turns, each a tuple of seven tuples of spans; see `odd_week`
    :ivar exceptions: what counts most comes first
    :ivar holidays: `Holiday`
    """

    weeks: tuple
    exceptions: tuple = ()
    holidays: tuple = ()
    _plans: dict = field(default_factory=dict, repr=False)

    @functools.cached_property
    def is_known(self):
        """Whether there are any hours at all."""
        return any(day for week in self.weeks for day in week) or any(
            spans for exception in self.exceptions for spans in exception.plan.values())

    @functools.cached_property
    def last_special(self):
        """The last date that may be unlike its weekday."""
        dates = [item.last for item in self.exceptions] + [item.end.date() for item in self.holidays]
        return max(dates, default=date.min)

    def plan(self, day):
        """Return a day's spans, and the name of what makes it special (None: nothing does).

        :rtype: tuple[tuple, str | None]
        """
        if day not in self._plans:
            self._plans[day] = self._plan(day)
        return self._plans[day]

    def week_of(self, day):
        """Return the usual week in which a day is, or would be: seven tuples of spans."""
        return self.weeks[odd_week(day) % len(self.weeks)]

    def _plan(self, day):
        for exception in self.exceptions:
            if exception.first <= day <= exception.last and day.weekday() in exception.plan:
                return exception.plan[day.weekday()], exception.name
        spans = self.week_of(day)[day.weekday()]
        name = None
        for holiday in self.holidays:
            # The night of this day may last into a holiday of hours tomorrow.
            if holiday.start.date() <= day + timedelta(days=1) and day <= holiday.end.date():
                cut = _without(spans, day, holiday)
                if cut != spans or _covers(holiday, day):
                    name = holiday.name
                spans = cut
        return spans, name

    def opening(self, tz, now):
        """Tell whether a store is open, and when that changes.

        :param str tz: the store's time zone
        :param datetime now: naive UTC
        :return: open now, and the naive UTC instant of the next change (None: not in the next `MAX_DAYS`)
        :rtype: tuple[bool, datetime | None]
        """
        return _opening(self, tz, now)

    def special_days(self, first, days):
        """Return those of the days from `first` on that are not as in other weeks.

        :rtype: tuple[SpecialDay]
        """
        return _special_days(self, first, days)

    def intervals(self, zone, first, last):
        """Yield the spans of the days from `first` to `last` as naive UTC instants, by the instant of opening.

        Most callers need few of them, so no more are computed than are asked for.
        """
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            for opens, closes in self.plan(day)[0]:
                start, end = to_utc(day, opens, zone), to_utc(day, closes, zone)
                if start < end:
                    yield start, end


def local_date(tz, now):
    """Return the date at an instant (naive UTC) in a time zone."""
    return now.replace(tzinfo=UTC).astimezone(ZoneInfo(tz)).date()


@functools.lru_cache(maxsize=4096)
def _opening(schedule, tz, now):
    # Cached because the stores of a chain share hours and time zone, and `now` is the same for a second.
    zone, today = ZoneInfo(tz), local_date(tz, now)
    last = today + timedelta(days=min(max((schedule.last_special - today).days, 0) + CYCLE_DAYS, MAX_DAYS))
    end = None
    # What opened before yesterday or the day before is over.
    for opens, closes in schedule.intervals(zone, today - timedelta(days=2), last):
        if end is not None and opens > end:
            return True, end
        if opens <= now < closes or (end is not None and opens <= end):
            end = max(end or closes, closes)
        elif opens > now and end is None:
            return False, opens
    if end is None:
        return False, None
    # Open until the last day that was looked at: that is no end.
    return True, end if end < to_utc(last, DAY, zone) else None


@functools.lru_cache(maxsize=4096)
def _special_days(schedule, first, days):
    found = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        spans, name = schedule.plan(day)
        if name is not None:
            found.append(SpecialDay(day, name, spans))
    return tuple(found)


def odd_week(day):
    """Return 1 for the second of two weeks that take turns, 0 for the first (Odoo's ``get_week_type``)."""
    return (day.toordinal() - 1) // 7 % 2


def to_utc(day, minutes, zone):
    """Return the instant at which a wall clock reaches a time: the first, where clocks are set back.

    A time that does not exist, since clocks are set forward over it, is reached when they are.

    :param int minutes: since the midnight with which `day` begins
    :return: naive UTC
    """
    local = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    instant = local - local.replace(tzinfo=zone).utcoffset()
    later = local - local.replace(tzinfo=zone, fold=1).utcoffset()
    if later >= instant:
        return instant
    # In a gap: the clock is set forward somewhere between the two readings.
    while instant - later > timedelta(seconds=1):
        middle = later + (instant - later) / 2
        reached = middle.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) >= local
        later, instant = (later, middle) if reached else (middle, instant)
    return instant.replace(second=0, microsecond=0)


def night(closes):
    """Return the time that a clock shows at the end of a span; the end of the day is 24:00."""
    return closes - DAY if closes > DAY else closes


def merge(spans):
    """Return spans of one day in order; those that overlap or touch are one, and empty ones are gone."""
    merged = []
    for opens, closes in sorted(span for span in spans if span[0] < span[1]):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged


def join_nights(days, *, cyclic):
    """Return days' spans in which an evening until midnight and the night that follows are one span.

    People and lines of a calendar write 22:00-24:00 and on the next day 00:00-02:00; it is an evening of four hours.

    :param days: spans of consecutive days
    :param bool cyclic: whether the first day follows the last
    :rtype: tuple[tuple[tuple[int, int], ...], ...]
    """
    days = [merge(day) for day in days]
    for number, day in enumerate(days):
        if not cyclic and number + 1 == len(days):
            break
        following = days[(number + 1) % len(days)]
        if (day and following and day[-1][1] == DAY and following[0][0] == 0
                and following[0][1] <= min(NIGHT_ENDS, day[-1][0])):
            day[-1] = (day[-1][0], DAY + following.pop(0)[1])
    return tuple(tuple(day) for day in days)


def _covers(holiday, day):
    return (holiday.start <= datetime.combine(day, time.min)
            and datetime.combine(day, time.min) + timedelta(days=1) <= holiday.end)


def _without(spans, day, holiday):
    """Return a day's spans without a holiday.

    A holiday that lasts to the end of the day closes what opened on this day for good, not only until midnight. A night
    that began on the eve of a holiday lasts as long as ever, unless the holiday is of hours and begins after it.
    """
    midnight = datetime.combine(day, time.min)
    start, end = (round((moment - midnight).total_seconds() / 60) for moment in (holiday.start, holiday.end))
    if start == DAY and end >= 2 * DAY:
        return spans
    if start < DAY <= end:
        end = 3 * DAY
    return tuple(merge(
        part for opens, closes in spans
        for part in ((opens, min(closes, start)), (max(opens, end), closes))))
