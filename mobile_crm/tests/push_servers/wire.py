"""HTTP/1.1 and HTTP/2 on one connection each, as far as push services need them."""
import asyncio
import contextlib
import json
import socket
import struct
from typing import NamedTuple

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

#: What a connection may have in flight without an acknowledgement, in bytes.
WINDOW = 1 << 24
LONGEST_HEAD = 1 << 16
UNLIMITED = (1 << 31) - 1
PHRASES = {200: 'OK', 201: 'Created', 400: 'Bad Request', 404: 'Not Found', 410: 'Gone', 429: 'Too Many Requests',
           500: 'Internal Server Error', 503: 'Service Unavailable'}


class Answer(NamedTuple):
    status: int
    headers: tuple = ()
    body: bytes = b''


class Request:
    """A request as it came.

    :ivar str method, path:
    :ivar dict headers: in lower case.
    :ivar bytes body:
    :ivar connection: to be answered on, at ``stream``.
    :ivar received: ``Received``, once a phone has got the message.
    """

    __slots__ = ('_json', 'body', 'connection', 'headers', 'method', 'number', 'path', 'received', 'stream')

    def __init__(self, method, path, headers, body, connection, stream):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.connection, self.stream = connection, stream
        self.number, self.received, self._json = 0, None, False

    @property
    def json(self):
        """The body, decoded; None where it is no JSON."""
        if self._json is False:
            try:
                self._json = json.loads(self.body)
            except ValueError:
                self._json = None
        return self._json

    def answer(self, answer):
        """Send an answer, unless the client has gone."""
        # Said first: the client may read the answer, and look here, before this thread goes on.
        if self.received:
            self.received.is_answered = True
        if not self.connection.answer(self.stream, answer) and self.received:
            self.received.is_answered = False


class Connection(asyncio.Protocol):
    """What both protocols have in common.

    :ivar bool is_broken: whether it was reset: what was answered just before may be lost.
    """

    def __init__(self, server):
        self.server, self.transport, self.is_broken = server, None, False

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections.add(self)

    def connection_lost(self, exc):
        self.is_broken |= exc is not None
        self.server.connections.discard(self)

    def reset(self):
        """End by a TCP RST."""
        self.is_broken = True
        # None once the client has hung up, and this side has noticed but not been told.
        if (link := self.transport.get_extra_info('socket')) is not None:
            with contextlib.suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.transport.abort()

    def hang_up(self):
        self.is_broken = True
        self.transport.close()

    def answer(self, stream, answer):
        """Send an answer.

        :return: whether there was still somebody to be answered.
        :rtype: bool
        """
        raise NotImplementedError

    def begin(self, stream, answer):
        """Send the half of an answer."""
        raise NotImplementedError

    # What only HTTP/2 knows: with HTTP/1.1 the connection ends.

    def go_away(self, stream, is_taken):
        """Take no more requests.

        :param bool is_taken: whether this one is still answered.
        """
        self.hang_up()

    def reset_stream(self, stream, code):
        self.hang_up()


class Door(asyncio.Protocol):
    """A new connection, until it is known what is spoken on it."""

    def __init__(self, server):
        self._server = server

    def connection_made(self, transport):
        is_http2 = transport.get_extra_info('ssl_object').selected_alpn_protocol() == 'h2'
        connection = (Http2 if is_http2 else Http1)(self._server)
        transport.set_protocol(connection)
        connection.connection_made(transport)
        self._server.accepted += 1
        if self._server.resets_connections or (not is_http2 and 'http/1.1' not in self._server.protocols):
            connection.reset()


class Http1(Connection):
    """HTTP/1.1 with connections that stay; one request at a time is answered."""

    def __init__(self, server):
        super().__init__(server)
        self._buffer, self._is_busy, self._is_last = b'', False, False

    def data_received(self, data):
        self._buffer += data
        self._read()

    def _read(self):
        if self._is_busy:
            return
        head, found, rest = self._buffer.partition(b'\r\n\r\n')
        if not found:
            if len(self._buffer) > LONGEST_HEAD:
                self.hang_up()
            return
        first, *lines = head.decode('latin-1').split('\r\n')
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(':') for line in lines)}
        length = int(headers.get('content-length') or 0)
        if len(rest) < length:
            if 'expect' in headers:
                self.transport.write(b'HTTP/1.1 100 Continue\r\n\r\n')
            return
        self._buffer, self._is_busy = rest[length:], True
        method, path, _version = first.split(' ')
        self.server.receive(Request(method, path, headers, rest[:length], self, None))

    def _write(self, answer, length):
        if self.transport.is_closing():
            return False
        head = [f'HTTP/1.1 {answer.status} {PHRASES.get(answer.status, "Other")}',
                *(f'{name}: {value}' for name, value in answer.headers), f'content-length: {length}',
                *(['connection: close'] if self._is_last else []), '', '']
        self.transport.write('\r\n'.join(head).encode('latin-1') + answer.body)
        return True

    def answer(self, stream, answer):
        done = self._write(answer, len(answer.body))
        if self._is_last:
            self.transport.close()
        else:
            self._is_busy = False
            self._read()
        return done

    def begin(self, stream, answer):
        self._write(answer, len(answer.body) + 1000)

    def go_away(self, stream, is_taken):
        self._is_last = True
        if not is_taken:
            self.hang_up()


