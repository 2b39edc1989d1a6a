"""One connection of HTTP/2 (RFC 9113), on the library ``h2``, which knows the protocol and does no input or output."""
import contextlib
import logging
import ssl

from h2.config import H2Configuration
from h2.connection import ConnectionState, H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings
from hpack import NeverIndexedHeaderTuple

from .transport_parts import Failure

#: Headers that differ from request to request, or name a phone: kept out of the table of headers, which is small.
UNIQUE = {'apns-collapse-id', 'apns-expiration', 'apns-id', 'content-length', 'topic', 'ttl'}
#: Requests at once on a connection that has answered none yet: so many are in doubt if it breaks.
UNPROVEN = 16
#: Requests at once where the host sets no limit.
MOST_STREAMS = 1000
CHUNK = 65536
#: Times that a connection is read which takes nothing any more; a record is 16 kB.
MOST_LAST_WORDS = 100
#: Bytes of answers that may be under way to us beyond the first 64 kB.
MORE_WINDOW = 2 ** 24

# At DEBUG they log each header: tokens and addresses.
for _name in ('h2', 'hpack'):
    logging.getLogger(_name).setLevel(logging.WARNING)


class _Protocol(H2Connection):
    """The library takes GOAWAY for the end; it is the end of what came after it (RFC 9113, section 6.8)."""

    def _receive_goaway_frame(self, frame):
        answer = super()._receive_goaway_frame(frame)
        self.state_machine.state = ConnectionState.CLIENT_OPEN
        return answer


