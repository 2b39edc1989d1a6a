"""What a scanned or typed text says of a product: under which spellings it may be on file, and what else is in it.

One article has many spellings. GS1 pads them all to 14 digits (General Specifications, 3.3.2), so an American code of
12 digits is the European one of 13 with a zero before it; UPC-E leaves zeros out of such a code (7.10), and books and
magazines have numbers of their own that are written as codes of 13 digits (ISO 2108 and 3297). What scales and makers
print has more in it than the article: weight, price, lot and dates, as an element string (7.8, with the application
identifiers that python-stdnum keeps a list of) or as a web address (GS1 Digital Link 1.4, uncompressed).
"""
import calendar
import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from stdnum import ean, isbn, issn, numdb

# Longer is nothing that anybody scans.
LONGEST = 500
SEPARATOR = '\x1d'
# What stands for the separator where a program or a person could not write it.
_SEPARATORS = re.compile(r'␝|[<{\[](?:GS|FNC1)[>}\]]|#|\^\]|~1', re.IGNORECASE)
# What scanners put before what they read, to say which kind of barcode it was (ISO/IEC 15424).
_SYMBOLOGY = re.compile(r'\][A-Za-z][0-9A-Za-z]')
_GS1_SYMBOLOGIES = (']C1', ']e0', ']e1', ']e2', ']d2', ']Q3', ']J1')
EAN_8 = ']E4'
# Spaces, hyphens and dots that people write between digits.
_GAPS = re.compile(r'[\s\u00ad\u2010-\u2015\u2212.-]+')
_BRACKETS = re.compile(r'\((\d{2,4})\)')
_LINK = re.compile(
    r'(?:https?:/{1,2})?[^/\s?#]+\.[^/\s?#]+(?:/[^?#]*)?/(?:01|gtin)/(?P<gtin>\d{8,14})(?P<rest>(?:/[^?#]*)?)'
    r'(?:\?(?P<query>[^#]*))?(?:#.*)?', re.IGNORECASE)
# The words that a digital link may have in place of numbers (Digital Link 1.1; others come from older apps).
_LINK_WORDS = {'gtin': '01', 'cpv': '22', 'lot': '10', 'ser': '21', 'exp': '17'}
# The same number as RFID tags and their readers say it (EPC Tag Data Standard 2.1, 6.3.1).
_TAG = re.compile(r'urn:epc:(?:id|idpat|class|tag):[sl]gtin(?:-\d+:\d\.|:)(\d{6,12})\.(\d)(\d{0,6})\.([^.]+)')
# Read by its path: Odoo's hook on imports hides the library's files from ``numdb.get``.
with Path(numdb.__file__).with_name('gs1_ai.dat').open(encoding='utf-8') as _file:
    _IDENTIFIERS = numdb.read(_file)
_PARTS = re.compile(r'[NXYZ](?:\d*\.\.)?(\d+)')
# Net measures of an article (3.6.2): the first three digits of the identifier, and the unit's code of UN/ECE Rec. 20.
MEASURES = {
    '310': 'KGM', '311': 'MTR', '314': 'MTK', '315': 'LTR', '316': 'MTQ', '320': 'LBR', '321': 'INH', '322': 'FOT',
    '323': 'YRD', '351': 'FTK', '356': 'APZ', '357': 'ONZ', '360': 'QT', '361': 'GLL', '364': 'INQ', '365': 'FTQ',
}
# How far a spelling is from what was read: the same article, or only what is inside of it or what it belongs to.
SAME, KIN = 0, 1


class Reading(NamedTuple):
    """What a text says.

    :ivar dict spellings: {how the article may be on file: ``SAME`` or ``KIN``}, the likeliest first
    :ivar bool is_sound: False when its check digit is wrong, so that it was misread
    :ivar str plain: the code as a scanner of shelves gives it, for the company's own patterns
    :ivar tuple measure: (Decimal, unit's code of ``MEASURES``), or None
    :ivar int count: pieces, or None
    :ivar Decimal price: of the whole, or None
    :ivar str currency: of the price, ISO 4217's three digits; None when it is the shop's own
    :ivar str lot, serial: or None
    :ivar date expires_on, best_before: or None
    """

    spellings: dict
    is_sound: bool = True
    plain: str = ''
    measure: tuple | None = None
    count: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    best_before: date | None = None


NOTHING = Reading({})


