import random
from datetime import timedelta
from statistics import fmean, variance

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import statistics
from .test_campaign_results import ResultsCommon


@tagged('-at_install', 'post_install')
class TestCampaignLift(ResultsCommon):
    """What those who got the offer bought, beside what the control group did."""

    def _sell(self, partner, amount=100, ago=0.5, state='sale', company=None):
        """Make an order that was confirmed some days ago."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, state,
                                       date_order, amount_untaxed, currency_rate)
               VALUES ('S', %(partner)s, %(partner)s, %(partner)s, %(company)s, %(state)s, %(date)s, %(amount)s, 1)""",
            partner=partner.id, company=(company or self.company).id, state=state,
            date=self.now - timedelta(days=ago), amount=amount))

    def _group(self, reason, size, buyers, **values):
        """Make so many customers with a decision, the first of whom have bought."""
        partners = self.env['res.partner'].create([{'name': f'{reason} {number}'} for number in range(size)])
        for number, partner in enumerate(partners):
            self._decide(partner, reason=reason, **values)
            if number < buyers:
                self._sell(partner, amount=50 + 10 * (number % 6))
        return partners

    def _arms(self):
        arms, _variants, unfinished = self.campaign._lift_arms()
        return {name: (arm.sample.size, arm.buyers, arm.sample.total) for name, arm in arms.items()}, unfinished

    # === WHO COUNTS, AND WHAT === #

    def test_the_first_decision_decides(self):
        anna, ben = self._partner(), self._partner()
        for partner, reasons in ((anna, ('holdout', 'passed')), (ben, ('no_consent', 'passed', 'holdout', 'passed'))):
            for day, reason in enumerate(reasons):
                self._decide(partner, reason=reason, ago=9 - day, slot=day)
        self._sell(anna)
        self.assertEqual(self._arms()[0], {'holdout': (1, 1, 100), 'sent': (1, 0, 0)})

    def test_only_purchases_in_time_count(self):
        self.campaign.purchase_days = 3
        for ago in (10.1, 9.9, 7.1, 6.9):
            self._sell(self._decide(ago=10).partner_id, ago=ago)
        self.assertEqual(self._arms(), ({'sent': (4, 2, 200)}, 0))
        self.campaign.purchase_days = 11
        self.assertEqual(self._arms(), ({'sent': (4, 3, 300)}, 4))

    def test_quotations_and_other_companies_do_not_count(self):
        partner = self._decide().partner_id
        for values in ({'state': 'draft'}, {'state': 'cancel'}, {'company': self.other_company}):
            self._sell(partner, **values)
        self._sell(self._partner())
        self.assertEqual(self._arms()[0], {'sent': (1, 0, 0)})

    def test_a_customer_who_buys_twice_is_one_who_spends_more(self):
        partner = self._decide().partner_id
        self._sell(partner, 30)
        self._sell(partner, 40)
        self._credit(self._invoice(self._buy(self._offer(partner))), pieces=1)
        arms, _variants, _unfinished = self.campaign._lift_arms()
        self.assertEqual((arms['sent'].buyers, arms['sent'].sample), (1, statistics.Sample(1, 140.0, 19600.0)))

    def test_groups_are_those_of_a_plain_count(self):
        """Against Python, over customers in all sorts of situations."""
        chance, expected = random.Random(5), {}
        for _customer in range(60):
            partner, first = self._partner(), None
            for ago in sorted(chance.sample(range(2, 40), chance.randrange(1, 4)), reverse=True):
                reason = chance.choice(['passed', 'passed', 'holdout', 'no_consent', 'global_holdout'])
                decision = self._decide(
                    partner, reason='passed' if reason == 'passed' else 'no_consent', ago=ago, slot=ago)
                self.env.flush_all()
                self.env.cr.execute(SQL('UPDATE mobile_decision SET reason = %s WHERE id = %s', reason, decision.id))
                if reason != 'no_consent':
                    first = first or ('sent' if reason == 'passed' else reason, ago)
            amounts = {}
            for ago in chance.sample(range(1, 40), chance.randrange(3)):
                amounts[ago - 0.5] = chance.randrange(1, 200)
                self._sell(partner, amounts[ago - 0.5], ago - 0.5)
            if first:
                spent = [amount for ago, amount in amounts.items() if 0 < first[1] - ago <= 14]
                size, buyers, total = expected.get(first[0], (0, 0, 0))
                expected[first[0]] = (size + 1, buyers + bool(spent), total + sum(spent))
        self.assertEqual(set(expected), {'sent', 'holdout', 'global_holdout'})
        self.assertEqual(self._arms()[0], expected)

    # === WHAT IT SAYS === #

    def test_more_buy(self):
        self.campaign.holdout_percent = 50
        self._group('passed', 60, 30)
        self._group('holdout', 60, 12)
        lift = self.campaign.get_lift()
        self.assertEqual((lift['state'], lift['title']), ('up', "More customers buy, so far"))
        self.assertEqual(
            [(group['label'], group['customers'], group['buyers'], group['rate']) for group in lift['groups']],
            [("Got the offer", 60, 30, "50.0 %"), ("Control group", 60, 12, "20.0 %")])
        low, high = statistics.rate_difference(30, 60, 12, 60)
        self.assertEqual(lift['rows'][0]['difference'], "+30.00 points")
        self.assertEqual(lift['rows'][0]['interval'], f"+{100 * low:.2f} points to +{100 * high:.2f} points")
        self.assertTrue(lift['rows'][0]['relative'].startswith("+150.0 % (+"))
        treated, control = ([50 + 10 * (number % 6) if number < buyers else 0 for number in range(60)]
                            for buyers in (30, 12))
        difference = fmean(treated) - fmean(control)
        self.assertEqual(lift['rows'][1]['difference'], f"+{difference:.2f}\N{NO-BREAK SPACE}€")
        spread = statistics.t_quantile(0.95, 117) * (variance(treated) / 60 + variance(control) / 60) ** 0.5
        self.assertIn(f"{difference + spread:.1f}", lift['rows'][1]['interval'])
        self.assertEqual(lift['rows'][2]['difference'], f"+{60 * difference:,.2f}\N{NO-BREAK SPACE}€")
        self.assertIn("Who looks each day", lift['notes'][-1])
        self.campaign.action_done()
        lift = self.campaign.get_lift()
        self.assertEqual(lift['title'], "More customers buy")
        self.assertEqual(len(lift['notes']), 1, "who looks at the end looks once")

    def test_fewer_buy(self):
        self._group('passed', 60, 6)
        self._group('holdout', 60, 24)
        self.assertEqual(self.campaign.get_lift()['state'], 'down')

    def test_not_yet_significant_says_how_many_more(self):
        self._group('passed', 80, 12)
        self._group('holdout', 20, 2)
        lift = self.campaign.get_lift()
        self.assertEqual((lift['state'], lift['title']), ('open', "Not yet significant"))
        size, control_size = statistics.needed_sizes(0.15, 0.10, 4)
        more, more_control = (f'{number + 1:,.0f}' for number in (int(size) - 80, int(control_size) - 20))
        self.assertIn(
            f"about {more} more customers with the offer and {more_control} more in the control", lift['text'])
        self.assertEqual(lift['rows'][1]['interval'], "too few purchases to tell")
        self.assertEqual(len(lift['rows']), 2)

    def test_no_difference_needs_no_number(self):
        self._group('passed', 20, 2)
        self._group('holdout', 20, 2)
        self.assertIn("equally often", self.campaign.get_lift()['text'])

    def test_nobody_in_the_control_group_buys(self):
        self._group('passed', 20, 4)
        self._group('holdout', 5, 0)
        row = self.campaign.get_lift()['rows'][0]
        self.assertFalse(row['relative'], "so many times nothing is nothing")

    def test_without_a_control_group_it_says_how_to_get_one(self):
        self._group('passed', 3, 1)
        lift = self.campaign.get_lift()
        self.assertEqual((lift['state'], lift['title'], lift['rows']), ('no_control', "No control group", []))
        self.assertIn("Keep a part of the audience aside", lift['text'])

    def test_before_anything_happens(self):
        self.assertEqual(self.campaign.get_lift()['state'], 'empty')
        self._group('holdout', 2, 1)
        self.assertEqual(self.campaign.get_lift()['state'], 'early')
        self._group('passed', 2, 0)
        self.assertEqual(self.campaign.get_lift()['state'], 'open')

    def test_a_control_group_of_the_wrong_size_is_pointed_out(self):
        self.campaign.holdout_percent = 10
        self._group('passed', 60, 1)
        self._group('holdout', 8, 1)
        self.assertNotIn("were meant", ' '.join(self.campaign.get_lift()['notes']))
        self._group('holdout', 30, 1)
        self.assertIn("where 10.0 % were meant", ' '.join(self.campaign.get_lift()['notes']))

    def test_customers_of_no_campaign_stand_in(self):
        self._group('passed', 10, 2)
        partners = self._group('no_consent', 10, 1)
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE mobile_decision SET reason = 'global_holdout' WHERE partner_id IN %s", partners._ids))
        lift = self.campaign.get_lift()
        self.assertEqual([group['customers'] for group in lift['groups']], [10, 10])
        self.assertIn("no control group of its own", lift['notes'][0])
        self._group('holdout', 4, 1)
        self.assertEqual([group['customers'] for group in self.campaign.get_lift()['groups']], [10, 4])

    def test_a_variant_wins_only_if_it_is_sure(self):
        self._group('passed', 60, 30, variant_id=self.variant_warm.id)
        self._group('passed', 60, 24, variant_id=self.variant_dry.id)
        variants = self.campaign.get_lift()['variants']
        self.assertIn("No variant is significantly better", variants['title'])
        self.assertEqual([(row['label'], row['customers'], row['buyers'], row['winner']) for row in variants['rows']],
                         [("Warm", 60, 30, False), ("Dry", 60, 24, False)])
        self._group('passed', 60, 0, variant_id=self.variant_dry.id)
        variants = self.campaign.get_lift()['variants']
        self.assertIn("“Warm” sells best", variants['title'])
        self.assertEqual([row['winner'] for row in variants['rows']], [True, False])
