"""The geocoding services that are spoken to, through geopy, and what their answers mean."""
import math
from collections import defaultdict

from geopy import geocoders
from geopy.adapters import AdapterHTTPError, get_retry_after
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeopyError,
)

from .geocoding import Place, alpha2
from .geocoding_http import Adapter, hushed

# How many places are asked for.
PLACES = 5


class GeocodingError(Exception):
    """A service did not answer a question.

    :ivar str kind: what that means for the questions that follow:

        - ``refused``: the key is wrong, or this server is not welcome
        - ``misplaced``: there is no such service at the endpoint
        - ``quota``: what may be asked in a day has been asked
        - ``busy``: too many questions at a time
        - ``unavailable``: no answer, or an error on its side
        - ``unreadable``: an answer that makes no sense
        - ``invalid``: this one question is not understood
    :ivar retry_after: seconds that the service wants us to wait, or None
    """

    def __init__(self, kind, retry_after=None):
        super().__init__(kind)
        self.kind = kind
        self.retry_after = retry_after


class Service:
    """A geocoding service.

    :cvar str endpoint: its address when none is set, or None: somebody's own server
    :cvar bool needs_key: it answers nobody without one
    :cvar int cache_days: for how long its terms let an answer be kept
    """

    endpoint = None
    needs_key = False
    cache_days = 180
    #: Where it is below the endpoint, and geopy's name of the attribute that holds it.
    path = ''
    _api = 'api'

    def __init__(self, endpoint='', key='', *, timeout, user_agent):
        self.key = key or None
        self._geocoder = self._connect(timeout=timeout, user_agent=user_agent, adapter_factory=Adapter)
        setattr(self._geocoder, self._api, (endpoint or self.endpoint).rstrip('/') + self.path)

    def ask(self, text, country_code=''):
        """Return the places that a text may mean, best first.

        :param str text: an address in one line
        :param str country_code: ISO 3166-1 alpha-2 of the country to look in, or ''
        :rtype: list[Place]
        :raise GeocodingError: when there is no answer
        """
        with hushed():
            try:
                with self._geocoder:
                    return [self._checked(location) for location in self._ask(text, country_code) or ()]
            except GeopyError as error:
                raise _translated(error) from None
            except (AttributeError, LookupError, TypeError, ValueError):
                # The answer has another shape than the service's.
                raise GeocodingError('unreadable') from None

    def _connect(self, **options):
        raise NotImplementedError

    def _ask(self, text, country_code):
        raise NotImplementedError

    def _position(self, raw):
        """Return the latitude and the longitude; here of a GeoJSON point."""
        return raw['geometry']['coordinates'][1::-1]

    def _read(self, raw):
        """Return what ``Place`` takes beyond the name and the position."""
        raise NotImplementedError

    def _checked(self, location):
        # Not geopy's: it takes a missing number for 0.
        latitude, longitude = map(float, self._position(location.raw))
        if not (math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
            raise GeocoderParseError("not a position")
        values = self._read(location.raw)
        values['score'] = min(1.0, max(0.0, float(values.get('score', 1.0))))
        values['cities'] = tuple(str(city) for city in values.get('cities', ()) if city)
        values['country_code'] = alpha2(values.get('country_code'))
        for field in ('house_number', 'zip'):
            values[field] = str(values.get(field) or '')
        return Place(str(location.address or ''), latitude, longitude, **values)


class Nominatim(Service):
    """https://nominatim.org/release-docs/latest/api/Search/

    It has no measure of how well a place fits (``importance`` is how well known the place is), so what counts is how
    exact the place is and whether its parts agree with the address.
    """

    path = '/search'

    def _connect(self, **options):
        return geocoders.Nominatim(domain='localhost', **options)

    def _ask(self, text, country_code):
        return self._geocoder.geocode(
            text, exactly_one=False, limit=PLACES, addressdetails=True, country_codes=country_code.lower() or None)

    def _position(self, raw):
        return raw['lat'], raw['lon']

    def _read(self, raw):
        address = raw.get('address') or {}
        cities = ('city', 'town', 'village', 'municipality', 'hamlet', 'suburb', 'borough', 'city_district', 'quarter',
                  'county', 'state')
        return {
            'level': self._level(raw, address),
            'house_number': address.get('house_number'),
            'zip': address.get('postcode'),
            'cities': [address.get(key) for key in cities],
            'country_code': address.get('country_code'),
        }

    @staticmethod
    def _level(raw, address):
        # Ranks: https://nominatim.org/release-docs/latest/customize/Ranking/
        rank = int(raw.get('place_rank') or 0)
        if 'postcode' in (raw.get('addresstype'), raw.get('type')):
            return 'postcode'
        if rank >= 28 or (not rank and address.get('house_number')):
            return 'house'
        if rank >= 26 or (not rank and raw.get('class') == 'highway'):
            return 'street'
        if rank >= 13 or not rank:
            return 'city'
        return 'region' if rank > 4 else 'country'


class Photon(Service):
    """https://github.com/komoot/photon: it has no measure of how well a place fits either."""

    path = '/api'
    LEVELS = {'house': 'house', 'street': 'street', 'locality': 'city', 'district': 'city', 'city': 'city',
              'county': 'region', 'state': 'region', 'country': 'country', 'other': 'city'}

    def _connect(self, **options):
        return geocoders.Photon(domain='localhost', **options)

    def _ask(self, text, country_code):
        return self._geocoder.geocode(text, exactly_one=False, limit=PLACES)

    def _checked(self, location):
        # geopy names the street twice.
        found = location.raw['properties']
        words = [[found.get(key) for key in line]
                 for line in (('name',), ('street', 'housenumber'), ('postcode', 'city'), ('country',))]
        lines = [' '.join(map(str, filter(None, line))) for line in words]
        return super()._checked(location)._replace(name=', '.join(filter(None, lines)))

    def _read(self, raw):
        found = raw['properties']
        level = self.LEVELS[found.get('type') or ('house' if found.get('housenumber') else 'city')]
        return {
            'level': 'postcode' if found.get('osm_value') == 'postcode' else level,
            'house_number': found.get('housenumber'),
            'zip': found.get('postcode'),
            'cities': [found.get('city'), found.get('district'), found.get('locality'), found.get('county'),
                       found.get('name') if level == 'city' else None],
            'country_code': found.get('countrycode'),
        }


class Pelias(Service):
    """https://github.com/pelias/documentation/blob/master/result_quality.md"""

    path = '/v1/search'
    _api = 'geocode_api'
    LEVELS = {'venue': 'house', 'address': 'house', 'street': 'street', 'intersection': 'street',
              'postalcode': 'postcode', 'neighbourhood': 'city', 'borough': 'city', 'localadmin': 'city',
              'locality': 'city', 'country': 'country'}
    MATCHES = {'exact': 1.0, 'interpolated': 0.9, 'fallback': 0.8}

    def _connect(self, **options):
        return geocoders.Pelias('localhost', api_key=self.key, **options)

    def _ask(self, text, country_code):
        return self._geocoder.geocode(text, exactly_one=False, countries=[country_code] if country_code else None)

    def _checked(self, location):
        # geopy takes the name; the whole address is the label.
        place = super()._checked(location)
        return place._replace(name=str(location.raw['properties'].get('label') or place.name))

    def _read(self, raw):
        found = raw['properties']
        return {
            'level': self.LEVELS.get(found.get('layer'), 'region'),
            'score': float(found.get('confidence', 1.0)) * self.MATCHES.get(found.get('match_type'), 1.0),
            'house_number': found.get('housenumber'),
            'zip': found.get('postalcode'),
            'cities': [found.get(key) for key in ('locality', 'localadmin', 'borough', 'neighbourhood', 'county')],
            'country_code': found.get('country_code') or found.get('country_a'),
        }


class _GoogleV3(geocoders.GoogleV3):
    """geopy calls a refused key a bad question, and every limit a quota."""

    def _check_status(self, response):
        status = response.get('status')
        if status == 'REQUEST_DENIED':
            raise GeocoderAuthenticationFailure(status)
        if status == 'OVER_QUERY_LIMIT':
            raise GeocoderRateLimited(status)
        return super()._check_status(response)


class Google(Service):
    """https://developers.google.com/maps/documentation/geocoding/requests-geocoding"""

    endpoint = 'https://maps.googleapis.com'
    needs_key = True
    cache_days = 30
    path = '/maps/api/geocode/json'
    LEVELS = {
        'house': ('street_address', 'premise', 'subpremise', 'establishment', 'point_of_interest', 'plus_code'),
        'street': ('route', 'intersection'),
        'postcode': ('postal_code',),
        'city': ('locality', 'sublocality', 'postal_town', 'neighborhood', 'colloquial_area',
                 'administrative_area_level_3', 'administrative_area_level_4'),
        'country': ('country',),
    }
    PRECISIONS = {'ROOFTOP': 1.0, 'RANGE_INTERPOLATED': 0.9, 'GEOMETRIC_CENTER': 0.9, 'APPROXIMATE': 0.8}

    def _connect(self, **options):
        return _GoogleV3(api_key=self.key, **options)

    def _ask(self, text, country_code):
        return self._geocoder.geocode(
            text, exactly_one=False, components={'country': country_code} if country_code else None)

    def _position(self, raw):
        return raw['geometry']['location']['lat'], raw['geometry']['location']['lng']

    def _read(self, raw):
        parts = defaultdict(list)
        for component in raw.get('address_components', ()):
            for kind in component['types']:
                parts[kind].append(component)
        types = set(raw['types'])
        level = next((level for level, kinds in self.LEVELS.items() if types & set(kinds)), 'region')
        score = self.PRECISIONS.get(raw['geometry'].get('location_type'), 0.8) if level == 'house' else 1.0
        cities = ('locality', 'postal_town', 'sublocality', 'neighborhood', 'administrative_area_level_2',
                  'administrative_area_level_3', 'administrative_area_level_1')
        return {
            'level': level,
            'score': score * (0.6 if raw.get('partial_match') else 1.0),
            'house_number': next((part['long_name'] for part in parts['street_number']), ''),
            'zip': next((part['long_name'] for part in parts['postal_code']), ''),
            'cities': [part['long_name'] for kind in cities for part in parts[kind]],
            'country_code': next((part['short_name'] for part in parts['country']), ''),
        }


class _MapBox(geocoders.MapBox):
    # The other endpoint's answers must not be stored.
    api_path = '/geocoding/v5/mapbox.places-permanent/%(query)s.json'


class Mapbox(Service):
    """https://docs.mapbox.com/api/search/geocoding-v5/"""

    endpoint = 'https://api.mapbox.com'
    needs_key = True
    path = _MapBox.api_path
    LEVELS = {'poi': 'house', 'postcode': 'postcode', 'place': 'city', 'locality': 'city', 'neighborhood': 'city',
              'district': 'region', 'region': 'region', 'country': 'country'}
    ACCURACIES = {'interpolated': 0.9, 'approximate': 0.8, 'intersection': 0.8, 'street': 0.7}

    def _connect(self, **options):
        return _MapBox(self.key, **options)

    def _ask(self, text, country_code):
        # A semicolon would ask two questions at once; 256 characters are the most it takes.
        return self._geocoder.geocode(
            text.replace(';', ' ')[:256], exactly_one=False, country=country_code.lower() or None)

    def _read(self, raw):
        kind, around = raw['place_type'][0], defaultdict(str)
        for part in raw.get('context', ()):
            around[part['id'].split('.')[0]] = part
        level = self.LEVELS.get(kind) or ('house' if raw.get('address') else 'street')
        itself = {kind: raw}
        accuracy = (raw.get('properties') or {}).get('accuracy')
        return {
            'level': level,
            'score': float(raw.get('relevance', 1.0)) * (
                self.ACCURACIES.get(accuracy, 1.0) if level == 'house' else 1.0),
            'house_number': raw.get('address') if kind == 'address' else '',
            'zip': self._text(itself.get('postcode') or around['postcode']),
            'cities': [self._text(itself.get(key) or around[key])
                       for key in ('place', 'locality', 'neighborhood', 'district', 'region')],
            'country_code': ((around['country'] or itself.get('country') or {}).get('short_code')),
        }

    @staticmethod
    def _text(part):
        return part['text'] if part else ''


class Here(Service):
    """https://www.here.com/docs/bundle/geocoding-and-search-api-v7-api-reference"""

    endpoint = 'https://geocode.search.hereapi.com'
    needs_key = True
    cache_days = 30
    path = '/v1/geocode'
    LEVELS = {'houseNumber': 'house', 'place': 'house', 'street': 'street', 'intersection': 'street',
              'addressBlock': 'street', 'postalCodePoint': 'postcode', 'locality': 'city'}

    def _connect(self, **options):
        return geocoders.HereV7(self.key, **options)

    def _ask(self, text, country_code):
        return self._geocoder.geocode(text, exactly_one=False, limit=PLACES)

    def _checked(self, location):
        place = super()._checked(location)
        return place._replace(name=str((location.raw.get('address') or {}).get('label') or place.name))

    def _position(self, raw):
        return raw['position']['lat'], raw['position']['lng']

    def _read(self, raw):
        address, scoring = raw.get('address') or {}, raw.get('scoring') or {}
        level = self.LEVELS.get(raw.get('resultType'), 'region')
        if raw.get('localityType') == 'postalCode':
            level = 'postcode'
        score = min(float(scoring.get('queryScore', 1.0)), float(scoring.get('fieldScore', {}).get('houseNumber', 1.0)))
        return {
            'level': level,
            'score': score * (0.9 if raw.get('houseNumberType') == 'interpolated' else 1.0),
            'house_number': address.get('houseNumber'),
            'zip': address.get('postalCode'),
            'cities': [address.get(key) for key in ('city', 'district', 'subdistrict', 'county', 'state')],
            'country_code': address.get('countryCode'),
        }


# By the technical name of Odoo's provider. The last one is Odoo's own, with the key that Odoo's settings ask for. Its
# other one, the public server of OpenStreetMap, is Odoo's default and forbids to be asked for lists of addresses.
SERVICES = {
    'mobile_nominatim': Nominatim,
    'mobile_photon': Photon,
    'mobile_pelias': Pelias,
    'mobile_google': Google,
    'mobile_mapbox': Mapbox,
    'mobile_here': Here,
    'googlemap': Google,
}


def _translated(error):
    """Return what an error of geopy's means.

    :rtype: GeocodingError
    """
    cause = error.__cause__
    status, retry_after = None, getattr(error, 'retry_after', None)
    if isinstance(cause, AdapterHTTPError):
        status = cause.status_code
        retry_after = get_retry_after(cause.headers)
    if status in (401, 403, 407) or isinstance(
        error, (GeocoderAuthenticationFailure, GeocoderInsufficientPrivileges)):
        kind = 'refused'
    elif status == 429 or isinstance(error, GeocoderRateLimited):
        kind = 'busy'
    elif isinstance(error, GeocoderQuotaExceeded):
        kind = 'quota'
    elif status in (404, 405, 410) or (status and status < 400):
        kind = 'misplaced'
    elif status == 422 or isinstance(error, GeocoderQueryError):
        kind = 'invalid'
    elif isinstance(error, GeocoderParseError):
        kind = 'unreadable'
    else:
        kind = 'unavailable'
    return GeocodingError(kind, retry_after)
