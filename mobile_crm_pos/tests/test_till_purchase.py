from datetime import timedelta

from odoo import fields
from odoo.exceptions import MissingError, UserError
from odoo.tests import tagged

from odoo.addons.mobile_crm.models.mobile_purchase_history import Search

from .till_common import TillCase


@tagged('-at_install', 'post_install')
class TestTillPurchase(TillCase):
    """What is bought at a till is a purchase like any other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Purchase = cls.env['mobile.purchase']

    def _heads(self, partner=None, **search):
        return self.Purchase._page(partner or self.anna, self.company, 20, search=Search(**search))

    def _bought(self):
        self.env.cr.execute(self.Purchase._lines_sql(company=self.company))
        return [(row['partner_id'], row['product_id'], row['quantity'], row['store_id'])
                for row in self.env.cr.dictfetchall()]

    def test_every_channel_in_one_list(self):
        now = fields.Datetime.now()
        sold = self.confirmed(self.anna, date_order=now - timedelta(hours=2))
        till = self.sell(self.anna, [(self.mug, 2, 8.0, False, {})], date_order=now - timedelta(hours=1))
        later = self.confirmed(self.anna, date_order=now)
        heads = self._heads()
        self.assertEqual([(head.channel, head.name) for head in heads], [
            ('sale', later.name), ('till', till.pos_reference), ('sale', sold.name)])
        self.assertEqual((heads[1].store_name, heads[1].total, heads[1].status), ("Brussels Store", 16.0, 'confirmed'))
        first, *rest = heads
        self.assertEqual(self.Purchase._page(
            self.anna, self.company, 20, (first.date, first.kind, first.id)), rest)
        self.assertEqual(self._heads(self.ben), [])
        self.assertEqual(self.Purchase._page(self.anna, self.env['res.company'].create({'name': "Other"}), 20), [])

    def test_what_was_just_bought_is_not_recommended(self):
        self.let_learn(self.anna, self.phone)
        Waiting = self.env['mobile.recommendation.purchase']
        for partner in (self.anna, self.ben, self.env['res.partner']):
            self.sell(partner, [(self.mug, 1, 8.0, False, {})], state='draft').action_pos_order_paid()
        self.assertEqual(
            [(each.partner_id, each.product_ids) for each in Waiting.search([])], [(self.anna, self.mug.ids)])

    def test_its_name_is_the_customers_alone(self):
        self.sell(self.anna, [(self.mug, 2, 8.0, False, {})])
        [head] = self._heads()
        public_id = self.Purchase._public_id(head)
        self.assertEqual(self.Purchase._find(self.anna, self.company, public_id), head)
        with self.assertRaises(MissingError):
            self.Purchase._find(self.ben, self.company, public_id)

    def test_a_draft_is_no_purchase(self):
        for state in ('draft', 'cancel'):
            self.sell(self.anna, [(self.mug, 2, 8.0, False, {})], state=state)
        self.assertEqual((self._heads(), self._bought()), ([], []))

    def test_looking_for_one(self):
        order = self.sell(self.anna, [(self.mug, 2, 8.0, False, {})])
        for words in ('mug', 'brussels mug', order.pos_reference):
            self.assertEqual([head.id for head in self._heads(text=words)], [order.id], words)
        self.assertEqual(self._heads(text='jacket'), [])

    def test_what_is_on_it(self):
        self.sell(self.anna, [
            (self.mug, 2, 12.1, True, {}), (self.product, 1, 100.0, False, {'discount': 0}),
            (self.product, 1, -5.0, False, {'is_reward_line': True, 'reward_id': self.program.reward_ids.id})])
        [head] = self._heads()
        facts = self.Purchase._whole(self.shopper(self.anna), head)
        self.assertEqual(
            [(line.type, line.name, line.quantity, line.total) for line in facts.lines],
            [('product', "Mug", 2, 24.2), ('product', "Rain Jacket", 1, 100), ('reward', "Rain Jacket", 1, -5)])
        self.assertAlmostEqual(facts.detail.untaxed, 115.0)
        self.assertEqual([(tax.base, tax.amount) for tax in facts.detail.taxes], [(20.0, 4.2)])
        self.assertEqual((facts.detail.delivery, facts.detail.refunds, facts.detail.invoices), ('delivered', [], []))
        content, name = self.Purchase._receipt(self.shopper(self.anna), head)
        self.assertEqual((content[:4], name), (b'%PDF', f'Receipt {head.name}.pdf'))

    def test_what_came_back(self):
        sold = self.sell(self.anna, [(self.mug, 3, 8.0, False, {}), (self.product, 1, 100.0, False, {})])
        self.sell(self.anna, [(self.mug, -1, 8.0, False, {'refunded_orderline_id': sold.lines[0].id})], is_refund=True)
        back, head = self._heads()
        self.assertEqual((back.status, back.total), ('refund', -8.0))
        facts = self.Purchase._whole(self.shopper(self.anna), head)
        self.assertEqual((facts.status, [line.returned for line in facts.lines]), ('partly_returned', [1, 0]))
        self.assertEqual([refund.total for refund in facts.detail.refunds], [8.0])
        self.assertEqual(self._bought(), [
            (self.anna.id, self.mug.id, 2, self.store_near.id), (self.anna.id, self.product.id, 1, self.store_near.id)])
        again, missing = self.Purchase._again(self.shopper(self.anna), head)
        self.assertEqual([(one.answer.product, one.quantity) for one in again], [(self.mug, 2), (self.product, 1)])
        self.assertEqual(missing, [])
        self.env.cr.execute(self.env['mobile.campaign.report']._purchases())
        self.assertEqual([float(row['revenue']) for row in self.env.cr.dictfetchall()
                          if row['company_id'] == self.company.id], [116.0])

    def test_who_did_not_say_who_they_are(self):
        self.sell(self.env['res.partner'], [(self.mug, 1, 8.0, False, {})])
        self.assertEqual(self._bought(), [(None, self.mug.id, 1, self.store_near.id)])
        self.assertEqual(self._heads(), [])

    def test_what_is_no_product(self):
        self.config.tip_product_id = self.product
        self.sell(self.anna, [
            (self.mug, 1, 8.0, False, {}), (self.product, 1, 2.0, False, {}),
            (self.mug, 1, -1.0, False, {'is_reward_line': True, 'reward_id': self.program.reward_ids.id})])
        self.assertEqual(self._bought(), [(self.anna.id, self.mug.id, 1, self.store_near.id)])

    def test_the_store_of_a_till(self):
        other = self.env['res.company'].create({'name': "Other"})
        theirs, _fence = self._make_store("Ghent Store", "Ghent", 'base.be', 51.05, 3.72, company=other)
        with self.assertRaises(UserError):
            self.config.mobile_store_id = theirs
        manager = self.make_user('till_manager', 'point_of_sale.group_pos_manager,base.group_system')
        view = self.env['res.config.settings'].with_user(manager).get_view(view_type='form')
        self.assertIn('pos_mobile_store_id', view['arch'])
