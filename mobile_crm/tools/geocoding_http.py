"""The one door through which addresses leave for a geocoding service."""
import contextlib
import json
import logging
import time
from contextvars import ContextVar
from urllib.parse import urlsplit

import requests
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable

# An answer of five places is a few kilobytes.
MAX_ANSWER = 1_000_000
# Bytes between two looks at the clock: a read returns when so many are there, however slowly they come.
CHUNK = 64

_hushed = ContextVar('mobile_crm_geocoding', default=False)


class _Hush(logging.Filter):
    """Leaves out what libraries would log of our requests: their URLs hold the address and the key."""

    def filter(self, record):
        return not _hushed.get()


for _name in ('geopy', 'urllib3.connectionpool'):
    logging.getLogger(_name).addFilter(_Hush())


@contextlib.contextmanager
def hushed():
    """Keep the libraries' loggers silent about the requests of this context."""
    token = _hushed.set(True)
    try:
        yield
    finally:
        _hushed.reset(token)


class Adapter(BaseSyncAdapter):
    """How geopy sends a request: once, to the host that was named, for a limited time, reading a limited answer.

    geopy's own adapter asks up to three times, follows redirects to wherever, and its timeout is for each packet. An
    error's body is not read: what a service echoes there is the address or the key.
    """

    def __init__(self, *, proxies, ssl_context):
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        # Proxies of the environment are used, and exceptions from them are kept.
        self.session = requests.Session()

    def __exit__(self, *exc_info):
        self.session.close()

    def get_json(self, url, *, timeout, headers):
        try:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers))
        except ValueError:
            raise GeocoderParseError("not JSON") from None

    def get_text(self, url, *, timeout, headers):
        deadline = time.monotonic() + timeout
        try:
            with self.session.get(
                url, timeout=timeout, headers=headers, stream=True, allow_redirects=False) as response:
                if response.status_code >= 300:
                    raise AdapterHTTPError(
                        f'HTTP {response.status_code}', status_code=response.status_code, headers=response.headers,
                        text=None)
                return _read(response, deadline)
        except requests.Timeout:
            raise GeocoderTimedOut("no answer in time") from None
        except requests.ConnectionError:
            raise GeocoderUnavailable("no connection") from None
        except requests.RequestException:
            raise GeocoderServiceError("no valid answer") from None


def _read(response, deadline):
    body = b''
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if time.monotonic() > deadline:
            raise GeocoderTimedOut("no whole answer in time")
        if len(body) > MAX_ANSWER:
            raise GeocoderParseError("too long")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise GeocoderParseError("not UTF-8") from None


def valid_endpoint(url):
    """Tell whether a URL may name a service: http or https, a host, and nothing that would get into logs.

    Hosts of the own network are welcome: to have an own server is the point.
    """
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return bool(
        port_is_valid and parts.scheme in ('http', 'https') and parts.hostname and not parts.username
        and not parts.password and not parts.query and not parts.fragment and not any(map(str.isspace, url)))
