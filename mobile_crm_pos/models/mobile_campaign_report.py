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
               SELECT pos.partner_id, pos.company_id, pos.date_order AS bought_at,
                      sum(line.price_subtotal + coalesce((
                          SELECT sum(back.price_subtotal) FROM pos_order_line back
                            JOIN pos_order refund ON refund.id = back.order_id
                           WHERE back.refunded_orderline_id = line.id AND refund.state IN ('paid', 'done')), 0))
                      / coalesce(NULLIF(pos.currency_rate, 0), 1)::numeric AS revenue
                 FROM pos_order pos JOIN pos_order_line line ON line.order_id = pos.id AND %(is_own)s
                WHERE %(is_sale)s AND pos.is_refund IS NOT TRUE AND pos.partner_id IS NOT NULL
             GROUP BY pos.id""",
            others=super()._purchases(), is_sale=IS_SALE, is_own=self.env['mobile.purchase']._is_own_sql())
