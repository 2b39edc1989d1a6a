"""How a connection to a provider begins: a verified TLS connection to the host that was named, and to no other."""
import base64
import functools
import os
import secrets
import socket
import ssl
import tempfile
import time
import urllib.request
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

#: What the answer of a proxy may be long.
LONGEST_PROXY_ANSWER = 8192
#: Seconds of the real clock. ``time.monotonic`` stands still in tests that turn the clock; the network does not.
clock = functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC)


class DialError(Exception):
    """There is no connection; nothing was sent.

    :ivar str word: what went wrong, in a word of ours.
    """

    def __init__(self, word):
        super().__init__(word)
        self.word = word


class Identity(NamedTuple):
    """By what a host knows us.

    :ivar bytes key: private, PEM.
    :ivar bytes chain: the certificate and those above it, PEM.
    """

    key: bytes
    chain: bytes


def is_public(_host, address):
    """Tell whether an IP address is on the internet, not within our own network."""
    return ip_address(address).is_global


def tls_context(*protocols, identity=None):
    """Return a context that trusts what the system trusts (or ``SSL_CERT_FILE``), and asks for these protocols (ALPN).

    It is made once, since reading the system's authorities takes longer than many a request.

    :param Identity | None identity: that is shown to hosts that ask for one.
    :rtype: ssl.SSLContext
    """
    paths = ssl.get_default_verify_paths()
    read_at = os.stat(paths.cafile).st_mtime_ns if paths.cafile else None
    if identity:
        return _own_context(protocols, paths.cafile, read_at, paths.capath, identity)
    return _tls_context(protocols, paths.cafile, read_at, paths.capath)


@functools.lru_cache(maxsize=8)
def _tls_context(protocols, _file, _read_at, _folder):
    context = ssl.create_default_context()
    context.set_alpn_protocols(protocols)
    return context


@functools.lru_cache(maxsize=32)
def _own_context(protocols, _file, _read_at, _folder, identity):
    context = ssl.create_default_context()
    context.set_alpn_protocols(protocols)
    # Python reads keys from files alone: so it gets one for a moment that opens with a password which nobody keeps.
    password = secrets.token_bytes(32).hex().encode()
    key = load_pem_private_key(identity.key, None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    with tempfile.NamedTemporaryFile() as file:
        file.write(key + identity.chain)
        file.flush()
        context.load_cert_chain(file.name, password=password)
    return context


def dial(host, port, timeout, context, may_connect=None):
    """Return a socket on which TLS is agreed on.

    :param float timeout: seconds, for finding and reaching the host, and as many for the handshake.
    :param Callable[[str, str], bool] | None may_connect: asked with the host and each of its IP addresses, but not if
        there is a proxy (``HTTPS_PROXY``): it decides.
    :raise DialError:
    :rtype: ssl.SSLSocket
    """
    plain = _reach(host, port, timeout, may_connect)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        word = 'untrusted_certificate'
    except TimeoutError:
        word = 'connect_timeout'
    except (OSError, ValueError):
        word = 'no_tls'
    plain.close()
    raise DialError(word)


def _reach(host, port, timeout, may_connect):
    try:
        proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get('https')
        if proxy:
            return _through(proxy, host, port, timeout)
        return _straight(host, port, timeout, may_connect)
    except socket.gaierror:
        word = 'unknown_host'
    except TimeoutError:
        word = 'connect_timeout'
    except (OSError, ValueError):
        word = 'no_connection'
    raise DialError(word)


def _straight(host, port, timeout, may_connect):
    """Try the addresses of a host one after another: what was looked at is what is connected to."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [entry for entry in found if may_connect is None or may_connect(host, entry[4][0])]
    if not allowed:
        raise DialError('forbidden_address')
    ends_at = clock() + timeout
    failure = None
    for family, kind, protocol, _name, address in allowed:
        attempt = socket.socket(family, kind, protocol)
        try:
            attempt.settimeout(max(ends_at - clock(), 0.01))
            attempt.connect(address)
            attempt.settimeout(timeout)
        except OSError as exc:
            attempt.close()
            failure = exc
        else:
            return attempt
    raise failure


def _through(proxy, host, port, timeout):
    parts = urlsplit(proxy if '://' in proxy else f'http://{proxy}')
    if parts.scheme != 'http' or not parts.hostname:
        raise DialError('unknown_proxy')
    lines = [f'CONNECT {host}:{port} HTTP/1.1', f'Host: {host}:{port}']
    if parts.username:
        pair = f'{unquote(parts.username)}:{unquote(parts.password or "")}'
        lines.append(f'Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}')
    tunnel = socket.create_connection((parts.hostname, parts.port or 80), timeout)
    answer = b''
    try:
        tunnel.sendall('\r\n'.join([*lines, '', '']).encode())
        while b'\r\n\r\n' not in answer and len(answer) < LONGEST_PROXY_ANSWER:
            received = tunnel.recv(LONGEST_PROXY_ANSWER)
            if not received:
                break
            answer += received
    except OSError:
        tunnel.close()
        raise
    if answer.split(b' ', 2)[1:2] != [b'200'] or not answer.endswith(b'\r\n\r\n'):
        tunnel.close()
        raise DialError('refused_by_proxy')
    return tunnel
