"""A basket costs what the same order costs that staff type into Odoo, to the cent."""
import os
import random

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .basket_common import BasketCommon

CASES = 1000 if os.environ.get('MOBILE_CRM_FULL') == '1' else 24
# So many of them are typed into the form as well, which takes longer.
TYPED = 30
# Rounding of each currency, and what a euro is worth in it.
CURRENCIES = {'EUR': (0.01, 1.0), 'XCF': (0.05, 0.9371), 'XJP': (1.0, 163.27), 'XKW': (0.001, 0.3329)}


@tagged('-at_install', 'post_install')
class TestBasketTotals(BasketCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['loyalty.program'].search([('id', '!=', cls.program.id)]).active = False
        cls.env.ref('base.group_user')._apply_group(cls.env.ref('product.group_product_pricelist'))
        cls.env.ref('base.group_user')._apply_group(cls.env.ref('sale.group_discount_per_so_line'))
        cls.env.ref('base.group_user')._apply_group(cls.env.ref('uom.group_uom'))
        taxes = [cls.make_tax(f'{percent} {kind}', percent, price_include_override=kind) for percent, kind in (
            (21.0, 'tax_excluded'), (6.0, 'tax_excluded'), (21.0, 'tax_included'), (7.7, 'tax_included'))]
        levy = cls.make_tax("Levy", 0.15, amount_type='fixed')
        cls.source = random.Random(8)
        prices = (0.07, 0.99, 1.05, 2.0, 3.333, 7.77, 12.5, 19.99, 49.95, 333.33, 1234.56)
        choices = ([], *([tax] for tax in taxes), [taxes[0], levy], [taxes[2], taxes[1]])
        cls.products = [
            cls.make_product(f"Product {number}", cls.source.choice(prices), cls.source.choice(choices), **(
                {'uom_id': cls.env.ref('uom.product_uom_kgm').id} if number % 5 == 0 else {
                    'uom_ids': [Command.link(cls.box.id)]}))
            for number in range(24)]
        cls.env['product.uom'].create([
            {'product_id': product.id, 'uom_id': cls.box.id, 'barcode': f'54000001{number:04d}'}
            for number, product in enumerate(cls.products) if number % 5])
        cls.pricelists = [cls._make_pricelist(name, *facts) for name, facts in CURRENCIES.items()]
        cls._make_promotions()
        cls.amount_off = cls._make_program('coupons', "7 off", 'with_code', {
            'discount': 7, 'discount_mode': 'per_order', 'discount_applicability': 'order'}, minimum_amount=10)

    @classmethod
    def _make_pricelist(cls, name, rounding, rate):
        currency = cls.env['res.currency'].with_context(active_test=False).search([('name', '=', name)]) \
            or cls.env['res.currency'].create({'name': name, 'symbol': name, 'rounding': rounding})
        currency.active = True
        if name != 'EUR':
            cls.env['res.currency.rate'].create({
                'name': '2020-01-01', 'rate': rate, 'currency_id': currency.id, 'company_id': cls.company.id})
        return cls.env['product.pricelist'].create({
            'name': name, 'currency_id': currency.id, 'company_id': cls.company.id, 'item_ids': [
                Command.create({'compute_price': 'percentage', 'percent_price': 7.5, 'applied_on': '1_product',
                                'product_tmpl_id': cls.products[1].product_tmpl_id.id}),
                Command.create({'compute_price': 'percentage', 'percent_price': 12.5, 'min_quantity': 3,
                                'applied_on': '1_product', 'product_tmpl_id': cls.products[2].product_tmpl_id.id}),
                Command.create({'compute_price': 'formula', 'base': 'list_price', 'price_discount': 3,
                                'price_surcharge': 0.01, 'applied_on': '1_product',
                                'product_tmpl_id': cls.products[3].product_tmpl_id.id})]})

    @classmethod
    def _make_program(cls, program_type, name, trigger, reward, **rule):
        return cls.env['loyalty.program'].create({
            'name': name, 'program_type': program_type, 'trigger': trigger, 'applies_on': 'current',
            'company_id': cls.company.id, 'currency_id': cls.company.currency_id.id,
            'rule_ids': [Command.clear(), Command.create({'reward_point_mode': 'order', **rule})],
            'reward_ids': [Command.clear(), Command.create({'required_points': 1, **reward})]})

    @classmethod
    def _make_promotions(cls):
        several = cls.products[4] + cls.products[6] + cls.products[7] + cls.products[8]
        cls._make_program('promotion', "5 % on some", 'auto', {
            'discount': 5, 'discount_mode': 'percent', 'discount_applicability': 'specific',
            'discount_product_ids': [Command.set(several.ids)]})
        cls._make_program('promotion', "10 % over 100", 'auto', {
            'discount': 10, 'discount_mode': 'percent', 'discount_applicability': 'order'}, minimum_amount=100)
        cls._make_program('promotion', "The cheapest of five", 'auto', {
            'discount': 50, 'discount_mode': 'percent', 'discount_applicability': 'cheapest'}, minimum_qty=5)
        cls._make_program('buy_x_get_y', "3 + 1", 'auto', {
            'reward_type': 'product', 'reward_product_id': cls.products[9].id, 'required_points': 3},
            reward_point_mode='unit', product_ids=[Command.set(cls.products[9].ids)])

    def _draw(self):
        """Return (what the phone sends, what staff enter) for some lines, each of another product and unit."""
        scanned, typed = [], []
        for number in self.source.sample(range(24), self.source.choice((1, 1, 2, 3, 4, 7))):
            product = self.products[number]
            if number % 5 == 0:
                quantity = round(self.source.uniform(0.05, 4), 2)
                scanned.append((product, quantity))
                typed.append((product, product.uom_id, quantity))
                continue
            quantity = self.source.choice((1, 1, 1, 2, 3, 5, 12))
            if self.source.random() < 0.2:
                scanned.append((f'54000001{number:04d}', quantity))
                typed.append((product, self.box, quantity))
            else:
                scanned.append((product, quantity))
                typed.append((product, product.uom_id, quantity))
        return scanned, typed

    def _typed(self, lines, is_form):
        """Return the quotation that a salesperson has made of these lines."""
        orders = self.env['sale.order'].with_user(self.salesperson).with_context(tracking_disable=True)
        if not is_form:
            return orders.create({
                'partner_id': self.anna.id, 'company_id': self.company.id, 'mobile_store_id': self.store_near.id,
                'order_line': [Command.create({
                    'product_id': product.id, 'product_uom_id': unit.id, 'product_uom_qty': quantity})
                    for product, unit, quantity in lines]})
        with Form(orders) as form:
            form.partner_id = self.anna
            for product, unit, quantity in lines:
                with form.order_line.new() as line:
                    line.product_id = product
                    line.product_uom_id = unit
                    line.product_uom_qty = quantity
        order = form.record
        order.mobile_store_id = self.store_near
        return order

    def _claim(self, order):
        """Take the rewards that Odoo offers, as the wizard of sales orders does, until there are no more."""
        claimed = [True]
        while any(claimed):
            order._update_programs_and_rewards()
            claimed = [
                self._claim_one(order, reward, card) for card, rewards in order._get_claimable_rewards().items()
                for reward in rewards if reward not in order.order_line.reward_id]

    def _claim_one(self, order, reward, card):
        try:
            return 'error' not in order._apply_program_reward(reward, card)
        except UserError:
            # There is nothing that it could take off.
            return False

    def _told(self, order):
        lines = sorted(
            (line.reward_id.id, line.product_id.id, line.product_uom_id.id, line.product_uom_qty, line.price_unit,
             line.discount, tuple(line.tax_ids.ids), line.price_subtotal, line.price_tax, line.price_total)
            for line in order.order_line)
        return order.currency_id.name, order.amount_untaxed, order.amount_tax, order.amount_total, lines

    def test_equal_to_the_cent(self):
        met = set()
        for number in range(CASES):
            # Each currency with both ways to round, however few there are.
            turn, which = divmod(number, len(self.pricelists))
            pricelist = self.pricelists[which]
            self.anna.property_product_pricelist = pricelist
            self.company.tax_calculation_rounding_method = ('round_per_line', 'round_globally')[turn % 2]
            scanned, typed = self._draw()
            card = self.make_offer(self.source.choice((self.program, self.amount_off))) \
                if self.source.random() < 0.5 else None
            order = self._typed(typed, number % TYPED == 0)
            self._claim(order)
            if card and 'error' in order._try_apply_code(card.code):
                card = None
            elif card:
                self._claim(order)
                # A better promotion may be there already.
                card = card if card in order.order_line.coupon_id else None
            basket = self.basket(scanned, offer_ids=[card.mobile_uuid] if card else [])
            with self.subTest(number=number, lines=scanned, coupon=card and card.program_id.name):
                self.assertEqual(self._told(basket.order_id), self._told(order))
                self.assertFalse(basket._price(), "what was worked out stays")
            met |= {(pricelist.name, self.company.tax_calculation_rounding_method)}
            met |= {reward.program_id.name for reward in basket.order_id.order_line.reward_id}
            basket._move_on('cancelled', ('open',))
        self.assertEqual(len(met), 2 * len(CURRENCIES) + 6, met)
