"""Coupons on paper: A4 pages of labels or vouchers, as PDF."""
import io
from typing import NamedTuple

from . import barcode

# Open Sans knows Latin, Greek and Cyrillic letters; reportlab's own fonts know western Europe's alone.
FONTS = {
    'MobileSheet': 'web/static/fonts/google/Open_Sans/Open_Sans-Regular.ttf',
    'MobileSheet-Bold': 'web/static/fonts/google/Open_Sans/Open_Sans-Bold.ttf',
}
MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM


# Narrower modules are read badly: 7.5 thousandths of an inch, and for GS1 its General Specifications, 5.12.3.1.
NARROWEST = {'linear': .19, 'gs1': .264}


class TooNarrow(ValueError):
    """The barcode does not fit onto this paper."""


class Layout(NamedTuple):
    """How a page is divided; millimetres.

    :ivar int columns, rows: of coupons on a page
    :ivar float width, height: of one
    :ivar float size: of its smallest letters, in points
    :ivar bool cut: whether lines show where to cut: labels are cut already
    """

    columns: int
    rows: int
    width: float
    height: float
    size: float
    cut: bool


LAYOUTS = {
    # 70 x 37 mm, the most usual sheet of labels; and the size of a post card.
    'labels': Layout(3, 8, 70, 37, 5.5, False),
    'vouchers': Layout(2, 4, 105, 74.25, 8.5, True),
}


class Voucher(NamedTuple):
    """What is printed of one coupon.

    :ivar Symbol symbol: its barcode
    :ivar str code: for people who type it
    :ivar str title, text, terms, validity: lines for people, empty where there is nothing to say
    """

    symbol: barcode.Symbol
    code: str
    title: str
    text: str
    terms: str
    validity: str


def pdf(vouchers, layout, title, fonts=None):
    """Return a document with these vouchers.

    :param list[Voucher] vouchers: in the order in which they are printed.
    :param Layout layout: of each page.
    :param str title: of the document.
    :param dict fonts: where the files of ``FONTS`` are; where one is missing, reportlab's own font is used.
    :rtype: bytes
    :raise TooNarrow: when the bars would be too narrow to be read.
    """
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415, needed here alone
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    canvas.setTitle(title)
    regular, bold = _register(fonts or {})
    left = (PAGE_WIDTH - layout.columns * layout.width * MM) / 2
    top = PAGE_HEIGHT - (PAGE_HEIGHT - layout.rows * layout.height * MM) / 2
    for number, voucher in enumerate(vouchers):
        place = number % (layout.columns * layout.rows)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, layout.columns)
        _draw(canvas, voucher, layout, (left + column * layout.width * MM, top - (row + 1) * layout.height * MM),
              (regular, bold))
    canvas.save()
    return out.getvalue()


def _register(fonts):
    """Return the names of the fonts for texts and for titles."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415, needed here alone
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # noqa: PLC0415, needed here alone
    names = []
    for name, fallback in (('MobileSheet', 'Helvetica'), ('MobileSheet-Bold', 'Helvetica-Bold')):
        try:
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, fonts[name]))
            names.append(name)
        except (KeyError, OSError, TTFError):
            names.append(fallback)
    return names


def _draw(canvas, voucher, layout, corner, fonts):
    """Draw one voucher whose lower left corner is there."""
    width, height, margin = layout.width * MM, layout.height * MM, 4 * MM
    left, bottom = corner
    regular, bold = fonts
    if layout.cut:
        canvas.saveState()
        canvas.setLineWidth(.25)
        canvas.setDash(2, 2)
        canvas.setStrokeGray(.6)
        canvas.rect(left, bottom, width, height)
        canvas.restoreState()
    inner, size = width - 2 * margin, layout.size
    if voucher.symbol.is_linear:
        # Bars need the whole width, and bring their own quiet zone along; the texts stand above them.
        room, wide = height * .32, width - margin
        if wide / voucher.symbol.width < NARROWEST['gs1' if voucher.symbol.is_gs1 else 'linear'] * MM:
            raise TooNarrow
        barcode.draw(canvas, voucher.symbol, left + margin / 2, bottom + margin + size * 1.6, wide, room)
        texts = (left + margin, bottom + margin + size * 1.6 + room + size, inner)
    else:
        side = min(height - 2 * margin - size * 1.6, inner * .42)
        barcode.draw(canvas, voucher.symbol, left + width - margin - side,
                     bottom + margin + size * 1.6 + (height - 2 * margin - size * 1.6 - side) / 2, side, side)
        texts = (left + margin, bottom + margin + size * 1.6, inner - side - margin / 2)
    canvas.setFont(regular, size * 1.1)
    canvas.drawCentredString(left + width / 2, bottom + margin, voucher.code)
    _write(canvas, voucher, (*texts, bottom + height - margin), (regular, bold), size)


def _write(canvas, voucher, box, fonts, size):
    """Write the texts from the top of a box (left, bottom, width, top) until it is full."""
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415, needed here alone
    left, bottom, width, top = box
    regular, bold = fonts
    # What it is and until when come before the small print, which gives way.
    title = simpleSplit(voucher.title, bold, size * 1.7, width)[:2]
    text = simpleSplit(voucher.text, regular, size * 1.15, width)[:3]
    parts = [(bold, size * 1.7, title), (regular, size * 1.15, text)]
    if voucher.validity:
        parts.append((bold, size, simpleSplit(voucher.validity, bold, size, width)))
    parts.append((regular, size * .85, simpleSplit(voucher.terms, regular, size * .85, width)))
    for font, points, lines in parts:
        canvas.setFont(font, points)
        for line in lines:
            top -= points * 1.2
            if top < bottom:
                return
            canvas.drawString(left, top, line)
        top -= points * .3 if lines else 0
