"""What goes together and what a customer may want next, by purchases. Arrays only: nothing here knows a database.

Three steps, each of which can be called on its own:

1. :func:`popularity` says of each product how many buy it now and how many of its buyers bought it again;
2. :func:`neighbours` says of each product what the same customers buy, product by product in bounded memory: these
   are the rows of a table;
3. :func:`rank` takes some customers' purchases with the rows of both and says what each of them may want. Customers
   do not depend on each other here, so any number is ranked batch by batch, in the memory of one batch.

Ids are positive integers of the caller's own; days are counted from 1 January 1970, and what was bought after `today`
is not looked at. The order of the lines never matters.

It needs numpy, and scipy for step 2: ask :func:`is_available` first.
"""
from .affinity_pairs import neighbours
from .affinity_popularity import popularity
from .affinity_rank import rank
from .affinity_types import (
    CUSTOMERS,
    EPOCH,
    NOTHING,
    WHYS,
    Neighbours,
    Pairs,
    Popularity,
    Purchases,
    Ranking,
    is_available,
    missing,
)

__all__ = [
    'CUSTOMERS', 'EPOCH', 'NOTHING', 'WHYS', 'Neighbours', 'Pairs', 'Popularity', 'Purchases', 'Ranking',
    'is_available', 'missing', 'neighbours', 'popularity', 'rank',
]
