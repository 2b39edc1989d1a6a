from odoo import api, models
from odoo.tools import SQL

from ..tools import apns
from ..tools.delivery import Outcome
from ..tools.push_address import APNS_TOKEN
from ..tools.racing import execute_apart
from ..tools.transport import Request, has_http2


class MobileProviderApns(models.AbstractModel):
    """Pushes to iOS through Apple's own service. It speaks HTTP/2 alone."""

    _name = 'mobile.provider.apns'
    _inherit = ['mobile.provider.push']
    _description = "Apple Push Notification service"

    # === BUSINESS METHODS === #

    @api.model
    def _account(self, app):
        return app._apns_account() if has_http2() else None

    @api.model
    def _token(self, account, app, refused):
        is_asked = refused or account.is_due()
        return account.token(app._apns_token_time(is_expired=bool(refused)) if is_asked else None)

    @api.model
    def _is_address(self, address):
        return bool(APNS_TOKEN.fullmatch(address.lower()))

    @api.model
    def _bodies(self, account, app, parcels):
        clicks = self._clicks(parcels)
        return {parcel.id: apns.message(parcel, clicks.get(parcel.id)) for parcel in parcels}

    @api.model
    def _request(self, account, token, parcel, body):
        base = self._base_url('apns', apns.URLS[account.environment])
        return Request(parcel.id, apns.url_of(base, parcel.address), apns.headers(parcel, token, account.topic), body)

    @api.model
    def _meaning(self, account, parcel, answer):
        outcome = apns.meaning(parcel.id, answer)
        code = (outcome.detail or '').rpartition(' ')[2]
        since = apns.gone_since(answer)
        if since and self._has_registered_since(parcel, since):
            outcome = Outcome(parcel.id, 'retry', 'no_address', outcome.detail)
        return outcome, code == 'ExpiredProviderToken', outcome.status == 'dead' and code in apns.DOUBTFUL

    @api.model
    def _has_registered_since(self, parcel, instant):
        """Tell whether the phone has told its address anew since Apple found that nobody was there."""
        # Apart: this transaction sees what there was when it began, before all the others of the batch were sent.
        return bool(execute_apart(self.env, SQL(
            "SELECT id FROM mobile_device WHERE id = %s AND push_registered_at > %s",
            parcel.device_id or None, instant)))
