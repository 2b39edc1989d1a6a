from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MobileHttpCase
from .exit_common import ExitCommon


@tagged('post_install', '-at_install')
class TestBasketCheck(ExitCommon):
    """What a colleague has to look at before a basket is paid with the phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        drinks = cls.env['product.category'].create({'name': "Drinks", 'mobile_min_age': 16})
        spirits = cls.env['product.category'].create({'name': "Spirits", 'parent_id': drinks.id})
        cls.beer, cls.gin, cls.nuts = cls.env['product.product'].create([
            {'name': "Beer", 'categ_id': spirits.id, 'taxes_id': [Command.clear()]},
            {'name': "Gin", 'categ_id': spirits.id, 'mobile_min_age': 18, 'taxes_id': [Command.clear()]},
            {'name': "Nuts", 'mobile_weighed': 'yes', 'taxes_id': [Command.clear()],
             'uom_id': cls.env.ref('uom.product_uom_kgm').id},
        ])

    def checks(self, basket):
        return basket._open_checks().mapped(lambda check: (check.product_id, check.reason))

    def change(self, basket, product, quantity):
        """Put a quantity of a product into a basket, as its customer does."""
        others = [(line.product_id, line.product_uom_qty) for line in basket.order_id.order_line
                  if line.product_id != product]
        self.edit(basket, lines=[*others, *([(product, quantity)] if quantity else [])])

    # === WHAT NEEDS A COLLEAGUE === #

    def test_a_product_its_category_and_those_above(self):
        needs = {product: tuple(product.product_tmpl_id._mobile_staff_needs())
                 for product in (self.beer, self.gin, self.nuts, self.product)}
        self.assertEqual(needs, {
            self.beer: (16, False), self.gin: (18, False), self.nuts: (0, True), self.product: (0, False)})
        self.beer.categ_id.mobile_weighed = True
        self.assertTrue(self.beer.product_tmpl_id._mobile_staff_needs().is_weighed)
        self.beer.mobile_weighed = 'no'
        self.assertFalse(self.beer.product_tmpl_id._mobile_staff_needs().is_weighed)

    def test_one_check_for_each_line_and_reason(self):
        basket = self.basket([(self.product, 1)])
        self.assertFalse(basket._open_checks())
        self.nuts.mobile_min_age = 3
        basket = self.basket([(self.product, 1), (self.beer, 2), (self.nuts, 0.3)], self.ben)
        self.assertEqual(self.checks(basket), [
            (self.beer, 'age'), (self.nuts, 'age'), (self.nuts, 'weight')])
        before = basket._open_checks()
        self.assertEqual(basket._open_checks(), before, "asking again asks nobody again")

    def test_what_is_no_longer_in_the_basket_needs_nobody(self):
        basket = self.basket([(self.beer, 2), (self.nuts, 0.3)])
        self.change(basket, self.beer, 0)
        self.assertEqual(self.checks(basket), [(self.nuts, 'weight')])
        self.assertEqual(basket.check_ids.filtered(lambda check: check.reason == 'age').state, 'void')

    def test_a_product_that_needs_one_from_now_on(self):
        basket, other = self.basket([(self.mug, 1)]), self.basket([(self.milk, 1)], self.ben)
        self.mug.product_tmpl_id.mobile_min_age = 12
        self.assertEqual(basket.check_ids.mapped('state'), ['open'], "who looks at the screen sees it at once")
        self.milk.categ_id = self.beer.categ_id
        self.assertEqual(other.check_ids.min_age, 16)
        self.beer.categ_id.parent_id.mobile_min_age = 0
        self.assertFalse(other._open_checks())

    # === APPROVING === #

    def test_an_age_is_good_for_the_whole_basket(self):
        basket = self.basket([(self.beer, 1), (self.gin, 1)])
        self.as_staff(basket._open_checks().filtered(lambda check: check.product_id == self.gin)).action_approve()
        self.assertFalse(basket._open_checks())
        self.change(basket, self.beer, 5)
        self.assertFalse(basket._open_checks())
        check = basket.check_ids.filtered(lambda check: check.product_id == self.gin)
        self.assertEqual((check.state, check.user_id, bool(check.answered_at)), ('approved', self.doorman, True))

    def test_a_lower_age_is_not_enough(self):
        basket = self.basket([(self.beer, 1)])
        self.as_staff(basket._open_checks()).action_approve()
        self.change(basket, self.gin, 1)
        self.assertEqual(self.checks(basket), [(self.gin, 'age')])

    def test_a_weight_is_good_for_itself(self):
        basket = self.basket([(self.nuts, 0.3)])
        self.as_staff(basket._open_checks()).action_approve()
        self.assertFalse(basket._open_checks())
        for quantity in (0.5, 0.2):
            self.change(basket, self.nuts, quantity)
            self.assertEqual(basket._open_checks().quantity, quantity)

    def test_the_scales_correct_the_customer(self):
        basket = self.basket([(self.nuts, 0.3)])
        check = basket._open_checks()
        with self.assertRaises(UserError):
            self.as_staff(check).action_approve(0)
        self.as_staff(check).action_approve(0.45)
        self.assertEqual(basket.order_id.order_line.product_uom_qty, 0.45)
        self.assertEqual((check.state, check.quantity), ('approved', 0.45))
        self.assertFalse(basket._open_checks())

    def test_what_was_changed_meanwhile_is_not_approved(self):
        basket = self.basket([(self.nuts, 0.3)])
        check = basket._open_checks()
        self.change(basket, self.nuts, 3)
        with self.assertRaises(UserError):
            self.as_staff(check).action_approve()
        self.assertEqual(basket._open_checks().quantity, 3)

    def test_nothing_is_approved_once_the_basket_has_ended(self):
        basket = self.basket([(self.beer, 1)])
        check = basket._open_checks()
        basket._move_on('expired', ('open',))
        with self.assertRaises(UserError):
            self.as_staff(check).action_approve()
        self.assertFalse(self.env['mobile.basket.check']._waiting(self.store_near))

    # === REFUSING === #

    def test_what_is_refused_is_taken_out_and_the_customer_told(self):
        basket = self.basket([(self.product, 1), (self.beer, 1), (self.gin, 1)])
        beer = basket._open_checks().filtered(lambda check: check.product_id == self.beer)
        self.as_staff(beer).action_refuse()
        self.assertEqual(basket.order_id.order_line.product_id, self.product, "who is not 16 is not 18 either")
        self.assertEqual(set(basket.check_ids.mapped('state')), {'refused'})
        message = self.env['mobile.message'].search([('partner_id', '=', self.anna.id), ('channel', '=', 'inbox')])
        self.assertIn("Beer and Gin", message.body)
        self.assertEqual(message.link, f'/orders/{basket._public_id()}')
        self.change(basket, self.beer, 1)
        self.assertEqual(self.checks(basket), [(self.beer, 'age')], "put in again, it is asked again")

    def test_who_is_18_no_longer_for_gin_may_have_beer(self):
        basket = self.basket([(self.beer, 1), (self.gin, 1)])
        gin = basket._open_checks().filtered(lambda check: check.product_id == self.gin)
        self.as_staff(gin).action_refuse()
        self.assertEqual(self.checks(basket), [(self.beer, 'age')])

    # === WHO MAY === #

    def test_staff_of_stores_alone_answer(self):
        basket = self.basket([(self.beer, 1)])
        check = basket._open_checks()
        user = new_test_user(
            self.env, 'check_user', groups='mobile_crm.group_mobile_crm_user', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        for caller in (user, self.anna_user):
            for method in ('action_approve', 'action_refuse'):
                with self.assertRaises(AccessError):
                    getattr(check.with_user(caller), method)()
        other_company = self.env['res.company'].create({'name': "Other Shop"})
        stranger = new_test_user(
            self.env, 'check_stranger', groups='mobile_crm.group_mobile_crm_exit', company_id=other_company.id,
            company_ids=[Command.set(other_company.ids)])
        with self.assertRaises(AccessError):
            check.with_user(stranger).with_context(allowed_company_ids=other_company.ids).action_approve()
        self.assertEqual(check.state, 'open')

    # === TELLING SCREENS === #

    def test_screens_of_the_store_are_told(self):
        told = []
        Screen = type(self.env['mobile.exit.screen'])
        self.startPatcher(patch.object(Screen, '_tell', lambda _model, stores: told.extend(stores)))
        basket = self.basket([(self.product, 1)])
        self.assertFalse(told, "nobody is needed")
        self.change(basket, self.beer, 1)
        self.assertEqual(told, [self.store_near])
        self.change(basket, self.beer, 2)
        self.assertEqual(len(told), 1, "nothing new")
        self.as_staff(basket._open_checks()).action_approve()
        self.assertEqual(len(told), 2)

    def test_who_hears_of_it(self):
        sent = []
        self.startPatcher(patch.object(
            type(self.env['bus.bus']), '_sendone', lambda _bus, *args: sent.append(args)))
        self.milk.mobile_min_age = 16
        self.basket([(self.milk, 1)])
        [(channel, kind, payload)] = sent
        self.assertEqual((kind, payload), ('mobile_crm.exit', {'store_id': self.store_near.id}), "where, and no more")
        for user, hears in ((self.doorman, True), (self.salesperson, True), (self.anna_user, False)):
            with patch('odoo.addons.bus.models.ir_websocket.wsrequest', SimpleNamespace(
                    session=SimpleNamespace(uid=user.id))):
                channels = self.env['ir.websocket'].with_user(user)._build_bus_channel_list([])
            self.assertEqual(channel in channels, hears, user.login)


@tagged('post_install', '-at_install')
class TestBasketCheckApi(ExitCommon, MobileHttpCase):
    """What the phone is told of it."""

    def test_a_phone_waits_for_a_colleague(self):
        self.milk.mobile_min_age = 16
        self.apples.mobile_weighed = 'yes'
        client, basket = self.phone_of(self.phone), self.basket([(self.milk, 1), (self.apples, 0.5), (self.mug, 1)])
        path = f'/orders/{basket._public_id()}'
        answer = client.get(path, headers={'Accept-Language': 'en'})
        told = answer.json['basket']
        self.assertEqual([line['needs_staff'] for line in told['lines']], [True, True, False])
        self.assertEqual(
            [(check['line_id'], check['product_id'], check['reason'], check['min_age']) for check in told['checks']],
            [(told['lines'][0]['id'], self.milk.id, 'age', 16),
             (told['lines'][1]['id'], self.apples.id, 'weight', None)])
        self.assertEqual(told['checks'][0]['text'], "A colleague has to see that you are at least 16 for Milk.")
        self.assertEqual(client.get(path, headers={'If-None-Match': answer.headers['ETag']}).status, 304)
        self.as_staff(basket._open_checks()[0]).action_approve()
        again = client.get(path, headers={'If-None-Match': answer.headers['ETag']})
        self.assertEqual([check['reason'] for check in again.json['basket']['checks']], ['weight'])
        self.assertEqual(again.json['basket']['version'], told['version'], "the customer pays what they have seen")
        self.as_staff(basket._open_checks()).action_refuse()
        last = client.get(path).json['basket']
        self.assertEqual((last['checks'], len(last['lines']), last['version']), ([], 2, told['version'] + 1))
        self.assertEqual([(change['code'], change['product_id']) for change in last['changes']], [
            ('staff', self.apples.id)])

    def test_a_till_looks_itself(self):
        shown = self.sold()
        self.assertTrue(shown)
        basket = self.basket(partner=self.ben)
        basket.write({'till_reference': 'T-1', 'till_claimed_at': fields.Datetime.now()})
        self.assertFalse(self.sell(basket))
