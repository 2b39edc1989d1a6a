import logging

import psycopg2

from odoo import fields, models
from odoo.tools import float_compare

_logger = logging.getLogger(__name__)

# A warehouse takes goods out in so many steps at most: pick, pack, ship.
STEPS = 3


class MobileBasket(models.Model):
    """What is paid leaves the store: its customer carries it."""

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    def _before_sale(self):
        """Let go of what is kept, just before the order's own delivery takes it; in the transaction that confirms it.

        What the store has put aside for the customer is used up by what they buy.
        """
        for basket in self.sudo():
            basket._reservations()._use_for(basket)
        self._release_goods()

    def _after_sale(self):
        """Override: the goods leave at once."""
        res = super()._after_sale()
        for basket in self.sudo():
            if basket.order_id.state == 'cancel':
                # An order of Odoo's point of sale has taken its place.
                basket._reservations()._use_for(basket)
            elif basket.company_id.mobile_basket_delivers:
                basket.with_company(basket.company_id)._hand_over()
        return res

    def _reservations(self):
        """Return what the store has put aside for the customer and they have not collected, the first to end first."""
        self.ensure_one()
        Reservation = self.env['mobile.reservation'].sudo()
        return Reservation.search([
            *Reservation._of(self.partner_id, self.company_id), ('store_id', '=', self.store_id.id),
            ('state', 'in', ('held', 'ready')), ('expires_at', '>', fields.Datetime.now())], order='expires_at, id')

    def _hand_over(self):
        """Carry out the deliveries of a paid order. What cannot be carried out is left to the staff: the order is paid
        all the same.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._deliver()
        except psycopg2.OperationalError:
            # Lost a race: the whole transaction begins anew.
            raise
        except Exception as exc:  # noqa: BLE001 (whatever another addon makes of a delivery)
            self.env.invalidate_all(flush=False)
            # Without the trace: its message may name the customer.
            _logger.warning(
                "The goods of basket %s could not be taken from the stock: %s", self.id, type(exc).__name__)
        if self._pending_deliveries():
            self._tell_of_delivery()

    def _deliver(self):
        for _step in range(STEPS):
            pickings = self._pending_deliveries().filtered(lambda picking: all(
                move.state in ('done', 'cancel') for move in picking.move_ids.move_orig_ids))
            for picking in pickings:
                moves = picking.move_ids.filtered(lambda move: move.state not in ('done', 'cancel'))
                known = moves.filtered(self._take_lots)
                known.picked = True
                if known:
                    # What the book does not have leaves all the same; what nobody can name stays behind.
                    picking._action_done()
            if not pickings:
                break

    def _pending_deliveries(self):
        return self.order_id.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))

    def _take_lots(self, move):
        """Let a move take all that it is to take, of the lots and serial numbers that the phone has read.

        :return: whether it is known which pieces these are.
        :rtype: bool
        """
        product, demand = move.product_id, move.product_uom_qty
        if product.tracking == 'none':
            if move.product_uom.compare(move.quantity, demand):
                move.quantity = demand
            return True
        lots = self._lots_of(move)
        if not lots and product.tracking == 'lot' and not move.product_uom.compare(move.quantity, demand):
            # Where the store has a single lot, it is that one.
            there = self.env['stock.quant']._gather(product, move.location_id).filtered(
                lambda quant: quant.quantity > 0).lot_id
            return len(there) == 1 and move.move_line_ids.lot_id == there
        if float_compare(sum(lots.values()), move.product_qty, precision_digits=4):
            return False
        move.move_line_ids.unlink()
        self.env['stock.move.line'].create([
            {**move._prepare_move_line_vals(quantity=0), 'lot_id': lot.id, 'quantity': quantity,
             'product_uom_id': product.uom_id.id} for lot, quantity in lots.items()])
        return True

    def _lots_of(self, move):
        """Return how much of which lots the customer has scanned, in the product's own unit, where that is certain: the
        phone tells which lots and serial numbers it has read of a line, not how many of each.

        :rtype: dict[stock.lot, float]
        """
        entry = (self.scanned or {}).get(str(move.sale_line_id.id), {})
        names = entry.get('serials' if move.product_id.tracking == 'serial' else 'lots', [])
        lots = self.env['stock.lot'].search([
            ('product_id', '=', move.product_id.id), ('name', 'in', names),
            ('company_id', 'in', [False, move.company_id.id])])
        if move.product_id.tracking == 'serial':
            return dict.fromkeys(lots, 1)
        return {lots: move.product_qty} if len(names) == len(lots) == 1 else {}

    def _tell_of_delivery(self):
        """Give whoever is in charge of the store something to do."""
        self.ensure_one()
        user = self.store_id.user_id
        if not user.active or user.share or self.company_id not in user.company_ids:
            user = self.order_id.user_id or self.env.ref('base.user_admin')
        staff = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        pending = self._pending_deliveries().move_ids.filtered(lambda move: move.state not in ('done', 'cancel'))
        self.order_id.activity_schedule(
            'mail.mail_activity_data_todo', user_id=user.id,
            summary=staff.env._("Paid by phone and taken along, but still in the stock"),
            note=staff.env._(
                "Validate the delivery, and say which lots or serial numbers the customer has taken: %s",
                ', '.join(pending.with_context(lang=user.lang).product_id.mapped('display_name'))))
