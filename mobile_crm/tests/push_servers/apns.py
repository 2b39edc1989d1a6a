"""Apple's Push Notification service, with provider tokens."""
import json
import re
import secrets
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from . import tokens
from .server import PushServer
from .wire import Answer

LARGEST = 4096
LONGEST_COLLAPSE_ID = 64
#: Seconds: how old a token may be, how long each is to be used, and how far the clocks may differ.
OLDEST, SHORTEST_USE, SKEW = 3600, 20 * 60, 60
DEVICE = re.compile(r'[0-9a-fA-F]{64,200}')
PUSH_TYPES = {
    'alert', 'background', 'location', 'voip', 'complication', 'fileprovider', 'mdm', 'liveactivity', 'pushtotalk',
    'controls', 'widgets'}
REASONS = {
    400: 'BadDeviceToken', 403: 'InvalidProviderToken', 404: 'BadPath', 405: 'MethodNotAllowed', 410: 'Unregistered',
    413: 'PayloadTooLarge', 429: 'TooManyRequests', 500: 'InternalServerError', 503: 'ServiceUnavailable'}


class Refusal(Exception):
    """A request is not taken.

    :ivar int status:
    :ivar str reason: Apple's word.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


class ApnsServer(PushServer):
    """APNs for one or more teams.

    :param bool is_lenient: count token updates on each connection, not on all of a key's.
    :ivar dict keys: by key id: ``(team id, public key)``
    :ivar dict[str, str] registered: the topic (bundle id) of each device token.
    :ivar int token_updates: how often a sender came with another token.
    """

    protocols = ('h2',)

    def __init__(self, is_lenient=False, **options):
        self.is_lenient, self.keys, self.registered, self.token_updates = is_lenient, {}, {}, 0
        # What was checked already; and by key, the time of the newest token and when it was seen first.
        self._checked, self._newest = {}, {}
        super().__init__(**options)

    # === WHAT A DEVELOPER AND A PHONE DO === #

    def provider_key(self, team='TEAM000001'):
        """Return a new key as Apple's developer site gives it away.

        :return: the text of the ``.p8`` file, the key's id and the team's.
        :rtype: tuple[str, str, str]
        """
        key, key_id = ec.generate_private_key(ec.SECP256R1()), f'KEY{len(self.keys):07d}'
        self.keys[key_id] = (team, key.public_key())
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), key_id, team

    def register(self, topic='com.example.shop'):
        """Return the device token of a new phone, for an app."""
        token = secrets.token_hex(32)
        self.registered[token] = topic
        return token

    # === WHAT APPLE DOES === #

    def address(self, request):
        return request.path.removeprefix('/3/device/')

    def error(self, status, reason='', when=None):
        body = {'reason': reason or REASONS.get(status, 'InternalServerError')}
        if when is not None:
            body['timestamp'] = int(when * 1000)
        return Answer(status, (('apns-id', str(uuid4()).upper()),), json.dumps(body).encode())

    def handle(self, request):
        try:
            self._check_path(request)
            self._check_token(request.headers.get('authorization', ''), request.connection)
            self._check_headers(request.headers)
            self._check_body(request)
        except Refusal as exc:
            return self._identified(request, self.error(exc.status, exc.reason))
        address = self.address(request)
        if address in self.dead:
            return self._identified(request, self.error(410, when=self.dead[address]))
        if address not in self.registered:
            return self._identified(request, self.error(400))
        if self.registered[address] != request.headers['apns-topic']:
            return self._identified(request, self.error(400, 'DeviceTokenNotForTopic'))
        payload = request.json
        self.deliver(request, address, request.headers.get('apns-collapse-id', ''), lambda: payload)
        return self._identified(request, Answer(200, (('apns-id', str(uuid4()).upper()),)))

    @staticmethod
    def _identified(request, answer):
        """Return an answer under the id that the sender gave to the notification."""
        given = request.headers.get('apns-id')
        return answer._replace(headers=(('apns-id', given),)) if given else answer

    def _check_path(self, request):
        if not request.path.startswith('/3/device/'):
            raise Refusal(404, 'BadPath')
        if request.method != 'POST':
            raise Refusal(405, 'MethodNotAllowed')
        if request.path == '/3/device/':
            raise Refusal(400, 'MissingDeviceToken')
        if not DEVICE.fullmatch(self.address(request)):
            raise Refusal(400, 'BadDeviceToken')

    def _check_token(self, authorization, connection):
        scheme, _space, token = authorization.partition(' ')
        if scheme.lower() != 'bearer' or not token:
            raise Refusal(403, 'MissingProviderToken')
        if token not in self._checked:
            try:
                self._checked[token] = self._read_token(token)
            except tokens.BadTokenError as exc:
                raise Refusal(403, str(exc)) from exc
        key_id, issued = self._checked[token]
        now = self.clock()
        if issued + OLDEST < now or issued - SKEW > now:
            raise Refusal(403, 'ExpiredProviderToken')
        user = (key_id, id(connection) if self.is_lenient else None)
        newest, seen = self._newest.get(user, (None, None))
        if newest is None or issued > newest:
            # Hosts that share a key make tokens of the same time, or one makes them for all.
            if seen is not None and now - seen < SHORTEST_USE:
                raise Refusal(429, 'TooManyProviderTokenUpdates')
            self._newest[user] = (issued, now)
            self.token_updates += 1

    def _read_token(self, token):
        """Return the id of a token's key, and when it was issued."""
        key_id = tokens.head(token, 'InvalidProviderToken').get('kid')
        if key_id not in self.keys:
            raise tokens.BadTokenError('InvalidProviderToken')
        team, key = self.keys[key_id]
        claims = tokens.read(token, key, 'ES256', 'InvalidProviderToken')
        if claims.get('iss') != team or not isinstance(claims.get('iat'), int):
            raise tokens.BadTokenError('InvalidProviderToken')
        return key_id, claims['iat']

    @staticmethod
    def _check_headers(headers):
        if 'apns-topic' not in headers:
            raise Refusal(400, 'MissingTopic')
        if headers.get('apns-push-type', 'alert') not in PUSH_TYPES:
            raise Refusal(400, 'InvalidPushType')
        priority = headers.get('apns-priority', '10')
        if priority not in ('1', '5', '10') or (priority == '10' and headers.get('apns-push-type') == 'background'):
            raise Refusal(400, 'BadPriority')
        if not re.fullmatch(r'\d{1,12}', headers.get('apns-expiration', '0')):
            raise Refusal(400, 'BadExpirationDate')
        if not 0 <= len(headers.get('apns-collapse-id', '').encode()) <= LONGEST_COLLAPSE_ID:
            raise Refusal(400, 'BadCollapseId')
        if 'apns-id' in headers:
            try:
                is_good = str(UUID(headers['apns-id'])) == headers['apns-id'].lower()
            except ValueError:
                is_good = False
            if not is_good:
                raise Refusal(400, 'BadMessageId')

    @staticmethod
    def _check_body(request):
        if not request.body:
            raise Refusal(400, 'PayloadEmpty')
        if len(request.body) > LARGEST:
            raise Refusal(413, 'PayloadTooLarge')
        if not isinstance(request.json, dict) or not isinstance(request.json.get('aps'), dict):
            raise Refusal(400, 'PayloadEmpty')
