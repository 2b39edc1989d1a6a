"""What a phone has, written into the cursor that it brings along.

The server keeps nothing of what it told a phone. The cursor says what that was: a digest of each item. So the next
answer is exactly the difference between what the phone has and what there is now, whatever changed it and whichever
transaction was committed late: no date is compared, and nothing that is gone needs a row that remembers it.

A cursor is a text of base64url::

    version  1 byte
    flags    1 byte
    parts    each: its kind (1 byte, 128 added when it is a summary), then
             a summary: 8 bytes of a digest of all its items
             else: the number of items (varint), the keys, and 5 bytes of digest for each item
    check    6 bytes of a digest of all that and of whose it is

The keys of a kind are numbers, sorted and written as varints of their differences, UUIDs of 16 bytes, or texts. A kind
of too many items for a URL is written as its summary; when it changes, all of it is sent again. A digest of 40 bits
misses one change in 10^12. Whoever makes up a cursor deceives nobody but themselves: it decides what is left out of
their own answer.
"""
import base64
import binascii
import uuid
from hashlib import blake2b
from typing import NamedTuple

VERSION = 1
#: Bytes of a cursor: in base64 it fits, beside the rest of the line, into the 8 KiB that proxies take by default.
MOST_BYTES = 4_800
DIGEST, SUMMARY, CHECK = 5, 8, 6
SUMMARISED = 0x80
#: No number of ours has more than 64 bits.
LONGEST_SHIFT = 63
#: What the keys of a kind are, in the two lowest bits of their number.
KEY_TYPES = (int, uuid.UUID, str)


class Held(NamedTuple):
    """What a phone has.

    :ivar dict kinds: {kind: {key: digest}}, or {kind: summary} where the cursor had no room; keys are int, UUID or str
    :ivar int flags: 0 to 255, of the server's own
    """

    kinds: dict
    flags: int = 0


class Difference(NamedTuple):
    """What a phone lacks.

    :ivar dict changed: {kind: [key]} of items to send
    :ivar dict gone: {kind: [key]} of items that the phone has and that are no more
    :ivar set complete: kinds of which all items are sent, because nobody knows which of them the phone has
    """

    changed: dict
    gone: dict
    complete: set


def digest(item):
    """Return the digest of an item.

    :param bytes item: as it is sent.
    """
    return blake2b(item, digest_size=DIGEST).digest()


def summary(items):
    """Return the digest of all items of a kind.

    :param dict items: {key: digest}.
    """
    return blake2b(_items(items), digest_size=SUMMARY).digest()


def difference(held, kinds):
    """Return what a phone lacks.

    :param Held held: what it has; None when nobody knows.
    :param dict kinds: {kind: {key: digest}} of what there is.
    :rtype: Difference
    """
    changed, gone, complete = {}, {}, set()
    for kind, items in kinds.items():
        had = held.kinds.get(kind, {}) if held else {}
        if isinstance(had, bytes):
            is_new = had != summary(items)
            changed[kind] = list(items) if is_new else []
            complete.update([kind] if is_new else [])
            continue
        changed[kind] = [key for key, value in items.items() if had.get(key) != value]
        gone[kind] = [key for key in had if key not in items]
    return Difference(changed, gone, complete)


def encode(held, owner):
    """Return what a phone has as a cursor.

    :param Held held: with no summaries yet.
    :param bytes owner: whose it is.
    """
    parts = {kind: _items(items) for kind, items in sorted(held.kinds.items())}
    summarised = set()
    while sum(map(len, parts.values())) + len(parts) + 2 + CHECK > MOST_BYTES:
        largest = max(parts, key=lambda kind: len(parts[kind]))
        parts[largest] = summary(held.kinds[largest])
        summarised.add(largest)
    body = bytes([VERSION, held.flags]) + b''.join(
        bytes([kind | SUMMARISED * (kind in summarised)]) + part for kind, part in parts.items())
    return base64.urlsafe_b64encode(body + _check(body, owner)).decode().rstrip('=')


def decode(text, owner):
    """Return what a phone has.

    :param str text: a cursor, from an untrusted client, or None.
    :param bytes owner: who asks.
    :rtype: Held | None
    :return: None when it is not one of ours, not this customer's, or of an older server.
    """
    try:
        raw = base64.b64decode((text or '') + '=' * (-len(text or '') % 4), altchars=b'-_', validate=True)
    except (binascii.Error, ValueError):
        return None
    body = raw[:-CHECK]
    if len(body) < 2 or body[0] != VERSION or raw[-CHECK:] != _check(body, owner):
        return None
    try:
        return Held(_read_kinds(body), body[1])
    except (IndexError, ValueError):
        return None


def _check(body, owner):
    return blake2b(body, key=blake2b(owner).digest(), digest_size=CHECK).digest()


# === KINDS === #

def _items(items):
    """Return the items of a kind as bytes."""
    keys, last = sorted(items), 0
    written = bytearray(_varint(len(keys) << 2 | (KEY_TYPES.index(type(keys[0])) if keys else 0)))
    for key in keys:
        if isinstance(key, uuid.UUID):
            written += key.bytes
        elif isinstance(key, str):
            written += _varint(len(key.encode())) + key.encode()
        else:
            written += _varint(key - last)
            last = key
    return bytes(written) + b''.join(items[key] for key in keys)


def _read_kinds(body):
    kinds, place = {}, 2
    while place < len(body):
        kind, place = body[place], place + 1
        if kind & SUMMARISED:
            kinds[kind & ~SUMMARISED], place = _take(body, place, SUMMARY)
            continue
        count, place = _read_varint(body, place)
        count, key_type = count >> 2, KEY_TYPES[count & 3]
        keys, last = [], 0
        for _index in range(count):
            if key_type is uuid.UUID:
                raw, place = _take(body, place, 16)
                keys.append(uuid.UUID(bytes=raw))
                continue
            number, place = _read_varint(body, place)
            if key_type is str:
                raw, place = _take(body, place, number)
                keys.append(raw.decode())
            else:
                last += number
                keys.append(last)
        items = {}
        for key in keys:
            items[key], place = _take(body, place, DIGEST)
        kinds[kind] = items
    return kinds


def _take(body, place, length):
    if place + length > len(body):
        raise ValueError("The cursor ends too early")
    return body[place:place + length], place + length


def _varint(number):
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _read_varint(body, place):
    number = shift = 0
    while True:
        byte, place = body[place], place + 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
        if shift > LONGEST_SHIFT:
            raise ValueError("The number is too large")
