from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .payment_common import PaymentCase
from .reconciliation_common import ReconciledMixin


@tagged('-at_install', 'post_install')
class TestReconciliation(ReconciledMixin, PaymentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_reconciler', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.Check = cls.env['mobile.reconciliation']

    def sold(self, **values):
        """Return a basket that was paid by phone (elevated), and its transaction."""
        basket = self.basket(**values).sudo()
        transaction = self.bring_money(self.start(basket).sudo())
        transaction._post_process()
        self.assertEqual((basket.state, basket.order_id.state), ('sold', 'sale'))
        return basket, transaction

    def force(self, record, **values):
        """Write what the code never would."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(f'UPDATE {record._table} SET {name} = %s WHERE id = %s', [value, record.id])
        self.env.invalidate_all()

    def reconcile(self, **values):
        return self.Check._reconcile(self.company, **values)

    # === WHAT IS FOUND === #

    def test_what_is_right_is_no_finding(self):
        card = self.make_offer()
        _basket, transaction = self.sold(offer_ids=[card.mobile_uuid])
        self.assertReconciled()
        refund = transaction._create_child_transaction(2.0, is_refund=True)
        refund._set_done()
        self.assertReconciled()
        self.basket(partner=self.ben)
        # What staff sell without us is their own.
        self.confirmed(self.ben)
        self.assertReconciled()
        self.assertFalse(self.reconcile())

    def test_paid_and_not_confirmed(self):
        basket = self.basket().sudo()
        transaction = self.bring_money(self.start(basket).sudo())
        transaction.is_post_processed = True
        self.assertReconciled('paid_not_confirmed')
        # Nobody is to be asked where Odoo's own work was left undone.
        transaction.is_post_processed = False
        self.assertFalse(self.reconcile())
        self.assertEqual((basket.state, basket.order_id.state), ('sold', 'sale'))
        [row] = self.Check.search([('basket_id', '=', basket.id)])
        self.assertEqual((row.kind, row.state), ('paid_not_confirmed', 'mended'))
        self.assertReconciled()

    def test_what_cannot_be_mended_is_told_once_and_closed_when_it_is_gone(self):
        basket = self.basket().sudo()
        transaction = self.bring_money(self.start(basket).sudo())
        transaction.is_post_processed = True
        [row] = self.reconcile()
        self.assertEqual((row.state, row.paid, row.due), ('open', 4.84, 4.84))
        self.assertIn(basket.order_id.name, row.display_name)
        self.assertEqual(row.activity_ids.user_id, self.manager)
        self.assertEqual(self.reconcile(), row)
        self.assertEqual(len(row.activity_ids), 1)
        basket.order_id.action_confirm()
        self.assertFalse(self.reconcile())
        self.assertEqual(row.state, 'closed')
        self.assertFalse(row.activity_ids)
        # It comes back as a new one.
        self.force(basket.order_id, state='draft')
        self.force(basket, state='paying')
        self.assertNotEqual(self.reconcile(), row)

    def test_confirmed_and_not_paid(self):
        basket = self.basket().sudo()
        self.start(basket).sudo()
        basket.order_id.action_confirm()
        self.assertEqual(basket.state, 'sold')
        self.assertReconciled('confirmed_not_paid')
        invoice = basket.order_id._create_invoices()
        invoice.action_post()
        self.assertReconciled('confirmed_not_paid')
        self.force(invoice, payment_state='paid')
        self.assertReconciled()

    def test_paid_twice(self):
        basket, _transaction = self.sold()
        second = self.bring_money(basket.payment_ids)
        self.assertReconciled('paid_twice')
        second._post_process()
        [row] = self.reconcile()
        self.assertFalse(row.activity_ids, "somebody was asked to return it already")
        refund = second._create_child_transaction(second.amount, is_refund=True)
        refund._set_done()
        self.assertReconciled()

    def test_another_amount(self):
        _basket, transaction = self.sold()
        for amount in (4.83, 4.85):
            self.force(transaction, amount=amount)
            self.assertReconciled('amount_differs')
        self.force(transaction, amount=4.84, currency_id=self.env.ref('base.USD').id)
        self.assertReconciled('amount_differs')

    def test_money_that_came_too_late(self):
        basket = self.basket().sudo()
        payment = self.start(basket).sudo()
        basket._resume()
        basket._give_up('expired')
        self.assertReconciled()
        self.bring_money(payment)
        for state in ('expired', 'cancelled'):
            self.force(basket, state=state)
            self.assertReconciled('paid_late')

    def test_money_for_an_order_that_was_cancelled(self):
        basket, _transaction = self.sold()
        basket.order_id._action_cancel()
        self.assertReconciled('paid_not_confirmed')

    def test_money_for_nothing(self):
        _basket, transaction = self.sold()
        self.force(transaction, landing_route='/mobile/pay/x')
        transaction.sale_order_ids = False
        self.assertReconciled('paid_for_nothing', 'confirmed_not_paid')

    def test_a_basket_follows_its_order(self):
        for state in ('open', 'paying', 'at_till'):
            basket = self.basket().sudo()
            self.bring_money(self.start(basket).sudo())
            self.force(basket, state=state)
            self.force(basket.order_id, state='sale')
            self.assertReconciled('states_differ')
            self.assertFalse(self.reconcile())
            self.assertEqual(basket.state, 'sold')
        for state in ('expired', 'cancelled'):
            self.force(basket, state=state)
            self.assertEqual(self.reconcile().mapped('kind'), ['states_differ'])
        left = self.basket(partner=self.ben).sudo()
        self.force(left.order_id, state='cancel')
        self.force(basket, state='sold')
        self.assertFalse(self.reconcile())
        self.assertEqual(left.state, 'cancelled')

    def test_a_basket_that_never_came_back(self):
        basket = self.basket().sudo()
        basket._hand_to_till(basket.version)
        self.assertReconciled()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=80)):
            self.assertReconciled('stuck')
            self.assertFalse(self.reconcile())
            self.assertEqual(basket.state, 'open')
            basket.expires_at += timedelta(days=1)
            basket._begin('paying', basket.version)
            self.assertFalse(basket.payment_ids)
            self.assertReconciled('stuck')
            self.assertFalse(self.reconcile())
            self.assertEqual(basket.state, 'open')

    def test_a_till_that_nobody_knows(self):
        till = self.env['mobile.app'].create({'name': "Till", 'kind': 'till', 'company_id': self.company.id})
        basket = self.basket().sudo()
        claimed = basket._claim_at_till(basket._hand_to_till(basket.version), self.company, self.store_near, till)
        claimed._sell_at_till('R-1', 4.84)
        self.assertReconciled()
        self.force(basket, till_id=None)
        self.assertReconciled('till_unknown')

    def test_coupons_and_the_ledger(self):
        card = self.make_offer()
        basket, _transaction = self.sold(offer_ids=[card.mobile_uuid])
        row = card.mobile_redemption_ids.filtered(lambda row: row.state == 'confirmed')
        row._void('cancelled')
        [finding] = self.Check._findings(self.company)
        self.assertEqual((finding.kind, finding.subject, finding.basket_id), ('coupon_unbooked', card.id, basket.id))
        card_2 = self.make_offer(partner=self.ben)
        other = self.basket(partner=self.ben, offer_ids=[card_2.mobile_uuid]).sudo()
        card_2.mobile_redemption_ids.filtered(lambda row: row.state == 'held')._void('unused')
        spent = self.env['mobile.redemption']._reserve(
            card_2, self.company, 'phone', other.order_id.name, order_id=other.order_id.id)
        self.assertEqual({(one.kind, one.redemption_id) for one in self.Check._findings(self.company)}, {
            ('coupon_unbooked', None), ('coupon_unsold', spent.id)})

    # === WHEN, AND BY WHOM === #

    def test_what_is_under_way_is_left_alone(self):
        basket = self.basket().sudo()
        self.bring_money(self.start(basket).sudo())
        self.Check._cron_reconcile(True)
        self.assertEqual(basket.state, 'paying')
        with freeze_time(fields.Datetime.now() + timedelta(minutes=11)):
            self.Check._cron_reconcile(True)
        self.assertEqual(basket.state, 'sold')

    def test_the_hourly_look_sees_the_last_day_and_what_is_open(self):
        basket, transaction = self.sold()
        self.force(transaction, amount=1.0)
        for record in (basket, basket.order_id):
            self.force(record, write_date=fields.Datetime.now() - timedelta(days=3))
        self.force(transaction, last_state_change=fields.Datetime.now() - timedelta(days=3))
        self.Check._cron_reconcile(True)
        self.assertFalse(self.Check.search([('basket_id', '=', basket.id)]))
        self.Check._cron_reconcile(False)
        row = self.Check.search([('basket_id', '=', basket.id)])
        self.assertEqual(row.state, 'open')
        self.Check._cron_reconcile(True)
        self.assertEqual(row.state, 'open', "it is not gone because nobody has looked")
        basket.order_id.write({'client_order_ref': "Asked the customer"})
        self.Check._cron_reconcile(True)
        self.assertEqual(row.state, 'open', "nor because somebody is at it")
        self.force(transaction, amount=4.84)
        self.Check._cron_reconcile(True)
        self.assertEqual(row.state, 'closed')

    def test_another_companys_findings_are_its_own(self):
        _basket, transaction = self.sold()
        self.force(transaction, amount=1.0)
        other = self.env['res.company'].create({'name': "Other"})
        self.assertFalse(self.Check._findings(other))
        self.assertFalse(self.Check._reconcile(other))
        [row] = self.reconcile()
        stranger = new_test_user(
            self.env, login='mobile_crm_stranger', groups='mobile_crm.group_mobile_crm_manager',
            company_id=other.id, company_ids=[Command.set(other.ids)])
        self.assertFalse(self.Check.with_user(stranger).with_context(allowed_company_ids=other.ids).search(
            [('id', '=', row.id)]))

    def test_the_button(self):
        as_manager = self.Check.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(as_manager.action_reconcile()['tag'], 'display_notification')
        _basket, transaction = self.sold()
        self.force(transaction, amount=1.0)
        action = as_manager.action_reconcile()
        self.assertEqual(len(self.Check.search(action['domain'])), 1)
        with self.assertRaises(AccessError):
            self.Check.with_user(self.anna_user).action_reconcile()
        with self.assertRaises(AccessError):
            as_manager.search([], limit=1).state = 'closed'

    def test_an_email_that_cannot_be_made_is_no_reason_to_refuse_money(self):
        def _refuse(*args, **kwargs):
            raise UserError(self.env._("There is nothing here that makes PDFs."))

        with patch.object(self.env.registry['sale.order'], 'message_post_with_source', _refuse):
            basket, transaction = self.sold()
            self.assertFalse(transaction.mobile_to_return)
            basket.order_id._send_order_notification_mail(self.env.ref('sale.mail_template_sale_confirmation'))
        self.assertIn("could not be made", basket.order_id.message_ids[:1].body)
