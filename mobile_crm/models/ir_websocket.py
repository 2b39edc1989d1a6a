from odoo import models

from .mobile_visit import CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = 'ir.websocket'

    def _build_bus_channel_list(self, channels):
        """Override: who may read visits hears of those of their companies. A browser can ask for strings only, and
        this channel is none."""
        channels = super()._build_bus_channel_list(channels)
        if self.env.user._is_internal() and self.env['mobile.visit'].has_access('read'):
            channels.extend((company, CHANNEL) for company in self.env.user.company_ids)
        return channels
