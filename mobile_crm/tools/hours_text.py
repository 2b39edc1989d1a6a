"""Opening hours as text, in the syntax of OpenStreetMap's ``opening_hours``.

Writing is simple and canonical. Reading the whole syntax (https://wiki.openstreetmap.org/wiki/Key:opening_hours) takes
the library opening-hours-py, which is optional: it tells when a text is open, and the week and what departs from it are
worked out from that. `read_rules` reads the part of the syntax that says nothing of dates, without the library.
"""
import functools
import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from .opening import DAY, join_nights, merge, night

DAYS = ('Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su')
MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
MAX_LENGTH = 1000
# What departs from the week is looked for over so many days, and refused if it takes more rules than this.
READ_DAYS, MAX_PERIODS = 13 * 31, 120
# A period of at least so many days is taken for a season with a week of its own.
SEASON_DAYS = 14

RULE = re.compile(r'(?:(?P<days>[A-Za-z][A-Za-z, -]*?)\s+)?(?P<spans>off|closed|\d[\d:, -]*)', re.I)
SPAN = re.compile(r'(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)')
# What tells of something that a week and dates cannot hold, by the code of its refusal.
REFUSED = (
    ('sun', re.compile(r'sunrise|sunset|dawn|dusk', re.I)),
    ('comment', re.compile(r'"')),
    ('fallback', re.compile(r'\|\|')),
    ('open_end', re.compile(r'\d\+')),
    ('repetition', re.compile(r':\d\d/')),
    ('unknown', re.compile(r'\bunknown\b', re.I)),
    ('school', re.compile(r'\bSH\b')),
)


class HoursError(ValueError):
    """A text that cannot be read.

    :ivar str code: one of `REFUSED`, ``syntax``, ``length``, ``country``, ``no_country``,
        ``never`` or ``periods``
    :ivar str detail: what was wrong, in English
    """

    def __init__(self, code, detail=''):
        super().__init__(f'{code}: {detail}')
        self.code, self.detail = code, detail


class Period(NamedTuple):
    """Dates on which the week does not hold; ``plan`` is that of ``opening.Exceptional``."""

    first: date
    last: date
    plan: dict
    is_holiday: bool


class Hours(NamedTuple):
    """What a text says.

    :ivar str text: the text as the library writes it
    :ivar tuple week: seven tuples of spans
    :ivar list periods: what departs from the week in the time that was looked at
    """

    text: str
    week: tuple
    periods: list


# === WRITING === #

def write_week(week):
    """Return a week as text: ``Mo-Fr 09:00-18:00; Sa 10:00-14:00``; ``off`` when it is never open.

    :param week: seven tuples of spans
    """
    if all(spans == ((0, DAY),) for spans in week):
        return '24/7'
    groups = {}
    for day, spans in enumerate(week):
        if spans:
            groups.setdefault(tuple(spans), []).append(day)
    return '; '.join(f'{write_days(days)} {write_spans(spans)}' for spans, days in groups.items()) or 'off'


def write_plan(plan):
    """Return the rules of some weekdays as text: ``10:00-14:00`` when all have the same."""
    groups = {}
    for day in sorted(plan):
        groups.setdefault(tuple(plan[day]), []).append(day)
    if len(plan) == len(DAYS) and len(groups) == 1:
        return write_spans(next(iter(groups)))
    return '; '.join(f'{write_days(days)} {write_spans(spans)}' for spans, days in groups.items())


def write_days(days):
    """Return weekdays as text: ``Mo-We,Sa``; two that follow each other are written with a comma."""
    runs = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ','.join(
        f'{DAYS[run[0]]}-{DAYS[run[-1]]}' if len(run) > 2 else ','.join(DAYS[day] for day in run) for run in runs)


def write_spans(spans):
    """Return a day's spans as text: ``09:00-12:00,14:00-18:00``, or ``off``."""
    return ','.join(f'{clock(opens)}-{clock(night(closes))}' for opens, closes in spans) or 'off'


def write_period(first, last, plan):
    """Return hours that hold from one date to another as text: ``2026 Dec 24 09:00-12:00``.

    :param plan: spans by weekday; days that are not named keep their hours
    """
    dates = write_dates(first, last)
    return '; '.join(f'{dates} {rule}' for rule in write_hours(first, last, plan).split('; '))


