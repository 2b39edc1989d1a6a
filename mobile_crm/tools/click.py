"""Links in messages: what they prove, where they may lead, and who follows them."""
import base64
import binascii
import hmac
import re
from urllib.parse import urlsplit

#: What a signature is good for. None is good for another.
OPEN, STOP, BOUNCE = 'open', 'stop', 'bounce'
#: Where the links lead on our server. They are short, for text messages.
PATHS = {OPEN: '/m/', STOP: '/s/'}
#: Bytes of a signature in a link. There is nothing to try it on but our server.
SIGNATURE = 8
#: Of a message in a link; PostgreSQL's ids have no more.
ID = 4
#: Symbols of a token.
TOKEN_LENGTH = (ID + SIGNATURE) * 4 // 3
_TOKEN = re.compile(rf'[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}')

_SCHEME = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*):')
# What a browser would run or read as a part of the page that links to it, or of the phone itself.
_NEVER = frozenset([
    'about', 'blob', 'chrome', 'content', 'data', 'file', 'filesystem', 'ftp', 'intent', 'jar', 'javascript',
    'resource', 'vbscript', 'view-source', 'ws', 'wss',
])

# Who fetches a link to show what is behind it, or to look whether it is safe. They name themselves so.
_ROBOT = re.compile(
    r'(?<!cu)bots?\b|crawl|spider|preview|facebookexternalhit|whatsapp|telegram|slack|discord|skype|viber|twitter|'
    r'linkedin|pinterest|google-(?:read|safety|apps|image)|googleimageproxy|yahoomailproxy|bingpreview|applebot|'
    r'barracuda|proofpoint|mimecast|ironport|safelinks|urldefense|symantec|trendmicro|fortinet|sophos|'
    r'headless|phantomjs|curl|wget|python|java/|go-http|okhttp/|libwww|httpclient|axios|node-fetch|scanner|monitor',
    re.IGNORECASE)
# Browsers that load what may be opened next say so in one of these.
_PREFETCHING = ('Purpose', 'Sec-Purpose', 'X-Purpose', 'X-Moz')


def sign(key, message_id):
    """Return the token of a message: its id and a signature (HMAC-SHA256, cut to 64 bits), 16 symbols for a URL.

    :param bytes key: of what the token is good for.
    :param int message_id:
    """
    number = message_id.to_bytes(ID, 'big')
    return base64.urlsafe_b64encode(number + _signature(key, number)).decode()


def read(key, token):
    """Return the id of the message that a token is about, or None when it was not signed with this key.

    :param str token: as it came from outside.
    :rtype: int | None
    """
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    try:
        signed = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    number, signature = signed[:ID], signed[ID:]
    return int.from_bytes(number, 'big') if hmac.compare_digest(signature, _signature(key, number)) else None


def _signature(key, number):
    return hmac.digest(key, number, 'sha256')[:SIGNATURE]


def kind_of(link):
    """Tell where a link leads: ``web`` (http, https), ``path`` (of the company's website), ``app`` (a scheme of its
    own), or None where no message may lead.

    :param str link: as somebody has entered it.
    :rtype: str | None
    """
    if not link or not link.isprintable() or re.search(r'[\s\\<>"]', link):
        return None
    if link.startswith('/'):
        # Two of them begin the name of another host.
        return None if link.startswith('//') else 'path'
    scheme = _SCHEME.match(link)
    if not scheme or scheme[1].lower() in _NEVER:
        return None
    if scheme[1].lower() not in ('http', 'https'):
        return 'app'
    try:
        parts = urlsplit(link)
        # A port that is none is refused as it is read.
        is_address = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        return None
    return 'web' if is_address else None


def is_person(method, headers):
    """Tell whether a request for a link looks like a person's, who has opened it in a browser.

    Previews of messengers and prefetching browsers name themselves. Gateways that look whether the links of an email
    are safe often do not, but they seldom say which language they want, which every browser does.

    :param headers: of the request, a mapping that finds names in whatever case.
    :rtype: bool
    """
    agent = headers.get('User-Agent') or ''
    return (
        method == 'GET' and bool(headers.get('Accept-Language')) and agent.startswith('Mozilla/')
        and not _ROBOT.search(agent)
        and not any(re.search(r'prefetch|preview|prerender', headers.get(name) or '', re.I) for name in _PREFETCHING))
