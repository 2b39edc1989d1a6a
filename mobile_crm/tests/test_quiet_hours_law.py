"""Quiet hours and the weekly maximum as laws, against oracles that are plain Python and share no line with the SQL."""
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import MobileCommon

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
#: Instants at which clocks change: forward and back, by an hour and by half of one, and over the date line.
CHANGES = {
    'Europe/Brussels': [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)],
    'America/New_York': [datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6)],
    'Australia/Lord_Howe': [datetime(2026, 4, 4, 15), datetime(2026, 10, 3, 15, 30)],
    'Asia/Kathmandu': [datetime(1985, 12, 31, 18, 30)],
    'Pacific/Apia': [datetime(2011, 12, 30, 10), datetime(2021, 4, 3, 14)],
    'UTC': [datetime(2026, 12, 31, 23, 59)],
}
MOMENTS = st.sampled_from([
    (zone, change) for zone, changes in CHANGES.items() for change in changes]).flatmap(
        lambda at: st.tuples(st.just(at[0]), st.integers(-2000, 2000).map(
            lambda minutes: at[1] + timedelta(minutes=minutes))))
SPANS = st.lists(st.builds(
    lambda days, start, end: {'days': ''.join(map(str, sorted(days))), 'start_minute': start, 'end_minute': end},
    st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1439), st.integers(0, 1439)), min_size=1, max_size=2)
SETTINGS = settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=25)


def quiet_labels(spans):
    """Return what a wall clock shows while it is quiet: (weekday, hour, minute), walked minute by minute."""
    labels = set()
    for span in spans:
        for day in map(int, span['days']):
            at = (day, *divmod(span['start_minute'], 60))
            end = divmod(span['end_minute'], 60)
            if at[1:] == end:
                labels |= {(day, hour, minute) for hour in range(24) for minute in range(60)}
                continue
            while at[1:] != end:
                labels.add(at)
                weekday, hour, minute = at
                minute += 1
                if minute == 60:
                    hour, minute = hour + 1, 0
                if hour == 24:
                    weekday, hour = (weekday + 1) % 7, 0
                at = (weekday, hour, minute)
    return labels


def label(instant, zone):
    """Return what the wall clock of a zone shows at an instant (naive UTC)."""
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour, local.minute


class LawCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'trigger': 'manual', 'max_per_customer': 10_000, 'cooldown_hours': 0, 'coupon_days': 1})

    def setUp(self):
        super().setUp()
        self.cause = 0

    @contextmanager
    def at(self, instant):
        """Turn the clock of this process to an instant (naive UTC)."""
        with freeze_time(instant):
            yield

    def candidate(self, partner, device=None, campaign=None):
        self.cause += 1
        return SQL(
            """SELECT %s AS campaign_id, %s AS partner_id, NULL::int AS event_id, %s::int AS device_id,
                      NULL::int AS store_id, NULL::int AS product_id, %s AS occurred_at, %s AS cause,
                      NULL::int AS run_id""",
            (campaign or self.campaign).id, partner.id, device.id if device else None, fields.Datetime.now(),
            f'law:{self.cause}')

    def prefer(self, **values):
        self.env['mobile.preference']._mobile_update(self.anna, self.company, values)

    def reason_at(self, instant, device=None):
        """Return what would be decided about Anna at an instant."""
        return self.env['mobile.decision']._dry_run(
            self.candidate(self.anna, device), self.campaign, at=instant)['outcomes'][0][0]


