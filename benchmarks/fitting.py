"""How the weights of `mobile_crm/tools/affinity_rank.py` were found: two logistic regressions on the purchases of four
weeks, by what was known before them, at three days up to the last one that may be looked at."""

import numpy as np

from devtools.console import note, say

from . import retail

#: What is bought for the first time is one of very many: of those that were not bought, one in so many is looked at.
SHARE = 10
MEMORY = 256 * 2**20
KEEP = 50


def pairs(split, **options):
    """Return the neighbours of all products as a table holds them.

    :param options: of ``affinity.neighbours``
    """
    affinity = retail.tools('affinity')
    found = list(affinity.neighbours(split.known, split.today, keep=KEEP, memory=MEMORY, **options))
    return affinity.Pairs(
        np.repeat([each.product for each in found], [len(each.others) for each in found]),
        np.concatenate([each.others for each in found]), np.concatenate([each.weights for each in found]))


def signals(split):
    """Return the signals and what came of them: for what households had bought, and for what they had not.

    :rtype: tuple of two tuples of arrays: entries by signals, 0 or 1
    """
    affinity, ranking = retail.tools('affinity'), retail.tools('affinity_rank')
    popular = affinity.popularity(split.known, split.today)
    shop = ranking.Shop.of(split.products, pairs(split), popular)
    judged = np.isin(split.household, split.judged)
    habit = ranking.habits(
        split.household[judged], split.product[judged], split.known.day[judged], split.today)
    bought = {(household, product) for household, target in zip(split.judged.tolist(), split.targets, strict=True)
              for product in target.tolist()}

    def came(customer, product):
        return np.fromiter((pair in bought for pair in zip(customer.tolist(), product.tolist(), strict=True)), float)

    again = np.stack(ranking.again_signals(habit, shop.recent[habit.product], shop.again[habit.product]), axis=1)
    others, outcomes, lot = [], [], np.random.default_rng(0)
    for first in range(0, len(split.households), 200):
        customer, product, weight, _because = shop.others_of(habit.some(first, first + 200))
        outcome = came(customer, product)
        chosen = (outcome > 0) | (lot.random(len(outcome)) < 1 / SHARE)
        others.append(np.stack(ranking.other_signals(shop.recent[product], weight), axis=1)[chosen])
        outcomes.append(outcome[chosen])
    return (again, came(habit.customer, habit.product)), (np.concatenate(others), np.concatenate(outcomes))


def logistic(rows, outcome, penalty=1e-6):
    """Return a logistic model: the constant and a weight for each column, as numpy gives them.

    :param float penalty: on the squares of the weights of columns with a variance of 1
    """
    from scipy.optimize import minimize

    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    rows = (rows - mean) / spread

    def loss(model):
        total = rows @ model[1:] + model[0]
        miss = 1 / (1 + np.exp(-total)) - outcome
        return (np.logaddexp(0, total) - outcome * total).mean() + penalty * (model[1:] ** 2).sum(), np.append(
            miss.mean(), rows.T @ miss / len(rows) + 2 * penalty * model[1:])

    model = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method='L-BFGS-B').x
    weights = model[1:] / spread
    return np.append(model[0] - weights @ mean, weights)


def run(everything, last):
    """Fit the models on what is known on a day, and print them.

    :param int last: the day; what was bought after it is not looked at
    """
    parts = []
    for today in range(last - 3 * retail.DAYS, last, retail.DAYS):
        parts.append(signals(retail.Split(everything, today)))
        note(f'  {len(parts)} of 3 times are looked at')
    for name, kind, share in (('AGAIN_MODEL', 0, 1), ('OTHER_MODEL', 1, SHARE)):
        rows, outcome = (np.concatenate([part[kind][column] for part in parts]) for column in (0, 1))
        model = logistic(rows, outcome)
        model[0] -= np.log(share)
        say(f'  {name} = ({", ".join(f"{weight:.3f}" for weight in model)})')
