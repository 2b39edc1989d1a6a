"""A server on this machine that answers as the geocoding services do, errors included. It needs no Odoo.

What it finds depends on a word in the street: "Nowhere" is not known, of "Vague" the street alone is, "Elsewhere" lies
in another city and "Abroad" in another country. Everything else is a house where the address says, at a position that
follows from the text.
"""
import contextlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from zlib import crc32

KEY = 'a-secret-key-123'
COUNTRIES = {'Belgium': ('BE', 'BEL'), 'France': ('FR', 'FRA')}
ADDRESS = re.compile(
    r'(?:(?P<street>[^,]*?)(?: (?P<number>\d+\w*))?, )?(?:(?P<zip>\d{4,5}) )?(?P<city>[^,]+), (?P<country>\w+)')


class Found(NamedTuple):
    street: str
    number: str
    zip: str
    city: str
    country: str
    latitude: float
    longitude: float
    level: str

    @property
    def label(self):
        line = f'{self.street} {self.number}'.strip()
        return f'{line}, {self.zip} {self.city}, {self.country}'


def find(text):
    """Return what the services know of an address, or None."""
    match = ADDRESS.fullmatch(text)
    if not match or 'Nowhere' in text:
        return None
    parts = {key: value or '' for key, value in match.groupdict().items()}
    if not parts['street'] or 'Vague' in text:
        parts['number'] = ''
    if 'Elsewhere' in text:
        parts.update(zip='9000', city='Ghent')
    if 'Abroad' in text:
        parts['country'] = 'France'
    level = 'house' if parts['number'] else 'street' if parts['street'] else 'city'
    share = crc32(text.encode())
    latitude, longitude = 50.8 + share % 1000 / 10000, 4.3 + share // 1000 % 1000 / 10000
    return Found(**parts, latitude=latitude, longitude=longitude, level=level)


def nominatim(found):
    if not found:
        return []
    types = {'house': ('place', 'house', 30, 'place'), 'street': ('highway', 'residential', 26, 'road'),
             'city': ('boundary', 'administrative', 16, 'city')}
    kind, subtype, rank, address_type = types[found.level]
    address = {'house_number': found.number, 'road': found.street, 'city': found.city, 'postcode': found.zip,
               'country': found.country, 'country_code': COUNTRIES[found.country][0].lower()}
    return [{
        'place_id': 121712087, 'licence': 'Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright',
        'osm_type': 'node', 'osm_id': 1652139231, 'lat': str(found.latitude), 'lon': str(found.longitude),
        'class': kind, 'type': subtype, 'place_rank': rank, 'importance': 9.99e-06, 'addresstype': address_type,
        'name': '', 'display_name': found.label, 'address': {key: value for key, value in address.items() if value},
        'boundingbox': ['50.8', '50.9', '4.3', '4.4'],
    }]


def photon(found):
    features = []
    if found:
        properties = {
            'osm_type': 'N', 'osm_id': 1652139231, 'osm_key': 'place', 'osm_value': found.level, 'type': found.level,
            'countrycode': COUNTRIES[found.country][0], 'country': found.country, 'city': found.city,
            'postcode': found.zip, 'housenumber': found.number, 'street': found.street}
        if found.level != 'house':
            properties['name'] = properties.pop('street') or found.city
        features.append({
            'type': 'Feature', 'properties': {key: value for key, value in properties.items() if value},
            'geometry': {'type': 'Point', 'coordinates': [found.longitude, found.latitude]}})
    return {'type': 'FeatureCollection', 'features': features}


def pelias(found):
    features = []
    if found:
        layer = {'house': 'address', 'street': 'street', 'city': 'locality'}[found.level]
        exact = found.level == 'house'
        features.append({
            'type': 'Feature', 'geometry': {'type': 'Point', 'coordinates': [found.longitude, found.latitude]},
            'properties': {
                'id': 'way:1', 'gid': f'openstreetmap:{layer}:way:1', 'layer': layer, 'source': 'openstreetmap',
                'name': f'{found.number} {found.street}', 'housenumber': found.number, 'street': found.street,
                'postalcode': found.zip, 'confidence': 1 if exact else 0.8,
                'match_type': 'exact' if exact else 'fallback', 'accuracy': 'point' if exact else 'centroid',
                'country': found.country, 'country_a': COUNTRIES[found.country][1], 'locality': found.city,
                'label': found.label}})
    return {'geocoding': {'version': '0.2', 'query': {}}, 'type': 'FeatureCollection', 'features': features}


