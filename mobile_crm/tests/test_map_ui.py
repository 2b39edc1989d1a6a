from base64 import b64decode
from unittest.mock import patch

from odoo import api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MobileCommon

TILES = 'https://tiles.example.com/'
PIXEL = b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==')


@tagged('post_install', '-at_install', 'mobile_http')
class TestMapUi(MobileCommon, HttpCase):
    """Maps as staff use them, in a browser, which tells what it has asked others for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        new_test_user(cls.env, 'map_ui_user', groups='mobile_crm.group_mobile_crm_user', **company)
        new_test_user(cls.env, 'map_ui_manager', groups='mobile_crm.group_mobile_crm_manager', **company)
        cls.env['res.partner'].create({'name': "Lost Address", 'company_id': cls.company.id})

    def setUp(self):
        super().setUp()
        self.asked_outside = []

    def fetch_proxy(self, url):
        self.asked_outside.append(url)
        return self.make_fetch_proxy_response(PIXEL) if url.startswith(TILES) else super().fetch_proxy(url)

    def _geocoder(self, answer):
        return patch.object(self.env.registry['mobile.geocoder'], 'search_address', api.model(answer))

    def _open_fence(self, tour, login):
        self.start_tour(f'/odoo/action-mobile_crm.mobile_geofence_action/{self.fence_near.id}', tour, login=login)

    def _neighbour(self):
        store, _fence = self._make_store("Next Door", "Brussels", 'base.be', 50.8480, 4.3540)
        return store

    def test_manager_places_a_store_and_draws_its_fence(self):
        def search_address(_self, text):
            return [{'name': f"{text}, {country}", 'latitude': 51.0547, 'longitude': longitude, 'confidence': 1.0}
                    for country, longitude in (("Belgium", 3.7218), ("Ontario", -80.0))]

        with self._geocoder(search_address):
            self.start_tour('/odoo', 'mobile_crm_map_store', login='map_ui_manager')
        store = self.env['mobile.store'].search([('name', '=', "Ghent Store")])
        self.assertAlmostEqual(store.latitude, 51.0547, places=5)
        self.assertGreater(store.longitude, 3.7219, "the mark was dragged to the east")
        fence = store.geofence_ids
        self.assertEqual((fence.type, len(fence.polygon['coordinates']), len(fence.polygon['coordinates'][0])),
                         ('polygon', 1, 5))
        self.assertEqual(self.env['mobile.geofence']._containing(self.company, 51.0547, 3.7218), fence.ids)
        self.assertEqual(self.asked_outside, [], "no tile server is set, so nobody is asked for anything")

    def test_manager_edits_a_fence(self):
        self._neighbour()

        def search_address(_self, text):
            raise UserError(self.env._("No provider of addresses is set"))

        with self._geocoder(search_address), mute_logger('odoo.http'):
            self._open_fence('mobile_crm_map_fence', 'map_ui_manager')
        outer, hole = self.fence_near.polygon['coordinates']
        self.assertEqual((len(outer), len(hole)), (13, 4))
        self.assertNotIn(
            self.fence_near.id, self.env['mobile.geofence']._containing(self.company, 50.8467, 4.3525), "in the hole")
        self.assertEqual(self.asked_outside, [])

    def test_user_looks_only(self):
        self._neighbour()
        self._open_fence('mobile_crm_map_readonly', 'map_ui_user')
        self.assertEqual(self.asked_outside, [])

    def test_tiles_come_from_the_server_that_is_set(self):
        self.company.mobile_tile_url = f'{TILES}{{z}}/{{x}}/{{y}}.png'
        self.browser_js(
            f'/odoo/mobile.geofence/{self.fence_near.id}', "console.log('test successful')",
            "Boolean(document.querySelector('.o_mobile_map_canvas .leaflet-tile-loaded'))", login='map_ui_user')
        self.assertTrue(self.asked_outside)
        self.assertTrue(all(url.startswith(TILES) for url in self.asked_outside), self.asked_outside)
