from odoo.tests import tagged

from ..tools.problems import Problem
from .basket_common import BasketCommon


@tagged('-at_install', 'post_install')
class TestBasket(BasketCommon):

    def assertRefused(self, code, function, *args, **kwargs):
        with self.assertRaises(Problem) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.problem_code, code)
        return caught.exception

    def test_open(self):
        basket = self.basket([(self.milk, 2), ('5400000000010', 1), (self.mug, 1)])
        order = basket.order_id
        self.assertEqual(
            [(line.product_id, line.product_uom_qty, line.price_total) for line in order.order_line],
            [(self.milk, 3.0, 7.26), (self.mug, 1.0, 8.0)])
        self.assertEqual((order.amount_total, order.state, order.partner_id), (15.26, 'draft', self.anna))
        self.assertEqual((order.mobile_store_id, basket.state, basket.version), (self.store_near, 'open', 1))
        self.assertRefused('basket_exists', self.basket)
        self.assertFalse(basket._price(), "nothing has changed")
        self.assertEqual(basket.version, 1)

    def test_edit(self):
        basket = self.basket()
        self.add(basket, [(self.milk, 1), (self.bread, 1)])
        self.assertEqual((basket.version, basket.order_id.amount_total), (2, 11.31))
        self.assertRefused('basket_changed', self.edit, basket, version=1, lines=[])
        self.edit(basket, lines=[(self.bread, 2)])
        self.assertEqual((basket.version, basket.order_id.amount_untaxed), (3, 6.7))
        self.assertFalse(basket.changes)

    def test_offer(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        self.assertEqual(basket.order_id.amount_total, 68.0)
        self.edit(basket, offer_ids=[])
        self.assertEqual(basket.order_id.amount_total, 80.0)
