from typing import NamedTuple

from odoo import api, models
from odoo.tools import float_round


class PriceLine(NamedTuple):
    """The line that a sales order would have; plain values, which can be kept.

    :ivar float total, untaxed: of the line, with and without taxes
    :ivar float list_total, list_untaxed: the same without its discount, or for others, whichever is more
    :ivar float rounding: of the currency
    """

    quantity: float
    unit_id: int
    price_unit: float
    discount: float
    total: float
    untaxed: float
    list_total: float
    list_untaxed: float
    currency_id: int
    rounding: float


class MobileCatalogue(models.AbstractModel):
    """Prices as the lines of a sales order have them: Odoo's own steps, for many products at once.

    Read beside ``sale.order.line``: ``_compute_pricelist_item_id``, ``_reset_price_unit``, ``_compute_discount``,
    ``_compute_tax_ids`` and ``_compute_amount``.
    """

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _price_lines(self, company, terms, products, quantities, units, at):
        """Return the lines that sales orders of a customer with these terms would have.

        :param Terms terms:
        :param datetime at: the order's date.
        :rtype: dict[int, PriceLine]
        """
        catalogue = self.sudo().with_company(company)
        company = company.with_env(catalogue.env)
        pricelist = catalogue.env['product.pricelist'].browse(terms.pricelist_id or ())
        position = catalogue.env['account.fiscal.position'].browse(terms.fiscal_position_id or ())
        usual = catalogue.env['product.pricelist'].browse(terms.usual_pricelist_id or ())
        products = products.with_env(catalogue.env)
        arguments = (company, position, products, quantities, units, at)
        lines = catalogue._lines_by(pricelist, *arguments)
        if usual != pricelist and (usual.currency_id or company.currency_id) == (
                pricelist.currency_id or company.currency_id):
            for product_id, line in catalogue._lines_by(usual, *arguments).items():
                own = lines[product_id]
                if line.list_total > own.list_total:
                    lines[product_id] = own._replace(list_total=line.list_total, list_untaxed=line.list_untaxed)
        return lines

    @api.model
    def _order_totals(self, shopper, prices, baskets):
        """Return what some of the products would cost together, on one order each time.

        That is the sum of the lines, unless the company rounds taxes on the whole order.

        :param Shopper shopper:
        :param dict prices: {product id: Price}, by ``_prices`` for this shopper.
        :param baskets: ``product.product``, elevated, of which all have a price.
        :rtype: list[float]
        """
        company = shopper.company.sudo()
        if company.tax_calculation_rounding_method != 'round_globally':
            return [sum(prices[product.id].total for product in products) for products in baskets]
        pricelist_id, is_untaxed = self._app_terms(shopper.app.id or 0)
        partner_id = shopper.partner.id or 0
        terms = self._find_terms(company, pricelist_id, [partner_id])[partner_id]
        catalogue = self.sudo().with_company(company)
        company = company.with_env(catalogue.env)
        position = catalogue.env['account.fiscal.position'].browse(terms.fiscal_position_id or ())
        taxes_by_currency = {}

        def total(products):
            lines = []
            for product in products.with_env(catalogue.env):
                price = prices[product.id]
                # Rounding on the whole knows no rate: all lines are in one currency.
                taxes = taxes_by_currency.setdefault(price.currency, _Taxes(company, position, price.currency, 1.0))
                lines.append(taxes.line(
                    product, price.unit, taxes.of(product)[1], price.price_unit, price.quantity, price.discount))
            if not lines:
                return 0.0
            AccountTax = catalogue.env['account.tax']
            AccountTax._add_tax_details_in_base_lines(lines, company)
            AccountTax._round_base_lines_tax_details(lines, company)
            totals = AccountTax._get_tax_totals_summary(
                base_lines=lines, currency=lines[0]['currency_id'], company=company)
            return totals['base_amount_currency' if is_untaxed else 'total_amount_currency']

        return [total(products) for products in baskets]

    @api.model
    def _lines_by(self, pricelist, company, position, products, quantities, units, at):
        currency = pricelist.currency_id or company.currency_id
        rate = self.env['res.currency']._get_conversion_rate(
            from_currency=company.currency_id, to_currency=currency, company=company, date=at.date())
        taxes = _Taxes(company, position, currency, rate)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        alike = {}
        for product in products:
            quantity = float_round(quantities.get(product.id, 1.0), precision_digits=digits)
            alike.setdefault((quantity, units.get(product.id) or None), []).append(product.id)
        lines = {}
        for (quantity, unit), ids in alike.items():
            group = products.browse(ids).with_prefetch(products.ids)
            # Without a unit, each in its own; for a quantity of none, the price of one.
            found = pricelist._compute_price_rule(
                group, quantity or 1.0, currency=currency, uom=unit, date=at)
            for product in group:
                price, rule_id = found[product.id]
                lines[product.id] = self._line(
                    product, quantity, unit or product.uom_id, price,
                    self.env['product.pricelist.item'].browse(rule_id or ()), taxes, at)
        return lines

    @api.model
    def _line(self, product, quantity, unit, price, rule, taxes, at):
        """Return the line of one product.

        :param float price: by its pricelist.
        :param rule: ``product.pricelist.item`` that it comes of, or an empty one.
        """
        shown, discount = price, 0.0
        if rule._show_discount():
            full = rule._compute_price_before_discount(
                product, quantity=quantity or 1.0, uom=unit, date=at, currency=taxes.currency)
            shown = max(full, price)
            percent = (full - price) / full * 100 if full else 0.0
            # A surcharge is no discount.
            if (percent > 0 and full > 0) or (percent < 0 and full < 0):
                discount = float_round(
                    percent, precision_digits=self.env['decimal.precision'].precision_get('Discount'))
        own, mapped = taxes.of(product)
        price_unit = product._get_tax_included_unit_price_from_price(
            shown, product_taxes=own, fiscal_position=taxes.position)
        total, untaxed = taxes.totals(product, unit, mapped, price_unit, quantity, discount)
        full_total, full_untaxed = taxes.totals(
            product, unit, mapped, price_unit, quantity, 0.0) if discount > 0 else (total, untaxed)
        return PriceLine(
            quantity, unit.id, price_unit, discount, total, untaxed, full_total, full_untaxed, taxes.currency.id,
            taxes.currency.rounding)


