"""How long a text message is: in which alphabet it travels, and in how many parts (3GPP TS 23.038, TS 23.040)."""
from typing import Literal, NamedTuple

#: The GSM 7-bit default alphabet (23.038, 6.2.1); what stands for the escape is none of its letters.
GSM_BASIC = frozenset(
    '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?'
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
#: Its extension (6.2.1.1): an escape and a letter, so each takes the room of two.
GSM_EXTENSION = frozenset('\f^{}\\[~]|€')

# Room in a message of one part, and in each part of a longer one, whose header takes some: septets of GSM, code units
# of UCS-2.
ROOM = {'gsm7': (160, 153), 'ucs2': (70, 67)}

# What writing programs put in place of plain symbols, and a single one of which would double the price.
_PLAIN = str.maketrans({
    **dict.fromkeys('\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{SINGLE LOW-9 QUOTATION MARK}'
                    '\N{ACUTE ACCENT}\N{GRAVE ACCENT}', "'"),
    **dict.fromkeys('“”„«»', '"'),
    **dict.fromkeys('\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}•', '-'),
    '…': '...', '\N{MULTIPLICATION SIGN}': 'x',
})
_SPACES = str.maketrans({
    '\N{NO-BREAK SPACE}': ' ', '\N{NARROW NO-BREAK SPACE}': ' ', '\N{THIN SPACE}': ' ', '\t': ' ',
    '\N{ZERO WIDTH SPACE}': None, '\N{SOFT HYPHEN}': None,
})


class Size(NamedTuple):
    """How long a text is.

    :ivar str encoding: ``gsm7``, or ``ucs2`` when a symbol is not in GSM's alphabet.
    :ivar int units: room that it takes: septets or code units.
    :ivar int parts: how many messages it is sent, and paid, as.
    :ivar int room: units that fit into so many parts.
    """

    encoding: Literal['gsm7', 'ucs2']
    units: int
    parts: int
    room: int


def is_gsm(text):
    """Tell whether a text travels in GSM's alphabet."""
    return all(symbol in GSM_BASIC or symbol in GSM_EXTENSION for symbol in text)


def measure(text):
    """Return how long a text is. An empty one has no part.

    :rtype: Size
    """
    encoding = 'gsm7' if is_gsm(text) else 'ucs2'
    widths = [_width(symbol, encoding) for symbol in text]
    units, (alone, each) = sum(widths), ROOM[encoding]
    if units <= alone:
        return Size(encoding, units, min(units, 1), alone)
    # No letter is torn apart, neither an escaped one nor one of two code units: it begins the next part.
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return Size(encoding, units, parts, parts * each)


def tidy(text):
    """Return a text with plain symbols in place of typographic ones, where that lets it travel in GSM's alphabet, and
    in no more parts.

    Spaces that do not break are ordinary ones in any case: no telephone knows them.
    """
    text = text.translate(_SPACES)
    plain = text.translate(_PLAIN)
    return plain if is_gsm(plain) and measure(plain).parts <= measure(text).parts else text


def _width(symbol, encoding):
    if encoding == 'gsm7':
        return 2 if symbol in GSM_EXTENSION else 1
    return 2 if ord(symbol) > 0xFFFF else 1
