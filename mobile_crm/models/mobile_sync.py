from odoo import api, models
from odoo.fields import Domain

from .loyalty_card_offers import PUBLIC_STATUS

# How much of each kind a phone keeps offline.
STORES, OFFERS, MESSAGES, PRODUCTS, ORDERS = 50, 200, 100, 500, 20
# What the database can compare with an id.
MOST_ID = 2 ** 31 - 1


class MobileSync(models.AbstractModel):
    """What a phone keeps, so that it works without the network: as much of each kind as an answer may hold."""

    _name = 'mobile.sync'
    _description = "What Phones Keep Offline"

    # === BUSINESS METHODS === #

    @api.model
    def _stores(self, shopper, latitude=None, longitude=None, kept_ids=None):
        """Return the stores around a customer.

        What changes with each step and each minute is left out: how far away a store is, the phone works out itself.

        :param Shopper shopper: the caller.
        :param float latitude, longitude: degrees; without them it is the stores that the phone has, as far as there are
            such, or else the first ones by name.
        :param list kept_ids: of the stores that the phone says it got for an earlier position, or None.
        :rtype: list[mobile_store.NearStore]
        """
        Store = self.env['mobile.store']
        if latitude is None and kept_ids is not None:
            kept = [key for key in kept_ids if isinstance(key, int) and key <= MOST_ID][:STORES]
            stores = Store._nearest(shopper.company, ids=kept)
        else:
            stores = Store._nearest(shopper.company, latitude, longitude, limit=STORES)
        return [store._replace(distance=None, chord=None) for store in stores]

    @api.model
    def _offers(self, shopper):
        """Return the coupons (``loyalty.card``) that a customer can use, now or later."""
        cards = self.env['loyalty.card'].sudo()
        # As GET /offers tells it, which knows no other words than these.
        usable = [status for status in cards._fields['mobile_status'].get_values(self.env)
                  if PUBLIC_STATUS.get(status, status) in ('available', 'reserved')]
        return cards.search(
            cards._mobile_own(shopper.partner, shopper.company) & Domain('mobile_status', 'in', usable),
            limit=OFFERS, order='id desc')

    @api.model
    def _messages(self, shopper):
        """Return the latest messages (``mobile.message``) of a customer's inbox."""
        return self.env['mobile.message']._inbox(shopper.partner, shopper.company, MESSAGES)

    @api.model
    def _orders(self, shopper):
        """Return the latest purchases of a customer (``mobile_purchase_detail.OrderFacts``)."""
        Purchase = self.env['mobile.purchase']
        return Purchase._facts(shopper, Purchase._page(shopper.partner, shopper.company, ORDERS))

    @api.model
    def _products(self, shopper, favourites, lists):
        """Return the products that a customer has marked: favourites first, then what is on their lists, as it comes.

        :param favourites: list of ``mobile_favourite.Marked``.
        :param lists: ``mobile.list``.
        :rtype: product.product
        """
        wanted = dict.fromkeys([*(marked.product_id for marked in favourites), *lists.line_ids.product_id.ids])
        return self.env['mobile.catalogue']._visible(shopper, list(wanted))[:PRODUCTS]
