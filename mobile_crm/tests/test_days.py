"""Campaigns that come by the calendar: birthdays, who was not seen for a while, once a week."""
from datetime import date, datetime, time, timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import MobileCommon


class DaysCommon(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = 'Europe/Brussels'
        # As if it ran for ever.
        cls.campaign.started_at = False
        cls.env['mobile.campaign'].search([('company_id', '!=', cls.company.id)]).state = 'done'
        cls.env['mobile.campaign.run'].search([]).state = 'done'

    def _runs(self):
        return self.campaign.run_ids.sorted('id')

    def _open(self, text):
        """Let the cron look at a moment (UTC); return the causes of all runs so far."""
        self.campaign._open_due_run(datetime.fromisoformat(text))
        return self._runs().mapped('cause')

    def _customers(self, day=None, cause=None):
        """Return whom the run of a day concerns: {customer: (cause, product)}."""
        run = self.env['mobile.campaign.run'].new(
            {'campaign_id': self.campaign.id, 'cause': cause or f'day:{day}'})
        self.env.flush_all()
        rows = self.env.execute_query(self.campaign._customers(run))
        self.assertEqual(len(rows), len({row[0] for row in rows}), "each customer once")
        Partner, Product = self.env['res.partner'], self.env['product.product']
        return {Partner.browse(partner_id): (cause, Product.browse(product_id or []))
                for partner_id, cause, _store, product_id in rows}

    def _causes(self, day):
        return {partner: cause for partner, (cause, _product) in self._customers(day).items()}

    def _order(self, partner, days_ago=1, lines=None, **values):
        order = self.make_order(partner, lines).sudo()
        order.action_confirm()
        # At noon: neither the time of the run nor a clock that was put forward since makes it another day.
        now = fields.Datetime.now()
        noon = datetime.combine(self.campaign._local(now).date(), time(11)) - timedelta(days=days_ago)
        order.write({'date_order': min(noon, now), **values})
        return order


@tagged('-at_install', 'post_install')
class TestDays(DaysCommon):

    def test_a_run_opens_at_its_hour_of_the_companys_clock_and_once(self):
        self.campaign.write({'trigger': 'birthday', 'send_hour': 9.5, 'started_at': '2026-03-01 00:00:00'})
        self.assertEqual(self._open('2026-03-10 08:29:00'), ['day:2026-03-09'], "half past nine is 8:30 in winter")
        self.assertEqual(self._open('2026-03-10 08:30:00'), ['day:2026-03-09', 'day:2026-03-10'])
        self.assertEqual(self._open('2026-03-10 20:00:00')[2:], [])
        self.assertEqual(self._open('2026-07-10 07:29:00')[2:], ['day:2026-07-09'])
        self.assertEqual(self._open('2026-07-10 07:30:00')[3:], ['day:2026-07-10'], "and 7:30 in summer")
        self.assertEqual(self._runs()[-1].starts_at, datetime(2026, 7, 10, 7, 30))

    def test_the_day_is_the_companys(self):
        self.company.partner_id.tz = 'Pacific/Auckland'
        self.campaign.write({'trigger': 'inactivity', 'send_hour': 0})
        self.assertEqual(self._open('2026-07-10 12:00:00'), ['day:2026-07-11'])
        self.company.partner_id.tz = False
        self.store_near.tz = 'Pacific/Honolulu'
        self.assertEqual(self._open('2026-08-10 10:00:00')[1:], ['day:2026-08-10'])

    def test_no_run_is_opened_for_before_the_start_or_outside_of_the_period(self):
        self.campaign.write({'trigger': 'birthday', 'send_hour': 10, 'started_at': '2026-03-10 10:00:00'})
        self.assertEqual(self._open('2026-03-10 10:15:00'), [], "ten o'clock was an hour before the start")
        self.campaign.date_to = '2026-03-11 08:00:00'
        self.assertEqual(self._open('2026-03-11 09:15:00'), [])
        self.campaign.write({'date_to': False, 'date_from': '2026-03-12 00:00:00'})
        self.assertEqual(self._open('2026-03-11 09:15:00'), [])
        self.assertEqual(self._open('2026-03-12 09:15:00'), ['day:2026-03-12'])

    def test_a_week_is_sent_on_its_day_and_not_made_up_for_later(self):
        self.campaign.write({'trigger': 'weekly', 'weekday': '4', 'send_hour': 10})
        self.assertEqual(self._open('2026-12-31 12:00:00'), [])
        self.assertEqual(self._open('2027-01-02 09:30:00'), [], "a day and half an hour late")
        self.assertEqual(self._open('2027-01-01 09:00:00'), ['week:2026-W53'], "the week's year")
        self.campaign.weekday = '5'
        self.assertEqual(self._open('2027-01-02 09:30:00')[1:], [], "this week is done")
        self.assertEqual(self._open('2027-01-09 10:30:00')[1:], ['week:2027-W01'])

    def test_the_clock_is_turned_on_a_night(self):
        """2:30 does not exist on 29 March in Brussels, and exists twice on 25 October."""
        self.campaign.write({'trigger': 'birthday', 'send_hour': 2.5})
        for day in ('2026-03-29', '2026-10-25'):
            for hour in range(-2, 12):
                self.campaign._open_due_run(datetime.fromisoformat(day) + timedelta(hours=hour))
            self.assertEqual(self._runs().mapped('cause').count(f'day:{day}'), 1)

    def test_the_cron_opens_what_is_due_of_running_campaigns_alone(self):
        self.campaign.write({'trigger': 'birthday', 'send_hour': 0})
        paused = self.campaign.copy({'trigger': 'weekly'})
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign']._cron_open_runs()
        self.assertEqual(len(self.campaign.run_ids), 1)
        self.assertFalse(paused.run_ids)

    def test_the_form_says_when_it_comes_next(self):
        self.campaign.write({'trigger': 'weekly', 'weekday': '0', 'send_hour': 10})
        now = fields.Datetime.now()
        at = self.campaign.next_run_at
        local = self.campaign._local(at)
        self.assertEqual((local.weekday(), local.hour, local.minute), (0, 10, 0))
        self.assertTrue(timedelta(0) < at - now <= timedelta(days=7, hours=1))
        self.campaign.date_to = at
        self.assertFalse(self.campaign.next_run_at)
        self.campaign.write({'date_to': False, 'trigger': 'enter'})
        self.assertFalse(self.campaign.next_run_at)

    def test_a_pause_of_days_ends_what_it_stopped(self):
        self.campaign.write({'trigger': 'birthday', 'send_hour': 0})
        now = fields.Datetime.now()
        runs = self.campaign._open_due_run(now) + self.campaign._open_due_run(now - timedelta(days=3))
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.campaign.action_pause()
            self.campaign.action_start()
        self.assertEqual(runs.mapped('state'), ['queued', 'cancelled'])

    def test_another_trigger_ends_what_is_under_way(self):
        self.campaign.write({'trigger': 'birthday', 'send_hour': 0})
        run = self.campaign._open_due_run(fields.Datetime.now())
        with self.enter_registry_test_mode():
            self.campaign.trigger = 'enter'
        self.assertEqual(run.state, 'cancelled')


@tagged('-at_install', 'post_install')
class TestBirthday(DaysCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.trigger = 'birthday'
        cls.anna.mobile_birthdate = '1990-05-17'

    def test_on_the_day_and_one_day_late(self):
        self.assertEqual(self._causes('2026-05-17'), {self.anna: 'birthday:2026'})
        self.assertEqual(self._causes('2026-05-18'), {self.anna: 'birthday:2026'})
        self.assertEqual(self._causes('2026-05-16'), {})
        self.assertEqual(self._causes('2026-05-19'), {})

    def test_days_before_and_over_the_years_end(self):
        self.campaign.birthday_days = 7
        self.assertEqual(self._causes('2026-05-10'), {self.anna: 'birthday:2026'})
        self.anna.mobile_birthdate = '1990-01-03'
        self.assertEqual(self._causes('2026-12-27'), {self.anna: 'birthday:2027'})
        self.campaign.birthday_days = 0
        self.anna.mobile_birthdate = '1990-12-31'
        self.assertEqual(self._causes('2027-01-01'), {self.anna: 'birthday:2026'})

    def test_the_29_february(self):
        self.anna.mobile_birthdate = '1992-02-29'
        self.ben.mobile_birthdate = '1991-02-28'
        self.assertEqual(set(self._causes('2027-02-28')), {self.anna, self.ben})
        self.assertEqual(set(self._causes('2028-02-28')), {self.ben})
        self.assertEqual(set(self._causes('2028-02-29')), {self.anna, self.ben}, "Ben's, a day late")
        self.assertEqual(set(self._causes('2027-03-02')), set())

    def test_never_twice_a_year_whatever_is_changed(self):
        today = date(2026, 5, 17)
        run = self.env['mobile.campaign.run']._open(self.campaign, f'day:{today}')
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign.run']._cron_run()
        decision = self.campaign.decision_ids
        self.assertEqual((decision.partner_id, decision.cause, decision.outcome, decision.run_id),
                         (self.anna, 'birthday:2026', 'sent', run))
        self.assertEqual(self._causes(today), {})
        self.anna.mobile_birthdate = '1990-05-18'
        self.assertEqual(self._causes('2026-05-18'), {})
        self.assertEqual(self._causes('2027-05-18'), {self.anna: 'birthday:2027'})

    def test_only_who_has_the_app(self):
        self.campaign.app_id = self.env['mobile.app'].create({'name': "Other app", 'company_id': self.company.id})
        self.assertEqual(self._causes('2026-05-17'), {})


@tagged('-at_install', 'post_install')
class TestInactivity(DaysCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'trigger': 'inactivity', 'inactive_days': 90})
        cls.let_learn(cls.anna, cls.phone)
        cls.today = cls.campaign._local(fields.Datetime.now()).date()

    def _day_of(self, order):
        return self.campaign._local(order.date_order).date()

    def test_who_has_not_ordered_for_so_long(self):
        order = self._order(self.anna, 90)
        self._order(self.ben, 89)
        self.assertEqual(self._causes(self.today), {self.anna: f'inactive:{self._day_of(order)}'})
        self.assertEqual(set(self._causes(self.today + timedelta(days=1))), {self.anna, self.ben})

    def test_who_has_never_come_is_not_meant_and_quotations_do_not_count(self):
        self.assertEqual(self._causes(self.today), {})
        self._order(self.anna, 200)
        self.make_order(self.anna)
        self.assertIn(self.anna, self._causes(self.today))
        self._order(self.anna, 5)._action_cancel()
        self.assertIn(self.anna, self._causes(self.today))

    def test_a_visit_counts(self):
        self._order(self.anna, 100)
        self.enter(self.phone, self.fence_near)
        self.assertEqual(self._causes(self.today), {})
        far = self._causes(self.today + timedelta(days=90))
        self.assertEqual(far, {self.anna: f'inactive:{self.today}'})

    def test_what_was_done_at_another_company_does_not_count(self):
        self._order(self.anna, 100)
        other = self.env['res.company'].create({'name': "Other Shop"})
        order = self.env['sale.order'].create({'partner_id': self.anna.id, 'company_id': other.id, 'order_line': [
            Command.create({'product_id': self.product.id})]})
        order.action_confirm()
        self.assertIn(self.anna, self._causes(self.today))

    def test_once_until_they_have_come_back(self):
        self._order(self.anna, 120)
        self.env['mobile.campaign.run']._open(self.campaign, f'day:{self.today}')
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign.run']._cron_run()
        self.assertEqual(self.campaign.decision_ids.outcome, 'sent')
        self.assertEqual(self._causes(self.today + timedelta(days=30)), {})
        self._order(self.anna, 0)
        self.assertEqual(set(self._causes(self.today + timedelta(days=90))), {self.anna})


@tagged('-at_install', 'post_install')
class TestWeekly(DaysCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.trigger = 'weekly'
        cls.cup, cls.hat = cls.env['product.product'].create([{'name': "Cup"}, {'name': "Hat"}])
        cls.carla = cls.env['res.partner'].create({'name': "Carla"})
        cls.dora = cls.env['res.partner'].create({'name': "Dora"})

    def _products(self):
        return {partner: product for partner, (_cause, product) in self._customers(cause='week:2026-W47').items()}

    def test_everybody_with_the_app_gets_what_sells_best(self):
        self._order(self.carla, 1, [(self.hat, 1)])
        self._order(self.dora, 1, [(self.hat, 1), (self.cup, 9)])
        self.assertEqual(self._products(), {self.anna: self.hat, self.ben: self.hat})
        self.assertEqual(self._customers(cause='week:2026-W47')[self.anna][0], 'week:2026-W47')

    def test_who_lets_us_learn_gets_what_is_new_to_them(self):
        self._order(self.carla, 1, [(self.hat, 1)])
        self._order(self.dora, 1, [(self.cup, 1)])
        self._order(self.anna, 100, [(self.hat, 1)])
        self._order(self.ben, 100, [(self.hat, 1)])
        self._order(self.carla, 2, [(self.hat, 1), (self.cup, 1)])
        self._order(self.env['res.partner'].create({'name': "Emma"}), 1, [(self.hat, 1)])
        self.let_learn(self.anna, self.phone)
        self.assertEqual(self._products(), {self.anna: self.cup, self.ben: self.hat})
        # Who has everything gets what sells best.
        self._order(self.anna, 100, [(self.cup, 1)])
        self.assertEqual(self._products()[self.anna], self.hat)

    def test_only_what_is_sold_lately_here_and_chosen(self):
        nothing = self.env['product.product']
        self.assertEqual(self._products(), {self.anna: nothing, self.ben: nothing})
        self._order(self.carla, 31, [(self.hat, 1)])
        self.assertFalse(self._products()[self.anna])
        self._order(self.carla, 29, [(self.hat, 1)])
        self._order(self.carla, 2, [(self.cup, 1)])
        self._order(self.dora, 2, [(self.cup, 1)])
        self.campaign.product_ids = self.hat
        self.assertEqual(self._products()[self.anna], self.hat)
        self.hat.sale_ok = False
        self.assertFalse(self._products()[self.anna])
