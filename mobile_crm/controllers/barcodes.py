from typing import Annotated

from pydantic import Field

from ..tools.problems import Problem
from ..tools.product_code import LONGEST
from .base import MobileController
from .routing import mobile_route
from .schemas.barcodes import ScannedProduct
from .schemas.events import LONGEST_BARCODE
from .schemas.products import ProductPlaceQuery

Barcode = Annotated[str, Field(
    min_length=1, max_length=LONGEST,
    description='As scanned, percent-encoded: an EAN or UPC, a GS1 element string or Digital Link, or the own code of '
                'the shop; in any spelling')]


class Barcodes(MobileController):

    @mobile_route('/products/barcode/<path:code>', methods=['GET'], auth='mobile_device', readonly=True,
                  problems=('barcode_invalid',))
    def scan_product(self, code: Barcode, query: ProductPlaceQuery) -> ScannedProduct:
        """Show the product whose barcode the customer holds, and what else the barcode says.

        A misread barcode is told apart from that of a product which is not sold here: scan it again.
        """
        self._refuse_position(query)
        Catalogue = self.env['mobile.catalogue']
        found = Catalogue._scan(self._shopper(), code, query.lat, query.lon, store_id=query.store_id)
        if not found:
            raise Problem('barcode_invalid' if Catalogue._is_misread(code) else 'not_found')
        [answer, *_said] = found
        # An event has room for what scanners read of paper, and not for each URL.
        self._note('scan', query, product_id=answer.product.id, barcode=code if len(code) <= LONGEST_BARCODE else None)
        return ScannedProduct.of_scan(*found)
