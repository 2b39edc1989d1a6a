import hashlib
from datetime import timedelta
from uuid import uuid4

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_apart, execute_racing
from .mobile_message_claim import ENDS, REST, WAITING
from .mobile_message_fallback import ONE_WAYS

# Nothing stays longer than this in a queue of Odoo's.
DEPARTED_FOR = timedelta(days=30)


class MobileMessage(models.Model):
    """Attempts that a queue of Odoo's has: text messages and emails."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _let_go(self, waiting, cron):
        """Return what may leave Odoo's queue now; end the attempts behind the others, or put them back into ours.

        It is asked in the moment before they are given to the provider: Odoo's queue may have stood still for hours,
        and what is in it can be sent anew by hand. Their rows are locked until what is known then was written: whoever
        has news of them meanwhile waits, and cannot undo that they were sent.

        :param dict waiting: {name: attempt's id}; the name is that of one record in Odoo's queue.
        :param str cron: external id of who works off that queue.
        :return: names.
        :rtype: set[str]
        """
        try:
            wanted = self._still_wanted(waiting.values())
        except TransactionRollbackError:
            # There was news of one since this transaction began, or comes right now. Odoo gives up its run, which may
            # come daily.
            with self.env.registry.cursor() as cr:
                self.with_env(self.env(cr=cr, su=True)).env.ref(cron)._trigger()
            raise
        names = [name for name, attempt_id in waiting.items() if attempt_id in wanted]
        again, over = self._depart(names)
        repeated = self.browse(waiting[name] for name in again)
        repeated.write({'is_repeat': True})
        lost = self.browse(waiting[name] for name in over)
        lost._report(lost, 'failed', 'outcome_unknown')
        return set(names) - over

    @api.model
    def _depart(self, names):
        """Note that messages are about to be given to a provider, whatever becomes of this transaction.

        When it dies in the midst of it, Odoo's queue sends them anew, as often as that happens. We let it once.

        :return: the names of those that have departed once before, and of those that have twice and must not any more.
        :rtype: tuple[set[str], set[str]]
        """
        departed_before, expires_at = set(names), fields.Datetime.now() + DEPARTED_FOR
        departures = []
        for number in (1, 2):
            hashes = {hashlib.sha256(f'depart|{number}|{name}'.encode()).hexdigest(): name for name in departed_before}
            if hashes:
                rows = execute_apart(self.env, SQL(
                    """INSERT INTO mobile_nonce (hash, expires_at) SELECT unnest(%s), %s
                       ON CONFLICT (hash) DO NOTHING RETURNING hash""", sorted(hashes), expires_at))
                departed_before -= {hashes[row[0]] for row in rows}
            departures.append(set(departed_before))
        once, twice = departures
        return once - twice, twice

    @api.model
    def _still_wanted(self, attempt_ids):
        """Return which attempts are under way and may be sent; end the others, or put them back into our queue.

        :param Iterable[int] attempt_ids:
        :rtype: set[int]
        """
        attempt_ids = sorted(attempt_ids)
        self.env.flush_all()
        rows = execute_racing(self.env, SQL(
            """SELECT id, sender_id, state FROM mobile_message
                WHERE id = ANY(%(ids)s) OR id IN (SELECT origin_id FROM mobile_message WHERE id = ANY(%(ids)s))
                ORDER BY id FOR NO KEY UPDATE""", ids=attempt_ids))
        under_way = {row[0] for row in rows if row[2] == 'sending'}.intersection(attempt_ids)
        senders = {row[1] for row in rows if row[0] in under_way and row[1]}
        for sender in self.env['mobile.sender'].sudo().browse(senders):
            under_way -= self._end_unwanted(sender, attempt_ids)
        return under_way

    @api.model
    def _end_unwanted(self, sender, attempt_ids):
        """Judge attempts as a worker does that claims them.

        :return: the ids of those that may not be sent, or not now.
        :rtype: set[int]
        """
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """WITH judged AS MATERIALIZED (
                   SELECT message.id, message.origin_id, CASE %(conditions)s END AS reason
                     FROM mobile_message message
                     %(joins)s
                    WHERE message.id = ANY(%(ids)s) AND message.sender_id = %(sender)s AND message.state = 'sending')
               UPDATE mobile_message message
                  SET state = CASE WHEN judged.reason = %(wait)s THEN 'queued'
                                   WHEN judged.reason = 'too_old' THEN %(expired)s
                                   WHEN judged.reason = 'no_address' THEN %(failed)s
                                   ELSE 'cancelled' END,
                      reason = NULLIF(judged.reason, %(wait)s),
                      due_at = CASE WHEN judged.reason = %(wait)s THEN %(later)s ELSE message.due_at END,
                      ended_at = CASE WHEN judged.reason <> %(wait)s THEN %(now)s::timestamp END
                 FROM judged
                WHERE message.id = judged.id AND judged.reason IS NOT NULL
            RETURNING message.id, judged.origin_id, judged.reason""",
            ids=attempt_ids, sender=sender.id, joins=self._claim_joins(sender), now=now, later=now + REST, wait=WAITING,
            expired=ENDS['too_old'], failed=ENDS['no_address'],
            conditions=SQL(' ').join(
                SQL('WHEN %s THEN %s', condition, reason)
                for reason, condition in self._claim_conditions(sender, now))))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self._bring_forward({origin_id for _id, origin_id, reason in rows if reason in ONE_WAYS})
        self._close_ways({origin_id for _id, origin_id, reason in rows if reason not in (*ONE_WAYS, WAITING)})
        if any(reason == WAITING for _id, _origin_id, reason in rows):
            sender._wake(now + REST)
        return {row[0] for row in rows}

    # === BUSINESS METHODS: what became of them === #

    @api.model
    def _conclude(self, outcomes):
        """Write down what became of attempts that were in a queue of Odoo's, by the rules for all others: what did not
        arrive is tried again as long as it is worth it, and what may have arrived, once.

        :param list[Outcome] outcomes: of attempts; one that is no longer under way stays as it is.
        """
        claim, ids = str(uuid4()), sorted(outcome.id for outcome in outcomes)
        self.flush_model()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message SET claim = %s WHERE id = ANY(%s) AND state = 'sending' AND claim IS NULL
            RETURNING id, sender_id""", claim, ids))
        senders = dict(rows)
        self._write_outcomes(claim, outcomes, execute_racing)
        self._bring_forward({row[0] for row in self.env.execute_query(SQL(
            "SELECT origin_id FROM mobile_message WHERE id = ANY(%s) AND state = 'failed'", list(senders)))})
        for sender in self.env['mobile.sender'].sudo().browse(set(filter(None, senders.values()))):
            sender._note([outcome for outcome in outcomes if senders.get(outcome.id) == sender.id])
            if due_at := self._next_due(sender):
                sender._wake(max(due_at, fields.Datetime.now()))

    @api.model
    def _conclude_sent(self, attempts):
        """Write down that the provider has attempts that were in a queue of Odoo's: so it works."""
        attempts._report(attempts, 'sent')
        for sender in attempts.sender_id:
            if sender.failures or sender.problem:
                sender._note_success()
