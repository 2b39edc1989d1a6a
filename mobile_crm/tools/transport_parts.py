"""What goes through ``tools.transport``, and what comes back."""
from collections.abc import Hashable
from typing import Literal, NamedTuple

#: Bytes of an answer that are kept. Providers answer with some hundreds; what is longer is cut.
LONGEST_ANSWER = 16384


class Request(NamedTuple):
    """A request with a body.

    :ivar Hashable tag: the caller's own.
    :ivar str url: https, in ASCII.
    :ivar list[tuple[str, str]] headers: names in lower case; those that are the same for all requests first.
    """

    tag: Hashable
    url: str
    headers: list[tuple[str, str]]
    body: bytes
    method: str = 'POST'


class Reply(NamedTuple):
    """What a host has answered.

    :ivar dict[str, str] headers: names in lower case.
    :ivar bytes body: at most ``LONGEST_ANSWER`` bytes.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class Failure(NamedTuple):
    """There is no answer.

    :ivar str kind: ``not_sent``: the host has surely not processed it. ``unknown``: it may have.
    :ivar str detail: a word of ours; never what a library said, which may quote the address.
    """

    kind: Literal['not_sent', 'unknown']
    detail: str


class Flight:
    """A request on its way, and what came back of it so far."""

    __slots__ = ('begun_at', 'chunks', 'connection', 'end', 'headers', 'host', 'path', 'request', 'rest', 'size',
                 'status', 'tries')

    def __init__(self, request, host, path):
        self.request = request
        self.host = host
        self.path = path
        self.tries = 0
        self.begin(None, 0.0)

    def begin(self, connection, now):
        self.connection = connection
        self.begun_at = now
        # Of HTTP/2: what of the body waits for the flow control's permission, and where in all that the connection
        # sends the request ends.
        self.rest = None
        self.end = None
        self.status = None
        self.headers = None
        self.chunks = []
        self.size = 0

    def add(self, data):
        if self.size < LONGEST_ANSWER:
            self.chunks.append(data)
            self.size += len(data)

    def reply(self):
        return Reply(self.status, self.headers, b''.join(self.chunks)[:LONGEST_ANSWER])

    def ended(self, kind, detail):
        """Return what is known when no more of the answer will come: the status suffices."""
        return Failure(kind, detail) if self.status is None else self.reply()
