"""Loads the data step by step. What is done is committed; cut at any moment, the next run goes on from there."""

import json
import random
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..console import Problem
from . import baskets, check, coupons, masters, rows
from .source import ZONE, Product
from .survey import look

#: Where the options of the first run and the baskets that are done are kept (`ir.config_parameter`).
OPTIONS, DONE = f'{rows.MODULE}.options', f'{rows.MODULE}.baskets'
WEEK = 7
#: Orders that the ORM computes once more at the end.
SAMPLE = 200


@dataclass(frozen=True)
class Options:
    """What is loaded.

    :ivar int households: how many of the first ones; None for all
    :ivar date last_day: on or before which the last basket is to be; None for the day of the first run
    """

    households: int | None = None
    last_day: date | None = None


def load(env, source, options, say):
    """Load a source into a database, or what of it is missing.

    :param Environment env: of the superuser; its cursor is committed again and again
    :param say: prints a line for people
    :return: whether everything is there and equal
    """
    env = env(context={**env.context, 'tracking_disable': True, 'mail_create_nolog': True,
                       'mail_create_nosubscribe': True, 'mail_notrack': True})
    if env.company.currency_id.rounding != 0.01:
        raise Problem(f'the company\'s currency {env.company.currency_id.name} has no cents',
                      'load into a database whose company has a currency with two decimals')
    steps = Steps(env, say)
    survey = steps.survey = look(source)
    say(f'  read {survey.totals["lines"]:,} lines in {survey.totals["baskets"]:,} baskets of '
        f'{len(survey.visits):,} households at {len(survey.stores):,} stores in {steps.elapsed():.0f} s')
    shift = _remember(env, options, survey)
    products = list(source.products)
    known = {product.product_id for product in products}
    products += [Product(number, 0, masters.UNKNOWN, '', '', '', '') for number in sorted(survey.sold - known)]

    steps.run("stores", len(survey.stores), masters.load_stores, survey)
    steps.run("households", len(survey.visits), masters.load_households, source, survey, shift)
    category_ids = steps.run("categories", None, masters.load_categories, products)
    steps.run("products", len(products), masters.load_products, products, survey, category_ids, shift)
    steps.run("words to find products by", None, masters.load_words)
    steps.run("campaigns", None, coupons.load_campaigns, source, survey, products, category_ids, shift)
    if source.audiences:
        steps.run("coupons", None, coupons.load_coupons, source, shift)
    _load_baskets(env, steps, source, survey, shift)
    steps.run("redemptions", len(survey.used), coupons.load_redemptions)
    _wake(env)
    env.cr.commit()
    return _verify(env, survey, say)


def _remember(env, options, survey):
    """Return how far the days are shifted: as in the first run, whose options this run must have.

    Whole weeks, so that weekdays stay.

    :rtype: timedelta
    """
    parameters = env['ir.config_parameter']
    kept = json.loads(parameters.get_param(OPTIONS) or '{}')
    if kept and kept['households'] != options.households:
        raise Problem(f'this database holds {kept["households"] or "all"} households',
                      'name the same number, or another --database')
    last_day = options.last_day or datetime.now(ZoneInfo(ZONE)).date() - timedelta(1)
    weeks = (last_day - survey.last_day).days // WEEK
    if kept and options.last_day and kept['weeks'] != weeks:
        raise Problem(f'the days of this database are shifted by {kept["weeks"]} weeks already, not {weeks}',
                      'leave --last-day out, or name another --database')
    if not kept:
        kept = {'households': options.households, 'weeks': weeks}
        parameters.set_param(OPTIONS, json.dumps(kept))
        env.cr.commit()
    return timedelta(weeks=kept['weeks'])


def _load_baskets(env, steps, source, survey, shift):
    """Load the baskets that are missing; each batch commits how many are done."""
    parameters = env['ir.config_parameter']
    done, total = int(parameters.get_param(DONE) or 0), survey.totals['baskets']
    if done == total:
        return
    examples = baskets.prepare(env, coupons.used_cards(env, source, survey))
    start, first = time.monotonic(), done

    def progress(count):
        nonlocal done
        done += count
        parameters.set_param(DONE, str(done))
        env.cr.commit()
        rate = (done - first) / (time.monotonic() - start)
        steps.say(f'  baskets: {done:,} of {total:,}, {rate:,.0f} a second, {(total - done) / rate:.0f} s to go')

    baskets.load(env, source.lines(), done, shift, examples, progress)


def _wake(env):
    """Let recommendations be made as soon as a server runs, and not in the coming night."""
    if not env['mobile.popularity'].search_count([], limit=1):
        env.ref('mobile_crm.ir_cron_mobile_affinity')._trigger()


def _verify(env, survey, say):
    """Print what was loaded beside what was read, and let the ORM compute a sample; return whether all is well."""
    env.cr.commit()
    lines, equal = check.differences(env, survey)
    for line in lines:
        say(line)
    ids = sorted(rows.named(env, 'basket').values())
    sample = random.Random(19).sample(ids, min(SAMPLE, len(ids)))  # noqa: S311 (a sample, the same each time)
    changes = check.recomputed(env, sample)
    say(f'  {len(sample)} orders computed once more by Odoo: {len(changes)} changes')
    for change in changes[:5]:
        say(f'    {change}')
    missing = len(survey.used) - check.redemptions(env)
    differing = env['mobile.redemption']._differences(env.company)
    say(f'  the ledger of coupons: {len(survey.used):,} redemptions, {missing} missing, '
        f'{len(differing)} that do not add up')
    return equal and not changes and not missing and not differing


class Steps:
    """Says what is being done, how fast, and commits in between."""

    def __init__(self, env, say):
        self.env, self.say, self.start = env, say, time.monotonic()

    def elapsed(self):
        return time.monotonic() - self.start

    def run(self, title, total, work, *arguments):
        """Do a step, which calls its last argument with how many records were made; that commits them."""
        count, start = 0, time.monotonic()

        def progress(made):
            nonlocal count
            count += made
            self.env.cr.commit()

        result = work(self.env, *arguments, progress)
        self.env.cr.commit()
        seconds = time.monotonic() - start
        there = f' of {total:,}' if total and total != count else ''
        self.say(f'  {title}: {count:,}{there} made in {seconds:.1f} s')
        return result
