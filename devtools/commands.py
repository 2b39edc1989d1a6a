"""What each `./dev` command does; one function per command, named after it."""

import os
import subprocess

from . import bench as benchmarks
from . import environment, odoo_config, postgres, server, testing
from .console import note, say
from .database import PREFIX, Databases
from .odoo import launcher
from .process import need

DEMO = f'{PREFIX}demo'
LOGINS = 'admin / admin'


def _databases(home):
    return Databases(home, postgres.ensure())


def setup(home, options):
    """Prepare everything that other commands would prepare on their way."""
    databases = _databases(home)
    for kind in ('plain', 'demo'):
        databases.template(kind)
    say('ready; try ./dev demo')


def serve(home, options):
    """Run a development server, in the foreground unless told otherwise."""
    databases = _databases(home)
    database = f'{PREFIX}dev_demo' if options.demo_data else f'{PREFIX}dev'
    previous = server.running('serve')
    port = server.choose_port('serve', options.port)
    if previous:
        note(f'  stopping the server that ./dev serve left on {previous.url}')
        server.stop(previous)
    databases.current(database, demo=options.demo_data)
    instance = server.prepare('serve', databases, database, port, options.workers, options.host,
                              max_cron_threads=1)
    if options.detach:
        server.start(instance, *options.rest)
        say(f'{instance.url}   database {database}   login {LOGINS}')
        say(f'log: {instance.log}   stop it with ./dev stop')
        return 0
    say(f'{instance.url}   database {database}   login {LOGINS}   stop with Ctrl-C')
    return subprocess.run([*launcher(), '-c', instance.config, *options.rest], env=environment.child(),
                          check=False).returncode


def stop(home, options):
    """Stop our servers."""
    instances = server.running()
    for instance in instances:
        server.stop(instance)
        say(f'stopped {instance.name} on {instance.url}')
    if not instances:
        say('no server of ours is running')
    if postgres.stop_idle():
        say('stopped PostgreSQL')


def test(home, options):
    """Run the tests."""
    testing.run(_databases(home), options)


def bench(home, options):
    """Run the benchmarks."""
    return benchmarks.run(options.names)


def _chosen(databases, options):
    """Return the database to open, which exists afterwards."""
    name = options.database or DEMO
    if not databases.exists(name) and name == DEMO:
        databases.fresh(DEMO, 'full')
    return name


def shell(home, options):
    """Open an Odoo shell."""
    databases = _databases(home)
    path = odoo_config.write('shell', home, databases.server, db_name=_chosen(databases, options))
    command = [*launcher(), 'shell', '-c', str(path), '--no-http', '--log-level', 'warn']
    return subprocess.run(command, env=environment.child(), check=False).returncode


def psql(home, options):
    """Open psql on a database."""
    databases = _databases(home)
    folder = databases.server.bin
    program = str(folder / 'psql') if folder and (folder / 'psql').exists() else need(
        'psql', 'install the package postgresql-client')
    environment_ = {**os.environ, **databases.server.variables(_chosen(databases, options))}
    os.execve(program, ['psql', *options.rest], environment_)
