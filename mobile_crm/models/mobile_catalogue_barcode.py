import re
from datetime import date
from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools import SQL

from ..tools import product_code

PIECE, PACK, WEIGHT, PRICE, COUNT = 'piece', 'pack', 'measure', 'price', 'count'
# The units of GS1's measures (their codes in UN/ECE Recommendation 20) as Odoo knows them.
UNITS = {
    'KGM': 'uom.product_uom_kgm', 'MTR': 'uom.product_uom_meter', 'MTK': 'uom.product_uom_square_meter',
    'LTR': 'uom.product_uom_litre', 'MTQ': 'uom.product_uom_cubic_meter', 'LBR': 'uom.product_uom_lb',
    'INH': 'uom.product_uom_inch', 'FOT': 'uom.product_uom_foot', 'YRD': 'uom.product_uom_yard',
    'FTK': 'uom.product_uom_square_foot', 'ONZ': 'uom.product_uom_oz', 'QT': 'uom.product_uom_qt',
    'GLL': 'uom.product_uom_gal', 'INQ': 'uom.product_uom_cubic_inch', 'FTQ': 'uom.product_uom_cubic_foot',
}


class Scanned(NamedTuple):
    """What somebody holds who scans a barcode.

    :ivar int product_id: ``product.product``
    :ivar float quantity: in the unit of `uom_id`; 1 when the barcode says nothing of it
    :ivar float price: what the label says that all of it costs, or None
    :ivar int uom_id: the product's unit, or the unit of the pack
    :ivar str what: how the quantity came about: ``piece``, ``pack``, ``measure`` (weighed), ``price`` (only the price
        of what was weighed is known) or ``count``
    :ivar str currency: of the price, ISO 4217's three digits; None when it is the company's own
    :ivar str lot, serial: or None
    :ivar date expires_on, best_before: or None
    :ivar bool is_kin: the barcode is of a box of the product, or of an issue of it, which is not on file itself
    """

    product_id: int
    quantity: float
    price: float | None
    uom_id: int
    what: str
    currency: str | None = None
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    best_before: date | None = None
    is_kin: bool = False


