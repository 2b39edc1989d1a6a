"""Rebuilding what goes together, from arrays of purchases, beside scipy's bare `XᵀX`. Goal: at most 2 times.

The purchases are the Complete Journey's, or, where they cannot be had, made up in the same shape. The bare product is
of the very matrix that the neighbours are counted from, transposed beforehand. It makes no matrix from lines, leaves
out no pair of too few customers, weighs and chooses nothing; but it holds all counts at once.
"""

import os
import tracemalloc

import numpy as np

from devtools.console import Problem, note, say

from . import retail
from .harness import Side, compare, processor_time

GOAL = 2.0
KEEP = 50
MEMORY = 256 * 2**20
LINES, CUSTOMERS, PRODUCTS = 1_469_307, 2469, 68_509


def run(system):
    """Measure and print."""
    affinity, pairing = retail.tools('affinity'), retail.tools('affinity_pairs')
    try:
        purchases = retail.purchases()
    except Problem as problem:
        note(f'  {problem}; made up ones are used')
        purchases = _made_up(affinity)
    today = int(purchases.day.max())
    bought, _products = pairing.matrix(purchases, affinity.CUSTOMERS)
    transposed = bought.T.tocsr()

    def rebuild(memory=MEMORY):
        return sum(len(each.others) for each in affinity.neighbours(purchases, today, keep=KEEP, memory=memory))

    compare(
        f'{len(purchases.day):,} lines of {bought.shape[0]:,} customers, {bought.shape[1]:,} products that '
        f'{affinity.CUSTOMERS} or more of them bought: {rebuild():,} neighbours',
        Side('bare XᵀX', lambda: transposed @ bought), Side('affinity.neighbours', rebuild),
        meter=processor_time([os.getpid()]), goal=GOAL, slices=4, calls=1, warm_up=0)
    say('\nMemory at its peak, beside the lines themselves')
    say(f'  bare XᵀX: {_peak(lambda: transposed @ bought):,.0f} MiB')
    for memory in (MEMORY, MEMORY // 4, MEMORY // 16):
        say(f'  affinity.neighbours, memory={memory / 2**20:.0f} MiB for counts: '
            f'{_peak(lambda memory=memory: rebuild(memory)):,.0f} MiB')
    say(f'  peak memory of this process: {retail.peak_memory() / 2**20:,.0f} MiB')


def _peak(call):
    """Return how many MiB of arrays a call held at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def _made_up(affinity):
    """Return purchases in the shape of the Complete Journey's: few products are bought by most, most by few."""
    lot = np.random.default_rng(1)
    customer = (CUSTOMERS * lot.beta(0.9, 1.6, LINES)).astype(np.int64) + 1
    product = (PRODUCTS * lot.random(LINES) ** 2.6).astype(np.int64) + 1
    day = lot.integers(17_167, 17_533, LINES)
    return affinity.Purchases(customer, product, customer * 100_000 + day, day)
