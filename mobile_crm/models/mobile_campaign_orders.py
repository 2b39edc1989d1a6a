from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

# A cart that was left so long before somebody looked is not come back to: its customer has moved on.
MISSED = timedelta(days=1)


class MobileCampaign(models.Model):
    """What customers buy, or begin to, as it sets campaigns off."""

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    @api.model
    def _ordered_sql(self, order, now):
        """Return a query of what a sales order holds that sets a campaign (``campaign``) off.

        :param SQL order: the id of a ``sale_order``.
        :param datetime now: naive UTC.
        :return: one row with ``partner_id`` and ``product_id``, the dearest of the products that count; none when the
            order does not fit: it was cancelled or touched, is too small, or has what it should not have.
        :rtype: SQL
        """
        return SQL(
            """SELECT sale.partner_id, line.product_id
                 FROM sale_order sale
                 JOIN sale_order_line line ON line.order_id = sale.id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE sale.id = %(order)s AND %(is_bought)s AND (%(any)s OR %(among)s)
                  AND sale.amount_total / coalesce(nullif(sale.currency_rate, 0), 1) >= coalesce(campaign.min_amount, 0)
                  AND CASE campaign.trigger WHEN 'purchase' THEN sale.state = 'sale' ELSE %(is_left)s END
                  AND NOT EXISTS (%(unless)s)
             ORDER BY line.price_total DESC, line.id LIMIT 1""",
            order=order, is_bought=self._is_bought_sql(SQL('line')), any=self._about_any_sql(),
            among=self._among_sql(SQL('product.id'), SQL('template.categ_id')), is_left=self._is_left_sql(now),
            unless=self._unless_sql())

    @api.model
    def _is_bought_sql(self, line):
        """Return the condition that a line is of something that the customer pays for, and no reward."""
        return SQL(
            '(%(line)s.display_type IS NULL AND %(line)s.product_uom_qty > 0 AND %(line)s.reward_id IS NULL)',
            line=line)

    @api.model
    def _is_left_sql(self, now):
        """Return the condition that a quotation (``sale``) is a cart that was left behind.

        So is that of a basket which has expired, unless its customer has begun another or bought something since.
        """
        return SQL(
            """((sale.state IN ('draft', 'sent') OR EXISTS (
                    SELECT FROM mobile_basket basket
                     WHERE basket.order_id = sale.id AND basket.state = 'expired'
                       AND NOT EXISTS (
                           SELECT FROM mobile_basket later
                            WHERE later.partner_id = basket.partner_id AND later.company_id = basket.company_id
                              AND later.id > basket.id AND later.state <> 'expired' AND later.state <> 'cancelled')
                       AND NOT EXISTS (
                           SELECT FROM sale_order bought
                            WHERE bought.partner_id = basket.partner_id AND bought.company_id = basket.company_id
                              AND bought.state = 'sale' AND bought.date_order >= basket.create_date)))
                AND greatest(sale.write_date, (
                        SELECT max(touched.write_date) FROM sale_order_line touched WHERE touched.order_id = sale.id))
                    BETWEEN %(now)s::timestamp - campaign.cart_hours * interval '1 hour' - %(missed)s
                        AND %(now)s::timestamp - campaign.cart_hours * interval '1 hour')""",
            now=now, missed=MISSED)

    @api.model
    def _unless_sql(self):
        """Return a query of what the customer of an order (``sale``) has and should not have."""
        return SQL(
            """SELECT FROM sale_order other
                 JOIN sale_order_line had ON had.order_id = other.id
                 JOIN product_product had_product ON had_product.id = had.product_id
                 JOIN product_template had_template ON had_template.id = had_product.product_tmpl_id
                WHERE other.partner_id = sale.partner_id AND other.company_id = sale.company_id AND %(is_bought)s
                  AND (other.id = sale.id
                       OR other.state = 'sale' AND campaign.unless_days > 0
                          AND other.date_order >= sale.date_order - campaign.unless_days * interval '1 day')
                  AND %(among)s""",
            is_bought=self._is_bought_sql(SQL('had')),
            among=self._among_sql(SQL('had_product.id'), SQL('had_template.categ_id'), 'mobile_campaign_unless'))
