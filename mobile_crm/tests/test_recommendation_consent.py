"""Recommendations rest on the consent to profiling, and go with it and with the customer."""
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..tools import personal
from .recommendation_common import RecommendationCase

HISTORIES = st.dictionaries(
    st.integers(1, 8), st.lists(st.integers(0, 200), min_size=1, max_size=6, unique=True).map(sorted), max_size=6)
PAIRS = st.dictionaries(st.integers(1, 8), st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1)), max_size=5))


@tagged('-at_install', 'post_install')
class TestRecommendationConsent(RecommendationCase):

    def _row(self, partner):
        return self.env['mobile.recommendation'].search([
            ('partner_id', '=', partner.id), ('company_id', '=', self.company.id)])

    def test_withdrawn(self):
        for partner in self.crowd:
            self.buy(partner, self.coffee + self.cake, 20)
        self.buy(self.anna, self.coffee + self.cake, 40, 30, 20, 10)
        self.rebuild()
        self.assertEqual(self.codes(self.anna)["Coffee"], 'due')
        pair = [('product_id', '=', self.coffee.id), ('other_id', '=', self.cake.id)]
        self.assertEqual(self.env['mobile.affinity'].search(pair).together, 5)
        self.make_order(self.anna, [(self.tea, 1)]).action_confirm()
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': False}, 'staff')
        self.assertFalse(self._row(self.anna))
        self.assertFalse(self.env['mobile.recommendation.purchase'].search([('partner_id', '=', self.anna.id)]))
        self.assertLessEqual(set(self.codes(self.anna).values()), {'popular', 'new', 'more'})
        # Who makes recommendations began before and ends after.
        self.env['mobile.recommendation']._make(self.company, self.anna.ids, self.now)
        self.make_order(self.anna, [(self.coffee, 1)]).action_confirm()
        self.rebuild()
        self.assertFalse(self._row(self.anna))
        self.assertEqual(self.env['mobile.affinity'].search(pair).together, 4, "their purchases do not count any more")
        self.let_learn(self.anna, self.phone)
        self.make()
        self.assertTrue(self._row(self.anna).product_ids)

    def test_never_given(self):
        self.buy(self.ben, self.coffee, 40, 30, 20, 10)
        self.make_order(self.ben, [(self.tea, 1)]).action_confirm()
        self.rebuild()
        self.assertFalse(self._row(self.ben))
        self.assertFalse(self.env['mobile.recommendation.purchase'].search([]))
        self.assertNotIn('due', self.codes(self.ben).values())

    def test_a_new_wording_asks_again(self):
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        wording = self.env['mobile.consent.wording'].create({
            'purpose': 'profiling', 'company_id': self.company.id, 'text': "May we?", 'renew': True})
        wording.action_publish()
        self.assertNotIn('due', self.codes(self.anna).values(), "the row is there, and is not read")
        self.rebuild()
        self.assertFalse(self._row(self.anna))

    def test_switched_off(self):
        for partner in self.anna + self.crowd:
            self.buy(partner, self.coffee + self.cake, 40, 30, 20, 10)
        self.rebuild()
        self.company.mobile_recommend = False
        self.assertFalse(self._row(self.anna))
        self.assertFalse(self.env['mobile.affinity'].search([('company_id', '=', self.company.id)]))
        self.assertEqual(self.codes(self.anna)["Coffee"], 'popular')
        self.let_learn(self.ben, self.phone_ben)
        self.assertFalse(self._row(self.ben))
        self.company.mobile_recommend = True
        self.rebuild()
        self.assertEqual(self.codes(self.anna)["Coffee"], 'due')

    def test_erased_while_it_is_made(self):
        self.buy(self.crowd[0], self.coffee, 40, 30, 20, 10)
        row = self._row(self.crowd[0])
        self.env.cr.execute('DELETE FROM mobile_recommendation WHERE id = %s', [row.id])
        self.env['mobile.recommendation']._make(self.company, self.crowd.ids, self.now)
        self.assertFalse(self._row(self.crowd[0]), "only rows that are there are changed")
        self.assertGreater(self._row(self.crowd[1]).computed_at.year, 2000)

    def test_export_says_it_in_words(self):
        self.buy(self.anna, self.coffee, 40, 30, 20, 10)
        self.rebuild()
        with self.env['mobile.export']._export(self.anna, self.company) as file:
            export = json.load(file)
        [model] = [each for each in export['models'] if each['model'] == 'mobile.recommendation']
        [record] = model['records']
        self.assertEqual(record['recommended'][0], {
            'product': "Coffee", 'reason': "You buy it about every 10 days; it is due again"})

    def test_merged_contacts(self):
        other = self.crowd[0]
        self.buy(self.anna, self.coffee, 40, 20)
        self.buy(other, self.coffee, 30, 10)
        self.rebuild()
        self.assertNotIn('due', self.codes(self.anna).values())
        self.env['base.partner.merge.automatic.wizard'].create({})._merge((self.anna + other).ids, self.anna)
        self.make()
        self.assertEqual(len(self._row(self.anna)), 1)
        self.assertEqual(self.codes(self.anna)["Coffee"], 'due', "what both bought is one habit")

    @settings(max_examples=60, deadline=None)
    @given(HISTORIES, PAIRS, st.randoms())
    def test_wants_are_what_the_history_says(self, history, pairs, source):
        today = 200
        wants = personal.wants(history, pairs, today)
        shuffled = list(history.items())
        source.shuffle(shuffled)
        self.assertEqual(personal.wants(dict(shuffled), pairs, today), wants, "in any order")
        self.assertEqual(len({want.product for want in wants}), len(wants))
        self.assertEqual([want.score for want in wants], sorted((want.score for want in wants), reverse=True))
        for want in wants:
            if want.why == 'bought_with':
                self.assertNotIn(want.product, history)
                self.assertIn(want.product, dict(pairs.get(want.because_of, ())) if want.because_of else {want.product})
            else:
                self.assertGreater(len(history[want.product]), 1)
            if want.why == 'due':
                late = today - history[want.product][-1]
                self.assertTrue(0.8 <= late / personal.gap(history[want.product]) <= 3)
