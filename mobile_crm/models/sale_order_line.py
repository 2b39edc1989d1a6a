from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def unlink(self):
        """Override to void the redemption of a coupon that is taken off a confirmed order.

        `sale_loyalty` gives its points back in the same case.
        """
        taken_off = [(line.order_id, line.coupon_id) for line in self
                     if line.state == 'sale' and line.coupon_id.holder_only]
        res = super().unlink()
        Redemption = self.env['mobile.redemption'].sudo()
        for order, card in taken_off:
            if card not in order.order_line.coupon_id:
                Redemption.search([
                    ('order_id', '=', order.id), ('card_id', '=', card.id), ('state', '!=', 'void')])._void()
        return res