class Http2(Connection):
    """HTTP/2 with as many streams as the server allows; a client that opens more has made an error."""

    def connection_made(self, transport):
        made = super().connection_made(transport)
        self._h2 = H2Connection(H2Configuration(
            client_side=False, header_encoding='utf-8', validate_outbound_headers=False,
            normalize_outbound_headers=False))
        # The cap is a setting of its own: it binds the client from when it says that it has read it.
        self._h2.local_settings = Settings(client=False, initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: UNLIMITED,
            SettingCodes.MAX_HEADER_LIST_SIZE: LONGEST_HEAD})
        self._h2.initiate_connection()
        self._h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: self.server.streams})
        self._h2.increment_flow_control_window(WINDOW - 65535)
        # Heads and bodies of requests that are not all there; and the last stream that is still answered.
        self._open, self._last, self._is_dirty = {}, None, False
        self._flush()
        return made

    def data_received(self, data):
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self.server.violations += 1
            self._flush()
            self.hang_up()
            return
        for event in events:
            if isinstance(event, RequestReceived):
                self._open[event.stream_id] = (event.headers, [])
                self.server.most_streams = max(self.server.most_streams, len(self._open))
            elif isinstance(event, DataReceived):
                # Of the connection at large there is room for thousands; a stream of its own is not filled.
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if event.stream_id in self._open:
                    self._open[event.stream_id][1].append(event.data)
            elif isinstance(event, StreamEnded):
                self._end(event.stream_id)
            elif isinstance(event, StreamReset):
                self._open.pop(event.stream_id, None)
            elif isinstance(event, ConnectionTerminated):
                self.transport.close()
        self._soon()

    def _end(self, stream):
        if stream not in self._open or (self._last is not None and stream > self._last):
            self._open.pop(stream, None)
            return
        headers, parts = self._open[stream]
        headers = dict(headers)
        self.server.receive(Request(
            headers[':method'], headers[':path'], headers, b''.join(parts), self, stream))

    def _soon(self):
        """Write what is to be written, of all requests that are read by then at once."""
        if not self._is_dirty:
            self._is_dirty = True
            self.server.loop.call_soon(self._flush)

    def _flush(self):
        self._is_dirty = False
        if not self.transport.is_closing() and (data := self._h2.data_to_send()):
            self.transport.write(data)
        if self._last is not None and not self._waiting():
            self.transport.close()

    def _waiting(self):
        return any(stream <= self._last for stream in self._open)

    def _send(self, stream, answer, is_whole):
        if self._open.pop(stream, None) is None or self.transport.is_closing():
            return False
        headers = [(':status', str(answer.status)), *answer.headers]
        if not is_whole:
            headers.append(('content-length', str(len(answer.body) + 1000)))
        try:
            self._h2.send_headers(stream, headers, end_stream=is_whole and not answer.body)
            if answer.body:
                self._h2.send_data(stream, answer.body, end_stream=is_whole)
        except (ProtocolError, StreamClosedError):
            return False
        self._soon()
        return True

    def answer(self, stream, answer):
        return self._send(stream, answer, True)

    def begin(self, stream, answer):
        self._send(stream, answer, False)
        self._flush()

    def go_away(self, stream, is_taken):
        last = stream if is_taken else max((other for other in self._open if other < stream), default=stream - 2)
        self._last = max(last, 0) if self._last is None else min(self._last, last)
        # By hand: the library would send nothing after it, not even the answers that are still owed.
        self._flush_now(GoAwayFrame(0, last_stream_id=self._last, error_code=0).serialize())

    def _flush_now(self, frame):
        if not self.transport.is_closing():
            self.transport.write(self._h2.data_to_send() + frame)
        for stream in [stream for stream in self._open if stream > self._last]:
            del self._open[stream]
        self._soon()

    def reset_stream(self, stream, code):
        if self._open.pop(stream, None) is not None:
            with contextlib.suppress(ProtocolError, StreamClosedError):
                self._h2.reset_stream(stream, code)
            self._soon()


REFUSED_STREAM, INTERNAL_ERROR = ErrorCodes.REFUSED_STREAM, ErrorCodes.INTERNAL_ERROR
