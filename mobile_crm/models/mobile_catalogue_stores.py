from typing import NamedTuple

from odoo import api, fields, models

from ..tools.problems import Problem

IN_STOCK, LOW, OUT, UNKNOWN = 'in_stock', 'low', 'out', 'unknown'
# How many stores an answer names.
STORES = 3
# How many of the nearest stores are looked at for those that have a product.
LOOKED_AT = 20


class Availability(NamedTuple):
    """Whether a store has a product.

    :ivar str state: ``in_stock``, ``low``, ``out`` or ``unknown``
    :ivar float quantity: what is free, in the product's own unit; None when that is not known. Whether a customer may
        read it is the app's setting.
    """

    state: str
    quantity: float | None = None


class StoreAnswer(NamedTuple):
    """A store that an answer names.

    :ivar store: ``mobile_store.NearStore``
    :ivar bool open_now: None when the hours are not known
    :ivar Availability availability: as the shopper may read it
    """

    store: tuple
    open_now: bool | None
    availability: Availability


class MobileCatalogue(models.AbstractModel):
    """Where a shopper gets products."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _availability(self, product_ids, store_ids):
        """Return whether stores have products. The bridge to the stock knows; here nobody does.

        :rtype: dict[tuple[int, int], Availability], by (product id, store id)
        """
        return {(product, store): Availability(UNKNOWN) for product in product_ids for store in store_ids}

    @api.model
    def _stores(self, shopper, products, latitude=None, longitude=None, *, store_id=None, limit=STORES):
        """Return the nearest stores that have each product; without a position, the shopper's favourite ones.

        Who does not count a product may have it. Where none of the stores around has one, the nearest of them are told,
        and the nearest store of all that has it. The store that is asked for comes first, whatever it has; the others
        follow when it has none. The number of queries is the same for all products of a page.

        :param float latitude, longitude: degrees, or None.
        :param int store_id: the store that is asked for, or None.
        :param int limit: how many stores at most, for each product.
        :rtype: dict[int, list[StoreAnswer]], by product id
        :raise Problem: 422 when there is no such store.
        """
        asked = self._asked_store(shopper, store_id, latitude, longitude)
        place = self._place(asked, latitude, longitude)
        near = self._stores_around(shopper, asked, place, is_told=latitude is not None, limit=limit)
        known = self._availability(products.ids, [store.id for store in near])
        found = {product_id: self._choose(asked, near, known, product_id, limit) for product_id in products.ids}
        if place:
            self._add_farther(
                shopper, found, known, place, is_told=latitude is not None, kept=max(limit - 1, 1 if asked else 0))
        stores = list({store.id: store for chosen in found.values() for store in chosen}.values())
        is_open = {store.id: opening[0] for store, opening in zip(
            stores, self.env['mobile.store']._openings(stores, fields.Datetime.now()), strict=True)}
        return {
            product_id: [
                StoreAnswer(store, is_open[store.id], self._told(shopper, known[product_id, store.id]))
                for store in chosen]
            for product_id, chosen in found.items()}

    # === WHAT THE BRIDGE TO THE STOCK KNOWS === #

    @api.model
    def _counts_stock(self):
        """Tell whether ``_availability`` knows anything, so that looking at more stores may find a better one."""
        return False

    @api.model
    def _nearest_with(self, company, product_ids, latitude, longitude):
        """Return for each product the nearest store of a company that surely has it, if there is one.

        :param company: ``res.company``.
        :rtype: dict[int, tuple[int, Availability]], store id and what it has by product id
        """
        return {}

    @api.model
    def _told(self, shopper, availability):
        """Return as much of what is known as the shopper may read."""
        return availability._replace(quantity=None)

    # === PRIVATE METHODS === #

    @api.model
    def _asked_store(self, shopper, store_id, latitude, longitude):
        """Return the store that is asked for, or None.

        :rtype: NearStore | None
        """
        if store_id is None:
            return None
        stores = self.env['mobile.store']._nearest(shopper.company, latitude, longitude, ids=[store_id])
        if not stores:
            raise Problem.invalid(['query', 'store_id'], self.env._("There is no such store."))
        return stores[0]

    @api.model
    def _place(self, asked, latitude, longitude):
        """Return where stores are looked for: at the shopper's place, or else around the store that they ask for.

        :rtype: tuple[float, float] | None
        """
        if latitude is not None:
            return latitude, longitude
        return (asked.latitude, asked.longitude) if asked and asked.latitude is not None else None

    @api.model
    def _stores_around(self, shopper, asked, place, *, is_told, limit):
        """Return the stores that are looked at, the one that is asked for first.

        :param bool is_told: whether the distance from that place means something to the shopper.
        :rtype: list[NearStore]
        """
        first = [asked] if asked else []
        if place and asked and not self._counts_stock():
            # Nobody knows whether another one is any better.
            return first
        if place:
            near = self._nearest_to(shopper, place, is_told=is_told, limit=LOOKED_AT if self._counts_stock() else limit)
        elif asked:
            near = []
        else:
            favourites = shopper.partner.mobile_favourite_store_ids
            near = self.env['mobile.store']._nearest(shopper.company, ids=favourites.ids) if favourites else []
        return first + [store for store in near if not asked or store.id != asked.id]

    @api.model
    def _nearest_to(self, shopper, place, *, is_told, **kwargs):
        stores = self.env['mobile.store']._nearest(shopper.company, *place, **kwargs)
        return stores if is_told else [store._replace(distance=None) for store in stores]

    @api.model
    def _choose(self, asked, near, known, product_id, limit):
        """Return of the stores that were looked at those that are told for a product.

        :rtype: list[NearStore]
        """
        having = [store for store in near if known[product_id, store.id].state != OUT]
        if not asked:
            return (having or near)[:limit]
        if asked in having:
            return [asked]
        return [asked, *having[:limit - 1]]

    @api.model
    def _add_farther(self, shopper, found, known, place, *, is_told, kept):
        """Name the nearest store of all that has a product where none of those that were looked at has it.

        :param int kept: how many of the others are named beside it.
        """
        missing = [
            product_id for product_id, chosen in found.items()
            if chosen and all(known[product_id, store.id].state == OUT for store in chosen)]
        nearest = self._nearest_with(shopper.company, missing, *place) if missing else {}
        if not nearest:
            return
        farther = {store.id: store for store in self._nearest_to(
            shopper, place, is_told=is_told, ids=sorted({store_id for store_id, _has in nearest.values()}))}
        for product_id, (store_id, availability) in nearest.items():
            # Some stores the shopper may not see.
            if store_id in farther:
                known[product_id, store_id] = availability
                found[product_id] = [*found[product_id][:kept], farther[store_id]]
