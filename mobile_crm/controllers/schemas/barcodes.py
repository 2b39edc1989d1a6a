from datetime import date
from typing import Literal

from pydantic import Field

from .base import Money, Output
from .products import Product


class Scanned(Output):
    """What a barcode says of the thing that the customer holds."""

    quantity: float = Field(description='In `unit`; 1 when the barcode says nothing of it')
    unit: str = Field(description="The product's unit, or that of the pack")
    what: Literal['piece', 'pack', 'measure', 'price', 'count'] = Field(
        description='How the quantity came about: `measure` was weighed, `price` is a label with the price alone')
    price: Money = Field(description='Of all of it: what the label says, else what the customer pays')
    is_kin: bool = Field(description='The barcode is of a box of the product, or of one issue of it')
    lot: str | None
    serial: str | None
    expires_on: date | None
    best_before: date | None


class ScannedProduct(Product):
    """A product and what its barcode says."""

    scanned: Scanned

    @classmethod
    def of_scan(cls, answer, scanned, price):
        """Return what ``mobile.catalogue._scan`` found.

        :param answer: ``ProductAnswer``.
        :param scanned: ``mobile_catalogue_barcode.Scanned``.
        :param price: (amount, ``res.currency``).
        """
        unit = answer.product.env['uom.uom'].browse(scanned.uom_id)
        is_own = unit == answer.price.unit
        return cls(**cls._values(answer), scanned=Scanned(
            quantity=scanned.quantity, unit=answer.details.unit if is_own else unit.name, what=scanned.what,
            price=Money.of(*price), is_kin=scanned.is_kin, lot=scanned.lot, serial=scanned.serial,
            expires_on=scanned.expires_on, best_before=scanned.best_before))
