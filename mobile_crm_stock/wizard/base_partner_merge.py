from odoo import api, models
from odoo.tools import SQL

from ..models.mobile_reservation import LIVING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override to count living reservations anew: both contacts have had a first one.

        Odoo would delete the one, and its goods would be kept in the stock for nobody.
        """
        Reservation = self.env['mobile.reservation']
        Reservation.flush_model()
        self.env.cr.execute(SQL(
            'UPDATE mobile_reservation SET slot = -id WHERE state IN %s AND partner_id IN %s',
            LIVING, (dst_partner + src_partners)._ids))
        res = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.cr.execute(SQL(
            """UPDATE mobile_reservation SET slot = counted.slot
                 FROM (SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY id) AS slot
                         FROM mobile_reservation WHERE state IN %s AND partner_id = %s) counted
                WHERE mobile_reservation.id = counted.id""", LIVING, dst_partner.id))
        Reservation.invalidate_model()
        return res
