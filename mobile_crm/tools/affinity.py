"""What goes together, by purchases (a first version)."""
from datetime import date
from typing import Any, NamedTuple

EPOCH = date(1970, 1, 1)


class Purchases(NamedTuple):
    customer: Any
    product: Any
    basket: Any
    day: Any


class Neighbours(NamedTuple):
    product: int
    others: Any
    weights: Any
    together: Any


def is_available():
    """Tell whether scipy is there."""
    try:
        import scipy.sparse  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def neighbours(purchases, today, *, keep, memory, customers=3):
    """Yield what goes with each product."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415
    products, columns = np.unique(purchases.product, return_inverse=True)
    people, rows = np.unique(purchases.customer, return_inverse=True)
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(people), len(products)))
    matrix.data[:] = 1
    counts = (matrix.T @ matrix).tocsr()
    sizes = counts.diagonal()
    for number, product in enumerate(products):
        part = slice(counts.indptr[number], counts.indptr[number + 1])
        others, together = counts.indices[part], counts.data[part]
        good = (others != number) & (together >= customers)
        others, together = others[good], together[good]
        weights = together / np.sqrt(sizes[number] * sizes[others])
        best = np.lexsort((others, -weights))[:keep]
        if len(best):
            yield Neighbours(product, products[others[best]], weights[best], together[best])
