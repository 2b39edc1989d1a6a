"""What the bridge's tests work with: stores with a warehouse each, and things to put into them."""
from datetime import timedelta

from odoo import fields

from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper
from odoo.addons.mobile_crm.tests.common import MobileCommon


class StockCommon(MobileCommon):
    """Two stores with a warehouse each; Anna's favourite is the near one.

    :cvar warehouse, warehouse_far: of the stores
    :cvar shelf, shelf_far: where they keep what they sell
    :cvar jacket, cup: counted products (``product.product``)
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env['stock.warehouse'].search([('company_id', '=', cls.company.id)], limit=1)
        cls.warehouse_far = cls.env['stock.warehouse'].create({
            'name': "Far", 'code': 'FAR', 'company_id': cls.company.id})
        cls.store_near.warehouse_id, cls.store_far.warehouse_id = cls.warehouse, cls.warehouse_far
        cls.shelf, cls.shelf_far = cls.warehouse.lot_stock_id, cls.warehouse_far.lot_stock_id
        cls.jacket, cls.cup = cls.env['product.product'].create([
            {'name': "Jacket", 'is_storable': True}, {'name': "Cup", 'is_storable': True}])
        cls.anna.mobile_favourite_store_ids = cls.store_near

    def _stock(self, product, quantity, location=None, days=100, **values):
        """Let a store have had so much of a product for so many days."""
        quant = self.env['stock.quant'].create({
            'product_id': product.id, 'location_id': (location or self.shelf).id, 'quantity': quantity, **values})
        quant.in_date = fields.Datetime.now() - timedelta(days=days)
        return quant

    def shopper(self, partner=None, app=None):
        """Return for whom products are shown: Anna, with the app."""
        partner = self.anna if partner is None else partner
        return Shopper(self.company.sudo(), (self.app if app is None else app).sudo(), partner.sudo())

    def availability(self, product, store=None):
        """Return what the staff know: (state, quantity)."""
        store = store or self.store_near
        return tuple(self.env['mobile.catalogue']._availability([product.id], [store.id])[product.id, store.id])
