from odoo import api, models
from odoo.tools import SQL

from .mobile_purchase import IS_SALE


class MobileCampaignReport(models.Model):
    """What is sold at tills counts where all purchases are counted: in the lift over the control group."""

    _inherit = 'mobile.campaign.report'

    # === SQL === #

    @api.model
    def _purchases(self):
        """Override to add the orders of tills, less what came back of them."""
        return SQL(
            """%(others)s
               UNION ALL
               SELECT pos.partner_id, pos.company_id, pos.date_order AS bought_at, worth.revenue
                 FROM pos_order pos
                 JOIN LATERAL (%(worth)s) worth ON worth.sold > 0
                WHERE %(is_sale)s AND pos.is_refund IS NOT TRUE AND pos.partner_id IS NOT NULL""",
            others=super()._purchases(), is_sale=IS_SALE, worth=self._till_worth())

    @api.model
    def _till_worth(self):
        """Return the query of what a till's order (``pos``) is worth without taxes, in the company's currency.

        Its one row has ``sold`` (how many lines the till has sold itself), ``before`` (what they came to) and
        ``revenue`` (less what came back).
        """
        return SQL(
            """SELECT count(*) AS sold, sum(line.price_subtotal) / pos_rate.rate AS before,
                      sum(line.price_subtotal + coalesce(back.amount, 0)) / pos_rate.rate AS revenue
                 FROM (SELECT coalesce(NULLIF(pos.currency_rate, 0), 1)::numeric AS rate) pos_rate
                 JOIN pos_order_line line ON line.order_id = pos.id AND %(is_own)s
            LEFT JOIN LATERAL (
                      SELECT sum(returned.price_subtotal) AS amount FROM pos_order_line returned
                        JOIN pos_order refund ON refund.id = returned.order_id
                       WHERE returned.refunded_orderline_id = line.id AND refund.state IN ('paid', 'done')) back ON TRUE
             GROUP BY pos_rate.rate""", is_own=self.env['mobile.purchase']._is_own_sql())
