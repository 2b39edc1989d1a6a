import functools
from datetime import date

from pydantic import Field, field_validator, model_validator

from ...tools.hours_text import clock
from ...tools.opening import SPECIAL_DAYS, local_date, night
from .base import Latitude, Longitude, Metres, Output, Page, PageQuery, Schema, UtcOutput

# Services that a request may ask for at once.
MAX_SERVICES = 10


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
    service: str | None = Field(
        None, max_length=500, pattern='^[a-z0-9_]+(,[a-z0-9_]+)*$',
        description='Codes of services, separated by commas; only stores that offer all of them')

    @field_validator('service')
    @classmethod
    def _few_services(cls, value):
        if value and value.count(',') >= MAX_SERVICES:
            raise ValueError(f"Ask for {MAX_SERVICES} services at most")
        return value

    @property
    def services(self) -> list[str]:
        """The codes of the services that are asked for."""
        return self.service.split(',') if self.service else []

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


class Span(Output):
    """From when to when a store is open, in its own time zone."""

    opens: str = Field(description='HH:MM')
    closes: str = Field(description='HH:MM, 24:00 at the end of the day; on the next day if it is not after `opens`')


class OpeningHours(Span):
    """One span of the week in the store's own time zone; it belongs to the day on which it begins."""

    day: int = Field(ge=0, le=6, description='0 is Monday')


class SpecialDay(Output):
    """A day on which the hours are not those of its weekday: a public holiday, Christmas Eve, stocktaking."""

    date: date
    name: str = Field(description="Why, in the caller's language")
    closed: bool = Field(description='All day')
    hours: list[Span] = Field(description='Instead of those of the weekday; empty when closed')


class Service(Output):
    """Something that customers find at a store."""

    code: str = Field(description='Stable; for the filter `service`, and for icons')
    name: str = Field(description="In the caller's language")


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
    hours: list[OpeningHours] = Field(description='The usual week; this one, where two take turns')
    special_days: list[SpecialDay] = Field(description=f'Of the next {SPECIAL_DAYS} days, today included')
    next_change_at: UtcOutput | None = Field(description='When it opens or closes next')
    services: list[Service]
    image_url: str | None

    @classmethod
    def of(cls, store, schedule, opening, services, now):
        """Return a store.

        :param store: ``NearStore``.
        :param schedule: ``tools.opening.Schedule``, None when the hours are not known.
        :param opening: open now, and the next change, see ``Schedule.opening``.
        :param services: (code, name) pairs.
        :param datetime now: naive UTC.
        """
        open_now, next_change_at = opening
        today = local_date(store.tz, now)
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
            hours=_week(schedule.week_of(today)) if schedule else [],
            special_days=_special_days(schedule.special_days(today, SPECIAL_DAYS)) if schedule else [],
            next_change_at=next_change_at,
            services=[Service(code=code, name=name) for code, name in services],
            image_url=f'/web/image/mobile.store/{store.id}/image_512' if store.has_image else None,
        )


class StorePage(Page[Store]):
    """One page of stores."""


@functools.lru_cache(maxsize=1024)
def _week(week: tuple) -> list[OpeningHours]:
    # Many stores share few calendars.
    return [OpeningHours(day=day, opens=clock(opens), closes=clock(night(closes)))
            for day, spans in enumerate(week) for opens, closes in spans]


@functools.lru_cache(maxsize=1024)
def _special_days(days: tuple) -> list[SpecialDay]:
    return [
        SpecialDay(date=day.date, name=day.name, closed=not day.spans,
                   hours=[Span(opens=clock(opens), closes=clock(night(closes))) for opens, closes in day.spans])
        for day in days
    ]
