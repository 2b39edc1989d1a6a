"""What happens in Odoo and sets campaigns off: first sign-ins, purchases, carts left behind."""
import uuid
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MobileCommon

LOGGER = 'odoo.addons.mobile_crm.models.mobile_occasion'


class OccasionCommon(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'max_per_customer': 9, 'cooldown_hours': 0, 'trigger': 'purchase'})
        cls.let_learn(cls.anna, cls.phone)
        cls.let_learn(cls.ben, cls.phone_ben)
        cls.rainwear = cls.env['product.category'].create({'name': "Rainwear"})
        cls.product.categ_id = cls.rainwear
        cls.cup, cls.hat = cls.env['product.product'].create([
            {'name': "Cup", 'list_price': 10.0, 'taxes_id': [Command.clear()]},
            {'name': "Rain Hat", 'list_price': 20.0, 'taxes_id': [Command.clear()]}])

    @contextmanager
    def _woken(self):
        """Return with what the scheduled action that answers is woken meanwhile: a list of keyword arguments."""
        cron, calls = self.env.ref('mobile_crm.ir_cron_mobile_occasion'), []
        with patch.object(self.registry['ir.cron'], '_trigger', autospec=True) as trigger:
            yield calls
        calls += [call.kwargs for call in trigger.call_args_list if call.args[0] == cron]

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))
        self.Occasion = self.env['mobile.occasion']
        # Of all companies, as the cron sees them.
        self.last = self.env['mobile.decision'].search([], order='id desc', limit=1).id or 0

    def _buy(self, partner=None, lines=None):
        order = self.make_order(partner or self.anna, lines)
        order.action_confirm()
        return order.sudo()

    def _answer(self):
        """Let the cron do its work; return the decisions that it took."""
        before = self._decisions()
        self.Occasion._cron_answer()
        return self._decisions() - before

    def _decisions(self):
        return self.env['mobile.decision'].search([('id', '>', self.last)])


