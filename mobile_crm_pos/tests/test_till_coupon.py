from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillCoupon(TillCase):
    """A coupon at Odoo's till goes through the ledger: it is worth money once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reward = cls.program.reward_ids
        cls.card = cls._make_coupon(cls.anna)
        cls.cashier = cls.make_cashier()

    @classmethod
    def _make_coupon(cls, partner, **values):
        return cls.env['loyalty.card'].create({
            'program_id': cls.program.id, 'partner_id': partner.id, 'points': 1, 'mobile_uuid': str(uuid4()),
            'holder_only': bool(partner), 'mobile_campaign_id': cls.campaign.id, **values})

    def scan(self, uuid, card=None, partner=None, code=None, config=None):
        """Scan a coupon for an order of the till, as the browser does."""
        config = config or self.config
        till = {'config_id': config.id, 'uuid': uuid, 'reference': "Order 1"}
        return config.with_user(self.cashier).with_context(mobile_till=till).use_coupon_code(
            code or (card or self.card).code, fields.Datetime.to_string(fields.Datetime.now()),
            partner.id if partner else False, False)

    def words(self, answer):
        self.assertFalse(answer['successful'])
        return answer['payload']['error_message']

    def pay(self, uuid, card=None, partner=None, **values):
        """Sync an order that was paid with a coupon."""
        card = card or self.card
        order = self.sell(self.anna if partner is None else partner, [
            (self.product, 1, 100.0, False, {}),
            (self.product, 1, -15.0, False, {
                'is_reward_line': True, 'reward_id': self.reward.id, 'coupon_id': card.id, 'points_cost': 1,
                'reward_identifier_code': 'abc'})], state='draft', uuid=uuid, **values)
        order.with_user(self.cashier).action_pos_order_paid()
        return order

    def rows(self, card=None):
        return self.env['mobile.redemption'].search([('card_id', '=', (card or self.card).id)], order='id')

    def conflicts(self):
        return self.rows().filtered(lambda row: row.state == 'conflict')

    # === SCANNED === #

    def test_scanning_holds_it_and_paying_redeems_it_once(self):
        answer = self.scan('uuid-1')
        self.assertTrue(answer['successful'])
        self.assertEqual((answer['payload']['coupon_id'], answer['payload']['mobile_holder_id']),
                         (self.card.id, self.anna.id))
        held = self.rows()
        self.assertEqual((held.state, held.channel, held.store_id, held.pos_order_uuid, held.partner_id),
                         ('held', 'till', self.store_near, 'uuid-1', self.anna))
        order = self.pay('uuid-1')
        self.assertEqual(
            [(row.state, row.pos_order_id, row.points, row.discount, row.revenue) for row in self.rows()],
            [('confirmed', order, 1, 15, 85)])
        self.assertEqual(self.card.points, 0)
        # What Odoo's till says afterwards takes nothing again, however often.
        for _time in range(2):
            order.with_user(self.cashier).confirm_coupon_programs({str(self.card.id): {
                'points': -1, 'program_id': self.program.id, 'coupon_id': self.card.id, 'line_codes': ['abc']}})
            order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual((self.card.points, len(self.rows())), (0, 1))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_another_order_is_told_who_has_it(self):
        self.scan('uuid-1')
        self.assertIn("is being redeemed with Order 1", self.words(self.scan('uuid-2')))
        self.assertTrue(self.scan('uuid-1')['successful'])
        self.pay('uuid-1')
        self.assertIn("was already redeemed", self.words(self.scan('uuid-2')))

    def test_what_a_till_is_refused(self):
        ghent, _fence = self._make_store("Ghent Store", "Ghent", 'base.be', 51.05, 3.72)
        now = fields.Datetime.now()
        for values, partner, words in (
                ({}, self.ben, "belongs to another customer"),
                ({'mobile_store_ids': ghent.ids}, self.anna, "counts in these stores only: Ghent Store"),
                ({'mobile_expires_at': now - timedelta(minutes=1)}, self.anna, "has expired"),
                ({'mobile_valid_from': now + timedelta(hours=1)}, self.anna, "is not valid yet"),
                ({'mobile_channels': 'sale_phone'}, self.anna, "can be used here: On sales orders and in the app"),
                ({'mobile_withdrawn_at': now}, self.anna, "was withdrawn")):
            card = self._make_coupon(self.anna, **values)
            self.assertIn(words, self.words(self.scan('uuid-1', card, partner)))
            self.assertFalse(self.rows(card))

    def test_a_till_that_does_not_say_which_order_holds_nothing(self):
        config = self.config.with_user(self.cashier)
        now = fields.Datetime.to_string(fields.Datetime.now())
        self.assertTrue(config.use_coupon_code(self.card.code, now, False, False)['successful'])
        self.assertFalse(self.rows())
        self.assertIn("belongs to another customer", self.words(
            config.use_coupon_code(self.card.code, now, self.ben.id, False)))

    def test_the_signed_qr_and_other_spellings(self):
        qr = self.env['mobile.coupon.pass']._issue(self.card, self.company)
        for code in (qr, self.card.code.lower().replace('-', ' ')):
            answer = self.scan('uuid-1', code=code)
            self.assertEqual(answer['payload']['coupon_id'], self.card.id)

    def test_what_odoo_refuses_is_not_held(self):
        self.program.pos_ok = False
        self.assertIn("invalid", self.words(self.scan('uuid-1')))
        self.assertEqual(self.rows().mapped('state'), ['void'])

    def test_another_companys_till_does_not_know_it(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env['account.chart.template'].try_loading('generic_coa', company=other, install_demo=False)
        config = self.env['pos.config'].with_company(other).create({'name': "There", 'company_id': other.id})
        self.cashier.company_ids += other
        self.assertIn("invalid", self.words(self.scan('uuid-1', config=config.with_company(other))))
        self.assertFalse(self.rows())

    # === BEFORE PAYING === #

    def validate(self, uuid, partner=None, card=None, spending=(), points=-1):
        till = {'config_id': self.config.id, 'uuid': uuid, 'reference': "Order 1",
                'partner_id': (partner or self.anna).id, 'spending': list(spending)}
        return self.env['pos.order'].with_user(self.cashier).with_context(mobile_till=till).validate_coupon_programs(
            {str((card or self.card).id): points}, [])

    def test_paying_asks_the_ledger_first(self):
        self.scan('uuid-1')
        before = self.rows().expires_at
        self.rows().expires_at = before - timedelta(minutes=10)
        self.assertTrue(self.validate('uuid-1')['successful'])
        self.assertGreaterEqual(self.rows().expires_at, before)
        answer = self.validate('uuid-2')
        self.assertEqual(answer['payload']['removed_coupons'], self.card.ids)
        self.assertIn("is being redeemed", answer['payload']['message'])
        # Another customer was set after it was scanned.
        self.assertIn("belongs to another customer", self.validate('uuid-1', self.ben)['payload']['message'])

    # === GIVEN UP === #

    def test_an_order_that_is_given_up_gives_it_back(self):
        config = self.config.with_user(self.cashier)
        other = self._make_coupon(self.env['res.partner'])
        for give_up in (
                lambda: config.mobile_release_coupons('uuid-1'),
                lambda: config.mobile_release_coupons('uuid-1', []),
                lambda: self.sell(self.anna, [(self.mug, 1, 8.0, False, {})], state='draft', uuid='uuid-1')
                .with_user(self.cashier).action_pos_order_cancel()):
            self.scan('uuid-1')
            config.mobile_release_coupons('uuid-1', self.card.ids)
            config.mobile_release_coupons('uuid-2')
            self.assertEqual(self.rows()[-1].state, 'held')
            give_up()
            self.assertEqual(self.rows()[-1].state, 'void')
        self.scan('uuid-3', other)
        self.sell(self.anna, [(self.mug, 1, 8.0, False, {})], state='draft', uuid='uuid-3').action_pos_order_paid()
        self.assertEqual((self.rows(other).state, self.rows(other).void_reason), ('void', 'unused'))

    def test_releasing_does_not_undo_what_was_paid(self):
        self.scan('uuid-1')
        self.pay('uuid-1')
        self.config.with_user(self.cashier).mobile_release_coupons('uuid-1')
        self.assertEqual(self.rows().state, 'confirmed')

    # === WITHOUT THE NETWORK === #

    def test_what_was_good_counts_from_when_it_was_sold(self):
        sold_at = fields.Datetime.now() - timedelta(hours=3)
        self.card.mobile_expires_at = sold_at + timedelta(hours=1)
        self.pay('uuid-1', date_order=sold_at)
        row = self.rows()
        self.assertEqual((row.state, row.accepted_at, row.points), ('confirmed', sold_at, 1))
        self.assertEqual(self.card.points, 0)
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_a_till_with_the_wrong_clock_is_judged_by_ours(self):
        self.card.mobile_expires_at = fields.Datetime.now() - timedelta(minutes=1)
        for days in (-60, 60):
            order = self.pay(str(uuid4()), date_order=fields.Datetime.now() + timedelta(days=days))
            self.assertEqual(order.mobile_redemption_ids.state, 'conflict')

    def test_what_was_not_there_any_more_is_a_conflict_and_the_sale_stands(self):
        manager = self.make_manager()
        self.scan('uuid-1')
        self.pay('uuid-1')
        order = self.pay('uuid-2')
        self.assertEqual(order.state, 'paid')
        conflict = self.conflicts()
        self.assertEqual((conflict.pos_order_id, conflict.points, conflict.discount), (order, 0, 15))
        self.assertIn("was already redeemed", conflict.conflict_reason)
        self.assertEqual((conflict.activity_ids.user_id, self.card.points), (manager, 0))
        order.with_user(self.cashier).action_pos_order_paid()
        self.assertEqual(len(self.conflicts()), 1)

    def test_a_hold_that_has_expired_is_taken_anew_unless_somebody_else_has_it(self):
        self.scan('uuid-1')
        self.rows().expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.pay('uuid-1')
        self.assertEqual(self.rows().mapped('state'), ['void', 'confirmed'])

    # === REFUNDED === #

    def refund(self, order, lines):
        return self.sell(order.partner_id, [
            (line.product_id, -line.qty, line.price_unit, False, {'refunded_orderline_id': line.id})
            for line in lines], state='draft', is_refund=True).action_pos_order_paid()

    def test_a_refund_gives_it_back(self):
        self.scan('uuid-1')
        order = self.pay('uuid-1')
        self.company.mobile_coupon_return = 'valid'
        self.refund(order, order.lines[0])
        self.assertEqual((self.rows().state, self.card.points, self.card.mobile_status), ('returned', 1, 'available'))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    def test_a_refund_of_some_of_it_does_not(self):
        self.scan('uuid-1')
        order = self.pay('uuid-1')
        self.sell(self.anna, [(self.mug, -1, 8.0, False, {})], state='draft', is_refund=True).action_pos_order_paid()
        self.assertEqual((self.rows().state, self.card.points), ('confirmed', 0))
        self.assertEqual(order.mobile_redemption_ids.with_user(self.env.user), self.rows())

    def test_the_check_finds_what_the_ledger_does_not_know(self):
        order = self.pay('uuid-1')
        self.env.cr.execute("UPDATE mobile_redemption SET pos_order_uuid = 'x' WHERE pos_order_id = %s", [order.id])
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [(self.card.id, 'unbooked')])
