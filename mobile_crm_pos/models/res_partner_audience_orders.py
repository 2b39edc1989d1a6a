from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.res_partner_audience_orders import YEAR
from odoo.addons.mobile_crm.tools.audience import NOTHING, TRUE

from .mobile_purchase import IS_SALE


class ResPartner(models.Model):
    """What customers bought at Odoo's tills counts where audiences ask for orders."""

    _inherit = 'res.partner'

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_flush_orders(self):
        res = super()._mobile_flush_orders()
        self.env['pos.order'].flush_model()
        self.env['pos.order.line'].flush_model()
        return res

    @api.model
    def _mobile_till_orders_sql(self, partner, columns, condition=TRUE):
        """Return a query of what a customer bought at tills (``pos``); what came back is none.

        :param SQL partner: the id of a ``res_partner``.
        """
        is_own = TRUE
        if 'sale_order_origin_id' in self.env['pos.order.line']._fields:
            # The till has only taken the money of sales orders that are counted already.
            is_own = SQL('EXISTS (SELECT FROM pos_order_line line WHERE line.order_id = pos.id AND %s)',
                         self.env['mobile.purchase']._is_own_sql())
        return SQL(
            """SELECT %s FROM pos_order pos
                WHERE pos.partner_id = %s AND pos.company_id = %s AND %s AND pos.is_refund IS NOT TRUE AND %s AND %s""",
            columns, partner, self.env.company.id, IS_SALE, is_own, condition)

    @api.model
    def _mobile_ordered_sql(self, partner, when=NOTHING):
        return SQL('(%s OR EXISTS (%s))', super()._mobile_ordered_sql(partner, when), self._mobile_till_orders_sql(
            partner, SQL(), SQL('pos.date_order %s', when) if when else TRUE))

    @api.model
    def _mobile_order_moment_sql(self, partner, *, is_last):
        return SQL(
            '%s(%s, (%s))', SQL('greatest' if is_last else 'least'),
            super()._mobile_order_moment_sql(partner, is_last=is_last), self._mobile_till_orders_sql(
                partner, SQL('max(pos.date_order)' if is_last else 'min(pos.date_order)')))

    @api.model
    def _mobile_order_count_sql(self, partner):
        return SQL('SELECT (%s) + (%s)', super()._mobile_order_count_sql(partner), self._mobile_till_orders_sql(
            partner, SQL('count(*)'), SQL('pos.date_order >= %s', self._mobile_since(YEAR))))

    @api.model
    def _mobile_spent_sql(self, partner):
        worth = self.env['mobile.campaign.report']._till_worth()
        return SQL('SELECT (%s) + (%s)', super()._mobile_spent_sql(partner), self._mobile_till_orders_sql(
            partner, SQL('coalesce(sum((SELECT worth.revenue FROM (%s) worth)), 0)', worth),
            SQL('pos.date_order >= %s', self._mobile_since(YEAR))))

    @api.model
    def _mobile_bought_sql(self, partner, chosen, days):
        return SQL(
            """%s UNION ALL
               SELECT line.product_id FROM pos_order pos JOIN pos_order_line line ON line.order_id = pos.id
                WHERE pos.partner_id = %s AND pos.company_id = %s AND %s AND %s AND line.qty > 0
                  AND line.is_reward_line IS NOT TRUE AND line.product_id %s AND %s""",
            super()._mobile_bought_sql(partner, chosen, days), partner, self.env.company.id, IS_SALE,
            self.env['mobile.purchase']._is_own_sql(), chosen or SQL('IS NOT NULL'),
            SQL('pos.date_order >= %s', self._mobile_since(days)) if days else TRUE)


class PosOrder(models.Model):
    _inherit = 'pos.order'

    # A customer's orders by time.
    _mobile_customer_idx = models.Index("(partner_id, company_id, date_order) WHERE state IN ('paid', 'done')")
