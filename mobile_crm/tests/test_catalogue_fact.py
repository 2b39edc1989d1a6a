import logging
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..tools import afterwards
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestCatalogueFact(MobileHttpCase):
    """What phones ask of the catalogue becomes a fact, of who lets the company learn."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _facts(self, device=None):
        events = self.env['mobile.event'].search([('device_id', '=', (device or self.phone).id)], order='id')
        return [(event.type, event.query or event.product_id) for event in events]

    def test_searches_and_views_of_who_agreed(self):
        self.let_learn(self.anna, self.phone)
        self.client.get('/products', q="rain")
        self.client.get(f'/products/{self.product.id}')
        self.assertEqual(self._facts(), [('search', "rain"), ('view', self.product)])
        event = self.env['mobile.event'].search([('query', '=', "rain")])
        self.assertEqual(
            (event.partner_id, event.company_id, event.origin, event.doubt, event.latitude, event.store_id.id),
            (self.anna, self.company, 'phone', False, 0, False))

    def test_scans(self):
        self.let_learn(self.anna, self.phone)
        self.product.barcode = '5901234123457'
        self.assertEqual(self.client.get('/products/barcode/5901234123457').status, 200)
        self.assertEqual(self.client.get('/products/barcode/4006381333931').status, 404)
        url = 'https%3A%2F%2Fexample.com%2F01%2F05901234123457%3Fx%3D' + 'a' * 200
        self.assertEqual(self._facts(), [('scan', self.product)])
        self.assertEqual(self.env['mobile.event'].search([('type', '=', 'scan')]).barcode, '5901234123457')
        self.hurry()
        self.assertEqual(self.client.get(f'/products/barcode/{url}').status, 200)
        self.assertEqual(self.env['mobile.event'].search([('type', '=', 'scan')]).mapped('barcode'), [
            False, '5901234123457'])

    def test_nothing_of_who_did_not_agree(self):
        self.client.get('/products', q="rain")
        self.client.get(f'/products/{self.product.id}')
        self.assertEqual(self._facts(), [])
        self.let_learn(self.anna, self.phone)
        self.env['mobile.consent']._append(
            self.anna, self.company, {'profiling': False}, 'device', device_uuid=self.phone.uuid)
        self.client.get('/products', q="rain")
        self.assertEqual(self._facts(), [])

    def test_an_anonymous_phone(self):
        phone = self.registered_phone()
        self.assertEqual(phone.get('/products', q="rain").status, 200)
        event = self.env['mobile.event'].search([('query', '=', "rain")])
        self.assertEqual((event.partner_id.id, event.device_id.uuid), (False, phone.device_id))

    def test_what_is_no_search(self):
        self.let_learn(self.anna, self.phone)
        self.client.get('/products')
        self.client.get('/products', q="r")
        self.client.get('/products', q="ra", typing='true')
        self.client.get('/products/2147483647')
        self.client.get('/products', q="rain", limit=0)
        self.env['product.product'].create([{'name': f"Rain Hat {number}"} for number in range(2)])
        answer = self.client.get('/products', q="rain", limit=1)
        self.assertEqual(self._facts(), [('search', "rain")])
        self.hurry()
        self.client.get('/products', q="rain", limit=1, cursor=answer.json['next_cursor'])
        self.assertEqual(len(self._facts()), 1, "the next page is no other search")

    def test_the_same_within_a_minute_is_one(self):
        self.let_learn(self.anna, self.phone)
        etag = self.client.get('/products', q="rain").headers['ETag']
        self.assertEqual(self.client.get('/products', q="rain", headers={'If-None-Match': etag}).status, 304)
        self.assertEqual(self._facts(), [('search', "rain")])
        self.env.cr.execute(
            'UPDATE mobile_event SET occurred_at = occurred_at - %s', [timedelta(seconds=61)])
        self.env.invalidate_all()
        self.assertEqual(self.client.get('/products', q="rain", headers={'If-None-Match': etag}).status, 304)
        self.assertEqual(len(self._facts()), 2, "it was asked again, and answered without a body")

    def test_a_search_near_a_store_brings_a_coupon(self):
        self.let_learn(self.anna, self.phone)
        campaign = self.campaign.copy({
            'name': "Comparing", 'trigger': 'search', 'near_store': True,
            'product_ids': [Command.set(self.product.ids)]})
        campaign.action_start()

        def decided(**position):
            self.hurry()
            self.client.get('/products', q="rain jacket", **position)
            return self.env['mobile.decision'].search([('campaign_id', '=', campaign.id)], order='id desc')

        self.assertFalse(decided())
        self.assertFalse(decided(lat=51.2, lon=4.4), "far from any store")
        decision = decided(lat=50.8467, lon=4.3525)
        self.assertEqual((decision.store_id, decision.product_id), (self.store_near, self.product))
        event = decision.event_id
        self.assertEqual((event.store_id, event.latitude, event.longitude), (self.store_near, 0, 0))
        self.env['mobile.consent']._append(
            self.anna, self.company, {'location': False}, 'device', device_uuid=self.phone.uuid)
        decided(lat=50.8467, lon=4.3525)
        self.assertFalse(self.env['mobile.event'].search([], order='id desc', limit=1).store_id)

    def test_a_failure_spoils_nothing_and_tells_nothing(self):
        self.let_learn(self.anna, self.phone)

        def fail(*_args):
            raise ValueError("rain")

        with patch.object(self.env.registry['mobile.event'], '_record', fail), \
                self.assertLogs('odoo.addons.mobile_crm.tools.afterwards', logging.INFO) as log:
            answer = self.client.get('/products', q="rain")
        self.assertEqual(answer.status, 200)
        self.assertEqual([record.getMessage() for record in log.records], [
            'What was left for after an answer failed: ValueError'])
        self.assertEqual(self._facts(), [])

    def test_who_loses_a_race_begins_anew(self):
        self.let_learn(self.anna, self.phone)
        tries = []

        def learn(env):
            tries.append(env.su)
            if len(tries) < 3:
                raise afterwards.ConcurrencyError

        afterwards.write(self.env, learn)()
        self.assertEqual(tries, [True] * 3)

    def test_who_signed_out_meanwhile(self):
        self.let_learn(self.anna, self.phone)
        with patch.object(type(self), '_do_what_is_left'):
            self.client.get('/products', q="rain")
        self.phone._sign_out()
        self._do_what_is_left()
        self.assertEqual(self._facts(), [])
