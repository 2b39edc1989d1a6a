"""From the decision to the phone: what is queued, what is asked again before it is sent, and what is counted."""
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.mobile_campaign_reach import COUNTS
from ..tools.delivery import Outcome
from ..tools.racing import execute_racing
from .outbox_common import OutboxCommon
from .test_quiet_hours_law import MOMENTS, SPANS, label, quiet_labels


class ReachCase(OutboxCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'max_per_customer': 100, 'cooldown_hours': 0})
        cls.travel('push', 'sms', 'email')

    @classmethod
    def travel(cls, *channels):
        """Let the campaign's messages travel by these channels."""
        cls.campaign.channel_ids = [Command.clear(), *(
            Command.create({'channel': channel, 'sequence': number}) for number, channel in enumerate(channels))]

    def offer(self, device=None, fence=None, minutes_ago=0):
        """Let a customer come near a store.

        :return: the message, as it is in the inbox.
        """
        return self.enter(device or self.phone, fence or self.fence_near, occurred_at=self.ago(minutes_ago)).message_id

    def report(self, event_type, device=None, fence=None, minutes_ago=0):
        self.hurry()
        return self.env['mobile.event']._record(device or self.phone, [self.enter_report(
            fence or self.fence_near, type=event_type, occurred_at=self.ago(minutes_ago))])

    def ago(self, minutes):
        return fields.Datetime.now() - timedelta(minutes=minutes)

    def sent(self):
        """Return the public ids of what the providers have got."""
        return [parcel.public_id for provider in self.providers.values() for parcel in provider.sent]

    def states(self, message):
        return [(attempt.channel, attempt.state, attempt.reason) for attempt in self.attempts(message)]

    def prefer(self, partner=None, **values):
        self.env['mobile.preference']._mobile_update(partner or self.anna, self.company, values)


