import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.delivery import LONGEST_BATCH
from ..tools.racing import execute_apart, execute_racing
from .mobile_message import PROVIDERS, REASONS

# After so many failures in a row that are the provider's it is left alone for a while, each time for twice as long.
PATIENCE = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
# What is let through to see whether the provider is back.
TRIAL = 5
# No provider is believed that wants us to come back later than this.
LONGEST_RETRY_AFTER = timedelta(hours=1)
# Per second, for each sender: what the providers allow an app or an account, or what a mail server bears.
RATES = {'fcm': 5000, 'apns': 5000, 'webpush': 1000, 'sms': 50, 'email': 50}
# Slots are handed out for a second, or for one message. What lies further ahead than that and this is of a clock that
# went wrong, or of a rate that was lower: it would stop a sender for as long.
CLOCK_SKEW = timedelta(minutes=1)
# Seconds from one message to the next.
GAP = SQL('coalesce(1 / NULLIF(rate_per_second, 0), 0)')


class MobileSender(models.Model):
    """What one provider does for one app, or for a company: how fast it may be asked, and whether it answers.

    The row is shared by all workers and hosts, and each change of it is one statement in a transaction of its own.
    Slots are handed out one after the other (GCRA), never more than a second's at once; a host whose clock is ahead
    makes the others wait.
    """

    _name = 'mobile.sender'
    _description = "Message Sender"
    _order = 'company_id, provider, app_id, id'
    _rec_name = 'provider'

    provider = fields.Selection(selection=PROVIDERS, required=True, readonly=True)
    app_id = fields.Many2one(
        comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='cascade',
        help="Whose credentials are used. Text messages and emails go out for the company.")
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True, ondelete='cascade')

    rate_per_second = fields.Float(
        string="Messages per Second", default=0, aggregator=None, help="No more than this. 0 is as fast as it goes.")
    next_at = fields.Datetime(readonly=True, help="When the next message may be sent, as far as the rate goes.")
    worked_at = fields.Datetime(readonly=True, help="When a worker last turned to it: the longest ago comes first.")
    stopped = fields.Boolean(
        string="Paused by Staff", readonly=True, help="Nothing is sent until a manager resumes.")
    failures = fields.Integer(
        readonly=True, required=True, default=0, aggregator=None, help="The provider's own, in a row.")
    pauses = fields.Integer(
        readonly=True, required=True, default=0, aggregator=None,
        help="In a row; each is twice as long as the one before.")
    paused_until = fields.Datetime(readonly=True)
    trial_until = fields.Datetime(readonly=True, help="Until when one worker tries whether the provider is back.")
    problem = fields.Selection(selection=REASONS, readonly=True, help="What the provider answered last.")
    failing_since = fields.Datetime(readonly=True, help="Since when nothing got through.")

    _sender_unique = models.UniqueIndex('(provider, company_id, coalesce(app_id, 0))')
    _rate_valid = models.Constraint('CHECK (rate_per_second >= 0)', "A rate is not negative.")

    # === BUSINESS METHODS === #

    @api.model
    def _ensure(self, provider, company, app=None):
        """Return the sender of a provider for an app, or for a company, made where there is none yet.

        :rtype: MobileSender
        """
        app_id = app.id if app else False
        domain = [('provider', '=', provider), ('company_id', '=', company.id), ('app_id', '=', app_id)]
        sender = self.search(domain, limit=1)
        if not sender:
            # Of two at once the slower one fails to serialize, and finds it.
            execute_racing(self.env, SQL(
                """INSERT INTO mobile_sender (provider, company_id, app_id, rate_per_second, failures, pauses, stopped,
                                              create_uid, create_date, write_uid, write_date)
                        VALUES (%(provider)s, %(company)s, %(app)s, %(rate)s, 0, 0, FALSE,
                                %(uid)s, %(now)s, %(uid)s, %(now)s)
                   ON CONFLICT DO NOTHING""",
                provider=provider, company=company.id, app=app_id or None, rate=RATES[provider], uid=self.env.uid,
                now=fields.Datetime.now()))
            sender = self.search(domain, limit=1)
        return sender

    def _provider(self):
        """Return the model that sends."""
        self.ensure_one()
        return self.env[f'mobile.provider.{self.provider}']

    def _wake(self, at=None):
        """Let the crons of these senders' providers look at the queue, now or at a moment (naive UTC)."""
        for provider in set(self.mapped('provider')):
            cron = self.env(su=True).ref(f'mobile_crm.mobile_outbox_{provider}_cron', raise_if_not_found=False)
            if not cron:
                continue
            if at is None:
                cron._trigger()
                continue
            # Whoever takes a trigger takes all that are due: one before the moment is none of ours.
            at = at.replace(microsecond=0) + timedelta(seconds=1)
            between = [('call_at', '>', fields.Datetime.now()), ('call_at', '<=', at)]
            if not self.env['ir.cron.trigger'].sudo().search_count([('cron_id', '=', cron.id), *between], limit=1):
                cron._trigger(at)

    # === BUSINESS METHODS: slots === #

    def _take(self, wanted):
        """Take slots for messages that are about to be sent.

        :param int wanted: how many at most.
        :return: how many; none while the sender rests, or the rate is used up.
        :rtype: int
        """
        self.ensure_one()
        now = fields.Datetime.now()
        rows = execute_apart(self.env, SQL(
            """WITH free AS (
                   SELECT id, gap, starts_at, is_trial,
                          least(CASE WHEN is_trial THEN %(trial)s ELSE %(wanted)s END,
                                CASE WHEN gap = 0 THEN %(wanted)s
                                     ELSE floor((extract(epoch FROM %(now)s::timestamp - starts_at)
                                                 + greatest(1, gap)) / gap + 1e-6) END)::integer AS slots
                     FROM (SELECT id, %(gap)s AS gap, greatest(%(next)s, %(now)s::timestamp) AS starts_at,
                                  failures >= %(patience)s AS is_trial
                             FROM mobile_sender
                            WHERE id = %(id)s AND stopped IS NOT TRUE
                              AND (paused_until IS NULL OR paused_until <= %(now)s)
                              -- While one worker tries whether the provider is back, the others wait.
                              AND (failures < %(patience)s OR trial_until IS NULL OR trial_until <= %(now)s)
                              FOR NO KEY UPDATE) sender)
               UPDATE mobile_sender
                  SET next_at = free.starts_at + free.slots * free.gap * interval '1 second',
                      worked_at = %(now)s,
                      trial_until = CASE WHEN free.is_trial THEN %(trial_until)s::timestamp END
                 FROM free
                WHERE mobile_sender.id = free.id AND free.slots > 0
            RETURNING free.slots""",
            wanted=wanted, trial=min(TRIAL, wanted), patience=PATIENCE, id=self.id, now=now, gap=GAP,
            next=self._next_sql(now), trial_until=now + timedelta(seconds=LONGEST_BATCH)))
        return rows[0][0] if rows else 0

    @api.model
    def _next_sql(self, now):
        """Return ``next_at``, unless it lies too far ahead to be true.

        :param datetime now: naive UTC.
        """
        return SQL(
            "CASE WHEN next_at <= %s::timestamp + greatest(1, %s) * interval '1 second' + %s THEN next_at END",
            now, GAP, CLOCK_SKEW)

    def _give_back(self, slots, is_unused=False):
        """Return slots that were taken and not used.

        :param bool is_unused: none of those that were taken was: what was to be tried was not.
        """
        self.ensure_one()
        execute_apart(self.env, SQL(
            """UPDATE mobile_sender
                  SET next_at = next_at - %s * %s * interval '1 second',
                      trial_until = CASE WHEN NOT %s THEN trial_until END
                WHERE id = %s""", slots, GAP, is_unused, self.id))

    def _opens_at(self):
        """Return when the sender may be asked again: naive UTC, ``now`` for at once, None while staff has stopped it.

        :rtype: datetime | None
        """
        self.ensure_one()
        now = fields.Datetime.now()
        rows = execute_apart(self.env, SQL(
            """SELECT greatest(%(now)s::timestamp, paused_until,
                               CASE WHEN failures >= %(patience)s THEN trial_until END,
                               %(next)s + (%(gap)s - greatest(1, %(gap)s)) * interval '1 second')
                 FROM mobile_sender WHERE id = %(id)s AND stopped IS NOT TRUE""",
            now=now, patience=PATIENCE, gap=GAP, id=self.id, next=self._next_sql(now)))
        return rows[0][0] if rows else None

    # === BUSINESS METHODS: the circuit breaker === #

    def _note(self, outcomes):
        """Note whether the provider answers, and leave it alone for as long as it takes.

        :param list[Outcome] outcomes: in the order in which they came.
        """
        self.ensure_one()
        # A queue of Odoo's takes everything; what its provider says comes later.
        outcomes = [outcome for outcome in outcomes if outcome.status != 'accepted']
        if not outcomes:
            return
        faults = [outcome for outcome in outcomes if outcome.is_providers_fault]
        if not faults:
            self._note_success()
            return
        now = fields.Datetime.now()
        streak = next((number for number, outcome in enumerate(reversed(outcomes)) if not outcome.is_providers_fault),
                      len(outcomes))
        hold = max((outcome.retry_after or 0 for outcome in faults), default=0)
        until = now + min(timedelta(seconds=min(hold, 1e6)), LONGEST_RETRY_AFTER) if hold else None
        execute_apart(self.env, SQL(
            """WITH standing AS (
                   SELECT id, failures, pauses,
                          failures >= %(patience)s AND (paused_until IS NULL OR paused_until <= %(now)s) AS trips
                     FROM (SELECT id, paused_until,
                                  %(streak)s + CASE WHEN %(is_broken)s THEN failures ELSE 0 END AS failures,
                                  CASE WHEN %(is_broken)s THEN pauses ELSE 0 END AS pauses
                             FROM mobile_sender WHERE id = %(id)s FOR NO KEY UPDATE) sender)
               UPDATE mobile_sender sender
                  SET failures = standing.failures,
                      pauses = standing.pauses + standing.trips::integer,
                      problem = %(problem)s,
                      failing_since = CASE WHEN standing.failures = 0 THEN NULL
                                           WHEN NOT %(is_broken)s OR failing_since IS NULL THEN %(now)s
                                           ELSE failing_since END,
                      trial_until = CASE WHEN NOT standing.trips THEN trial_until END,
                      paused_until = greatest(
                          CASE WHEN standing.trips
                               THEN %(now)s::timestamp + %(jitter)s * least(
                                    %(first)s * power(2, least(standing.pauses, 20)), %(longest)s)
                               ELSE paused_until END, %(until)s::timestamp)
                 FROM standing
                WHERE sender.id = standing.id""",
            streak=streak, is_broken=streak == len(outcomes), patience=PATIENCE, id=self.id, now=now,
            problem=faults[-1].reason, first=FIRST_PAUSE, longest=LONGEST_PAUSE, until=until,
            # Several senders of a provider should not all come back at once; no secret hangs on it.
            jitter=random.uniform(0.75, 1.25)))  # noqa: S311

    def _note_success(self):
        """Note that the provider answers; a pause that it has asked for stays."""
        self.ensure_one()
        execute_apart(self.env, SQL(
            """UPDATE mobile_sender
                  SET failures = 0, pauses = 0, problem = NULL, failing_since = NULL, trial_until = NULL
                WHERE id = %s AND (failures > 0 OR pauses > 0 OR problem IS NOT NULL)""", self.id))