def write_hours(first, last, plan):
    """Return hours that hold from one date to another as text, without weekdays where all days have the same."""
    days = {(first + timedelta(days=number)).weekday() for number in range(min((last - first).days + 1, len(DAYS)))}
    hours = {tuple(plan[day]) for day in days & plan.keys()}
    return write_spans(hours.pop()) if days <= plan.keys() and len(hours) == 1 else write_plan(plan)


def write_dates(first, last):
    """Return dates with their year as text: ``2026 Dec 24-2027 Jan 02``."""
    text = f'{first.year} {MONTHS[first.month - 1]} {first.day:02d}'
    if last == first:
        return text
    year = f'{last.year} ' if last.year != first.year else ''
    return f'{text}-{year}{MONTHS[last.month - 1]} {last.day:02d}'


def clock(minutes):
    """Return minutes since midnight as ``HH:MM``."""
    return f'{minutes // 60:02d}:{minutes % 60:02d}'


# === READING === #

def read_spans(text):
    """Return the spans in ``09:00-12:00, 22:00-02:00``.

    :raise HoursError: if it is none
    """
    spans = []
    for part in text.split(','):
        match = SPAN.fullmatch(part.strip())
        if not match:
            raise HoursError('syntax', part.strip())
        spans.append(_span(match))
        if spans[-1][0] >= DAY or spans[-1][1] > 2 * DAY or int(match[2]) > 59 or int(match[4]) > 59:
            raise HoursError('syntax', part.strip())
    return tuple(merge(spans))


def read_rules(text):
    """Return the plan of a text that says nothing of dates: ``10:00-14:00`` or ``Mo-Fr 09:00-12:00; Sa off``.

    :return: spans by weekday, of the days that the text names
    :raise HoursError: if it cannot be read
    """
    plan = {}
    for rule in text.split(';'):
        match = RULE.fullmatch(rule.strip())
        if not match:
            raise HoursError('syntax', rule.strip())
        spans = () if match['spans'].lower() in ('off', 'closed') else read_spans(match['spans'])
        plan.update(dict.fromkeys(_read_days(match['days']), spans))
    return plan


def _read_days(text):
    if not text:
        return range(len(DAYS))
    days = []
    for part in text.split(','):
        ends = [end.strip().capitalize() for end in part.split('-')]
        if len(ends) > 2 or not set(ends) <= set(DAYS):
            raise HoursError('syntax', part.strip())
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days += range(first, last + 1) if first <= last else [*range(first, len(DAYS)), *range(last + 1)]
    return days


def read(text, first, country=None):
    """Return what a text in OpenStreetMap's syntax says from a date on.

    :param str text: such as ``Mo-Fr 09:00-18:00; PH off; Dec 24 09:00-12:00``
    :param date first: a Monday or any other day; what departs from the week is looked for from here on
    :param str country: ISO 3166-1 alpha-2, for public holidays
    :rtype: Hours
    :raise HoursError: if it is no such text, or says what a week and dates cannot hold
    :raise ImportError: without the library
    """
    import opening_hours  # noqa: PLC0415, an optional library

    if len(text) > MAX_LENGTH:
        raise HoursError('length', str(len(text)))
    for code, pattern in REFUSED:
        if match := pattern.search(text):
            raise HoursError(code, match[0])
    return _read(opening_hours, text, first, country)


@functools.lru_cache(maxsize=256)
def _read(opening_hours, text, first, country):
    # Cached because an import gives many stores the same text.
    try:
        canonical = str(opening_hours.OpeningHours(text)).replace('closed', 'off')
        has_holidays = names_holidays(canonical)
        if has_holidays and not country:
            raise HoursError('no_country')
        usual = _days(opening_hours.OpeningHours, canonical, first, None)
        actual = _days(opening_hours.OpeningHours, canonical, first, country) if has_holidays else usual
    except opening_hours.ParserError as exc:
        raise HoursError('syntax', ' '.join(str(exc).splitlines()[-1:]).strip(' |=')) from exc
    except opening_hours.UnknownCountryError as exc:
        raise HoursError('country', country) from exc
    week = _week(usual, first)
    holidays = [first + timedelta(days=number) for number in range(READ_DAYS) if actual[number] != usual[number]]
    periods = [period for period in _periods(usual, week, first)
               if period.first != period.last or period.first not in holidays]
    # A holiday in a season stands as an exception of its own, since exceptions count before holidays.
    periods += [
        Period(day, day, {day.weekday(): actual[(day - first).days]},
               is_holiday=not any(period.first <= day <= period.last for period in periods))
        for day in holidays]
    if not any(week) and not any(spans for period in periods for spans in period.plan.values()):
        raise HoursError('never')
    if len(periods) > MAX_PERIODS:
        raise HoursError('periods', str(len(periods)))
    return Hours(canonical, week, periods)


