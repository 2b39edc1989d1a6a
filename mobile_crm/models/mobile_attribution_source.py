from odoo import api, models
from odoo.tools import SQL


class MobileAttribution(models.Model):
    """What was sold, as far as it is known who bought it.

    Each source is a query ``_sold_<source>``, whose rows are purchases that were not cancelled nor returned altogether:
    ``kind``, ``number``, ``name``, ``partner_id``, ``company_id``, ``store_id``, ``channel``, ``bought_at``,
    ``revenue`` (without taxes, less what was returned, in the company's currency) and ``redemption_id`` (of the coupon,
    or NULL).
    """

    _inherit = 'mobile.attribution'

    # === SOURCES === #

    @api.model
    def _sources(self):
        """Return where something is sold, each with the number of its kind: that of ``mobile.purchase``, and 0 for
        coupons that tills outside Odoo redeem: they tell nothing else of their sales.

        :rtype: dict[str, int]
        """
        return {'coupon': 0, **self.env['mobile.purchase']._sources()}

    @api.model
    def _links(self):
        """Return the fields that lead to a purchase, each with its kind."""
        return {'order_id': self._sources()['sale']}

    @api.model
    def _flush_sources(self):
        self.env['mobile.purchase']._flush()
        for name in ('mobile.basket', 'mobile.redemption', 'mobile.decision', 'mobile.message', 'mobile.campaign',
                     'mobile.visit', 'mobile.attribution'):
            self.env[name].flush_model()

    @api.model
    def _sold_sale(self, chosen):
        """Return the query of confirmed sales orders.

        :param Chosen chosen:
        """
        Order, Report = self.env['sale.order'], self.env['mobile.campaign.report']
        # The shop writes its customers' orders by a user of its own.
        shop = SQL("WHEN sale.website_id IS NOT NULL THEN 'shop'") if 'website_id' in Order._fields else SQL()
        return SQL(
            """SELECT %(kind)s AS kind, sale.id AS number, sale.name, sale.partner_id, sale.company_id,
                      sale.mobile_store_id AS store_id,
                      CASE WHEN basket.till_claimed_at IS NOT NULL THEN 'till' WHEN basket.id IS NOT NULL THEN 'phone'
                           %(shop)s ELSE 'sale' END AS channel,
                      sale.date_order AS bought_at, worth.revenue, (%(redemption)s) AS redemption_id
                 FROM sale_order sale
            LEFT JOIN mobile_basket basket ON basket.order_id = sale.id
           CROSS JOIN LATERAL (
                      -- What a provider gives back may have a credit note as well.
                      SELECT least((%(revenue)s), sale.amount_untaxed / coalesce(NULLIF(sale.currency_rate, 0), 1)
                                                  * (1 - (%(given_back)s))) AS revenue) worth
                WHERE sale.state = 'sale' AND %(chosen)s AND (sale.amount_untaxed <= 0 OR worth.revenue > 0)""",
            kind=self._sources()['sale'], shop=shop, revenue=Report._order_revenue(SQL('sale.id')),
            given_back=self.env['mobile.purchase']._given_back_sql(),
            redemption=self._redemption_of(SQL('redemption.order_id = sale.id')),
            chosen=chosen.condition(
                SQL('sale.id'), SQL('sale.company_id'), SQL('sale.partner_id'), SQL('sale.date_order')))

    @api.model
    def _sold_coupon(self, chosen):
        """Return the query of what tills outside Odoo have sold for a coupon."""
        # Odoo's own tills have orders of their own.
        elsewhere = SQL('redemption.pos_order_id IS NULL') if 'pos_order_id' in self.env[
            'mobile.redemption']._fields else SQL('TRUE')
        return SQL(
            """SELECT %(kind)s AS kind, redemption.id AS number, redemption.order_ref AS name, redemption.partner_id,
                      redemption.company_id, redemption.store_id, 'till' AS channel,
                      coalesce(redemption.accepted_at, redemption.confirmed_at) AS bought_at,
                      coalesce(redemption.revenue, 0) AS revenue, redemption.id AS redemption_id
                 FROM mobile_redemption redemption
                WHERE redemption.state = 'confirmed' AND redemption.channel = 'till' AND redemption.order_id IS NULL
                  AND %(elsewhere)s AND redemption.partner_id IS NOT NULL AND %(chosen)s""",
            kind=self._sources()['coupon'], elsewhere=elsewhere,
            chosen=chosen.condition(
                SQL('redemption.id'), SQL('redemption.company_id'), SQL('redemption.partner_id'),
                SQL('coalesce(redemption.accepted_at, redemption.confirmed_at)')))

    @api.model
    def _redemption_of(self, condition):
        """Return the query of a purchase's coupon of a campaign; of several, the one that took most off."""
        return SQL(
            """SELECT redemption.id FROM mobile_redemption redemption
                WHERE %s AND redemption.state = 'confirmed' AND redemption.campaign_id IS NOT NULL
             ORDER BY redemption.discount DESC NULLS LAST, redemption.id LIMIT 1""", condition)
