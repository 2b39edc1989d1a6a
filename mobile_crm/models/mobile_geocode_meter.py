from datetime import UTC, datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_apart

# After so many failures in a row the service is left alone for a while, each time for twice as long.
PATIENCE = 3
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# No service is believed that wants us to come back later than this.
LONGEST_RETRY_AFTER = timedelta(days=1)


class MobileGeocodeMeter(models.Model):
    """How much a geocoding service has been asked, and when it may be asked next: one row for all workers and hosts.

    Each request takes a slot before it is sent, in a transaction of its own: one that is killed has counted. Slots are
    handed out one after the other; a host whose clock is ahead makes the others wait, and never lets two come closer
    than the rate allows.
    """

    _name = 'mobile.geocode.meter'
    _description = "Use of a Geocoding Service"
    _log_access = False

    provider_id = fields.Many2one(
        comodel_name='base.geo_provider', required=True, readonly=True, ondelete='cascade')
    next_at = fields.Datetime(required=True, readonly=True, help="When the next request may be sent.")
    day = fields.Date(required=True, readonly=True)
    used = fields.Integer(required=True, readonly=True, help="Requests of the day (UTC).")
    failures = fields.Integer(readonly=True, help="In a row.")
    paused_until = fields.Datetime(readonly=True)
    problem = fields.Char(readonly=True, help="The kind of the last failure (see GeocodingError).")
    stopped = fields.Boolean(readonly=True, help="Nothing is asked until a manager resumes.")

    _provider_unique = models.UniqueIndex('(provider_id)')

    # === BUSINESS METHODS: asking === #

    @api.model
    def _take(self, provider, now, patience):
        """Take the next slot for a request.

        :param datetime now: naive UTC.
        :param timedelta patience: how far off the slot may be.
        :return: the slot, or None; then ``_opens_at`` says when there may be one.
        :rtype: datetime | None
        """
        gap = timedelta(seconds=1 / provider.mobile_requests_per_second)
        rows = execute_apart(self.env, SQL(
            """INSERT INTO mobile_geocode_meter AS meter (provider_id, next_at, day, used)
               VALUES (%(provider)s, %(now)s::timestamp + %(gap)s, %(day)s, 1)
               ON CONFLICT (provider_id) DO UPDATE SET
                      next_at = greatest(meter.next_at, %(now)s::timestamp) + %(gap)s,
                      used = CASE WHEN meter.day = %(day)s THEN meter.used + 1 ELSE 1 END,
                      day = %(day)s
                WHERE meter.stopped IS NOT TRUE
                  AND (meter.paused_until IS NULL OR meter.paused_until <= %(now)s)
                  AND meter.next_at <= %(last)s
                  AND (%(quota)s = 0 OR meter.day <> %(day)s OR meter.used < %(quota)s)
               RETURNING next_at""",
            provider=provider.id, now=now, gap=gap, day=now.date(), last=now + patience,
            quota=provider.mobile_requests_per_day))
        return rows[0][0] - gap if rows else None

    @api.model
    def _read(self, provider):
        """Return the meter of a service as it stands for all workers, or an empty dict.

        :rtype: dict
        """
        names = ('next_at', 'day', 'used', 'failures', 'paused_until', 'problem', 'stopped')
        rows = execute_apart(self.env, SQL(
            'SELECT %s FROM mobile_geocode_meter WHERE provider_id = %s',
            SQL(', ').join(map(SQL.identifier, names)), provider.id))
        return dict(zip(names, rows[0], strict=True)) if rows else {}

    @api.model
    def _opens_at(self, provider, now):
        """Return when a service may be asked again: naive UTC, ``now`` for at once, or None while it is stopped."""
        meter = self._read(provider)
        if meter.get('stopped'):
            return None
        opens_at = max(now, meter.get('next_at') or now, meter.get('paused_until') or now)
        quota = provider.mobile_requests_per_day
        if quota and meter.get('day') == opens_at.date() and meter['used'] >= quota:
            opens_at = _next_day(opens_at)
        return opens_at

    # === BUSINESS METHODS: what came of it === #

    @api.model
    def _succeeded(self, provider):
        """Note that the service has answered."""
        execute_apart(self.env, SQL(
            """UPDATE mobile_geocode_meter SET failures = 0, problem = NULL, paused_until = NULL
                WHERE provider_id = %s AND (failures > 0 OR problem IS NOT NULL)""", provider.id))

    @api.model
    def _failed(self, provider, error, now):
        """Note that the service has not answered, and leave it alone for as long as that takes.

        :param GeocodingError error: why.
        """
        stop = error.kind in ('refused', 'misplaced')
        until = None
        if error.retry_after is not None:
            until = now + min(timedelta(seconds=min(error.retry_after, 1e6)), LONGEST_RETRY_AFTER)
        elif error.kind == 'quota':
            until = _next_day(now)
        # A service that says how long is believed, the others are asked at growing intervals.
        patience = 0 if error.kind == 'busy' else PATIENCE - 1
        execute_apart(self.env, SQL(
            """UPDATE mobile_geocode_meter
                  SET failures = coalesce(failures, 0) + 1,
                      problem = %(kind)s,
                      stopped = coalesce(stopped, FALSE) OR %(stop)s,
                      paused_until = CASE
                          WHEN %(until)s::timestamp IS NOT NULL THEN %(until)s::timestamp
                          WHEN coalesce(failures, 0) < %(patience)s THEN NULL
                          ELSE %(now)s::timestamp + least(
                              %(first)s * power(2, least(coalesce(failures, 0) - %(patience)s, 20)), %(longest)s) END
                WHERE provider_id = %(provider)s""",
            kind=error.kind, stop=stop, until=until, patience=patience, now=now, first=FIRST_PAUSE,
            longest=LONGEST_PAUSE, provider=provider.id))

    @api.model
    def _stop(self, provider, now):
        """Ask nothing more until somebody resumes."""
        execute_apart(self.env, SQL(
            """INSERT INTO mobile_geocode_meter (provider_id, next_at, day, used, stopped)
               VALUES (%s, %s, %s, 0, TRUE) ON CONFLICT (provider_id) DO UPDATE SET stopped = TRUE, problem = NULL""",
            provider.id, now, now.date()))

    @api.model
    def _resume(self, provider):
        """Let the service be asked again, as if nothing had failed. What was asked today stays counted."""
        execute_apart(self.env, SQL(
            """UPDATE mobile_geocode_meter SET stopped = FALSE, failures = 0, problem = NULL, paused_until = NULL
                WHERE provider_id = %s""", provider.id))


def _next_day(moment):
    return datetime.combine(moment.date() + timedelta(days=1), time.min, tzinfo=UTC).replace(tzinfo=None)
