"""One look at all lines before anything is loaded: sums to compare with, prices, who shops where, what coupons took."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

#: What is counted and compared at the end, in this order.
TOTALS = ('lines', 'baskets', 'quantity', 'sales', 'retail', 'coupon', 'match')


@dataclass
class Survey:
    """What one look has found. Amounts are in cents.

    :ivar Counter totals: by TOTALS
    :ivar dict prices: the last price on the shelf of each product that was sold for money
    :ivar set sold: products with a line
    :ivar dict visits: of each household, the number of its baskets at each store
    :ivar dict first: of each household, when it came first
    :ivar last_day: of all lines
    :ivar int pieces: the quantities; a line with money and without a quantity counts as one
    :ivar dict used: index of a redemption: (basket, amount)
    """

    totals: Counter = field(default_factory=Counter)
    prices: dict = field(default_factory=dict)
    sold: set = field(default_factory=set)
    visits: dict = field(default_factory=lambda: defaultdict(Counter))
    first: dict = field(default_factory=dict)
    last_day: object = None
    pieces: int = 0
    used: dict = field(default_factory=dict)

    @property
    def stores(self):
        """How many baskets each store has sold."""
        return sum(self.visits.values(), Counter())


def look(source):
    """Return what there is to know about a source."""
    survey = Survey()
    days = defaultdict(dict)
    wanted = {(redemption.household_id, redemption.day) for redemption in source.redemptions}
    totals, basket = dict.fromkeys(TOTALS, 0), None
    for line in source.lines():
        totals['lines'] += 1
        totals['quantity'] += line.quantity
        totals['sales'] += line.sales
        totals['retail'] += line.retail
        totals['coupon'] += line.coupon
        totals['match'] += line.match
        survey.sold.add(line.product_id)
        survey.pieces += line.pieces
        if line.shelf:
            survey.prices[line.product_id] = line.shelf / line.pieces
        if line.basket_id != basket:
            basket = line.basket_id
            totals['baskets'] += 1
            survey.visits[line.household_id][line.store_id] += 1
            survey.first.setdefault(line.household_id, line.sold_at)
        key = line.household_id, line.sold_at.date()
        if key in wanted:
            days[key].setdefault(line.basket_id, {})[line.product_id] = line.coupon
    survey.totals = Counter(totals)
    survey.last_day = line.sold_at.date()
    survey.used = _assign(source, days)
    return survey


def _assign(source, days):
    """Find the basket in which each redemption happened, and what it took off there.

    The data name the household, the day and the coupon. A coupon takes the discounts on the products that it counts
    for. Where a discount was booked on another line, it takes the largest one that is left in the basket.

    :param dict days: by (household, day): {basket: {product: discount by coupons}}
    """
    products = defaultdict(set)
    for upc, product, campaign in source.coupons:
        products[upc, campaign].add(product)
    found, late = {}, []
    left = {key: {basket: dict(lines) for basket, lines in baskets.items()} for key, baskets in days.items()}
    for index, redemption in enumerate(source.redemptions):
        baskets = left.get((redemption.household_id, redemption.day))
        if not baskets:
            continue
        counts_for = products[redemption.coupon_upc, redemption.campaign_id]

        def worth(basket, baskets=baskets, counts_for=counts_for):
            own = baskets[basket].keys() & counts_for
            return sum(baskets[basket][product] for product in own), len(own)

        basket = max(baskets, key=worth)
        amount, _own = worth(basket)
        if amount:
            for product in baskets[basket].keys() & counts_for:
                baskets[basket][product] = 0
            found[index] = basket, amount
        else:
            late.append((index, baskets, basket if worth(basket)[1] else None))
    for index, baskets, likely in late:
        basket = likely or max(baskets, key=lambda basket, baskets=baskets: max(baskets[basket].values()))
        product = max(baskets[basket], key=baskets[basket].get)
        found[index] = basket, baskets[basket][product]
        baskets[basket][product] = 0
    return found
