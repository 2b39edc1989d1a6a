"""Receipts as PDF, on A4 paper, in any of Odoo's languages.

Odoo's own reports need wkhtmltopdf, a browser that is not everywhere installed and takes seconds; reportlab comes with
Odoo, and takes some hundredths.
"""
import functools
import io
from typing import NamedTuple
from xml.sax.saxutils import escape

from . import right_to_left

# The first that has all letters of a text is used. Open Sans knows Latin, Greek and Cyrillic letters, Tajawal Arabic
# ones; both come with Odoo.
FONTS = {
    'ReceiptSans': ('web/static/fonts/google/Open_Sans/Open_Sans-Regular.ttf',
                    'web/static/fonts/google/Open_Sans/Open_Sans-Bold.ttf'),
    'ReceiptArabic': ('web/static/fonts/google/Tajawal/Tajawal-Regular.ttf',
                      'web/static/fonts/google/Tajawal/Tajawal-Bold.ttf'),
}
# Where the system has it, as Debian does beside Odoo, for other letters, such as Hebrew ones. reportlab looks for it.
WIDE = {'ReceiptWide': ('DejaVuSans.ttf', 'DejaVuSans-Bold.ttf')}
# Of Adobe's, which every reader of PDF has or finds: by what their writing is known.
ASIAN = (('HeiseiKakuGo-W5', '\u3040', '\u30ff'), ('HYGothic-Medium', '\uac00', '\ud7a3'),
         ('STSong-Light', '\u2e80', '\uffef'))
MM = 72 / 25.4
SIZE = 9
# Characters: the row of a table has to fit on a page, whatever a product is called.
LONGEST = 400


class Receipt(NamedTuple):
    """What is written on a receipt; all texts are in the customer's language.

    :ivar str title: "Receipt S00012"
    :ivar list[str] seller: name, address, numbers of the company
    :ivar list[tuple[str, str]] facts: (label, text), such as when and where
    :ivar list[str] headings: of the four columns
    :ivar list[tuple[str, str, str, str]] lines: what, how many, price of one, total
    :ivar list[tuple[str, str, bool]] totals: (label, amount, whether it is the one that counts)
    :ivar list[str] notes: small print
    :ivar bool is_rtl: whether it is written from right to left
    """

    title: str
    seller: list
    facts: list
    headings: list
    lines: list
    totals: list
    notes: list
    is_rtl: bool = False


def pdf(receipt, fonts):
    """Return a receipt as a document; the same receipt is the same bytes.

    :param Receipt receipt:
    :param dict fonts: where the files of ``FONTS`` are, by name; reportlab's own font stands in for missing ones.
    :rtype: bytes
    """
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415, needed here alone
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415, needed here alone
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * MM, rightMargin=18 * MM, topMargin=16 * MM, bottomMargin=18 * MM,
        title=receipt.title, author=receipt.seller[0] if receipt.seller else '', invariant=1)
    write = functools.partial(_paragraph, fonts, receipt.is_rtl)
    # A frame keeps 6 points on each side free.
    width = document.width - 12
    story = [*_head(receipt, write), _lines(receipt, write, width), *_foot(receipt, write, width)]
    document.build(story, onFirstPage=_number_page, onLaterPages=_number_page)
    return out.getvalue()


def _head(receipt, write):
    from reportlab.platypus import Spacer  # noqa: PLC0415, needed here alone
    yield write(receipt.seller[0], size=SIZE * 1.4, bold=True)
    for text in receipt.seller[1:]:
        yield write(text)
    yield Spacer(1, 8 * MM)
    yield write(receipt.title, size=SIZE * 1.9, bold=True)
    yield Spacer(1, 2 * MM)
    for label, text in receipt.facts:
        yield write(f'{label}: {text}')
    yield Spacer(1, 5 * MM)


