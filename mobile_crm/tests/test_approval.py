from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .approval_common import ApprovalCommon


@tagged('-at_install', 'post_install')
class TestApproval(ApprovalCommon):

    def answer(self, order, answer='approved'):
        """Let Anna answer the open question about an order."""
        question = self.asked(order).filtered(lambda approval: approval.state == 'pending')
        question._answer(answer, self.phone)
        return question

    def refused(self, order, words=None):
        """Assert that an order cannot be confirmed, and that nothing is spent."""
        before = self.anna_card.points, self.anna_ewallet.points
        with self.assertRaises(UserError) as error, self.cr.savepoint():
            order.action_confirm()
        self.assertIn("Anna Peeters", str(error.exception))
        if words:
            self.assertIn(words, str(error.exception))
        self.env.invalidate_all()
        self.assertEqual(order.state, 'draft')
        self.assertEqual((self.anna_card.points, self.anna_ewallet.points), before)

    # === ASKING === #

    def test_taking_a_reward_asks_the_customer(self):
        order = self.spend()
        question = self.asked(order)
        self.assertRecordValues(question, [{
            'partner_id': self.anna.id, 'company_id': self.company.id, 'card_id': self.anna_card.id, 'points': 200,
            'worth': 10, 'state': 'pending', 'asked_by_id': self.salesperson.id, 'answered_at': False}])
        self.assertEqual(question.expires_at - question.asked_at, timedelta(minutes=15))
        message = self.env['mobile.message'].search([('partner_id', '=', self.anna.id)])
        self.assertEqual(message.link, f'/me/approvals/{question.uuid}')
        self.assertIn("200 Stars", message.title)
        self.assertIn(order.name, message.body)
        self.assertEqual(order.mobile_approval_state, 'pending')
        self.assertEqual(self.anna_card.points, 500, "nothing is spent on a quotation")

    def test_the_message_speaks_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.anna.lang = 'fr_FR'
        self.loyalty.with_context(lang='fr_FR').name = "Fidélité"
        self.spend()
        self.assertIn("Fidélité", self.env['mobile.message'].search([('partner_id', '=', self.anna.id)]).body)

    def test_recomputing_asks_nothing_new(self):
        order = self.spend()
        order._update_programs_and_rewards()
        order._recompute_prices()
        self.assertEqual(len(self.asked(order)), 1)
        self.assertEqual(self.env['mobile.message'].search_count([('partner_id', '=', self.anna.id)]), 1)

    def test_both_cards_are_asked_for(self):
        order = self.spend()
        self.take(order, self.anna_ewallet)
        self.assertEqual(self.asked(order).mapped(lambda question: (question.card_id, question.points)),
                         [(self.anna_card, 200), (self.anna_ewallet, 50)])
        self.asked(order)[0]._answer('approved', self.phone)
        self.refused(order, "50")
        self.asked(order)[1]._answer('approved', self.phone)
        order.action_confirm()
        self.assertEqual((self.anna_ewallet.points, order.state), (0, 'sale'))

    def test_other_rewards_ask_nobody(self):
        gift = self._make_card(self._make_program('gift_card', "Gift"), self.anna, 25)
        order = self.make_order(self.anna)
        order._try_apply_code(gift.code)
        self.take(order, gift)
        self.assertFalse(self.asked(order))
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_who_has_no_phone_is_not_asked(self):
        for name, forget in (
            ('signed out', self.phone._sign_out),
            ('archived user', lambda: setattr(self.anna_user, 'active', False)),
            ('staff', lambda: setattr(self.anna_user, 'group_ids', self.env.ref('base.group_user'))),
            ('archived app', lambda: setattr(self.app, 'active', False)),
            ('not required', lambda: setattr(self.company, 'mobile_approval_required', False)),
        ):
            with self.subTest(name), self.cr.savepoint() as savepoint:
                forget()
                order = self.spend()
                self.assertFalse(self.asked(order))
                self.assertFalse(order.mobile_approval_state)
                order.action_confirm()
                self.assertEqual(order.state, 'sale')
                savepoint.rollback()
                self.env.invalidate_all()

    def test_who_shares_a_card_among_companies_is_asked_in_the_app_they_have(self):
        branch = self.env['res.company'].create({'name': "Branch", 'parent_id': self.company.id})
        other = self.env['res.company'].create({'name': "Other Shop", 'currency_id': self.company.currency_id.id})
        shared = self._make_program('ewallet', "Shared Wallet")
        shared.company_id = False
        for seller, card in ((branch, self.anna_ewallet), (other, self._make_card(shared, self.anna, 50))):
            with self.subTest(seller=seller.name):
                self.salesperson.company_ids += seller
                order = self.env['sale.order'].with_user(self.salesperson).with_company(seller).create({
                    'partner_id': self.anna.id, 'company_id': seller.id,
                    'order_line': [(0, 0, {'product_id': self.product.id})]})
                self.take(order, card)
                self.assertEqual(order.mobile_approval_state, 'pending')
                self.refused(order)
                question = self.env['mobile.approval']._mobile_page(self.anna, self.company, 1)
                self.assertEqual((question.order_id, question.company_id), (order.sudo(), seller))
                message = self.env['mobile.message'].search([('partner_id', '=', self.anna.id)], limit=1)
                self.assertEqual((message.company_id, message.link), (self.company, f'/me/approvals/{question.uuid}'))
                self.assertIn(seller.name, message.body)
                self.answer(order)
                order.action_confirm()
                self.assertEqual(order.state, 'sale')

    def test_a_phone_of_another_company_is_not_asked(self):
        self.phone._sign_out()
        other = self.env['mobile.app'].create({
            'name': "Other", 'company_id': self.env['res.company'].create({'name': "Other Shop"}).id})
        self._make_device(other)._sign_in(self.anna_user)
        self.assertFalse(self.asked(self.spend()))

    def test_the_owner_of_the_card_is_asked_whoever_buys(self):
        order = self.make_order(self.ben)
        order._apply_program_reward(self.loyalty.reward_ids, self.anna_card.with_env(order.env))
        self.assertEqual(self.asked(order).partner_id, self.anna)

    # === CONFIRMING === #

    def test_a_yes_confirms_and_is_used_up(self):
        order = self.spend()
        self.refused(order, "Ask them to open the app")
        question = self.answer(order)
        self.assertRecordValues(question, [{'state': 'approved', 'device_id': self.phone.id}])
        self.assertEqual(order.mobile_approval_state, 'approved')
        order.action_confirm()
        self.assertEqual((order.state, question.state), ('sale', 'used'))
        self.assertEqual(self.anna_card.history_ids.mapped('used'), [200])

    def test_a_no_holds_until_the_reward_is_gone(self):
        order = self.spend()
        self.answer(order, 'denied')
        self.assertEqual(order.mobile_approval_state, 'denied')
        self.refused(order, "Remove the reward")
        order._update_programs_and_rewards()
        self.assertEqual(len(self.asked(order)), 1, "a recompute does not pester")
        self.phone._sign_out()
        self.refused(order, "Remove the reward")
        order.order_line.filtered('is_reward_line').unlink()
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_who_takes_the_reward_again_asks_again(self):
        order = self.spend()
        self.answer(order, 'denied')
        order.order_line.filtered('is_reward_line').unlink()
        self.take(order, self.anna_card)
        self.assertEqual(self.asked(order).mapped('state'), ['denied', 'pending'])
        self.answer(order)
        order.action_confirm()
        self.assertEqual(self.asked(order).mapped('state'), ['denied', 'used'])

    def test_a_question_expires_and_is_asked_again(self):
        order = self.spend()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=15)):
            order.invalidate_recordset(['mobile_approval_state'])
            self.assertEqual(order.mobile_approval_state, 'expired')
            self.refused(order, "Ask Again")
            order._update_programs_and_rewards()
            self.assertEqual(len(self.asked(order)), 1)
            order.action_mobile_ask_again()
            self.assertEqual(self.asked(order).mapped('state'), ['expired', 'pending'])
            order.action_mobile_ask_again()
            self.assertEqual(len(self.asked(order)), 2, "one open question is enough")
            self.answer(order)
            order.action_confirm()

    def test_the_clock_closes_questions(self):
        question = self.asked(self.spend())
        self.env['mobile.approval']._cron_expire()
        self.assertEqual(question.state, 'pending')
        with freeze_time(question.expires_at):
            self.env['mobile.approval']._cron_expire()
        self.assertEqual(question.state, 'expired')
        cron = self.env.ref('mobile_crm.mobile_approval_expire_cron')
        self.assertIn(question.expires_at, self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).mapped(
            'call_at'))

    def test_who_signed_in_after_the_reward_was_taken_is_asked_by_hand(self):
        self.phone._sign_out()
        order = self.spend()
        self.phone._sign_in(self.anna_user)
        order.invalidate_recordset(['mobile_approval_state'])
        self.assertEqual(order.mobile_approval_state, 'unasked')
        self.refused(order, "Ask Again")
        order.action_mobile_ask_again()
        self.answer(order)
        order.action_confirm()

    # === MORE AND LESS === #

    def test_a_yes_covers_what_was_asked_and_no_more(self):
        order = self.spend(self.anna_ewallet, [(self.product, 0.2)])
        self.assertEqual(self.asked(order).points, 20)
        self.answer(order)
        order.order_line[0].product_uom_qty = 0.4
        order._update_programs_and_rewards()
        self.assertEqual(self.asked(order).mapped(lambda question: (question.points, question.state)),
                         [(20, 'cancelled'), (40, 'pending')])
        self.refused(order, "40")
        self.answer(order)
        order.action_confirm()
        self.assertEqual(self.anna_ewallet.points, 10)

    def test_growth_that_only_confirming_finds_is_refused(self):
        order = self.spend(self.anna_ewallet, [(self.product, 0.2)])
        self.answer(order)
        order.order_line[0].product_uom_qty = 0.4
        self.refused(order)

    def test_a_yes_covers_less(self):
        order = self.spend(self.anna_ewallet, [(self.product, 0.4)])
        self.answer(order)
        order.order_line[0].product_uom_qty = 0.2
        order._update_programs_and_rewards()
        self.assertEqual(self.asked(order).state, 'approved')
        order.action_confirm()
        self.assertEqual(self.anna_ewallet.points, 30)

    def test_an_open_question_that_is_outgrown_is_replaced(self):
        order = self.spend(self.anna_ewallet, [(self.product, 0.2)])
        order.order_line[0].product_uom_qty = 0.4
        order._update_programs_and_rewards()
        self.assertEqual(self.asked(order).mapped('state'), ['cancelled', 'pending'])

    def test_a_yes_for_one_order_is_none_for_another(self):
        first, second = self.spend(), self.spend()
        self.answer(first)
        self.refused(second)
        first.action_confirm()
        self.refused(second)

    def test_a_reward_that_is_removed_takes_its_question_along(self):
        order = self.spend()
        order.order_line.filtered('is_reward_line').unlink()
        self.assertEqual(self.asked(order).state, 'cancelled')
        order = self.spend()
        self.answer(order)
        order.order_line.filtered('is_reward_line').unlink()
        self.assertEqual(self.asked(order).state, 'cancelled')

    def test_a_cancelled_order_takes_its_question_along(self):
        order = self.spend()
        order.sudo()._action_cancel()
        self.assertEqual(self.asked(order).state, 'cancelled')

    def test_a_used_yes_is_not_used_twice(self):
        order = self.spend()
        self.answer(order)
        order.action_confirm()
        order.sudo()._action_cancel()
        order.action_draft()
        self.take(order, self.anna_card)
        self.assertEqual(self.asked(order).mapped('state'), ['used', 'pending'])
        self.refused(order)

    def test_a_confirmed_order_takes_no_more(self):
        order = self.make_order(self.anna)
        order._update_programs_and_rewards()
        order.action_confirm()
        points = self.anna_card.points
        with self.assertRaisesRegex(UserError, "before the order is confirmed"), self.cr.savepoint():
            order._apply_program_reward(self.loyalty.reward_ids, self.anna_card.with_env(order.env))
        self.env.invalidate_all()
        self.assertEqual(self.anna_card.points, points)

    def test_a_confirmed_order_does_not_grow(self):
        order = self.spend(self.anna_ewallet, [(self.product, 0.2)])
        self.answer(order)
        order.action_confirm()
        order._update_programs_and_rewards()
        self.assertEqual(self.anna_ewallet.points, 30)
        order.order_line[0].product_uom_qty = 0.4
        with self.assertRaisesRegex(UserError, "more of their points"), self.cr.savepoint():
            order._update_programs_and_rewards()
        self.env.invalidate_all()
        self.assertEqual(self.anna_ewallet.points, 30)

    # === THE PORTAL AND PAYMENTS === #

    def test_the_portal_waits(self):
        order = self.spend()
        order.write({'require_signature': True, 'require_payment': True})
        self.assertEqual((order._has_to_be_signed(), order._has_to_be_paid()), (False, False))
        self.answer(order)
        self.assertEqual((order._has_to_be_signed(), order._has_to_be_paid()), (True, True))

    def _pay(self, order):
        provider = self.env['payment.provider'].search([('code', '=', 'none')], limit=1)
        tx = self.env['payment.transaction'].create({
            'amount': order.amount_total, 'currency_id': order.currency_id.id, 'partner_id': order.partner_id.id,
            'provider_id': provider.id,
            'payment_method_id': self.env['payment.method'].with_context(active_test=False).search([], limit=1).id,
            'reference': order.name, 'operation': 'offline', 'sale_order_ids': order.ids, 'state': 'done',
            'last_state_change': fields.Datetime.now()})
        self.assertTrue(order.sudo()._is_confirmation_amount_reached())
        return tx

    def test_a_paid_order_waits_and_goes_on_with_the_yes(self):
        order = self.spend()
        order.require_payment = True
        tx = self._pay(order)
        worker = self.env['payment.transaction']
        tx._check_amount_and_confirm_order()
        tx.is_post_processed = True
        self.assertEqual(order.state, 'draft')
        self.answer(order)
        self.assertFalse(tx.is_post_processed)
        self.assertIn(tx, worker.search([('is_post_processed', '=', False)]))
        tx._check_amount_and_confirm_order()
        self.assertEqual((order.state, self.asked(order).state), ('sale', 'used'))

    def test_a_paid_order_stays_after_a_no(self):
        order = self.spend()
        tx = self._pay(order)
        tx.is_post_processed = True
        self.answer(order, 'denied')
        self.assertTrue(tx.is_post_processed)
        self.assertEqual(order.state, 'draft')

    # === STAFF === #

    def test_staff_read_the_answer_on_the_order(self):
        order = self.spend()
        self.answer(order)
        note = order.message_ids[0]
        self.assertIn("Approved on the phone: 200 Stars", note.body)
        self.assertEqual(note.author_id, self.anna)
        self.assertEqual(order.action_view_mobile_approvals()['domain'], [('order_id', '=', order.id)])
        self.assertEqual(order.mobile_approval_count, 1)

    def test_nobody_answers_in_odoo(self):
        question = self.asked(self.spend())
        manager = new_test_user(self.env, 'approval_manager', groups='mobile_crm.group_mobile_crm_manager',
                                company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        for user in (self.salesperson, manager, self.anna_user):
            for operation in ('write', 'create', 'unlink'):
                self.assertFalse(question.with_user(user).has_access(operation), (user.login, operation))
        self.assertTrue(question.with_user(manager).has_access('read'))
        self.assertFalse(question.with_user(self.anna_user).has_access('read'))

    def test_other_companies_see_nothing(self):
        question = self.asked(self.spend())
        other = self.env['res.company'].create({'name': "Other Shop"})
        manager = new_test_user(self.env, 'approval_other', groups='mobile_crm.group_mobile_crm_manager',
                                company_id=other.id, company_ids=[(6, 0, other.ids)])
        theirs = self.env['mobile.approval'].with_user(manager).with_context(allowed_company_ids=other.ids)
        self.assertFalse(theirs.search([('id', '=', question.id)]))
