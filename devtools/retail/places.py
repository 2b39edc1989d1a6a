"""Where the stores stand. The data do not say: they are spread over real cities of the zone of their clocks."""

import math
import random
from collections import Counter, defaultdict
from typing import NamedTuple

#: Metres of one degree of latitude.
DEGREE = 111_195


class City(NamedTuple):
    """A city: its state, the middle of it (degrees), and its people in thousands, which say how many stores it gets."""

    name: str
    state: str
    latitude: float
    longitude: float
    people: int


#: Of the eastern time zone of the United States; people by the census of 2020, rounded.
CITIES = [City(*row) for row in (
    ('New York', 'NY', 40.7128, -74.0060, 8804), ('Philadelphia', 'PA', 39.9526, -75.1652, 1604),
    ('Jacksonville', 'FL', 30.3322, -81.6557, 950), ('Columbus', 'OH', 39.9612, -82.9988, 906),
    ('Indianapolis', 'IN', 39.7684, -86.1581, 888), ('Charlotte', 'NC', 35.2271, -80.8431, 875),
    ('Washington', 'DC', 38.9072, -77.0369, 690), ('Boston', 'MA', 42.3601, -71.0589, 676),
    ('Detroit', 'MI', 42.3314, -83.0458, 639), ('Louisville', 'KY', 38.2527, -85.7585, 633),
    ('Baltimore', 'MD', 39.2904, -76.6122, 586), ('Atlanta', 'GA', 33.7490, -84.3880, 499),
    ('Raleigh', 'NC', 35.7796, -78.6382, 468), ('Virginia Beach', 'VA', 36.8529, -75.9780, 459),
    ('Miami', 'FL', 25.7617, -80.1918, 442), ('Tampa', 'FL', 27.9506, -82.4572, 385),
    ('Cleveland', 'OH', 41.4993, -81.6944, 373), ('Lexington', 'KY', 38.0406, -84.5037, 323),
    ('Newark', 'NJ', 40.7357, -74.1724, 312), ('Cincinnati', 'OH', 39.1031, -84.5120, 309),
    ('Orlando', 'FL', 28.5383, -81.3792, 308), ('Pittsburgh', 'PA', 40.4406, -79.9959, 303),
    ('Greensboro', 'NC', 36.0726, -79.7920, 299), ('Jersey City', 'NJ', 40.7178, -74.0431, 292),
    ('Durham', 'NC', 35.9940, -78.8986, 284), ('Buffalo', 'NY', 42.8864, -78.8784, 278),
    ('Toledo', 'OH', 41.6528, -83.5379, 271), ('Fort Wayne', 'IN', 41.0793, -85.1394, 264),
    ('St. Petersburg', 'FL', 27.7676, -82.6403, 258), ('Winston-Salem', 'NC', 36.0999, -80.2442, 250),
    ('Richmond', 'VA', 37.5407, -77.4360, 227), ('Rochester', 'NY', 43.1566, -77.6088, 211),
    ('Yonkers', 'NY', 40.9312, -73.8988, 211), ('Augusta', 'GA', 33.4735, -82.0105, 202),
    ('Grand Rapids', 'MI', 42.9634, -85.6681, 199), ('Tallahassee', 'FL', 30.4383, -84.2807, 196),
    ('Worcester', 'MA', 42.2626, -71.8023, 207), ('Providence', 'RI', 41.8240, -71.4128, 191),
    ('Knoxville', 'TN', 35.9606, -83.9207, 191), ('Akron', 'OH', 41.0814, -81.5190, 190),
    ('Chattanooga', 'TN', 35.0456, -85.3097, 181), ('Fort Lauderdale', 'FL', 26.1224, -80.1373, 183),
    ('Springfield', 'MA', 42.1015, -72.5898, 156), ('Charleston', 'SC', 32.7765, -79.9311, 150),
    ('Bridgeport', 'CT', 41.1792, -73.1894, 149), ('Syracuse', 'NY', 43.0481, -76.1474, 149),
    ('Savannah', 'GA', 32.0809, -81.0912, 148), ('Dayton', 'OH', 39.7589, -84.1916, 138),
    ('Columbia', 'SC', 34.0007, -81.0348, 137), ('New Haven', 'CT', 41.3083, -72.9279, 134),
    ('Allentown', 'PA', 40.6023, -75.4714, 126), ('Ann Arbor', 'MI', 42.2808, -83.7430, 124),
    ('Hartford', 'CT', 41.7658, -72.6734, 121), ('Manchester', 'NH', 42.9956, -71.4548, 116),
    ('Lansing', 'MI', 42.7325, -84.5555, 113), ('Albany', 'NY', 42.6526, -73.7562, 99),
    ('Erie', 'PA', 42.1292, -80.0851, 95), ('Wilmington', 'DE', 39.7391, -75.5398, 71),
    ('Portland', 'ME', 43.6591, -70.2568, 68), ('Burlington', 'VT', 44.4759, -73.2121, 45),
)]


class Place(NamedTuple):
    """Where a store stands or a household lives (degrees)."""

    city: City
    latitude: float
    longitude: float
    street: str


STREETS = ('Maple Street', 'Oak Avenue', 'Mill Road', 'Church Street', 'Station Road', 'Park Avenue', 'River Road',
           'Market Street', 'Lake Drive', 'School Lane')


def settle(visits):
    """Give each store a city: those that the same households go to are together, as far as there is room.

    The busiest store is placed first. Cities get stores in proportion to the square root of their people.

    :param dict visits: of each household, the number of its baskets at each store
    :return: {store: City}
    """
    baskets, common = Counter(), defaultdict(Counter)
    for counts in visits.values():
        baskets.update(counts)
        for store, count in counts.items():
            for other, others in counts.items():
                if other != store:
                    common[store][other] += min(count, others)
    weight = sum(math.sqrt(city.people) for city in CITIES)
    room = {city: math.ceil(len(baskets) * math.sqrt(city.people) / weight) for city in CITIES}
    settled, fresh = {}, iter(CITIES)
    for store in sorted(baskets, key=lambda store: (-baskets[store], store)):
        near = Counter()
        for other, count in common[store].items():
            if other in settled:
                near[settled[other]] += count
        city = next((city for city, _count in near.most_common() if room[city]), None) or next(fresh, None)
        if not city or not room[city]:
            city = max(room, key=room.get)
        settled[store] = city
        room[city] -= 1
    return settled


def place(kind, number, city):
    """Return a place in a city that is always the same.

    :param str kind: `store`, or another one for places that are others
    """
    chance = random.Random(f'{kind} {number}')  # noqa: S311 (made up, and the same each time)
    # Large cities reach further; most places are near the middle.
    away = (2000 + 250 * math.sqrt(city.people)) * chance.random() ** 0.7
    bearing = chance.random() * math.tau
    latitude = city.latitude + away * math.cos(bearing) / DEGREE
    longitude = city.longitude + away * math.sin(bearing) / (DEGREE * math.cos(math.radians(city.latitude)))
    street = f'{chance.randrange(1, 990)} {chance.choice(STREETS)}'
    return Place(city, round(latitude, 6), round(longitude, 6), street)
