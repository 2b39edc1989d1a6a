"""HTTP/1.1 for hosts that speak nothing newer: a request at a time on a connection, so each takes a thread."""
import contextlib
import http.client
import os
import select
import socket
import threading
from collections import defaultdict

from .transport_dial import DialError, clock, dial, tls_context
from .transport_parts import LONGEST_ANSWER, Failure, Reply

#: Connections of a process that wait for the next batch, and seconds for which they do.
MOST_IDLE = 64
LONGEST_IDLE = 20

_idle = defaultdict(list)
_idle_lock = threading.Lock()


class _Connection(http.client.HTTPSConnection):
    """A connection that is dialled as all of ours are."""

    def __init__(self, origin, timeout, may_connect, sock=None):
        super().__init__(*origin, timeout=timeout, context=tls_context('http/1.1'))
        self.key = (origin, may_connect is not None)
        self.may_connect = may_connect
        self.idle_since = 0.0
        self.is_aborted = False
        if sock:
            sock.settimeout(timeout)
            self.sock = sock

    def connect(self):
        self.sock = dial(self.host, self.port, self.timeout, self._context, self.may_connect)
        if self.is_aborted:
            # Whoever asked has been told that nothing was sent.
            raise DialError('aborted')

    def is_fresh(self):
        """Tell whether the host has kept it open, as far as one can know: a socket that can be read has been closed."""
        if self.sock is None or clock() - self.idle_since > LONGEST_IDLE:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)

    def abort(self):
        """Make whichever thread waits on it wait no more.

        :return: whether something may have been sent on it.
        """
        # In this order: the other thread looks at it once it has a socket.
        self.is_aborted = True
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # Past the TLS layer, which belongs to the other thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        return sock is not None


def adopt(sock, origin, timeout, may_connect):
    """Keep a connection for the next request that was dialled before it was known what the host speaks."""
    _give_back(_Connection(origin, timeout, may_connect, sock))


def perform(flight):
    """Send a request on its connection and wait for the answer. It is run in a thread of its own.

    :rtype: Reply | Failure
    """
    connection = flight.connection
    outcome, is_reusable = _ask(connection, flight)
    if is_reusable:
        _give_back(connection)
    else:
        connection.close()
    return outcome


def _ask(connection, flight):
    try:
        connection.request(
            flight.request.method, flight.path, body=flight.request.body, headers=dict(flight.request.headers))
    except DialError as exc:
        return Failure('not_sent', exc.word), False
    except (OSError, http.client.HTTPException, ValueError):
        # Part of it may have left, but not its end, without which it is no request.
        return Failure('not_sent', 'lost'), False
    try:
        response = connection.getresponse()
    except TimeoutError:
        return Failure('unknown', 'no_answer'), False
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return Failure('unknown', 'lost'), False
    headers = {name.lower(): value for name, value in response.getheaders()}
    try:
        body = response.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return Reply(response.status, headers, b''), False
    return Reply(response.status, headers, body), response.isclosed() and not response.will_close


def take(origin, timeout, may_connect):
    """Return a connection to a host that nobody else uses, dialled or yet to be.

    :param tuple origin: host and port.
    """
    with _idle_lock:
        kept = _idle[origin, may_connect is not None]
        while kept:
            connection = kept.pop()
            if connection.is_fresh():
                connection.timeout = timeout
                connection.sock.settimeout(timeout)
                return connection
            connection.close()
    return _Connection(origin, timeout, may_connect)


def _give_back(connection):
    connection.idle_since = clock()
    with _idle_lock:
        _idle[connection.key].append(connection)
        # Of all hosts: one to which nobody sends again would keep its connections for good.
        surplus = []
        for key, kept in list(_idle.items()):
            while kept and (len(kept) > MOST_IDLE or connection.idle_since - kept[0].idle_since > LONGEST_IDLE):
                surplus.append(kept.pop(0))
            if not kept:
                del _idle[key]
    for old in surplus:
        old.close()


def _forget():
    """Leave the connections to the parent: what a child sent on them would break both."""
    global _idle_lock  # noqa: PLW0603 another thread of the parent may have held it
    _idle_lock = threading.Lock()
    for connections in _idle.values():
        for connection in connections:
            connection.close()
    _idle.clear()


os.register_at_fork(after_in_child=_forget)
