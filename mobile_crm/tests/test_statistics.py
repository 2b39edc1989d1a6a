from math import inf, sqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import statistics
from ..tools.statistics import Sample

#: Of simulated experiments, how many intervals may miss the truth: 5 % are meant to.
COVERED = (0.93, 0.97)

groups = st.integers(1, 5000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))


def sample_of(amounts):
    return Sample(len(amounts), sum(amounts), sum(amount * amount for amount in amounts))


@tagged('post_install', '-at_install')
class TestStatistics(BaseCase):
    """Against published values, another implementation's (scipy 1.16, statsmodels 0.14), laws and simulations."""

    def assertClose(self, found, expected, places=4):
        self.assertEqual([round(value, places) for value in found], [round(value, places) for value in expected])

    # === AGAINST OTHERS === #

    def test_newcombe_as_published(self):
        """Table II of Newcombe (1998), the row of method 10."""
        for counts, expected in {
            (56, 70, 48, 80): (0.0524, 0.3339),
            (9, 10, 3, 10): (0.1705, 0.8090),
            (6, 7, 2, 7): (0.0582, 0.8062),
            (5, 56, 0, 29): (-0.0381, 0.1926),
            (0, 10, 0, 20): (-0.1611, 0.2775),
            (0, 10, 0, 10): (-0.2775, 0.2775),
            (10, 10, 0, 20): (0.6791, 1.0),
            (10, 10, 0, 10): (0.6075, 1.0),
        }.items():
            with self.subTest(counts=counts):
                self.assertClose(statistics.rate_difference(*counts), expected)

    def test_wilson_as_statsmodels_has_it(self):
        self.assertClose(statistics.wilson(81, 263), (0.2552885198782742, 0.36620957698280004), 12)

    def test_students_t_as_scipy_has_it(self):
        for freedom, expected in {5: 2.570582, 9: 2.262157, 20: 2.085963, 100: 1.983972, 1e6: 1.959966}.items():
            self.assertAlmostEqual(statistics.t_quantile(0.95, freedom), expected, delta=5e-4)

    def test_welch_as_scipy_has_it(self):
        found = statistics.mean_difference(Sample(50, 1235.72, 72082.8834), Sample(30, 435.99, 15912.4059))
        self.assertClose(found, (-0.34661053992860325, 20.709410539928605), 6)

    def test_sizes_as_statsmodels_has_them(self):
        self.assertClose(statistics.needed_sizes(0.12, 0.10, 1), [3840.847482436276] * 2)
        self.assertAlmostEqual(statistics.needed_sizes(0.12, 0.10, 4)[0], 9778.254261980015, 6)

    def test_score_test_and_holm_as_statsmodels_has_them(self):
        self.assertAlmostEqual(statistics.rates_differ(30, 200, 50, 210), 0.024454034789014437, 12)
        self.assertClose(statistics.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])

    # === LAWS === #

    @settings(max_examples=300, deadline=None)
    @given(groups, groups)
    def test_difference_is_within_bounds_and_symmetric(self, one, other):
        low, high = statistics.rate_difference(*one, *other)
        difference = one[0] / one[1] - other[0] / other[1]
        self.assertLessEqual(-1 - 1e-12, low)
        self.assertLessEqual(low, difference + 1e-12)
        self.assertLessEqual(difference - 1e-12, high)
        self.assertLessEqual(high, 1 + 1e-12)
        self.assertClose(statistics.rate_difference(*other, *one), (-high, -low), 12)
        failures = [(size - successes, size) for successes, size in (one, other)]
        self.assertClose(statistics.rate_difference(*failures[0], *failures[1]), (-high, -low), 9)

    @settings(max_examples=300, deadline=None)
    @given(groups, groups)
    def test_ratio_and_difference_agree(self, one, other):
        ratio = statistics.rate_ratio(*one, *other)
        if ratio is None:
            self.assertEqual(other[0], 0)
            return
        low, high = statistics.rate_difference(*one, *other)
        if min(abs(low), abs(high)) <= 1e-9:
            return
        self.assertEqual((ratio[0] > 1, ratio[1] < 1), (low > 0, high < 0))
        value = (one[0] / one[1]) / (other[0] / other[1])
        self.assertLessEqual(ratio[0], value * (1 + 1e-9))
        self.assertLessEqual(value * (1 - 1e-9), ratio[1])

    @settings(max_examples=200, deadline=None)
    @given(*[st.lists(st.floats(0, 1000), min_size=10, max_size=60)] * 2)
    def test_means_are_symmetric_and_agree_with_their_ratio(self, one, other):
        one, other = sample_of(one), sample_of(other)
        limits = statistics.mean_difference(one, other)
        if limits is None:
            return
        self.assertClose(statistics.mean_difference(other, one), (-limits[1], -limits[0]), 6)
        self.assertLessEqual(limits[0], one.mean - other.mean + 1e-9)
        self.assertLessEqual(one.mean - other.mean - 1e-9, limits[1])
        ratio = statistics.mean_ratio(one, other)
        if ratio is None or min(abs(limits[0]), abs(limits[1])) <= 1e-6:
            return
        self.assertEqual((ratio[0] > 1, ratio[1] < 1), (limits[0] > 0, limits[1] < 0))

    def test_amounts_whose_square_is_too_small_to_be_a_number(self):
        low, high = statistics.mean_difference(sample_of([0] * 9 + [1e-160]), sample_of([0] * 10))
        self.assertLessEqual(low, 1e-161)
        self.assertLessEqual(1e-161, high)

    @settings(max_examples=200, deadline=None)
    @given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.05, 20))
    def test_a_smaller_difference_needs_more_customers(self, rate, control, split):
        if abs(rate - control) <= 1e-4:
            return
        sizes = statistics.needed_sizes(rate, control, split)
        self.assertAlmostEqual(sizes[0], split * sizes[1], places=4)
        nearer = statistics.needed_sizes((rate + control) / 2, control, split)
        # Rates near to 0 or 1 vary less, which can outweigh it only where they are far apart.
        if abs(rate - control) < 0.2:
            self.assertGreater(nearer[1], sizes[1])

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.floats(0, 1), max_size=8))
    def test_holm_keeps_the_order_and_takes_nothing_away(self, chances):
        corrected = statistics.holm(chances)
        for chance, better in zip(chances, corrected, strict=True):
            self.assertTrue(chance <= better <= 1)
        ranked = [corrected[position] for position in sorted(range(len(chances)), key=chances.__getitem__)]
        self.assertEqual(ranked, sorted(ranked))

    # === SIMULATIONS === #

    def test_the_interval_of_rates_covers_the_truth(self):
        chance = np.random.default_rng(19)
        for size, rate, control_size, control_rate in ((2000, 0.06, 250, 0.04), (400, 0.3, 400, 0.3)):
            hits, rounds = 0, 2000
            for _round in range(rounds):
                bought = chance.binomial(size, rate)
                control = chance.binomial(control_size, control_rate)
                low, high = statistics.rate_difference(bought, size, control, control_size)
                hits += low <= rate - control_rate <= high
            self.assertTrue(COVERED[0] < hits / rounds < COVERED[1], hits / rounds)

    def test_the_interval_of_amounts_covers_the_truth(self):
        """Most customers buy nothing, and few buy much."""
        chance, hits, rounds = np.random.default_rng(47), 0, 800

        def customers(size, rate):
            buyers = chance.binomial(size, rate)
            amounts = chance.gamma(2, 20, buyers)
            return Sample(size, amounts.sum(), (amounts * amounts).sum())

        for _round in range(rounds):
            low, high = statistics.mean_difference(customers(2000, 0.08), customers(500, 0.06))
            hits += low <= 40 * (0.08 - 0.06) <= high
        self.assertTrue(COVERED[0] < hits / rounds < COVERED[1], hits / rounds)

    def test_so_many_customers_show_it_as_often_as_was_said(self):
        chance, rounds = np.random.default_rng(7), 1000
        size, control_size = (round(number) for number in statistics.needed_sizes(0.12, 0.08, 4))
        shown = sum(statistics.rate_difference(
            chance.binomial(size, 0.12), size, chance.binomial(control_size, 0.08), control_size)[0] > 0
            for _round in range(rounds))
        self.assertAlmostEqual(shown / rounds, statistics.POWER, delta=0.04)

    def test_of_equal_variants_hardly_one_wins(self):
        chance, rounds = np.random.default_rng(11), 600
        won = sum(statistics.winner([(chance.binomial(1000, 0.1), 1000) for _group in range(5)])[0] is not None
                  for _round in range(rounds))
        self.assertLess(won / rounds, 0.05)

    # === EDGES === #

    def test_who_is_far_better_wins(self):
        self.assertEqual(statistics.winner([(50, 1000), (120, 1000), (60, 1000)])[0], 1)
        self.assertIsNone(statistics.winner([(50, 1000), (120, 1000), (119, 1000)])[0], "two are as good")
        self.assertEqual(statistics.winner([(1, 3)]), (None, 1.0))
        self.assertEqual(statistics.winner([(0, 0), (3, 4)])[0], None)

    def test_too_little_says_nothing(self):
        self.assertIsNone(statistics.rate_ratio(3, 10, 0, 10))
        self.assertIsNone(statistics.needed_sizes(0.1, 0.1, 1))
        self.assertIsNone(statistics.mean_difference(Sample(1, 5, 25), Sample(9, 0, 0)))
        self.assertIsNone(statistics.mean_difference(Sample(9, 0, 0), Sample(9, 0, 0)))
        self.assertIsNone(statistics.mean_ratio(Sample(3, 60, 1400), Sample(9, 0, 0)))
        self.assertEqual(statistics.rates_differ(4, 10, 0, 10), 1.0)
        self.assertEqual(statistics.rates_differ(0, 0, 0, 10), 1.0)
        self.assertEqual(Sample(0, 0, 0).mean, 0)

    def test_a_ratio_without_an_upper_end(self):
        low, high = statistics.mean_ratio(Sample(10, 100, 2000), Sample(10, 1, 1))
        self.assertEqual(high, inf)
        self.assertGreaterEqual(low, 0)
        self.assertAlmostEqual(sqrt(Sample(10, 1, 1).variance), 0.3162, places=4)
