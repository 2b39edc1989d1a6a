"""Which products are bought now, and which are bought again: the first step of :mod:`.affinity`."""
try:
    import numpy as np
except ImportError:
    np = None

from .affinity_types import CUSTOMERS, NOW_DAYS, PRIOR_AGAIN, PRIOR_CUSTOMERS, Popularity, distinct, until


def popularity(purchases, today, *, customers=CUSTOMERS):
    """Return what is known of each product that was bought.

    The part who buy again is the repeat customer probability of Bhagat, R., Muralidharan, S., Lobzhanidze, A. and
    Vishwanath, S. (2018), Buy it again: modeling repeat purchase recommendations. KDD, 62-70; with few customers it is
    drawn towards the mean.

    :param Purchases purchases:
    :param int today:
    :param int customers: of fewer customers in the last weeks, nothing is told.
    :rtype: Popularity
    """
    purchases = until(purchases, today)
    _people, customer = np.unique(purchases.customer, return_inverse=True)
    products, product = np.unique(purchases.product, return_inverse=True)
    day = purchases.day - purchases.day.min(initial=today)
    bought, buyer, _day = distinct(product, customer, day)
    first = np.ones(len(bought), bool)
    first[1:] = (bought[1:] != bought[:-1]) | (buyer[1:] != buyer[:-1])
    starts = np.flatnonzero(first)
    repeated = np.diff(np.append(starts, len(bought))) > 1
    buyers = np.bincount(bought[starts], minlength=len(products))
    again = np.bincount(bought[starts], weights=repeated, minlength=len(products))
    now = purchases.day > today - NOW_DAYS
    recent_product, recent_customer = distinct(product[now], customer[now])
    recent = np.bincount(recent_product, minlength=len(products)).astype(float)
    recent[recent < customers] = 0
    return Popularity(
        products, recent / max(1, len(np.unique(recent_customer))),
        (again + PRIOR_AGAIN * PRIOR_CUSTOMERS) / (buyers + PRIOR_CUSTOMERS))


