from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.mobile_quiet_hours import LOCAL_TIME
from .common import MobileCommon

ZONES = ['UTC', 'Europe/Brussels', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo',
         'Pacific/Apia', 'Africa/Casablanca']
# Around the days on which clocks change, and whole years.
INSTANTS = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from([datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 3, 8, 7),
                     datetime(2026, 11, 1, 6), datetime(2026, 4, 4, 15), datetime(2026, 10, 3, 15, 30)]).flatmap(
        lambda change: st.integers(-360, 360).map(lambda minutes: change + timedelta(minutes=minutes))),
)
SPANS = st.builds(
    lambda days, start, end: {'days': ''.join(map(str, sorted(days))), 'start_minute': start, 'end_minute': end},
    st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1439), st.integers(0, 1439))


def is_quiet(spans, zone, now):
    """Tell whether one of these spans covers an instant, by minutes on the wall clock of a zone."""
    local = now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    clock, days = local.hour * 60 + local.minute, (local.weekday(), (local.weekday() - 1) % 7)
    for span in spans:
        start, end = span['start_minute'], span['end_minute']
        for day, minute in ((days[0], clock), (days[1], clock + 1440)):
            length = end - start if end > start else end + 1440 - start
            begins = start
            if start == end:
                begins, length = 0, 1440
            if str(day) in span['days'] and begins <= minute < begins + length:
                return True
    return False


class PreferenceCase(MobileCommon):

    def prefer(self, partner=None, **values):
        return self.env['mobile.preference']._mobile_update(partner or self.anna, self.company, values)

    def assertDecision(self, decisions, outcome, reason):
        self.assertEqual([(decision.outcome, decision.reason) for decision in decisions], [(outcome, reason)])

    def assertWithheld(self, reason, **values):
        self.assertDecision(self.enter(self.phone, self.fence_near, **values), 'withheld', reason)

    def assertSent(self, **values):
        self.assertDecision(self.enter(self.phone, self.fence_near, **values), 'sent', 'passed')


