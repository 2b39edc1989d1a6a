from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mobile_crm.tests.approval_common import ApprovalCommon

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillPoints(ApprovalCommon, TillCase):
    """What Odoo's tills take from loyalty cards, e-wallets and gift cards was there, and is taken once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_cashier()
        cls.manager = cls.make_manager()
        for phone in cls.phone + cls.phone_ben:
            cls.env['mobile.token']._issue(phone)

    def order(self, partner=None, **values):
        order = self.sell(partner or self.anna, [(self.mug, 1, 8.0, False, {})], state='draft', **values)
        order.with_user(self.cashier).action_pos_order_paid()
        return order

    def confirm(self, order, points, card=None, **values):
        """Tell what the order did to a card, as the till does once the order is synced."""
        card = card or self.anna_card
        return order.with_user(self.cashier).confirm_coupon_programs({str(card.id): {
            'points': points, 'program_id': card.program_id.id, 'coupon_id': card.id, **values}})

    def conflicts(self):
        return self.env['mobile.redemption'].search([('state', '=', 'conflict')], order='id')

    def history(self, card):
        return [(row.order_model, row.order_id, row.used, row.issued) for row in card.history_ids.sorted('id')]

    # === TAKEN === #

    def test_points_are_taken_once(self):
        order = self.order()
        for _time in range(3):
            answer = self.confirm(order, -200)
        self.assertEqual(self.anna_card.points, 300)
        self.assertEqual(self.history(self.anna_card), [('pos.order', order.id, 200, 0)])
        self.assertEqual(answer['coupon_updates'], [])
        self.assertFalse(self.conflicts())

    def test_the_till_learns_what_is_left(self):
        [update] = self.confirm(self.order(), -200)['coupon_updates']
        self.assertEqual((update['id'], update['points']), (self.anna_card.id, 300))

    def test_points_are_earned_as_before(self):
        order = self.order()
        for _time in range(2):
            self.confirm(order, 8)
        self.assertEqual(self.anna_card.points, 508)
        self.assertEqual(self.history(self.anna_card), [('pos.order', order.id, 0, 8)])

    def test_no_more_is_taken_than_is_there(self):
        self.confirm(self.order(), -400)
        late = self.order()
        for _time in range(2):
            self.confirm(late, -200)
        self.assertEqual(self.anna_card.points, 0)
        self.assertEqual(self.history(self.anna_card)[1:], [('pos.order', late.id, 100, 0)])
        conflict = self.conflicts()
        self.assertEqual((conflict.card_id, conflict.pos_order_id, conflict.points, conflict.partner_id),
                         (self.anna_card, late, 0, self.anna))
        self.assertEqual((late.state, conflict.activity_ids.user_id), ('paid', self.manager))
        self.assertIn("took 100", conflict.conflict_reason)
        self.assertEqual(conflict.activity_ids.summary, "Points were spent twice")

    def test_nothing_is_there(self):
        self.anna_card.points = 0
        order = self.order()
        for _time in range(2):
            self.confirm(order, -200)
        self.assertEqual((self.anna_card.points, len(self.conflicts())), (0, 1))

    def test_a_conflict_about_points_leaves_the_card_in_use(self):
        self.confirm(self.order(), -600)
        self.confirm(self.order(), 300)
        self.confirm(self.order(), -200)
        self.assertEqual((self.anna_card.points, len(self.conflicts())), (100, 1))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_the_till_and_an_order_of_staff_spend_the_same_points(self):
        self.company.mobile_approval_required = False
        sale = self.spend(self.anna_ewallet)
        sale.action_confirm()
        self.assertEqual(self.anna_ewallet.points, 0)
        self.confirm(self.order(), -20, self.anna_ewallet)
        self.assertEqual((self.anna_ewallet.points, len(self.conflicts())), (0, 1))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_a_gift_card(self):
        program = self._make_program('gift_card', "Gifts")
        card = self._make_card(program, self.env['res.partner'], 30)
        self.confirm(self.order(), -20, card, code=card.code)
        self.assertEqual((card.points, card.partner_id), (10, self.anna))
        late = self.order()
        for _time in range(2):
            self.confirm(late, -20, card, code=card.code)
        self.assertEqual(card.points, 0)
        self.assertEqual(sum(card.history_ids.mapped('used')), 30)
        self.assertEqual([(row.card_id, row.pos_order_id) for row in self.conflicts()], [(card, late)])

    def test_a_card_that_is_gone_keeps_no_other_from_its_points(self):
        card = self._make_card(self.loyalty, self.ben, 50)
        gone, values = card.id, {'program_id': card.program_id.id, 'coupon_id': card.id}
        card.unlink()
        order = self.order()
        order.with_user(self.cashier).confirm_coupon_programs({
            str(gone): {'points': -20, **values},
            str(self.anna_ewallet.id): {
                'points': -5, 'program_id': self.anna_ewallet.program_id.id, 'coupon_id': self.anna_ewallet.id}})
        self.assertEqual(self.history(self.anna_ewallet), [('pos.order', order.id, 5, 0)])
        self.assertFalse(self.conflicts())

    def test_a_card_that_is_only_made_now_owes_nothing(self):
        order = self.order(self.ben)
        order.with_user(self.cashier).confirm_coupon_programs({'-1': {
            'points': -50, 'program_id': self.loyalty.id, 'coupon_id': -1, 'partner_id': self.ben.id}})
        card = self.env['loyalty.card'].search([('partner_id', '=', self.ben.id), ('program_id', '=', self.loyalty.id)])
        self.assertEqual(card.points, 0)

    # === APPROVED === #

    def validate(self, uuid, card=None, spending=True):
        card = card or self.anna_card
        till = {'config_id': self.config.id, 'uuid': uuid, 'reference': "Order 1", 'partner_id': self.anna.id,
                'spending': card.ids if spending else []}
        return self.env['pos.order'].with_user(self.cashier).with_context(mobile_till=till).validate_coupon_programs(
            {str(card.id): -20}, [])

    def identify(self, uuid, partner=None, phone=None):
        _member, qr, _expires_at = self.env['mobile.member.card']._issue(
            phone or self.phone, partner or self.anna, self.company)
        return self.config.with_user(self.cashier).mobile_identify_member(qr, uuid)

    def test_who_has_the_app_gives_points_by_showing_their_card(self):
        for card in (self.anna_card, self.anna_ewallet):
            self.assertIn("Anna Peeters approves", self.validate('uuid-1', card)['payload']['message'])
        self.assertTrue(self.validate('uuid-1', spending=False)['successful'])
        self.identify('uuid-2')
        self.identify('uuid-1', self.ben, self.phone_ben)
        self.assertFalse(self.validate('uuid-1')['successful'])
        self.identify('uuid-1')
        self.assertTrue(self.validate('uuid-1')['successful'])

    def test_where_nobody_is_asked(self):
        self.company.mobile_approval_required = False
        self.assertTrue(self.validate('uuid-1')['successful'])
        self.company.mobile_approval_required = True
        self.phone._sign_out()
        self.assertTrue(self.validate('uuid-1')['successful'])

    def test_the_balance_is_asked_first(self):
        self.anna_card.points = 10
        self.assertIn("not enough points", self.validate('uuid-1')['payload']['message'])

    # === THE MEMBER CARD === #

    def test_who_shows_a_card(self):
        coupon = self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True,
            'expiration_date': '2100-01-31'})
        self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True,
            'mobile_channels': 'phone'})
        member = self.identify('uuid-1')
        self.assertEqual((member['partner_id'], member['name']), (self.anna.id, "Anna Peeters"))
        self.assertEqual({each['name']: each['balance'] for each in member['points']},
                         {"Points": "500 Stars", "Wallet": self.anna_ewallet.points_display})
        self.assertEqual([offer['code'] for offer in member['offers']], [coupon.code])
        self.assertIn("15%", member['offers'][0]['title'])
        self.assertEqual(member['offers'][0]['until'], '01/31/2100')

    def test_a_card_is_good_once(self):
        _member, qr, _expires_at = self.env['mobile.member.card']._issue(self.phone, self.anna, self.company)
        config = self.config.with_user(self.cashier)
        self.assertNotIn('error', config.mobile_identify_member(qr, 'uuid-1'))
        self.assertEqual(config.mobile_identify_member(qr, 'uuid-1'), {'error': "The card was used before"})
        self.assertEqual(config.mobile_identify_member('MC1.forged', 'uuid-1'), {'error': "The card is not valid"})
        with self.assertRaises(AccessError):
            self.config.with_user(self.anna_user).mobile_identify_member(qr, 'uuid-1')

    def test_what_a_till_loads(self):
        config = self.config.with_user(self.cashier)
        [read] = config._load_pos_data_read(config, config)
        self.assertEqual(read['_mobile_keys'], self.env['mobile.member.card']._public_keys(self.company))
        self.assertEqual((read['_mobile_store_id'], read['_mobile_approval_required']), (self.store_near.id, True))

    def test_the_purchase_tells_of_points(self):
        order = self.order()
        self.confirm(order, -200)
        [head] = self.env['mobile.purchase']._page(self.anna, self.company, 1)
        facts = self.env['mobile.purchase']._whole(self.shopper(self.anna), head)
        self.assertEqual([(each.card, each.used) for each in facts.earnings], [(self.anna_card, 200)])
        self.assertLessEqual(order.mobile_sold_at, fields.Datetime.now())
