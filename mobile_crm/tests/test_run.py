"""A campaign's way through many customers: it can stop anywhere, and goes on where it was."""
from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import mobile_campaign_run, mobile_campaign_run_worker
from .common import MobileCommon

LOGGER = 'odoo.addons.mobile_crm.models.mobile_campaign_run_worker'


@tagged('-at_install', 'post_install')
class TestRun(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.anna + cls.ben
        for number in range(5):
            cls.customers += cls._make_customer(f"Customer {number}", f'+3247000000{number}', 'ios')[0]
        cls.campaign.action_done()
        cls.campaign = cls.campaign.copy({'name': "Broadcast", 'trigger': 'broadcast'})
        cls.manager = new_test_user(
            cls.env, login='run_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        # What other tests' records wait for is none of ours.
        cls.env['mobile.campaign.run'].search([]).state = 'done'

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(mobile_campaign_run, 'BATCH', 2))

    def work(self, batches=None):
        """Let the worker run once, as the cron does: with a cursor of its own that commits; for so many batches."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Run = api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign.run']
            if batches is None:
                Run._cron_run()
                return
            for _number in range(batches):
                run, attempt = Run._claim()
                cr.commit()  # pylint: disable=invalid-commit
                run._attempt(attempt)
                cr.commit()  # pylint: disable=invalid-commit

    def change(self, records, method):
        """Press a button that works in a transaction of its own."""
        with self.enter_registry_test_mode():
            getattr(records.with_user(self.manager), method)()

    def start(self, **values):
        self.campaign.write(values)
        self.campaign.action_start()
        return self.campaign.run_ids

    def assertEverybodyOnce(self, customers=None):
        customers = self.customers if customers is None else customers
        decisions = self.campaign.decision_ids
        self.assertEqual(decisions.partner_id, customers)
        self.assertEqual(len(decisions), len(customers))
        sent = decisions.filtered(lambda decision: decision.outcome == 'sent')
        self.assertEqual(sent.card_id.partner_id, sent.partner_id)
        self.assertEqual(len(sent.card_id), len(sent))
        self.assertEqual(len(sent.message_id), len(sent))
        self.assertEqual(sent.message_id, self.env['mobile.message'].search([('campaign_id', '=', self.campaign.id)]))
        self.assertEqual(sent.card_id, self.env['loyalty.card'].search([
            ('mobile_campaign_id', '=', self.campaign.id)], order='id desc').sorted('id'))
        self.assertFalse((decisions - sent).card_id)

    # === WHO GETS IT === #

    def test_everybody_in_the_audience_is_asked_about_once(self):
        stranger = self.env['res.partner'].create({'name': "Has no app"})
        run = self.start(audience_domain=repr([('id', '!=', self.ben.id)]))
        self.assertEqual((run.state, run.cause), ('queued', 'broadcast'))
        self.work()
        self.assertEverybodyOnce()
        self.assertEqual(self.campaign.decision_ids.run_id, run)
        self.assertNotIn(stranger, self.campaign.decision_ids.partner_id)
        self.assertEqual((run.state, run.asked, run.sent, run.withheld, run.total), ('done', 7, 6, 1, 7))
        self.assertTrue(run.finished_at >= run.started_at)
        self.work()
        self.assertEverybodyOnce()

    def test_customers_of_another_company_are_not_asked_about(self):
        other = self.env['res.company'].create({'name': "Other", 'country_id': self.env.ref('base.be').id})
        app = self.env['mobile.app'].create({'name': "Other", 'company_id': other.id})
        self._make_customer("Elsewhere", '+32470999999', 'ios', app)
        self.start()
        self.work()
        self.assertEverybodyOnce()
        self.assertEqual(self.campaign.run_ids.company_id, self.company)

    # === WHEN === #

    def test_a_run_starts_when_it_is_scheduled(self):
        later = fields.Datetime.now() + timedelta(hours=3)
        run = self.start(scheduled_at=later)
        cron = self.env.ref('mobile_crm.mobile_campaign_run_cron')
        self.assertIn(later, self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).mapped('call_at'))
        self.work()
        self.assertFalse(self.campaign.decision_ids)
        with patch.object(fields.Datetime, 'now', return_value=later):
            self.work()
        self.assertEqual((run.state, run.sent), ('done', 7))

    def test_a_run_that_has_not_started_follows_its_campaign(self):
        run = self.start(scheduled_at=fields.Datetime.now() + timedelta(hours=3))
        self.campaign.scheduled_at = False
        self.work()
        self.assertEqual(run.state, 'done')
        started = run.starts_at
        self.campaign.scheduled_at = fields.Datetime.now() + timedelta(hours=3)
        self.assertEqual((run.state, run.starts_at), ('done', started))

    def test_a_campaign_that_has_not_begun_sends_to_nobody(self):
        begins = fields.Datetime.now() + timedelta(hours=1)
        run = self.start(date_from=begins)
        self.work()
        self.assertFalse(self.campaign.decision_ids)
        with patch.object(fields.Datetime, 'now', return_value=begins):
            self.work()
        self.assertEqual((run.state, run.sent), ('done', 7))

    def test_a_cause_has_one_run(self):
        Run = self.env['mobile.campaign.run']
        first = Run._open(self.campaign, '2026-03-02')
        self.assertEqual(Run._open(self.campaign, '2026-03-02'), first)
        second = Run._open(self.campaign, '2026-03-03')
        self.assertNotEqual(second, first)
        self.assertEqual(self.campaign.run_count, 2)
        # They take turns, the first one first.
        self.campaign.state = 'running'
        self.campaign.write({'max_per_customer': 2, 'cooldown_hours': 0})
        self.work(1)
        self.assertEqual((first.asked, second.asked), (2, 0))
        self.work()
        self.assertEqual((first.asked, second.asked, first.state, second.state), (7, 7, 'done', 'done'))

    # === STOPPING AND GOING ON === #

    def test_pause_and_resume(self):
        run = self.start()
        self.work(1)
        self.assertEqual((run.state, run.asked, run.position), ('running', 2, self.ben.id))
        self.change(run, 'action_pause')
        self.work()
        self.assertEqual((run.state, run.asked), ('paused', 2))
        self.change(run, 'action_resume')
        self.work()
        self.assertEverybodyOnce()

    def test_cancel_is_for_good(self):
        run = self.start()
        self.work(2)
        self.change(run, 'action_cancel')
        self.assertTrue(run.finished_at)
        self.change(run, 'action_resume')
        self.work()
        self.assertEqual(run.state, 'cancelled')
        self.assertEverybodyOnce(self.customers[:4])

    def test_a_campaign_pauses_and_ends_with_its_run(self):
        run = self.start()
        self.work(1)
        self.change(self.campaign, 'action_pause')
        self.work()
        self.assertEqual((run.state, run.asked), ('paused', 2))
        self.change(self.campaign, 'action_start')
        self.work(1)
        self.assertEqual((run.state, run.asked), ('running', 4))
        self.assertEqual(self.campaign.run_ids, run, "it goes on, and does not begin anew")
        self.change(self.campaign, 'action_done')
        self.work()
        self.assertEqual(run.state, 'cancelled')
        self.assertEverybodyOnce(self.customers[:4])

    def test_only_managers_stop_a_run(self):
        run = self.start()
        user = new_test_user(self.env, login='run_user', groups='mobile_crm.group_mobile_crm_user',
                             company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        for method in ('action_pause', 'action_resume', 'action_cancel'):
            with self.assertRaises(AccessError):
                getattr(run.with_user(user), method)()
        self.assertEqual(run.state, 'queued')

    def test_staff_see_how_far_it_is(self):
        Run = self.env['mobile.campaign.run'].with_user(self.manager)
        self.assertFalse(Run.progress(self.campaign.id))
        run = self.start(scheduled_at=fields.Datetime.now() + timedelta(hours=3))
        self.assertRegex(Run.progress(self.campaign.id)['title'], "^Sends on ")
        self.campaign.scheduled_at = False
        self.work(1)
        progress = Run.progress(self.campaign.id)
        self.assertEqual((progress['title'], progress['asked'], progress['total'], progress['sent']),
                         ("Sending", 2, 7, 2))
        self.assertTrue(progress['seconds_left'] >= 0 and progress['may_change'] and progress['is_open'])
        self.change(run, 'action_pause')
        self.assertEqual(Run.progress(self.campaign.id)['title'], "Paused")
        self.change(run, 'action_resume')
        self.campaign.budget_coupons = 3
        self.work()
        progress = Run.progress(self.campaign.id)
        self.assertFalse(progress['is_open'])
        self.assertEqual(progress['title'], "Sent to part of the audience: All coupons are given out")

    def test_progress_of_another_company_is_not_told(self):
        self.start()
        other = self.env['res.company'].create({'name': "Other"})
        stranger = new_test_user(self.env, login='run_stranger', groups='mobile_crm.group_mobile_crm_manager',
                                 company_id=other.id, company_ids=[Command.set(other.ids)])
        Run = self.env['mobile.campaign.run'].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(Run.progress(self.campaign.id))

    # === ENDING EARLY === #

    def test_a_budget_that_is_spent_ends_the_run(self):
        run = self.start(budget_coupons=3)
        self.work()
        self.assertEqual((run.state, run.reason, run.sent, run.withheld, run.asked), ('done', 'budget_spent', 3, 0, 3))
        self.assertEqual(self.campaign.budget_used, 3)

    def test_a_budget_of_the_day_lets_the_run_go_on_tomorrow(self):
        self.company.partner_id.tz = 'America/New_York'
        now = datetime(2026, 3, 2, 20, 0)
        with patch.object(fields.Datetime, 'now', return_value=now):
            run = self.start(budget_per_day=3)
            self.work()
        self.assertEqual((run.state, run.asked, run.starts_at), ('queued', 3, datetime(2026, 3, 3, 5, 0)))
        with patch.object(fields.Datetime, 'now', return_value=now + timedelta(hours=8)):
            self.work()
        self.assertEqual(run.asked, 3, "in New York it is still the same day")
        for day in (1, 2):
            with patch.object(fields.Datetime, 'now', return_value=now + timedelta(days=day)):
                self.work()
        self.assertEqual((run.state, run.sent, run.withheld), ('done', 7, 0))

    def test_a_campaign_that_ends_meanwhile_ends_the_run(self):
        run = self.start(date_to=fields.Datetime.now() + timedelta(hours=1))
        self.work(1)
        with patch.object(fields.Datetime, 'now', return_value=fields.Datetime.now() + timedelta(hours=2)):
            self.work()
        self.assertEqual((run.state, run.reason, run.asked), ('done', 'campaign_ended', 2))

    # === WHAT GOES WRONG === #

    def _failing(self, *partners, error):
        """Let each batch with one of these customers fail."""
        Decision = self.registry['mobile.decision']
        send = Decision._send

        def fail(decisions):
            if decisions.partner_id & self.env['res.partner'].browse(partner.id for partner in partners).with_env(
                    decisions.env):
                raise error
            return send(decisions)

        self.startPatcher(patch.object(Decision, '_send', fail))

    @mute_logger(LOGGER)
    def test_the_customer_at_fault_is_left_out_and_the_others_are_not(self):
        self._failing(self.customers[3], error=ValueError("secret code"))
        run = self.start()
        self.work()
        self.assertEqual((run.state, run.asked, run.sent, run.skipped, run.total), ('done', 6, 6, 1, 7))
        self.assertEqual(run.note, f"Contact {self.customers[3].id}: ValueError")
        self.assertEverybodyOnce(self.customers - self.customers[3])

    @mute_logger(LOGGER)
    def test_a_run_that_fails_for_all_pauses(self):
        self.startPatcher(patch.object(mobile_campaign_run_worker, 'GIVE_UP', 3))
        self._failing(*self.customers, error=UserError("No such template"))
        run = self.start()
        self.work()
        self.assertEqual((run.state, run.reason, run.skipped, run.asked), ('paused', 'failing', 3, 0))
        self.assertIn("No such template", run.note)
        self.assertFalse(self.campaign.decision_ids)

    def test_a_lost_race_is_tried_again_and_costs_nobody_the_offer(self):
        lost = []
        Decision = self.registry['mobile.decision']
        send = Decision._send

        def lose(decisions):
            if len(lost) < 9:
                lost.append(decisions)
                raise ConcurrencyError("somebody was faster")
            return send(decisions)

        self.startPatcher(patch.object(Decision, '_send', lose))
        run = self.start()
        self.work()
        self.assertEqual((len(lost), run.skipped), (9, 0))
        self.assertEverybodyOnce()

    @mute_logger(LOGGER)
    def test_who_takes_the_worker_along_is_left_out_at_last(self):
        """A worker that is killed comes to no except clause: only what was committed before the batch is left."""
        run = self.start()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Run = api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign.run']
            sizes = []
            for _death in range(4):
                claimed, attempt = Run._claim()
                sizes.append((claimed.batch_size, attempt))
                cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(sizes, [(2, 1), (2, 2), (1, 1), (1, 2)])
        self.work(1)
        self.assertEqual((run.skipped, run.position), (1, self.anna.id))
        self.assertEqual(run.note, f"Contact {self.anna.id}: the worker was stopped")
        self.work()
        self.assertEverybodyOnce(self.customers - self.anna)

    def test_who_loses_the_race_for_a_run_looks_again(self):
        run, lost = self.start(), []
        Run = self.registry['mobile.campaign.run']
        claim = Run._claim

        def lose(runs):
            if len(lost) < 3:
                lost.append(runs)
                raise SerializationFailure
            return claim(runs)

        with patch.object(Run, '_claim', lose):
            self.work()
        self.assertEqual((len(lost), run.state), (3, 'done'))
        self.assertEverybodyOnce()

    def test_two_workers_do_not_share_a_batch(self):
        run = self.start()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Run = api.Environment(cr, SUPERUSER_ID, {})['mobile.campaign.run']
            _run, attempt = Run._claim()
            cr.commit()  # pylint: disable=invalid-commit
            Run._claim()
            cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(run.with_env(Run.env)._attempt(attempt), 0, "another worker has begun it since")
        self.assertFalse(self.campaign.decision_ids)
