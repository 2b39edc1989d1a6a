"""Connections of HTTP/2 that wait for the next batch of this process. Nobody else uses one that was taken."""
import os
import threading
from collections import defaultdict

#: How many are kept for one host, and for how many seconds.
MOST_KEPT = 8
LONGEST_IDLE = 300

_kept = defaultdict(list)
_lock = threading.Lock()


def keep(connection):
    """Put a connection aside on which nothing is under way."""
    connection.host = None
    with _lock:
        kept = _kept[connection.key]
        kept.append(connection)
        surplus = kept.pop(0) if len(kept) > MOST_KEPT else None
    if surplus:
        surplus.abandon('idle')


def take(key, now):
    """Return the connections that were put aside for a host, without those that have waited for too long.

    :param tuple key: see ``Http2Connection.key``.
    :rtype: list[Http2Connection]
    """
    with _lock:
        kept = _kept.pop(key, [])
    fresh = [connection for connection in kept if now - connection.heard_at <= LONGEST_IDLE]
    for connection in kept:
        if connection not in fresh:
            connection.abandon('idle')
    return fresh


def _forget():
    """Leave the connections to the parent: what a child sent on them would break both."""
    global _lock  # noqa: PLW0603 another thread of the parent may have held it
    _lock = threading.Lock()
    for connections in _kept.values():
        for connection in connections:
            connection.abandon('forked')
    _kept.clear()


os.register_at_fork(after_in_child=_forget)
