from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..tools.keyset import newest_first
from ..tools.racing import execute_racing
from ..tools.stays import ECHO

_lt = LazyTranslate(__name__)

WEEK = timedelta(days=7)
# What customers read in place of the reasons that staff read.
CUSTOMER_TEXTS = {
    'passed': _lt("We sent you this offer."),
    'outside_period': _lt("The offer was not running at this time."),
    'program_closed': _lt("The offer was not open."),
    'doubtful_event': _lt("Your phone's report did not fit to the place."),
    'late_event': _lt("Your phone reported too late for this offer."),
    'erasure_pending': _lt("You have asked us to forget you."),
    'no_consent': _lt("You have not agreed to this use."),
    'channel_unwanted': _lt("You do not want messages this way."),
    'store_unwanted': _lt("You want to hear of other stores only."),
    'category_unwanted': _lt("You want to hear of other categories only."),
    'quiet_hours': _lt("It was within your quiet hours."),
    'not_in_audience': _lt("This offer was meant for other customers."),
    'holdout': _lt("You are in a group that gets no offer, so that we can compare."),
    'cooldown': _lt("You got this offer a short time before."),
    'cap_reached': _lt("You got this offer as often as it is given."),
    'weekly_maximum': _lt("You had as many messages this week as you want."),
    'budget_spent': _lt("All coupons of this offer were given out."),
}


