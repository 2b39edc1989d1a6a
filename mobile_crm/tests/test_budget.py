"""What a campaign may cost, by coupons, stores, days and discounts."""
from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_gates import GateCase


@tagged('-at_install', 'post_install')
class TestBudget(GateCase):

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def _fixed(self, amount=5):
        """Let each coupon take a fixed amount off."""
        self.program.reward_ids.write({'discount_mode': 'per_order', 'discount': amount})

    def test_per_store(self):
        self.campaign.budget_per_store = 1
        self.assertSent()
        decision = self.assertWithheld('store_budget_spent', self.phone_ben)
        self.assertEqual(decision._customer_text(), "All coupons of this offer for this store were given out.")
        self.assertSent(self.phone_ben, self.fence_far)
        # Who is at no store is counted at none.
        self.campaign.trigger = 'manual'
        self.assertDecision(self.decide(), 'sent', 'passed')

    def test_per_store_in_one_batch(self):
        self.campaign.budget_per_store = 2
        self.hurry()
        self.env['mobile.event']._record(self.phone, [
            self.enter_report(fence) for fence in (self.fence_near,) * 3 + (self.fence_far,)])
        self.assertEqual(
            sorted(self.campaign.decision_ids.mapped('reason')), ['passed'] * 3 + ['store_budget_spent'])

    def test_per_day_of_the_company(self):
        self.campaign.budget_per_day = 1
        self.company.partner_id.tz = 'Pacific/Kiritimati'
        self.assertSent()
        self.assertWithheld('day_budget_spent')
        # On the other side of the date line it is a day earlier.
        self.company.partner_id.tz = 'Pacific/Niue'
        self.assertSent()
        self.assertWithheld('day_budget_spent')

    def test_discounts(self):
        self._fixed(5)
        self.campaign.budget_discount = 12
        self.assertEqual(self.campaign.coupon_value, 5)
        self.assertSent()
        self.assertSent(self.phone_ben)
        self.assertWithheld('discount_budget_spent')
        self.assertEqual(self.campaign.budget_discount_used, 10)

    def test_discounts_need_a_bound(self):
        with self.assertRaises(ValidationError):
            self.campaign.budget_discount = 100
        self.program.reward_ids.discount_max_amount = 20
        self.campaign.budget_discount = 100
        self.assertEqual(self.campaign.coupon_value, 20)
        # Nor is the bound taken away later.
        with self.assertRaises(ValidationError):
            self.program.reward_ids.discount_max_amount = 0
            self.env.flush_all()

    def test_a_free_product_is_worth_its_price(self):
        self.program.reward_ids.write({
            'reward_type': 'product', 'reward_product_id': self.product.id, 'reward_product_qty': 2})
        self.assertEqual(self.campaign.coupon_value, 200)

    def test_what_expired_unused_is_given_back(self):
        self._fixed(5)
        self.campaign.write({'budget_coupons': 2, 'budget_discount': 100, 'budget_per_store': 2})
        first, second = self.assertSent(), self.assertSent()
        self.assertWithheld('store_budget_spent')
        first.card_id.sudo().mobile_expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env['mobile.campaign']._cron_recount_budgets()
        self.assertEqual((self.campaign.budget_used, self.campaign.budget_discount_used), (1, 5))
        self.assertSent()
        self.assertWithheld('store_budget_spent')
        second.card_id.sudo().active = False
        self.env['mobile.campaign']._cron_recount_budgets()
        self.assertSent(fence=self.fence_far)
        self.assertWithheld('budget_spent', fence=self.fence_far)

    def test_what_was_used_costs_what_it_took_off(self):
        self._fixed(5)
        self.campaign.write({'budget_coupons': 9, 'budget_discount': 100})
        card = self.assertSent().card_id
        self.env['mobile.redemption'].create({
            'card_id': card.id, 'partner_id': self.anna.id, 'company_id': self.company.id, 'state': 'confirmed',
            'channel': 'till', 'order_ref': "S1", 'discount': 3.5})
        card.sudo().mobile_expires_at = fields.Datetime.now() - timedelta(days=1)
        self.campaign._recount_budget()
        self.assertEqual((self.campaign.budget_used, self.campaign.budget_discount_used), (1, 3.5))

    def test_what_was_accepted_twice_costs_twice(self):
        self._fixed(5)
        self.campaign.write({'budget_coupons': 9, 'budget_discount': 100})
        card = self.assertSent().card_id
        values = {'card_id': card.id, 'company_id': self.company.id, 'channel': 'till', 'discount': 5}
        first, _second = self.env['mobile.redemption'].create([
            {**values, 'state': 'confirmed', 'order_ref': "S1"}, {**values, 'state': 'conflict', 'order_ref': "S2"}])
        self.campaign._recount_budget()
        self.assertEqual((self.campaign.budget_used, self.campaign.budget_discount_used), (1, 10))
        first._void()
        card.sudo().mobile_expires_at = fields.Datetime.now() - timedelta(days=1)
        self.campaign._recount_budget()
        self.assertEqual((self.campaign.budget_used, self.campaign.budget_discount_used), (1, 5))

    def test_a_campaign_at_work_does_not_keep_others_from_being_counted(self):
        self.campaign.budget_coupons = 5
        other = self.campaign.copy({'budget_coupons': 5})
        other.action_start()
        (self.campaign | other).write({'budget_used': 4})
        recount, asked = type(self.campaign)._recount_budget, []

        def busy(times):
            def method(campaign):
                asked.append(campaign)
                if campaign == self.campaign and asked.count(campaign) < times:
                    raise SerializationFailure
                recount(campaign)
            return method

        for times, used in ((2, 0), (99, 4)):
            (self.campaign | other).write({'budget_used': 4})
            self.env.flush_all()
            asked.clear()
            with patch.object(self.registry['mobile.campaign'], '_recount_budget', busy(times)):
                self.env['mobile.campaign']._cron_recount_budgets()
            self.assertEqual((self.campaign.budget_used, other.budget_used), (used, 0))

    @settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None, max_examples=15)
    @given(
        limits=st.fixed_dictionaries({
            'budget_coupons': st.integers(0, 6), 'budget_per_store': st.integers(0, 4),
            'budget_per_day': st.integers(0, 5), 'budget_discount': st.sampled_from([0, 5, 12, 30])}),
        batches=st.lists(st.lists(st.sampled_from([0, 1]), min_size=1, max_size=4), max_size=4))
    def test_law_no_budget_is_overdrawn_and_none_is_left_that_somebody_asked_for(self, limits, batches):
        self.hurry()
        self._fixed(5)
        campaign = self.campaign.copy({'max_per_customer': 1000, 'cooldown_hours': 0, **limits})
        campaign.action_start()
        self.campaign.action_pause()
        fences, given_out = (self.fence_near, self.fence_far), [0, 0]
        for batch in batches:
            self.env['mobile.event']._record(self.phone, [self.enter_report(fences[where]) for where in batch])
            for where in batch:
                total = sum(given_out)
                if all((
                    not limits['budget_coupons'] or total < limits['budget_coupons'],
                    not limits['budget_per_day'] or total < limits['budget_per_day'],
                    not limits['budget_discount'] or (total + 1) * 5 <= limits['budget_discount'],
                    not limits['budget_per_store'] or given_out[where] < limits['budget_per_store'],
                )):
                    given_out[where] += 1
        sent = campaign.decision_ids.filtered(lambda decision: decision.outcome == 'sent')
        stores = (self.store_near, self.store_far)
        self.assertEqual([len(sent.filtered(lambda decision, store=store: decision.store_id == store))
                          for store in stores], given_out)
        self.assertEqual(len(campaign.decision_ids), sum(map(len, batches)))
        campaign.action_done()
