from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_apart


class MobileDevice(models.Model):
    """Where a phone's notifications went, and why they go nowhere any more."""

    _inherit = 'mobile.device'

    push_lost_at = fields.Datetime(
        string="Unreachable Since", readonly=True,
        help="The provider said that the address of this install is no more, such as after the app was removed.")
    push_lost_detail = fields.Char(string="Said by the Provider", readonly=True)

    # === BUSINESS METHODS === #

    def _update_report(self, values):
        """Override to forget that the phone could not be reached."""
        if values.get('push_address'):
            values = {**values, 'push_lost_at': False, 'push_lost_detail': False}
        return super()._update_report(values)

    @api.model
    def _lose_addresses(self, sender, addresses, claimed_at):
        """Forget addresses that are no more, each of the phone that still has it.

        Not where a phone has told it anew since it was taken from the queue: what the provider says is older. Nor of
        another app: there the same address may be good.

        :param sender: ``mobile.sender`` that was told.
        :param dict addresses: {address: what the provider called it}.
        :param datetime claimed_at: naive UTC.
        """
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_device device
                  SET push_provider = NULL, push_address = NULL, push_lost_at = %s, push_lost_detail = lost.detail
                 FROM unnest(%s::varchar[], %s::varchar[]) AS lost (address, detail)
                WHERE device.push_address = lost.address
                  AND device.app_id = %s AND device.push_provider = %s
                  AND (device.push_registered_at IS NULL OR device.push_registered_at <= %s)
            RETURNING device.id""",
            fields.Datetime.now(), list(addresses), list(addresses.values()), sender.app_id.id, sender.provider,
            claimed_at))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
