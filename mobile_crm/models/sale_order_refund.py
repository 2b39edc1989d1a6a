from odoo import fields, models
from odoo.tools import SQL, float_compare, float_is_zero, float_round

from ..tools.racing import execute_racing
from .mobile_approval import APPROVED_TYPES


class SaleOrder(models.Model):
    """What follows when a purchase is taken back, by a credit note or by the provider that has charged it.

    Each method works out what should be, and changes what is not so: it may be asked any number of times, and also
    after a credit note was withdrawn.
    """

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _mobile_follow_refunds(self):
        """Let coupons, points and what is known of the purchase follow what was taken back of these orders."""
        if not self:
            return
        self.env['mobile.redemption'].sudo()._follow_invoices(self)
        for order in self.sudo().filtered(lambda order: order.state == 'sale'):
            share = order._mobile_returned_share()
            order._mobile_take_back_earned(share)
            order._mobile_give_back_spent(share)
        self.env['mobile.attribution'].sudo()._follow_orders(self)

    def _mobile_returned_share(self):
        """Return which part of an order's goods came back, or of its money: what a provider gives back may have a
        credit note as well.

        :rtype: float
        """
        self.ensure_one()
        goods = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment and not line.is_reward_line)
        sold = sum(goods.mapped('price_subtotal'))
        credited = sum(goods.invoice_lines.filtered(
            lambda line: line.move_type == 'out_refund' and line.parent_state == 'posted').mapped('price_subtotal'))
        return min(1.0, max(credited / sold if sold > 0 else 0.0, self._mobile_given_back_share()))

    def _mobile_given_back_share(self):
        """Return which part of an order's total its provider has given back."""
        self.ensure_one()
        back = self._mobile_given_back()
        return min(1.0, back / self.amount_total) if back > 0 and self.amount_total > 0 else 0.0

    def _mobile_given_back(self):
        """Return how much of an order's money its provider has given back, in the order's currency; not what never was
        the order's, such as a second payment.
        """
        self.ensure_one()
        own = self.sudo().transaction_ids.filtered(lambda tx: not tx.mobile_to_return)
        refunds = own.child_transaction_ids.filtered(lambda tx: tx.operation == 'refund' and tx.state == 'done')
        return -sum(refunds.mapped('amount'))

    def _mobile_take_back_earned(self, share):
        """Take back the loyalty points that were earned with what came back, as far as they were not spent meanwhile.

        :param float share: of the order that came back.
        """
        self.ensure_one()
        for entry in self.sudo().coupon_point_ids.filtered(
                lambda entry: entry.coupon_id.program_type == 'loyalty' and entry.points > 0):
            change = float_round(entry.points * share, precision_digits=2) - entry.mobile_returned
            if float_is_zero(change, precision_digits=2):
                continue
            card = entry.coupon_id
            card.flush_recordset(['points'])
            [(taken,)] = execute_racing(self.env, SQL(
                """WITH had AS (SELECT id, points FROM loyalty_card WHERE id = %s FOR NO KEY UPDATE)
                   UPDATE loyalty_card card SET points = card.points - least(%s, greatest(had.points, 0))
                     FROM had WHERE had.id = card.id RETURNING least(%s, greatest(had.points, 0))""",
                card.id, change, change))
            card.invalidate_recordset(['points'], flush=False)
            entry.mobile_returned += taken
            story = self._mobile_loyalty_story(card)
            story.issued -= taken

    def _mobile_give_back_spent(self, share):
        """Give back the points and the money of e-wallets that an order took, once all of it came back.

        :param float share: of the order that came back.
        """
        self.ensure_one()
        is_whole = float_compare(share, 1, precision_digits=6) >= 0
        for line in self.sudo().order_line.filtered(lambda line: line.coupon_id.program_type in APPROVED_TYPES):
            before = line.points_cost
            if is_whole and before > 0:
                line.write({'mobile_points_returned': before, 'points_cost': 0})
            elif not is_whole and line.mobile_points_returned:
                line.write({'points_cost': line.mobile_points_returned, 'mobile_points_returned': 0})
            if line.points_cost != before:
                self._mobile_loyalty_story(line.coupon_id).used += line.points_cost - before

    def _mobile_loyalty_story(self, card):
        """Return the line of a card's history that is this order's."""
        return self.env['loyalty.history'].sudo().search(
            [('card_id', '=', card.id), ('order_model', '=', self._name), ('order_id', '=', self.id)], limit=1)

    def _action_cancel(self):
        """Override: Odoo takes back all that a cancelled order has earned, and does not know what was taken already."""
        for order in self.filtered(lambda order: order.state == 'sale'):
            order._mobile_take_back_earned(0)
        return super()._action_cancel()


class SaleOrderCouponPoints(models.Model):
    _inherit = 'sale.order.coupon.points'

    mobile_returned = fields.Float(
        string="Taken Back", readonly=True, help="Of the points, what went back with the goods.")


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    mobile_points_returned = fields.Float(
        string="Points Given Back", readonly=True, copy=False,
        help="What this reward had cost, until the whole order was taken back.")
