"""A running Odoo server: started, found again by another `./dev`, stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass

from . import environment, logcheck, odoo_config, outgoing
from .console import Problem, step
from .odoo import launcher
from .paths import cache, cache_folder, lock, remove, write_atomic
from .ports import free_port, is_free
from .process import alive, command_line, kill_group, wait_until

DEFAULT_PORT = 8069
#: Seconds for a server to answer its first request.
START_TIMEOUT = 120
#: Seconds for a server to end its requests when asked to stop.
STOP_TIMEOUT = 15


@dataclass
class Instance:
    """One server of ours.

    :ivar str name: what it serves for, such as `demo`; there is at most one of each name
    :ivar int port: where it is reached
    :ivar int http_port: Odoo's own; another one than `port` where a door stands in front of it (see devtools.front)
    :ivar int gevent_port: where a server with several workers serves websockets
    """

    name: str
    database: str
    host: str
    port: int
    http_port: int
    gevent_port: int
    workers: int
    config: str
    log: str
    pid: int = 0

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    @property
    def alive(self):
        return bool(self.pid) and alive(self.pid) and self.config in command_line(self.pid)

    def answers(self):
        """Tell whether it serves requests; False as well once its process has ended."""
        try:
            with urllib.request.urlopen(f'{self.url}/web/health', timeout=30) as response:
                return response.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def read_log(self):
        with open(self.log, encoding='utf-8', errors='replace') as handle:
            return handle.read()


def _state(name):
    return cache('run', f'{name}.json')


def running(name=None):
    """Return the running server of this name, or all of ours; a record of one that died is forgotten."""
    found = []
    for path in sorted(cache_folder('run').glob('*.json')):
        instance = Instance(**json.loads(path.read_text(encoding='utf-8')))
        if instance.alive:
            found.append(instance)
        else:
            remove(path)
    if name is None:
        return found
    return next((instance for instance in found if instance.name == name), None)


def choose_port(name, port=None):
    """Return a port for the server `name`, whose running predecessor's port counts as free.

    :param int port: what the user asked for; None leaves the choice, which begins at 8069
    :raise Problem: when somebody else has it
    """
    own = {instance.port: instance.name for instance in running()}
    wanted = port or DEFAULT_PORT
    others = range(wanted + 10, wanted + 100, 10) if wanted in own and port is None else ()
    for candidate in (wanted, *others):
        if is_free(candidate) or own.get(candidate) == name:
            return candidate
    holder = f'`./dev {own[wanted]}`' if wanted in own else 'another program'
    raise Problem(f'port {wanted} is taken by {holder}',
                  f'name a free one, for instance --port {free_port(wanted + 10, wanted + 20)}')


def prepare(name, databases, database, port, workers=0, host='127.0.0.1', door=True, **options):
    """Write the configuration of a server and return its description; it does not run yet.

    What the database writes to customers stays in it (see devtools.outgoing).

    :param int workers: worker processes; 0 is one process with threads
    :param bool door: put a door in front of several workers, so that websockets work; a measurement goes without
    """
    outgoing.hold(databases, database)
    door = door and workers > 0
    http_port = free_port() if door else port
    gevent_port = free_port() if workers else http_port
    # No dbfilter beside db_name: with one, Odoo opens a connection to list the databases at each request without a
    # session, and a phone has none.
    config = odoo_config.write(
        name, databases.home, databases.server, db_name=database,
        http_interface='127.0.0.1' if door else host, http_port=http_port, gevent_port=gevent_port, workers=workers,
        **options)
    return Instance(name, database, host, port, http_port, gevent_port, workers, str(config),
                    str(cache('log', f'{name}.log')))


def command(instance, *arguments):
    """Return the command line that runs a server."""
    odoo = [*launcher(), '-c', instance.config, *arguments]
    if instance.port == instance.http_port:
        return odoo
    return [sys.executable, '-m', 'devtools.front', instance.host,
            *map(str, (instance.port, instance.http_port, instance.gevent_port)), *odoo]


def start(instance, *arguments):
    """Start a server that outlives this command; return once it answers.

    :param Instance instance: from `prepare`
    :param arguments: further ones for Odoo's command line
    :raise Problem: when it ends or keeps silent; the line quotes its log
    """
    with lock(f'server-{instance.name}'), step(f'starting Odoo on {instance.url}'):
        with open(instance.log, 'wb') as output:
            process = subprocess.Popen(
                command(instance, *arguments), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=environment.child(), start_new_session=True)
        instance.pid = process.pid
        write_atomic(_state(instance.name), json.dumps(asdict(instance)))
        wait_until(lambda: process.poll() is not None or instance.answers(), START_TIMEOUT, 0.2)
        if process.poll() is not None or not instance.answers():
            kill_group(process.pid)
            process.wait()
            remove(_state(instance.name))
            bad = logcheck.findings(instance.read_log())
            said = bad or instance.read_log().strip().splitlines() or ['it said nothing']
            raise Problem(f'Odoo did not start on {instance.url} ({said[-1][:300]})',
                          f'the whole log is in {instance.log}')
    return instance


def run(instance, *arguments):
    """Run a server in the foreground until it ends; other commands know of it meanwhile.

    :return: its exit status
    """
    with subprocess.Popen(command(instance, *arguments), env=environment.child()) as process:
        instance.pid = process.pid
        write_atomic(_state(instance.name), json.dumps(asdict(instance)))
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The keyboard's signal reached the server too.
            return process.wait()
        finally:
            remove(_state(instance.name))


def stop(instance):
    """Stop a server: its requests may end, then it must."""
    if instance.alive:
        os.kill(instance.pid, signal.SIGTERM)
        if not wait_until(lambda: _reap(instance.pid), STOP_TIMEOUT):
            kill_group(instance.pid)
            wait_until(lambda: _reap(instance.pid), STOP_TIMEOUT)
    remove(_state(instance.name))


def _reap(pid):
    """Tell whether a process is gone; a child of ours is not before its status was asked for."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not alive(pid)
