from odoo.fields import Command
from odoo.tests import tagged

from ..tools.problems import Problem
from .basket_common import BasketCommon


@tagged('-at_install', 'post_install')
class TestBasket(BasketCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref('base.group_user')._apply_group(cls.env.ref('product.group_product_pricelist'))

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

    # === PRICES === #

    def test_costs_what_the_catalogue_tells(self):
        shopper, _device = self.shopper_of(self.anna)
        pricelist = self.env['product.pricelist'].create({
            'name': "Members", 'company_id': self.company.id, 'item_ids': [
                Command.create({'compute_price': 'percentage', 'percent_price': 10}),
                Command.create({'compute_price': 'fixed', 'fixed_price': 1.11, 'applied_on': '1_product',
                                'product_tmpl_id': self.bread.product_tmpl_id.id})]})
        self.app.pricelist_id = pricelist
        products = self.milk + self.bread + self.mug + self.apples
        told = self.env['mobile.catalogue']._prices(shopper, products.sudo())
        basket = self.basket([(product, 1) for product in products])
        self.assertEqual(
            {line.line.product_id.id: line.price for line in basket._facts().lines},
            {product.id: told[product.id].amount for product in products})
        self.assertEqual(basket.order_id.pricelist_id, pricelist)

    def test_what_changes_meanwhile_is_told(self):
        basket = self.basket([(self.milk, 2), (self.bread, 1), (self.mug, 1)])
        self.milk.list_price, self.bread.list_price = 2.5, 3.0
        self.assertFalse(basket.changes)
        self.assertTrue(basket._price())
        self.assertEqual([change['code'] for change in basket.changes], ['price_up', 'price_down'])
        self.assertIn("Milk costs", basket.changes[0]['text'])
        facts = basket._facts().lines
        self.assertEqual([(line.price, line.scanned_price, line.warnings) for line in facts], [
            (3.03, 2.42, ['price_up']), (3.63, 4.05, ['price_down']), (8.0, None, [])])
        self.add(basket, [(self.milk, 1)])
        self.assertFalse(basket.changes, "it was told once")
        self.assertIsNone(basket._facts().lines[0].scanned_price, "the customer has seen it when they took more")
        self.mug.mobile_published = False
        self.bread.active = False
        self.assertTrue(basket._price())
        self.assertEqual([change['code'] for change in basket.changes], ['not_sold', 'not_sold'])
        self.assertEqual((basket.order_id.order_line.product_id, basket.version), (self.milk, 4))

    def test_taxes_and_pricelists_of_now(self):
        basket = self.basket([(self.milk, 1)])
        self.milk.taxes_id = self.make_tax("6 %", 6.0)
        self.assertTrue(basket._price())
        self.assertEqual(basket.amount_total, 2.12)
        self.anna.property_product_pricelist = self.env['product.pricelist'].create({
            'name': "Anna's", 'company_id': self.company.id,
            'item_ids': [Command.create({'compute_price': 'percentage', 'percent_price': 50})]})
        self.assertTrue(basket._price())
        self.assertEqual(basket.amount_total, 1.06)

    def test_packs_and_labels(self):
        self.env['product.uom'].create({
            'product_id': self.mug.id, 'uom_id': self.box.id, 'barcode': '5400000000034'})
        basket = self.basket([('5400000000034', 2), (self.mug, 1)])
        self.assertEqual(
            [(line.product_uom_id, line.product_uom_qty, line.price_total) for line in basket.order_id.order_line],
            [(self.box, 2.0, 96.0), (self.mug.uom_id, 1.0, 8.0)])
        self.add(basket, [('5400000000034', 1)])
        self.assertEqual(basket.order_id.order_line[0].product_uom_qty, 3.0)
        self.assertEqual([line.barcode for line in basket._facts().lines], ['5400000000034', None])
        self.apples.barcode = '5400000000041'
        self.add(basket, [('01054000000000413103000750', 2), ('01054000000000413103000250' + '10LOT7', 1)])
        line = basket.order_id.order_line[-1]
        self.assertEqual((line.product_id, line.product_uom_qty), (self.apples, 1.75))
        self.assertEqual(basket.scanned[str(line.id)]['lots'], ['LOT7'])

    def test_lines_have_names(self):
        basket, bens = self.basket([(self.milk, 1), (self.mug, 1)]), self.basket(partner=self.ben)
        names = [line.public_id for line in basket._facts().lines]
        self.assertEqual([basket._line_of(name) for name in names], list(basket.order_id.order_line))
        for name in (bens._facts().lines[0].public_id, basket._public_id(), '', 'x' * 32):
            self.assertFalse(basket._line_of(name))
