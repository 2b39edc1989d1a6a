from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .mobile_campaign_occasion import PLACE_TRIGGERS
from .mobile_gate import Question

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Who is first, among candidates of one campaign and of one customer.
ORDER = SQL('occurred_at, event_id, cause, partner_id, campaign_id')
CANDIDATE = (
    'campaign_id', 'partner_id', 'event_id', 'device_id', 'store_id', 'product_id', 'occurred_at', 'cause', 'run_id')
# What each step hands on, beside the candidates and what it changes.
CARRIED = SQL(', ').join(map(SQL.identifier, (
    *CANDIDATE, 'company_id', 'store_cooldown_hours', 'week_maximum', 'coupons_left', 'discounts_left', 'day_left',
    'held', 'channel', 'slot')))
TURN = SQL('turn')


class MobileDecision(models.Model):
    """The statement that decides.

    It goes from step to step, each a query on the one before: ``candidate``, ``judged`` by the gates, then by what the
    candidates beside it take: how often a campaign speaks to a customer, how often all of them do, and budgets. A step
    that no campaign needs is left out. In each row ``stop`` is the reason so far, and ``held`` the control group; who
    is held takes nothing from anybody and is asked all the same, so that control groups are those who would have got
    it.

    Each step ends with ``OFFSET 0``: PostgreSQL would put a step's expressions in wherever the next one names them, and
    ask all gates a dozen times.
    """

    _inherit = 'mobile.decision'

    @api.model
    def _question(self, candidates, campaigns, stores=None, products=None, at=None):
        """Return what is decided about, with the stores and products of the candidates where a gate asks for them.

        :param datetime at: naive UTC; now when it is not given.
        """
        Store, Product = self.env['mobile.store'], self.env['product.product']
        if stores is None or products is None:
            at_stores = any(
                campaign.only_while_open and campaign.trigger in PLACE_TRIGGERS for campaign in campaigns)
            about_products = any(campaigns.mapped('has_margin_floor'))
            stores, products = Store, Product
            if at_stores or about_products:
                ((store_ids, product_ids),) = self.env.execute_query(SQL(
                    """SELECT array_agg(DISTINCT store_id) FILTER (WHERE store_id IS NOT NULL AND %s),
                              array_agg(DISTINCT product_id) FILTER (WHERE product_id IS NOT NULL AND %s)
                         FROM (%s) candidate""", at_stores, about_products, candidates))
                stores, products = Store.browse(store_ids or ()), Product.browse(product_ids or ())
        return Question(campaigns, stores, products, at or fields.Datetime.now(), campaigns._ways())

    @api.model
    def _decided(self, candidates, question):
        """Return the head of a statement; what follows reads its ``decided``.

        :return: ``WITH …``; ``decided`` has the columns of the candidates, ``company_id``, ``final`` (a reason),
            ``slot``, ``turn``, ``variant_id`` and ``channel``.
        :rtype: SQL
        """
        steps, last = [SQL('candidate AS (%s)', candidates), self._judged(question)], SQL('judged')
        for step in (self._capped, self._spaced, self._counted, self._rationed, self._budgeted):
            if query := step(question):
                before, last = last, SQL.identifier(step.__name__.strip('_'))
                steps.append(SQL('%s AS (%s)', last, query(before)))
        return SQL(
            """WITH %s, decided AS (
                   SELECT candidate.*, coalesce(stop, held, 'passed') AS final,
                          CASE WHEN stop IS NULL THEN %s END AS variant_id FROM %s candidate)""",
            SQL(', ').join(steps), self.env['mobile.gate']._variant(question), last)

    # === STEPS: each returns a function of the name of the one before, or None when no campaign needs it === #

    @api.model
    def _judged(self, question):
        Gate = self.env['mobile.gate']
        gates = Gate._gates(question)
        return SQL(
            """judged AS (
                SELECT %(columns)s, campaign.company_id, campaign.max_per_customer, campaign.cooldown_hours,
                       campaign.store_cooldown_hours, %(left)s, earlier.slot AS sent_before,
                       CASE WHEN preference.has_weekly_maximum THEN preference.max_messages_per_week
                       END AS week_maximum,
                       %(held)s AS held, %(channel)s AS channel, CASE %(gates)s END AS stop
                  FROM candidate
                  JOIN mobile_campaign campaign ON campaign.id = candidate.campaign_id
                  JOIN loyalty_program program ON program.id = campaign.program_id
                  JOIN res_partner partner ON partner.id = candidate.partner_id
             LEFT JOIN mobile_preference preference
                    ON preference.company_id = campaign.company_id AND preference.partner_id = candidate.partner_id
             LEFT JOIN mobile_event event ON event.id = candidate.event_id
             LEFT JOIN LATERAL (
                       SELECT told.slot, told.decided_at FROM mobile_decision told
                        WHERE told.campaign_id = candidate.campaign_id AND told.partner_id = candidate.partner_id
                          AND told.outcome = 'sent' ORDER BY told.slot DESC LIMIT 1) earlier ON TRUE
                       %(joins)s OFFSET 0)""",
            columns=SQL(', ').join(SQL.identifier('candidate', column) for column in CANDIDATE),
            left=self._left(question), held=Gate._held(question), channel=Gate._channel(question),
            gates=SQL(' ').join(SQL('WHEN %s THEN %s', gate.stops, gate.reason) for gate in gates),
            joins=SQL(' ').join(gate.join for gate in gates if gate.join))

    @api.model
    def _left(self, question):
        """Return how many coupons the campaign's budgets still allow, each as a column; NULL is any number."""
        campaigns = question.campaigns.filtered(lambda campaign: campaign._has_total_budget())
        if not campaigns:
            return SQL('NULL::bigint AS coupons_left, NULL::bigint AS discounts_left, NULL::bigint AS day_left')
        return SQL(
            """CASE WHEN campaign.budget_coupons > 0 THEN campaign.budget_coupons - campaign.budget_used
               END AS coupons_left,
               -- What nobody can tell the worth of is not given out.
               CASE WHEN campaign.budget_discount > 0 THEN coalesce(floor(
                    (campaign.budget_discount - coalesce(campaign.budget_discount_used, 0))
                    / nullif(campaign.coupon_value, 0)), 0) END AS discounts_left,
               CASE WHEN campaign.budget_per_day > 0 THEN campaign.budget_per_day - CASE
                    WHEN campaign.budget_day = CASE campaign.id %s END THEN campaign.budget_day_used ELSE 0 END
                    END AS day_left""",
            SQL(' ').join(SQL('WHEN %s THEN %s::date', campaign.id, campaign._budget_today(question.now))
                          for campaign in campaigns))

    @api.model
    def _capped(self, question):
        # Of several candidates for the same customer only as many pass as the campaign allows, the earliest first.
        return lambda before: SQL(
            """SELECT %(carried)s,
                      NULL::bigint AS turn, CASE
                      WHEN stop IS NOT NULL OR held IS NOT NULL THEN stop
                      WHEN slot > max_per_customer THEN 'cap_reached'
                      WHEN slot > coalesce(sent_before, 0) + 1 AND cooldown_hours > 0 THEN 'cooldown' END AS stop
                 FROM (SELECT *, CASE WHEN stop IS NULL THEN coalesce(sent_before, 0) + row_number() OVER (
                                  PARTITION BY campaign_id, partner_id, stop IS NULL ORDER BY %(order)s) END AS slot
                         FROM %(before)s) ranked OFFSET 0""",
            carried=CARRIED, order=ORDER, before=before)

    @api.model
    def _spaced(self, question):
        # Of several campaigns at one store as well.
        if not any(question.campaigns.mapped('store_cooldown_hours')):
            return None
        return lambda before: self._ahead(
            before, SQL('company_id, partner_id, store_id'),
            SQL("WHEN store_cooldown_hours > 0 AND store_id IS NOT NULL AND ahead > 1 THEN 'store_cooldown'"))

    @api.model
    def _counted(self, question):
        # Over all campaigns a customer gets no more than they want, and the company allows.
        companies = question.campaigns.company_id.sudo()
        limits = [
            SQL("""WHEN company_id = %s AND ahead > %s - %s THEN 'company_maximum'""",
                company.id, maximum, SQL.identifier(count))
            for company in companies for maximum, count in (
                (company.mobile_max_messages_per_day, 'day_count'),
                (company.mobile_max_messages_per_week, 'week_count')) if maximum]
        is_counted = SQL('stop IS NULL' if limits else 'stop IS NULL AND week_maximum IS NOT NULL')
        return lambda before: self._ahead(
            SQL("""(SELECT before.*, last.turn AS last_turn, recent.*
                      FROM %(before)s before
                 LEFT JOIN LATERAL (
                           SELECT told.turn FROM mobile_decision told
                            WHERE told.company_id = before.company_id AND told.partner_id = before.partner_id
                              AND told.turn IS NOT NULL AND before.stop IS NULL
                            ORDER BY told.turn DESC LIMIT 1) last ON TRUE
                 LEFT JOIN LATERAL (
                           SELECT count(*) AS week_count, count(*) FILTER (WHERE told.decided_at > %(day)s) AS day_count
                             FROM mobile_decision told
                            WHERE told.partner_id = before.partner_id AND told.company_id = before.company_id
                              AND told.outcome = 'sent' AND told.decided_at > %(week)s AND %(is_counted)s
                           ) recent ON TRUE
                   ) counted""",
                before=before, day=question.now - DAY, week=question.now - WEEK, is_counted=is_counted),
            SQL('company_id, partner_id'),
            SQL(' ').join([SQL("WHEN ahead > week_maximum - week_count THEN 'weekly_maximum'"), *limits]),
            SQL('coalesce(last_turn, 0) + ahead AS turn'))

    @api.model
    def _rationed(self, question):
        campaigns = question.campaigns.filtered('budget_per_store')
        if not campaigns:
            return None
        return lambda before: self._ahead(
            SQL("""(SELECT before.*, campaign.budget_per_store, coalesce(spent.coupons, 0) AS store_spent
                      FROM %(before)s before
                      JOIN mobile_campaign campaign ON campaign.id = before.campaign_id
                 LEFT JOIN (SELECT told.campaign_id, told.store_id, count(*) AS coupons
                              FROM mobile_decision told
                         LEFT JOIN loyalty_card card ON card.id = told.card_id
                             WHERE told.campaign_id IN %(campaigns)s AND told.outcome = 'sent' AND (%(holds)s)
                               AND told.store_id IN (SELECT store_id FROM candidate)
                             GROUP BY told.campaign_id, told.store_id) spent
                        ON spent.campaign_id = before.campaign_id AND spent.store_id = before.store_id) rationed""",
                before=before, campaigns=tuple(campaigns.ids),
                holds=campaigns._holds_budget_sql(SQL('card'), question.now)),
            SQL('campaign_id, store_id'),
            SQL("""WHEN store_id IS NOT NULL AND budget_per_store > 0 AND store_spent + ahead > budget_per_store
                   THEN 'store_budget_spent'"""))

    @api.model
    def _budgeted(self, question):
        if not any(campaign._has_total_budget() for campaign in question.campaigns):
            return None
        return lambda before: self._ahead(
            before, SQL('campaign_id'),
            SQL("""WHEN ahead > coupons_left THEN 'budget_spent'
                   WHEN ahead > discounts_left THEN 'discount_budget_spent'
                   WHEN ahead > day_left THEN 'day_budget_spent'"""))

    @api.model
    def _ahead(self, before, partition, stops, turn=TURN):
        """Return a step that stops candidates by how many of their like come first.

        :param SQL before: the step before.
        :param SQL partition: columns that like ones share.
        :param SQL stops: ``WHEN … THEN reason``; ``ahead`` is how many get the offer, this one included.
        :param SQL turn: what becomes of this column.
        """
        return SQL(
            """SELECT %(carried)s, %(turn)s,
                      CASE WHEN stop IS NULL THEN CASE %(stops)s END ELSE stop END AS stop
                 FROM (SELECT *, count(*) FILTER (WHERE stop IS NULL AND held IS NULL) OVER (
                                  PARTITION BY %(partition)s ORDER BY %(order)s ROWS UNBOUNDED PRECEDING)
                                 + (held IS NOT NULL)::int AS ahead
                         FROM %(before)s) ranked OFFSET 0""",
            carried=CARRIED, turn=turn, stops=stops, partition=partition,
            order=ORDER, before=before)

    # === ASKING WITHOUT DECIDING === #

    @api.model
    def _dry_run(self, candidates, campaigns, sample=5, at=None):
        """Tell what would be decided. Nothing is written, locked or taken from a budget.

        Both sides ask the same statement; candidates whose event or cause a campaign has answered already count here,
        and are no new decision there. In PostgreSQL memory is bounded by ``work_mem``, here by the sample.

        :param SQL candidates: as for ``_decide``.
        :param int sample: so many customers of each outcome, those with the lowest numbers.
        :param datetime at: when it would be decided (naive UTC); now when it is not given. Audiences are those of now.
        :return: ``count`` (candidates), ``outcomes`` ((reason, count), most frequent first) and ``sample``
            ((partner_id, reason, variant_id or None)).
        :rtype: dict
        """
        self.env.flush_all()
        question = self._question(candidates, campaigns, at=at)
        rows = self.env.execute_query(SQL(
            """%s
            SELECT final, count(*), array_agg(partner_id ORDER BY partner_id) FILTER (WHERE nth <= %s),
                   array_agg(variant_id ORDER BY partner_id) FILTER (WHERE nth <= %s)
              FROM (SELECT final, partner_id, variant_id, row_number() OVER (
                               PARTITION BY final ORDER BY partner_id) AS nth FROM decided) numbered
             GROUP BY final ORDER BY count(*) DESC, final""", self._decided(candidates, question), sample, sample))
        return {
            'count': sum(row[1] for row in rows),
            'outcomes': [(reason, count) for reason, count, _partners, _variants in rows],
            'sample': [
                (partner_id, reason, variant_id) for reason, _count, partner_ids, variant_ids in rows
                for partner_id, variant_id in zip(partner_ids or (), variant_ids or (), strict=True)],
        }

    @api.model
    def _explain(self, campaign, partner, store=None, product=None):
        """Tell what would become of this offer to a customer now, if a colleague sent it.

        :param store: ``mobile.store`` that the customer is taken to be at.
        :param product: ``product.product`` that the offer is taken to be about.
        :return: the reason, a value of the field; ``passed`` when it would be sent.
        :rtype: str
        """
        outcome = self._dry_run(self._candidate(campaign, partner, store=store, product=product), campaign)
        return outcome['outcomes'][0][0]

    @api.model
    def _candidate(self, campaign, partner, cause=None, store=None, product=None):
        """Return the one candidate of a campaign, for ``_decide`` and ``_dry_run``.

        :rtype: SQL
        """
        return SQL(
            """SELECT %s AS campaign_id, %s AS partner_id, NULL::integer AS event_id, NULL::integer AS device_id,
                      %s::integer AS store_id, %s::integer AS product_id, %s::timestamp AS occurred_at,
                      %s::varchar AS cause, NULL::integer AS run_id""",
            campaign.id, partner.id, (store and store.id) or None, (product and product.id) or None,
            fields.Datetime.now(), cause)
