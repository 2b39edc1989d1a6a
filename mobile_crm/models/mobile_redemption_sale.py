from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from ..tools.problems import CouponRefused
from ..tools.racing import execute_racing
from .mobile_redemption import LOCK, RENEWED_FOR


class MobileRedemption(models.Model):
    """Coupons on sales orders: taken as an order is confirmed, given back as it is cancelled or refunded."""

    _inherit = 'mobile.redemption'

    # === BUSINESS METHODS === #

    @api.model
    def _hold_for_order(self, order, cards):
        """Take coupons for a sales order that is about to be confirmed, before anybody else can.

        :param order: ``sale.order``.
        :param cards: ``loyalty.card`` whose rewards are on the order.
        :rtype: MobileRedemption
        :raise CouponRefused: when one cannot be used, or another order was faster; nothing of this one is kept then.
        """
        held = self.browse()
        for card in cards:
            if order.state != 'sale' and (refusal := order._mobile_refusal(card)):
                raise CouponRefused(card._mobile_refusal_code(), refusal)
            # What the quotation held since its coupon was entered is held anew.
            self._held_by(order, card)._void('unused')
            held += self._take(card, {
                'partner_id': card.partner_id.id or order.partner_id.id, 'company_id': order.company_id.id,
                'state': 'held', 'channel': order._mobile_channel(), 'order_id': order.id, 'order_ref': order.name})
        return held

    @api.model
    def _hold_for_quotation(self, order, card):
        """Keep others from a coupon for a while, where the company wants that, once it is on a quotation.

        :raise CouponRefused: when somebody was faster.
        """
        minutes = order.company_id.mobile_coupon_hold_minutes
        if minutes and order.state in ('draft', 'sent') and not self._held_by(order, card)._is_held_now():
            self._take(card, {
                'partner_id': card.partner_id.id or order.partner_id.id, 'company_id': order.company_id.id,
                'state': 'held', 'channel': order._mobile_channel(), 'order_id': order.id, 'order_ref': order.name,
                'expires_at': fields.Datetime.now() + timedelta(minutes=minutes)})

    @api.model
    def _hold_for_payment(self, order, card, until):
        """Keep others from a coupon while its quotation is paid, also where a quotation alone keeps nobody from it.

        :param datetime until: naive UTC, from when on others can have it; an earlier time of the same order is put off.
        :raise CouponRefused: when it cannot be used any more, or somebody was faster.
        """
        if refusal := order._mobile_refusal(card):
            raise CouponRefused(card._mobile_refusal_code(), refusal)
        held = self._held_by(order, card)
        if held._is_held_now():
            self._flush_ledger()
            self._changed(execute_racing(self.env, SQL(
                """UPDATE mobile_redemption SET expires_at = greatest(expires_at, %s)
                    WHERE id = %s AND state = 'held' RETURNING id""", until, held.id)))
            return
        self._take(card, {
            'partner_id': card.partner_id.id or order.partner_id.id, 'company_id': order.company_id.id,
            'state': 'held', 'channel': order._mobile_channel(), 'order_id': order.id, 'order_ref': order.name,
            'expires_at': until})

    @api.model
    def _held_by(self, order, card):
        """Return the row by which an order holds a coupon, or an empty recordset."""
        return card.sudo().mobile_redemption_ids.filtered(lambda row: row.state == 'held' and row.order_id == order)

    def _is_held_now(self):
        return bool(self) and self._is_held(fields.Datetime.now())

    def _settle_on_order(self):
        """Confirm what was held for a sales order that is confirmed now; void it where that did not happen."""
        now = fields.Datetime.now()
        for redemption in self:
            order = redemption.order_id
            lines = order.order_line.filtered(lambda line, card=redemption.card_id: line.coupon_id == card)
            if not lines or order.state != 'sale':
                # Confirming recomputes the rewards; one that no longer applies takes nothing. Nor does an order that
                # an extension keeps from being confirmed.
                redemption._void('unused')
                continue
            discount, revenue = (
                order.currency_id._convert(
                    amount, order.company_id.currency_id, order.company_id, order.date_order or now)
                for amount in (-sum(lines.mapped('price_subtotal')), order.amount_untaxed)
            )
            redemption._confirm({redemption.id: {
                'discount': discount, 'revenue': revenue, 'points': sum(lines.mapped('points_cost'))}})

    @api.model
    def _follow_lines(self, orders):
        """Give coupons back whose reward was taken off its order; Odoo has given their points back."""
        rows = self.search([('order_id', 'in', orders.ids), ('state', 'in', ('held', 'confirmed'))])
        rows.filtered(lambda row: row.card_id not in row.order_id.order_line.coupon_id)._void('unused')

    @api.model
    def _follow_invoices(self, orders):
        """Give coupons back whose orders were refunded, and take them again where the credit note was withdrawn.

        Who asks twice changes nothing: each move asks for the state it comes from.

        :param orders: ``sale.order`` whose posted invoices or credit notes have changed.
        """
        for redemption in self.search([('order_id', 'in', orders.ids), ('state', 'in', ('confirmed', 'returned'))]):
            is_refunded = redemption._is_refunded()
            if redemption.state == 'confirmed' and is_refunded and redemption._is_to_be_returned():
                redemption._return_to_holder()
            elif redemption.state == 'returned' and not is_refunded:
                redemption._take_again()

    def _is_refunded(self):
        """Tell whether credit notes give all back that was sold, or what the coupon took off; or the provider has given
        all of the money back."""
        self.ensure_one()
        if self.order_id._mobile_given_back_share() == 1:
            return True
        moves = self.order_id.invoice_ids.filtered(lambda move: move.state == 'posted')
        if not moves.filtered(lambda move: move.move_type == 'out_refund'):
            return False
        # A down payment is not what was sold: given back, it is asked for with the rest.
        lines = self.order_id.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment and line.invoice_lines)
        rewards = lines.filtered(lambda line: line.coupon_id == self.card_id)
        goods = lines.filtered(lambda line: not line.is_reward_line)
        return any(
            part and all(float_compare(line.qty_invoiced_posted, 0, precision_digits=4) <= 0 for line in part)
            for part in (rewards, goods))

    def _is_to_be_returned(self):
        policy = self.company_id.mobile_coupon_return
        return policy == 'renewed' or (policy == 'valid' and self.card_id._mobile_is_good(fields.Datetime.now()))

    def _return_to_holder(self):
        """Give a coupon back with its points; an expired one is good for two weeks more."""
        if not self._return():
            return
        now = fields.Datetime.now()
        if (expiry := self.card_id._mobile_expiry()) and expiry <= now:
            self.card_id.write({
                'mobile_expires_at': now + RENEWED_FOR, 'expiration_date': (now + RENEWED_FOR).date() + timedelta(1)})
        self._set_points_cost(0)

    def _take_again(self):
        """Let a refunded order count again; a coupon that was spent elsewhere since then is spent twice.

        :raise CouponRefused: when somebody redeems it in the same moment.
        """
        self._flush_ledger()
        now = fields.Datetime.now()
        card = self.card_id
        card.mobile_redemption_ids.filtered(lambda row: row.state == 'held' and not row._is_held(now))._void('expired')
        if not execute_racing(self.env, SQL(
            """UPDATE mobile_redemption mine
                  SET state = CASE WHEN other.id IS NULL THEN 'confirmed' ELSE 'conflict' END,
                      conflict_id = other.id, conflict_reason = CASE WHEN other.id IS NOT NULL THEN %(reason)s END,
                      void_reason = NULL, voided_at = NULL, write_uid = %(uid)s, write_date = %(now)s
                 FROM (SELECT pg_try_advisory_xact_lock(%(lock)s, %(card)s) AS is_mine) door
            LEFT JOIN mobile_redemption other ON other.card_id = %(card)s AND other.state IN ('held', 'confirmed')
                WHERE mine.id = %(id)s AND mine.state = 'returned' AND door.is_mine
            RETURNING mine.id""",
            reason=self.env._("The credit note was withdrawn after the coupon had been redeemed again."),
            uid=self.env.uid, now=now, lock=LOCK, card=card.id, id=self.id)):
            raise self._told_why(card)
        self._changed([(self.id,)])
        if self.state == 'confirmed':
            self._set_points_cost(self.points)
        else:
            self._tell_manager()

    def _set_points_cost(self, points):
        """Let the order take so many points for its reward; Odoo changes the card by the difference."""
        lines = self.order_id.order_line.filtered(lambda line: line.coupon_id == self.card_id)
        before = sum(lines.mapped('points_cost'))
        lines[1:].points_cost = 0
        lines[:1].points_cost = points
        self.order_id._update_loyalty_history(self.card_id, points - before)
