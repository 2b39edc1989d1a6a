from typing import Literal

from pydantic import Field

from .base import Output
from .consents import Consents
from .lists import ShoppingList
from .me import Customer
from .messages import Message
from .offers import Offer
from .orders import Order
from .preferences import Preferences
from .products import Product
from .stores import PositionQuery, Store

# Kinds by their number in the cursor: add to them, change none.
KINDS = {
    'me': 1, 'preferences': 2, 'consents': 3, 'favourites': 4,
    'stores': 5, 'offers': 6, 'messages': 7, 'lists': 8, 'products': 9, 'orders': 10,
}
Kind = Literal['stores', 'offers', 'messages', 'lists', 'products', 'orders']


class SyncQuery(PositionQuery):
    """What the phone has, and where it is: without a position it keeps the stores that it has."""

    cursor: str | None = Field(None, max_length=10_000, description='Of the answer before; everything without one')


class Gone(Output):
    """What the phone is to forget."""

    kind: Kind
    id: int | str = Field(description='As the item has it')


class Favourites(Output):
    """What the customer has marked."""

    product_ids: list[int] = Field(description='The latest first')


class Sync(Output):
    """What has changed since the phone asked last. Each item is as its own operation tells it."""

    reset: bool = Field(description='This is everything: forget all that is not in it')
    complete: list[Kind] = Field(description='Of these kinds this is everything: forget all others of them')
    me: Customer | None = Field(description='Null: as before; so are the next three')
    preferences: Preferences | None
    consents: Consents | None
    favourites: Favourites | None = Field(description='As numbers; the products themselves are below')
    stores: list[Store] = Field(
        description='The 50 around the customer. Whether they are open, and how far away they are, changes all the '
                    'time: the phone works it out by `hours`, `special_days` and `timezone`, and by `lat` and `lon`')
    offers: list[Offer] = Field(description='Available and reserved ones, the latest 200')
    messages: list[Message] = Field(description='The latest 100')
    lists: list[ShoppingList]
    products: list[Product] = Field(
        description='Favourites and what is on lists, 500 at most; without their stores, which change all the time')
    orders: list[Order] = Field(description='The latest 20')
    gone: list[Gone]
    cursor: str = Field(description='To ask with next time; it says what the phone has')
