"""Where pushes go: what an address of each provider looks like, and which hosts a browser's may name."""
import base64
import binascii
import json
import re
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

#: Where browsers' push services are. A subscription names the host to which this server sends, so a stranger must not
#: have a choice; ``mobile_crm.webpush_hosts`` adds others.
KNOWN_HOSTS = (
    'fcm.googleapis.com', '*.push.services.mozilla.com', '*.push.apple.com', '*.notify.windows.com',
)
MAX_ENDPOINT = 2048
# Lower case, as browsers write it, and no user: what is matched here is read alike by every library.
ENDPOINT = re.compile(
    r"(?P<origin>https://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?)/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*")
HTTPS = 443
FCM_TOKEN = re.compile(r'[A-Za-z0-9_:.-]{1,4096}')
APNS_TOKEN = re.compile(r'(?:[0-9a-f]{2}){32,100}')
AUTH_LENGTH = 16
# An uncompressed point: 4, X, Y.
POINT_LENGTH = 65


class Subscription(NamedTuple):
    """A browser's ``PushSubscription``.

    :ivar str endpoint: where its push service takes messages.
    :ivar str p256dh: the browser's public key, a point on P-256 in base64url without padding.
    :ivar str auth: the secret that goes into each message's key (16 bytes), in the same spelling.
    """

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def parse(cls, text):
        """Read what ``JSON.stringify(subscription)`` gives in a browser; what it has beside these members is left out.

        :raise ValueError: in words for developers, without the value.
        """
        try:
            given = json.loads(text)
            endpoint, keys = given['endpoint'], given['keys']
            p256dh, auth = keys['p256dh'], keys['auth']
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ValueError(
                'Send the JSON of a PushSubscription: {"endpoint": …, "keys": {"p256dh": …, "auth": …}}') from None
        if not isinstance(endpoint, str) or len(endpoint) > MAX_ENDPOINT or not ENDPOINT.fullmatch(endpoint):
            raise ValueError("The endpoint of the subscription is no https address of a push service")
        if len(_decoded(auth)) != AUTH_LENGTH:
            raise ValueError("keys.auth of the subscription is not 16 bytes in base64url")
        if not _is_point(_decoded(p256dh)):
            raise ValueError("keys.p256dh of the subscription is no point on P-256 in base64url")
        return cls(endpoint, p256dh.rstrip('='), auth.rstrip('='))

    @property
    def text(self):
        """The subscription in one spelling, with the endpoint first (see ``ENDPOINT_SQL``)."""
        return json.dumps(
            {'endpoint': self.endpoint, 'keys': {'p256dh': self.p256dh, 'auth': self.auth}}, separators=(',', ':'))

    @property
    def origin(self):
        """Scheme, host and port of the endpoint, as RFC 8292 wants it for ``aud``."""
        return ENDPOINT.fullmatch(self.endpoint)['origin'].removesuffix(f':{HTTPS}')

    def service(self, more_hosts=()):
        """Return the known host, or pattern of hosts, to which the endpoint belongs.

        :param more_hosts: beside those that are known; ``*.`` stands for any subdomain, and a port may follow.
        :rtype: str | None
        """
        parts = ENDPOINT.fullmatch(self.endpoint)
        host, port = parts['host'], int(parts['port'] or HTTPS)
        for service in (*KNOWN_HOSTS, *more_hosts):
            name, _colon, own_port = service.partition(':')
            is_host = host.endswith(name[1:]) and len(host) > len(name[1:]) if name.startswith('*.') else host == name
            if is_host and port == int(own_port or HTTPS):
                return service
        return None


# The endpoint of a subscription in the spelling of ``Subscription.text``; there is no quotation mark in an address.
ENDPOINT_SQL = "split_part(push_address, '\"', 4)"


def checked_address(provider, address):
    """Return a push address in the spelling in which it is kept.

    :param str provider: ``fcm``, ``apns`` or ``webpush``.
    :raise ValueError: in words for developers, without the value.
    """
    if provider == 'webpush':
        return Subscription.parse(address).text
    if provider == 'apns':
        if not APNS_TOKEN.fullmatch(address.lower()):
            raise ValueError("An address of APNs is the device token in hexadecimal, 64 to 200 digits")
        return address.lower()
    if not FCM_TOKEN.fullmatch(address):
        raise ValueError("An address of FCM is a registration token: letters, digits, and _ : . -")
    return address


def _is_point(data):
    """Tell whether bytes are an uncompressed point on P-256."""
    try:
        return len(data) == POINT_LENGTH and bool(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data))
    except ValueError:
        return False


def _decoded(text):
    """Return the bytes of a base64url text, or none where it is not one."""
    try:
        if not isinstance(text, str) or not re.fullmatch(r'[A-Za-z0-9_-]+={0,2}', text):
            return b''
        return base64.urlsafe_b64decode(text.rstrip('=') + '==')
    except (binascii.Error, ValueError):
        return b''
