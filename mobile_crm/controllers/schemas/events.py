from typing import Literal

from pydantic import Field

from .base import Latitude, Longitude, Metres, Output, RecordId, Schema, UtcInput, Uuid

LONGEST_BARCODE = 200


class Event(Schema):
    """One fact."""

    id: Uuid = Field(description='Made by the phone; the same event keeps it when it is sent again')
    type: Literal['enter', 'exit', 'dwell', 'position', 'scan', 'search', 'view', 'open', 'dismiss']
    occurred_at: UtcInput
    lat: Latitude | None = None
    lon: Longitude | None = None
    accuracy: Metres | None = Field(
        None, description='Metres within which the position is right with 68 %; left out when the phone does not know')
    mocked: bool | None = Field(
        None, description='Whether the phone says that the position is simulated (Android: isMock, Apple: '
                          'isSimulatedBySoftware)')
    geofence_id: RecordId | None = None
    store_id: RecordId | None = None
    product_id: RecordId | None = None
    barcode: str | None = Field(None, min_length=1, max_length=LONGEST_BARCODE)
    query: str | None = Field(None, min_length=1, max_length=200)
    message_id: Uuid | None = None

    def to_report(self):
        """Return the event as ``mobile.event._record`` takes it."""
        report = self.model_dump()
        report['latitude'], report['longitude'] = report.pop('lat'), report.pop('lon')
        # Android says 0 where it does not know.
        report['accuracy'] = report['accuracy'] or None
        report['id'] = str(report['id'])
        report['message_id'] = report['message_id'] and str(report['message_id'])
        return report


class EventBatch(Schema):
    """What happened since the phone reported last, in any order."""

    events: list[Event] = Field(min_length=1, max_length=200)
    sent_at: UtcInput | None = Field(
        None, description="The phone's own clock as it sends this, read anew each time. By it the server puts "
                          'occurred_at right where that clock is wrong')


class RejectedEvent(Output):
    """An event that was not stored. Sending it again is of no use."""

    id: Uuid
    code: str
    detail: str


class EventReceipt(Output):
    """What became of a batch."""

    accepted: int
    duplicates: int
    rejected: list[RejectedEvent]
