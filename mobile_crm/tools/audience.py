"""What audiences are made of: comparisons as SQL."""
import math
import operator as operators
import re
from datetime import date, timedelta

from odoo.tools import SQL

from .company_days import start_of
from .geo import EARTH_RADIUS, distance_sql

# Farther back than any customer goes; a larger number means the same.
MOST_DAYS = 36500
INEQUALITIES = {'<': operators.lt, '<=': operators.le, '>': operators.gt, '>=': operators.ge}
TRUE, NOTHING = SQL('TRUE'), SQL()
_SQL_INEQUALITIES = {'<': SQL('<'), '<=': SQL('<='), '>': SQL('>'), '>=': SQL('>=')}


def number(value):
    """Return a number of a domain.

    :raise ValueError: when it is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return value


def whole(operator, value):
    """Return the whole numbers that a comparison allows as (least, most), None where there is no bound."""
    value = number(value)
    return {
        '<': (None, math.ceil(value) - 1),
        '<=': (None, math.floor(value)),
        '>': (math.floor(value) + 1, None),
        '>=': (math.ceil(value), None),
    }[operator]


def compared(expression, operator, value):
    """Return the condition that a number compares so.

    :param SQL expression: not NULL, or NULL where nothing is to match.
    :param str operator: ``in`` (with a collection) or an inequality.
    :rtype: SQL
    """
    if operator == 'in':
        return SQL('coalesce(%s IN %s, FALSE)', expression, tuple(number(each) for each in value))
    return SQL('coalesce(%s %s %s, FALSE)', expression, _SQL_INEQUALITIES[operator], number(value))


def version_compared(expression, operator, value):
    """Return the condition that a version compares so, number by number: 2.10 is later than 2.9.

    What follows the numbers, such as ``-beta``, is not looked at. A version without a number matches nothing.

    :param SQL expression: a text, or NULL.
    :param str operator: an inequality.
    :rtype: SQL
    """
    wanted = [int(part) for part in re.findall(r'\d+', (re.match(r'[\d.]*', str(value)))[0])]
    if not wanted:
        raise ValueError(f"{value!r} is not a version")
    # The substring is NULL where it does not match; a number of more digits fits no integer and is no version.
    return SQL(
        "coalesce(string_to_array(substring(%s FROM '^\\d{1,9}(?:\\.\\d{1,9})*'), '.')::integer[] %s %s, FALSE)",
        expression, _SQL_INEQUALITIES[operator], wanted)


def matches(figure, operator, value):
    """Tell whether a number compares so, as ``compared`` asks PostgreSQL."""
    if operator == 'in':
        return figure in {number(each) for each in value if each is not False}
    return INEQUALITIES[operator](figure, number(value))


def latest_since(happened, instant, *, is_before=False):
    """Return the condition that the latest of some facts was at an instant or later, or the last was before it.

    Written with EXISTS alone, so that PostgreSQL joins a million customers and looks up a single one.

    :param happened: a function of a condition's SQL (a comparison that follows the instant of a fact, such as
        ``>= '2026-01-01'``; or an empty one), that returns the condition that there is such a fact.
    :param bool is_before: whether the latest was before.
    """
    if is_before:
        return SQL('(%s AND NOT %s)', happened(SQL()), happened(SQL('>= %s', instant)))
    return happened(SQL('>= %s', instant))


def days_since(happened, operator, value, today, zone):
    """Return the condition on how many days of the calendar ago the latest of some facts was.

    Where there was none, no number matches. What is still to come counts as today's. ``False`` among the values of
    ``in`` stands for those without any.

    :param happened: see ``latest_since``.
    :param date today: in `zone`.
    :rtype: SQL
    """
    if operator == 'in':
        return any_of(
            SQL('NOT %s', happened(SQL())) if each is False
            else SQL('(%s AND %s)', *(days_since(happened, bound, each, today, zone) for bound in ('>=', '<=')))
            if number(each) == int(each) else SQL('FALSE')
            for each in value)
    least, most = whole(operator, value)
    if least is not None:
        if least <= 0:
            return happened(SQL())
        day = today - timedelta(days=min(least, MOST_DAYS) - 1)
        return latest_since(happened, start_of(day, zone), is_before=True)
    if most < 0:
        return SQL('FALSE')
    return latest_since(happened, start_of(today - timedelta(days=min(most, MOST_DAYS)), zone))


def first_day(happened, operator, value, zone):
    """Return the condition on the day of the first of some facts.

    :param happened: see ``latest_since``.
    :param operator, value: as a domain compares a date; False stands for those without any.
    :rtype: SQL
    """
    if operator == 'in':
        return any_of(
            SQL('NOT %s', happened(SQL())) if each is False
            else SQL('(%s AND %s)', *(first_day(happened, bound, each, zone) for bound in ('>=', '<=')))
            for each in value)
    day = value if isinstance(value, date) else date.fromisoformat(value)
    if operator in ('>', '<='):
        day += timedelta(days=1)
    before = happened(SQL('< %s', start_of(day, zone)))
    return before if operator in ('<', '<=') else SQL('(%s AND NOT %s)', happened(SQL()), before)


def any_of(conditions):
    """Return the condition that one of several holds."""
    return SQL('(%s)', SQL(' OR ').join(list(conditions) or [SQL('FALSE')]))


def anniversaries(today):
    """Return how many days it is to each day of the year, 0 to 365.

    Who was born on 29 February has their birthday on the 28th where there is no 29th.

    :rtype: dict[int, int]: by month * 100 + day of the month.
    """
    days = {}
    for number_of_days in range(366):
        day = today + timedelta(days=number_of_days)
        days.setdefault(day.month * 100 + day.day, number_of_days)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1:
            days.setdefault(229, number_of_days)
    return days


def anniversaries_within(today, operator, value):
    """Return the days of the year (month * 100 + day) that are so many days ahead as a domain compares.

    :rtype: list[int]
    """
    return [day for day, ahead in anniversaries(today).items() if matches(ahead, operator, value)]


def within_sql(latitude, longitude, store, kilometres):
    """Return the condition that a place lies within a distance of a store.

    :param SQL latitude, longitude: of the place, degrees, numeric as Odoo keeps them.
    :param SQL store: the alias of a located ``mobile_store``.
    :param float kilometres: of the great circle (see ``geo.distance``).
    :rtype: SQL
    """
    metres = 1000 * number(kilometres)
    # A hair more than the band of latitudes that the circle covers: few places are left for the exact formula.
    band = math.degrees(max(metres, 0) / EARTH_RADIUS) * 1.000001 + 1e-9
    return SQL(
        """(%(latitude)s BETWEEN (%(store)s.latitude - %(band)s)::numeric AND (%(store)s.latitude + %(band)s)::numeric
            AND %(distance)s <= %(metres)s)""",
        store=store, latitude=latitude, band=band, metres=metres, distance=home_distance(latitude, longitude, store))


def home_distance(latitude, longitude, store):
    """Return how many metres a place (see ``within_sql``) is from a store."""
    return distance_sql(
        SQL('%s::float8', latitude), SQL('%s::float8', longitude), SQL('%s.latitude', store),
        SQL('%s.longitude', store))
