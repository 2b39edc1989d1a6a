"""What customers have in their baskets is kept for them, and leaves the stock when they have paid."""
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT

from ..models import mobile_basket
from .common import StockCommon


class BasketCase(StockCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls, cls.cup, 9)
        cls._stock(cls, cls.jacket, 1)

    def basket(self, *lines, partner=None, store=None):
        """Return the open basket of a customer.

        :param lines: (product, quantity).
        """
        partner = partner or self.anna
        device = {self.anna: self.phone, self.ben: self.phone_ben}[partner].sudo()
        return self.env['mobile.basket'].sudo()._open(
            self.shopper(partner), device, (store or self.store_near).sudo(),
            [{'product_id': product.id, 'quantity': float(quantity)} for product, quantity in lines])

    def put(self, basket, product, quantity):
        """Let the basket have so much of a product."""
        line = basket.order_id.order_line.filtered(lambda line: line.product_id == product)
        if not line:
            basket.order_id.order_line = [
                Command.create({'product_id': product.id, 'product_uom_qty': quantity})]
        elif quantity:
            line.product_uom_qty = quantity
        else:
            line.unlink()
        basket._hold_goods()

    def sell(self, basket):
        """Let the basket be paid, as the payment does it."""
        basket.order_id.action_confirm()
        self.assertEqual(basket.state, 'sold')

    def say(self, basket, product, **said):
        """Let barcodes have said something of a product."""
        line = basket.order_id.order_line.filtered(lambda line: line.product_id == product)
        basket.scanned = {**(basket.scanned or {}), str(line.id): said}

    def on_hand(self, product, location=None):
        return product.with_context(location=(location or self.shelf).id).qty_available

    def held(self, basket):
        return {move.product_id: move.quantity for move in basket.hold_ids}


