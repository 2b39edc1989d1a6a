"""Other stores of places, from Debian's packages, each in a folder of the cache and run privately for one benchmark.

Nothing is installed: packages are unpacked, and a server runs from there as long as it is measured.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from devtools import apt, paths, postgres
from devtools.console import Problem, say, step
from devtools.pg_binaries import find
from devtools.postgres import EXTENSIONS, MIN_VERSION
from devtools.process import wait_until

from .harness import processor_time

WAY_OUT = 'measure without it'
TIMEOUT = 60
#: Longer than any batch of commands here.
BUFFER = 1 << 20


def start(*rivals):
    """Start others to measure beside ours; one that cannot run is said to be left out.

    :param rivals: (name, function that returns a Side and the process id of its server)
    :return: the sides, and meters of the processor time of their servers
    """
    sides, meters = [], []
    for name, run in rivals:
        try:
            side, pid = run()
        except Problem as problem:
            say(f'  {name} is not measured: {problem}')
        else:
            sides.append(side)
            meters.append(processor_time([pid]))
    return sides, meters


def _unpacked(name, *packages, own=()):
    """Return a folder with these packages and what they need that the machine lacks.

    :param own: packages to unpack too, though the machine has them
    """
    folder = paths.cache(name)
    done = folder / '.unpacked'
    if not done.exists():
        source = apt.Apt(way_out=WAY_OUT)
        paths.remove(folder)
        folder.mkdir(parents=True)
        source.unpack([*source.missing_for(*packages), *own], folder, what=name)
        done.touch()
    return folder


def _libraries(folder):
    """Return environment variables by which programs find the libraries of a folder before the machine's."""
    found = {str(path.parent) for path in folder.glob('usr/lib/**/*.so*')}
    return {**{key: value for key, value in os.environ.items() if not key.startswith('PG')},
            'LD_LIBRARY_PATH': os.pathsep.join(sorted(found)), 'LC_ALL': 'C.UTF-8'}


class Redis:
    """A connection to a Redis server by its own protocol (RESP 2), of which we need little."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.file = self.socket.makefile('rb', buffering=BUFFER)

    def send(self, *commands):
        """Send commands, each a list of words, and return their answers."""
        self.socket.sendall(b''.join(
            b'*%d\r\n%b' % (len(words), b''.join(
                b'$%d\r\n%b\r\n' % (len(word), word) for word in (str(word).encode() for word in words)))
            for words in commands))
        return [self._answer() for _command in commands]

    def _answer(self):
        kind, value = (line := self.file.readline())[:1], line[1:-2]
        if kind == b'*':
            return [self._answer() for _number in range(int(value))]
        if kind == b'$':
            return self.file.read(int(value) + 2)[:-2]
        if kind == b'-':
            raise Problem(f'Redis says {value.decode()}', WAY_OUT)
        return value

    def close(self):
        self.file.close()
        self.socket.close()


@contextlib.contextmanager
def redis():
    """Give a connection to a Redis server of our own, and the server's process id."""
    folder = _unpacked('redis', 'redis-server')
    # A socket's path may have 107 bytes.
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, 'redis.sock')
        server = subprocess.Popen(
            [folder / 'usr/bin/redis-server', '--port', '0', '--unixsocket', path, '--save', '', '--dir', scratch],
            env=_libraries(folder), stdout=subprocess.DEVNULL)
        try:
            if not wait_until(path.exists, TIMEOUT):
                raise Problem('Redis does not start', WAY_OUT)
            with contextlib.closing(Redis(path)) as connection:
                yield connection, server.pid
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def postgis():
    """Give a cursor on a PostgreSQL of our own with PostGIS, of the version that the addon is measured on.

    Extensions lie in PostgreSQL's own folder, which is the machine's. So the server is unpacked as well: it finds its
    files from where it stands itself.
    """
    machine = find(EXTENSIONS, MIN_VERSION, paths.cache('postgis'))
    version = machine.major
    folder = _unpacked(
        'postgis', f'postgresql-{version}-postgis-3', own=[f'postgresql-{version}', f'postgresql-client-{version}'])
    for control in folder.glob(f'usr/share/postgresql/{version}/extension/*-3.control'):
        # Installed, Debian's alternatives give these their names.
        name = control.with_name(control.name.replace('-3.control', '.control'))
        if not name.exists():
            name.symlink_to(control.name)
    programs = folder / f'usr/lib/postgresql/{version}/bin'
    owner = postgres._account() if os.geteuid() == 0 else None
    # Root's cache is closed to others, and PostgreSQL does not run as root.
    with tempfile.TemporaryDirectory() as scratch:
        if owner:
            shutil.copytree(folder, Path(scratch, 'postgis'), symlinks=True)
            programs = Path(scratch, 'postgis', programs.relative_to(folder))
            for place, _folders, _files in os.walk(scratch):
                Path(place).chmod(0o755)
            os.chown(scratch, owner.pw_uid, owner.pw_gid)
        options = {'user': owner.pw_uid, 'group': owner.pw_gid, 'extra_groups': []} if owner else {}
        data = Path(scratch, 'data')

        def call(*command):
            done = subprocess.run(
                [str(word) for word in command], env={**_libraries(programs.parents[4]), 'HOME': scratch}, cwd='/',
                capture_output=True, text=True, check=False, **options)
            if done.returncode:
                raise Problem(f'PostGIS does not start: {(done.stderr or done.stdout).strip()[-300:]}', WAY_OUT)

        with step('starting PostGIS'):
            call(programs / 'initdb', '-D', data, '-U', 'postgres', '--auth', 'trust', '--encoding', 'UTF8',
                 '--lc-collate', 'C', '--lc-ctype', 'C.UTF-8',
                 '-L', programs.parents[4] / f'usr/share/postgresql/{version}')
            call(programs / 'pg_ctl', 'start', '-D', data, '-l', Path(scratch, 'log'), '-w', '-o',
                 f"-k {scratch} -c listen_addresses='' -c shared_buffers=256MB -c fsync=off")
        try:
            with contextlib.closing(psycopg2.connect(host=scratch, user='postgres', dbname='postgres')) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute('CREATE EXTENSION postgis')
                    yield cursor
        finally:
            call(programs / 'pg_ctl', 'stop', '-D', data, '-m', 'immediate', '-w')
