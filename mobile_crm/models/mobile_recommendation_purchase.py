from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.array_field import Integers


class MobileRecommendationPurchase(models.Model):
    """A purchase that its customer's recommendations do not know of yet: written in the transaction of its order, and
    deleted in that which makes them anew.

    A row that nobody else writes: no order waits for it. Until then what it names is left out when recommendations
    are read.
    """

    _name = 'mobile.recommendation.purchase'
    _description = "Purchase That Recommendations Await"
    _order = 'id'
    _rec_name = 'partner_id'
    _log_access = False

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    product_ids = Integers(string="Products", readonly=True)
    category_ids = Integers(
        string="Categories of What Lasts", readonly=True, help="Nothing of these is recommended any more, either.")

    _customer_idx = models.Index('(partner_id, company_id)')

    # === BUSINESS METHODS === #

    @api.model
    def _note_orders(self, orders):
        """Remember that orders were confirmed or cancelled.

        :param orders: ``sale.order``, elevated.
        """
        if orders:
            orders.flush_recordset(['partner_id', 'company_id'])
            orders.order_line.flush_recordset(['order_id', 'product_id'])
            self._note(SQL(
                """SELECT sale.partner_id, sale.company_id, line.product_id
                     FROM sale_order sale JOIN sale_order_line line ON line.order_id = sale.id
                    WHERE sale.id IN %s AND line.product_id IS NOT NULL""", tuple(orders.ids)))

    @api.model
    def _note(self, bought):
        """Remember purchases of those who have recommendations, and wake who makes them.

        To be called by each channel in which something is sold.

        :param SQL bought: a query of ``partner_id``, ``company_id`` and ``product_id``.
        """
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_recommendation_purchase (partner_id, company_id, product_ids, category_ids)
               SELECT bought.partner_id, bought.company_id, array_agg(DISTINCT bought.product_id),
                      array_agg(DISTINCT category.id) FILTER (WHERE EXISTS (
                          SELECT FROM product_category above
                           WHERE above.mobile_rebuy_days > 0
                             AND starts_with(category.parent_path, above.parent_path)))
                 FROM (%s) bought
                 JOIN mobile_recommendation known
                      ON known.partner_id = bought.partner_id AND known.company_id = bought.company_id
                 JOIN product_product product ON product.id = bought.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN product_category category ON category.id = template.categ_id
                GROUP BY bought.partner_id, bought.company_id RETURNING id""", bought))
        if self.env.cr.fetchall():
            self.env['mobile.recommendation']._wake()