class MobileCatalogue(models.AbstractModel):
    """Which products barcodes mean."""

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _by_code(self, company, codes):
        """Return which of a company's visible products barcodes mean, in any of their spellings.

        What is written on a product itself comes first, then the company's own patterns for scales (its barcode
        nomenclature), then the box or the issue of a product. A company's own product comes before one of all.

        :param company: ``res.company``.
        :param codes: texts as scanned or typed, of anybody.
        :return: what was found, by its text.
        :rtype: dict[str, Scanned]
        """
        readings = {code: product_code.read(code) for code in codes}
        shelf = {code: shelf for code, reading in readings.items()
                 if (shelf := self._shelf_label(company.id, reading.plain))}
        rows = self._find_codes(company.id, readings, {code: label[0] for code, label in shelf.items()})
        return {
            code: self._scanned(readings[code], shelf[code][1:] if is_shelf else (None, None), *found, tier=tier)
            for code, is_shelf, tier, *found in rows}

    @api.model
    def _is_misread(self, code):
        """Tell whether a text is a barcode with a wrong check digit.

        :rtype: bool
        """
        return not product_code.read(code).is_sound

    @api.model
    def _find_codes(self, company_id, readings, shelf_codes):
        """Return the product of each text that has one.

        :param dict readings: ``product_code.Reading`` by text.
        :param dict shelf_codes: what the company's patterns make of a text.
        :return: rows of text, whether by the patterns, tier, product, its unit, and that of the pack or None.
        :rtype: list[tuple]
        """
        wanted = []
        for code, reading in readings.items():
            spellings = list(reading.spellings.items())
            wanted += [(code, spelt, 2 * tier, place) for place, (spelt, tier) in enumerate(spellings)]
            if code in shelf_codes:
                others = product_code.read(shelf_codes[code]).spellings
                wanted += [(code, spelt, 1, place) for place, spelt in enumerate(others)]
        if not wanted:
            return []
        # A branch's own come before its parent's.
        companies = list(self._companies(company_id))
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """WITH wanted AS (SELECT * FROM unnest(%s, %s, %s, %s) AS wanted (code, spelt, tier, place))
               SELECT DISTINCT ON (wanted.code) wanted.code, wanted.tier = 1, wanted.tier, product.id,
                      template.uom_id, named.uom_id
                 FROM wanted
                 JOIN LATERAL (
                      SELECT id AS product_id, NULL::integer AS uom_id FROM product_product
                       WHERE barcode = wanted.spelt
                      UNION ALL
                      SELECT product_id, uom_id FROM product_uom
                       WHERE barcode = wanted.spelt AND (company_id IS NULL OR company_id = ANY(%s))) named ON TRUE
                 JOIN product_product product ON product.id = named.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE product.id IN (SELECT product_product.id FROM %s WHERE %s)
             ORDER BY wanted.code, wanted.tier, array_position(%s, template.company_id) DESC NULLS LAST, wanted.place,
                      product.id""",
            *map(list, zip(*wanted, strict=True)), companies, *self._visible_sql(company_id), companies))

    @api.model
    def _scanned(self, reading, label, product_id, uom_id, pack_uom_id, *, tier):
        """Return what a found product's barcode says.

        :param label: quantity and price by the company's own patterns, or None each.
        """
        quantity, price = label
        found = Scanned(
            product_id=product_id, quantity=1.0, price=None, uom_id=pack_uom_id or uom_id,
            what=PACK if pack_uom_id else PIECE, lot=reading.lot, serial=reading.serial,
            expires_on=reading.expires_on, best_before=reading.best_before, is_kin=tier == 2)
        if quantity is not None:
            return found._replace(quantity=quantity, what=WEIGHT)
        if price is not None:
            return found._replace(price=price, what=PRICE)
        if reading.count:
            found = found._replace(quantity=float(reading.count), what=COUNT)
        if reading.price is not None:
            found = found._replace(price=float(reading.price), currency=reading.currency, what=PRICE)
        if reading.measure and not pack_uom_id and (measured := self._measured(reading.measure, uom_id)):
            found = found._replace(quantity=measured, what=WEIGHT)
        return found

    @api.model
    def _measured(self, measure, uom_id):
        """Return a measure in a product's unit; None when it is sold by the piece, which is weighed all the same.

        :rtype: float | None
        """
        amount, code = measure
        unit = code in UNITS and self.env.ref(UNITS[code], raise_if_not_found=False)
        product_unit = self.env['uom.uom'].sudo().browse(uom_id)
        if not unit or not unit.sudo()._has_common_reference(product_unit):
            return None
        return unit.sudo()._compute_quantity(float(amount), product_unit, round=False) or None

    @api.model
    def _scan(self, shopper, code, latitude=None, longitude=None, *, store_id=None):
        """Tell a shopper about the product whose barcode they hold.

        :return: see ``_answers``, what the barcode says, and what all of it costs (amount, currency); None without such
            a product.
        :rtype: tuple[ProductAnswer, Scanned, tuple[float, res.currency]] | None
        """
        scanned = self._by_code(shopper.company, [code]).get(code)
        if not scanned:
            return None
        product = self.env['product.product'].sudo().browse(scanned.product_id)
        [answer] = self._answers(shopper, product, latitude, longitude, store_id=store_id)
        if scanned.price is not None and (currency := self._label_currency(shopper.company, scanned)):
            return answer, self._weighed(scanned, answer.price, currency), (scanned.price, currency)
        price = answer.price
        if scanned.quantity != 1 or scanned.what == PACK:
            unit = self.env['uom.uom'].sudo().browse(scanned.uom_id)
            price = self._prices(shopper, product, {product.id: scanned.quantity}, units={product.id: unit})[product.id]
        return answer, scanned, (price.total, price.currency)

    @api.model
    def _label_currency(self, company, scanned):
        """Return the currency of a label's price; an empty one when the company does not know it."""
        if not scanned.currency:
            return company.currency_id
        return self.env['res.currency'].sudo().search([('iso_numeric', '=', int(scanned.currency))], limit=1)

    @api.model
    def _weighed(self, scanned, price, currency):
        """Return how much it is that has this price, when the label says no more and it is not sold by the piece."""
        piece = self.env.ref('uom.product_uom_unit').sudo()
        is_known = (scanned.what == PRICE and scanned.quantity == 1 and price.amount > 0 and price.currency == currency
                    and not price.unit._has_common_reference(piece))
        return scanned._replace(quantity=round(scanned.price / price.amount, 3)) if is_known else scanned

    # === BUSINESS METHODS: the company's own patterns === #

    @api.model
    def _shelf_label(self, company_id, code):
        """Return what a company's barcode nomenclature makes of a code: what its scales print, and its aliases.

        :return: the code that is on file, the quantity or None, the price or None; None when it makes nothing of it.
        :rtype: tuple[str, float | None, float | None] | None
        """
        nomenclature_id, beginnings = self._shelf_patterns(company_id)
        spelt = (code, f'0{code}', code[1:])
        if not code or not any(beginning.match(text) for beginning in beginnings for text in spelt):
            return None
        try:
            said = self.env['barcode.nomenclature'].sudo().browse(nomenclature_id).parse_nomenclature_barcode(code)
        except ValueError:
            # Where its pattern has digits, a code may have anything.
            return None
        if said['type'] == 'weight':
            return said['base_code'], said['value'], None
        if said['type'] == 'price':
            return said['base_code'], None, said['value']
        return (said['code'], None, None) if said['code'] != code else None

    @api.model
    @tools.ormcache('company_id')
    def _shelf_patterns(self, company_id):
        """Return a company's nomenclature, and how the codes begin of which it says more than what stands there."""
        nomenclature = self.env['res.company'].sudo().browse(company_id).nomenclature_id
        if nomenclature._fields.get('is_gs1_nomenclature') and nomenclature.is_gs1_nomenclature:
            # That is what ``product_code`` reads in any case.
            return nomenclature.id, ()
        rules = nomenclature.rule_ids.filtered(lambda rule: rule.type in ('weight', 'price', 'alias'))
        return nomenclature.id, tuple(_beginning(rule.pattern) for rule in rules)


def _beginning(pattern):
    """Return a pattern of how the codes of a rule begin, before what is weighed; of any when that is not plain."""
    beginning = pattern.partition('{')[0]
    try:
        return re.compile('' if '|' in pattern else beginning)
    except re.error:
        # A group that goes on behind it, or an escaped brace.
        return re.compile('')
