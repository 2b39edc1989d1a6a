import logging
from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from ..tools.problems import CouponRefused
from ..tools.racing import execute_racing
from .mobile_basket import LIVING as LIVING_BASKETS
from .mobile_payment import LIVING, PENDING_FOR

_logger = logging.getLogger(__name__)

ENDED = ('paid', 'failed', 'cancelled', 'expired')
# The page in the customer's browser asks Odoo to post-process what has come, every three seconds. Of two that do so at
# once one fails, so the phone leaves it to the page for a while.
PAGE_FIRST = timedelta(seconds=5)


class NotUsable(UserError):
    """Why money that has come cannot be an order's, in words for staff.

    Whatever else keeps an order from being confirmed is Odoo's to try again.
    """


class MobilePayment(models.Model):
    """What becomes of the money: it pays the basket, or is to be returned."""

    _inherit = 'mobile.payment'

    # === BUSINESS METHODS: a saved method === #

    def _charge(self):
        """Charge the saved method of a payment that has just begun; what the provider says is on its transaction.

        The transaction is committed before the provider is asked, and its answer before anything else is done: whoever
        is killed in between leaves a transaction that the provider's notification finds. Nobody asks a second time for
        the same payment, for not every provider would notice.
        """
        self.ensure_one()
        if self.method != 'saved' or self.state != 'begun' or not self._claim():
            return
        tx = self._make_transaction()
        self._keep()
        try:
            tx._charge_with_token()
        except UserError as error:
            tx._set_error(str(error))
        self.is_charging = False
        self._keep()
        self._follow()

    def _make_transaction(self):
        """Return a new transaction by the saved method."""
        tx = self.env['payment.transaction'].sudo().create({
            'provider_id': self.token_id.provider_id.id,
            'payment_method_id': self.token_id.payment_method_id.id,
            'token_id': self.token_id.id,
            'reference': self.env['payment.transaction'].sudo()._compute_reference(
                self.token_id.provider_id.code, prefix=self.order_id.name),
            'amount': self.amount,
            'currency_id': self.currency_id.id,
            'partner_id': self.partner_id.id,
            'operation': 'online_token',
            'landing_route': self._landing_path(),
            'sale_order_ids': self.order_id.ids,
            'mobile_payment_id': self.id,
        })
        self.transaction_id = tx
        return tx

    def _keep(self):
        """Commit what is known before somebody outside is asked, or after they have answered."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    # === BUSINESS METHODS: what comes of it === #

    def _follow(self, is_page=False):
        """Let Odoo post-process what has come to this payment and waits for it, as its own page of payments does; and
        let the basket be open again when the time is up.

        :param bool is_page: for the page, and not for the phone.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        since = now if is_page or not self.sudo().browser else now - PAGE_FIRST
        for tx in self.transaction_ids.filtered(
                lambda tx: not tx.is_post_processed and tx.state != 'draft' and tx.last_state_change <= since):
            try:
                with self.env.cr.savepoint():
                    tx.with_company(self.company_id)._post_process()
            except psycopg2.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 (a provider's: Odoo's own worker logs it, and tries again)
                _logger.info("Payment %s is not post-processed yet: %s", self.id, type(error).__name__)
        self._lapse()

    def _wait_longer(self):
        """Wait for providers that have not made up their mind."""
        now = self.env.cr.now()
        self._move_on('processing', ('processing',), expires_at=now + PENDING_FOR)

    def _fail(self, transaction):
        """Let the basket be open again when its transaction has failed, or was cancelled."""
        self.ensure_one()
        basket = self.basket_id
        basket._lock()
        if self.state not in LIVING or self.transaction_id != transaction or self._under_way():
            return
        env = self.with_context(lang=self.partner_id.lang).env
        reason = (
            env._("The payment was cancelled.") if transaction.state == 'cancel' else env._("The payment has failed."))
        basket._resume('failed', ' '.join(filter(None, (reason, transaction.state_message))))

    def _settle(self, transaction, confirm):
        """Let money that has come pay the basket, if it still is what was paid for.

        :param transaction: ``payment.transaction`` of this payment, authorized or done.
        :param confirm: Odoo's own way to confirm the order of a transaction; returns those that it has confirmed.
        :return: ``sale.order`` that were confirmed.
        """
        self.ensure_one()
        basket, order = self.basket_id, self.order_id
        basket._lock()
        if basket.transaction_id == transaction or transaction.mobile_to_return:
            # Captured after it was authorized, or told twice.
            return order.browse()
        if basket.state == 'sold':
            self._refuse(transaction, self.env._("%s was sold already.", order.name))
            return order.browse()
        try:
            with self.env.cr.savepoint():
                self._check_amount(transaction)
                if basket.state in ('expired', 'cancelled') or order.state == 'cancel':
                    self._revive()
                self._check_total(transaction)
                # What is done as it is sold asks who has sold it.
                basket.transaction_id = transaction
                confirmed = confirm()
                if not confirmed:
                    basket.transaction_id = False
        except (NotUsable, CouponRefused) as error:
            self._refuse(transaction, str(error))
            return order.browse()
        if confirmed:
            basket._finish()
            self._move_on('paid', (*LIVING, *ENDED), transaction_id=transaction.id,
                          ended_at=self.env.cr.now(), reason=None, is_charging=False)
        return confirmed

    def _check_amount(self, transaction):
        """Refuse money of another currency, or of another amount than was asked for.

        :raise NotUsable: with words for staff.
        """
        if (transaction.currency_id != self.currency_id
                or self.currency_id.compare_amounts(transaction.amount, self.amount)):
            raise NotUsable(self.env._(
                "%(paid)s came in, and %(asked)s was asked for.",
                paid=format_amount(self.env, transaction.amount, transaction.currency_id),
                asked=format_amount(self.env, self.amount, self.currency_id)))

    def _check_total(self, transaction):
        """Refuse money for an order that comes to something else by now.

        :raise NotUsable: with words for staff.
        """
        order = self.order_id
        if self.basket_id.state in LIVING_BASKETS and self.basket_id.version != self.version:
            raise NotUsable(self.env._("The basket has changed since."))
        if (transaction.currency_id != order.currency_id
                or order.currency_id.compare_amounts(transaction.amount, order.amount_total)):
            raise NotUsable(self.env._(
                "%(paid)s came in, and %(order)s comes to %(total)s.",
                paid=format_amount(self.env, transaction.amount, transaction.currency_id), order=order.name,
                total=format_amount(self.env, order.amount_total, order.currency_id)))

    def _revive(self):
        """Make an order that was given up what it was when its customer paid for it, as far as that can still be had.

        :raise NotUsable: with words for staff, when a coupon or the goods cannot.
        """
        order = self.order_id.with_user(SUPERUSER_ID).with_company(self.company_id)
        if order.state == 'cancel':
            order.action_draft()
        order._update_programs_and_rewards()
        for reward_id, card_id in self.sudo().rewards or ():
            reward = self.env['loyalty.reward'].sudo().browse(reward_id).exists()
            card = self.env['loyalty.card'].sudo().browse(card_id).exists()
            if not reward or not card or reward in order.order_line.reward_id:
                # What applies by itself is on the order already, and its old card is gone.
                continue
            result = order._try_apply_code(card.code) if card.mobile_uuid else {}
            if 'error' not in result:
                result = order._apply_program_reward(reward, card)
            if 'error' in result:
                raise NotUsable(result['error'])
        if not self.basket_id._has_goods():
            raise NotUsable(self.env._("The goods are not there any more."))

    def _refuse(self, transaction, words):
        """Note that money has come which cannot be the basket's: staff are asked to return it, the customer is told.

        :param transaction: ``payment.transaction``, authorized or done.
        :param str words: why, for staff.
        """
        self.env['payment.transaction'].flush_model()
        if not execute_racing(self.env, SQL(
            """UPDATE payment_transaction SET mobile_to_return = TRUE
                WHERE id = %s AND mobile_to_return IS NOT TRUE RETURNING id""", transaction.id)):
            return
        transaction.invalidate_recordset(['mobile_to_return'], flush=False)
        was_living = self.state in LIVING
        env = self.with_context(lang=self.partner_id.lang).env
        # What was paid by another transaction stays paid.
        if self.basket_id.transaction_id not in self.transaction_ids:
            self._move_on(
                'returned', (*LIVING, *ENDED), ended_at=self.env.cr.now(), is_charging=False,
                reason=env._("The payment could not be used, and will be returned."))
        if was_living:
            self.basket_id._resume()
        self._tell_staff(transaction, words)
        self._tell_customer(transaction)

    def _tell_staff(self, transaction, words):
        """Ask somebody to return a transaction's money, or to void it where it was only authorized."""
        self.ensure_one()
        order = self.order_id
        amount = format_amount(self.env, transaction.amount, transaction.currency_id)
        note = self.env._(
            "Return %(amount)s of the transaction %(reference)s: %(why)s", amount=amount,
            reference=transaction.reference, why=words)
        order.message_post(body=note)
        if responsible := self._responsible():
            order.activity_schedule(
                'mail.mail_activity_data_todo', user_id=responsible.id, note=note,
                summary=self.env._("Return a payment of %s", amount))

    def _tell_customer(self, transaction):
        """Let the customer read in the app that their money comes back."""
        self.ensure_one()
        env = self.with_context(lang=self.partner_id.lang).env
        env['mobile.message']._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'title': env._("Your payment will be returned"),
            'body': env._(
                "We received %(amount)s for %(order)s but could not use it. You will get the money back.",
                amount=format_amount(env, transaction.amount, transaction.currency_id), order=self.order_id.name),
            'link': f'/orders/{self.basket_id._public_id()}',
        }])

    def _responsible(self):
        """Return who looks after a payment (``res.users``): the order's salesperson, or else a manager."""
        self.ensure_one()
        salesperson = self.order_id.user_id
        if salesperson.active and salesperson._is_internal():
            return salesperson
        return self.env['mobile.reconciliation']._responsible(self.company_id)
