from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MobileCommon


@tagged('post_install', '-at_install')
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

    def test_user_reads_a_contact(self):
        self.start_tour(f'/odoo/res.partner/{self.anna.id}', 'mobile_crm_contact', login='mobile_ui_user')