@tagged('-at_install', 'post_install')
class TestPurchase(OccasionCommon):

    def test_a_purchase_is_answered_once_and_soon(self):
        with self._woken() as calls:
            order = self._buy()
        self.assertEqual(len(calls), 1)
        self.assertFalse(self._decisions(), "the order does not wait for the campaign")
        decision = self._answer()
        self.assertEqual(
            (decision.partner_id, decision.cause, decision.outcome, decision.product_id, decision.company_id),
            (self.anna, f'order:{order.id}', 'sent', self.product, self.company))
        self.assertEqual(decision.message_id.partner_id, self.anna)
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))
        self.assertFalse(self._answer())
        # The same order once more, as after it was cancelled and confirmed again.
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertFalse(self._answer())

    def test_nothing_is_written_that_nobody_waits_for(self):
        self.campaign.action_pause()
        self._buy()
        self.campaign.action_start()
        self.campaign.trigger = 'cart'
        self._buy()
        self.campaign.trigger = 'purchase'
        self.campaign.app_id = self.env['mobile.app'].create({'name': "Other app", 'company_id': self.company.id})
        self._buy()
        self.campaign.app_id = False
        self._buy(self.env['res.partner'].create({'name': "Without a Phone"}))
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))
        self.campaign.copy({'name': "Not started"})
        self._buy()
        self.assertEqual(self.Occasion.search([('company_id', '=', self.company.id)]).campaign_id, self.campaign)

    def test_another_companys_campaign_is_not_concerned(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        self.campaign.action_pause()
        campaign = self.env['mobile.campaign'].create({
            'name': "Elsewhere", 'company_id': other.id, 'program_id': self.program.copy({'company_id': other.id}).id,
            'trigger': 'purchase', 'message_title': "x"})
        campaign.action_start()
        self._buy()
        self.assertFalse(self.Occasion.search([('campaign_id', '=', campaign.id)]))

    def test_an_order_that_was_cancelled_meanwhile_brings_nothing(self):
        self._buy()._action_cancel()
        self.assertFalse(self._answer())
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))

    def test_a_campaign_that_ended_meanwhile_says_nothing(self):
        self._buy()
        self.campaign.action_pause()
        self.assertFalse(self._answer())
        self.campaign.action_start()
        self.assertFalse(self._answer(), "nor when it goes on")

    def test_the_delay_is_waited_for(self):
        self.campaign.write({'delay': 2, 'delay_unit': 'hours'})
        with self._woken() as calls:
            self._buy()
        occasion = self.Occasion.search([('company_id', '=', self.company.id)])
        self.assertEqual(occasion.due_at - occasion.occurred_at, timedelta(hours=2))
        self.assertEqual([at > occasion.due_at for at in calls[0]['at']], [True])
        self.assertFalse(self._answer())
        occasion.due_at -= timedelta(hours=2)
        self.assertEqual(self._answer().outcome, 'sent')

    def test_what_is_a_day_late_is_not_answered(self):
        self._buy()
        occasion = self.Occasion.search([('company_id', '=', self.company.id)])
        occasion.due_at -= timedelta(hours=25)
        self.assertFalse(self._answer())
        self.assertFalse(occasion.exists())

    # === WHAT WAS BOUGHT === #

    def test_products_categories_and_amount(self):
        for values, lines, fits in (
            ({'product_ids': self.cup.ids}, [(self.cup, 1), (self.product, 1)], True),
            ({'product_ids': self.cup.ids}, [(self.product, 1)], False),
            ({'product_category_ids': self.rainwear.ids}, [(self.product, 1)], True),
            ({'product_category_ids': self.rainwear.ids}, [(self.cup, 1)], False),
            ({'min_amount': 30}, [(self.cup, 3)], True),
            ({'min_amount': 30.01}, [(self.cup, 3)], False),
        ):
            with self.subTest(values=values, lines=lines):
                self.campaign.write({'product_ids': False, 'product_category_ids': False, 'min_amount': 0, **values})
                self._buy(lines=lines)
                self.assertEqual(bool(self._answer()), fits)

    def test_the_product_that_set_it_off_is_named(self):
        self.campaign.product_ids = self.cup
        self._buy(lines=[(self.product, 1), (self.cup, 1)])
        self.assertEqual(self._answer().product_id, self.cup)

    def test_bought_this_and_not_that(self):
        self.campaign.write({'product_ids': self.product.ids, 'unless_product_ids': self.hat.ids, 'unless_days': 30})
        self._buy(lines=[(self.product, 1), (self.hat, 1)])
        self.assertFalse(self._answer(), "on the same order")
        self._buy(lines=[(self.product, 1)])
        self.assertFalse(self._answer(), "a short time before")
        for order in self.env['sale.order'].search([('partner_id', '=', self.anna.id)]):
            order.date_order -= timedelta(days=31)
        self._buy(lines=[(self.product, 1)])
        self.assertEqual(self._answer().outcome, 'sent')
        # Of another customer it does not matter; nor does it on a quotation.
        self._buy(self.ben, [(self.hat, 1)])
        self._answer()
        self.make_order(self.anna, [(self.hat, 1)])
        self._buy(lines=[(self.product, 1)])
        self.assertEqual(self._answer().outcome, 'sent')

    def test_that_may_be_a_category_and_the_order_alone(self):
        self.campaign.write({'product_ids': self.cup.ids, 'unless_category_ids': self.rainwear.ids, 'unless_days': 0})
        self._buy(lines=[(self.product, 1)])
        self._answer()
        self._buy(lines=[(self.cup, 1)])
        self.assertEqual(self._answer().outcome, 'sent')
        self._buy(lines=[(self.cup, 1), (self.product, 1)])
        self.assertFalse(self._answer())

    def test_an_amount_in_another_currency_is_converted(self):
        dollar = self.env.ref('base.USD')
        dollar.active = True
        self.env['res.currency.rate'].create({
            'currency_id': dollar.id, 'company_id': self.company.id, 'rate': 2.0, 'name': '2020-01-01'})
        pricelist = self.env['product.pricelist'].create({
            'name': "Dollars", 'currency_id': dollar.id, 'company_id': self.company.id})
        self.campaign.min_amount = 100
        order = self.make_order(self.anna, [(self.product, 1)])
        order.pricelist_id = pricelist
        order.order_line.price_unit = 190
        order.action_confirm()
        self.assertFalse(self._answer(), "95 euro")
        self.campaign.min_amount = 95
        order = order.copy()
        order.order_line.price_unit = 190
        order.action_confirm()
        self.assertEqual(self._answer().outcome, 'sent')

    # === WHEN SOMETHING FAILS === #

    def test_an_order_is_confirmed_whatever_becomes_of_the_answer(self):
        with patch.object(self.registry['mobile.decision'], '_decide', side_effect=ValueError("broken")):
            order = self._buy()
            self.assertEqual(order.state, 'sale')
            occasion = self.Occasion.search([('company_id', '=', self.company.id)])
            with mute_logger(LOGGER):
                self.assertFalse(self._answer())
        self.assertEqual(occasion.attempts, 1)
        self.assertGreater(occasion.due_at, fields.Datetime.now(), "it rests before it is tried again")
        occasion.due_at = fields.Datetime.now()
        self.assertEqual(self._answer().outcome, 'sent')

    def test_one_that_fails_stops_no_other_and_is_given_up(self):
        self._buy()
        self._buy(self.ben)
        decide = self.registry['mobile.decision']._decide

        def fail_for_anna(model, candidates, campaigns):
            decisions = decide(model, candidates, campaigns)
            if self.anna in decisions.partner_id:
                raise ValueError("Anna is special")
            return decisions

        with patch.object(self.registry['mobile.decision'], '_decide', fail_for_anna), mute_logger(LOGGER):
            self.assertEqual(self._answer().partner_id, self.ben)
            occasion = self.Occasion.search([('company_id', '=', self.company.id)])
            for attempts in range(1, 5):
                self.assertEqual(occasion.attempts, attempts)
                occasion.due_at = fields.Datetime.now()
                self._answer()
        self.assertFalse(occasion.exists())

    def test_another_trigger_forgets_what_waits(self):
        self._buy()
        self.campaign.trigger = 'enter'
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))

    def test_what_points_nowhere_goes(self):
        order = self._buy()
        order._action_cancel()
        order.unlink()
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))


