import time
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillSync(TillCase):
    """What a till without the network has taken comes with its orders, and the receipts reach the phones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_cashier()
        cls.cash = cls.config.payment_method_ids.filtered('is_cash_count')[:1]
        cls.till_session.state = 'opened'
        cls.env['mobile.token']._issue(cls.phone)
        cls.card = cls.env['loyalty.card'].create({
            'program_id': cls.program.id, 'partner_id': cls.anna.id, 'points': 1, 'holder_only': True,
            'mobile_campaign_id': cls.campaign.id})

    def sync(self, uuid=None, reward=False, **values):
        """Sync an order as the browser does.

        :param bool reward: whether a coupon took 15 off that the till did not know the number of.
        """
        lines = [[0, 0, {
            'product_id': self.product.id, 'qty': 1, 'price_unit': 100.0, 'price_subtotal': 100.0,
            'price_subtotal_incl': 100.0, 'tax_ids': [], 'full_product_name': "Rain Jacket", 'uuid': str(uuid4())}]]
        total = 100.0
        if reward:
            total = 85.0
            lines.append([0, 0, {
                'product_id': self.product.id, 'qty': 1, 'price_unit': -15.0, 'price_subtotal': -15.0,
                'price_subtotal_incl': -15.0, 'tax_ids': [], 'is_reward_line': True, 'points_cost': 1,
                'reward_id': self.program.reward_ids.id, 'reward_identifier_code': 'abc', 'uuid': str(uuid4())}])
        data = self.env['pos.order'].with_user(self.cashier).sync_from_ui([{
            'uuid': uuid or str(uuid4()), 'access_token': str(uuid4()), 'name': "Order", 'state': 'paid',
            'session_id': self.till_session.id, 'company_id': self.company.id, 'user_id': self.cashier.id,
            'partner_id': False, 'amount_total': total, 'amount_tax': 0, 'amount_paid': total, 'amount_return': 0,
            'date_order': fields.Datetime.to_string(fields.Datetime.now() - timedelta(hours=1)), 'lines': lines,
            'payment_ids': [[0, 0, {
                'amount': total, 'name': fields.Datetime.to_string(fields.Datetime.now()),
                'payment_method_id': self.cash.id, 'uuid': str(uuid4())}]],
            **values}])
        return self.env['pos.order'].browse(data['pos.order'][0]['id'])

    def shown(self, phone=None, age=0):
        phone = phone or self.phone
        at = int(time.time()) - 3600
        qr = self.env['mobile.member.card']._key(self.company).sign(
            self.env['mobile.member.card']._issue(phone, phone.partner_id, self.company)[0], phone.uuid, at - age)
        return {'qr': qr, 'at': at}

    def notes(self, order):
        return ' '.join(order.message_ids.mapped('body'))

    # === MEMBER CARDS === #

    def test_who_showed_a_card_is_the_customer(self):
        self.phone.signed_in_at -= timedelta(days=1)
        order = self.sync(mobile_member=self.shown())
        self.assertEqual((order.partner_id, order.state), (self.anna, 'paid'))
        self.assertEqual([head.id for head in self.env['mobile.purchase']._page(self.anna, self.company, 5)], order.ids)

    def test_a_card_that_was_not_good_does_not_keep_the_sale(self):
        shown = self.shown()
        self.sync(mobile_member=shown)
        for why, member in (
                ("used before", shown),
                ("has expired", self.shown(age=61)),
                ("has expired", {**self.shown(), 'at': int(time.time()) + 3600}),
                ("has expired", {**self.shown(), 'at': int(time.time()) - 31 * 86400}),
                ("not valid", {**self.shown(), 'qr': 'MC1.x'}),
                ("not valid", self.shown(self.phone_ben))):
            order = self.sync(mobile_member=member)
            self.assertEqual((order.state, order.partner_id.id), ('paid', False))
            self.assertIn(why, self.notes(order))

    def test_a_customer_whom_the_cashier_has_set_stays(self):
        order = self.sync(mobile_member=self.shown(), partner_id=self.ben.id)
        self.assertEqual(order.partner_id, self.ben)

    def test_saying_it_again_changes_nothing(self):
        shown, uuid = self.shown(), str(uuid4())
        order = self.sync(uuid, mobile_member=shown)
        again = self.sync(uuid, mobile_member=shown, partner_id=self.anna.id)
        self.assertEqual(again, order)
        self.assertNotIn("refused", self.notes(order))

    def test_a_customer_stays_whose_order_comes_again_as_its_answer_was_lost(self):
        shown, uuid = self.shown(), str(uuid4())
        order = self.sync(uuid, mobile_member=shown, state='draft')
        self.assertEqual((order.partner_id, order.state), (self.anna, 'draft'))
        self.assertEqual(self.sync(uuid, mobile_member=shown, state='draft'), order)
        self.assertEqual(order.partner_id, self.anna)
        self.assertNotIn("refused", self.notes(order))

    def test_a_card_that_was_used_with_the_network_is_not_reported_later_as_used_without_it(self):
        shown = self.shown(age=3 * 86400)
        shown['at'] -= 3 * 86400
        self.phone.signed_in_at -= timedelta(days=10)
        with patch('odoo.addons.mobile_crm.models.mobile_member_card.time') as clock:
            clock.time.return_value = shown['at']
            self.assertNotIn('error', self.config.with_user(self.cashier).mobile_identify_member(shown['qr'], 'u'))
        self.env['mobile.nonce']._gc_expired()
        order = self.sync(mobile_member=shown)
        self.assertFalse(order.partner_id)
        self.assertIn("used before", self.notes(order))

    # === COUPONS === #

    def qr(self):
        return self.env['mobile.coupon.pass']._issue(self.card, self.company)

    def test_a_coupon_counts_once(self):
        order = self.sync(reward=True, mobile_coupons={'abc': self.qr()})
        row = order.mobile_redemption_ids
        self.assertEqual((row.state, row.card_id, row.points, row.discount), ('confirmed', self.card, 1, 15))
        self.assertEqual(row.accepted_at, order.date_order)
        # Of the coupon that the till has made up nothing comes to be.
        order.with_user(self.cashier).confirm_coupon_programs({'-3': {
            'points': -1, 'program_id': self.program.id, 'coupon_id': -3, 'line_codes': ['abc']}})
        self.assertEqual(self.program.coupon_ids, self.card)
        late = self.sync(reward=True, mobile_coupons={'abc': self.qr()})
        self.assertEqual((late.state, late.mobile_redemption_ids.state), ('paid', 'conflict'))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_what_is_no_coupon_of_ours(self):
        for qr in (self.card.code, 'MO1.forged', self.qr()[:-4] + 'AAAA'):
            order = self.sync(reward=True, mobile_coupons={'abc': qr})
            self.assertEqual((order.state, order.mobile_redemption_ids.ids), ('paid', []))
            self.assertIn("is not one of ours", self.notes(order))

    # === RECEIPTS === #

    def messages(self, partner=None):
        return self.env['mobile.message'].search([
            ('partner_id', '=', (partner or self.anna).id), ('channel', '=', 'inbox')], order='id')

    def test_the_receipt_reaches_the_phone(self):
        order = self.sync(partner_id=self.anna.id)
        message = self.messages()
        self.assertEqual((message.title, message.body, message.is_service),
                         ("Your receipt", "100.00\xa0€ at Brussels Store", True))
        [head] = self.env['mobile.purchase']._page(self.anna, self.company, 1)
        self.assertEqual(message.link, f"/orders/{self.env['mobile.purchase']._public_id(head)}")
        order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual(len(self.messages()), 1)

    def test_it_tells_of_points(self):
        program = self.env['loyalty.program'].create({
            'name': "Stars", 'program_type': 'loyalty', 'company_id': self.company.id, 'portal_point_name': "Stars",
            'portal_visible': True})
        card = self.env['loyalty.card'].create({'program_id': program.id, 'partner_id': self.anna.id, 'points': 5})
        order = self.sync(partner_id=self.anna.id)
        order.with_user(self.cashier).confirm_coupon_programs({str(card.id): {
            'points': 100, 'program_id': program.id, 'coupon_id': card.id, 'partner_id': self.anna.id}})
        self.assertEqual(self.messages().body, "100.00\xa0€ at Brussels Store\n100 Stars earned")

    def test_who_gets_none(self):
        self.sync()
        self.sync(partner_id=self.env['res.partner'].create({'name': "No App"}).id)
        self.config.mobile_tells_receipt = False
        self.sync(partner_id=self.anna.id)
        self.config.mobile_tells_receipt = True
        self.phone._sign_out()
        self.sync(partner_id=self.anna.id)
        self.assertFalse(self.messages())
