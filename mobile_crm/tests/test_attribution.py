"""To which visit and which campaign a purchase is put down, and what undoes it."""
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .test_campaign_results import ResultsCommon


class AttributionCommon(ResultsCommon):

    def visit(self, ago=1.0, stay=None, store=None, partner=None):
        """Return a visit.

        :param float ago: hours.
        :param float stay: hours; None while it lasts.
        """
        entered_at = self.now - timedelta(hours=ago)
        return self.env['mobile.visit'].create({
            'partner_id': (partner or self.anna).id, 'store_id': (store or self.store_near).id,
            'company_id': self.company.id, 'entered_at': entered_at,
            'left_at': stay is not None and entered_at + timedelta(hours=stay)})

    def bought(self, partner=None, hours=0, **values):
        """Return an order that was confirmed some hours ago."""
        at = self.now - timedelta(hours=hours)
        with patch.object(fields.Datetime, 'now', lambda: at):
            order = self._order(partner or self.anna, **values)
            order.action_confirm()
        return order

    def basket_of(self, order):
        return self.env['mobile.basket'].sudo().create({
            'order_id': order.id, 'partner_id': order.partner_id.id, 'company_id': self.company.id, 'state': 'sold',
            'store_id': self.store_near.id, 'app_id': self.app.id, 'expires_at': self.now})

    def row(self, order):
        """Return what an order is put down to."""
        self.env.invalidate_all()
        return self.env['mobile.attribution'].search([('order_id', '=', order.id)])

    def money_of(self, visit):
        self.env.invalidate_all()
        return visit.is_converted, visit.order_amount


