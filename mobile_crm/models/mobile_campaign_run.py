from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..tools.racing import execute_apart, execute_racing

# Customers that one transaction asks about: a second of work, which is what a worker that is killed loses.
BATCH = 5000
# States in which a run is still to be worked on.
OPEN_STATES = ('queued', 'running', 'paused')


class MobileCampaignRun(models.Model):
    """A campaign's way through many customers, batch by batch, so that it can stop anywhere and go on.

    Customers are walked by their numbers, upwards. A batch is one transaction: decisions, coupons, messages and the new
    ``position`` are written together or not at all (see ``mobile_campaign_run_worker``).
    """

    _name = 'mobile.campaign.run'
    _description = "Campaign Run"
    _order = 'id desc'
    _rec_name = 'campaign_id'

    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(
        related='campaign_id.company_id', store=True, index=True, readonly=True)
    cause = fields.Char(
        required=True, readonly=True, help="What this run is for, such as a day. Each cause has one run.")
    state = fields.Selection(
        selection=[('queued', "Waiting"), ('running', "Running"), ('paused', "Paused"), ('done', "Done"),
                   ('cancelled', "Cancelled")],
        required=True, readonly=True, default='queued', index=True)
    reason = fields.Selection(
        selection=[('campaign_ended', "The campaign has ended"), ('budget_spent', "All coupons are given out"),
                   ('failing', "Too many customers in a row failed")],
        readonly=True, help="Why it stopped before everybody was asked about.")
    starts_at = fields.Datetime(string="Starts", required=True, readonly=True, default=fields.Datetime.now)
    started_at = fields.Datetime(string="Started", readonly=True)
    finished_at = fields.Datetime(string="Finished", readonly=True)
    position = fields.Integer(
        readonly=True, default=0, help="The number of the last contact that was asked about; they go up.")
    total = fields.Integer(
        string="Customers", readonly=True,
        help="As many as there were at the start; at the end, as many as were asked.")
    asked = fields.Integer(string="Asked About", readonly=True, default=0)
    sent = fields.Integer(readonly=True, default=0)
    withheld = fields.Integer(readonly=True, default=0)
    skipped = fields.Integer(string="Left Out", readonly=True, default=0)
    note = fields.Text(readonly=True, help="Who was left out, and why.")
    error = fields.Char(readonly=True, help="Why the coming batch failed.")
    failures = fields.Integer(readonly=True, default=0, help="Customers in a row who were left out.")
    seconds = fields.Float(string="Seconds of Work", readonly=True, default=0, help="Without the time of pauses.")
    rate = fields.Float(string="Per Second", compute='_compute_rate')
    batch_size = fields.Integer(readonly=True, default=BATCH)
    attempts = fields.Integer(readonly=True, default=0, help="How often the coming batch was begun.")

    _cause_unique = models.UniqueIndex('(campaign_id, cause)')
    _queue_idx = models.Index("(starts_at, id) WHERE state IN ('queued', 'running')")

    # === COMPUTE METHODS === #

    @api.depends('asked', 'seconds')
    def _compute_rate(self):
        for run in self:
            run.rate = run.asked / run.seconds if run.seconds else 0

    # === ACTION METHODS === #

    def action_pause(self):
        """Stop after the batch that is being worked on; nothing of it is lost."""
        self._change('paused', ('queued', 'running'))

    def action_resume(self):
        """Go on where it was stopped."""
        self._change('queued', ('paused',))
        self._wake()

    def action_cancel(self):
        """Stop for good. Who has a coupon keeps it."""
        self._change('cancelled', OPEN_STATES)

    def action_view_decisions(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_decision_action')
        return {**action, 'domain': [('run_id', '=', self.id)], 'context': {}}

    def _change(self, state, from_states):
        """Move these runs to another state, at once.

        A worker holds a run's row for the whole of a batch. So this waits in a transaction of its own, where the wait
        ends well: the request's would have to be tried again, and might meet the next batch each time.
        """
        self.campaign_id.check_access('write')
        if not self:
            return
        self.env.flush_all()
        execute_apart(self.env, SQL(
            """UPDATE mobile_campaign_run
                  SET state = %(state)s, reason = NULL, write_uid = %(uid)s, write_date = %(now)s,
                      finished_at = CASE WHEN %(state)s = 'cancelled' THEN %(now)s::timestamp ELSE finished_at END
                WHERE id IN %(ids)s AND state IN %(from_states)s""",
            state=state, uid=self.env.uid, now=fields.Datetime.now(), ids=tuple(self.ids), from_states=from_states))
        self.invalidate_recordset()

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def progress(self, campaign_id):
        """Tell staff how far the run is that matters most: the one at work, else the one that waits, else the last.

        :return: figures of the run, or False when the campaign has none.
        :rtype: dict | bool
        """
        runs = self.search([('campaign_id', '=', campaign_id)])
        now = fields.Datetime.now()
        run = (runs.filtered(lambda run: run.state == 'running')[-1:]
               or runs.filtered(lambda run: run.state in OPEN_STATES)[-1:] or runs[:1])
        if not run:
            return False
        words = {
            'running': self.env._("Sending"),
            'paused': self.env._("Paused"),
            'queued': self.env._("Sends on %s", format_datetime(self.env, run.starts_at)) if run.starts_at > now
            else self.env._("Sends in a moment"),
        }
        reasons = dict(self._fields['reason']._description_selection(self.env))
        title = words.get(run.state) or self.env._("Sent to part of the audience")
        return {
            'id': run.id,
            'state': run.state,
            'is_open': run.state in OPEN_STATES,
            'reason': run.reason,
            'title': f'{title}: {reasons[run.reason]}' if run.reason else title,
            'total': max(run.total, run.asked),
            'seconds_left': round(max(0, run.total - run.asked) / run.rate) if run.rate else 0,
            'may_change': run.campaign_id.has_access('write'),
            **{name: run[name] for name in ('asked', 'sent', 'withheld', 'skipped')},
        }

    @api.model
    def _open(self, campaign, cause, starts_at=None):
        """Return the run of a campaign for a cause, begun now if there is none yet.

        :param campaign: ``mobile.campaign``, which has customers to walk through (see ``_customers``).
        :param str cause: what it is for, such as a day; the same one is the same run, also for two who ask at once.
        :param datetime starts_at: naive UTC; now when it is not given.
        :rtype: MobileCampaignRun
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        execute_racing(self.env, SQL(
            """INSERT INTO mobile_campaign_run (campaign_id, company_id, cause, state, starts_at, position, asked, sent,
                                                withheld, skipped, failures, seconds, batch_size, attempts,
                                                create_uid, create_date, write_uid, write_date)
                    SELECT id, company_id, %(cause)s, 'queued', %(starts_at)s, 0, 0, 0, 0, 0, 0, 0, %(batch)s, 0,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM mobile_campaign WHERE id = %(campaign)s
               ON CONFLICT (campaign_id, cause) DO NOTHING""",
            cause=cause, starts_at=starts_at or now, batch=BATCH, uid=self.env.uid, now=now, campaign=campaign.id))
        campaign.invalidate_recordset(['run_ids'])
        run = self.search([('campaign_id', '=', campaign.id), ('cause', '=', cause)])
        run._wake()
        return run

    def _reschedule(self, starts_at):
        """Move those of these runs that have not started to another moment (naive UTC), or to now."""
        waiting = self.filtered(lambda run: run.state == 'queued' and not run.started_at)
        waiting.starts_at = starts_at or fields.Datetime.now()
        waiting._wake()

    def _wake(self):
        """Let the worker look at these runs when they are due."""
        cron = self.env(su=True).ref('mobile_crm.mobile_campaign_run_cron', raise_if_not_found=False)
        moments = {max(run.starts_at, fields.Datetime.now()) for run in self if run.state == 'queued'}
        if cron and moments:
            cron._trigger(moments)
