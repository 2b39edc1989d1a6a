"""What each `./dev` command does: one function per command, called `run_` and its name."""

import os
import subprocess

from . import (
    bench,
    browser,
    demo,
    environment,
    i18n,
    lint,
    load,
    odoo_config,
    odoo_suites,
    openapi,
    phone_templates,
    postgres,
    reset,
    screenshots,
    server,
    testing,
)
from .console import note, say
from .database import PREFIX, Databases
from .odoo import launcher
from .process import need

LOGIN = 'admin / admin'


def _databases(home):
    return Databases(home, postgres.ensure())


def run_setup(home, options):
    """Prepare everything that other commands would prepare on their way."""
    databases = _databases(home)
    browser.ensure()
    for kind in ('plain', 'demo'):
        databases.template(kind)
    say('ready; try ./dev demo')


def run_demo(home, options):
    """Play the journey."""
    demo.run(_databases(home), options)


def run_serve(home, options):
    """Run a development server, in the foreground unless told otherwise."""
    databases = _databases(home)
    database = options.database or (f'{PREFIX}dev_demo' if options.demo_data else f'{PREFIX}dev')
    port = server.choose_port('serve', options.port)
    previous = server.running('serve')
    if previous:
        note(f'  stopping the server that ./dev serve left on {previous.url}')
        server.stop(previous)
    databases.current(database, 'full' if options.demo_data else 'plain')
    instance = server.prepare('serve', databases, database, port, options.workers, options.host, max_cron_threads=1)
    if options.detach:
        server.start(instance, *options.rest)
        say(f'{instance.url}   database {database}   login {LOGIN}')
        say(f'log: {instance.log}   stop it with ./dev stop')
        return 0
    say(f'{instance.url}   database {database}   login {LOGIN}   stop with Ctrl-C')
    return server.run(instance, *options.rest)


def run_stop(home, options):
    """Stop our servers."""
    instances = server.running()
    for instance in instances:
        server.stop(instance)
        say(f'stopped {instance.name} on {instance.url}')
    if not instances:
        say('no server of ours is running')
    if postgres.stop_idle():
        say('stopped PostgreSQL')


def _chosen(databases, options):
    """Return the database to open, which exists afterwards."""
    name = options.database or demo.DATABASE
    if name == demo.DATABASE and not databases.exists(name):
        databases.fresh(name, 'full')
    return name


def run_shell(home, options):
    """Open an Odoo shell."""
    databases = _databases(home)
    path = odoo_config.write('shell', home, databases.server, db_name=_chosen(databases, options))
    command = [*launcher(), 'shell', '-c', str(path), '--no-http', '--log-level', 'warn']
    return subprocess.run(command, env=environment.child(), check=False).returncode


def run_psql(home, options):
    """Open psql on a database."""
    databases = _databases(home)
    folder = databases.server.bin
    program = str(folder / 'psql') if folder and (folder / 'psql').exists() else need(
        'psql', 'install the package postgresql-client')
    variables = databases.server.variables(_chosen(databases, options))
    os.execve(program, [program, *options.rest], {**os.environ, **variables})


def run_test(home, options):
    """Run the tests."""
    databases = _databases(home)
    if options.rest[:1] == ['odoo']:
        odoo_suites.run(databases, options.rest[1:])
    else:
        testing.run(databases, options)


def run_lint(home, options):
    """Run the linters."""
    lint.run(home, options.pieces, options.fix)


def run_bench(home, options):
    """Run the benchmarks."""
    return bench.run(options.names)


def run_load(home, options):
    """Fill a database with published data."""
    return load.run(_databases(home), options)


def run_screenshot(home, options):
    """Take pictures of the running demo, which is started where none runs."""
    screenshots.check(options.names)
    instance = server.running(demo.NAME)
    if not instance:
        instance = demo.start(_databases(home))
        demo.play(instance)
    screenshots.run(instance.url, instance.database, browser.ensure(), options.names)


def run_i18n(home, options):
    """Bring the translations' files in line with the addons."""
    i18n.run(_databases(home))


def run_openapi(home, options):
    """Write the API's description."""
    openapi.run(_databases(home))


def run_phone(home, options):
    """Compile the phone client's templates."""
    phone_templates.run(home)


def run_reset(home, options):
    """Drop our databases; the whole cache is removed before this module is needed."""
    reset.databases(_databases(home))
