"""A host on this machine that speaks HTTP/2 and HTTP/1.1 over TLS and misbehaves as it is told. It needs no Odoo."""
import contextlib
import datetime as dt
import ipaddress
import os
import socket
import ssl
import tempfile
import threading
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings


class Asked(NamedTuple):
    """A request as the host has read it.

    :ivar int connection: the number of the connection, from 0.
    :ivar int number: of the request on its connection, from 0.
    """

    connection: int
    number: int
    path: str
    headers: dict
    body: bytes
    method: str


def certificate(path, name='127.0.0.1'):
    """Write a key and a certificate that is its own authority into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a host of the tests")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=3650)).not_valid_after(now + dt.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    with open(path, 'wb') as file:
        file.write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        file.write(signed.public_bytes(serialization.Encoding.PEM))


@contextlib.contextmanager
def trusted():
    """Make a certificate that this process trusts for the time being.

    :return: the path of the file with certificate and key.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'host.pem')
        certificate(path)
        before = os.environ.get('SSL_CERT_FILE')
        os.environ['SSL_CERT_FILE'] = path
        try:
            yield path
        finally:
            if before is None:
                del os.environ['SSL_CERT_FILE']
            else:
                os.environ['SSL_CERT_FILE'] = before


class Host:
    """Listens until it is closed; each connection has a thread.

    :param Callable[[Asked], tuple | str | Callable] answer: gives (status, headers, body), or what to do instead:
        ``hold`` (never answer), ``refuse`` (REFUSED_STREAM), ``reset``, ``close``, ``goaway`` (this one and what came
        before are answered, what comes after is not, and the connection is closed), or bytes, sent as they are.
    :param dict settings: of HTTP/2.
    """

    def __init__(self, path, answer, *, protocols=('h2', 'http/1.1'), settings=None):
        self.answer = answer
        self.settings = settings or {}
        self.asked = []
        self.most_at_once = 0
        self.connections = []
        self.lock = threading.Lock()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(path)
        self.context.set_alpn_protocols(list(protocols))
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'https://127.0.0.1:{self.listener.getsockname()[1]}'
        self.is_closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        self.is_closed = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()

    def drop(self):
        """Cut all connections."""
        for sock in self.connections:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _listen(self):
        while True:
            try:
                plain, _address = self.listener.accept()
            except OSError:
                return
            # What is said must have left before the connection is closed.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        with contextlib.suppress(OSError, H2Error), self.context.wrap_socket(plain, server_side=True) as sock:
            with self.lock:
                number = len(self.connections)
                self.connections.append(sock)
            if sock.selected_alpn_protocol() == 'h2':
                _Http2(self, sock, number).serve()
            else:
                self._serve_http1(sock, number)

    def _serve_http1(self, sock, connection):
        reader = sock.makefile('rb')
        count = 0
        while line := reader.readline():
            headers = {}
            while (header := reader.readline().decode().strip()):
                name, _, value = header.partition(': ')
                headers[name.lower()] = value
            asked = Asked(
                connection, count, line.split()[1].decode(), headers, reader.read(int(headers['content-length'])),
                line.split()[0].decode())
            count += 1
            self.asked.append(asked)
            answer = self.answer(asked)
            if answer == 'close':
                return
            if answer == 'hold':
                continue
            if isinstance(answer, bytes):
                sock.sendall(answer)
                continue
            status, extra, body = answer
            lines = [f'HTTP/1.1 {status} Fine', f'Content-Length: {len(body)}', *map(': '.join, extra), '', '']
            sock.sendall('\r\n'.join(lines).encode() + body)


class _Http2:

    def __init__(self, host, sock, number):
        self.host = host
        self.sock = sock
        self.number = number
        self.count = 0
        self.streams = {}
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding='utf-8'))
        self.h2.local_settings = Settings(client=False, initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: 100, **host.settings})

    def serve(self):
        self.h2.initiate_connection()
        self.sock.sendall(self.h2.data_to_send())
        while data := self.sock.recv(65536):
            for event in self.h2.receive_data(data):
                if not self.take(event):
                    return
            self.sock.sendall(self.h2.data_to_send())

    def take(self, event):
        if isinstance(event, RequestReceived):
            self.streams[event.stream_id] = [dict(event.headers), b'']
            self.host.most_at_once = max(self.host.most_at_once, len(self.streams))
        elif isinstance(event, DataReceived):
            self.streams[event.stream_id][1] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            headers, body = self.streams[event.stream_id]
            asked = Asked(self.number, self.count, headers[':path'], headers, body, headers[':method'])
            self.count += 1
            self.host.asked.append(asked)
            goes_on = self.reply(event.stream_id, self.host.answer(asked))
            # Each in a record of its own: who reads one has not read all.
            self.sock.sendall(self.h2.data_to_send())
            return goes_on
        return True

    def reply(self, stream_id, answer):
        if answer == 'hold':
            return True
        if answer == 'close':
            return False
        del self.streams[stream_id]
        if answer in ('refuse', 'reset'):
            self.h2.reset_stream(
                stream_id, ErrorCodes.REFUSED_STREAM if answer == 'refuse' else ErrorCodes.INTERNAL_ERROR)
        elif answer == 'goaway':
            self.sock.sendall(self.h2.data_to_send())
            self.h2.close_connection(last_stream_id=stream_id)
            goaway = self.h2.data_to_send()
            # The answer comes after the farewell, as RFC 9113 allows; the library would not send it any more.
            block = self.h2.encoder.encode([(':status', '200')])
            head = len(block).to_bytes(3, 'big') + b'\x01\x05' + stream_id.to_bytes(4, 'big')
            self.sock.sendall(goaway + head + block)
            return False
        else:
            status, headers, body = answer
            self.h2.send_headers(stream_id, [(':status', str(status)), *headers], end_stream=not body)
            if body:
                self.h2.send_data(stream_id, body, end_stream=True)
        return True
