import uuid

from ..models.mobile_catalogue import ProductAnswer
from ..tools import sync_cursor
from .base import MobileController
from .consents import all_consents
from .routing import mobile_route
from .schemas.lists import ShoppingList
from .schemas.me import Customer
from .schemas.messages import Message
from .schemas.offers import Offer
from .schemas.orders import Order
from .schemas.preferences import Preferences
from .schemas.products import Product
from .schemas.sync import KINDS, Favourites, Gone, Sync, SyncQuery
from .stores import to_schema

# There is one of each; the others are lists of items.
SINGLE = ('me', 'preferences', 'consents', 'favourites')
# A flag of the cursor: its stores are those around a position.
LOCATED = 1


class SyncController(MobileController):

    @mobile_route('/sync', methods=['GET'], auth='mobile', readonly=True)
    def sync(self, query: SyncQuery) -> Sync:
        """Get what has changed of all that a phone keeps to work without the network.

        Take what `gone` names away, put each item in the place of the one with its id, and keep the cursor. It says
        what the phone has, so an answer that got lost is no harm: ask again with the cursor before. One that the server
        cannot read, or that is another customer's, gets everything, with `reset`.
        """
        self._refuse_position(query)
        return synchronise(self.env, self._shopper(), query.cursor, query.lat, query.lon)


def synchronise(env, shopper, cursor=None, latitude=None, longitude=None):
    """Return what a phone lacks.

    :param env: of the caller.
    :param Shopper shopper: the caller.
    :param str cursor: what the phone says it has.
    :param float latitude, longitude: degrees, or None.
    :rtype: Sync
    """
    owner = f'{shopper.company.id},{shopper.app.id},{shopper.partner.id}'.encode()
    held = sync_cursor.decode(cursor, owner)
    flags = held.flags if held and latitude is None else LOCATED * (latitude is not None)
    kept = list(held.kinds.get(KINDS['stores'], ())) if held and flags & LOCATED and latitude is None else None
    items = _items(env, shopper, latitude, longitude, kept)
    present = {
        KINDS[kind]: {key: sync_cursor.digest(item.__pydantic_serializer__.to_json(item, by_alias=True))
                      for key, item in of_kind.items()}
        for kind, of_kind in items.items()}
    lacks = sync_cursor.difference(held, present)
    sent = {kind: [items[kind][key] for key in lacks.changed[number]] for kind, number in KINDS.items()}
    return Sync(
        reset=held is None,
        complete=[kind for kind, number in KINDS.items() if number in lacks.complete and kind not in SINGLE],
        **{kind: next(iter(sent[kind]), None) for kind in SINGLE},
        **{kind: sent[kind] for kind in KINDS if kind not in SINGLE},
        gone=[Gone(kind=kind, id=key if isinstance(key, int) else str(key))
              for kind, number in KINDS.items() if kind not in SINGLE
              for key in lacks.gone.get(number, ())],
        cursor=sync_cursor.encode(sync_cursor.Held(present, flags), owner))


def _items(env, shopper, latitude, longitude, kept_store_ids):
    """Return all that the phone should have: {kind: {key: schema}}."""
    Synced, partner, company = env['mobile.sync'], shopper.partner, shopper.company
    favourites = env['mobile.favourite']._of(shopper)
    lists = env['mobile.list']._of(shopper)
    products = Synced._products(shopper, favourites, lists)
    visible = set(env['mobile.catalogue']._visible(shopper, lists.line_ids.product_id.ids).ids)
    return {
        'me': {0: Customer.of(partner)},
        'preferences': {0: Preferences.of(env['mobile.preference']._of(partner, company))},
        'consents': {0: all_consents(env, partner, company)},
        'favourites': {0: Favourites(product_ids=[marked.product_id for marked in favourites])},
        'stores': {
            store.id: store.model_copy(update={'distance': None, 'open_now': None, 'next_change_at': None})
            for store in to_schema(env, Synced._stores(shopper, latitude, longitude, kept_store_ids))},
        'offers': {uuid.UUID(card.mobile_uuid): Offer.of(card) for card in Synced._offers(shopper)},
        'messages': {uuid.UUID(message.uuid): Message.of(message) for message in Synced._messages(shopper)},
        'lists': {uuid.UUID(one.uuid): ShoppingList.of(one, visible) for one in lists},
        'orders': {facts.public_id: Order.of(facts) for facts in Synced._orders(shopper)},
        'products': {answer.details.id: Product.of(answer) for answer in _product_answers(env, shopper, products)},
    }


def _product_answers(env, shopper, products):
    """Return what the shopper is told of products wherever they are."""
    Catalogue = env['mobile.catalogue']
    versions = Catalogue._versions(products.ids, shopper.partner)
    prices = Catalogue._prices(shopper, products, versions=versions)
    offers = Catalogue._offers(shopper, products, versions=versions)
    details = Catalogue._details(shopper, products.ids, versions=versions)
    return [ProductAnswer(product, prices[product.id], offers[product.id], [], details[product.id])
            for product in products]
