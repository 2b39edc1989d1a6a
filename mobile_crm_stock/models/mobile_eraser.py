from odoo import api, models

from .mobile_reservation import LIVING


class MobileEraser(models.AbstractModel):
    _inherit = 'mobile.eraser'

    # === BUSINESS METHODS === #

    @api.model
    def _erase(self, partner, company):
        """Override to put back first what is kept for the customer: rows alone would keep it reserved."""
        Reservation = self.env['mobile.reservation'].sudo()
        living = Reservation.search([*Reservation._of(partner, company), ('state', 'in', LIVING)])
        if living:
            living._end('cancelled')
        Basket = self.env['mobile.basket'].sudo()
        Basket.search([*Basket._of(partner, company), ('hold_ids', '!=', False)])._release_goods()
        return super()._erase(partner, company)
