from typing import Annotated, Literal

from pydantic import Field

from .base import Output, RecordId, Schema

Day = Annotated[int, Field(ge=0, le=6)]
Clock = Annotated[str, Field(pattern=r'^([01][0-9]|2[0-3]):[0-5][0-9]$')]
Channel = Literal['push', 'sms', 'email']
CHANNELS = ('push', 'sms', 'email')
TELLS = (
    'Whether the salesperson who looks after the customer is told when they come to a store. It needs the consent to '
    'location as well, and a salesperson who wants to hear of it')
TO = 'On the wall clock. Earlier than `from`: on the next day. The same: the whole day'


class QuietHours(Schema):
    """A span in which no campaign reaches the customer, in their own time zone."""

    days: list[Day] = Field(min_length=1, max_length=7, description='On which it begins; 0 is Monday')
    start: Clock = Field(alias='from', description='On the wall clock')
    end: Clock = Field(alias='to', description=TO)

    def to_values(self):
        """Return the fields of ``mobile.quiet.hours``."""
        return {
            'days': ''.join(map(str, sorted(set(self.days)))),
            'start_minute': int(self.start[:2]) * 60 + int(self.start[3:]),
            'end_minute': int(self.end[:2]) * 60 + int(self.end[3:]),
        }


class PreferencesUpdate(Schema):
    """What the customer prefers; what is left out stays as it is."""

    quiet_hours: list[QuietHours] | None = Field(None, max_length=50)
    max_messages_per_week: int | None = Field(
        None, ge=0, le=10_000, description='Within any seven days, over all campaigns; null: no maximum')
    store_ids: list[RecordId] | None = Field(None, max_length=1000, description='Only these; empty or null: all')
    category_ids: list[RecordId] | None = Field(
        None, max_length=1000, description='Only these and what is below them; empty or null: all')
    channels: list[Channel] | None = Field(
        None, max_length=3, description='Beside the inbox in the app; null: all of them')
    tell_salesperson: bool | None = Field(None, description=f'{TELLS}; null: they do not')

    def to_values(self):
        """Return what was given, as ``mobile.preference._mobile_update`` takes it."""
        values = self.model_dump(exclude_unset=True, exclude={'quiet_hours'})
        for field in {'store_ids', 'category_ids'} & values.keys():
            values[field] = values[field] or []
        if 'channels' in values and values['channels'] is None:
            values['channels'] = CHANNELS
        if 'quiet_hours' in self.model_fields_set:
            values['quiet_hours'] = [span.to_values() for span in self.quiet_hours or ()]
        return values


class QuietSpan(Output):
    """A span in which no campaign reaches the customer, in their own time zone."""

    days: list[int] = Field(description='On which it begins; 0 is Monday')
    start: str = Field(alias='from', description='On the wall clock')
    end: str = Field(alias='to', description=TO)


class Preferences(Output):
    """What the customer prefers."""

    quiet_hours: list[QuietSpan]
    max_messages_per_week: int | None = Field(description='null: no maximum')
    store_ids: list[int] = Field(description='Only these; empty: all')
    category_ids: list[int] = Field(description='Only these and what is below them; empty: all')
    channels: list[Channel] = Field(description='Beside the inbox in the app')
    tell_salesperson: bool = Field(description=TELLS)

    @classmethod
    def of(cls, preference):
        """Return a ``mobile.preference`` as its customer sees it."""
        return cls(
            quiet_hours=[QuietSpan(**{
                'days': [int(day) for day in span.days],
                'from': span._clock(span.start_minute),
                'to': span._clock(span.end_minute),
            }) for span in preference.quiet_hours_ids],
            max_messages_per_week=preference.max_messages_per_week if preference.has_weekly_maximum else None,
            store_ids=sorted(preference.store_ids.ids),
            category_ids=sorted(preference.category_ids.ids),
            channels=[channel for channel in CHANNELS if preference[f'wants_{channel}']],
            tell_salesperson=preference.tell_salesperson,
        )
