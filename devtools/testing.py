"""The stages of `./dev test`: the addon alone, and the whole system beside it.

The first stage of the addon that fails ends its stages; the whole system's tests are heard in any case.
"""

import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import addons, browser, environment, logcheck, odoo_config, odoo_suites, pytest_strict, server
from .aside import Aside
from .console import Problem, say
from .database import PREFIX, Databases
from .paths import REPO, cache, lock
from .ports import free_port

SYSTEM_DATABASE = f'{PREFIX}system'
SYSTEM_WORKERS = 4
#: What each test that needs HTTP is tagged with: pytest runs those, Odoo's runner the others, and `--full` all twice.
HTTP_TAG = 'mobile_http'
#: Lines of a log that are quoted.
SHOWN = 20
#: pytest's exit status when no test was selected.
NOTHING_COLLECTED = 5

COUNT = re.compile(r'(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database')
SKIP = re.compile(r' INFO \S+ \S+: (skipped .*)$', re.M)


@dataclass(frozen=True)
class Suite:
    """Addons of ours that are tested in one database, which stays for `./dev test --fast`."""

    database: str
    kind: str
    tested: tuple


def suites():
    """Return the addon alone, and where there are bridges, those beside the addons that they need."""
    alone = Suite(f'{PREFIX}test', 'plain', tuple(addons.core()))
    beside = Suite(f'{PREFIX}test_bridges', 'wide', tuple(addons.bridges()))
    return [suite for suite in (alone, beside) if suite.tested]


class Stages:
    """One run of the tests.

    :param Databases databases: where their databases are made
    :param bool full: with the big counts
    """

    def __init__(self, databases: Databases, full=False):
        self.databases = databases
        self.full = full
        self.start = time.monotonic()
        if not databases.home.tours_work:
            raise Problem("Odoo's web client lacks a file that Debian removed, so no browser tour can pass",
                          'install npm (`apt-get install npm`) and run `./dev setup` again' if databases.home.ours
                          else 'name an Odoo in ODOO_HOME that is complete, such as a git checkout')
        self.chromium = browser.ensure()

    def announce(self, title):
        """Say which stage begins, and how long the run has lasted."""
        say(f'\n== {title} (after {time.monotonic() - self.start:.0f} s)')

    @property
    def _variables(self):
        """What every stage's tests may rely on."""
        # In CI, as hypothesis sees it, the examples are the same each time: what fails there fails for its change. New
        # ones are tried by `--full`.
        repeatable = {} if self.full else {'CI': '1'}
        return {'MOBILE_CRM_FULL': 1 if self.full else 0, 'MOBILE_CRM_CHROMIUM': self.chromium, **repeatable}

    def odoo_runner(self):
        """Install our addons on fresh databases with Odoo's own test runner, and run the tests that need no HTTP."""
        self.announce('Odoo\'s own runner: install on a fresh database')
        for suite in suites():
            self._odoo_runner(suite)

    def _odoo_runner(self, suite):
        self.databases.fresh(suite.database, suite.kind)
        status, log_path = self.databases.odoo(
            suite.database, '-i', ','.join(suite.tested), '--test-tags',
            ','.join([*(f'/{name}' for name in suite.tested), *([] if self.full else [f'-{HTTP_TAG}'])]),
            '--stop-after-init', title=f'installing {", ".join(suite.tested)} and running the tests',
            config={'http_port': free_port(), 'gevent_port': free_port()}, **self._variables)
        text = log_path.read_text(encoding='utf-8', errors='replace')
        count = COUNT.search(text)
        if status or not count or int(count[3]) == 0:
            say('\n'.join(logcheck.findings(text)[:SHOWN]))
            raise Problem(f'Odoo\'s runner failed ({count[0] if count else f"it ended with status {status}"})',
                          f'the whole log is in {log_path}')
        check_log(text, log_path, 'Odoo\'s runner')
        skipped = [line for line in SKIP.findall(text) if not pytest_strict.may_skip(line, self.full)]
        if skipped:
            raise Problem(f'Odoo\'s runner: {len(skipped)} tests did not run, the first {skipped[0]}',
                          'a test that is skipped has not passed: mend it or take it away')
        self.databases.set_remark(suite.database, installed=addons.fingerprint())
        say(f'{count[3]} tests passed')

    def pytest_odoo(self, arguments=(), tolerant=False, only_http=False):
        """Run our addons' tests by pytest on the installed databases, with HTTP and a browser.

        :param arguments: for pytest; the addons' folders when none of them is named
        :param bool tolerant: that no test was selected is no failure
        :param bool only_http: leave out those that need neither HTTP nor a browser
        :return: whether a test ran
        """
        self.announce('pytest-odoo: HTTP and browser')
        path = names_path(arguments)
        wanted = [suite for suite in suites() if not path or first_folder(path) in suite.tested]
        if not wanted:
            raise Problem(f'{path} belongs to none of our addons',
                          f'name a file in {", ".join(addons.names())} or tests')
        ran = [self._pytest_odoo(suite, path, arguments, tolerant, only_http) for suite in wanted]
        return any(ran)

    def _pytest_odoo(self, suite, path, arguments, tolerant, only_http):
        self.databases.current(suite.database, suite.kind, suite.tested)
        config = odoo_config.write('pytest', self.databases.home, self.databases.server, db_name=suite.database)
        log_path = cache('log', f'pytest-{suite.database}.log')
        log_path.unlink(missing_ok=True)
        status = self._pytest(
            f'--odoo-config={config}', f'--odoo-database={suite.database}', '--odoo-http', '--odoo-log-level=info',
            '--odoo-extra', f'logfile={log_path}', *([] if path else suite.tested), *arguments,
            MOBILE_CRM_ONLY_HTTP=int(only_http))
        if status == NOTHING_COLLECTED and tolerant:
            return False
        if status:
            raise Problem('pytest-odoo failed', f'see above; Odoo\'s log is in {log_path}')
        if log_path.exists():
            check_log(log_path.read_text(encoding='utf-8', errors='replace'), log_path, 'the addon\'s tests')
        return True

    def system(self, arguments=(), tolerant=False, claims=None, is_second=False):
        """Run `tests/` against a real server with several workers and demo data.

        :param arguments: for pytest; `tests/` when no path is among them
        :param bool tolerant: that no test was selected is no failure
        :param str claims: a folder that two such runs share, each of which takes files that the other has not taken
        :param bool is_second: whether this is the other one, with a server of its own, which begins at the end
        :return: whether a test ran
        """
        self.announce(f'whole system: a server with {SYSTEM_WORKERS} workers'
                      + (', for what is left' if is_second else ''))
        name, database = ('system-2', f'{SYSTEM_DATABASE}_2') if is_second else ('system', SYSTEM_DATABASE)
        self.databases.fresh(database, 'full')
        previous = server.running(name)
        if previous:
            server.stop(previous)
        instance = server.prepare(name, self.databases, database, free_port(), SYSTEM_WORKERS, max_cron_threads=1)
        server.start(instance)
        try:
            paths = [] if names_path(arguments) else ['tests']
            status = self._pytest(
                '-p', 'no:odoo', *paths, *arguments, MOBILE_CRM_CLAIMS=claims, MOBILE_CRM_FROM_THE_END=int(is_second),
                **server_variables(self.databases, instance))
        finally:
            server.stop(instance)
        if status == NOTHING_COLLECTED and tolerant:
            return False
        if status:
            raise Problem('the whole-system tests failed', f'see above; the server\'s log is in {instance.log}')
        check_log(instance.read_log(), instance.log, 'the server')
        return True

    def _pytest(self, *arguments, **variables):
        command = [sys.executable, '-m', 'pytest', '-p', 'devtools.pytest_strict', *map(str, arguments)]
        return subprocess.run(command, cwd=REPO, check=False, stdin=subprocess.DEVNULL,
                              env=environment.child(**self._variables, **variables)).returncode


