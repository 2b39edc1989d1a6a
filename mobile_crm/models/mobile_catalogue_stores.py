from typing import NamedTuple

from odoo import api, models

IN_STOCK, LOW, OUT, UNKNOWN = 'in_stock', 'low', 'out', 'unknown'
# How many stores an answer names.
STORES = 3


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
    :ivar Availability availability:
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

        :rtype: dict[int, list[StoreAnswer]], by product id
        """
        return {product.id: [] for product in products}
