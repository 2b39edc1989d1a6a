"""Odoo's own tests of the addons that ours extend: those that pass without us must pass with us."""

import re
from collections import Counter
from typing import NamedTuple

from . import addons
from .console import Problem, say
from .database import PREFIX
from .ports import free_port

DATABASE = f'{PREFIX}suites'
#: The addons whose models ours extend, by what is installed for them beside what `mobile_crm` needs: our bridges come
#: with their partners. They are tested with demo data, which some of their tests need.
SUITES = {
    (): ['crm', 'loyalty', 'payment', 'phone_validation', 'portal', 'sale', 'sale_loyalty'],
    ('pos_loyalty',): ['point_of_sale', 'pos_loyalty'],
}

STARTED = re.compile(r' INFO \S+ odoo\.addons\.([\w.]+): Starting (\w+)\.(\w+) \.\.\.')
FAILED = re.compile(r' ERROR \S+ odoo\.addons\.([\w.]+): (?:FAIL|ERROR): (?:Subtest )?(\w+)(?:\.(\w+))?')


class Outcome(NamedTuple):
    """What became of tests.

    :ivar set started, failed: names such as ``sale.tests.test_x.TestX.test_y``
    """

    started: set
    failed: set


def run(databases, modules):
    """Compare the failures of Odoo's tests without and with our addons.

    :param list modules: of Odoo's addons; all of SUITES when empty
    :raise Problem: when a test passes without and fails with them
    """
    known = [module for group in SUITES.values() for module in group]
    if unknown := sorted(set(modules) - set(known)):
        raise Problem(f'there are no tests of {unknown[0]}', f'choose among {", ".join(known)}')
    broken = set()
    for partners, group in SUITES.items():
        if chosen := [module for module in group if not modules or module in modules]:
            broken |= _compare(databases, partners, chosen)
    if broken:
        raise Problem(f"{len(broken)} of Odoo's tests pass without {addons.MAIN} and not with it",
                      'the logs are beside those of other runs')


def _compare(databases, partners, modules):
    """Run tests twice and say what differs; return the names of those that fail, or are missing, only with us."""
    without, beside = (_outcome(databases, partners, modules, ours) for ours in (False, True))
    for module in modules:
        numbers = [Counter(name.partition('.')[0] for name in names)[module] for names in (*without, *beside)]
        say('  {}: {} ran without us, {} failed; {} ran with us, {} failed'.format(module, *numbers))
    for title, names in [
        ('fail with and without', beside.failed & without.failed),
        ('fail only without', without.failed - beside.failed),
        ('ran only without', without.started - beside.started),
        ('fail only with', beside.failed - without.failed),
    ]:
        for name in sorted(names):
            say(f'  {title}: {name}')
    databases.drop(DATABASE)
    return (beside.failed - without.failed) | (without.started - beside.started)


def _outcome(databases, partners, modules, ours):
    """Run Odoo's tests of some of its addons.

    :param bool ours: whether our addons are installed
    """
    databases.fresh(DATABASE, 'demo')
    # One after the other: our bridges come with the last of those that they stand between.
    for wanted in (list(partners), [addons.MAIN] * ours):
        if wanted:
            databases.install(DATABASE, wanted, demo=True)
    word = 'with' if ours else 'without'
    status, log_path = databases.odoo(
        DATABASE, '-u', ','.join(modules), '--test-tags', ','.join(f'/{name}' for name in modules),
        '--stop-after-init', '--with-demo', log=f'suites-{modules[0]}-{word}',
        config={'http_port': free_port(), 'gevent_port': free_port()},
        title=f"Odoo's tests of {', '.join(modules)} {word} {addons.MAIN}")
    text = log_path.read_text(encoding='utf-8', errors='replace')
    started = {'.'.join(match) for match in STARTED.findall(text)}
    if not started:
        raise Problem(f"none of Odoo's tests ran (status {status})", f'the log is in {log_path}')
    return Outcome(started, {'.'.join(filter(None, match)) for match in FAILED.findall(text)})
