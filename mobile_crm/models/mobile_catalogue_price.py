from bisect import bisect_right
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL, float_compare, float_round
from odoo.tools.lru import LRU

# How many prices and customers' terms a worker keeps; those that were asked for longest ago go first.
KEPT = 20_000


class Price(NamedTuple):
    """What a product costs somebody.

    :ivar float amount: of one piece, with taxes (unless the app shows prices without), in `currency`, rounded to its
        digits; of a larger quantity the part that falls to one
    :ivar float list_amount: what it costs others, or without the discount, when that is more; else None
    :ivar currency: ``res.currency``
    :ivar float total: of the whole quantity, as the line of a sales order has it
    :ivar float quantity: in `unit`, rounded as the line of a sales order would be
    :ivar unit: ``uom.uom``
    :ivar float price_unit: that of the line, not rounded: with those taxes that the company's prices include
    :ivar float discount: that of the line, in percent
    """

    amount: float
    list_amount: float | None
    currency: models.BaseModel
    total: float | None = None
    quantity: float = 1.0
    unit: models.BaseModel | None = None
    price_unit: float | None = None
    discount: float = 0.0


class Terms(NamedTuple):
    """By what a shopper's prices are made.

    :ivar int pricelist_id: 0 for none
    :ivar int fiscal_position_id: 0 for none
    :ivar int usual_pricelist_id: that of customers who have none of their own; 0 for none
    """

    pricelist_id: int
    fiscal_position_id: int
    usual_pricelist_id: int


