from odoo import api, models

from ..tools import fcm
from ..tools.push_address import FCM_TOKEN
from ..tools.push_message import utc_now
from ..tools.transport import Request
from ..tools.transport_dial import is_public


class MobileProviderFcm(models.AbstractModel):
    """Pushes to Android and iOS through Firebase Cloud Messaging (HTTP v1)."""

    _name = 'mobile.provider.fcm'
    _inherit = ['mobile.provider.push']
    _description = "Firebase Cloud Messaging"

    # === BUSINESS METHODS === #

    @api.model
    def _account(self, app):
        return app._fcm_account()

    @api.model
    def _token(self, account, app, refused):
        # Whoever has moved Google elsewhere (a system parameter) has its sign-in there too.
        is_elsewhere = self._base_url('fcm', fcm.URL) != fcm.URL
        return account.token(refused, may_connect=None if is_elsewhere else is_public)

    @api.model
    def _is_address(self, address):
        return bool(FCM_TOKEN.fullmatch(address))

    @api.model
    def _bodies(self, account, app, parcels):
        clicks, now = self._clicks(parcels), utc_now()
        return {parcel.id: fcm.message(parcel, clicks.get(parcel.id), app.fcm_channel, now) for parcel in parcels}

    @api.model
    def _request(self, account, token, parcel, body):
        return Request(parcel.id, fcm.url_of(self._base_url('fcm', fcm.URL), account.project), [
            ('authorization', f'Bearer {token}'), ('content-type', 'application/json; charset=utf-8')], body)

    @api.model
    def _meaning(self, account, parcel, answer):
        outcome = fcm.meaning(parcel.id, answer)
        return (
            outcome, outcome.reason == 'no_credentials',
            outcome.status == 'dead' and outcome.detail.rpartition(' ')[2] in fcm.DOUBTFUL)
