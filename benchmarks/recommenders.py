"""What ours is compared with: popularity, personal frequency, and the models of `implicit`, each with its search."""

import functools
import itertools
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .retail import DAYS, TOP, best

BATCH = 256
SEEDS = (1, 2, 3)


class Recommender(NamedTuple):
    """One way to recommend.

    :ivar name: in the table
    :ivar recommend: called with a Split, a seed and the parameters; returns two arrays with ten products for each
        judged household: any, and without what the household had bought
    :ivar start: the parameters that the search begins with
    :ivar stages: grids, {parameter: values}: one after the other, each as a whole, the other parameters as they were
        found best until then
    :ivar tuned: what it found; `MOBILE_CRM_FULL=1 ./dev bench recommend` finds it
    :ivar tuned_new: what of all that was looked at is best without what households had bought; None: the same
    :ivar rounds: after how many iterations one fit is looked at, of models that learn in iterations; the last is how
        many it has
    """

    name: str
    recommend: Callable
    start: dict
    stages: list
    tuned: dict
    tuned_new: dict | None = None
    rounds: tuple = ()

    @property
    def seeded(self):
        """Whether the seed changes the answer."""
        return bool(self.rounds)

    def searched(self, judge):
        """Return what is best of the stages, and all that was looked at.

        :param judge: called with a Recommender and parameters; returns rows of a value, parameters, and more; one for
            each round
        :return: the parameters; all rows
        """
        best, seen, looked_at = self.start, set(), []
        for grid in self.stages:
            for values in itertools.product(*grid.values()):
                choice = best | dict(zip(grid, values, strict=True))
                key = tuple(sorted((name, str(value)) for name, value in choice.items() if name != 'iterations'))
                if key not in seen:
                    seen.add(key)
                    looked_at.extend(judge(self, choice))
            best = max(looked_at, key=lambda row: row[0])[1]
        return best, looked_at


def _popular(split, window):
    """Return how many households bought each product in so many days."""
    known = split.known.day > split.today - window
    pairs = np.unique(np.stack([split.household[known], split.product[known]]), axis=1)
    return np.bincount(pairs[1], minlength=len(split.products))


def popularity(split, seed, *, window, per):
    """Recommend the same to all: what was bought most in the last days, by households or by lines."""
    known = split.known.day > split.today - window
    counts = _popular(split, window) if per == 'households' else np.bincount(
        split.product[known], minlength=len(split.products))
    top = np.repeat(best(counts[None].astype(float)), len(split.judged), axis=0)
    return top, _by_scores(split, counts, new=True)


def personal(split, seed, *, weights):
    """Recommend what a household bought most; equally often bought ones, and the rest, by popularity."""
    matrix, popular = split.weights(weights), _popular(split, DAYS)
    return (_by_scores(split, popular / len(split.households) * 1e-6, matrix=matrix),
            _by_scores(split, popular, new=True))


def _by_scores(split, popular, *, matrix=None, new=False):
    """Return the best by a score of each product, with one of the household's own, or without what it had bought."""
    top = []
    for first in range(0, len(split.judged), BATCH):
        households = split.judged[first:first + BATCH]
        scores = np.repeat(popular[None].astype(float), len(households), axis=0)
        if matrix is not None:
            scores += matrix[households].toarray()
        if new:
            scores[split.bought[households].nonzero()] = -np.inf
        top.append(best(scores))
    return np.concatenate(top)


def _implicit(make, split, seed, *, weights, watch=None, **options):
    """Recommend by a model of `implicit`.

    :param watch: called after each iteration with its number and how to recommend by what the model knows then
    """
    model = make(seed, **options)
    matrix = split.weights(weights)
    # What is left out is all that was bought. Only models with neighbours, whose `weights` hold all, need more of it.
    own = split.bought if isinstance(weights, tuple) else matrix

    def found(new):
        top = np.full((len(split.judged), TOP), -1)
        for first in range(0, len(split.judged), BATCH):
            households = split.judged[first:first + BATCH]
            products, _scores = model.recommend(
                households, own[households], N=TOP, filter_already_liked_items=new)
            top[first:first + len(households), :products.shape[1]] = products
        return top

    def both():
        return found(False), found(True)

    if watch:
        model.fit(matrix, show_progress=False, callback=lambda iteration, *_facts: watch(iteration + 1, both))
    else:
        model.fit(matrix, show_progress=False)
    return both()


