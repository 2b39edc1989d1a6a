import functools

from pydantic import Field, model_validator

from .base import Latitude, Longitude, Metres, Output, Page, PageQuery, Schema, UtcOutput


class PositionQuery(Schema):
    """The caller's position, for the distance."""

    lat: Latitude | None = None
    lon: Longitude | None = None

    @model_validator(mode='after')
    def _whole_position(self):
        if (self.lat is None) != (self.lon is None):
            raise ValueError("Give both lat and lon, or none of them")
        return self


class StoreQuery(PositionQuery, PageQuery):
    """Stores around a position, nearest first; without a position, by name."""

    radius: Metres | None = None
    q: str | None = Field(None, max_length=100, description='Part of the name or the city')
    open_now: bool | None = None

    @model_validator(mode='after')
    def _radius_around_a_position(self):
        if self.radius is not None and self.lat is None:
            raise ValueError("A radius needs lat and lon")
        return self


class Address(Output):
    """Where a store stands."""

    street: str | None
    street2: str | None
    zip: str | None
    city: str | None
    country: str | None = Field(description='ISO 3166-1 alpha-2')


class OpeningHours(Output):
    """One span of the week in the store's own time zone."""

    day: int = Field(ge=0, le=6, description='0 is Monday')
    opens: str = Field(description='HH:MM')
    closes: str = Field(description='HH:MM, 24:00 at the end of the day')


class Store(Output):
    """A store of the company."""

    id: int
    name: str
    lat: float | None = Field(description='Null while the position is not known')
    lon: float | None
    distance: float | None = Field(description='Metres as the crow flies, to one decimal')
    address: Address
    phone: str | None
    timezone: str
    open_now: bool | None = Field(description='Null when the hours are not known')
    hours: list[OpeningHours]
    next_change_at: UtcOutput | None = Field(description='When it opens or closes next')
    image_url: str | None

    @classmethod
    def of(cls, store, hours, opening):
        """Return a store.

        :param store: ``NearStore``.
        :param hours: its week, see ``mobile.store._weekly_hours``.
        :param opening: see ``mobile.store._opening``.
        """
        open_now, next_change_at = opening
        return cls(
            id=store.id,
            name=store.name,
            lat=store.latitude,
            lon=store.longitude,
            distance=None if store.distance is None else round(store.distance, 1),
            address=Address(street=store.street or None, street2=store.street2 or None, zip=store.zip or None,
                            city=store.city or None, country=store.country_code),
            phone=store.phone or None,
            timezone=store.tz,
            open_now=open_now,
            hours=_week(hours),
            next_change_at=next_change_at,
            image_url=f'/web/image/mobile.store/{store.id}/image_512' if store.has_image else None,
        )


class StorePage(Page[Store]):
    """One page of stores."""



@functools.lru_cache(maxsize=1024)
def _week(hours: tuple) -> list[OpeningHours]:
    # Many stores share few calendars.
    return [OpeningHours(day=day, opens=_clock(start), closes=_clock(end)) for day, start, end in hours]


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f'{minutes // 60:02d}:{minutes % 60:02d}'
