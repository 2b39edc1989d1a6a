"""Firebase Cloud Messaging, HTTP v1: how an app's server signs in, what a message is, and what the answers mean.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages and …/rest/v1/ErrorCode
"""
import importlib.util
import json
import re
from datetime import timedelta

from .delivery import Outcome
from .geocoding_http import valid_endpoint
from .push_account import Account, CredentialError, SignInError
from .push_message import (
    LARGEST,
    collapse_id,
    content_of,
    epoch,
    fitted,
    later,
    packed,
    seconds_left,
    thread_of,
    unanswered,
    utc_now,
    word,
)
from .transport import Failure, Reply, Request, exchange
from .transport_dial import is_public

URL = 'https://fcm.googleapis.com'
SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'
PROJECT = re.compile(r'[a-z0-9][a-z0-9.:-]{2,98}[a-z0-9]')
EMAIL = re.compile(r'[A-Za-z0-9._@:-]{3,254}')
#: Bytes; the file has about 2,400.
LONGEST_CREDENTIAL = 20_000
#: How long before its end a token is replaced.
MARGIN = timedelta(minutes=5)
#: Seconds for the token, which everything else waits for.
SIGN_IN_TIMEOUT = 8
#: Seconds to wait where the quota is spent and nothing else is said: quotas are by the minute.
QUOTA_PERIOD = 60
FCM_ERROR = 'google.firebase.fcm.v1.FcmError'
#: An address that is of another project: or the credentials are.
DOUBTFUL = {'SENDER_ID_MISMATCH'}
NO_TOKEN = re.compile(r'registration token', re.IGNORECASE)


def has_library():
    """Tell whether ``google-auth`` is installed."""
    try:
        return importlib.util.find_spec('google.oauth2.service_account') is not None
    except ModuleNotFoundError:
        return False


def read_credential(text):
    """Return what is in the file of a service account, checked.

    :raise CredentialError:
    :rtype: dict
    """
    try:
        given = json.loads(text) if len(text) <= LONGEST_CREDENTIAL else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise CredentialError('no_json')
    if 'project_info' in given or 'client' in given:
        raise CredentialError('file_of_the_app')
    if given.get('type') != 'service_account':
        raise CredentialError('no_service_account')
    names = ('project_id', 'private_key_id', 'private_key', 'client_email', 'token_uri')
    if not all(isinstance(given.get(name), str) and given[name] for name in names):
        raise CredentialError('incomplete')
    if not PROJECT.fullmatch(given['project_id']) or not EMAIL.fullmatch(given['client_email']) or not word(
            given['private_key_id']):
        raise CredentialError('incomplete')
    if not given['token_uri'].startswith('https://') or not valid_endpoint(given['token_uri']):
        raise CredentialError('token_uri')
    return {name: given[name] for name in names}


class FcmAccount(Account):
    """A service account: it signs an assertion (RFC 7523) and gets an access token for an hour.

    :cvar str scope: what the token is good for.
    :ivar str project:
    """

    scope = SCOPE

    def __init__(self, text):
        super().__init__()
        given = read_credential(text)
        self.project = given['project_id']
        self.token_url = given['token_uri']
        self._credentials = _credentials(given, self.scope)

    def token(self, renew=None, may_connect=is_public):
        """Return the access token.

        :param str | None renew: one that Google does not take any more.
        :param may_connect: see ``exchange``. The address is what a manager has stored, who shall not choose a host
            within our network.
        :raise SignInError:
        """
        with self.lock:
            known = self._credentials
            if not known.token or known.token == renew or not known.expiry or known.expiry - MARGIN < utc_now():
                self._sign_in(may_connect)
            return known.token

    def _sign_in(self, may_connect):
        door = _Door(self.token_url, may_connect)
        try:
            self._credentials.refresh(door)
        except Exception:  # noqa: BLE001 it fails in many ways at answers that are none, and what it says may quote them
            raise SignInError(door.reason, door.detail) from None


def _credentials(given, scope):
    from google.oauth2 import service_account  # noqa: PLC0415 the library is optional

    try:
        return service_account.Credentials.from_service_account_info(given, scopes=[scope])
    except Exception:  # noqa: BLE001 whatever a library says of a key may quote it
        raise CredentialError('private_key') from None


class _Door:
    """How google-auth sends: to the one address that the account names, once, as all our requests go.

    :ivar str reason: why there is no token.
    """

    def __init__(self, url, may_connect):
        self.url = url
        self.may_connect = may_connect
        self.reason, self.detail = 'no_credentials', 'no token'

    def __call__(self, url, method='GET', body=None, headers=None, timeout=None, **_options):
        from google.auth.exceptions import TransportError  # noqa: PLC0415 the library is optional

        if url != self.url or method != 'POST':
            raise TransportError
        body = body.encode() if isinstance(body, str) else body
        names = [(name.lower(), value) for name, value in (headers or {}).items()]
        [(_request, answer)] = exchange(
            [Request(None, url, names, body)], timeout=SIGN_IN_TIMEOUT, deadline=SIGN_IN_TIMEOUT,
            may_connect=self.may_connect)
        if isinstance(answer, Failure) or answer.status >= 500 or answer.status == 429:
            self.reason = 'provider_down'
            self.detail = answer.detail if isinstance(answer, Failure) else f'token: HTTP {answer.status}'
            raise TransportError
        self.detail = ' '.join(filter(None, (f'token: HTTP {answer.status}', word(content_of(answer).get('error')))))
        return _Answer(answer)


