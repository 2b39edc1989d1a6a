from uuid import uuid4

from odoo import api, fields, models

# What is typed in passing is no search.
SHORTEST = 2


class MobileCatalogue(models.AbstractModel):
    """What customers ask of the catalogue is a fact, like what their phones report, if they let the company learn."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _learn(self, device, partner, kind, subject, position=None):
        """Keep that a phone has searched, scanned or looked at something, and let campaigns answer.

        Of a customer who has not consented to profiling nothing is kept. What an anonymous phone asked is nobody's; its
        customer may adopt it when they sign in, see ``mobile.device._adopt_history``. The same within a minute is one
        fact, whoever reports it.

        :param device: ``mobile.device`` that has asked, elevated.
        :param partner: ``res.partner`` who was signed in, or empty.
        :param str kind: ``search``, ``scan`` or ``view``.
        :param dict subject: fields of ``mobile.event``: ``query``, ``barcode``, ``product_id``.
        :param tuple position: latitude and longitude in the question. It may be that of a map as well as the phone's,
            so it is no fact; of who consents to location it tells the store in whose fence they ask.
        """
        is_too_short = 'query' in subject and len(subject['query'].strip()) < SHORTEST
        if is_too_short or device.partner_id != partner:
            return
        Consent = self.env['mobile.consent']
        if partner and not Consent._is_granted(partner, device.company_id, 'profiling'):
            return
        store_id = None
        if position and partner and Consent._is_granted(partner, device.company_id, 'location'):
            fence_ids = self.env['mobile.geofence']._containing(device.company_id, *position)
            store_id = self.env['mobile.geofence'].browse(fence_ids[:1]).store_id.id or None
        self.env['mobile.event']._record(device, [{
            'id': str(uuid4()), 'type': kind, 'occurred_at': fields.Datetime.now(), 'store_id': store_id, **subject}])
