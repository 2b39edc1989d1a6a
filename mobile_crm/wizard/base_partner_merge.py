from odoo import models

from ..models.res_partner import VERIFIED_FIELDS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_values(self, src_partners, dst_partner):
        """Override to hand verified addresses over one after the other, as no two contacts can have the same."""
        kept = {field: [] for field in VERIFIED_FIELDS.values()}
        for field, addresses in kept.items():
            addresses += [address for address in (dst_partner + src_partners).mapped(field) if address]
            src_partners[field] = False
        src_partners.flush_recordset(list(kept))
        res = super()._update_values(src_partners, dst_partner)
        self.env['mobile.consent'].sudo()._merge(src_partners, dst_partner)
        for field, addresses in kept.items():
            if addresses:
                # The contact that stays keeps its own.
                dst_partner[field] = addresses[0]
        return res
