from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import SQL

from ..tools.company_days import day_of, zone_of
from ..tools.racing import execute_racing

# How often a campaign is counted anew that is at work at the same time, before the next time.
ATTEMPTS = 3
LIMITS = ('budget_coupons', 'budget_discount', 'budget_per_day', 'budget_per_store')


class MobileCampaign(models.Model):
    """What a campaign may cost.

    A coupon takes its place in the budgets when it is given out, at the most that it can be worth. One that expires
    unused, or is taken out of use, gives it back; one that is redeemed costs what it took off the order. What was given
    out on a day stays given out on that day.
    """

    _inherit = 'mobile.campaign'

    budget_coupons = fields.Integer(
        string="Coupons in Total", required=True, default=0,
        help="When so many are in use or used, the campaign sends no more. 0 means no limit.")
    budget_per_store = fields.Integer(
        string="Coupons per Store", required=True, default=0,
        help="For campaigns that start at a store: so many in use or used at each. 0 means no limit.")
    budget_per_day = fields.Integer(
        string="Coupons per Day", required=True, default=0,
        help="So many are given out from midnight to midnight, in the company's time zone. 0 means no limit.")
    budget_discount = fields.Monetary(
        string="Discounts in Total",
        help="What all coupons together may cost: what was taken off orders, and the most that coupons in use can be "
             "worth. 0 means no limit.")
    coupon_value = fields.Monetary(
        string="A Coupon Is Worth at Most", compute='_compute_coupon_value', store=True,
        help="By the rewards of the coupon program. 0 means that it depends on the order.")
    budget_used = fields.Integer(
        string="Coupons Given Out", required=True, readonly=True, copy=False, default=0,
        help="Without those that expired unused.")
    budget_discount_used = fields.Monetary(string="Discounts Given or Promised", readonly=True, copy=False)
    budget_day = fields.Date(readonly=True, copy=False)
    budget_day_used = fields.Integer(string="Coupons Given Out Today", readonly=True, copy=False)

    _budgets_valid = models.Constraint(
        'CHECK (budget_per_store >= 0 AND budget_per_day >= 0 AND budget_discount >= 0)', "Budgets are not negative.")

    # === COMPUTE METHODS === #

    @api.depends(
        'program_id.reward_ids.reward_type', 'program_id.reward_ids.discount', 'program_id.reward_ids.discount_mode',
        'program_id.reward_ids.discount_max_amount', 'program_id.reward_ids.required_points',
        'program_id.reward_ids.reward_product_id.list_price', 'program_id.reward_ids.reward_product_tag_id',
        'program_id.reward_ids.reward_product_qty')
    def _compute_coupon_value(self):
        for campaign in self:
            values = [campaign._most_of(reward) for reward in campaign.program_id.reward_ids]
            campaign.coupon_value = max(values) if values and all(values) else 0

    def _most_of(self, reward):
        """Return the most that a reward takes off an order, in the company's currency, or 0 when that depends on it."""
        if reward.reward_type == 'product':
            return max(reward.reward_product_ids.mapped('lst_price'), default=0) * reward.reward_product_qty
        if reward.discount_mode == 'percent':
            return reward.discount_max_amount
        # A coupon of a campaign carries the points of one reward.
        amount = reward.discount * (reward.required_points if reward.discount_mode == 'per_point' else 1)
        return min(amount, reward.discount_max_amount or amount)

    # === CONSTRAINT METHODS === #

    @api.constrains('budget_discount', 'coupon_value')
    def _check_budget_discount(self):
        for campaign in self:
            if campaign.budget_discount and not campaign.coupon_value:
                raise ValidationError(self.env._(
                    "What a coupon of “%s” costs depends on the order, so no budget of discounts can be kept. Give "
                    "each reward a maximum discount.", campaign.program_id.name))

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if not set(LIMITS).isdisjoint(vals):
            # Without a budget nobody has counted.
            self._recount_budget()
        return res

    # === BUSINESS METHODS === #

    def _has_total_budget(self):
        self.ensure_one()
        return bool(self.budget_coupons or self.budget_discount or self.budget_per_day)

    def _has_budget(self):
        self.ensure_one()
        return self._has_total_budget() or bool(self.budget_per_store)

    def _budget_today(self, now):
        """Return the day by the company's clock.

        :param datetime now: naive UTC.
        """
        self.ensure_one()
        return day_of(now, zone_of(self.sudo().company_id))

    @api.model
    def _holds_budget_sql(self, card, now):
        """Return the condition that a coupon takes a place in the budgets.

        :param SQL card: the name of a row of ``loyalty_card``; no coupon takes one too, for it was decided about.
        :param datetime now: naive UTC.
        """
        return SQL(
            """%(card)s.id IS NULL OR %(card)s.active AND coalesce(%(card)s.mobile_expires_at > %(now)s, TRUE)
               OR EXISTS (SELECT FROM mobile_redemption redemption
                           WHERE redemption.card_id = %(card)s.id
                             AND redemption.state IN ('held', 'confirmed', 'conflict'))""",
            card=card, now=now)

    def _spend_budget(self, count):
        """Take `count` coupons from the budgets.

        The statement that decided has already looked; another transaction may have been faster since. Both write the
        campaign's row, so that the slower one fails and decides anew, and no budget is overdrawn: also not that of a
        store, which is counted in the decisions themselves.
        """
        self.ensure_one()
        if not self._has_budget():
            return
        taken = execute_racing(self.env, SQL(
            """UPDATE mobile_campaign
                  SET budget_used = budget_used + %(count)s,
                      budget_discount_used = coalesce(budget_discount_used, 0) + %(count)s * coalesce(coupon_value, 0),
                      budget_day = %(today)s,
                      budget_day_used = %(count)s + CASE WHEN budget_day = %(today)s THEN budget_day_used ELSE 0 END
                WHERE id = %(id)s AND (budget_coupons = 0 OR budget_used + %(count)s <= budget_coupons)
            RETURNING id""", id=self.id, count=count, today=self._budget_today(fields.Datetime.now())))
        if not taken:
            raise ConcurrencyError("budget of a campaign spent meanwhile")
        self.invalidate_recordset(['budget_used', 'budget_discount_used', 'budget_day', 'budget_day_used'])

    def _recount_budget(self):
        """Count anew what these campaigns have given out: what expired unused is given back.

        Whoever decides meanwhile has to wait for the campaign's row, and then decides anew.
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        for campaign in self.filtered(lambda campaign: campaign._has_budget()):
            execute_racing(self.env, SQL('SELECT FROM mobile_campaign WHERE id = %s FOR NO KEY UPDATE', campaign.id))
            execute_racing(self.env, SQL(
                """UPDATE mobile_campaign campaign
                      SET budget_used = spent.coupons, budget_discount_used = spent.discount
                     FROM (SELECT count(*) AS coupons,
                                  coalesce(sum(coalesce(used.discount, %(value)s)), 0) AS discount
                             FROM loyalty_card card
                        LEFT JOIN (SELECT card_id, sum(coalesce(discount, %(value)s)) AS discount
                                     FROM mobile_redemption
                                    WHERE campaign_id = %(id)s AND state IN ('confirmed', 'conflict')
                                 GROUP BY card_id) used ON used.card_id = card.id
                            WHERE card.mobile_campaign_id = %(id)s AND (%(holds)s)) spent
                    WHERE campaign.id = %(id)s
                      AND (campaign.budget_used, campaign.budget_discount_used)
                          IS DISTINCT FROM (spent.coupons, spent.discount)""",
                id=campaign.id, value=campaign.coupon_value, holds=self._holds_budget_sql(SQL('card'), now)))
        self.invalidate_recordset(['budget_used', 'budget_discount_used'])

    @api.model
    def _cron_recount_budgets(self):
        """Give back what coupons that expired unused have taken, campaign by campaign."""
        campaigns = self.search([('state', '=', 'running'), '|', '|', '|', *((limit, '>', 0) for limit in LIMITS)])
        self.env['ir.cron']._commit_progress(remaining=len(campaigns))
        for campaign in campaigns:
            for _attempt in range(ATTEMPTS):
                try:
                    with self.env.cr.savepoint():
                        campaign._recount_budget()
                    break
                except TransactionRollbackError:
                    # Somebody was just given a coupon. The others are not at fault, and a fresh look sees it.
                    self.env['ir.cron']._commit_progress()
            self.env['ir.cron']._commit_progress(1)
