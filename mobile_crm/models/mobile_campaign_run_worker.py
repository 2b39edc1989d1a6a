import logging
import time
import traceback

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from ..tools.racing import execute_racing
from . import mobile_campaign_run

_logger = logging.getLogger(__name__)

# How often a batch is begun before it is halved, or its only customer is left out.
ATTEMPTS = 2
# So many customers in a row are left out before the run pauses: then it is not they who are at fault.
GIVE_UP = 20
# Lines of the note that are kept.
NOTE_LINES = 50


class MobileCampaignRun(models.Model):
    """The worker that takes runs from batch to batch.

    It holds the run's row for the whole of a batch, so several workers share the runs; of one campaign the earliest run
    comes first and the others wait. That a batch was begun is committed before it: one that fails, or takes its worker
    with it, is tried again, then halved, and at last the one customer is left out.
    """

    _inherit = 'mobile.campaign.run'

    # === BUSINESS METHODS === #

    @api.model
    def _cron_run(self):
        """Work on runs that are due, batch by batch, until there are none or the time is over."""
        cron = self.env['ir.cron']
        while claim := self._claim_patiently():
            # That the batch was begun is committed before it.
            cron._commit_progress(remaining=1)
            run, attempt = claim
            done = run._attempt(attempt)
            if not cron._commit_progress(done, remaining=int(bool(self._next_due()))):
                return
        cron._commit_progress(remaining=0)

    @api.model
    def _due(self):
        """Return the condition of the runs that can be worked on; ``run`` is the run, ``campaign`` its campaign."""
        return SQL(
            """run.state IN ('queued', 'running') AND run.starts_at <= %(now)s
               AND campaign.state = 'running' AND campaign.active
               AND (campaign.date_from IS NULL OR campaign.date_from <= %(now)s)
               AND NOT EXISTS (
                   SELECT FROM mobile_campaign_run earlier
                    WHERE earlier.campaign_id = run.campaign_id AND earlier.state IN ('queued', 'running')
                      AND (earlier.starts_at, earlier.id) < (run.starts_at, run.id))""",
            now=fields.Datetime.now())

    @api.model
    def _next_due(self):
        """Return the id of a run that can be worked on, whoever does, or None."""
        rows = self.env.execute_query(SQL(
            """SELECT run.id FROM mobile_campaign_run run JOIN mobile_campaign campaign ON campaign.id = run.campaign_id
                WHERE %s LIMIT 1""", self._due()))
        return rows[0][0] if rows else None

    @api.model
    def _claim_patiently(self):
        """Return what ``_claim`` does, however often another worker is faster: then it has a run, and this one looks
        for another.
        """
        while True:
            try:
                return self._claim()
            except TransactionRollbackError:
                self.env.cr.rollback()

    @api.model
    def _claim(self):
        """Take a run that nobody works on, and note that its next batch is begun.

        :return: the run, and how often the batch was begun; None when there is no run.
        """
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_campaign_run
                  SET state = 'running', started_at = coalesce(started_at, %(now)s),
                      batch_size = CASE WHEN attempts >= %(attempts)s THEN greatest(1, batch_size / 2)
                                        ELSE batch_size END,
                      attempts = CASE WHEN attempts >= %(attempts)s AND batch_size > 1 THEN 1 ELSE attempts + 1 END
                WHERE id = (SELECT run.id FROM mobile_campaign_run run
                              JOIN mobile_campaign campaign ON campaign.id = run.campaign_id
                             WHERE %(due)s ORDER BY run.starts_at, run.id LIMIT 1
                               FOR NO KEY UPDATE OF run SKIP LOCKED)
            RETURNING id, attempts""", now=fields.Datetime.now(), attempts=ATTEMPTS, due=self._due()))
        if not rows:
            return None
        run_id, attempt = rows[0]
        run = self.browse(run_id)
        run.invalidate_recordset()
        return run, attempt

    def _attempt(self, attempt):
        """Do the batch that was claimed.

        :param int attempt: how often it was begun; when that has changed, somebody else has claimed it since.
        :return: how many customers were asked about; 0 also when somebody else has the run, or the batch failed.
        """
        mine = execute_racing(self.env, SQL(
            """SELECT id FROM mobile_campaign_run WHERE id = %s AND state = 'running' AND attempts = %s
                  FOR NO KEY UPDATE SKIP LOCKED""", self.id, attempt))
        if not mine:
            return 0
        try:
            if attempt > ATTEMPTS:
                return self._leave_out()
            return self._batch()
        except (ConcurrencyError, TransactionRollbackError):
            # A phone of one of these customers was faster, or the budget is spent elsewhere. Fewer customers at a
            # time meet fewer others; a single one is tried as often as it takes.
            self.env.cr.rollback()
            if self.batch_size == 1:
                self._note({'attempts': 0})
        except Exception as error:  # noqa: BLE001 (whatever it is, the other customers are not at fault)
            self.env.cr.rollback()
            # What the error says may hold a code, or whom it is about.
            _logger.warning(
                "A batch of %s customers after contact %s failed in run %s of campaign %s: %s\n%s", self.batch_size,
                self.position, self.id, self.campaign_id.id, type(error).__name__,
                ''.join(traceback.format_tb(error.__traceback__)))
            self._note({'error': str(error) if isinstance(error, UserError) else type(error).__name__})
        return 0

    def _batch(self):
        """Decide about the next customers, and send what is to be sent; the last batch ends the run.

        :return: how many customers were asked about.
        """
        campaign = self.campaign_id.with_company(self.company_id)
        now, start = fields.Datetime.now(), time.monotonic()
        if campaign.date_to and campaign.date_to <= now:
            self._finish('campaign_ended')
            return 0
        at_all, today = campaign._room()
        if at_all <= 0:
            self._finish('budget_spent')
            return 0
        if today <= 0:
            self._note({'state': 'queued', 'starts_at': campaign._tomorrow(), 'attempts': 0})
            self._wake()
            return 0
        customers = campaign._customers(self)
        if not self.position:
            self._note({'total': self.env.execute_query(SQL('SELECT count(*) FROM (%s) customer', customers))[0][0]})
        # Nobody is asked about for whom there would be nothing left.
        rows = self._next_customers(customers, min(self.batch_size, at_all, today))
        if not rows:
            self._finish()
            return 0
        partners, causes, stores, products = map(list, zip(*rows, strict=True))
        candidates = SQL(
            """SELECT %(campaign)s AS campaign_id, partner_id, NULL::integer AS event_id, NULL::integer AS device_id,
                      store_id, product_id, %(now)s::timestamp AS occurred_at, cause, %(run)s AS run_id
                 FROM unnest(%(partners)s::integer[], %(causes)s::varchar[], %(stores)s::integer[],
                             %(products)s::integer[]) AS customer (partner_id, cause, store_id, product_id)""",
            campaign=campaign.id, now=now, run=self.id,
            partners=partners, causes=causes, stores=stores, products=products)
        decisions = self.env['mobile.decision']._decide(candidates, campaign)
        sent, withheld = self.env.execute_query(SQL(
            """SELECT count(*) FILTER (WHERE outcome = 'sent'), count(*) FILTER (WHERE outcome = 'withheld')
                 FROM mobile_decision WHERE id = ANY(%s)""", list(decisions._ids)))[0]
        self._note({
            'position': rows[-1][0], 'asked': self.asked + len(rows), 'sent': self.sent + sent,
            'withheld': self.withheld + withheld, 'seconds': self.seconds + time.monotonic() - start,
            'attempts': 0, 'failures': 0, 'error': None,
            'batch_size': min(mobile_campaign_run.BATCH, 2 * self.batch_size)})
        return len(rows)

    def _next_customers(self, customers, limit):
        """Return the next rows of a query as ``_customers`` gives it: (partner_id, cause, store_id, product_id)."""
        return self.env.execute_query(SQL(
            """SELECT partner_id, cause, store_id, product_id FROM (%s) customer
                WHERE partner_id > %s ORDER BY partner_id LIMIT %s""", customers, self.position, limit))

    def _leave_out(self):
        """Go on behind the next customer, who makes each batch fail; return 1, or 0 when the run pauses for it."""
        rows = self._next_customers(self.campaign_id._customers(self), 1)
        if not rows:
            self._finish()
            return 0
        line = self.env._(
            "Contact %(id)s: %(error)s", id=rows[0][0], error=self.error or self.env._("the worker was stopped"))
        lines = [*(self.note or '').splitlines(), line]
        self._note({
            'position': rows[0][0], 'skipped': self.skipped + 1, 'failures': self.failures + 1, 'attempts': 0,
            'error': None, 'note': '\n'.join(lines[-NOTE_LINES:])})
        if self.failures >= GIVE_UP:
            # It is not the customers.
            self._note({'state': 'paused', 'failures': 0, 'reason': 'failing'})
        return 1

    def _finish(self, reason=None):
        """End this run; the number of customers is exact now."""
        self._note({
            'state': 'done', 'finished_at': fields.Datetime.now(), 'reason': reason, 'attempts': 0,
            **({} if reason else {'total': self.asked + self.skipped})})

    def _note(self, vals):
        """Write the row, which this transaction holds or nobody does."""
        execute_racing(self.env, SQL(
            'UPDATE mobile_campaign_run SET %s WHERE id = %s',
            SQL(', ').join(SQL('%s = %s', SQL.identifier(name), value) for name, value in vals.items()), self.id))
        self.invalidate_recordset()
