from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing

# Purposes of consents that are ways as well.
CHANNEL_PURPOSES = ('push', 'sms', 'email')
# From where a message can go on. What nobody knew the outcome of may turn out to have arrived.
ON_ITS_WAY = SQL("(state IN ('queued', 'sending', 'sent') OR state = 'failed' AND reason = 'outcome_unknown')")


class MobileMessage(models.Model):
    """What phones, providers and Odoo's own queues tell about messages afterwards.

    A message never goes back: what is told late, twice or out of order changes nothing that is known already.
    """

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _report(self, attempts, state, reason=None, detail=None, at=None):
        """Take what a provider, or a queue of Odoo's, tells about attempts.

        A failure opens the message's next way; a delivery closes it.

        :param attempts: messages on a channel other than the inbox.
        :param str state: ``sent``, ``delivered`` or ``failed``.
        :param str reason: of ``REASONS``; why it failed.
        :param str detail: the provider's own word, without addresses and text.
        :param datetime at: naive UTC; now when it is not given.
        """
        at = at or fields.Datetime.now()
        if state == 'sent':
            self._move(attempts, state, SQL("state IN ('queued', 'sending')"), sent_at=at)
        elif state == 'delivered':
            origin_ids = self._move(attempts, state, ON_ITS_WAY, sent_at=at, delivered_at=at)
            self._arrived(origin_ids, 'delivered', at)
        elif state == 'failed':
            # An email comes back after it was sent.
            origin_ids = self._move(
                attempts, state, SQL("state IN ('queued', 'sending', 'sent')"), ended_at=at,
                reason=reason or 'rejected', detail=detail)
            self._bring_forward(origin_ids)

    @api.model
    def _receipt(self, messages, state, at=None, device=None):
        """Take what a phone, or a link that was followed, tells: the message has arrived, or was opened.

        No further way is tried then. When it was opened, what is still queued is cancelled.

        :param messages: of customers' inboxes, or attempts to deliver them.
        :param str state: ``delivered`` or ``opened``.
        :param datetime at: naive UTC; now when it is not given. The first time counts.
        :param device: ``mobile.device`` that tells: so its notification has arrived.
        """
        at = at or fields.Datetime.now()
        origin_ids = {message.origin_id.id or message.id for message in messages.sudo()}
        attempts = messages.filtered(lambda message: message.channel != 'inbox')
        if device:
            attempts |= self.sudo().search([('origin_id', 'in', list(origin_ids)), ('device_id', '=', device.id)])
        values = {'sent_at': at, 'delivered_at': at, **({'opened_at': at} if state == 'opened' else {})}
        # A phone that has fetched the inbox before its notification was sent has not got the notification.
        attempts = attempts.filtered(lambda attempt: attempt.state != 'queued' or attempt.tries)
        on_its_way = ON_ITS_WAY if state == 'delivered' else SQL("(%s OR state = 'delivered')", ON_ITS_WAY)
        self._move(attempts, state, on_its_way, **values)
        self._arrived(origin_ids, state, at)
        if state == 'opened':
            self._cancel_queued(SQL('message.origin_id = ANY(%s)', list(origin_ids)), 'seen')

    def _mark_opened(self):
        """Remember that the customer has seen these messages; the first time counts."""
        self._receipt(self, 'opened')

    @api.model
    def _move(self, messages, state, condition, reason=None, detail=None, **moments):
        """Move those of these messages on for which a condition holds; moments that are known stay.

        :param SQL condition: on the message's columns.
        :return: the ids of the messages that they are attempts at.
        :rtype: set[int]
        """
        if not messages:
            return set()
        self.flush_model()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message SET state = %s, reason = %s, detail = coalesce(%s, detail), claim = NULL, %s
                WHERE id = ANY(%s) AND %s RETURNING id, origin_id""",
            state, reason, detail, SQL(', ').join(
                SQL('%(name)s = coalesce(%(name)s, %(at)s)', name=SQL.identifier(name), at=at)
                for name, at in moments.items()),
            sorted(messages._ids), condition))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        return {origin_id for _id, origin_id in rows if origin_id}

    @api.model
    def _arrived(self, origin_ids, state, at):
        """Note that messages have reached their customers by some way, and try no further one."""
        if not origin_ids:
            return
        self.flush_model()
        is_opened = state == 'opened'
        execute_racing(self.env, SQL(
            """UPDATE mobile_message
                  SET state = CASE WHEN state = 'opened' THEN state ELSE %(state)s END,
                      delivered_at = coalesce(delivered_at, %(at)s),
                      opened_at = CASE WHEN %(is_opened)s THEN coalesce(opened_at, %(at)s) ELSE opened_at END,
                      next_channels = NULL, fallback_at = NULL, reason = NULL
                WHERE id = ANY(%(ids)s) AND channel = 'inbox'
                  AND (delivered_at IS NULL OR %(is_opened)s AND opened_at IS NULL
                       OR next_channels IS NOT NULL OR fallback_at IS NOT NULL)""",
            state=state, at=at, is_opened=is_opened, ids=sorted(origin_ids)))
        self.browse(origin_ids).invalidate_recordset(flush=False)

    # === BUSINESS METHODS: what is not wanted any more === #

    @api.model
    def _cancel_queued(self, condition, reason):
        """Cancel messages that wait to be sent.

        A worker claims a message by writing its state: of the two the slower one is tried again, and finds it gone. One
        that a worker has is not called back; it is asked about again if it should be tried once more.

        :param SQL condition: on ``message``, with an index to find it by.
        :return: the ids of the messages that they were attempts at.
        :rtype: set[int]
        """
        self.flush_model()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message message SET state = 'cancelled', reason = %s, ended_at = %s
                WHERE message.state = 'queued' AND %s RETURNING message.id, message.origin_id""",
            reason, fields.Datetime.now(), condition))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        return {origin_id for _id, origin_id in rows if origin_id}

    @api.model
    def _cancel_without_consent(self, partner, company, purposes):
        """Cancel what waits to be sent to a customer and rests on a consent that they have withdrawn; another way may
        still be open.

        :param list[str] purposes: of ``mobile.consent``; a channel is its own purpose.
        """
        needed = SQL(' OR ').join(
            SQL("strpos(message.purposes, %s) > 0", purpose) for purpose in purposes if purpose not in CHANNEL_PURPOSES)
        condition = SQL(
            """message.partner_id = %s AND message.company_id = %s AND message.is_service IS NOT TRUE
               AND (message.channel = ANY(%s)%s)""",
            partner.id, company.id, list(purposes), SQL(' OR %s', needed) if needed else SQL())
        self._bring_forward(self._cancel_queued(condition, 'consent_withdrawn'))

    @api.model
    def _cancel_for_good(self, partner, company):
        """Cancel what waits to be sent to a customer who wants to be forgotten, by all ways."""
        self._close_ways(self._cancel_queued(
            SQL('message.partner_id = %s AND message.company_id = %s', partner.id, company.id), 'customer_gone'))
        self.flush_model()
        execute_racing(self.env, SQL(
            """UPDATE mobile_message SET next_channels = NULL, fallback_at = NULL
                WHERE partner_id = %s AND company_id = %s AND (next_channels IS NOT NULL OR fallback_at IS NOT NULL)""",
            partner.id, company.id))
