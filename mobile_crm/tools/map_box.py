"""The part of the world that a map shows."""
import math
from typing import NamedTuple

from odoo.tools import SQL

from . import geo

#: A square of this many pixels shows one store, or one circle with the number of its stores.
CELL = 64
#: Where web maps end (degrees): there, the world is a square in Mercator's projection.
MAX_LATITUDE = 85.0511287798
MAX_ZOOM = 22


class MapBox(NamedTuple):
    """Its sides in degrees. ``east`` is more than 180 when the box reaches across the date line."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def of(cls, sides):
        """Return the box for what a client sends.

        :param list sides: south, west, north, east; a client that has gone around the world several times sends the
            longitudes of its last turn.
        :raise ValueError: when these are no four degrees in this order.
        """
        south, west, north, east = map(float, sides)
        # No map is turned around the world a hundred times. A NaN fails the first comparison it meets.
        if not (-90 <= south <= north <= 90 and -36_000 <= west <= east <= 36_000):
            raise ValueError(f'not a box: {sides!r}')
        if east - west >= 360:
            return cls(south, (west + east) / 2 - 180, north, (west + east) / 2 + 180)
        return cls(south, west, north, east)

    @property
    def middle(self):
        """Its latitude and longitude."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2

    @property
    def reach(self):
        """Metres from its middle within which all of it lies."""
        latitude, longitude = self.middle
        if self.east - self.west >= 180:
            return math.pi * geo.EARTH_RADIUS
        # Along a meridian less than 90 degrees away, the distance to the middle has no maximum but at the ends.
        return max(geo.distance(latitude, longitude, end, self.west) for end in (self.south, self.north))

    def longitude(self, column):
        """Return SQL for a longitude, shifted by whole turns to where it is nearest to the middle of the box."""
        left = self.middle[1] - 180
        return SQL('(%s - 360 * floor((%s - %s) / 360.0))', column, column, left)

    def contains(self, table):
        """Return SQL: the position of a row of `table`, which has the column ``sphere``, is inside.

        :param SQL table: its name or alias.
        """
        inside = SQL(
            '%s.latitude BETWEEN %s AND %s AND %s BETWEEN %s AND %s', table, self.south, self.north,
            self.longitude(SQL('%s.longitude', table)), self.west, self.east)
        return SQL('%s AND %s', self.near(table, 0), inside)

    def near(self, table, metres):
        """Return SQL that the index of ``sphere`` answers: true for all rows within `metres` of the box, and for some
        that are farther away.
        """
        # A micrometre more, for the rounding of positions at the very corner.
        chord = geo.metres_to_chord(self.reach + metres) + 1e-12
        return SQL('%s.sphere <@ cube_enlarge(%s, %s, 3)', table, geo.sphere_point(*self.middle), chord)

    def cell(self, latitude, longitude, zoom):
        """Return SQL for the column and the row of a position among the squares of ``CELL`` pixels.

        :param SQL latitude, longitude: degrees.
        :param int zoom: of the map; each step doubles its scale, and the world has 256 pixels at zero.
        """
        count = 256 / CELL * 2 ** max(0, min(MAX_ZOOM, int(zoom)))
        clipped = SQL('radians(greatest(%s, least(%s, %s)))', -MAX_LATITUDE, MAX_LATITUDE, latitude)
        # Mercator's projection (EPSG:3857), as Leaflet draws it.
        mercator = SQL('ln(tan(pi() / 4 + %s / 2)) / (2 * pi())', clipped)
        return SQL('floor(%s * %s / 360.0), floor(%s * %s)', longitude, count, mercator, count)
