"""Coupon codes that people can read aloud and nobody can guess.

A code is 16 random symbols (80 bits) and one check symbol, written in groups: ``7K3M-Q9XT-4HWB-2PDN8``. The alphabet
is Crockford's base 32 (https://www.crockford.com/base32.html), which has no look-alikes: I, L, O and U are left out,
and what people type in their place is read as 1, 1 and 0. The check symbol is ISO/IEC 7064's hybrid system, computed
by python-stdnum; it finds every single wrong symbol and nearly every swapped pair, so a typing error is told apart
from a guess.
"""
import secrets

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
PAYLOAD_LENGTH = 16
GROUP_LENGTH = 4
_READ_AS = str.maketrans({'I': '1', 'L': '1', 'O': '0', '-': None, ' ': None})


def generate():
    """Return a new code of 80 random bits, grouped for reading.

    :rtype: str
    """
    payload = ''.join(secrets.choice(ALPHABET) for _ in range(PAYLOAD_LENGTH))
    return _group(payload + mod_37_36.calc_check_digit(payload, alphabet=ALPHABET))


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
