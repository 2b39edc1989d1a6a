"""A pytest plugin: a test that skips itself has not been passed, so it counts as failed unless its reason is allowed.

pytest-odoo, for one, silently skips every HttpCase when no server runs, and a tour when no browser is found. Where
Odoo's own runner has run the other tests already, those are the ones that pytest is asked for.

The whole system's tests are run by two runs of pytest at once, each with a server of its own: each takes the next file
that the other has not taken.
"""

import os
import re
from pathlib import Path

import pytest

#: Reasons to skip that are fine, and why.
ALLOWED = [
    # Big counts run in `./dev test --full` only, where this is no reason any more.
    r'only in \./dev test --full',
]


def may_skip(reason, full):
    """Tell whether a test may skip itself for this reason.

    :param bool full: whether this is `./dev test --full`
    """
    return not full and any(re.search(pattern, reason) for pattern in ALLOWED)


def _refuse_skip(report, where):
    """Turn the report of a skip into that of a failure."""
    if report.skipped and not hasattr(report, 'wasxfail'):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not may_skip(reason, os.environ.get('MOBILE_CRM_FULL') == '1'):
            report.outcome = 'failed'
            report.longrepr = f'{where} was skipped, which is no pass: {reason}'


def pytest_collection_modifyitems(config, items):
    """Choose the tests that need HTTP where nothing else is wanted."""
    if os.environ.get('MOBILE_CRM_ONLY_HTTP') == '1':
        from odoo.tests import HttpCase  # noqa: PLC0415, there is no Odoo in other runs
        chosen = [item for item in items if issubclass(getattr(item, 'cls', None) or object, HttpCase)]
        tagged = [item for item in items if 'mobile_http' in getattr(item.cls, 'test_tags', ())]
        if wrong := sorted({item.cls.__name__ for item in set(chosen) ^ set(tagged)}):
            raise pytest.UsageError(
                f"tests would run twice or never: tag those that need HTTP, no others, with 'mobile_http': {wrong}")
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    elif claims := os.environ.get('MOBILE_CRM_CLAIMS'):
        config.pluginmanager.register(Sharing(Path(claims)))
        if os.environ.get('MOBILE_CRM_FROM_THE_END') == '1':
            # So that both meet in the middle.
            paths = list(dict.fromkeys(item.path for item in reversed(items)))
            items[:] = [item for path in paths for item in items if item.path == path]


class Sharing:
    """Leaves out the tests of a file that another run of pytest has taken.

    :param Path claims: a folder in which each file that is taken has a folder of its name
    """

    def __init__(self, claims):
        self._claims = claims
        self._is_ours = {}

    def _claim(self, path):
        try:
            (self._claims / path.name).mkdir()
        except FileExistsError:
            return False
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """Run a test, or say that it was dealt with when it is the other's."""
        if item.path not in self._is_ours:
            self._is_ours[item.path] = self._claim(item.path)
        return None if self._is_ours[item.path] else True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Look at a test's report."""
    outcome = yield
    _refuse_skip(outcome.get_result(), item.nodeid)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Look at the report of a file, which may skip all its tests at once."""
    outcome = yield
    _refuse_skip(outcome.get_result(), collector.nodeid)
