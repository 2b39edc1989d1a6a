from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.schemas.offers import Offer
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestRedemption(MobileCommon):

    def setUp(self):
        super().setUp()
        self.card = self.enter(self.phone, self.fence_near).card_id

    def _apply(self, order, code=None):
        """Enter a coupon's code on an order as a salesperson does, and take its reward."""
        order = order.with_user(self.salesperson)
        wizard = self.env['sale.loyalty.coupon.wizard'].with_user(self.salesperson).create({
            'order_id': order.id, 'coupon_code': code or self.card.code})
        action = wizard.action_apply()
        reward_wizard = self.env['sale.loyalty.reward.wizard'].with_user(self.salesperson).with_context(
            **action['context']).create({'order_id': order.id})
        if not reward_wizard.selected_reward_id:
            reward_wizard.selected_reward_id = reward_wizard.reward_ids[:1]
        reward_wizard.action_apply()
        return order

    def _ledger(self):
        return self.env['mobile.redemption'].search([('card_id', '=', self.card.id)], order='id')

    def assertRefused(self, partner, words, code=None, order=None):
        order = order or self.make_order(partner)
        total = order.amount_total
        with self.assertRaisesRegex(ValidationError, words):
            self._apply(order, code)
        self.assertFalse(order.applied_coupon_ids)
        self.assertEqual(order.amount_total, total)

    def test_holder_redeems_once(self):
        order = self.make_order(self.anna)
        full = order.amount_untaxed
        self._apply(order)
        self.assertAlmostEqual(order.amount_untaxed, full * 0.85, places=2)
        order.with_user(self.salesperson).action_confirm()
        row = self._ledger()
        self.assertEqual((row.state, row.order_id, row.partner_id, row.campaign_id),
                         ('confirmed', order, self.anna, self.campaign))
        self.assertAlmostEqual(row.discount, full * 0.15, places=2)
        self.assertAlmostEqual(row.revenue, full * 0.85, places=2)
        self.assertEqual(self.card.mobile_status, 'redeemed')
        self.assertEqual(self.card.points, 0)
        self.assertEqual((self.campaign.redemption_count, self.campaign.redemption_rate), (1, 1))
        self.assertAlmostEqual(self.campaign.revenue, full * 0.85, places=2)
        self.assertRefused(self.anna, f'already redeemed on .* with {order.name}')

    def test_code_may_be_typed_sloppily(self):
        order = self._apply(self.make_order(self.anna), ' ' + self.card.code.lower().replace('-', ' '))
        self.assertEqual(order.applied_coupon_ids, self.card)

    def test_another_customer_is_refused(self):
        self.assertRefused(self.ben, "belongs to another customer")

    def test_a_colleague_of_the_holders_company_is_served(self):
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        self.anna.parent_id = firm
        buyer = self.env['res.partner'].create({'name': "Buyer", 'parent_id': firm.id})
        self._apply(self.make_order(buyer)).action_confirm()
        self.assertEqual(self._ledger().state, 'confirmed')

    def test_expired_archived_or_future_coupons_are_refused(self):
        now = fields.Datetime.now()
        self.card.mobile_expires_at = now - timedelta(seconds=1)
        self.assertEqual(self.card.mobile_status, 'expired')
        self.assertRefused(self.anna, "has expired")
        self.card.write({'mobile_expires_at': now + timedelta(days=1), 'mobile_valid_from': now + timedelta(hours=1)})
        self.assertRefused(self.anna, "not valid yet")

    def test_a_coupon_nobody_claimed_is_refused(self):
        self.card.partner_id = False
        self.assertRefused(self.anna, "no holder yet")

    def test_a_wrong_code_is_not_found(self):
        wrong = self.card.code[:-1] + ('A' if self.card.code[-1] != 'A' else 'B')
        self.assertRefused(self.anna, "invalid", wrong)

    def test_two_quotations_of_the_holder_the_first_confirmed_wins(self):
        first, second = self._apply(self.make_order(self.anna)), self._apply(self.make_order(self.anna))
        first.action_confirm()
        with self.assertRaisesRegex(UserError, f'already redeemed on .* with {first.name}'):
            second.action_confirm()
        self.assertEqual(second.state, 'draft')
        self.assertEqual(self._ledger().order_id, first)

    def test_two_orders_confirmed_together_do_not_both_get_it(self):
        orders = self._apply(self.make_order(self.anna)) + self._apply(self.make_order(self.anna))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            orders.action_confirm()
        self.assertFalse(self._ledger())

    def test_a_coupon_does_not_follow_its_order_to_another_customer(self):
        order = self._apply(self.make_order(self.anna))
        order.partner_id = self.ben
        with self.assertRaisesRegex(UserError, "belongs to another customer"):
            order.action_confirm()
        self.assertFalse(self._ledger())

    def test_cancelling_gives_the_coupon_back_once(self):
        first = self._apply(self.make_order(self.anna))
        first.action_confirm()
        first._action_cancel()
        self.assertEqual(self._ledger().mapped('state'), ['void'])
        self.assertEqual((self.card.points, self.card.mobile_status), (1, 'available'))
        self.assertEqual((self.campaign.redemption_count, self.campaign.revenue), (0, 0))
        second = self._apply(self.make_order(self.anna))
        second.action_confirm()
        self.assertEqual(self._ledger().mapped('state'), ['void', 'confirmed'])
        first._action_cancel()
        self.assertEqual(self._ledger().mapped('state'), ['void', 'confirmed'])

    def test_a_quotation_without_the_reward_redeems_nothing(self):
        order = self._apply(self.make_order(self.anna))
        order.order_line.filtered('coupon_id').unlink()
        order.action_confirm()
        self.assertFalse(self._ledger())
        self.assertEqual(self.card.mobile_status, 'available')

    def test_a_confirmed_order_takes_no_coupon(self):
        order = self.make_order(self.anna)
        order.action_confirm()
        self.assertRefused(self.anna, "before the order is confirmed", order=order)
        self.assertEqual((self.card.points, self.card.mobile_status), (1, 'available'))

    def test_a_reward_entered_before_the_confirmation_is_not_taken_after_it(self):
        order = self.make_order(self.anna)
        rewards = order._try_apply_code(self.card.code)[self.card]
        order.action_confirm()
        self.assertIn('error', order._apply_program_reward(rewards, self.card))

    def test_a_wizard_that_was_closed_is_opened_again(self):
        order = self.make_order(self.anna)
        order._try_apply_code(self.card.code)
        self._apply(order)
        self.assertEqual(order.order_line.coupon_id, self.card)
        self.assertIn("already on this order", order._try_apply_code(self.card.code)['error'])

    def test_who_has_paid_in_time_keeps_the_discount(self):
        order = self._apply(self.make_order(self.anna)).sudo()
        provider = self.env['payment.provider'].create({'name': "Payer", 'code': 'none', 'company_id': self.company.id})
        order.transaction_ids = self.env['payment.transaction'].create({
            'provider_id': provider.id, 'amount': order.amount_total, 'currency_id': order.currency_id.id,
            'payment_method_id': self.env.ref('payment.payment_method_unknown').id, 'partner_id': self.anna.id,
            'reference': 'paid-in-time', 'state': 'done'})
        now = fields.Datetime.now()
        self.card.write({
            'mobile_valid_from': now - timedelta(hours=1), 'mobile_expires_at': now + timedelta(minutes=1)})
        with freeze_time(fields.Datetime.now() + timedelta(minutes=2)):
            self.assertEqual(self.card._mobile_is_good(fields.Datetime.now()), False)
            order.action_confirm()
        self.assertEqual(self._ledger().state, 'confirmed')

    def test_a_program_taken_out_of_use_ends_its_coupons(self):
        self.program.active = False
        self.assertEqual(self.card.mobile_status, 'expired')
        self.assertRefused(self.anna, "has expired")
        offers = self.env['loyalty.card']._mobile_offers(self.anna, self.company, 10, status='expired')
        self.assertEqual(Offer.of(offers).discount.value, '15')

    def test_every_status_is_found_by_its_filter(self):
        def listed():
            return {status: len(self.env['loyalty.card']._mobile_offers(self.anna, self.company, 10, status=status))
                    for status in ('available', 'reserved', 'redeemed', 'expired')}

        for prepare in (
            lambda: None,
            lambda: self.card.write({'mobile_expires_at': fields.Datetime.now()}),
            lambda: self.card.write({'mobile_expires_at': False}),
            lambda: self.card.write({'points': 0}),
            lambda: self.card.write({'points': 1}),
            lambda: self._apply(self.make_order(self.anna)).action_confirm(),
        ):
            prepare()
            self.card.invalidate_recordset()
            self.assertEqual(listed(), {
                status: int(status == self.card.mobile_status)
                for status in ('available', 'reserved', 'redeemed', 'expired')})

    def test_a_coupon_counts_in_its_campaigns_company_only(self):
        self.program.company_id = False
        other = self.env['res.company'].create({'name': "Other"})
        self.assertIn("in this company", self.card._mobile_refusal(self.anna, other))
        self.assertFalse(self.env['loyalty.card']._mobile_offers(self.anna, other, 10))

    def test_an_order_that_is_kept_from_being_confirmed_spends_nothing(self):
        order = self._apply(self.make_order(self.anna))
        held = self.env['mobile.redemption']._hold_for_order(order, self.card)
        held._settle_on_order()
        self.assertEqual((held.state, self.card.mobile_status), ('void', 'available'))

    def test_revenue_is_in_the_companys_currency(self):
        other = self.env['res.currency'].create({
            'name': 'XTC', 'symbol': 'X', 'rounding': 0.01,
            'rate_ids': [(0, 0, {'name': '2020-01-01', 'rate': 4.0, 'company_id': self.company.id})]})
        pricelist = self.env['product.pricelist'].create({'name': "X", 'currency_id': other.id})
        order = self.make_order(self.anna)
        order.pricelist_id = pricelist
        order._recompute_prices()
        self._apply(order).action_confirm()
        self.assertAlmostEqual(self._ledger().revenue, order.amount_untaxed / 4, places=2)

    def test_the_key_of_the_ledger_decides(self):
        order = self._apply(self.make_order(self.anna))
        order.action_confirm()
        with self.assertRaises(UserError):
            self.env['mobile.redemption']._hold_for_order(order, self.card)
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self._ledger().copy({'state': 'held'})

    def test_the_ledger_is_kept(self):
        self._apply(self.make_order(self.anna)).action_confirm()
        with self.assertRaises(UserError):
            self._ledger().unlink()

    def test_coupons_of_odoo_itself_are_left_alone(self):
        stock = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1})
        self._apply(self.make_order(self.ben), stock.code).action_confirm()
        self.assertEqual(stock.points, 0)
        self.assertFalse(self.env['mobile.redemption'].search([('card_id', '=', stock.id)]))
