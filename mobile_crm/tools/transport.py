"""Many requests at once to the hosts of providers, over HTTP/2 where the host and the library ``h2`` allow it.

A provider is asked by a worker that is an ordinary thread, and knows nothing of what goes on here: it hands over its
requests and gets the outcomes as they come. All connections of a batch are looked after by this one thread, with a
selector; other threads do what blocks, which is to find and reach hosts, and HTTP/1.1.

What matters is to know what surely did *not* happen: that can be done again at once, everything else may be a second
message on somebody's phone. See ``transport_parts.Failure``.
"""
import contextlib
import functools
import importlib.util
import queue
import re
import selectors
import socket
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from . import transport_http1, transport_kept
from .transport_dial import DialError, clock, dial, tls_context
from .transport_parts import LONGEST_ANSWER, Failure, Flight, Reply, Request

__all__ = ['LONGEST_ANSWER', 'Failure', 'Reply', 'Request', 'exchange', 'has_http2']

#: Threads of one call for HTTP/1.1, each of which waits for one answer.
MOST_THREADS = 64
#: Streams that a host is expected to allow on a connection, until it has told.
USUAL_STREAMS = 100
#: A request that was surely not processed is sent again so many times within the call.
MOST_TRIES = 3
#: Connections in a row that may break without an answer, before a host is left alone.
MOST_BARREN = 3
#: Seconds after which an idle connection has to show that it is alive, and those that it has for that.
LONGEST_TRUST = 5
LONGEST_PING = 3
#: Seconds that may go by between two looks at what hosts say, and those that there are then to read it.
LONGEST_PAUSE = 0.1
LONGEST_CATCH_UP = 2
#: Seconds for which it is remembered that a host does not speak HTTP/2.
HTTP1_MEMORY = 600

AUTHORITY = re.compile(r'(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?')
PATH = re.compile(r'/[!-~]*')

_http1_until = {}


def has_http2():
    """Tell whether the optional library is installed without which there is HTTP/1.1 alone."""
    return importlib.util.find_spec('h2') is not None


def exchange(requests, *, in_flight=200, connections=4, timeout=15, deadline=45, http2=True, may_connect=None,
             identity=None):
    """Send all requests and yield each with its outcome, in the order in which outcomes come.

    It ends at the latest ``deadline`` and two timeouts after it began, not counting what the caller does between two
    outcomes. Nothing is redirected, nothing is asked again that may have been processed. Connections outlive the call.

    :param Iterable[Request] requests: to any number of hosts.
    :param int in_flight: how many requests may wait for their answers at once.
    :param int connections: the most to one host over HTTP/2. Over HTTP/1.1 each request in flight takes one.
    :param float timeout: seconds to reach a host, and again seconds to wait for an answer.
    :param float deadline: seconds from now. What has not begun by then is ``not_sent``.
    :param bool http2: False for HTTP/1.1.
    :param Callable[[str, str], bool] | None may_connect: tells whether a host with an IP address may be reached. It is
        asked in another thread.
    :param Identity | None identity: the certificate by which all hosts of this call know us; over HTTP/2 alone.
    :rtype: Iterator[tuple[Request, Reply | Failure]]
    """
    with contextlib.closing(
            _Exchange(in_flight, connections, timeout, deadline, http2, may_connect, identity)) as call:
        yield from call.run(requests)


@functools.lru_cache(maxsize=1024)
def _origin(authority):
    match = AUTHORITY.fullmatch(authority)
    if not match or int(match['port'] or 443) > 65535:
        return None
    return match['host'].strip('[]'), int(match['port'] or 443)


class _Host:
    """What a call wants of one host.

    :ivar int deaths: connections in a row that have broken without an answer.
    """

    def __init__(self, authority, origin):
        self.authority = authority
        self.origin = origin
        self.waiting = deque()
        self.connections = []
        self.dialling = 0
        self.deaths = 0
        self.is_http1 = False
        self.trouble = None


