"""What the addon recommends beside popularity, personal frequency and `implicit`, on the Complete Journey's purchases.

Each is told what was bought up to a day, and is judged by what the households buy in the four weeks after it, among all
products that were known. Whatever can be chosen was chosen on the four weeks before those (validation), by NDCG@10;
the last four weeks were not looked at until then. `MOBILE_CRM_FULL=1` searches the grids, fits our models anew and says
what came out; without, what they found is used as it is written down.
"""

import os
import time

import numpy as np

from devtools import retail_env
from devtools.console import note, say

from . import fitting, retail
from .recommenders import IMPLICIT, SEEDS, SIMPLE, quietly

#: The last days of training of the two comparisons: the data end four weeks after the second.
VALIDATION, TEST = 17476, 17504
OURS = 'mobile_crm'
GOAL_POPULARITY = 1.5
#: More than any household has bought.
EVERYTHING = 100_000


def run(system):
    """Measure and print."""
    retail_env.activate()
    everything = retail.purchases()
    recommenders = SIMPLE + IMPLICIT
    if os.environ.get('MOBILE_CRM_FULL') == '1':
        split = retail.Split(everything, VALIDATION)
        recommenders = [_tuned(each, split) for each in recommenders]
        fitting.run(everything, VALIDATION)
        _judge([], split)
        _privacy(split)
    split = retail.Split(everything, TEST)
    _describe(split)
    _judge(recommenders, split)
    say(f'  peak memory of this process: {retail.peak_memory() / 2**20:,.0f} MiB')


def _tuned(recommender, split):
    """Return a recommender with what is best on validation, by the first seed."""
    values = []
    for choice in recommender.choices:
        top = quietly(recommender.recommend, split, SEEDS[0], **choice)
        values.append((retail.Scores(split, top).value, choice))
        note(f'  {recommender.name}: {values[-1][0]:.4f} {choice}')
    value, choice = max(values, key=lambda row: row[0])
    say(f'  validation: {recommender.name}: {value:.4f} by {choice}, of {len(values)}')
    return recommender._replace(tuned=choice)


def ours(split, **options):
    """Return what the addon recommends, by its own code and defaults.

    :param options: of the neighbours
    :return: ten products for each judged household; the same without what they had bought before; of the first 50 of
        each the numbers of their reasons; and the seconds of popularity, neighbours and ranking
    """
    affinity = retail.tools('affinity')
    clock = [time.perf_counter()]
    popular = affinity.popularity(split.known, split.today)
    clock.append(time.perf_counter())
    pairs = fitting.pairs(split, **options)
    clock.append(time.perf_counter())
    mine = np.isin(split.known.customer, split.households[split.judged])
    # More than usual is kept, for those that are new; the first ones are the same.
    ranking = affinity.rank(
        affinity.Purchases(*(column[mine] for column in split.known)), pairs, popular, split.today, keep=EVERYTHING)
    clock.append(time.perf_counter())
    households = np.searchsorted(split.households[split.judged], ranking.customer)
    products = np.searchsorted(split.products, ranking.product)
    new = ranking.why >= affinity.WHYS.index('bought_with')
    usual = np.arange(len(households)) - np.searchsorted(households, households) < fitting.KEEP
    return (_first(households, products, len(split.judged)), _first(households[new], products[new], len(split.judged)),
            ranking.why[usual], np.diff(clock))


def _first(households, products, count):
    """Return the first ten products of each household; -1 where there are fewer."""
    top = np.full((count, retail.TOP), -1)
    place = np.arange(len(households)) - np.searchsorted(households, households)
    first = place < retail.TOP
    top[households[first], place[first]] = products[first]
    return top


def _privacy(split):
    """Print what it costs that a pair is told only when so many customers bought both."""
    for customers in (2, 3, retail.tools('affinity').CUSTOMERS, 10):
        scores = retail.Scores(split, ours(split, customers=customers)[1])
        pairs = fitting.pairs(split, customers=customers)
        say(f'  pairs of {customers} or more customers: {len(np.unique(pairs.product)):,} products have neighbours; '
            f'NDCG@10 of new ones {np.nanmean(scores.ndcg[2]):.4f}')


def _describe(split):
    targets = sum(map(len, split.targets))
    repeats = sum(
        np.isin(target, split.bought.indices[slice(*split.bought.indptr[[household, household + 1]])]).sum()
        for household, target in zip(split.judged, split.targets, strict=True))
    everyone = targets + split.fresh
    say(f'\nWhat {len(split.judged):,} households buy in {retail.DAYS} days, of {len(split.products):,} products that '
        f'are known from {len(split.known.day):,} lines')
    say(f'  {targets / len(split.judged):.1f} products each; {repeats / targets:.1%} of them are repeats; another '
        f'{split.fresh / everyone:.1%} of what is bought are products that nobody bought before: no one can recommend '
        f'them from purchases, they are not counted; {split.newcomers} households were new and are not judged')


def _judge(recommenders, split):
    """Print the table for one split."""
    rows = []
    for recommender in recommenders:
        seeds = SEEDS if recommender.seeded else SEEDS[:1]
        scores = [
            retail.Scores(split, quietly(recommender.recommend, split, seed, **recommender.tuned)) for seed in seeds]
        rows.append((recommender.name, scores))
        note(f'  {recommender.name}: {np.mean([each.value for each in scores]):.4f} by {recommender.tuned}')
    top, new, why, seconds = ours(split)
    mine = retail.Scores(split, top)
    rows.append((OURS, [mine]))
    alone = retail.Scores(split, new)
    say(f'\n{"":26}' + ''.join(f'| {kind:38}' for kind in mine.KINDS))
    say(f'  {"":24}' + '| NDCG@10               recall@10       ' * 3)
    for name, scores in [*rows, (f'{OURS}, only new ones', [alone])]:
        cells = []
        for kind in range(3):
            for values in ('ndcg', 'recall'):
                mean, low, high = retail.interval(np.mean([getattr(each, values)[kind] for each in scores], axis=0))
                cells.append(f'{"| " if values == "ndcg" else ""}{mean:.4f} ({low:.4f}-{high:.4f})')
        say(f'  {name:24}' + ' '.join(cells))
    say('  in brackets: 95 % intervals by bootstrap over the households')
    for name, scores in rows:
        if len(scores) > 1:
            say(f'  {name}, NDCG@10 by seed: ' + ', '.join(f'{each.value:.4f}' for each in scores))
    say('  seeds do not change the others')
    _differences(rows, mine)
    whys = np.bincount(why, minlength=5) / len(why)
    say('  what ours are made of: ' + ', '.join(
        f'{name} {part:.0%}' for name, part in zip(retail.tools('affinity').WHYS, whys, strict=True) if part))
    say('  seconds: popularity {:.1f}, neighbours {:.1f}, ranking {:.1f}'.format(*seconds))


def _differences(rows, mine):
    """Print by how much ours are better, household by household."""
    say(f'\n  ours against {"":14}NDCG@10: ratio   difference (95 %)              recall@10: difference (95 %)')
    for name, scores in rows[:-1]:
        ndcg = np.mean([each.ndcg[0] for each in scores], axis=0)
        recall = np.mean([each.recall[0] for each in scores], axis=0)
        parts = [retail.interval(own - other) for own, other in ((mine.ndcg[0], ndcg), (mine.recall[0], recall))]
        goal = f'   goal: {GOAL_POPULARITY} times' if name == 'popularity' else ''
        say(f'  {name:26}          {mine.value / np.nanmean(ndcg):5.2f}   '
            + '            '.join('{:+.4f} ({:+.4f} to {:+.4f})'.format(*part) for part in parts) + goal)
