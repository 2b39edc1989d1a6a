"""Coupon codes that people can read aloud and nobody can guess.

A code is 16 random symbols (80 bits) and one check symbol, written in groups: ``7K3M-Q9XT-4HWB-2PDN8``. The alphabet
is Crockford's base 32 (https://www.crockford.com/base32.html), which has no look-alikes: I, L, O and U are left out,
and what people type in their place is read as 1, 1 and 0. The check symbol is ISO/IEC 7064's hybrid system, computed
by python-stdnum; it finds every single wrong symbol and nearly every swapped pair, so a typing error is told apart
from a guess.
"""
import functools
import math
import os
import re
from array import array
from collections import defaultdict

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from . import gs1

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
PAYLOAD_LENGTH = 16
GROUP_LENGTH = 4
# Of the check, before the first symbol.
_START = len(ALPHABET) // 2
# What a code that was printed elsewhere may look like: it has to fit into a barcode, a spreadsheet and an address.
FOREIGN = re.compile(r'[0-9A-Za-z][0-9A-Za-z._/-]{5,63}')
# So many codes show which symbols come at a place.
TELLING = 200
# Longer is nothing that anybody scans.
LONGEST = 200
# What some scanners put before what they read, to say which kind of barcode it was (ISO/IEC 15424).
_SYMBOLOGY = re.compile(r'^\][A-Za-z][0-9A-Za-z]')
_READ_AS = str.maketrans({'I': '1', 'L': '1', 'O': '0', '-': None, ' ': None})


def generate():
    """Return a new code of 80 random bits, grouped for reading.

    :rtype: str
    """
    return generate_many(1)[0]


def generate_many(count):
    """Return so many new codes, a million in about two seconds.

    :rtype: list[str]
    """
    return _codes(os.urandom(PAYLOAD_LENGTH * count))


def from_bytes(secret):
    """Return the code of these bytes, of which 80 bits count; the same for the same.

    :param bytes secret: 16 or more, as hard to guess as the code has to be.
    """
    return _codes(secret[:PAYLOAD_LENGTH])[0]


def _codes(secret):
    """Return a code for each 16 bytes."""
    pairs, steps, checks = _tables()
    # Two bytes for two symbols, of which 10 bits are used.
    words = array('H', secret)
    codes = []
    for start in range(0, len(words), 8):
        a, b, c, d, e, f, g, h = [word & 1023 for word in words[start:start + 8]]
        check = _START
        for pair in (a, b, c, d, e, f, g, h):
            check = steps[check << 10 | pair]
        codes.append(f'{pairs[a]}{pairs[b]}-{pairs[c]}{pairs[d]}-{pairs[e]}{pairs[f]}-{pairs[g]}{pairs[h]}'
                     f'{checks[check]}')
    return codes


@functools.cache
def _tables():
    """Return what two symbols at once look like and do to the check, and the check symbol for each state.

    ``mod_37_36.checksum`` is a fold over the symbols, written out here for pairs of them.
    """
    size = len(ALPHABET)

    def step(check, value):
        return (((check or size) * 2) % (size + 1) + value) % size

    pairs = [first + second for first in ALPHABET for second in ALPHABET]
    steps = bytes(step(step(check, pair // size), pair % size) for check in range(size) for pair in range(size ** 2))
    checks = [ALPHABET[(1 - step(check, 0)) % size] for check in range(size)]
    return pairs, steps, checks


def normalize(text):
    """Return the canonical form of a code as somebody typed or scanned it.

    :param str text: any spelling: lower case, without dashes, with look-alikes.
    :return: the grouped code, or None when `text` cannot be one of our codes.
    :rtype: str | None
    """
    symbols = read_checked(text, PAYLOAD_LENGTH)
    return symbols and _group(symbols)


def read_symbols(text, count):
    """Return so many symbols of the alphabet as somebody typed or scanned them, or None when `text` is something else.

    :param str text: any spelling: lower case, without dashes, with look-alikes.
    """
    symbols = text.strip().upper().translate(_READ_AS)
    return symbols if len(symbols) == count and set(symbols) <= set(ALPHABET) else None


def read_checked(text, count):
    """Return so many symbols and their check symbol, or None when `text` is something else; see ``read_symbols``."""
    symbols = read_symbols(text, count + 1)
    try:
        return symbols and mod_37_36.validate(symbols, alphabet=ALPHABET)
    except ValidationError:
        return None


def spellings(text):
    """Return the codes that somebody may mean who types or scans `text`, the likeliest first.

    A code that was printed elsewhere counts as it is written; in capitals, too, since people type as they like.

    :param str text: a code in any spelling, or a GS1 element string with the code in it.
    :rtype: list[str]
    """
    text = _SYMBOLOGY.sub('', text.strip())
    if not text or len(text) > LONGEST:
        return []
    text = gs1.code_in(text) or text
    found = [text, normalize(text), text.upper()]
    return list(dict.fromkeys(code for code in found if code and '\0' not in code))


def bare(code):
    """Return a code of ours without its groups, as machines want it; another's code as it is."""
    return code.replace('-', '') if normalize(code) == code else code


def odds(codes):
    """Return how many guesses it takes, on average, to hit one of these codes: a guesser who has seen some of them.

    Such a guesser knows the lengths, and which symbols come at which place. A series (``A0001`` to ``A9999``) is hit by
    nearly every guess, random symbols are not. It is an estimate from above: what a generator really does is not seen.

    :param list[str] codes: distinct.
    :rtype: float
    """
    by_length = defaultdict(list)
    for code in codes:
        by_length[len(code)].append(code)
    return min(
        (math.prod(map(_choices, zip(*group, strict=True))) / len(group) for group in by_length.values()),
        default=math.inf)


def _choices(symbols):
    """Return how many symbols may stand at a place where so far these were seen."""
    seen = set(symbols)
    if len(symbols) >= TELLING:
        return len(seen)
    # Of a few codes only the kinds of symbols can be told.
    return sum(size for kind, size in ((str.isdigit, 10), (str.isupper, 26), (str.islower, 26))
               if any(map(kind, seen))) or 1


def _group(symbols):
    """Write `symbols` in groups of four; the check symbol stays with the last group."""
    payload, check = symbols[:-1], symbols[-1]
    groups = [payload[i:i + GROUP_LENGTH] for i in range(0, PAYLOAD_LENGTH, GROUP_LENGTH)]
    return '-'.join(groups) + check
