"""GET /products?q= among 100,000 products in three languages, near 10,000 stores. Goal: 3 times an empty route."""

import itertools
import time
from urllib.parse import quote

from devtools.console import say

from . import seed
from .client import Client
from .harness import Side, compare
from .system import WORKERS

PRODUCTS, STORES = 100_000, 10_000
LIMIT = 20
GOAL = 3.0
#: What customers type, by what is hard about it.
QUERIES = {
    'as it is called': ['bacefo red mug', 'kidilo', 'becefo kettle', 'REF-4711'],
    'a common word': ['jacket', 'mug', 'red', 'lamp'],
    'two common words': ['red jacket', 'blue mug', 'jacket warm', 'soft pillow'],
    'as one types': ['j', 'ja', 'jac', 'wat', 'waterpr', 'back'],
    'misspelt': ['jakcet', 'waterprof', 'ketle', 'pilow soft', 'bakpack'],
    'another language': ['Jacke', 'Rucksack', 'bouilloire', 'étanche'],
}


def fill(env):
    """Give a database its products and stores."""
    seed.caller(env)
    seed.stores(env, STORES)
    start = time.perf_counter()
    seed.products(env, PRODUCTS)
    say(f'  {PRODUCTS:,} products with their words: {time.perf_counter() - start:.0f} s')


def run(system):
    """Measure and print."""
    database = system.database('products', fill)
    with system.environment(database) as env:
        token = seed.access_token(env)
    instance = system.server(database)
    customer = Client(instance.url, token)
    places = itertools.cycle(seed.positions(997))

    def search(queries):
        texts = itertools.cycle(map(quote, queries))

        def get():
            lat, lon = next(places)
            customer.get(f'/mobile/v1/products?q={next(texts)}&lat={lat}&lon={lon}&limit={LIMIT}')

        return get

    everything = [text for row in itertools.zip_longest(*QUERIES.values()) for text in row if text]
    compare(
        f'GET /products?q=, {LIMIT} of {PRODUCTS:,} products, near {STORES:,} stores',
        Side('empty authenticated route', lambda: customer.get('/mobile/v1/benchmark/constant?lat=52.5&lon=13.4')),
        Side('GET /products?q=', search(everything)),
        *(Side(f'  {name}', search(queries)) for name, queries in QUERIES.items()),
        Side('GET /products', lambda: customer.get(f'/mobile/v1/products?limit={LIMIT}')),
        meter=system.server_time(instance), goal=GOAL, slices=20, calls=20, warm_up=60, clients=2 * WORKERS)
