"""Addresses, the places that geocoding services know, and how far a place can be trusted to be the address."""
import re
import unicodedata
from typing import NamedTuple

from babel.core import get_global

# How exactly a place can be at best, when all else fits. A fence around a shop needs its door, not its street.
LEVELS = {'house': 1.0, 'street': 0.7, 'postcode': 0.5, 'city': 0.4, 'region': 0.2, 'country': 0.1}
# What is left of the confidence where the place contradicts the address.
OTHER_COUNTRY = 0.2
OTHER_CITY = 0.5
OTHER_POSTCODE = 0.85
OTHER_NUMBER = 0.7


class Address(NamedTuple):
    """An address as staff have written it.

    :ivar str country: its name in English
    :ivar str country_code: ISO 3166-1 alpha-2
    """

    street: str = ''
    zip: str = ''
    city: str = ''
    state: str = ''
    country: str = ''
    country_code: str = ''

    @property
    def text(self):
        """The address in one line, or '' when too little is known to look for it."""
        if not self.zip and not self.city:
            return ''
        parts = self.street, f'{self.zip} {self.city}', self.state, self.country
        return ', '.join(filter(None, (' '.join(part.split()) for part in parts)))


class Place(NamedTuple):
    """A place that a service knows.

    :ivar str name: the address of the place in one line, as the service writes it
    :ivar float latitude, longitude: degrees (WGS 84)
    :ivar str level: how exact it is: a key of ``LEVELS``
    :ivar float score: 0 to 1, how well it fits the question in the service's own judgement; 1 where it has none
    :ivar cities: names of the city, its districts and the municipality: all that an address may rightly call it
    """

    name: str
    latitude: float
    longitude: float
    level: str
    score: float = 1.0
    house_number: str = ''
    zip: str = ''
    cities: tuple = ()
    country_code: str = ''


class Rating(NamedTuple):
    """How far a place can be trusted to be an address.

    :ivar float confidence: 0 to 1
    :ivar tuple doubts: of ``level``, ``country``, ``city``, ``postcode``, ``number``, ``score``
    """

    confidence: float
    doubts: tuple


def rate(place, address):
    """Rate a place by what the service says of it and by the parts of the address that can be compared.

    A city goes by several names (Brussels, Bruxelles, Brussel), so another name alone does not count where the postcode
    agrees.

    :rtype: Rating
    """
    confidence, doubts = LEVELS[place.level] * place.score, []
    if place.level != 'house':
        doubts.append('level')
    if place.score < 0.9:
        doubts.append('score')
    if address.country_code and place.country_code and address.country_code != place.country_code:
        confidence *= OTHER_COUNTRY
        doubts.append('country')
    same_zip = _same_zip(address.zip, place.zip)
    if _same_city(address.city, place.cities) is False and same_zip is not True:
        confidence *= OTHER_CITY
        doubts.append('city')
    elif same_zip is False:
        confidence *= OTHER_POSTCODE
        doubts.append('postcode')
    if _same_number(address.street, place.house_number) is False:
        confidence *= OTHER_NUMBER
        doubts.append('number')
    return Rating(round(confidence, 3), tuple(doubts))


def plain(text):
    """Return a text without accents, case and punctuation: as words between single spaces."""
    letters = unicodedata.normalize('NFKD', text or '').casefold()
    letters = ''.join(letter for letter in letters if not unicodedata.combining(letter))
    return ' '.join(re.findall(r'\w+', letters))


def alpha2(country_code):
    """Return the alpha-2 code of a country for its alpha-2 or alpha-3 code (by CLDR's aliases), '' for no code."""
    code = (country_code or '').upper()
    if len(code) == 3:
        code = get_global('territory_aliases').get(code, [''])[0]
    return code


def _same_zip(asked, found):
    asked, found = (plain(code).replace(' ', '') for code in (asked, found))
    if not asked or not found:
        return None
    # Services may cut a code (SW1A for SW1A 1AA) or lengthen it (90210-1234).
    return asked.startswith(found) or found.startswith(asked)


def _same_city(asked, found):
    asked = set(plain(asked).split())
    found = [set(plain(name).split()) for name in found if plain(name)]
    if not asked or not found:
        return None
    # Frankfurt is Frankfurt am Main, and the other way round.
    return any(asked <= name or name <= asked for name in found)


def _same_number(street, number):
    asked, found = re.findall(r'\d+', street or ''), re.findall(r'\d+', number or '')
    if not asked or not found:
        return None
    return bool(set(asked) & set(found))