def _lines(receipt, write, width):
    from reportlab.platypus import Table  # noqa: PLC0415, needed here alone
    shares = (.46, .16, .18, .2)
    rows = [[write(text, bold=True, at_end=bool(number)) for number, text in enumerate(receipt.headings)]]
    rows += [[write(text, at_end=bool(number)) for number, text in enumerate(line)] for line in receipt.lines]
    if receipt.is_rtl:
        rows, shares = [row[::-1] for row in rows], shares[::-1]
    return Table(rows, colWidths=[share * width for share in shares], repeatRows=1, style=[
        ('VALIGN', (0, 0), (-1, -1), 'TOP'), ('LINEBELOW', (0, 0), (-1, 0), .8, 'black'),
        ('LINEBELOW', (0, 1), (-1, -1), .25, '#bbbbbb'), ('LEFTPADDING', (0, 0), (-1, -1), 2),
        ('RIGHTPADDING', (0, 0), (-1, -1), 2)])


def _foot(receipt, write, width):
    from reportlab.platypus import Spacer, Table  # noqa: PLC0415, needed here alone
    rows = [[write(label, bold=counts, at_end=True), write(amount, bold=counts, at_end=True)]
            for label, amount, counts in receipt.totals]
    shares = (.75, .25)
    if receipt.is_rtl:
        rows, shares = [row[::-1] for row in rows], shares[::-1]
    yield Spacer(1, 3 * MM)
    yield Table(rows, colWidths=[share * width for share in shares], style=[
        ('VALIGN', (0, 0), (-1, -1), 'TOP'), ('LEFTPADDING', (0, 0), (-1, -1), 2),
        ('RIGHTPADDING', (0, 0), (-1, -1), 2), ('TOPPADDING', (0, 0), (-1, -1), 1),
        ('BOTTOMPADDING', (0, 0), (-1, -1), 1)])
    yield Spacer(1, 6 * MM)
    for text in receipt.notes:
        yield write(text, size=SIZE * .85)


def _paragraph(fonts, is_rtl, text, size=SIZE, bold=False, at_end=False):
    """Return a text that fills its place, from the side where reading begins or, `at_end`, to the other one."""
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415, needed here alone
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415, needed here alone
    from reportlab.platypus import Paragraph  # noqa: PLC0415, needed here alone
    text = text if len(text) <= LONGEST else f'{text[:LONGEST]}…'
    is_turned = right_to_left.is_available() and right_to_left.has_rtl(text)
    shown = right_to_left.shaped(text) if is_turned else text
    font = font_of(fonts, shown, bold)
    is_asian = font in {name for name, _first, _last in ASIAN}
    style = ParagraphStyle(
        'text', fontName=font, fontSize=size, leading=size * 1.35, alignment=2 if is_rtl != at_end else 0,
        wordWrap='CJK' if is_asian else None, splitLongWords=1)
    if is_turned:
        # It is broken into lines as it is read, and each line is then put into the order in which it is seen.
        width = 80 * MM if at_end or not is_rtl else 170 * MM
        lines = simpleSplit(shown, font, size, width)
        return Paragraph('<br/>'.join(escape(right_to_left.displayed(line, is_rtl)) for line in lines), style)
    return Paragraph(escape(text), style)


def _number_page(canvas, document):
    canvas.setFont('Helvetica', 7)
    canvas.drawCentredString(document.pagesize[0] / 2, 9 * MM, str(document.page))


def font_of(fonts, text, bold):
    """Return the name of a font that has the letters of a text."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415, needed here alone
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415, needed here alone
    for name, first, last in ASIAN:
        if any(first <= letter <= last for letter in text) and not right_to_left.has_rtl(text):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(UnicodeCIDFont(name))
            return name
    for name, paths in (fonts | WIDE).items():
        face = _face(name + ('-Bold' if bold else ''), paths[bold])
        if face and all(ord(letter) in face[1] for letter in text if not letter.isspace()):
            return face[0]
    # What it lacks is shown as boxes.
    face = _face('ReceiptSans' + ('-Bold' if bold else ''), (fonts.get('ReceiptSans') or ('', ''))[bold])
    return face[0] if face else 'Helvetica-Bold' if bold else 'Helvetica'


@functools.lru_cache(maxsize=16)
def _face(name, path):
    """Return the name of a font that is registered, and the letters that it has; None when there is no such file."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415, needed here alone
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # noqa: PLC0415, needed here alone
    try:
        font = TTFont(name, path)
    except (OSError, TTFError):
        return None
    pdfmetrics.registerFont(font)
    return name, frozenset(font.face.charToGlyph)
