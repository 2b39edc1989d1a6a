from odoo import api, fields, models
from odoo.tools import SQL

LOCAL_TIME = 'mobile_crm_local_time'
MINUTES_PER_DAY = 24 * 60


class MobileQuietHours(models.Model):
    """A span of the customer's own wall clock in which no campaign reaches them.

    It begins on each of its days. One that ends before it begins lasts into the next day; one that ends when it begins
    is the whole day, from midnight to midnight.
    """

    _name = 'mobile.quiet.hours'
    _description = "Quiet Hours"
    _order = 'id'

    preference_id = fields.Many2one(
        comodel_name='mobile.preference', required=True, readonly=True, index=True, ondelete='cascade')
    days = fields.Char(required=True, readonly=True, help="Digits, 0 is Monday.")
    start_minute = fields.Integer(required=True, readonly=True, help="Minutes since midnight.")
    end_minute = fields.Integer(required=True, readonly=True, help="Minutes since midnight.")

    _days_valid = models.Constraint("CHECK (days ~ '^[0-6]{1,7}$')", "Days are 0 (Monday) to 6.")
    _minutes_valid = models.Constraint(
        f'CHECK (start_minute >= 0 AND start_minute < {MINUTES_PER_DAY}'
        f' AND end_minute >= 0 AND end_minute < {MINUTES_PER_DAY})',
        "A time is between 00:00 and 23:59.")

    def init(self):
        """Create the function that reads a wall clock: in the first of some zones that PostgreSQL knows, else in UTC.

        What a phone or Odoo calls a zone may be missing from the database server's own list, and must not make the
        statement fail that decides about a customer.
        """
        self.env.cr.execute(SQL(
            """CREATE OR REPLACE FUNCTION %s(moment timestamp, zones text[]) RETURNS timestamp
               LANGUAGE plpgsql STABLE AS $$
               DECLARE zone text;
               BEGIN
                   FOREACH zone IN ARRAY zones LOOP
                       CONTINUE WHEN zone IS NULL;
                       BEGIN
                           RETURN moment AT TIME ZONE 'UTC' AT TIME ZONE zone;
                       EXCEPTION WHEN invalid_parameter_value THEN
                           CONTINUE;
                       END;
                   END LOOP;
                   RETURN moment;
               END $$""", SQL.identifier(LOCAL_TIME)))

    # === COMPUTE METHODS === #

    @api.depends('days', 'start_minute', 'end_minute')
    def _compute_display_name(self):
        names = dict(self.env['resource.calendar.attendance']._fields['dayofweek']._description_selection(self.env))
        for span in self:
            days = span.days or ''
            if days == ''.join(names):
                days = self.env._("Every day")
            elif len(days) > 2 and days in ''.join(names):
                days = f'{names[days[0]]}-{names[days[-1]]}'
            else:
                days = ', '.join(names[day] for day in days)
            span.display_name = f'{days}: {span._clock(span.start_minute)}-{span._clock(span.end_minute)}'

    # === BUSINESS METHODS === #

    @api.model
    def _clock(self, minute):
        return f'{minute // 60:02}:{minute % 60:02}'

    @api.model
    def _covers_sql(self, local):
        """Return the condition that the row ``quiet`` covers a moment.

        :param SQL local: a timestamp, as the customer's wall clock shows it.
        """
        # OFFSET keeps PostgreSQL from putting the clock in wherever it is named, and looking at it a dozen times.
        return SQL(
            """(SELECT CASE
                    WHEN quiet.start_minute < quiet.end_minute
                    THEN today AND minute >= quiet.start_minute AND minute < quiet.end_minute
                    WHEN quiet.start_minute > quiet.end_minute
                    THEN today AND minute >= quiet.start_minute OR yesterday AND minute < quiet.end_minute
                    ELSE today END
                  FROM (SELECT extract(hour FROM clock)::int * 60 + extract(minute FROM clock)::int AS minute,
                               strpos(quiet.days, (extract(isodow FROM clock)::int - 1)::text) > 0 AS today,
                               strpos(quiet.days, ((extract(isodow FROM clock)::int + 5) %% 7)::text) > 0 AS yesterday
                          FROM (SELECT %s AS clock OFFSET 0) AS wall OFFSET 0) AS reading)""", local)

    @api.model
    def _local_sql(self, now, *zones):
        """Return a moment on the wall clock of the first known zone.

        :param datetime now: naive UTC.
        :param SQL zones: names of time zones, or NULL.
        """
        return SQL('%s(%s, ARRAY[%s]::text[])', SQL.identifier(LOCAL_TIME), now, SQL(', ').join(zones))

    @api.model
    def _drop_function(self):
        """Remove the function with the addon."""
        self.env.cr.execute(SQL('DROP FUNCTION IF EXISTS %s(timestamp, text[])', SQL.identifier(LOCAL_TIME)))
