from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT, UNKNOWN, Availability
from odoo.addons.mobile_crm.tools import geo

# The largest number that a customer reads: how much a shop has beyond that is its own business.
MOST_TOLD = 99


class MobileCatalogue(models.AbstractModel):
    """What stores have: the free quantity at the store's warehouse, as Odoo itself counts it (``free_qty``).

    All that asks whether a store has something is made of the pieces below: the API, the gate of campaigns, what is put
    aside, the staff's lists. What is not counted (consumables, services, kits, stores without a warehouse in use) is
    neither there nor gone: nobody knows.
    """

    _inherit = 'mobile.catalogue'

    # === BUSINESS METHODS === #

    @api.model
    def _availability(self, product_ids, store_ids):
        """Return whether stores have products, in one query."""
        known = {(product, store): Availability(UNKNOWN) for product in product_ids for store in store_ids}
        if known:
            self._flush_stock()
            for product_id, store_id, promised, low in self.env.execute_query(SQL(
                    'WITH %s SELECT item.id, place.store_id, %s, %s FROM %s',
                    self._asked_sql(list(product_ids), list(store_ids)), self._promised_sql(SQL('free.quantity')),
                    self._level_sql('low_stock'), self._free_from_sql())):
                known[product_id, store_id] = self._as_availability(promised, low)
        return known

    @api.model
    def _counts_stock(self):
        return True

    @api.model
    def _nearest_with(self, company, product_ids, latitude, longitude):
        self._flush_stock()
        rows = self.env.execute_query(SQL(
            """WITH %(items)s
               SELECT DISTINCT ON (stocked.product_id) product_id, store_id, promised, low
                 FROM (SELECT item.id AS product_id, store.id AS store_id, store.sphere, %(promised)s AS promised,
                              %(low)s AS low
                         FROM item
                         JOIN stock_quant quant ON quant.product_id = item.id
                         JOIN stock_location shelf ON shelf.id = quant.location_id AND shelf.usage = 'internal'
                         JOIN LATERAL %(above)s ON TRUE
                         JOIN stock_warehouse warehouse ON warehouse.view_location_id = above.id AND warehouse.active
                         JOIN mobile_store store ON store.warehouse_id = warehouse.id
                         JOIN res_company company ON company.id = store.company_id
                        WHERE store.company_id = %(company)s AND store.active AND store.sphere IS NOT NULL
                     GROUP BY item.id, item.low_stock, item.safety_stock, store.id, company.id
                       HAVING %(promised)s > 0) stocked
             ORDER BY stocked.product_id, stocked.sphere <-> %(point)s, stocked.store_id""",
            items=self._items_sql(list(product_ids)), company=company.id, above=self._above_sql(),
            promised=self._promised_sql(SQL('sum(%s)', self._quantity_sql())), low=self._level_sql('low_stock'),
            point=geo.sphere_point(latitude, longitude)))
        return {product_id: (store_id, self._as_availability(promised, low))
                for product_id, store_id, promised, low in rows}

    @api.model
    def _as_availability(self, promised, low):
        """Return what customers are told of a quantity that may be promised; few are left from the level `low` on."""
        if promised <= 0:
            return Availability(OUT, 0.0)
        return Availability(LOW if promised <= low else IN_STOCK, float(promised))

    @api.model
    def _told(self, shopper, availability):
        if not shopper.app or availability.quantity is None:
            # Staff read what they count.
            return availability
        shows = self.env['mobile.app']._shows_quantities(shopper.app.id)
        told = min(availability.quantity, MOST_TOLD) if shows else None
        return availability._replace(quantity=told)

    @api.model
    def _free_sql(self, product, store):
        """Return what a store may promise of a product: NULL when nobody knows, nothing left when not above 0.

        :param SQL product: an id of ``product_product``; NULL gives NULL.
        :param SQL store: an id of ``mobile_store``; NULL gives NULL.
        :return: a numeric, in the product's own unit.
        :rtype: SQL
        """
        # Whoever runs the statement has flushed.
        return SQL(
            '(WITH %s SELECT %s FROM %s)', self._asked_sql(product, store),
            self._promised_sql(SQL('free.quantity')), self._free_from_sql())

    # === THE PIECES === #

    @api.model
    def _quantity_sql(self):
        """Return what of a row of ``quant`` is free. A bridge that knows of goods not to be sold extends this.

        :rtype: SQL
        """
        return SQL('quant.quantity - quant.reserved_quantity')

    @api.model
    def _counted_sql(self):
        """Return the condition that a ``product`` and its ``template`` are counted.

        :rtype: SQL
        """
        if 'mrp.bom' not in self.env:
            return SQL('template.is_storable')
        # A kit has no quants of its own: what there is follows from its parts.
        return SQL(
            """template.is_storable AND NOT EXISTS (
                   SELECT FROM mrp_bom bom
                    WHERE bom.product_tmpl_id = template.id AND bom.type = 'phantom' AND bom.active
                      AND (bom.product_id IS NULL OR bom.product_id = product.id))""")

    @api.model
    def _items_sql(self, products):
        """Return the part ``item`` of a statement: counted products with the levels that are their own.

        :param products: list of ids, or SQL that is one.
        :rtype: SQL
        """
        chosen = SQL('product.id = %s', products) if isinstance(products, SQL) else SQL(
            'product.id = ANY(%s)', products)
        return SQL(
            """item AS (SELECT product.id, %(low)s AS low_stock, %(safety)s AS safety_stock
                          FROM product_product product
                          JOIN product_template template ON template.id = product.product_tmpl_id
                         WHERE %(chosen)s AND %(counted)s)""",
            low=self._own_level_sql('low_stock'), safety=self._own_level_sql('safety_stock'), chosen=chosen,
            counted=self._counted_sql())

    @api.model
    def _asked_sql(self, products, stores):
        """Return the parts ``item`` and ``place`` of a statement: products and stores that are counted.

        :param products, stores: lists of ids, or SQL that is one.
        :rtype: SQL
        """
        chosen = SQL('store.id = %s', stores) if isinstance(stores, SQL) else SQL('store.id = ANY(%s)', stores)
        return SQL(
            """%(items)s,
               place AS MATERIALIZED (
                   SELECT store.id AS store_id, store.company_id, ARRAY(%(shelves)s) AS shelves
                     FROM mobile_store store
                     JOIN stock_warehouse warehouse ON warehouse.id = store.warehouse_id AND warehouse.active
                    WHERE %(chosen)s)""",
            items=self._items_sql(products), shelves=self._shelves_sql(SQL('store.id')), chosen=chosen)

    @api.model
    def _free_from_sql(self):
        """Return the row source of what each ``place`` has of each ``item``: ``free.quantity``, NULL for nothing.

        Each is looked up by an index: a page of products may be in all of ten thousand stores, and twenty of them are
        asked.

        :rtype: SQL
        """
        return SQL(
            """item CROSS JOIN place
               JOIN res_company company ON company.id = place.company_id
         CROSS JOIN LATERAL (SELECT sum(%s) AS quantity FROM stock_quant quant
                              WHERE quant.product_id = item.id AND quant.location_id = ANY(place.shelves)) free""",
            self._quantity_sql())

    @api.model
    def _own_level_sql(self, name):
        """Return a level of a product's own, else of its category or the nearest one above; NULL or 0 is none."""
        column = SQL.identifier('template', f'mobile_{name}')
        categories = self.env['product.category']._mobile_with_levels()[f'mobile_{name}']
        if not categories:
            return column
        return SQL(
            """coalesce(nullif(%(column)s, 0), (
                   SELECT %(level)s FROM product_category own
                     JOIN product_category above ON starts_with(own.parent_path, above.parent_path)
                    WHERE own.id = template.categ_id AND above.id = ANY(%(categories)s)
                 ORDER BY length(above.parent_path) DESC LIMIT 1))""",
            column=column, level=SQL.identifier('above', f'mobile_{name}'), categories=list(categories))

    @api.model
    def _level_sql(self, name):
        """Return the level that counts for an ``item`` at a store of a ``company``."""
        return SQL('coalesce(nullif(%s, 0), %s, 0)', SQL.identifier('item', name),
                   SQL.identifier('company', f'mobile_{name}'))

    @api.model
    def _promised_sql(self, quantity):
        """Return what customers may be promised of a free quantity, rounded as Odoo rounds quantities."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        return SQL('round((coalesce(%s, 0) - %s)::numeric, %s)', quantity, self._level_sql('safety_stock'), digits)

    @api.model
    def _shelves_sql(self, store):
        """Return the query of the locations (``id``) of a store's warehouse, archived ones as well.

        The bounds are those of all paths that begin with the warehouse's own, so that an index finds them.

        :param SQL store: an id of ``mobile_store``.
        :rtype: SQL
        """
        return SQL(
            """SELECT place.id
                 FROM mobile_store owner
                 JOIN stock_warehouse building ON building.id = owner.warehouse_id AND building.active
                 JOIN stock_location root ON root.id = building.view_location_id
                 JOIN stock_location place
                   ON place.usage = 'internal' AND place.parent_path COLLATE "C" >= root.parent_path
                      AND place.parent_path COLLATE "C" < left(root.parent_path, -1) || '0'
                WHERE owner.id = %s""", store)

    @api.model
    def _above_sql(self):
        """Return the row source ``above`` of a ``shelf``: the ids of all locations in which it lies, and its own."""
        return SQL("""unnest(string_to_array(rtrim(shelf.parent_path, '/'), '/')::integer[]) above(id)""")

    @api.model
    def _flush_stock(self):
        """Send what is pending of the tables that availability is read from."""
        self.env['stock.quant'].flush_model(['product_id', 'location_id', 'quantity', 'reserved_quantity'])
        self.env['stock.location'].flush_model(['usage', 'parent_path'])
        self.env['stock.warehouse'].flush_model(['view_location_id', 'active'])
        self.env['mobile.store'].flush_model(['warehouse_id', 'company_id', 'active', 'latitude', 'longitude'])
        self.env['product.product'].flush_model(['product_tmpl_id'])
        levels = ['mobile_low_stock', 'mobile_safety_stock']
        self.env['product.template'].flush_model(['is_storable', 'categ_id', *levels])
        self.env['product.category'].flush_model(['parent_path', *levels])
        self.env['res.company'].flush_model(levels)
