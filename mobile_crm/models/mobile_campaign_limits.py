from odoo import fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.racing import execute_racing


class MobileCampaign(models.Model):
    """How often a campaign speaks to a customer, who is kept aside to compare with, and what it may cost."""

    _inherit = 'mobile.campaign'

    max_per_customer = fields.Integer(string="Coupons per Customer", required=True, default=1)
    cooldown_hours = fields.Integer(
        string="Hours Between Coupons", required=True, default=24,
        help="For how many hours a customer gets nothing more from this campaign.")
    holdout_percent = fields.Integer(
        string="Control Group (%)", required=True, default=0,
        help="This part of the audience gets nothing, so that you can see what the campaign really earned.")
    budget_coupons = fields.Integer(
        string="Coupons in Total", required=True, default=0,
        help="When so many are given out, the campaign sends no more. 0 means no limit.")
    budget_used = fields.Integer(
        string="Coupons Given Out", required=True, readonly=True, copy=False, default=0)

    _holdout_valid = models.Constraint(
        'CHECK (holdout_percent BETWEEN 0 AND 100)', "The control group is between 0 and 100 percent.")
    _numbers_valid = models.Constraint(
        'CHECK (max_per_customer > 0 AND cooldown_hours >= 0 AND coupon_days > 0 AND budget_coupons >= 0'
        ' AND max_event_age > 0)',
        "Coupons per customer, days and minutes are at least 1; hours and the total of coupons are not negative.")

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if 'budget_coupons' in vals:
            # Without a budget nobody has counted.
            for campaign in self:
                campaign.budget_used = self.env['loyalty.card'].sudo().with_context(active_test=False).search_count(
                    [('mobile_campaign_id', '=', campaign.id)])
        return res

    # === BUSINESS METHODS === #

    def _spend_budget(self, count):
        """Take `count` coupons from the budget.

        The statement that decided has already looked; another transaction may have been faster since. The row's lock
        makes the slower one fail and decide anew, so that a budget is never overdrawn.
        """
        self.ensure_one()
        if not self.budget_coupons:
            return
        taken = execute_racing(self.env, SQL(
            """UPDATE mobile_campaign SET budget_used = budget_used + %(count)s
                WHERE id = %(id)s AND budget_used + %(count)s <= budget_coupons RETURNING id""",
            id=self.id, count=count))
        if not taken:
            raise ConcurrencyError("budget of a campaign spent meanwhile")
        self.invalidate_recordset(['budget_used'])
