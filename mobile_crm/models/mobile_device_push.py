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
    def _lose_addresses(self, addresses):
        """Forget addresses that are no more, each of the phone that still has it.

        :param dict addresses: {address: what the provider called it}.
        """
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_device device
                  SET push_provider = NULL, push_address = NULL, push_lost_at = %s, push_lost_detail = lost.detail
                 FROM unnest(%s::varchar[], %s::varchar[]) AS lost (address, detail)
                WHERE device.push_address = lost.address
            RETURNING device.id""",
            fields.Datetime.now(), list(addresses), list(addresses.values())))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
