from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import order_id
from ..tools.problems import Problem

# While it is the customer's: nothing was sold yet, and it can still be.
LIVING = ('open', 'paying', 'at_till')


class MobileBasket(models.Model):
    """What a customer puts together with their phone in a store, and pays there: scan and go.

    It is a quotation of Odoo's from the beginning, so prices, taxes, rewards and coupons are those of any order. The
    basket is what the quotation does not know: who may change it now, until when, and how it is paid.

    - ``open``: the customer changes it; each change makes a new `version`.
    - ``paying``: a payment was begun. Nothing of it changes until that has come to an end.
    - ``at_till``: a till may take it over by its code. Nothing changes until it does, or the customer takes it back.
    - ``sold``: paid by phone, or at the till. Its order is confirmed; a till's order takes the place of the quotation.
    - ``expired``, ``cancelled``: nobody has paid. Money that comes late all the same is dealt with, never lost.
    """

    _name = 'mobile.basket'
    _description = "Basket"
    _inherit = ['mobile.moving', 'mobile.owned']
    _order = 'id desc'
    _rec_name = 'order_id'

    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', required=True, readonly=True, ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='restrict')
    app_id = fields.Many2one(
        comodel_name='mobile.app', required=True, readonly=True, index=True, ondelete='restrict')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null',
        help="On which it was begun.")
    state = fields.Selection(
        selection=[
            ('open', "Shopping"),
            ('paying', "Paying"),
            ('at_till', "At the Till"),
            ('sold', "Sold"),
            ('expired', "Abandoned"),
            ('cancelled', "Cancelled"),
        ],
        string="Status", required=True, readonly=True, default='open', index=True)
    version = fields.Integer(
        required=True, readonly=True, default=1, aggregator=None,
        help="Counts the changes: who changes the basket, or pays it, names the version that they have seen.")
    expires_at = fields.Datetime(
        string="Until", required=True, readonly=True, help="When it is given up, unless something happens before.")
    sold_at = fields.Datetime(string="Sold On", readonly=True)

    _order_unique = models.UniqueIndex('(order_id)')
    # Of a customer's two phones one begins the basket, and the other goes on with it.
    _living_unique = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('open', 'paying', 'at_till')", "There is an open basket already.")
    _newest_idx = models.Index('(partner_id, create_date DESC, id DESC)')
    _due_idx = models.Index("(expires_at) WHERE state IN ('open', 'paying', 'at_till')")

    # === BUSINESS METHODS: finding === #

    @api.model
    def _mobile_find(self, partner, company, public_id):
        """Override: phones know a basket by the id of its order, which stays the same once it is a purchase.

        :param str public_id: as ``mobile.purchase`` gives it.
        """
        Purchase = self.env['mobile.purchase']
        kind, number = order_id.decode(Purchase._key(), public_id) or (None, 0)
        found = self.browse()
        if kind == Purchase._sources()['sale']:
            found = self.sudo().search(self._of(partner, company) & Domain('order_id', '=', number))
        if not found:
            raise Problem('not_found')
        return found

    def _public_id(self):
        """Return the id by which phones know the basket and its order."""
        self.ensure_one()
        Purchase = self.env['mobile.purchase']
        return order_id.encode(Purchase._key(), Purchase._sources()['sale'], self.order_id.id)

    # === BUSINESS METHODS: what bridges and other files add to === #

    def _hold_goods(self):
        """Keep the basket's goods for its customer, as far as they are there: where stock is counted, see
        ``mobile_crm_stock``. Called after each change, and when the basket comes to life.
        """

    def _release_goods(self):
        """Let go of what was kept; called when the basket ends without a sale, or a till sells it."""

    def _line_stock(self):
        """Return what is to be said about the stock of the basket's lines; nothing where stock is not counted.

        :return: ``low`` (few are left in the store) or ``short`` (by the books the store has less than this) by the id
            of the order's line.
        :rtype: dict[int, str]
        """
        self.ensure_one()
        return {}

    def _note_lot(self, line, lot, quantity):
        """Remember which lot or serial number was scanned, where stock is counted by them.

        :param line: ``sale.order.line`` of the basket.
        :param str lot: as the barcode says it.
        :param float quantity: of it, in the product's own unit; less than 0 when it was put back.
        """

    def _after_sale(self):
        """Called once, in the transaction that confirms the basket's order."""
