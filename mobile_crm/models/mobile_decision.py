from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..tools.keyset import newest_first
from ..tools.racing import execute_racing
from .mobile_campaign_occasion import PLACE_TRIGGERS

_lt = LazyTranslate(__name__)

# What customers read in place of the reasons that staff read.
CUSTOMER_TEXTS = {
    'passed': _lt("We sent you this offer."),
    'outside_period': _lt("The offer was not running at this time."),
    'program_closed': _lt("The offer was not open."),
    'inaccurate': _lt("Your phone did not know well enough where it was."),
    'store_closed': _lt("The store was closed."),
    'out_of_stock': _lt("The store had none left."),
    'below_margin': _lt("We cannot give this discount on this product."),
    'unreachable': _lt("There was no way to send you a message."),
    'in_dispute': _lt("First we want to settle a question about an invoice with you."),
    'overdue': _lt("An invoice of yours has not been paid yet."),
    'store_cooldown': _lt("You had a message from this store a short time before."),
    'company_maximum': _lt("You had as many messages lately as we want to send you."),
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
    'store_budget_spent': _lt("All coupons of this offer for this store were given out."),
    'discount_budget_spent': _lt("All coupons of this offer were given out."),
    'day_budget_spent': _lt("All coupons of this offer for that day were given out."),
    'global_holdout': _lt("You are in a group that gets no offers for now, so that we can compare."),
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
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
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
        comodel_name='mobile.campaign.variant', readonly=True, index='btree_not_null', ondelete='set null',
        help="Which message the customer got. In a control group: would have got.")
    channel = fields.Selection(
        selection=[('inbox', "In the App"), ('push', "Notification"), ('sms', "Text Message"), ('email', "Email")],
        readonly=True, help="How the message travels, beside being in the app's inbox.")
    user_id = fields.Many2one(
        string="Sent By", comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='set null',
        help="The colleague who sent it, or tried to.")
    decided_at = fields.Datetime(string="Decided", required=True, readonly=True, default=fields.Datetime.now)
    outcome = fields.Selection(
        selection=[('sent', "Sent"), ('withheld', "Withheld")], required=True, readonly=True)
    reason = fields.Selection(
        selection=[
            ('passed', "All conditions are met"),
            ('outside_period', "The campaign is not running at this time"),
            ('program_closed', "The coupon program is not open"),
            ('erasure_pending', "The customer wants to be forgotten"),
            ('no_consent', "The customer has not consented to this"),
            ('doubtful_event', "The phone's report is not plausible"),
            ('inaccurate', "The phone's position is not exact enough"),
            ('late_event', "The phone reported too late"),
            ('store_closed', "The store is closed"),
            ('out_of_stock', "The store has none of the product left"),
            ('below_margin', "The product would bring less than its margin"),
            ('unreachable', "The customer cannot be reached on any channel of the campaign"),
            ('channel_unwanted', "The customer does not want messages on this channel"),
            ('store_unwanted', "The customer wants to hear of other stores only"),
            ('category_unwanted', "The customer wants to hear of other categories only"),
            ('quiet_hours', "These are the customer's quiet hours"),
            ('not_in_audience', "The customer is not in the audience"),
            ('in_dispute', "An invoice of the customer is in dispute"),
            ('overdue', "An invoice of the customer is overdue"),
            ('cooldown', "The last message of this campaign is too recent"),
            ('store_cooldown', "The last message at this store is too recent"),
            ('cap_reached', "The customer has had all messages of this campaign"),
            ('weekly_maximum', "The customer wants no more messages this week"),
            ('company_maximum', "The customer has had as many messages lately as the company allows"),
            ('store_budget_spent', "All coupons of this campaign for the store are given out"),
            ('budget_spent', "All coupons of this campaign are given out"),
            ('discount_budget_spent', "The campaign's budget of discounts is spent"),
            ('day_budget_spent', "The campaign's coupons of the day are given out"),
            ('global_holdout', "The customer is in the control group of all campaigns"),
            ('holdout', "The customer is in the control group"),
        ],
        required=True, readonly=True)
    slot = fields.Integer(
        readonly=True, help="Which message of this campaign to this customer this is, counted from one.")
    turn = fields.Integer(
        readonly=True, aggregator=None,
        help="Which message to this customer this is, over all campaigns of the company. Numbers may be missing.")
    card_id = fields.Many2one(
        string="Coupon", comodel_name='loyalty.card', readonly=True, index='btree_not_null', ondelete='set null')
    message_id = fields.Many2one(
        comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='set null')

    # One customer's decisions, newest first, and how many of them were sent within a week. Each index is written twice
    # for each of a million customers, so there is none of companies.
    _customer_idx = models.Index('(partner_id, company_id, decided_at DESC, id DESC)')
    _newest_idx = models.Index('(decided_at DESC, id DESC)')
    # A fact is answered once by each campaign, however often it is asked.
    _event_unique = models.UniqueIndex('(campaign_id, partner_id, event_id) WHERE event_id IS NOT NULL')
    _cause_unique = models.UniqueIndex('(campaign_id, partner_id, cause) WHERE cause IS NOT NULL')
    # Two phones of one customer at two fences in the same moment cannot both get the last message.
    _slot_unique = models.UniqueIndex("(campaign_id, partner_id, slot) WHERE outcome = 'sent'")

    # Nor can two campaigns together send more than the customer or the company wants: both would give this turn.
    _turn_unique = models.UniqueIndex('(company_id, partner_id, turn) WHERE turn IS NOT NULL')
    # What each store has given out, where campaigns count that.
    _store_sent_idx = models.Index("(campaign_id, store_id) WHERE outcome = 'sent' AND store_id IS NOT NULL")

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
        campaigns = self.env['mobile.campaign'].search([
            ('state', '=', 'running'), ('trigger', 'in', list(set(events.mapped('type')))),
            ('company_id', 'in', events.company_id.ids)])
        if not campaigns:
            return self
        # Where a phone is that scans, and what it scans, the statement finds out.
        named = set(events.mapped('type')) <= set(PLACE_TRIGGERS) and (events.store_id, events.product_id)
        return self._decide(campaigns._fact_candidates(events), campaigns, *named or ())

    @api.model
    def _decide(self, candidates, campaigns, stores=None, products=None):
        """Decide about all candidates in one statement, then send.

        All that come back are in memory: many customers are decided about in batches.

        :param SQL candidates: a query with the columns ``campaign_id``, ``partner_id``, ``event_id``, ``device_id``,
            ``store_id``, ``product_id``, ``occurred_at`` (naive UTC), ``cause`` and ``run_id``; one of ``event_id`` and
            ``cause`` is set. A campaign answers the same event or cause of a customer once.
        :param campaigns: the ``mobile.campaign`` that candidates can belong to.
        :param stores, products: ``mobile.store`` and ``product.product`` of the candidates, where the caller knows
            them.
        :return: the decisions, one row per candidate, by id.
        """
        rows = self._answer(candidates, campaigns, stores, products)
        campaigns._forget_counts()
        if sent := self.browse(number for number, is_sent in rows if is_sent):
            sent._send()
        return self.browse(number for number, _is_sent in rows)

    @api.model
    def _answer(self, candidates, campaigns, stores=None, products=None):
        """Write the decisions about these candidates, see ``_decide``, and send nothing yet.

        :return: (id, whether it is to be sent) of each, by id.
        :rtype: list[tuple[int, bool]]
        """
        self.env.flush_all()
        question = self._question(candidates, campaigns, stores, products)
        rows = execute_racing(self.env, SQL(
            """%s
            INSERT INTO mobile_decision (campaign_id, partner_id, company_id, event_id, device_id, store_id, product_id,
                                         cause, run_id, decided_at, outcome, reason, slot, turn, variant_id, channel)
            SELECT campaign_id, partner_id, company_id, event_id, device_id, store_id, product_id, cause, run_id, %s,
                   CASE WHEN final = 'passed' THEN 'sent' ELSE 'withheld' END, final,
                   CASE WHEN final = 'passed' THEN slot END, CASE WHEN final = 'passed' THEN turn END, variant_id,
                   CASE WHEN final = 'passed' THEN channel END
              FROM decided
                ON CONFLICT DO NOTHING
            RETURNING id, outcome = 'sent'
            """, self._decided(candidates, question), question.now))
        return sorted(rows)

    def _send(self):
        """Give the customer of each decision what its campaign offers, and the message that brings it."""
        groups = self.env.execute_query(SQL(
            """SELECT campaign_id, array_agg(id ORDER BY id), array_agg(partner_id ORDER BY id)
                 FROM mobile_decision WHERE id = ANY(%s) GROUP BY campaign_id ORDER BY campaign_id""",
            list(self._ids)))
        for campaign_id, decision_ids, partner_ids in groups:
            campaign = self.env['mobile.campaign'].browse(campaign_id)
            campaign._spend_budget(len(decision_ids))
            campaign._issue(dict(zip(decision_ids, partner_ids, strict=True)))
