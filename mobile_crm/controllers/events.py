from .base import MobileController
from .routing import KIB, mobile_route
from .schemas.events import EventBatch, EventReceipt, RejectedEvent


class Events(MobileController):

    # Large enough that a batch with too many events is told so, and not merely that it is too large.
    @mobile_route('/events', methods=['POST'], auth='mobile_device', readonly=False, max_content_length=4096 * KIB)
    def report_events(self, body: EventBatch) -> EventReceipt:
        """Report what happened, up to 200 events at once.

        One bad event never spoils the others, and an event that was sent before changes nothing.
        """
        accepted, duplicates, rejected = self.env['mobile.event'].sudo()._record(
            self._device(), [event.to_report() for event in body.events], body.sent_at)
        return EventReceipt(
            accepted=accepted,
            duplicates=duplicates,
            rejected=[RejectedEvent(id=event_id, code=code, detail=detail) for event_id, code, detail in rejected],
        )
