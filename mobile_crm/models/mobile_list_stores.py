from typing import NamedTuple

from odoo import api, models

from .mobile_catalogue_stores import IN_STOCK, LOW, OUT

# How many stores are compared: who wants to go farther asks from there.
STORES = 20


class Basket(NamedTuple):
    """What of a shopping list one store has.

    :ivar store: ``mobile_store.NearStore``
    :ivar opening: open now, and when that changes, see ``mobile.store._openings``
    :ivar lines: ``mobile.list.line``, that it has
    :ivar low: of these, those of which few are left
    :ivar missing: ``mobile.list.line``, that it does not have
    :ivar unknown: ``mobile.list.line``, of which nobody knows
    :ivar float total: what the lines that it has cost, in the shopper's currency
    """

    store: tuple
    opening: tuple
    lines: models.BaseModel
    low: models.BaseModel
    missing: models.BaseModel
    unknown: models.BaseModel
    total: float

    @property
    def is_complete(self):
        """Whether it has everything."""
        return bool(self.lines) and not self.missing and not self.unknown


class Comparison(NamedTuple):
    """Which store has what is still to be bought.

    :ivar list baskets: of ``Basket``: complete ones, then those that have most, then the nearest
    :ivar int count: how many lines are compared
    :ivar float total: what they cost together, in `currency` (``res.currency``)
    :ivar wordy: ``mobile.list.line``, in words or of a product that the shop does not show any more
    """

    baskets: list
    count: int
    total: float
    currency: models.BaseModel
    wordy: models.BaseModel


class MobileList(models.Model):
    """Which store has what is on a list, and at what total."""

    _inherit = 'mobile.list'

    # === BUSINESS METHODS === #

    def _compare_stores(self, shopper, latitude, longitude, now):
        """Return what each of the nearest stores has of the products that are still to be bought.

        A product costs the same in each store. Lines in the customer's own words are in no store's favour.

        :param Shopper shopper: the caller, whose list it is.
        :param float latitude, longitude: degrees; without them it is the customer's favourite stores, or the first ones
            by name.
        :param datetime now: naive UTC.
        :rtype: Comparison
        """
        self.ensure_one()
        Catalogue = self.env['mobile.catalogue']
        open_lines = self.line_ids.filtered(lambda line: not line.done)
        products = Catalogue._visible(shopper, list(dict.fromkeys(open_lines.product_id.ids)))
        lines = open_lines.filtered(lambda line: line.product_id in products)
        stores = self._near_stores(shopper, latitude, longitude)
        prices = self._prices(shopper, lines, products)
        currency = next((price.currency for price in prices.values()), shopper.company.currency_id)
        available = Catalogue._availability(products.ids, [store.id for store in stores])
        openings = self.env['mobile.store']._openings(stores, now)
        baskets = [
            self._basket(store, opening, lines, available) for store, opening in zip(stores, openings, strict=True)]
        # Most stores have the same.
        kinds = {basket.lines.product_id for basket in baskets} | {products}
        totals = dict(zip(kinds, Catalogue._order_totals(shopper, prices, [
            kind.sudo() for kind in kinds]), strict=True))
        baskets = [basket._replace(total=totals[basket.lines.product_id]) for basket in baskets]
        # Sorting keeps the nearer one of two alike.
        baskets.sort(key=lambda basket: (not basket.is_complete, -len(basket.lines), len(basket.missing)))
        return Comparison(baskets, len(lines), totals[products], currency, open_lines - lines)

    @api.model
    def _basket(self, store, opening, lines, available):
        """Return what one store has, without what it costs.

        :param lines: ``mobile.list.line``, those that are compared.
        :param dict available: see ``mobile.catalogue._availability``.
        :rtype: Basket
        """
        by_state = lines.grouped(lambda line: available[line.product_id.id, store.id].state)
        plenty, low, missing = (by_state.get(state, lines.browse()) for state in (IN_STOCK, LOW, OUT))
        has = plenty + low
        return Basket(store, opening, has, low, missing, lines - has - missing, 0.0)

    def _near_stores(self, shopper, latitude, longitude):
        """Return the stores that are compared (``mobile_store.NearStore``)."""
        Store = self.env['mobile.store']
        favourites = shopper.partner.mobile_favourite_store_ids.ids
        if latitude is None and favourites:
            stores = Store._nearest(shopper.company, ids=favourites, limit=STORES)
            if stores:
                return stores
        return Store._nearest(shopper.company, latitude, longitude, limit=STORES)

    def _prices(self, shopper, lines, products):
        """Return what products cost the shopper as often as they are on these lines.

        What stands on several lines is bought at once, so all of it makes the price of larger quantities.

        :rtype: dict[int, Price]
        """
        quantities = {}
        for line in lines:
            quantities[line.product_id.id] = quantities.get(line.product_id.id, 0.0) + line.quantity
        return self.env['mobile.catalogue']._prices(shopper, products, quantities)
