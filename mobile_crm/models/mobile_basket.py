import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import order_id
from ..tools.problems import Problem
from ..tools.racing import execute_racing
from .mobile_catalogue import Shopper

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
        string="Sales Order", comodel_name='sale.order', required=True, readonly=True, index=True,
        ondelete='cascade')
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
    changes = fields.Json(
        readonly=True, help="What has changed since the version before without the customer's doing.")
    scanned = fields.Json(
        string="As Scanned", readonly=True,
        help="What one of each line cost when the customer last changed it, and what its barcode said, by line.")
    shown = fields.Char(
        readonly=True, help="A digest of what the customer has seen with this version.")
    currency_id = fields.Many2one(related='order_id.currency_id')
    amount_total = fields.Monetary(string="Total", related='order_id.amount_total')
    line_count = fields.Integer(string="Lines", compute='_compute_line_count', compute_sudo=True)

    _order_unique = models.UniqueIndex('(order_id)')
    # Of a customer's two phones one begins the basket, and the other goes on with it.
    _living_unique = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('open', 'paying', 'at_till')", "There is an open basket already.")
    _newest_idx = models.Index('(partner_id, create_date DESC, id DESC)')
    _given_up_idx = models.Index("(write_date) WHERE state = 'expired'")
    _due_idx = models.Index("(expires_at) WHERE state IN ('open', 'paying', 'at_till')")

    # === COMPUTE METHODS === #

    def _compute_line_count(self):
        counts = dict(self.env['sale.order.line']._read_group(
            [('order_id', 'in', self.order_id.ids), ('display_type', '=', False), ('reward_id', '=', False)],
            ['order_id'], ['__count']))
        for basket in self:
            basket.line_count = counts.get(basket.order_id, 0)

    # === ACTION METHODS === #

    def action_view_order(self):
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'view_mode': 'form',
                'res_id': self.order_id.id}

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

    def _standing(self):
        """Return the state as it is at this moment: a basket that nobody has touched in time is expired."""
        self.ensure_one()
        is_over = self.state == 'open' and self.expires_at <= fields.Datetime.now()
        return 'expired' if is_over else self.state

    def _shopper(self):
        """Return for whom the basket is priced."""
        self.ensure_one()
        return Shopper(self.company_id, self.app_id, self.partner_id)

    # === BUSINESS METHODS: versions === #

    def _check_version(self, version):
        """Begin to change the basket, or to pay it: see that it is open, and the one that the customer has seen.

        Whoever else wants to change it until the end of the transaction is refused, at once.

        :param int version: that the customer has seen.
        :raise Problem: 428 without a version, 409 when it is not open, 412 when it was changed since.
        """
        self.ensure_one()
        if version is None:
            raise Problem('version_required')
        self.flush_model()
        try:
            rows = execute_racing(self.env, SQL(
                'SELECT id FROM mobile_basket WHERE id = %s FOR NO KEY UPDATE NOWAIT', self.id))
        except (psycopg2.errors.LockNotAvailable, psycopg2.errors.SerializationFailure) as exc:
            # Somebody is changing it now, or has done so since this transaction began.
            raise Problem('basket_changed') from exc
        if not rows:
            raise Problem('not_found')
        state = self._standing()
        if state != 'open':
            raise Problem('basket_locked' if state in LIVING else 'basket_ended')
        if version != self.version:
            raise Problem('basket_changed')

    # === BUSINESS METHODS: what bridges and other files add to === #

    @api.model
    def _order_values(self, shopper, store):
        """Return what the quotation of a basket begins with, beside its lines.

        :param Shopper shopper:
        :param store: ``mobile.store``.
        :rtype: dict
        """
        return {
            'partner_id': shopper.partner.id,
            'company_id': shopper.company.id,
            'mobile_store_id': store.id,
            'pricelist_id': self._pricelist_id(shopper),
            # It is paid as a whole, and until the basket says that it is over.
            'require_signature': False,
            'require_payment': True,
            'prepayment_percent': 1.0,
            'validity_date': False,
        }

    def _lines_for_staff(self):
        """Return the lines that a colleague has to look at before the basket can be paid.

        :rtype: sale.order.line
        """
        return self.env['sale.order.line']

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

    def _after_sale(self):
        """Called once, in the transaction that confirms the basket's order."""
