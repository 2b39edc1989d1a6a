from odoo import models


class MobileHold(models.AbstractModel):
    """Keeps goods in a store for a customer: they are reserved by moves from the store's shelves to the customer, as of
    a delivery, that nobody carries out.

    Whoever inherits it has the fields `partner_id`, `company_id` and `store_id`.
    """

    _name = 'mobile.hold'
    _description = "Goods Held for a Customer"

    # === BUSINESS METHODS === #

    def _hold_places(self):
        """Return between which locations the goods would move.

        :return: the values of a move or of a delivery.
        :rtype: dict
        """
        self.ensure_one()
        customer = self.partner_id.with_company(self.company_id)
        return {
            'location_id': self.store_id.warehouse_id.lot_stock_id.id,
            'location_dest_id': customer.property_stock_customer.id or self.env.ref(
                'stock.stock_location_customers').id,
            'company_id': self.company_id.id,
        }

    def _hold_moves(self, wanted):
        """Return the values of the moves that keep goods.

        :param dict wanted: quantities by ``product.product``, in the product's own unit.
        :rtype: list[dict]
        """
        places = self._hold_places()
        return [
            {'product_id': product.id, 'product_uom_qty': quantity, 'product_uom': product.uom_id.id, **places}
            for product, quantity in wanted.items()]
