"""What a browser's push service answers (RFC 8030, section 5), and when it is left alone for a while."""
import json
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .delivery import Outcome
from .push_address import KNOWN_HOSTS
from .transport import Failure
from .transport_dial import is_public

#: Failures in a row after which a service is left alone: one address alone can be told to wait as well.
PATIENCE = 10
#: Seconds for which it is left alone, if it names no time itself, and at most.
REST = 60
LONGEST_REST = 3600
# How the services say that a browser has subscribed with another key than the one that the message was signed with:
# FCM (403: "… do not correspond to the credentials used to create the subscriptions"), Mozilla (401: "VAPID public key
# mismatch"), Apple ("VapidPkHashMismatch"). With other words the signature itself may be at fault, and an address that
# is forgotten does not come back.
OTHER_KEY = re.compile(r'not correspond to the|key mismatch|PkHashMismatch|MismatchSenderId', re.IGNORECASE)
# What a 400 is about when it is about who sends.
SIGNATURE = re.compile(r'vapid|jwt|authori[sz]ation|crypto-key', re.IGNORECASE)
LONGEST_ANSWER = 2000
#: How many messages a service gets before it is looked at whether it takes them; the second number, where it does.
CAUTIOUS, CONFIDENT = 100, 1000


class PushService:
    """One push service as this process knows it, for one key: how often it failed in a row, and until when it rests.

    Each process finds out for itself, with a few messages. That costs less than a row that all of them write, and the
    sender's own circuit breaker would stop the other services too.
    """

    _known = {}

    def __init__(self, name=''):
        self.name = name
        self.failures = 0
        self.bearable = CAUTIOUS
        self.rests_until = 0.0
        self.reason = 'provider_down'

    @classmethod
    def of(cls, public_key, service):
        """Return what is known of a service.

        :param str public_key: of the app; limits are counted by it.
        :param str service: see ``Subscription.service``.
        """
        return cls._known.setdefault((public_key, service), cls(service))

    def may_connect(self, host, address):
        """Tell whether to send to an IP address: a known host is not within our own network, a listed one may be."""
        return self.name not in KNOWN_HOSTS or is_public(host, address)

    def wait(self):
        """Return for how many seconds it is to be left alone; none when 0 or less."""
        return self.rests_until - time.monotonic()

    def note(self, outcome):
        """Remember what it answered last."""
        is_failure = outcome.status in ('retry', 'unknown')
        self.failures = self.failures + 1 if is_failure else 0
        self.bearable = CAUTIOUS if is_failure else CONFIDENT
        if self.failures >= PATIENCE:
            self.reason = outcome.reason if outcome.status == 'retry' else 'provider_down'
            self.rests_until = time.monotonic() + min(outcome.retry_after or REST, LONGEST_REST)


def meaning(parcel_id, result):
    """Return what an answer, or its absence, means for a parcel.

    No answer is told as the provider's fault: that would stop all push services for one of them. Nor is what a service
    could not take a try of the message, which waits until its own time is over.

    :param int parcel_id:
    :param result: ``Reply`` or ``Failure``.
    :rtype: Outcome
    """
    if isinstance(result, Failure):
        if result.kind == 'not_sent':
            return Outcome(parcel_id, 'retry', 'provider_down', result.detail, is_try=False)
        return Outcome(parcel_id, 'unknown', 'outcome_unknown', result.detail)
    words = result.body[:LONGEST_ANSWER].decode('utf-8', 'replace')
    status, reason = _judged(result.status, words)
    if status == 'sent':
        return Outcome(parcel_id, status)
    if status == 'retry':
        return Outcome(parcel_id, status, reason, _detail(result.status, words), is_try=False,
                       retry_after=retry_after(result.headers.get('retry-after')))
    return Outcome(parcel_id, status, reason, _detail(result.status, words))


def _judged(status, words):
    """Return the status and the reason of the outcome that an answer means.

    :param int status: of HTTP.
    :param str words: of the body, to tell a browser's key from ours.
    :rtype: tuple[str, str | None]
    """
    match status:
        case 200 | 201 | 202 | 204:
            return 'sent', None
        case 404 | 410:
            return 'dead', 'no_address'
        case 413:
            return 'failed', 'too_large'
        case 400 | 401 | 403 if OTHER_KEY.search(words):
            return 'dead', 'no_address'
        case 401 | 403:
            return 'retry', 'no_credentials'
        case 400 if SIGNATURE.search(words):
            return 'retry', 'no_credentials'
        case 429:
            return 'retry', 'rate_limited'
        case _ if 400 <= status < 500:
            return 'failed', 'rejected'
    # A redirect too: it would lead to a host that nobody has listed.
    return 'retry', 'provider_down'


def retry_after(value):
    """Return the seconds of a header ``Retry-After`` (a number or a date), or None.

    :param str | None value:
    :rtype: float | None
    """
    if not value:
        return None
    if re.fullmatch(r'[0-9]{1,9}', value):
        return float(value)
    try:
        instant = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return max(0.0, (instant - datetime.now(UTC)).total_seconds())


def _detail(status, words):
    """Return the status, and the service's word for it where it is one word: sentences may repeat an address."""
    try:
        told = json.loads(words)
        word = str(told.get('reason') or told.get('errno') or '')
    except (ValueError, AttributeError, RecursionError):
        word = ''
    return f'HTTP {status} {word}' if re.fullmatch(r'[A-Za-z0-9]{1,40}', word) else f'HTTP {status}'
