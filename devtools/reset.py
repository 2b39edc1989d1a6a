"""`./dev reset`: back to the start. Standard library only, so that it works when what it removes is broken."""

import os
import signal
from pathlib import Path

from . import server
from .console import say
from .paths import CACHE, CACHE_ID, SCOPE, lock, remove
from .process import alive, command_line, wait_until

#: Seconds for PostgreSQL to end.
STOP_TIMEOUT = 30


def everything():
    """Stop all that runs and remove the whole cache, downloads included."""
    for instance in server.running():
        server.stop(instance)
    # Root's cluster lies outside of the cache, see devtools.postgres.
    outside = Path('/var/cache') / f'mobile_crm-{CACHE_ID}'
    for base in (outside, CACHE / 'postgresql'):
        for lock_file in base.glob('*/postmaster.pid'):
            pid = int(lock_file.read_text(encoding='utf-8').split()[0])
            if alive(pid) and str(lock_file.parent) in command_line(pid):
                os.kill(pid, signal.SIGINT)
                wait_until(lambda pid=pid: not alive(pid), STOP_TIMEOUT)
    remove(outside)
    remove(CACHE)
    say(f'removed {CACHE}')


def databases(all_databases):
    """Drop this checkout's databases and stop the servers on them; templates and other checkouts' databases stay.

    :param Databases all_databases: where they are
    """
    for instance in server.running():
        server.stop(instance)
    for name in all_databases.names():
        if all_databases.remark(name).get('scope') == SCOPE:
            with lock(f'database-{name}'):
                all_databases.drop(name)
            say(f'dropped {name}')