def _als(seed, **options):
    from implicit.cpu.als import AlternatingLeastSquares

    return AlternatingLeastSquares(num_threads=1, random_state=seed, **options)


def _bpr(seed, **options):
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    return BayesianPersonalizedRanking(num_threads=1, random_state=seed, **options)


def _lmf(seed, **options):
    from implicit.cpu.lmf import LogisticMatrixFactorization

    return LogisticMatrixFactorization(num_threads=1, random_state=seed, **options)


def _nearest(kind, _seed, **options):
    from implicit import nearest_neighbours

    return getattr(nearest_neighbours, kind)(num_threads=1, **options)


#: An item's own weight is in its list of neighbours, so that K=1 is personal frequency.
NEAREST = [{'K': [1, 2, 20, 100, 500]}, {'weights': ['days', 'log', 28, 56, 112]}]
SIMPLE = [
    Recommender('popularity', popularity, {}, [{'window': [7, 28, 84, 366], 'per': ['households', 'lines']}],
                {'window': 28, 'per': 'lines'}),
    Recommender('personal top-frequency', personal, {'weights': 'days'}, [{}], {'weights': 'days'}),
    Recommender('personal, halved with age', personal, {}, [{'weights': [28, 56, 84, 112, 168, 365]}],
                {'weights': 84}),
]
IMPLICIT = [
    Recommender(
        'implicit ALS', functools.partial(_implicit, _als),
        {'weights': 'log', 'alpha': 1.0, 'factors': 64, 'regularization': 0.1},
        [{'alpha': [1.0, 10.0, 40.0]}, {'weights': ['days', ('bm25', 'days')]},
         {'weights': [84], 'alpha': [10.0, 40.0]}, {'regularization': [1.0, 10.0, 100.0]}, {'factors': [16, 32, 128]}],
        {'weights': 'log', 'factors': 64, 'regularization': 10.0, 'alpha': 1.0, 'iterations': 3},
        {'weights': 'log', 'factors': 64, 'regularization': 10.0, 'alpha': 1.0, 'iterations': 6},
        rounds=(3, 6)),
    Recommender(
        'implicit BPR', functools.partial(_implicit, _bpr),
        {'factors': 32, 'learning_rate': 0.01, 'regularization': 0.0001},
        [{'weights': [('since', 28), ('since', 84), 'once']}, {'learning_rate': [0.03]}, {'factors': [16, 64, 128]},
         {'regularization': [0.001, 0.01]}],
        {'weights': ('since', 84), 'factors': 64, 'learning_rate': 0.01, 'regularization': 0.0001, 'iterations': 30},
        rounds=(10, 30)),
    Recommender(
        'implicit LMF', functools.partial(_implicit, _lmf),
        {'factors': 32, 'learning_rate': 1.0, 'regularization': 0.6},
        [{'weights': [('since', 84), 84, 'log', 'days']}, {'learning_rate': [0.3, 3.0]}, {'regularization': [0.1, 5.0]},
         {'factors': [16, 64]}],
        {'weights': ('since', 84), 'factors': 32, 'learning_rate': 1.0, 'regularization': 0.6, 'iterations': 30},
        rounds=(10, 30)),
    Recommender(
        'implicit cosine', functools.partial(_implicit, functools.partial(_nearest, 'CosineRecommender')),
        {'weights': 84}, NEAREST, {'weights': 84, 'K': 1}, {'weights': 84, 'K': 20}),
    Recommender(
        'implicit TF-IDF', functools.partial(_implicit, functools.partial(_nearest, 'TFIDFRecommender')),
        {'weights': 84}, NEAREST, {'weights': 84, 'K': 1}, {'weights': 84, 'K': 20}),
    Recommender(
        'implicit BM25', functools.partial(_implicit, functools.partial(_nearest, 'BM25Recommender')),
        {'weights': 84, 'K1': 1.2, 'B': 0.75}, [NEAREST[0], {'K1': [0.2, 1.2, 100], 'B': [0.0, 0.75]}, NEAREST[1]],
        {'weights': 84, 'K': 1, 'K1': 1.2, 'B': 0.75}, {'weights': 84, 'K': 20, 'K1': 1.2, 'B': 0.75}),
]


def quietly(call, *arguments, **options):
    """Call without the libraries' hints about threads and types."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return call(*arguments, **options)
