"""A browser vendor's push service (RFC 8030), and the browsers that subscribe to it."""
import base64
import json
import re
import secrets
from typing import NamedTuple

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import tokens
from .server import PushServer
from .wire import Answer

LARGEST = 4096
#: Seconds that a token of the sender's may be good (RFC 8292), and that the clocks may differ.
LONGEST, SKEW = 24 * 3600, 60
VAPID = re.compile(r'vapid t=(?P<t>[\w.-]+), ?k=(?P<k>[\w-]+)|vapid k=(?P<k2>[\w-]+), ?t=(?P<t2>[\w.-]+)', re.I)
TOPIC = re.compile(r'[\w-]{1,32}', re.ASCII)
# In FCM's words.
OTHER_KEY = (
    'the VAPID credentials in the authorization header do not correspond to the credentials used to create the '
    'subscriptions.')
ERRORS = {
    400: 'Bad request', 401: 'Missing or invalid authorization', 403: 'The key is not the subscription\'s',
    404: 'No such subscription', 410: 'The subscription is gone', 413: 'Payload too large', 429: 'Too many requests',
    500: 'Internal error', 503: 'Unavailable'}


class Browser(NamedTuple):
    """The browser's side of a subscription.

    :ivar str server_key: the public key of who may send, in base64url.
    """

    private_key: ec.EllipticCurvePrivateKey
    auth: bytes
    server_key: str


class WebPushServer(PushServer):
    """A push service, whose browsers decrypt by ``http_ece`` what they got.

    :ivar dict[str, Browser] browsers: by endpoint.
    """

    def __init__(self, **options):
        self.browsers = {}
        # Tokens that were checked already, with their claims.
        self._checked = {}
        super().__init__(**options)

    # === WHAT A BROWSER DOES === #

    def subscribe(self, server_key):
        """Return a new subscription, as ``PushSubscription.toJSON()`` gives it to the page.

        :param str server_key: the sender's public key (``applicationServerKey``), in base64url.
        :rtype: dict
        """
        key, auth = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        endpoint = f'{self.url}/push/{secrets.token_urlsafe(32)}'
        self.browsers[endpoint] = Browser(key, auth, server_key.rstrip('='))
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {'endpoint': endpoint, 'expirationTime': None, 'keys': {
            'p256dh': _encode(public), 'auth': _encode(auth)}}

    def forget(self, endpoint):
        """Know nothing of a subscription any more: 404, where a dead one is 410."""
        del self.browsers[endpoint]

    # === WHAT THE SERVICE DOES === #

    def address(self, request):
        return f'{self.url}{request.path}'

    def error(self, status, reason=''):
        return Answer(status, (('content-type', 'application/json'),), json.dumps({
            'code': status, 'errno': 100, 'error': ERRORS.get(status, 'Error'), 'message': reason}).encode())

    def handle(self, request):
        endpoint = self.address(request)
        if request.method != 'POST':
            return self.error(405)
        if endpoint in self.dead:
            return self.error(410)
        if endpoint not in self.browsers:
            return self.error(404)
        browser = self.browsers[endpoint]
        if refusal := self._refusal(request.headers, browser) or self._wrong(request):
            return refusal
        body = request.body
        self.deliver(
            request, endpoint, '', lambda: json.loads(http_ece.decrypt(
                body, private_key=browser.private_key, auth_secret=browser.auth, version='aes128gcm')))
        return Answer(201, (('location', f'{self.url}/message/{request.number}'), ('ttl', request.headers['ttl'])))

    def _refusal(self, headers, browser):
        """Return why the sender may not send, or None."""
        match = VAPID.fullmatch(headers.get('authorization', ''))
        if not match:
            return self.error(401, 'authorization')
        token, key = match['t'] or match['t2'], (match['k'] or match['k2']).rstrip('=')
        try:
            if (token, key) not in self._checked:
                self._checked[token, key] = self._claims(token, key)
        except tokens.BadTokenError as exc:
            return self.error(401, str(exc))
        if key != browser.server_key:
            return self.error(403, OTHER_KEY)
        claims, now = self._checked[token, key], self.clock()
        if claims.get('aud') != self.url:
            return self.error(401, 'aud')
        ends = claims.get('exp')
        if not isinstance(ends, int) or not now - SKEW < ends <= now + LONGEST + SKEW:
            return self.error(401, 'exp')
        subject = claims.get('sub', 'mailto:')
        return None if subject.startswith(('mailto:', 'https:')) else self.error(401, 'sub')

    @staticmethod
    def _claims(token, key):
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(key))
        except ValueError as exc:
            raise tokens.BadTokenError('key') from exc
        return tokens.read(token, public, 'ES256', 'token')

    def _wrong(self, request):
        """Return what is wrong with a message, or None."""
        headers = request.headers
        if not re.fullmatch(r'\d{1,10}', headers.get('ttl', '')):
            return self.error(400, 'ttl')
        if 'topic' in headers and not TOPIC.fullmatch(headers['topic']):
            return self.error(400, 'topic')
        if headers.get('urgency', 'normal') not in ('very-low', 'low', 'normal', 'high'):
            return self.error(400, 'urgency')
        if len(request.body) > LARGEST:
            return self.error(413)
        if request.body and headers.get('content-encoding') != 'aes128gcm':
            return self.error(400, 'content-encoding')
        return None


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def _decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
