"""What staff see of visits: who is there, who may see it, what came of it, and who is told."""
import json
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..models.mobile_visit_conversion import CONVERTS_FOR
from .common import MobileCommon, MobileHttpCase


class FloorCommon(MobileCommon):
    """:cvar floor, user: members of staff who may and may not see who is there now"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_values = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.floor = new_test_user(
            cls.env, 'floor_floor', groups='mobile_crm.group_mobile_crm_floor', **cls.company_values)
        cls.user = new_test_user(
            cls.env, 'floor_user', groups='mobile_crm.group_mobile_crm_user', **cls.company_values)

    @classmethod
    def _visit(cls, partner=None, store=None, ago=timedelta(minutes=10), stay=None, **values):
        """Return a visit that began some time ago.

        :param timedelta stay: None while it lasts.
        """
        store = store or cls.store_near
        entered_at = fields.Datetime.now() - ago
        return cls.env['mobile.visit'].create({
            'partner_id': (partner or cls.anna).id, 'store_id': store.id, 'company_id': store.company_id.id,
            'entered_at': entered_at, 'left_at': stay is not None and entered_at + stay,
            'duration': stay is not None and stay.total_seconds() / 3600, **values})


@tagged('-at_install', 'post_install')
class TestWhoIsThere(FloorCommon):

    def test_only_some_see_who_is_there_now(self):
        past, now = self._visit(ago=timedelta(days=1), stay=timedelta(minutes=20)), self._visit()
        Visit = self.env['mobile.visit']
        self.assertEqual(Visit.with_user(self.floor).search([]), now + past)
        self.assertEqual(Visit.with_user(self.user).search([]), past)
        with self.assertRaises(AccessError):
            now.with_user(self.user).read(['partner_id'])
        with self.assertRaises(AccessError):
            self.store_near.with_user(self.user).read(['present_count'])
        self.assertEqual(self.store_near.with_user(self.floor).present_count, 1)
        self.assertEqual(self.anna.with_user(self.user).mobile_visit_count, 1, "the number tells no more than the list")
        self.assertEqual(
            self.anna.with_user(self.user).mobile_last_visit, fields.Date.today() - timedelta(days=1))
        self.assertEqual(self.anna.with_user(self.floor).mobile_visit_count, 2)

    def test_reports_do_not_tell_it_either(self):
        self.enter(self.phone, self.fence_near)
        self.enter(self.phone, self.fence_far, occurred_at=fields.Datetime.now() - timedelta(hours=5))
        Event = self.env['mobile.event']
        own = [('company_id', '=', self.company.id), ('type', '=', 'enter')]
        self.assertEqual(Event.with_user(self.user).search(own).store_id, self.store_far)
        self.assertEqual(Event.with_user(self.floor).search(own).store_id, self.store_near + self.store_far)

    def test_who_may_see_it(self):
        for group, sees in (
            ('sales_team.group_sale_salesman', True), ('mobile_crm.group_mobile_crm_manager', True),
            ('mobile_crm.group_mobile_crm_position', True), ('mobile_crm.group_mobile_crm_user', False),
        ):
            with self.subTest(group=group):
                user = new_test_user(self.env, f'who_{group}', groups=group)
                self.assertEqual(user.has_group('mobile_crm.group_mobile_crm_floor'), sees)
                menus = self.env['ir.ui.menu'].with_user(user).load_menus(False)
                self.assertEqual(
                    self.env.ref('mobile_crm.menu_stores_now').id in menus, sees)

    def test_other_companies_see_nothing(self):
        visit = self._visit()
        other = self.env['res.company'].create({'name': "Other Shop"})
        stranger = new_test_user(
            self.env, 'floor_stranger', groups='mobile_crm.group_mobile_crm_floor', company_id=other.id,
            company_ids=[Command.set(other.ids)])
        here = self.env(user=stranger, context={'allowed_company_ids': other.ids})
        self.assertFalse(here['mobile.visit'].search([('id', '=', visit.id)]))
        self.assertEqual(self.anna.with_env(here).mobile_visit_count, 0)
        self.assertFalse(self.anna.with_env(here).mobile_last_visit)
        # Who works for both sees those of the companies that they have selected.
        stranger.company_ids += self.company
        there = self.env(user=stranger, context={'allowed_company_ids': [other.id, self.company.id]})
        self.assertEqual(self.anna.with_env(there).mobile_visit_count, 1)

    def test_nobody_writes_visits(self):
        visit = self._visit()
        manager = new_test_user(
            self.env, 'floor_manager', groups='mobile_crm.group_mobile_crm_manager', **self.company_values)
        for method in (lambda: visit.with_user(manager).write({'left_at': fields.Datetime.now()}),
                       visit.with_user(manager).unlink,
                       lambda: visit.with_user(manager).copy()):
            with self.assertRaises(AccessError):
                method()

    def test_what_the_list_shows(self):
        visit = self._visit().with_user(self.floor)
        self.assertFalse(visit.salesperson_id)
        self.store_near.user_id = self.floor
        self.assertEqual(visit.salesperson_id, self.floor)
        self.anna.user_id = self.salesperson
        self.assertEqual(visit.salesperson_id, self.salesperson)
        self.assertEqual(visit.offer_count, 0)
        self.enter(self.phone, self.fence_near)
        visit.invalidate_recordset()
        self.assertEqual(visit.offer_count, 1)
        card = self.env['loyalty.card'].search([('partner_id', '=', self.anna.id)])
        card.mobile_expires_at = fields.Datetime.now() - timedelta(minutes=1)
        visit.invalidate_recordset()
        self.assertEqual(visit.offer_count, 0, "one that is over is not open")
        self.assertEqual(visit.action_view_customer()['res_id'], self.anna.id)
        past = self._visit(self.ben, stay=timedelta(minutes=5))
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_visit_now_action')
        listed = self.env['mobile.visit'].with_user(self.floor).search(
            [('left_at', '=', False), ('id', 'in', (visit + past).ids)])
        self.assertEqual((action['domain'], listed), ("[('left_at', '=', False)]", visit))
        present = self.env['mobile.visit'].search(self.store_near.action_view_present()['domain'])
        self.assertEqual((present.store_id, visit in present, past in present), (self.store_near, True, False))

    def test_a_store_today(self):
        self.store_near.tz = 'Pacific/Auckland'
        zone_now = fields.Datetime.context_timestamp(self.store_near.with_context(tz='Pacific/Auckland'),
                                                     fields.Datetime.now())
        since_midnight = timedelta(hours=zone_now.hour, minutes=zone_now.minute, seconds=zone_now.second)
        self._visit(ago=since_midnight + timedelta(minutes=5), stay=timedelta(minutes=20))
        self._visit(ago=max(since_midnight - timedelta(minutes=5), timedelta(0)), is_converted=True)
        self._visit(self.ben, ago=timedelta(0))
        self._visit(self.ben, self.store_far)
        store = self.store_near.with_user(self.floor)
        self.assertEqual((store.visit_count_today, store.conversion_today, store.present_count), (2, 50, 2))
        empty = self.env['mobile.store'].new({'tz': 'UTC'})
        self.assertEqual((empty.visit_count_today, empty.conversion_today, empty.present_count), (0, 0, 0))


@tagged('-at_install', 'post_install')
class TestLooksAtVisits(FloorCommon):

    def _looks(self, user):
        looks = self.env['mobile.look'].search([('user_id', '=', user.id)])
        return sorted((look.partner_id.name, look.method, look.event_count) for look in looks)

    def test_a_list_that_reloads_is_one_look(self):
        self._visit()
        self._visit(self.ben)
        Visit = self.env['mobile.visit'].with_user(self.floor)

        def reload():
            Visit.web_search_read([('left_at', '=', False)], {
                'partner_id': {'fields': {'display_name': {}}}, 'entered_at': {}})

        reload()
        both = [("Anna Peeters", 'read', 1), ("Ben Maes", 'read', 1)]
        self.assertEqual(self._looks(self.floor), both)
        for _again in range(5):
            reload()
        self.assertEqual(self._looks(self.floor), both)
        carla = self.env['res.partner'].create({'name': "Carla Nys"})
        self._visit(carla, ago=timedelta(0))
        reload()
        self.assertEqual(self._looks(self.floor), [*both, ("Carla Nys", 'read', 1)], "who is new is a look")
        other = self.env['mobile.visit'].with_user(self.salesperson)
        other.search_read([('left_at', '=', False)], ['entered_at'])
        self.assertEqual(len(self._looks(self.salesperson)), 3, "each colleague for themselves")
        self.env.cr.execute("UPDATE mobile_look SET looked_at = looked_at - interval '61 minutes'")
        reload()
        self.assertEqual(len(self._looks(self.floor)), 6, "and again after an hour")

    def test_looking_back_is_logged_each_time(self):
        past = self._visit(ago=timedelta(days=2), stay=timedelta(minutes=20)).with_user(self.floor)
        past.read(['store_id'])
        past.read(['store_id'])
        self.assertEqual(self._looks(self.floor), [("Anna Peeters", 'read', 1)] * 2)

    def test_coming_again_is_a_look_again(self):
        visit = self._visit().with_user(self.floor)
        visit.read(['store_id'])
        self.env.cr.execute("UPDATE mobile_look SET looked_at = looked_at - interval '20 minutes'")
        visit.read(['store_id'])
        self.assertEqual(len(self._looks(self.floor)), 2, "the look before was at an earlier visit")

    def test_footfall_is_no_look_and_one_customers_is(self):
        self._visit()
        Visit = self.env['mobile.visit'].with_user(self.floor)
        ours = ('company_id', '=', self.company.id)
        sets = [['weekday', 'hour'], ['weekday'], ['hour'], []]
        measures = ['__count', 'partner_id:count_distinct', 'duration:avg', 'conversion:avg']
        Visit.formatted_read_grouping_sets([ours], sets, measures)
        self.assertEqual(self._looks(self.floor), [])
        Visit.formatted_read_grouping_sets([ours, ('partner_id', 'ilike', "Anna")], sets, measures)
        self.assertEqual(self._looks(self.floor), [("Anna Peeters", 'group', 1)])

    def test_a_contact_and_a_store_are_no_look(self):
        self._visit()
        self.anna.with_user(self.floor).read(['mobile_visit_count', 'mobile_last_visit'])
        self.store_near.with_user(self.floor).read(['present_count', 'visit_count_today'])
        self.assertEqual(self._looks(self.floor), [])


@tagged('-at_install', 'post_install')
class TestFootfall(FloorCommon):

    def test_numbers_by_weekday_and_hour(self):
        for partner, hour, stay, converted in (
            (self.anna, 9, 30, True), (self.anna, 9, 10, False), (self.ben, 9, 20, False), (self.ben, 17, 60, False),
        ):
            self._visit(partner, ago=timedelta(days=3), stay=timedelta(minutes=stay), weekday='4', hour=hour,
                        is_converted=converted)
        cells, days, hours, everything = self.env['mobile.visit'].with_user(self.user).formatted_read_grouping_sets(
            [('company_id', '=', self.company.id)], [['weekday', 'hour'], ['weekday'], ['hour'], []],
            ['__count', 'partner_id:count_distinct', 'duration:avg', 'conversion:avg'])
        self.assertEqual(
            {cell['hour']: (cell['__count'], cell['partner_id:count_distinct'], round(cell['duration:avg'] * 60),
                            round(cell['conversion:avg'])) for cell in cells},
            {9: (3, 2, 20, 33), 17: (1, 1, 60, 0)})
        self.assertEqual([day['weekday'] for day in days], ['4'])
        self.assertEqual([hour['hour'] for hour in hours], [9, 17])
        self.assertEqual((everything[0]['partner_id:count_distinct'], everything[0]['conversion:avg']), (2, 25))

    def test_new_against_returning(self):
        self._visit()
        for _again in range(2):
            self._visit(self.ben, is_returning=True)
        Visit = self.env['mobile.visit'].with_user(self.floor)
        ours = [('company_id', '=', self.company.id)]
        groups = Visit.formatted_read_group(ours, ['visitor'], ['__count'])
        self.assertEqual({group['visitor']: group['__count'] for group in groups}, {'new': 1, 'returning': 2})
        for group in groups:
            found = Visit.search([*ours, *group['__extra_domain']])
            self.assertEqual((len(found), set(found.mapped('visitor'))), (group['__count'], {group['visitor']}))
        self.assertTrue(Visit.fields_get(['visitor'])['visitor']['groupable'])

    def test_conversion_is_a_measure(self):
        fields_get = self.env['mobile.visit'].with_user(self.user).fields_get(['conversion', 'order_amount'])
        self.assertEqual(fields_get['conversion']['aggregator'], 'avg')

    def test_a_heat_map_needs_rows_and_columns(self):
        arch = etree.fromstring(self.env['mobile.visit'].get_view(view_type='mobile_heatmap')['arch'])
        self.assertEqual([node.get('type') for node in arch], ['row', 'col', 'measure', 'measure', 'measure'])
        with self.assertRaisesRegex(ValidationError, "one field of type row"):
            self.env['ir.ui.view'].create({
                'name': "half a heat map", 'model': 'mobile.visit', 'type': 'mobile_heatmap',
                'arch': '<mobile_heatmap><field name="weekday" type="row"/></mobile_heatmap>'})


@tagged('-at_install', 'post_install')
class TestConversion(FloorCommon):

    def _find_orders(self, *visits):
        for visit in visits:
            self.env['mobile.visit']._find_purchases(
                visit.partner_id.id, visit.company_id.id, [(visit.entered_at, visit.entered_at + CONVERTS_FOR)])

    def _order(self, partner=None, ago=timedelta(0)):
        """Return an order that was confirmed some time ago."""
        order = self.make_order(partner or self.anna)
        confirmed_at = fields.Datetime.now() - ago
        with patch.object(fields.Datetime, 'now', lambda: confirmed_at):
            order.action_confirm()
        return order.sudo()

    def assertOrders(self, *expected):
        """Assert which orders visits have: (visit, order or None) pairs."""
        self.env.invalidate_all()
        self.assertEqual([visit.order_id for visit, _order in expected],
                         [order or self.env['sale.order'] for _visit, order in expected])
        for visit, order in expected:
            self.assertEqual((visit.is_converted, visit.order_amount, visit.conversion),
                             (True, order.amount_untaxed, 100) if order else (False, 0, 0))

    def test_an_order_after_coming_in(self):
        visit, bens = self._visit(ago=timedelta(hours=3), stay=timedelta(minutes=20)), self._visit(self.ben)
        order = self._order()
        self.assertGreater(order.amount_untaxed, 0)
        self.assertOrders((visit, order), (bens, None))
        second = self._order()
        self.env.invalidate_all()
        self.assertEqual((visit.order_id, visit.order_amount), (order, order.amount_untaxed + second.amount_untaxed))

    def test_before_and_a_day_after_do_not_count(self):
        self._order(ago=timedelta(hours=2))
        visit, old = self._visit(ago=timedelta(hours=1)), self._visit(ago=timedelta(hours=27))
        self._find_orders(visit, old)
        self.assertOrders((visit, None), (old, None))
        order = self._order()
        self.assertOrders((visit, order), (old, None))

    def test_cancelled_and_confirmed_again(self):
        visit = self._visit()
        order = self._order()
        second = self._order()
        order._action_cancel()
        self.assertOrders((visit, second))
        second._action_cancel()
        self.assertOrders((visit, None))
        second.action_draft()
        self.assertOrders((visit, None))
        second.action_confirm()
        self.assertOrders((visit, second))

    def test_an_order_counts_for_the_nearest_visit(self):
        morning = self._visit(ago=timedelta(hours=6), stay=timedelta(minutes=20))
        order = self._order(ago=timedelta(hours=1))
        self.assertOrders((morning, order))
        noon = self._visit(ago=timedelta(hours=3), stay=timedelta(minutes=20))
        self._find_orders(noon)
        self.assertOrders((morning, None), (noon, order))
        self.env['mobile.visit']._write_visits([], [], [noon.id], {}, None, self.anna.id, self.company.id)
        self.assertOrders((morning, order))

    def test_a_visit_that_is_reported_late(self):
        order = self._order(ago=timedelta(hours=1))
        visit = self._visit(ago=timedelta(hours=2), stay=timedelta(minutes=30))
        self._find_orders(visit)
        self.assertOrders((visit, order))

    def test_a_phone_reports_after_its_customer_has_ordered(self):
        order = self._order(ago=timedelta(hours=1))
        self.enter(self.phone, self.fence_near, occurred_at=fields.Datetime.now() - timedelta(hours=2))
        visit = self.env['mobile.visit'].search([('partner_id', '=', self.anna.id)])
        self.assertOrders((visit, order))

    def test_another_companys_order(self):
        other = self.env['res.company'].create({'name': "Other Shop", 'currency_id': self.company.currency_id.id})
        self.env.user.company_ids += other
        visit = self._visit()
        order = self.env['sale.order'].with_company(other).create({
            'partner_id': self.anna.id, 'company_id': other.id,
            'order_line': [Command.create({'product_id': self.product.id})]})
        order.action_confirm()
        self.assertOrders((visit, None))

    def test_amounts_are_in_the_companys_currency(self):
        dollar = self.env.ref('base.USD')
        dollar.active = True
        self.env['res.currency.rate'].create({
            'currency_id': dollar.id, 'rate': 2.0, 'name': fields.Date.today(), 'company_id': self.company.id})
        pricelist = self.env['product.pricelist'].create({
            'name': "Dollars", 'currency_id': dollar.id, 'company_id': self.company.id})
        visit = self._visit()
        order = self.make_order(self.anna)
        order.sudo().pricelist_id = pricelist
        order.order_line.sudo().price_unit = 80
        order.action_confirm()
        self.env.invalidate_all()
        self.assertEqual((visit.order_id.id, order.amount_untaxed, visit.order_amount), (order.id, 160, 80))

    def test_what_crossed_is_found_later(self):
        order = self._order(ago=timedelta(hours=1))
        visit = self._visit(ago=timedelta(hours=2))
        self.assertOrders((visit, None))
        self.env['mobile.visit']._find_missed_purchases()
        self.assertOrders((visit, order))

    def test_nothing_is_written_twice(self):
        visit = self._visit()
        self._order()
        self.env.cr.execute('SELECT xmin, ctid FROM mobile_visit WHERE id = %s', (visit.id,))
        before = self.env.cr.fetchall()
        self._find_orders(visit)
        self.env.cr.execute('SELECT xmin, ctid FROM mobile_visit WHERE id = %s', (visit.id,))
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_a_few_statements(self):
        self.env.flush_all()
        now = fields.Datetime.now()
        with self.assertQueryCount(1):
            self.env['mobile.visit']._find_purchases(self.anna.id, self.company.id, [(now, now)] * 3)


@tagged('-at_install', 'post_install')
class TestTelling(FloorCommon):

    def setUp(self):
        super().setUp()
        self.manager = self.salesperson
        self.manager.notification_type = 'inbox'
        self.anna.user_id = self.manager
        self.manager.with_user(self.manager).mobile_tell_visits = True
        self._wish(True)

    def _wish(self, wanted):
        return self.env['mobile.preference']._mobile_update(self.anna, self.company, {'tell_salesperson': wanted})

    def _told(self, visit):
        """Tell, and return the logins of who has found it in their inbox."""
        before = self.env['mail.notification'].search([])
        visit._tell_salesperson()
        return [login for note in self.env['mail.notification'].search([]) - before
                for login in note.res_partner_id.user_ids.mapped('login')]

    def test_both_want_it(self):
        visit = self._visit(ago=timedelta(minutes=2))
        self.assertEqual(self._told(visit), [self.manager.login])
        message = self.env['mail.message'].search([
            ('model', '=', 'res.partner'), ('res_id', '=', self.anna.id)], order='id desc', limit=1)
        self.assertIn("Anna Peeters is in Brussels Store", message.subject)
        self.assertEqual(message.message_type, 'user_notification', "not in the contact's chatter")
        self.assertNotIn(self.anna, message.author_id)

    def test_a_phone_reports(self):
        def notes():
            return self.env['mail.notification'].search_count(
                [('res_partner_id', '=', self.manager.partner_id.id), ('mail_message_id.res_id', '=', self.anna.id)])

        before = notes()
        car_park = self.fence_near.copy({'name': "Car park", 'radius': 300.0})
        now = fields.Datetime.now()
        self.enter(self.phone, car_park, occurred_at=now - timedelta(minutes=4))
        self.assertEqual(notes(), before + 1)
        self.enter(self.phone, self.fence_near, occurred_at=now - timedelta(minutes=2))
        self.enter(self._make_device_of(self.anna_user), self.fence_near, occurred_at=now - timedelta(minutes=1))
        self.enter(self.phone, self.fence_far, occurred_at=now - timedelta(hours=3))
        self.assertEqual(notes(), before + 1, "another fence, another phone, a late report")

    def _make_device_of(self, user):
        device = self._make_device()
        device._sign_in(user)
        device.signed_in_at -= timedelta(days=1)
        return device

    def test_one_does_not(self):
        visit = self._visit(ago=timedelta(minutes=2))
        self._wish(False)
        self.assertEqual(self._told(visit), [])
        self._wish(True)
        self.manager.mobile_tell_visits = False
        self.assertEqual(self._told(visit), [])

    def test_once(self):
        visit = self._visit(ago=timedelta(minutes=2))
        self.assertEqual(self._told(visit), [self.manager.login])
        self.assertEqual(self._told(visit), [])
        self.assertEqual(self._told(self._visit(ago=timedelta(0), store=self.store_far)), [], "next door, at once")
        self.env.cr.execute("UPDATE mobile_preference SET told_at = told_at - interval '31 minutes'")
        self.assertEqual(self._told(self._visit(ago=timedelta(0))), [self.manager.login], "they came again")

    def test_not_when_it_is_over_or_late(self):
        self.assertEqual(self._told(self._visit(ago=timedelta(minutes=16))), [])
        self.assertEqual(self._told(self._visit(ago=timedelta(minutes=5), stay=timedelta(minutes=3))), [])

    def test_not_without_consent_to_location(self):
        visit = self._visit(ago=timedelta(minutes=2))
        self.env['mobile.consent']._append(
            self.anna, self.company, {'location': False}, 'device', device_uuid=self.phone.uuid)
        self.assertEqual(self._told(visit.exists()), [])

    def test_not_who_may_not_see_it(self):
        visit = self._visit(ago=timedelta(minutes=2))
        self.user.mobile_tell_visits = True
        self.anna.user_id = self.user
        self.assertEqual(self._told(visit), [], "no right to see who is there")
        other = self.env['res.company'].create({'name': "Other Shop"})
        stranger = new_test_user(
            self.env, 'tell_stranger', groups='mobile_crm.group_mobile_crm_floor', company_id=other.id,
            company_ids=[Command.set(other.ids)], mobile_tell_visits=True)
        self.anna.user_id = stranger
        self.assertEqual(self._told(visit), [], "another company's")
        self.manager.active = False
        self.anna.user_id = self.manager
        self.assertEqual(self._told(visit), [], "who has left")

    def test_the_stores_salesperson_stands_in(self):
        self.anna.user_id = False
        self.store_near.user_id = self.floor
        self.floor.write({'mobile_tell_visits': True, 'notification_type': 'inbox'})
        self.assertEqual(self._told(self._visit(ago=timedelta(minutes=2))), ['floor_floor'])

    def test_by_email_it_waits_for_the_queue(self):
        self.manager.notification_type = 'email'
        self._told(self._visit(ago=timedelta(minutes=2)))
        mail = self.env['mail.mail'].search([('recipient_ids', 'in', self.manager.partner_id.ids)])
        self.assertEqual(mail.mapped('state'), ['outgoing'])

    def test_the_time_is_the_stores(self):
        self.store_near.tz = 'Asia/Kathmandu'
        visit = self._visit(ago=timedelta(minutes=2))
        # As it is called: by the customer's own request.
        visit.with_user(self.anna_user)._tell_salesperson()
        local = fields.Datetime.context_timestamp(visit.with_context(tz='Asia/Kathmandu'), visit.entered_at)
        message = self.env['mail.message'].search([('res_id', '=', self.anna.id)], order='id desc', limit=1)
        self.assertIn(local.strftime('%H:%M'), message.body)

    def test_everybody_sets_it_for_themselves(self):
        user = self.floor.with_user(self.floor)
        view = 'base.view_users_form_simple_modif'
        with Form(user, view=view) as form:
            form.mobile_tell_visits = True
        self.assertTrue(self.floor.mobile_tell_visits)
        with self.assertRaises(AccessError):
            self.manager.with_user(self.floor).mobile_tell_visits = False
        self.assertNotIn('mobile_tell_visits', self.user.with_user(self.user).get_view(
            self.env.ref(view).id, 'form')['arch'], "of no use to who may not see it")

    def test_most_visits_cost_one_statement(self):
        self._wish(False)
        visit = self._visit(ago=timedelta(minutes=2))
        self.env.flush_all()
        with self.assertQueryCount(2):
            # The wording of consents is read once.
            visit._tell_salesperson()


@tagged('-at_install', 'post_install')
class TestFloorOverHttp(FloorCommon, MobileHttpCase):

    def _call(self, login, model, method, *args, **kwargs):
        self.authenticate(login, login)
        return self.url_open(f'/web/dataset/call_kw/{model}/{method}', data=json.dumps({
            'jsonrpc': '2.0', 'params': {'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}),
            headers={'Content-Type': 'application/json'}).json()

    def test_the_list_over_http(self):
        visit = self._visit()
        read = {'domain': [('id', '=', visit.id)], 'specification': {'entered_at': {}, 'offer_count': {}}}
        self.assertEqual(self._call('floor_floor', 'mobile.visit', 'web_search_read', **read)['result']['length'], 1)
        self.assertEqual(self._call('floor_user', 'mobile.visit', 'web_search_read', **read)['result']['length'], 0)
