"""Messages for browsers: what their service worker gets (RFC 8291) and how this server signs in (RFC 8292)."""
import base64
import hashlib
import json
import time
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from odoo.addons.mail.tools import jwt
from odoo.addons.mail.tools.web_push import (
    ENCRYPTION_BLOCK_OVERHEAD,
    ENCRYPTION_HEADER_SIZE,
    MAX_PAYLOAD_SIZE,
    _encrypt_payload,
)

#: Bytes of JSON that fit into the 4096 that each push service takes (RFC 8291, section 4).
MAX_JSON = MAX_PAYLOAD_SIZE - ENCRYPTION_HEADER_SIZE - ENCRYPTION_BLOCK_OVERHEAD
ELLIPSIS = '…'
# A body of fewer bytes says too little: rather no picture.
SHORTEST_BODY = 200
#: Seconds for which a signature is good, and within which another one is made. RFC 8292 allows 24 hours.
SIGNATURE_LIFETIME = 12 * 3600
SIGNATURE_PERIOD = 6 * 3600
#: Seconds for which push services keep a message at most (four weeks: FCM's limit, the shortest).
MAX_TTL = 28 * 86400
# Who has so little time left must not be kept waiting until the phone wakes up.
URGENT = 3600
ZERO_WIDTH_JOINER = '\u200d'


class VapidKeys(NamedTuple):
    """By what push services know an app's server (RFC 8292), in base64url without padding.

    :ivar str subject: whom a push service writes to when something is wrong, or empty.
    """

    public: str
    private: str
    subject: str

    def authorization(self, origin):
        """Return the header ``Authorization`` for a push service, signed at most every few hours.

        :param str origin: see ``Subscription.origin``.
        """
        period = int(time.time() // SIGNATURE_PERIOD)
        return f'vapid t={_signature(self.private, self.subject, origin, period)}, k={self.public}'


@lru_cache(maxsize=512)
def _signature(private_key, subject, origin, _period):
    claims = {'aud': origin, **({'sub': subject} if subject else {})}
    return jwt.sign(claims, private_key, ttl=SIGNATURE_LIFETIME, algorithm=jwt.Algorithm.ES256)


def encrypt(payload, subscription):
    """Return a message that the browser of a subscription alone can read (``aes128gcm``, one record).

    :param bytes payload: at most ``MAX_JSON``.
    :param Subscription subscription:
    """
    return _encrypt_payload(payload, {'keys': json.dumps({'p256dh': subscription.p256dh, 'auth': subscription.auth})})


def headers(ttl, topic):
    """Return the headers of a message, without who sends it (RFC 8030).

    :param float ttl: seconds for which the push service shall keep it.
    :param str topic: see ``topic``.
    :rtype: list[tuple[str, str]]
    """
    return [
        ('content-encoding', 'aes128gcm'),
        ('content-type', 'application/octet-stream'),
        # With 0 Edge's service refuses it.
        ('ttl', str(int(min(max(ttl, 1), MAX_TTL)))),
        ('urgency', 'high' if ttl <= URGENT else 'normal'),
        ('topic', topic),
    ]


def topic(collapse_key):
    """Return a collapse key as push services take it: 32 URL-safe characters at most (RFC 8030, section 5.4)."""
    return base64.urlsafe_b64encode(hashlib.sha256(collapse_key.encode()).digest()[:24]).decode()


def packed(content, limit=MAX_JSON):
    """Return the JSON for the service worker, made to fit: first the body is shortened, then the picture left out.

    :param dict content: with ``body`` and ``image``, which may be None.
    :param int limit: bytes.
    :return: None when even that does not fit.
    :rtype: bytes | None
    """
    whole = _json(content)
    if len(whole) <= limit:
        return whole
    for less, shortest in (({}, SHORTEST_BODY), ({'image': None}, 0)):
        bare = {**content, **less, 'body': ''}
        room = limit - len(_json(bare))
        if room >= shortest:
            return _json({**bare, 'body': shortened(content['body'] or '', room)})
    return None


def shortened(text, room):
    """Return a text as it is, or its beginning up to the end of a word and an ellipsis, so that it fits.

    A word of half the room is cut within, as is a text without spaces, though never within what readers see as one
    character.

    :param int room: bytes of UTF-8 within JSON's quotation marks.
    """
    def size(end):
        return len(_json(text[:end])) - 2

    if size(len(text)) <= room:
        return text
    end = max(0, bisect_right(range(len(text)), room - len(ELLIPSIS.encode()), key=size) - 1)
    word_end = next((n for n in range(end, end // 2, -1) if text[n].isspace()), None)
    while word_end is None and end > 0 and _is_within_character(text, end):
        end -= 1
    short = text[:word_end or end].rstrip()
    return short and short + ELLIPSIS


def _is_within_character(text, position):
    """Tell whether the letter at a position belongs to the one before: accents, and what emoji are put together of."""
    before, after = text[position - 1], text[position]
    if _is_regional(before) and _is_regional(after):
        # Two of them are one flag.
        first = position
        while first and _is_regional(text[first - 1]):
            first -= 1
        return (position - first) % 2 == 1
    return (
        unicodedata.category(after) in ('Mn', 'Mc', 'Me') or ZERO_WIDTH_JOINER in (before, after)
        # Shades of skin, and the tags behind a flag of a region.
        or '\U0001f3fb' <= after <= '\U0001f3ff' or '\U000e0020' <= after <= '\U000e007f'
    )


def _is_regional(character):
    return '\U0001f1e6' <= character <= '\U0001f1ff'


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode()