@tagged('-at_install', 'post_install')
class TestPreferenceGates(PreferenceCase):

    def setUp(self):
        super().setUp()
        self.campaign.write({'max_per_customer': 100, 'cooldown_hours': 0})

    def _decide(self, purpose, granted, company=None):
        self.env['mobile.consent']._append(self.anna, company or self.company, {purpose: granted}, 'device')

    # === CONSENT === #

    def test_a_place_needs_the_consent_to_be_located(self):
        self.assertSent()
        self._decide('location', False)
        self.assertWithheld('no_consent')
        self.assertDecision(self.enter(self.phone_ben, self.fence_near), 'sent', 'passed')
        self._decide('location', True, self.env['res.company'].create({'name': "Other Shop"}))
        self.assertWithheld('no_consent')
        self._decide('location', True)
        self.assertSent()

    def _send_by(self, *channels):
        """Let something send on these channels, and the campaign insist on them."""
        # Providers come with addons of their own.
        self.patch(self.env.registry['mobile.message'], '_channels_of', lambda model, company: frozenset(channels))
        self.campaign.write({'needs_channel': True, 'channel_ids': [Command.clear(), *(
            Command.create({'channel': channel, 'sequence': number}) for number, channel in enumerate(channels))]})

    def test_a_channel_needs_an_address_its_consent_and_to_be_wanted(self):
        self.anna.write({'email': 'anna@mobile-crm.example'})
        for channel in ('push', 'sms', 'email'):
            self._send_by(channel)
            self.prefer(channels=['push', 'sms', 'email'])
            if channel == 'push':
                self.assertWithheld('unreachable')
                self.phone.write({'push_provider': 'fcm', 'push_address': 'address'})
            self.assertWithheld('no_consent')
            self._decide(channel, True)
            self.assertSent()
            self.prefer(channels=[other for other in ('push', 'sms', 'email') if other != channel])
            self.assertWithheld('channel_unwanted')
            self.prefer(channels=[channel])
            self.assertSent()

    def test_the_first_open_channel_is_taken(self):
        self._send_by('email', 'sms', 'push')
        self.campaign.needs_channel = False
        self.assertEqual(self.enter(self.phone, self.fence_near).channel, 'inbox')
        self._decide('sms', True)
        self._decide('push', True)
        self.phone.write({'push_provider': 'fcm', 'push_address': 'address'})
        self.assertEqual(self.enter(self.phone, self.fence_near).channel, 'sms')
        self.prefer(channels=['push'])
        self.assertEqual(self.enter(self.phone, self.fence_near).channel, 'push')
        self.phone.notifications_allowed = False
        self.assertEqual(self.enter(self.phone, self.fence_near).channel, 'inbox')

    def test_what_nothing_sends_is_no_channel(self):
        self._send_by('sms')
        self._decide('sms', True)
        self.patch(self.env.registry['mobile.message'], '_channels_of', lambda model, company: frozenset())
        self.assertWithheld('unreachable')
        self.campaign.needs_channel = False
        self.assertEqual(self.enter(self.phone, self.fence_near).channel, 'inbox')

    def test_a_blacklisted_number_closes_its_channel(self):
        self._send_by('sms')
        self._decide('sms', True)
        self.env['phone.blacklist'].create({'number': self.anna.phone})
        self.assertWithheld('no_consent')

    def test_the_inbox_is_no_channel(self):
        self.prefer(channels=[])
        self.assertSent()

    # === STORES AND CATEGORIES === #

    def test_store_unwanted(self):
        self.prefer(store_ids=[self.store_far.id])
        self.assertWithheld('store_unwanted')
        self.assertDecision(self.enter(self.phone, self.fence_far), 'sent', 'passed')
        self.store_far.active = False
        self.assertWithheld('store_unwanted')
        self.prefer(store_ids=[])
        self.assertSent()

    def test_category_unwanted(self):
        Category = self.env['product.category']
        coats = Category.create({'name': "Coats"})
        rain = Category.create({'name': "Rain Coats", 'parent_id': coats.id})
        tea = Category.create({'name': "Tea"})
        self.prefer(category_ids=[coats.id])
        self.assertSent()
        for categories, is_wanted in ((tea, False), (rain, True), (coats, True), (tea + rain, True)):
            self.campaign.category_ids = categories
            (self.assertSent if is_wanted else lambda: self.assertWithheld('category_unwanted'))()
        self.campaign.category_ids = coats
        self.prefer(category_ids=[rain.id])
        self.assertWithheld('category_unwanted')

    # === QUIET HOURS === #

    def _quiet_at(self, clock, zone, minutes=1):
        """Prefer quiet from this moment on the clock of a zone; the phone and the contact have no zone."""
        local = clock.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        start = local.hour * 60 + local.minute
        self.prefer(quiet_hours=[
            {'days': '0123456', 'start_minute': start, 'end_minute': (start + minutes) % 1440}])

    def _send_to_anna(self):
        """Decide about a customer who is at no store and whose phone has said nothing."""
        return self.env['mobile.decision']._decide(SQL(
            """SELECT %s AS campaign_id, %s AS partner_id, NULL::int AS event_id, NULL::int AS device_id,
                      NULL::int AS store_id, NULL::int AS product_id, %s AS occurred_at, NULL::varchar AS cause,
                      NULL::int AS run_id""",
            self.campaign.id, self.anna.id, fields.Datetime.now()), self.campaign)

    def test_quiet_hours(self):
        self._quiet_at(fields.Datetime.now() - timedelta(minutes=30), 'Europe/Brussels', 60)
        self.phone.timezone = 'Europe/Brussels'
        self.assertWithheld('quiet_hours')
        self.prefer(quiet_hours=[])
        self.assertSent()

    def test_the_zone_is_that_of_the_phone_the_contact_the_store_the_company(self):
        now = fields.Datetime.now() - timedelta(minutes=30)
        zones = ['Asia/Tokyo', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Honolulu']

        for first in range(4):
            self.phone.timezone, self.anna.tz, self.store_near.tz, self.company.partner_id.tz = (
                zone if index >= first else False for index, zone in enumerate(zones)) if first < 3 else (
                False, False, 'UTC', zones[3])
            for index, zone in enumerate(zones):
                self._quiet_at(now, zone, 60)
                decision = self.enter(self.phone, self.fence_near) if first < 3 else self._send_to_anna()
                self.assertEqual(decision.reason, 'quiet_hours' if index == first else 'passed', (first, zone))
        # A name that PostgreSQL does not know is passed over.
        self.phone.timezone = 'Mars/Olympus'
        self._quiet_at(now, 'UTC', 60)
        self.assertWithheld('quiet_hours')

    def test_the_phone_that_reported_last_is_where_the_customer_is(self):
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        tablet.signed_in_at -= timedelta(days=1)
        self.phone.timezone, tablet.timezone = 'Asia/Tokyo', 'America/New_York'
        tablet.last_seen_at = fields.Datetime.now() + timedelta(minutes=1)
        self._quiet_at(fields.Datetime.now() - timedelta(minutes=30), 'Asia/Tokyo', 60)
        self.assertWithheld('quiet_hours')
        self.assertDecision(self.enter(tablet, self.fence_near), 'sent', 'passed')

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=300)
    @given(spans=st.lists(SPANS, min_size=1, max_size=3), zone=st.sampled_from(ZONES), now=INSTANTS)
    # The hour that is missing, and the one that comes twice.
    @example(spans=[{'days': '6', 'start_minute': 120, 'end_minute': 180}], zone='Europe/Brussels',
             now=datetime(2026, 3, 29, 1, 0))
    @example(spans=[{'days': '6', 'start_minute': 150, 'end_minute': 151}], zone='Europe/Brussels',
             now=datetime(2026, 10, 25, 0, 30))
    @example(spans=[{'days': '6', 'start_minute': 150, 'end_minute': 151}], zone='Europe/Brussels',
             now=datetime(2026, 10, 25, 1, 30))
    @example(spans=[{'days': '6', 'start_minute': 1320, 'end_minute': 420}], zone='UTC', now=datetime(2026, 11, 23, 6))
    @example(spans=[{'days': '0', 'start_minute': 480, 'end_minute': 480}], zone='UTC', now=datetime(2026, 11, 23, 7))
    def test_law_quiet_hours_are_those_of_the_wall_clock(self, spans, zone, now):
        QuietHours = self.env['mobile.quiet.hours']
        rows = SQL(', ').join(
            SQL('(%s, %s, %s)', span['days'], span['start_minute'], span['end_minute']) for span in spans)
        (found,), = self.env.execute_query(SQL(
            'SELECT bool_or(%s) FROM (VALUES %s) AS quiet(days, start_minute, end_minute)',
            QuietHours._covers_sql(QuietHours._local_sql(now, SQL('%s', zone))), rows))
        self.assertIs(found, is_quiet(spans, zone, now))

    def test_the_clock_is_looked_at_once(self):
        """A broadcast asks this for each customer: a clock that is read wherever it is named costs a dozen times."""
        QuietHours = self.env['mobile.quiet.hours']
        rows = self.env.execute_query(SQL(
            "EXPLAIN VERBOSE SELECT %s FROM mobile_quiet_hours quiet", QuietHours._covers_sql(
                QuietHours._local_sql(datetime(2026, 11, 23, 7), SQL('quiet.days')))))
        self.assertEqual('\n'.join(row[0] for row in rows).count(f'{LOCAL_TIME}('), 1)

    def test_the_clock_is_for_one_process(self):
        """It catches an unknown zone in a subtransaction, which PostgreSQL may refuse in a parallel plan."""
        self.assertEqual(
            self.env.execute_query(SQL('SELECT proparallel FROM pg_proc WHERE proname = %s', LOCAL_TIME)), [('u',)])

    # === HOW OFTEN === #

    def test_weekly_maximum_over_all_campaigns(self):
        other = self.campaign.copy()
        other.action_start()
        self.prefer(max_messages_per_week=3)
        first = self.enter(self.phone, self.fence_near)
        self.assertEqual(first.mapped('reason'), ['passed', 'passed'])
        second = self.enter(self.phone, self.fence_near)
        self.assertEqual(sorted(second.mapped('reason')), ['passed', 'weekly_maximum'])
        self.assertEqual(
            set(self.enter(self.phone, self.fence_near).mapped('reason')), {'weekly_maximum'})
        self.assertEqual(len(self.enter(self.phone_ben, self.fence_near).filtered('message_id')), 2)
        # It is a window of seven days that moves along.
        first.sudo().write({'decided_at': first[0].decided_at - timedelta(days=7)})
        self.assertEqual(set(self.enter(self.phone, self.fence_near).mapped('reason')), {'passed'})

    def test_no_messages_at_all(self):
        self.prefer(max_messages_per_week=0)
        self.assertWithheld('weekly_maximum')
        self.prefer(max_messages_per_week=None)
        self.assertSent()

    def test_another_companys_messages_do_not_count(self):
        self.prefer(max_messages_per_week=1)
        other = self.env['res.company'].create({'name': "Other Shop"})
        decision = self.enter(self.phone, self.fence_near)
        self.assertWithheld('weekly_maximum')
        decision.sudo().company_id = other
        self.assertSent()

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=15)
    @given(maximum=st.integers(0, 5), campaigns=st.integers(1, 3), batches=st.lists(st.integers(1, 4), max_size=4))
    def test_law_no_more_than_the_maximum_and_no_fewer(self, maximum, campaigns, batches):
        self.campaign.action_pause()
        running = self.env['mobile.campaign']
        for _ in range(campaigns):
            running += self.campaign.copy()
        running.action_start()
        before = self.env['mobile.decision'].search([('partner_id', '=', self.anna.id)])
        before.sudo().write({'decided_at': fields.Datetime.now() - timedelta(days=8)})
        self.prefer(max_messages_per_week=maximum)
        self.hurry()
        for size in batches:
            self.env['mobile.event']._record(self.phone, [self.enter_report(self.fence_near) for _ in range(size)])
        decisions = running.decision_ids
        self.assertEqual(len(decisions), campaigns * sum(batches))
        self.assertEqual(
            len(decisions.filtered(lambda decision: decision.outcome == 'sent')),
            min(maximum, campaigns * sum(batches)))
        running.action_done()

    # === WHAT IS CHOSEN STAYS === #

    def test_what_a_customer_chose_is_not_deleted_under_them(self):
        self.prefer(store_ids=[self.store_far.id])
        (restrict,), = self.env.execute_query(SQL(
            """SELECT count(*) FROM pg_constraint
                WHERE conrelid IN ('mobile_preference_store_rel'::regclass, 'mobile_preference_category_rel'::regclass)
                  AND confdeltype = 'r'"""))
        self.assertEqual(restrict, 2)

    def test_quiet_hours_have_a_short_name(self):
        preference = self.prefer(quiet_hours=[
            {'days': days, 'start_minute': 1260, 'end_minute': 420} for days in ('0123456', '01234', '56', '024')])
        self.assertEqual(preference.quiet_hours_ids.mapped('display_name'), [
            "Every day: 21:00-07:00", "Monday-Friday: 21:00-07:00", "Saturday, Sunday: 21:00-07:00",
            "Monday, Wednesday, Friday: 21:00-07:00"])

    def test_a_preference_goes_with_its_customer(self):
        preference = self.prefer(max_messages_per_week=1, quiet_hours=[
            {'days': '0', 'start_minute': 0, 'end_minute': 60}])
        spans = preference.quiet_hours_ids
        self.assertEqual(spans.display_name, "Monday: 00:00-01:00")
        self.env.cr.execute('DELETE FROM mobile_preference WHERE partner_id = %s', (self.anna.id,))
        self.env.invalidate_all()
        self.assertFalse(preference.exists())
        self.assertFalse(spans.exists())
