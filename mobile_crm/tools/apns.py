"""Apple's Push Notification service: how an app's server signs in, what a message is, and what the answers mean.

https://developer.apple.com/documentation/usernotifications (Sending notification requests to APNs, Handling
notification responses from APNs, Establishing a token-based connection to APNs)
"""
import base64
import re
import time
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from .delivery import Outcome
from .push_account import Account, CredentialError
from .push_message import (
    collapse_id,
    content_of,
    epoch,
    fitted,
    later,
    packed,
    thread_of,
    unanswered,
    word,
)
from .transport import Reply

URLS = {'production': 'https://api.push.apple.com', 'sandbox': 'https://api.sandbox.push.apple.com'}
TEN = re.compile(r'[A-Z0-9]{10}')
TOPIC = re.compile(r'[A-Za-z0-9][A-Za-z0-9.-]{1,154}')
#: Bytes; the file has about 260.
LONGEST_CREDENTIAL = 4000
#: Seconds: Apple takes tokens of up to an hour, and wants none renewed within 20 minutes.
PERIOD = 40 * 60
SHORTEST_USE = 20 * 60
#: An address that is of another app, or of the other environment: or what the app's form says is.
DOUBTFUL = {'BadDeviceToken', 'DeviceTokenNotForTopic'}
#: What a 400 or a 403 is about when it is about who sends.
NO_CREDENTIALS = {
    'BadCertificate', 'BadCertificateEnvironment', 'Forbidden', 'InvalidProviderToken', 'MissingProviderToken',
    'MissingTopic', 'BadTopic', 'TopicDisallowed', 'UnrelatedKeyIdInToken', 'BadEnvironmentKeyIdInToken',
}


def read_credential(text):
    """Return the key in a .p8 file.

    :raise CredentialError:
    """
    if len(text) > LONGEST_CREDENTIAL or 'BEGIN PRIVATE KEY' not in text:
        raise CredentialError('no_p8')
    try:
        key = serialization.load_pem_private_key(text.strip().encode(), password=None)
    except (ValueError, TypeError):
        raise CredentialError('no_p8') from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CredentialError('other_key')
    return key


class ApnsAccount(Account):
    """A key of a team: it signs tokens (RFC 7519, ES256).

    All workers and hosts make tokens of the same time (see ``mobile.app._apns_token_time``): where each had its own,
    Apple would see a newer one each time that two of them take turns.
    """

    def __init__(self, text, key_id, team_id, topic, environment):
        super().__init__()
        self._key = read_credential(text)
        self._key_id, self._team_id = key_id, team_id
        self.topic, self.environment = topic, environment
        self._token, self._issued = None, 0

    def is_due(self):
        """Tell whether it is time to ask which token is the one to use."""
        return not 0 <= time.time() - self._issued < PERIOD

    def token(self, issued=None):
        """Return the token.

        :param int | None issued: of which time it shall be (seconds since 1970), where that may have changed.
        """
        with self.lock:
            if issued is not None and issued != self._issued:
                self._issued, self._token = issued, self._sign(issued)
            return self._token

    def _sign(self, issued):
        signed = b'.'.join(_base64url(packed(part)) for part in (
            {'alg': 'ES256', 'kid': self._key_id}, {'iss': self._team_id, 'iat': issued}))
        pair = utils.decode_dss_signature(self._key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = b''.join(number.to_bytes(32, 'big') for number in pair)
        return (signed + b'.' + _base64url(signature)).decode()


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=')


def url_of(base, address):
    """Return where messages for a phone go."""
    return f'{base.rstrip("/")}/3/device/{address}'


def headers(parcel, token, topic):
    """Return the headers of a message, those that all have first.

    :rtype: list[tuple[str, str]]
    """
    return [
        ('authorization', f'bearer {token}'),
        ('apns-topic', topic),
        ('apns-push-type', 'alert'),
        ('apns-priority', '10'),
        ('apns-expiration', str(epoch(parcel.expires_at))),
        ('apns-id', parcel.public_id),
        ('apns-collapse-id', collapse_id(parcel.collapse_key)),
    ]


def message(parcel, click):
    """Return the body for a phone, or None if it cannot be made to fit.

    :param Parcel parcel:
    :param str | None click: the link that notes the click on its way.
    :rtype: bytes | None
    """
    def build(body, image_url):
        alert = {'title': parcel.title, 'body': body}
        aps = {'alert': {name: value for name, value in alert.items() if value}, 'sound': 'default',
               'thread-id': thread_of(parcel)}
        if image_url:
            # The app's notification service extension fetches the picture.
            aps['mutable-content'] = 1
        data = {'message_id': parcel.public_id, 'offer_id': parcel.offer_id, 'link': parcel.link, 'click': click,
                'image': image_url}
        return packed({'aps': aps, **{name: value for name, value in data.items() if value}})

    return fitted(build, parcel.body, parcel.image_url)


def meaning(parcel_id, answer):
    """Return what an answer, or its absence, means for a parcel.

    :param answer: ``Reply`` or ``Failure``.
    :rtype: Outcome
    """
    if not isinstance(answer, Reply):
        return unanswered(parcel_id, answer)
    if answer.status == 200:
        return Outcome(parcel_id, 'sent')
    code = word(content_of(answer).get('reason'))
    detail = f'HTTP {answer.status} {code}'.strip()
    match answer.status:
        case 410:
            return Outcome(parcel_id, 'dead', 'no_address', detail)
        case 400 if code in DOUBTFUL:
            return Outcome(parcel_id, 'dead', 'no_address', detail)
        case 413:
            return Outcome(parcel_id, 'failed', 'too_large', detail)
        case 403:
            return Outcome(parcel_id, 'retry', 'no_credentials', detail, is_providers_fault=True)
        case 400 if code in NO_CREDENTIALS:
            return Outcome(parcel_id, 'retry', 'no_credentials', detail, is_providers_fault=True)
        case 429 if code == 'TooManyRequests':
            # Of this phone.
            return later(parcel_id, 'rate_limited', detail, answer)._replace(is_providers_fault=False)
        case 429:
            return later(parcel_id, 'rate_limited', detail, answer)
        case 400:
            return Outcome(parcel_id, 'failed', 'rejected', detail)
    return later(parcel_id, 'provider_down', detail, answer)


def gone_since(answer):
    """Return since when Apple has known that a phone has the app no more (naive UTC), if it says so."""
    when = content_of(answer).get('timestamp') if isinstance(answer, Reply) and answer.status == 410 else None
    if isinstance(when, bool) or not isinstance(when, int | float) or not 0 < when < 1e14:
        return None
    return datetime.fromtimestamp(when / 1000, UTC).replace(tzinfo=None)