class MobileDecision(models.Model):
    """The answer to "send this campaign to this customer now?", with its reason."""

    _name = 'mobile.decision'
    _description = "Campaign Decision"
    _inherit = ['mobile.looked']
    _order = 'decided_at desc, id desc'
    _rec_name = 'campaign_id'
    _log_access = False

    campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', required=True, readonly=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True)
    event_id = fields.Many2one(
        comodel_name='mobile.event', readonly=True, index='btree_not_null', ondelete='set null')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(
        comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    run_id = fields.Many2one(
        comodel_name='mobile.campaign.run', readonly=True, index='btree_not_null', ondelete='set null')
    cause = fields.Char(
        readonly=True, help="What set the campaign off where no phone reported it, such as an order or a day.")
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='set null',
        help="What it was about.")
    variant_id = fields.Many2one(
        comodel_name='mobile.campaign.variant', readonly=True, index='btree_not_null', ondelete='set null')
    decided_at = fields.Datetime(string="Decided", required=True, readonly=True, default=fields.Datetime.now)
    outcome = fields.Selection(
        selection=[('sent', "Sent"), ('withheld', "Withheld")], required=True, readonly=True)
    reason = fields.Selection(
        selection=[
            ('passed', "All conditions are met"),
            ('outside_period', "The campaign is not running at this time"),
            ('program_closed', "The coupon program is not open"),
            ('erasure_pending', "The customer wants to be forgotten"),
            ('doubtful_event', "The phone's report is not plausible"),
            ('late_event', "The phone reported too late"),
            ('no_consent', "The customer has not consented to this"),
            ('channel_unwanted', "The customer does not want messages on this channel"),
            ('store_unwanted', "The customer wants to hear of other stores only"),
            ('category_unwanted', "The customer wants to hear of other categories only"),
            ('quiet_hours', "These are the customer's quiet hours"),
            ('not_in_audience', "The customer is not in the audience"),
            ('holdout', "The customer is in the control group"),
            ('cooldown', "The last message of this campaign is too recent"),
            ('cap_reached', "The customer has had all messages of this campaign"),
            ('weekly_maximum', "The customer wants no more messages this week"),
            ('budget_spent', "All coupons of this campaign are given out"),
        ],
        required=True, readonly=True)
    slot = fields.Integer(
        readonly=True, help="Which message of this campaign to this customer this is, counted from one.")
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', readonly=True, index='btree_not_null', ondelete='set null')
    message_id = fields.Many2one(
        comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='set null')

    # One customer's decisions, newest first, and how many of them were sent within a week. Each index is written twice
    # for each of a million customers, so there is none of customers alone, nor of companies.
    _customer_idx = models.Index('(partner_id, company_id, decided_at DESC, id DESC)')
    _newest_idx = models.Index('(decided_at DESC, id DESC)')
    # A fact is answered once by each campaign, however often it is asked.
    _event_unique = models.UniqueIndex('(campaign_id, partner_id, event_id) WHERE event_id IS NOT NULL')
    _cause_unique = models.UniqueIndex('(campaign_id, partner_id, cause) WHERE cause IS NOT NULL')
    # Two phones of one customer at two fences in the same moment cannot both get the last message.
    _slot_unique = models.UniqueIndex("(campaign_id, partner_id, slot) WHERE outcome = 'sent'")

    # The decision about who came to a store tells that they came.
    _look_fields = frozenset(['event_id', 'store_id'])

    # === BUSINESS METHODS === #

    @api.model
    def _is_movement(self):
        return SQL('(event_id IS NOT NULL OR store_id IS NOT NULL)')

    @api.model
    def _page_of(self, partner, company, limit, after=None):
        """Return one page of the decisions about a customer, newest first.

        :param tuple after: (decided_at, id) of the last one that was given.
        """
        domain = Domain([('partner_id', '=', partner.id), ('company_id', '=', company.id)])
        return self.search(domain & newest_first('decided_at', after), limit=limit, order='decided_at desc, id desc')

    def _customer_text(self):
        """Return the reason in words for the customer, in the language of the environment."""
        self.ensure_one()
        text = CUSTOMER_TEXTS.get(self.reason)
        return text._translate(self.env.lang or 'en_US') if text else dict(
            self._fields['reason']._description_selection(self.env))[self.reason]

    @api.model
    def _decide_for_events(self, events):
        """Decide about every running campaign that waits for these facts, and send what is to be sent.

        :param events: ``mobile.event``; those of customers who have not signed in decide nothing.
        :return: the decisions.
        """
        waiting = self.env['mobile.campaign']._waiting()
        events = events.filtered(lambda event: event.partner_id and (event.company_id.id, event.type) in waiting)
        if not events:
            return self
        candidates = SQL(
            """SELECT campaign.id AS campaign_id, event.partner_id, event.id AS event_id, event.device_id,
                      event.store_id, event.product_id, event.occurred_at, NULL AS cause, NULL::integer AS run_id
                 FROM mobile_event event
                 -- What was before the sign-in is long past for a campaign.
                 JOIN mobile_device device
                   ON device.id = event.device_id AND device.signed_in_at <= event.occurred_at
                 JOIN mobile_campaign campaign
                   ON campaign.company_id = event.company_id AND campaign.trigger = event.type
                WHERE event.id IN %s AND campaign.active AND campaign.state = 'running'
                  -- What the server has worked out and told already, the phone says now: it is the same crossing.
                  AND (event.origin = 'server' OR NOT EXISTS (
                           SELECT FROM mobile_event told
                            WHERE told.device_id = event.device_id AND told.geofence_id = event.geofence_id
                              AND told.type = event.type AND told.origin = 'server' AND told.id < event.id
                              AND told.occurred_at BETWEEN
                                  -- However late, it speaks of the stay that it falls into.
                                  least(event.occurred_at - %s, (
                                      SELECT max(stay.entered_at) FROM mobile_presence stay
                                       WHERE stay.device_id = event.device_id AND stay.geofence_id = event.geofence_id
                                         AND stay.entered_at <= event.occurred_at))
                                  AND event.occurred_at + %s))
                  AND (campaign.app_id IS NULL OR campaign.app_id = device.app_id)
                  AND (NOT EXISTS (SELECT FROM mobile_campaign_store_rel WHERE campaign_id = campaign.id)
                       OR EXISTS (SELECT FROM mobile_campaign_store_rel
                                   WHERE campaign_id = campaign.id AND store_id = event.store_id))""",
            tuple(events.ids), ECHO, ECHO)
        campaigns = self.env['mobile.campaign'].search([
            ('state', '=', 'running'), ('trigger', 'in', list(set(events.mapped('type')))),
            ('company_id', 'in', events.company_id.ids)])
        if not campaigns:
            return self
        return self._decide(candidates, campaigns)

    @api.model
    def _decide(self, candidates, campaigns):
        """Decide about all candidates in one statement, then send.

        :param SQL candidates: a query with the columns ``campaign_id``, ``partner_id``, ``event_id``, ``device_id``,
            ``store_id``, ``product_id``, ``occurred_at`` (naive UTC), ``cause`` and ``run_id``; one of ``event_id`` and
            ``cause`` is set. A campaign answers the same event or cause of a customer once.
        :param campaigns: the ``mobile.campaign`` that candidates can belong to.
        :return: the decisions, one row per candidate.
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        gates = SQL(' ').join(
            SQL('WHEN %s THEN %s', gate.stops, gate.reason) for gate in self.env['mobile.gate']._gates(campaigns))
        rows = execute_racing(self.env, SQL(
            """
            WITH candidate AS (%(candidates)s),
            judged AS (
                SELECT candidate.*, campaign.company_id, campaign.max_per_customer, campaign.cooldown_hours,
                       campaign.budget_coupons, campaign.budget_used, CASE %(gates)s END AS reason,
                       (SELECT count(*) FROM mobile_decision earlier
                         WHERE earlier.campaign_id = candidate.campaign_id
                           AND earlier.partner_id = candidate.partner_id AND earlier.outcome = 'sent') AS sent_before
                  FROM candidate
                  JOIN mobile_campaign campaign ON campaign.id = candidate.campaign_id
                  JOIN res_partner partner ON partner.id = candidate.partner_id
            ),
            -- Of several candidates for the same customer only as many pass as the campaign allows, the earliest first.
            capped AS (
                SELECT judged.*, CASE WHEN reason IS NULL THEN sent_before + row_number() OVER (
                           PARTITION BY campaign_id, partner_id, reason ORDER BY occurred_at, event_id) END AS slot
                  FROM judged
            ),
            cooled AS (
                SELECT capped.*, CASE
                           WHEN reason IS NOT NULL THEN reason
                           WHEN slot > max_per_customer THEN 'cap_reached'
                           WHEN slot > sent_before + 1 AND cooldown_hours > 0 THEN 'cooldown' END AS stop
                  FROM capped
            ),
            -- Over all campaigns a customer gets no more than they want within a week.
            counted AS (
                SELECT cooled.*, CASE WHEN stop IS NULL THEN (%(week_left)s) END AS week_left, row_number() OVER (
                           PARTITION BY company_id, partner_id, stop IS NULL
                           ORDER BY occurred_at, event_id, campaign_id) AS turn
                  FROM cooled
            ),
            wanted AS (
                SELECT campaign_id, partner_id, event_id, device_id, store_id, product_id, cause, run_id, occurred_at,
                       company_id, budget_coupons,
                       budget_used, slot, CASE WHEN stop IS NULL AND turn > week_left THEN 'weekly_maximum' ELSE stop
                       END AS stop
                  FROM counted
            ),
            budgeted AS (
                SELECT wanted.*, row_number() OVER (
                           PARTITION BY campaign_id, stop IS NULL ORDER BY occurred_at, event_id) AS rank
                  FROM wanted
            ),
            decided AS (
                SELECT budgeted.*, CASE
                           WHEN stop IS NOT NULL THEN stop
                           WHEN budget_coupons > 0 AND budget_used + rank > budget_coupons THEN 'budget_spent'
                           ELSE 'passed' END AS final
                  FROM budgeted
            )
            INSERT INTO mobile_decision (campaign_id, partner_id, company_id, event_id, device_id, store_id,
                                         product_id, cause, run_id, decided_at, outcome, reason, slot)
            SELECT campaign_id, partner_id, company_id, event_id, device_id, store_id, product_id, cause, run_id,
                   %(now)s,
                   CASE WHEN final = 'passed' THEN 'sent' ELSE 'withheld' END, final,
                   CASE WHEN final = 'passed' THEN slot END
              FROM decided
                ON CONFLICT DO NOTHING
            RETURNING id
            """, candidates=candidates, gates=gates, now=now, week_left=self._week_left(now)))
        campaigns.invalidate_recordset()
        decisions = self.browse(row[0] for row in rows)
        decisions.filtered(lambda decision: decision.outcome == 'sent')._send()
        return decisions

    @api.model
    def _week_left(self, now):
        """Return how many messages the customer of a row of ``cooled`` still wants within this week; NULL is any."""
        return SQL(
            """SELECT preference.max_messages_per_week - (
                      SELECT count(*) FROM mobile_decision earlier
                       WHERE earlier.partner_id = cooled.partner_id AND earlier.company_id = cooled.company_id
                         AND earlier.outcome = 'sent' AND earlier.decided_at > %s)
                 FROM mobile_preference preference
                WHERE preference.partner_id = cooled.partner_id AND preference.company_id = cooled.company_id
                  AND preference.has_weekly_maximum""", now - WEEK)

    def _send(self):
        """Give the customer of each decision what its campaign offers, and the message that brings it."""
        groups = self.env.execute_query(SQL(
            """SELECT campaign_id, company_id, array_agg(id ORDER BY id), array_agg(partner_id ORDER BY id)
                 FROM mobile_decision WHERE id = ANY(%s) GROUP BY campaign_id, company_id ORDER BY campaign_id""",
            list(self._ids)))
        for campaign_id, company_id, decision_ids, partner_ids in groups:
            self.env['mobile.preference']._spend(
                self.env['res.partner'].browse(set(partner_ids)), self.env['res.company'].browse(company_id))
            campaign = self.env['mobile.campaign'].browse(campaign_id)
            campaign._spend_budget(len(decision_ids))
            campaign._issue(dict(zip(decision_ids, partner_ids, strict=True)))
