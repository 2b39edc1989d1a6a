"""The addon comes and goes without a trace: installed, upgraded and uninstalled, each without a warning in the log."""

import pytest

from devtools import logcheck
from devtools.addons import MAIN, bridges
from tests import reservation_race


def uninstall(name):
    """Return the Python that uninstalls a module."""
    return f"env['ir.module.module'].search([('name', '=', '{name}')]).button_immediate_uninstall()\n"


UNINSTALL = uninstall(MAIN)

#: Where something of the addon's could stay behind: what it is called there, and a query for it.
LEFTOVERS = {
    'tables': "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
              "AND table_name LIKE 'mobile%'",
    'columns': "SELECT table_name || '.' || column_name FROM information_schema.columns "
               "WHERE table_schema = 'public' AND column_name LIKE '%mobile\\_%'",
    'external ids': "SELECT module || '.' || name FROM ir_model_data WHERE module LIKE 'mobile%'",
    'parameters': "SELECT key FROM ir_config_parameter WHERE key LIKE 'mobile%'",
    'crons': "SELECT cron_name FROM ir_cron WHERE cron_name ILIKE '%mobile%'",
    'groups': "SELECT name->>'en_US' FROM res_groups WHERE name->>'en_US' ILIKE '%mobile%'",
    'models': "SELECT model FROM ir_model WHERE model LIKE 'mobile%'",
    'menus': "SELECT name->>'en_US' FROM ir_ui_menu WHERE name->>'en_US' ILIKE '%mobile crm%'",
    'views': "SELECT name FROM ir_ui_view WHERE name LIKE '%mobile\\_crm%' OR model LIKE 'mobile%'",
    'functions': "SELECT proname FROM pg_proc WHERE proname LIKE 'mobile%'",
}


def leftovers(cli):
    """Return everything in the database that bears the addon's name, by kind."""
    found = {kind: {name for name, in cli.query(query)} for kind, query in LEFTOVERS.items()}
    return {kind: names for kind, names in found.items() if names}


def assert_quiet(log):
    """Assert that an Odoo log has no warning or worse."""
    assert logcheck.findings(log) == []


@pytest.mark.parametrize('kind', ['plain', 'demo'])
def test_install_upgrade_uninstall(odoo_cli, kind):
    """Nothing that bears the addon's name is left after its life, with demo data or without."""
    odoo_cli.fresh(kind)
    before = leftovers(odoo_cli)
    demo = ['--with-demo'] if kind == 'demo' else []
    assert_quiet(odoo_cli.run('-i', MAIN, '--stop-after-init', '--no-http', *demo))
    installed = leftovers(odoo_cli)
    assert 'tables' in installed
    assert 'external ids' in installed
    assert_quiet(odoo_cli.run('-u', MAIN, '--stop-after-init', '--no-http', *demo))
    assert leftovers(odoo_cli).get('tables') == installed['tables']
    assert_quiet(odoo_cli.shell(UNINSTALL))
    assert leftovers(odoo_cli) == before


def use_reservations(cli):
    """Let customers race for what a store has: nothing is promised twice, and nobody gets more than they may have."""
    log = cli.shell(reservation_race.RACE)
    assert reservation_race.outcome(log) == (
        "RACED {'held': 2, 'out_of_stock': 4} {'held': 2, 'reservation_limit': 2}")
    assert cli.query('SELECT sum(reserved_quantity) FROM stock_quant WHERE quantity > 0') == [(4,)]


@pytest.mark.parametrize('bridge', bridges())
def test_a_bridge_installs_itself_and_leaves_alone(odoo_cli, bridge):
    """Beside its partner a bridge comes with the addon; without the bridge the addon works on."""
    odoo_cli.fresh('wide')
    before = leftovers(odoo_cli)
    assert_quiet(odoo_cli.run('-i', MAIN, '--stop-after-init', '--no-http'))
    installed = f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ('{MAIN}', '{bridge}')"
    assert {name for name, in odoo_cli.query(installed)} == {MAIN, bridge}
    if bridge == 'mobile_crm_stock':
        use_reservations(odoo_cli)
    assert_quiet(odoo_cli.shell(uninstall(bridge)))
    assert {name for name, in odoo_cli.query(installed)} == {MAIN}
    assert not odoo_cli.query(f"SELECT name FROM ir_model_data WHERE module = '{bridge}'")
    if bridge == 'mobile_crm_stock':
        # What stores held for customers is free again.
        assert odoo_cli.query('SELECT sum(reserved_quantity) FROM stock_quant WHERE quantity > 0') == [(0,)]
    assert_quiet(odoo_cli.shell(UNINSTALL))
    assert leftovers(odoo_cli) == before