def google(found):
    if not found:
        return {'results': [], 'status': 'ZERO_RESULTS'}
    def part(text, *types, short=None):
        return {'long_name': text, 'short_name': short or text, 'types': list(types)}

    components = [
        part(found.number, 'street_number'), part(found.street, 'route'),
        part(found.city, 'locality', 'political'),
        part(found.country, 'country', 'political', short=COUNTRIES[found.country][0]), part(found.zip, 'postal_code')]
    types = {'house': ['street_address'], 'street': ['route'], 'city': ['locality', 'political']}
    result = {
        'address_components': [component for component in components if component['long_name']],
        'formatted_address': found.label, 'place_id': 'ChIJd8BlQ2BZwokRAFUEcm_qrcA',
        'geometry': {
            'location': {'lat': found.latitude, 'lng': found.longitude},
            'location_type': 'ROOFTOP' if found.level == 'house' else 'GEOMETRIC_CENTER',
            'viewport': {'northeast': {'lat': 51, 'lng': 5}, 'southwest': {'lat': 50, 'lng': 4}}},
        'types': types[found.level]}
    if found.level != 'house':
        result['partial_match'] = True
    return {'results': [result], 'status': 'OK'}


def mapbox(found):
    features = []
    if found:
        kind = 'place' if found.level == 'city' else 'address'
        exact = found.level == 'house'
        context = [{'id': 'postcode.1', 'text': found.zip}, {'id': 'place.2', 'text': found.city},
                   {'id': 'country.3', 'short_code': COUNTRIES[found.country][0].lower(), 'text': found.country}]
        features.append({
            'id': f'{kind}.4', 'type': 'Feature', 'place_type': [kind], 'relevance': 1 if exact else 0.8,
            'properties': {'accuracy': 'rooftop' if exact else 'street'}, 'text': found.street or found.city,
            'place_name': found.label, 'center': [found.longitude, found.latitude],
            'geometry': {'type': 'Point', 'coordinates': [found.longitude, found.latitude]},
            **({'address': found.number} if found.number else {}),
            'context': [part for part in context if part['text']]})
    return {'type': 'FeatureCollection', 'query': [], 'features': features, 'attribution': 'NOTICE: © Mapbox'}


def here(found):
    items = []
    if found:
        exact = found.level == 'house'
        kind = {'house': 'houseNumber', 'street': 'street', 'city': 'locality'}[found.level]
        items.append({
            'title': found.label, 'id': 'here:af:streetsection:1', 'resultType': kind,
            **({'houseNumberType': 'PA'} if exact else {}),
            'address': {
                'label': found.label, 'countryCode': COUNTRIES[found.country][1], 'countryName': found.country,
                'city': found.city, 'street': found.street, 'postalCode': found.zip, 'houseNumber': found.number},
            'position': {'lat': found.latitude, 'lng': found.longitude},
            'mapView': {'west': 4, 'south': 50, 'east': 5, 'north': 51},
            'scoring': {'queryScore': 1.0 if exact else 0.7, 'fieldScore': {'city': 1.0, 'streets': [1.0]}}})
    return {'items': items}


class Dialect(NamedTuple):
    """How a service is asked and answers.

    :ivar str path: where it listens; a trailing slash stands for all below
    :ivar str text: the parameter that holds the address, '' where it is in the path
    :ivar str key: the parameter that holds the key, '' where none is needed
    :ivar answer: function that makes the body of what was found
    :ivar tuple refusal: status and body for a wrong key
    :ivar tuple excess: status, headers and body for who asks too much
    """

    path: str
    text: str
    key: str
    answer: object
    refusal: tuple
    excess: tuple


