"""A coupon as the text of a QR code that a till can check without the network.

    MO1.<key>.<code>.<discount>.<minimum>.<currency>.<from>.<until>.<stores>.<signature>

Ten parts between dots, signed like a member card and by the same keys. ``docs/api.md`` tells it to tills. Amounts are
in the currency's smallest unit, instants in seconds of Unix; 0 is no limit. What a till cannot work out alone is ``N``.
"""
import re
from typing import NamedTuple

VERSION = 'MO1'
# Numbers of stores that a QR code has room for.
MAX_STORES = 20
PATTERN = re.compile(
    r'MO1\.(?P<key>[\w-]{8})\.(?P<code>[0-9A-Z]{17})\.(?P<discount>P\d{1,5}(?:C\d{1,15})?|A\d{1,15}|N)'
    r'\.(?P<minimum>\d{1,15})\.(?P<currency>[A-Z]{3})\.(?P<start>\d{1,12})\.(?P<end>\d{1,12})'
    r'\.(?P<stores>0|N|[1-9]\d{0,9}(?:-[1-9]\d{0,9}){0,19})\.[\w-]{86}', re.ASCII)


class Terms(NamedTuple):
    """What a till needs to know of a coupon to take it.

    :ivar str code: grouped as people read it, or not
    :ivar str discount: ``P1500`` is 15 percent, ``P1500C2000`` the same up to 20.00, ``A500`` an amount of 5.00
    :ivar int minimum: of the order
    :ivar str currency: ISO 4217
    :ivar int start: when it begins to count, and from when on it does no longer (``end``)
    :ivar stores: list of the ids of the stores where it counts; empty means everywhere
    """

    code: str
    discount: str = 'N'
    minimum: int = 0
    # ISO 4217 for no currency.
    currency: str = 'XXX'
    start: int = 0
    end: int = 0
    stores: tuple = ()


def write(key, terms):
    """Return the text of a coupon's QR code.

    :param key: ``member_card.Key``.
    """
    stores = 'N' if len(terms.stores) > MAX_STORES else '-'.join(map(str, terms.stores)) or '0'
    return key.seal('.'.join(map(str, (
        VERSION, key.kid, terms.code.replace('-', ''), terms.discount, terms.minimum, terms.currency, terms.start,
        terms.end, stores))))
