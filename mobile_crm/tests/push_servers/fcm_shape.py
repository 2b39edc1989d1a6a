"""The shape of a message as FCM's HTTP v1 API takes it: what it does not know, it refuses."""
import json
import re

LARGEST = 4096
LONGEST_TTL = 28 * 24 * 3600
DURATION = re.compile(r'(\d+)(\.\d{1,9})?s')
CAMEL = re.compile(r'(?<=[a-z0-9])([A-Z])')
RESERVED = re.compile(r'from|message_type|collapse_key|google\..*|gcm\..*')

TEXT, TRUTH, NUMBER, ANY = 'text', 'truth', 'number', 'any'
TEXTS, DATA = 'texts', 'data'
FCM_OPTIONS = {'analytics_label': TEXT}
NOTIFICATION = {'title': TEXT, 'body': TEXT, 'image': TEXT}
ANDROID_NOTIFICATION = {
    **NOTIFICATION, 'icon': TEXT, 'color': TEXT, 'sound': TEXT, 'tag': TEXT, 'click_action': TEXT,
    'body_loc_key': TEXT, 'body_loc_args': TEXTS, 'title_loc_key': TEXT, 'title_loc_args': TEXTS, 'channel_id': TEXT,
    'ticker': TEXT, 'sticky': TRUTH, 'event_time': TEXT, 'local_only': TRUTH,
    'notification_priority': {'PRIORITY_UNSPECIFIED', 'PRIORITY_MIN', 'PRIORITY_LOW', 'PRIORITY_DEFAULT',
                              'PRIORITY_HIGH', 'PRIORITY_MAX'},
    'default_sound': TRUTH, 'default_vibrate_timings': TRUTH, 'default_light_settings': TRUTH, 'vibrate_timings': TEXTS,
    'visibility': {'VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'}, 'notification_count': NUMBER,
    'light_settings': ANY, 'bypass_proxy_notification': TRUTH,
    'proxy': {'PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'}}
MESSAGE = {
    'name': TEXT, 'data': DATA, 'notification': NOTIFICATION,
    'android': {
        'collapse_key': TEXT, 'priority': {'NORMAL', 'HIGH', 'normal', 'high'}, 'ttl': 'duration',
        'restricted_package_name': TEXT, 'data': DATA, 'notification': ANDROID_NOTIFICATION,
        'fcm_options': FCM_OPTIONS, 'direct_boot_ok': TRUTH, 'bandwidth_constrained_ok': TRUTH,
        'restricted_satellite_ok': TRUTH},
    'webpush': {'headers': TEXTS, 'data': DATA, 'notification': ANY, 'fcm_options': {**FCM_OPTIONS, 'link': TEXT}},
    'apns': {'headers': 'headers', 'payload': ANY, 'fcm_options': {**FCM_OPTIONS, 'image': TEXT},
             'live_activity_token': TEXT},
    'fcm_options': FCM_OPTIONS, 'token': TEXT, 'topic': TEXT, 'condition': TEXT}
REQUEST = {'validate_only': TRUTH, 'message': MESSAGE}


class ShapeError(Exception):
    """A message is not as it has to be.

    :ivar str field: where.
    :ivar bool is_unknown: whether there is no such field.
    """

    def __init__(self, field, text, is_unknown=False):
        super().__init__(text)
        self.field, self.is_unknown = field, is_unknown


def check(request):
    """Return the message of a request, its names in snake case, and whether it is a trial.

    :param request: the body, decoded.
    :raise ShapeError:
    """
    if not isinstance(request, dict) or ('message' not in request and 'message' not in map(_snake, request)):
        raise ShapeError('message', 'Invalid JSON payload received.', True)
    read = _read(request, REQUEST, '')
    message = read.get('message')
    if not isinstance(message, dict) or sum(name in message for name in ('token', 'topic', 'condition')) != 1:
        raise ShapeError('message', 'Exactly one of token, topic or condition is required')
    content = {name: message[name] for name in ('data', 'notification', 'android', 'apns') if name in message}
    if len(json.dumps(message.get('data', {}), ensure_ascii=False).encode()) > LARGEST or len(
            json.dumps(content, ensure_ascii=False).encode()) > 2 * LARGEST:
        raise ShapeError('message', 'Android message is too big')
    payload = message.get('apns', {}).get('payload')
    if payload is not None and len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST:
        raise ShapeError('message.apns.payload', 'APNs payload is too big')
    return message, read.get('validate_only', False)


def _snake(name):
    return CAMEL.sub(lambda match: f'_{match[1].lower()}', name)


def _read(value, shape, path):
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise ShapeError(path, f"Invalid value at '{path}'", True)
        done = {}
        for name, inner in value.items():
            if _snake(name) not in shape:
                raise ShapeError(path, f'Invalid JSON payload received. Unknown name "{name}" at \'{path}\': '
                                       'Cannot find field.', True)
            done[_snake(name)] = _read(inner, shape[_snake(name)], f'{path}.{_snake(name)}'.strip('.'))
        return done
    is_good = value in shape if isinstance(shape, set) else CHECKS[shape](value)
    if not is_good:
        raise ShapeError(path, f"Invalid value at '{path}'")
    return value


def _texts(value):
    values = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list) and all(isinstance(text, str) for text in values)


def _is_duration(value):
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    return bool(match) and int(match[1]) <= LONGEST_TTL


CHECKS = {
    TEXT: lambda value: isinstance(value, str),
    TRUTH: lambda value: isinstance(value, bool),
    NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    ANY: lambda value: isinstance(value, dict),
    TEXTS: _texts,
    DATA: lambda value: isinstance(value, dict) and _texts(value) and not any(map(RESERVED.fullmatch, value)),
    'duration': _is_duration,
    'headers': lambda value: isinstance(value, dict) and _texts(value) and len(
        value.get('apns-collapse-id', '').encode()) <= 64,
}