class Http2Connection:
    """A connection, and the requests on it. Nothing here blocks, and nothing waits.

    What its methods return are pairs of a flight and what became of it.

    :ivar tuple key: what the connection is kept by.
    :ivar dict[int, Flight] flights: by their streams, in the order in which they were begun.
    :ivar bool is_ready: whether requests may be begun: the host has told its limits, and is there.
    :ivar float ready_by: when it is given up unless it is ready.
    :ivar bool is_leaving: whether no request may be begun any more.
    :ivar bool is_closed:
    :ivar bool is_proven: whether it has answered a request.
    :ivar float heard_at: when something was received last.
    :ivar int most: how many requests the host takes at once.
    """

    def __init__(self, sock, key, now, ready_by):
        self.sock = sock
        self.key = key
        self.host = None
        self.flights = {}
        self.is_ready = False
        self.ready_by = ready_by
        self.is_leaving = False
        self.is_closed = False
        self.is_proven = False
        self.heard_at = now
        self.most = 0
        # Whether the system takes no more bytes for now.
        self.is_full = False
        self._blocked = {}
        self._out = bytearray()
        self._produced = 0
        self._handed_over = 0
        sock.setblocking(False)
        self._h2 = _Protocol(H2Configuration(
            client_side=True, header_encoding=None, validate_outbound_headers=False,
            normalize_outbound_headers=False))
        self._h2.local_settings = Settings(
            client=True, initial_values={SettingCodes.ENABLE_PUSH: 0, SettingCodes.MAX_HEADER_LIST_SIZE: 65536})
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(MORE_WINDOW)

    @property
    def room(self):
        """How many more requests may be begun."""
        if not self.is_ready or self.is_leaving or self._blocked:
            return 0
        return (self.most if self.is_proven else min(self.most, UNPROVEN)) - len(self.flights)

    def fileno(self):
        return self.sock.fileno()

    def begin(self, flight, now):
        """Begin a request. It leaves with the next ``flush``.

        :return: False if the connection takes no more.
        """
        try:
            stream_id = self._h2.get_next_available_stream_id()
            self._h2.send_headers(stream_id, _headers(flight), end_stream=not flight.request.body)
        except H2Error:
            self.is_leaving = True
            return False
        flight.begin(self, now)
        self.flights[stream_id] = flight
        self._send(stream_id, flight, flight.request.body)
        return True

    def _send(self, stream_id, flight, body):
        """Send as much of a body as the host permits."""
        # What was received may have ended the stream, whose event is still to be looked at.
        with contextlib.suppress(H2Error):
            while body:
                size = min(len(body), self._h2.local_flow_control_window(stream_id), self._h2.max_outbound_frame_size)
                if size <= 0:
                    flight.rest = body
                    self._blocked[stream_id] = flight
                    return
                self._h2.send_data(stream_id, body[:size], end_stream=size == len(body))
                body = body[size:]
            self._collect()
            flight.end = self._produced

    def _collect(self):
        data = self._h2.data_to_send()
        self._out += data
        self._produced += len(data)

    def ask(self, ready_by):
        """Have the host show that it is still there, before the connection is used again."""
        self.is_ready = False
        self.ready_by = ready_by
        self._h2.ping(b'mobile_c')

    def flush(self):
        """Hand over to the system what it takes."""
        self._collect()
        self.is_full = False
        out = self._out
        try:
            while out:
                with memoryview(out)[:CHUNK] as part:
                    count = self.sock.send(part)
                del out[:count]
                self._handed_over += count
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError, BlockingIOError):
            self.is_full = True
        except OSError:
            return self._hear_out()
        return []

    def _hear_out(self):
        """Take in what the host said before it closed, such as which requests it has not looked at; then close."""
        done = []
        for _ in range(MOST_LAST_WORDS):
            if self.is_closed:
                return done
            done += self.receive(self.heard_at)
        return done + self.abandon('lost')

    def receive(self, now):
        """Take in what has arrived."""
        done = []
        try:
            while data := self.sock.recv(CHUNK):
                self.heard_at = now
                for event in self._h2.receive_data(data):
                    handler = self._handlers.get(event.__class__)
                    if handler:
                        handler(self, event, done)
                if not self.sock.pending():
                    return done
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return done
        except OSError:
            return done + self.abandon('lost')
        except (H2Error, ValueError):
            return done + self.abandon('protocol_error')
        return done + self.abandon('lost')

    def abandon(self, detail):
        """Close the connection. What had not left completely was surely not processed."""
        self.is_leaving = self.is_closed = True
        flights = list(self.flights.values())
        self.flights.clear()
        self._blocked.clear()
        self.sock.close()
        return [(flight, flight.ended(self._kind(flight), detail)) for flight in flights]

    def _kind(self, flight):
        return 'unknown' if flight.end is not None and flight.end <= self._handed_over else 'not_sent'

    def give_up(self, before):
        """Give up requests that have waited for their answer since before an instant.

        Where nothing at all has come since, the connection is taken for dead, and gets no new ones.
        """
        done = []
        for stream_id, flight in list(self.flights.items()):
            if flight.begun_at > before:
                break
            del self.flights[stream_id]
            self._blocked.pop(stream_id, None)
            if self.heard_at <= flight.begun_at:
                self.is_leaving = True
            done.append((flight, flight.ended(self._kind(flight), 'no_answer')))
            self._cancel(stream_id)
        return done

    def _cancel(self, stream_id):
        with contextlib.suppress(H2Error):
            self._h2.reset_stream(stream_id, ErrorCodes.CANCEL)

    # === WHAT THE HOST SAYS === #

    def _on_response(self, event, _done):
        flight = self.flights.get(event.stream_id)
        if flight:
            headers = {name.decode('latin-1'): value.decode('latin-1') for name, value in event.headers}
            flight.status = int(headers.pop(':status'))
            flight.headers = headers
            self.is_proven = True

    def _on_data(self, event, _done):
        self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        flight = self.flights.get(event.stream_id)
        if flight:
            flight.add(event.data)

    def _on_end(self, event, done):
        flight = self.flights.pop(event.stream_id, None)
        if flight:
            # An answer may come before all of the question has been asked.
            if self._blocked.pop(event.stream_id, None):
                self._cancel(event.stream_id)
            done.append((flight, flight.ended('unknown', 'no_status')))

    def _on_reset(self, event, done):
        flight = self.flights.pop(event.stream_id, None)
        self._blocked.pop(event.stream_id, None)
        if flight:
            is_refused = event.error_code == ErrorCodes.REFUSED_STREAM
            kind = 'not_sent' if is_refused else self._kind(flight)
            done.append((flight, flight.ended(kind, 'refused_stream' if is_refused else 'reset')))

    def _on_settings(self, _event, _done):
        self.most = min(self._h2.remote_settings.max_concurrent_streams, MOST_STREAMS)
        self.is_ready = True
        self._go_on()

    def _on_window(self, _event, _done):
        if self._blocked:
            self._go_on()

    def _on_ping(self, _event, _done):
        self.is_ready = True

    def _on_goaway(self, event, done):
        """The host takes no more: what it has not looked at, it never will."""
        self.is_leaving = True
        last = event.last_stream_id or 0
        for stream_id in [stream_id for stream_id in self.flights if stream_id > last]:
            flight = self.flights.pop(stream_id)
            self._blocked.pop(stream_id, None)
            done.append((flight, Failure('not_sent', 'goaway')))

    def _go_on(self):
        blocked, self._blocked = self._blocked, {}
        for stream_id, flight in blocked.items():
            self._send(stream_id, flight, flight.rest)

    _handlers = {
        ResponseReceived: _on_response,
        DataReceived: _on_data,
        StreamEnded: _on_end,
        StreamReset: _on_reset,
        RemoteSettingsChanged: _on_settings,
        WindowUpdated: _on_window,
        PingAckReceived: _on_ping,
        ConnectionTerminated: _on_goaway,
    }


def _headers(flight):
    headers = [
        (':method', flight.request.method), (':scheme', 'https'), (':authority', flight.host.authority),
        NeverIndexedHeaderTuple(':path', flight.path),
    ]
    headers += [
        NeverIndexedHeaderTuple(*header) if header[0] in UNIQUE else header for header in flight.request.headers]
    return headers
