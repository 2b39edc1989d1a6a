from odoo import api, fields, models
from odoo.tools import float_repr


class MobileReservationLine(models.Model):
    """So much of one product that is put aside."""

    _name = 'mobile.reservation.line'
    _description = "Reserved Goods"
    _order = 'reservation_id, id'
    _rec_name = 'product_id'

    reservation_id = fields.Many2one(
        comodel_name='mobile.reservation', required=True, readonly=True, index=True, ondelete='cascade')
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, readonly=True, index=True, ondelete='restrict')
    quantity = fields.Float(digits='Product Unit', required=True, readonly=True)
    uom_id = fields.Many2one(string="Unit", related='product_id.uom_id')
    company_id = fields.Many2one(related='reservation_id.company_id', store=True)

    # === BUSINESS METHODS === #

    @api.model
    def _quantity_text(self, quantity):
        """Return a quantity as people write it: 2, 0.5."""
        text = float_repr(quantity, self.env['decimal.precision'].precision_get('Product Unit'))
        return text.rstrip('0').rstrip('.') if '.' in text else text

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "%(quantity)s x %(product)s", quantity=self._quantity_text(self.quantity),
            product=self.product_id.display_name)
