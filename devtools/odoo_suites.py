"""Odoo's own tests of the addons that ours extend: those that pass without us must pass with us."""

import re

from . import addons
from .console import Problem, say
from .database import PREFIX
from .ports import free_port

DATABASE = f'{PREFIX}suites'
#: The addons whose models ours extend. They are tested with demo data, which some of their tests need.
MODULES = ['crm', 'loyalty', 'phone_validation', 'portal', 'sale', 'sale_loyalty']

STARTED = re.compile(r' INFO \S+ odoo\.addons\.([\w.]+): Starting (\w+)\.(\w+) \.\.\.')
FAILED = re.compile(r' ERROR \S+ odoo\.addons\.([\w.]+): (?:FAIL|ERROR): (?:Subtest )?(\w+)(?:\.(\w+))?')


def run(databases, modules):
    """Compare the failures of Odoo's tests without and with our addon.

    :param list modules: of Odoo's addons; MODULES when empty
    :raise Problem: when a test passes without and fails with it
    """
    modules = modules or MODULES
    outcomes = []
    for ours in ([], [addons.MAIN]):
        databases.fresh(DATABASE, 'demo')
        if ours:
            databases.install(DATABASE, ours, demo=True)
        status, log_path = databases.odoo(
            DATABASE, '-u', ','.join(modules), '--test-tags', ','.join(f'/{name}' for name in modules),
            '--stop-after-init', '--with-demo', log=f'suites-{"with" if ours else "without"}',
            config={'http_port': free_port(), 'gevent_port': free_port()},
            title=f"Odoo's tests of {', '.join(modules)} {'with' if ours else 'without'} {addons.MAIN}")
        text = log_path.read_text(encoding='utf-8', errors='replace')
        started = {'.'.join(match) for match in STARTED.findall(text)}
        failed = {'.'.join(filter(None, match)) for match in FAILED.findall(text)}
        say(f'{len(started)} tests ran {"with" if ours else "without"} {addons.MAIN}, {len(failed)} failed')
        if not started:
            raise Problem(f"none of Odoo's tests ran (status {status})", f'the log is in {log_path}')
        outcomes.append((started, failed))
    (started_without, failed_without), (started_with, failed_with) = outcomes
    for title, names in [
        ('fail with and without', failed_with & failed_without),
        ('fail only without', failed_without - failed_with),
        ('ran only without', started_without - started_with),
        ('fail only with', failed_with - failed_without),
    ]:
        for name in sorted(names):
            say(f'  {title}: {name}')
    databases.drop(DATABASE)
    broken = (failed_with - failed_without) | (started_without - started_with)
    if broken:
        raise Problem(f"{len(broken)} of Odoo's tests pass without {addons.MAIN} and not with it",
                      f'the log is in {log_path}')
