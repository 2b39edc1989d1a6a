"""Products of which a store has too much set campaigns off."""
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import StockCommon


class CustomersCommon(StockCommon):
    """What stores sell, and which customers a campaign about it finds."""

    def _sell(self, product, quantity, days_ago=10, location=None):
        move = self.env['stock.move'].create({
            'product_id': product.id, 'product_uom_qty': quantity,
            'location_id': (location or self.shelf).id, 'company_id': self.company.id,
            'location_dest_id': self.env.ref('stock.stock_location_customers').id})
        move._action_confirm()
        move.write({'quantity': quantity, 'picked': True})
        move._action_done()
        move.date = fields.Datetime.now() - timedelta(days=days_ago)

    def _customers(self):
        """Return what the customers would get today: {customer: (product, store)}."""
        run = self.env['mobile.campaign.run'].new({'campaign_id': self.campaign.id})
        self.env.flush_all()
        rows = self.env.execute_query(self.campaign._customers(run))
        return {self.env['res.partner'].browse(partner_id): (
                    self.env['product.product'].browse(product_id), self.env['mobile.store'].browse(store_id))
                for partner_id, _cause, store_id, product_id in rows}

    def _send(self):
        """Decide about today's customers; return the decisions."""
        run = self.env['mobile.campaign.run']._open(self.campaign, f'day:{fields.Date.today()}')
        run._batch()
        return run.campaign_id.decision_ids.sorted('id')


@tagged('-at_install', 'post_install')
class TestOverstock(CustomersCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({
            'trigger': 'overstock', 'overstock_days': 60, 'max_per_customer': 9, 'cooldown_hours': 0})

    def test_too_much_is_what_lasts_longer_than_so_many_days(self):
        self._sell(self.jacket, 90)
        self._stock(self.jacket, 90 + 60)
        self.assertEqual(self._customers(), {}, "it lasts for exactly 60 days")
        self._stock(self.jacket, 1)
        self.assertEqual(self._customers(), {self.anna: (self.jacket, self.store_near)})
        # A campaign of a store that is no more is not one of all stores.
        self.campaign.store_ids = self.store_far
        self.store_far.active = False
        self.assertEqual(self._customers(), {})

    def test_what_is_reserved_or_sold_elsewhere_does_not_count(self):
        self._stock(self.jacket, 61 + 90)
        self._sell(self.jacket, 90)
        self._sell(self.jacket, 900, location=self.shelf_far)
        self._sell(self.jacket, 900, days_ago=91)
        self._stock(self.jacket, 900)
        self.assertIn(self.anna, self._customers())
        self.env['stock.quant'].search([
            ('product_id', '=', self.jacket.id), ('location_id', '=', self.shelf.id)])[:1].reserved_quantity = 1
        self.assertEqual(self._customers(), {})

    def test_what_sells_nothing_counts_once_it_has_been_there_long(self):
        quant = self._stock(self.jacket, 5, days=59)
        self.assertEqual(self._customers(), {})
        quant.in_date -= timedelta(days=2)
        self.assertIn(self.anna, self._customers())
        self.jacket.sale_ok = False
        self.assertEqual(self._customers(), {})

    def test_only_chosen_products_stores_and_companies(self):
        self._stock(self.jacket, 5)
        self.campaign.product_ids = self.cup
        self.assertEqual(self._customers(), {})
        self.campaign.write({'product_ids': False, 'store_ids': self.store_far.ids})
        self.assertEqual(self._customers(), {})
        self._stock(self.cup, 5, self.shelf_far)
        self.assertEqual(self._customers(), {}, "Anna's store is another one")
        self.anna.mobile_favourite_store_ids += self.store_far
        self.assertEqual(self._customers(), {self.anna: (self.cup, self.store_far)})

    def test_who_came_to_the_store_is_its_customer_if_they_let_us_learn(self):
        self._stock(self.jacket, 5)
        self.enter(self.phone_ben, self.fence_near)
        self.assertNotIn(self.ben, self._customers())
        self.let_learn(self.ben, self.phone_ben)
        self.assertEqual(self._customers()[self.ben], (self.jacket, self.store_near))

    def test_each_product_once_a_month_and_one_a_day(self):
        self._stock(self.jacket, 5)
        self._stock(self.cup, 4)
        decision = self._send()
        self.assertEqual((decision.partner_id, decision.product_id, decision.store_id, decision.outcome),
                         (self.anna, self.jacket, self.store_near, 'sent'))
        self.assertEqual(self._customers(), {self.anna: (self.cup, self.store_near)})
        self.campaign.run_ids.position = 0
        self.campaign.run_ids._batch()
        self.assertEqual(self._customers(), {})

    def test_it_comes_by_the_calendar_and_needs_a_warehouse(self):
        self.assertIn('overstock', self.campaign._daily_triggers())
        self.assertTrue(self.campaign.next_run_at)
        self.campaign.action_pause()
        (self.store_near + self.store_far).warehouse_id = False
        with self.assertRaises(UserError):
            self.campaign.action_start()
        self.assertEqual(self._customers(), {})