class _Exchange:
    """One call of ``exchange``."""

    def __init__(self, in_flight, connections, timeout, deadline, http2, may_connect, identity):
        self.in_flight = in_flight
        self.connections = connections
        self.timeout = timeout
        self.ends_at = clock() + deadline
        self.http2 = http2 and has_http2()
        self.may_connect = may_connect
        self.identity = identity
        self.hosts = {}
        self.outcomes = deque()
        self.left = 0
        self.flying = 0
        # Requests in threads, by the flight's id.
        self.threaded = {}
        # What threads have to say, and the sockets by which they wake this one.
        self.news = queue.SimpleQueue()
        self.wake_out, self.wake_in = socket.socketpair()
        self.wake_out.setblocking(False)
        self.wake_in.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.wake_out, selectors.EVENT_READ)
        # When it was looked at last what hosts say, and until when none is given up that says something.
        self.looked_at = clock()
        self.catches_up_until = 0.0
        self.is_closed = False
        self.lock = threading.Lock()
        self.pools = {}

    def run(self, requests):
        for request in requests:
            self.left += 1
            self._accept(request)
        while True:
            while self.outcomes:
                self.left -= 1
                yield self.outcomes.popleft()
            if not self.left:
                return
            now = clock()
            self._begin(now)
            self._flush()
            if not self.outcomes:
                self._wait(now)

    def close(self):
        """Keep the connections that are good for another call, and end the others."""
        for host in self.hosts.values():
            for connection in host.connections:
                self.selector.unregister(connection)
                connection.flush()
                if connection.flights or connection.is_leaving or connection.is_full or not connection.is_ready:
                    connection.abandon('closed')
                else:
                    transport_kept.keep(connection)
        self.selector.close()
        for _flight, connection, _limit in self.threaded.values():
            connection.abort()
        for pool in self.pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        # A thread that comes later finds nobody to tell, and closes what it brings.
        with self.lock:
            self.is_closed = True
            self.wake_in.close()
            self.wake_out.close()
        with contextlib.suppress(queue.Empty):
            while True:
                kind, _subject, value = self.news.get_nowait()
                if kind == 'dialled' and value[0]:
                    value[0].close()

    def _wait(self, now):
        """Wait until something happens, and take it in; else see what has waited for too long."""
        heard = set()
        if now - self.looked_at > LONGEST_PAUSE:
            self.catches_up_until = now + LONGEST_CATCH_UP
        for key, _events in self.selector.select(max(self._next_limit(now) - now, 0)):
            if key.data is None:
                self._hear(clock())
            else:
                heard.add(key.data)
                self._settle(key.data, key.data.receive(clock()))
        self.looked_at = clock()
        # What can be read may be the answer, where whoever asked us has kept us from looking. A host that talks without
        # an end is given up all the same.
        self._expire(self.looked_at, heard if self.looked_at < self.catches_up_until else set())

    def _next_limit(self, now):
        limits = [limit for _flight, _connection, limit in self.threaded.values()]
        for host in self.hosts.values():
            if host.waiting:
                limits.append(self.ends_at)
            for connection in host.connections:
                if not connection.is_ready:
                    limits.append(connection.ready_by)
                if connection.flights:
                    limits.append(next(iter(connection.flights.values())).begun_at + self.timeout)
        return min(limits, default=now + 1)

    def _expire(self, now, heard):
        for host in self.hosts.values():
            for connection in [connection for connection in host.connections if connection not in heard]:
                if not connection.is_ready and now >= connection.ready_by:
                    self._settle(connection, connection.abandon('no_answer'))
                else:
                    self._settle(connection, connection.give_up(now - self.timeout))
        for key, (flight, connection, limit) in list(self.threaded.items()):
            if now >= limit:
                del self.threaded[key]
                has_begun = connection.abort()
                self._finish(flight, Failure('unknown' if has_begun else 'not_sent', 'no_answer'))

    # === REQUESTS === #

    def _accept(self, request):
        scheme, _, rest = request.url.partition('://')
        authority, slash, path = rest.partition('/')
        path = slash + path or '/'
        host = self.hosts.get(authority)
        if host is None:
            origin = _origin(authority)
            if scheme != 'https' or origin is None:
                self.outcomes.append((request, Failure('not_sent', 'invalid_url')))
                return
            host = self.hosts[authority] = _Host(authority, origin)
            # Connections of HTTP/1.1 are shared with those who come without a certificate.
            host.is_http1 = not self.identity and (not self.http2 or _http1_until.get(origin, 0) > clock())
            if not host.is_http1:
                self._take_kept(host)
        if scheme != 'https' or not PATH.fullmatch(path):
            self.outcomes.append((request, Failure('not_sent', 'invalid_url')))
            return
        host.waiting.append(Flight(request, host, path))

    def _finish(self, flight, outcome):
        """Note what became of a request that was begun."""
        self.flying -= 1
        host = flight.host
        if isinstance(outcome, Reply):
            host.deaths = 0
        elif outcome.kind == 'not_sent' and self._may_try_again(flight, outcome.detail):
            # In front: it must not meet one farewell after another. Those are no tries of its own.
            flight.tries -= outcome.detail == 'goaway'
            host.waiting.appendleft(flight)
            return
        self.outcomes.append((flight.request, outcome))

    def _may_try_again(self, flight, detail):
        """Tell whether what was surely not processed has another try within the call."""
        if flight.host.trouble or flight.host.deaths >= MOST_BARREN:
            return False
        # A host that says farewell has mostly answered others, and is otherwise soon left alone.
        return detail == 'goaway' or (detail in ('refused_stream', 'lost') and flight.tries < MOST_TRIES)

    def _give_up(self, host, detail):
        while host.waiting:
            self.outcomes.append((host.waiting.popleft().request, Failure('not_sent', detail)))

    def _begin(self, now):
        """Begin as many requests as may be under way at once."""
        for host in self.hosts.values():
            if not host.waiting:
                continue
            if now >= self.ends_at:
                self._give_up(host, 'too_late')
            elif host.is_http1:
                self._begin_http1(host, now)
            else:
                self._begin_http2(host, now)

    def _begin_http2(self, host, now):
        for connection in host.connections:
            for _ in range(min(connection.room, len(host.waiting), self.in_flight - self.flying)):
                flight = host.waiting.popleft()
                flight.tries += 1
                if not connection.begin(flight, now):
                    flight.tries -= 1
                    host.waiting.appendleft(flight)
                    break
                self.flying += 1
        if not host.waiting:
            return
        usable = [connection for connection in host.connections if not connection.is_leaving]
        if host.trouble or host.deaths >= MOST_BARREN:
            # Those that there are go on.
            if not usable and not host.dialling:
                self._give_up(host, host.trouble or 'lost')
            return
        streams = min((connection.most for connection in usable if connection.is_ready), default=USUAL_STREAMS)
        pending = len(host.waiting) + sum(len(connection.flights) for connection in usable)
        wanted = min(self.connections, -(-min(pending, self.in_flight) // max(streams, 1)))
        for _ in range(wanted - len(usable) - host.dialling):
            host.dialling += 1
            self._pool('dial', 16).submit(self._dial, host)

    def _begin_http1(self, host, now):
        while host.waiting and self.flying < self.in_flight and len(self.threaded) < MOST_THREADS:
            flight = host.waiting.popleft()
            flight.tries += 1
            self.flying += 1
            connection = transport_http1.take(host.origin, self.timeout, self.may_connect)
            flight.begin(connection, now)
            self.threaded[id(flight)] = flight, connection, now + 2 * self.timeout
            self._pool('http1', MOST_THREADS).submit(self._perform, flight)

    # === THREADS === #

    def _pool(self, name, size):
        if name not in self.pools:
            self.pools[name] = ThreadPoolExecutor(max_workers=size, thread_name_prefix=f'mobile_crm_{name}')
        return self.pools[name]

    def _dial(self, host):
        sock = word = None
        try:
            sock = dial(*host.origin, self.timeout, self._tls_context(), self.may_connect)
        except DialError as exc:
            word = exc.word
        if not self._tell('dialled', host, (sock, word)) and sock:
            sock.close()

    def _perform(self, flight):
        self._tell('performed', flight, transport_http1.perform(flight))

    def _tell(self, *news):
        """Say something to the thread that looks after the connections.

        :return: False if it does not listen any more.
        """
        with self.lock:
            if self.is_closed:
                return False
            self.news.put(news)
            with contextlib.suppress(BlockingIOError):
                self.wake_in.send(b'.')
        return True

    def _hear(self, now):
        with contextlib.suppress(BlockingIOError):
            self.wake_out.recv(65536)
        while True:
            try:
                kind, subject, value = self.news.get_nowait()
            except queue.Empty:
                return
            if kind == 'dialled':
                self._on_dialled(subject, *value, now)
            elif self.threaded.pop(id(subject), None):
                self._finish(subject, value)

    def _on_dialled(self, host, sock, word, now):
        host.dialling -= 1
        if sock is None:
            host.trouble = word
        elif sock.selected_alpn_protocol() == 'h2':
            from .transport_http2 import Http2Connection  # noqa: PLC0415 the library is optional

            self._add(host, Http2Connection(sock, self._key(host), now, now + self.timeout))
        elif self.identity:
            sock.close()
            host.trouble = 'no_http2'
        else:
            host.is_http1 = True
            _http1_until[host.origin] = now + HTTP1_MEMORY
            transport_http1.adopt(sock, host.origin, self.timeout, self.may_connect)

    # === CONNECTIONS OF HTTP/2 === #

    def _tls_context(self):
        return tls_context('h2', 'http/1.1', identity=self.identity)

    def _key(self, host):
        return host.origin, self.may_connect is not None, id(self._tls_context())

    def _take_kept(self, host):
        now = clock()
        for connection in transport_kept.take(self._key(host), now):
            if len(host.connections) >= self.connections:
                connection.abandon('idle')
                continue
            self._add(host, connection)
            if now - connection.heard_at > LONGEST_TRUST:
                connection.ask(now + min(self.timeout, LONGEST_PING))
            # The host may have closed it meanwhile.
            self._settle(connection, connection.receive(now))

    def _add(self, host, connection):
        connection.host = host
        host.connections.append(connection)
        self.selector.register(connection, selectors.EVENT_READ, connection)

    def _flush(self):
        for host in self.hosts.values():
            for connection in list(host.connections):
                was_full = connection.is_full
                self._settle(connection, connection.flush())
                if connection.is_full != was_full and not connection.is_closed:
                    events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.is_full else 0)
                    self.selector.modify(connection, events, connection)

    def _settle(self, connection, done):
        """Note what became of requests, and take leave of a connection that is over."""
        host = connection.host
        for flight, outcome in done:
            self._finish(flight, outcome)
        if connection.is_leaving and not connection.flights:
            if connection in host.connections:
                host.connections.remove(connection)
                self.selector.unregister(connection)
                if not connection.is_proven or any(isinstance(outcome, Failure) for _flight, outcome in done):
                    host.deaths += 1
            if not connection.is_closed:
                connection.abandon('left')
