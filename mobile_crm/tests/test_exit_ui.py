from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .exit_common import ExitCommon


@tagged('post_install', '-at_install', 'mobile_http')
class TestExitUi(ExitCommon, HttpCase):
    """A colleague at the door, with nothing but their own phone."""

    browser_size = '390x844'
    touch_enabled = True

    def test_staff_check_exit_passes(self):
        good = self.sold([(self.milk, 2), (self.mug, 1)])
        good.code = 'AAAA1111'
        late = self.sold()
        late.write({'code': 'BBBB2222', 'expires_at': fields.Datetime.now() - timedelta(minutes=1)})
        late.order_id.name = "S-LATE"
        counted = self.sold([(self.milk, 2), (self.bread, 1)], audit='random')
        counted.code = 'CCCC3333'
        wrong = self.sold([(self.mug, 1)], audit='first')
        wrong.code = 'DDDD4444'
        self.start_tour('/odoo/scan-and-go', 'mobile_crm_exit_pass', login='mobile_crm_doorman')
        self.assertEqual(good.exit_ids.mapped('result'), ['repeated', 'ok'])
        self.assertEqual((late.state, self.pass_of(late.basket_id).state), ('void', 'left'))
        self.assertEqual(counted.exit_ids[:1].result, 'audit_passed')
        self.assertEqual((wrong.exit_ids[:1].result, wrong.exit_ids[:1].extra), ('audit_failed', "1 x Milk"))
        self.assertEqual(good.exit_ids.user_id, self.doorman)

    def test_staff_approve_what_needs_them(self):
        self.milk.mobile_min_age = 18
        self.apples.mobile_weighed = 'yes'
        anna = self.basket([(self.milk, 1), (self.apples, 0.5), (self.mug, 1)])
        ben = self.basket([(self.milk, 2), (self.mug, 1)], self.ben)
        (anna.order_id.name, ben.order_id.name) = ("S7001", "S7002")
        self.start_tour('/odoo/scan-and-go', 'mobile_crm_exit_check', login='mobile_crm_doorman')
        self.assertFalse(anna._open_checks())
        self.assertEqual(anna.order_id.order_line.mapped('product_uom_qty'), [1, 0.75, 1])
        self.assertEqual(ben.order_id.order_line.product_id, self.mug)