@tagged('-at_install', 'post_install')
class TestCart(OccasionCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'trigger': 'cart', 'cart_hours': 4})

    def _cart(self, hours=5, author=None, **values):
        """Return a quotation that a customer began, untouched for so many hours."""
        order = self.make_order(self.anna).sudo()
        order.write(values)
        self.env.flush_all()
        self._touch(order, hours)
        self.env.cr.execute(
            'UPDATE sale_order SET create_uid = %s WHERE id = %s', ((author or self.anna_user).id, order.id))
        order.invalidate_recordset()
        return order

    def _touch(self, order, hours, line_hours=None):
        at = fields.Datetime.now() - timedelta(hours=hours)
        line_at = fields.Datetime.now() - timedelta(hours=hours if line_hours is None else line_hours)
        self.env.flush_all()
        self.env.cr.execute('UPDATE sale_order SET write_date = %s WHERE id = %s', (at, order.id))
        self.env.cr.execute('UPDATE sale_order_line SET write_date = %s WHERE order_id = %s', (line_at, order.id))
        order.invalidate_recordset()

    def test_a_cart_that_was_left_is_answered_once(self):
        cart = self._cart()
        decision = self._answer()
        self.assertEqual((decision.partner_id, decision.cause, decision.outcome, decision.product_id),
                         (self.anna, f'cart:{cart.id}', 'sent', self.product))
        self.assertFalse(self._answer())
        self._touch(cart, 4.5)
        self.assertFalse(self._answer(), "nor after it was touched and left again")

    def test_one_that_is_still_being_filled_waits(self):
        cart = self._cart(hours=3.9)
        self.assertFalse(self._answer())
        self._touch(cart, 4.1, line_hours=1)
        self.assertFalse(self._answer(), "its lines count")
        self._touch(cart, 40, line_hours=4.1)
        self.assertTrue(self._answer())

    def test_one_that_is_long_forgotten_is_left_alone(self):
        self._cart(hours=4 + 25)
        self.assertFalse(self._answer())

    def test_what_a_colleague_prepares_is_no_cart_until_it_is_sent(self):
        cart = self._cart(author=self.salesperson)
        self.assertFalse(self._answer())
        cart.state = 'sent'
        self._touch(cart, 5)
        self.assertTrue(self._answer())

    def test_what_was_bought_or_has_expired_is_no_cart(self):
        self._cart(validity_date=fields.Date.subtract(fields.Date.context_today(self.env.user), days=2))
        self._cart().action_confirm()
        self._cart()._action_cancel()
        self.assertFalse(self._answer())

    def test_a_cart_may_be_asked_for_by_what_is_in_it(self):
        self.campaign.product_ids = self.cup
        self._cart()
        self.assertFalse(self._answer())
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))
        self.campaign.product_ids = self.product
        self.assertTrue(self._answer())


