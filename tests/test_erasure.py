"""What is held about a customer: the export has all of it, and after the erasure a dump of the database has nothing."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from devtools.process import need

PLANT = Path(__file__).with_name('canaries.py').read_text(encoding='utf-8') + '''
from odoo.tools import mute_logger

from odoo.addons.mobile_crm.tools.personal_data import KEPT_BY_LAW

company = env.ref('mobile_crm.mobile_app_phone').company_id
result = {}
for prefix, phone, skip in (
    # A contact that is a company's or a store's address is not a customer's alone.
    ('CANARYFREE', '+32470000001', {*KEPT_BY_LAW, 'res.company', 'mobile.store'}),
    ('CANARYKEPT', '+32470000002', {'res.company', 'mobile.store'}),
):
    email = f'{prefix.lower()}@mobile-crm.example'
    partner = env['res.partner'].create({
        'name': f'{prefix} Peeters', 'street': f'{prefix} Street 1', 'phone': phone, 'email': email,
        'mobile_verified_phone': phone, 'mobile_verified_email': email, 'comment': f'{prefix}-comment',
        'website': f'https://{prefix}-website.example', 'ref': f'{prefix}-ref', 'mobile_birthdate': '1990-01-01'})
    user = env['res.users'].with_context(no_reset_password=True).create({
        'login': email, 'partner_id': partner.id, 'group_ids': [(6, 0, env.ref('base.group_portal').ids)]})
    planter = Planter(env, partner, user, company, prefix)
    with mute_logger('odoo.sql_db'):
        planter.plant_everywhere(skip)
    env.invalidate_all()
    with env['mobile.export']._export(partner, company, {'name': partner.name}) as export:
        text = export.read().decode()
    json.loads(text)
    result[prefix] = {
        'models': sorted(planter.planted), 'failed': planter.failed, 'missing': planter.missing(text),
        'canaries': sum(map(len, planter.planted.values())), 'partner': partner.id, 'user': user.id}
    env['mobile.erasure']._request(partner, company, 'app').due_at = '2026-01-01'
env.cr.commit()
env['mobile.erasure']._cron_erase()
env.cr.commit()
result['states'] = env['mobile.erasure'].search([]).mapped('state')
result['shared'] = sorted({
    pointer.model for pointer in env['mobile.trace']._pointers()
    if pointer.kind == 'partner' and pointer.model in SHARED})
result['tables'] = [env[name]._table for name in KEPT_BY_LAW if name in env]
print('RESULT', json.dumps(result))
'''
#: Models in which no row is planted by filling its columns: a list of users as JSON; one call for each member.
UNPLANTABLE = {'ir.filters', 'discuss.channel.rtc.session'}


@pytest.fixture(scope='module')
def dump(request):
    """Plant, export, erase and dump once for all tests; return what happened and the dump's lines by table."""
    from devtools import odoo, postgres
    from devtools.database import PREFIX, Databases
    from tests.conftest import OdooCli

    databases = Databases(odoo.ensure(), postgres.ensure())
    cli = OdooCli(databases, f'{PREFIX}scratch_erasure')
    try:
        cli.fresh('full')
        log = cli.shell(PLANT)
        result = json.loads(re.search('^RESULT (.*)$', log, re.MULTILINE)[1])
        yield result, _dump(databases, cli.database)
    finally:
        databases.drop(cli.database)


def _dump(databases, database):
    folder = databases.server.bin
    program = folder / 'pg_dump' if folder and (folder / 'pg_dump').exists() else need(
        'pg_dump', 'install the package postgresql-client')
    text = subprocess.run([program, '--data-only', database], check=True, capture_output=True, text=True,
                          env=databases.server.variables(database)).stdout
    tables, lines = {}, []
    for line in text.splitlines():
        if match := re.match(r'COPY public\.(\S+) ', line):
            lines = tables.setdefault(match[1], [])
        else:
            lines.append(line)
    return tables


def _left(tables, pattern):
    return {table: found for table, lines in tables.items()
            if (found := [line[:300] for line in lines if re.search(pattern, line, re.IGNORECASE)])}


def test_canaries_sit_everywhere(dump):
    result, _tables = dump
    assert len(result['CANARYKEPT']['models']) >= 100, result['CANARYKEPT']['models']
    assert result['CANARYKEPT']['canaries'] >= 400
    never = set(result['CANARYKEPT']['failed']) - set(result['CANARYKEPT']['models'])
    assert never <= UNPLANTABLE, {name: result['CANARYKEPT']['failed'][name] for name in never}


def test_the_export_holds_them_all(dump):
    result, _tables = dump
    assert result['CANARYFREE']['missing'] == {}
    assert result['CANARYKEPT']['missing'] == {}


def test_nothing_is_left_of_a_customer_without_documents(dump):
    result, tables = dump
    assert set(result['states']) == {'done'}
    assert _left(tables, r'CANARYFREE|32470000001|0470 ?00 ?00 ?01') == {}


def test_only_documents_are_left_of_a_customer_who_bought(dump):
    result, tables = dump
    left = _left(tables, 'CANARYKEPT')
    assert set(left) - set(result['tables']) == {'res_partner'}, left
    assert 'sale_order' in left, 'an order is kept'
    contact, = left['res_partner']
    for gone in ('comment', 'website', 'ref', '1990-01-01'):
        assert gone not in contact.replace('preferences', '')
    assert _left(tables, r'32470000002|canarykept@|0470 ?00 ?00 ?02') == {}


def test_models_that_may_keep_a_customer_in_passing_are_few(dump):
    result, _tables = dump
    assert result['shared'] == [
        'account.reconcile.model', 'account.reconcile.model.line', 'mobile.store', 'res.company', 'res.partner']
