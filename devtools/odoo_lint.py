"""Runs the tests of Odoo's addon test_lint, which lint all of Odoo, over our addons alone; see devtools.lint.

It is a program of its own because Odoo is configured once per process: CONFIG DATABASE ADDON…
"""

import importlib
import logging
import pkgutil
import subprocess
import sys
import unittest
from unittest import mock

import odoo
import odoo.modules.module
import odoo.tools
from odoo.modules import Manifest
from odoo.modules.registry import Registry
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

#: Test files that have nothing to say about an addon, and why.
LEFT_OUT = {
    'test_checkers': 'tests the linters themselves',
    'test_eslint': 'needs eslint, which Odoo skips where it is missing',
}


class Config:
    """Odoo's configuration with another root, so that its pylint test reads these files instead of all of Odoo."""

    def __init__(self, root_path):
        self.root_path = root_path

    def __getitem__(self, name):
        return odoo.tools.config[name]


class Tools:
    """The module `odoo.tools` with another configuration."""

    def __init__(self, config):
        self.config = config

    def __getattr__(self, name):
        return getattr(odoo.tools, name)


class Subprocess:
    """The module `subprocess` whose pylint lets pass what a comment says to pylint-odoo, which it does not know."""

    @staticmethod
    def run(command, **options):
        return subprocess.run([*command, '--disable=unknown-option-value'], check=False, **options)


def own_files(iter_module_files):
    """Return a method that leaves out the libraries of others: minified, they call functions what they like."""
    def iter_own_files(self, *globs, **options):
        return (path for path in iter_module_files(self, *globs, **options) if '/static/lib/' not in path)
    return iter_own_files


def lint(config, database, names):
    """Run the tests; return whether there was no finding. Findings are logged.

    :param str config: path of an Odoo configuration file
    :param str database: where the addons are installed
    :param list names: of our addons
    """
    odoo.tools.config.parse_config(['-c', config, '-d', database, '--no-http', '--log-level=warn'], setup_logging=True)
    Registry(database)
    manifests = [Manifest.for_addon(name) for name in names]
    package = importlib.import_module('odoo.addons.test_lint.tests')
    modules = {
        info.name: importlib.import_module(f'{package.__name__}.{info.name}')
        for info in pkgutil.iter_modules(package.__path__)
        if info.name.startswith('test_') and info.name not in LEFT_OUT
    }
    loader = unittest.TestLoader()
    suite = OdooSuite(
        test for module in modules.values() for case in loader.loadTestsFromModule(module) for test in case)
    tools = Tools(Config(manifests[0].path))
    case = importlib.import_module(f'{package.__name__}.lint_case').LintCase
    counter = CountBad()
    logging.getLogger().addHandler(counter)
    result = OdooTestResult()
    with (
        mock.patch.object(case, 'iter_module_files', own_files(case.iter_module_files)),
        mock.patch.object(Manifest, 'all_addon_manifests', staticmethod(lambda: manifests)),
        mock.patch.object(modules['test_pylint'], 'tools', tools),
        mock.patch.object(modules['test_pylint'], 'subprocess', Subprocess),
        mock.patch.object(modules['test_docstring'], 'MODULES_TO_LINT', tuple(names)),
        mock.patch.object(odoo.addons, '__path__', [manifest.path for manifest in manifests]),
        mock.patch.object(odoo, '__path__', []),
    ):
        suite(result)
    return result.wasSuccessful() and result.testsRun > 0 and not counter.count


class CountBad(logging.Handler):
    """Counts warnings: some of Odoo's linters say what they found in the log and pass."""

    count = 0

    def emit(self, record):
        if record.levelno >= logging.WARNING and 'security risk' not in record.getMessage():
            self.count += 1


if __name__ == '__main__':
    sys.exit(0 if lint(sys.argv[1], sys.argv[2], sys.argv[3:]) else 1)
