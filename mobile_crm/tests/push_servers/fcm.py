"""Firebase Cloud Messaging, HTTP v1, with the token service of Google's accounts."""
import functools
import json
import secrets
from typing import NamedTuple
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from . import fcm_shape, tokens
from .server import PushServer
from .wire import Answer

SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'
GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
#: For whom Google's own library signs, wherever the token service is.
AUDIENCE = 'https://oauth2.googleapis.com/token'
ERROR_TYPE = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'
#: Seconds that an access token is good, and that the clocks may differ.
LIFE, SKEW = 3600, 60
JSON = (('content-type', 'application/json; charset=UTF-8'),)
# Google's word for a status, FCM's own, and what it says.
ERRORS = {
    400: ('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
    401: ('UNAUTHENTICATED', '', ('Request had invalid authentication credentials. Expected OAuth 2 access token, '
                                 'login cookie or other valid authentication credential.')),
    403: ('PERMISSION_DENIED', 'SENDER_ID_MISMATCH', 'SenderId mismatch'),
    404: ('NOT_FOUND', 'UNREGISTERED', 'Requested entity was not found.'),
    429: ('RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', 'Quota exceeded for quota metric.'),
    500: ('INTERNAL', 'INTERNAL', 'Internal error encountered.'),
    503: ('UNAVAILABLE', 'UNAVAILABLE', 'The service is currently unavailable.'),
}


class Access(NamedTuple):
    """An access token.

    :ivar float ends: seconds of the server's clock.
    """

    project: str
    ends: float


@functools.lru_cache
def _key(_number):
    # Making one takes longer than most tests: all servers of a run share a few.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FcmServer(PushServer):
    """Both of Google's services: ``/token`` gives access tokens, ``/v1/projects/…/messages:send`` takes messages.

    :ivar dict accounts: service accounts by their email, each ``(project, public key)``
    :ivar dict[str, str] registered: the project of each registration token.
    :ivar dict[str, Access] granted: access tokens.
    """

    #: What access tokens have to be good for.
    scope = SCOPE

    def __init__(self, **options):
        self.accounts, self.registered, self.granted = {}, {}, {}
        super().__init__(**options)

    # === WHAT A DEVELOPER AND A PHONE DO === #

    def service_account(self, project='shop'):
        """Return the JSON file of a new service account, as Firebase's console gives it away.

        :rtype: dict
        """
        key = _key(len(self.accounts) % 2)
        email = f'sender-{len(self.accounts)}@{project}.iam.gserviceaccount.com'
        self.accounts[email] = (project, key.public_key())
        return {
            'type': 'service_account', 'project_id': project, 'private_key_id': secrets.token_hex(20),
            'private_key': key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            'client_email': email, 'client_id': str(secrets.randbelow(10 ** 21)),
            'auth_uri': f'{self.url}/auth', 'token_uri': f'{self.url}/token',
            'auth_provider_x509_cert_url': f'{self.url}/certs', 'client_x509_cert_url': f'{self.url}/certs/{email}',
            'universe_domain': 'googleapis.com'}

    def register(self, project='shop'):
        """Return the registration token of a new phone."""
        token = f'{secrets.token_urlsafe(16)[:22]}:APA91b{secrets.token_urlsafe(100)[:134]}'
        self.registered[token] = project
        return token

    # === WHAT GOOGLE DOES === #

    def kind(self, request):
        return 'token' if request.path == '/token' else 'send'

    def address(self, request):
        message = (request.json or {}).get('message')
        return message.get('token') if isinstance(message, dict) else None

    def handle(self, request):
        if request.method != 'POST':
            return self.error(404)
        if request.path == '/token':
            try:
                return self._grant(request)
            except tokens.BadTokenError as exc:
                return Answer(400, JSON, json.dumps({
                    'error': 'invalid_grant', 'error_description': str(exc)}).encode())
        parts = request.path.split('/')
        if len(parts) != 5 or parts[:3] != ['', 'v1', 'projects'] or parts[4] != 'messages:send':
            return Answer(404, (('content-type', 'text/html; charset=UTF-8'),), b'<!DOCTYPE html><title>404</title>')
        return self._send(request, parts[3])

    def error(self, status, reason='', message='', details=()):
        """Return an error as Google tells it.

        :param str reason: FCM's own word, '' for the usual one of that status; None for none.
        """
        word, usual, text = ERRORS.get(status, ('UNKNOWN', '', 'Unknown error.'))
        if reason is not None and (reason or usual):
            details = [{'@type': ERROR_TYPE, 'errorCode': reason or usual}, *details]
        body = {'error': {'code': status, 'message': message or text, 'status': word}}
        if details:
            body['error']['details'] = list(details)
        return Answer(status, JSON, json.dumps(body).encode())

    def _grant(self, request):
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get('grant_type') != GRANT or 'assertion' not in form:
            raise tokens.BadTokenError('Invalid grant_type')
        unread = tokens.unchecked(form['assertion'], 'Invalid JWT')
        if unread.get('iss') not in self.accounts:
            raise tokens.BadTokenError('Invalid grant: account not found')
        project, key = self.accounts[unread['iss']]
        claims = tokens.read(form['assertion'], key, 'RS256', 'Invalid JWT Signature.')
        now = self.clock()
        if claims.get('aud') not in (AUDIENCE, f'{self.url}/token'):
            raise tokens.BadTokenError('Invalid JWT: Failed audience check.')
        if self.scope not in claims.get('scope', '').split():
            raise tokens.BadTokenError('Invalid scope')
        begins, ends = claims.get('iat', 0), claims.get('exp', 0)
        if not (begins - SKEW <= now < ends + SKEW and 0 < ends - begins <= LIFE):
            raise tokens.BadTokenError(
                'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.')
        token = f'ya29.c.{secrets.token_urlsafe(96)}'
        self.granted[token] = Access(project, now + LIFE)
        return Answer(200, JSON, json.dumps({
            'access_token': token, 'expires_in': LIFE - 1, 'token_type': 'Bearer'}).encode())

    def _send(self, request, project):
        scheme, _space, token = request.headers.get('authorization', '').partition(' ')
        access = self.granted.get(token)
        if scheme.lower() != 'bearer' or not access or access.ends <= self.clock():
            return self.error(401)
        if access.project != project:
            return self.error(403, None, "Permission 'cloudmessaging.messages.create' denied on resource.")
        if not request.headers.get('content-type', '').startswith('application/json'):
            return self.error(400)
        try:
            message, is_trial = fcm_shape.check(request.json)
        except fcm_shape.ShapeError as exc:
            return self.error(400, None if exc.is_unknown else '', str(exc), [{
                '@type': 'type.googleapis.com/google.rpc.BadRequest',
                'fieldViolations': [{'field': exc.field, 'description': str(exc)}]}])
        address = message.get('token', '')
        if ':' not in address:
            return self.error(400, '', 'The registration token is not a valid FCM registration token')
        if address not in self.registered or address in self.dead:
            return self.error(404)
        if self.registered[address] != project:
            return self.error(403)
        if not is_trial:
            tag = message.get('android', {}).get('notification', {}).get('tag', '')
            self.deliver(request, address, tag, lambda: message)
        return Answer(200, JSON, json.dumps({
            'name': f'projects/{project}/messages/0:{request.number:016d}%{secrets.token_hex(8)}'}).encode())
