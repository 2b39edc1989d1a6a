from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import mobile_basket_upkeep
from ..tools.problems import Problem
from .basket_common import BasketCommon


@tagged('-at_install', 'post_install')
class TestBasketUpkeep(BasketCommon):

    def _expire(self, basket):
        basket.expires_at = fields.Datetime.now() - timedelta(seconds=1)

    def test_given_up_in_time(self):
        card = self.make_offer()
        self.company.mobile_coupon_hold_minutes = 600
        basket, bens = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid]), self.basket(partner=self.ben)
        self.env['mobile.basket']._cron_expire()
        self.assertEqual((basket + bens).mapped('state'), ['open', 'open'])
        self._expire(basket)
        self._expire(bens)
        bens._move_on('paying', ('open',))
        self.assertEqual(self.env['mobile.basket']._expire_due(10), 1)
        self.assertEqual((basket.state, basket.order_id.state, bens.state), ('expired', 'cancel', 'paying'))
        self.assertEqual(card.mobile_status, 'available')
        self.assertEqual(self.env['mobile.basket']._expire_due(10), 0)

    def test_late_is_over_before_anybody_has_looked(self):
        basket = self.basket()
        self._expire(basket)
        with self.assertRaises(Problem) as caught:
            self.add(basket, [(self.milk, 1)])
        self.assertEqual(caught.exception.problem_code, 'basket_ended')
        self.assertEqual(basket._facts().state, 'expired')
        self.assertNotEqual(self.basket(), basket, "a new one can be begun at once")
        self.assertEqual(basket.state, 'expired')

    def test_each_change_gives_time(self):
        self.company.mobile_basket_minutes = 30
        with freeze_time('2030-05-06 10:00:00'):
            basket = self.basket()
        with freeze_time('2030-05-06 10:20:00'):
            self.add(basket, [(self.milk, 1)])
        self.assertEqual(fields.Datetime.to_string(basket.expires_at), '2030-05-06 10:50:00')

    def test_forgotten_with_its_quotation(self):
        basket = self.basket()
        order = basket.order_id
        basket._give_up('cancelled')
        self.env['mobile.basket']._gc_ended()
        self.assertTrue(basket.exists())
        later = fields.Datetime.now() + mobile_basket_upkeep.KEPT + timedelta(days=1)
        with freeze_time(later), patch.object(mobile_basket_upkeep, 'GC_BATCH', 1):
            self.assertEqual(self.env['mobile.basket']._gc_ended(), (1, True), "there may be more")
            self.assertEqual(self.env['mobile.basket']._gc_ended(), (0, False))
        self.assertFalse(basket.exists() or order.exists())

    def test_a_cart_once_it_is_abandoned(self):
        campaign = self.env['mobile.campaign'].create({
            'name': "Come back", 'company_id': self.company.id, 'program_id': self.program.id, 'trigger': 'cart',
            'cart_hours': 1, 'message_title': "Forgotten?", 'message_body': "It is still here."})
        campaign.action_start()
        Occasion = self.env['mobile.occasion']

        def noted(after):
            with freeze_time(fields.Datetime.now() + after):
                Occasion._note_carts()
            found = Occasion.search([('campaign_id', '=', campaign.id)])
            orders = found.order_id
            found.unlink()
            return orders

        basket = self.basket()
        self.assertFalse(noted(timedelta(hours=2)), "it is being filled")
        self._expire(basket)
        self.env['mobile.basket']._expire_due(10)
        self.assertFalse(noted(timedelta(minutes=30)), "the campaign waits an hour")
        self.assertEqual(noted(timedelta(hours=2)), basket.order_id)
        other = self.basket()
        self.assertFalse(noted(timedelta(hours=2)), "its customer is back")
        other._give_up('cancelled')
        self.assertEqual(noted(timedelta(hours=2)), basket.order_id, "what the customer gave up is no cart")
        self.confirmed(self.anna)
        self.assertFalse(noted(timedelta(hours=2)), "it was bought elsewhere")

    def test_erasing_ends_it(self):
        basket = self.basket()
        order = basket.order_id
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertFalse(basket.exists() or order.exists())

    def test_merged_customers_go_on_with_one(self):
        mine, bens = self.basket(), self.basket(partner=self.ben)
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        bens._move_on('paying', ('open',))
        wizard._merge((self.anna + self.ben).ids, self.anna)
        self.assertEqual((mine.state, bens.state, bens.partner_id), ('cancelled', 'paying', self.anna))

    def test_two_who_pay_are_not_merged(self):
        (self.basket() + self.basket(partner=self.ben))._move_on('paying', ('open',))
        with self.assertRaisesRegex(UserError, "paying at this moment"):
            self.env['mobile.basket']._merge(self.ben, self.anna)

    def test_staff_keep_their_hands_off(self):
        basket = self.basket()
        order = basket.order_id.with_env(self.env).with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "is the basket of Anna"):
            order.partner_id = self.ben
        order.order_line.product_uom_qty = 5
        self.assertTrue(basket._price(), "what staff have changed is not what the customer saw")
        self.assertEqual(([change['code'] for change in basket.changes], basket.version), (['staff'], 2))
        basket._move_on('paying', ('open',))
        for change in (lambda: order.order_line.write({'product_uom_qty': 1}), order.order_line.unlink,
                       lambda: order.order_line.copy({'order_id': order.id})):
            with self.assertRaisesRegex(UserError, "is being paid"):
                change()
        basket._move_on('open', ('paying',))
        order.action_cancel()
        self.assertEqual(basket.state, 'cancelled')

    def test_staff_find_baskets(self):
        basket, order = self.basket(), self.make_order(self.ben)
        orders = self.env['sale.order'].search([('mobile_is_basket', '=', True)])
        self.assertIn(basket.order_id, orders)
        self.assertNotIn(order, orders)
        self.assertNotIn(basket.order_id, self.env['sale.order'].search([('mobile_is_basket', '=', False)]))
        self.assertEqual((basket.order_id.mobile_is_basket, order.mobile_is_basket), (True, False))
        self.assertEqual((self.anna.mobile_basket_count, basket.with_env(self.env).line_count), (1, 1))
