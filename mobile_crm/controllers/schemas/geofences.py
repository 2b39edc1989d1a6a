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


class Geofence(Circle):
    """A fence to watch."""

    id: int
    store_id: int
    type: Literal['circle', 'polygon']
    polygon: None = Field(None, description='For a polygon, its GeoJSON; lat, lon and radius are its enclosing circle')
    notify_on: list[Literal['enter', 'exit', 'dwell']]
    loitering_delay: int = Field(description='Seconds inside before dwell')

    @classmethod
    def of(cls, fence):
        """Return a fence from ``NearFence``."""
        return cls(
            id=fence.id, store_id=fence.store_id, type='circle', lat=fence.latitude, lon=fence.longitude,
            radius=fence.radius, loitering_delay=fence.loitering_delay,
            notify_on=[kind for kind in ('enter', 'exit', 'dwell') if getattr(fence, f'on_{kind}')],
        )


class WatchList(Output):
    """The fences to watch now. When the phone leaves the refresh ring, it asks again."""

    refresh: Circle
    items: list[Geofence]
    next_cursor: str | None = Field(
        None, description='Where positions stay on the phone: ask again with this cursor; null on the last page')
