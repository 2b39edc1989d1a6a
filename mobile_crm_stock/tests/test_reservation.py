"""Goods that stores put aside: what is held, for how long, and who ends it."""
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import psycopg2
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import BaseCase, new_test_user, tagged

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT
from odoo.addons.mobile_crm.tools.opening import Schedule
from odoo.addons.mobile_crm.tools.problems import Problem

from ..models import mobile_reservation_intake
from ..tools.opening_time import after_open
from .common import StockCommon

# A Wednesday, 10:00 in Brussels.
NOW = datetime(2026, 11, 18, 9)
# 9 to 18, on Fridays until 2 in the night, on Sundays closed.
WEEK = (*[((540, 1080),)] * 4, ((540, 1560),), ((540, 1080),), ())


class ReservationCommon(StockCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, 'reservation_clerk', groups='mobile_crm.group_mobile_crm_user,sales_team.group_sale_salesman',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.store_near.user_id = cls.clerk
        cls.store_near.opening_hours = 'Mo-Sa 09:00-18:00'
        cls._stock(cls, cls.cup, 5)
        cls._stock(cls, cls.jacket, 1)

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))

    def reserve(self, *lines, partner=None, store=None):
        """Let a customer have goods put aside.

        :param lines: (product, quantity).
        """
        partner = partner or self.anna
        user = self.anna_user if partner == self.anna else self.ben_user
        return self.env(user=user)['mobile.reservation']._mobile_reserve(
            self.shopper(partner), (store or self.store_near).id,
            [(product.id, None, quantity) for product, quantity in lines or [(self.cup, 1)]])

    @contextmanager
    def refused(self, code, *loc):
        with self.assertRaises(Problem) as refused:
            yield
        self.assertEqual(refused.exception.problem_code, code)
        if loc:
            self.assertEqual(refused.exception.errors[0]['loc'], ['body', *loc])


