"""What fences contain and how far they are, worked out the long way.

Nothing here is the addon's: the great circle is the haversine formula as textbooks print it, polygons are shapely's on
a gnomonic projection of our own, and no index is asked.
"""
import math

import numpy as np
import shapely

EARTH = 6371008.8


def haversine(latitude, longitude, other_latitude, other_longitude):
    """Return metres between two positions in degrees."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    h = (math.sin((other_phi - phi) / 2) ** 2
         + math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2)
    return 2 * EARTH * math.asin(min(1, math.sqrt(h)))


def unit(latitude, longitude):
    """Return positions in degrees (arrays or numbers) as vectors on the unit sphere, shape (…, 3)."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def plane(points, centre):
    """Return (latitude, longitude) pairs on the plane that touches the globe at `centre`: metres east and north.

    By vectors: a point is drawn out along its own direction until it meets the plane.
    """
    up = unit(*centre)
    east = np.array([-math.sin(math.radians(centre[1])), math.cos(math.radians(centre[1])), 0])
    north = np.cross(up, east)
    vectors = unit(*np.asarray(points, dtype=float).T)
    return EARTH * np.stack([vectors @ east, vectors @ north], axis=-1) / (vectors @ up)[:, None]


def from_plane(points, centre):
    """Return [longitude, latitude] pairs of points in metres east and north on the plane at `centre`."""
    up = unit(*centre)
    east = np.array([-math.sin(math.radians(centre[1])), math.cos(math.radians(centre[1])), 0])
    points = np.asarray(points, dtype=float)
    vectors = EARTH * up + points[:, :1] * east + points[:, 1:] * np.cross(up, east)
    degrees = np.degrees([
        np.arctan2(vectors[:, 1], vectors[:, 0]),
        np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1]))])
    return degrees.T.tolist()


class Polygon:
    """A GeoJSON polygon on the plane around `centre` (latitude, longitude)."""

    def __init__(self, geometry, centre):
        self.centre = centre
        outer, *holes = [plane([(lat, lon) for lon, lat in ring], centre) for ring in geometry['coordinates']]
        self.shape = shapely.Polygon(outer, holes)
        shapely.prepare(self.shape)

    def edge(self, latitude, longitude):
        """Return metres to the edge, negative inside."""
        [place] = plane([(latitude, longitude)], self.centre)
        place = shapely.Point(place)
        away = self.shape.boundary.distance(place)
        return -away if self.shape.covers(place) else away
