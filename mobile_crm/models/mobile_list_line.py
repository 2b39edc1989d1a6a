from odoo import api, fields, models

from ..tools.problems import Problem


class MobileListLine(models.Model):
    """What a customer wants to buy: a product, or their own words."""

    _name = 'mobile.list.line'
    _description = "Line of a Shopping List"
    _order = 'position, id'
    _rec_name = 'text'

    list_id = fields.Many2one(
        string="Shopping List", comodel_name='mobile.list', required=True, readonly=True, index=True,
        ondelete='cascade')
    partner_id = fields.Many2one(string="Customer", related='list_id.partner_id')
    company_id = fields.Many2one(related='list_id.company_id')
    uuid = fields.Char(string="Public ID", required=True, readonly=True, help="Made by the phone.")
    version = fields.Integer(
        required=True, readonly=True, aggregator=None, help="Of the list, when the line was changed last.")
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='set null')
    # Kept beside the product: a shop that takes it from its catalogue does not take it from a customer's list.
    text = fields.Char(
        string="What", required=True, readonly=True, help="In the customer's words, or the product's name.")
    quantity = fields.Float(
        required=True, readonly=True, default=1.0, digits=(16, 3), aggregator=None,
        help="Of a product, in its own unit.")
    unit = fields.Char(readonly=True, help="In the customer's words.")
    note = fields.Char(readonly=True)
    done = fields.Boolean(string="Bought", readonly=True)
    position = fields.Float(
        readonly=True, aggregator=None, help="Lines are in this order. Between any two there is room for a third.")

    _uuid_unique = models.UniqueIndex('(list_id, uuid)')
    _quantity_positive = models.Constraint('CHECK (quantity > 0)', "A quantity is more than 0.")

    # === BUSINESS METHODS === #

    @api.model
    def _products(self, shopper, places):
        """Return products that a customer may put on a list, by id.

        :param Shopper shopper: the caller.
        :param dict places: where each product's id stands in the request.
        :raise Problem: 422 for what they cannot see.
        """
        products = self.env['mobile.catalogue']._visible(shopper, list(places))
        if unknown := places.keys() - set(products.ids):
            raise Problem.invalid(places[min(unknown)], self.env._("There is no such product."))
        return {product.id: product for product in products}

    @api.model
    def _name_of(self, product):
        """Return how a product is called on a list: in the language of the request, without the shop's reference."""
        return product.with_context(display_default_code=False).display_name

    def _change(self, shopper, values, version=None):
        """Change a line; what is left out stays as it is, so two phones lose nothing that they do not both change.

        :param Shopper shopper: the caller.
        :param dict values: fields of ``mobile.list._add_lines``.
        :param int version: of the line that the phone has seen, or None: whatever it is.
        :raise Problem: 409 when it was changed since, 422.
        """
        self.ensure_one()
        if values.get('product_id') and values['product_id'] != self.product_id.id:
            [product] = self._products(shopper, {values['product_id']: ['body', 'product_id']}).values()
            values = {'text': self._name_of(product), **values, 'unit': values.get('unit')}
        if values.get('unit') and values.get('product_id', self.product_id):
            raise Problem.invalid(['body', 'unit'], self.env._("A product is counted in its own unit."))
        values = {
            field: value for field, value in values.items()
            if (self[field].id if field == 'product_id' else self[field]) != (value or self._empty(field))}
        if not values:
            return
        changed = self.list_id._next_version()
        if version is not None and self.version != version:
            raise Problem('list_changed')
        self.write({**values, 'version': changed})

    @api.model
    def _empty(self, field):
        """Return how Odoo keeps a field without a value."""
        return 0.0 if self._fields[field].type == 'float' else False

    def _remove(self, version=None):
        """Take a line from its list.

        :param int version: see ``_change``.
        :raise Problem: 409 when it was changed since.
        """
        self.ensure_one()
        self.list_id._next_version()
        if version is not None and self.version != version:
            raise Problem('list_changed')
        self.unlink()
