from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mobile_crm.tests.basket_common import BasketCommon

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillBasket(BasketCommon, TillCase):
    """A basket of a customer's phone is paid at one of Odoo's own tills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_cashier()

    @classmethod
    def make_tax(cls, name, percent, **values):
        """Override: the till's company has a chart of accounts, and with it a country of taxes."""
        return super().make_tax(name, percent, country_id=cls.company.account_fiscal_country_id.id, **values)

    def handed(self, pairs=None, **values):
        """Return a basket that waits for a till, and its code."""
        basket = self.basket(pairs or [(self.milk, 2), (self.mug, 1)], **values)
        return basket, basket._hand_to_till(basket.version)

    def take(self, code, uuid='uuid-1', config=None):
        return (config or self.config).with_user(self.cashier).mobile_take_basket(code, uuid, "Order 1")

    def pay(self, uuid='uuid-1', **values):
        order = self.sell(self.anna, [(self.mug, 1, 8.0, False, {})], state='draft', uuid=uuid, **values)
        order.with_user(self.cashier).action_pos_order_paid()
        return order

    def test_a_basket_becomes_an_order_of_the_till(self):
        basket, code = self.handed()
        taken = self.take(code)
        self.assertEqual(taken['partner_id'], self.anna.id)
        self.assertEqual([(line['product_id'], line['quantity']) for line in taken['lines']],
                         [(self.milk.id, 2), (self.mug.id, 1)])
        self.assertAlmostEqual(taken['total'], basket.order_id.amount_total)
        order = self.pay()
        basket.invalidate_recordset()
        self.assertEqual((basket.state, basket.sold_at is not False), ('sold', True))
        self.assertEqual(basket.order_id.state, 'cancel')
        [head] = self.env['mobile.purchase']._page(self.anna, self.company, 5, search=None)
        self.assertEqual((head.channel, head.id), ('till', order.id))
        order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual(basket.state, 'sold')

    def test_another_till_and_another_code(self):
        _basket, code = self.handed()
        self.assertIs(self.take('0000-0000'), False)
        self.assertIn('lines', self.take(code))
        self.assertIn('lines', self.take(code))
        self.assertIn('error', self.take(code, 'uuid-2'))
        self.config.mobile_store_id = self.store_far
        self.assertIn("Brussels Store", self.take(code)['error'])

    def test_an_order_that_is_given_up_gives_it_back(self):
        basket, code = self.handed()
        for give_up in (
                lambda: self.config.with_user(self.cashier).mobile_release_coupons('uuid-1'),
                lambda: self.sell(self.anna, [(self.mug, 1, 8.0, False, {})], state='draft', uuid='uuid-1')
                .with_user(self.cashier).action_pos_order_cancel()):
            self.assertIn('lines', self.take(code))
            self.config.with_user(self.cashier).mobile_release_coupons('uuid-1', [])
            self.assertEqual(basket.state, 'at_till')
            give_up()
            self.assertEqual(basket.state, 'open')
            code = basket._hand_to_till(basket.version)

    def test_its_coupons_go_to_the_order_of_the_till(self):
        card = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True,
            'mobile_campaign_id': self.campaign.id})
        basket, code = self.handed(offer_ids=[card.mobile_uuid])
        self.assertEqual(basket.order_id._mobile_cards(), card)
        self.assertEqual(self.take(code)['coupons'], [card.code])
        rows = self.env['mobile.redemption'].search([('card_id', '=', card.id)], order='id')
        self.assertEqual((rows[-1].state, rows[-1].pos_order_uuid, rows[-1].channel), ('held', 'uuid-1', 'till'))
        order = self.sell(self.anna, [
            (self.mug, 1, 8.0, False, {}),
            (self.mug, 1, -1.2, False, {'is_reward_line': True, 'reward_id': self.program.reward_ids.id,
                                        'coupon_id': card.id, 'points_cost': 1, 'reward_identifier_code': 'a'}),
        ], state='draft', uuid='uuid-1')
        order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual((order.mobile_redemption_ids.state, card.points), ('confirmed', 0))
        self.assertEqual((basket.state, card.mobile_status), ('sold', 'redeemed'))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_an_order_that_was_emptied_and_used_for_other_goods_gives_it_back(self):
        basket, code = self.handed()
        self.take(code)
        order = self.sell(self.ben, [(self.product, 1, 100.0, False, {})], state='draft', uuid='uuid-1')
        order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual((order.state, basket.state, basket.order_id.state), ('paid', 'open', 'draft'))

    def test_a_basket_at_the_till_of_others_is_not_known_here_by_their_number(self):
        basket, code = self.handed()
        app = self.env['mobile.app'].create({'name': "Checkout", 'company_id': self.company.id})
        self.env['mobile.basket']._claim_at_till(code, self.company, self.store_near, app, 'uuid-1')
        self.config.with_user(self.cashier).mobile_release_coupons('uuid-1')
        self.pay()
        self.assertEqual((basket.state, basket.till_id), ('at_till', app))

    def test_a_basket_that_has_gone_on_is_left_alone_and_the_sale_stands(self):
        basket, code = self.handed()
        self.take(code)
        basket.till_until = fields.Datetime.now() - timedelta(minutes=1)
        basket._lapse_at_till()
        self.edit(basket, lines=[(self.milk, 3)])
        order = self.pay()
        self.assertEqual((order.state, basket.state), ('paid', 'open'))
        self.assertIn("was not closed by this sale", ' '.join(order.message_ids.mapped('body')))

    def test_somebody_hears_of_a_basket_that_was_paid_by_the_phone_as_well(self):
        manager = self.make_manager()
        basket, code = self.handed()
        self.take(code)
        basket.till_until = fields.Datetime.now() - timedelta(minutes=1)
        basket._lapse_at_till()
        basket.order_id.action_confirm()
        order = self.pay()
        self.assertEqual((order.state, basket.state, basket.order_id.state), ('paid', 'sold', 'sale'))
        self.assertEqual(basket.order_id.activity_ids.user_id, manager)
        self.assertIn(order.pos_reference, basket.order_id.activity_ids.note)
