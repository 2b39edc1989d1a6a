"""What is read: the tables of the data as tuples, whoever has them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from .. import retail_env

#: What the package says of its data, word for word; printed before they are loaded, and quoted in docs/retail.md.
NOTICE = (
    'This package contains simulated data based on real grocery shopping patterns. It is intended for educational and '
    'exploratory data analysis purposes only. This data should not be used for academic research, commercial '
    'decision-making, or any purpose requiring authentic consumer behavior data.')
#: The data keep their times in UTC; read in this zone, people shop by day, and coupons are redeemed on the day on which
#: the households bought.
ZONE = 'America/New_York'
#: Lines that are turned into tuples at a time.
CHUNK = 100_000
MONEY = ('sales_value', 'retail_disc', 'coupon_disc', 'coupon_match_disc')


class Product(NamedTuple):
    """One product; what is not known is empty."""

    product_id: int
    manufacturer_id: int
    department: str
    brand: str
    category: str
    type: str
    size: str


class Line(NamedTuple):
    """One product of a basket. Amounts are in cents.

    :ivar int sales: what the shop got, without what the manufacturer paid
    :ivar int retail: what the shop took off for holders of its card
    :ivar int coupon: what a manufacturer's coupon took off what the customer paid
    :ivar int match: what the shop took off to double the coupon
    :ivar datetime sold_at: by the clock on the shop's wall
    """

    household_id: int
    store_id: int
    basket_id: int
    product_id: int
    quantity: int
    sales: int
    retail: int
    coupon: int
    match: int
    sold_at: datetime

    @property
    def shelf(self):
        """What the line would have cost without any discount."""
        return self.sales + self.retail + self.match

    @property
    def pieces(self):
        """The quantity. Some lines have money and no quantity: they sell one piece."""
        return self.quantity or int(bool(self.shelf))


class Redemption(NamedTuple):
    """A coupon that a household used, on a day by the shop's calendar."""

    household_id: int
    coupon_upc: int
    campaign_id: int
    day: date


@dataclass
class Source:
    """The tables of the data.

    :ivar lines: function that returns an iterator of `Line`, ordered by time, the lines of a basket together
    :ivar products: of `Product`
    :ivar dict demographics: of a household, {what: which}; many households have none
    :ivar campaigns: of (campaign, type, first day, last day)
    :ivar audiences: of (campaign, household)
    :ivar coupons: of (coupon_upc, product, campaign)
    :ivar redemptions: of `Redemption`
    """

    lines: Callable
    products: Iterable = ()
    demographics: dict = field(default_factory=dict)
    campaigns: Iterable = ()
    audiences: Iterable = ()
    coupons: Iterable = ()
    redemptions: Iterable = ()


def published(households=None):
    """Return the tables of the package, or what concerns its first households.

    :param int households: how many; None for all
    :rtype: Source
    """
    frames = retail_env.tables('transactions', 'products', 'demographics', 'campaigns', 'campaign_descriptions',
                               'coupons', 'coupon_redemptions')
    lines = frames['transactions']
    if households:
        chosen = sorted(lines['household_id'].unique())[:households]
        for name, frame in frames.items():
            if 'household_id' in frame:
                frames[name] = frame[frame['household_id'].isin(chosen)]
        lines = frames['transactions']
    lines = lines.sort_values(['transaction_timestamp', 'basket_id', 'product_id'], kind='stable')
    lines['sold_at'] = (
        lines['transaction_timestamp'].dt.tz_localize('UTC').dt.tz_convert(ZONE).dt.tz_localize(None))
    for name in MONEY:
        lines[name] = (lines[name] * 100).round().astype('int64')
    columns = ['household_id', 'store_id', 'basket_id', 'product_id', 'quantity', *MONEY, 'sold_at']
    products = list(map(Product._make, _rows(frames['products'])))
    if households:
        bought = set(lines['product_id'].unique())
        products = [product for product in products if product.product_id in bought]
    people = frames['demographics']
    return Source(
        lines=lambda: map(Line._make, _rows(lines[columns])),
        products=products,
        demographics={row[0]: {name: value for name, value in zip(people.columns[1:], row[1:], strict=True) if value}
                      for row in _rows(people)},
        campaigns=[(number, kind, start.date(), end.date())
                   for number, kind, start, end in _rows(frames['campaign_descriptions'])],
        audiences=list(_rows(frames['campaigns'])),
        coupons=list(_rows(frames['coupons'])),
        redemptions=[Redemption(household, upc, campaign, day.date())
                     for household, upc, campaign, day in _rows(frames['coupon_redemptions'])])


def _rows(frame):
    """Yield a frame's rows as tuples of Python's own types; what is missing is an empty text."""
    for start in range(0, len(frame), CHUNK):
        part = frame.iloc[start:start + CHUNK]
        columns = []
        for name in part.columns:
            column = part[name]
            if column.dtype.kind == 'M':
                columns.append(column.dt.to_pydatetime())
            else:
                columns.append(column.fillna('').tolist() if column.isna().any() else column.tolist())
        yield from zip(*columns, strict=True)
