from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

# Each day 9 to 18, Friday until midnight and Saturday from midnight to 2: open through the night.
HOURS = [*((day, 9, 18) for day in range(4)), (4, 9, 24), (5, 0, 2), (5, 10, 18)]
ZONES = ['Europe/Berlin', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC']


@tagged('-at_install', 'post_install')
class TestOpeningHours(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._calendar(HOURS)

    @classmethod
    def _calendar(cls, hours):
        return cls.env['resource.calendar'].create({
            'name': "Shop hours", 'tz': 'UTC', 'attendance_ids': [(5, 0, 0)] + [
                (0, 0, {'name': "Open", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end})
                for day, start, end in hours],
        })

    def _schedule(self, calendar, *exceptions):
        key = calendar.id, self.env.company.id, tuple(sorted(exception.id for exception in exceptions))
        return self.env['mobile.store']._schedules([key])[key]

    def _opening(self, local, tz='Europe/Berlin', calendar=None):
        """Return whether the store is open at a local time, and the local time of the next change."""
        zone = ZoneInfo(tz)
        now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(ZoneInfo('UTC')).replace(tzinfo=None)
        is_open, change = self._schedule(calendar or self.calendar).opening(tz, now)
        return is_open, change and change.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).strftime('%a %H:%M')

    def test_week(self):
        for local, expected in {
            '2026-11-23T08:59': (False, 'Mon 09:00'),
            '2026-11-23T09:00': (True, 'Mon 18:00'),
            '2026-11-23T18:00': (False, 'Tue 09:00'),
            '2026-11-27T23:59': (True, 'Sat 02:00'),
            '2026-11-28T01:59': (True, 'Sat 02:00'),
            '2026-11-28T02:00': (False, 'Sat 10:00'),
            '2026-11-29T12:00': (False, 'Mon 09:00'),
        }.items():
            self.assertEqual(self._opening(local), expected, local)

    def test_the_day_the_clocks_change(self):
        sundays = self._calendar([(6, 0, 24)])
        # 2026-10-25 has 25 hours in Berlin, 2026-03-29 has 23.
        self.assertEqual(self._opening('2026-10-25T12:00', calendar=sundays), (True, 'Mon 00:00'))
        self.assertEqual(self._opening('2026-03-29T12:00', calendar=sundays), (True, 'Mon 00:00'))
        early = self._calendar([(6, 9, 18)])
        self.assertEqual(self._opening('2026-10-25T08:30', calendar=early), (False, 'Sun 09:00'))
        self.assertEqual(self._opening('2026-03-29T08:30', calendar=early), (False, 'Sun 09:00'))

    def test_always_open_never_changes(self):
        always = self._calendar([(day, 0, 24) for day in range(7)])
        self.assertEqual(self._opening('2026-11-25T12:00', calendar=always), (True, None))

    def test_hours_that_nobody_entered_are_not_known(self):
        key = None, self.env.company.id, ()
        self.assertEqual(self.env['mobile.store']._schedules([key]), {key: None})
        self.assertIsNone(self._schedule(self._calendar([])))

    def test_changed_hours_count_at_once(self):
        self.assertEqual(self._opening('2026-11-23T08:30'), (False, 'Mon 09:00'))
        self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == '0').hour_from = 8
        self.assertEqual(self._opening('2026-11-23T08:30'), (True, 'Mon 18:00'))

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None)
    @given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))
    def test_the_next_change_is_a_change(self, now, tz):
        schedule = self._schedule(self.calendar)
        is_open, change = schedule.opening(tz, now)
        self.assertGreater(change, now)
        self.assertEqual(schedule.opening(tz, change)[0], not is_open)
        self.assertEqual(schedule.opening(tz, change - timedelta(microseconds=1))[0], is_open)
