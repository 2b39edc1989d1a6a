from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .mobile_campaign_occasion import EVENT_TRIGGERS, PLACE_TRIGGERS


class Gate(NamedTuple):
    """One reason not to send.

    :param str reason: a value of ``mobile.decision.reason``.
    :param SQL stops: a condition that is true for the candidates it holds back. It may name ``candidate`` (see
        ``mobile.decision._decide``), ``campaign``, its coupon ``program``, ``partner``, and what may be missing: the
        customer's ``preference``, the ``event``, and ``earlier``, the last message of the campaign to the customer.
    :param SQL join: what the condition needs beside these; it adds no row and loses none.
    """

    reason: str
    stops: SQL
    join: SQL = SQL()


class Question(NamedTuple):
    """What is decided about. Gates that none of these campaigns asks for cost nothing.

    :param campaigns: ``mobile.campaign``.
    :param stores: ``mobile.store`` that candidates are at, as far as a gate looks at them.
    :param products: ``product.product`` that candidates are about, as far as a gate looks at them.
    :param datetime now: naive UTC.
    :param dict ways: the channels of each campaign, in order of preference, as far as something sends them.
    """

    campaigns: models.Model
    stores: models.Model
    products: models.Model
    now: datetime
    ways: dict


class MobileGate(models.AbstractModel):
    """The gates between a campaign and a customer, in the order in which they are asked.

    A new gate is one method and one line in ``_gates``; a bridge adds its own by extending that method. Its reason goes
    into ``mobile.decision.reason``. Here are the gates of the campaign, the occasion and the place;
    ``mobile_gate_wishes`` has those of what the customer wants, ``mobile_gate_standing`` those of where they stand.

    A broadcast asks each gate a million times: one that reads a table joins it by a key, or asks for it with ``EXISTS``
    and nothing but equalities to the outside, so that PostgreSQL may read the table once.
    """

    _name = 'mobile.gate'
    _description = "Campaign Gates"

    @api.model
    def _gates(self, question):
        """Return the gates for these campaigns; the first that stops a candidate gives the reason.

        :param Question question: the campaigns, and where and about what.
        :rtype: list[Gate]
        """
        conditions = [
            ('outside_period', self._outside_period(question)),
            ('program_closed', self._program_closed(question)),
            # What the law asks for
            ('erasure_pending', self._erasure_pending()),
            ('no_consent', self._no_consent(question)),
            # What the phone reported
            ('doubtful_event', self._doubtful_event(question)),
            ('inaccurate', self._inaccurate(question)),
            ('late_event', self._late_event(question)),
            # The place and the thing
            ('store_closed', self._store_closed(question)),
            ('below_margin', self._below_margin(question)),
            # What the customer wants
            ('unreachable', self._unreachable(question)),
            ('no_consent', self._no_channel_consent(question)),
            ('channel_unwanted', self._channel_unwanted(question)),
            ('store_unwanted', self._store_unwanted()),
            ('category_unwanted', self._category_unwanted(question)),
            ('quiet_hours', self._quiet_hours(question)),
        ]
        return [
            *(Gate(reason, stops) for reason, stops in conditions if stops),
            *self._not_in_audience(question),
            *self._owing(question),
            *(Gate(reason, stops) for reason, stops in (
                ('cooldown', self._cooldown(question)),
                ('store_cooldown', self._store_cooldown(question)),
            ) if stops),
        ]

    @api.model
    def _of_campaigns(self, campaigns):
        """Return the condition that a candidate belongs to one of these."""
        return SQL('candidate.campaign_id IN %s', tuple(campaigns.ids))

    # === THE CAMPAIGN === #

    @api.model
    def _outside_period(self, question):
        return SQL('campaign.date_from > %(now)s OR campaign.date_to <= %(now)s', now=question.now)

    @api.model
    def _program_closed(self, question):
        # A coupon that no order takes would bring the customer to the shop for nothing.
        return SQL(
            """NOT (program.active AND program.sale_ok
                    AND (program.date_from IS NULL OR program.date_from <= %(today)s)
                    AND (program.date_to IS NULL OR program.date_to >= %(today)s))""", today=self._today(question))

    @api.model
    def _today(self, question):
        """Return the day that it is by the clock of the campaign's company.

        :rtype: SQL
        """
        days = {campaign.company_id.id: campaign._budget_today(question.now) for campaign in question.campaigns}
        if len(set(days.values())) == 1:
            return SQL('%s::date', next(iter(days.values())))
        return SQL('CASE campaign.company_id %s END', SQL(' ').join(
            SQL('WHEN %s THEN %s::date', company_id, day) for company_id, day in days.items()))

    # === WHAT THE PHONE REPORTED === #

    @api.model
    def _doubtful_event(self, question):
        # What no event sets off must not read them: there are many.
        return self._reporting(question) and SQL('event.doubt IS NOT NULL')

    @api.model
    def _reporting(self, question):
        """Return the campaigns that phones' reports set off."""
        return question.campaigns.filtered(lambda campaign: campaign.trigger in EVENT_TRIGGERS)

    @api.model
    def _inaccurate(self, question):
        # What a phone does not say cannot be held against it: it watches its fences by more than positions.
        return any(self._reporting(question).mapped('max_accuracy')) and SQL(
            'campaign.max_accuracy > 0 AND event.accuracy > campaign.max_accuracy')

    @api.model
    def _late_event(self, question):
        # An offer for the store that somebody left an hour ago is no help.
        return self._reporting(question) and SQL(
            """campaign.trigger IN %s
               AND candidate.occurred_at < %s - campaign.max_event_age * interval '1 minute'""",
            EVENT_TRIGGERS, question.now)

    # === THE PLACE AND THE THING === #

    @api.model
    def _store_closed(self, question):
        campaigns = question.campaigns.filtered(
            lambda campaign: campaign.only_while_open and campaign.trigger in PLACE_TRIGGERS)
        stores = question.stores.sudo() if campaigns else question.stores.browse()
        schedules = stores._schedules({store._schedule_key() for store in stores})
        # Where nobody entered the hours, nobody knows that it is closed.
        closed = stores.filtered(lambda store: (schedule := schedules[store._schedule_key()])
                                 and schedule.opening(store.tz, question.now)[0] is False)
        return closed and SQL('%s AND candidate.store_id IN %s', self._of_campaigns(campaigns), tuple(closed.ids))

    @api.model
    def _below_margin(self, question):
        conditions = [
            SQL('candidate.campaign_id = %s AND %s', campaign.id, condition)
            for campaign in question.campaigns.filtered('has_margin_floor')
            if (condition := campaign._below_margin(question.products))]
        return conditions and SQL(' OR ').join(SQL('(%s)', condition) for condition in conditions)
