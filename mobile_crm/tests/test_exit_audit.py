from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import mobile_exit_audit
from .exit_common import ExitCommon


@tagged('post_install', '-at_install')
class TestExitAudit(ExitCommon):
    """Whose goods are counted on the way out, and what comes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.screen = cls.env['mobile.exit.screen'].with_user(cls.doorman).with_context(
            allowed_company_ids=cls.company.ids)

    def draw(self, number):
        """Let chance say this, in hundredths of a percent."""
        self.startPatcher(patch.object(mobile_exit_audit.secrets, 'randbelow', lambda _limit: number))

    def reason(self, partner=None, pairs=None):
        return self.sell(self.basket(pairs, partner)).audit_reason

    def count(self, shown, **found):
        """Close the audit of a pass as the screen does.

        :param found: the pieces, by the name of the product.
        """
        products = {'milk': self.milk, 'mug': self.mug, 'bread': self.bread}
        return self.screen.close_audit(self.store_near.id, shown.id, [
            {'product_id': products[name].id, 'pieces': pieces} for name, pieces in found.items()], "Kind customer")

    # === WHOSE === #

    def test_a_stores_share(self):
        self.store_near.audit_percent = 12.5
        for number, reason in ((0, 'random'), (1249, 'random'), (1250, False), (9999, False)):
            self.draw(number)
            self.assertEqual(self.reason(), reason)
        self.store_near.audit_percent = 0
        self.draw(0)
        self.assertFalse(self.reason())

    def test_chance_is_asked(self):
        self.store_near.audit_percent = 50
        reasons = {self.env['mobile.exit.pass']._draw_audit(basket) for basket in self.basket() for _time in range(60)}
        self.assertEqual(reasons, {'random', False})

    def test_a_first_purchase(self):
        self.company.mobile_audit_first = True
        self.assertEqual(self.reason(), 'first')
        self.assertFalse(self.reason())
        self.assertEqual(self.reason(self.ben), 'first', "another customer's does not count")

    def test_a_high_total(self):
        self.company.mobile_audit_amount = 24.0
        self.assertFalse(self.reason(pairs=[(self.mug, 2)]))
        self.assertEqual(self.reason(pairs=[(self.mug, 3)]), 'amount')

    def test_after_something_was_wrong(self):
        self.company.mobile_audit_failed_percent = 40
        self.draw(3999)
        shown = self.sold(audit='random')
        self.count(shown, milk=1)
        self.assertEqual(self.reason(), 'failed')
        self.assertFalse(self.reason(self.ben))
        self.draw(4000)
        self.assertFalse(self.reason())
        # Fewer than the store's share are never counted.
        self.store_near.audit_percent = 60
        self.assertEqual(self.reason(), 'random')

    def test_it_is_decided_once(self):
        shown = self.sold(audit='random')
        text = shown._text()
        self.assertEqual(text.split('.')[9], '1')
        self.store_near.audit_percent = 0
        self.assertEqual(shown._text(), text)
        self.assertTrue(shown._customer_text())
        self.assertFalse(self.sold(partner=self.ben)._customer_text())

    def test_shares_are_shares(self):
        for record, field in ((self.store_near, 'audit_percent'), (self.company, 'mobile_audit_failed_percent')):
            for percent in (-1, 101):
                with self.assertRaises(psycopg2.IntegrityError), mute_logger('odoo.sql_db'):
                    record[field] = percent
                    self.env.flush_all()

    # === COUNTING === #

    def test_a_gate_stops_who_is_counted(self):
        shown = self.sold([(self.milk, 2), (self.mug, 1)], audit='random')
        for _time in range(2):
            answer = self.screen.look_up(self.store_near.id, shown._text())
            self.assertEqual((answer['result'], answer['tone'], shown.state), ('audit', 'warning', 'open'))

    def test_all_is_there(self):
        shown = self.sold([(self.milk, 2), (self.mug, 1)], audit='random')
        self.assertEqual(self.count(shown, milk=2, mug=1)['result'], 'audit_passed')
        self.assertEqual((shown.state, shown.audit_result), ('left', 'passed'))
        self.assertEqual(shown._show(self.store_near).result, 'repeated')
        with self.assertRaises(UserError):
            self.count(shown, milk=2, mug=1)

    def test_something_is_wrong(self):
        shown = self.sold([(self.milk, 2), (self.mug, 1)], audit='random')
        answer = self.count(shown, milk=1, mug=1, bread=2)
        self.assertEqual(answer['tone'], 'danger')
        row = shown.exit_ids
        self.assertEqual(
            (row.result, row.missing, row.extra, row.note, row.user_id),
            ('audit_failed', "1 x Milk", "2 x Bread", "Kind customer", self.doorman))
        self.assertEqual((shown.state, shown.audit_result), ('left', 'failed'))

    def test_what_is_weighed_is_one_piece(self):
        shown = self.sold([(self.apples, 1.25), (self.milk, 2)])
        self.assertEqual([goods.pieces for goods in shown._goods(shown.order_id)], [1, 2])
        self.apples.mobile_weighed = 'yes'
        weighed = self.basket([(self.apples, 2)], self.ben)
        self.assertEqual(shown._goods(weighed.order_id)[0].pieces, 1, "two kilograms are not two things")

    def test_another_store_does_not_count(self):
        shown = self.sold(audit='random')
        with self.assertRaises(UserError):
            self.screen.close_audit(self.store_far.id, shown.id, [])

    def test_a_scanned_product(self):
        self.assertEqual(self.screen.find_product(self.store_near.id, ' 5400000000010 '), {
            'product_id': self.milk.id, 'name': "Milk"})
        self.assertFalse(self.screen.find_product(self.store_near.id, '4006381333931'))
