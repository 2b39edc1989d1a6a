"""Lots that expire soon set campaigns off."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mobile_crm_stock.tests.test_overstock import CustomersCommon


@tagged('-at_install', 'post_install')
class TestExpiring(CustomersCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'trigger': 'expiring', 'max_per_customer': 9, 'cooldown_hours': 0})
        (cls.jacket + cls.cup).write({'tracking': 'lot', 'use_expiration_date': True})

    def _lot(self, product, days, quantity=1, removal_days=None, **values):
        now = fields.Datetime.now()
        lot = self.env['stock.lot'].create({
            'product_id': product.id, 'expiration_date': now + timedelta(days=days),
            'removal_date': removal_days is not None and now + timedelta(days=removal_days)})
        self._stock(product, quantity, lot_id=lot.id, **values)
        return lot

    def test_only_what_expires_within_the_days_and_has_not_yet(self):
        self._lot(self.jacket, 8)
        self._lot(self.cup, -1)
        self.assertEqual(self._customers(), {})
        self._lot(self.cup, 6)
        self.assertEqual(self._customers(), {self.anna: (self.cup, self.store_near)})
        self.campaign.product_ids = self.jacket
        self.assertEqual(self._customers(), {})
        self.campaign.expiring_days = 9
        self.assertEqual(self._customers(), {self.anna: (self.jacket, self.store_near)})

    def test_the_day_on_which_it_is_taken_from_the_shelf_comes_first(self):
        self._lot(self.cup, 20, removal_days=3)
        self.assertEqual(self._customers(), {self.anna: (self.cup, self.store_near)})
        self._lot(self.jacket, 2)
        self.assertEqual(self._customers(), {self.anna: (self.jacket, self.store_near)}, "the soonest first")

    def test_what_is_gone_or_elsewhere_is_not_offered(self):
        self._lot(self.cup, 3, location=self.shelf_far)
        self._lot(self.jacket, 3, quantity=0)
        self.assertEqual(self._customers(), {})

    def test_each_lot_once(self):
        self._lot(self.cup, 3)
        decision = self._send()
        self.assertEqual((decision.partner_id, decision.product_id, decision.outcome), (self.anna, self.cup, 'sent'))
        self.assertEqual(self._customers(), {})
        self._lot(self.cup, 4)
        self.assertIn(self.anna, self._customers())

    def test_it_comes_by_the_calendar(self):
        self.assertIn('expiring', self.campaign._daily_triggers())
        self.assertTrue(self.campaign.next_run_at)

    def test_what_must_be_off_the_shelf_is_promised_to_nobody(self):
        self._lot(self.jacket, 9, quantity=3, removal_days=-1)
        self._lot(self.jacket, 9, quantity=2, removal_days=3)
        self.assertEqual(self.availability(self.jacket), ('low', 2))
        self.assertEqual(self.jacket.with_context(warehouse_id=self.warehouse.id).free_qty, 2)
