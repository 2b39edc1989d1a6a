from odoo import api, models
from odoo.tools import SQL

from .mobile_purchase import IS_SALE


class MobileRedemption(models.Model):
    """Whether the ledger and the orders of tills say the same."""

    _inherit = 'mobile.redemption'

    @api.model
    def _differences(self, companies):
        """Override to add what a till sold with a coupon of ours, and the ledger does not know (``unbooked``)."""
        found = super()._differences(companies)
        return sorted({*found, *self.env.execute_query(SQL(
            """SELECT line.coupon_id, 'unbooked'
                 FROM pos_order_line line
                 JOIN pos_order pos ON pos.id = line.order_id AND %s
                 JOIN loyalty_card card ON card.id = line.coupon_id AND card.mobile_uuid IS NOT NULL
                WHERE pos.company_id IN %s AND line.refunded_orderline_id IS NULL
                  AND pos.mobile_sold_at IS NOT NULL
                  AND NOT EXISTS (
                          SELECT FROM mobile_redemption redemption
                           WHERE redemption.card_id = card.id AND redemption.pos_order_uuid = pos.uuid
                             AND redemption.state IN ('confirmed', 'returned', 'conflict'))""",
            IS_SALE, tuple(companies.ids) or (0,)))})
