from odoo import api, models

from .mobile_reservation import LIVING


class MobileEraser(models.AbstractModel):
    _inherit = 'mobile.eraser'

    # === BUSINESS METHODS === #

    @api.model
    def _erase(self, partner, company):
        """Override to put back first what is put aside for the customer: rows alone would keep it reserved."""
        Reservation = self.env['mobile.reservation'].sudo()
        living = Reservation.search([*Reservation._of(partner, company), ('state', 'in', LIVING)])
        if living:
            living._end('cancelled')
        return super()._erase(partner, company)
