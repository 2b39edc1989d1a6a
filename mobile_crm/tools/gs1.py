"""Coupons in GS1's words: a global coupon number (GCN), and the element string that a till reads.

A GCN is 12 digits (the company's GS1 prefix and its number of the offer) and a check digit (GS1 General Specifications,
application identifier 255). Up to 12 more digits may tell one coupon from the others; they are 40 bits, which is too
little for a secret. So our code stands beside it instead, in the identifier that is left to a company's own use (91):
``(255)9501234000017(91)7K3MQ9XT4HWB2PDN8``.
"""
import re

PREFIX = re.compile(r'[0-9]{6,11}')
# What may stand in a value: GS1's character set 82.
_CHARACTERS = r'''[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,90}'''
SEPARATOR = '\x1d'
# As scanners give it, some of which swallow separators, and as people read it. Others may have a serial in it.
_ELEMENTS = re.compile(
    rf'\x1d?(?:255|\(255\))[0-9]{{13}}(?:[0-9]{{12}})?(?:\x1d?91|\(91\))(?P<code>{_CHARACTERS})')


def check_digit(digits):
    """Return GS1's check digit for a string of digits (General Specifications, 7.9).

    :rtype: str
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def coupon_number(prefix, reference):
    """Return the 13 digits of an offer's GCN.

    :param str prefix: the company's GS1 prefix.
    :param int reference: the company's number of the offer.
    :raise ValueError: when the prefix is none, or leaves no place for the number.
    """
    if not PREFIX.fullmatch(prefix or ''):
        raise ValueError("a GS1 company prefix has 6 to 11 digits")
    places = 12 - len(prefix)
    if not 0 <= reference < 10 ** places:
        raise ValueError(f"the prefix leaves {places} digits for the number of the offer")
    digits = f'{prefix}{reference:0{places}d}'
    return digits + check_digit(digits)


def elements(number, code):
    """Return the element string of one coupon, without symbology identifier, its parts parted by GS.

    :param str number: 13 digits, see ``coupon_number``.
    :param str code: the secret, in GS1's characters.
    :raise ValueError: when the code does not fit.
    """
    if not re.fullmatch(_CHARACTERS, code):
        raise ValueError("GS1 knows no such characters")
    return f'255{number}{SEPARATOR}91{code}'


def readable(text):
    """Return an element string of ours as it is printed below its bars: ``(255)…(91)…``."""
    coupon, code = text.split(f'{SEPARATOR}91', 1)
    return f'(255){coupon[3:]}(91){code}'


def code_in(text):
    """Return the coupon's code within an element string, or None when `text` is none of ours."""
    match = _ELEMENTS.fullmatch(text)
    return match and match['code']