def read(text):
    """Return what a scanned or typed text says of a product.

    :param str text: anything; what is no code of a known kind is a code of the shop's own.
    :rtype: Reading
    """
    text = text.strip(' \t\r\n')
    if not text or len(text) > LONGEST or '\0' in text:
        return NOTHING
    symbology = text[:3] if _SYMBOLOGY.match(text) else ''
    bare = text[len(symbology):]
    reading = _read_link(bare) or _read_tag(bare) or _read_elements(bare, symbology) or _read_plain(bare, symbology)
    # A shop may have given a product any text; what it wrote itself is what it means.
    return reading._replace(spellings={text: SAME, bare: SAME, **reading.spellings})


def expand(short):
    """Return the 12 digits of a UPC-E of 8 digits, or None when it is none.

    :rtype: str | None
    """
    if not re.fullmatch(r'[01][0-9]{7}', short):
        return None
    system, body, check = short[0], short[1:7], short[7]
    last = body[5]
    if last in '012':
        middle = f'{body[:2]}{last}0000{body[2:5]}'
    elif last == '3':
        middle = f'{body[:3]}00000{body[3:5]}'
    elif last == '4':
        middle = f'{body[:4]}00000{body[4]}'
    else:
        middle = f'{body[:5]}0000{last}'
    long = f'{system}{middle}{check}'
    return long if ean.is_valid(long) else None


def shorten(long):
    """Return the UPC-E of 8 digits for a code of 12 digits, or None when it has none.

    :rtype: str | None
    """
    system, maker, item, check = long[0], long[1:6], long[6:11], long[11]
    bodies = (f'{maker[:2]}{item[2:]}{maker[2]}', f'{maker[:3]}{item[3:]}3', f'{maker[:4]}{item[4]}4',
              f'{maker}{item[4]}')
    return next((short for body in bodies if expand(short := f'{system}{body}{check}') == long), None)


# === PLAIN CODES === #

def _read_plain(text, symbology):
    digits = _GAPS.sub('', text)
    if not digits:
        return NOTHING
    if digits.isdecimal() and not digits.isascii():
        # Typed with the digits of another script.
        digits = ''.join(str(unicodedata.decimal(digit)) for digit in digits)
    if not (digits.isascii() and digits.isdigit()):
        return _read_letters(text, digits)
    spellings = _article(digits, symbology) or _print_run(digits)
    if spellings:
        return Reading(spellings, plain=digits)
    # Numbers of other lengths are the shop's own, without a check digit that we would know.
    return Reading({digits: SAME}, is_sound=len(digits) not in (8, 12, 13, 14), plain=digits)


def _read_letters(text, digits):
    """Read a code with letters in it: a book's or a magazine's number, or a code of the shop's own."""
    own = dict.fromkeys((text.upper(), text.lower(), digits, digits.upper()), SAME)
    if isbn.is_valid(digits):
        own = {**_article(isbn.to_isbn13(digits).replace('-', '')), **own}
    elif issn.is_valid(digits):
        own = {**_article(issn.to_ean(digits)), **own}
    return Reading(own, plain=digits)


def _article(digits, symbology=''):
    """Return the spellings of an article's number, or nothing when it is none."""
    spellings = {}
    if ean.is_valid(digits):
        spellings = _padded(digits)
    if len(digits) == 8 and symbology != EAN_8 and (long := expand(digits)):
        spellings |= _padded(long)
    if len(digits) == 10 and isbn.is_valid(digits):
        spellings = _padded(isbn.to_isbn13(digits))
    if len(digits) == 8 and not spellings and issn.is_valid(digits):
        spellings = _padded(issn.to_ean(digits))
    return spellings


def _padded(digits):
    """Return all spellings of a sound GTIN of 8, 12, 13 or 14 digits, its own first."""
    full = digits.zfill(14)
    found = {digits: SAME}
    for length in (13, 12, 14, 8):
        if not full[:14 - length].strip('0'):
            found[full[14 - length:]] = SAME
    if full.startswith('00') and (short := shorten(full[2:])):
        found[short] = SAME
    if full.startswith('0977') and full[11:13] != '00':
        # Of a magazine, the number before the check digit tells the issue or the price.
        issue = f'{full[1:11]}00'
        found |= dict.fromkeys(_padded(issue + ean.calc_check_digit(issue)), KIN)
    if '1' <= full[0] <= '8':
        # A box of articles: the same number but for how they are packed.
        found |= dict.fromkeys(_padded(full[1:13] + ean.calc_check_digit(full[1:13])), KIN)
    return found


def _print_run(digits):
    """Return the spellings of a book or a magazine whose two or five digits more were read with it."""
    is_one = len(digits) in (15, 18) and digits[:3] in ('977', '978', '979') and ean.is_valid(digits[:13])
    return {digits: SAME, **_padded(digits[:13])} if is_one else {}


# === ELEMENT STRINGS === #

