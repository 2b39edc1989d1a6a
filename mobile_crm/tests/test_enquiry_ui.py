from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import MobileCommon


@tagged('post_install', '-at_install', 'mobile_http')
class TestEnquiryUi(MobileCommon, HttpCase):
    """An enquiry as a salesperson answers it, in a browser."""

    def test_salesperson_answers(self):
        self.store_near.user_id = new_test_user(
            self.env, 'enquiry_salesperson', groups='sales_team.group_sale_salesman', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        self.let_learn(self.anna, self.phone)
        self.env['mobile.event']._record(self.phone, [{
            'id': 'c0ffee00-0000-4000-8000-000000000003', 'type': 'scan', 'product_id': self.product.id,
            'occurred_at': fields.Datetime.now() - timedelta(hours=1)}])
        self.env['mobile.enquiry'].with_company(self.company)._open(
            self.anna, self.company, "Zipper", "Does it have two?", store=self.store_near)
        self.start_tour(
            '/odoo/action-mobile_crm.mobile_enquiry_action', 'mobile_crm_enquiry', login='enquiry_salesperson')
        answer = self.env['mobile.message'].search([('partner_id', '=', self.anna.id), ('enquiry_id', '!=', False)])
        self.assertEqual(answer.body, "Yes, two.")
        self.assertTrue(self.env['mobile.look'].search([('partner_id', '=', self.anna.id)]))
