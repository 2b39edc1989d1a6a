"""A small HTTP client whose own cost stays out of the figures as far as it can."""

import json
import re
import socket
from urllib.parse import urlsplit

TIMEOUT = 30


class Client:
    """Requests to one server over the loopback device, each time on a connection of its own.

    Odoo's prefork workers close a connection after one answer, so there is no keep-alive to use.

    :param str url: the server's, without a path
    :param str token: of the phone API, sent with each request; None sends none
    """

    def __init__(self, url, token=None):
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port
        headers = [f'Host: {parts.netloc}', 'Accept: application/json', 'Connection: close']
        if token:
            headers.append(f'Authorization: Bearer {token}')
        self._headers = ''.join(f'{header}\r\n' for header in headers)

    def get(self, path):
        """Return the body of an answer.

        :raise ValueError: when its status is not 200
        """
        return self._send('GET', path, b'', 200)

    def post(self, path, status=200, **values):
        """Send values as JSON; return the body of the answer.

        :raise ValueError: when its status is another than this
        """
        return self._send('POST', path, json.dumps(values).encode(), status)

    def _send(self, verb, path, content, expected):
        head = f'{verb} {path} HTTP/1.1\r\n{self._headers}'
        if content:
            head += f'Content-Type: application/json\r\nContent-Length: {len(content)}\r\n'
        with socket.create_connection(self._address, TIMEOUT) as connection:
            connection.sendall(f'{head}\r\n'.encode() + content)
            received = b''
            while not (answer := _complete(received)):
                chunk = connection.recv(65536)
                if not chunk:
                    raise ValueError(f'{verb} {path} ended within the answer {received[:500]!r}')
                received += chunk
        status, body = answer
        if status != expected:
            raise ValueError(f'{verb} {path} answered {status} {body[:500]!r}')
        return body


def _complete(received):
    """Return the status and the body of an answer once all of it is there, else None.

    To wait for the server to hang up instead would measure how long werkzeug lingers on a connection (10 ms).
    """
    head, blank, body = received.partition(b'\r\n\r\n')
    if not blank:
        return None
    length = re.search(rb'(?i)^content-length: *(\d+)', head, re.M)
    return (int(head.split(b' ', 2)[1]), body) if length and len(body) >= int(length[1]) else None
