from typing import NamedTuple

from odoo import models

from .mobile_catalogue_stores import IN_STOCK, LOW, OUT

# How many stores are compared: who wants to go farther asks from there.
STORES = 20


class Basket(NamedTuple):
    """What of a shopping list one store has.

    :ivar store: ``mobile_store.NearStore``
    :ivar opening: open now, and when that changes, see ``mobile.store._openings``
    :ivar lines: ``mobile.list.line``, that it has
    :ivar missing: ``mobile.list.line``, that it does not have
    :ivar unknown: ``mobile.list.line``, of which nobody knows
    :ivar float total: what the lines that it has cost, in the shopper's currency
    """

    store: tuple
    opening: tuple
    lines: models.BaseModel
    missing: models.BaseModel
    unknown: models.BaseModel
    total: float

    @property
    def is_complete(self):
        """Whether it has everything."""
        return not self.missing and not self.unknown


class MobileList(models.Model):
    """Which store has what is on a list, and at what total."""

    _inherit = 'mobile.list'

    # === BUSINESS METHODS === #

    def _baskets(self, shopper, latitude, longitude, now):
        """Return what each of the nearest stores has of the products that are still to be bought.

        A product costs the same in each store. Lines in the customer's own words are in no store's favour.

        :param Shopper shopper: the caller, whose list it is.
        :param float latitude, longitude: degrees; without them it is the customer's favourite stores, or the first ones
            by name.
        :param datetime now: naive UTC.
        :return: the stores: complete ones, then those that have most, then the nearest; what all products cost together;
            and the lines that are in words, or whose product the shop does not show any more.
        :rtype: tuple[list[Basket], float, MobileListLine]
        """
        self.ensure_one()
        Catalogue = self.env['mobile.catalogue']
        open_lines = self.line_ids.filtered(lambda line: not line.done)
        products = Catalogue._visible(shopper, list(dict.fromkeys(open_lines.product_id.ids)))
        lines = open_lines.filtered(lambda line: line.product_id in products)
        stores = self._near_stores(shopper, latitude, longitude)
        costs = self._costs(shopper, lines, products)
        available = Catalogue._availability(products.ids, [store.id for store in stores])
        baskets = []
        for store, opening in zip(stores, self.env['mobile.store']._openings(stores, now), strict=True):
            def in_state(*states, store=store):
                return lines.filtered(lambda line: available[line.product_id.id, store.id].state in states)

            has, missing = in_state(IN_STOCK, LOW), in_state(OUT)
            baskets.append(Basket(
                store, opening, has, missing, lines - has - missing, sum(costs[line] for line in has)))
        # Sorting keeps the nearer one of two alike.
        baskets.sort(key=lambda basket: (not basket.is_complete, -len(basket.lines), len(basket.missing)))
        return baskets, sum(costs.values()), open_lines - lines

    def _near_stores(self, shopper, latitude, longitude):
        """Return the stores that are compared (``mobile_store.NearStore``)."""
        Store = self.env['mobile.store']
        favourites = shopper.partner.mobile_favourite_store_ids.ids
        if latitude is None and favourites:
            stores = Store._nearest(shopper.company, ids=favourites, limit=STORES)
            if stores:
                return stores
        return Store._nearest(shopper.company, latitude, longitude, limit=STORES)

    def _costs(self, shopper, lines, products):
        """Return what each line costs, in the currency of ``mobile.catalogue._prices``.

        What stands on several lines is bought at once, so all of it makes the price of larger quantities.

        :rtype: dict[MobileListLine, float]
        """
        quantities = {}
        for line in lines:
            quantities[line.product_id.id] = quantities.get(line.product_id.id, 0.0) + line.quantity
        prices = self.env['mobile.catalogue']._prices(shopper, products, quantities)
        return {
            line: price.currency.round(price.amount * line.quantity)
            for line in lines if (price := prices[line.product_id.id])}
