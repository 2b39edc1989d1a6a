from odoo import fields, models

from .mobile_reservation import LIVING


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    mobile_reservation_ids = fields.One2many(
        string="Reservations in a Store", comodel_name='mobile.reservation', inverse_name='order_id')

    # === BUSINESS METHODS === #

    def _action_confirm(self):
        # First the goods are let go of, then the order's own delivery reserves them.
        self.env['mobile.basket'].sudo().search(
            [('order_id', 'in', self.ids), ('state', '!=', 'sold')])._before_sale()
        living = self.sudo().mobile_reservation_ids.filtered(lambda reservation: reservation.state in LIVING)
        if living:
            living._end('collected', is_sold=True)
        return super()._action_confirm()
