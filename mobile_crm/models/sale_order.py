from odoo import models
from odoo.exceptions import UserError
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
        if refusal := card._mobile_refusal(self.partner_id):
            return {'error': refusal}
        program = card.program_id
        if not program.active or not program.reward_ids or not program.filtered_domain(
                Domain(self._get_program_domain())):
            return {'error': self.env._("The coupon %s does not count on this order.", card._mobile_masked_code())}
        if card in self.applied_coupon_ids:
            return {'error': self.env._("The coupon %s is already on this order.", card._mobile_masked_code())}
        if program.limit_usage and program.total_order_count >= program.max_usage:
            return {'error': self.env._("The program of the coupon %s is used up.", card._mobile_masked_code())}
        self.applied_coupon_ids += card
        result = self._try_apply_program(program, card)
        if 'error' in result:
            self.applied_coupon_ids -= card
            return result
        return self._get_claimable_rewards(forced_coupons=card)

    def action_confirm(self):
        """Override to redeem the coupons of these orders, each exactly once.

        The ledger comes first: who loses the race for a coupon waits there, and nothing else is written yet.
        """
        Redemption = held = self.env['mobile.redemption'].sudo()
        for order in self.filtered(lambda order: order.state != 'sale'):
            cards = order._mobile_cards()
            for card in cards:
                if refusal := card._mobile_refusal(order.partner_id):
                    raise UserError(refusal)
            held += Redemption._hold_for_order(order, cards)
        res = super().action_confirm()
        held._confirm_on_order()
        return res

    def _action_cancel(self):
        """Override to give coupons back: `sale_loyalty` returns their points, the ledger voids their redemption."""
        confirmed = self.filtered(lambda order: order.state == 'sale')
        res = super()._action_cancel()
        self.env['mobile.redemption'].sudo().search([
            ('order_id', 'in', confirmed.ids), ('state', '!=', 'void')])._void()
        return res

    def _mobile_cards(self):
        """Return the coupons of a holder whose rewards are on this order."""
        return self.order_line.coupon_id.filtered('holder_only')
