from typing import Literal

from pydantic import Field

from .base import Money, Output, Page, PageQuery, RecordId, UtcOutput, Uuid
from .offers import Discount, discount
from .stores import PositionQuery

Availability = Literal['in_stock', 'low', 'out', 'unknown']


class ProductPlaceQuery(PositionQuery):
    """From where the stores of a product are told."""

    store_id: RecordId | None = Field(
        None, description='The store to tell about; the nearest others follow where it has none')


class ProductQuery(ProductPlaceQuery, PageQuery):
    """Products that fit what is asked, the best first; without `q`, all by name."""

    q: str | None = Field(
        None, max_length=100, description='What the customer types: words of names, categories, attributes, or a code')
    category_id: RecordId | None = Field(None, description='With the categories below it')
    typing: bool | None = Field(
        None, description='The customer is still typing: no search that is kept, or that a campaign answers')


class ProductCategory(Output):
    """Where a product belongs."""

    id: int
    name: str


class ProductAttribute(Output):
    """One choice that makes a variant, such as the size XL."""

    id: int
    name: str
    value_id: int
    value: str


class ProductOffer(Output):
    """A coupon of the caller that they can use on the product now; `GET /offers/{id}` tells all of it."""

    id: Uuid
    title: str
    discount: Discount

    @classmethod
    def of(cls, card):
        """Return a ``loyalty.card`` of the caller."""
        card = card.sudo()
        campaign, program = card.mobile_campaign_id, card.program_id
        return cls(
            id=card.mobile_uuid, title=campaign._title_of_coupon(card) if campaign else program.name,
            discount=discount(program.with_context(active_test=False).reward_ids[:1]))


class ProductStore(Output):
    """Where to get a product."""

    store_id: int
    name: str
    distance: float | None = Field(description='Metres as the crow flies, to one decimal')
    open_now: bool | None = Field(description='Null when the hours are not known')
    availability: Availability
    quantity: float | None = Field(description='How many there are, where the shop tells')

    @classmethod
    def of(cls, answer):
        """Return a ``mobile_catalogue_stores.StoreAnswer``."""
        store, state = answer.store, answer.availability
        return cls(
            store_id=store.id, name=store.name, distance=None if store.distance is None else round(store.distance, 1),
            open_now=answer.open_now, availability=state.state, quantity=state.quantity)


class Product(Output):
    """A product as this customer gets it. One that comes in several variants is one item for each of them."""

    id: int
    group_id: int = Field(description='The same for all variants of one product')
    name: str = Field(description="In the caller's language, with what tells variants apart in brackets")
    description: str | None
    image_url: str | None = Field(description='Of the picture, which needs no sign-in')
    price: Money = Field(description="Of one piece, as this customer pays it")
    list_price: Money | None = Field(description='What it costs others, when that is more')
    default_code: str | None = Field(description="The shop's own reference")
    barcode: str | None
    category: ProductCategory | None
    unit: str = Field(description='In which it is sold')
    attributes: list[ProductAttribute] = Field(description='What makes this variant')
    variant_count: int = Field(description='How many variants of the product there are, this one included')
    offers: list[ProductOffer]
    stores: list[ProductStore] = Field(description='Nearest first')

    @classmethod
    def of(cls, answer):
        """Return a ``mobile_catalogue.ProductAnswer``."""
        return cls(**cls._values(answer))

    @classmethod
    def _values(cls, answer):
        details, price = answer.details, answer.price
        return {
            'id': details.id,
            'group_id': details.template_id,
            'name': details.name,
            'description': details.description,
            'image_url': details.image_url,
            'price': Money.of(price.amount, price.currency),
            'list_price': None if price.list_amount is None else Money.of(price.list_amount, price.currency),
            'default_code': details.default_code,
            'barcode': details.barcode,
            'category': details.category and ProductCategory(id=details.category[0], name=details.category[1]),
            'unit': details.unit,
            'attributes': [
                ProductAttribute(id=made.attribute_id, name=made.name, value_id=made.value_id, value=made.value)
                for made in details.attributes],
            'variant_count': details.variant_count,
            'offers': [ProductOffer.of(card) for card in answer.offers],
            'stores': [ProductStore.of(store) for store in answer.stores],
        }


class ProductVariant(Output):
    """Another variant of a product."""

    id: int
    name: str
    attributes: list[ProductAttribute]
    price: Money
    image_url: str | None


class ProductDetail(Product):
    """A product and its variants."""

    variants: list[ProductVariant] = Field(description='All there are, this one included; empty if it is alone')
    last_bought_at: UtcOutput | None = Field(description='When the caller bought it last, and kept it')

    @classmethod
    def of(cls, answer, variants=(), last_bought_at=None):
        """Return a ``mobile_catalogue.ProductAnswer``.

        :param variants: (details, price) of each variant, see ``mobile.catalogue._variant_facts``.
        :param datetime last_bought_at: naive UTC, or None.
        """
        return cls(**cls._values(answer), last_bought_at=last_bought_at, variants=[
            ProductVariant(
                id=details.id, name=details.name, image_url=details.image_url,
                price=Money.of(price.amount, price.currency), attributes=[
                    ProductAttribute(id=made.attribute_id, name=made.name, value_id=made.value_id, value=made.value)
                    for made in details.attributes])
            for details, price in variants])


class ProductPage(Page[Product]):
    """One page of products."""


class CategoryQuery(PageQuery):
    """The whole tree, a page at a time."""

    limit: int = Field(100, ge=1, le=100)


class Category(Output):
    """A category in which, or below which, there are products."""

    id: int
    name: str
    parent_id: int | None = Field(description='The category above it; null at the top')


class CategoryPage(Page[Category]):
    """One page of the tree, each category after the one above it."""
