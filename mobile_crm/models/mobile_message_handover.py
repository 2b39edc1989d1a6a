from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing
from .mobile_message_claim import ENDS, REST, WAITING
from .mobile_message_fallback import ONE_WAYS


class MobileMessage(models.Model):
    """Attempts that a queue of Odoo's has: text messages and emails."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _still_wanted(self, attempt_ids):
        """Return which attempts may leave Odoo's queue; end the others, or put them back into ours.

        It is asked in the moment before they are given to the provider: Odoo's queue may have stood still for hours,
        and what is in it can be sent anew by hand. Their rows are locked until what is known then was written: whoever
        has news of them meanwhile waits, and cannot undo that they were sent.

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
                     JOIN mobile_message origin ON origin.id = message.origin_id
                     JOIN res_partner partner ON partner.id = message.partner_id
                     LEFT JOIN mobile_device device ON device.id = message.device_id
                     LEFT JOIN loyalty_card card ON card.id = origin.card_id
                     LEFT JOIN mobile_campaign campaign ON campaign.id = message.campaign_id
                     LEFT JOIN mobile_preference preference
                       ON preference.partner_id = message.partner_id AND preference.company_id = message.company_id
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
            ids=attempt_ids, sender=sender.id, now=now, later=now + REST, wait=WAITING, expired=ENDS['too_old'],
            failed=ENDS['no_address'],
            conditions=SQL(' ').join(
                SQL('WHEN %s THEN %s', condition, reason)
                for reason, condition in self._claim_conditions(sender, now))))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self._bring_forward({origin_id for _id, origin_id, reason in rows if reason in ONE_WAYS})
        self._close_ways({origin_id for _id, origin_id, reason in rows if reason not in (*ONE_WAYS, WAITING)})
        if any(reason == WAITING for _id, _origin_id, reason in rows):
            sender._wake(now + REST)
        return {row[0] for row in rows}
