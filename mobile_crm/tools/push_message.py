"""What pushes of all providers have in common: they have to fit, and what it means when there is no answer."""
import hashlib
import json
import re
from datetime import UTC, datetime

from .delivery import Outcome
from .push_service import retry_after
from .webpush import SHORTEST_BODY, shortened

#: Bytes that FCM and APNs take.
LARGEST = 4096
#: Seconds for which FCM keeps a message at most; APNs takes no longer either.
LONGEST_TTL = 28 * 86400
LONGEST_COLLAPSE_ID = 64
# A provider's word for what is wrong. Sentences may repeat an address or a text.
WORD = re.compile(r'[A-Za-z0-9_.\[\]-]{1,60}')


def packed(content):
    """Return JSON as bytes, without anything that is not needed."""
    return json.dumps(content, ensure_ascii=False, separators=(',', ':')).encode()


def fitted(build, body, image_url, limit=LARGEST):
    """Return a message that is no larger than a provider takes: first the body is shortened, then the picture left out.

    :param Callable[[str, str | None], bytes] build: makes it of a body and the URL of a picture.
    :return: None when even that does not fit.
    :rtype: bytes | None
    """
    body = body or ''
    whole = build(body, image_url)
    if len(whole) <= limit:
        return whole
    for picture, shortest in ((image_url, SHORTEST_BODY), (None, 0)):
        # One that is empty may not be mentioned at all.
        room = limit - len(build('.', picture)) + 1
        if room >= shortest:
            return build(shortened(body, room), picture)
    return None


def seconds_left(parcel, now):
    """Return for how many seconds a provider is to keep a message.

    :param datetime now: naive UTC.
    """
    return min(max(int((parcel.expires_at - now).total_seconds()), 0), LONGEST_TTL)


def epoch(instant):
    """Return a naive UTC time as seconds since 1970."""
    return int(instant.replace(tzinfo=UTC).timestamp())


def utc_now():
    """Return the time as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def collapse_id(key):
    """Return a collapse key in at most 64 bytes, as a header may have them."""
    fits = key.isascii() and key.isprintable() and len(key) <= LONGEST_COLLAPSE_ID
    # A space at an end is no part of a header, and breaks a request of HTTP/2.
    return key if fits and key == key.strip() else hashlib.sha256(key.encode()).hexdigest()


def thread_of(parcel):
    """Return by what iPhones group messages that do not replace each other."""
    return 'offers' if parcel.offer_id else 'messages'


def word(text):
    """Return a word of a provider's, or nothing where it is none."""
    return text if isinstance(text, str) and WORD.fullmatch(text) else ''


def content_of(reply):
    """Return the JSON object of an answer, or an empty one."""
    try:
        content = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def unanswered(parcel_id, failure):
    """Return what it means that there is no answer.

    :param Failure failure:
    :rtype: Outcome
    """
    if failure.kind == 'not_sent':
        return Outcome(parcel_id, 'retry', 'provider_down', failure.detail, is_providers_fault=True)
    return Outcome(parcel_id, 'unknown', 'outcome_unknown', failure.detail, is_providers_fault=True)


def later(parcel_id, reason, detail, reply, default=None):
    """Return that a message is to be sent another time, as far as it is the provider who could not take it.

    :param float | None default: seconds, where the provider names none.
    """
    wait = retry_after(reply.headers.get('retry-after'))
    return Outcome(parcel_id, 'retry', reason, detail, is_providers_fault=True,
                   retry_after=default if wait is None else wait)