@tagged('-at_install', 'post_install')
class TestReach(ReachCase):

    # === FROM THE DECISION INTO THE QUEUE === #

    def test_the_message_sets_out_by_the_first_open_way(self):
        message = self.offer()
        self.assertEqual(self.states(message), [('push', 'queued', False)])
        self.assertEqual(message.next_channels, 'sms,email')
        # A second may end between the two.
        moment = timedelta(seconds=10)
        self.assertAlmostEqual(message.fallback_at - message.sent_at, timedelta(minutes=5), delta=moment)
        self.assertAlmostEqual(message.expires_at - message.sent_at, timedelta(minutes=15), delta=moment)
        attempt = self.attempts(message)
        self.assertEqual((attempt.campaign_id, attempt.expires_at), (self.campaign, message.expires_at))
        self.send()
        self.assertEqual(self.sent(), [message.uuid])

    def test_the_ways_before_the_decided_one_are_left_out(self):
        self.travel('push', 'email', 'sms')
        self.phone.push_address = False
        message = self.offer()
        self.assertEqual(self.env['mobile.decision'].search([('message_id', '=', message.id)]).channel, 'email')
        self.assertEqual(self.states(message), [('email', 'queued', False)])
        self.assertEqual(message.next_channels, 'sms')

    def test_what_stays_in_the_inbox_is_queued_nowhere(self):
        self.env['mobile.consent']._append(
            self.anna, self.company, {'push': False, 'sms': False, 'email': False}, 'device')
        message = self.offer()
        self.assertEqual((message.next_channels, message.fallback_at, self.states(message)), (False, False, []))
        self.travel()
        message = self.offer(self.phone_ben)
        self.assertEqual((message.expires_at, message.collapse_key, self.states(message)), (False, False, []))

    def test_a_campaign_of_one_app_goes_to_that_app(self):
        """A customer who has two of a company's apps, of two brands."""
        brand = self.env['mobile.app'].create({'name': "Other Brand", 'company_id': self.company.id})
        self.campaign.app_id = self.app
        tablet = self._make_device(brand)
        tablet._sign_in(self.anna_user)
        tablet.write({'push_provider': 'fcm', 'push_address': 'tablet-of-anna'})
        self.startPatcher(patch.object(
            self.registry['mobile.message'], '_ready', lambda model, company: [
                *(('push', 'fcm', model.env['mobile.app'].browse(app.id)) for app in (self.app, brand)),
                ('sms', 'sms', model.env['mobile.app'])]))
        self.assertEqual(self.attempts(self.offer()).device_id, self.phone)
        self.phone.push_address = False
        message = self.offer()
        self.assertEqual(self.states(message), [('sms', 'queued', False)])
        self.assertEqual(self.env['mobile.decision'].search([('message_id', '=', message.id)]).channel, 'sms')
        self.campaign.app_id = False
        self.assertEqual(self.attempts(self.offer()).device_id, tablet)

    def test_each_company_has_its_own_ways(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        theirs = self.campaign.copy({'company_id': other.id, 'program_id': self.program.copy({
            'company_id': other.id}).id})
        self.assertEqual(theirs.channel_ids.mapped('channel'), ['push', 'sms', 'email'])
        self.assertEqual((self.campaign + theirs)._ways(), {self.campaign: ['push', 'sms', 'email'], theirs: []})

    def test_a_thousand_take_as_many_statements_as_ten(self):
        self.campaign.trigger = 'manual'
        partners = self.env['res.partner'].create([
            {'name': f"Customer {number}", 'email': f'customer{number}@shop.example'} for number in range(300)])
        for partner in partners:
            self.env['mobile.consent']._append(partner, self.company, {'email': True}, 'import')

        def statements(some):
            candidates = SQL(' UNION ALL ').join(
                self.env['mobile.decision']._candidate(self.campaign, partner, cause=f'law:{partner.id}')
                for partner in some)
            # What is asked for the first time is not asked for the second.
            self.env['mobile.decision']._decide(candidates, self.campaign)
            self.env['mobile.message'].search([('partner_id', 'in', some.ids)]).unlink()
            decisions = self.env['mobile.decision'].search([('partner_id', 'in', some.ids)])
            before = self.env.cr.sql_log_count
            self.campaign._tell({decision.id: decision.card_id.id for decision in decisions})
            count = self.env.cr.sql_log_count - before
            self.assertEqual(self.env['mobile.message'].search_count([
                ('partner_id', 'in', some.ids), ('channel', '=', 'email'), ('state', '=', 'queued')]), len(some))
            return count

        statements(partners[:5])
        self.assertEqual(statements(partners[5:15]), statements(partners[15:]))

    def test_a_message_is_worth_sending_as_long_as_there_is_something_to_say(self):
        now = fields.Datetime.now()
        self.assertEqual(self.campaign._good_until(now), now + timedelta(minutes=15))
        self.campaign.time_to_live = 20 * 24 * 60
        self.assertEqual(self.campaign._good_until(now), now + timedelta(days=self.campaign.coupon_days))
        self.campaign.date_to = now + timedelta(hours=1)
        self.assertEqual(self.campaign._good_until(now), now + timedelta(hours=1))

    def test_a_newer_message_replaces_the_one_before(self):
        self.campaign.replaces_earlier = True
        first, bens = self.offer(minutes_ago=12), self.offer(self.phone_ben)
        second = self.offer(fence=self.fence_far, minutes_ago=6)
        self.assertEqual(self.states(first), [('push', 'cancelled', 'replaced')])
        self.send()
        self.assertCountEqual(self.sent(), [bens.uuid, second.uuid])
        self.assertEqual({parcel.collapse_key for parcel in self.providers['fcm'].sent}, {second.collapse_key})
        self.campaign.replaces_earlier = False
        third = self.offer()
        self.send()
        self.assertEqual(self.providers['fcm'].sent[-1].collapse_key, third.uuid)

    # === WHAT HAS CHANGED BETWEEN QUEUE AND SENDING === #

    def assertNotSent(self, message, state, reason):
        self.send()
        self.assertEqual(self.states(message), [('push', state, reason)])
        self.assertEqual(self.sent(), [])
        with self.later(minutes=14):
            self.look_after()
            self.send()
        self.assertEqual(self.sent(), [], "nor by another way")

    def test_withdrawn_consent_to_all_ways(self):
        message = self.offer()
        self.env['mobile.consent']._append(
            self.anna, self.company, {'push': False, 'sms': False, 'email': False}, 'device')
        self.assertNotSent(message, 'cancelled', 'consent_withdrawn')

    def test_withdrawn_consent_to_be_located(self):
        message = self.offer()
        self.env['mobile.consent']._append(self.anna, self.company, {'location': False}, 'device')
        self.send()
        self.assertEqual((self.states(message), self.sent()), ([('push', 'cancelled', 'consent_withdrawn')], []))

    def test_consent_that_a_new_wording_has_ended(self):
        """Nobody withdraws, so nothing is cancelled then: the worker finds out."""
        message = self.offer()
        for purpose in ('push', 'sms', 'email'):
            self.env['mobile.consent.wording'].search([
                ('purpose', '=', purpose), ('state', '=', 'current'), ('company_id', '=', False)],
            ).copy({'text': "We ask again.", 'renew': True}).action_publish()
        self.assertEqual(self.states(message), [('push', 'queued', False)])
        self.assertNotSent(message, 'cancelled', 'consent_withdrawn')

    def test_withdrawn_consent_to_pushes_leaves_the_next_way(self):
        message = self.offer()
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'device')
        self.look_after()
        self.send()
        self.assertEqual(self.states(message), [
            ('push', 'cancelled', 'consent_withdrawn'), ('sms', 'sent', False)])

    def test_a_way_that_is_not_wanted_any_more(self):
        message = self.offer()
        self.prefer(channels=[])
        self.assertNotSent(message, 'cancelled', 'unwanted')

    def test_quiet_hours_that_have_begun(self):
        message = self.offer()
        # Where the phone is it is not yet quiet.
        self.phone.timezone = 'UTC'
        start = fields.Datetime.now() + timedelta(minutes=3)
        self.prefer(quiet_hours=[{
            'days': '0123456', 'start_minute': start.hour * 60 + start.minute,
            'end_minute': (start.hour * 60 + start.minute + 60) % 1440}])
        with self.later(minutes=4):
            self.assertNotSent(message, 'cancelled', 'quiet_hours')

    def test_a_deleted_account(self):
        message = self.offer()
        self.env['mobile.erasure']._request(self.anna, self.company, 'device')
        self.assertNotSent(message, 'cancelled', 'customer_gone')

    def test_a_redeemed_offer(self):
        message = self.offer()
        self.env['mobile.redemption']._reserve(message.card_id, self.company, 'till', "Receipt 1")
        self.assertNotSent(message, 'cancelled', 'offer_used')

    def test_an_offer_that_was_taken_out_of_use(self):
        message = self.offer()
        message.card_id.active = False
        self.assertNotSent(message, 'cancelled', 'offer_gone')

    def test_a_campaign_that_has_ended(self):
        message = self.offer()
        self.campaign.action_done()
        self.assertNotSent(message, 'cancelled', 'campaign_ended')

    def test_a_campaign_that_was_archived(self):
        message = self.offer()
        self.campaign.active = False
        self.assertNotSent(message, 'cancelled', 'campaign_ended')

    def test_a_pause_is_no_end(self):
        self.campaign.time_to_live = 60
        message = self.offer()
        self.campaign.action_pause()
        self.send()
        self.assertEqual((self.states(message), self.sent()), ([('push', 'queued', False)], []))
        self.campaign.action_start()
        with self.later(minutes=11):
            self.send()
        self.assertEqual(self.sent(), [message.uuid])

    def test_what_is_too_old(self):
        message = self.offer()
        with self.later(minutes=15):
            self.send()
        self.assertEqual((self.states(message), self.sent()), ([('push', 'expired', 'too_old')], []))

    # === WHO HAS LEFT === #

    def test_who_has_left_the_store_is_not_called_back(self):
        message, bens = self.offer(minutes_ago=5), self.offer(self.phone_ben)
        self.report('exit', minutes_ago=1)
        self.send()
        self.assertEqual(self.states(message), [('push', 'expired', 'too_old')])
        self.assertEqual(self.sent(), [bens.uuid])

    def test_who_has_come_back_is_there(self):
        message = self.offer(minutes_ago=12)
        self.report('exit', minutes_ago=7)
        self.report('enter', minutes_ago=2)
        self.send()
        self.assertIn(message.uuid, self.sent())

    def test_leaving_another_store_is_not_leaving_this_one(self):
        self.offer(fence=self.fence_far, minutes_ago=12)
        self.report('exit', fence=self.fence_far, minutes_ago=7)
        message = self.offer(minutes_ago=2)
        self.send()
        self.assertIn(message.uuid, self.sent())

    def test_leaving_can_be_the_occasion(self):
        self.campaign.trigger = 'exit'
        self.report('enter', minutes_ago=10)
        self.report('exit')
        message = self.env['mobile.message'].search(
            [('partner_id', '=', self.anna.id), ('campaign_id', '=', self.campaign.id), ('channel', '=', 'inbox')])
        self.send()
        self.assertEqual(self.sent(), [message.uuid])

    # === THE WAYS AFTER THE FIRST === #

    def test_the_next_way_is_the_same_message(self):
        """It counts once: against the customer's weekly maximum, in results, and for the phone, by its id."""
        self.prefer(max_messages_per_week=1)
        message = self.offer()
        self.send()
        with self.later(minutes=6):
            self.look_after()
            self.send()
        self.assertEqual(self.states(message), [('push', 'sent', False), ('sms', 'sent', False)])
        self.assertEqual(set(self.sent()), {message.uuid})
        self.assertEqual(self.enter(self.phone, self.fence_near).reason, 'weekly_maximum')
        self.prefer(max_messages_per_week=2)
        self.assertEqual(self.enter(self.phone, self.fence_near).reason, 'passed')

    def test_what_has_arrived_goes_no_further(self):
        message = self.offer()
        self.send()
        self.env['mobile.message']._take_receipts(self.phone, [(message.uuid, 'delivered', None)])
        with self.later(minutes=6):
            self.look_after()
            self.send()
        self.assertEqual(self.states(message), [('push', 'delivered', False)])
        self.assertEqual((message.state, message.next_channels), ('delivered', False))

    def test_who_has_opened_it_elsewhere_gets_it_no_more(self):
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        tablet.write({'push_provider': 'fcm', 'push_address': 'tablet-of-anna'})
        message = self.offer()
        self.env['mobile.message']._take_receipts(tablet, [(message.uuid, 'opened', None)])
        self.send()
        self.assertEqual(self.states(message), [('push', 'cancelled', 'seen')] * 2)
        self.assertEqual(self.sent(), [])

    # === WHAT IS COUNTED === #

    def test_results_by_channel(self):
        self.travel('push', 'sms')
        phones = [self._make_customer(f"Customer {number}", f'+3247511220{number}', 'android') for number in range(4)]
        for partner, _user, device in phones:
            device.write({'push_provider': 'fcm', 'push_address': f'address-{device.id}'})
            self.env['mobile.consent']._append(partner, self.company, {'push': True, 'sms': True}, 'import')
        arrived, opened, silent, dead = messages = [self.offer(device) for _partner, _user, device in phones]
        waiting = self.offer(self.phone_ben)
        dead_address = phones[3][2].push_address
        self.providers['fcm'].answer = lambda parcel: (
            Outcome(parcel.id, 'dead', 'no_address') if parcel.address == dead_address else Outcome(parcel.id, 'sent'))
        self.send('fcm')
        Message = self.env['mobile.message']
        Message._take_receipts(phones[0][2], [(arrived.uuid, 'delivered', None)])
        Message._take_receipts(phones[1][2], [(opened.uuid, 'opened', None)])
        with self.later(minutes=6):
            self.look_after()
            self.send('sms')
        self.assertEqual(self.states(dead), [('push', 'failed', 'no_address'), ('sms', 'sent', False)])
        self.assertEqual(self.states(silent), [('push', 'sent', False), ('sms', 'sent', False)])
        found = {channel['key']: (tuple(channel[name] for name in COUNTS), [
            (reason['key'], reason['count']) for reason in channel['reasons']])
            for channel in self.campaign.get_results()['channels']}
        # tried, as the next way, sent, delivered, opened, waiting, not sent
        self.assertEqual(found, {
            'push': ((5, 0, 3, 2, 1, 0, 2), [('next_way', 1), ('no_address', 1)]), 'sms': ((3, 3, 3, 0, 0, 0, 0), [])})
        self.assertEqual(self.states(waiting), [('push', 'cancelled', 'next_way'), ('sms', 'sent', False)])
        self.assertEqual([message.delivery_summary for message in messages], [
            "Notification: Delivered", "Notification: Opened", "Notification: Sent, Text Message: Sent",
            "Notification: Failed, Text Message: Sent"])
        self.assertEqual(self.campaign.opened_count, 1)
        funnel = {step['key']: step['count'] for step in self.campaign.get_results()['funnel']}
        self.assertEqual((funnel['sent'], funnel['delivered'], funnel['opened']), (5, 2, 1))

    def test_several_phones_are_one_customer(self):
        tablet = self._make_device()
        tablet._sign_in(self.anna_user)
        tablet.write({'push_provider': 'fcm', 'push_address': 'tablet-of-anna'})
        message = self.offer()
        self.send()
        self.assertEqual(len(self.attempts(message)), 2)
        channel, = self.campaign.get_results()['channels']
        self.assertEqual((channel['tried'], channel['sent'], channel['fallback']), (1, 1, 0))


