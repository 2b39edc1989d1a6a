"""What the steps of :mod:`.affinity` take and give, and what they share."""
import math
from datetime import date
from typing import Any, NamedTuple

try:
    import numpy as np
except ImportError:
    np = None
try:
    from scipy import sparse
except ImportError:
    sparse = None

EPOCH = date(1970, 1, 1)

#: What a recommendation rests on; ``Ranking.why`` counts in this order. `similar` is for those who know more of
#: products than purchases tell.
WHYS = ('due', 'again', 'bought_with', 'similar', 'popular')
DUE, AGAIN, BOUGHT_WITH, SIMILAR, POPULAR = range(len(WHYS))
#: Stands for "no product" in ``Ranking.because_of``.
NOTHING = 0

#: Fewer customers than this who bought something are never told to others, neither as a pair nor as popular.
CUSTOMERS = 5
#: Days for which something counts as bought now.
NOW_DAYS = 28
#: Of how many customers with a habit the share that buys again is drawn towards the mean (Bhagat et al. 2018, eq. 2).
PRIOR_CUSTOMERS, PRIOR_AGAIN = 3.0, 0.3


class Purchases(NamedTuple):
    """Lines of orders, as arrays of equal length.

    :ivar customer: int32 or int64
    :ivar product: int32 or int64
    :ivar basket: int32 or int64: one per order
    :ivar day: int32: days since 1970
    """

    customer: Any
    product: Any
    basket: Any
    day: Any


class Popularity(NamedTuple):
    """What is known of products, one entry each, ordered by product.

    :ivar product: ids
    :ivar recent: float: the part of the customers of the last weeks who bought it then; 0 when they are too few to tell
    :ivar again: float: the part of its customers who bought it on more than one day, drawn towards the mean
    """

    product: Any
    recent: Any
    again: Any


class Neighbours(NamedTuple):
    """What goes with one product, the closest first.

    :ivar int product:
    :ivar others: ids
    :ivar weights: float: the cosine of the two products' customers, 0 to 1
    :ivar together: int: customers who bought both
    """

    product: int
    others: Any
    weights: Any
    together: Any


class Pairs(NamedTuple):
    """Rows of neighbours as they come from a table, in any order: one entry for each product and other."""

    product: Any
    other: Any
    weight: Any


class Ranking(NamedTuple):
    """What customers may want: ordered by customer, the best first.

    :ivar customer: ids
    :ivar product: ids
    :ivar score: float: about the probability to be bought in the next four weeks
    :ivar why: int8: a place in ``WHYS``
    :ivar because_of: the product of the customer's own that speaks most for it; NOTHING unless why is bought_with
    """

    customer: Any
    product: Any
    score: Any
    why: Any
    because_of: Any


def is_available():
    """Tell whether the libraries are there that everything here needs."""
    return np is not None and sparse is not None


def missing():
    """Return the names of the libraries to install, for people; none when all are there."""
    return [name for name, module in (('numpy', np), ('scipy', sparse)) if module is None]


def until(purchases, today):
    """Return the purchases as arrays, without those of after today."""
    columns = [np.asarray(column) for column in purchases]
    known = columns[3] <= today
    return Purchases(*columns) if known.all() else Purchases(*(column[known] for column in columns))


def distinct(*columns):
    """Return the distinct rows of columns of integers from 0 on, ordered by the first, then the second…"""
    key = np.zeros(len(columns[0]), np.int64)
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    if math.prod(sizes) >= 2**63:
        raise OverflowError('too many customers, products and days for one call')
    for column, size in zip(columns, sizes, strict=True):
        key *= size
        key += column
    key = np.unique(key)
    rows = []
    for size in reversed(sizes[1:]):
        key, column = np.divmod(key, size)
        rows.append(column)
    return [key, *reversed(rows)]


def known_at(known, wanted):
    """Return where each of `wanted` is in the ordered ids `known`, and which of them are there at all."""
    if not len(known):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return place, known[place] == wanted
