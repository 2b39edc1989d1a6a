import os
import random
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.mobile_catalogue import Shopper
from .common import MobileCommon

# One point of colour.
PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
CASES = 1000 if os.environ.get('MOBILE_CRM_FULL') == '1' else 120


@tagged('-at_install', 'post_install')
class TestCataloguePrice(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalogue = cls.env['mobile.catalogue']
        groups = ('product.group_product_pricelist', 'sale.group_discount_per_so_line', 'uom.group_uom',
                  'product.group_product_variant')
        for group in groups:
            cls.env.ref('base.group_user')._apply_group(cls.env.ref(group))
        cls.source = random.Random(7)

    def shopper(self, partner=None, app=None):
        return Shopper(self.company, app or self.app, (partner or self.env['res.partner']).sudo())

    def price(self, product=None, partner=None, **kwargs):
        product = product or self.product
        return self.catalogue._prices(self.shopper(partner), product.sudo(), **kwargs)[product.id]

    def order_line(self, partner, product, quantity=1.0, at=None, unit=None, company=None):
        return self.env['sale.order'].create({
            'partner_id': partner.id, 'company_id': (company or self.company).id,
            **({'date_order': at} if at else {}),
            'order_line': [Command.create({
                'product_id': product.id, 'product_uom_qty': quantity,
                **({'product_uom_id': unit.id} if unit else {})})]}).order_line

    def tax(self, amount, **values):
        group = self.env['account.tax.group'].create({'name': "Taxes", 'company_id': self.company.id})
        return self.env['account.tax'].create({
            'name': f"{amount} %", 'amount': amount, 'company_id': self.company.id, 'tax_group_id': group.id,
            'country_id': self.company.country_id.id, **values})

    def pricelist(self, *rules, **values):
        return self.env['product.pricelist'].create({
            'name': "Pricelist", 'company_id': self.company.id, 'currency_id': self.company.currency_id.id,
            'item_ids': [Command.create(rule) for rule in rules], **values})


class RandomShop:
    """A shop of every kind of price, made of a seed.

    :param case: whose company it is of
    """

    def __init__(self, case):
        self.case, self.env, self.source = case, case.env, case.source
        self.company = case.company
        self.currencies = [self.env.ref(f'base.{name}') for name in ('EUR', 'JPY', 'KWD', 'USD')]
        for currency in self.currencies:
            currency.active = True
        self.env['res.currency.rate'].create([
            {'currency_id': currency.id, 'company_id': self.company.id, 'name': day,
             'rate': self.source.uniform(0.3, 170)}
            for currency in self.currencies[1:] for day in ('2020-01-01', '2026-03-01', '2026-09-15')])
        self.taxes = self._make_taxes()
        self.positions = self._make_positions()
        self.products = self._make_products()
        self.pricelists = self._make_pricelists()
        self.customers = self._make_customers()

    def _make_taxes(self):
        group = self.env['account.tax.group'].create({'name': "Taxes", 'company_id': self.company.id})

        def tax(name, amount, **values):
            return self.env['account.tax'].create({
                'name': name, 'amount': amount, 'type_tax_use': 'sale', 'company_id': self.company.id,
                'tax_group_id': group.id, 'country_id': self.company.country_id.id, **values})

        included = {'price_include_override': 'tax_included'}
        children = [tax("Part 1", 3.0), tax("Part 2", 4.5, amount_type='division')]
        return [
            tax("21 %", 21.0), tax("21 % in it", 21.0, **included),
            tax("6 %", 6.0), tax("5.5 % in it", 5.5, **included),
            tax("Fixed", 0.37, amount_type='fixed'), tax("Fixed in it", 0.25, amount_type='fixed', **included),
            tax("Basis", 10.0, include_base_amount=True, sequence=1), tax("Division", 12.0, amount_type='division'),
            tax("Group", 0.0, amount_type='group', children_tax_ids=[Command.set([child.id for child in children])]),
        ]

    def _make_positions(self):
        positions = self.env['account.fiscal.position'].create([
            {'name': name, 'company_id': self.company.id, 'auto_apply': True, **values} for name, values in {
                'France': {'country_id': self.env.ref('base.fr').id},
                'Germany, north': {'country_id': self.env.ref('base.de').id, 'zip_from': '20000', 'zip_to': '29999'},
                'Abroad': {'country_group_id': self.env.ref('base.south_america').id}}.items()])
        swaps = {0: ((0, 2), (1, 3)), 1: ((1, 0), (4, 5), (8, 6))}
        for number, pairs in swaps.items():
            for original, replacement in pairs:
                self.taxes[replacement].copy({
                    'name': f"{number} {original}", 'fiscal_position_ids': [Command.set(positions[number].ids)],
                    'original_tax_ids': [Command.set(self.taxes[original].ids)]})
        return positions

    def _make_products(self):
        choose = self.source.choice
        categories = self.env['product.category'].create([{'name': "A"}, {'name': "B"}])
        categories += self.env['product.category'].create({'name': "A 1", 'parent_id': categories[0].id})
        units = [self.env.ref(f'uom.product_uom_{name}') for name in ('unit', 'unit', 'kgm', 'litre', 'dozen')]
        size = self.env['product.attribute'].create({'name': "Size", 'value_ids': [
            Command.create({'name': name}) for name in 'SML']})
        templates = self.env['product.template'].create([{
            'name': f"Product {number}", 'list_price': round(self.source.uniform(0.01, 400), choose((0, 2, 2, 3))),
            'standard_price': round(self.source.uniform(0.01, 200), 2), 'categ_id': choose(categories).id,
            'uom_id': choose(units).id,
            'taxes_id': [Command.set([tax.id for tax in self.source.sample(self.taxes, choose((0, 1, 1, 1, 2)))])],
            'company_id': choose((False, self.company.id)),
            **({'attribute_line_ids': [Command.create({
                'attribute_id': size.id, 'value_ids': [Command.set(size.value_ids.ids)]})]} if number % 4 == 0 else {}),
        } for number in range(24)])
        for value in templates.attribute_line_ids.product_template_value_ids:
            value.price_extra = round(self.source.uniform(0, 9), 2)
        return templates.product_variant_ids

    def _make_pricelists(self):
        choose, uniform = self.source.choice, self.source.uniform
        pricelists = self.env['product.pricelist'].create([{
            'name': f"Pricelist {number}", 'currency_id': self.currencies[number % 4].id,
            'company_id': self.company.id if number % 3 == 2 else False} for number in range(10)])
        for number, pricelist in enumerate(pricelists):
            for _rule in range(self.source.randint(0, 9)):
                about = choose((
                    {'applied_on': '3_global'}, {'applied_on': '2_product_category',
                                                 'categ_id': choose(self.products).categ_id.id},
                    {'applied_on': '1_product', 'product_tmpl_id': choose(self.products).product_tmpl_id.id},
                    {'applied_on': '0_product_variant', 'product_id': choose(self.products).id}))
                base = choose((
                    {'base': 'list_price'}, {'base': 'standard_price'},
                    {'base': 'pricelist', 'base_pricelist_id': choose(shared).id}
                    if (shared := pricelists[:number].filtered(lambda found: not found.company_id))
                    else {'base': 'list_price'}))
                how = choose((
                    {'compute_price': 'fixed', 'fixed_price': round(uniform(0.5, 300), choose((0, 2, 3)))},
                    {'compute_price': 'percentage', 'percent_price': choose((10, 12.5, 33.333, -5, 100)), **base},
                    {'compute_price': 'formula', **base, 'price_discount': round(uniform(-10, 40), 2),
                     'price_markup': round(uniform(0, 60), 2), 'price_round': choose((0, 0.05, 1, 10)),
                     'price_surcharge': choose((0, -0.01, 1.5)),
                     **choose(({}, {'price_min_margin': 1, 'price_max_margin': 20}))}))
                dates = choose(({}, {}, {'date_start': datetime(2026, 3, 1, 23, 30)},
                                {'date_end': datetime(2026, 9, 15, 0, 30)}))
                self.env['product.pricelist.item'].create({
                    'pricelist_id': pricelist.id, 'min_quantity': choose((0, 0, 0, 3, 12)), **about, **how, **dates})
        return pricelists

    def _make_customers(self):
        choose = self.source.choice
        countries = [self.env.ref(f'base.{code}') for code in ('be', 'fr', 'de', 'br', 'us')]
        self.pricelists[0].country_group_ids = self.env['res.country.group'].create({
            'name': "Group", 'country_ids': [Command.set(countries[1].ids)]})
        customers = self.env['res.partner']
        for number in range(30):
            customer = self.env['res.partner'].create({
                'name': f"Customer {number}", 'country_id': choose([*countries, self.env['res.country']]).id,
                'zip': choose(('20100', '80100', False)), 'is_company': choose((True, False)),
                'property_account_position_id': choose((False, False, False, self.positions[0].id)),
                'specific_property_product_pricelist': choose((False, choose(self.pricelists).id)),
                'child_ids': [Command.create({
                    'name': "Elsewhere", 'type': 'delivery', 'country_id': choose(countries).id, 'zip': '21000'})]
                if number % 3 == 0 else []})
            customers += choose((customer, customer.child_ids or customer))
        return customers

    def cases(self, count):
        """Return so many (customer, product, unit, quantity, date)."""
        dozen = self.env.ref('uom.product_uom_dozen')
        return [(
            self.source.choice(self.customers), product := self.source.choice(self.products),
            dozen if product.uom_id == self.env.ref('uom.product_uom_unit') and self.source.random() < 0.2
            else product.uom_id,
            self.source.choice((1.0, 1.0, 1.0, 2.0, 3.0, 12.0, 0.255, 1.5, 100.0)),
            self.source.choice((
                datetime(2026, 3, 1, 23, 29, 59), datetime(2026, 3, 1, 23, 30), datetime(2026, 9, 15, 0, 30),
                datetime(2026, 9, 15, 0, 30, 1), datetime(2025, 12, 31, 23, 59), datetime(2026, 11, 22, 12))),
        ) for _number in range(count)]


@tagged('-at_install', 'post_install')
class TestPriceOfAnOrder(TestCataloguePrice):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = RandomShop(cls)

    def _compare(self, count):
        cases = self.shop.cases(count)
        groups = {}
        for customer, product, unit, quantity, at in cases:
            groups.setdefault((customer, at), []).append((product, unit, quantity))
        compared = 0
        for (customer, at), wanted in groups.items():
            order = self.env['sale.order'].create({
                'partner_id': customer.id, 'company_id': self.company.id, 'date_order': at, 'order_line': [
                    Command.create({'product_id': product.id, 'product_uom_id': unit.id, 'product_uom_qty': quantity})
                    for product, unit, quantity in wanted]})
            prices = {}
            for line, (product, unit, quantity) in zip(order.order_line, wanted, strict=True):
                prices[product.id] = price = self.catalogue._prices(
                    self.shopper(customer), product.sudo(), {product.id: quantity}, at, units={product.id: unit}
                )[product.id]
                said = (price.total, price.currency, price.price_unit, price.discount, price.quantity)
                expected = (line.price_total, line.currency_id, line.price_unit, line.discount, line.product_uom_qty)
                self.assertEqual(said, expected, (product.taxes_id.mapped('name'), order.pricelist_id.name))
                if price.quantity == 1:
                    self.assertEqual(price.amount, line.price_total)
                compared += 1
            if len(prices) == len(wanted):
                [total] = self.catalogue._order_totals(
                    self.shopper(customer), prices, [order.order_line.product_id.sudo()])
                self.assertAlmostEqual(total, order.amount_total, 6)
        self.assertEqual(compared, count)

    def test_same_as_the_line_of_an_order(self):
        self._compare(CASES)

    def test_same_when_rounded_globally(self):
        self.company.tax_calculation_rounding_method = 'round_globally'
        self._compare(CASES // 4)




@tagged('-at_install', 'post_install')
class TestTerms(TestCataloguePrice):

    def _half(self, **values):
        return self.pricelist({'compute_price': 'percentage', 'percent_price': 50.0}, **values)

    def test_whose_pricelist(self):
        self.assertEqual(self.price().amount, 100.0)
        self.app.pricelist_id = self.pricelist({'compute_price': 'fixed', 'fixed_price': 80.0})
        self.assertEqual(self.price().amount, 80.0)
        self.assertEqual(self.price(partner=self.anna).amount, 80.0)
        # Their own goes before that of the app.
        self.anna.specific_property_product_pricelist = self.pricelist({'compute_price': 'fixed', 'fixed_price': 70.0})
        self.assertEqual(self.price(partner=self.anna).amount, 70.0)
        self.assertEqual(self.price(partner=self.ben).amount, 80.0)
        self.app.pricelist_id.active = False
        self.assertEqual(self.price(partner=self.ben).amount, 100.0)

    def test_country(self):
        france = self.env.ref('base.fr')
        abroad = self.pricelist({'compute_price': 'fixed', 'fixed_price': 60.0}, country_group_ids=[Command.create({
            'name': "France", 'country_ids': [Command.set(france.ids)]})])
        self.assertEqual(self.price(partner=self.anna).amount, 100.0)
        self.anna.country_id = france
        self.assertEqual(self.price(partner=self.anna).amount, 60.0)
        self.assertEqual(self.order_line(self.anna, self.product).order_id.pricelist_id, abroad)

    def test_another_company_s_pricelist(self):
        other = self.env['res.company'].sudo().create({'name': "Other"})
        self.anna.with_company(other).specific_property_product_pricelist = self._half(company_id=other.id)
        self.assertEqual(self.price(partner=self.anna).amount, 100.0)

    def test_list_price(self):
        self.assertIsNone(self.price(partner=self.anna).list_amount)
        self.anna.specific_property_product_pricelist = self._half()
        price = self.price(partner=self.anna)
        self.assertEqual((price.amount, price.list_amount, price.discount), (50.0, 100.0, 50.0))
        # What is dearer for them has no list price.
        self.anna.specific_property_product_pricelist = self.pricelist({'compute_price': 'fixed', 'fixed_price': 120.0})
        self.assertIsNone(self.price(partner=self.anna).list_amount)

    def test_list_price_of_others(self):
        """A price that staff agreed on with somebody is less than others', discount or not."""
        self.anna.specific_property_product_pricelist = self.pricelist({'compute_price': 'fixed', 'fixed_price': 90.0})
        self.assertEqual(self.price(partner=self.anna)[:2], (90.0, 100.0))
        self.app.pricelist_id = self.pricelist({'compute_price': 'fixed', 'fixed_price': 95.0})
        self.assertEqual(self.price(partner=self.anna)[:2], (90.0, 95.0))
        self.assertEqual(self.price(partner=self.ben)[:2], (95.0, None))

    def test_quantities(self):
        self.anna.specific_property_product_pricelist = self.pricelist(
            {'compute_price': 'fixed', 'fixed_price': 9.99, 'min_quantity': 3},
            {'compute_price': 'fixed', 'fixed_price': 10})
        price = self.price(partner=self.anna, quantities={self.product.id: 3})
        self.assertEqual((price.amount, price.total, price.quantity), (9.99, 29.97, 3.0))
        dozen = self.env.ref('uom.product_uom_dozen')
        pack = self.price(partner=self.anna, units={self.product.id: dozen})
        self.assertEqual((pack.amount, pack.unit), (119.88, dozen))
        self.assertEqual(pack.total, self.order_line(self.anna, self.product, unit=dozen).price_total)
        self.assertEqual(self.price(quantities={self.product.id: 0}).total, 0.0)

    def test_without_taxes(self):
        tax = self.tax(20.0, price_include_override='tax_included')
        self.product.taxes_id = tax
        self.assertEqual(self.price().amount, 100.0)
        self.app.prices_without_taxes = True
        self.assertEqual(self.price().amount, 83.33)


@tagged('-at_install', 'post_install')
class TestKeptPrices(TestCataloguePrice):

    def setUp(self):
        super().setUp()
        self.env.registry.clear_cache()
        self.passed = 0
        self._pass()

    def _pass(self):
        """Let what this transaction has changed be as if another had, a while ago."""
        self.env.flush_all()
        self.passed += 1
        for table in ('product_product', 'product_template', 'product_template_attribute_value', 'res_partner'):
            self.env.cr.execute(SQL(
                """UPDATE %s SET write_date = write_date - interval '1 hour' + %s * interval '1 second'
                    WHERE write_date >= now() AT TIME ZONE 'UTC'""", SQL.identifier(table), self.passed))
        self.env.invalidate_all()

    def test_second_time(self):
        products = self.product + self.product.copy() + self.product.copy()
        self._pass()
        shopper = self.shopper(self.anna)
        first = self.catalogue._prices(shopper, products.sudo())
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.assertEqual(self.catalogue._prices(shopper, products.sudo()), first)

    def test_room(self):
        # A page of products pushes nothing out of what Odoo keeps in the same cache.
        shopper, kept = self.shopper(self.anna), self.env.registry._Registry__caches['default']
        self.catalogue._prices(shopper, self.product.sudo())
        products = self.env['product.product'].create([{'name': f"Product {number}"} for number in range(5)])
        self._pass()
        self.catalogue._prices(shopper, self.product.sudo())
        before = len(kept)
        self.catalogue._prices(shopper, products.sudo())
        self.assertEqual(len(kept), before)

    def test_what_changes(self):
        tax = self.tax(10.0)
        pricelist = self.pricelist({'compute_price': 'formula', 'base': 'list_price'})
        position = self.env['account.fiscal.position'].create({'name': "No taxes", 'company_id': self.company.id})
        seven = self.pricelist({'compute_price': 'fixed', 'fixed_price': 7.0})
        steps = (
            (lambda: self.product.write({'list_price': 200.0}), 200.0),
            (lambda: self.product.write({'taxes_id': [Command.set(tax.ids)]}), 220.0),
            (lambda: tax.write({'amount': 20.0}), 240.0),
            (lambda: self.anna.write({'specific_property_product_pricelist': pricelist.id}), 240.0),
            (lambda: pricelist.item_ids.write({'price_discount': 50.0}), 120.0),
            (lambda: pricelist.item_ids.write({'base': 'standard_price', 'price_markup': 0.0}), 0.0),
            (lambda: self.product.write({'standard_price': 10.0}), 12.0),
            (lambda: self.anna.write({'property_account_position_id': position.id}), 10.0),
            (pricelist.item_ids.unlink, 200.0),
            (lambda: self.anna.write({'specific_property_product_pricelist': False}), 200.0),
            (lambda: self.app.write({'pricelist_id': seven.id}), 7.0),
            (lambda: self.app.write({'pricelist_id': False}), 200.0),
            (lambda: self.anna.write({'child_ids': [Command.create({
                'type': 'delivery', 'name': "Elsewhere", 'property_account_position_id': False})]}), 200.0),
        )
        self.assertEqual(self.price(partner=self.anna).amount, 100.0)
        for number, (change, expected) in enumerate(steps):
            change()
            # At once in the transaction that changes it, and in later ones.
            self.assertEqual(self.price(partner=self.anna).amount, expected, number)
            self._pass()
            self.assertEqual(self.price(partner=self.anna).amount, expected, number)
            self.assertEqual(self.price(partner=self.anna).amount, expected, number)

    def test_what_is_said(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.catalogue = self.catalogue.with_context(lang='de_DE')
        size = self.env['product.attribute'].create({'name': "Size", 'create_variant': 'dynamic', 'value_ids': [
            Command.create({'name': name}) for name in 'SML']})
        small, medium, _large = size.value_ids
        mug = self.env['product.template'].create({
            'name': "Mug", 'categ_id': self.env['product.category'].create({'name': "Kitchen"}).id,
            'attribute_line_ids': [Command.create({'attribute_id': size.id, 'value_ids': [Command.set(small.ids)]})]})
        unit, line = mug.uom_id, mug.attribute_line_ids
        variant = mug._create_product_variant(line.product_template_value_ids)
        other = []

        def add_variant():
            other.append(mug._create_product_variant(line.product_template_value_ids[1]))

        steps = (
            (lambda: None, ("Mug", "Kitchen", unit.name, 1, False)),
            (lambda: mug.update_field_translations('name', {'de_DE': "Becher"}),
             ("Becher", "Kitchen", unit.name, 1, False)),
            (lambda: mug.categ_id.write({'name': "Table"}), ("Becher", "Table", unit.name, 1, False)),
            # A choice that no variant has been made of yet tells the one there is from those to come.
            (lambda: line.write({'value_ids': [Command.link(medium.id)]}),
             ("Becher (S)", "Table", unit.name, 1, False)),
            (lambda: small.update_field_translations('name', {'de_DE': "klein"}),
             ("Becher (klein)", "Table", unit.name, 1, False)),
            (add_variant, ("Becher (klein)", "Table", unit.name, 2, False)),
            (lambda: other[0].write({'active': False}), ("Becher (klein)", "Table", unit.name, 1, False)),
            (lambda: unit.update_field_translations('name', {'de_DE': "Stk"}),
             ("Becher (klein)", "Table", "Stk", 1, False)),
            (lambda: mug.write({'image_1920': PICTURE}), ("Becher (klein)", "Table", "Stk", 1, True)),
        )
        for number, (change, expected) in enumerate(steps):
            change()
            for _twice in range(2):
                [said] = self.catalogue._details(self.shopper(), variant.ids).values()
                found = (said.name, said.category[1], said.unit, said.variant_count, bool(said.image_url))
                self.assertEqual(found, expected, number)
                self._pass()

    def test_when_a_rule_begins_and_ends(self):
        begins, ends = datetime(2026, 11, 22, 12, 30), datetime(2026, 11, 22, 12, 40)
        self.app.pricelist_id = self.pricelist(
            {'compute_price': 'fixed', 'fixed_price': 50.0, 'date_start': begins, 'date_end': ends})
        self._pass()
        for seconds, expected in ((-1, 100.0), (0, 50.0), (1, 50.0), (600, 50.0), (601, 100.0)):
            at = begins + timedelta(seconds=seconds)
            for _twice in range(2):
                self.assertEqual(self.price(at=at).amount, expected, seconds)

    def test_many_customers(self):
        self.anna.specific_property_product_pricelist = self.pricelist({'compute_price': 'fixed', 'fixed_price': 70.0})
        empty = self.env['product.product'].sudo()
        wanted = [(self.app, self.anna.sudo(), self.product.sudo()), (self.app, self.ben.sudo(), self.product.sudo()),
                  (self.app, self.ben.sudo(), empty)]
        prices = self.catalogue._prices_of_many(self.company, wanted)
        self.assertEqual([price and price.amount for price in prices], [70.0, 100.0, None])


@tagged('-at_install', 'post_install')
class TestOffers(TestCataloguePrice):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shoes = cls.env['product.product'].create({
            'name': "Shoes", 'categ_id': cls.env['product.category'].create({'name': "Shoes"}).id})

    def _card(self, partner=None, rule=None, **reward):
        """Return a coupon of a program with this reward, and this rule."""
        program = self.program.copy({'name': "Program"})
        if reward:
            program.reward_ids.write(reward)
        if rule:
            program.rule_ids = [Command.clear(), Command.create(rule)]
        return self.env['loyalty.card'].create({
            'program_id': program.id, 'partner_id': (partner or self.anna).id, 'holder_only': True, 'points': 1})

    def _offers(self, partner=None):
        """Return the coupons for the rain jacket, and for the shoes."""
        offers = self.catalogue._offers(self.shopper(partner or self.anna), (self.product + self.shoes).sudo())
        return offers[self.product.id], offers[self.shoes.id]

    def test_on_the_whole_order(self):
        card = self._card()
        self.assertEqual(self._offers(), (card, card))
        self.assertFalse(any(self._offers(self.ben)))
        self.assertFalse(any(self.catalogue._offers(self.shopper(), self.product.sudo()).values()))

    def test_on_certain_products(self):
        card = self._card(discount_applicability='specific', discount_product_ids=[Command.set(self.shoes.ids)])
        category = self._card(
            discount_applicability='specific', discount_product_category_id=self.shoes.categ_id.id)
        self.assertEqual(self._offers(), (card.browse(), category + card))

    def test_a_product_for_free(self):
        card = self._card(reward_type='product', reward_product_id=self.shoes.id)
        self.assertEqual(self._offers(), (card.browse(), card))

    def test_for_whoever_buys_something(self):
        rule = {'product_ids': [Command.set(self.shoes.ids)]}
        card = self._card(rule=rule)
        self.assertEqual(self._offers(), (card.browse(), card))
        gift = self._card(rule=rule, reward_type='product', reward_product_id=self.product.id)
        self.assertEqual(self._offers(), (gift, gift + card))

    def test_changed_programs(self):
        card = self._card(discount_applicability='specific', discount_product_ids=[Command.set(self.shoes.ids)])
        self.assertEqual(self._offers(), (card.browse(), card))
        card.program_id.reward_ids.discount_product_ids = self.product
        self.assertEqual(self._offers(), (card, card.browse()))

    def test_usable_now_only(self):
        card = self._card()
        for values in ({'points': 0}, {'expiration_date': '2020-01-01'},
                       {'mobile_valid_from': datetime(2090, 1, 1)}, {'active': False}):
            before = {name: card[name] for name in values}
            card.write(values)
            self.assertFalse(any(self._offers()), values)
            card.write(before)
        self.assertTrue(all(self._offers()))

    def test_another_company(self):
        other = self.env['res.company'].sudo().create({'name': "Other"})
        card = self._card()
        card.program_id.sudo().company_id = other
        self.assertFalse(any(self._offers()))
