from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_redemption_states import RedemptionCase


@tagged('-at_install', 'post_install')
class TestRedemptionOrders(RedemptionCase):
    """Coupons on quotations, cancelled orders and credit notes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        income, receivable = cls.make_accounts()
        cls.anna.with_company(cls.company).property_account_receivable_id = receivable
        cls.product.with_company(cls.company).property_account_income_id = income
        cls.product.invoice_policy = 'order'
        reward_product = cls.program.reward_ids.discount_line_product_id
        reward_product.with_company(cls.company).property_account_income_id = income
        reward_product.invoice_policy = 'order'

    def setUp(self):
        super().setUp()
        self.card = self.new_card()

    def _quotation(self, partner=None):
        order = self.make_order(partner or self.anna).sudo()
        order._apply_program_reward(self.program.reward_ids, order._try_apply_code(self.card.code) and self.card)
        return order

    def _confirmed(self):
        order = self._quotation()
        order.action_confirm()
        self.assertEqual(self._rows().mapped('state')[-1:], ['confirmed'])
        return order

    def _invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def _credit(self, invoice, keep=None):
        """Post a credit note.

        :param keep: function that tells which of its lines stay; all when left out
        """
        note = invoice._reverse_moves()
        if keep:
            note.invoice_line_ids.filtered(lambda line: not keep(line)).unlink()
        note.action_post()
        return note

    def _rows(self):
        return self.env['mobile.redemption'].search([('card_id', '=', self.card.id)], order='id')

    def assertCoupon(self, status, points, *states):
        self.env.invalidate_all()
        self.assertEqual(
            (self.card.mobile_status, self.card.points, tuple(self._rows().mapped('state'))), (status, points, states))
        self.assertEqual(self.env['mobile.redemption']._differences(self.company), [])

    # === CHANNELS === #

    def test_staff_customer_and_payment(self):
        order = self._confirmed()
        self.assertEqual((self._rows().channel, self._rows().points), ('sale', 1))
        order._action_cancel()
        order = self._quotation()
        order.with_user(self.anna_user).sudo()._validate_order()
        self.assertEqual(self._rows().mapped('channel'), ['sale', 'phone'])
        order._action_cancel()
        order = self._quotation()
        order.signed_on = fields.Datetime.now()
        # As the portal does.
        order.with_user(SUPERUSER_ID)._validate_order()
        self.assertEqual(self._rows().mapped('channel'), ['sale', 'phone', 'phone'])

    # === QUOTATIONS === #

    def test_a_quotation_holds_nothing_of_itself(self):
        self._quotation()
        self.assertCoupon('available', 1)

    def test_a_quotation_holds_the_coupon_if_the_company_wants_it(self):
        self.company.mobile_coupon_hold_minutes = 30
        order = self._quotation()
        self.assertCoupon('reserved', 1, 'held')
        other = self.make_order(self.anna)
        self.assertIn(f"being redeemed with {order.name}", other._try_apply_code(self.card.code)['error'])
        order.action_confirm()
        self.assertCoupon('redeemed', 0, 'void', 'confirmed')

    def test_the_hold_of_a_quotation_ends(self):
        self.company.mobile_coupon_hold_minutes = 30
        first = self._quotation()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.env.invalidate_all()
            second = self._quotation()
            self.assertEqual(self._rows().mapped('state'), ['void', 'held'])
            with self.assertRaisesRegex(UserError, f"being redeemed with {second.name}"):
                first.action_confirm()
            second.action_confirm()
        self.assertCoupon('redeemed', 0, 'void', 'void', 'confirmed')

    def test_a_reward_that_is_removed_lets_others_in(self):
        self.company.mobile_coupon_hold_minutes = 30
        order = self._quotation()
        order.order_line.filtered('coupon_id').unlink()
        self.assertCoupon('available', 1, 'void')

    def test_a_quotation_that_is_cancelled_lets_others_in(self):
        self.company.mobile_coupon_hold_minutes = 30
        self._quotation()._action_cancel()
        self.assertCoupon('available', 1, 'void')

    # === GIVING BACK === #

    def test_a_credit_note_gives_the_coupon_back_once(self):
        order = self._confirmed()
        invoice = self._invoice(order)
        self.assertCoupon('redeemed', 0, 'confirmed')
        self._credit(invoice)
        self.assertCoupon('available', 1, 'returned')
        # Another one, and the cancellation of the order, give nothing more.
        self._credit(invoice)
        self.assertCoupon('available', 1, 'returned')
        order._action_cancel()
        self.assertCoupon('available', 1, 'returned')
        self._confirmed()
        self.assertCoupon('redeemed', 0, 'returned', 'confirmed')

    def test_a_credit_note_for_a_part_gives_nothing_back(self):
        order = self.make_order(self.anna, [(self.product, 2), (self.product, 1)]).sudo()
        order._apply_program_reward(self.program.reward_ids, order._try_apply_code(self.card.code) and self.card)
        order.action_confirm()
        invoice = self._invoice(order)
        first = order.order_line[:1]
        self._credit(invoice, lambda line: line.sale_line_ids == first)
        self.assertCoupon('redeemed', 0, 'confirmed')

    def test_a_credit_note_for_the_goods_gives_it_back(self):
        order = self._confirmed()
        invoice = self._invoice(order)
        rewards = order.order_line.filtered('coupon_id')
        self._credit(invoice, lambda line: line.sale_line_ids != rewards)
        self.assertCoupon('available', 1, 'returned')

    def test_a_down_payment_that_is_credited_gives_nothing_back(self):
        order = self._confirmed()
        self.env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids).create({
            'advance_payment_method': 'percentage', 'amount': 20}).create_invoices()
        invoice = order.invoice_ids
        invoice.action_post()
        self._credit(invoice)
        self.assertCoupon('redeemed', 0, 'confirmed')

    def test_the_company_decides(self):
        self.company.mobile_coupon_return = 'no'
        self._credit(self._invoice(self._confirmed()))
        self.assertCoupon('redeemed', 0, 'confirmed')

    def test_an_expired_coupon_is_gone(self):
        invoice = self._invoice(self._confirmed())
        self.card.mobile_expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self._credit(invoice)
        self.assertCoupon('redeemed', 0, 'confirmed')

    def test_an_expired_coupon_is_renewed_if_the_company_wants_it(self):
        self.company.mobile_coupon_return = 'renewed'
        invoice = self._invoice(self._confirmed())
        self.card.mobile_expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self._credit(invoice)
        self.assertCoupon('available', 1, 'returned')
        self.assertGreater(self.card.mobile_expires_at, fields.Datetime.now() + timedelta(days=13))

    def test_a_credit_note_that_is_withdrawn_takes_the_coupon_again(self):
        note = self._credit(self._invoice(self._confirmed()))
        note.button_draft()
        self.assertCoupon('redeemed', 0, 'confirmed')
        note.action_post()
        self.assertCoupon('available', 1, 'returned')

    def test_a_coupon_that_was_spent_again_before_the_credit_note_was_withdrawn(self):
        note = self._credit(self._invoice(self._confirmed()))
        self._confirmed()
        note.button_draft()
        self.assertCoupon('redeemed', 0, 'conflict', 'confirmed')
        conflict, other = self._rows()
        self.assertEqual(conflict.conflict_id, other)

    # === THE CHECK === #

    def test_what_does_not_add_up_is_shown(self):
        order = self._confirmed()
        Redemption = self.env['mobile.redemption']
        self.assertEqual(Redemption.action_check_ledger()['tag'], 'display_notification')
        for break_, code in (
            (lambda: self.card.history_ids.write({'used': 2}), 'points'),
            (lambda: self.card.write({'points': -1}), 'negative'),
            (lambda: self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id]),
             'cancelled'),
            (lambda: self._rows()._void(), 'unbooked'),
        ):
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                break_()
                self.assertIn((self.card.id, code), Redemption._differences(self.company))
                self.assertEqual(
                    Redemption.action_check_ledger()['domain'], [('id', 'in', self.card.ids)])
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def test_the_worker_writes_down_what_has_expired(self):
        self.company.mobile_coupon_hold_minutes = 30
        self._quotation()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)), \
                patch.object(self.env.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0):
            self.env['mobile.redemption']._cron_expire()
        self.assertEqual((self._rows().state, self._rows().void_reason), ('void', 'expired'))
