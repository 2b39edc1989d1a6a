import tracemalloc
from collections import Counter
from itertools import combinations
from math import sqrt
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import affinity, affinity_pairs, affinity_rank, affinity_types

TODAY = 20_000
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
LINES = st.lists(
    st.tuples(st.integers(1, 6), st.integers(101, 108), st.integers(TODAY - 60, TODAY + 3)), max_size=40)


def purchases(lines):
    """Return lines (customer, product, day) as arrays; a customer's basket is their day."""
    columns = np.array(lines, np.int64).reshape(-1, 3).T
    return affinity.Purchases(columns[0], columns[1], columns[0] * 100_000 + columns[2], columns[2])


def pairs_of(found):
    """Return neighbours as rows of a table."""
    rows = [(each.product, other, weight) for each in found
            for other, weight in zip(each.others.tolist(), each.weights.tolist(), strict=True)]
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    return affinity.Pairs(np.array(columns[0], np.int64), np.array(columns[1], np.int64), np.array(columns[2], float))


def neighbours(lines, *, keep=50, memory=2**20, customers=1):
    """Return {product: [(other, weight, together)]}."""
    return {each.product: list(zip(each.others.tolist(), each.weights.tolist(), each.together.tolist(), strict=True))
            for each in affinity.neighbours(purchases(lines), TODAY, keep=keep, memory=memory, customers=customers)}


def neighbours_by_hand(lines, *, keep=50, customers=1):
    """The same, one pair after the other."""
    buyers = {}
    for customer, product, day in lines:
        if day <= TODAY:
            buyers.setdefault(product, set()).add(customer)
    found = {}
    for one, other in combinations(sorted(buyers), 2):
        together = len(buyers[one] & buyers[other])
        if together >= customers:
            weight = together / sqrt(len(buyers[one]) * len(buyers[other]))
            found.setdefault(one, []).append((other, weight, together))
            found.setdefault(other, []).append((one, weight, together))
    return {product: sorted(rows, key=lambda row: (-row[1], row[0]))[:keep] for product, rows in found.items()}


def ranking(lines, known=None, **options):
    """Return {customer: [(product, score, why, because_of)]}.

    :param known: lines of everybody, those that are ranked where there are none.
    """
    known = purchases(lines if known is None else known)
    rows = affinity.rank(
        purchases(lines), pairs_of(affinity.neighbours(known, TODAY, keep=50, memory=2**20, customers=1)),
        affinity.popularity(known, TODAY, customers=1), TODAY, **options)
    found = {}
    for customer, product, score, why, because in zip(*(column.tolist() for column in rows), strict=True):
        found.setdefault(customer, []).append((product, score, affinity.WHYS[why], because))
    return found


