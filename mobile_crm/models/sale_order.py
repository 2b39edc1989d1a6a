from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS: coupons of a holder === #

    def _try_apply_code(self, code):
        """Override of `sale_loyalty` for coupons that belong to somebody.

        Stock Odoo lets anybody use them (odoo#205431), and locks their whole program while it does.
        """
        card = self.env['loyalty.card']._mobile_find_by_code(code)
        if not card:
            return super()._try_apply_code(code)
        self.ensure_one()
        if refusal := self._mobile_refusal(card):
            return {'error': refusal}
        program = card.program_id
        if not program.active or not program.reward_ids or not program.filtered_domain(
                Domain(self._get_program_domain())):
            return {'error': self.env._("The coupon %s does not count on this order.", card._mobile_masked_code())}
        if card in self.order_line.coupon_id:
            return {'error': self.env._("The coupon %s is already on this order.", card._mobile_masked_code())}
        if program.limit_usage and program.total_order_count >= program.max_usage:
            return {'error': self.env._("The program of the coupon %s is used up.", card._mobile_masked_code())}
        if card in self.applied_coupon_ids:
            # Entered before, but the reward was not taken then.
            return self._get_claimable_rewards(forced_coupons=card)
        self.applied_coupon_ids += card
        result = self._try_apply_program(program, card)
        if 'error' in result:
            self.applied_coupon_ids -= card
            return result
        return self._get_claimable_rewards(forced_coupons=card)

    def _apply_program_reward(self, reward, coupon, **kwargs):
        """Override to ask once more when the reward is taken: all ways to it end here."""
        if coupon.holder_only and (refusal := self._mobile_refusal(coupon)):
            return {'error': refusal}
        return super()._apply_program_reward(reward, coupon, **kwargs)

    def action_confirm(self):
        """Override to redeem the coupons of these orders, each exactly once.

        The ledger comes first: who loses the race for a coupon waits there, and nothing else is written yet.
        """
        Redemption = held = self.env['mobile.redemption'].sudo()
        fresh = self.filtered(lambda order: order.state != 'sale')
        for order in fresh:
            held += Redemption._hold_for_order(order, order._mobile_cards())
        res = super().action_confirm()
        for order in fresh:
            # Confirming recomputes the rewards, and an extension may have applied one more.
            held += Redemption._hold_for_order(order, order._mobile_cards() - held.card_id)
        held._settle_on_order()
        return res

    def _action_cancel(self):
        """Override to give coupons back: `sale_loyalty` returns their points, the ledger voids their redemption."""
        res = super()._action_cancel()
        self.env['mobile.redemption'].sudo().search([
            ('order_id', 'in', self.ids), ('state', '!=', 'void')])._void()
        return res

    def _mobile_refusal(self, card):
        """Return why a coupon of a holder cannot be used on this order, or None when it can."""
        self.ensure_one()
        if self.state == 'sale':
            # Its points would be taken without a row in the ledger.
            return self.env._("Enter the coupon %s before the order is confirmed.", card._mobile_masked_code())
        # Who has paid in time keeps the discount, however long the confirmation takes.
        paid = self.sudo().transaction_ids.filtered(lambda tx: tx.state in ('done', 'authorized'))
        return card._mobile_refusal(
            self.partner_id, self.company_id, at=min(paid.mapped('create_date'), default=None))

    def _mobile_cards(self):
        """Return the coupons of a holder whose rewards are on this order."""
        return self.order_line.coupon_id.filtered('holder_only')
