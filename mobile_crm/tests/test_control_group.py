"""Who is kept aside, and who gets which variant."""
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .test_gates import GateCase

MANY = 20_000


@tagged('-at_install', 'post_install')
class TestControlGroup(GateCase):

    def _draw(self, expression):
        """Return what an expression of a gate gives for many customers, by their numbers."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT candidate.partner_id, %s
                 FROM (SELECT number AS partner_id, %s AS campaign_id FROM generate_series(1, %s) number) candidate
                 JOIN mobile_campaign campaign ON campaign.id = candidate.campaign_id""",
            expression, self.campaign.id, MANY))
        return dict(rows)

    def _question(self):
        return self.env['mobile.decision']._question(self.candidate(), self.campaign)

    def _variants(self, **weights):
        self.campaign.variant_ids = [Command.create({'name': name, 'message_title': name, 'weight': weight})
                                     for name, weight in weights.items()]
        return self.campaign.variant_ids

    def _drawn_variants(self):
        return self._draw(self.env['mobile.gate']._variant(self._question()))

    def _drawn_groups(self):
        return self._draw(self.env['mobile.gate']._held(self._question()))

    # === CONTROL GROUPS === #

    def test_who_is_held_out_would_have_got_it(self):
        self.campaign.write({'holdout_percent': 100, 'max_accuracy': 10, 'budget_coupons': 1})
        here = {'latitude': self.fence_near.latitude, 'longitude': self.fence_near.longitude}
        self.assertWithheld('inaccurate', accuracy=20.0, **here)
        self.campaign.audience_domain = repr([('id', '=', self.ben.id)])
        self.assertWithheld('not_in_audience')
        self.assertWithheld('holdout', self.phone_ben)
        # It takes nothing from the budget, and asks for it like the others.
        self.assertEqual(self.campaign.budget_used, 0)
        self.campaign.write({'holdout_percent': 0, 'audience_domain': '[]'})
        self.assertSent()
        self.campaign.holdout_percent = 100
        self.assertWithheld('budget_spent', self.phone_ben)
        self.assertFalse(self.env['loyalty.card'].search_count([('partner_id', '=', self.ben.id)]))

    def test_the_control_group_of_all_campaigns_comes_first_and_is_the_same_everywhere(self):
        self.company.mobile_holdout_percent = 100
        self.campaign.holdout_percent = 100
        decision = self.assertWithheld('global_holdout')
        self.assertFalse(decision.slot or decision.turn or decision.channel)
        self.company.mobile_holdout_percent = 30
        self.campaign.holdout_percent = 0
        groups = self._drawn_groups()
        other = self.campaign.copy()
        self.campaign = other
        self.assertEqual(self._drawn_groups(), groups)
        self.assertAlmostEqual(list(groups.values()).count('global_holdout'), MANY * 0.3, delta=MANY * 0.015)

    def test_another_companys_control_group_is_another(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        (self.company + other).mobile_holdout_percent = 50
        ours = self._drawn_groups()
        self.campaign = self.env['mobile.campaign'].create({
            'name': "Theirs", 'company_id': other.id, 'message_title': "Hello",
            'program_id': self.program.copy({'company_id': other.id}).id})
        theirs = self._drawn_groups()
        both = sum(ours[number] == theirs[number] == 'global_holdout' for number in ours)
        self.assertAlmostEqual(both, MANY / 4, delta=MANY * 0.015)

    def test_a_larger_control_group_keeps_those_of_the_smaller_one(self):
        held = []
        for percent in (5, 20, 60):
            self.campaign.holdout_percent = percent
            held.append({number for number, group in self._drawn_groups().items() if group == 'holdout'})
        self.assertLess(held[0], held[1])
        self.assertLess(held[1], held[2])

    # === VARIANTS === #

    def test_variants_are_drawn_by_weight_and_sticky(self):
        a, b, none = self._variants(A=3, B=1, none=0)
        drawn = self._drawn_variants()
        self.assertEqual(drawn, self._drawn_variants())
        counts = [list(drawn.values()).count(variant.id) for variant in (a, b, none)]
        self.assertAlmostEqual(counts[0], MANY * 0.75, delta=MANY * 0.015)
        self.assertEqual((sum(counts), counts[2]), (MANY, 0))
        self.assertEqual([round(variant.share, 2) for variant in (a, b, none)], [0.75, 0.25, 0])

    def test_variants_have_nothing_to_do_with_control_groups(self):
        a, _b = self._variants(A=1, B=1)
        self.company.mobile_holdout_percent = 20
        self.campaign.holdout_percent = 40
        drawn, groups = self._drawn_variants(), self._drawn_groups()
        for group in ('holdout', 'global_holdout', None):
            members = [number for number in drawn if groups[number] == group]
            self.assertAlmostEqual(
                sum(drawn[number] == a.id for number in members), len(members) / 2, delta=len(members) * 0.04)

    def test_a_change_of_weights_moves_as_few_as_it_must(self):
        a, b, c = self._variants(A=1, B=1, C=2)
        before = self._drawn_variants()
        c.weight = 4
        after = self._drawn_variants()
        moved = {number for number in before if before[number] != after[number]}
        self.assertEqual({after[number] for number in moved}, {c.id})
        # C's part grows from a half to two thirds.
        self.assertAlmostEqual(len(moved), MANY / 6, delta=MANY * 0.015)
        b.active = False
        without = self._drawn_variants()
        self.assertEqual({number for number in after if after[number] != without[number]},
                         {number for number in after if after[number] == b.id})
        self.assertEqual(set(without.values()), {a.id, c.id})

    def test_the_decision_says_which_variant_also_of_who_was_held_out(self):
        variants = self._variants(A=1, B=1)
        sent = self.assertSent()
        self.assertIn(sent.variant_id, variants)
        self.assertEqual(sent.message_id.title, sent.variant_id.message_title)
        self.campaign.holdout_percent = 100
        self.assertEqual(self.assertWithheld('holdout').variant_id, sent.variant_id)
        self.campaign.audience_domain = repr([('id', '=', self.ben.id)])
        self.assertFalse(self.assertWithheld('not_in_audience').variant_id)

    def test_variants_that_were_used_are_archived(self):
        variants = self._variants(A=1, B=1)
        used = self.assertSent().variant_id
        with self.assertRaises(UserError):
            used.unlink()
        (variants - used).unlink()
        used.active = False
        self.assertFalse(self.assertSent().variant_id)

    def test_somebody_must_get_something(self):
        with self.assertRaises(ValidationError):
            self._variants(A=0, B=0)
