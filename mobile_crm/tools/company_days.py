"""Days as a company's calendar has them, and the instants at which they begin."""
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def zone_of(company):
    """Return the time zone in which a company's days begin.

    :param company: ``res.company``.
    :rtype: ZoneInfo
    """
    return ZoneInfo(company.sudo().partner_id.tz or 'UTC')


def start_of(day, zone):
    """Return the instant (naive UTC) at which a day begins in a time zone."""
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)


def day_of(instant, zone):
    """Return the day that it is in a time zone at an instant (naive UTC)."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()
