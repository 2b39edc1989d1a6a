from typing import Literal

from pydantic import Field

from .base import Latitude, Longitude, Output, Schema


class GeofenceQuery(Schema):
    """Where the phone is, and how many regions it can still watch.

    An app whose positions stay on the phone leaves out `lat` and `lon`, and gets all fences, page by page.
    """

    lat: Latitude | None = None
    lon: Longitude | None = None
    cursor: str | None = Field(None, max_length=500)
    limit: int = Field(100, ge=1, le=100, description="At most 20 count on iOS, 100 elsewhere")


class Circle(Output):
    """A circle on the ground."""

    lat: float
    lon: float
    radius: float = Field(description='Metres')


class Polygon(Output):
    """A GeoJSON polygon (RFC 7946)."""

    type: Literal['Polygon']
    coordinates: list[list[tuple[float, float]]] = Field(
        description='The outer ring, then its holes; positions are longitude and latitude. An edge is the shorter way '
                    'between its ends, also across the date line')


class Geofence(Circle):
    """A fence to watch."""

    id: int
    store_id: int
    type: Literal['circle', 'polygon']
    polygon: Polygon | None = Field(
        None, description='For a polygon, its outline; lat, lon and radius are a circle around it')
    notify_on: list[Literal['enter', 'exit', 'dwell']]
    loitering_delay: int = Field(description='Seconds inside before dwell')
    priority: bool = Field(description='A campaign is running there, or it is at a favourite store')

    @classmethod
    def of(cls, fence):
        """Return a fence from ``NearFence``."""
        return cls(
            id=fence.id, store_id=fence.store_id, type=fence.type, lat=fence.latitude, lon=fence.longitude,
            radius=fence.radius, polygon=fence.polygon, loitering_delay=fence.loitering_delay,
            notify_on=[kind for kind in ('enter', 'exit', 'dwell') if getattr(fence, f'on_{kind}')],
            priority=fence.is_priority,
        )


class WatchList(Output):
    """The fences to watch now. When the phone leaves the refresh ring, it asks again."""

    refresh: Circle
    items: list[Geofence]
    next_cursor: str | None = Field(
        None, description='Where positions stay on the phone: ask again with this cursor; null on the last page')
