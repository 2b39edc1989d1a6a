import re

from odoo import models

from ..tools import click

#: What messages of ours lead to in apps, by path, and the page that shows it in the web app.
PAGES = {
    '/enquiries/': '/conversations/',
    '/me/approvals/': '/approvals/',
    '/offers/': '/offers/',
    '/orders/': '/purchases/',
}
PATH = re.compile(rf'({"|".join(PAGES)})([A-Za-z0-9_-]+)')


class MobileMessage(models.Model):
    """Where a message leads whose customer uses the web app."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    def _target(self):
        """Extend: what is in the app alone is a page of the web app."""
        page = self._web_page()
        app = self._web_app() if page else None
        return ('web', f'{app.web_url}{page}') if app else super()._target()

    def _web_page(self):
        """Return the page of the web app that shows what this message is about, or None when it leads elsewhere, or
        nowhere.

        :rtype: str | None
        """
        self.ensure_one()
        message = self.origin_id or self
        kind = click.kind_of(message.link)
        # A path in a campaign is one of the company's website, as its author has it in mind.
        if kind == 'path' and not message.campaign_id and (found := PATH.fullmatch(message.link)):
            return PAGES[found[1]] + found[2]
        if not kind and message.card_id.mobile_uuid:
            return f'/offers/{message.card_id.mobile_uuid}'
        # What has no address of its own anywhere is read in the inbox.
        return '/messages' if not kind and not click.kind_of(self.company_id.website or '') else None

    def _web_app(self):
        """Return the web app that this message's customer uses, or an empty recordset: the one in which they are signed
        in; and for who has no phone here, the campaign's, or the company's first one.

        :rtype: MobileApp
        """
        self.ensure_one()
        Device, company = self.env['mobile.device'].sudo(), self.company_id
        devices = Device.search([*Device._signed_in(self.partner_id), ('company_id', '=', company.id)])
        if devices:
            apps = devices.filtered(lambda device: device.platform == 'web').app_id
        else:
            campaign = (self.origin_id or self).campaign_id
            apps = campaign.app_id or self.env['mobile.app'].sudo().search(
                [('company_id', '=', company.id), ('kind', '=', 'phone')], order='id')
        return apps.filtered(lambda app: app._has_web_app())[:1]
