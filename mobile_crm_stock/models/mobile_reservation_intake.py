import secrets
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, float_compare, float_round

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import UNKNOWN
from odoo.addons.mobile_crm.tools.coupon_code import ALPHABET
from odoo.addons.mobile_crm.tools.problems import Problem
from odoo.addons.mobile_crm.tools.racing import execute_racing

from ..tools.opening_time import after_open
from .mobile_reservation import LIVING

# Of Crockford's symbols: 40 bits, which are to be read aloud and not to be guessed at a counter.
CODE_LENGTH = 8
# A store that opens later than this does not put anything aside now.
DAYS_AHEAD = 7
# How long before the end a customer is reminded.
REMIND_BEFORE = timedelta(minutes=30)
# How often a new code is drawn when a living reservation has it.
TRIES = 5


class MobileReservation(models.Model):
    """How goods are put aside."""

    _inherit = 'mobile.reservation'

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_reserve(self, shopper, store_id, lines):
        """Put goods aside for a customer, all of them or none; elevated for what it writes, after it was seen that they
        may name it.

        :param Shopper shopper: with a partner, the caller's own.
        :param list[tuple] lines: (product id or None, barcode or None, quantity): of a product in its own unit, of what
            a barcode means as often.
        :rtype: MobileReservation
        :raise Problem: 422 for what cannot be put aside, 409 ``out_of_stock`` for what is not there.
        """
        store = self._reserving_store(shopper.company, store_id)
        products, wanted = self._reservable(shopper, lines)
        expires_at = self._until(store)
        Reservation = self.sudo().with_company(shopper.company)
        Reservation._check_stock(store, products, wanted)
        Reservation._lock_stock(store, products, wanted)
        reservation = Reservation._take_slot(shopper, store, expires_at)
        reservation.env['mobile.reservation.line'].create([
            {'reservation_id': reservation.id, 'product_id': product.id, 'quantity': wanted[product]}
            for product in products])
        reservation._hold()
        reservation._tell_staff()
        reservation._wake()
        return reservation

    @api.model
    def _reserving_store(self, company, store_id):
        """Return the store that a caller names, if they may see it and it knows its stock.

        :raise Problem: 422.
        """
        store = self.env['mobile.store'].search([('id', '=', store_id), ('company_id', '=', company.id)]).sudo()
        if not store:
            raise Problem.invalid(['body', 'store_id'], self.env._("There is no such store."))
        if not store.warehouse_id.active:
            raise Problem.invalid(['body', 'store_id'], self.env._("This store puts nothing aside."))
        return store

    @api.model
    def _reservable(self, shopper, lines):
        """Return the products that a caller names, if they may see them, and how much of each is wanted.

        :return: the products in the order of the lines, and quantities by product.
        :rtype: tuple[product.product, dict]
        :raise Problem: 422.
        """
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        named, wanted = self._named(shopper, lines), {}
        for index, (product, quantity) in enumerate(named):
            place = 'product_id' if lines[index][0] else 'barcode'
            if not product:
                raise Problem.invalid(['body', 'lines', index, place], self.env._("There is no such product."))
            if product.type != 'consu':
                raise Problem.invalid(
                    ['body', 'lines', index, place], self.env._("This is nothing that can be put aside."))
            wanted[product] = float_round(wanted.get(product, 0) + quantity, precision_digits=digits)
            most = shopper.company.mobile_reservation_quantity
            if wanted[product] <= 0:
                raise Problem.invalid(['body', 'lines', index, 'quantity'], self.env._("This is too little."))
            if float_compare(wanted[product], most, precision_digits=digits) > 0:
                raise Problem.invalid(['body', 'lines', index, 'quantity'], self.env._(
                    "Of one product %s can be put aside.",
                    self.env['mobile.reservation.line']._quantity_text(most)))
        return self.env['product.product'].sudo().concat(*wanted), wanted

    @api.model
    def _named(self, shopper, lines):
        """Return what lines name, in products' own units.

        :rtype: list[tuple[product.product, float]], a product empty where the caller may see none
        """
        Catalogue = self.env['mobile.catalogue']
        codes = {barcode for _product_id, barcode, _quantity in lines if barcode is not None}
        scanned = Catalogue._by_code(shopper.company, codes) if codes else {}
        visible = Catalogue._visible(shopper, [
            *(product_id for product_id, _barcode, _quantity in lines if product_id),
            *(found.product_id for found in scanned.values())])
        by_id, nothing = {product.id: product for product in visible}, visible.browse()
        named = []
        for product_id, barcode, quantity in lines:
            if product_id:
                named.append((by_id.get(product_id, nothing), quantity))
                continue
            found = scanned.get(barcode)
            product = by_id.get(found.product_id, nothing) if found else nothing
            if product:
                # A box of six is six; what a label of the scale says counts as it is.
                unit = self.env['uom.uom'].sudo().browse(found.uom_id)
                named.append((product, quantity * unit._compute_quantity(
                    found.quantity, product.uom_id, round=False)))
            else:
                named.append((product, quantity))
        return named

    @api.model
    def _until(self, store):
        """Return until when a store puts aside what is asked for now: two hours in which it is open, by default.

        :rtype: datetime
        :raise Problem: 422 when the store opens too late.
        """
        key = store._schedule_key()
        until = after_open(
            store._schedules([key])[key], store.tz or 'UTC', fields.Datetime.now(),
            store.company_id.mobile_reservation_minutes, DAYS_AHEAD)
        if not until:
            raise Problem.invalid(['body', 'store_id'], self.env._("This store is closed for longer."))
        return until

    @api.model
    def _check_stock(self, store, products, wanted):
        """Raise 409 unless a store may promise so much of these products."""
        known = self.env['mobile.catalogue']._availability(products.ids, store.ids)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        missing = products.filtered(
            lambda product: (found := known[product.id, store.id]).state != UNKNOWN
            and float_compare(found.quantity, wanted[product], precision_digits=digits) < 0)
        if missing:
            raise self._out_of_stock(store, missing)

    @api.model
    def _out_of_stock(self, store, products):
        return Problem('out_of_stock', self.env._(
            "%(store)s does not have enough of: %(products)s", store=store.name,
            products=', '.join(products.mapped('display_name'))))

    @api.model
    def _lock_stock(self, store, products, wanted):
        """Let nobody else reserve these goods until this transaction ends.

        Odoo itself does not wait for who reserves the same goods, and both would get them. So of two customers the
        second waits here until the first one's transaction ends. If that has changed the stock, PostgreSQL refuses to
        go on: then a fresh look tells whether there is enough for both, and Odoo begins the request anew, or none.
        """
        Catalogue = self.env['mobile.catalogue']
        try:
            execute_racing(self.env, SQL(
                """SELECT quant.id FROM stock_quant quant
                    WHERE quant.product_id IN %s AND quant.location_id IN (%s)
                 ORDER BY quant.id FOR NO KEY UPDATE""",
                tuple(products.ids), Catalogue._shelves_sql(SQL('%s', store.id))))
        except psycopg2.errors.SerializationFailure:
            with self.env.registry.cursor() as cr:
                fresh = self.env(cr=cr)
                self.with_env(fresh)._check_stock(
                    store.with_env(fresh), products.with_env(fresh),
                    {product.with_env(fresh): quantity for product, quantity in wanted.items()})
            raise

    @api.model
    def _take_slot(self, shopper, store, expires_at):
        """Write the reservation, if the customer may have one more.

        :rtype: MobileReservation
        :raise Problem: 422 when they have as many as they may have.
        """
        partner, company, now = shopper.partner, shopper.company, fields.Datetime.now()
        self.flush_model()
        taken = {slot for slot, in self.env.execute_query(SQL(
            'SELECT slot FROM mobile_reservation WHERE partner_id = %s AND company_id = %s AND state IN %s',
            partner.id, company.id, LIVING))}
        free = [slot for slot in range(1, company.mobile_reservation_count + 1) if slot not in taken]
        if not free:
            raise Problem('reservation_limit', self.env._(
                "You can have %s reservations at a time.", company.mobile_reservation_count))
        values = {
            'uuid': self.default_get(['uuid'])['uuid'], 'partner_id': partner.id, 'company_id': company.id,
            'store_id': store.id, 'slot': free[0], 'state': 'held', 'expires_at': expires_at,
            'remind_at': expires_at - REMIND_BEFORE if expires_at - REMIND_BEFORE > now else None,
            'name': self.env['ir.sequence'].next_by_code('mobile.reservation'),
            'create_uid': self.env.uid, 'create_date': now, 'write_uid': self.env.uid, 'write_date': now}
        for _try in range(TRIES):
            values['code'] = ''.join(secrets.choice(ALPHABET) for _symbol in range(CODE_LENGTH))
            # Another phone of the customer's may have taken the slot a moment ago: then Odoo begins the request anew.
            rows = execute_racing(self.env, SQL(
                'INSERT INTO mobile_reservation (%s) VALUES %s ON CONFLICT DO NOTHING RETURNING id',
                SQL(', ').join(map(SQL.identifier, values)), tuple(values.values())))
            if rows:
                return self.browse(rows[0])
        raise Problem('conflict')

    def _hold(self):
        """Reserve the goods in the stock.

        :raise Problem: 409 unless all of it is reserved.
        """
        self.ensure_one()
        self.picking_id = self.env['stock.picking'].create({
            'partner_id': self.partner_id.id,
            'picking_type_id': self.store_id.warehouse_id.out_type_id.id,
            'origin': self.name,
            'scheduled_date': self.expires_at,
            **self._hold_places(),
            'move_ids': [fields.Command.create(values) for values in self._hold_moves(
                {line.product_id: line.quantity for line in self.line_ids})],
        })
        self.picking_id.action_confirm()
        self.picking_id.move_ids._action_assign()
        if not self._is_covered():
            # It is on other shelves than those from which is delivered, or it is kept for somebody.
            raise self._out_of_stock(self.store_id, self.picking_id.move_ids.filtered(
                lambda move: move.state != 'assigned').product_id)