class _Taxes:
    """The taxes of a company's products for one fiscal position, each set of them looked at once."""

    def __init__(self, company, position, currency, rate):
        self.company = company
        self.position = position
        self.currency = currency
        self.rate = rate
        self._mapped = {}

    def of(self, product):
        """Return the taxes of a product, and what the fiscal position makes of them."""
        taxes = product.taxes_id
        if taxes not in self._mapped:
            own = taxes._filter_taxes_by_company(self.company)
            self._mapped[taxes] = own, self.position.map_tax(own) if own else own
        return self._mapped[taxes]

    def line(self, product, unit, taxes, price_unit, quantity, discount):
        """Return a line of an order as ``account.tax`` wants it."""
        return self.company.env['account.tax']._prepare_base_line_for_taxes_computation(
            {}, tax_ids=taxes, quantity=quantity, currency_id=self.currency, rate=self.rate, price_unit=price_unit,
            discount=discount, product_id=product, product_uom_id=unit)

    def totals(self, product, unit, taxes, price_unit, quantity, discount):
        """Return the total with and without taxes, as ``account.tax`` works it out."""
        AccountTax = self.company.env['account.tax']
        line = self.line(product, unit, taxes, price_unit, quantity, discount)
        AccountTax._add_tax_details_in_base_line(line, self.company)
        AccountTax._round_base_lines_tax_details([line], self.company)
        details = line['tax_details']
        # As the line's fields round what they are given.
        return (self.currency.round(details['total_included_currency']),
                self.currency.round(details['total_excluded_currency']))
