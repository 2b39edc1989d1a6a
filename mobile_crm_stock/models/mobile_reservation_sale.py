from odoo import models
from odoo.tools import float_compare, float_round


class MobileReservation(models.Model):
    """What is put aside and bought by phone."""

    _inherit = 'mobile.reservation'

    # === BUSINESS METHODS === #

    def _use_for(self, basket):
        """Use up what is put aside by what its customer buys, the first to end first.

        What they do not buy stays put aside.

        :param basket: ``mobile.basket`` whose order is being confirmed.
        """
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        left = basket._quantities()
        for reservation in self:
            taken = {}
            for line in reservation.line_ids:
                taken[line] = min(line.quantity, left.get(line.product_id, 0))
                left[line.product_id] = left.get(line.product_id, 0) - taken[line]
            if not any(taken.values()):
                continue
            if all(float_compare(line.quantity, used, precision_digits=digits) <= 0 for line, used in taken.items()):
                reservation.order_id = basket.order_id
                reservation._end('collected', is_sold=True)
                continue
            for line, used in taken.items():
                if used:
                    reservation._take_out(line, float_round(line.quantity - used, precision_digits=digits))

    def _take_out(self, line, quantity):
        """Go on with less of one product.

        :param line: ``mobile.reservation.line``.
        :param float quantity: that stays put aside.
        """
        self.ensure_one()
        moves = self.picking_id.move_ids.filtered(
            lambda move: move.product_id == line.product_id and move.state not in ('done', 'cancel'))
        if quantity > 0:
            line.quantity = quantity
            moves[:1].product_uom_qty = quantity
            moves[:1]._action_assign()
        else:
            moves._action_cancel()
            moves.unlink()
            line.unlink()
