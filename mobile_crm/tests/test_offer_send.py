"""A colleague sends an offer to customers."""
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestOfferSend(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nearby = cls.campaign
        cls.campaign = cls.campaign.copy({'name': "Sorry", 'trigger': 'manual'})
        cls.campaign.action_start()
        cls.Wizard = cls.env['mobile.offer.send'].with_user(cls.salesperson).with_context(
            allowed_company_ids=cls.company.ids)

    def _wizard(self, partners, **values):
        return self.Wizard.create({'partner_ids': [Command.set(partners.ids)], **values})

    def _answers(self, wizard):
        return {line.partner_id: line.answer for line in wizard.line_ids}

    def _refuse(self):
        """Let Ben want no more messages."""
        self.env['mobile.preference']._mobile_update(self.ben, self.company, {'max_messages_per_week': 0})

    def test_a_salesperson_sees_what_would_become_of_it_and_sends(self):
        self._refuse()
        before = self.env['mobile.decision'].search_count([])
        with Form(self.Wizard.with_context(active_model='res.partner', active_ids=(self.anna + self.ben).ids)) as form:
            self.assertEqual(form.campaign_id, self.campaign, "what is meant to be sent by hand comes first")
            self.assertEqual((form.passed_count, form.count), (1, 2))
            self.assertEqual(form.reward_summary, self.campaign.reward_summary)
        wizard = form.save()
        self.assertEqual(wizard.line_ids.mapped('partner_id.name'), ["Anna Peeters", "Ben Maes"])
        self.assertEqual(wizard.line_ids.mapped('is_passed'), [True, False])
        self.assertEqual(self.env['mobile.decision'].search_count([]), before, "nothing is sent by looking")
        self.assertFalse(self.env['loyalty.card'].search_count([('mobile_campaign_id', '=', self.campaign.id)]))
        action = wizard.action_send()
        self.assertEqual((action['res_id'], action['target']), (wizard.id, 'new'))
        decisions = self.campaign.decision_ids
        self.assertEqual(
            {(decision.partner_id, decision.reason, decision.user_id) for decision in decisions},
            {(self.anna, 'passed', self.salesperson), (self.ben, 'weekly_maximum', self.salesperson)})
        self.assertEqual(decisions.message_id.partner_id, self.anna)
        self.assertEqual(wizard.passed_count, 1)
        self.assertIn("no more messages this week", self._answers(wizard)[self.ben])

    def test_the_form_that_opens_after_sending_says_what_became_of_it(self):
        self._refuse()
        wizard = self._wizard(self.anna + self.ben)
        wizard.action_send()
        shown, = self.Wizard.browse(wizard.id).web_read({
            'is_sent': {}, 'passed_count': {}, 'line_ids': {'fields': {'partner_id': {}, 'is_passed': {}}}})
        self.assertTrue(shown['is_sent'])
        self.assertEqual(
            [(line['partner_id'], line['is_passed']) for line in shown['line_ids']],
            [(self.anna.id, True), (self.ben.id, False)])

    def test_pressing_again_sends_nothing_more(self):
        self.campaign.write({'max_per_customer': 9, 'cooldown_hours': 0})
        wizard = self._wizard(self.anna)
        wizard.action_send()
        wizard.action_send()
        self.assertEqual(len(self.campaign.decision_ids), 1)
        self._wizard(self.anna).action_send()
        self.assertEqual(len(self.campaign.decision_ids), 2)

    def test_the_gates_hold_for_managers_too(self):
        self._refuse()
        manager = new_test_user(
            self.env, 'offer_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        wizard = self._wizard(self.ben, campaign_id=self.nearby.id).with_user(manager).create({
            'partner_ids': [Command.set(self.ben.ids)], 'campaign_id': self.campaign.id})
        self.assertEqual(wizard.passed_count, 0)
        wizard.action_send()
        self.assertEqual(self.campaign.decision_ids.outcome, 'withheld')
        # A campaign that rests on places takes the consent to location, also from a colleague's hand.
        self.env['mobile.consent']._append(
            self.anna, self.company, {'location': False}, 'device', device_uuid=self.phone.uuid)
        wizard = self._wizard(self.anna, campaign_id=self.nearby.id)
        wizard.action_send()
        self.assertEqual(self.nearby.decision_ids.reason, 'no_consent')

    def test_who_does_not_use_the_app_is_named(self):
        carla = self.env['res.partner'].create({'name': "Carla"})
        wizard = self._wizard(self.anna + carla)
        self.assertEqual(wizard.passed_count, 1)
        self.assertEqual(self._answers(wizard)[carla], "The customer does not use the app")
        wizard.action_send()
        self.assertEqual(self.campaign.decision_ids.partner_id, self.anna)
        self.assertEqual(self._answers(wizard)[carla], "The customer does not use the app")

    def test_only_campaigns_that_run_and_that_the_caller_sees(self):
        wizard = self._wizard(self.anna)
        self.campaign.action_pause()
        with self.assertRaises(UserError):
            wizard.action_send()
        with self.assertRaises(UserError):
            self._wizard(self.anna).action_send()
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        elsewhere = self.env['mobile.campaign'].create({
            'name': "Elsewhere", 'company_id': other.id, 'program_id': self.program.copy({'company_id': other.id}).id,
            'trigger': 'manual', 'message_title': "x"})
        elsewhere.action_start()
        wizard = self._wizard(self.anna)
        wizard.sudo().campaign_id = elsewhere
        with self.assertRaises(AccessError):
            wizard.action_send()
        self.assertFalse(elsewhere.decision_ids)

    def test_contacts_that_the_caller_does_not_see_give_nothing_away(self):
        self.env['ir.rule'].create({
            'name': "Not Ben", 'model_id': self.env['ir.model']._get_id('res.partner'),
            'domain_force': repr([('id', '!=', self.ben.id)]),
            'groups': [Command.link(self.env.ref('sales_team.group_sale_salesman').id)]})
        self.env['ir.rule'].search([('model_id.model', '=', 'res.partner'), ('groups', '!=', False),
                                    ('domain_force', '=', "[(1, '=', 1)]")]).active = False
        wizard = self._wizard(self.anna)
        wizard.sudo().partner_ids += self.ben
        self.env.invalidate_all()
        self.assertEqual(set(self._answers(wizard)), {self.anna})
        wizard.action_send()
        self.assertEqual(self.campaign.decision_ids.partner_id, self.anna)

    def test_too_many_are_a_campaign_of_their_own(self):
        many = self.env['res.partner'].create([{'name': f"Customer {number}"} for number in range(501)])
        with self.assertRaises(UserError):
            self._wizard(many).action_send()

    def test_who_does_not_sell_may_not(self):
        plain = new_test_user(self.env, 'offer_plain', groups='mobile_crm.group_mobile_crm_user',
                              company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        with self.assertRaises(AccessError):
            self.Wizard.with_user(plain).create({'partner_ids': [Command.set(self.anna.ids)]})
        wizard = self._wizard(self.anna)
        with self.assertRaises(AccessError):
            wizard.with_user(plain).action_send()
        form = self.env['res.partner'].with_user(plain).get_view(view_type='form')['arch']
        self.assertNotIn("Send an", form)
        self.assertIn("Send an", self.env['res.partner'].with_user(self.salesperson).get_view(view_type='form')['arch'])
