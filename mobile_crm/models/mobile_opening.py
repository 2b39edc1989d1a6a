from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytz
from babel.dates import get_day_names

from odoo import api, fields, models, tools
from odoo.tools import SQL, format_date, format_time, get_lang
from odoo.tools.misc import babel_locale_parse

from ..tools import hours_text
from ..tools.opening import DAY, SPECIAL_DAYS, Holiday, Schedule, join_nights, local_date

# Hours kept in the cache; they are read again when there are more.
MAX_SCHEDULES = 20_000
# An exception of a store, of its calendar, of the company: which one counts.
STORES, CALENDARS, COMPANY = range(3)


class MobileOpening(models.AbstractModel):
    """Opening hours: a week, public holidays and exceptional days, in a time zone of one's own."""

    _name = 'mobile.opening'
    _description = "Opening Hours"

    tz = fields.Selection(
        selection=lambda self: self.env['res.partner']._fields['tz']._description_selection(self.env),
        string="Time Zone", required=True, default=lambda self: self.env.user.tz or 'UTC')
    calendar_id = fields.Many2one(
        string="Opening Hours", comodel_name='resource.calendar', check_company=True, index='btree_not_null',
        help="The working times of this calendar are the hours at which the store is open, in the store's time zone. "
             "On the calendar's public holidays it is closed.")
    exception_ids = fields.Many2many(
        string="Exceptional Days", comodel_name='mobile.opening.exception',
        relation='mobile_opening_exception_store_rel', column1='store_id', column2='exception_id', check_company=True)
    opening_hours = fields.Char(
        string="Hours as Text", compute='_compute_opening_hours', inverse='_inverse_opening_hours',
        help="OpenStreetMap's opening_hours, e.g. Mo-Fr 09:00-18:00; Fr 22:00-02:00; Dec 24 09:00-12:00; PH off. "
             "Stores with the same text share a calendar. Exceptional days that you entered stay as they are.")
    opening = fields.Selection(
        string="Now", selection=[('open', "Open"), ('closed', "Closed")], compute='_compute_opening',
        help="By the opening hours, at this moment. Empty while the hours are not known.")
    opening_note = fields.Char(string="Next Change", compute='_compute_opening')
    opening_week = fields.Text(string="Week", compute='_compute_opening')
    opening_special_days = fields.Text(string="Coming Special Days", compute='_compute_opening')

    # === COMPUTE METHODS === #

    @api.depends('calendar_id', 'tz', 'exception_ids')
    @api.depends_context('lang')
    def _compute_opening(self):
        now = fields.Datetime.now()
        schedules = self._schedules({store._schedule_key() for store in self})
        for store in self:
            schedule, tz = schedules[store._schedule_key()], store.tz or 'UTC'
            is_open, change = schedule.opening(tz, now) if schedule else (None, None)
            store.opening = {True: 'open', False: 'closed', None: False}[is_open]
            store.opening_note = store._describe_change(is_open, change)
            store.opening_week = schedule and store._describe_week(schedule)
            special_days = schedule.special_days(local_date(tz, now), SPECIAL_DAYS) if schedule else ()
            store.opening_special_days = '\n'.join(
                self.env._("%(date)s: %(hours)s (%(reason)s)", reason=day.name,
                           date=format_date(self.env, day.date, date_format='EEE d MMM'),
                           hours=store._describe_spans(day.spans)) for day in special_days) or False

    @api.depends('calendar_id', 'tz', 'exception_ids', 'calendar_id.mobile_opening_hours')
    def _compute_opening_hours(self):
        for store in self:
            store.opening_hours = '; '.join(store._rules()) or False

    def _inverse_opening_hours(self):
        Calendar = self.env['resource.calendar']
        for store in self:
            rules = [rule.strip() for rule in (store.opening_hours or '').split(';') if rule.strip()]
            if rules != store._rules():
                # The exceptional days are in the text, and stay where they are.
                kept = set(store._exception_rules())
                text = '; '.join(rule for rule in rules if rule not in kept)
                store.calendar_id = text and Calendar._mobile_from_text(
                    text, store.company_id, store.tz, store.partner_id.country_id.code)
        # What is read is the text as the calendar writes it.
        self.invalidate_recordset(['opening_hours'], flush=False)

    # === BUSINESS METHODS: reading === #

    @api.model
    def _zone(self, tz):
        return ZoneInfo(tz or 'UTC')

    def _schedule_key(self):
        """Return what decides about the hours, see `_schedules`; a store's own id is not part of it."""
        self.ensure_one()
        ids = self.sudo().exception_ids._origin.ids
        return self.calendar_id._origin.id or None, self.company_id._origin.id, tuple(sorted(ids))

    @api.model
    def _schedules(self, keys):
        """Return opening hours, from a cache.

        :param keys: iterable of (id of ``resource.calendar`` or None, id of ``res.company``, sorted ids of
            ``mobile.opening.exception``)
        :return: by key; None where nobody entered the hours
        :rtype: dict[tuple, Schedule | None]
        """
        cache = self._schedule_cache()
        schedules = {key: cache[key] for key in keys if key in cache}
        if missing := set(keys) - schedules.keys():
            loaded = self._load_schedules(missing)
            if len(cache) + len(loaded) > MAX_SCHEDULES:
                cache.clear()
            cache.update(loaded)
            schedules |= loaded
        return schedules

    @tools.ormcache('self.env.lang', cache='stable')
    def _schedule_cache(self):
        # One entry of Odoo's cache holds all: thousands of calendars would push out what Odoo itself keeps there.
        return {}

    @api.model
    def _forget(self):
        """Forget the hours that were read, in all workers."""
        self.env.registry.clear_cache('stable')

    @api.model
    def _load_schedules(self, keys):
        # The caller may be a phone that may not read calendars; hours are public.
        calendars = self.env['resource.calendar'].sudo().browse({key[0] for key in keys if key[0]}).exists()
        company_ids = {key[1] for key in keys}
        lines = self.env['resource.calendar.attendance'].sudo().search(
            [('calendar_id', 'in', calendars.ids), ('day_period', '!=', 'lunch'), ('display_type', '=', False)]
        ).grouped('calendar_id')
        leaves = self.env['resource.calendar.leaves'].sudo().search([
            ('resource_id', '=', False), ('time_type', '=', 'leave'),
            '|', ('calendar_id', 'in', calendars.ids),
            '&', ('calendar_id', '=', False), ('company_id', 'in', [False, *company_ids])])
        exceptions = self.env['mobile.opening.exception'].sudo().search([
            ('company_id', 'in', list(company_ids)),
            '|', ('id', 'in', list({number for key in keys for number in key[2]})),
            '|', ('calendar_ids', 'in', calendars.ids),
            '&', ('calendar_ids', '=', False), ('store_ids', '=', False)])
        ranks = {exception: exception._exceptional() for exception in exceptions}
        weeks = {calendar: _weeks(calendar, lines.get(calendar, ())) for calendar in calendars}
        schedules = {}
        for calendar_id, company_id, exception_ids in keys:
            calendar = calendars.browse(calendar_id) & calendars
            if not calendar:
                schedules[calendar_id, company_id, exception_ids] = None
                continue
            counting = self._counting(exceptions, calendar, company_id, exception_ids)
            schedule = Schedule(
                weeks[calendar], tuple(ranks[exception] for exception in counting),
                tuple(_holiday(leave, calendar.tz) for leave in leaves
                      if leave.calendar_id == calendar or (not leave.calendar_id and (
                          not leave.company_id or leave.company_id.id == (calendar.company_id.id or company_id)))))
            schedules[calendar_id, company_id, exception_ids] = schedule if schedule.is_known else None
        return schedules

    @api.model
    def _counting(self, exceptions, calendar, company_id, exception_ids):
        """Return those of the exceptions that hold for a store, what counts most first."""
        def rank(exception):
            if exception.id in exception_ids:
                return STORES
            if calendar in exception.calendar_ids:
                return CALENDARS
            return None if exception.calendar_ids or exception.store_ids else COMPANY

        ranks = {exception: rank(exception) for exception in exceptions if exception.company_id.id == company_id}
        return sorted(
            (exception for exception in ranks if ranks[exception] is not None),
            key=lambda exception: (ranks[exception], exception.date_to - exception.date_from, -exception.id))

    @api.model
    def _exceptions_sql(self, store):
        """Return the ids of a store's own exceptions that are not over, as an array, for `_schedules`.

        :param SQL store: the id of the store
        """
        # Whatever the time zone, what ended two days ago is over.
        return SQL(
            """ARRAY(SELECT rel.exception_id
                       FROM mobile_opening_exception_store_rel rel
                       JOIN mobile_opening_exception exception ON exception.id = rel.exception_id
                      WHERE rel.store_id = %s AND exception.date_to >= %s
                   ORDER BY rel.exception_id)""", store, fields.Date.today() - timedelta(days=2))

    # === BUSINESS METHODS: as text === #

    def _rules(self):
        """Return the present hours as rules of OpenStreetMap's ``opening_hours``; none when they are not known."""
        self.ensure_one()
        schedule = self._schedules([self._schedule_key()])[self._schedule_key()]
        if not schedule or len(schedule.weeks) > 1:
            # Weeks that take turns are not in the syntax: its odd weeks follow each other at the turn of some years.
            return []
        calendar = self.sudo().calendar_id
        if calendar.mobile_opening_hours:
            rules = [rule.strip() for rule in calendar.mobile_opening_hours.split(';')]
        else:
            rules = hours_text.write_week(schedule.weeks[0]).split('; ') + self._holiday_rules(schedule)
        return rules + self._exception_rules()

    def _holiday_rules(self, schedule):
        """Return the rules for the calendar's holidays: whole days are ``PH off``, others are named with their date."""
        today = local_date(self.tz or 'UTC', fields.Datetime.now())
        coming = [holiday for holiday in schedule.holidays if holiday.end.date() >= today]
        whole = [holiday for holiday in coming if holiday.end - holiday.start == timedelta(days=1)
                 and holiday.start == datetime.combine(holiday.start.date(), time.min)]
        rules = []
        for holiday in coming:
            if holiday not in whole:
                last = (holiday.end - timedelta(minutes=1)).date()
                for offset in range(min((last - holiday.start.date()).days + 1, hours_text.READ_DAYS)):
                    day = holiday.start.date() + timedelta(days=offset)
                    spans, name = schedule.plan(day)
                    if name is not None:
                        rules.append(hours_text.write_period(day, day, {day.weekday(): spans}))
        return (['PH off'] if whole else []) + rules

    def _exception_rules(self):
        """Return the rules for exceptional days that were entered by hand, what counts most last."""
        calendar, company_id, exception_ids = self.sudo().calendar_id, self.company_id.id, self._schedule_key()[2]
        today = local_date(self.tz or 'UTC', fields.Datetime.now())
        exceptions = self.env['mobile.opening.exception'].sudo().search([
            ('company_id', '=', company_id), ('date_to', '>=', today),
            '|', ('id', 'in', exception_ids), '|', ('calendar_ids', 'in', calendar.ids),
            '&', ('calendar_ids', '=', False), ('store_ids', '=', False)])
        if calendar.mobile_opening_hours:
            exceptions = exceptions.filtered(lambda exception: not exception.is_from_text)
        rules = [
            hours_text.write_period(exception.date_from, exception.date_to, exception._plan())
            for exception in reversed(self._counting(exceptions, calendar, company_id, exception_ids))]
        return [rule for text in rules for rule in text.split('; ')]

    # === BUSINESS METHODS: for people === #

    def _describe_change(self, is_open, change):
        if not change:
            return False
        zone = pytz.timezone(self.tz or 'UTC')
        local = pytz.utc.localize(change).astimezone(zone)
        when = format_date(self.env, local.date(), date_format='EEE d MMM') + ' ' + format_time(
            self.env, local.time(), time_format='short')
        return self.env._("Closes %s", when) if is_open else self.env._("Opens %s", when)

    def _describe_week(self, schedule):
        """Return the hours of each weekday, a line for days in a row with the same."""
        names = get_day_names('abbreviated', locale=babel_locale_parse(get_lang(self.env).code))
        weeks = []
        for week in schedule.weeks:
            runs = []
            for day, spans in enumerate(week):
                if runs and runs[-1][2] == spans:
                    runs[-1][1] = day
                else:
                    runs.append([day, day, spans])
            weeks.append('\n'.join(
                f'{names[first]}{f" - {names[last]}" if last > first else ""}: {self._describe_spans(spans)}'
                for first, last, spans in runs))
        return '\n\n'.join(weeks)

    def _describe_spans(self, spans):
        def clock(minutes):
            hour, minute = divmod(minutes % DAY, 60)
            return format_time(self.env, time(hour, minute), time_format='short')

        return ', '.join(f'{clock(opens)} - {clock(closes)}' for opens, closes in spans) or self.env._("closed")


