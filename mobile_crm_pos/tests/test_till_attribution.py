"""What is bought at Odoo's tills counts for visits, campaigns and audiences."""
from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillAttribution(TillCase):

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.mug.categ_id = self.env['product.category'].create({'name': "Cups"})

    def visit(self, partner=None, store=None):
        return self.env['mobile.visit'].create({
            'partner_id': (partner or self.anna).id, 'store_id': (store or self.store_near).id,
            'company_id': self.company.id, 'entered_at': self.now - timedelta(hours=1)})

    def opened(self, partner=None):
        """Return the offer that a customer has opened."""
        decision = self.env['mobile.decision'].create({
            'campaign_id': self.campaign.id, 'company_id': self.company.id, 'partner_id': (partner or self.anna).id,
            'reason': 'passed', 'cause': str(uuid4()), 'outcome': 'sent', 'decided_at': self.now - timedelta(days=1)})
        decision.message_id = self.env['mobile.message'].create({
            'partner_id': decision.partner_id.id, 'company_id': self.company.id, 'title': "For you", 'state': 'opened',
            'campaign_id': self.campaign.id, 'opened_at': self.now - timedelta(hours=2)})
        return decision

    def pay(self, partner, lines, **values):
        """Return an order that was just paid at the till."""
        order = self.sell(partner, lines, state='draft', **values)
        order.action_pos_order_paid()
        return order

    def row(self, order):
        self.env.invalidate_all()
        return self.env['mobile.attribution'].search([('pos_order_id', '=', order.id)])

    def test_the_visit_and_the_offer(self):
        visit, decision = self.visit(), self.opened()
        order = self.pay(self.anna, [(self.mug, 2, 12.1, True, {})])
        row = self.row(order)
        self.assertEqual(
            (row.visit_id, row.campaign_id, row.decision_id, row.touch, row.channel, row.store_id, row.revenue),
            (visit, self.campaign, decision, 'message', 'till', self.store_near, 20))
        self.assertEqual((visit.is_converted, visit.order_amount, visit.order_id.id), (True, 20, False))

    def test_another_stores_visit_and_nobody(self):
        visit = self.visit(store=self.store_far)
        row = self.row(self.pay(self.anna, [(self.mug, 1, 8.0, False, {})]))
        self.assertEqual((row.store_id, row.visit_id.id), (self.store_near, False))
        self.assertFalse(visit.is_converted)
        self.assertFalse(self.row(self.pay(self.env['res.partner'], [(self.mug, 1, 8.0, False, {})])))

    def test_what_came_back_takes_its_part_and_all_of_it_undoes(self):
        visit = self.visit()
        order = self.pay(self.anna, [(self.mug, 3, 8.0, False, {})])
        for pieces, left in ((-1, 16), (-2, None)):
            self.pay(self.anna, [(self.mug, pieces, 8.0, False, {'refunded_orderline_id': order.lines.id})],
                     is_refund=True)
            self.assertEqual(self.row(order).mapped('revenue'), [left] if left else [])
            self.assertEqual((visit.is_converted, visit.order_amount), (bool(left), left or 0))
        self.assertFalse(self.env['mobile.attribution'].search_count([('partner_id', '=', self.anna.id)]))

    def test_a_coupon_and_what_its_refund_undoes(self):
        self.company.mobile_coupon_return = 'valid'
        visit = self.visit()
        card = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'mobile_uuid': str(uuid4()),
            'holder_only': True, 'mobile_campaign_id': self.campaign.id})
        order = self.pay(self.anna, [
            (self.mug, 2, 50.0, False, {}),
            (self.product, 1, -15.0, False, {
                'is_reward_line': True, 'reward_id': self.program.reward_ids.id, 'coupon_id': card.id,
                'points_cost': 1, 'reward_identifier_code': 'abc'})], uuid='uuid-7')
        row = self.row(order)
        self.assertEqual((row.touch, row.campaign_id, row.revenue, card.points), ('coupon', self.campaign, 85, 0))
        self.assertEqual(self.campaign.get_results()['purchases'][0]['coupon'], {'count': 1, 'revenue': 85})
        goods, reward = order.lines
        self.pay(self.anna, [(self.mug, -2, 50.0, False, {'refunded_orderline_id': goods.id}),
                             (self.product, -1, -15.0, False, {'refunded_orderline_id': reward.id})], is_refund=True)
        self.assertEqual((self.row(order), card.points, visit.is_converted), (self.row(order).browse(), 1, False))
        self.assertEqual(card.mobile_redemption_ids.state, 'returned')
        head, *_others = [head for head in self.env['mobile.purchase']._page(self.anna, self.company, 5)
                          if head.id == order.id]
        facts = self.env['mobile.purchase']._whole(self.shopper(self.anna), head)
        self.assertEqual(facts.status, 'returned')

    def test_orders_at_tills_count_in_audiences(self):
        Partner = self.env['res.partner'].with_context(active_test=False)
        both = [('id', 'in', (self.anna + self.ben).ids)]

        def found(*condition):
            self.env.invalidate_all()
            return Partner.search([*both, condition])

        for anna, ben in ((self.env['res.partner'], self.anna + self.ben), (self.anna, self.ben)):
            for condition in (
                    ('mobile_days_since_order', '<=', 30), ('mobile_order_count_365', '>=', 1),
                    ('mobile_spent_365', '>', 15), ('mobile_segment', '!=', False),
                    ('mobile_bought_product_ids', 'in', self.mug.ids),
                    ('mobile_bought_product_90_ids', 'in', self.mug.ids),
                    ('mobile_bought_category_365_ids', 'in', self.mug.categ_id.ids)):
                with self.subTest(condition=condition, bought=bool(anna)):
                    self.assertEqual(found(*condition), anna)
            self.assertEqual(found('mobile_order_count_365', '=', 0), ben)
            self.assertEqual(found('mobile_segment', '=', False), ben)
            self.assertEqual(found('mobile_bought_product_ids', 'not in', self.mug.ids), ben)
            if not anna:
                order = self.sell(self.anna, [(self.mug, 3, 8.0, False, {})], date_order=self.now - timedelta(days=3))
        self.sell(self.anna, [(self.mug, -1, 8.0, False, {'refunded_orderline_id': order.lines.id})], is_refund=True)
        self.env.invalidate_all()
        self.assertEqual(
            (self.anna.mobile_order_count_365, self.anna.mobile_spent_365, self.anna.mobile_days_since_order,
             self.anna.mobile_bought_product_ids, self.ben.mobile_order_count_365),
            (1, 16, 3, self.mug, 0))
        self.assertEqual(found('mobile_spent_365', '>', 17), self.env['res.partner'])

    def test_orders_of_both_kinds_add_up(self):
        self.sell(self.anna, [(self.mug, 1, 8.0, False, {})], date_order=self.now - timedelta(days=40))
        self.confirmed(self.anna, [(self.mug, 2)], date_order=self.now - timedelta(days=20))
        self.env.invalidate_all()
        self.assertEqual((self.anna.mobile_order_count_365, self.anna.mobile_spent_365,
                          self.anna.mobile_days_since_order), (2, 24, 20))
        self.assertFalse(self.env['res.partner'].search([
            ('id', '=', self.anna.id), ('mobile_days_since_order', '>=', 30)]))
