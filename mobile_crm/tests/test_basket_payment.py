from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..tools.problems import Problem
from .payment_common import PaymentCase


@tagged('-at_install', 'post_install')
class TestBasketPayment(PaymentCase):

    def assertRefused(self, code, function, *args, **kwargs):
        # Not by assertRaises, which undoes what was written: the new prices are to be kept.
        try:
            function(*args, **kwargs)
        except Problem as problem:
            self.assertEqual(problem.problem_code, code)
        else:
            self.fail(f"Should have been refused: {code}")

    def later(self, **delta):
        """Let time pass for the code under test."""
        real, shift = fields.Datetime.now, timedelta(**delta)
        self.startPatcher(patch.object(fields.Datetime, 'now', lambda: real() + shift))

    # === BEGIN AND RESUME === #

    def test_begin(self):
        basket = self.basket()
        payment = self.start(basket)
        self.assertEqual((basket.state, payment.state, payment.amount), ('paying', 'begun', 4.84))
        self.assertRefused('basket_locked', self.edit, basket, lines=[])
        self.assertRefused('basket_locked', self.start, basket, 'saved', token=self.saved)

    def test_the_same_again_is_the_same(self):
        basket = self.basket()
        self.assertEqual(self.start(basket), self.start(basket))

    def test_another_phone_is_refused(self):
        basket = self.basket()
        self.start(basket)
        other = self._make_device()
        other._sign_in(self.anna_user)
        self.assertRefused('basket_locked', self.start, basket, device=other)

    def test_a_version_that_nobody_sees_any_more(self):
        basket = self.basket()
        self.add(basket, [(self.bread, 1)])
        self.assertRefused('basket_changed', self.start, basket, version=1)
        self.assertEqual(basket.state, 'open')

    def test_a_price_that_changes_while_paying_begins(self):
        basket = self.basket()
        self.milk.list_price = 3
        self.assertRefused('basket_changed', self.start, basket)
        self.assertEqual((basket.state, basket.version, basket.order_id.amount_total), ('open', 2, 7.26))
        self.assertEqual(self.start(basket).amount, 7.26)

    def test_an_empty_basket(self):
        basket = self.basket()
        self.edit(basket, lines=[])
        self.assertRefused('basket_empty', self.start, basket)

    def test_a_colleague_has_to_look_first(self):
        basket = self.basket()
        with patch.object(self.env.registry['mobile.basket'], '_open_checks', lambda basket: basket):
            self.assertRefused('staff_needed', self.start, basket)

    def test_nothing_to_pay(self):
        self.milk.list_price = 0
        payment = self.start(self.basket())
        self.assertEqual((payment.state, payment.basket_id.state, payment.order_id.state), ('paid', 'sold', 'sale'))
        self.assertFalse(payment.order_id.transaction_ids)

    def test_nobody_finishes_in_time(self):
        payment = self.start(self.basket())
        self.tries(payment)
        self.later(minutes=16)
        with self.enter_registry_test_mode():
            self.env.ref('mobile_crm.mobile_payment_lapse_cron').method_direct_trigger()
        self.assertEqual((payment.state, payment.basket_id.state), ('expired', 'open'))
        self.assertTrue(payment.reason)
        self.assertGreater(payment.basket_id.expires_at, fields.Datetime.now())

    def test_who_asks_after_the_time_begins_anew(self):
        basket = self.basket()
        first = self.start(basket)
        self.later(minutes=16)
        second = self.start(basket)
        self.assertNotEqual(first, second)
        self.assertEqual((first.state, second.state), ('expired', 'begun'))

    def test_a_pending_payment_is_waited_for(self):
        payment = self.start(self.basket())
        tx = self.pays(payment, 'pending')
        self.later(minutes=16)
        with self.enter_registry_test_mode():
            self.env.ref('mobile_crm.mobile_payment_lapse_cron').method_direct_trigger()
        self.assertEqual((payment.state, payment.basket_id.state), ('processing', 'paying'))
        self.settle(tx)
        self.assertEqual(payment.basket_id.state, 'sold')

    # === COUPONS === #

    def test_coupons_are_held_while_paying(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        payment = self.start(basket)
        self.assertEqual(card.mobile_redemption_ids.mapped('state'), ['held'])
        payment._give_up()
        self.assertNotIn('held', card.mobile_redemption_ids.mapped('state'))
        payment = self.start(basket)
        self.pays(payment)
        self.assertEqual((payment.state, card.mobile_redemption_ids[:1].state), ('paid', 'confirmed'))

    def test_a_coupon_that_was_used_elsewhere_falls_off(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        self.env['mobile.redemption']._reserve(card, self.company, 'till', 'T1')
        self.assertRefused('basket_changed', self.start, basket)
        self.assertEqual((basket.order_id.amount_total, basket.state), (80.0, 'open'))
        self.assertEqual(basket.changes[0]['code'], 'offer_gone')

    def test_a_coupon_that_is_lost_in_the_last_moment(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        with patch.object(self.env.registry['mobile.basket'], '_price', lambda basket: False):
            self.env['mobile.redemption']._reserve(card, self.company, 'till', 'T1')
            self.assertRefused('basket_changed', self.start, basket)
        self.assertEqual((basket.order_id.amount_total, basket.state), (80.0, 'open'))

    def test_what_is_left_is_held_only_while_it_is_paid(self):
        mugs = self.program.copy()
        mugs.reward_ids.write({
            'discount_applicability': 'specific', 'discount_product_ids': [Command.set(self.mug.ids)]})
        left, lost = self.make_offer(), self.make_offer(mugs)
        basket = self.basket([(self.mug, 10)], offer_ids=[left.mobile_uuid, lost.mobile_uuid])
        with patch.object(self.env.registry['mobile.basket'], '_price', lambda basket: False):
            self.env['mobile.redemption']._reserve(lost, self.company, 'till', 'T1')
            self.assertRefused('basket_changed', self.start, basket)
        self.assertEqual(basket.order_id._mobile_cards(), left)
        self.assertNotIn('held', left.mobile_redemption_ids.mapped('state'))

    # === MONEY === #

    def test_paid(self):
        basket = self.basket()
        payment = self.start(basket)
        tx = self.pays(payment)
        self.assertEqual((payment.state, basket.state, basket.order_id.state), ('paid', 'sold', 'sale'))
        self.assertEqual(basket.transaction_id, tx)
        self.assertTrue(basket.sold_at)

    def test_after_sale_is_called_once(self):
        payment, calls = self.start(self.basket()), []
        Basket = self.env.registry['mobile.basket']
        after = Basket._after_sale
        with patch.object(Basket, '_after_sale', lambda basket: (calls.append(basket), after(basket))):
            tx = self.pays(payment)
            tx._post_process()
            payment.basket_id._finish()
        self.assertEqual(len(calls), 1)

    def test_a_notification_comes_twice(self):
        payment = self.start(self.basket())
        tx = self.pays(payment)
        tx._set_done()
        tx._post_process()
        self.assertFalse(tx.mobile_to_return)
        self.assertEqual(payment.order_id.amount_paid, payment.order_id.amount_total)

    def test_captured_after_it_was_authorized(self):
        payment = self.start(self.basket())
        self.startPatcher(patch.object(
            self.env.registry['payment.provider'], '_compute_feature_support_fields',
            lambda providers: providers.update({'support_manual_capture': 'full_only'})))
        tx = self.pays(payment, 'authorized')
        self.assertEqual(payment.basket_id.state, 'sold')
        self.settle(tx)
        self.assertFalse(tx.mobile_to_return)

    def test_failed(self):
        for state, words in (('error', "The payment has failed. Declined"), ('cancel', "The payment was cancelled.")):
            with self.subTest(state):
                payment = self.start(self.env['mobile.basket']._living_of(self.anna, self.company) or self.basket())
                self.pays(payment, state)
                self.assertEqual((payment.state, payment.basket_id.state), ('failed', 'open'))
                self.assertEqual(payment.reason, words)

    def test_only_one_browser_pays(self):
        payment = self.start(self.basket())
        self.assertTrue(self.tries(payment, 'one'))
        self.assertFalse(self.tries(payment, 'other'))
        self.assertFalse(self.tries(payment, 'one'), "a double tap")
        self.later(seconds=6)
        second = self.tries(payment, 'one')
        self.assertEqual(payment.transaction_id, second)
        self.notify(second, 'pending')
        self.later(seconds=12)
        self.assertFalse(self.tries(payment, 'one'), "that one may still be paid")

    def test_money_of_the_first_transaction_comes_while_the_second_is_open(self):
        payment = self.start(self.basket()).sudo()
        first = self.tries(payment)
        self.later(seconds=6)
        second = self.tries(payment)
        self.assertEqual(payment.transaction_id, second)
        self.notify(first, 'done')
        self.assertFalse(payment._is_payable())
        self.later(seconds=12)
        self.assertFalse(self.tries(payment), "nobody is asked to pay once more")
        self.assertRefused('payment_under_way', payment._give_up)
        self.settle(second, 'cancel')
        self.assertEqual(payment.basket_id.state, 'paying')
        self.later(hours=1)
        self.env['mobile.payment']._cron_lapse()
        self.assertEqual(payment.basket_id.state, 'paying')
        first._post_process()
        self.assertEqual((payment.state, payment.transaction_id, payment.order_id.state), ('paid', first, 'sale'))

    def test_paid_twice(self):
        payment = self.start(self.basket())
        first = self.tries(payment, 'one')
        self.later(seconds=6)
        second = self.tries(payment, 'one')
        self.settle(first)
        self.assertEqual((payment.state, payment.basket_id.transaction_id), ('paid', first))
        self.settle(second)
        self.assertTrue(second.mobile_to_return)
        self.assertEqual((payment.state, payment.basket_id.state), ('paid', 'sold'))
        self.assertReturned(payment, second)

    def assertReturned(self, payment, tx):
        """Assert that staff and the customer were told once that a payment is returned."""
        self.assertTrue(tx.mobile_to_return)
        tx._post_process()
        activities = payment.order_id.activity_ids
        self.assertEqual(len(activities), 1)
        self.assertIn(tx.reference, activities.note)
        message = self.env['mobile.message'].search([
            ('partner_id', '=', payment.partner_id.id), ('channel', '=', 'inbox')], order='id desc')
        self.assertEqual(message.mapped('title'), ["Your payment will be returned"])

    def test_the_second_payment_is_given_back_and_the_purchase_stays(self):
        basket = self.basket().sudo()
        first = self.start(basket).sudo()
        late = self.tries(first)
        first._give_up()
        second = self.start(basket).sudo()
        self.pays(second)
        self.settle(late)
        self.assertTrue(late.mobile_to_return)
        self.settle(late._create_child_transaction(late.amount, is_refund=True))
        order = basket.order_id
        self.assertEqual(order._mobile_returned_share(), 0)
        exit_pass = self.env['mobile.exit.pass'].sudo().search([('basket_id', '=', basket.id)])
        self.assertFalse(exit_pass._is_taken_back())
        shopper, _device = self.shopper_of(self.anna)
        Purchase = self.env['mobile.purchase']
        head = Purchase._find(shopper.partner, shopper.company, basket._public_id())
        self.assertEqual(head.status, 'confirmed')
        paid = second.transaction_id
        self.settle(paid._create_child_transaction(paid.amount, is_refund=True))
        self.assertEqual((order._mobile_returned_share(), exit_pass._is_taken_back()), (1, True))
        self.assertEqual(Purchase._find(shopper.partner, shopper.company, basket._public_id()).status, 'returned')

    def test_late_money_pays_what_has_not_changed(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        payment._give_up()
        self.assertEqual(payment.basket_id.state, 'open')
        self.settle(tx)
        self.assertEqual((payment.state, payment.basket_id.state), ('paid', 'sold'))

    def test_late_money_for_a_basket_that_has_changed(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        payment._give_up()
        self.add(payment.basket_id, [(self.bread, 1)])
        self.settle(tx)
        self.assertEqual((payment.state, payment.basket_id.state), ('returned', 'open'))
        self.assertEqual(payment.order_id.state, 'draft')
        self.assertReturned(payment, tx)

    def test_late_money_while_it_is_paid_anew(self):
        basket = self.basket()
        first = self.start(basket)
        tx = self.tries(first)
        first._give_up()
        self.add(basket, [(self.bread, 1)])
        second = self.start(basket)
        self.settle(tx)
        self.assertEqual((first.state, second.state, basket.state), ('returned', 'begun', 'paying'))

    def test_money_after_the_basket_was_given_up(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        payment = self.start(basket)
        tx = self.tries(payment)
        payment._give_up()
        basket._give_up('expired')
        self.assertEqual((basket.order_id.state, basket.order_id.amount_total), ('cancel', 80.0))
        self.settle(tx)
        self.assertEqual((basket.state, basket.order_id.state, payment.state), ('sold', 'sale', 'paid'))
        self.assertEqual((basket.order_id.amount_total, card.mobile_redemption_ids[:1].state), (68.0, 'confirmed'))

    def test_money_after_the_coupon_has_gone(self):
        card = self.make_offer()
        basket = self.basket([(self.mug, 10)], offer_ids=[card.mobile_uuid])
        payment = self.start(basket)
        tx = self.tries(payment)
        payment._give_up()
        basket._give_up('cancelled')
        self.env['mobile.redemption']._reserve(card, self.company, 'till', 'T1')
        self.settle(tx)
        self.assertEqual((basket.state, basket.order_id.state, payment.state), ('cancelled', 'cancel', 'returned'))
        self.assertReturned(payment, tx)

    def test_another_amount(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        tx.amount = 3
        self.settle(tx)
        self.assertEqual((payment.state, payment.basket_id.state), ('returned', 'open'))
        self.assertEqual(payment.order_id.state, 'draft')
        self.assertReturned(payment, tx)

    def test_another_currency(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        tx.currency_id = self.env.ref('base.JPY')
        self.settle(tx)
        self.assertEqual(payment.order_id.state, 'draft')
        self.assertReturned(payment, tx)

    def test_staff_change_the_order_while_it_is_paid(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        payment.order_id.order_line[:1].product_uom_qty = 5
        self.settle(tx)
        self.assertReturned(payment, tx)

    def test_staff_confirm_the_order(self):
        payment = self.start(self.basket())
        tx = self.tries(payment)
        payment.order_id.sudo().action_confirm()
        self.assertEqual((payment.state, payment.basket_id.state), ('paid', 'sold'))
        self.settle(tx)
        self.assertReturned(payment, tx)

    def test_staff_cannot_cancel_what_is_being_paid(self):
        seller = new_test_user(
            self.env, 'seller', groups='sales_team.group_sale_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        payment = self.start(self.basket())
        order = payment.order_id.with_user(seller)
        for change in (order.action_cancel, order.unlink):
            with self.assertRaisesRegex(UserError, "is being paid"):
                change()
        payment.sudo()._give_up()
        order.action_cancel()
        self.assertEqual(payment.basket_id.state, 'cancelled')

    def test_money_for_an_order_that_was_cancelled_while_it_was_paid(self):
        payment = self.start(self.basket()).sudo()
        tx = self.tries(payment)
        payment.order_id._action_cancel()
        self.settle(tx)
        self.assertEqual((payment.state, payment.basket_id.state, payment.order_id.state), ('paid', 'sold', 'sale'))

    def test_money_to_return_makes_no_invoice(self):
        self.env['ir.config_parameter'].set_param('sale.automatic_invoice', 'True')
        payment = self.start(self.basket())
        tx = self.tries(payment)
        payment.order_id.sudo().action_confirm()
        invoiced = []
        self.startPatcher(patch.object(
            self.env.registry['sale.order'], '_create_invoices',
            lambda orders, **_kwargs: invoiced.append(orders) or self.env['account.move']))
        self.settle(tx)
        self.assertReturned(payment, tx)
        self.assertFalse(invoiced)

    def test_who_is_erased_pays_nothing_any_more(self):
        payment = self.start(self.basket()).sudo()
        self.env['mobile.basket'].sudo()._give_up_all(self.anna)
        self.assertEqual((payment.state, payment.basket_id.state), ('cancelled', 'cancelled'))
        self.assertFalse(payment._is_payable())

    def test_nobody_pays_past_the_phone(self):
        basket = self.basket()
        with self.assertRaisesRegex(UserError, "paid there"):
            self.env['payment.transaction'].create({
                'provider_id': self.provider.id, 'payment_method_id': self.card.id, 'amount': 4.84,
                'currency_id': self.company.currency_id.id, 'partner_id': self.anna.id,
                'sale_order_ids': basket.order_id.ids})
        self.assertFalse(basket.order_id._has_to_be_paid())

    # === A SAVED METHOD === #

    def test_saved(self):
        charged = self.answers('done')
        payment = self.start(self.basket(), 'saved', token=self.saved)
        payment._charge()
        self.assertEqual((payment.state, payment.basket_id.state, len(charged)), ('paid', 'sold', 1))
        payment._charge()
        self.assertEqual(len(charged), 1)

    def test_saved_and_declined(self):
        self.answers('error')
        payment = self.start(self.basket(), 'saved', token=self.saved)
        payment._charge()
        self.assertEqual((payment._status(), payment.basket_id.state), ('failed', 'open'))

    def test_saved_and_the_bank_wants_to_see_the_customer(self):
        self.answers('draft')
        payment = self.start(self.basket(), 'saved', token=self.saved)
        payment._charge()
        self.assertEqual((payment._status(), payment.basket_id.state), ('action_required', 'paying'))
        self.pays(payment)
        self.assertEqual(payment._status(), 'paid')

    def test_nobody_charges_again_what_was_begun(self):
        charged = self.answers('done')
        payment = self.start(self.basket(), 'saved', token=self.saved)
        Transaction = self.env.registry['payment.transaction']
        with patch.object(Transaction, '_charge_with_token', side_effect=KeyboardInterrupt):
            try:
                payment._charge()
            except KeyboardInterrupt:
                payment.flush_recordset()
        self.assertEqual((payment._status(), payment.is_charging), ('processing', True))
        payment._charge()
        self.assertFalse(charged)
        self.assertRefused('payment_under_way', payment._give_up)
        # Its provider has charged it all the same, and says so.
        self.settle(payment.transaction_id)
        self.assertEqual(payment._status(), 'paid')

    def test_a_provider_that_is_switched_off(self):
        payment = self.start(self.basket(), 'saved', token=self.saved)
        with patch.object(self.env.registry['payment.transaction'], '_ensure_provider_is_not_disabled',
                          side_effect=UserError("It is off.")):
            payment._charge()
        self.assertEqual((payment.state, payment.basket_id.state), ('failed', 'open'))

    # === GIVING UP === #

    def test_give_up(self):
        payment = self.start(self.basket())
        payment._give_up()
        self.assertEqual((payment.state, payment.basket_id.state), ('cancelled', 'open'))
        self.assertFalse(self.tries(payment))
        payment._give_up()
        self.assertEqual(payment.state, 'cancelled')

    def test_what_is_under_way_is_not_given_up(self):
        payment = self.start(self.basket())
        tx = self.pays(payment, 'pending')
        self.assertRefused('payment_under_way', payment._give_up)
        self.settle(tx)
        self.assertRefused('payment_ended', payment._give_up)

    def test_at_till(self):
        payment = self.start(self.basket(), 'at_till')
        self.assertEqual((payment._status(), payment.basket_id.state), ('waiting', 'at_till'))
        self.assertTrue(payment.basket_id._till_code())
        payment._give_up()
        self.assertEqual((payment.state, payment.basket_id.state), ('cancelled', 'open'))
