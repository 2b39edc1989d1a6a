"""What hangs in a shop window: a poster with the code that opens the shop's web app, as PDF."""
import io
from typing import NamedTuple

from . import barcode, colour, right_to_left
from .receipt_sheet import MM, font_of

#: A poster is drawn for A4 and made smaller: each size of paper is one half of the one before.
WIDTH, HEIGHT = 210 * MM, 297 * MM
SCALES = {'a4': 1, 'a5': 2 ** -.5, 'a6': .5}
BAND = 82 * MM
MARGIN = 16 * MM
QR = 122 * MM


class Poster(NamedTuple):
    """What is on a poster.

    :ivar str name: of the shop
    :ivar str sentence: what the code is good for
    :ivar list[str] steps: how it is done
    :ivar str link: what the code says, which is printed too, for who cannot scan it
    :ivar str brand: colour such as ``#1f6feb``
    :ivar bytes icon: PNG
    :ivar bool is_rtl: whether its language is written from right to left
    """

    name: str
    sentence: str
    steps: list
    link: str
    brand: str
    icon: bytes
    is_rtl: bool = False


def pdf(poster, size, fonts):
    """Return a poster as a document; the same poster is the same bytes.

    :param Poster poster:
    :param str size: of ``SCALES``
    :param dict fonts: see ``receipt_sheet.pdf``
    :rtype: bytes
    """
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415, needed here alone
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415, needed here alone
    out, scale = io.BytesIO(), SCALES[size]
    canvas = Canvas(out, pagesize=(WIDTH * scale, HEIGHT * scale), invariant=1)
    canvas.setTitle(poster.name)
    canvas.scale(scale, scale)
    # The shop's name, on its colour.
    canvas.setFillColor(poster.brand)
    canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    side = 34 * MM
    canvas.drawImage(ImageReader(io.BytesIO(poster.icon)), (WIDTH - side) / 2, HEIGHT - 12 * MM - side, side, side,
                     mask='auto')
    canvas.setFillColor(colour.readable_on(poster.brand))
    _write(canvas, fonts, poster, poster.name, HEIGHT - 64 * MM, 38, bold=True)
    # What it is good for.
    canvas.setFillColor('#16191f')
    # There is room for two lines, whether it needs them or not.
    _write(canvas, fonts, poster, poster.sentence, HEIGHT - BAND - 19 * MM, 29, bold=True, lines=2)
    bottom = HEIGHT - BAND - 34 * MM
    barcode.draw(canvas, barcode.encode(barcode.QR, poster.link), (WIDTH - QR) / 2, bottom - QR, QR, QR)
    top = bottom - QR - 5 * MM
    canvas.setFillColor('#16191f')
    for number, step in enumerate(poster.steps, 1):
        _write(canvas, fonts, poster, f'{number}. {step}', top, 17)
        top -= 9 * MM
    canvas.setFillColor('#545b68')
    _write(canvas, fonts, poster, poster.link, 9 * MM, 11)
    canvas.save()
    return out.getvalue()


def _write(canvas, fonts, poster, text, top, size, bold=False, lines=1):
    """Write a text in the middle, in letters as large as fit into so many lines.

    :param float top: the base of its first line
    """
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415, needed here alone
    is_turned = right_to_left.is_available() and right_to_left.has_rtl(text)
    shown = right_to_left.shaped(text) if is_turned else text
    font = font_of(fonts, shown, bold)
    room = WIDTH - 2 * MARGIN
    broken = simpleSplit(shown, font, size, room)
    while size > 6 and (len(broken) > lines or any(canvas.stringWidth(line, font, size) > room for line in broken)):
        size -= .5
        broken = simpleSplit(shown, font, size, room)
    canvas.setFont(font, size)
    for line in broken[:lines]:
        canvas.drawCentredString(
            WIDTH / 2, top, right_to_left.displayed(line, poster.is_rtl) if is_turned else line)
        top -= size * 1.25
