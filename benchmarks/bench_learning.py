"""What it costs to learn from a search, which is done after its answer; and what a customer's own purchases cost."""

import itertools
import json

from odoo.fields import Command

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

PRODUCTS, ORDERS, LINES = 2_000, 200, 10


def fill(env):
    """Give a database products, and a customer who lets the company learn and has bought a lot."""
    device = seed.caller(env)
    seed.products(env, PRODUCTS)
    partner = device.user_id.partner_id
    env['mobile.consent']._append(
        partner, device.company_id, {'profiling': True}, 'device', device_uuid=device.uuid)
    products = env['product.product'].search([], limit=ORDERS)
    orders = env['sale.order'].create([{
        'partner_id': partner.id, 'company_id': device.company_id.id,
        'order_line': [Command.create({'product_id': products[(number + line) % len(products)].id})
                       for line in range(LINES)],
    } for number in range(ORDERS)])
    orders.action_confirm()


def run(system):
    """Measure and print."""
    database = system.database('learning', fill)
    with system.environment(database) as env:
        token = seed.access_token(env)
    instance = system.server(database)
    customer, numbers = Client(instance.url, token), itertools.count()

    def search(more=''):
        # Each time another one: what is asked again within a minute is known.
        customer.get(f'/mobile/v1/products?q=jacket%20{next(numbers)}&limit=5{more}')

    compare(
        f'A search among {PRODUCTS:,} products, 5 of them shown',
        Side('nothing is kept', lambda: search('&typing=true')), Side('an event is written afterwards', search),
        meter=system.server_time(instance), slices=20, calls=10, clients=2 * WORKERS)
    first = json.loads(customer.get('/mobile/v1/orders?limit=1'))['items'][0]['id']
    compare(
        f'Purchases of a customer with {ORDERS} orders of {LINES} lines',
        Side('empty authenticated route', lambda: customer.get('/mobile/v1/benchmark/constant?lat=52.5&lon=13.4')),
        Side('GET /orders, 20 of them', lambda: customer.get('/mobile/v1/orders')),
        Side('GET /orders?q=', lambda: customer.get('/mobile/v1/orders?q=jacket')),
        Side('GET /orders/{id}', lambda: customer.get(f'/mobile/v1/orders/{first}')),
        Side('GET /orders/{id}/receipt', lambda: customer.get(f'/mobile/v1/orders/{first}/receipt')),
        meter=system.server_time(instance), slices=10, calls=10, clients=2 * WORKERS)
