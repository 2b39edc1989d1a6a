import time
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.mobile_crm.tools.offline import CLOCK_LEEWAY, REPORTED_WITHIN
from odoo.addons.mobile_crm.tools.problems import Problem

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

    @api.model
    def _identify_late(self, company, shown, uuid):
        """Return who has shown a card for an order, as a till says that had no network then.

        :param dict shown: ``qr`` and ``at``, in seconds of Unix.
        :return: ``res.partner``, elevated.
        :raise Problem: when the card was not good at that time, or was used before.
        """
        at, now = shown.get('at'), time.time()
        if not isinstance(at, int) or not (
                now - REPORTED_WITHIN.total_seconds() <= at <= now + CLOCK_LEEWAY.total_seconds()):
            raise Problem('card_expired')
        _member, partner = self._identify(company, str(shown.get('qr')), at=at)
        self._note_shown(uuid, partner)
        return partner
