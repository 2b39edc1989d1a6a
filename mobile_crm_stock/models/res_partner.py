from odoo import api, models

from .mobile_reservation import LIVING


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_end_mobile_reservations(self):
        """Put back what is put aside for who is gone."""
        living = self.env['mobile.reservation'].sudo().search([('partner_id', 'in', self.ids), ('state', 'in', LIVING)])
        if living:
            living._end('cancelled')
