"""A database of the release before this one, in use, becomes one of this release, and leaves no trace either."""

import io
import os
import subprocess
import tarfile

import pytest

from devtools.addons import MAIN, bridges
from devtools.paths import REPO
from tests.test_module_lifecycle import UNINSTALL, assert_quiet, leftovers, uninstall
from tests.test_uninstall_after_use import USE

#: The last commit of the release before.
BEFORE = '855f0a2'


@pytest.fixture
def old_addons(tmp_path):
    """Return a folder with our addons as they were in the release before."""
    if os.environ.get('MOBILE_CRM_FULL') != '1':
        pytest.skip('only in ./dev test --full')
    packed = subprocess.run(['git', 'archive', '--format=tar', BEFORE], cwd=REPO, check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tmp_path, filter='data')
    return tmp_path


def run_old(cli, folder, *arguments, script=None):
    """Run Odoo with the addons of that folder in place of ours; return its log."""
    paths = ','.join(map(str, (*cli._databases.home.addons_paths, folder)))
    status, log_path = cli._databases.odoo(
        cli.database, *arguments, script=script, config={'http_port': 0, 'addons_path': paths},
        title=f'odoo of {BEFORE}: {" ".join(arguments)}')
    text = log_path.read_text(encoding='utf-8', errors='replace')
    assert status == 0, f'Odoo ended with status {status}:\n{text[-3000:]}'
    return text


def columns(cli):
    """Return the columns of our tables and of those that ours extend."""
    return set(cli.query(
        """SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = 'public' AND (table_name LIKE 'mobile%' OR column_name LIKE '%mobile\\_%')"""))


def indexes(cli):
    """Return the indexes and constraints of our tables by what they are made of, without the names of columns' keys."""
    return set(cli.query(
        """SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename LIKE 'mobile%'"""))


@pytest.mark.parametrize('kind', ['demo', 'wide'])
def test_upgrade(odoo_cli, old_addons, kind):
    demo = ['--with-demo'] if kind == 'demo' else []
    odoo_cli.fresh(kind)
    before = leftovers(odoo_cli)
    run_old(odoo_cli, old_addons, '-i', MAIN, '--stop-after-init', '--no-http', *demo)
    if kind == 'demo':
        run_old(odoo_cli, old_addons, 'shell', '--no-http', script=USE)
    assert_quiet(odoo_cli.run('-u', MAIN, '--stop-after-init', '--no-http', *demo))
    upgraded = columns(odoo_cli), indexes(odoo_cli)
    installed = [name for name in bridges() if odoo_cli.query(
        'SELECT FROM ir_module_module WHERE name = %s AND state = %s', [name, 'installed'])]
    for name in (*reversed(installed), MAIN):
        assert_quiet(odoo_cli.shell(UNINSTALL if name == MAIN else uninstall(name)))
    assert leftovers(odoo_cli) == before
    # What is there after the upgrade is what a new installation has.
    odoo_cli.fresh(kind)
    odoo_cli.run('-i', MAIN, '--stop-after-init', '--no-http', *demo)
    assert upgraded == (columns(odoo_cli), indexes(odoo_cli))
