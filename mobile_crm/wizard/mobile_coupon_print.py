import base64
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import file_path, format_date

from ..tools import barcode, coupon_code, coupon_file, coupon_sheet, gs1

# How many coupons one file may hold; drawing takes longer than writing.
MOST = {'csv': 200_000, 'xlsx': 200_000, 'labels': 2_000, 'vouchers': 2_000, 'png': 2_000, 'svg': 2_000}


class MobileCouponPrint(models.TransientModel):
    """Writes coupons into a file: for a printer, or to be printed here."""

    _name = 'mobile.coupon.print'
    _description = "Print Coupons"

    campaign_id = fields.Many2one(comodel_name='mobile.campaign', readonly=True)
    program_id = fields.Many2one(string="Coupon Program", comodel_name='loyalty.program', readonly=True)
    card_ids = fields.Many2many(string="Coupons", comodel_name='loyalty.card', readonly=True)
    count = fields.Integer(string="Coupons That Can Be Used", compute='_compute_count')
    format = fields.Selection(
        selection=[
            ('vouchers', "Vouchers to cut: 8 on a page of A4 (PDF)"),
            ('labels', "Labels of 70 x 37 mm: 24 on a page of A4 (PDF)"),
            ('csv', "Table for a printer (CSV)"),
            ('xlsx', "Table for a printer (XLSX)"),
            ('svg', "Barcodes to scale (SVG in a ZIP)"),
            ('png', "Barcodes as pictures (PNG in a ZIP)"),
        ],
        required=True, default='vouchers')
    symbology = fields.Selection(
        string="Barcode",
        selection=[
            (barcode.QR, "QR code"),
            (barcode.CODE_128, "Code 128"),
            (barcode.GS1_QR, "GS1 QR code, with the GS1 coupon number"),
            (barcode.GS1_128, "GS1-128, with the GS1 coupon number"),
        ],
        required=True, default=barcode.QR)
    file = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('campaign_id', 'program_id', 'card_ids')
    def _compute_count(self):
        for wizard in self:
            wizard.count = self.env['loyalty.card'].search_count(wizard._card_domain())

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Take what the user has selected where the wizard was opened."""
        values = super().default_get(fields)
        model, ids = self.env.context.get('active_model'), self.env.context.get('active_ids') or []
        if model == 'loyalty.card':
            values['card_ids'] = [(6, 0, ids)]
        elif model in ('loyalty.program', 'mobile.campaign') and ids:
            values['program_id' if model == 'loyalty.program' else 'campaign_id'] = ids[0]
        return values

    # === ACTION METHODS === #

    def action_write(self):
        """Write the file, and show where it can be had. Each coupon's history says who did it."""
        self.ensure_one()
        cards = self.env['loyalty.card'].search(self._card_domain(), order='id', limit=MOST[self.format] + 1)
        if not cards:
            raise UserError(self.env._("None of these coupons can be used."))
        if len(cards) > MOST[self.format]:
            raise UserError(self.env._(
                "One file of this kind holds %s coupons. Select fewer, or take a table.", f'{MOST[self.format]:,}'))
        try:
            content, ending = self._content(cards)
        except ImportError as error:
            raise UserError(self.env._("The Python library %s is missing on the server.", error.name)) from error
        except coupon_sheet.TooNarrow:
            raise UserError(self.env._(
                "This barcode is too wide for this paper. Take vouchers, or a QR code.")) from None
        except ValueError:
            raise UserError(self.env._(
                "Some of these codes do not fit into this kind of barcode. Take a QR code.")) from None
        self.env['mobile.coupon.step'].sudo()._log(
            cards, 'exported' if self.format in ('csv', 'xlsx') else 'printed', self._label(self.format, 'format'))
        self.write({
            'file': base64.b64encode(content),
            'filename': f'{self.env._("coupons")}-{fields.Date.context_today(self)}.{ending}'})
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'target': 'new', 'name': self.env._("Print Coupons")}

    # === BUSINESS METHODS === #

    def _card_domain(self):
        """Return which coupons are printed: those of ours that somebody can still use."""
        self.ensure_one()
        domain = Domain([('mobile_uuid', '!=', False), ('mobile_status', 'in', ['available', 'upcoming'])])
        if self.card_ids:
            return domain & Domain('id', 'in', self.card_ids.ids)
        if self.campaign_id:
            return domain & Domain('mobile_campaign_id', '=', self.campaign_id.id)
        return domain & Domain('program_id', '=', self.program_id.id)

    def _label(self, value, field):
        return dict(self._fields[field]._description_selection(self.env))[value]

    def _content(self, cards):
        """Return the file, and the end of its name.

        :rtype: tuple[bytes, str]
        """
        if self.format in ('csv', 'xlsx'):
            write = coupon_file.write_csv if self.format == 'csv' else coupon_file.write_xlsx
            return write(*self._sheet(cards)), self.format
        if self.format in ('png', 'svg'):
            out = io.BytesIO()
            with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
                for card in cards:
                    symbol = self._symbol(card)
                    picture = barcode.png(symbol) if self.format == 'png' else barcode.svg(symbol)
                    archive.writestr(f'{card.code.replace("/", "_")}.{self.format}', picture)
            return out.getvalue(), 'zip'
        fonts = {name: file_path(path) for name, path in coupon_sheet.FONTS.items()}
        return coupon_sheet.pdf(
            [self._voucher(card) for card in cards], coupon_sheet.LAYOUTS[self.format], cards[:1].program_id.name,
            fonts), 'pdf'

    def _sheet(self, cards):
        """Return the headings and the rows for a printer, all texts."""
        headings = [self.env._("Code"), self.env._("Code Without Groups"), self.env._("Barcode Content"),
                    self.env._("Offer"), self.env._("Valid From"), self.env._("Valid Until"), self.env._("Stores")]
        return headings, [[
            card.code, coupon_code.bare(card.code), self._payload(card), self._title(card),
            self._day(card.mobile_valid_from), self._day(card._mobile_expiry()),
            ', '.join(card.mobile_store_ids.mapped('name'))] for card in cards]

    def _payload(self, card):
        """Return what the barcode of a coupon says."""
        if self.symbology in barcode.GS1_KINDS:
            return gs1.elements(
                card.program_id._mobile_coupon_number(card.mobile_campaign_id.company_id or self.env.company),
                coupon_code.bare(card.code))
        return coupon_code.bare(card.code) if self.symbology == barcode.CODE_128 else card.code

    def _symbol(self, card):
        return barcode.encode(self.symbology, self._payload(card))

    def _title(self, card):
        return card.mobile_campaign_id.message_title or card.program_id.name

    def _voucher(self, card):
        """Return what is printed of a coupon."""
        symbol, stores = self._symbol(card), ', '.join(card.mobile_store_ids.mapped('name'))
        lines = []
        if card.mobile_valid_from and card.mobile_status == 'upcoming':
            lines.append(self.env._("Valid from %s", self._day(card.mobile_valid_from)))
        if expiry := card._mobile_expiry():
            lines.append(self.env._("Valid until %s", self._day(expiry)))
        if stores:
            lines.append(self.env._("Only at %s", stores))
        return coupon_sheet.Voucher(
            symbol=symbol,
            code=gs1.readable(symbol.text) if symbol.is_gs1 else card.code,
            title=self._title(card),
            text=card.program_id.reward_ids[:1].description or '',
            terms=card.mobile_campaign_id.terms or '',
            validity='. '.join(lines),
        )

    def _day(self, moment):
        """Return the day of an instant as the user writes it, by the user's clock; empty when there is none."""
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date()) if moment else ''
