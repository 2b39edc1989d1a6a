"""What campaigns are compared by: intervals, tests and sample sizes, in plain Python.

Rates are between 0 and 1. An interval is ``(low, high)``. Nothing here knows a campaign or a database.
"""
from itertools import combinations
from math import hypot, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
POWER = 0.8
#: What is rarer than this in one of two groups cannot be judged by the normal distribution (Cochran 1954).
MIN_EXPECTED = 5


class Sample(NamedTuple):
    """Amounts of many customers, summed up.

    :ivar int size: how many customers
    :ivar float total: the sum of their amounts
    :ivar float squares: the sum of the squares of their amounts
    """

    size: int
    total: float
    squares: float

    @property
    def mean(self):
        return self.total / self.size if self.size else 0.0

    @property
    def variance(self):
        """The unbiased estimate; 0 for fewer than two customers."""
        if self.size < 2:
            return 0.0
        # Rounding can take a sum of equal amounts below zero.
        return max(0.0, (self.squares - self.total * self.mean) / (self.size - 1))


def _quantile(confidence):
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(successes, size, confidence=CONFIDENCE):
    """Return the score interval of a rate.

    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209-212.

    :param int size: at least 1.
    """
    z = _quantile(confidence)
    middle = successes + z * z / 2
    spread = z * sqrt(z * z / 4 + successes * (size - successes) / size)
    return max(0.0, (middle - spread) / (size + z * z)), min(1.0, (middle + spread) / (size + z * z))


def _difference(one, one_limits, other, other_limits):
    """Return the interval of `one` - `other` from their own (the square-and-add method)."""
    difference = one - other
    return (difference - hypot(one - one_limits[0], other_limits[1] - other),
            difference + hypot(one_limits[1] - one, other - other_limits[0]))


def _ratio(one, one_limits, other, other_limits):
    """Return the interval of `one` / `other` from their own; without an upper end, that is ``inf``.

    It contains 1 if and only if the interval of the difference contains 0, as both are made of the same two.

    Source: Donner, A. & Zou, G. Y. (2012), Closed-form confidence intervals for functions of the normal mean and
    standard deviation. Statistical Methods in Medical Research 21, 347-359 (MOVER-R).

    :param float one: not negative.
    :param float other: more than 0.
    """
    product = one * other
    # Each end solves a * ratio² - 2 * product * ratio + c = 0.
    a = other_limits[1] * (2 * other - other_limits[1])
    c = one_limits[0] * (2 * one - one_limits[0])
    root = product * product - a * c
    low = max(0.0, c / (product + sqrt(root))) if product and root >= 0 else 0.0
    a = other_limits[0] * (2 * other - other_limits[0])
    c = one_limits[1] * (2 * one - one_limits[1])
    root = product * product - a * c
    return low, (product + sqrt(root)) / a if a > 0 and root >= 0 else inf


def rate_difference(successes, size, control_successes, control_size, confidence=CONFIDENCE):
    """Return the interval of the difference of two rates, control's taken from the other.

    Source: Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions: comparison
    of eleven methods. Statistics in Medicine 17, 873-890; method 10, without continuity correction.

    :param int size: at least 1, as `control_size`.
    """
    return _difference(
        successes / size, wilson(successes, size, confidence),
        control_successes / control_size, wilson(control_successes, control_size, confidence))


def rate_ratio(successes, size, control_successes, control_size, confidence=CONFIDENCE):
    """Return the interval of the ratio of two rates (see ``_ratio``), or None when nobody of control succeeded."""
    if not control_successes:
        return None
    return _ratio(
        successes / size, wilson(successes, size, confidence),
        control_successes / control_size, wilson(control_successes, control_size, confidence))


