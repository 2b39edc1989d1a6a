"""What a customer may want next: the third step of :mod:`.affinity`."""
from typing import Any, NamedTuple

try:
    import numpy as np
except ImportError:
    np = None

from .affinity_types import (
    AGAIN,
    BOUGHT_WITH,
    DUE,
    NOTHING,
    POPULAR,
    PRIOR_AGAIN,
    Ranking,
    distinct,
    known_at,
    until,
)


class Habits(NamedTuple):
    """What customers bought, one entry for each customer and product, ordered by both; ages are at least 1 day.

    :ivar customer: number, in the order of the ids
    :ivar product: number, in the order of the ids
    :ivar days: on how many days it was bought
    :ivar last, first: how many days ago it was bought last and first
    :ivar decayed: one array for each of ``HALF_LIVES``: the days, each halved after so many
    """

    customer: Any
    product: Any
    days: Any
    last: Any
    first: Any
    decayed: Any

    @property
    def gap(self):
        """How many days are between two purchases, on average; 0 where it was bought on one day only."""
        return (self.first - self.last) / np.maximum(self.days - 1, 1)

    def some(self, first, last):
        """Return those of the customers from number `first` up to before `last`."""
        part = slice(*np.searchsorted(self.customer, [first, last]))
        return Habits(*(column[part] for column in self[:-1]), [column[part] for column in self.decayed])


#: Days after which a purchase counts half: what was bought lately, this season and ever (the time decay of personal
#: frequency: Hu, H., He, X., Gao, J. and Zhang, Z.-L. (2020), Modeling personalized item frequency information for
#: next-basket recommendation. SIGIR, 1071-1080).
HALF_LIVES = (28, 112, 224)
#: Which of them says how much a product is a customer's own.
STRENGTH = 1
#: Neighbours are looked up for so many products of a customer, the strongest first.
SEEDS = 60
#: Popular products that compete for a place with what goes together.
POPULAR_COUNT = 100
#: From so many days of buying on, a customer's usual gap is known; a product is due between these parts of it, later it
#: was given up.
HABIT = 3
DUE_FROM, DUE_UNTIL = 0.8, 3.0
#: Bytes that ranking takes beside what it is given, about, and those of one candidate; more customers go in batches.
RANK_MEMORY = 64 * 2**20
ROW_BYTES = 128


def habits(customer, product, day, today):
    """Sum up purchases.

    :param customer, product: arrays of numbers from 0 on.
    :param day: days since 1970, none after today.
    :rtype: Habits
    """
    age = np.asarray(today - day + 1)
    customer, product, age = distinct(customer, product, age)
    if not len(customer):
        none = np.zeros(0)
        return Habits(customer, product, none, none, none, [none] * len(HALF_LIVES))
    fresh = np.ones(len(customer), bool)
    fresh[1:] = (customer[1:] != customer[:-1]) | (product[1:] != product[:-1])
    starts = np.flatnonzero(fresh)
    days = np.diff(np.append(starts, len(customer)))
    decayed = [np.add.reduceat(np.exp2(-age / half_life), starts) for half_life in HALF_LIVES]
    return Habits(
        customer[starts], product[starts], days.astype(float), age[starts].astype(float),
        age[starts + days - 1].astype(float), decayed)


def again_signals(habit, recent, again):
    """Return what tells whether somebody buys a product again, an array each.

    Beside how often and how lately it was bought, that is how long ago in their own usual gaps, which says when it is
    due (Bhagat et al. 2018; Anderson, A., Kumar, R., Tomkins, A. and Vassilvitskii, S. (2014), The dynamics of repeat
    consumption. WWW, 419-430), and what all customers do with it.

    :param Habits habit:
    :param recent, again: of each entry's product, see :class:`Popularity`.
    """
    once = habit.days < 2
    late = np.where(once, 0.0, np.log(habit.last / np.maximum(habit.gap, 1) + 0.05))
    return [
        *(np.log(decayed + 1e-3) for decayed in habit.decayed),
        np.log(habit.last), np.log(habit.first), np.log(habit.days), once.astype(float), late, np.maximum(late, 0),
        np.where(once, 0.0, np.log(np.maximum(habit.gap, 1))), np.log(recent + RARE), np.log(again)]


def other_signals(recent, weight):
    """Return what tells whether somebody buys a product for the first time, an array each.

    :param recent: of each product.
    :param weight: sum of the weights of the customer's own products with it.
    """
    return [np.log(recent + RARE), np.log(weight + 0.02)]


#: What is added to parts of all customers before a logarithm is taken.
RARE = 5e-4
#: A logistic model of either kind: the constant, then the weight of each signal. Both were fitted on the Complete
#: Journey's purchases up to four weeks before those of the comparison: `./dev bench recommend` says how.
AGAIN_MODEL = (0.549, -0.225, 2.855, -3.583, -0.345, 0.093, 1.867, -1.453, 0.261, -0.664, -0.221, 0.113, 0.405)
OTHER_MODEL = (-3.376, 0.218, 0.387)


def chance(signals, model):
    """Return the probability of each entry.

    Term by term, since a product of matrices would round an entry by how many stand beside it.
    """
    total = np.full(len(signals[0]), model[0])
    for signal, weight in zip(signals, model[1:], strict=True):
        total += weight * signal
    return 1 / (1 + np.exp(-total))


