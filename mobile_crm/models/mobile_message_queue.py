import logging
import random
import time
import traceback

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.delivery import LEASE, Outcome
from ..tools.racing import execute_apart, execute_racing
from .mobile_message_fallback import ONE_WAYS

_logger = logging.getLogger(__name__)

# A message that could not be sent is tried again after some seconds, each time after twice as long.
FIRST_REST = 5
LONGEST_REST = 15 * 60
# So many tries that failed for the message itself are enough.
MAX_TRIES = 8
# Outcomes are written down when so many have come, or so many seconds have gone by.
FLUSH = 100
FLUSH_SECONDS = 1
# A worker that finds nothing to send but much that is over goes on for so many claims.
ROUNDS = 20
# Seconds for which a worker waits for its next slot, rather than to be woken.
PATIENT = 1.5
# It waits so often in one run.
RESTS = 5


class MobileMessage(models.Model):
    """The worker that takes queued messages to their providers.

    It claims a batch and commits that; hands it over; and writes down what became of each, as it comes. Whatever stops
    it in between leaves messages in ``sending``, which nobody else touches before ``LEASE`` is over: then nobody knows
    whether they arrived, and they are sent once more at most.
    """

    _inherit = 'mobile.message'

    # === BUSINESS METHODS: the cron === #

    @api.model
    def _cron_send(self, code):
        """Send what is due by all senders of a provider, a batch of each in turn, until nothing is left or the time is
        over.

        :param str code: of ``PROVIDERS``.
        """
        cron = self.env['ir.cron']
        # Whom the last run came to last is first in this one.
        senders = self.env['mobile.sender'].search([('provider', '=', code)], order='worked_at NULLS FIRST, id')
        working, rests = list(senders), RESTS
        while working:
            for sender in working.copy():
                _sent, looked_at = self._take_turn(sender)
                self.env.invalidate_all()
                # Of a hundred thousand that are over none is sent, and behind them one may wait that is not.
                if not looked_at:
                    working.remove(sender)
                if not cron._commit_progress(looked_at, remaining=int(bool(looked_at))):
                    return
            if not working and rests:
                working, rests = self._soon(senders), rests - 1
        cron._commit_progress(remaining=0)

    @api.model
    def _soon(self, senders):
        """Return the senders that have something to do in a moment, having waited for it; let the cron be woken when
        the others have.

        :rtype: list[MobileSender]
        """
        now = fields.Datetime.now()
        moments = {}
        for sender in senders:
            opens_at, due_at = sender._opens_at(), self._next_due(sender)
            # What may be sent at once and was not is in another worker's hands.
            if opens_at and due_at and max(opens_at, due_at) > now:
                moments[sender] = max(opens_at, due_at)
        soon = [sender for sender, at in moments.items() if (at - now).total_seconds() <= PATIENT]
        if soon:
            self._rest(PATIENT)
        elif moments:
            senders[:1]._wake(min(moments.values()))
        return soon

    @api.model
    def _next_due(self, sender):
        """Return when the next message of a sender is due (naive UTC), or None."""
        rows = self.env.execute_query(SQL(
            """SELECT due_at FROM mobile_message WHERE sender_id = %s AND state = 'queued'
             ORDER BY due_at, id LIMIT 1""", sender.id))
        return rows[0][0] if rows else None

    @api.model
    def _rest(self, seconds):
        """Wait for a slot that is about to come, or for the database to be back; tests turn the clock instead."""
        time.sleep(seconds)

    # === BUSINESS METHODS: one batch === #

    @api.model
    def _work(self, sender):
        """Claim one batch of a sender's messages, send it, and write down what became of it.

        Nothing may be uncommitted: the transaction may be rolled back.

        :param sender: ``mobile.sender``.
        :return: how many parcels were claimed.
        :rtype: int
        """
        return self._take_turn(sender)[0]

    @api.model
    def _take_turn(self, sender):
        """Do the work of ``_work``; return how many parcels were claimed, and how many messages were looked at.

        :rtype: tuple[int, int]
        """
        provider = sender._provider().sudo()
        self._expire()
        due = self._count_due(sender, provider._batch_size)
        slots = sender._take(due) if due else 0
        if not slots:
            return 0, 0
        work = self._hand_over if provider._is_transactional else self._send_batch
        sent = total = 0
        try:
            for _round in range(ROUNDS):
                sent, looked_at, ended = work(sender, provider, slots)
                total += looked_at
                self._follow_ends(ended)
                if sent or not looked_at:
                    break
        finally:
            if sent < slots:
                sender._give_back(slots - sent, is_unused=not sent)
        return sent, total

    @api.model
    def _count_due(self, sender, limit):
        """Return how many messages of a sender are due, up to a limit."""
        (count,), = execute_apart(self.env, SQL(
            """SELECT count(*) FROM (SELECT FROM mobile_message
                                      WHERE sender_id = %s AND state = 'queued' AND due_at <= %s LIMIT %s) due""",
            sender.id, fields.Datetime.now(), limit))
        return count

    @api.model
    def _send_batch(self, sender, provider, limit):
        """Send a batch that is claimed and committed before, and write outcomes as they come.

        :return: how many parcels there were, how many messages were looked at, and which ended (see ``_claim``).
        """
        claimed_at = fields.Datetime.now()
        claim, parcels, looked_at, ended = self._claim(sender, limit, execute_apart)
        if not parcels:
            return 0, looked_at, ended
        addresses = {parcel.id: parcel.address for parcel in parcels}
        missing, outcomes = set(addresses), []
        claimed, flushed = time.monotonic(), time.monotonic()
        try:
            for outcome in provider._send(sender, parcels):
                if outcome.id not in missing:
                    continue
                missing.discard(outcome.id)
                outcomes.append(outcome)
                if len(outcomes) >= FLUSH or time.monotonic() - flushed > FLUSH_SECONDS:
                    self._record(sender, claim, outcomes, addresses, claimed, claimed_at)
                    outcomes, flushed = [], time.monotonic()
        except Exception as error:  # noqa: BLE001 (whatever it is, the other senders are not at fault)
            self._log_failure(sender, error)
        # What a provider does not tell may have arrived.
        outcomes += [Outcome(message_id, 'unknown', 'provider_down', is_providers_fault=True) for message_id in missing]
        self._record(sender, claim, outcomes, addresses, claimed, claimed_at)
        return len(parcels), looked_at, ended

    @api.model
    def _hand_over(self, sender, provider, limit):
        """Claim a batch and hand it over to a queue of Odoo's, in one transaction.

        :return: as ``_send_batch`` does.
        """
        while True:
            try:
                claim, parcels, looked_at, ended = self._claim(sender, limit, execute_racing)
                outcomes = self._hand_over_each(sender, provider, parcels)
                given = {outcome.id for outcome in outcomes}
                outcomes += [Outcome(parcel.id, 'failed', 'rejected') for parcel in parcels if parcel.id not in given]
                self._write_outcomes(claim, outcomes, execute_racing)
                self.env.flush_all()
                self.env.cr.commit()  # pylint: disable=invalid-commit
            except (ConcurrencyError, TransactionRollbackError):
                # Somebody has changed one of them meanwhile; a new transaction sees what they did.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                continue
            sender._note(outcomes)
            self._bring_forward(self._failed_origins(outcomes), apart=True)
            return len(parcels), looked_at, ended

    @api.model
    def _hand_over_each(self, sender, provider, parcels):
        """Return the outcomes of parcels of which some may make the whole of them fail."""
        if not parcels:
            return []
        try:
            with self.env.cr.savepoint():
                return list(provider._send(sender, parcels))
        except (ConcurrencyError, TransactionRollbackError, psycopg2.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 (one customer's trouble is not all customers')
            self.env.invalidate_all(flush=False)
            if len(parcels) == 1:
                self._log_failure(sender, error)
                return [Outcome(parcels[0].id, 'failed', 'rejected', type(error).__name__)]
            half = len(parcels) // 2
            return (self._hand_over_each(sender, provider, parcels[:half])
                    + self._hand_over_each(sender, provider, parcels[half:]))

    @api.model
    def _log_failure(self, sender, error):
        # What the error says may hold an address or a text.
        _logger.warning(
            "Sender %s (%s) failed: %s\n%s", sender.id, sender.provider, type(error).__name__,
            ''.join(traceback.format_tb(error.__traceback__)))

    # === BUSINESS METHODS: outcomes === #

    @api.model
    def _record(self, sender, claim, outcomes, addresses, claimed, claimed_at):
        """Write down what became of parcels, however long the database takes; when the lease is over others know as
        little as we do.

        :param dict addresses: {parcel's id: where it went}.
        :param float claimed: when the parcels were claimed, by the monotonic clock.
        :param datetime claimed_at: the same, as naive UTC.
        """
        if not outcomes:
            return
        rest = 0.1
        while True:
            try:
                self._write_outcomes(claim, outcomes, execute_apart)
                dead = {outcome.id: outcome.detail for outcome in outcomes if outcome.status == 'dead'}
                if dead:
                    self.env['mobile.device']._lose_addresses(sender, {
                        addresses[message_id]: detail for message_id, detail in dead.items()}, claimed_at)
                sender._note(outcomes)
                self._bring_forward(self._failed_origins(outcomes), apart=True)
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                if time.monotonic() - claimed > LEASE:
                    raise
                _logger.info("Outcomes of %d messages wait for the database: %s", len(outcomes), type(error).__name__)
                self._rest(rest)
                rest = min(10, 2 * rest)
            else:
                return

    @api.model
    def _write_outcomes(self, claim, outcomes, execute):
        """Write outcomes into the messages that are still in the hands of this claim.

        :param execute: of ``tools.racing``.
        """
        if not outcomes:
            return
        now = fields.Datetime.now()
        # Ascending, as other statements lock them.
        outcomes = sorted(outcomes, key=lambda outcome: outcome.id)
        rows = execute(self.env, SQL(
            """UPDATE mobile_message message
                  SET state = new.state, reason = new.reason, detail = given.detail, claim = NULL,
                      is_repeat = message.is_repeat OR given.status = 'unknown',
                      faults = coalesce(message.faults, 0) + given.is_fault::integer,
                      sent_at = CASE WHEN new.state = 'sent' THEN %(now)s ELSE message.sent_at END,
                      ended_at = CASE WHEN new.state = 'failed' THEN %(now)s::timestamp END,
                      due_at = CASE WHEN new.state = 'queued' THEN %(now)s::timestamp + interval '1 second' * greatest(
                                        given.jitter * least(%(longest)s, %(first)s * power(
                                            2, least(greatest(message.tries - 1, 0), 20))),
                                        given.retry_after + given.jitter * %(first)s)
                                    ELSE message.due_at END
                 FROM unnest(%(ids)s::integer[], %(statuses)s::varchar[], %(reasons)s::varchar[],
                             %(details)s::varchar[], %(faults)s::boolean[], %(retry_after)s::float[],
                             %(jitter)s::float[])
                      AS given (id, status, reason, detail, is_fault, retry_after, jitter)
                 JOIN mobile_message before ON before.id = given.id
                CROSS JOIN LATERAL (
                      SELECT CASE given.status
                             WHEN 'sent' THEN 'sent'
                             WHEN 'accepted' THEN 'sending'
                             WHEN 'unknown' THEN CASE WHEN before.is_repeat THEN 'failed' ELSE 'queued' END
                             WHEN 'retry' THEN CASE WHEN NOT given.is_fault AND before.tries
                                                         - coalesce(before.faults, 0) >= %(tries)s
                                                    THEN 'failed' ELSE 'queued' END
                             ELSE 'failed' END AS state) step
                CROSS JOIN LATERAL (
                      SELECT step.state,
                             CASE WHEN given.status = 'unknown' THEN 'outcome_unknown'
                                  WHEN given.status = 'retry' AND step.state = 'failed' THEN 'gave_up'
                                  WHEN given.status = 'dead' THEN coalesce(given.reason, 'no_address')
                                  WHEN step.state IN ('queued', 'failed') THEN coalesce(given.reason, 'rejected')
                             END AS reason) new
                WHERE message.id = given.id AND message.claim = %(claim)s AND message.state = 'sending'
            RETURNING message.id""",
            now=now, longest=LONGEST_REST, first=FIRST_REST, tries=MAX_TRIES, claim=claim,
            ids=[outcome.id for outcome in outcomes], statuses=[outcome.status for outcome in outcomes],
            reasons=[outcome.reason for outcome in outcomes], details=[outcome.detail for outcome in outcomes],
            faults=[(outcome.is_providers_fault or not outcome.is_try) and outcome.status in ('retry', 'unknown')
                    for outcome in outcomes],
            retry_after=[min(float(outcome.retry_after or 0), 1e5) for outcome in outcomes],
            # Who comes back at the same moment meets the same trouble; no secret hangs on it.
            jitter=[random.random() for _outcome in outcomes]))  # noqa: S311
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)

    @api.model
    def _failed_origins(self, outcomes):
        """Return the ids of the messages of which one of these attempts has failed.

        They are asked for, as the database may have gone while it told that the outcomes were written.
        """
        ids = [outcome.id for outcome in outcomes if outcome.status not in ('sent', 'accepted')]
        return {row[0] for row in ids and execute_apart(self.env, SQL(
            "SELECT origin_id FROM mobile_message WHERE id = ANY(%s) AND state = 'failed'", ids))}

    @api.model
    def _follow_ends(self, ended):
        """Open the next way of messages of which the claim has ended an attempt, or none any more.

        :param dict ended: {reason: ids of messages}.
        """
        for reason, origin_ids in ended.items():
            if reason in ONE_WAYS:
                self._bring_forward(origin_ids, apart=True)
            else:
                self._close_ways(origin_ids, apart=True)
