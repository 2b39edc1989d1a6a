"""Time that passes while a store is open."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo.addons.mobile_crm.tools.opening import local_date


def after_open(schedule, tz, now, minutes, days):
    """Return the instant at which a store will have been open for so long, from now on.

    :param Schedule schedule: None when nobody knows the hours: then every hour counts.
    :param str tz: the store's time zone.
    :param datetime now: naive UTC.
    :param int minutes: of opening.
    :param int days: how far to look ahead.
    :return: naive UTC; None when it is not open for so long in these days.
    :rtype: datetime | None
    """
    left, until = timedelta(minutes=minutes), now
    if schedule is None:
        return now + left
    today = local_date(tz, now)
    # What opened before yesterday or the day before is over (see ``tools.opening``).
    for opens, closes in schedule.intervals(ZoneInfo(tz), today - timedelta(days=2), today + timedelta(days=days)):
        # Hours that overlap, as nights and special days may, pass once.
        start = max(opens, until)
        if start >= closes:
            continue
        if closes - start >= left:
            return start + left
        left -= closes - start
        until = closes
    return None