class Shop(NamedTuple):
    """What is known of the products, by number: in the order of their ids.

    :ivar starts: where the neighbours of each product begin in the next two
    :ivar others: numbers
    :ivar weights: float
    :ivar recent, again: of each product, see :class:`Popularity`
    :ivar popular: the numbers of the products that most customers buy
    """

    starts: Any
    others: Any
    weights: Any
    recent: Any
    again: Any
    popular: Any

    @classmethod
    def of(cls, products, pairs, popularity):
        """Put together what is known of `products`, which are the ordered ids of all that are concerned."""
        product, other, weight = (np.asarray(column) for column in pairs)
        place, known = known_at(products, product)
        order = np.argsort(place[known], kind='stable')
        place = place[known][order]
        recent, again = np.zeros(len(products)), np.full(len(products), PRIOR_AGAIN)
        there = np.searchsorted(products, popularity.product)
        recent[there], again[there] = popularity.recent, popularity.again
        popular = np.lexsort((np.arange(len(products)), -recent))[:POPULAR_COUNT]
        return cls(
            np.searchsorted(place, np.arange(len(products) + 1)), np.searchsorted(products, other[known][order]),
            weight[known][order].astype(float), recent, again, popular[recent[popular] > 0])

    def others_of(self, habit):
        """Return what goes with customers' products, and what is popular, without what they have bought.

        :param Habits habit: of some customers.
        :return: arrays, ordered by customer and product: customer, product, the sum of the weights, the product that
            weighs most (-1: none)
        """
        strength = habit.decayed[STRENGTH]
        order = np.lexsort((habit.product, -strength, habit.customer))
        place = np.arange(len(order)) - np.searchsorted(habit.customer, habit.customer)
        seeds = order[place < SEEDS]
        counts = np.diff(self.starts)[habit.product[seeds]]
        row = np.repeat(np.arange(len(seeds)), counts)
        entry = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        entry += self.starts[habit.product[seeds]][row]
        people = np.unique(habit.customer)
        customer = np.concatenate([habit.customer[seeds][row], np.repeat(people, len(self.popular))])
        other = np.concatenate([self.others[entry], np.tile(self.popular, len(people))])
        part = np.concatenate([
            self.weights[entry] * np.sqrt(np.minimum(strength[seeds], 1))[row],
            np.zeros(len(people) * len(self.popular))])
        because = np.concatenate([habit.product[seeds][row], np.full(len(people) * len(self.popular), -1)])
        key = customer * np.int64(len(self.recent)) + other
        _place, own = known_at(habit.customer * np.int64(len(self.recent)) + habit.product, key)
        key, part, because = key[~own], part[~own], because[~own]
        order = np.lexsort((-because, part, key))
        key, part, because = key[order], part[order], because[order]
        last = np.ones(len(key), bool)
        last[:-1] = key[1:] != key[:-1]
        ends = np.flatnonzero(last)
        starts = np.append(0, ends[:-1] + 1)[:len(ends)]
        weight = np.add.reduceat(part, starts) if len(starts) else part
        return *np.divmod(key[ends], len(self.recent)), weight, because[ends]

    def rank(self, habit, keep):
        """Return the ranking of some customers; numbers instead of ids.

        :rtype: Ranking
        """
        late = habit.last / np.maximum(habit.gap, 1)
        due = (habit.days >= HABIT) & (late >= DUE_FROM) & (late <= DUE_UNTIL)
        customer, product, weight, because = self.others_of(habit)
        score = np.concatenate([
            chance(again_signals(habit, self.recent[habit.product], self.again[habit.product]), AGAIN_MODEL),
            chance(other_signals(self.recent[product], weight), OTHER_MODEL)])
        why = np.concatenate([np.where(due, DUE, AGAIN), np.where(weight > 0, BOUGHT_WITH, POPULAR)]).astype(np.int8)
        customer, product = np.concatenate([habit.customer, customer]), np.concatenate([habit.product, product])
        because = np.concatenate([np.full(len(habit.product), -1), because])
        order = np.lexsort((product, -score, customer))
        customer = customer[order]
        chosen = np.arange(len(order)) - np.searchsorted(customer, customer) < keep
        order = order[chosen]
        return Ranking(customer[chosen], product[order], score[order], why[order], because[order])


def rank(histories, pairs, popularity, today, *, keep=50):
    """Return what customers may want: what they buy again, what goes with it, and what is popular.

    :param Purchases histories: of any number of customers; who has none is not in the answer: let them be told what is
        popular.
    :param Pairs pairs: of the products in the histories at least.
    :param Popularity popularity: of all products.
    :param int today:
    :param int keep: products for each customer at most.
    :rtype: Ranking
    """
    histories = until(histories, today)
    people, customer = np.unique(histories.customer, return_inverse=True)
    products = np.unique(np.concatenate([histories.product, pairs.product, pairs.other, popularity.product]))
    shop = Shop.of(products, pairs, popularity)
    habit = habits(customer, np.searchsorted(products, histories.product), histories.day, today)
    widest = int(np.diff(shop.starts).max(initial=0))
    step = max(1, RANK_MEMORY // (ROW_BYTES * (SEEDS * widest + len(shop.popular) + 1)))
    parts = [
        shop.rank(habit.some(first, first + step), keep) for first in range(0, len(people), step)]
    if not parts:
        none = np.zeros(0, np.int64)
        return Ranking(none, none, none.astype(float), none.astype(np.int8), none)
    customer, product, score, why, because = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Ranking(
        people[customer], products[product], score, why, np.where(because < 0, NOTHING, products[because]))
