import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import barcode, colour, web_language

WEB_PATH = '/mobile/app/'
COLOUR = '#1f2937'
#: The grounds of the web app that texts in the brand's colour lie on; see static/src/phone/base.css.
LIGHT_GROUNDS = ('#ffffff', '#f4f5f7', '#e9ebef')
DARK_GROUNDS = ('#1b1f27', '#101318', '#272c36')


class MobileApp(models.Model):
    """The web app that customers open in their browser, and put on their home screen, without any shop of apps."""

    _inherit = 'mobile.app'

    has_web_app = fields.Boolean(
        string="Web App", default=True, tracking=True,
        help="Customers open it by its link or QR code, and can put it on their home screen.")
    web_colour = fields.Char(string="Colour", help="Empty is the company's first colour.")
    web_icon = fields.Image(
        string="App Icon", max_width=1024, max_height=1024,
        help="A square picture, PNG or JPEG, 512 pixels or more. Empty is the company's logo.")
    web_start_page = fields.Selection(
        selection=[('near', "Near me"), ('offers', "Offers"), ('scan', "Scan"), ('for-you', "For you")],
        string="Start Page", required=True, default='near')
    web_url = fields.Char(string="Link", compute='_compute_web_url')
    web_qr = fields.Binary(string="QR Code", compute='_compute_web_qr')
    web_colour_hint = fields.Char(compute='_compute_web_colour_hint')
    web_preview = fields.Json(
        compute='_compute_web_preview', help="What the picture of the app beside the form shows while it is edited.")

    # === COMPUTE METHODS === #

    @api.depends('client_id', 'company_id', 'has_web_app', 'kind', 'active')
    def _compute_web_url(self):
        for app in self:
            app.web_url = app._has_web_app() and f'{app.get_base_url()}{WEB_PATH}{app.client_id}'

    @api.depends('web_url')
    def _compute_web_qr(self):
        for app in self:
            app.web_qr = app.web_url and base64.b64encode(barcode.png(barcode.encode(barcode.QR, app.web_url)))

    @api.depends('web_colour')
    def _compute_web_colour_hint(self):
        for app in self:
            is_colour = app.web_colour and colour.PATTERN.fullmatch(app.web_colour)
            shown = is_colour and colour.adjusted(app.web_colour, *LIGHT_GROUNDS)
            app.web_colour_hint = is_colour and shown != app.web_colour.lower() and self.env._(
                "Texts in this colour are hard to read on white, so the app writes in %s.", shown)

    @api.depends('active', 'company_id.primary_color', 'has_web_app', 'kind', 'name', 'web_colour', 'web_start_page')
    def _compute_web_preview(self):
        for app in self:
            app.web_preview = app._has_web_app() and {
                'app_id': app._origin.id,
                'name': app.name or '',
                'colours': app._web_colours(),
                'path': f'/{app.web_start_page}',
                'language': web_language.nearest(self.env.lang),
            }

    # === CONSTRAINT METHODS === #

    @api.constrains('web_colour')
    def _check_web_colour(self):
        for app in self:
            if app.web_colour and not colour.PATTERN.fullmatch(app.web_colour):
                raise ValidationError(self.env._("%s is no colour: it looks like #1f6feb.", app.web_colour))

    # === ACTION METHODS === #

    def action_open_web_app(self):
        """Show the app as its customers see it."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.web_url, 'target': 'new'}

    # === BUSINESS METHODS === #

    def _has_web_app(self):
        """Tell whether customers can open this app in a browser."""
        return self.kind == 'phone' and self.active and self.has_web_app

    @api.model
    def _find_web_app(self, client_id):
        """Return the app (elevated) whose web app is at this address, or an empty recordset."""
        return self.sudo()._find(client_id).filtered(lambda app: app._has_web_app())

    def _web_colours(self):
        """Return the colours of the web app: of the brand and of texts on it, of buttons on dark and of texts on them,
        and of texts in it on light and on dark.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        company_colour = self.company_id.primary_color or ''
        # While it is edited it may be none.
        brand = next(filter(colour.PATTERN.fullmatch, (self.web_colour or '', company_colour)), COLOUR)
        fill = colour.adjusted(brand, *DARK_GROUNDS, least=colour.VISIBLE)
        return {
            'brand': brand,
            'on-brand': colour.readable_on(brand),
            'fill-dark': fill,
            'on-fill-dark': colour.readable_on(fill),
            'brand-text': colour.adjusted(brand, *LIGHT_GROUNDS),
            'brand-text-dark': colour.adjusted(brand, *DARK_GROUNDS),
        }
