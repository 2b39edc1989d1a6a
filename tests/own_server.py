"""An Odoo with several workers and a PostgreSQL of its own, both of which a test may kill without asking anybody."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psutil
from pypdf import PdfWriter

from devtools import odoo, postgres, server
from devtools.database import PREFIX, Databases
from devtools.pg_binaries import find
from devtools.ports import free_port
from devtools.process import wait_until

WORKERS = 4
#: Seconds for a killed server to serve again.
PATIENCE = 120
#: What Odoo asks to make a PDF of a signed order. That is not what is tested, and few machines have the real one.
PDF_MAKER = """#!/bin/sh
case "$1" in --version) echo 'wkhtmltopdf 0.12.6 (with patched qt)'; exit;; esac
for last; do :; done
cp "$(dirname "$0")/blank.pdf" "$last"
"""


class OwnPostgres(contextlib.ExitStack):
    """A copy of a database on a private cluster.

    :param str source: the database's connection string
    """

    database = f'{PREFIX}own'

    def __init__(self, source):
        super().__init__()
        self._source = source

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix='mobile_crm_own.'))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.owner = postgres._account() if os.geteuid() == 0 else None
        if self.owner:
            self.folder.chmod(0o755)
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        self.port, self.password = free_port(), secrets.token_urlsafe(24)
        self.binaries = find(postgres.EXTENSIONS, postgres.MIN_VERSION, self.folder)
        self._make_cluster()
        self.callback(self._pg, 'pg_ctl', 'stop', '-D', self.folder / 'data', '-m', 'immediate')
        self.server = postgres.Server(
            str(self.folder), self.port, postgres.ROLE, self.password, self.binaries.folder)
        self._copy_database()
        self.databases = Databases(odoo.ensure(), self.server)
        return self

    @property
    def dsn(self):
        return self.server.dsn(self.database)

    def shell(self, code):
        """Run Python in an Odoo shell on the database; return its log."""
        status, log = self.databases.odoo(
            self.database, 'shell', '--no-http', script=code, log='own-shell', title='an Odoo shell')
        text = log.read_text(encoding='utf-8', errors='replace')
        assert status == 0, text[-3000:]
        return text

    def crash_postgres(self):
        """Stop PostgreSQL as a power failure would, and start it again: it recovers from its log."""
        self._pg('pg_ctl', 'restart', '-D', self.folder / 'data', '-m', 'immediate', '-w', '-t', PATIENCE,
                 '-l', self.folder / 'log', '-o', self._options)

    # === HOW IT BEGINS === #

    @property
    def _options(self):
        return f"-p {self.port} -k '{self.folder}' -c listen_addresses=''"

    def _pg(self, program, *arguments):
        options = {'user': self.owner.pw_uid, 'group': self.owner.pw_gid, 'extra_groups': []} if self.owner else {}
        done = subprocess.run(
            [self.binaries.folder / program, *map(str, arguments)], stdin=subprocess.DEVNULL, cwd='/', check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={'PATH': os.defpath, 'LC_ALL': 'C.UTF-8', 'HOME': str(self.folder)}, **options)
        assert done.returncode == 0, f'{program} ended with {done.returncode}'

    def _make_cluster(self):
        password_file = self.folder / 'password'
        password_file.write_text(self.password, encoding='utf-8')
        password_file.chmod(0o600)
        if self.owner:
            os.chown(password_file, self.owner.pw_uid, self.owner.pw_gid)
        self._pg('initdb', '-D', self.folder / 'data', '-U', postgres.SUPERUSER, '--pwfile', password_file,
                 '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--lc-collate', 'C', '--lc-ctype', 'C.UTF-8',
                 '--no-sync')
        with (self.folder / 'data' / 'postgresql.conf').open('a', encoding='utf-8') as configuration:
            configuration.write(postgres.SETTINGS)
        self._pg('pg_ctl', 'start', '-D', self.folder / 'data', '-w', '-l', self.folder / 'log', '-o', self._options)
        admin = postgres.Server(
            str(self.folder), self.port, postgres.SUPERUSER, self.password, self.binaries.folder)
        with admin.cursor() as cursor:
            cursor.execute(f'CREATE ROLE {postgres.ROLE} LOGIN CREATEDB PASSWORD %s', [self.password])

    def _copy_database(self):
        """Copy the rows; attachments that are not in the database are not needed here."""
        with self.server.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {self.database} TEMPLATE template0')
        with subprocess.Popen(
                [self.binaries.folder / 'pg_dump', '--no-owner', '--no-privileges', '-Fc', self._source],
                stdout=subprocess.PIPE) as dump:
            subprocess.run(
                [self.binaries.folder / 'pg_restore', '--no-owner', '-d', self.database], stdin=dump.stdout,
                check=True, env={**os.environ, **self.server.variables(self.database)})
        assert dump.returncode == 0


class OwnServer(OwnPostgres):
    """A copy of a database on a private cluster, and a server on it.

    :ivar str url: of the server
    """

    def __enter__(self):
        super().__enter__()
        self._start()
        self.callback(lambda: server.stop(self.instance))
        return self

    @property
    def url(self):
        return self.instance.url

    # === WHAT IS KILLED === #

    def kill_worker(self, choose):
        """Kill one of the server's workers in the middle of what it does; the server starts another."""
        with contextlib.suppress(psutil.NoSuchProcess):
            if workers := psutil.Process(self.instance.pid).children():
                choose(workers).send_signal(signal.SIGKILL)

    def keep_running(self):
        """Start the server again if it has ended: Odoo's main process does when a worker dies while PostgreSQL is
        away. Where it is in earnest, the system's services do this.
        """
        if not self.instance.alive:
            server.start(self.instance)

    def wait_until_it_serves(self):
        self.keep_running()
        assert wait_until(self.instance.answers, PATIENCE, 0.2), 'the server does not come back'

    # === HOW IT BEGINS === #

    def _start(self):
        tools = self.folder / 'bin'
        tools.mkdir()
        writer = PdfWriter()
        writer.add_blank_page(595, 842)
        writer.write(tools / 'blank.pdf')
        maker = tools / 'wkhtmltopdf'
        maker.write_text(PDF_MAKER, encoding='utf-8')
        maker.chmod(0o755)
        self.callback(os.environ.update, PATH=os.environ['PATH'])
        os.environ['PATH'] = f'{tools}{os.pathsep}{os.environ["PATH"]}'
        self.instance = server.prepare(
            'own', self.databases, self.database, free_port(), WORKERS, door=False, db_maxconn=32)
        server.start(self.instance)
