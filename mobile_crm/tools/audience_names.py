"""The names that the domain of an audience may use, the same as in the favourites that Odoo's web client keeps."""
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

from odoo.tools.safe_eval import dateutil
from odoo.tools.safe_eval import time as safe_time


def names(now, zone, uid):
    """Return what the names of a domain stand for.

    :param datetime now: naive UTC.
    :param ZoneInfo zone: whose days count; the same for who composes the audience and for who is offered something.
    :param int uid: of the user who is meant by "my".
    :rtype: dict
    """
    local = now.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)

    class Date(date):
        """A day; ``today`` is the company's."""

        @classmethod
        def today(cls):
            return cls(local.year, local.month, local.day)

        def to_utc(self):
            return self

    class Moment(datetime):
        """An instant on the company's clock, which the web client's ``to_utc`` brings to what is stored."""

        @classmethod
        def now(cls):
            return cls(*local.timetuple()[:6])

        def to_utc(self):
            instant = self.replace(tzinfo=zone).astimezone(UTC)
            return Moment(*instant.timetuple()[:6])

    return {
        'context_today': Date.today,
        'current_date': Date.today().isoformat(),
        'datetime': SimpleNamespace(date=Date, datetime=Moment, time=time, timedelta=timedelta),
        'now': f'{local:%Y-%m-%d %H:%M:%S}',
        'relativedelta': dateutil.relativedelta.relativedelta,
        'time': safe_time,
        'today': Date.today().isoformat(),
        'uid': uid,
    }
