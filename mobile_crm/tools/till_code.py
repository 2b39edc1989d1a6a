"""The code of a basket that its customer shows at the till: ``7K3M-Q9X8``, or as a QR code ``MB1.7K3MQ9X8``.

Seven symbols (35 bits) and one check symbol of the alphabet that coupons have, so it is read aloud without mistakes,
and a typing error is told apart from a guess. It is good for minutes, one basket has one, and tills may guess as seldom
as at coupons: with 1,000 baskets waiting, a till that uses up its 100 guesses each hour finds one in some 40 years.

It is not kept but derived from a random text, so that the customer's phone can be told it again; looked up is its hash.
"""
import hashlib
import hmac

from stdnum.iso7064 import mod_37_36

from .coupon_code import ALPHABET, GROUP_LENGTH, read_checked

PAYLOAD_LENGTH = 7
# What a till knows the QR code by, among coupons and member cards.
PREFIX = 'MB1.'
_BITS = 5


def derive(secret, salt):
    """Return the code that belongs to a salt; the same for the same.

    :param str secret: the database's.
    :param str salt: random.
    """
    number = int.from_bytes(_digest(secret, f'till code {salt}'), 'big')
    payload = ''.join(ALPHABET[number >> _BITS * place & len(ALPHABET) - 1] for place in range(PAYLOAD_LENGTH))
    symbols = payload + mod_37_36.calc_check_digit(payload, alphabet=ALPHABET)
    return f'{symbols[:GROUP_LENGTH]}-{symbols[GROUP_LENGTH:]}'


def normalize(text):
    """Return a code as it is derived, from what somebody has typed or scanned; None when it cannot be one.

    :param str text: any spelling: lower case, without the dash, with look-alikes; or the text of the QR code.
    """
    symbols = read_checked(text.strip().upper().removeprefix(PREFIX), PAYLOAD_LENGTH)
    return symbols and f'{symbols[:GROUP_LENGTH]}-{symbols[GROUP_LENGTH:]}'


def qr_text(code):
    """Return what the QR code of a code says."""
    return PREFIX + code.replace('-', '')


def hashed(secret, code):
    """Return under what a code is looked up."""
    return _digest(secret, f'till code of {code}').hex()


def _digest(secret, text):
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
