"""The check of a token among 1,000,000 against 1,000. Goal: at most 1.1 times the cost.

Two databases that differ in the number of tokens alone, both open in this process; devices and customers grow along.
Each call checks a random token that exists.
"""

import random

from . import seed
from .harness import Side, compare

FEW = 1_000
MANY = 1_000_000
GOAL = 1.1


def run(system):
    """Measure and print."""
    databases = {count: system.database(f'tokens_{count}', lambda env, count=count: seed.tokens(env, count))
                 for count in (FEW, MANY)}
    with system.environment(databases[FEW]) as few, system.environment(databases[MANY]) as many:
        compare(
            'mobile.token._authenticate in this process, a random token each time',
            Side(f'{FEW:,} tokens', _check(few, FEW)),
            Side(f'{MANY:,} tokens', _check(many, MANY)),
            meter=system.process_time(*databases.values()), goal=GOAL, calls=200, warm_up=2000)


def _check(env, count):
    source = random.Random(19)
    tokens = env['mobile.token']
    return lambda: tokens._authenticate(seed.token(source.randint(1, count)))
