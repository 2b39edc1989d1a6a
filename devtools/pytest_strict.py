"""A pytest plugin: a test that skips itself has not been passed, so it counts as failed unless its reason is allowed.

pytest-odoo, for one, silently skips every HttpCase when no server runs, and a tour when no browser is found.
"""

import os
import re

import pytest

#: Reasons to skip that are fine, and why.
ALLOWED = [
    # Big counts run in `./dev test --full`; a test may say so, and then must not skip there.
    *([] if os.environ.get('MOBILE_CRM_FULL') == '1' else [r'only in \./dev test --full']),
]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn the report of a skip into that of a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, 'wasxfail'):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(re.search(pattern, reason) for pattern in ALLOWED):
            report.outcome = 'failed'
            report.longrepr = f'{item.nodeid} was skipped, which is no pass: {reason}'
