"""What keeps an offer back, gate by gate; `test_decision` and `test_preference` have the others."""
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import MobileCommon


class GateCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign.write({'max_per_customer': 100, 'cooldown_hours': 0})

    def assertDecision(self, decisions, outcome, reason):
        self.assertEqual([(decision.outcome, decision.reason) for decision in decisions], [(outcome, reason)])

    def assertWithheld(self, reason, device=None, fence=None, **values):
        decision = self.enter(device or self.phone, fence or self.fence_near, **values)
        self.assertDecision(decision, 'withheld', reason)
        return decision

    def assertSent(self, device=None, fence=None, **values):
        decision = self.enter(device or self.phone, fence or self.fence_near, **values)
        self.assertDecision(decision, 'sent', 'passed')
        return decision

    def candidate(self, campaign=None, partner=None, **values):
        """Return one candidate of no event, as ``mobile.decision._decide`` takes it."""
        return self.env['mobile.decision']._candidate(campaign or self.campaign, partner or self.anna, **values)

    def decide(self, campaign=None, partner=None, **values):
        """Decide about one candidate of no event."""
        campaign = campaign or self.campaign
        return self.env['mobile.decision']._decide(self.candidate(campaign, partner, **values), campaign)


@tagged('-at_install', 'post_install')
class TestGates(GateCase):

    # === CONSENT === #

    def test_what_rests_on_behaviour_needs_the_consent_to_profiling(self):
        for trigger in ('scan', 'search', 'purchase', 'cart', 'inactivity'):
            self.campaign.trigger = trigger
            self.assertDecision(self.decide(), 'withheld', 'no_consent')
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': True}, 'device')
        for trigger in ('scan', 'inactivity'):
            self.campaign.trigger = trigger
            self.assertDecision(self.decide(), 'sent', 'passed')
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': False, 'location': False}, 'device')
        for trigger in ('broadcast', 'birthday', 'sign_in', 'weekly', 'manual'):
            self.campaign.trigger = trigger
            self.assertDecision(self.decide(), 'sent', 'passed')

    def test_a_wording_that_asks_again_ends_the_consent_to_profiling(self):
        self.campaign.trigger = 'inactivity'
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': True}, 'device')
        self.assertDecision(self.decide(), 'sent', 'passed')
        wording = self.env['mobile.consent.wording'].search([
            ('purpose', '=', 'profiling'), ('state', '=', 'current'), ('company_id', '=', False)])
        wording.copy({'text': "We look at what you buy.", 'renew': True}).action_publish()
        self.assertDecision(self.decide(), 'withheld', 'no_consent')

    # === WHAT THE PHONE REPORTED === #

    def test_inaccurate(self):
        here = {'latitude': self.fence_near.latitude, 'longitude': self.fence_near.longitude}
        self.campaign.max_accuracy = 50
        self.assertWithheld('inaccurate', accuracy=50.5, **here)
        self.assertSent(accuracy=50.0, **here)
        # The system watched the fence and told no position.
        self.assertSent()
        self.campaign.max_accuracy = 0
        self.assertSent(accuracy=90.0, **here)

    def test_only_reports_come_too_late(self):
        self.campaign.trigger = 'broadcast'
        candidate = self.candidate()
        self.assertDecision(self.decide(), 'sent', 'passed')
        self.campaign.trigger = 'enter'
        with self.subTest("a place"):
            self.env.cr.execute('UPDATE mobile_campaign SET max_event_age = 1 WHERE id = %s', (self.campaign.id,))
            self.campaign.invalidate_recordset()
            self.assertWithheld('late_event', occurred_at=fields.Datetime.now() - timedelta(minutes=2))
        self.assertTrue(candidate)

    # === THE STORE === #

    def _open(self, store, *hours):
        """Open a store every day between these hours of its own clock; without any it is closed."""
        calendar = self.env['resource.calendar'].create({
            'name': store.name, 'tz': store.tz, 'attendance_ids': [Command.clear(), *(
                Command.create({'name': "Open", 'dayofweek': str(day), 'hour_from': first, 'hour_to': last,
                                'day_period': 'morning'})
                for day in range(7) for first, last in hours)]})
        store.calendar_id = calendar

    def test_store_closed(self):
        local = fields.Datetime.context_timestamp(
            self.store_near.with_context(tz=self.store_near.tz), fields.Datetime.now())
        hour = local.hour
        self._open(self.store_near, ((hour + 2) % 22, (hour + 2) % 22 + 1))
        decision = self.assertWithheld('store_closed')
        self.assertEqual(decision._customer_text(), "The store was closed.")
        # The other store's hours are not known.
        self.assertSent(fence=self.fence_far)
        self.campaign.only_while_open = False
        self.assertSent()
        self.campaign.only_while_open = True
        self._open(self.store_near, (0, 24))
        self.assertSent()

    def test_opening_hours_count_for_places_alone(self):
        self._open(self.store_near, (3, 3.01))
        self.campaign.trigger = 'manual'
        self.assertDecision(self.decide(store=self.store_near), 'sent', 'passed')

    # === THE MARGIN === #

    def test_below_margin_of_what_was_scanned(self):
        self.campaign.write({'has_margin_floor': True, 'margin_floor_percent': 10})
        product = self.product.with_company(self.company)
        # 100 less 15 %: a cost of 77.27 still brings 10 %, one of 77.28 does not.
        product.standard_price = 77.27
        self.campaign.trigger = 'manual'
        self.assertDecision(self.decide(product=self.product), 'sent', 'passed')
        product.standard_price = 77.28
        self.assertDecision(self.decide(product=self.product), 'withheld', 'below_margin')
        # Another company's cost says nothing.
        product.standard_price = 10
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.product.with_company(other).standard_price = 99
        self.assertDecision(self.decide(product=self.product), 'sent', 'passed')
        # Nothing to judge by.
        product.standard_price = 100
        self.assertDecision(self.decide(), 'sent', 'passed')

    def test_below_margin_of_what_the_reward_is_for(self):
        tea = self.env['product.product'].create({'name': "Tea", 'list_price': 10})
        tea.with_company(self.company).standard_price = 9
        self.campaign.write({'has_margin_floor': True, 'trigger': 'manual'})
        reward = self.program.reward_ids
        reward.write({'discount_applicability': 'specific', 'discount_product_ids': [Command.set(self.product.ids)]})
        self.assertDecision(self.decide(), 'sent', 'passed')
        # Tea is not what the discount is on.
        self.assertDecision(self.decide(product=tea), 'sent', 'passed')
        reward.discount_product_ids += tea
        self.assertDecision(self.decide(), 'withheld', 'below_margin')
        self.assertDecision(self.decide(product=tea), 'withheld', 'below_margin')
        self.assertDecision(self.decide(product=self.product), 'sent', 'passed')
        reward.write({'discount_mode': 'per_order', 'discount': 30})
        tea.with_company(self.company).standard_price = 0
        self.assertDecision(self.decide(), 'sent', 'passed')
        reward.discount_max_amount = 2
        tea.with_company(self.company).standard_price = 8
        self.assertDecision(self.decide(product=tea), 'sent', 'passed')

    def test_a_free_product_has_no_margin(self):
        self.program.reward_ids.write({'reward_type': 'product', 'reward_product_id': self.product.id})
        with self.assertRaises(ValidationError):
            self.campaign.has_margin_floor = True

    # === THE BOOKS === #

    def _invoice(self, partner, days_overdue, company=None):
        company = company or self.company
        if not self.env['account.journal'].search_count([('company_id', '=', company.id), ('type', '=', 'sale')]):
            self.env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        invoice = self.env['account.move'].with_company(company).create({
            'move_type': 'out_invoice', 'partner_id': partner.id, 'company_id': company.id,
            'invoice_date_due': fields.Date.today() - timedelta(days=days_overdue),
            'invoice_payment_term_id': False,
            'invoice_line_ids': [Command.create({
                'name': "Rain Jacket", 'quantity': 1, 'price_unit': 100, 'tax_ids': [Command.clear()]})]})
        invoice.action_post()
        return invoice

    def test_overdue(self):
        self.company.mobile_overdue_days = 10
        self._invoice(self.anna, 10)
        self.assertSent()
        invoice = self._invoice(self.anna, 11)
        decision = self.assertWithheld('overdue')
        self.assertEqual(decision._customer_text(), "An invoice of yours has not been paid yet.")
        self.assertSent(self.phone_ben)
        self.company.mobile_withhold_unpaid = False
        self.assertSent()
        self.company.mobile_withhold_unpaid = True
        self.assertWithheld('overdue')
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        self.env['account.move.line'].flush_model()
        self.assertSent()

    def test_a_draft_owes_nothing_and_a_colleague_of_the_same_firm_does(self):
        firm = self.env['res.partner'].create({'name': "Firm", 'is_company': True})
        self.anna.parent_id = firm
        colleague = self.env['res.partner'].create({'name': "Colleague", 'parent_id': firm.id})
        invoice = self._invoice(colleague, 100)
        self.assertWithheld('overdue')
        invoice.button_draft()
        self.assertSent()

    def test_in_dispute(self):
        invoice = self._invoice(self.anna, -20)
        self.assertSent()
        invoice.line_ids.filtered(lambda line: line.account_type == 'asset_receivable').no_followup = True
        self.assertWithheld('in_dispute')
        invoice.line_ids.no_followup = False
        self.assertSent()
        invoice.action_toggle_block_payment()
        self.assertWithheld('in_dispute')

    # === HOW OFTEN === #

    def test_cooldown_of_a_store_over_all_campaigns(self):
        other = self.campaign.copy({'store_cooldown_hours': 2, 'trigger': 'dwell'})
        other.action_start()
        first = self.assertSent()
        self.assertDecision(self.enter(self.phone, self.fence_near, type='dwell'), 'withheld', 'store_cooldown')
        self.assertDecision(self.enter(self.phone_ben, self.fence_near, type='dwell'), 'sent', 'passed')
        self.assertDecision(self.enter(self.phone, self.fence_far, type='dwell'), 'sent', 'passed')
        first.sudo().decided_at -= timedelta(hours=2)
        self.assertDecision(self.enter(self.phone, self.fence_near, type='dwell'), 'sent', 'passed')

    def test_cooldown_of_a_store_holds_in_one_batch(self):
        self.campaign.store_cooldown_hours = 1
        other = self.campaign.copy()
        other.action_start()
        decisions = self.enter(self.phone, self.fence_near)
        self.assertEqual(sorted(decisions.mapped('reason')), ['passed', 'store_cooldown'])

    def test_the_companys_maximum_over_all_campaigns(self):
        other = self.campaign.copy()
        other.action_start()
        self.company.mobile_max_messages_per_day = 3
        first = self.enter(self.phone, self.fence_near)
        self.assertEqual(set(first.mapped('reason')), {'passed'})
        second = self.enter(self.phone, self.fence_near)
        self.assertEqual(sorted(second.mapped('reason')), ['company_maximum', 'passed'])
        self.assertEqual(len(self.enter(self.phone_ben, self.fence_near).filtered('message_id')), 2)
        (first + second).sudo().write({'decided_at': fields.Datetime.now() - timedelta(hours=25)})
        self.company.mobile_max_messages_per_week = 4
        third = self.enter(self.phone, self.fence_near)
        self.assertEqual(sorted(third.mapped('reason')), ['company_maximum', 'passed'])
        self.assertEqual(sorted(decision.turn for decision in first + second + third if decision.turn), [1, 2, 3, 4])

    def test_the_lower_of_the_customers_and_the_companys_maximum_counts(self):
        self.company.mobile_max_messages_per_week = 2
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'max_messages_per_week': 1})
        self.assertSent()
        self.assertWithheld('weekly_maximum')
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {'max_messages_per_week': 5})
        self.assertSent()
        self.assertWithheld('company_maximum')

    # === WHAT GATES COST === #

    def test_gates_that_no_campaign_asks_for_are_left_out(self):
        question = self.env['mobile.decision']._question(self.candidate(), self.campaign)
        reasons = [gate.reason for gate in self.env['mobile.gate']._gates(question)]
        self.assertNotIn('inaccurate', reasons)
        self.assertNotIn('store_cooldown', reasons)
        self.assertEqual(reasons.count('no_consent'), 1)
        self.campaign.write({'max_accuracy': 10, 'store_cooldown_hours': 1})
        reasons = [gate.reason for gate in self.env['mobile.gate']._gates(question)]
        self.assertLess(reasons.index('inaccurate'), reasons.index('store_cooldown'))
