from datetime import datetime, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .purchase_common import PurchaseCase


@tagged('-at_install', 'post_install')
class TestPurchase(PurchaseCase):
    """What was bought and kept, as recommendations and others ask for it."""

    def _bought(self, **scope):
        """Return (partner, product, quantity) of each line, sorted."""
        query = self.env['mobile.purchase']._lines_sql(**{'company': self.company, **scope})
        self.env.cr.execute(query)
        rows = self.env.cr.dictfetchall()
        return sorted((row['partner_id'], row['product_id'], row['quantity']) for row in rows)

    def test_lines_of_confirmed_orders(self):
        self.confirmed(self.anna, [(self.product, 2), (self.mug, 1)])
        self.make_order(self.ben)
        cancelled = self.confirmed(self.ben)
        cancelled._action_cancel()
        self.assertEqual(self._bought(), [(self.anna.id, self.product.id, 2), (self.anna.id, self.mug.id, 1)])

    def test_the_scope(self):
        self.confirmed(self.anna, date_order=datetime(2026, 1, 1, 12))
        self.confirmed(self.ben, date_order=datetime(2026, 1, 2, 12))
        rows = {self.anna: (self.anna.id, self.product.id, 2), self.ben: (self.ben.id, self.product.id, 2)}
        self.assertEqual(self._bought(partner_ids=self.anna.ids), [rows[self.anna]])
        self.assertEqual(self._bought(since=datetime(2026, 1, 2, 12)), [rows[self.ben]])
        self.assertEqual(self._bought(before=datetime(2026, 1, 2, 12)), [rows[self.anna]])
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.assertEqual(self._bought(company=other), [])
        self.assertEqual(self._bought(partner_ids=[]), [])

    def test_a_box_is_counted_in_pieces(self):
        order = self.make_order(self.anna, [(self.mug, 2)]).sudo()
        order.order_line.product_uom_id = self.box
        order.action_confirm()
        self.assertEqual(self._bought(), [(self.anna.id, self.mug.id, 12)])

    def test_what_is_no_purchase_of_a_product(self):
        order = self.make_order(self.anna, [(self.mug, 1)]).sudo()
        order.order_line = [
            Command.create({'display_type': 'line_section', 'name': "Kitchen"}),
            Command.create({'display_type': 'line_note', 'name': "Please wrap it"}),
            Command.create({'product_id': self.product.id, 'product_uom_qty': 1, 'is_downpayment': True}),
            Command.create({'product_id': self.product.id, 'product_uom_qty': -1}),
            Command.create({'product_id': self.product.id, 'product_uom_qty': 0}),
            # What Odoo's wizard for discounts writes.
            Command.create({'product_id': self.product.id, 'product_uom_qty': 1, 'price_unit': -1.0}),
            Command.create({'product_id': self.product.id, 'name': "Free", 'product_uom_qty': 1,
                            'reward_id': self.program.reward_ids.id}),
        ]
        order.action_confirm()
        self.assertEqual(self._bought(), [(self.anna.id, self.mug.id, 1)])

    def test_what_went_back_is_not_kept(self):
        order = self.make_order(self.anna, [(self.mug, 2), (self.product, 1)]).sudo()
        order.order_line[0].product_uom_id = self.box
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        note = invoice._reverse_moves()
        note.invoice_line_ids.filtered(lambda line: line.product_id == self.mug).quantity = 1
        whole = sorted([(self.anna.id, self.mug.id, 12), (self.anna.id, self.product.id, 1)])
        self.assertEqual(self._bought(), whole, "a draft is no credit note yet")
        note.action_post()
        for partner_ids in (None, self.anna.ids):
            self.assertEqual(self._bought(partner_ids=partner_ids), [(self.anna.id, self.mug.id, 6)])
        note.button_draft()
        self.assertEqual(self._bought(), whole)

    def test_baskets_are_told_apart(self):
        self.confirmed(self.anna, [(self.product, 2), (self.mug, 1)])
        self.confirmed(self.anna, [(self.mug, 1)])
        self.env.cr.execute(self.env['mobile.purchase']._lines_sql(company=self.company))
        baskets = [row['basket'] for row in self.env.cr.dictfetchall()]
        self.assertEqual((len(baskets), len(set(baskets))), (3, 2))

    def test_an_archived_product_was_bought(self):
        self.confirmed(self.anna)
        self.product.active = False
        self.assertEqual(self._bought(), [(self.anna.id, self.product.id, 2)])

    def test_when_it_was_bought_last(self):
        now = fields.Datetime.now()
        for days in (3, 2, 9):
            self.confirmed(self.anna, date_order=now - timedelta(days=days))
        self.confirmed(self.ben, [(self.mug, 1)])
        Purchase = self.env['mobile.purchase']
        self.assertEqual(
            Purchase._last_bought(self.anna, self.company, [self.product.id, self.mug.id]),
            {self.product.id: now - timedelta(days=2)})
        self.assertEqual(Purchase._last_bought(self.env['res.partner'], self.company, [self.product.id]), {})
