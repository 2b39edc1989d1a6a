"""Connections of HTTP/2 that wait for the next batch of this process. Nobody else uses one that was taken."""
import os
import threading
from collections import defaultdict

from .transport_dial import clock

#: How many are kept for one host, and for how many seconds.
MOST_KEPT = 8
LONGEST_IDLE = 300

_kept = defaultdict(list)
_lock = threading.Lock()


def keep(connection):
    """Put a connection aside on which nothing is under way."""
    connection.host = None
    now = clock()
    with _lock:
        _kept[connection.key].append(connection)
        # Of all hosts: one to which nobody sends again would keep its connections for good.
        surplus = []
        for key, kept in list(_kept.items()):
            old = [other for other in kept if now - other.heard_at > LONGEST_IDLE]
            fresh = [other for other in kept if other not in old]
            surplus += old + fresh[:-MOST_KEPT]
            _kept[key] = fresh[-MOST_KEPT:]
            if not fresh:
                del _kept[key]
    for old in surplus:
        old.abandon('idle')


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