class _Answer:
    """An answer as google-auth wants it."""

    def __init__(self, reply):
        self.status, self.headers, self.data = reply.status, reply.headers, reply.body


def url_of(base, project):
    """Return where messages of a project go."""
    return f'{base.rstrip("/")}/v1/projects/{project}/messages:send'


def message(parcel, click, channel_id, now):
    """Return the request's body for a phone, or None if it cannot be made to fit.

    Android drops the oldest of more than four collapse keys that wait for a phone, so a message that replaces no other
    has none; the tag sees to it that a message that comes twice is seen once.

    :param Parcel parcel:
    :param str | None click: the link that notes the click on its way.
    :param str | None channel_id: of the app's notifications on Android.
    :param datetime now: naive UTC.
    :rtype: bytes | None
    """
    data = {'message_id': parcel.public_id, 'offer_id': parcel.offer_id, 'link': parcel.link, 'click': click}
    whole = {'token': parcel.address, 'data': {name: value for name, value in data.items() if value}}

    def build(body, image_url):
        texts = {'title': parcel.title, 'body': body, 'image': image_url}
        built = {**whole, 'notification': {name: value for name, value in texts.items() if value}}
        if parcel.platform != 'ios':
            built['android'] = _android(parcel, channel_id, now)
        if parcel.platform != 'android':
            built['apns'] = _apns(parcel, image_url)
        return packed({'message': built})

    # The address is no part of what the phone gets.
    return fitted(build, parcel.body, parcel.image_url, LARGEST + len(packed(parcel.address)))


def _android(parcel, channel_id, now):
    notification = {'tag': parcel.collapse_key}
    if channel_id:
        notification['channel_id'] = channel_id
    replaces = {} if parcel.collapse_key == parcel.public_id else {'collapse_key': parcel.collapse_key}
    return {**replaces, 'ttl': f'{seconds_left(parcel, now)}s', 'priority': 'HIGH', 'notification': notification}


def _apns(parcel, image_url):
    # Title and text are those of the notification: Google puts them into aps.alert.
    aps = {'sound': 'default', 'thread-id': thread_of(parcel)}
    built = {
        'headers': {
            'apns-collapse-id': collapse_id(parcel.collapse_key), 'apns-expiration': str(epoch(parcel.expires_at)),
            'apns-priority': '10'},
        'payload': {'aps': aps},
    }
    if image_url:
        aps['mutable-content'] = 1
        built['fcm_options'] = {'image': image_url}
    return built


def meaning(parcel_id, answer):
    """Return what an answer, or its absence, means for a parcel.

    :param answer: ``Reply`` or ``Failure``.
    :rtype: Outcome
    """
    if not isinstance(answer, Reply):
        return unanswered(parcel_id, answer)
    if answer.status == 200:
        return Outcome(parcel_id, 'sent')
    error = content_of(answer).get('error')
    error = error if isinstance(error, dict) else {}
    code, names_token = _code(error)
    detail = f'HTTP {answer.status} {code}'.strip()
    match answer.status:
        case 404 if code == 'UNREGISTERED':
            return Outcome(parcel_id, 'dead', 'no_address', detail)
        case 400 if names_token:
            return Outcome(parcel_id, 'dead', 'no_address', detail)
        case 403 if code in DOUBTFUL:
            return Outcome(parcel_id, 'dead', 'no_address', detail)
        # 404 without FCM's own word: another service is there.
        case 401 | 403 | 404:
            return Outcome(parcel_id, 'retry', 'no_credentials', detail, is_providers_fault=True)
        case 429:
            return later(parcel_id, 'rate_limited', detail, answer, QUOTA_PERIOD)
        case 400 | 413:
            return Outcome(parcel_id, 'failed', 'too_large' if answer.status == 413 else 'rejected', detail)
    return later(parcel_id, 'provider_down', detail, answer)


def _code(error):
    """Return FCM's word for an error, or Google's, and whether it is about the address."""
    code, names_token = word(error.get('status')), False
    details = error.get('details')
    for entry in details if isinstance(details, list) else ():
        if not isinstance(entry, dict):
            continue
        if str(entry.get('@type', '')).endswith(FCM_ERROR):
            code = word(entry.get('errorCode')) or code
        violations = entry.get('fieldViolations')
        for violation in violations if isinstance(violations, list) else ():
            names_token |= isinstance(violation, dict) and violation.get('field') == 'message.token'
    return code, names_token or bool(code == 'INVALID_ARGUMENT' and NO_TOKEN.search(str(error.get('message'))))
