from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Quotations that nobody has touched for longer are not looked at: they are carts no more.
FORGOTTEN = timedelta(days=30)


class SaleOrder(models.Model):
    """What campaigns learn of orders."""

    _inherit = 'sale.order'

    # The carts among millions of orders.
    _mobile_cart_idx = models.Index("(write_date) WHERE state IN ('draft', 'sent')")

    # === BUSINESS METHODS === #

    def action_confirm(self):
        """Override to let campaigns answer purchases."""
        fresh = self.filtered(lambda order: order.state != 'sale')
        res = super().action_confirm()
        self.env['mobile.occasion'].sudo()._note_purchases(
            fresh.filtered(lambda order: order.state == 'sale').sudo())
        return res

    @api.model
    def _mobile_open_carts_sql(self):
        """Return a query of the quotations that may be carts.

        A customer has begun them, or they were sent to one: what a colleague is still preparing is nobody's cart. What
        a customer scans in a store is none while they may still pay it, but once when nobody has paid in time.

        :return: see ``mobile.occasion._note``.
        :rtype: SQL
        """
        now = fields.Datetime.now()
        # The shop writes its customers' carts by a user of its own.
        by_shop = SQL(' OR sale.website_id IS NOT NULL') if 'website_id' in self._fields else SQL('')
        return SQL(
            """SELECT sale.company_id, sale.partner_id, NULL::integer AS device_id, sale.id AS order_id,
                      'cart:' || sale.id AS cause
                 FROM sale_order sale
                 JOIN res_users author ON author.id = sale.create_uid
                WHERE sale.state IN ('draft', 'sent') AND sale.write_date BETWEEN %s AND %s
                  AND (sale.validity_date IS NULL OR sale.validity_date >= %s)
                  AND (sale.state = 'sent' OR author.share%s)
                  AND NOT EXISTS (SELECT FROM mobile_basket basket WHERE basket.order_id = sale.id)
                UNION ALL
               SELECT company_id, partner_id, device_id, order_id, 'cart:' || order_id
                 FROM mobile_basket WHERE state = 'expired' AND write_date BETWEEN %s AND %s""",
            now - FORGOTTEN, now, now.date(), by_shop, now - FORGOTTEN, now)
