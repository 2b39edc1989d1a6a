"""What ours is compared with: popularity, personal frequency, and the models of `implicit`, each with its grid."""

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
    :ivar recommend: called with a Split, the parameters and a seed; returns ten products for each judged household
    :ivar grid: {parameter: values}, all of which validation chooses from
    :ivar tuned: what it chose; `MOBILE_CRM_FULL=1 ./dev bench recommend` finds it
    :ivar seeded: whether the seed changes the answer
    """

    name: str
    recommend: Callable
    grid: dict
    tuned: dict
    seeded: bool = False

    @property
    def choices(self):
        return [dict(zip(self.grid, values, strict=True)) for values in itertools.product(*self.grid.values())]


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
    return np.repeat(best(counts[None].astype(float)), len(split.judged), axis=0)


def personal(split, seed, *, weights):
    """Recommend what a household bought most; equally often bought ones, and the rest, by popularity."""
    return _by_scores(split, split.weights(weights))


def _by_scores(split, matrix):
    popular = _popular(split, DAYS) / len(split.households) * 1e-6
    return np.concatenate([
        best(matrix[split.judged[first:first + BATCH]].toarray() + popular)
        for first in range(0, len(split.judged), BATCH)])


def _implicit(make, split, seed, *, weights, seen, **options):
    """Recommend by a model of `implicit`."""
    model = make(seed, **options)
    matrix = split.weights(weights)
    model.fit(matrix, show_progress=False)
    found = np.full((len(split.judged), TOP), -1)
    for first in range(0, len(split.judged), BATCH):
        households = split.judged[first:first + BATCH]
        products, _scores = model.recommend(
            households, matrix[households], N=TOP, filter_already_liked_items=not seen)
        found[first:first + len(households), :products.shape[1]] = products
    return found


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


def _model(name, make, grid, tuned, *, seeded):
    return Recommender(name, functools.partial(_implicit, make), grid, tuned, seeded)


#: An item's own weight is in its list of neighbours, so that K=1 without hiding what was seen is personal frequency.
NEAREST = {'weights': ['days', 'log', 112], 'seen': [True, False], 'K': [1, 2, 20, 100]}
SIMPLE = [
    Recommender('popularity', popularity, {'window': [7, 28, 84, 366], 'per': ['households', 'lines']},
                {'window': 28, 'per': 'lines'}),
    Recommender('personal top-frequency', personal, {'weights': ['days']}, {'weights': 'days'}),
    Recommender('personal, halved with age', personal, {'weights': [28, 56, 84, 112, 168, 365]}, {'weights': 84}),
]
IMPLICIT = [
    _model('implicit ALS', _als, {
        'weights': ['days', 'log', 112], 'seen': [True, False], 'factors': [64, 128, 256],
        'regularization': [0.01, 0.1, 1.0], 'alpha': [1.0, 20.0], 'iterations': [10]},
        {'weights': 'days', 'seen': True, 'factors': 128, 'regularization': 0.1, 'alpha': 1.0, 'iterations': 10},
        seeded=True),
    _model('implicit BPR', _bpr, {
        'weights': ['once'], 'seen': [True, False], 'factors': [32, 64], 'regularization': [0.001, 0.01],
        'learning_rate': [0.01, 0.05], 'iterations': [50, 200]},
        {'weights': 'once', 'seen': True, 'factors': 64, 'regularization': 0.01, 'learning_rate': 0.05,
         'iterations': 50}, seeded=True),
    _model('implicit LMF', _lmf, {
        'weights': ['days', 'log', 112], 'seen': [True, False], 'factors': [32, 64], 'regularization': [0.6, 5.0],
        'iterations': [30]},
        {'weights': 'days', 'seen': True, 'factors': 32, 'regularization': 0.6, 'iterations': 30}, seeded=True),
    _model('implicit cosine', functools.partial(_nearest, 'CosineRecommender'), NEAREST,
           {'weights': 112, 'seen': True, 'K': 1}, seeded=False),
    _model('implicit TF-IDF', functools.partial(_nearest, 'TFIDFRecommender'), NEAREST,
           {'weights': 112, 'seen': True, 'K': 1}, seeded=False),
    _model('implicit BM25', functools.partial(_nearest, 'BM25Recommender'),
           NEAREST | {'K1': [1.2, 100], 'B': [0.2, 0.75]},
           {'weights': 112, 'seen': True, 'K': 1, 'K1': 100, 'B': 0.2}, seeded=False),
]


def quietly(call, *arguments, **options):
    """Call without the libraries' hints about threads and types."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return call(*arguments, **options)