DIALECTS = {
    'mobile_nominatim': Dialect(
        '/search', 'q', '', nominatim, (403, {'error': {'code': 403, 'message': 'Access blocked'}}),
        (429, {'Retry-After': '120'}, {'error': {'code': 429, 'message': 'Bandwidth limit exceeded'}})),
    'mobile_photon': Dialect(
        '/api', 'q', '', photon, (403, {'message': 'forbidden'}), (429, {}, {'message': 'too many requests'})),
    'mobile_pelias': Dialect(
        '/v1/search', 'text', 'api_key', pelias,
        (401, {'meta': {'version': 1, 'status_code': 401},
               'results': {'error': {'type': 'KeyError', 'message': 'Invalid API key'}}}),
        (429, {'Retry-After': '120'}, {'meta': {'status_code': 429}, 'results': {'error': {
            'type': 'QpsExceededError', 'message': 'Queries per second exceeded'}}})),
    'mobile_google': Dialect(
        '/maps/api/geocode/json', 'address', 'key', google,
        (200, {'error_message': 'The provided API key is invalid.', 'results': [], 'status': 'REQUEST_DENIED'}),
        (200, {}, {'error_message': 'You have exceeded your rate-limit for this API.', 'results': [],
                   'status': 'OVER_QUERY_LIMIT'})),
    'mobile_mapbox': Dialect(
        '/geocoding/v5/mapbox.places-permanent/', '', 'access_token', mapbox,
        (401, {'message': 'Not Authorized - Invalid Token'}),
        (429, {'X-Rate-Limit-Interval': '60', 'X-Rate-Limit-Limit': '600'}, {'message': 'Too Many Requests'})),
    'mobile_here': Dialect(
        '/v1/geocode', 'q', 'apiKey', here,
        (401, {'error': 'Unauthorized', 'error_description': 'apiKey invalid. apiKey not found.'}),
        (429, {}, {'title': 'Too Many Requests', 'status': 429, 'code': 'E429', 'cause': 'Rate limit reached',
                   'action': 'Wait', 'correlationId': '1', 'requestId': '2'})),
}


class Asked(NamedTuple):
    """A request as it came.

    :ivar str service: technical name of the provider
    """

    service: str
    text: str
    key: str
    user_agent: str
    parameters: dict


class GeocodingServer:
    """All services at one address, each at its own path.

    :ivar list asked: the requests that came, oldest first (``Asked``)
    :ivar list faults: what happens to the next requests, one each: ``(status, headers, body)``, or one of the words
        ``slow``, ``drip``, ``broken``, ``hang_up``, ``half``, ``excess``, ``huge``; None is an answer
    :ivar float delay: seconds before each answer
    """

    def __init__(self):
        self.asked, self.faults, self.delay = [], [], 0
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(('127.0.0.1', 0), type('Handler', (_Handler,), {'world': self}))
        self._server.daemon_threads = True
        # Seconds between two looks whether it is to stop.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self._server.server_port}'

    @property
    def texts(self):
        return [asked.text for asked in self.asked]

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    world = None

    def do_GET(self):
        parts = urlsplit(self.path)
        parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
        service = next((name for name, dialect in DIALECTS.items() if parts.path == dialect.path or (
            dialect.path.endswith('/') and parts.path.startswith(dialect.path))), None)
        if not service:
            self._send(404, {}, {'message': 'Not Found'})
            return
        dialect = DIALECTS[service]
        text = parameters.get(dialect.text) or unquote(parts.path[len(dialect.path):]).removesuffix('.json')
        asked = Asked(service, text, parameters.get(dialect.key, ''), self.headers['User-Agent'], parameters)
        self.world.asked.append(asked)
        # A slow service is slow for real: it is the client's own timeout that is tested.
        time.sleep(self.world.delay)
        fault = self.world.faults.pop(0) if self.world.faults else None
        if fault == 'excess':
            fault = dialect.excess
        if isinstance(fault, tuple):
            self._send(*fault)
        elif fault:
            self._misbehave(fault)
        elif dialect.key and asked.key != KEY:
            status, body = dialect.refusal
            self._send(status, {}, body)
        else:
            self._send(200, {}, dialect.answer(find(text)))

    def _misbehave(self, fault):
        if fault == 'slow':
            self.world.released.wait(30)
        elif fault == 'drip':
            self.send_response(200)
            self.end_headers()
            while not self.world.released.wait(0.004):
                self.wfile.write(b' ')
        elif fault == 'broken':
            self._send(200, {}, '{"type": "FeatureColl')
        elif fault == 'huge':
            self._send(200, {}, ' ' * 2_000_000 + '[]')
        elif fault == 'half':
            self.send_response(200)
            self.send_header('Content-Length', '1000')
            self.end_headers()
            self.wfile.write(b'[')
        self.close_connection = True

    def _send(self, status, headers, body):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {'Content-Type': 'application/json', 'Content-Length': str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def handle(self):
        # Who asked may not have waited.
        with contextlib.suppress(OSError):
            return super().handle()

    def log_message(self, *args):
        """Say nothing: the tests look at ``asked``."""
