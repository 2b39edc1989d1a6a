"""Coupon codes that people can read aloud and nobody can guess.

A code is 16 random symbols (80 bits) and one check symbol, written in groups: ``7K3M-Q9XT-4HWB-2PDN8``. The alphabet
is Crockford's base 32 (https://www.crockford.com/base32.html), which has no look-alikes: I, L, O and U are left out,
and what people type in their place is read as 1, 1 and 0. The check symbol is ISO/IEC 7064's hybrid system, computed
by python-stdnum; it finds every single wrong symbol and nearly every swapped pair, so a typing error is told apart
from a guess.
"""
import functools
import os
from array import array

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
PAYLOAD_LENGTH = 16
GROUP_LENGTH = 4
# Of the check, before the first symbol.
_START = len(ALPHABET) // 2
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
    symbols = text.strip().upper().translate(_READ_AS)
    if len(symbols) != PAYLOAD_LENGTH + 1 or not set(symbols) <= set(ALPHABET):
        return None
    try:
        mod_37_36.validate(symbols, alphabet=ALPHABET)
    except ValidationError:
        return None
    return _group(symbols)


def _group(symbols):
    """Write `symbols` in groups of four; the check symbol stays with the last group."""
    payload, check = symbols[:-1], symbols[-1]
    groups = [payload[i:i + GROUP_LENGTH] for i in range(0, PAYLOAD_LENGTH, GROUP_LENGTH)]
    return '-'.join(groups) + check
