"""What the addon recommends beside popularity, personal frequency and `implicit`, on the Complete Journey's purchases.

Each is told what was bought up to a day, and is judged by what the households buy in the four weeks after it, among all
products that were known. Whatever can be chosen was chosen on the four weeks before those (validation), by NDCG@10.
The last four weeks were looked at before `implicit`'s models were searched; ours were not changed afterwards.
`MOBILE_CRM_FULL=1` searches, fits our models anew and says what came out; without, what was found is used as it is
written down.
"""

import functools
import multiprocessing
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
#: Where retail.Scores has what is new to the household.
NEW = 2
GOAL_POPULARITY = 1.5
#: Words of the recommenders' names, such as ALS, when not all are wanted.
NAMED = os.environ.get('MOBILE_CRM_RECOMMENDERS', '')
#: Models that are fitted at a time, a processor each.
PROCESSES = int(os.environ.get('MOBILE_CRM_PROCESSES', '0')) or os.cpu_count()
#: More than any household has bought.
EVERYTHING = 100_000


def run(system):
    """Measure and print."""
    retail_env.activate()
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        _run()


def _run():
    everything = retail.purchases()
    recommenders = [
        each for each in SIMPLE + IMPLICIT if set(each.name.split()) & set(NAMED.split()) or not NAMED]
    if os.environ.get('MOBILE_CRM_FULL') == '1':
        split = retail.Split(everything, VALIDATION)
        recommenders = [_tuned(each, split) for each in recommenders]
        fitting.run(everything, VALIDATION)
        _privacy(split)
    split = retail.Split(everything, TEST)
    _describe(split)
    _judge(recommenders, split)
    say(f'  peak memory of this process: {retail.peak_memory() / 2**20:,.0f} MiB')


def _tuned(recommender, split):
    """Return a recommender with what is best on validation, by the first seed.

    What is best without what households had bought is the best of what was looked at on the way.
    """
    best, looked_at = recommender.searched(functools.partial(_judged, split))
    value = max(value for value, _choice, _new in looked_at)
    _value, new_best, new_value = max(looked_at, key=lambda row: row[2])
    say(f'  validation: {recommender.name}: {value:.4f} by {best}, of {len(looked_at)}')
    say(f'  validation: {recommender.name}, only new: {new_value:.4f} by {new_best}')
    return recommender._replace(tuned=best, tuned_new=new_best)


def _judged(split, recommender, choice):
    """Return the values of a choice of parameters: of each round, where there are rounds."""
    rows, start = [], time.perf_counter()

    def judge(tops, **more):
        top, new = (retail.Scores(split, each) for each in tops)
        rows.append((top.value, choice | more, np.nanmean(new.ndcg[NEW])))

    def watch(iterations, both):
        if iterations in recommender.rounds:
            judge(both(), iterations=iterations)

    if recommender.rounds:
        most = choice | {'iterations': recommender.rounds[-1]}
        quietly(recommender.recommend, split, SEEDS[0], **most, watch=watch)
    else:
        judge(quietly(recommender.recommend, split, SEEDS[0], **choice))
    for value, row, new in rows:
        note(f'  {recommender.name}: {value:.4f}, new {new:.4f}, {row}, {time.perf_counter() - start:.0f} s')
    return rows


def ours(split, *, customers=None, pairs=None):
    """Return what the addon recommends, by its own code and defaults.

    :param int customers: of fewer nothing is told; the default is the addon's
    :param pairs: affinity.Pairs when they are there already
    :return: ten products for each judged household; the same without what they had bought before; of the first 50 of
        each the numbers of their reasons; and the seconds of popularity, neighbours and ranking
    """
    affinity = retail.tools('affinity')
    clock = [time.perf_counter()]
    customers = customers or affinity.CUSTOMERS
    popular = affinity.popularity(split.known, split.today, customers=customers)
    clock.append(time.perf_counter())
    pairs = pairs or fitting.pairs(split, customers=customers)
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
    """Print what it costs that nothing is told of what fewer customers bought: pairs and popularity alike."""
    affinity, scores = retail.tools('affinity'), {}
    for customers in (2, 3, affinity.CUSTOMERS, 10, 20):
        pairs = fitting.pairs(split, customers=customers)
        top, new, _why, _seconds = ours(split, customers=customers, pairs=pairs)
        scores[customers] = retail.Scores(split, top), retail.Scores(split, new)
        parts = [retail.interval(each.ndcg[kind] - first.ndcg[kind]) for each, first, kind in zip(
            scores[customers], scores[2], (0, NEW), strict=True)]
        values = scores[customers][0].value, np.nanmean(scores[customers][1].ndcg[NEW])
        say(f'  validation: told from {customers} customers on: {len(np.unique(pairs.product)):,} products have '
            f'neighbours; NDCG@10 ' + ', only new: '.join(
                '{:.4f}, against 2 customers {:+.4f} ({:+.4f} to {:+.4f})'.format(value, *part)
                for value, part in zip(values, parts, strict=True)))


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


