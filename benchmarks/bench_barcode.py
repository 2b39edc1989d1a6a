"""GET /products/barcode/{code} among 100,000 products and 10,000 stores. Goal: 1.5 empty authenticated routes.

Beside it, what it is made of: the look-up against hand SQL, and prices against lines of a sales order.
"""
import itertools
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

PRODUCTS, STORES = 100_000, 10_000
GOAL = 1.5
GOAL_LOOK_UP = 2.0
PAGE = 20

HAND_SQL = """
    SELECT product.id, template.uom_id
      FROM product_product product
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE product.barcode = %s AND product.active AND template.sale_ok AND template.mobile_published
       AND (template.company_id IS NULL OR template.company_id = %s)
"""


def fill(env):
    """Give a database its products and stores."""
    seed.caller(env)
    seed.stores(env, STORES)
    seed.products(env, PRODUCTS)


def run(system):
    """Measure and print."""
    database = system.database('products', fill)
    with system.environment(database) as env:
        token = seed.access_token(env)
        env.cr.execute("SELECT barcode FROM product_product WHERE barcode LIKE '4%%' AND mod(id, 997) = 0")
        codes = [barcode for barcode, in env.cr.fetchall()]
    _measure_endpoint(system, database, token, codes)
    with system.environment(database) as env:
        _measure_look_up(system, env, codes)
        _measure_prices(system, env)


def _measure_endpoint(system, database, token, codes):
    instance = system.server(database)
    customer = Client(instance.url, token)
    places = itertools.cycle(seed.positions(997))

    def scan(codes):
        wanted = itertools.cycle(codes)

        def get():
            lat, lon = next(places)
            customer.get(f'/mobile/v1/products/barcode/{next(wanted)}?lat={lat}&lon={lon}')

        return get

    compare(
        f'GET /products/barcode/, one of {PRODUCTS:,} products, near {STORES:,} stores',
        Side('empty authenticated route', lambda: customer.get('/mobile/v1/benchmark/constant?lat=52.5&lon=13.4')),
        Side('one of 100 in turn', scan(codes[:100])),
        Side('the same one', scan(codes[:1])),
        Side('as an element string', scan([f'010{code}17271231' for code in codes[:100]])),
        meter=system.server_time(instance), goal=GOAL, warm_up=200, clients=2 * WORKERS)


def _measure_look_up(system, env, codes):
    env = env(user=seed.caller(env).user_id.id)
    company = env['res.company'].sudo().browse(seed.caller(env(su=True)).company_id.id)
    wanted = itertools.cycle(codes)

    def by_hand():
        env.cr.execute(HAND_SQL, [next(wanted), company.id])
        return env.cr.fetchall()

    compare(
        f'The look-up alone, one of {PRODUCTS:,} products', Side('hand SQL', by_hand),
        Side('_by_code', lambda: env['mobile.catalogue']._by_code(company, [next(wanted)])),
        meter=system.process_time(env.cr.dbname), goal=GOAL_LOOK_UP)


def _measure_prices(system, env):
    device = seed.caller(env)
    company, partner = device.company_id, device.user_id.partner_id
    # Odoo's addons can be imported once a registry is there.
    from odoo.addons.mobile_crm.models.mobile_catalogue import Shopper
    shopper = Shopper(company, device.app_id, partner)
    ids = env['product.product'].search([('barcode', '=like', '4%')], limit=50 * PAGE).ids
    pages = itertools.cycle([ids[start:start + PAGE] for start in range(0, len(ids), PAGE)])

    def lines():
        env.invalidate_all()
        order = env['sale.order'].new({'partner_id': partner.id, 'company_id': company.id, 'order_line': [
            Command.create({'product_id': product_id}) for product_id in next(pages)]})
        return order.order_line.mapped('price_total')

    hours = itertools.count(1)

    def prices(at=None):
        env.invalidate_all()
        return env['mobile.catalogue']._prices(shopper, env['product.product'].browse(next(pages)), at=at)

    def afresh():
        # Prices are kept for an hour at most.
        return prices(fields.Datetime.now() + timedelta(hours=next(hours)))

    compare(
        f'Prices of {PAGE} products', Side('lines of a sales order, not saved', lines),
        Side('_prices', prices), Side('_prices, nothing kept', afresh),
        meter=system.process_time(env.cr.dbname), slices=10, calls=10, warm_up=60)
