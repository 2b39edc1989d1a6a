"""From the times inside fences to the times at stores."""
from datetime import datetime, timedelta
from typing import NamedTuple

from .stays import EVER

# Between two fences of one store, as the car park and the door, one may walk for so long.
WALK = timedelta(minutes=3)


class Visit(NamedTuple):
    """The time that a phone was at a store: the union of the stays in its fences."""

    store_id: int
    entered_at: datetime
    left_at: datetime | None
    last_seen_at: datetime
    source: str
    is_sure: bool


def visits(stays, store_of):
    """Return the visits that stays make, in order.

    :param list[Stay] stays: of one phone, in fences that count.
    :param dict store_of: {fence id: store id}
    :rtype: list[Visit]
    """
    found = {}
    for stay in sorted(stays, key=lambda stay: (stay.entered_at, stay.left_at or EVER, stay.fence_id)):
        groups = found.setdefault(store_of[stay.fence_id], [])
        if groups and _belongs(stay, groups[-1]):
            groups[-1].append(stay)
        else:
            groups.append([stay])
    return sorted(
        (_visit(store_id, group) for store_id, groups in found.items() for group in groups),
        key=lambda visit: (visit.entered_at, visit.store_id))


def _end(stay):
    return stay.left_at or EVER


def _belongs(stay, group):
    last = max(group, key=_end)
    # Who comes back through the same fence has been away.
    return stay.entered_at <= _end(last) or (
        stay.fence_id != last.fence_id and stay.entered_at - last.left_at <= WALK)


def _visit(store_id, group):
    last = max(group, key=lambda stay: (_end(stay), stay.is_exit_sure))
    return Visit(
        store_id, group[0].entered_at, last.left_at, max(stay.last_seen_at for stay in group), group[0].entry,
        group[0].is_entry_sure and last.is_exit_sure)