@tagged('-at_install', 'post_install')
class TestQuietHoursLaw(LawCase):

    def test_each_minute_around_each_change_of_clocks(self):
        """Three days around each, minute by minute, in one statement for each span."""
        QuietHours = self.env['mobile.quiet.hours']
        spans = [
            {'days': '0123456', 'start_minute': 120, 'end_minute': 180},
            {'days': '0123456', 'start_minute': 90, 'end_minute': 150},
            {'days': '5', 'start_minute': 1350, 'end_minute': 155},
            {'days': '46', 'start_minute': 0, 'end_minute': 0},
        ]
        minutes = 0
        for zone, changes in CHANGES.items():
            for change in changes:
                first = change - DAY - DAY / 2
                instants = [first + count * MINUTE for count in range(3 * 1440)]
                for span in spans:
                    labels = quiet_labels([span])
                    found = self.env.execute_query(SQL(
                        """SELECT %s FROM generate_series(0, %s) AS count, (VALUES (%s, %s, %s))
                                  AS quiet(days, start_minute, end_minute) ORDER BY count""",
                        QuietHours._covers_sql(QuietHours._local_sql(
                            SQL("%s + count * interval '1 minute'", first), SQL('%s', zone))),
                        len(instants) - 1, *span.values()))
                    wrong = [instant for instant, (is_quiet,) in zip(instants, found, strict=True)
                             if is_quiet is not (label(instant, zone) in labels)]
                    self.assertEqual(wrong, [], (zone, span))
                    minutes += len(instants)
        self.assertEqual(minutes, 172_800)

    @SETTINGS
    @given(moment=MOMENTS, spans=SPANS)
    @example(moment=('Europe/Brussels', datetime(2026, 10, 25, 0, 30)),
             spans=[{'days': '6', 'start_minute': 150, 'end_minute': 151}])
    @example(moment=('Australia/Lord_Howe', datetime(2026, 4, 4, 15, 10)),
             spans=[{'days': '6', 'start_minute': 90, 'end_minute': 120}])
    def test_law_nothing_is_decided_for_quiet_hours(self, moment, spans):
        zone, instant = moment
        self.phone.timezone = zone
        self.prefer(quiet_hours=spans)
        self.assertEqual(
            self.reason_at(instant, self.phone),
            'quiet_hours' if label(instant, zone) in quiet_labels(spans) else 'passed')

    @SETTINGS
    @given(spans=SPANS, journey=st.lists(
        st.tuples(st.sampled_from(list(CHANGES)), st.integers(0, 20_000)), min_size=1, max_size=4))
    def test_law_the_clock_is_the_one_where_the_phone_is(self, spans, journey):
        """A customer who flies takes their quiet hours along, also within a minute."""
        self.prefer(quiet_hours=spans)
        labels = quiet_labels(spans)
        instant = datetime(2026, 3, 8)
        for zone, minutes in journey:
            instant += timedelta(minutes=minutes)
            self.phone.timezone = zone
            self.assertEqual(
                self.reason_at(instant, self.phone), 'quiet_hours' if label(instant, zone) in labels else 'passed')


@tagged('-at_install', 'post_install')
class TestWeeklyMaximumLaw(LawCase):

    @SETTINGS
    @given(
        maximum=st.integers(0, 4), zone=st.sampled_from(list(CHANGES)),
        # Minutes until the next decision, and how many are decided at once, of one phone and the other in turns.
        steps=st.lists(st.tuples(
            st.one_of(st.integers(0, 3 * 1440), st.sampled_from([7 * 1440 - 1, 7 * 1440, 7 * 1440 + 1])),
            st.integers(1, 3)), min_size=1, max_size=7))
    @example(maximum=1, zone='Europe/Brussels', steps=[(0, 1), (7 * 1440 - 1, 1), (1, 1)])
    def test_law_no_seven_days_have_more(self, maximum, zone, steps):
        """Of a window of seven days that moves along; on whichever day the clocks change, a week has 168 hours."""
        self.env['mobile.decision'].search([('partner_id', '=', self.anna.id)]).sudo().unlink()
        self.phone.timezone = zone
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        self.prefer(max_messages_per_week=maximum)
        instant, sent = CHANGES[zone][0] - 2 * DAY, []
        for minutes, count in steps:
            instant += timedelta(minutes=minutes)
            with self.at(instant):
                candidates = SQL(' UNION ALL ').join(
                    self.candidate(self.anna, device) for device in (self.phone, tablet, self.phone)[:count])
                decisions = self.env['mobile.decision']._decide(candidates, self.campaign)
            room = max(0, maximum - sum(instant - at < WEEK for at in sent))
            self.assertEqual(
                sorted(decisions.mapped('reason')),
                ['passed'] * min(room, count) + ['weekly_maximum'] * max(0, count - room))
            sent += [instant] * min(room, count)
