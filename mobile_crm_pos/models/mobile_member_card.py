from datetime import timedelta

from odoo import api, fields, models

# For how long an order knows who stood before the till: a day's shift, and the night after it.
SHOWN_FOR = timedelta(days=1)
PURPOSE = 'member card at the till'


class MobileMemberCard(models.AbstractModel):
    _inherit = 'mobile.member.card'

    @api.model
    def _note_shown(self, uuid, partner):
        """Note that a customer has shown their card for an order of a till.

        :param str uuid: of the order.
        """
        self.env['mobile.nonce'].sudo()._spend(PURPOSE, f'{uuid}|{partner.id}', fields.Datetime.now() + SHOWN_FOR)

    @api.model
    def _is_shown(self, uuid, partner):
        """Tell whether a customer has shown their card for an order of a till."""
        return self.env['mobile.nonce'].sudo()._is_spent(PURPOSE, f'{uuid}|{partner.id}')
