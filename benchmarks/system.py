"""What is measured: databases with the benchmark addon, a server with workers, and Odoo in this very process."""

import contextlib
import functools
from pathlib import Path

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

from devtools import addons, odoo, odoo_config, postgres, server
from devtools.console import Problem
from devtools.database import PREFIX, Databases
from devtools.paths import REPO, digest
from devtools.ports import free_port

from . import harness

ADDONS = Path(__file__).with_name('addons')
MODULES = [addons.MAIN, 'mobile_crm_benchmark']
WORKERS = 2


class System(contextlib.ExitStack):
    """The databases and the servers of one run; what it started ends with it."""

    def __init__(self):
        super().__init__()
        self.databases = Databases(odoo.ensure(), postgres.ensure())
        paths = (*self.databases.home.addons_paths, REPO, ADDONS)
        self._config = {'addons_path': ','.join(map(str, paths))}

    @functools.cached_property
    def postgres_version(self):
        with self.databases.server.cursor() as cursor:
            cursor.execute('SHOW server_version')
            return cursor.fetchone()[0].split()[0]

    # === DATABASES === #

    def database(self, name, seed, modules=()):
        """Return the full name of a database that has our addons as their files are now, and its data.

        It stays for the next run, which then begins at once.

        :param str name: short
        :param seed: called with an Odoo environment; adds what is missing
        :param modules: of Odoo's or ours, beside the addon
        """
        modules = [*MODULES, *modules]
        full_name = f'{PREFIX}bench_{name}'
        files = sorted(ADDONS.rglob('*.py'))
        fingerprint = digest(addons.fingerprint(), *files)
        installed = self.databases.remark(full_name).get('installed')
        if installed != fingerprint:
            if installed is None:
                self.databases.fresh(full_name, 'plain')
            status, log_path = self.databases.odoo(
                full_name, '-u' if installed else '-i', ','.join(modules), '--stop-after-init', '--no-http',
                title=f'installing {", ".join(modules)} in {full_name}', config=self._config)
            if status:
                raise Problem(f'installing {", ".join(modules)} failed', f'the whole log is in {log_path}')
            self.databases.set_remark(full_name, installed=fingerprint)
        with self.environment(full_name) as env:
            seed(env)
        with self.databases.server.cursor(full_name) as cursor:
            cursor.execute('VACUUM ANALYZE')
        return full_name

    # === ODOO IN THIS PROCESS === #

    @contextlib.contextmanager
    def environment(self, database):
        """Give an Odoo environment (superuser) on a database; what it did is committed when the block ends well."""
        with self.registry(database).cursor() as cr:
            yield Environment(cr, SUPERUSER_ID, {})

    @functools.cache  # noqa: B019 (there is one System in a process)
    def registry(self, database):
        """Return Odoo's registry of a database, in this process."""
        path = odoo_config.write('bench-process', self.databases.home, self.databases.server, db_name=database,
                                 log_level='warn', **self._config)
        config.parse_config(['-c', str(path)], setup_logging=True)
        return Registry(database)

    # === A SERVER === #

    def server(self, database):
        """Return a running server on this database; it stops with the run."""
        previous = server.running('bench')
        if previous:
            server.stop(previous)
        instance = server.prepare('bench', self.databases, database, free_port(), WORKERS, door=False, **self._config)
        self.callback(server.stop, server.start(instance))
        return instance

    def server_time(self, instance):
        """Return a meter of the processor time of a server's workers and of their connections to PostgreSQL."""
        workers = [
            int(path.parent.name) for path in Path('/proc').glob('[0-9]*/stat')
            if _parent(path) == instance.pid
        ]
        return harness.processor_time([*workers, *self._backends(instance.database)])

    def process_time(self, *databases):
        """Return a meter of the processor time of this process and of its connections to these databases."""
        backends = [pid for database in databases for pid in self._backends(database)]
        return harness.processor_time(['self', *backends])

    def _backends(self, database):
        """Return the processes of PostgreSQL that serve a database; none when it runs on another machine."""
        with self.databases.server.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
                           [database])
            return [pid for pid, in cursor.fetchall() if _command(pid).startswith('postgres')]


def _parent(stat):
    try:
        return int(stat.read_text(encoding='utf-8', errors='replace').rpartition(')')[2].split()[1])
    except OSError:
        return None


def _command(pid):
    try:
        return Path(f'/proc/{pid}/comm').read_text(encoding='utf-8')
    except OSError:
        return ''