def t_quantile(confidence, freedom):
    """Return Student's t for a two-sided interval.

    Right to three digits from 5 degrees of freedom on.

    Source: Abramowitz, M. & Stegun, I. A. (1964), Handbook of Mathematical Functions, 26.7.5.

    :param float freedom: degrees of freedom.
    """
    z = _quantile(confidence)
    terms = (
        (z ** 3 + z) / 4,
        (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
        (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
        (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** power for power, term in enumerate(terms, 1))


def _mean_limits(sample, control, confidence):
    """Return the intervals of two means whose square-and-add is Welch's; None when neither varies."""
    errors = [group.variance / group.size for group in (sample, control)]
    if min(sample.size, control.size) < 2 or not sum(errors):
        return None
    # Of shares, because the square of a very small number is none.
    shares = [error / sum(errors) for error in errors]
    freedom = 1 / sum(share ** 2 / (group.size - 1) for share, group in zip(shares, (sample, control), strict=True))
    t = t_quantile(confidence, freedom)
    return [(group.mean - t * sqrt(error), group.mean + t * sqrt(error))
            for error, group in zip(errors, (sample, control), strict=True)]


def mean_difference(sample, control, confidence=CONFIDENCE):
    """Return the interval of the difference of two means, control's taken from the other, or None when there is none.

    Source: Welch, B. L. (1947), The generalization of "Student's" problem when several different population variances
    are involved. Biometrika 34, 28-35.

    :param Sample sample: of the customers who got something.
    :param Sample control: of those who did not.
    """
    limits = _mean_limits(sample, control, confidence)
    return limits and _difference(sample.mean, limits[0], control.mean, limits[1])


def mean_ratio(sample, control, confidence=CONFIDENCE):
    """Return the interval of the ratio of two means, or None when there is none.

    With these limits it is the one of Fieller, E. C. (1954), Some problems in interval estimation. Journal of the Royal
    Statistical Society B 16, 175-185.
    """
    limits = _mean_limits(sample, control, confidence)
    if not limits or control.mean <= 0 or sample.mean < 0:
        return None
    return _ratio(sample.mean, limits[0], control.mean, limits[1])


def needed_sizes(rate, control_rate, split, confidence=CONFIDENCE, power=POWER):
    """Return how many customers two groups need to show that their rates differ.

    Source: Fleiss, J. L., Levin, B. & Paik, M. C. (2003), Statistical Methods for Rates and Proportions, 3rd edition,
    chapter 4, without continuity correction.

    :param float split: how many customers there are for each one of control.
    :param float power: how likely it is to be shown, if it is so.
    :return: the sizes of the group and of control, not rounded; None when the rates are equal.
    """
    if rate == control_rate:
        return None
    pooled = (split * rate + control_rate) / (split + 1)
    control_size = (
        _quantile(confidence) * sqrt((1 + 1 / split) * pooled * (1 - pooled))
        + NormalDist().inv_cdf(power) * sqrt(rate * (1 - rate) / split + control_rate * (1 - control_rate))
    ) ** 2 / (rate - control_rate) ** 2
    return split * control_size, control_size


def rates_differ(successes, size, other_successes, other_size):
    """Return how likely rates so different are by chance alone (p, two-sided), by the pooled score test.

    1 where too little has happened for it.
    """
    if not size or not other_size:
        return 1.0
    pooled = (successes + other_successes) / (size + other_size)
    if min(size, other_size) * min(pooled, 1 - pooled) < MIN_EXPECTED:
        return 1.0
    z = (successes / size - other_successes / other_size) / sqrt(
        pooled * (1 - pooled) * (1 / size + 1 / other_size))
    return 2 * NormalDist().cdf(-abs(z))


def holm(chances):
    """Return these p values corrected for being several, in their order.

    Source: Holm, S. (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6, 65-70.
    """
    corrected, largest = [1.0] * len(chances), 0.0
    for rank, position in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[position]))
        corrected[position] = largest
    return corrected


def winner(groups, confidence=CONFIDENCE):
    """Return which of several groups is better than each other one, and how sure that is.

    Each pair is compared (``rates_differ``), and the p values are corrected for that (``holm``).

    :param list[tuple] groups: successes and size of each.
    :return: the position of the winner, or None; and the largest corrected p of the leader's comparisons.
    :rtype: tuple[int | None, float]
    """
    if len(groups) < 2:
        return None, 1.0
    leader = max(range(len(groups)), key=lambda position: groups[position][0] / (groups[position][1] or 1))
    pairs = list(combinations(range(len(groups)), 2))
    corrected = holm([rates_differ(*groups[one], *groups[other]) for one, other in pairs])
    chance = max(chance for pair, chance in zip(pairs, corrected, strict=True) if leader in pair)
    return leader if chance < 1 - confidence else None, chance
