"""What is taken back of a purchase undoes what it brought: points, coupons, visits, campaigns, the exit pass."""
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .payment_common import PaymentCase


class RefundCase(ApprovalCommon, PaymentCase):
    """Anna earns a point for each euro.

    :cvar campaign: whose coupon she has
    """

    def setUp(self):
        super().setUp()
        self.visit = self.env['mobile.visit'].create({
            'partner_id': self.anna.id, 'store_id': self.store_near.id, 'company_id': self.company.id,
            'entered_at': fields.Datetime.now() - timedelta(minutes=20)})

    def bought(self, **values):
        """Return the order of four mugs (32.00) that Anna has paid with her phone."""
        basket = self.basket([(self.mug, 4)], **values)
        self.pays(self.start(basket))
        order = basket.order_id.sudo()
        self.assertEqual((basket.state, order.state), ('sold', 'sale'))
        return order

    def invoiced(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def credit(self, invoice, pieces=None):
        """Return a posted credit note: of all, or of so many mugs."""
        note = invoice._reverse_moves([{'invoice_date': invoice.invoice_date}])
        if pieces:
            goods = note.invoice_line_ids.filtered(lambda line: line.product_id == self.mug)
            note.write({'invoice_line_ids': [
                *(Command.delete(line.id) for line in note.invoice_line_ids - goods),
                Command.update(goods.id, {'quantity': pieces})]})
        note.action_post()
        return note

    def give_back(self, order, amount):
        """Let the provider give money back, as its notification tells."""
        source = order.transaction_ids
        self.settle(source._create_child_transaction(amount, is_refund=True))
        self.env.invalidate_all()

    def points(self):
        return round(self.anna_card.points, 2)

    def redeemed(self, card):
        """Return the states of a coupon's redemptions that came to anything."""
        return card.mobile_redemption_ids.filtered(lambda row: row.state != 'void').mapped('state')

    def told(self):
        """Return how Anna's phone tells her last purchase."""
        self.env.invalidate_all()
        Purchase, shopper = self.env['mobile.purchase'], self.shopper(self.anna)
        [head] = Purchase._page(self.anna, self.company, 1)
        facts = Purchase._whole(shopper, head)
        return facts.status, [(earning.issued, earning.used) for earning in facts.earnings
                              if earning.card == self.anna_card]

    def attributed(self, order):
        self.env.invalidate_all()
        return [(row.revenue, row.visit_id) for row in self.env['mobile.attribution'].search(
            [('order_id', '=', order.id)])]


@tagged('-at_install', 'post_install')
class TestRefund(RefundCase):

    def test_a_part_that_is_credited(self):
        order = self.bought()
        self.assertEqual((self.anna_card.points, self.told()), (532, ('confirmed', [(32, 0)])))
        self.credit(self.invoiced(order), pieces=1)
        self.assertEqual((self.anna_card.points, self.told()), (524, ('partly_returned', [(24, 0)])))
        self.assertEqual(self.attributed(order), [(24, self.visit)])
        self.assertEqual((self.visit.order_amount, self.visit.is_converted), (24, True))

    def test_all_of_it_and_back_again(self):
        card = self.make_offer(mobile_campaign_id=self.campaign.id)
        order = self.bought(offer_ids=[card.mobile_uuid])
        earned = self.points() - 500
        self.assertEqual((card.points, self.redeemed(card), order.amount_total), (0, ['confirmed'], 27.2))
        exit_pass = self.env['mobile.exit.pass'].search([('order_id', '=', order.id)])
        note = self.credit(self.invoiced(order))
        self.assertEqual((self.points(), card.points), (500, 1))
        self.assertEqual((self.redeemed(card), self.attributed(order)), (['returned'], []))
        self.assertEqual((self.told()[0], self.visit.is_converted), ('returned', False))
        if exit_pass:
            self.assertTrue(exit_pass._is_taken_back())
        self.env.cr.execute(self.env['mobile.purchase']._lines_sql(
            company=self.company, partner_ids=self.anna.ids))
        self.assertEqual(self.env.cr.fetchall(), [], "nothing that was kept")
        note.button_draft()
        self.assertEqual((self.points() - 500, card.points), (earned, 0))
        self.assertEqual(self.attributed(order), [(27.2, self.visit)])

    def test_money_that_the_provider_gives_back(self):
        card = self.make_offer(mobile_campaign_id=self.campaign.id)
        order = self.bought(offer_ids=[card.mobile_uuid])
        earned = self.points() - 500
        self.give_back(order, 6.8)
        self.assertEqual(self.told()[0], 'partly_returned')
        self.assertAlmostEqual(self.anna_card.points, 500 + earned * 0.75, 2)
        self.assertEqual(self.attributed(order), [(20.4, self.visit)])
        self.assertEqual(self.redeemed(card), ['confirmed'])
        self.give_back(order, 20.4)
        self.assertEqual((self.told()[0], self.points(), self.attributed(order)), ('returned', 500, []))
        self.assertEqual((self.redeemed(card), card.points), (['returned'], 1))

    def test_a_credit_note_of_the_same_money_counts_once(self):
        order = self.bought()
        self.give_back(order, 8)
        self.credit(self.invoiced(order), pieces=1)
        self.assertEqual((self.anna_card.points, self.attributed(order)), (524, [(24, self.visit)]))

    def test_points_that_were_spent_meanwhile_are_not_owed(self):
        order = self.bought()
        self.anna_card.points = 10
        note = self.credit(self.invoiced(order))
        self.assertEqual(self.anna_card.points, 0)
        note.button_draft()
        self.assertEqual(self.anna_card.points, 10, "so much was taken")

    def test_points_that_it_took_come_back_with_all_of_it(self):
        self.company.mobile_approval_required = False
        quotation = self.spend(lines=[(self.mug, 4)])
        order = quotation.sudo()
        order.action_confirm()
        cost = sum(order.order_line.mapped('points_cost'))
        earned = sum(order.coupon_point_ids.mapped('points'))
        self.assertEqual((cost, self.anna_card.points), (200, 500 - 200 + earned))
        invoice = self.invoiced(order)
        note = self.credit(invoice)
        self.assertEqual(self.anna_card.points, 500)
        self.assertEqual(self.told()[1], [])
        note.button_draft()
        self.assertEqual(self.anna_card.points, 300 + earned)
        self.assertEqual(self.told()[1], [(earned, 200)])

    def test_an_order_that_is_cancelled_after_a_credit_note(self):
        order = self.bought()
        self.credit(self.invoiced(order), pieces=1)
        order._action_cancel()
        self.assertEqual((self.anna_card.points, self.told()[0], self.attributed(order)), (500, 'cancelled', []))
