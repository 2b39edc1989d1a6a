"""What the fake services have in common: they listen, fail when they are told to, and keep what the phones got."""
import asyncio
import contextlib
import itertools
import random
import socket
import threading
import time
from collections import Counter

from . import faults, wire
from .authority import server_context
from .phone import Phone, Received


class PushServer:
    """A service on this machine, in a thread of its own.

    :param clock: function that returns the seconds since 1970; tests turn it.
    :param float delay: seconds before each answer.
    :param int streams: requests that a client may have in flight on one HTTP/2 connection.

    :ivar dict[str, Phone] phones: by address; those that got something.
    :ivar dict[str, float] dead: when an address died.
    :ivar list[faults.Rule] rules: the first one that strikes counts.
    :ivar bool resets_connections: whether new connections are reset before anything is read.
    :ivar Counter answers: statuses, and ways of failing, by how often.
    :ivar Counter kinds: requests by kind: ``send``, ``token``.
    :ivar int accepted: connections that were made.
    :ivar int most_streams: most requests that were in flight at once on one connection.
    :ivar int violations: connections that ended by a client's breach of HTTP/2.
    """

    #: By ALPN, the preferred one first.
    protocols = ('h2', 'http/1.1')

    def __init__(self, clock=time.time, delay=0.0, streams=100, seed=19):
        self.clock, self.delay, self.streams = clock, delay, streams
        self.phones, self.dead, self.rules = {}, {}, []
        self.answers, self.kinds = Counter(), Counter()
        self.accepted = self.most_streams = self.violations = 0
        self.resets_connections, self.connections = False, set()
        self._numbers = {'send': itertools.count(), 'token': itertools.count()}
        self._chance = random.Random(seed).random
        # Bound and not listening: nobody else gets the port while the service is away.
        self._reservation = self._bind(0)
        self.port = self._reservation.getsockname()[1]
        self._listener = None
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name=type(self).__name__)
        self._thread.start()
        self.listen()

    @property
    def url(self):
        return f'https://127.0.0.1:{self.port}'

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        if self._thread.is_alive():
            self.refuse()
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.close()
            self._reservation.close()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        # A client that goes away in the middle of a handshake is what happens to a service.
        self.loop.set_exception_handler(lambda _loop, _context: None)
        self.loop.run_forever()

    # === WHAT IT DOES, AND WHAT IT DOES NOT === #

    def misbehave(self, fault, *, since=None, until=None, **conditions):
        """Let something go wrong with some requests; see ``faults.Rule``. Return the rule, which can be taken away.

        :param fault: made by a function of ``faults``.
        :param since, until: seconds of the server's clock, or naive UTC times.
        """
        rule = faults.Rule(fault, since=faults.seconds_of(since), until=faults.seconds_of(until), **conditions)
        self.rules.append(rule)
        return rule

    def behave(self):
        """Take all faults away, and listen."""
        self.rules.clear()
        self.resets_connections = False
        self.listen()

    def refuse(self):
        """Refuse connections, and reset those there are."""
        self._wait_for(self._stop_listening())

    def listen(self):
        """Take connections again."""
        self._wait_for(self._start_listening())

    def drop(self):
        """Reset the connections there are; new ones are welcome."""
        self._wait_for(self._drop())

    def kill(self, address):
        """Let an address die."""
        self.dead[address] = self.clock()

    def phone(self, address):
        """Return a phone, whether or not it got anything."""
        return self.phones.setdefault(address, Phone(address))

    @property
    def received(self):
        """All that was accepted, the oldest first.

        :rtype: list[Received]
        """
        return sorted(
            (message for phone in list(self.phones.values()) for message in phone.received),
            key=lambda message: message.number)

    def _wait_for(self, coroutine):
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def context(self):
        """Return the TLS settings."""
        return server_context(self.protocols)

    async def _start_listening(self):
        if not self._listener:
            self._listener = await self.loop.create_server(
                lambda: wire.Door(self), sock=self._bind(self.port), ssl=self.context(), backlog=512)

    async def _stop_listening(self):
        if self._listener:
            for listening in self._listener.sockets:
                # A process that was forked off may hold a copy: for it, too, this is the end.
                with contextlib.suppress(OSError):
                    listening._sock.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        await self._drop()

    async def _drop(self):
        for connection in list(self.connections):
            connection.reset()
        # What they have to do to end, they do by then.
        await asyncio.sleep(0)

    @staticmethod
    def _bind(port):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(('127.0.0.1', port))
        return bound

    # === HOW A REQUEST IS ANSWERED === #

    def handle(self, request):
        """Answer a request as the service does, and give the message to the phone.

        :rtype: wire.Answer
        """
        raise NotImplementedError

    def kind(self, request):
        """Tell what a request is for: ``send`` or ``token``."""
        return 'send'

    def address(self, request):
        """Return the address that a request names, or None."""
        raise NotImplementedError

    def error(self, status, reason=''):
        """Return the service's own answer of a status.

        :param str reason: which of its errors, '' for the usual one.
        :rtype: wire.Answer
        """
        raise NotImplementedError

    def deliver(self, request, address, collapse, read):
        """Give a message to a phone."""
        request.received = Received(
            address, request.number, self.clock(), request.headers, collapse, read, request.connection)
        self.phone(address).received.append(request.received)

    def receive(self, request):
        """Answer a request, or do what goes wrong with it."""
        kind = self.kind(request)
        self.kinds[kind] += 1
        request.number = next(self._numbers[kind])
        now = self.clock()
        struck = next((rule for rule in list(self.rules) if rule.strikes(
            kind, request.number, self.address(request) if rule.addresses is not None else None, now,
            self._chance)), None)
        if not struck:
            answer = self.handle(request)
            self.answers[answer.status] += 1
            self._answer(request, answer, self.delay)
            return
        fault = struck.fault
        self.answers[fault.way if fault.way != 'answer' else fault.status] += 1
        answer = self.handle(request) if fault.accepted else None
        if struck.then:
            struck.then()
        self._fail(request, fault, answer)

    def _fail(self, request, fault, answer):
        connection, stream = request.connection, request.stream
        if fault.way in ('answer', 'garbage', 'slow'):
            if fault.status:
                own = answer or self.error(fault.status, fault.reason)
                answer = wire.Answer(
                    fault.status, (*own.headers, *fault.headers), own.body if fault.body is None else fault.body)
            self._answer(request, answer, self.delay + fault.seconds)
        elif fault.way == 'reset':
            connection.reset()
        elif fault.way == 'hang_up':
            connection.hang_up()
        elif fault.way == 'half':
            connection.begin(stream, (answer or self.error(500))._replace(body=b'{"na'))
            # What is written has to leave before the connection ends.
            connection.is_broken = True
            self.loop.call_later(0.02, connection.reset)
        elif fault.way == 'goaway':
            connection.go_away(stream, False)
        elif fault.way == 'goaway_after':
            connection.go_away(stream, True)
            self._answer(request, answer, self.delay)
        elif fault.way == 'refused_stream':
            connection.reset_stream(stream, wire.REFUSED_STREAM)
        elif fault.way == 'broken_stream':
            connection.reset_stream(stream, wire.INTERNAL_ERROR)

    def _answer(self, request, answer, delay):
        if delay:
            self.loop.call_later(delay, request.answer, answer)
        else:
            request.answer(answer)
