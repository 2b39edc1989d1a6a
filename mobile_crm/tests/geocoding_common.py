from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tests.common import _super_send

from ..models.mobile_geocoder import MobileGeocoder
from .common import MobileCommon
from .geocoding_server import DIALECTS, KEY, GeocodingServer

START = datetime(2026, 3, 2, 10, 0, 0)


class GeocodingCommon(MobileCommon):
    """The company's stores, a geocoding server and a clock that stands until somebody waits.

    :cvar server: ``GeocodingServer``
    :ivar clock: naive UTC
    :ivar list waits: seconds that were waited for slots
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login='geocoding_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def setUp(self):
        super().setUp()
        # Odoo makes each timeout in a test 10 seconds long; this server is on the same machine, and may be slow.
        self.startPatcher(patch('requests.Session.send', _super_send))
        self.server = GeocodingServer()
        self.addCleanup(self.server.close)
        self.clock, self.waits = START, []
        self.startPatcher(patch.object(MobileGeocoder, '_now', lambda _self: self.clock))
        self.startPatcher(patch.object(MobileGeocoder, '_wait', lambda _self, seconds: self._pass(seconds)))
        # Other stores of the database are none of the tests' business.
        self.env['mobile.store'].search([]).geocode_state = 'manual'

    def _pass(self, seconds):
        if seconds > 0:
            self.waits.append(round(seconds, 3))
            self.clock += timedelta(seconds=seconds)

    # === MAKING RECORDS === #

    def choose(self, tech_name, **values):
        """Make a service the one that staff have chosen, at the test's server; return it."""
        provider = self.env['base.geo_provider'].search([('tech_name', '=', tech_name)])
        provider.write({
            'mobile_endpoint': self.server.url, 'mobile_requests_per_second': 100, 'mobile_requests_per_day': 0,
            'mobile_timeout': 5, **values})
        if DIALECTS[tech_name].key:
            provider._mobile_set_key(KEY)
        self.env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', provider.id)
        return provider

    def make_store(self, street="Main Street 1", company=None, **values):
        """Return a store in Brussels that has no position."""
        company = company or self.company
        address = self.env['res.partner'].create({
            'name': street, 'street': street, 'zip': '1000', 'city': "Brussels",
            'country_id': self.env.ref('base.be').id, 'company_id': company.id})
        return self.env['mobile.store'].create({
            'name': street, 'partner_id': address.id, 'company_id': company.id, 'tz': 'Europe/Brussels', **values})

    # === WHAT HAPPENS === #

    def work(self):
        """Let the queue's worker run once, as the cron does: with a cursor of its own that commits."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env['mobile.store']._cron_geocode()

    def triggers(self):
        """Return when the queue's worker will be woken."""
        cron = self.env.ref('mobile_crm.mobile_store_geocode_cron')
        return self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)], order='id').mapped('call_at')

    def meter(self, provider):
        return self.env['mobile.geocode.meter'].search([('provider_id', '=', provider.id)])
