"""What has changed between queueing and sending: it is asked about anew, in the statement that claims."""
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..tools.delivery import Outcome
from .outbox_common import OutboxCommon


@tagged('-at_install', 'post_install')
class TestOutboxChanges(OutboxCommon):

    def setUp(self):
        super().setUp()
        self.campaign.coupon_days = 30

    def offer(self, channel='push'):
        """Let the campaign tell Anna of a coupon, also by a channel; return the attempt."""
        self.origin = self.enter(self.phone, self.fence_near).message_id
        self.origin.write({
            'next_channels': f'{channel},email', 'expires_at': fields.Datetime.now() + timedelta(hours=20)})
        self.origin.delivery_ids.unlink()
        self.Message._queue_next(self.origin)
        return self.attempts(self.origin)

    def assertEnds(self, attempt, state, reason, goes_on=False):
        """Send, and see that nothing was sent and why; and whether the next way is open then."""
        for code in self.providers:
            self.send(code)
        self.assertEqual((attempt.state, attempt.reason), (state, reason))
        self.assertTrue(attempt.ended_at)
        self.assertFalse([parcel for provider in self.providers.values() for parcel in provider.sent])
        self.look_after()
        self.assertEqual(self.attempts(self.origin, channel='email').mapped('state'), ['queued'] if goes_on else [])

    def assertSent(self, attempt):
        self.send()
        self.assertEqual((attempt.state, attempt.reason), ('sent', False))

    def test_nothing_has_changed(self):
        attempt = self.offer()
        self.assertEqual(attempt.purposes, 'location')
        self.assertSent(attempt)

    def test_too_old(self):
        attempt = self.offer()
        with self.later(hours=21):
            self.assertEnds(attempt, 'expired', 'too_old')

    def test_the_consent_to_the_channel(self):
        attempt = self.offer()
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'device')
        self.assertEnds(attempt, 'cancelled', 'consent_withdrawn', goes_on=True)

    def test_the_consent_that_the_campaign_rests_on(self):
        attempt = self.offer()
        self.env['mobile.consent']._append(self.anna, self.company, {'location': False}, 'device')
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'consent_withdrawn'))

    def test_what_rests_on_a_profile(self):
        attempt = self.offer()
        attempt.purposes = 'location,profiling'
        self.env.flush_all()
        with self.subTest("withdrawn"):
            self.let_learn(self.anna, self.phone)
            self.env['mobile.consent']._append(self.anna, self.company, {'profiling': False}, 'device')
            self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'consent_withdrawn'))
        with self.subTest("never given, as the claim finds"):
            attempt.write({'state': 'queued', 'reason': False})
            self.send()
            self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'consent_withdrawn'))

    def test_a_new_wording_that_asks_again(self):
        attempt = self.offer()
        # The consent is to an older wording now; no message was touched by that.
        wording = self.env['mobile.consent.wording'].search([('purpose', '=', 'push'), ('state', '=', 'current')])
        wording.counts_from = wording.version + 1
        self.env.flush_all()
        self.send('fcm')
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'consent_withdrawn'))

    def test_the_blacklist(self):
        attempt = self.offer('sms')
        self.env['phone.blacklist'].add(self.anna.mobile_verified_phone)
        self.assertEnds(attempt, 'cancelled', 'consent_withdrawn', goes_on=True)

    def test_what_the_customer_wants(self):
        attempt = self.offer()
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'channels': ['email']})
        self.assertEnds(attempt, 'cancelled', 'unwanted', goes_on=True)

    def test_what_the_phone_allows(self):
        attempt = self.offer()
        self.phone.notifications_allowed = False
        # Once it has said so: before, it is not known.
        self.assertEnds(attempt, 'cancelled', 'unwanted', goes_on=True)

    def test_quiet_hours(self):
        with freeze_time(datetime(2027, 7, 1, 19, 30)):
            attempt = self.offer()
            service = self.attempts(self.post('push', is_service=True))
            self._quiet("22:00", "07:00", zone='Europe/Brussels')
        with freeze_time(datetime(2027, 7, 1, 20, 30)):
            self.assertEnds(attempt, 'cancelled', 'quiet_hours')
            self.assertEqual(service.state, 'queued')
        with freeze_time(datetime(2027, 7, 2, 4, 59)):
            self.send()
            self.assertEqual(service.state, 'queued')
        with freeze_time(datetime(2027, 7, 2, 5, 20)):
            self.send()
            self.assertEqual(service.state, 'sent')

    def test_quiet_hours_where_the_phone_is(self):
        with freeze_time(datetime(2027, 7, 1, 20, 30)):
            attempt = self.offer()
            self._quiet("22:00", "07:00", zone='America/New_York')
            self.assertSent(attempt)

    def _quiet(self, start, end, zone):
        minutes = [60 * int(clock[:2]) + int(clock[3:]) for clock in (start, end)]
        self.phone.timezone = zone
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'quiet_hours': [
            {'days': '0123456', 'start_minute': minutes[0], 'end_minute': minutes[1]}]})

    def test_an_erasure(self):
        attempt = self.offer()
        self.env['mobile.erasure']._request(self.anna, self.company, 'app')
        self.assertEqual((attempt.state, attempt.reason), ('cancelled', 'customer_gone'))
        self.assertFalse(self.origin.next_channels or self.origin.fallback_at)
        attempt.write({'state': 'queued', 'reason': False})
        self.assertEnds(attempt, 'cancelled', 'customer_gone')

    def test_an_archived_customer(self):
        attempt = self.offer()
        self.anna_user.active = False
        self.anna.active = False
        self.assertEnds(attempt, 'cancelled', 'customer_gone')

    def test_a_redeemed_offer(self):
        attempt = self.offer()
        self.origin.card_id.points = 0
        self.assertEnds(attempt, 'cancelled', 'offer_used')

    def test_a_reserved_offer(self):
        attempt = self.offer()
        self.env['mobile.redemption'].create({
            'card_id': self.origin.card_id.id, 'partner_id': self.anna.id, 'company_id': self.company.id,
            'campaign_id': self.campaign.id, 'state': 'held', 'channel': 'till', 'order_ref': 'R-1',
            'expires_at': fields.Datetime.now() + timedelta(minutes=15)})
        self.assertEnds(attempt, 'cancelled', 'offer_used')

    def test_a_withdrawn_offer(self):
        attempt = self.offer()
        self.origin.card_id.mobile_withdrawn_at = fields.Datetime.now()
        self.assertEnds(attempt, 'cancelled', 'offer_gone')

    def test_an_expired_offer(self):
        attempt = self.offer()
        self.origin.card_id.mobile_expires_at = fields.Datetime.now() + timedelta(hours=1)
        with self.later(hours=2):
            self.assertEnds(attempt, 'cancelled', 'offer_gone')

    def test_a_campaign_that_is_done(self):
        attempt = self.offer()
        self.campaign.action_done()
        self.assertEnds(attempt, 'cancelled', 'campaign_ended')

    def test_a_paused_campaign_waits(self):
        attempt = self.offer()
        self.campaign.action_pause()
        self.send()
        self.assertEqual((attempt.state, attempt.reason, attempt.tries), ('queued', False, 0))
        self.assertGreater(attempt.due_at, fields.Datetime.now())
        self.campaign.action_start()
        self.assertSent(attempt)

    def test_what_rests_after_a_try_does_not_come_sooner_for_a_pause(self):
        attempt = self.offer()
        self.providers['fcm'].answer = lambda parcel: Outcome(parcel.id, 'retry', 'rate_limited', retry_after=300.0)
        self.send()
        due_at = attempt.due_at
        self.campaign.action_pause()
        self.campaign.action_start()
        self.assertEqual(attempt.due_at, due_at)

    def test_it_was_seen_elsewhere(self):
        attempt = self.offer()
        # As if the phone had told before the attempt was there.
        self.origin.opened_at = fields.Datetime.now()
        self.assertEnds(attempt, 'cancelled', 'seen')

    def test_another_way_was_faster(self):
        attempt = self.offer()
        self.Message.create({
            'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello", 'channel': 'sms',
            'origin_id': self.origin.id, 'state': 'delivered', 'delivered_at': fields.Datetime.now()})
        self.assertEnds(attempt, 'cancelled', 'seen')

    def answer(self):
        """Post an answer, which nothing but its address keeps from being sent."""
        self.origin = self.post('push', 'email', is_service=True)
        return self.attempts(self.origin)

    def test_a_phone_that_changed_hands(self):
        attempt = self.answer()
        self.phone._sign_in(self.ben_user)
        self.assertEnds(attempt, 'failed', 'no_address', goes_on=True)

    def test_a_phone_that_signed_out(self):
        attempt = self.answer()
        self.phone._sign_out()
        self.assertEnds(attempt, 'failed', 'no_address', goes_on=True)

    def test_a_phone_that_has_another_provider_now(self):
        attempt = self.offer()
        self.phone.push_provider = 'webpush'
        self.assertEnds(attempt, 'failed', 'no_address', goes_on=True)

    def test_the_address_is_the_one_of_this_moment(self):
        self.offer()
        self.phone.push_address = 'new-address'
        self.send()
        self.assertEqual(self.providers['fcm'].sent[0].address, 'new-address')

    def test_points_on_a_card_are_no_offer_to_be_used(self):
        attempt = self.offer()
        card = self.origin.card_id
        card.write({'points': 0, 'mobile_uuid': False})
        self.assertSent(attempt)

    # === THE NEXT WAY WAS OPENED MEANWHILE === #

    def _down(self, code):
        self.providers[code].answer = lambda parcel: Outcome(
            parcel.id, 'retry', 'provider_down', is_providers_fault=True)

    def test_the_notification_does_not_come_after_the_text_message(self):
        message = self.post('push', 'sms', 'email', fallback_minutes=10)
        push = self.attempts(message)
        with self.later(minutes=11):
            self.look_after()
        self.assertEqual((push.state, push.reason), ('cancelled', 'next_way'))
        self.assertTrue(push.ended_at)
        sms = self.attempts(message, channel='sms')
        self.assertEqual((sms.state, message.next_channels), ('queued', 'email'))
        with self.later(hours=1):
            self.send()
        self.assertFalse(self.providers['fcm'].sent)
        self.assertEqual(len(self.providers['sms'].sent), 1)

    def test_it_waits_on_while_no_other_way_is_open(self):
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'channels': ['push']})
        message = self.post('push', 'sms', fallback_minutes=10)
        with self.later(minutes=11):
            self.look_after()
            self.send()
        self.assertEqual(self.attempts(message).mapped('state'), ['sent'])

    def test_what_was_being_sent_while_the_next_way_was_opened(self):
        message = self.post('push', 'sms', 'email', fallback_minutes=10)
        push = self.attempts(message)

        def answer(parcel):
            with self.later(minutes=11):
                self.Message._fall_back()
            self.assertEqual(push.state, 'sending')
            return Outcome(parcel.id, 'retry', 'provider_down')

        self.providers['fcm'].answer = answer
        with self.worker() as outbox:
            outbox._work(outbox.env['mobile.sender'].browse(self.sender('fcm').id))
        self.assertEqual((push.state, len(self.providers['fcm'].sent)), ('queued', 1))
        with self.later(minutes=12):
            self.send('fcm')
        self.assertEqual((push.state, push.reason), ('cancelled', 'next_way'))
        self.assertEqual(len(self.providers['fcm'].sent), 1)
        self.assertEqual(message.next_channels, 'email', "the text message may still fail")

    def test_a_newer_message_was_queued_meanwhile(self):
        old = self.attempts(self.post('push', 'sms', collapse_key='cart'))

        def answer(parcel):
            if parcel.id != old.id:
                return Outcome(parcel.id, 'sent')
            self.new = self.post('push', 'sms', collapse_key='cart')
            return Outcome(parcel.id, 'retry', 'provider_down')

        self.providers['fcm'].answer = answer
        with self.worker() as outbox:
            outbox._work(outbox.env['mobile.sender'].browse(self.sender('fcm').id))
        self.assertEqual(old.state, 'queued')
        with self.later(minutes=1):
            self.send('fcm')
        self.assertEqual((old.state, old.reason), ('cancelled', 'replaced'))
        self.assertEqual(self.attempts(self.new).state, 'sent')

    # === THE SENDER === #

    def test_a_sender_that_was_deleted(self):
        attempt = self.answer()
        self.sender('fcm').unlink()
        self.look_after()
        self.assertEqual((attempt.state, attempt.reason), ('failed', 'no_address'))
        self.look_after()
        self.assertEqual(self.attempts(self.origin).mapped('channel'), ['push', 'email'])

    def test_an_app_that_was_put_away(self):
        attempt = self.answer()
        self.app.active = False
        self.assertEnds(attempt, 'failed', 'no_address', goes_on=True)