def server_variables(databases, instance):
    """Return the environment variables by which a test or a benchmark finds the server it works on."""
    return {
        'MOBILE_CRM_URL': instance.url,
        'MOBILE_CRM_DB': instance.database,
        'MOBILE_CRM_DSN': databases.server.dsn(instance.database),
        'MOBILE_CRM_LOG': instance.log,
        'MOBILE_CRM_CONFIG': instance.config,
    }


def check_log(text, path, who):
    """Raise when a log has a warning or worse without a stated reason."""
    bad = logcheck.findings(text)
    if bad:
        say('\n'.join(bad[:SHOWN]))
        raise Problem(f'{who} put {len(bad)} warnings or errors into Odoo\'s log, the first being above',
                      f'the whole log is in {path}')


def names_path(arguments):
    """Return the first argument that names a file or folder of the clone, None without one."""
    return next((argument for argument in arguments if not argument.startswith('-') and _inside(argument)), None)


def first_folder(argument):
    """Return the folder at the top of the clone in which what an argument names lies."""
    return _inside(argument).parts[0]


def _inside(argument):
    """Return the path that an argument such as tests/test_x.py::test_y names, as seen from the clone's top, or None."""
    path = Path(argument.partition('::')[0]).resolve()
    return path.relative_to(REPO) if path.exists() and REPO in path.parents else None


def run(databases, options):
    """Run the stages that the command line asks for; another run of this checkout is waited for."""
    with lock(f'{PREFIX}test'):
        _run(databases, options)


def _run(databases, options):
    arguments = options.rest
    stages = Stages(databases, options.full)
    path = names_path(arguments)
    if path:
        (stages.system if first_folder(path) == 'tests' else stages.pytest_odoo)(arguments)
    elif options.fast or arguments:
        ran = [stages.pytest_odoo(arguments, tolerant=True)]
        if not options.fast:
            ran.append(stages.system(arguments, tolerant=True))
        if not any(ran):
            raise Problem(f'no test is selected by {" ".join(arguments)}', 'look at the names with --collect-only')
    else:
        # Most of the time each waits for one core: the whole system's tests have databases and servers of their own.
        with (tempfile.TemporaryDirectory() as claims,
              Aside('system-tests', partial(stages.system, claims=claims)) as system):
            try:
                stages.odoo_runner()
                # What Odoo's runner has run need not run again.
                stages.pytest_odoo(tolerant=True, only_http=not options.full)
                stages.system(claims=claims, is_second=True)
                if options.full:
                    stages.announce("Odoo's own tests, without us and with us")
                    odoo_suites.run(databases, [])
            finally:
                went_well = system.finish()
        if not went_well:
            raise Problem('the whole-system tests failed', 'what they said is above')
