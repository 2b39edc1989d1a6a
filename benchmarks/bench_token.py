"""The check of a token among 1,000,000 against 1,000. Goal: at most 1.1 times the cost.

Two databases that differ in the number of tokens alone, both open in this process; devices and customers grow along.
Each call checks a random token that exists. The third side uses few of the many tokens: what it costs over the first is
the size of the index, what the second costs over it is reading rows that no buffer holds.
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
            Side(f'any of {FEW:,} tokens', _check(few, FEW)),
            Side(f'any of {MANY:,} tokens', _check(many, MANY)),
            Side(f'{FEW:,} of {MANY:,} tokens in use', _check(many, MANY, MANY // FEW)),
            meter=system.process_time(*databases.values()), goal=GOAL, calls=200, warm_up=2000)


def _check(env, count, step=1):
    """Return a function that checks a random one of every `step`-th token."""
    source = random.Random(19)
    tokens = env['mobile.token']
    return lambda: tokens._authenticate(seed.token(source.randrange(step, count + 1, step)))
