import sys
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import hours_text
from ..tools.opening import DAY, join_nights
from .common import MobileCommon

TODAY = date(2026, 11, 22)

# As they stand on the map: what is read, and written again as week and as number of periods with other hours.
READ = {
    '24/7': ('24/7', 0),
    'Mo-Su 00:00-24:00': ('24/7', 0),
    'Mo-Su,PH 00:00-24:00': ('24/7', 0),
    'Mo-Fr 09:00-18:00': ('Mo-Fr 09:00-18:00', 0),
    'mo-fr 9:00-18:00': ('Mo-Fr 09:00-18:00', 0),
    'Mo-Fr 09:00-18:00; Sa 10:00-14:00': ('Mo-Fr 09:00-18:00; Sa 10:00-14:00', 0),
    'Mo-Sa 08:00-20:00; Su off': ('Mo-Sa 08:00-20:00', 0),
    'Mo-Sa 08:00-20:00; Su closed': ('Mo-Sa 08:00-20:00', 0),
    'Mo-Fr 09:00-12:00,13:00-17:00': ('Mo-Fr 09:00-12:00,13:00-17:00', 0),
    'Mo-Fr 09:00-12:00, 13:00-17:00': ('Mo-Fr 09:00-12:00,13:00-17:00', 0),
    'Mo,Tu,Th,Fr 12:00-18:00; Sa,PH 12:00-17:00; Th[3],Th[-1] off': ('Mo,Tu,Th,Fr 12:00-18:00; Sa 12:00-17:00', 36),
    'Mo-Fr 08:00-12:00; Tu 14:00-18:00': ('Mo,We-Fr 08:00-12:00; Tu 14:00-18:00', 0),
    'Mo-Fr 08:00-12:00, Tu 14:00-18:00': ('Mo,We-Fr 08:00-12:00; Tu 08:00-12:00,14:00-18:00', 0),
    'Sa-Su 10:00-16:00': ('Sa,Su 10:00-16:00', 0),
    'Fr-Mo 10:00-16:00': ('Mo,Fr-Su 10:00-16:00', 0),
    '10:00-20:00': ('Mo-Su 10:00-20:00', 0),
    'Tu-Su 11:30-14:30,17:30-22:30': ('Tu-Su 11:30-14:30,17:30-22:30', 0),
    # Past midnight
    'Fr-Sa 22:00-04:00': ('Fr,Sa 22:00-04:00', 0),
    'Fr,Sa 22:00-28:00': ('Fr,Sa 22:00-04:00', 0),
    'Mo-Th 18:00-01:00; Fr,Sa 18:00-03:00; Su 17:00-24:00': ('Mo-Th 18:00-01:00; Fr,Sa 18:00-03:00; Su 17:00-24:00', 0),
    'Mo-Su 18:00-24:00,00:00-02:00': ('Mo-Su 18:00-02:00', 0),
    'Mo-Su 06:00-06:00': ('Mo-Su 06:00-06:00', 0),
    'Fr 22:00-02:00; Sa 22:00-06:00; Dec 26 off': ('Fr 22:00-02:00; Sa 22:00-06:00', 1),
    'Sa 00:00-24:00; Su 00:00-02:00': ('Sa 00:00-24:00; Su 00:00-02:00', 0),
    # Dates and seasons
    'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00': ('Mo-Fr 09:00-18:00', 2),
    'Mo-Fr 09:00-18:00; Dec 24-26 off': ('Mo-Fr 09:00-18:00', 2),
    'Mo-Sa 10:00-19:00; Dec Su[1,3] 13:00-18:00': ('Mo-Sa 10:00-19:00', 4),
    'Mo-Fr 09:00-18:00; easter +1 day off': ('Mo-Fr 09:00-18:00', 1),
    'Apr-Oct Mo-Su 09:00-20:00; Nov-Mar Mo-Fr 10:00-16:00': ('Mo-Su 09:00-20:00', 2),
    'Apr-Oct: 09:00-20:00; Nov-Mar: 10:00-16:00': ('Mo-Su 09:00-20:00', 2),
    'Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 08:00-12:00': ('Mo-Fr 09:00-17:00', 1),
    'May 01-Sep 30 10:00-22:00': ('off', 1),
    '2026 Dec 24 10:00-14:00': ('off', 1),
    'Mo[1] 10:00-12:00': ('off', 13),
    'week 01-53/2 We 08:00-12:00': ('off', 29),
    # Public holidays of Belgium
    'Mo-Fr 09:00-18:00; PH off': ('Mo-Fr 09:00-18:00', 8),
    'Mo-Sa 08:00-20:00; PH,Su off': ('Mo-Sa 08:00-20:00', 10),
    'Mo-Fr 09:00-18:00; PH 10:00-12:00': ('Mo-Fr 09:00-18:00', 12),
    'Mo-Fr 09:00-18:00; Dec 25 10:00-12:00; PH off': ('Mo-Fr 09:00-18:00', 9),
}
REFUSED = {
    '': 'syntax',
    'Mo-Fr 10-18': 'syntax',
    'Mo–Fr 8:00–12:00': 'syntax',  # noqa: RUF001, a dash that people type
    'Mo-Fr 8.00-12.00': 'syntax',
    'Mo-Fr 09:00': 'syntax',
    'Montag 09:00-12:00': 'syntax',
    'Mo-Fr 09:00-18:00 Uhr': 'syntax',
    'nach Vereinbarung': 'syntax',
    'Mo-Fr 24:00-26:00': 'syntax',
    "'; DROP TABLE mobile_store; --": 'syntax',
    'sunrise-sunset': 'sun',
    'Mo-Fr 10:00-dusk': 'sun',
    'Mo-Fr 18:00+': 'open_end',
    'Mo-Fr 18:00-22:00+': 'open_end',
    'Mo-Fr 10:00-12:00 "by appointment"': 'comment',
    '"call us"': 'comment',
    'Mo-Fr 09:00-18:00 || "call us"': 'comment',
    'Mo-Fr 09:00-18:00 || Sa 09:00-12:00': 'fallback',
    '12:00-16:00/02:00': 'repetition',
    'Mo-Fr 09:00-17:00 unknown': 'unknown',
    'Mo-Fr 09:00-17:00; SH off': 'school',
    'off': 'never',
    'PH off': 'never',
    'Mo-Fr 09:00-18:00' + '; Sa off' * 200: 'length',
    'Su[1,3,5] 09:00-10:00; Mo[1,3,5] 11:00-12:00; Tu[2,4] 13:00-14:00; We[1,3,5] 15:00-16:00; Th[2,4] 17:00-18:00; '
    'Fr[1,3,5] 19:00-20:00': 'periods',
}

