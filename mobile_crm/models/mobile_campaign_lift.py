from datetime import timedelta
from math import ceil, inf
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL, format_amount
from odoo.tools.misc import formatLang

from ..tools import statistics
from ..tools.statistics import Sample

# Who was kept aside: for this campaign, or from all of them.
HOLDOUTS = ('holdout', 'global_holdout')
# Amounts of few buyers are too uneven for an interval: one large order would make it.
MIN_BUYERS = 10
# So unlikely must it be that chance alone has made a control group of this size, before anybody is alarmed.
ALARM = 0.001


class Arm(NamedTuple):
    """A group of customers.

    :ivar Sample sample: what they spent
    :ivar int buyers: how many of them bought anything
    """

    sample: Sample = Sample(0, 0.0, 0.0)
    buyers: int = 0

    def joined(self, other):
        return Arm(Sample(*map(sum, zip(self.sample, other.sample, strict=True))), self.buyers + other.buyers)


class MobileCampaign(models.Model):
    """What a campaign has really earned: customers who got the offer, compared with those who were kept aside.

    Every customer counts where their first decision put them, whatever came later (intention to treat); both groups
    have met all other conditions, and chance alone has told them apart.
    """

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    def get_lift(self):
        """Return how those who got the offer and the control group compare, in words that people read.

        How many have bought is compared by Newcombe's interval, what they spent by Welch's, variants by pairs with
        Holm's correction (see ``tools/statistics.py``). None knows how often somebody has looked: the notes say so.

        :return: ``state`` ('empty', 'no_control', 'early', 'open', 'up', 'down'), ``title``, ``text``, ``notes``,
            ``groups`` (``label``, ``customers``, ``buyers``, ``rate``, ``average``), ``rows`` (``label``,
            ``difference``, ``interval``, ``relative``) and ``variants`` (``title``, ``rows``).
        :rtype: dict
        """
        self.ensure_one()
        self.check_access('read')
        arms, variants, unfinished = self._lift_arms()
        treated = arms.get('sent', Arm())
        kind = next((holdout for holdout in HOLDOUTS if holdout in arms), None)
        control = arms.get(kind, Arm())
        groups = [(self.env._("Got the offer"), treated), (self.env._("Control group"), control)]
        result = {
            'groups': [self._lift_group(label, arm) for label, arm in groups if arm.sample.size],
            'rows': [],
            'notes': [],
            'variants': self._lift_variants(variants),
        }
        if not treated.sample.size and not control.sample.size:
            return {**result, **self._lift_words('empty')}
        if not control.sample.size:
            return {**result, **self._lift_words('no_control')}
        notes = self._lift_notes(kind, treated, control, unfinished)
        if not treated.buyers + control.buyers or not treated.sample.size:
            return {**result, **self._lift_words('early'), 'notes': notes}
        counts = (treated.buyers, treated.sample.size, control.buyers, control.sample.size)
        low, high = statistics.rate_difference(*counts)
        state = 'up' if low > 0 else 'down' if high < 0 else 'open'
        return {
            **result,
            **self._lift_words(state, counts),
            'rows': self._lift_rows(treated, control),
            'notes': notes,
        }

    def _lift_arms(self):
        """Return the groups of customers, their variants, and how many customers still have time to buy.

        :rtype: tuple[dict[str, Arm], dict[int, Arm], int]
        """
        self.ensure_one()
        Report = self.env['mobile.campaign.report']
        for model in ('mobile.decision', 'sale.order', 'account.move.line'):
            self.env[model].flush_model()
        days = timedelta(days=self.purchase_days)
        rows = self.env.execute_query(SQL(
            """WITH first AS MATERIALIZED (
                   SELECT DISTINCT ON (partner_id) partner_id, company_id, decided_at, variant_id,
                          CASE WHEN outcome = 'sent' THEN 'sent' ELSE reason END AS arm
                     FROM mobile_decision
                    WHERE campaign_id = %(campaign)s AND (outcome = 'sent' OR reason IN %(holdouts)s)
                 ORDER BY partner_id, decided_at, id),
               buyer AS (
                   SELECT first.arm, first.variant_id, sum(purchase.revenue) AS revenue
                     FROM first
                     JOIN (%(purchases)s) purchase
                       ON purchase.partner_id = first.partner_id AND purchase.company_id = first.company_id
                      AND purchase.bought_at > first.decided_at AND purchase.bought_at <= first.decided_at + %(days)s
                 GROUP BY first.arm, first.variant_id, first.partner_id)
               SELECT arm, variant_id, count(*), count(*) FILTER (WHERE decided_at > %(since)s), 0, 0, 0
                 FROM first GROUP BY arm, variant_id
                UNION ALL
               SELECT arm, variant_id, 0, 0, count(*), sum(revenue), sum(revenue ^ 2)
                 FROM buyer GROUP BY arm, variant_id""",
            campaign=self.id, holdouts=HOLDOUTS, purchases=Report._purchases(), days=days,
            since=fields.Datetime.now() - days))
        arms, variants, unfinished = {}, {}, 0
        for arm, variant_id, size, still, buyers, total, squares in rows:
            counted = Arm(Sample(size, float(total or 0), float(squares or 0)), buyers)
            arms[arm] = counted.joined(arms.get(arm, Arm()))
            if arm == 'sent' and variant_id:
                variants[variant_id] = counted.joined(variants.get(variant_id, Arm()))
            unfinished += still
        return arms, variants, unfinished

    # === BUSINESS METHODS: words === #

    def _lift_words(self, state, counts=None):
        """Return the ``state`` with its ``title`` and ``text``.

        :param tuple counts: buyers and customers of those who got the offer, then of the control group.
        """
        so_far = self.state in ('running', 'paused')
        titles = {
            'empty': self.env._("Nothing to compare yet"),
            'no_control': self.env._("No control group"),
            'early': self.env._("Nothing to compare yet"),
            'open': self.env._("Not yet significant"),
            'up': self.env._("More customers buy, so far") if so_far else self.env._("More customers buy"),
            'down': self.env._("Fewer customers buy, so far") if so_far else self.env._("Fewer customers buy"),
        }
        texts = {
            'empty': self.env._("The campaign has not reached anybody."),
            'no_control': self.env._(
                "Nobody can tell what these customers would have bought without the offer. Keep a part of the audience "
                "aside (“Control Group”) before the next campaign starts; 10 % is a good beginning."),
            'early': self.env._("Both groups are compared as soon as somebody buys."),
            'up': self.env._(
                "The offer makes a difference: chance alone would hardly show one like this (95 % confidence)."),
            'down': self.env._(
                "Customers who got the offer buy less often than those who did not. Chance alone would hardly show a "
                "difference like this (95 % confidence)."),
        }
        return {
            'state': state, 'title': titles[state],
            'text': self._lift_missing(*counts) if state == 'open' else texts[state]}

    def _lift_missing(self, buyers, size, control_buyers, control_size):
        """Return how many more customers it takes to be sure of what seems to be so."""
        needed = statistics.needed_sizes(buyers / size, control_buyers / control_size, size / control_size)
        if not needed:
            return self.env._("Both groups buy equally often: there is no difference to be seen so far.")
        more, more_control = (
            max(0, ceil(need - have)) for need, have in zip(needed, (size, control_size), strict=True))
        return self.env._(
            "The difference may be chance. If it stays as it is, about %(more)s more customers with the offer and "
            "%(control)s more in the control group will show it (with a probability of 80 %%).",
            more=formatLang(self.env, more, 0), control=formatLang(self.env, more_control, 0))

    def _lift_notes(self, kind, treated, control, unfinished):
        notes = []
        size, kept = treated.sample.size, control.sample.size
        if kind == 'global_holdout':
            notes.append(self.env._(
                "This campaign has no control group of its own. It is compared with customers who get no campaign at "
                "all, so this is what all campaigns together did for its customers."))
        elif self.holdout_percent and self._is_strange(kept, size + kept):
            notes.append(self.env._(
                "The control group is %(found)s of these customers, where %(meant)s were meant. If its size was "
                "changed while the campaign ran, the groups are of different days and the comparison may be wrong.",
                found=self._percent(kept / (size + kept)), meant=self._percent(self.holdout_percent / 100)))
        if unfinished:
            notes.append(self.env._(
                "%(count)s customers still have time: purchases count for %(days)s days after the decision.",
                count=formatLang(self.env, unfinished, 0), days=self.purchase_days))
        if self.state in ('running', 'paused'):
            notes.append(self.env._(
                "Decide beforehand when to judge. Who looks each day and stops at the first good number takes chance "
                "for success more often than 1 time in 20."))
        return notes

    def _is_strange(self, kept, size):
        """Tell whether a control group of this size can hardly come from the campaign's percentage."""
        share = self.holdout_percent / 100
        low, high = statistics.wilson(kept, size, 1 - ALARM)
        return not low <= share <= high

    def _lift_group(self, label, arm):
        return {
            'label': label,
            'customers': arm.sample.size,
            'buyers': arm.buyers,
            'rate': self._percent(arm.buyers / arm.sample.size),
            'average': format_amount(self.env, arm.sample.mean, self.currency_id),
        }

    def _lift_rows(self, treated, control):
        """Return the differences between both groups, with their intervals."""
        def signed(value, text):
            return '+' + text if value > 0 else text

        def between(limits, write):
            return self.env._(
                "%(low)s to %(high)s",
                low=signed(limits[0], write(limits[0])), high=signed(limits[1], write(limits[1])))

        def relative(value, limits):
            if limits is None:
                return False
            if limits[1] == inf:
                return self.env._(
                    "%(value)s (at least %(low)s)", value=signed(value - 1, self._percent(value - 1)),
                    low=signed(limits[0] - 1, self._percent(limits[0] - 1)))
            return self.env._(
                "%(value)s (%(between)s)", value=signed(value - 1, self._percent(value - 1)),
                between=between([limit - 1 for limit in limits], self._percent))

        def points(value):
            return self.env._("%s points", formatLang(self.env, 100 * value, 2))

        def money(value):
            return format_amount(self.env, value, self.currency_id)

        counts = (treated.buyers, treated.sample.size, control.buyers, control.sample.size)
        rate, control_rate = treated.buyers / treated.sample.size, control.buyers / control.sample.size
        rows = [{
            'label': self.env._("Customers who buy"),
            'difference': signed(rate - control_rate, points(rate - control_rate)),
            'interval': between(statistics.rate_difference(*counts), points),
            'relative': relative(rate / (control_rate or 1), statistics.rate_ratio(*counts)),
        }]
        difference = treated.sample.mean - control.sample.mean
        limits = None
        if min(treated.buyers, control.buyers) >= MIN_BUYERS:
            limits = statistics.mean_difference(treated.sample, control.sample)
        rows.append({
            'label': self.env._("Revenue per customer"),
            'difference': signed(difference, money(difference)),
            'interval': between(limits, money) if limits else self.env._("too few purchases to tell"),
            'relative': bool(limits) and relative(
                treated.sample.mean / (control.sample.mean or 1),
                statistics.mean_ratio(treated.sample, control.sample)),
        })
        if limits:
            size = treated.sample.size
            rows.append({
                'label': self.env._("Revenue that the campaign brought"),
                'difference': signed(difference, money(difference * size)),
                'interval': between([limit * size for limit in limits], money),
                'relative': False,
            })
        return rows

    def _lift_variants(self, variants):
        """Return which variant sells best, and whether that is sure."""
        if len(variants) < 2:
            return False
        names = self.env['mobile.campaign.variant'].browse(sorted(variants))
        best, chance = statistics.winner([(variants[name.id].buyers, variants[name.id].sample.size) for name in names])
        if best is None:
            title = self.env._("No variant is significantly better than the others yet.")
        else:
            title = self.env._(
                "“%(variant)s” sells best: significant after correction for several comparisons (p = %(chance)s).",
                variant=names[best].display_name, chance=formatLang(self.env, chance, 4))
        return {
            'title': title,
            'rows': [{
                'winner': position == best, **self._lift_group(name.display_name, variants[name.id]),
                'interval': self.env._(
                    "%(low)s to %(high)s",
                    **dict(zip(('low', 'high'), map(self._percent, statistics.wilson(
                        variants[name.id].buyers, variants[name.id].sample.size)), strict=True))),
            } for position, name in enumerate(names)],
        }

    def _percent(self, share):
        return self.env._("%s %%", formatLang(self.env, 100 * share, 1))
