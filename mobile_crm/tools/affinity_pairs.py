"""What goes together: the second step of :mod:`.affinity`."""
try:
    import numpy as np
except ImportError:
    np = None
try:
    from scipy import sparse
except ImportError:
    sparse = None

from .affinity_types import CUSTOMERS, Neighbours, distinct, until


def neighbours(purchases, today, *, keep, memory, customers=CUSTOMERS):
    """Yield what goes with each product, ordered by product: what the same customers bought.

    Each customer counts once for a pair, however often they bought it, so that the habits of one household do not look
    like a rule. The weight is the cosine of the two products' sets of customers (item-to-item collaborative filtering:
    Linden, G., Smith, B. and York, J. (2003), Amazon.com recommendations. IEEE Internet Computing 7(1), 76-80).
    Products without a neighbour are left out.

    The matrix of counts ``XᵀX`` never exists as a whole: it is made in blocks of products that fit into `memory`.

    :param Purchases purchases:
    :param int today:
    :param int keep: neighbours of each product at most.
    :param int memory: bytes for a block of counts, beside the purchases themselves and twelve bytes for each distinct
        pair of customer and product. One row of counts is made however little it is.
    :param int customers: a pair is told when at least so many customers bought both.
    :rtype: Iterator[Neighbours]
    """
    if sparse is None:
        raise RuntimeError('what goes together needs scipy')
    bought, products = matrix(until(purchases, today), customers)
    sizes = np.diff(bought.tocsc().indptr)
    buyers = bought.T.tocsr()
    for first, last in blocks(bought, buyers, memory):
        counts = buyers[first:last] @ bought
        for number in range(last - first):
            part = slice(counts.indptr[number], counts.indptr[number + 1])
            together = counts.data[part]
            good = np.flatnonzero(together >= customers)
            others, together = counts.indices[part][good], together[good]
            itself = others != first + number
            others, together = others[itself], together[itself]
            if not len(others):
                continue
            weights = together / np.sqrt(sizes[first + number] * sizes[others].astype(float))
            best = _best(weights, products[others], keep)
            yield Neighbours(products[first + number].item(), products[others[best]], weights[best], together[best])


#: Bytes that one count takes while a block is made: its number and its place.
COUNT_BYTES = 8


def matrix(purchases, customers):
    """Return who bought what, customers by products, and the products' ids.

    Products that fewer than `customers` bought are left out: no pair of theirs could be told.
    """
    _people, customer = np.unique(purchases.customer, return_inverse=True)
    products, product = np.unique(purchases.product, return_inverse=True)
    customer, product = distinct(customer, product)
    known = np.bincount(product, minlength=len(products)) >= customers
    place = np.cumsum(known) - 1
    kept = known[product]
    customer, product = customer[kept], place[product[kept]]
    products = products[known]
    count = int(customer.max(initial=-1)) + 1
    starts = np.searchsorted(customer, np.arange(count + 1))
    rows = sparse.csr_matrix(
        (np.ones(len(product), np.int32), product.astype(np.int32), starts), shape=(count, len(products)))
    return rows, products


def blocks(bought, buyers, memory):
    """Yield the first product and the one after the last of blocks whose counts fit into so many bytes."""
    # A product has at most as many neighbours as its customers' histories are long together.
    longest = buyers @ np.diff(bought.indptr)
    bytes_up_to = np.cumsum(np.minimum(longest, buyers.shape[0])) * COUNT_BYTES
    first, before = 0, 0
    while first < buyers.shape[0]:
        last = max(first + 1, int(np.searchsorted(bytes_up_to, before + memory, side='right')))
        yield first, last
        first, before = last, bytes_up_to[last - 1]


def _best(weights, ids, keep):
    """Return the places of the largest weights, largest first, equal ones by id."""
    if len(weights) > keep:
        least = np.partition(weights, len(weights) - keep)[len(weights) - keep]
        places = np.flatnonzero(weights >= least)
    else:
        places = np.arange(len(weights))
    return places[np.lexsort((ids[places], -weights[places]))][:keep]


