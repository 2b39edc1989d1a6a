from odoo import api, fields, models

from .mobile_reservation import LIVING


class StockPicking(models.Model):
    """What the staff do to the delivery of a reservation, in the warehouse's own views, counts for the reservation."""

    _inherit = 'stock.picking'

    mobile_reservation_ids = fields.One2many(
        string="Reservations in a Store", comodel_name='mobile.reservation', inverse_name='picking_id')

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_end_reservations(self):
        self._mobile_end_reservations('cancelled')

    # === BUSINESS METHODS === #

    def _action_done(self):
        res = super()._action_done()
        self.filtered(lambda picking: picking.state == 'done')._mobile_end_reservations('collected')
        return res

    def action_cancel(self):
        res = super().action_cancel()
        self._mobile_end_reservations('cancelled')
        return res

    def _mobile_end_reservations(self, state):
        """End the reservations that these deliveries hold goods for, unless it is they that end."""
        if self.env.context.get('mobile_reservation_ends'):
            return
        living = self.sudo().mobile_reservation_ids.filtered(lambda reservation: reservation.state in LIVING)
        if living:
            living._end(state)
