"""TCP ports of this machine."""

import socket
from contextlib import suppress


def is_free(port):
    """Tell whether a server could listen on this port, on any address, now."""
    with socket.socket() as probe:
        # Odoo and PostgreSQL set it too: connections of a server that just ended do not hold its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(('0.0.0.0', port))
            return True
    return False


def free_port(*preferred):
    """Return the first of the preferred ports that is free, else any free one."""
    for port in preferred:
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]
