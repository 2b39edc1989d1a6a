from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..models.mobile_decision import CUSTOMER_TEXTS
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestDecision(MobileCommon):

    def assertDecision(self, decisions, outcome, reason):
        self.assertEqual([(decision.outcome, decision.reason) for decision in decisions], [(outcome, reason)])

    def _earlier(self, decision, **delta):
        """Let a decision have been taken earlier."""
        decision.sudo().write({'decided_at': decision.decided_at - timedelta(**delta)})

    # === WHAT A CUSTOMER GETS === #

    def test_enter_brings_a_personal_coupon_and_its_message(self):
        decision = self.enter(self.phone, self.fence_near)
        self.assertDecision(decision, 'sent', 'passed')
        card, message = decision.card_id, decision.message_id
        self.assertEqual(card.partner_id, self.anna)
        self.assertTrue(card.holder_only)
        self.assertEqual(card.points, 1)
        self.assertEqual(card.mobile_status, 'available')
        self.assertRegex(card.code, r'^(.{4}-){3}.{5}$')
        self.assertEqual(
            card.mobile_expires_at - card.mobile_valid_from, timedelta(days=self.campaign.coupon_days))
        self.assertGreater(card.expiration_date, card.mobile_expires_at.date(), "Odoo's day must not end it earlier")
        self.assertEqual((message.partner_id, message.card_id, message.state), (self.anna, card, 'sent'))
        self.assertEqual((self.campaign.sent_count, self.campaign.withheld_count), (1, 0))

    def test_message_speaks_the_customers_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.campaign.with_context(lang='de_DE').message_title = "15 % für dich"
        self.anna.lang = 'de_DE'
        self.assertEqual(self.enter(self.phone, self.fence_near).message_id.title, "15 % für dich")
        self.assertEqual(self.enter(self.phone_ben, self.fence_near).message_id.title, self.campaign.message_title)

    def test_the_programs_own_mail_is_not_sent_beside_the_message(self):
        before = self.env['mail.mail'].search_count([])
        self.enter(self.phone, self.fence_near)
        self.assertEqual(self.env['mail.mail'].search_count([]), before)

    def test_the_same_event_again_changes_nothing(self):
        report = self.enter_report(self.fence_near)
        Event = self.env['mobile.event']
        self.assertEqual(Event._record(self.phone, [report, report])[:2], (1, 1))
        self.assertEqual(Event._record(self.phone, [report])[:2], (0, 1))
        # Also when another phone says it was its own.
        self.assertEqual(Event._record(self.phone_ben, [report])[:2], (0, 1))
        self.assertEqual(self.campaign.sent_count, 1)
        self.assertEqual(self.env['loyalty.card'].search_count([('mobile_campaign_id', '=', self.campaign.id)]), 1)

    # === WHO DECIDES NOT AT ALL === #

    def test_nobody_is_a_candidate_for_another_place_app_company_or_trigger(self):
        self.campaign.store_ids = self.store_far
        self.assertFalse(self.enter(self.phone, self.fence_near))
        self.campaign.store_ids = False
        other_app = self.env['mobile.app'].create({'name': "Other app", 'company_id': self.company.id})
        self.campaign.app_id = other_app
        self.assertFalse(self.enter(self.phone, self.fence_near))
        self.campaign.app_id = False
        self.campaign.trigger = 'exit'
        self.assertFalse(self.enter(self.phone, self.fence_near))
        self.assertDecision(self.enter(self.phone, self.fence_near, type='exit'), 'sent', 'passed')

    def test_a_campaign_that_is_not_running_decides_nothing(self):
        for state in ('draft', 'paused', 'done'):
            self.campaign.state = state
            self.assertFalse(self.enter(self.phone, self.fence_near), state)
        self.campaign.write({'state': 'running', 'active': False})
        self.assertFalse(self.enter(self.phone, self.fence_near))

    def test_a_phone_without_customer_gets_nothing(self):
        self.phone._sign_out()
        self.assertFalse(self.enter(self.phone, self.fence_near))

    # === THE GATES === #

    def test_outside_period(self):
        now = fields.Datetime.now()
        for period in ({'date_from': now + timedelta(hours=1)}, {'date_to': now - timedelta(seconds=1)}):
            self.campaign.write({'date_from': False, 'date_to': False, **period})
            self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'outside_period')
        self.campaign.write({'date_from': now - timedelta(hours=1), 'date_to': now + timedelta(hours=1)})
        self.assertDecision(self.enter(self.phone, self.fence_near), 'sent', 'passed')

    def test_late_event(self):
        now = fields.Datetime.now()
        self.assertDecision(
            self.enter(self.phone, self.fence_near, occurred_at=now - timedelta(minutes=16)), 'withheld', 'late_event')
        self.assertDecision(
            self.enter(self.phone, self.fence_near, occurred_at=now - timedelta(minutes=14)), 'sent', 'passed')

    def test_doubtful_event(self):
        elsewhere = {'latitude': self.fence_near.latitude + 1, 'longitude': self.fence_near.longitude}
        self.assertDecision(self.enter(self.phone, self.fence_near, **elsewhere), 'withheld', 'doubtful_event')
        # A phone that claims to be anywhere within 1000 km is no better.
        self.assertDecision(
            self.enter(self.phone, self.fence_near, accuracy=1e6, **elsewhere), 'withheld', 'doubtful_event')
        here = {'latitude': self.fence_near.latitude + 0.001, 'longitude': self.fence_near.longitude}
        self.assertDecision(self.enter(self.phone, self.fence_near, accuracy=20.0, **here), 'sent', 'passed')

    def test_not_in_audience(self):
        self.campaign.audience_domain = repr([('name', '=', self.ben.name)])
        self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'not_in_audience')
        self.assertDecision(self.enter(self.phone_ben, self.fence_near), 'sent', 'passed')

    def test_each_campaign_has_its_own_audience(self):
        for_ben = self.campaign.copy({'audience_domain': repr([('id', '=', self.ben.id)])})
        for_ben.action_start()
        self.campaign.audience_domain = repr([('id', '=', self.anna.id)])
        decisions = self.enter(self.phone, self.fence_near)
        self.assertEqual(
            {(decision.campaign_id, decision.reason) for decision in decisions},
            {(self.campaign, 'passed'), (for_ben, 'not_in_audience')})

    def test_holdout_is_sticky_and_about_its_size(self):
        self.campaign.holdout_percent = 100
        self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'holdout')
        self.campaign.holdout_percent = 30
        self.env.cr.execute(
            'SELECT count(*) FROM generate_series(1, 20000) p WHERE abs(hashint8extended(p, %s) %% 100) < 30',
            (self.campaign.id,))
        self.assertAlmostEqual(self.env.cr.fetchone()[0], 6000, delta=300)
        first = self.enter(self.phone, self.fence_near).reason == 'holdout'
        for _ in range(3):
            self.assertEqual(self.enter(self.phone, self.fence_near).reason == 'holdout', first)

    def test_cooldown_and_cap(self):
        self.campaign.write({'max_per_customer': 2, 'cooldown_hours': 24})
        first = self.enter(self.phone, self.fence_near)
        self.assertDecision(first, 'sent', 'passed')
        self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'cooldown')
        self._earlier(first, hours=25)
        second = self.enter(self.phone, self.fence_near)
        self.assertDecision(second, 'sent', 'passed')
        self.assertEqual((first.slot, second.slot), (1, 2))
        self._earlier(second, hours=25)
        self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'cap_reached')

    def test_one_batch_brings_no_more_than_one_visit(self):
        self.hurry()
        reports = [self.enter_report(fence) for fence in (self.fence_near, self.fence_far, self.fence_near)]
        self.env['mobile.event']._record(self.phone, reports)
        decisions = self.env['mobile.decision'].search([('campaign_id', '=', self.campaign.id)], order='id')
        self.assertEqual(sorted(decisions.mapped('reason')), ['cap_reached', 'cap_reached', 'passed'])
        self.assertEqual(len(self.campaign.card_ids), 1)

    def test_the_cooldown_holds_within_a_batch(self):
        self.campaign.write({'max_per_customer': 3, 'cooldown_hours': 24})
        self.hurry()
        self.env['mobile.event']._record(self.phone, [self.enter_report(self.fence_near) for _ in range(4)])
        reasons = self.campaign.decision_ids.mapped('reason')
        self.assertEqual(sorted(reasons), ['cap_reached', 'cooldown', 'cooldown', 'passed'])

    def test_program_closed(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        for closed in ({'date_to': yesterday}, {'sale_ok': False}):
            self.program.write({'date_to': False, 'sale_ok': True, **closed})
            self.assertDecision(self.enter(self.phone, self.fence_near), 'withheld', 'program_closed')
        self.program.write({'date_to': False, 'sale_ok': True})
        self.assertDecision(self.enter(self.phone, self.fence_near), 'sent', 'passed')

    def test_the_days_of_a_program_are_the_companys(self):
        self.campaign.trigger = 'manual'
        for zone, opens, hour in (('Pacific/Auckland', 'date_from', 20), ('America/Los_Angeles', 'date_to', 4)):
            self.company.partner_id.tz = zone
            now = fields.Datetime.now().replace(hour=hour, minute=0)
            today = now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
            self.assertNotEqual(today, now.date())
            self.program.write({'date_from': False, 'date_to': False, opens: today})
            candidate = self.env['mobile.decision']._candidate(self.campaign, self.anna)
            # The day after, or before, it is closed.
            another = now + timedelta(days=1 if opens == 'date_to' else -1)
            for at, reason in ((now, 'passed'), (another, 'program_closed')):
                outcome = self.env['mobile.decision']._dry_run(candidate, self.campaign, at=at)
                self.assertEqual(outcome['outcomes'], [(reason, 1)], (zone, at))

    def test_what_happened_before_the_sign_in_sets_nothing_off(self):
        earlier = self.phone.signed_in_at - timedelta(minutes=5)
        for is_handed_on, partner in ((True, self.env['res.partner']), (False, self.anna)):
            self.phone.is_handed_on = is_handed_on
            earlier -= timedelta(minutes=5)
            self.assertFalse(self.enter(self.phone, self.fence_near, occurred_at=earlier))
            event = self.env['mobile.event'].search([('device_id', '=', self.phone.id)], limit=1, order='id desc')
            self.assertEqual(event.partner_id, partner)

    def test_a_budget_set_later_counts_what_was_given_out(self):
        self.enter(self.phone, self.fence_near)
        self.campaign.budget_coupons = 1
        self.assertDecision(self.enter(self.phone_ben, self.fence_near), 'withheld', 'budget_spent')

    def test_budget(self):
        self.campaign.budget_coupons = 1
        self.assertDecision(self.enter(self.phone, self.fence_near), 'sent', 'passed')
        self.assertEqual(self.campaign.budget_used, 1)
        self.assertDecision(self.enter(self.phone_ben, self.fence_near), 'withheld', 'budget_spent')
        self.assertEqual(self.campaign.budget_used, 1)

    def test_every_reason_has_words(self):
        reasons = dict(self.env['mobile.decision']._fields['reason'].selection)
        self.assertEqual(set(CUSTOMER_TEXTS), set(reasons))

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=15)
    @given(
        cap=st.integers(1, 3), budget=st.integers(0, 4),
        batches=st.lists(st.lists(st.sampled_from([(0, 0), (0, 1), (1, 0)]), min_size=1, max_size=4), max_size=4))
    def test_law_no_more_than_cap_and_budget_and_no_fewer(self, cap, budget, batches):
        self.hurry()
        campaign = self.campaign.copy({'max_per_customer': cap, 'budget_coupons': budget, 'cooldown_hours': 0})
        campaign.action_start()
        phones, fences = (self.phone, self.phone_ben), (self.fence_near, self.fence_far)
        sent, visits = {0: 0, 1: 0}, 0
        for batch in batches:
            for who in (0, 1):
                reports = [self.enter_report(fences[where]) for visitor, where in batch if visitor == who]
                if not reports:
                    continue
                self.env['mobile.event']._record(phones[who], reports)
                visits += len(reports)
                left = budget - sum(sent.values()) if budget else len(reports)
                sent[who] += max(0, min(len(reports), cap - sent[who], left))
        self.assertEqual(len(campaign.decision_ids), visits, "every candidate has its answer")
        self.assertEqual(campaign.sent_count, sum(sent.values()))
        self.assertEqual(len(campaign.card_ids), sum(sent.values()))
        self.assertEqual(campaign.budget_used, sum(sent.values()) if budget else 0)

    # === THE CAMPAIGN ITSELF === #

    def test_an_audience_that_is_no_domain_is_refused(self):
        for nonsense in ('[(', "[('no_such_field', '=', 1)]", 'print(1)'):
            with self.assertRaises(ValidationError):
                self.campaign.audience_domain = nonsense

    def test_audience_count_is_of_customers_with_a_phone(self):
        form = Form(self.campaign)
        form.audience_domain = repr([('id', 'in', [self.anna.id, self.ben.id, self.company.partner_id.id])])
        self.assertEqual(form.audience_count, 2)
