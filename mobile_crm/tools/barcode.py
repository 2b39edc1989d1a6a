"""Barcodes of coupons: QR, Code 128 and their GS1 forms, as rows of modules that SVG, PNG and PDF draw alike.

``qrcode`` and ``reportlab``, which Odoo ships, encode; what they lack for GS1 is added here: in a QR code the mode
indicator FNC1 in the first position (ISO/IEC 18004, 7.4.8.2), in Code 128 the function character FNC1 as first symbol
and as separator (ISO/IEC 15417, annex B; GS1 General Specifications, 5.4).
"""
import io
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from . import gs1

QR, CODE_128, GS1_128, GS1_QR = 'qr', 'code128', 'gs1_128', 'gs1_qr'
GS1_KINDS = (GS1_128, GS1_QR)
# GS1 General Specifications, 5.4.1: what one GS1-128 symbol holds, separators among it.
GS1_128_LONGEST = 48
_FNC1_FIRST, _BYTES = 0b0101, 0b0100
_FNC1 = '\xf1'


class Symbol(NamedTuple):
    """A barcode.

    :ivar rows: of modules, each a bool (dark or not), without the quiet zone; one row if it is linear
    :ivar quiet: the width of the quiet zone that has to surround it, in modules
    :ivar text: what scanners read
    :ivar is_gs1: whether it says of itself that it holds GS1's element strings
    """

    rows: list
    quiet: int
    text: str
    is_gs1: bool = False

    @property
    def is_linear(self):
        return len(self.rows) == 1

    @property
    def width(self):
        """How many modules it is wide, with the quiet zone."""
        return len(self.rows[0]) + 2 * self.quiet

    @property
    def height(self):
        """How many modules it is high, with the quiet zone; a linear one may have any height."""
        return len(self.rows) + 2 * self.quiet if not self.is_linear else None

    def bars(self):
        """Yield the dark parts as (column, row, columns), the quiet zone not counted."""
        for number, row in enumerate(self.rows):
            start = None
            for column, dark in enumerate([*row, False]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    yield start, number, column - start
                    start = None


def encode(kind, text):
    """Return the barcode of a text.

    :param str kind: ``qr``, ``code128``, ``gs1_128`` or ``gs1_qr``; for the last two, `text` is an element string as
        ``gs1.elements`` gives it.
    :rtype: Symbol
    :raise ValueError: when the text does not fit.
    """
    if kind == CODE_128:
        return _code_128(text, text)
    if kind == GS1_128:
        if len(text) > GS1_128_LONGEST:
            raise ValueError(f"GS1-128 holds {GS1_128_LONGEST} characters")
        return _code_128(_FNC1 + text.replace(gs1.SEPARATOR, _FNC1), text)
    return _gs1_qr(text) if kind == GS1_QR else _qr(text)


def svg(symbol, bar_height=40):
    """Return a picture that is one unit wide for each module.

    :param int bar_height: of a linear barcode.
    :rtype: str
    """
    height = symbol.height or bar_height + 2
    top, bar = (symbol.quiet, 1) if symbol.height else (1, bar_height)
    path = ''.join(
        f'M{symbol.quiet + column} {top + row}h{columns}v{bar}h-{columns}z' for column, row, columns in symbol.bars())
    # The label is what is below the bars on paper; a picture's reader gets it too.
    label = quoteattr(symbol.text.replace(gs1.SEPARATOR, ' '))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {symbol.width} {height}" role="img" '
        f'aria-label={label} shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>'
        f'<path d="{path}"/></svg>')


def png(symbol, scale=8, bar_height=40):
    """Return a picture of `scale` pixels for each module.

    :rtype: bytes
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415, needed here alone
    height = symbol.height or bar_height + 2
    top, bar = (symbol.quiet, 1) if symbol.height else (1, bar_height)
    image = Image.new('1', (symbol.width * scale, height * scale), 1)
    draw = ImageDraw.Draw(image)
    for column, row, columns in symbol.bars():
        left, upper = (symbol.quiet + column) * scale, (top + row) * scale
        draw.rectangle((left, upper, left + columns * scale - 1, upper + bar * scale - 1), fill=0)
    out = io.BytesIO()
    image.save(out, 'PNG', optimize=True)
    return out.getvalue()


def draw(canvas, symbol, left, bottom, width, height):
    """Draw a barcode on a page of reportlab, as large as fits into a box, in its middle; units are points."""
    module = min(width / symbol.width, height / symbol.height if symbol.height else width)
    bar = module if symbol.height else height
    used = module * symbol.height if symbol.height else height
    left += (width - module * symbol.width) / 2 + symbol.quiet * module
    top = bottom + (height + used) / 2 - (symbol.quiet * module if symbol.height else 0)
    path = canvas.beginPath()
    for column, row, columns in symbol.bars():
        path.rect(left + column * module, top - row * module - bar, columns * module, bar)
    canvas.drawPath(path, stroke=0, fill=1)


def _code_128(value, text):
    from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415, needed here alone
    if not text or any(ord(character) > 126 for character in text):
        raise ValueError("Code 128 holds ASCII characters")
    code = Code128(value, quiet=0)
    code.validate()
    code.encode()
    # Bars are capital letters and spaces small ones, A the width of one module.
    row = [part.isupper() for part in code.decompose() for _module in range(ord(part.lower()) - ord('a') + 1)]
    return Symbol([row], 10, text, value.startswith(_FNC1))


def _qr(text):
    import qrcode  # noqa: PLC0415, needed here alone
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make()
    return Symbol([list(map(bool, row)) for row in code.modules], 4, text)


def _gs1_qr(text):
    """Return a QR code that says of itself that it holds GS1's element strings."""
    import qrcode  # noqa: PLC0415, needed here alone
    from qrcode import base, util  # noqa: PLC0415, needed here alone
    level = qrcode.constants.ERROR_CORRECT_M
    data = text.encode('ascii')
    # Two indicators of 4 bits, the length of 8 (below version 10), the bytes.
    bits = 16 + 8 * len(data)
    version = next((version for version in range(1, 10) if bits <= _capacity(version, level)), None)
    if not version:
        raise ValueError("this is too long for one barcode")
    buffer = util.BitBuffer()
    for value, length in ((_FNC1_FIRST, 4), (_BYTES, 4), (len(data), 8), *((byte, 8) for byte in data)):
        buffer.put(value, length)
    capacity = _capacity(version, level)
    buffer.put(0, min(4, capacity - len(buffer)))
    buffer.put(0, -len(buffer) % 8)
    for number in range((capacity - len(buffer)) // 8):
        buffer.put((util.PAD0, util.PAD1)[number % 2], 8)
    code = qrcode.QRCode(version=version, error_correction=level, border=0)
    code.data_cache = util.create_bytes(buffer, base.rs_blocks(version, level))
    code.make(fit=False)
    return Symbol([list(map(bool, row)) for row in code.modules], 4, text, is_gs1=True)


def _capacity(version, level):
    """Return how many bits of data a QR code holds."""
    from qrcode import base  # noqa: PLC0415, needed here alone
    return sum(8 * block.data_count for block in base.rs_blocks(version, level))
