"""What was paid with a phone, as the text of a QR code that a gate can check without the network.

    MX1.<key>.<code>.<store>.<amount>.<currency>.<items>.<from>.<until>.<audit>.<signature>

Eleven parts between dots, signed like a member card and by the same keys. ``docs/scan-and-go.md`` tells it to gates.
The amount is in the currency's smallest unit, instants in seconds of Unix, ``audit`` is 1 where a colleague has to look
and 0 where not. The code is new for each pass: a gate remembers it until the pass is over, and lets nobody out by it
twice.
"""
import re
import secrets
from typing import NamedTuple

from .coupon_code import ALPHABET, read_symbols

VERSION = 'MX1'
# Symbols of a code: 40 bits, few enough to type.
CODE_LENGTH = 8
PATTERN = re.compile(
    r'MX1\.(?P<key>[\w-]{8})\.(?P<code>[0-9A-HJKMNP-TV-Z]{8})\.[1-9]\d{0,9}\.\d{1,15}\.[A-Z]{3}\.\d{1,9}'
    r'\.\d{1,12}\.\d{1,12}\.[01]\.[\w-]{86}', re.ASCII)


class Paid(NamedTuple):
    """What a pass says.

    :ivar str code: see ``new_code``
    :ivar int store_id: where it was bought
    :ivar int amount: with taxes, in the currency's smallest unit
    :ivar str currency: ISO 4217
    :ivar int items: how many pieces the customer carries
    :ivar int start: when it was made, and from when on it does not count any longer (``end``)
    :ivar bool is_audit: whether a colleague has to look
    """

    code: str
    store_id: int
    amount: int
    currency: str
    items: int
    start: int
    end: int
    is_audit: bool


def new_code():
    """Return a new code, in Crockford's base 32."""
    return ''.join(secrets.choice(ALPHABET) for _symbol in range(CODE_LENGTH))


def grouped(code):
    """Return a code as people read it, such as ``7K3M-Q9XT``."""
    return f'{code[:4]}-{code[4:]}'


def normalize(text):
    """Return the code that somebody has typed, or None when it is none."""
    return read_symbols(text, CODE_LENGTH)


def write(key, paid):
    """Return the text of a pass's QR code.

    :param key: ``member_card.Key``.
    """
    return key.seal('.'.join(map(str, (
        VERSION, key.kid, paid.code, paid.store_id, paid.amount, paid.currency, paid.items, paid.start, paid.end,
        int(paid.is_audit)))))