@tagged('-at_install', 'post_install')
class TestNeighbours(BaseCase):

    def assertSame(self, found, expected):
        self.assertEqual(found.keys(), expected.keys())
        for product, rows in expected.items():
            self.assertEqual(len(found[product]), len(rows))
            for (other, weight, together), (its, heavy, both) in zip(found[product], rows, strict=True):
                self.assertEqual((other, together), (its, both))
                self.assertAlmostEqual(weight, heavy, 12)

    @given(LINES, st.integers(1, 4), st.integers(1, 4))
    @LAW
    def test_neighbours_are_those_counted_by_hand(self, lines, keep, customers):
        self.assertSame(neighbours(lines, keep=keep, customers=customers),
                        neighbours_by_hand(lines, keep=keep, customers=customers))

    @given(LINES, st.integers(1, 500))
    @LAW
    def test_little_memory_gives_the_same(self, lines, memory):
        self.assertEqual(neighbours(lines, memory=memory), neighbours(lines))

    @given(LINES.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
    @LAW
    def test_order_of_the_lines_does_not_matter(self, both):
        lines, shuffled = both
        self.assertEqual(neighbours(shuffled), neighbours(lines))
        self.assertEqual(ranking(shuffled), ranking(lines))

    @given(LINES)
    @LAW
    def test_weights_are_symmetric_and_at_most_one(self, lines):
        found = {(product, other): (weight, together)
                 for product, rows in neighbours(lines).items() for other, weight, together in rows}
        for (product, other), same in found.items():
            self.assertEqual(found[other, product], same)
            self.assertLessEqual(same[0], 1 + 1e-12)
            self.assertNotEqual(product, other)

    def test_habit_of_one_household_is_no_rule(self):
        lines = [(1, product, TODAY - age) for product in (101, 102) for age in range(50)]
        lines += [(customer, 103, TODAY - 1) for customer in range(1, 7)]
        lines += [(customer, 104, TODAY - 1) for customer in range(1, 6)]
        found = {each.product: each.others.tolist()
                 for each in affinity.neighbours(purchases(lines), TODAY, keep=9, memory=2**20)}
        self.assertEqual(found, {103: [104], 104: [103]})

    def test_counts_are_made_in_blocks_that_fit(self):
        lines = [(customer, product, TODAY) for customer in range(1, 40) for product in range(101, 161)]
        bought, _products = affinity_pairs.matrix(purchases(lines), 1)
        buyers = bought.T.tocsr()
        whole = 60 * 60 * affinity_pairs.COUNT_BYTES
        for memory in (whole, whole // 3, whole // 60, 1):
            blocks = list(affinity_pairs.blocks(bought, buyers, memory))
            self.assertEqual([first for first, _last in blocks], [0, *(last for _first, last in blocks[:-1])])
            self.assertEqual(blocks[-1][1], 60)
            for first, last in blocks:
                size = (buyers[first:last] @ bought).nnz * affinity_pairs.COUNT_BYTES
                self.assertTrue(size <= memory or last == first + 1)
        self.assertEqual(len(list(affinity_pairs.blocks(bought, buyers, whole))), 1)

    def test_memory_is_bounded(self):
        lot = np.random.default_rng(1)
        lines = [(customer, product, TODAY)
                 for customer in range(1, 81) for product in lot.choice(800, 300, replace=False).tolist()]
        columns = purchases(lines)

        def peak(memory):
            tracemalloc.start()
            try:
                for _each in affinity.neighbours(columns, TODAY, keep=5, memory=memory):
                    pass
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

        whole = 800 * 800 * affinity_pairs.COUNT_BYTES
        self.assertGreater(peak(2**30), whole)
        self.assertLess(peak(whole // 50), whole / 2)

    def test_without_scipy_it_says_what_is_missing(self):
        with patch.object(affinity_types, 'sparse', None), patch.object(affinity_pairs, 'sparse', None):
            self.assertFalse(affinity.is_available())
            self.assertEqual(affinity.missing(), ['scipy'])
            with self.assertRaisesRegex(RuntimeError, 'scipy'):
                neighbours([(1, 101, TODAY)])


@tagged('-at_install', 'post_install')
class TestPopularity(BaseCase):

    @given(LINES)
    @LAW
    def test_popularity_is_that_counted_by_hand(self, lines):
        found = affinity.popularity(purchases(lines), TODAY, customers=2)
        past = {line for line in lines if line[2] <= TODAY}
        now = {(customer, product) for customer, product, day in past if day > TODAY - affinity_types.NOW_DAYS}
        days = Counter((customer, product) for customer, product, _day in past)
        self.assertEqual(found.product.tolist(), sorted({product for _customer, product, _day in past}))
        for product, recent, again in zip(*(column.tolist() for column in found), strict=True):
            buyers = sum(1 for _customer, its in now if its == product)
            everyone = len({customer for customer, _product in now})
            self.assertAlmostEqual(recent, buyers / everyone if buyers > 1 else 0)
            counts = [count for (_customer, its), count in days.items() if its == product]
            self.assertAlmostEqual(again, (sum(count > 1 for count in counts) + 0.9) / (len(counts) + 3))


@tagged('-at_install', 'post_install')
class TestRank(BaseCase):

    @given(LINES, st.integers(1, 5))
    @LAW
    def test_ranking_is_whole(self, lines, keep):
        own = {}
        for customer, product, day in lines:
            if day <= TODAY:
                own.setdefault(customer, set()).add(product)
        found = ranking(lines, keep=keep)
        self.assertEqual(found.keys(), own.keys())
        together = neighbours_by_hand(lines)
        for customer, rows in found.items():
            products = [row[0] for row in rows]
            self.assertEqual(len(products), len(set(products)))
            self.assertGreaterEqual(len(rows), min(keep, len(own[customer])))
            self.assertLessEqual(len(rows), keep)
            self.assertEqual([row[1] for row in rows], sorted((row[1] for row in rows), reverse=True))
            for product, score, why, because in rows:
                self.assertTrue(0 < score < 1)
                self.assertEqual(product in own[customer], why in ('due', 'again'))
                self.assertEqual(because in own[customer], why == 'bought_with')
                if why == 'bought_with':
                    self.assertIn(product, [other for other, _weight, _both in together[because]])

    @given(LINES)
    @LAW
    def test_customers_do_not_depend_on_each_other(self, lines):
        whole = ranking(lines)
        with patch.object(affinity_rank, 'RANK_MEMORY', 1):
            self.assertEqual(ranking(lines), whole)
        for customer, rows in whole.items():
            self.assertEqual(ranking([line for line in lines if line[0] == customer], lines), {customer: rows})

    def test_what_is_bought_often_and_lately_goes_first(self):
        lines = [(1, 101, TODAY - age) for age in range(3, 150, 7)]
        lines += [(1, 102, TODAY - age) for age in range(100, 150, 7)]
        lines += [(1, 103, TODAY - 140)]
        self.assertEqual([row[0] for row in ranking(lines)[1]], [101, 102, 103])

    def test_due_again(self):
        def why(*ages):
            return next(row[2] for row in ranking([(1, 101, TODAY - age) for age in ages])[1])

        self.assertEqual(why(29, 59, 89), 'due')
        self.assertEqual(why(2, 32, 62), 'again')
        self.assertEqual(why(120, 150, 180), 'again')
        # Two purchases are no habit.
        self.assertEqual(why(29, 59), 'again')

    def test_because_of_names_what_weighs_most(self):
        # Who buys 101 or 102 buys 103 too; customer 9 has both, 102 often.
        lines = [(customer, product, TODAY - 50) for customer in range(1, 9) for product in (101, 102, 103)]
        lines += [(9, 101, TODAY - 200), *((9, 102, TODAY - age) for age in range(1, 90, 9))]
        [row] = [row for row in ranking(lines)[9] if row[0] == 103]
        self.assertEqual(row[2:], ('bought_with', 102))

    def test_popular_ones_fill_up(self):
        lines = [(1, 101, TODAY - 1)] + [(customer, 102, TODAY - 1) for customer in range(2, 9)]
        self.assertEqual([(row[0], *row[2:]) for row in ranking(lines)[1]],
                         [(101, 'again', 0), (102, 'popular', affinity.NOTHING)])
        few = affinity.popularity(purchases(lines), TODAY, customers=8)
        self.assertEqual(few.recent.tolist(), [0, 0])

    def test_nobody(self):
        self.assertEqual(ranking([]), {})
        self.assertEqual(ranking([(1, 101, TODAY + 1)]), {})