minutes = st.integers(0, DAY // 5 - 1).map(lambda number: 5 * number)
spans = st.tuples(minutes, st.integers(1, DAY // 5).map(lambda number: 5 * number)).map(
    lambda span: (span[0], span[0] + span[1]))


def canonical(days):
    """Return a week in which what overlaps is one, as a calendar's lines tell it."""
    line = [False] * 7 * DAY
    for day, hours in enumerate(days):
        for opens, closes in hours:
            for minute in range(opens, closes):
                line[(day * DAY + minute) % len(line)] = True
    found = []
    for day in range(7):
        today = [*line[day * DAY:(day + 1) * DAY], False]
        starts = [minute for minute in range(DAY) if today[minute] and (not minute or not today[minute - 1])]
        found.append([(start, today.index(False, start)) for start in starts])
    return join_nights(found, cyclic=True)


weeks = st.lists(st.lists(spans, max_size=2), min_size=7, max_size=7).map(canonical).filter(any)


@tagged('-at_install', 'post_install')
class TestHoursText(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.store_near
        # The library keeps the class of datetimes that it sees first: not the one of stopped clocks.
        hours_text.read('24/7', TODAY)
        cls.addClassCleanup(hours_text._read.cache_clear)
        cls.startClassPatcher(freeze_time('2026-11-22 12:00:00'))

    # === READING === #

    def test_what_stands_on_the_map(self):
        for text, (week, periods) in READ.items():
            with self.subTest(text=text):
                hours = hours_text.read(text, TODAY, 'BE')
                self.assertEqual((hours_text.write_week(hours.week), len(hours.periods)), (week, periods))

    def test_what_cannot_be_kept(self):
        for text, code in REFUSED.items():
            with self.subTest(text=text[:60]), self.assertRaises(hours_text.HoursError) as raised:
                hours_text.read(text, TODAY, 'BE')
            self.assertEqual(raised.exception.code, code)
        for country, code in ((None, 'no_country'), ('XX', 'country')):
            with self.assertRaises(hours_text.HoursError) as raised:
                hours_text.read('Mo 10:00-12:00; PH off', TODAY, country)
            self.assertEqual(raised.exception.code, code)

    def test_each_refusal_says_why(self):
        for text, code in {**REFUSED, 'Mo 10:00-12:00; PH off': 'no_country'}.items():
            if not text:
                continue
            self.store.country_id = False if code == 'no_country' else self.env.ref('base.be')
            with self.subTest(text=text[:60]), self.assertRaises(UserError) as raised:
                self.store.opening_hours = text
            said = str(raised.exception)
            self.assertIn(text[:100], said)
            self.assertEqual('syntax' in said, code == 'syntax', said)

    def test_without_the_library(self):
        with patch.dict(sys.modules, {'opening_hours': None}):
            with self.assertRaisesRegex(UserError, 'opening-hours-py'):
                self.store.opening_hours = 'Mo-Fr 09:00-18:00'
            calendar = self.env['resource.calendar'].create({
                'name': "By hand", 'attendance_ids': [Command.clear(), Command.create(
                    {'name': "Monday", 'dayofweek': '0', 'hour_from': 9, 'hour_to': 17.5})]})
            self.store.calendar_id = calendar
            self.assertEqual(self.store.opening_hours, 'Mo 09:00-17:30')

    def test_a_night_closes_with_the_day_on_which_it_begins(self):
        hours = hours_text.read('Fr,Sa 22:00-04:00; 2026 Nov 28 off', TODAY)
        self.assertEqual(hours_text.write_week(hours.week), 'Fr,Sa 22:00-04:00')
        self.assertEqual(hours.periods, [
            hours_text.Period(date(2026, 11, 28), date(2026, 11, 28), {5: ()}, is_holiday=False)])

    def test_a_holiday_in_a_season_counts(self):
        self.store.opening_hours = 'Mo-Fr 09:00-17:00; Dec 10:00-12:00; PH off'
        special = self._special_days(60)
        self.assertEqual(special[date(2026, 12, 24)], ((600, 720),))
        self.assertEqual(special[date(2026, 12, 25)], ())
        self.assertEqual(special[date(2026, 12, 26)], ((600, 720),))
        self.assertEqual(special[date(2027, 1, 1)], ())

    def _special_days(self, days, store=None):
        key = (store or self.store)._schedule_key()
        schedule = self.env['mobile.store']._schedules([key])[key]
        return {day.date: day.spans for day in schedule.special_days(TODAY, days)}

    # === WEEK, TEXT, WEEK === #

    @settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow], deadline=None,
              max_examples=40)
    @given(weeks)
    def test_round_trip(self, week):
        text = hours_text.write_week(week)
        hours = hours_text.read(text, TODAY)
        self.assertEqual((hours.week, hours.periods), (week, []), text)
        if len(text) < hours_text.MAX_LENGTH:
            self.assertEqual(hours_text.write_week(hours.week), text)

    @settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow], deadline=None,
              max_examples=15)
    @given(weeks)
    def test_round_trip_through_odoo(self, week):
        text = hours_text.write_week(week)
        self.store.opening_hours = text
        calendar = self.store.calendar_id
        calendar.mobile_opening_hours = False
        self.store.invalidate_recordset()
        self.assertEqual(self.store.opening_hours, text)
        self.assertEqual(self.env['mobile.store']._schedules([self.store._schedule_key()])[
            self.store._schedule_key()].weeks, (week,))

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None)
    @given(st.dictionaries(st.integers(0, 6), st.lists(spans, max_size=2).map(
        lambda hours: join_nights([hours], cyclic=False)[0]), min_size=1))
    def test_rules_round_trip(self, plan):
        plan = {day: tuple((opens, closes) for opens, closes in hours if closes - opens <= DAY)
                for day, hours in plan.items()}
        self.assertEqual(hours_text.read_rules(hours_text.write_plan(plan)), plan)

    # === THE STORE === #

    def test_stores_with_the_same_text_share_a_calendar(self):
        (self.store + self.store_far).opening_hours = 'mo-fr 9:00-18:00; Fr 22:00-02:00'
        self.assertEqual(self.store.calendar_id, self.store_far.calendar_id)
        self.assertEqual(self.store.opening_hours, 'Mo-Fr 09:00-18:00; Fr 22:00-02:00')
        self.store_far.opening_hours = 'Mo-Fr 09:00-17:00'
        self.assertEqual(self.store.opening_hours, 'Mo-Fr 09:00-18:00; Fr 22:00-02:00')
        self.store_far.opening_hours = 'Mo-Fr 09:00-18:00; Fr 22:00-02:00'
        self.assertEqual(self.store.calendar_id, self.store_far.calendar_id)
        self.store_far.opening_hours = False
        self.assertFalse(self.store_far.calendar_id)
        other = self.env['res.company'].create({'name': "Other"})
        elsewhere, _fence = self._make_store("Elsewhere", "Ghent", 'base.be', 51, 3.7, other)
        elsewhere.opening_hours = 'Mo-Fr 09:00-18:00; Fr 22:00-02:00'
        self.assertNotEqual(elsewhere.calendar_id, self.store.calendar_id)

    def test_public_holidays_are_those_of_the_stores_country(self):
        (self.store + self.store_far).opening_hours = 'Mo-Su 09:00-18:00; PH off'
        belgian, french = self._special_days(365), self._special_days(365, self.store_far)
        self.assertEqual((date(2027, 7, 21) in belgian, date(2027, 7, 21) in french), (True, False))
        self.assertEqual((date(2027, 7, 14) in belgian, date(2027, 7, 14) in french), (False, True))
        self.assertEqual(belgian[date(2026, 12, 25)], ())
        self.assertEqual(self.store.opening_hours, 'Mo-Su 09:00-18:00; PH off')

    def test_an_edited_calendar_tells_its_own_hours(self):
        self.store.opening_hours = 'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00; PH off'
        calendar = self.store.calendar_id
        calendar.attendance_ids[0].hour_to = 17
        self.assertFalse(calendar.mobile_opening_hours)
        self.store.invalidate_recordset()
        self.assertEqual(
            self.store.opening_hours,
            'Mo 09:00-17:00; Tu-Fr 09:00-18:00; PH off; 2026 Dec 24 09:00-12:00; 2027 Dec 24 09:00-12:00')
        self.store_far.opening_hours = 'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00; PH off'
        self.assertNotEqual(self.store_far.calendar_id, calendar, "its hours are others now")

    def test_holidays_that_were_entered_are_written(self):
        self.store.opening_hours = 'Mo-Fr 09:00-18:00'
        self.env['resource.calendar.leaves'].create([
            {'name': "Christmas", 'calendar_id': self.store.calendar_id.id, 'date_from': '2026-12-24 23:00:00',
             'date_to': '2026-12-25 22:59:59'},
            {'name': "Outing", 'calendar_id': self.store.calendar_id.id, 'date_from': '2026-12-15 11:00:00',
             'date_to': '2026-12-15 13:59:59'}])
        self.store.invalidate_recordset()
        self.assertEqual(
            self.store.opening_hours, 'Mo-Fr 09:00-18:00; PH off; 2026 Dec 15 09:00-12:00,15:00-18:00')

    def test_exceptional_days_are_written_and_stay(self):
        self.store.opening_hours = 'Mo-Fr 09:00-18:00'
        exception = self.env['mobile.opening.exception'].create({
            'name': "Advent", 'date_from': '2026-11-29', 'date_to': '2026-12-20', 'is_closed': False,
            'hours': 'Su 13:00-18:00; Mo off', 'store_ids': self.store.ids})
        self.env['mobile.opening.exception'].create({
            'name': "Past", 'date_from': '2026-11-20', 'store_ids': self.store.ids})
        self.store.invalidate_recordset()
        text = 'Mo-Fr 09:00-18:00; 2026 Nov 29-Dec 20 Mo off; 2026 Nov 29-Dec 20 Su 13:00-18:00'
        self.assertEqual(self.store.opening_hours, text)
        calendar = self.store.calendar_id
        self.store.opening_hours = text
        self.assertEqual(self.store.calendar_id, calendar)
        self.store.opening_hours = text.replace('18:00; 2026', '17:00; 2026', 1)
        self.assertEqual(self.store.opening_hours, text.replace('18:00; 2026', '17:00; 2026', 1))
        self.assertEqual(self.store.exception_ids.filtered(lambda day: day.date_to >= TODAY), exception)

    def test_weeks_that_take_turns_are_not_in_the_syntax(self):
        calendar = self.env['resource.calendar'].create({
            'name': "Turns", 'two_weeks_calendar': True, 'attendance_ids': [Command.clear()] + [Command.create(
                {'name': "Open", 'dayofweek': '0', 'hour_from': 9 + week, 'hour_to': 17, 'week_type': str(week)})
                for week in range(2)]})
        self.store.calendar_id = calendar
        self.assertFalse(self.store.opening_hours)
        self.store.opening_hours = False
        self.assertEqual(self.store.calendar_id, calendar, "an import of what was exported changes nothing")

    def test_special_days_are_worked_out_again_in_time(self):
        self.store.opening_hours = 'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00; PH off'
        calendar = self.store.calendar_id
        with freeze_time('2027-10-01 12:00:00'):
            self.env['resource.calendar']._mobile_renew_periods()
            self.store.invalidate_recordset()
            special = self._special_days(800)
            self.assertEqual(special[date(2027, 12, 24)], ((540, 720),))
            self.assertEqual(special[date(2028, 5, 1)], ())
            self.assertEqual(self.store.opening_hours, 'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00; PH off')
            count = len(calendar.global_leave_ids)
            self.env['resource.calendar']._mobile_renew_periods()
            self.assertEqual(len(calendar.global_leave_ids), count)
        with freeze_time('2028-10-01 12:00:00'), patch.dict(sys.modules, {'opening_hours': None}):
            self.env['resource.calendar']._mobile_renew_periods()
            self.assertEqual(calendar.mobile_opening_hours, 'Mo-Fr 09:00-18:00; Dec 24 09:00-12:00; PH off')
