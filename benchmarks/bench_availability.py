"""What stores have: 100,000 products, 10,000 stores, 1,000,000 quants. Goal: at most 1.3 times hand-written SQL.

Ten products are in every store, the others in some nine of them. The hand-written SQL knows the tables, and leaves
out what the addon asks beside the sum: whether a product is counted, levels of products, categories and companies.
"""

import itertools
import math
import random

from odoo.tools import SQL

from . import seed
from .harness import Side, compare

STORES = 10_000
PRODUCTS = 100_000
QUANTS = 1_000_000
#: Products that each store has.
POPULAR = 10
#: A page of products, and the stores that are looked at.
PAGE, NEAR = 20, 20
GOAL = 1.3

AT_STORES = """
    SELECT quant.product_id, store.id, sum(quant.quantity - quant.reserved_quantity)
      FROM mobile_store store
      JOIN stock_location place ON place.warehouse_id = store.warehouse_id AND place.usage = 'internal'
      JOIN stock_quant quant ON quant.location_id = place.id
     WHERE store.id = ANY(%(stores)s) AND quant.product_id = ANY(%(products)s)
  GROUP BY quant.product_id, store.id
"""
NEAREST = """
    SELECT DISTINCT ON (quant.product_id) quant.product_id, store.id
      FROM stock_quant quant
      JOIN stock_location place ON place.id = quant.location_id AND place.usage = 'internal'
      JOIN mobile_store store ON store.warehouse_id = place.warehouse_id AND store.active
     WHERE quant.product_id = ANY(%(products)s) AND quant.quantity > quant.reserved_quantity
  ORDER BY quant.product_id, store.sphere <-> cube(ARRAY[%(x)s, %(y)s, %(z)s])
"""


def run(system):
    """Measure and print."""
    database = system.database('availability', fill, ['mobile_crm_stock'])
    with system.environment(database) as env:
        env.cr.execute("""SELECT id FROM product_product WHERE default_code = 'benchmark' ORDER BY id""")
        ids = [row[0] for row in env.cr.fetchall()]
        for title, popular in (('half of them in each store', ids[1:POPULAR + 1]), ('each in some stores', [])):
            _measure(system, env, ids[POPULAR + 1:], popular, title)


def _measure(system, env, ids, popular, title):
    source = random.Random(19)
    company = env.company
    places = itertools.cycle(seed.positions(997))
    meter = system.process_time(env.cr.dbname)
    Catalogue, Store = env['mobile.catalogue'], env['mobile.store']

    def page():
        return popular + source.sample(ids, PAGE - len(popular))

    near = [[store.id for store in Store._nearest(company, *next(places), limit=NEAR)] for _number in range(200)]
    nearby = itertools.cycle(near)

    def by_hand():
        env.cr.execute(AT_STORES, {'stores': next(nearby), 'products': page()})
        return env.cr.fetchall()

    compare(
        f'Availability of {PAGE} products, {title}, at {NEAR} stores, in this process',
        Side('hand-written SQL', by_hand),
        Side('mobile.catalogue._availability', lambda: Catalogue._availability(page(), next(nearby))),
        meter=meter, goal=GOAL, slices=20, calls=20, warm_up=20)

    def nearest_by_hand():
        phi, lam = map(math.radians, next(places))
        env.cr.execute(NEAREST, {
            'products': page(), 'x': math.cos(phi) * math.cos(lam), 'y': math.cos(phi) * math.sin(lam),
            'z': math.sin(phi)})
        return env.cr.fetchall()

    if not popular:
        # What each store has is never looked for farther away.
        compare(
            f'The nearest of all stores that has each of {PAGE} products, {title}',
            Side('hand-written SQL', nearest_by_hand),
            Side('mobile.catalogue._nearest_with', lambda: Catalogue._nearest_with(company, page(), *next(places))),
            meter=meter, goal=GOAL, slices=10, calls=10, warm_up=10)
    shopper = _shopper(env)
    compare(
        f'All that is told of stores for {PAGE} products, {title}',
        Side('mobile.store._nearest', lambda: Store._nearest(company, *next(places), limit=NEAR)),
        Side('mobile.catalogue._stores', lambda: Catalogue._stores(
            shopper, env['product.product'].browse(page()), *next(places))),
        meter=meter, slices=10, calls=10, warm_up=10)


def _shopper(env):
    # Odoo's addons can be imported once the database is open.
    from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper
    return Shopper(env.company, env['mobile.app'].search([], limit=1), seed.caller(env).user_id.partner_id)


def fill(env):
    """Make the stores with a warehouse each, the products and the quants."""
    seed.caller(env)
    seed.stores(env, STORES)
    cr = env.cr
    if env['stock.quant'].search_count([], limit=1):
        return
    warehouse = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1)
    product = env['product.product'].create({
        'name': "Product", 'default_code': 'benchmark', 'is_storable': True})
    quant = env['stock.quant'].create({
        'product_id': product.id, 'location_id': warehouse.lot_stock_id.id, 'quantity': 9})
    env.flush_all()
    cr.execute('SELECT setseed(0.19)')
    roots = seed.multiply(cr, 'stock_location', warehouse.view_location_id.id, STORES, parent_path="copy.id || '/'",
                          warehouse_id='NULL')
    shelves = seed.multiply(
        cr, 'stock_location', warehouse.lot_stock_id.id, STORES, location_id=f'n + {roots}', warehouse_id='NULL',
        parent_path=f"(n + {roots}) || '/' || copy.id || '/'", barcode='NULL')
    houses = seed.multiply(
        cr, 'stock_warehouse', warehouse.id, STORES, name="'Warehouse ' || n", code="'W' || to_hex(n)",
        view_location_id=f'n + {roots}', lot_stock_id=f'n + {shelves}')
    cr.execute(SQL('UPDATE stock_location SET warehouse_id = id - %s + %s WHERE id > %s AND id <= %s',
                   roots, houses, roots, roots + STORES))
    cr.execute(SQL('UPDATE stock_location SET warehouse_id = id - %s + %s WHERE id > %s', shelves, houses, shelves))
    cr.execute(SQL(
        """UPDATE mobile_store SET warehouse_id = numbered.n + %s
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM mobile_store) numbered
            WHERE numbered.id = mobile_store.id AND numbered.n <= %s""", houses, STORES))
    templates = seed.multiply(
        cr, 'product_template', product.product_tmpl_id.id, PRODUCTS,
        name="jsonb_build_object('en_US', 'Product ' || n)")
    products = seed.multiply(cr, 'product_product', product.id, PRODUCTS, product_tmpl_id=f'n + {templates}')
    everywhere = POPULAR * STORES
    seed.multiply(
        cr, 'stock_quant', quant.id, everywhere, product_id=f'{products} + 1 + mod(n, {POPULAR})',
        location_id=f'{shelves} + 1 + (n - 1) / {POPULAR}', quantity='floor(20 * random())', reserved_quantity='0')
    seed.multiply(
        cr, 'stock_quant', quant.id, QUANTS - everywhere,
        product_id=f'{products} + {POPULAR} + 1 + floor({PRODUCTS - POPULAR} * random())::integer',
        location_id=f'{shelves} + 1 + floor({STORES} * random())::integer', quantity='floor(20 * random())',
        reserved_quantity='0')
    env.invalidate_all()
