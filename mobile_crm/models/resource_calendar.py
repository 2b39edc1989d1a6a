import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..tools import hours_text
from ..tools.opening import DAY, local_date, merge, to_utc

_logger = logging.getLogger(__name__)

# The dates that follow from a text are worked out again when fewer days of them are left.
RENEW_DAYS, RETRY_DAYS = 330, 30
RENEW_BATCH = 200


class ResourceCalendar(models.Model):
    _inherit = 'resource.calendar'

    mobile_opening_hours = fields.Char(
        string="Opening Hours as Text", readonly=True, copy=False, index='btree_not_null',
        help="The text in OpenStreetMap's syntax from which these hours were made. Empty as soon as somebody has "
             "edited them.")
    mobile_opening_country = fields.Char(
        string="Country of Public Holidays", readonly=True, copy=False, help="ISO 3166-1 alpha-2")
    mobile_opening_until = fields.Date(string="Special Days Worked out Until", readonly=True, copy=False)
    mobile_is_of_staff = fields.Boolean(
        string="Working Time of Staff", compute='_compute_mobile_is_of_staff', search='_search_mobile_is_of_staff',
        help="Somebody works by this calendar, or it is what a company gives its new employees.")

    # === COMPUTE METHODS === #

    def _compute_mobile_is_of_staff(self):
        ids = self._mobile_ids_of_staff()
        for calendar in self:
            calendar.mobile_is_of_staff = calendar._origin.id in ids

    def _search_mobile_is_of_staff(self, operator, value):
        if operator != 'in':
            return NotImplemented
        of_staff = Domain('id', 'in', list(self._mobile_ids_of_staff()))
        return of_staff if True in value else ~of_staff

    @api.model
    def _mobile_ids_of_staff(self):
        self.env['resource.resource'].flush_model(['calendar_id'])
        self.env['res.company'].flush_model(['resource_calendar_id'])
        return {calendar_id for calendar_id, in self.env.execute_query(SQL(
            """SELECT calendar_id FROM resource_resource WHERE calendar_id IS NOT NULL
                UNION SELECT resource_calendar_id FROM res_company WHERE resource_calendar_id IS NOT NULL"""))}

    # === ACCESS === #

    def _check_access(self, operation):
        """Override: managers of Mobile CRM keep the hours of their companies' stores, not those of their colleagues."""
        return super()._check_access(operation) or self._mobile_check_keeper(self, operation)

    def _mobile_check_keeper(self, records, operation):
        """Return what ``_check_access`` does, for records of these calendars.

        No record rule: it would bind those, too, whom another group lets edit calendars.
        """
        if self.env.su or operation == 'read' or not any(self._ids):
            return None
        manager = self.env.ref('mobile_crm.group_mobile_crm_manager')
        if self.env['ir.model.access'].sudo().search_count([
                ('model_id.model', '=', 'resource.calendar'), ('perm_write', '=', True), ('group_id', '!=', manager.id),
                ('group_id', 'in', [False, *self.env.user._get_group_ids()])], limit=1):
            return None
        refused = self.sudo().filtered(lambda calendar: calendar.mobile_is_of_staff or (
            calendar.company_id and calendar.company_id not in self.env.companies))
        if not refused:
            return None
        theirs = refused if records == self else records.filtered(lambda record: record.sudo().calendar_id in refused)
        return theirs.with_env(self.env), lambda: AccessError(self.env._(
            "“%s” is the working time of staff, or of another company: ask an administrator to change it, or give the "
            "stores a calendar of their own.", refused[0].name))

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {'tz', 'company_id', 'two_weeks_calendar'}:
            self.env['mobile.opening']._forget()
        return res

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_from_text(self, text, company, tz, country):
        """Return the calendar that a text stands for; stores with the same text share one.

        :param str text: in OpenStreetMap's ``opening_hours`` syntax
        :param company: ``res.company``
        :param str tz: time zone
        :param str country: ISO 3166-1 alpha-2 or False, for public holidays
        :raise UserError: if the text cannot be read
        """
        hours = self._mobile_read_text(text, tz, country)
        country = country if hours_text.names_holidays(hours.text) else False
        calendar = self.with_context(active_test=False).search([
            ('mobile_opening_hours', '=', hours.text), ('company_id', '=', company.id), ('tz', '=', tz),
            ('mobile_opening_country', '=', country)], limit=1)
        if calendar:
            calendar.filtered(lambda calendar: not calendar.active).active = True
            return calendar
        calendar = self.with_context(mobile_opening_from_text=True).create({
            'name': hours.text,
            'company_id': company.id,
            'tz': tz,
            'two_weeks_calendar': False,
            'global_leave_ids': [Command.clear()],
            'attendance_ids': [Command.clear(), *self._mobile_week_lines(hours.week)],
            'mobile_opening_hours': hours.text,
            'mobile_opening_country': country,
        })
        calendar._mobile_add_periods(hours.periods)
        return calendar

    @api.model
    def _mobile_read_text(self, text, tz, country):
        try:
            return hours_text.read(text, local_date(tz, fields.Datetime.now()), country or None)
        except hours_text.HoursError as exc:
            raise UserError(self._mobile_refusal(text, exc)) from exc
        except ImportError as exc:
            raise UserError(self.env._(
                "Reading opening hours from text needs the Python package opening-hours-py on Odoo's server. Install "
                "it (pip install opening-hours-py), or enter the hours in a calendar.")) from exc

    def _mobile_refusal(self, text, error):
        reasons = {
            'sun': self.env._("The sun's hours (%s) are not known: write times.", error.detail),
            'comment': self.env._("Comments cannot be kept: leave out what is in quotation marks."),
            'fallback': self.env._("Fallback rules (||) cannot be kept: separate rules by a semicolon."),
            'open_end': self.env._("An open end (+) cannot be kept: write when the store closes."),
            'repetition': self.env._("Repeated times (/) are no opening hours."),
            'unknown': self.env._("Hours that are not known cannot be kept: write when the store is open."),
            'school': self.env._("School holidays (SH) are not known: write their dates."),
            'length': self.env._("The text is longer than %s characters.", hours_text.MAX_LENGTH),
            'country': self.env._("The public holidays of %s are not known: write their dates.", error.detail),
            'no_country': self.env._("Which public holidays (PH) count? Enter the country of the store first."),
            'never': self.env._("The store would never be open. Archive a store that has closed down."),
            'periods': self.env._(
                "It departs from a usual week %s times a year: that is more than can be kept.", error.detail),
        }
        reason = reasons.get(error.code) or self.env._(
            "It is not in OpenStreetMap's syntax (%s), such as Mo-Fr 09:00-18:00; Sa 10:00-14:00; PH off.",
            error.detail)
        return self.env._("The opening hours “%(text)s” cannot be read. %(reason)s", text=text[:100], reason=reason)

    def _mobile_week_lines(self, week):
        """Return the commands for the lines of a week; Odoo's lines end at midnight."""
        days = [[] for _day in week]
        for day, spans in enumerate(week):
            for opens, closes in spans:
                days[day].append((opens, min(closes, DAY)))
                days[(day + 1) % len(week)].append((0, closes - DAY))
        names = dict(self.env['resource.calendar.attendance']._fields['dayofweek']._description_selection(self.env))
        return [
            Command.create({
                'name': names[str(day)], 'dayofweek': str(day), 'hour_from': opens / 60, 'hour_to': closes / 60,
                'day_period': 'full_day' if len(merge(spans)) == 1 else 'morning' if opens < DAY // 2 else 'afternoon'})
            for day, spans in enumerate(days) for opens, closes in merge(spans)]

    def _mobile_add_periods(self, periods):
        """Add what departs from the week: public holidays, and exceptions for all stores with this calendar."""
        self.ensure_one()
        zone = self.env['mobile.opening']._zone(self.tz)
        self.env['resource.calendar.leaves'].with_context(mobile_opening_from_text=True).create([{
            'name': self.env._("Public holiday"),
            'calendar_id': self.id,
            'company_id': self.company_id.id,
            'date_from': to_utc(period.first, 0, zone),
            'date_to': to_utc(period.last, DAY, zone) - timedelta(seconds=1),
        } for period in periods if period.is_holiday and not any(period.plan.values())])
        exceptional = [period for period in periods if not period.is_holiday or any(period.plan.values())]
        texts = [hours_text.write_hours(period.first, period.last, period.plan) for period in exceptional]
        self.env['mobile.opening.exception'].with_context(mobile_opening_from_text=True).create([{
            'name': self.env._("Other hours") if any(period.plan.values()) else self.env._("Closed"),
            'company_id': self.company_id.id,
            'calendar_ids': [Command.set(self.ids)],
            'date_from': period.first,
            'date_to': period.last,
            'is_closed': text == 'off',
            'hours': text != 'off' and text,
            'is_from_text': True,
        } for period, text in zip(exceptional, texts, strict=True)])
        self.mobile_opening_until = (
            local_date(self.tz, fields.Datetime.now()) + timedelta(days=hours_text.READ_DAYS))

    @api.autovacuum
    def _mobile_renew_periods(self):
        """Work out the coming special days again, for texts that name public holidays or dates of every year."""
        today = fields.Date.today()
        calendars = self.with_context(mobile_opening_from_text=True).search([
            ('mobile_opening_hours', '!=', False),
            ('mobile_opening_until', '<', today + timedelta(days=RENEW_DAYS))], limit=RENEW_BATCH)
        for calendar in calendars:
            try:
                hours = calendar._mobile_read_text(
                    calendar.mobile_opening_hours, calendar.tz, calendar.mobile_opening_country)
            except UserError:
                # The library is gone, or has learned to refuse the text.
                _logger.info("The opening hours of calendar %s could not be read again", calendar.id)
                calendar.mobile_opening_until = today + timedelta(days=RENEW_DAYS + RETRY_DAYS)
                continue
            calendar.env['mobile.opening.exception'].search(
                [('calendar_ids', 'in', calendar.ids), ('is_from_text', '=', True), ('date_to', '>=', today)]).unlink()
            calendar.env['resource.calendar.leaves'].search(
                [('calendar_id', '=', calendar.id), ('resource_id', '=', False), ('date_from', '>=', today)]).unlink()
            calendar._mobile_add_periods(hours.periods)
        return len(calendars), len(calendars) == RENEW_BATCH