def _weeks(calendar, lines):
    """Return a calendar's week, or its two that take turns, as ``Schedule`` has them."""
    count = 2 if calendar.two_weeks_calendar else 1
    days = [[] for _day in range(7 * count)]
    for line in lines:
        opens, closes = round(line.hour_from * 60), round(line.hour_to * 60)
        week = int(line.week_type) if count > 1 and line.week_type else 0
        # Odoo's form keeps a line within its day, an import does not: 22:00 to 02:00 is past midnight.
        if 0 <= opens < DAY and opens != closes:
            days[7 * week + int(line.dayofweek)].append((opens, closes if closes > opens else closes + DAY))
    days = join_nights(days, cyclic=True)
    return tuple(days[7 * week:7 * week + 7] for week in range(count))


def _holiday(leave, tz):
    """Return a public holiday. Odoo keeps instants, but what is meant is what the calendar's clock shows then."""
    zone = ZoneInfo(tz or 'UTC')

    def to_local(moment):
        return moment.replace(second=0, microsecond=0, tzinfo=UTC).astimezone(zone).replace(tzinfo=None)

    # Odoo's holidays end a second before midnight, those that people enter a minute.
    end = to_local(leave.date_to + timedelta(seconds=59))
    if (end.hour, end.minute) == (23, 59):
        end += timedelta(minutes=1)
    return Holiday(to_local(leave.date_from), end, leave.name or leave.env._("Holiday"))
