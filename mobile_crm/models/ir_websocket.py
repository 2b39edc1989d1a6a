from odoo import models

from .mobile_basket_check import GROUP
from .mobile_exit_screen import CHANNEL as EXIT
from .mobile_visit import CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = 'ir.websocket'

    def _build_bus_channel_list(self, channels):
        """Override: who may see who is there hears of visits to their companies, and who serves customers there of what
        waits for a colleague.

        A browser can ask for strings only, and these channels are none.
        """
        channels = super()._build_bus_channel_list(channels)
        if self.env.user.has_group('mobile_crm.group_mobile_crm_floor'):
            channels.extend((company, CHANNEL) for company in self.env.user.company_ids)
        if self.env.user.has_group(GROUP):
            channels.extend((company, EXIT) for company in self.env.user.company_ids)
        return channels