@tagged('-at_install', 'post_install')
class TestReservation(ReservationCommon):

    # === WHAT IS HELD === #

    def test_the_goods_are_reserved_and_others_do_not_get_them(self):
        reservation = self.reserve((self.cup, 4), (self.jacket, 1))
        self.assertEqual((reservation.state, reservation.partner_id), ('held', self.anna))
        self.assertEqual(self.availability(self.cup), (LOW, 1))
        self.assertEqual(self.availability(self.jacket), (OUT, 0))
        self.assertEqual(reservation.picking_id.picking_type_id, self.warehouse.out_type_id)
        self.assertEqual(reservation.picking_id.location_id, self.shelf)
        with self.refused('out_of_stock'):
            self.reserve((self.jacket, 1), partner=self.ben)
        self.reserve((self.cup, 1), partner=self.ben)

    def test_all_or_nothing(self):
        with self.refused('out_of_stock'), self.env.cr.savepoint():
            self.reserve((self.cup, 1), (self.jacket, 2))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))

    def test_what_is_never_promised_is_not_put_aside(self):
        self.company.mobile_safety_stock = 1
        with self.refused('out_of_stock'):
            self.reserve((self.jacket, 1))
        self.reserve((self.cup, 4))

    def test_what_lies_elsewhere_in_the_house_is_not_put_aside(self):
        self._stock(self.jacket, 1, self.warehouse.wh_input_stock_loc_id)
        with self.refused('out_of_stock'):
            self.reserve((self.jacket, 2))

    def test_what_nobody_counts_is_put_aside(self):
        coffee = self.env['product.product'].create({'name': "Coffee"})
        reservation = self.reserve((coffee, 2))
        self.assertTrue(reservation._is_covered())
        self.assertEqual(reservation.goods, "2 x Coffee")

    def test_the_same_product_twice_is_one_line(self):
        reservation = self.reserve((self.cup, 1), (self.cup, 2))
        self.assertEqual(reservation.line_ids.mapped('quantity'), [3])
        with self.refused('invalid_request', 'lines', 1, 'quantity'):
            self.reserve((self.cup, 3), (self.cup, 3))

    def test_by_barcode_in_packs(self):
        self.cup.barcode = '4006381333931'
        reserve = self.env(user=self.anna_user)['mobile.reservation']._mobile_reserve
        reservation = reserve(self.shopper(), self.store_near.id, [(None, '04006381333931', 2)])
        self.assertEqual((reservation.line_ids.product_id, reservation.line_ids.quantity), (self.cup, 2))
        with self.refused('invalid_request', 'lines', 0, 'barcode'):
            reserve(self.shopper(), self.store_near.id, [(None, '4006381333948', 1)])

    # === WHAT IS REFUSED === #

    def test_products_and_stores_that_are_none_of_the_callers(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.env.user.company_ids += other
        other_store, _fence = self._make_store("Other", "Ghent", 'base.be', 51.05, 3.72, company=other)
        other_store.warehouse_id = self.env['stock.warehouse'].search([('company_id', '=', other.id)], limit=1)
        with self.refused('invalid_request', 'store_id'):
            self.reserve(store=other_store)
        foreign, hidden, service = self.env['product.product'].create([
            {'name': "Foreign", 'company_id': other.id}, {'name': "Hidden", 'mobile_published': False},
            {'name': "Repair", 'type': 'service', 'mobile_published': True}])
        for product in (foreign, hidden, service):
            with self.subTest(product=product.name), self.refused('invalid_request', 'lines', 1, 'product_id'):
                self.reserve((self.cup, 1), (product, 1))
        with self.refused('invalid_request', 'lines', 0, 'quantity'):
            self.reserve((self.cup, 0.001))
        self.warehouse_far.active = False
        with self.refused('invalid_request', 'store_id'):
            self.reserve(store=self.store_far)

    def test_so_many_at_a_time(self):
        self.company.mobile_reservation_count = 2
        first, _second = self.reserve(), self.reserve()
        with self.refused('reservation_limit'):
            self.reserve()
        self.reserve(partner=self.ben)
        first._mobile_cancel()
        self.assertEqual(self.reserve().slot, first.slot)
        self.company.mobile_reservation_count = 0
        with self.refused('reservation_limit'):
            self.reserve(partner=self.ben)

    def test_a_code_that_is_taken_is_drawn_again(self):
        drawn = iter('A' * 8 + 'A' * 8 + 'B' * 8)
        with patch.object(mobile_reservation_intake.secrets, 'choice', lambda alphabet: next(drawn)):
            self.assertEqual([self.reserve().code, self.reserve().code], ['A' * 8, 'B' * 8])

    def test_who_lost_the_last_piece_is_told_at_once(self):
        """The lock fails as somebody has changed the stock; a fresh look tells whether there is enough for both."""
        racing = mobile_reservation_intake.execute_racing
        for taken, error in ((0, psycopg2.errors.SerializationFailure), (5, Problem)):
            def lose(env, query, taken=taken):
                if 'stock_quant' not in query.code:
                    return racing(env, query)
                self.cup.stock_quant_ids.filtered(
                    lambda quant: quant.location_id == self.shelf).sudo().reserved_quantity = taken
                self.env.flush_all()
                raise psycopg2.errors.SerializationFailure

            with self.subTest(taken=taken), self.enter_registry_test_mode(), self.assertRaises(error), \
                    patch.object(mobile_reservation_intake, 'execute_racing', lose):
                self.reserve()

    # === HOW LONG === #

    def test_two_hours_in_which_the_store_is_open(self):
        self.assertEqual(self.reserve().expires_at, NOW + timedelta(hours=2))
        with freeze_time(datetime(2026, 11, 18, 16, 30)):
            self.assertEqual(self.reserve().expires_at, datetime(2026, 11, 19, 9, 30), "half an hour left today")
        with freeze_time(datetime(2026, 11, 21, 20)):
            self.assertEqual(self.reserve().expires_at, datetime(2026, 11, 23, 10), "Monday")
        self._stock(self.cup, 1, self.shelf_far)
        self.assertEqual(
            self.reserve(store=self.store_far, partner=self.ben).expires_at, NOW + timedelta(hours=2), "hours unknown")

    def test_a_store_that_is_closed_for_long_puts_nothing_aside(self):
        self.env['mobile.opening.exception'].create({
            'name': "Works", 'company_id': self.company.id, 'store_ids': self.store_near.ids,
            'date_from': '2026-11-18', 'date_to': '2026-11-30', 'is_closed': True})
        with self.refused('invalid_request', 'store_id'):
            self.reserve()

    # === HOW IT ENDS === #

    def _follow(self, at):
        self.env.flush_all()
        with freeze_time(at), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)['mobile.reservation']._cron_follow()
        self.env.invalidate_all()

    def test_at_the_end_it_is_let_go_of(self):
        reservation = self.reserve((self.cup, 5))
        self._follow(NOW + timedelta(minutes=119))
        self.assertEqual(reservation.state, 'held')
        with freeze_time(NOW + timedelta(hours=2)):
            self.assertEqual(reservation._status(), 'expired', "also before the worker has come")
        self._follow(NOW + timedelta(hours=2))
        self.assertEqual((reservation.state, reservation.picking_id.state), ('expired', 'cancel'))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))
        with self.assertRaises(UserError):
            reservation.with_user(self.clerk).action_collected()

    def test_the_worker_is_woken_at_the_minute(self):
        reservation = self.reserve()
        triggers = self.env['ir.cron.trigger'].sudo().search([
            ('cron_id', '=', self.env.ref('mobile_crm_stock.mobile_reservation_cron').id)])
        self.assertLessEqual({reservation.remind_at, reservation.expires_at}, set(triggers.mapped('call_at')))

    def test_one_that_fails_keeps_no_other_up(self):
        first, second = self.reserve(), self.reserve()
        cancel = self.env.registry['stock.picking'].action_cancel

        def action_cancel(pickings):
            if pickings == first.picking_id:
                raise UserError(pickings.display_name)
            return cancel(pickings)

        with patch.object(self.env.registry['stock.picking'], 'action_cancel', action_cancel), \
                self.assertLogs('odoo.addons.mobile_crm_stock.models.mobile_reservation_due', 'ERROR') as log:
            self._follow(NOW + timedelta(hours=3))
        self.assertEqual((first.state, second.state), ('held', 'expired'))
        self.assertIn('UserError', log.output[0])

    def test_the_customer_hears_when_it_is_ready_and_before_the_end(self):
        reservation = self.reserve()
        inbox = [('partner_id', '=', self.anna.id), ('channel', '=', 'inbox')]
        before = self.env['mobile.message'].search(inbox)
        reservation.with_user(self.clerk).action_ready()
        [ready] = self.env['mobile.message'].search(inbox) - before
        self.assertEqual(ready.title, "Ready for you at Brussels Store")
        self.assertIn(reservation.code, ready.body)
        self.assertIn("12:00", ready.body)
        self.assertTrue(ready.is_service)
        reservation.with_user(self.clerk).action_ready()
        for _twice in range(2):
            self._follow(NOW + timedelta(minutes=90))
        [reminder] = self.env['mobile.message'].search(inbox) - before - ready
        self.assertEqual((reminder.title, reservation.state), ("Still waiting for you at Brussels Store", 'ready'))

    def test_collected_goods_are_sold_by_the_till(self):
        reservation = self.reserve((self.cup, 2))
        reservation.with_user(self.clerk).action_collected()
        self.assertEqual((reservation.state, reservation.picking_id.state), ('collected', 'cancel'))
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5), "the till takes them")
        with self.refused('reservation_ended'):
            reservation._mobile_cancel()

    def test_collected_goods_leave_the_stock_where_the_till_says_nothing(self):
        self.company.mobile_reservation_delivers = True
        reservation = self.reserve((self.cup, 2))
        reservation.with_user(self.clerk).action_collected()
        self.assertEqual((reservation.state, reservation.picking_id.state), ('collected', 'done'))
        self.assertEqual(self.availability(self.cup), (LOW, 3))

    def test_a_sales_order_takes_the_goods_once(self):
        reservation = self.reserve((self.cup, 5))
        action = reservation.with_user(self.clerk).action_sell()
        order = self.env['sale.order'].browse(action['res_id'])
        self.assertEqual((order.partner_id, order.warehouse_id), (self.anna, self.warehouse))
        self.assertEqual(reservation.with_user(self.clerk).action_sell()['res_id'], order.id)
        order.with_user(self.clerk).action_confirm()
        self.assertEqual(reservation.state, 'collected')
        self.assertEqual(order.picking_ids.move_ids.state, 'assigned')
        self.assertEqual(self.availability(self.cup), (OUT, 0))
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        self.assertEqual(sum(self.cup.stock_quant_ids.filtered(
            lambda quant: quant.location_id == self.shelf).mapped('quantity')), 0)

    def test_what_is_done_to_the_delivery_counts(self):
        cancelled, delivered, deleted = self.reserve(), self.reserve(), self.reserve()
        cancelled.picking_id.action_cancel()
        delivered.picking_id.move_ids.picked = True
        delivered.picking_id._action_done()
        deleted.picking_id.action_cancel()
        self.assertEqual((cancelled + delivered + deleted).mapped('state'), ['cancelled', 'collected', 'cancelled'])
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 4))

    def test_staff_see_that_the_goods_are_gone(self):
        reservation = self.reserve((self.cup, 5))
        self.assertFalse(reservation.is_short)
        reservation.picking_id.do_unreserve()
        self.assertTrue(reservation.is_short)
        reservation.with_user(self.clerk).action_cancel()
        self.assertFalse(reservation.is_short)

    # === STAFF AND OTHERS === #

    def test_whoever_is_in_charge_gets_something_to_do(self):
        reservation = self.reserve((self.cup, 2))
        self.assertEqual(reservation.activity_ids.user_id, self.clerk)
        self.assertIn("2 x Cup", reservation.activity_ids.note)
        self.assertEqual(self.store_near.reservation_count, 1)
        reservation.with_user(self.clerk).action_ready()
        self.assertFalse(reservation.activity_ids)

    def test_customers_and_others_have_no_rights(self):
        reservation = self.reserve()
        plain = new_test_user(self.env, 'reservation_plain', groups='base.group_user')
        elsewhere = new_test_user(
            self.env, 'reservation_elsewhere', groups='mobile_crm.group_mobile_crm_manager',
            company_id=self.env['res.company'].create({'name': "Elsewhere"}).id)
        for user in (self.anna_user, self.ben_user, plain, elsewhere):
            for action in ('action_ready', 'action_collected', 'action_cancel', 'action_sell'):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(reservation.with_user(user), action)()
        with self.assertRaises(AccessError):
            reservation.with_user(self.clerk).state = 'collected'

    def test_erasing_a_customer_puts_the_goods_back(self):
        reservation = self.reserve((self.cup, 5))
        picking = reservation.picking_id
        with self.env['mobile.export']._export(self.anna.sudo(), self.company) as file:
            export = file.read().decode()
        self.assertIn(reservation.code, export)
        self.assertIn('"model":"mobile.reservation.line"', export)
        self.env['mobile.eraser'].sudo()._erase(self.anna, self.company)
        self.assertFalse(reservation.exists())
        self.assertFalse(picking.exists(), "nothing was delivered")
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))

    def test_deleting_a_contact_puts_the_goods_back(self):
        reservation = self.reserve((self.cup, 5))
        self.env['mobile.reservation'].flush_model()
        reservation.partner_id._unlink_end_mobile_reservations()
        self.assertEqual(self.availability(self.cup), (IN_STOCK, 5))

    def test_merged_contacts_keep_what_is_put_aside_for_both(self):
        first, ended, own = self.reserve(partner=self.ben), self.reserve(partner=self.ben), self.reserve()
        ended.with_user(self.clerk).action_cancel()
        second = self.reserve()
        merge = self.env['base.partner.merge.automatic.wizard'].create({})
        merge._update_foreign_keys(self.ben, self.anna)
        self.env.invalidate_all()
        self.assertEqual(
            [(one.partner_id, one.state, one.slot) for one in first + own + second],
            [(self.anna, 'held', 1), (self.anna, 'held', 2), (self.anna, 'held', 3)])
        self.assertEqual((ended.partner_id, ended.state), (self.anna, 'cancelled'))
        with self.refused('reservation_limit'):
            self.reserve()
        first._mobile_cancel()
        self.assertEqual(self.reserve().slot, 1)

    def test_it_is_told_how_long_it_is_kept(self):
        self.assertIn("Goods that stores put aside", self.env['res.config.settings'].create({}).mobile_retention)


class TestOpeningTime(BaseCase):

    @given(start=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)), minutes=st.integers(1, 3000))
    def test_so_long_it_is_open_until_then(self, start, minutes):
        schedule = Schedule((WEEK,))
        end = after_open(schedule, 'Europe/Brussels', start, minutes, 60)
        opened = sum(
            max(0, (min(closes, end) - max(opens, start)).total_seconds())
            for opens, closes in schedule.intervals(
                ZoneInfo('Europe/Brussels'), start.date() - timedelta(days=3),
                end.date() + timedelta(days=3)))
        self.assertAlmostEqual(opened, minutes * 60)
        self.assertTrue(schedule.opening('Europe/Brussels', end - timedelta(microseconds=1))[0])

    def test_never_open_in_time(self):
        schedule = Schedule((((),) * 5 + (((0, 60),), ()),))
        self.assertIsNone(after_open(schedule, 'UTC', NOW, 120, 7))
        self.assertEqual(after_open(None, 'UTC', NOW, 120, 7), NOW + timedelta(hours=2))
