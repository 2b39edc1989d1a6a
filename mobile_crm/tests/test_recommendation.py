"""What is recommended to whom, and why; and what never is."""
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..models import mobile_recommendation_serving as serving
from ..models.mobile_catalogue_stores import IN_STOCK, OUT, Availability
from ..tools import affinity
from .recommendation_common import RecommendationCase


@tagged('-at_install', 'post_install')
class TestRecommendation(RecommendationCase):

    # === WHAT IS RECOMMENDED === #

    def test_what_is_used_up_is_due_again(self):
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.buy(self.anna, self.tea, 10, 8, 6, 4)
        self.rebuild()
        found = self.recommended(self.anna)
        self.assertEqual(set(list(found)[:2]), {"Coffee", "Tea"})
        self.assertEqual(
            (found["Coffee"].code, found["Coffee"].text), ('due', "You buy it about every 10 days; it is due again"))
        self.assertEqual(
            (found["Tea"].code, found["Tea"].text), ('due', "You buy it about every 2 days; it is due again"))

    def test_what_is_bought_often_is_a_favourite(self):
        self.buy(self.anna, self.coffee, 200, 150, 100, 20)
        self.rebuild()
        reason = self.recommended(self.anna)["Coffee"]
        self.assertEqual((reason.code, reason.text), ('favourite', "You buy it often"))

    def test_what_was_bought_twice_is_no_favourite(self):
        self.buy(self.anna, self.coffee, 200, 20)
        self.buy(self.anna, self.tea, 20)
        self.rebuild()
        found = self.recommended(self.anna)
        self.assertEqual((found["Coffee"].code, found["Coffee"].text), ('again', "You have bought it before"))
        self.assertEqual(found["Tea"].code, 'again')

    def test_what_others_bought_with_it(self):
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.cake, 20)
        self.buy(self.anna, self.coffee, 20)
        self.rebuild()
        reason = self.recommended(self.anna)["Cake"]
        self.assertEqual(
            (reason.code, reason.text, reason.because_of),
            ('because', "Because you bought Coffee", (self.coffee.id, "Coffee")))
        beside = self.recommended(product_id=self.coffee.id)
        self.assertEqual(next(iter(beside)), "Cake")
        self.assertEqual(beside["Cake"].text, "Often bought together with Coffee")
        self.assertEqual(beside["Cake"].because_of.id, self.coffee.id)
        self.assertNotIn("Coffee", beside)

    def test_few_customers_make_no_pair(self):
        for partner in self.crowd[:2]:
            self.buy(partner, self.coffee + self.cake, 20)
        self.buy(self.anna, self.coffee, 20)
        self.rebuild()
        self.assertFalse(self.env['mobile.affinity'].search([('company_id', '=', self.company.id)]))
        self.assertNotEqual(self.codes(self.anna).get("Cake"), 'because')
        self.company.mobile_recommend_customers = 2
        self.rebuild()
        self.assertEqual(self.codes(self.anna)["Cake"], 'because')
        pair = self.env['mobile.affinity'].search([('product_id', '=', self.coffee.id)])
        self.assertEqual((pair.other_id, pair.together), (self.cake, 2))

    def test_what_sells_at_the_store(self):
        for partner in self.crowd + self.ben:
            self.buy(partner, self.tea, 5, store=self.store_near)
            self.buy(partner, self.bread, 5, 6)
        self.rebuild()
        found = self.recommended(store_id=self.store_near.id)
        self.assertEqual(list(found)[:2], ["Tea", "Bread"])
        self.assertEqual(found["Tea"].text, "Popular at Brussels Store")
        self.assertEqual(found["Bread"].text, "Popular now")
        self.assertEqual(list(self.recommended())[:2], ["Bread", "Tea"])
        self.assertEqual(
            list(self.recommended(latitude=50.8, longitude=4.3))[:2], ["Tea", "Bread"], "the nearest store counts")
        self.ben.mobile_favourite_store_ids = self.store_near
        self.assertEqual(list(self.recommended(self.ben))[:2], ["Tea", "Bread"])

    def test_one_customer_makes_nothing_popular(self):
        self.buy(self.ben, self.tea, 5, 4, 3, 2, store=self.store_near)
        self.rebuild()
        self.assertNotIn('popular', self.codes(store_id=self.store_near.id).values())
        self.assertFalse(self.env['mobile.popularity'].search([('company_id', '=', self.company.id)]))

    def test_what_is_new_where_somebody_buys(self):
        toys = self.env['product.category'].create({'name': "Toys"})
        self.buy(self.anna, self.coffee + self.tea, 20)
        bun, _doll = self._make_products("Bun")[0], self._make_products("Doll", categ_id=toys.id)
        self.rebuild()
        reasons = self.recommended(self.anna)
        self.assertEqual((reasons["Bun"].code, reasons["Bun"].text), ('new', "New in Food"))
        self.assertLess(list(reasons).index("Bun"), list(reasons).index("Doll"))
        bun.mobile_never_recommended = True
        self.rebuild()
        self.assertNotIn("Bun", self.recommended(self.anna))

    def test_who_has_bought_nothing_gets_what_they_wish(self):
        self.env['mobile.preference'].create({
            'partner_id': self.anna.id, 'company_id': self.company.id, 'category_ids': [Command.set(self.food.ids)]})
        self._make_products("Bun")
        self.rebuild()
        row = self.env['mobile.recommendation'].search([('partner_id', '=', self.anna.id)])
        self.assertEqual(len(row.product_ids), 1)
        self.assertEqual(self.recommended(self.anna)["Bun"].text, "New in Food")

    def test_a_category(self):
        toys = self.env['product.category'].create({'name': "Toys"})
        dolls = self.env['product.category'].create({'name': "Dolls", 'parent_id': toys.id})
        doll = self._make_products("Doll", categ_id=dolls.id)
        for partner in self.crowd:
            self.buy(partner, self.coffee + doll, 5)
        self.rebuild()
        found = self.recommended(category_id=toys.id)
        self.assertEqual({name: reason.text for name, reason in found.items()}, {"Doll": "Popular in Toys"})
        self.assertEqual(self.recommended(category_id=2 ** 31 - 1), {})

    def test_what_sells_elsewhere_takes_no_place(self):
        toys = self.env['product.category'].create({'name': "Toys"})
        doll = self._make_products("Doll", categ_id=toys.id)
        for partner in self.crowd:
            self.buy(partner, self.coffee, 5, 6)
            self.buy(partner, self.tea + doll, 5)
        self.tea.mobile_never_recommended = True
        self.coffee.mobile_published = False
        self.rebuild()
        self.startPatcher(patch.object(serving, 'READ_AHEAD', 1))
        self.assertEqual(self.codes()["Doll"], 'popular', "what is not shown sells better")
        self.coffee.mobile_published = True
        self.rebuild()
        self.assertEqual(self.codes()["Coffee"], 'popular')
        self.assertEqual(self.codes(category_id=toys.id), {"Doll": 'popular'})
        self._make_products("Bun")
        self.env.cr.execute('DELETE FROM mobile_popularity')
        self.assertEqual(self.codes(category_id=toys.id), {"Doll": 'new'})

    def test_new_is_what_came_lately(self):
        self._make_products("Bun")
        found = self.recommended()
        self.assertEqual((found["Bun"].code, found["Bun"].text), ('new', "New in Food"))
        self.assertEqual((found["Coffee"].code, found["Coffee"].text), ('more', "Also in Food"))

    def test_pages(self):
        self.buy(self.anna, self.coffee + self.tea + self.bread, 40, 30, 20, 10)
        self.rebuild()
        names = list(self.recommended(self.anna, 100))
        paged = [name for after in range(0, len(names), 2) for name in self.recommended(self.anna, 2, after=after)]
        self.assertEqual(paged, names)
        self.assertEqual(len(names), len(set(names)))

    def test_as_many_queries_for_many_as_for_few(self):
        self._make_products(*(f"Bun {number}" for number in range(30)))
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.tea + self.bread + self.cake, 40, 30, 20, 10)
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        counts = []
        for limit in (20, 4, 20):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.recommended(self.anna, limit, latitude=50.8, longitude=4.3)), limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    # === WHAT NEVER IS === #

    def test_what_is_not_shown_is_not_recommended(self):
        for partner in self.anna + self.crowd:
            self.buy(partner, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        gift_cards = self.env['loyalty.program'].create({
            'name': "Gift cards", 'program_type': 'gift_card', 'applies_on': 'future', 'trigger': 'auto',
            'rule_ids': [Command.create({'product_ids': [Command.set(self.tea.ids)]})]})
        for change in ({'mobile_published': False}, {'sale_ok': False}, {'active': False}, {'type': 'service'},
                       {'mobile_never_recommended': True}):
            with self.subTest(**change):
                self.assertIn("Coffee", self.recommended(self.anna))
                template = self.coffee.product_tmpl_id
                before = {name: template[name] for name in (*change, 'mobile_published')}
                template.write(change)
                self.assertNotIn("Coffee", self.recommended(self.anna), "not in their own list, nor among the popular")
                self.assertNotIn("Coffee", self.recommended())
                template.write(before)
        gift_cards.rule_ids.product_ids = self.coffee
        self.assertNotIn("Coffee", self.recommended(self.anna))

    def test_what_is_sold_out(self):
        self.buy(self.anna, self.coffee + self.tea, 40, 30, 20, 10)
        self.rebuild()
        out = {(self.coffee.id, self.store_near.id)}
        Catalogue = self.registry['mobile.catalogue']
        self.startPatcher(patch.object(Catalogue, '_counts_stock', lambda model: True))
        self.startPatcher(patch.object(Catalogue, '_availability', lambda model, products, stores: {
            (product, store): Availability(OUT if (product, store) in out else IN_STOCK)
            for product in products for store in stores}))
        here = {'latitude': 50.8, 'longitude': 4.3}
        self.assertIn("Coffee", self.recommended(self.anna, **here), "the other store has it")
        self.assertNotIn("Coffee", self.recommended(self.anna, store_id=self.store_near.id))
        full = len(self.recommended(self.anna, 3, **here))
        out.add((self.coffee.id, self.store_far.id))
        self.assertNotIn("Coffee", self.recommended(self.anna, **here))
        self.assertEqual(len(self.recommended(self.anna, 3, **here)), full, "others take its place")
        self.assertIn("Coffee", self.recommended(self.anna), "without a place nobody knows")

    def test_what_lasts_is_bought_once(self):
        devices = self.env['product.category'].create({'name': "Devices", 'mobile_rebuy_days': 365})
        mills = self.env['product.category'].create({'name': "Mills", 'parent_id': devices.id})
        mill, big_mill = (self._make_products(name, categ_id=mills.id)[0] for name in ("Mill", "Big Mill"))
        for partner in self.crowd:
            self.buy(partner, mill + big_mill + self.coffee, 40)
        self.buy(self.anna, self.coffee, 400)
        old = self.buy(self.anna, mill, 400)
        self.rebuild()
        self.assertEqual(self.codes(self.anna)["Big Mill"], 'because', "a year is over")
        old.date_order = self.now - timedelta(days=300)
        self.rebuild()
        self.assertFalse({"Mill", "Big Mill"} & set(self.recommended(self.anna)), "nor among what is popular")
        self.assertIn("Big Mill", self.recommended(self.ben))
        self.assertIn("Coffee", self.recommended(self.anna))

    def test_what_was_just_bought_goes_at_once(self):
        devices = self.env['product.category'].create({'name': "Devices", 'mobile_rebuy_days': 365})
        mill, big_mill = (self._make_products(name, categ_id=devices.id)[0] for name in ("Mill", "Big Mill"))
        for partner in self.crowd:
            self.buy(partner, mill + big_mill + self.coffee, 40)
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        self.assertLessEqual({"Coffee", "Mill", "Big Mill"}, set(self.recommended(self.anna)))
        order = self.make_order(self.anna, [(self.coffee, 1), (mill, 1)])
        order.action_confirm()
        for when in ("at once", "when it was made anew"):
            self.assertFalse({"Coffee", "Mill", "Big Mill"} & set(self.recommended(self.anna)), when)
            self.assertLessEqual({"Coffee", "Mill", "Big Mill"}, set(self.recommended(self.ben)))
            self.make()
        self.assertFalse(self.env['mobile.recommendation.purchase'].search([]))
        with freeze_time(self.now + timedelta(days=9)):
            self.rebuild()
            self.env['mobile.recommendation']._make(self.company, self.anna.ids, self.now + timedelta(days=9))
            self.assertEqual(self.codes(self.anna)["Coffee"], 'due', "it is used up again")
            self.assertNotIn("Mill", self.recommended(self.anna))
        order._action_cancel()
        self.make()
        self.assertLessEqual({"Coffee", "Mill"}, set(self.recommended(self.anna)))

    # === HOW IT IS MADE === #

    def test_by_day_as_by_night(self):
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.cake + self.tea, 20, 10)
        self.buy(self.anna, self.coffee, 40, 30, 20)
        self.rebuild()
        self.make_order(self.anna, [(self.tea, 1)]).action_confirm()
        self.make()
        columns = ('product_ids', 'whys', 'because_ids', 'amounts', 'resting_ids', 'resting_category_ids')
        row = self.env['mobile.recommendation'].search([('partner_id', '=', self.anna.id)])
        by_day = [row[name] for name in columns]
        self.assertTrue(by_day[0])
        self.company.mobile_recommend_built_at = row.computed_at + timedelta(days=1)
        with freeze_time(self.now + timedelta(seconds=5)):
            self.env['mobile.recommendation']._make(self.company, self.env['mobile.recommendation'].search([
                ('company_id', '=', self.company.id)]).partner_id.ids, self.now + timedelta(seconds=5))
        self.assertEqual([row[name] for name in columns], by_day)

    def test_the_night_goes_on_where_it_was_cut(self):
        for partner in self.anna + self.crowd:
            self.buy(partner, self.coffee, 40, 30, 20, 10)
        Recommendation = self.env['mobile.recommendation']
        self.env['mobile.affinity']._rebuild(self.company, self.now)
        self.assertEqual(Recommendation._make_outdated(2), 2)
        made = Recommendation.search([('company_id', '=', self.company.id), ('computed_at', '>', '2000-01-01')])
        self.assertEqual(len(made), 2)
        self.assertEqual([Recommendation._make_outdated(2) for _turn in range(3)], [2, 1, 0])

    def test_without_scipy(self):
        self.startPatcher(patch.object(affinity, 'is_available', lambda: False))
        for partner in self.anna + self.crowd:
            self.buy(partner, self.coffee, 40, 30, 20, 10)
            self.buy(partner, self.cake, 10)
        self.rebuild()
        self.assertEqual(self.codes(self.anna)["Coffee"], 'due')
        self.assertIn('popular', self.codes().values())
        self.assertTrue(self.env['res.config.settings'].create({}).mobile_recommend_lacks_scipy)

    def test_other_company(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        theirs = self._make_products("Sausage", company_id=other.id)[0]
        shared = self._make_products("Salt", company_id=False)[0]
        for partner in self.anna + self.crowd:
            self.env['mobile.consent']._append(partner, other, {'profiling': True}, 'staff')
            self.buy(partner, theirs + shared, 40, 30, 20, 10, company=other)
        self.rebuild(other)
        self.rebuild()
        self.assertFalse({"Sausage"} & set(self.recommended(self.anna)))
        self.assertNotEqual(self.codes(self.anna).get("Salt"), 'due', "they buy it elsewhere")
        self.assertEqual(self.codes(self.anna, company=other)["Sausage"], 'due')
        self.assertNotIn("Coffee", self.recommended(self.anna, company=other))
        self.assertFalse(self.env['mobile.affinity'].search([('company_id', '=', self.company.id)]))
        # In the other company they withdraw; here nothing changes.
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        self.env['mobile.consent']._append(self.anna, other, {'profiling': False}, 'staff')
        self.assertEqual(self.codes(self.anna)["Coffee"], 'due')
        self.assertNotIn('due', self.codes(self.anna, company=other).values())

    def test_words_of_a_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.coffee.with_context(lang='de_DE').name = "Kaffee"
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.cake, 20)
        self.rebuild()
        reasons = self.env['mobile.recommendation'].with_context(lang='de_DE')._reasons(
            self.env["mobile.recommendation"]._candidates(self.shopper(), [], self.coffee.id)[:1])
        self.assertIn("Kaffee", reasons[0].text)