def _read_elements(text, symbology):
    """Read an element string, or return None when it is none."""
    is_marked = symbology in _GS1_SYMBOLOGIES or text.startswith(SEPARATOR)
    if _BRACKETS.match(text):
        # The brackets say where a value ends, so that each can stand as if a separator followed.
        parts = [part.strip() for part in _BRACKETS.split(text)[1:]]
        text, is_marked = SEPARATOR.join(map(''.join, zip(parts[::2], parts[1::2], strict=True))), True
    else:
        text = _SEPARATORS.sub(SEPARATOR, text)
    is_number = text.isdigit() and len(text) in (8, 12, 13, 14)
    if not is_marked and (is_number or not re.match(r'[0-9]{16}|[0-9]{2,4}[^\x1d]+\x1d', text)):
        return None
    values = _elements(text)
    gtin = values.get('01') or values.get('02')
    if not gtin:
        # Marked as GS1's and without an article: a shipment, a place, a coupon.
        return None
    if not is_marked and not ean.is_valid(gtin):
        return None
    return _reading(gtin, values)


def _elements(text):
    """Return the values of an element string by application identifier, as far as it can be understood."""
    values = {}
    text = text.lstrip(SEPARATOR)
    while text:
        identifier, known = _IDENTIFIERS.info(text)[0]
        if not known:
            break
        longest = sum(map(int, _PARTS.findall(known['format'])))
        value, _separator, _rest = text[len(identifier):][:longest].partition(SEPARATOR)
        if known['format'].startswith('N') and not (value.isascii() and value.isdigit()):
            break
        if not value or (not known.get('fnc1') and len(value) < longest):
            break
        values.setdefault(identifier, value)
        text = text[len(identifier) + len(value):].lstrip(SEPARATOR)
    return values


def _read_link(text):
    """Read a GS1 Digital Link, or return None when it is none."""
    match = _LINK.fullmatch(text)
    if not match:
        return None
    steps = match['rest'].strip('/').split('/')
    pairs = [*zip(steps[::2], steps[1::2], strict=False), *parse_qsl(match['query'] or '')]
    values = {}
    for name, value in pairs:
        values.setdefault(_LINK_WORDS.get(name.lower(), name), unquote(value))
    return _reading(match['gtin'], values)


def _read_tag(text):
    """Read what an RFID tag says, or return None when it is none of an article."""
    match = _TAG.fullmatch(text)
    if not match or len(match[1]) + len(match[3]) != 12:
        return None
    digits = f'{match[2]}{match[1]}{match[3]}'
    return _reading(digits + ean.calc_check_digit(digits), {'21' if ':sgtin' in text else '10': match[4]})


def _reading(gtin, values):
    """Return what the values of an article say, by application identifier.

    :param str gtin: 8 to 14 digits.
    """
    if len(gtin) not in (8, 12, 13, 14) or not ean.is_valid(gtin):
        return Reading({}, is_sound=False, plain=gtin)
    measure = price = currency = None
    for identifier, value in values.items():
        if not re.fullmatch(r'[0-9]{1,18}', value) or len(identifier) != 4 or not identifier.isdigit():
            continue
        family, places = identifier[:3], int(identifier[3])
        if family in MEASURES and len(value) == 6 and places <= 6:
            measure = measure or (Decimal(value).scaleb(-places), MEASURES[family])
        elif family == '392':
            price = Decimal(value).scaleb(-places)
        elif family == '393' and len(value) > 3:
            price, currency = Decimal(value[3:]).scaleb(-places), value[:3]
    count = next((int(values[name]) for name in ('30', '37') if re.fullmatch('[0-9]{1,8}', values.get(name, ''))), None)
    spellings = _padded(gtin.zfill(14))
    short = gtin.zfill(14).lstrip('0')
    # As a scanner would read the article's own barcode.
    plain = next(gtin.zfill(14)[-length:] for length in (8, 12, 13, 14) if len(short) <= length)
    return Reading(
        {plain: SAME, **spellings}, plain=plain.zfill(13), measure=measure, count=count, price=price,
        currency=currency, lot=values.get('10'), serial=values.get('21'), expires_on=_date(values.get('17')),
        best_before=_date(values.get('15')))


def _date(value):
    """Return the day of ``YYMMDD``, the last one of the month for the day 00; None when there is no such day.

    The century is the one that brings the year nearest (General Specifications, 7.12).
    """
    if not value or not re.fullmatch('[0-9]{6}', value):
        return None
    this_year = datetime.now(UTC).year
    year = this_year // 100 * 100 + int(value[:2])
    if year - this_year >= 51:
        year -= 100
    elif year - this_year <= -50:
        year += 100
    month, day = int(value[2:4]), int(value[4:])
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
