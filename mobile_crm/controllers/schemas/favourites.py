from .base import Page, PageQuery
from .products import Product
from .stores import PositionQuery


class FavouriteQuery(PositionQuery, PageQuery):
    """The caller's favourites, the latest first."""


class FavouritePage(Page[Product]):
    """One page of favourites."""