@tagged('-at_install', 'post_install')
class TestBasketGoods(BasketCase):

    # === WHAT IS KEPT === #

    def test_nothing_stays_kept_for_a_quotation_that_is_deleted(self):
        basket = self.basket((self.cup, 4))
        moves = basket.hold_ids
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        basket._move_on('paying', ('open',))
        with self.assertRaises(UserError):
            basket.order_id.unlink()
        basket._move_on('open', ('paying',))
        basket.order_id.unlink()
        self.assertFalse(basket.exists())
        self.assertFalse(moves.exists())
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 9))

    def test_others_are_not_promised_what_somebody_carries(self):
        basket = self.basket((self.cup, 4), (self.jacket, 1))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        self.assertEqual(self.availability(self.jacket), (OUT, 0))
        self.assertEqual(basket.order_id.warehouse_id, self.warehouse)
        self.assertFalse(basket.hold_ids.picking_id, "nothing to do for the warehouse")
        basket._release_goods()
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 9))
        self.assertFalse(basket.hold_ids)

    def test_it_follows_the_basket(self):
        basket = self.basket((self.cup, 1))
        for product, quantity, held in (
                (self.cup, 6, {self.cup: 6}), (self.jacket, 1, {self.cup: 6, self.jacket: 1}),
                (self.cup, 2, {self.cup: 2, self.jacket: 1}), (self.jacket, 0, {self.cup: 2})):
            self.put(basket, product, quantity)
            self.assertEqual(self.held(basket), held)
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 7))
        self.assertEqual(self.availability(self.jacket), (LOW, 1))

    def test_in_the_store_where_the_customer_is(self):
        self._stock(self.cup, 7, self.shelf_far)
        basket = self.basket((self.cup, 2), store=self.store_far)
        self.assertEqual(basket.order_id.warehouse_id, self.warehouse_far)
        self.assertEqual(self.availability(self.cup, self.store_far), (IN_STOCK, 5))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 9))

    def test_boxes_and_what_nobody_counts(self):
        box = self.env['uom.uom'].create({
            'name': "Box of 4", 'relative_factor': 4, 'relative_uom_id': self.cup.uom_id.id})
        loose, service = self.env['product.product'].create([
            {'name': "Loose Sweets"}, {'name': "Gift Wrap", 'type': 'service', 'mobile_published': True}])
        basket = self.basket((loose, 3), (service, 1))
        self.assertFalse(basket.hold_ids)
        basket.order_id.order_line = [Command.create(
            {'product_id': self.cup.id, 'product_uom_qty': 2, 'product_uom_id': box.id})]
        basket._hold_goods()
        self.assertEqual(self.held(basket), {self.cup: 8})

    def test_a_scan_is_never_refused_and_the_shortage_is_told(self):
        other = self.basket((self.jacket, 1), partner=self.ben)
        basket = self.basket((self.jacket, 1), (self.cup, 2))
        lines = {line.product_id: line.id for line in basket.order_id.order_line}
        self.assertEqual(basket._line_stock(), {lines[self.jacket]: 'short'})
        self.assertTrue(basket.is_short)
        self.assertEqual(other._line_stock(), {other.order_id.order_line.id: 'low'})
        self.put(basket, self.cup, 7)
        self.assertEqual(basket._line_stock()[lines[self.cup]], 'low')
        other._release_goods()
        basket._hold_goods()
        self.assertEqual(basket._line_stock()[lines[self.jacket]], 'low', "now it is kept")

    def test_the_phone_is_told_of_its_own_pieces(self):
        loose = self.env['product.product'].create({'name': "Loose Sweets"})
        basket = self.basket((self.jacket, 1), (self.cup, 2), (loose, 1))
        self.assertEqual(
            [(line.availability, line.warnings) for line in basket._facts().lines],
            [(LOW, ['low']), (IN_STOCK, []), ('unknown', [])])
        self.put(basket, self.jacket, 2)
        line, *_others = basket._facts().lines
        self.assertEqual((line.availability, line.warnings), (OUT, ['short']))

    def test_a_store_without_a_warehouse(self):
        self.store_near.warehouse_id = False
        basket = self.basket((self.cup, 2))
        self.assertFalse(basket.hold_ids)
        self.assertEqual(basket._line_stock(), {})

    def test_one_more_scan_costs_the_same_in_a_large_basket(self):
        products = self.env['product.product'].create([
            {'name': f"Thing {number}", 'is_storable': True} for number in range(24)])
        for product in products:
            self._stock(product, 5)

        def cost(basket, product):
            self.env.flush_all()
            self.env.invalidate_all()
            self.put(basket, product, 1)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env.invalidate_all()
            self.put(basket, product, 2)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        small = self.basket((self.cup, 1), (self.jacket, 1))
        cost(small, products[0])
        few = cost(small, products[1])
        large = self.basket(*((product, 1) for product in products[2:22]), partner=self.ben)
        self.assertLessEqual(cost(large, products[22]), few + 2)

    def test_nobody_waits_for_the_stock(self):
        """Who loses the race for a shelf goes on without, and keeps it with the next change."""
        racing = mobile_basket.execute_racing

        def lose(env, query):
            if 'stock_quant' in query.code:
                raise psycopg2.errors.SerializationFailure
            return racing(env, query)

        with patch.object(mobile_basket, 'execute_racing', lose):
            basket = self.basket((self.cup, 2))
        self.assertFalse(basket.hold_ids)
        self.assertEqual(basket._line_stock(), {})
        self.put(basket, self.jacket, 1)
        self.assertEqual(self.held(basket), {self.cup: 2, self.jacket: 1})

    def test_an_erased_customer_keeps_nothing(self):
        self.basket((self.cup, 4))
        self.env['mobile.eraser'].sudo()._erase(self.anna, self.company)
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 9))

    # === WHAT LEAVES === #

    def test_the_goods_leave_with_the_payment(self):
        basket = self.basket((self.cup, 4))
        self.sell(basket)
        self.assertEqual((self.on_hand(self.cup), self.availability(self.cup)), (5, (IN_STOCK, 5)))
        self.assertEqual(basket.order_id.picking_ids.state, 'done')
        self.assertEqual(basket.order_id.picking_ids.location_id, self.shelf)
        self.assertEqual(basket.order_id.delivery_status, 'full')
        self.assertEqual(basket.order_id.order_line.qty_delivered, 4)
        self.assertFalse(basket.hold_ids)

    def test_what_the_book_does_not_have_leaves_as_well(self):
        basket = self.basket((self.jacket, 3))
        self.sell(basket)
        self.assertEqual(self.on_hand(self.jacket), -2)
        self.assertEqual(basket.order_id.delivery_status, 'full')

    def test_in_three_steps(self):
        self.warehouse.delivery_steps = 'pick_pack_ship'
        basket = self.basket((self.cup, 4))
        self.sell(basket)
        self.assertEqual(set(basket.order_id.picking_ids.mapped('state')), {'done'})
        self.assertEqual(basket.order_id.order_line.qty_delivered, 4)
        self.assertEqual(self.on_hand(self.cup), 5)

    def test_a_company_that_validates_by_hand(self):
        self.company.mobile_basket_delivers = False
        basket = self.basket((self.cup, 4))
        self.sell(basket)
        self.assertEqual(basket.order_id.picking_ids.state, 'assigned')
        self.assertFalse(basket.hold_ids)
        self.assertEqual((self.on_hand(self.cup), self.availability(self.cup)), (9, (IN_STOCK, 5)))

    def test_a_delivery_that_fails_is_left_to_the_staff(self):
        basket = self.basket((self.cup, 4))

        def fail(pickings):
            raise UserError(pickings.partner_id.name)

        with patch.object(self.env.registry['stock.picking'], '_action_done', fail), \
                self.assertLogs('odoo.addons.mobile_crm_stock.models.mobile_basket_delivery', 'WARNING') as log:
            self.sell(basket)
        self.assertEqual((basket.state, basket.order_id.state), ('sold', 'sale'))
        self.assertIn('UserError', log.output[0])
        self.assertNotIn(self.anna.name, log.output[0])
        self.assertIn("Cup", basket.order_id.activity_ids.note)

    def test_what_was_given_up_and_is_gone_meanwhile(self):
        basket = self.basket((self.jacket, 1))
        basket._give_up('expired')
        self.assertFalse(basket.hold_ids)
        self.assertTrue(basket._has_goods())
        self.basket((self.jacket, 1), partner=self.ben)
        self.assertFalse(basket._has_goods())

    def test_sold_at_odoos_till(self):
        reservation = self.reserve((self.jacket, 1))
        basket = self.basket((self.jacket, 1), (self.cup, 2))
        basket._move_on('at_till', ('open',))
        basket._give_way(self.env['sale.order'])
        self.assertEqual((basket.state, basket.hold_ids, reservation.state), (
            'sold', self.env['stock.move'], 'collected'))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 9), "the till's own order takes them")

    def test_a_lost_race_begins_anew(self):
        basket = self.basket((self.cup, 4))
        with patch.object(self.env.registry['stock.picking'], '_action_done',
                          side_effect=psycopg2.errors.SerializationFailure), \
                self.assertRaises(psycopg2.errors.SerializationFailure):
            self.sell(basket)

    def test_lots_that_the_phone_has_read(self):
        cheese = self.env['product.product'].create({'name': "Cheese", 'is_storable': True, 'tracking': 'lot'})
        old, new = self.env['stock.lot'].create([
            {'name': name, 'product_id': cheese.id, 'company_id': self.company.id} for name in ('L1', 'L2')])
        self._stock(cheese, 3, lot_id=old.id, days=9)
        self._stock(cheese, 3, lot_id=new.id, days=1)
        basket = self.basket((cheese, 2), (self.cup, 1))
        self.say(basket, cheese, lots=['L2'])
        self.sell(basket)
        self.assertEqual(basket.order_id.delivery_status, 'full')
        self.assertEqual((sum(old.quant_ids.filtered(lambda quant: quant.location_id == self.shelf).mapped('quantity')),
                          new.quant_ids.filtered(lambda quant: quant.location_id == self.shelf).quantity), (3, 1))
        self.assertFalse(basket.order_id.activity_ids)

    def test_serial_numbers_that_the_phone_has_read(self):
        phone = self.env['product.product'].create({'name': "Phone", 'is_storable': True, 'tracking': 'serial'})
        for name in ('S1', 'S2', 'S3'):
            self._stock(phone, 1, lot_id=self.env['stock.lot'].create(
                {'name': name, 'product_id': phone.id, 'company_id': self.company.id}).id)
        for partner, names, status in ((self.anna, ['S3', 'S2'], 'full'), (self.ben, ['S1'], 'pending')):
            basket = self.basket((phone, 2), partner=partner)
            self.say(basket, phone, serials=names)
            self.sell(basket)
            self.assertEqual(basket.order_id.delivery_status, status)
        gone = self.env['stock.quant'].search([('product_id', '=', phone.id), ('location_id', '!=', self.shelf.id)])
        self.assertEqual(set(gone.lot_id.mapped('name')), {'S2', 'S3'})

    def test_two_lots_of_one_product_are_left_to_the_staff(self):
        cheese = self.env['product.product'].create({'name': "Cheese", 'is_storable': True, 'tracking': 'lot'})
        for name in ('L1', 'L2'):
            self._stock(cheese, 3, lot_id=self.env['stock.lot'].create(
                {'name': name, 'product_id': cheese.id, 'company_id': self.company.id}).id)
        basket = self.basket((cheese, 3))
        self.say(basket, cheese, lots=['L1', 'L2'])
        self.sell(basket)
        self.assertEqual(basket.order_id.delivery_status, 'pending')

    def test_lots_that_nobody_knows_are_left_to_the_staff(self):
        cheese, phone = self.env['product.product'].create([
            {'name': "Cheese", 'is_storable': True, 'tracking': 'lot'},
            {'name': "Phone", 'is_storable': True, 'tracking': 'serial'}])
        for name in ('L1', 'L2'):
            self._stock(cheese, 3, lot_id=self.env['stock.lot'].create(
                {'name': name, 'product_id': cheese.id, 'company_id': self.company.id}).id)
        basket = self.basket((cheese, 2), (phone, 1), (self.cup, 1))
        self.sell(basket)
        self.assertEqual(basket.order_id.delivery_status, 'partial')
        delivered = {line.product_id: line.qty_delivered for line in basket.order_id.order_line}
        self.assertEqual(delivered, {cheese: 0, phone: 0, self.cup: 1})
        self.assertIn("Cheese, Phone", basket.order_id.activity_ids.note)

    def test_the_only_lot_is_that_one(self):
        cheese = self.env['product.product'].create({'name': "Cheese", 'is_storable': True, 'tracking': 'lot'})
        lot = self.env['stock.lot'].create({'name': 'L1', 'product_id': cheese.id, 'company_id': self.company.id})
        self._stock(cheese, 3, lot_id=lot.id)
        basket = self.basket((cheese, 2))
        self.sell(basket)
        self.assertEqual(basket.order_id.delivery_status, 'full')

    # === WHAT WAS PUT ASIDE === #

    def reserve(self, *lines):
        return self.env(user=self.anna_user)['mobile.reservation']._mobile_reserve(
            self.shopper(), self.store_near.id, [(product.id, None, quantity) for product, quantity in lines]).sudo()

    def test_what_was_put_aside_is_not_kept_twice(self):
        self.reserve((self.jacket, 1))
        basket = self.basket((self.jacket, 1), (self.cup, 1))
        self.assertEqual(self.held(basket), {self.cup: 1})
        lines = {line.product_id: line.id for line in basket.order_id.order_line}
        self.assertEqual(basket._line_stock(), {lines[self.jacket]: 'low'})

    def test_what_is_bought_is_collected(self):
        self.company.mobile_reservation_delivers = True
        reservation = self.reserve((self.jacket, 1))
        basket = self.basket((self.jacket, 1))
        self.sell(basket)
        self.assertEqual((reservation.state, reservation.order_id), ('collected', basket.order_id))
        self.assertEqual(self.on_hand(self.jacket), 0, "once, though reservations deliver what is collected")

    def test_what_is_not_bought_stays_put_aside(self):
        reservation = self.reserve((self.jacket, 1), (self.cup, 3))
        self.sell(self.basket((self.jacket, 1), (self.cup, 1)))
        self.assertEqual(reservation.state, 'held')
        self.assertEqual({line.product_id: line.quantity for line in reservation.line_ids}, {self.cup: 2})
        self.assertTrue(reservation._is_covered())
        self.assertEqual((self.on_hand(self.cup), self.availability(self.cup)), (8, (IN_STOCK, 6)))

    def test_other_customers_and_other_stores_keep_theirs(self):
        self._stock(self.cup, 5, self.shelf_far)
        reservation = self.reserve((self.cup, 2))
        self.sell(self.basket((self.cup, 2), partner=self.ben))
        self.sell(self.basket((self.cup, 2), store=self.store_far))
        self.assertEqual((reservation.state, reservation.line_ids.quantity), ('held', 2))
