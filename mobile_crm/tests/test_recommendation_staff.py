"""Recommendations for staff: on the contact, on a quotation, in audiences and in texts."""
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .recommendation_common import RecommendationCase


@tagged('-at_install', 'post_install')
class TestRecommendationStaff(RecommendationCase):

    def _personal(self):
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.cake, 20)
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()

    def test_on_the_contact(self):
        self._personal()
        manager = new_test_user(
            self.env, 'recommendation_manager',
            groups='mobile_crm.group_mobile_crm_manager,sales_team.group_sale_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        partner = self.anna.with_user(manager)
        self.assertGreater(partner.mobile_recommendation_count, 0)
        action = partner.action_view_mobile_recommendations()
        items = self.env['mobile.recommendation.item'].with_user(manager).search(action['domain'])
        self.assertEqual(len(items), partner.mobile_recommendation_count)
        first = items[0]
        self.assertEqual((first.product_id, first.why, first.place), (self.coffee, 'due', 1))
        self.assertEqual(first.reason, "You buy it about every 10 days; it is due again")
        self.assertEqual(first.price, 1.0)
        with self.assertRaises(AccessError):
            items.with_user(self.salesperson).read(['product_id'])
        affinities = self.coffee.product_tmpl_id.with_user(manager)
        self.assertEqual(affinities.mobile_affinity_count, 1)
        found = self.env['mobile.affinity'].with_user(manager).search(
            affinities.action_view_mobile_affinities()['domain'])
        self.assertEqual(found.other_id, self.cake)

    def test_other_company(self):
        self._personal()
        other = self.env['res.company'].create({'name': "Other Shop"})
        manager = new_test_user(
            self.env, 'recommendation_other', groups='mobile_crm.group_mobile_crm_manager',
            company_id=other.id, company_ids=[Command.set(other.ids)])
        for model in ('mobile.recommendation.item', 'mobile.affinity', 'mobile.popularity'):
            self.assertTrue(self.env[model].search_count([('company_id', '=', self.company.id)]), model)
            self.assertFalse(self.env[model].with_user(manager).with_context(allowed_company_ids=other.ids).search(
                [('company_id', '=', self.company.id)]), model)

    def test_suggested_on_a_quotation(self):
        self._personal()
        order = self.make_order(self.anna, [(self.tea, 1)])
        suggestion = self.env['mobile.suggestion'].with_user(self.salesperson).browse(
            order.action_mobile_suggest()['res_id'])
        self.assertTrue(suggestion.is_personal)
        lines = {line.product_id.name: line for line in suggestion.line_ids}
        self.assertEqual(next(iter(lines)), "Coffee")
        self.assertNotIn("Tea", lines, "it is on the order")
        self.assertEqual(lines["Coffee"].reason, "You buy it about every 10 days; it is due again")
        self.assertEqual((lines["Coffee"].price, lines["Coffee"].availability), (1.0, 'unknown'))
        with self.assertRaises(UserError):
            suggestion.action_add()
        with Form(suggestion) as form, form.line_ids.edit(0) as line:
            line.is_chosen = True
            line.quantity = 3
        suggestion.action_add()
        added = order.order_line.filtered(lambda line: line.product_id == self.coffee)
        self.assertEqual((added.product_uom_qty, added.price_unit, added.name), (3, 1.0, "Coffee"))
        order.action_confirm()
        with self.assertRaises(UserError):
            suggestion.action_add()

    def test_nobody_suggests_on_an_order_that_they_may_not_write(self):
        order = self.make_order(self.anna, [(self.tea, 1)])
        own_only = new_test_user(
            self.env, 'recommendation_own', groups='sales_team.group_sale_salesman', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        with self.assertRaises(AccessError):
            order.with_user(own_only).action_mobile_suggest()
        with self.assertRaises(AccessError):
            self.env['mobile.suggestion'].with_user(own_only).create({'order_id': order.id})
        self._personal()
        for name, spec in {'line_ids': {'fields': {'reason': {}}}, 'is_personal': {}}.items():
            for changed in ([], ['order_id']):
                with self.subTest(name, changed=changed), self.assertRaises(AccessError):
                    self.env['mobile.suggestion'].with_user(own_only).with_context(
                        default_order_id=order.id).onchange(
                            {'order_id': order.id}, changed, {'order_id': {}, name: spec})

    def test_suggested_to_who_does_not_agree(self):
        self._personal()
        self.buy(self.ben, self.coffee, 40, 30, 20, 10)
        order = self.make_order(self.ben, [(self.tea, 1)])
        suggestion = self.env['mobile.suggestion'].with_user(self.salesperson).browse(
            order.action_mobile_suggest()['res_id'])
        self.assertFalse(suggestion.is_personal)
        self.assertNotIn("due again", ' '.join(suggestion.line_ids.mapped('reason')))

    def test_audiences(self):
        self._personal()
        everybody = self.anna + self.ben + self.crowd

        def found(*condition):
            return self.env['res.partner'].search([condition, ('id', 'in', everybody.ids)])

        self.assertEqual(found('mobile_due_product_ids', 'in', self.coffee.ids), self.anna)
        self.assertEqual(found('mobile_due_product_ids', '!=', False), self.anna)
        self.assertEqual(found('mobile_due_product_ids', 'not in', self.coffee.ids), everybody - self.anna)
        self.assertIn(self.anna, found('mobile_recommended_product_ids', 'in', self.cake.ids))
        self.assertEqual(found('mobile_recommended_category_ids', 'in', self.env['product.category'].create(
            {'name': "Empty"}).ids), self.env['res.partner'])
        self.assertIn(self.anna, found('mobile_recommended_category_ids', 'in', self.food.ids))
        self.assertNotIn(self.ben, found('mobile_recommended_product_ids', '!=', False))
        self.assertEqual(self.anna.mobile_due_product_ids, self.coffee)
        self.assertIn(self.cake, self.anna.mobile_recommended_product_ids)
        self.assertEqual(self.anna.mobile_recommended_category_ids, self.food)
        self.assertTrue(self.env['mobile.campaign'].new({
            'audience_domain': f"[('mobile_due_product_ids', 'in', {self.coffee.ids})]"}).audience_is_profiling)

    def test_in_texts(self):
        self._personal()
        decisions = self.env['mobile.decision'].create([{
            'campaign_id': self.campaign.id, 'company_id': self.company.id, 'partner_id': partner.id,
            'outcome': 'withheld', 'reason': 'no_consent'} for partner in (self.anna, self.ben)])
        values = self.env['mobile.placeholder']._values(decisions, {'recommended', 'recommended_price'})
        self.assertEqual(values[0]['recommended'], "Coffee")
        self.assertIn("1.00", values[0]['recommended_price'])
        self.assertEqual(values[1], {'recommended': None, 'recommended_price': None})
        order = self.make_order(self.anna, [(self.coffee, 1)])
        order.action_confirm()
        [value, _other] = self.env['mobile.placeholder']._values(decisions, {'recommended'})
        self.assertEqual(value['recommended'], "Cake", "they have just bought the coffee")
        order._action_cancel()
        self.make()
        self.coffee.mobile_published = False
        self.env.flush_all()
        [value, _other] = self.env['mobile.placeholder']._values(decisions, {'recommended'})
        self.assertNotEqual(value['recommended'], "Coffee")
