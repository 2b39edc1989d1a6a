from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.racing import execute_racing
from .mobile_message_fallback import TIME_TO_LIVE

ENDED = ('failed', 'expired', 'cancelled')
# Attempts are kept for as long as somebody may ask about a message. The message itself stays in the inbox.
KEPT_DAYS = 365
# Old attempts that one run deletes.
OLD = 20000


class MobileMessage(models.Model):
    """What staff see of the outbox, and what they can do about it."""

    _inherit = 'mobile.message'

    age = fields.Char(string="Waiting For", compute='_compute_age')
    way_text = fields.Char(string="Ways", compute='_compute_way_text', help="How far each way of the message has come.")

    # === COMPUTE METHODS === #

    @api.depends('state', 'create_date')
    def _compute_age(self):
        now, locale = fields.Datetime.now(), babel_locale_parse(get_lang(self.env).code)
        for message in self:
            message.age = message.state in ('queued', 'sending') and message.create_date and format_timedelta(
                now - message.create_date, threshold=1.5, locale=locale)

    @api.depends('delivery_ids.state')
    def _compute_way_text(self):
        channels = dict(self._fields['channel']._description_selection(self.env))
        states = dict(self._fields['state']._description_selection(self.env))
        for message in self:
            message.way_text = ', '.join(dict.fromkeys(
                f'{channels[attempt.channel]}: {states[attempt.state]}'
                for attempt in message.delivery_ids.sorted('id')))

    # === ACTION METHODS === #

    def action_retry(self):
        """Queue again what was not sent, as if it had never been tried; what has changed since is asked about anew."""
        self._check_staff()
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message message
                  SET state = 'queued', reason = NULL, detail = NULL, ended_at = NULL, tries = 0, faults = 0,
                      due_at = %(now)s,
                      expires_at = CASE WHEN expires_at > %(now)s THEN expires_at ELSE %(expires)s END
                WHERE id = ANY(%(ids)s) AND %(again)s
                  -- Of several ways the last: who asks for it once more does not want it three times.
                  AND NOT %(is_late)s
                  AND NOT EXISTS (SELECT FROM mobile_message later
                                   WHERE later.origin_id = message.origin_id AND later.id > message.id
                                     AND later.channel <> message.channel AND later.id = ANY(%(ids)s) AND %(later)s)
            RETURNING id, sender_id""",
            now=now, expires=now + TIME_TO_LIVE, ids=self._attempts_of_all(), is_late=self._overtaken_sql(),
            again=self._retried_sql(SQL('message')), later=self._retried_sql(SQL('later'))))
        if not rows:
            raise UserError(self.env._("None of these messages has failed in a way that can be tried again."))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        self.env['mobile.sender'].sudo().browse({row[1] for row in rows})._wake()
        return True

    def action_cancel(self):
        """Send no more of these messages: what is queued is cancelled, and no further way is tried."""
        self._check_staff()
        ids = self._attempts_of_all()
        waiting = self.sudo().filtered('next_channels')
        is_stopped = bool(self._cancel_queued(SQL('message.id = ANY(%s)', ids), 'stopped_by_staff'))
        # What a worker has in its hands, or a queue of Odoo's, is not called back; it does not go once more.
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message SET expires_at = %(now)s
                WHERE id = ANY(%(ids)s) AND state = 'sending' AND (expires_at IS NULL OR expires_at > %(now)s)
            RETURNING id""", ids=ids, now=now))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        if not (is_stopped or rows or waiting):
            raise UserError(self.env._("None of these messages is waiting to be sent."))
        self._close_ways([message.origin_id.id or message.id for message in self.sudo()])
        return True

    @api.model
    def _retried_sql(self, attempt):
        return SQL(
            "(%(attempt)s.state = ANY(%(ended)s) AND %(attempt)s.sender_id IS NOT NULL"
            " AND %(attempt)s.reason IS DISTINCT FROM 'replaced'"
            # Who has tried whether notifications come has not asked for one at night.
            " AND %(attempt)s.is_trial IS NOT TRUE)", attempt=attempt, ended=list(ENDED))

    def _check_staff(self):
        self.check_access('read')
        if not self.env.user.has_group('mobile_crm.group_mobile_crm_manager'):
            raise AccessError(self.env._("Only managers of Mobile CRM send messages again, or stop them."))
        self.flush_model()

    def _attempts_of_all(self):
        """Return the ids of these messages and of all attempts at them, ascending."""
        return sorted({*self.ids, *self.sudo().delivery_ids.ids})

    # === BUSINESS METHODS === #

    @api.autovacuum
    def _gc_attempts(self):
        """Delete attempts that ended long ago; what the customer has in the inbox stays."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(SQL(
            """DELETE FROM mobile_message
                WHERE id IN (SELECT id FROM mobile_message
                              WHERE origin_id IS NOT NULL AND state NOT IN ('queued', 'sending') AND create_date < %s
                              ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)""", before, OLD))
        return self.env.cr.rowcount, self.env.cr.rowcount == OLD
