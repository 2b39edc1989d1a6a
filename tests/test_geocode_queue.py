"""Thousands of stores are located by a real server that is killed in the middle, and none is asked for twice."""

import importlib.util
import os
import signal
from collections import Counter

import pytest

from devtools.paths import REPO
from devtools.people import Staff
from devtools.process import wait_until

#: Seconds for the queue to be worked off.
PATIENCE = 600

SET_UP = """
provider = env.ref('mobile_crm.geo_provider_photon')
provider.write({{
    'mobile_endpoint': {url!r}, 'mobile_requests_per_second': 100, 'mobile_timeout': 1.0, 'mobile_cache_days': 1}})
env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', provider.id)
partners = env['res.partner'].create([{{
    'name': f'Queue {{number}}', 'street': f'Queue Street {{number}}', 'zip': '1000', 'city': 'Brussels',
    'country_id': env.ref('base.be').id}} for number in range({count})])
stores = env['mobile.store'].create([{{'name': partner.name, 'partner_id': partner.id}} for partner in partners])
assert set(stores.mapped('geocode_state')) == {{'waiting'}}
env.cr.commit()
"""


def load(path):
    """Return a module of the addon's tests that needs no Odoo."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def geocoder():
    """Return a geocoding server on this machine."""
    fake = load(REPO / 'mobile_crm' / 'tests' / 'geocoding_server.py').GeocodingServer()
    yield fake
    fake.close()


@pytest.fixture
def start(serve):
    """Return a function that starts the server."""
    return lambda: serve('geocoding', workers=2, max_cron_threads=1)


def test_a_server_that_is_killed_goes_on_where_it_was(odoo_cli, start, geocoder, full):
    count = 3_000 if full else 90
    odoo_cli.fresh('full')
    odoo_cli.shell(SET_UP.format(url=geocoder.url, count=count))

    def asked():
        odoo_cli.wake_crons()
        return len(geocoder.asked)

    def waiting():
        odoo_cli.wake_crons()
        return odoo_cli.query("SELECT count(*) FROM mobile_store WHERE geocode_state = 'waiting'")[0][0]

    first = start()
    assert wait_until(lambda: asked() >= count // 3, PATIENCE, 0.05)
    os.killpg(first.pid, signal.SIGKILL)
    asked_before = len(geocoder.asked)
    assert count // 3 <= asked_before < count, "killed in the middle"
    assert wait_until(lambda: not odoo_cli.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [odoo_cli.database]), 30, 0.1)
    assert abs(count - waiting() - asked_before) <= 1, "what was answered is written, but for the question in flight"

    second = start()
    assert wait_until(lambda: waiting() <= 1, PATIENCE, 0.2)
    # The question that was in flight is somebody else's turn half a minute later. Nobody waits for that here.
    odoo_cli.query(
        "UPDATE mobile_store SET geocode_due_at = create_date WHERE geocode_state = 'waiting' RETURNING id")
    odoo_cli.query('DELETE FROM mobile_geocode_cache WHERE answer IS NULL RETURNING id')
    admin = Staff(second.url, odoo_cli.database, 'admin', 'admin')
    cron = admin.find('ir.model.data', [
        ['module', '=', 'mobile_crm'], ['name', '=', 'mobile_store_geocode_cron']], 'res_id')[0]['res_id']
    admin.call('ir.cron', 'method_direct_trigger', [cron])
    assert waiting() == 0
    found = odoo_cli.query(
        """SELECT count(*) FROM mobile_store
            WHERE geocode_state = 'found' AND is_located AND geocode_address LIKE 'Queue Street %'""")
    assert found == [(count,)]
    repeated = [text for text, times in Counter(geocoder.texts).items() if times > 1]
    assert len(repeated) <= 1, f'{len(repeated)} addresses were asked twice'
    assert len(geocoder.asked) <= count + 1
