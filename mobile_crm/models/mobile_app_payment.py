from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import click


class MobileApp(models.Model):
    """Where customers come back to who have paid on a page."""

    _inherit = 'mobile.app'

    return_url = fields.Char(
        string="Return Address", tracking=True,
        help="Which opens the app when its customer has paid on the page for online payments: the app's own scheme, "
             "such as myshop://paid, or a link that the app has claimed, such as https://shop.example.com/paid. The "
             "order and how it went are added to it.")

    # === CONSTRAINT METHODS === #

    @api.constrains('return_url')
    def _check_return_url(self):
        for app in self:
            if not app.return_url:
                continue
            kind = click.kind_of(app.return_url)
            if kind == 'web' and not app.return_url.lower().startswith('https://'):
                kind = None
            if kind not in ('app', 'web') or '#' in app.return_url:
                raise ValidationError(self.env._(
                    "%s does not open an app. Use its own scheme, as in myshop://paid, or a link by https that it has "
                    "claimed, as in https://shop.example.com/paid.", app.return_url))

    # === BUSINESS METHODS === #

    def _return_link(self, platform, **values):
        """Return the address that opens the app after a payment, or None when it has none.

        Who began to pay in the web app comes back there; the app on another phone would know nothing of it.

        :param str | bool platform: of the phone on which the payment began; False when that is gone
        :param values: what is told to the app in the query string.
        :rtype: str | None
        """
        self.ensure_one()
        address = self.return_url
        if self.web_url and (platform == 'web' or not (platform or address)):
            address = f'{self.web_url}/paid'
        if not address:
            return None
        joint = '&' if '?' in address else '?'
        return f'{address}{joint}{urlencode(values)}'
