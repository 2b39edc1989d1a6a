from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.delivery import LEASE
from ..tools.racing import execute_apart

# What one statement takes up.
BATCH = 2000
# After so long nobody waits any more for what a queue of Odoo's may tell.
LONGEST_SILENCE = timedelta(days=3)


class MobileMessage(models.Model):
    """Who looks after the outbox: abandoned batches, messages whose time is over, and the next ways."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _cron_look_after(self):
        """Do what no provider's cron does: each of several steps, until nothing is left or the time is over."""
        cron = self.env['ir.cron']
        for step in (self._reclaim, self._give_up_waiting, self._give_up_stranded, self._expire, self._fall_back):
            while done := self._look_once(step):
                if not cron._commit_progress(done, remaining=1):
                    return
                self.env.invalidate_all()
        self._look_once(self.env['mobile.sender']._watch)
        cron._commit_progress(remaining=0)

    @api.model
    def _look_once(self, step):
        """Take a step; anew when somebody has changed what it is about since the transaction began."""
        while True:
            try:
                return step()
            except (ConcurrencyError, TransactionRollbackError):
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)

    @api.model
    def _reclaim(self, limit=BATCH):
        """Take messages back whose worker tells nothing any more: nobody knows whether they arrived. They are sent once
        more, under the same id; after that they have failed.

        :return: how many.
        :rtype: int
        """
        now = fields.Datetime.now()
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_message
                  SET state = CASE WHEN is_repeat THEN 'failed' ELSE 'queued' END,
                      reason = 'outcome_unknown', claim = NULL, is_repeat = TRUE, due_at = %(now)s,
                      ended_at = CASE WHEN is_repeat THEN %(now)s::timestamp END
                WHERE id IN (SELECT id FROM mobile_message
                              WHERE state = 'sending' AND claimed_at < %(before)s AND claim IS NOT NULL
                              ORDER BY claimed_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, origin_id, sender_id, state""",
            now=now, before=now - timedelta(seconds=LEASE), limit=limit))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self._bring_forward({origin_id for _id, origin_id, _sender, state in rows if state == 'failed'}, apart=True)
        self.env['mobile.sender'].browse({
            sender_id for _id, _origin, sender_id, state in rows if state == 'queued' and sender_id})._wake()
        return len(rows)

    @api.model
    def _give_up_waiting(self, limit=BATCH):
        """End messages of which a queue of Odoo's has told nothing for days.

        :return: how many.
        :rtype: int
        """
        now = fields.Datetime.now()
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_message SET state = 'failed', reason = 'outcome_unknown', ended_at = %(now)s
                WHERE id IN (SELECT id FROM mobile_message
                              WHERE state = 'sending' AND claimed_at < %(before)s AND claim IS NULL
                              ORDER BY claimed_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, origin_id""", now=now, before=now - LONGEST_SILENCE, limit=limit))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self._bring_forward({row[1] for row in rows}, apart=True)
        return len(rows)

    @api.model
    def _give_up_stranded(self, limit=BATCH):
        """End messages that wait for a sender which is no more, as when its app was deleted.

        :return: how many.
        :rtype: int
        """
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_message SET state = 'failed', reason = 'no_address', ended_at = %s
                WHERE id IN (SELECT id FROM mobile_message
                              WHERE sender_id IS NULL AND state = 'queued' AND channel <> 'inbox'
                              ORDER BY due_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, origin_id""", fields.Datetime.now(), limit))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self._bring_forward({row[1] for row in rows if row[1]}, apart=True)
        return len(rows)
