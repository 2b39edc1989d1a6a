from odoo.tests import tagged

from odoo.addons.mobile_crm.tests.test_gates import GateCase


@tagged('-at_install', 'post_install')
class TestStockGate(GateCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env['stock.warehouse'].search([('company_id', '=', cls.company.id)], limit=1)
        cls.store_near.warehouse_id = cls.warehouse
        cls.product.is_storable = True
        cls.campaign.trigger = 'manual'

    def _decide(self, store=None, product=None):
        return self.decide(store=store or self.store_near, product=product or self.product)

    def _stock(self, quantity, location=None):
        self.env['stock.quant']._update_available_quantity(
            self.product, location or self.warehouse.lot_stock_id, quantity)

    def test_out_of_stock(self):
        decision = self._decide()
        self.assertDecision(decision, 'withheld', 'out_of_stock')
        self.assertEqual(decision._customer_text(), "The store had none left.")
        # What another warehouse has, or a customer, is not in the store.
        other = self.env['stock.warehouse'].create({'name': "Other", 'code': 'OTH', 'company_id': self.company.id})
        self._stock(5, other.lot_stock_id)
        self._stock(5, self.env.ref('stock.stock_location_customers'))
        self.assertDecision(self._decide(), 'withheld', 'out_of_stock')
        self._stock(1, self.env['stock.location'].create({
            'name': "Shelf", 'usage': 'internal', 'location_id': self.warehouse.lot_stock_id.id}))
        self.assertDecision(self._decide(), 'sent', 'passed')
        self.product.stock_quant_ids.filtered(
            lambda quant: quant.warehouse_id == self.warehouse).sudo().reserved_quantity = 1
        self.assertDecision(self._decide(), 'withheld', 'out_of_stock')
        self.campaign.only_in_stock = False
        self.assertDecision(self._decide(), 'sent', 'passed')

    def test_what_is_not_counted_is_there(self):
        self.assertDecision(self._decide(store=self.store_far), 'sent', 'passed')
        self.assertDecision(self.decide(store=self.store_near), 'sent', 'passed')
        self.product.is_storable = False
        self.assertDecision(self._decide(), 'sent', 'passed')

    def test_what_the_reward_gives_must_be_there(self):
        self.program.reward_ids.write({'reward_type': 'product', 'reward_product_id': self.product.id})
        self.assertDecision(self.decide(store=self.store_near), 'withheld', 'out_of_stock')
        self._stock(1)
        self.assertDecision(self.decide(store=self.store_near), 'sent', 'passed')
