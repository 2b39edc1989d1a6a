"""Names of orders that tell nothing and that nobody guesses, without a column for them.

The kind of an order and its number are enciphered by a key that is derived from the database's secret, as in SIV mode
(RFC 5297): the tag over them is the initial vector too. So the same order always has the same name.
"""
import base64
import hashlib
import hmac

TAG_LENGTH = 16
NUMBER_LENGTH = 8
LENGTH = (TAG_LENGTH + NUMBER_LENGTH) * 4 // 3


def encode(key, kind, number):
    """Return the name of an order.

    :param bytes key: of this database.
    :param int kind: of the order, below 256.
    :param int number: its id, below 2 ** 56.
    :rtype: str
    """
    plain = (kind << 56 | number).to_bytes(NUMBER_LENGTH, 'big')
    tag = _tag(key, plain)
    return base64.urlsafe_b64encode(tag + _masked(key, tag, plain)).decode()


def decode(key, name):
    """Return the kind and the number of an order, or None when nothing here has this name.

    :param str name: from an untrusted client.
    :rtype: tuple[int, int] | None
    """
    if len(name) != LENGTH:
        return None
    try:
        raw = base64.b64decode(name, altchars=b'-_', validate=True)
    except ValueError:
        return None
    if len(raw) != TAG_LENGTH + NUMBER_LENGTH:
        return None
    tag = raw[:TAG_LENGTH]
    plain = _masked(key, tag, raw[TAG_LENGTH:])
    if not hmac.compare_digest(tag, _tag(key, plain)):
        return None
    number = int.from_bytes(plain, 'big')
    return number >> 56, number & (1 << 56) - 1


def _tag(key, plain):
    return hmac.digest(key, b'tag' + plain, hashlib.sha256)[:TAG_LENGTH]


def _masked(key, tag, text):
    mask = hmac.digest(key, b'mask' + tag, hashlib.sha256)[:NUMBER_LENGTH]
    return bytes(one ^ other for one, other in zip(text, mask, strict=True))
