from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.problems import CouponRefused, Problem
from ..tools.racing import execute_racing
from .mobile_basket import LIVING

# What a customer has at least to go on, when a payment has come to nothing.
REST = timedelta(minutes=15)
# How long the coupons on a basket are kept for its payment; begun payments that last longer keep them anew.
COUPONS_HELD_FOR = timedelta(minutes=30)


class MobileBasket(models.Model):
    """How a basket is brought to a payment, back from it, and to its end.

    Who begins, resumes or finishes takes the basket's row first, then what hangs on it: its payments, the coupons'
    rows of the ledger, the order. So two never wait for each other crosswise. All are REPEATABLE READ: of two that
    want the same row one has its way, the other fails to serialise, and Odoo calls it anew with a fresh look.

    What is decided by SQL, and by nothing that was read before:

    - that a basket leaves ``open`` once: ``_move_on``;
    - that one payment of a basket lives: the unique key of ``mobile.payment``;
    - that one transaction of a payment does: ``mobile.payment._claim``;
    - that it is sold once, and `_after_sale` is called once: ``_move_on`` again.
    """

    _inherit = 'mobile.basket'

    payment_ids = fields.One2many(comodel_name='mobile.payment', inverse_name='basket_id', readonly=True)
    transaction_id = fields.Many2one(
        string="Paid By", comodel_name='payment.transaction', readonly=True, index='btree_not_null',
        ondelete='set null', help="The online payment that the order was confirmed by.")

    # === BUSINESS METHODS: to a payment, and back === #

    def _begin(self, state, version):
        """Bring an open basket to its payment: nothing of it changes from now on. With nothing to pay it is sold.

        :param str state: ``paying`` or ``at_till``.
        :param int version: which the customer has seen.
        :raise Problem: 409 ``basket_locked``, ``basket_ended``, ``basket_empty``, ``staff_needed``,
            ``approval_needed``; 412 ``basket_changed``, whose new prices are to be kept: a handler returns it.
        """
        self.ensure_one()
        self._lock()
        self._lapse()
        self._check_version(version)
        order = self.order_id
        if not order.order_line.filtered(lambda line: not line.display_type and not line.is_reward_line):
            raise Problem('basket_empty')
        if self._open_checks():
            raise Problem('staff_needed')
        if self._price():
            raise Problem('basket_changed')
        if self._lose_coupons(fields.Datetime.now() + COUPONS_HELD_FOR):
            # Kept as it is, and not paid now: what it still has is not held as if it were.
            self._free_coupons()
            raise Problem('basket_changed')
        if order._mobile_is_waiting():
            raise Problem('approval_needed')
        if not self._move_on(state, ('open',)):
            raise Problem('basket_locked')
        if order.currency_id.compare_amounts(order.amount_total, 0) <= 0:
            order.with_company(self.company_id).with_context(send_email=True).action_confirm()

    def _resume(self, outcome='cancelled', reason=None):
        """Let baskets be open again whose payment has come to nothing.

        :param str outcome: what becomes of the payment: ``cancelled``, ``failed`` or ``expired``.
        :param str reason: why, in the customer's words.
        :return: those that are open by this call.
        """
        resumed = self._move_on('open', ('paying', 'at_till'))
        now = fields.Datetime.now()
        self.payment_ids._end(outcome, reason)
        for basket in resumed:
            basket.expires_at = max(basket.expires_at, now + REST)
            basket._free_coupons()
        return resumed

    def _finish(self):
        """Note that these baskets are sold, in the transaction that confirms their orders; further calls do nothing.

        Also from ``expired`` and ``cancelled``: whoever confirms the order of such a basket sells it.

        :return: those that are sold by this call.
        """
        sold = self._move_on('sold', (*LIVING, 'expired', 'cancelled'), sold_at=fields.Datetime.now())
        for basket in sold:
            basket._after_sale()
        return sold

    def _lapse(self):
        """Let those be open again whose payment nobody has finished in time; see ``mobile.payment._lapse``."""
        self._lapse_at_till()
        self.payment_ids._lapse()

    # === BUSINESS METHODS: within === #

    def _lock(self):
        """Take the basket's row: what is read of it from now on stays so until this transaction ends.

        :raise psycopg2.errors.SerializationFailure: when it has changed since this transaction began.
        """
        self.flush_model()
        execute_racing(self.env, SQL(
            'SELECT FROM mobile_basket WHERE id IN %s ORDER BY id FOR NO KEY UPDATE', tuple(self.ids) or (0,)))
        self.invalidate_recordset(flush=False)

    def _after_sale(self):
        """Override to end the payment, whoever has sold the basket."""
        res = super()._after_sale()
        self.payment_ids._end('paid')
        return res

    def _lose_coupons(self, until):
        """Keep others from the coupons on the basket while it is paid, and take off what somebody else was faster to.

        :param datetime until: naive UTC.
        :return: whether one fell off.
        :rtype: bool
        """
        order, Redemption = self.order_id, self.env['mobile.redemption'].sudo()
        before, changes = self._seen(), []
        for card in order._mobile_cards():
            try:
                with self.env.cr.savepoint():
                    Redemption._hold_for_payment(order, card, until)
            except CouponRefused as refused:
                self._drop_card(order, card)
                changes.append({
                    'code': 'offer_gone', 'offer_id': card.mobile_uuid, 'reason': refused.problem_code,
                    'text': self._refusal_words(self._title_of(card), refused.problem_code)})
        return bool(changes) and self._show(before, self._settle() + changes)

    def _has_goods(self):
        """Tell whether the goods of a basket that was given up can still be had.

        Its customer holds them in their hands, as far as this addon knows; where stock is counted, see
        ``mobile_crm_stock``.
        """
        return True

    def _free_coupons(self):
        """Let others have the coupons of an open basket again, as far as the company lets a quotation hold none."""
        order, Redemption = self.order_id, self.env['mobile.redemption'].sudo()
        for card in order._mobile_cards():
            Redemption._held_by(order, card)._void('unused')
            try:
                with self.env.cr.savepoint():
                    Redemption._hold_for_quotation(order, card)
            except CouponRefused:
                # Somebody was waiting for it. The next look at the basket's prices takes it off.
                continue

    @api.model
    def _of_orders(self, orders):
        """Return the baskets of these orders, elevated."""
        return self.sudo().search([('order_id', 'in', orders.ids)]) if orders else self.sudo()
