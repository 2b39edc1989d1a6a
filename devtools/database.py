"""Databases and the templates they are cloned from: an Odoo is installed once, later ones are copied in a second."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass

from psycopg2 import errors, sql

from . import addons, environment, logcheck, odoo_config, python_env
from .console import Problem, step
from .odoo import Odoo, launcher
from .paths import SCOPE, cache, digest, lock, remove
from .postgres import Server

PREFIX = f'mobile_crm_{SCOPE}_' if SCOPE else 'mobile_crm_'
#: Templates are shared by all checkouts.
TEMPLATE_PREFIX = 'mobile_crm_template_'
#: What each kind of template holds: Odoo's addons that ours build on, and at last ours as well.
KINDS = {
    'plain': 'Odoo without demo data',
    'wide': 'Odoo without demo data, with what our bridges need and a provider of payments',
    'demo': 'Odoo with demo data',
    'full': 'mobile_crm with demo data',
}
#: Templates of one kind that are kept; older ones belong to other branches or an older Odoo.
KEPT = 4


@dataclass(frozen=True)
class Databases:
    """The databases of one PostgreSQL server, as one Odoo sees them."""

    home: Odoo
    server: Server

    def exists(self, name):
        with self.server.cursor() as cursor:
            cursor.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name])
            return bool(cursor.fetchone())

    def names(self):
        """Return every database of ours, templates included."""
        with self.server.cursor() as cursor:
            cursor.execute('SELECT datname FROM pg_database WHERE datname LIKE ANY (%s) ORDER BY 1',
                           [[prefix.replace('_', r'\_') + '%' for prefix in (PREFIX, TEMPLATE_PREFIX)]])
            return [name for name, in cursor.fetchall()]

    def remark(self, name):
        """Return what was remarked about a database, {} when nothing was or it does not exist."""
        with self.server.cursor() as cursor:
            cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
            row = cursor.fetchone()
        try:
            return json.loads(row[0]) if row and row[0] else {}
        except ValueError:
            return {}

    def set_remark(self, name, **values):
        """Keep a few words with a database, such as what the addon's files were when it was installed."""
        with self.server.cursor() as cursor:
            cursor.execute(sql.SQL('COMMENT ON DATABASE {} IS {}').format(
                sql.Identifier(name), sql.Literal(json.dumps({**self.remark(name), **values}))))

    def drop(self, name):
        """Delete a database, whoever is connected, with its filestore."""
        with self.server.cursor() as cursor:
            try:
                cursor.execute(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name)))
            except errors.InsufficientPrivilege:
                # FORCE may not end the server's own cleaning of that database; without it, the server ends that itself.
                cursor.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
                               ' WHERE datname = %s AND usename = current_user', [name])
                cursor.execute(sql.SQL('DROP DATABASE IF EXISTS {}').format(sql.Identifier(name)))
        remove(self._filestore(name))

    def clone(self, source, name):
        """Make the database `name` a copy of `source`, filestore included; one of that name is replaced."""
        self.drop(name)
        with self.server.cursor() as cursor:
            cursor.execute(sql.SQL('CREATE DATABASE {} TEMPLATE {}').format(
                sql.Identifier(name), sql.Identifier(source)))
        if self._filestore(source).is_dir():
            # A filestore's files are named after their content and never change: links are copies that cost nothing.
            shutil.copytree(self._filestore(source), self._filestore(name), copy_function=_link)

    def _rename(self, name, new_name):
        self.drop(new_name)
        if self._filestore(name).is_dir():
            self._filestore(name).rename(self._filestore(new_name))
        with self.server.cursor() as cursor:
            cursor.execute(sql.SQL('ALTER DATABASE {} RENAME TO {}').format(
                sql.Identifier(name), sql.Identifier(new_name)))

    @staticmethod
    def _filestore(name):
        return cache(odoo_config.DATA_FOLDER, 'filestore', name)

    def odoo(self, name, *arguments, log=None, title=None, config=None, script=None, **variables):
        """Run Odoo on a database until it stops by itself.

        :param str name: the database; made by Odoo when it does not exist
        :param arguments: of Odoo's command line; the first may be a command of its own such as `shell`
        :param str log: name of the log file in the cache (default: the database's)
        :param str title: shown with the elapsed time
        :param dict config: further options of the configuration file
        :param str script: given to it as standard input
        :param variables: further environment variables
        :return: the exit status and the log's path
        """
        path = odoo_config.write(log or name, self.home, self.server, db_name=name, **(config or {}))
        log_path = cache('log', f'{log or name}.log')
        command = [*launcher(), *arguments, '-c', str(path)]
        with log_path.open('wb') as output, step(title or f'running Odoo on {name}'):
            done = subprocess.run(command, input=(script or '').encode(), stdout=output, stderr=subprocess.STDOUT,
                                  env=environment.child(**variables), check=False)
        return done.returncode, log_path

    def install(self, name, modules, demo, update=False, title=None):
        """Install or update modules.

        :param bool demo: with their demo data
        :return: the log's path
        :raise Problem: when Odoo fails
        """
        status, log_path = self.odoo(
            name, '-u' if update else '-i', ','.join(modules), '--stop-after-init', '--no-http',
            *(['--with-demo'] if demo else []), title=title or f'installing {", ".join(modules)} in {name}')
        if status:
            bad = logcheck.findings(log_path.read_text(encoding='utf-8', errors='replace'))
            raise Problem(f'installing {", ".join(modules)} failed ({(bad or ["Odoo said nothing"])[-1][:300]})',
                          f'the whole log is in {log_path}')
        return log_path

    def template(self, kind):
        """Return the name of a ready template, making it first where needed.

        :param str kind: one of KINDS
        """
        kind = self._kind(kind)
        with lock(f'template-{kind}'):
            return self._ready_template(kind)

    @staticmethod
    def _kind(kind):
        """Return the kind itself, or a simpler one that holds the same."""
        return 'plain' if kind == 'wide' and not addons.bridge_dependencies() else kind

    def _ready_template(self, kind):
        """Do the same while the caller holds the lock of these templates, which keeps others from pruning it."""
        name = f'{TEMPLATE_PREFIX}{kind}_{self._key(kind)}'
        if not (self.remark(name).get('ready') and self._filestore(name).is_dir()):
            self._build(kind, name)
            self._prune(kind, name)
        self.set_remark(name, used=time.time())
        return name

    def _key(self, kind):
        parts = [self.home.version, str(self.home.root), *self._modules(kind), *python_env.REQUIREMENTS]
        return digest(*parts, addons.fingerprint() if kind == 'full' else '')

    @staticmethod
    def _modules(kind):
        extra = {'plain': [], 'wide': [*addons.bridge_dependencies(), addons.PAYMENT]}
        return addons.dependencies() + extra.get(kind, addons.DEMO_EXTRA)

    def _build(self, kind, name):
        scratch = f'{PREFIX}building_{kind}'
        self.drop(scratch)
        if kind == 'full':
            self.fresh(scratch, 'demo')
            self.install(scratch, [addons.MAIN], demo=True, title=f'preparing a template: {KINDS[kind]}')
        else:
            self.install(scratch, self._modules(kind), demo=kind == 'demo',
                         title=f'preparing a template: {KINDS[kind]}')
        self._filestore(scratch).mkdir(parents=True, exist_ok=True)
        self._rename(scratch, name)
        self.set_remark(name, ready=True)

    def _prune(self, kind, name):
        """Drop old templates of this kind."""
        same = [other for other in self.names() if other.startswith(f'{TEMPLATE_PREFIX}{kind}_') and other != name]
        same.sort(key=lambda other: self.remark(other).get('used', 0))
        for other in same[:max(0, len(same) - KEPT + 1)]:
            self.drop(other)

    def fresh(self, name, kind):
        """Make the database `name` a fresh copy of a template."""
        kind = self._kind(kind)
        with lock(f'template-{kind}'), lock(f'database-{name}'):
            self.clone(self._ready_template(kind), name)
            self.set_remark(name, scope=SCOPE, installed=addons.fingerprint() if kind == 'full' else None)

    def current(self, name, kind='plain', modules=(addons.MAIN,)):
        """See that the database `name` exists and has our addons as their files are now, keeping its data.

        :param str kind: of the template it is made from when it does not exist
        :param modules: those of our addons to install
        """
        with lock(f'current-{name}'):
            # A database whose filestore went with the cache is of no use.
            installed = self.remark(name).get('installed') if self._filestore(name).is_dir() else None
            if installed == addons.fingerprint():
                return
            if not installed:
                self.fresh(name, kind)
            if installed or kind != 'full':
                # Of a bridge alone, the addon below it would stay as it was.
                self.install(name, dict.fromkeys([addons.MAIN, *modules]) if installed else modules,
                             demo=kind == 'full', update=bool(installed))
            self.set_remark(name, installed=addons.fingerprint())


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