@tagged('-at_install', 'post_install')
class TestDeliverySettings(ReachCase):

    def test_a_new_campaign_travels_by_notification(self):
        campaign = self.env['mobile.campaign'].create({
            'name': "New", 'program_id': self.program.id, 'message_title': "Hello"})
        self.assertEqual(campaign._channels(), ['push'])
        self.assertEqual((campaign.time_to_live, campaign.fallback_minutes), (15, 5))
        for trigger, times in (('scan', (15, 5)), ('broadcast', (1440, 30)), ('birthday', (1440, 30))):
            campaign.trigger = trigger
            self.assertEqual((campaign.time_to_live, campaign.fallback_minutes), times)
        campaign.time_to_live = 90
        self.assertEqual(campaign.copy().time_to_live, 90)

    def test_bounds(self):
        for name in ('time_to_live', 'fallback_minutes'):
            for value in (0, -1, 28 * 24 * 60 + 1):
                with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                    self.campaign[name] = value
                    self.campaign.flush_recordset()
                self.campaign.invalidate_recordset()

    def test_it_is_said_in_words(self):
        self.campaign.write({'time_to_live': 90, 'fallback_minutes': 30})
        self.assertEqual(
            self.campaign.delivery_summary,
            "In the app's inbox; and a notification, after 30 minutes a text message, after 1 hour an email. After 90 "
            "minutes nothing more is sent.")
        self.assertFalse(self.campaign.delivery_hint)
        self.campaign.time_to_live = 30
        self.assertEqual(
            self.campaign.delivery_hint,
            "Too late for a text message, an email: by then the message is not worth sending any more.")
        self.travel()
        self.assertEqual(self.campaign.delivery_summary, "In the app's inbox only.")

    def test_templates_say_by_which_ways(self):
        template = self.env.ref('mobile_crm.campaign_template_birthday')
        template.channels = 'push,email'
        values = template._campaign_values()
        campaign = self.env['mobile.campaign'].create({**values, 'name': "Birthday", 'program_id': self.program.id})
        self.assertEqual(campaign._channels(), ['push', 'email'])
        template.channels = ' email , push '
        self.assertEqual(template._channels(), ['email', 'push'])
        for wrong in ('pigeon', 'push,push', 'inbox'):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                template.channels = wrong
        template.channels = False
        self.assertEqual(template._channels(), [])


@tagged('-at_install', 'post_install')
class TestQuietHoursAtClaim(ReachCase):
    """The clock is asked again when a worker takes the message."""

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=25)
    @given(moment=MOMENTS, spans=SPANS)
    def test_law_nothing_is_sent_in_quiet_hours(self, moment, spans):
        zone, instant = moment
        self.prefer(quiet_hours=spans)
        self.phone.timezone = zone
        offer, answer = self.post('push'), self.post('push', is_service=True)
        attempts = self.attempts(offer) + self.attempts(answer)
        attempts.write({'due_at': instant, 'expires_at': datetime(2040, 1, 1)})
        with freeze_time(instant):
            claimed = self.Message._claim(self.sender('fcm'), 10, execute_racing)[1]
        if label(instant, zone) in quiet_labels(spans):
            self.assertEqual(claimed, [])
            self.assertEqual(attempts.mapped('state'), ['cancelled', 'queued'])
            self.assertEqual((attempts[0].reason, attempts[1].reason), ('quiet_hours', False))
            self.assertGreater(attempts[1].due_at, instant)
        else:
            self.assertEqual({parcel.public_id for parcel in claimed}, {offer.uuid, answer.uuid})
        (offer + answer).unlink()
