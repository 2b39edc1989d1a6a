from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from .base import Money, Output, Page, RecordId, Schema, Text, Uuid
from .products import Product
from .stores import PositionQuery

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r'\S')]
Unit = Annotated[str, Field(
    min_length=1, max_length=20, pattern=r'\S', description="In the customer's words: kg, packs")]
Note = Annotated[str, Field(min_length=1, max_length=500, pattern=r'\S')]
Quantity = Annotated[
    float, Field(ge=0.001, le=1_000_000, description='Of a product, in its own unit; to three decimals'),
    AfterValidator(lambda quantity: round(quantity, 3))]
Position = Annotated[float, Field(
    ge=-1e9, le=1e9,
    description='Lines are in the order of these numbers; any number between those of two lines puts one between them')]
SEEN = 'If given: refuse with list_changed when it was changed since that version'
# What may be left out, but is never null.
NEVER_NULL = {'json_schema_extra': lambda schema: schema.pop('default')}


def _without_unit(line):
    if line.product_id and line.unit:
        raise PydanticCustomError('unit_of_product', "A product is counted in its own unit")
    return line


class NewLine(Schema):
    """What the customer wants to buy: a product, their own words, or a product in their own words."""

    id: Uuid = Field(description='Made by the phone: the same again is no second line')
    product_id: RecordId | None = None
    text: Name | None = Field(None, description='Needed without a product; the name of a product when left out')
    quantity: Quantity = 1.0
    unit: Unit | None = None
    note: Note | None = None
    done: bool = False
    position: Position | None = Field(None, description='After all others when left out')

    @model_validator(mode='after')
    def _says_something(self):
        if not self.product_id and not self.text:
            raise PydanticCustomError('nothing_to_buy', "Give a product_id, a text, or both")
        return _without_unit(self)


class NewLines(Schema):
    """Lines to add at once."""

    lines: list[NewLine] = Field(min_length=1, max_length=500)

    def to_values(self):
        """Return the lines as ``mobile.list._add_lines`` takes them."""
        return [line.model_dump() for line in self.lines]


class NewList(Schema):
    """A shopping list."""

    id: Uuid = Field(description='Made by the phone: the same again is no second list')
    name: Name
    lines: list[NewLine] = Field([], max_length=500)


class ListUpdate(Schema):
    """What to change of a list; what is left out stays as it is."""

    name: Name = Field(None, **NEVER_NULL)
    version: int | None = Field(None, ge=0, le=2 ** 31 - 1, description=SEEN)


class LineUpdate(Schema):
    """What to change of a line; what is left out stays as it is, also where another phone has changed it."""

    product_id: RecordId | None = Field(None, description='Null: what is wanted is said by the text alone')
    text: Name = Field(None, description='With another product, its name when left out', **NEVER_NULL)
    quantity: Quantity = Field(None, **NEVER_NULL)
    unit: Unit | None = None
    note: Note | None = None
    done: bool = Field(None, **NEVER_NULL)
    position: Position = Field(None, **NEVER_NULL)
    version: int | None = Field(None, ge=0, le=2 ** 31 - 1, description=f'Of the line. {SEEN}')

    _unit_without_product = model_validator(mode='after')(_without_unit)


class VersionQuery(Schema):
    """What the phone has seen."""

    version: int | None = Field(None, ge=0, le=2 ** 31 - 1, description=SEEN)


class ListLine(Output):
    """What the customer wants to buy."""

    id: Uuid
    version: int = Field(description='Of the list, when the line was changed last')
    product_id: int | None = Field(description='Null also while the shop does not show the product any more')
    text: str = Field(description="In the customer's words, or the product's name when it was put on the list")
    quantity: float
    unit: Text = Field(description="In the customer's words; null: that of the product, or pieces")
    note: Text
    done: bool
    position: float

    @classmethod
    def of(cls, line, visible):
        """Return a ``mobile.list.line``.

        :param visible: ids of the products that the caller may see.
        """
        product_id = line.product_id.id
        return cls(
            id=line.uuid, version=line.version, product_id=product_id if product_id in visible else None,
            text=line.text, quantity=line.quantity, unit=line.unit, note=line.note, done=line.done,
            position=line.position)


class ListLines(Output):
    """Lines of a list."""

    version: int = Field(description='Of the list, with these lines')
    items: list[ListLine]


class ShoppingList(Output):
    """A shopping list, with all its lines."""

    id: Uuid
    name: str
    version: int = Field(description='Counts the changes of the list and of its lines')
    lines: list[ListLine] = Field(description='In the order of their positions')

    @classmethod
    def of(cls, shopping_list, visible):
        """Return a ``mobile.list``, see ``ListLine.of``."""
        return cls(
            id=shopping_list.uuid, name=shopping_list.name, version=shopping_list.version,
            lines=[ListLine.of(line, visible) for line in shopping_list.line_ids])


class ShoppingListDetail(ShoppingList):
    """A shopping list and the products on it."""

    products: list[Product] = Field(description='That the lines name, each once')


class ShoppingListPage(Page[ShoppingList]):
    """One page of shopping lists."""


class ListStoreQuery(PositionQuery):
    """From where stores are compared; without a position it is the favourite stores, or the first ones by name."""


class ListStore(Output):
    """What of the list one store has."""

    store_id: int
    name: str
    distance: float | None = Field(description='Metres as the crow flies, to one decimal')
    open_now: bool | None = Field(description='Null when the hours are not known')
    complete: bool = Field(description='It has all products of the list')
    found: int = Field(description='How many lines it has')
    total: Money = Field(description='Of the lines that it has')
    low_line_ids: list[Uuid] = Field(description='Of the lines that it has, those of which few are left')
    missing_line_ids: list[Uuid] = Field(description='Lines that it does not have')
    unknown_line_ids: list[Uuid] = Field(description='Lines of which the shop does not know')

    @classmethod
    def of(cls, basket, currency):
        """Return a ``mobile_list_stores.Basket``."""
        store = basket.store
        return cls(
            store_id=store.id, name=store.name,
            distance=None if store.distance is None else round(store.distance, 1), open_now=basket.opening[0],
            complete=basket.is_complete, found=len(basket.lines), total=Money.of(basket.total, currency),
            low_line_ids=basket.low.mapped('uuid'), missing_line_ids=basket.missing.mapped('uuid'),
            unknown_line_ids=basket.unknown.mapped('uuid'))


class ListStores(Output):
    """Where to buy what is still open on a list."""

    total: Money = Field(description='Of all products of the list. They cost the same in each store')
    count: int = Field(description='How many lines with a product are compared')
    text_line_ids: list[Uuid] = Field(
        description='Lines in words, and those whose product the shop does not show: no store is asked for them')
    items: list[ListStore] = Field(description='Complete ones first, then those that have most, then the nearest')

    @classmethod
    def of(cls, comparison):
        """Return a ``mobile_list_stores.Comparison``."""
        currency = comparison.currency
        return cls(
            total=Money.of(comparison.total, currency), count=comparison.count,
            text_line_ids=comparison.wordy.mapped('uuid'),
            items=[ListStore.of(basket, currency) for basket in comparison.baskets])