@tagged('-at_install', 'post_install')
class TestAttribution(AttributionCommon):

    # === THE VISIT === #

    def test_what_is_bought_in_a_store_belongs_to_the_visit_of_it(self):
        here, elsewhere = self.visit(ago=2), self.visit(ago=1, store=self.store_far)
        order = self.bought(mobile_store_id=self.store_near.id)
        self.assertEqual(self.row(order).visit_id, here)
        self.assertEqual((self.money_of(here), self.money_of(elsewhere)), ((True, 200), (False, 0)))
        self.assertEqual(here.order_id, order)
        lost = self.bought(mobile_store_id=self.store_far.id, hours=1.5)
        self.assertEqual((self.row(lost).visit_id.id, self.row(lost).store_id), (False, self.store_far))

    def test_a_visit_that_has_just_ended_counts(self):
        for stay, counts in ((2.5, True), (1.5, False)):
            visit = self.visit(ago=3, stay=stay, partner=self._partner())
            order = self.bought(visit.partner_id, mobile_store_id=self.store_near.id)
            self.assertEqual(bool(self.row(order).visit_id), counts, stay)
            self.assertEqual(self.row(order).store_id, self.store_near)

    def test_who_else_was_there_does_not_count(self):
        self.visit(partner=self.ben)
        self.assertFalse(self.row(self.bought()))

    def test_both_purchases_of_a_visit_count(self):
        visit = self.visit()
        self.bought()
        self.bought()
        self.assertEqual(self.money_of(visit), (True, 400))

    def test_a_visit_that_becomes_known_afterwards(self):
        order = self.bought(hours=2, mobile_store_id=self.store_near.id)
        self.assertFalse(self.row(order).visit_id)
        self.enter(self.phone, self.fence_near, occurred_at=self.now - timedelta(hours=3))
        self.assertEqual(self.row(order).visit_id.partner_id, self.anna)
        self.assertEqual(self.row(order).visit_id.order_amount, 200)

    # === THE CAMPAIGN === #

    def test_the_campaign_of_the_coupon(self):
        decision = self._offer(self.anna)
        row = self.row(self._buy(decision))
        self.assertEqual((row.touch, row.campaign_id, row.decision_id), ('coupon', self.campaign, decision))
        self.assertEqual((row.channel, row.revenue), ('sale', 170))

    def test_without_a_coupon_the_message_that_was_opened_last(self):
        second = self.campaign.copy({'name': "Second"})
        older, newer = self._offer(self.anna, ago=3), self._offer(self.anna, second, ago=2)
        self.assertFalse(self.row(self.bought()), "nothing was opened")
        for decision, ago in ((newer, 30), (older, 20)):
            decision.message_id.opened_at = self.now - timedelta(hours=ago)
        row = self.row(self.bought())
        self.assertEqual((row.touch, row.campaign_id, row.decision_id), ('message', self.campaign, older))

    def test_only_what_was_opened_before_and_within_the_days_for_purchases(self):
        for ago, opened, counts in (
                (self.campaign.purchase_days - 1, 1, True), (self.campaign.purchase_days + 1, 1, False),
                (1, -1, False)):
            decision = self._offer(self._partner(), ago=ago)
            decision.message_id.opened_at = self.now - timedelta(hours=opened)
            self.assertEqual(bool(self.row(self.bought(decision.partner_id))), counts, (ago, opened))

    def test_the_coupon_of_one_beats_the_message_of_another(self):
        second = self.campaign.copy({'name': "Second"})
        opened = self._offer(self.anna, second)
        opened.message_id.opened_at = self.now - timedelta(hours=1)
        self.assertEqual(self.row(self._buy(self._offer(self.anna))).campaign_id, self.campaign)

    def test_a_till_that_knows_the_coupon_only(self):
        visit, decision = self.visit(), self._offer(self.anna)
        redemption = self.env['mobile.redemption']._reserve(
            decision.card_id, self.company, 'till', 'T-7', self.store_near,
            fields.Datetime.now() + timedelta(minutes=5))
        redemption._confirm({redemption.id: {'revenue': 50.0, 'discount': 5.0}})
        self.env.invalidate_all()
        row = visit.purchase_ids
        self.assertEqual((row.name, row.channel, row.campaign_id, row.revenue), ('T-7', 'till', self.campaign, 50))
        self.assertEqual(self.money_of(visit), (True, 50))
        redemption._void('till')
        self.assertEqual(self.money_of(visit), (False, 0))

    # === WHAT UNDOES IT === #

    def test_a_credit_note_of_a_part_takes_its_part(self):
        visit = self.visit()
        order = self._buy(self._offer(self.anna))
        invoice = self._invoice(order)
        self.assertEqual(self.money_of(visit), (True, 170))
        self._credit(invoice, pieces=1)
        self.assertEqual((self.row(order).revenue, self.money_of(visit)), (70, (True, 70)))
        self.assertEqual(self.row(order).campaign_id, self.campaign)

    def test_a_credit_note_of_all_undoes_it_and_its_withdrawal_does_that_again(self):
        visit = self.visit()
        order = self._buy(self._offer(self.anna))
        note = self._credit(self._invoice(order))
        self.assertFalse(self.row(order))
        self.assertEqual(self.money_of(visit), (False, 0))
        self.assertFalse(visit.order_id)
        note.button_draft()
        self.assertEqual((self.row(order).touch, self.row(order).revenue), ('coupon', 170))
        self.assertEqual(self.money_of(visit), (True, 170))

    def test_a_coupon_that_is_given_back_is_the_message_again(self):
        decision = self._offer(self.anna)
        decision.message_id.opened_at = self.now - timedelta(hours=1)
        order = self._buy(decision)
        self.env['mobile.redemption'].search([('order_id', '=', order.id)])._void('unused')
        self.assertEqual(self.row(order).touch, 'message')

    def test_a_cancelled_order(self):
        visit = self.visit()
        order = self._buy(self._offer(self.anna))
        order._action_cancel()
        self.assertFalse(self.row(order))
        self.assertEqual(self.money_of(visit), (False, 0))

    def test_an_order_that_costs_nothing_is_one(self):
        visit = self.visit()
        order = self._order(self.anna)
        order.order_line.price_unit = 0
        order.action_confirm()
        self.assertEqual((self.row(order).visit_id, self.money_of(visit)), (visit, (True, 0)))

    # === AGAIN === #

    def test_who_asks_twice_changes_nothing(self):
        self.visit()
        order = self._buy(self._offer(self.anna))
        row, Attribution = self.row(order), self.env['mobile.attribution']
        self.env.cr.execute('SELECT xmin, ctid FROM mobile_attribution WHERE id = %s', (row.id,))
        before = self.env.cr.fetchall()
        Attribution._follow_orders(order)
        Attribution._follow_around(self.anna, self.company, self.now - timedelta(days=1), self.now + timedelta(days=1))
        self.env['mobile.visit']._find_missed_purchases()
        self.env.cr.execute('SELECT xmin, ctid FROM mobile_attribution WHERE id = %s', (row.id,))
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_what_there_is_nothing_to_say_of_has_no_row(self):
        self.assertFalse(self.row(self.bought()))
        order = self._order(self.anna)
        self.basket_of(order)
        order.action_confirm()
        self.assertEqual(self.row(order).channel, 'phone')

    def test_another_companys_purchase_and_offer(self):
        self.visit()
        opened = self._offer(self.anna, self.other_campaign)
        opened.message_id.opened_at = self.now - timedelta(hours=1)
        row = self.row(self.bought())
        self.assertEqual((row.company_id, row.campaign_id.id), (self.company, False))

    def test_it_goes_with_its_order_and_its_customer(self):
        self.visit()
        order = self.bought()
        self.assertTrue(self.row(order))
        self.env['mobile.eraser'].sudo()._erase(self.anna, self.company)
        self.assertFalse(self.row(order))
