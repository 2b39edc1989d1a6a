from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.opening import DAY, Exceptional, Holiday, Schedule, join_nights, odd_week, to_utc
from .common import MobileCommon

# Each day 9 to 18, Friday until midnight and Saturday from midnight to 2: open through the night.
HOURS = [*((day, 9, 18) for day in range(4)), (4, 9, 24), (5, 0, 2), (5, 10, 18)]
ZONES = ['Europe/Berlin', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC']
MINUTE = timedelta(minutes=1)

quarters = st.integers(0, 95).map(lambda quarter: 15 * quarter)
spans = st.tuples(quarters, st.integers(1, 96).map(lambda quarter: 15 * quarter)).map(
    lambda span: (span[0], min(span[0] + span[1], 2 * DAY)))
weeks = st.lists(st.lists(spans, max_size=2), min_size=7, max_size=7)
dates = st.dates(date(2026, 3, 20), date(2026, 4, 5)) | st.dates(date(2026, 10, 17), date(2026, 11, 2))


@tagged('-at_install', 'post_install')
class TestOpeningHours(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._calendar(HOURS)
        cls.store = cls.store_near
        cls.store.calendar_id = cls.calendar

    @classmethod
    def _calendar(cls, hours, tz='Europe/Brussels', **values):
        return cls.env['resource.calendar'].create({
            'name': "Shop hours", 'tz': tz, 'company_id': cls.company.id, 'attendance_ids': [Command.clear()] + [
                Command.create({'name': "Open", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                                'week_type': str(week[0]) if week else False})
                for day, start, end, *week in hours], **values})

    def _schedule(self, calendar, *exceptions):
        key = calendar.id, self.company.id, tuple(sorted(exception.id for exception in exceptions))
        return self.env['mobile.store']._schedules([key])[key]

    def _opening(self, local, tz='Europe/Berlin', calendar=None, store=None):
        """Return whether the store is open at a local time, and the local time of the next change."""
        zone = ZoneInfo(tz)
        now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(ZoneInfo('UTC')).replace(tzinfo=None)
        if store:
            near = self.env['mobile.store']._nearest(store.company_id, ids=store.ids)
            is_open, change = self.env['mobile.store']._openings(near, now)[0]
        else:
            is_open, change = self._schedule(calendar or self.calendar).opening(tz, now)
        return is_open, change and change.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).strftime('%a %d %H:%M')

    def _except(self, first, hours=False, last=None, **values):
        return self.env['mobile.opening.exception'].create({
            'name': "Exception", 'company_id': self.company.id, 'date_from': first, 'date_to': last or first,
            'is_closed': not hours, 'hours': hours, **values})

    def _close(self, start, end, **values):
        """Enter a public holiday, as the calendar's clock shows it."""
        def to_odoo(local):
            moment = datetime.fromisoformat(local)
            return to_utc(moment.date(), moment.hour * 60 + moment.minute, ZoneInfo(self.calendar.tz))

        return self.env['resource.calendar.leaves'].create({
            'name': "Christmas", 'calendar_id': self.calendar.id, 'date_from': to_odoo(start),
            'date_to': to_odoo(end) - timedelta(seconds=1), **values})

    # === THE WEEK === #

    def test_week(self):
        for local, expected in {
            '2026-11-23T08:59': (False, 'Mon 23 09:00'),
            '2026-11-23T09:00': (True, 'Mon 23 18:00'),
            '2026-11-23T18:00': (False, 'Tue 24 09:00'),
            '2026-11-27T23:59': (True, 'Sat 28 02:00'),
            '2026-11-28T01:59': (True, 'Sat 28 02:00'),
            '2026-11-28T02:00': (False, 'Sat 28 10:00'),
            '2026-11-29T12:00': (False, 'Mon 30 09:00'),
        }.items():
            self.assertEqual(self._opening(local), expected, local)

    def test_the_day_the_clocks_change(self):
        sundays = self._calendar([(6, 0, 24)])
        # 2026-10-25 has 25 hours in Berlin, 2026-03-29 has 23.
        self.assertEqual(self._opening('2026-10-25T12:00', calendar=sundays), (True, 'Mon 26 00:00'))
        self.assertEqual(self._opening('2026-03-29T12:00', calendar=sundays), (True, 'Mon 30 00:00'))
        early = self._calendar([(6, 9, 18)])
        self.assertEqual(self._opening('2026-10-25T08:30', calendar=early), (False, 'Sun 25 09:00'))
        self.assertEqual(self._opening('2026-03-29T08:30', calendar=early), (False, 'Sun 29 09:00'))

    def test_a_time_that_does_not_exist_and_one_that_exists_twice(self):
        night = self._calendar([(6, 2.5, 6)])
        self.assertEqual(self._opening('2026-03-29T01:00', calendar=night), (False, 'Sun 29 03:00'))
        schedule = self._schedule(night)
        # The first 02:30 of two, which is 00:30 UTC.
        self.assertEqual(schedule.opening('Europe/Berlin', datetime(2026, 10, 25)),
                         (False, datetime(2026, 10, 25, 0, 30)))
        self.assertEqual(schedule.opening('Europe/Berlin', datetime(2026, 10, 25, 1, 15)),
                         (True, datetime(2026, 10, 25, 5)))

    def test_always_open_never_changes(self):
        always = self._calendar([(day, 0, 24) for day in range(7)])
        self.assertEqual(self._opening('2026-11-25T12:00', calendar=always), (True, None))

    def test_hours_that_nobody_entered_are_not_known(self):
        key = None, self.company.id, ()
        self.assertEqual(self.env['mobile.store']._schedules([key]), {key: None})
        self.assertIsNone(self._schedule(self._calendar([])))

    def test_a_line_that_ends_before_it_begins_is_past_midnight(self):
        imported = self._calendar([(0, 9, 10)])
        self.env['resource.calendar.attendance'].create(
            {'name': "Late", 'calendar_id': imported.id, 'dayofweek': '5', 'hour_from': 22, 'hour_to': 2})
        self.assertEqual(self._opening('2026-11-28T23:00', calendar=imported), (True, 'Sun 29 02:00'))

    def test_weeks_that_take_turns(self):
        calendar = self._calendar([(0, 9, 12, 0), (1, 9, 12, 1)], two_weeks_calendar=True)
        get_week_type = self.env['resource.calendar.attendance'].get_week_type
        self.assertEqual([odd_week(day) for day in (date(2026, 11, 23), date(2026, 12, 28), date(2027, 1, 4))],
                         [get_week_type(day) for day in (date(2026, 11, 23), date(2026, 12, 28), date(2027, 1, 4))])
        first = next(day for day in (date(2026, 11, 23), date(2026, 11, 30)) if not get_week_type(day))
        self.assertEqual(self._opening(f'{first}T10:00', calendar=calendar)[0], True)
        self.assertEqual(self._opening(f'{first + timedelta(days=1)}T10:00', calendar=calendar)[0], False)
        self.assertEqual(self._opening(f'{first + timedelta(days=7)}T10:00', calendar=calendar)[0], False)
        self.assertEqual(self._opening(f'{first + timedelta(days=8)}T10:00', calendar=calendar)[0], True)

    # === PUBLIC HOLIDAYS === #

    def test_a_public_holiday_closes_by_each_stores_own_clock(self):
        self._close('2026-12-25T00:00', '2026-12-26T00:00')
        for tz in ('Europe/Brussels', 'America/New_York', 'Asia/Tokyo'):
            self.assertEqual(self._opening('2026-12-24T17:59', tz), (True, 'Thu 24 18:00'), tz)
            self.assertEqual(self._opening('2026-12-25T00:30', tz), (False, 'Sat 26 10:00'), tz)
            self.assertEqual(self._opening('2026-12-26T01:00', tz)[0], False, "the night of a day that was closed")

    def test_the_night_before_a_holiday_lasts_as_long_as_ever(self):
        self._close('2026-11-28T00:00', '2026-11-29T00:00')
        self.assertEqual(self._opening('2026-11-27T23:00'), (True, 'Sat 28 02:00'))

    def test_part_of_a_day(self):
        self._close('2026-12-23T13:00', '2026-12-23T15:00')
        self.assertEqual(self._opening('2026-12-23T10:00'), (True, 'Wed 23 13:00'))
        self.assertEqual(self._opening('2026-12-23T14:00'), (False, 'Wed 23 15:00'))
        # From noon on: the evening is over, not only until midnight.
        self._close('2026-12-18T12:00', '2026-12-19T00:00')
        self.assertEqual(self._opening('2026-12-18T23:00'), (False, 'Sat 19 10:00'))
        self.assertEqual(self._opening('2026-12-19T01:00')[0], False)

    def test_three_weeks(self):
        self._close('2026-12-14T00:00', '2027-01-04T00:00')
        self.assertEqual(self._opening('2026-12-13T12:00'), (False, 'Mon 04 09:00'))
        self.assertEqual(self._opening('2026-12-20T12:00'), (False, 'Mon 04 09:00'))

    def test_what_is_no_public_holiday_of_this_calendar(self):
        resource = self.env['resource.resource'].create({'name': "Employee", 'calendar_id': self.calendar.id})
        self._close('2026-12-23T00:00', '2026-12-24T00:00', resource_id=resource.id)
        self._close('2026-12-23T00:00', '2026-12-24T00:00', time_type='other')
        self._close('2026-12-23T00:00', '2026-12-24T00:00', calendar_id=self._calendar([]).id)
        other = self.env['res.company'].create({'name': "Other"})
        leave = self._close('2026-12-23T00:00', '2026-12-24T00:00', calendar_id=False)
        leave.sudo().company_id = other
        self.assertEqual(self._opening('2026-12-23T12:00')[0], True)
        leave.sudo().company_id = self.company
        self.assertEqual(self._opening('2026-12-23T12:00')[0], False, "of all calendars of the company")

    # === EXCEPTIONAL DAYS === #

    def test_an_exception_counts_before_holiday_and_week(self):
        self._close('2026-12-25T00:00', '2026-12-26T00:00')
        self._except('2026-12-25', '10:00-13:00, 22:00-02:00', store_ids=self.store.ids)
        self.assertEqual(self._opening('2026-12-25T12:00', store=self.store), (True, 'Fri 25 13:00'))
        self.assertEqual(self._opening('2026-12-25T23:00', store=self.store), (True, 'Sat 26 02:00'))
        self.assertEqual(self._opening('2026-12-25T12:00')[0], False, "other stores")

    def test_precedence(self):
        self._except('2026-12-24', '08:00-09:00')
        self._except('2026-12-24', '10:00-11:00', calendar_ids=self.calendar.ids)
        self._except('2026-12-01', '12:00-13:00', last='2026-12-31', store_ids=self.store.ids)
        own = self._except('2026-12-24', '14:00-15:00', store_ids=self.store.ids)
        for hour, is_open in ((8, False), (10, False), (12, False), (14, True)):
            self.assertEqual(self._opening(f'2026-12-24T{hour:02d}:30', store=self.store)[0], is_open, hour)
        own.unlink()
        self.assertEqual(self._opening('2026-12-24T12:30', store=self.store)[0], True)
        self.assertEqual(self._opening('2026-12-24T10:30')[0], True, "the calendar's, for other stores")
        self.store_far.calendar_id = self._calendar([(0, 9, 18)])
        self.assertEqual(self._opening('2026-12-24T08:30', store=self.store_far)[0], True, "the company's")

    def test_an_exception_of_another_company_is_none_of_ours(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env.user.company_ids += other
        self.env['mobile.opening.exception'].with_context(allowed_company_ids=other.ids).create(
            {'name': "Elsewhere", 'company_id': other.id, 'date_from': '2026-11-23'})
        self.assertEqual(self._opening('2026-11-23T12:00', store=self.store)[0], True)

    def test_weekdays_of_a_season(self):
        self._except('2026-11-29', 'Su 13:00-18:00; Mo off', last='2026-12-21')
        self.assertEqual(self._opening('2026-12-06T12:00', store=self.store), (False, 'Sun 06 13:00'))
        self.assertEqual(self._opening('2026-12-07T12:00', store=self.store), (False, 'Tue 08 09:00'))
        self.assertEqual(self._opening('2026-12-08T12:00', store=self.store), (True, 'Tue 08 18:00'))

    def test_hours_that_are_none(self):
        for hours in ('10-14', '10:00', '25:00-26:00', '10:00-10:61', 'Xx 10:00-14:00', '10:00-14:00; ',
                      'Mo-Di-Mi off'):
            with self.assertRaises(ValidationError, msg=hours):
                self._except('2026-12-24', hours)
        with self.assertRaises(ValidationError):
            self._except('2026-12-24', '10:00-14:00', is_closed=True)
        with self.assertRaises(ValidationError):
            self._except('2026-12-24', is_closed=False)
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self._except('2026-12-24', last='2026-12-23')

    def test_only_managers_enter_days(self):
        user = new_test_user(self.env, 'hours_user', groups='mobile_crm.group_mobile_crm_user')
        self.assertFalse(self.env['mobile.opening.exception'].with_user(user).has_access('create'))
        manager = new_test_user(
            self.env, 'hours_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        leave = self._close('2026-12-25T00:00', '2026-12-26T00:00')
        leave.with_user(manager).name = "Noël"
        leave.with_user(manager).unlink()

    # === THE CACHE === #

    def test_managers_keep_the_hours_of_stores_only(self):
        manager = new_test_user(
            self.env, 'shop_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        staff, other = self._calendar(HOURS[:1]), self._calendar(HOURS[:1], company_id=self.env['res.company'].create(
            {'name': "Next Door"}).id)
        self.env['resource.resource'].create(
            {'name': "Colleague", 'calendar_id': staff.id, 'company_id': self.company.id})
        ours = self.calendar.attendance_ids.with_user(manager)
        ours[0].hour_to = 19
        self.calendar.with_user(manager).name = "Hours of the shop"
        holiday = {'name': "Holiday", 'date_from': '2026-12-24', 'date_to': '2026-12-25'}
        self.env['resource.calendar.leaves'].with_user(manager).create({**holiday, 'calendar_id': self.calendar.id})
        for calendar in staff, other, self.company.resource_calendar_id:
            theirs = calendar.with_user(manager)
            line = theirs.attendance_ids[:1]
            attempts = {
                'rename': lambda theirs=theirs: theirs.write({'name': "Mine"}),
                'line': lambda line=line: line.write({'hour_to': 12}),
                'delete': lambda line=line: line.unlink(),
                'add': lambda line=line: line.copy(),
                'move': lambda theirs=theirs: ours[0].write({'calendar_id': theirs.id}),
            }
            if calendar != other:
                attempts['holiday'] = lambda theirs=theirs: theirs.env['resource.calendar.leaves'].create(
                    {**holiday, 'calendar_id': theirs.id})
            for name, attempt in attempts.items():
                with self.subTest(name, calendar=calendar.name), self.assertRaises(AccessError), \
                        self.env.cr.savepoint(), mute_logger('odoo.addons.base.models.ir_rule'):
                    attempt()
        # Whom another group lets do it is not bound.
        manager.group_ids += self.env.ref('base.group_system')
        staff.with_user(manager).name = "Shifts"
        staff.with_user(manager).attendance_ids[:1].hour_to = 17

    def test_what_changes_counts_at_once(self):
        def opening():
            return self._opening('2026-11-23T08:30', store=self.store)

        self.assertEqual(opening(), (False, 'Mon 23 09:00'))
        monday = self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == '0')
        monday.hour_from = 8
        self.assertEqual(opening(), (True, 'Mon 23 18:00'))
        self.calendar.attendance_ids = [
            Command.create({'name': "Late", 'dayofweek': '0', 'hour_from': 20, 'hour_to': 21})]
        leave = self._close('2026-11-23T18:00', '2026-11-23T20:00')
        exception = self._except('2026-11-23', '08:00-19:00')
        self.assertEqual(opening(), (True, 'Mon 23 19:00'))
        exception.hours = '08:00-10:00'
        self.assertEqual(opening(), (True, 'Mon 23 10:00'))
        exception.store_ids = self.store_far
        self.assertEqual(opening(), (True, 'Mon 23 18:00'))
        leave.date_from -= timedelta(hours=1)
        self.assertEqual(opening(), (True, 'Mon 23 17:00'))
        leave.unlink()
        monday.unlink()
        self.assertEqual(opening(), (False, 'Mon 23 20:00'))
        exception.write({'store_ids': False, 'is_closed': True})
        self.assertEqual(opening(), (False, 'Tue 24 09:00'))
        exception.unlink()
        self.assertEqual(opening(), (False, 'Mon 23 20:00'))

    def test_employees_time_off_does_not_empty_the_cache(self):
        resource = self.env['resource.resource'].create({'name': "Employee", 'calendar_id': self.calendar.id})
        before = self._schedule(self.calendar)
        self._close('2026-12-23T00:00', '2026-12-24T00:00', resource_id=resource.id).unlink()
        self.assertIs(self._schedule(self.calendar), before)

    def test_a_list_of_stores_is_one_query(self):
        Store = self.env['mobile.store']
        self._except('2026-11-23', store_ids=self.store.ids)
        Store._openings(Store._nearest(self.company), datetime(2026, 11, 23))
        with self.assertQueryCount(1):
            Store._openings(Store._nearest(self.company), datetime(2026, 11, 23))

    # === WHAT STAFF SEE === #

    @freeze_time('2026-12-21 09:00:00')
    def test_the_store_tells_its_hours(self):
        self._except('2026-12-24', '10:00-14:00', name="Christmas Eve")
        self.store.invalidate_recordset()
        self.assertEqual(self.store.opening, 'open')
        self.assertEqual(self.store.opening_note.replace('\u202f', ' '), "Closes Mon 21 Dec 6:00 PM")
        self.assertEqual(self.store.opening_week.replace('\u202f', ' '), (
            "Mon - Thu: 9:00 AM - 6:00 PM\nFri: 9:00 AM - 2:00 AM\nSat: 10:00 AM - 6:00 PM\nSun: closed"))
        self.assertEqual(
            self.store.opening_special_days.replace('\u202f', ' '),
            "Thu 24 Dec: 10:00 AM - 2:00 PM (Christmas Eve)")
        self.assertEqual(self.store_far.opening_week, False)

    # === LAWS === #

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None)
    @given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))
    def test_the_next_change_is_a_change(self, now, tz):
        schedule = self._schedule(self.calendar)
        is_open, change = schedule.opening(tz, now)
        self.assertGreater(change, now)
        self.assertEqual(schedule.opening(tz, change)[0], not is_open)
        self.assertEqual(schedule.opening(tz, change - timedelta(microseconds=1))[0], is_open)

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=60)
    @given(weeks, st.lists(st.tuples(dates, st.integers(0, 2), st.lists(spans, max_size=2)), max_size=3),
           st.lists(st.tuples(dates, quarters, st.integers(1, 300)), max_size=2), dates, st.sampled_from(ZONES),
           st.data())
    def test_equal_to_minute_by_minute(self, week, exceptions, holidays, day, tz, data):
        schedule = Schedule(
            (join_nights(week, cyclic=True),),
            tuple(Exceptional(first, first + timedelta(days=days), "x", dict.fromkeys(
                range(7), join_nights([hours], cyclic=False)[0])) for first, days, hours in exceptions),
            tuple(Holiday(start := datetime.combine(first, time.min) + minutes * MINUTE,
                          start + 15 * length * MINUTE, "x") for first, minutes, length in holidays))
        first = to_utc(day, 0, ZoneInfo(tz))
        minutes = [first + number * MINUTE for number in range(2 * DAY)]
        expected = open_minutes(schedule, tz, minutes)
        for number in data.draw(st.lists(st.integers(0, DAY), min_size=20, max_size=20)):
            is_open, change = schedule.opening(tz, minutes[number])
            self.assertEqual(is_open, minutes[number] in expected)
            later = next((minute for minute in minutes[number:] if (minute in expected) != is_open), None)
            self.assertTrue(change == later if later else not change or change > minutes[-1])


def open_minutes(schedule, tz, minutes):
    """Return those of consecutive minutes (naive UTC) at which a store is open, by watching the wall clock."""
    zone, watched = ZoneInfo(tz), [minutes[0] + number * MINUTE for number in range(-3 * DAY, len(minutes) + 3 * DAY)]
    # The latest time that the clock has shown so far, so that it never goes back.
    shown, latest = [], datetime(1, 1, 1)
    for minute in watched:
        latest = max(latest, minute.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).replace(tzinfo=None))
        shown.append(latest)
    wanted = set()
    for offset in range((shown[-1] - shown[0]).days):
        day = shown[0].date() + timedelta(days=offset)
        wanted.update(
            datetime.combine(day, time.min) + minute * MINUTE
            for opens, closes in schedule.plan(day)[0] for minute in range(opens, closes))
    return {minute for minute, clock in zip(watched, shown, strict=True) if clock in wanted}
