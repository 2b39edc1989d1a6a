"""GET /sync for a customer with 50 stores, 40 messages, 40 favourites and 3 lists of 20 lines.

Beside an empty authenticated route: nothing has changed, one product has, and the first time. Then the bytes of each
answer, as they are and packed as a proxy packs them. No goal is set.
"""

import gzip
import json
import uuid

from devtools.console import say

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

STORES, PRODUCTS, FAVOURITES, LISTS, LINES, MESSAGES = 1_000, 1_000, 40, 3, 20, 40
HERE = 'lat=52.5&lon=13.4'


def run(system):
    """Measure and print."""
    database = system.database('sync', _seed)
    with system.environment(database) as env:
        token = seed.access_token(env)
    instance = system.server(database)
    customer = Client(instance.url, token)
    url = f'/mobile/v1/sync?{HERE}'
    first = customer.get(url)
    cursor = json.loads(first)['cursor']
    nothing = customer.get(f'{url}&cursor={cursor}')
    with system.environment(database) as env:
        product = env['mobile.favourite'].search([], limit=1).product_id
        product.list_price += 1
    one = customer.get(f'{url}&cursor={cursor}')
    for name, answer in (('the first time', first), ('nothing has changed', nothing), ('one product has', one)):
        say(f'  {name}: {len(answer):,} bytes, {len(gzip.compress(answer)):,} packed')
    say(f'  cursor: {len(cursor):,} characters')
    new = json.loads(one)['cursor']
    compare(
        'GET /sync',
        Side('empty authenticated route', lambda: customer.get(f'/mobile/v1/benchmark/constant?{HERE}')),
        Side('nothing has changed', lambda: customer.get(f'{url}&cursor={new}')),
        Side('one product has', lambda: customer.get(f'{url}&cursor={cursor}')),
        Side('the first time', lambda: customer.get(url)),
        meter=system.server_time(instance), warm_up=20, slices=20, calls=5, clients=2 * WORKERS)


def _seed(env):
    device = seed.caller(env)
    seed.stores(env, STORES)
    partner, company = device.partner_id, device.company_id
    if env['mobile.favourite'].search_count([('partner_id', '=', partner.id)]):
        return
    product = env['product.product'].create({'name': "Benchmark product", 'list_price': 10.0})
    template = product.product_tmpl_id
    offset = seed.multiply(env.cr, 'product_template', template.id, PRODUCTS, name="""jsonb_build_object(
        'en_US', 'Benchmark product ' || n)""", list_price='n')
    seed.multiply(env.cr, 'product_product', product.id, PRODUCTS, product_tmpl_id=f'n + {offset}')
    env.invalidate_all()
    products = env['product.product'].search([('id', '>', product.id)], limit=FAVOURITES + LISTS * LINES, order='id')
    env['mobile.favourite'].create([
        {'partner_id': partner.id, 'company_id': company.id, 'product_id': product.id}
        for product in products[:FAVOURITES]])
    rest = iter(products[FAVOURITES:])
    for number in range(LISTS):
        shopping_list = env['mobile.list'].create({
            'name': f"List {number}", 'partner_id': partner.id, 'company_id': company.id, 'uuid': str(uuid.uuid4())})
        env['mobile.list.line'].create([
            {'list_id': shopping_list.id, 'uuid': str(uuid.uuid4()), 'version': 1, 'position': place,
             'product_id': product.id, 'text': product.name}
            for place, product in zip(range(LINES), rest, strict=False)])
    env['mobile.message']._post([
        {'partner_id': partner.id, 'company_id': company.id, 'title': f"Message {number}", 'body': "Come in. " * 10}
        for number in range(MESSAGES)])