def _days(evaluator, text, first, country):
    """Return the spans of the days from `first` on, each on the day on which it opens.

    The library tells instants, and closes a day from midnight to midnight also where the night of the day before
    lasts into it. So nights are cut at midnight before it is asked, and found again by asking once more for each kind.
    """
    nights = sorted({_span(match) for match in SPAN.finditer(text) if _span(match)[1] > DAY})
    # One day more on each side, for the nights that begin or end there.
    first -= timedelta(days=1)
    days = _ask(evaluator, _cut_nights(text, None), first, country)
    for span in nights:
        for number, spans in enumerate(_ask(evaluator, _cut_nights(text, span), first, country)):
            if spans and spans[-1][1] == DAY and not (days[number] and days[number][-1][1] >= DAY):
                days[number] = [*spans[:-1], (spans[-1][0], span[1])]
    return join_nights(days, cyclic=False)[1:]


def _cut_nights(text, kept):
    """Return the text with its nights a minute long, but one kind of them until midnight."""
    def cut(match):
        opens, closes = _span(match)
        if closes <= DAY:
            return match[0]
        return f'{clock(opens)}-{clock(DAY if (opens, closes) == kept else opens + 1)}'

    return SPAN.sub(cut, text)


def _ask(evaluator, text, first, country):
    start = datetime.combine(first, time.min)
    days = [[] for _number in range(READ_DAYS + 2)]
    for opens, closes, state, comment in evaluator(text, country=country).intervals(
            start, start + timedelta(days=len(days))):
        if str(state) == 'unknown' or comment:
            raise HoursError('unknown')
        if str(state) == 'open':
            for number in range((opens - start).days, min((closes - start).days + 1, len(days))):
                midnight = start + timedelta(days=number)
                span = (max((opens - midnight).total_seconds() // 60, 0),
                        min((closes - midnight).total_seconds() // 60, DAY))
                if span[0] < span[1]:
                    days[number].append((int(span[0]), int(span[1])))
    return days


def _week(days, first):
    """Return the most usual hours of each weekday."""
    week = []
    for weekday in range(len(DAYS)):
        counts = Counter(spans for number, spans in enumerate(days[:READ_DAYS])
                         if (first.weekday() + number) % len(DAYS) == weekday)
        week.append(counts.most_common(1)[0][0])
    return join_nights(week, cyclic=True)


def _periods(days, week, first):
    """Return the dates on which the week does not hold: seasons with weeks of their own, and single days."""
    periods, number = [], 0
    while number < READ_DAYS:
        if days[number] == week[(first.weekday() + number) % len(DAYS)]:
            number += 1
            continue
        last, plan = _season(days, week, first, number)
        if last - number < SEASON_DAYS:
            last = number
            while last + 1 < READ_DAYS and days[last + 1] == days[number] != week[
                    (first.weekday() + last + 1) % len(DAYS)]:
                last += 1
            plan = {(first.weekday() + day) % len(DAYS): days[number] for day in range(number, last + 1)}
        periods.append(Period(
            first + timedelta(days=number), first + timedelta(days=last), plan, is_holiday=False))
        number = last + 1
    return periods


def _season(days, week, first, start):
    """Return the last day that departs from the week while each weekday has hours of its own, and these hours."""
    plan, last, number = {}, start, start
    while number < READ_DAYS:
        weekday = (first.weekday() + number) % len(DAYS)
        if plan.setdefault(weekday, days[number]) != days[number]:
            break
        if days[number] != week[weekday]:
            last = number
        number += 1
    return last, {weekday: spans for weekday, spans in plan.items() if spans != week[weekday]}


def _span(match):
    opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if opens == 0 and closes == 0:
        return 0, DAY
    return opens, closes if closes > opens else closes + DAY


def names_holidays(text):
    """Tell whether a text says something of public holidays."""
    return bool(re.search(r'\bPH\b', text))
