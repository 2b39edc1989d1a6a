from uuid import uuid4

from odoo import api, fields, models

from odoo.addons.mobile_crm.tools.problems import Problem

# While goods are put aside.
LIVING = ('held', 'ready')


class MobileReservation(models.Model):
    """Goods that a store puts aside for a customer, until they collect them.

    The goods are reserved in Odoo's stock by a delivery from the store's shelves that nobody has validated. It is a
    hold and no sale: as the customer collects the goods, the till or a sales order takes them from the stock, and the
    hold lets go of them in that moment (see ``_end``). Each move from state to state is one statement that asks for the
    state it comes from, so of the staff, the customer and the clock one has the last word.
    """

    _name = 'mobile.reservation'
    _description = "Reservation in a Store"
    _inherit = ['mail.thread', 'mail.activity.mixin', 'mobile.hold', 'mobile.moving', 'mobile.owned']
    _order = 'expires_at desc, id desc'
    # Who may see a reservation may write a note about it.
    _mail_post_access = 'read'

    name = fields.Char(string="Reference", required=True, readonly=True, copy=False)
    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    code = fields.Char(
        required=True, readonly=True, copy=False, help="What the customer shows at the store, or says.")
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='restrict')
    state = fields.Selection(
        selection=[
            ('held', "New"),
            ('ready', "Put Aside"),
            ('collected', "Collected"),
            ('expired', "Expired"),
            ('cancelled', "Cancelled"),
        ],
        string="Status", required=True, readonly=True, default='held', index=True,
        help="The goods are reserved from the beginning; they are put aside when a colleague has taken them from the "
             "shelf.")
    slot = fields.Integer(
        readonly=True, required=True, aggregator=None, help="Which of the reservations that a customer may have.")
    line_ids = fields.One2many(
        string="Goods", comodel_name='mobile.reservation.line', inverse_name='reservation_id', readonly=True)
    goods = fields.Char(string="What", compute='_compute_goods')
    picking_id = fields.Many2one(
        string="Hold", comodel_name='stock.picking', readonly=True, copy=False, index='btree_not_null',
        ondelete='set null', help="The delivery that reserves the goods.")
    is_short = fields.Boolean(
        string="Goods Missing", compute='_compute_is_short',
        help="The stock does not have the goods any more: somebody has taken them, or counted them anew.")
    order_id = fields.Many2one(
        string="Sales Order", comodel_name='sale.order', readonly=True, copy=False, index='btree_not_null',
        ondelete='set null', help="By which the goods are sold.")

    # When
    ready_at = fields.Datetime(string="Put Aside On", readonly=True)
    expires_at = fields.Datetime(string="Until", required=True, readonly=True)
    remind_at = fields.Datetime(
        string="Reminder", readonly=True, help="When the customer is reminded; empty once they were.")
    ended_at = fields.Datetime(string="Ended", readonly=True)

    _uuid_unique = models.UniqueIndex('(uuid)')
    # These two settle races: of one customer's phones for the last reservation they may have, and of codes.
    _slot_unique = models.UniqueIndex("(partner_id, company_id, slot) WHERE state IN ('held', 'ready')")
    _code_unique = models.UniqueIndex("(company_id, code) WHERE state IN ('held', 'ready')")
    # A customer's reservations are read newest first, page by page.
    _newest_idx = models.Index('(partner_id, create_date DESC, id DESC)')
    _due_idx = models.Index("(expires_at) WHERE state IN ('held', 'ready')")
    _remind_idx = models.Index("(remind_at) WHERE remind_at IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends('line_ids.quantity', 'line_ids.product_id')
    @api.depends_context('lang')
    def _compute_goods(self):
        for reservation in self:
            reservation.goods = reservation._describe_goods()

    @api.depends('picking_id.move_ids.state', 'state')
    def _compute_is_short(self):
        for reservation in self:
            reservation.is_short = reservation.state in LIVING and not reservation.sudo()._is_covered()

    # === BUSINESS METHODS: how it stands === #

    def _status(self):
        """Return the state as it is at this moment: what nobody has collected in time is over."""
        self.ensure_one()
        is_over = self.state in LIVING and self.expires_at <= fields.Datetime.now()
        return 'expired' if is_over else self.state

    def _is_covered(self):
        """Tell whether the stock has the goods for this reservation."""
        self.ensure_one()
        moves = self.picking_id.move_ids
        return bool(moves) and all(move.state == 'assigned' for move in moves)

    def _describe_goods(self):
        """Return what is put aside, such as "2 x Cup, 1 x Jacket"."""
        self.ensure_one()
        return ', '.join(line._describe() for line in self.line_ids)

    # === BUSINESS METHODS: from state to state === #

    def _move_on(self, state, states=LIVING, **values):
        """Override to tell the staff, whoever did it."""
        moved = super()._move_on(state, states, **values)
        for reservation in moved if state not in states else ():
            log = reservation.with_context(lang=reservation.company_id.partner_id.lang)
            log._message_log(body=log.env._(
                "Status: %s", dict(self._fields['state']._description_selection(log.env))[state]))
        return moved

    def _end(self, state, is_sold=False):
        """End living reservations, and let go of the goods.

        What is collected leaves the stock by the till or a sales order; where a company's tills tell Odoo nothing, by
        the reservation's own delivery.

        :param str state: ``collected``, ``expired`` or ``cancelled``.
        :param bool is_sold: whether a sales order takes the goods now, whatever tills do.
        :return: those that were ended by this call.
        :rtype: MobileReservation
        """
        ended = self.sudo()._move_on(state, remind_at=None, ended_at=fields.Datetime.now())
        for reservation in ended:
            # What the staff did to the delivery itself has ended it already.
            picking = reservation.picking_id.with_company(reservation.company_id).with_context(
                mobile_reservation_ends=True)
            if picking.state in (False, 'done', 'cancel'):
                continue
            if state == 'collected' and not is_sold and reservation.company_id.mobile_reservation_delivers:
                picking.move_ids.picked = True
                picking.with_context(cancel_backorder=True)._action_done()
            else:
                picking.action_cancel()
        ended.activity_unlink(['mail.mail_activity_data_todo'])
        return ended

    def _mobile_cancel(self):
        """Let the customer take back what they have asked for.

        :raise Problem: 409 when they have the goods already.
        """
        self.ensure_one()
        if not self._end('cancelled') and self.state == 'collected':
            raise Problem('reservation_ended')