def _score(split, recommender, seed):
    """Return how good a recommender is with a seed: what it recommends, and what without repeats."""
    top, new = quietly(recommender.recommend, split, seed, **recommender.tuned)
    if recommender.tuned_new and recommender.tuned_new != recommender.tuned:
        new = quietly(recommender.recommend, split, seed, **recommender.tuned_new)[1]
    scores = [retail.Scores(split, each) for each in (top, new)]
    note(f'  {recommender.name}: {scores[0].value:.4f} by {recommender.tuned}, seed {seed}')
    return scores


#: What the processes that judge share with the one that forks them.
_shared = {}


def _share(call, *arguments):
    return call(_shared['split'], *arguments)


def _scores(recommenders, pool):
    """Yield how good each recommender is, a list for its seeds, of what it recommends and of what without repeats."""
    seeds = [SEEDS if each.seeded else SEEDS[:1] for each in recommenders]
    tasks = [[pool.apply_async(_share, (_score, each, seed)) for seed in some]
             for each, some in zip(recommenders, seeds, strict=True)]
    for recommender, some in zip(recommenders, tasks, strict=True):
        yield recommender.name, *map(list, zip(*(task.get() for task in some), strict=True))


def _judge(recommenders, split):
    """Print the tables for one split."""
    rows, alone = [], []
    _shared['split'] = split
    with multiprocessing.get_context('fork').Pool(PROCESSES) as pool:
        mine = pool.apply_async(_share, (ours,))
        for name, scores, new in _scores(recommenders, pool):
            rows.append((name, scores))
            alone.append((name, new))
        top, new, why, seconds = mine.get()
    rows.append((OURS, [retail.Scores(split, top)]))
    alone.append((OURS, [retail.Scores(split, new)]))
    say('\nWhat is recommended')
    _table(rows, range(len(retail.Scores.KINDS)))
    _differences(rows, 0)
    say('\nWhat is recommended without what the household had bought, each by what is best for that')
    _table(alone, [NEW])
    _differences(alone, NEW)
    say('\n  in brackets: 95 % intervals by bootstrap over the households, of the mean of all seeds')
    whys = np.bincount(why, minlength=5) / len(why)
    say('  what ours are made of: ' + ', '.join(
        f'{name} {part:.0%}' for name, part in zip(retail.tools('affinity').WHYS, whys, strict=True) if part))
    say('  seconds: popularity {:.1f}, neighbours {:.1f}, ranking {:.1f}'.format(*seconds))


def _mean(scores, values, kind):
    """Return each household's value, the mean of all seeds."""
    return np.mean([getattr(each, values)[kind] for each in scores], axis=0)


def _table(rows, kinds):
    say(f'\n  {"":26}' + ''.join(f'| {retail.Scores.KINDS[kind]:46}' for kind in kinds))
    say(f'  {"":26}' + f'| {"NDCG@10":22} {"recall@10":23}' * len(kinds))
    for name, scores in rows:
        cells = []
        for kind in kinds:
            for values in ('ndcg', 'recall'):
                mean, low, high = retail.interval(_mean(scores, values, kind))
                cells.append(f'{"| " if values == "ndcg" else ""}{mean:.4f} ({low:.4f}-{high:.4f})')
        say(f'  {name:26}' + ' '.join(cells))
    for name, scores in rows:
        if len(scores) > 1:
            say(f'  {name}, NDCG@10 by seed: ' + ', '.join(
                f'{np.nanmean(each.ndcg[kinds[0]]):.4f}' for each in scores))
    say('  seeds do not change the others')


def _differences(rows, kind):
    """Print by how much ours are better, household by household."""
    *others, (_name, ours) = rows
    say(f'\n  ours against {"":14}NDCG@10: ratio   difference (95 %)              recall@10: difference (95 %)')
    for name, scores in others:
        parts = [retail.interval(_mean(ours, values, kind) - _mean(scores, values, kind))
                 for values in ('ndcg', 'recall')]
        ratio = np.nanmean(_mean(ours, 'ndcg', kind)) / np.nanmean(_mean(scores, 'ndcg', kind))
        goal = f'   goal: {GOAL_POPULARITY} times' if name == 'popularity' and not kind else ''
        say(f'  {name:26}          {ratio:5.2f}   '
            + '            '.join('{:+.4f} ({:+.4f} to {:+.4f})'.format(*part) for part in parts) + goal)