@tagged('-at_install', 'post_install')
class TestSignIn(OccasionCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.trigger = 'sign_in'

    def _sign_in(self, channel, address, app=None):
        device = self.env['mobile.device']._register_install(
            app or self.app, str(uuid.uuid4()), {'platform': 'android'})[0]
        user = self.env['res.users']._mobile_sign_in(device, channel, address)
        device._sign_in(user)
        return user.partner_id, device

    def test_the_first_sign_in_is_answered_and_no_later_one(self):
        partner, device = self._sign_in('sms', '+32485001122')
        decision = self._answer()
        self.assertEqual((decision.partner_id, decision.device_id, decision.cause, decision.outcome),
                         (partner, device, 'sign_in', 'sent'))
        device._sign_out()
        self._sign_in('sms', '+32485001122')
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))
        # Another address of the same customer is no other customer.
        partner.email = partner.user_ids.login = 'carla@mobile-crm.example'
        self.assertEqual(self._sign_in('email', 'carla@mobile-crm.example')[0], partner)
        self.assertFalse(self.Occasion.search([('company_id', '=', self.company.id)]))

    def test_a_contact_who_has_bought_before_signs_in_for_the_first_time(self):
        partner = self.env['res.partner'].create({'name': "Carla", 'phone': '+32485001122'})
        self.assertEqual(self._sign_in('sms', '+32485001122')[0], partner)
        self.assertEqual(self._answer().partner_id, partner)

    def test_each_company_and_app_has_its_own_first(self):
        other_app = self.env['mobile.app'].create({'name': "Other app", 'company_id': self.company.id})
        self.campaign.app_id = other_app
        self._sign_in('sms', '+32485001122')
        self.assertFalse(self._answer())
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        campaign = self.env['mobile.campaign'].create({
            'name': "Elsewhere", 'company_id': other.id, 'program_id': self.program.copy({'company_id': other.id}).id,
            'trigger': 'sign_in', 'message_title': "x"})
        campaign.action_start()
        partner, _device = self._sign_in(
            'sms', '+32485001122', self.env['mobile.app'].create({'name': "Elsewhere", 'company_id': other.id}))
        decision = self._answer()
        self.assertEqual((decision.partner_id, decision.campaign_id), (partner, campaign))

    def test_who_signed_out_at_once_gets_nothing(self):
        _partner, device = self._sign_in('sms', '+32485001122')
        device._sign_out()
        self.assertFalse(self._answer())
