from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.racing import execute_apart
from .mobile_sender import PATIENCE

# A queue that waits for so long, or a provider that answers nothing for so long, is somebody's to look at.
STUCK = timedelta(minutes=15)


class MobileSender(models.Model):
    """How a sender is doing, for staff."""

    _name = 'mobile.sender'
    _inherit = ['mobile.sender', 'mail.thread', 'mail.activity.mixin']

    state = fields.Selection(
        selection=[('works', "Works"), ('resting', "Waits for the Provider"), ('stopped', "Paused")],
        string="Status", compute='_compute_state')
    state_text = fields.Char(string="Why", compute='_compute_state')
    queue_count = fields.Integer(string="Queued", compute='_compute_queue')
    oldest = fields.Char(string="Waiting For", compute='_compute_queue', help="How long the longest has waited.")
    sent_today = fields.Integer(string="Today", compute='_compute_queue', help="Messages that were sent today (UTC).")

    # === COMPUTE METHODS === #

    @api.depends('provider', 'app_id.name', 'company_id.name')
    def _compute_display_name(self):
        providers = dict(self._fields['provider']._description_selection(self.env))
        for sender in self:
            sender.display_name = f'{providers.get(sender.provider)}: {sender.app_id.name or sender.company_id.name}'

    @api.depends('stopped', 'paused_until', 'failures', 'problem')
    def _compute_state(self):
        now = fields.Datetime.now()
        problems = dict(self._fields['problem']._description_selection(self.env))
        for sender in self:
            until, problem = sender.paused_until, problems.get(sender.problem)
            if sender.stopped:
                sender.state, sender.state_text = 'stopped', self.env._("Paused until somebody resumes")
            elif until and until > now:
                clock = format_datetime(self.env, until, dt_format='short')
                sender.state, sender.state_text = 'resting', (
                    self.env._("Paused until %(time)s: %(reason)s", time=clock, reason=problem) if problem
                    else self.env._("Paused until %s", clock))
            elif sender.failures >= PATIENCE:
                sender.state, sender.state_text = 'resting', self.env._("Tries again: %s", problem)
            else:
                sender.state, sender.state_text = 'works', False

    def _compute_queue(self):
        now, locale = fields.Datetime.now(), babel_locale_parse(get_lang(self.env).code)
        Message = self.env['mobile.message'].sudo()
        waiting = {sender: (count, oldest) for sender, count, oldest in Message._read_group(
            [('sender_id', 'in', self.ids), ('state', '=', 'queued')], ['sender_id'], ['__count', 'create_date:min'])}
        sent = dict(Message._read_group(
            [('sender_id', 'in', self.ids), ('sent_at', '>=', now.replace(hour=0, minute=0, second=0))],
            ['sender_id'], ['__count']))
        for sender in self:
            sender.queue_count, oldest = waiting.get(sender, (0, None))
            sender.oldest = oldest and format_timedelta(now - oldest, threshold=1.5, locale=locale)
            sender.sent_today = sent.get(sender, 0)

    # === ACTION METHODS === #

    def action_pause(self):
        """Send nothing by these senders until somebody resumes; what a worker has in hand is still sent."""
        self._check_manager()
        self._change(SQL('stopped = TRUE'))

    def action_resume(self):
        """Send again, at once, as if nothing had failed."""
        self._check_manager()
        self._change(SQL(
            """stopped = FALSE, failures = 0, pauses = 0, problem = NULL, failing_since = NULL, paused_until = NULL,
               trial_until = NULL, next_at = NULL"""))
        self.sudo()._wake()

    def action_view_queue(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_outbox_action')
        return {**action, 'domain': [('sender_id', '=', self.id)], 'context': {'search_default_waiting': 1}}

    def _check_manager(self):
        self.check_access('write')
        if not self.env.user.has_group('mobile_crm.group_mobile_crm_manager'):
            raise AccessError(self.env._("Only managers of Mobile CRM pause senders."))

    def _change(self, values):
        """Write the rows at once, in a transaction of its own: workers write them all the time.

        :param SQL values: of an UPDATE.
        """
        self.env.flush_all()
        execute_apart(self.env, SQL(
            'UPDATE mobile_sender SET %s, write_uid = %s, write_date = %s WHERE id = ANY(%s)',
            values, self.env.uid, fields.Datetime.now(), self.ids))
        self.invalidate_recordset(flush=False)

    # === BUSINESS METHODS === #

    @api.model
    def _watch(self):
        """Ask a manager to look at each queue that is stuck, once, and take that back when it moves again."""
        stuck = self._stuck()
        asked = self.search([('activity_ids.automated', '=', True)])
        for sender in self.browse(stuck) - asked:
            if sender.try_lock_for_update():
                sender._ask_manager()
        for sender in asked.filtered(lambda sender: sender.id not in stuck):
            sender.activity_unlink(['mail.mail_activity_data_todo'])

    @api.model
    def _stuck(self):
        """Return the ids of senders whose queue has not moved for too long; who was paused by staff is none of them.

        :rtype: list[int]
        """
        now = fields.Datetime.now()
        self.flush_model()
        self.env['mobile.message'].flush_model()
        return [row[0] for row in self.env.execute_query(SQL(
            """SELECT sender.id
                 FROM mobile_sender sender
                CROSS JOIN LATERAL (
                      SELECT due_at FROM mobile_message
                       WHERE sender_id = sender.id AND state = 'queued' ORDER BY due_at, id LIMIT 1) waiting
                WHERE sender.stopped IS NOT TRUE
                  -- A clock that went wrong may have worked tomorrow.
                  AND (waiting.due_at < %(before)s AND (sender.worked_at BETWEEN %(before)s AND %(after)s) IS NOT TRUE
                       OR sender.failing_since < %(before)s)
                ORDER BY sender.id""", before=now - STUCK, after=now + STUCK))]

    def _ask_manager(self):
        """Give one of the company's managers the activity to see why nothing is sent."""
        self.ensure_one()
        managers = self.env.ref('mobile_crm.group_mobile_crm_manager').all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and user.id != api.SUPERUSER_ID)
        user = managers[:1]
        if user:
            sender = self.with_context(lang=user.lang)
            sender.activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id,
                summary=sender.env._("Messages are not sent"),
                note=' '.join(filter(None, [
                    sender.env._("Messages that wait: %s.", sender.queue_count), sender.state_text])))
