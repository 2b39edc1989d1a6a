"""What goes wrong with a service, and when.

Each fault is told to a server by ``misbehave``, with the requests that it strikes. Of a request that was *accepted* the
phone gets the message, whatever the client is told.
"""
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import formatdate
from typing import NamedTuple


class Fault(NamedTuple):
    """One way to fail, made by the functions below.

    :ivar str way:
    :ivar bool accepted: whether the message arrives all the same.
    :ivar int status: of the answer, 0 for the one that the service would give.
    :ivar tuple headers: more headers of the answer.
    :ivar bytes | None body: of the answer, None for the service's own.
    :ivar str reason: which of the service's errors it is, '' for the usual one of that status.
    :ivar float seconds: how much later the answer comes.
    """

    way: str
    accepted: bool = False
    status: int = 0
    headers: tuple = ()
    body: bytes | None = None
    reason: str = ''
    seconds: float = 0.0


def status(code, retry_after=None, reason='', body=None):
    """Answer with a status, without taking the message.

    :param int | datetime | str retry_after: seconds, a naive UTC time (told as an HTTP date), or the header's text.
    """
    if isinstance(retry_after, datetime):
        retry_after = http_date(seconds_of(retry_after))
    headers = () if retry_after is None else (('retry-after', str(retry_after)),)
    return Fault('answer', status=code, headers=headers, reason=reason, body=body)


def reset(accepted=False):
    """Reset the connection (TCP RST) in place of an answer, with all that is in flight on it."""
    return Fault('reset', accepted)


def hang_up(accepted=False):
    """Close the connection properly, without an answer."""
    return Fault('hang_up', accepted)


def silence(accepted=False):
    """Never answer, and leave the connection open."""
    return Fault('silence', accepted)


def slow(seconds):
    """Take the message, and answer later."""
    return Fault('slow', True, seconds=seconds)


def goaway():
    """End an HTTP/2 connection by a GOAWAY whose last stream is older than this request, which is not taken."""
    return Fault('goaway')


def goaway_after():
    """End an HTTP/2 connection by a GOAWAY with this request as its last; it is answered."""
    return Fault('goaway_after', True)


def refused_stream():
    """Refuse the HTTP/2 stream (REFUSED_STREAM): it was not processed."""
    return Fault('refused_stream')


def broken_stream(accepted=False):
    """Reset the HTTP/2 stream (INTERNAL_ERROR), nobody knows when."""
    return Fault('broken_stream', accepted)


def garbage(code=200, accepted=True):
    """Answer with a body that is no whole JSON."""
    return Fault('garbage', accepted, status=code, body=b'{"name": "projects/')


def half(accepted=True):
    """Begin an answer, and reset the connection in the middle of it."""
    return Fault('half', accepted)


@dataclass
class Rule:
    """Which requests a fault strikes: those that every condition is true of.

    :ivar numbers: of requests of this kind, counted from 0: anything that knows ``in``; None for all.
    :ivar float share: of the requests, picked by chance.
    :ivar float since, until: seconds of the server's clock.
    :ivar addresses: of phones; anything that knows ``in``; None for all.
    :ivar int | None times: how often it strikes at most.
    :ivar str kind: ``send``, or ``token`` for the requests that sign in.
    :ivar then: called when it has struck, before the client learns of it.
    """

    fault: Fault
    numbers: object = None
    share: float = 1.0
    since: float | None = None
    until: float | None = None
    addresses: object = None
    times: int | None = None
    kind: str = 'send'
    then: object = None

    def strikes(self, kind, number, address, now, chance):
        """Tell whether it strikes a request, and count it.

        :param chance: function that returns a number from 0 to 1.
        """
        if (kind != self.kind or self.times == 0
                or (self.numbers is not None and number not in self.numbers)
                or (self.since is not None and now < self.since)
                or (self.until is not None and now >= self.until)
                or (self.addresses is not None and address not in self.addresses)
                or (self.share < 1 and chance() >= self.share)):
            return False
        if self.times is not None:
            self.times -= 1
        return True


def seconds_of(when):
    """Return a naive UTC time, or seconds, or None, as seconds since 1970."""
    return when.replace(tzinfo=timezone.utc).timestamp() if isinstance(when, datetime) else when


def http_date(seconds):
    """Return a time as HTTP headers have it."""
    return formatdate(seconds, usegmt=True)
