import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, file_path

from ..tools import barcode, poster_sheet, receipt_sheet, right_to_left, web_language

_lt = LazyTranslate(__name__)

SENTENCE = _lt("Offers, points and your member card: all on your phone")
STEPS = (
    _lt("Open the camera of your phone"), _lt("Point it at the code"), _lt("Tap the link: there is nothing to install"))


class MobileAppPoster(models.TransientModel):
    """Prints the code that opens a web app: for the shop window, for the counter, or for somebody's own design."""

    _name = 'mobile.app.poster'
    _description = "Poster of a Web App"

    app_id = fields.Many2one(comodel_name='mobile.app', required=True, readonly=True, ondelete='cascade')
    store_id = fields.Many2one(
        comodel_name='mobile.store', ondelete='cascade', domain="[('company_id', '=', company_id)]",
        help="The code opens the page of this store. Empty opens the start page.")
    company_id = fields.Many2one(related='app_id.company_id')
    format = fields.Selection(
        selection=[
            ('a4', "Poster for the shop window: A4 (PDF)"),
            ('a5', "Stand-up display: A5 (PDF)"),
            ('a6', "Card for the counter: A6 (PDF)"),
            ('svg', "QR code alone, to scale (SVG)"),
            ('png', "QR code alone, as a picture (PNG)"),
        ],
        required=True, default='a4')
    language = fields.Selection(
        selection=lambda self: list(web_language.LANGUAGES.items()), required=True,
        default=lambda self: web_language.nearest(self.env.lang))
    sentence = fields.Char(compute='_compute_sentence', store=True, readonly=False, precompute=True, required=True)
    link = fields.Char(compute='_compute_link')
    file = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('language')
    def _compute_sentence(self):
        for wizard in self:
            wizard.sentence = SENTENCE._translate(wizard.language or 'en')

    @api.depends('app_id', 'store_id')
    def _compute_link(self):
        for wizard in self:
            page = f'/stores/{wizard.store_id.id}' if wizard.store_id else ''
            wizard.link = wizard.app_id.web_url and wizard.app_id.web_url + page

    # === ACTION METHODS === #

    def action_write(self):
        """Write the file, and show where it can be had."""
        self.ensure_one()
        if not self.link:
            raise UserError(self.env._("Customers cannot open this app in a browser: switch on its web app first."))
        content, ending = self._content()
        self.write({
            'file': base64.b64encode(content),
            'filename': f'{self.app_id.name}.{ending}'.replace('/', '-')})
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'target': 'new', 'name': self.env._("Print Poster")}

    # === BUSINESS METHODS === #

    def _content(self):
        """Return the file, and the end of its name.

        :rtype: tuple[bytes, str]
        """
        if self.format in ('svg', 'png'):
            symbol = barcode.encode(barcode.QR, self.link)
            return (barcode.svg(symbol).encode() if self.format == 'svg' else barcode.png(symbol, 20)), self.format
        fonts = {name: tuple(map(file_path, paths)) for name, paths in receipt_sheet.FONTS.items()}
        return poster_sheet.pdf(self._poster(), self.format, fonts), 'pdf'

    def _poster(self):
        """Return what is on the poster.

        :rtype: poster_sheet.Poster
        """
        is_rtl = web_language.direction(self.language) == 'rtl'
        if is_rtl and not right_to_left.is_available():
            raise UserError(self.env._(
                "To print in this language, the server needs two Python libraries: python-bidi and arabic-reshaper."))
        app = self.app_id.sudo()._in_web_language(self.language)
        return poster_sheet.Poster(
            name=self.store_id.name or app.name, sentence=self.sentence,
            steps=[step._translate(self.language) for step in STEPS], link=self.link,
            brand=app._web_colours()['brand'], icon=app._icon(app._icon_version(), 'any', 512), is_rtl=is_rtl)
