from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MobileCommon


@tagged('post_install', '-at_install', 'mobile_http')
class TestUi(MobileCommon, HttpCase):
    """The backend as staff use it, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        new_test_user(
            cls.env, 'mobile_ui_user', groups='base.group_partner_manager,mobile_crm.group_mobile_crm_floor', **company)
        new_test_user(cls.env, 'mobile_ui_manager', groups='mobile_crm.group_mobile_crm_manager', **company)
        cls.env['mobile.event']._record(cls.phone, [{
            'id': '0b7d9a60-6f3e-4b5e-9d5e-3f6a4e6f0001', 'type': 'enter', 'occurred_at': cls.env.cr.now(),
            'geofence_id': cls.fence_near.id}])

    def test_manager_starts_a_campaign(self):
        self.start_tour('/odoo', 'mobile_crm_campaign', login='mobile_ui_manager')
        campaign = self.env['mobile.campaign'].search([('name', '=', "Rainy Tuesday")])
        self.assertEqual(campaign.state, 'running')
        self.assertEqual(campaign.program_id, self.program)
        self.assertEqual(campaign.message_body, "Come in and take 15 % off.")

    def test_manager_begins_with_a_template(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env['mobile.campaign'].search([('company_id', '=', self.company.id)]).action_done()
        # Every tenth database would put Ben into the control group.
        self.env.ref('mobile_crm.campaign_template_fence_welcome').holdout_percent = 0
        self.start_tour('/odoo/action-mobile_crm.mobile_campaign_action', 'mobile_crm_campaign_template',
                        login='mobile_ui_manager')
        campaign = self.env['mobile.campaign'].search([('name', '=', "Welcome at the Door")])
        self.assertEqual((campaign.state, campaign.trigger), ('running', 'enter'))
        self.assertEqual(campaign.program_id.reward_ids.discount, 15.0)
        decision = self.enter(self.phone_ben, self.fence_near)
        self.assertEqual((decision.campaign_id, decision.message_id.title), (campaign, "Hello Ben, come in"))

    def test_manager_looks_before_a_broadcast(self):
        self.campaign.copy({'name': "News", 'trigger': 'broadcast'})
        self.start_tour('/odoo/action-mobile_crm.mobile_campaign_action', 'mobile_crm_campaign_broadcast',
                        login='mobile_ui_manager')
        self.assertEqual(self.env['mobile.campaign'].search([('name', '=', "News")]).state, 'running')

    def test_user_reads_a_contact(self):
        self.start_tour(f'/odoo/res.partner/{self.anna.id}', 'mobile_crm_contact', login='mobile_ui_user')


@tagged('post_install', '-at_install', 'mobile_http')
class TestUiOnPhone(MobileCommon, HttpCase):
    """The backend on a manager's own phone."""

    browser_size = '390x844'
    touch_enabled = True

    def test_campaign_fits_a_phone(self):
        new_test_user(self.env, 'mobile_ui_phone', groups='mobile_crm.group_mobile_crm_manager',
                      company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.env['mobile.campaign.variant'].create({
            'name': "Short", 'campaign_id': self.campaign.id, 'message_title': "Come in, {first_name}"})
        self.start_tour(f'/odoo/action-mobile_crm.mobile_campaign_action/{self.campaign.id}',
                        'mobile_crm_campaign_phone', login='mobile_ui_phone')