class MobileCatalogue(models.AbstractModel):
    """What products cost a shopper.

    Odoo takes about a millisecond for the price of one product. What was worked out is kept, as long as it rests on the
    same: the version of the product (its write dates), the shopper's terms, the hour, and which pricelist rules are in
    force. Whatever else it rests on empties the cache when it changes (``mobile.catalogue.source``).
    """

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _prices(self, shopper, products, quantities=None, at=None, *, units=None, versions=None):
        """Return what products cost a shopper: what the line of a sales order for them would say, to the cent.

        :param Shopper shopper:
        :param products: ``product.product``, elevated.
        :param dict quantities: {product id: quantity in its unit}; one where it names none.
        :param datetime at: when (naive UTC), to the second; now without it.
        :param dict units: {product id: ``uom.uom``}, such as a pack; the product's own where it names none.
        :param Versions versions: of these products for this shopper, when they are known already.
        :rtype: dict[int, Price]
        """
        at = (at or fields.Datetime.now()).replace(microsecond=0)
        pricelist_id, is_untaxed = self._app_terms(shopper.app.id or 0)
        versions = versions or self._versions(products.ids, shopper.partner)
        terms = self._terms(shopper, pricelist_id, versions.customer, at)
        lines = self._lines(shopper.company, terms, products, versions.products, quantities or {}, units or {}, at)
        elevated = self.sudo()
        return {product_id: elevated._price(lines[product_id], is_untaxed) for product_id in products.ids}

    @api.model
    def _prices_of_many(self, company, wanted):
        """Return what products cost many customers now, each one of them for one.

        The number of queries depends on that of their terms, not on that of the customers.

        :param company: ``res.company``.
        :param wanted: (app, partner, product) records, elevated; a product may be empty.
        :return: in this order; None without a product.
        :rtype: list[Price | None]
        """
        at, elevated = fields.Datetime.now(), self.sudo()
        products, partners_by_app = self.env['product.product'].sudo(), {}
        for app, partner, product in wanted:
            products |= product
            partners_by_app.setdefault(app, set()).add(partner.id)
        versions = self._versions(products.ids, self.env['res.partner']).products
        terms, alike = {}, {}
        for app, partner_ids in partners_by_app.items():
            found = self._find_terms(company, self._app_terms(app.id or 0)[0], partner_ids)
            terms |= {(app, partner_id): one for partner_id, one in found.items()}
        for app, partner, product in wanted:
            alike.setdefault(terms[app, partner.id], set()).update(product.ids)
        lines = {
            one: self._lines(company, one, products.browse(ids), versions, {}, {}, at) for one, ids in alike.items()}
        return [
            elevated._price(lines[terms[app, partner.id]][product.id], self._app_terms(app.id or 0)[1])
            if product else None
            for app, partner, product in wanted]

    @api.model
    def _lines(self, company, terms, products, versions, quantities, units, at):
        """Return the lines of an order, those that were worked out before as they are.

        :rtype: dict[int, PriceLine]
        """
        slot = (at.date(), at.hour, bisect_right(self._price_turns(), at))
        keys = {
            product.id: (company.id, terms, slot, product.id, version) for product in products
            if (version := versions[product.id]) and product.id not in quantities and product.id not in units}
        kept = self._kept()
        lines = {product_id: line for product_id, key in keys.items() if (line := kept.get(key))}
        if missing := products.filtered(lambda product: product.id not in lines):
            computed = self._price_lines(company, terms, missing, quantities, units, at)
            for product_id, line in computed.items():
                if product_id in keys:
                    kept[keys[product_id]] = line
            lines |= computed
        return lines

    @api.model
    def _price(self, line, is_untaxed):
        """Return a price of a line. Its records are this model's environment's, which is elevated."""
        total, list_total = (line.untaxed, line.list_untaxed) if is_untaxed else (line.total, line.list_total)
        is_less = float_compare(list_total, total, precision_rounding=line.rounding) > 0
        # What falls to one; a line of nothing costs nothing.
        amount, list_amount = (
            whole if line.quantity in (0, 1) else float_round(whole / line.quantity, precision_rounding=line.rounding)
            for whole in (total, list_total))
        return Price(
            amount=amount, list_amount=list_amount if is_less else None,
            currency=self.env['res.currency'].browse(line.currency_id), total=total, quantity=line.quantity,
            unit=self.env['uom.uom'].browse(line.unit_id), price_unit=line.price_unit, discount=line.discount)

    # === BUSINESS METHODS: terms === #

    @api.model
    @tools.ormcache('app_id')
    def _app_terms(self, app_id):
        """Return the pricelist of an app, or 0, and whether its customers see prices without taxes."""
        app = self.env['mobile.app'].sudo().browse(app_id)
        pricelist = app.pricelist_id.filtered('active')
        return pricelist.id or 0, bool(app.prices_without_taxes)

    @api.model
    def _terms(self, shopper, app_pricelist_id, customer, at):
        """Return by what a shopper's prices are made.

        A customer's own pricelist is the one that staff have set on the contact. Those without one have that of the
        app; if it has none, the one that Odoo finds for them, such as that of their country.

        :param int app_pricelist_id: or 0.
        :param str customer: the version of the customer, None when it must not be kept.
        :rtype: Terms
        """
        partner_id = shopper.partner.id or 0
        kept, key = self._kept(), (shopper.company.id, app_pricelist_id, partner_id, customer, at.date(), at.hour)
        terms = kept.get(key) if customer is not None else None
        if terms is None:
            terms = self._find_terms(shopper.company, app_pricelist_id, [partner_id])[partner_id]
            if customer is not None:
                kept[key] = terms
        return terms

    @api.model
    def _find_terms(self, company, app_pricelist_id, partner_ids):
        """Return the terms of customers.

        :param partner_ids: 0 for nobody.
        :rtype: dict[int, Terms]
        """
        company = company.sudo()
        everybody = self.env.ref('base.public_partner').sudo().with_company(company)
        # Without a customer, the pricelist of those of whom nothing is known.
        usual_id = app_pricelist_id or everybody.property_product_pricelist.id or 0
        found = {0: Terms(usual_id, 0, usual_id)}
        positions = {}
        for partner in everybody.browse(filter(None, partner_ids)):
            pricelist = partner.property_product_pricelist
            is_own = pricelist and pricelist == partner.specific_property_product_pricelist
            pricelist_id = pricelist.id if is_own else app_pricelist_id or pricelist.id
            found[partner.id] = Terms(pricelist_id or 0, self._fiscal_position(partner, positions), usual_id)
        return found

    @api.model
    def _fiscal_position(self, partner, known):
        """Return the fiscal position of a customer's orders, or 0.

        :param partner: in its company's environment.
        :param dict known: what was found before, by what Odoo decides by.
        """
        delivery = partner.browse(partner.address_get(['delivery'])['delivery'])
        key = (partner.property_account_position_id, partner.country_id, partner.vat, *(
            delivery[name] for name in ('property_account_position_id', 'country_id', 'state_id', 'zip', 'vat')))
        if key not in known:
            known[key] = partner.env['account.fiscal.position']._get_fiscal_position(partner, delivery).id or 0
        return known[key]

    # === BUSINESS METHODS: what is kept === #

    @api.model
    @tools.ormcache()
    def _kept(self):
        """Return what was worked out before: terms and lines by what they rest on.

        All of it is one entry of Odoo's cache: a page of products would push out what Odoo itself keeps there. It goes
        with that cache, and what was begun before that is put where nobody looks any more.

        :rtype: LRU
        """
        return LRU(KEPT)

    @api.model
    @tools.ormcache()
    def _price_turns(self):
        """Return the instants at which a rule of a pricelist comes into force, or is no longer.

        :rtype: list[datetime]
        """
        return [at for at, in self.env.execute_query(SQL(
            """SELECT date_start FROM product_pricelist_item WHERE date_start IS NOT NULL
                UNION
               -- The last second counts.
               SELECT date_end + interval '1 second' FROM product_pricelist_item WHERE date_end IS NOT NULL
             ORDER BY 1"""))]
