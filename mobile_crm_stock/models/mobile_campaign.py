from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Over so many days the average of what a warehouse sells is taken.
SELLING_DAYS = 90
# Who came to a store within so many days is a customer of it.
CUSTOMER_DAYS = 180
# Of each store so many products are offered at most; a customer hears of one a day.
PRODUCTS = 20
TRIGGERS = ('overstock',)


class MobileCampaign(models.Model):
    """What lies in the warehouses of stores, as it sets campaigns off: each day, for the customers of the store."""

    _inherit = 'mobile.campaign'

    trigger = fields.Selection(
        selection_add=[('overstock', "A store has too much of a product"), ('manual',)],
        # Nobody wants it to become a campaign of another kind by itself.
        ondelete={'overstock': lambda campaigns: campaigns.write({'trigger': 'manual', 'state': 'paused'})})
    overstock_days = fields.Integer(
        string="More Than Lasts For (days)", required=True, default=60,
        help="A store has too much of a product when what is free in its warehouse lasts for longer than this, as it "
             "sold on average in the last 90 days. What sold nothing counts once it has been there for so long.")

    only_in_stock = fields.Boolean(
        string="Only What Is in Stock", default=True,
        help="Nothing is offered at a store that has none of the product left. It counts for products that the offer "
             "is about or gives for free, and for stores with a warehouse.")

    _overstock_days_valid = models.Constraint(
        'CHECK (overstock_days > 0)', "Stock lasts for at least one day.")

    # === BUSINESS METHODS === #

    @api.model
    def _stock_triggers(self):
        """Return the triggers that look into warehouses. A bridge that brings more extends this."""
        return TRIGGERS

    @api.model
    def _daily_triggers(self):
        return super()._daily_triggers() + self._stock_triggers()

    def _trigger_lacks(self):
        if lacking := super()._trigger_lacks():
            return lacking
        if self.trigger in self._stock_triggers() and not self._stocked_stores():
            return self.env._("No store of this campaign has a warehouse. Name one on the store first.")
        return None

    def _stocked_stores(self):
        """Return the stores of this campaign of which we know the warehouse."""
        self.ensure_one()
        return (self.store_ids or self.env['mobile.store'].search([('company_id', '=', self.company_id.id)])).filtered(
            lambda store: store.active and store.warehouse_id)

    def _customers_overstock(self, run):
        """Return the customers of stores that have too much of a product, each with one product, once a month."""
        day = self._run_day(run)
        return self._customers_of_stores([
            (store_id, product_id, f'overstock:{store_id}:{product_id}:{day:%Y-%m}')
            for store_id, product_id in self._overstocked()])

    def _overstocked(self):
        """Return what the stores have too much of, as (store id, product id), the longest-lasting first.

        Free is what is in the warehouse and not reserved; sold is what has left it for customers. All quantities are in
        the product's own unit.
        """
        self.env.flush_all()
        now, Catalogue = fields.Datetime.now(), self.env['mobile.catalogue']
        return self.env.execute_query(SQL(
            """SELECT store_id, product_id
                 FROM (SELECT store.id AS store_id, product.id AS product_id, free.quantity / sold.daily AS lasts,
                              row_number() OVER (PARTITION BY store.id ORDER BY
                                  free.quantity / sold.daily DESC NULLS FIRST, free.quantity DESC, product.id) AS rank
                         FROM mobile_campaign campaign
                         JOIN mobile_store store ON store.id IN %(stores)s
                         JOIN LATERAL (
                              SELECT quant.product_id, sum(%(quantity)s) AS quantity, min(quant.in_date) AS since
                                FROM stock_quant quant WHERE quant.location_id = ANY(ARRAY(%(shelves)s))
                            GROUP BY quant.product_id) free ON free.quantity > 0
                         JOIN product_product product ON product.id = free.product_id AND product.active
                         JOIN product_template template ON template.id = product.product_tmpl_id AND template.sale_ok
                         JOIN LATERAL (
                              SELECT nullif(sum(move.product_qty), 0) / %(selling_days)s AS daily
                                FROM stock_move move
                                JOIN stock_location source ON source.id = move.location_id
                                JOIN stock_location target ON target.id = move.location_dest_id
                               WHERE move.product_id = product.id AND move.state = 'done'
                                 AND source.warehouse_id = store.warehouse_id AND target.usage = 'customer'
                                 AND move.date > %(now)s - interval '1 day' * %(selling_days)s) sold ON TRUE
                        WHERE campaign.id = %(campaign)s AND (%(any)s OR %(among)s)
                          AND CASE WHEN sold.daily IS NULL
                                   THEN free.since < %(now)s - interval '1 day' * campaign.overstock_days
                                   ELSE free.quantity > campaign.overstock_days * sold.daily END) excess
                WHERE rank <= %(products)s ORDER BY store_id, rank""",
            stores=tuple(self._stocked_stores().ids) or (0,), campaign=self.id, now=now, selling_days=SELLING_DAYS,
            any=self._about_any_sql(), among=self._among_sql(SQL('product.id'), SQL('template.categ_id')),
            products=PRODUCTS, quantity=Catalogue._quantity_sql(), shelves=Catalogue._shelves_sql(SQL('store.id'))))

    def _customers_of_stores(self, offers):
        """Return the customers of some stores, each with the first of the offers that they were not asked about yet.

        A store's customers are those who chose it as a favourite, and those who came to it lately, where they let us
        learn from what they do. The favourite goes first, then the store of the last visit.

        :param list[tuple] offers: (store id, product id, cause), the best first.
        :return: see ``_customers``.
        :rtype: SQL
        """
        partner, company = SQL('visit.partner_id'), SQL('%s::integer', self.company_id.id)
        return SQL(
            """SELECT DISTINCT ON (place.partner_id)
                      place.partner_id, offer.cause, place.store_id, offer.product_id
                 FROM (SELECT res_partner_id AS partner_id, mobile_store_id AS store_id, TRUE AS is_favourite,
                              NULL::timestamp AS visited_at
                         FROM mobile_store_favourite_rel
                       UNION ALL
                       SELECT visit.partner_id, visit.store_id, FALSE, max(visit.entered_at) FROM mobile_visit visit
                        WHERE visit.company_id = %(company)s AND visit.entered_at > %(since)s AND %(may_learn)s
                     GROUP BY visit.partner_id, visit.store_id) place
                 JOIN unnest(%(stores)s::integer[], %(products)s::integer[], %(causes)s::varchar[])
                      WITH ORDINALITY offer (store_id, product_id, cause, rank) ON offer.store_id = place.store_id
                WHERE NOT EXISTS (
                      SELECT FROM mobile_decision answer
                       WHERE answer.campaign_id = %(campaign)s AND answer.partner_id = place.partner_id
                         AND answer.cause = offer.cause)
             ORDER BY place.partner_id, place.is_favourite DESC, place.visited_at DESC, offer.rank""",
            company=company, campaign=self.id, since=fields.Datetime.now() - timedelta(days=CUSTOMER_DAYS),
            may_learn=self.env['mobile.consent']._granted_sql(partner, company, 'profiling'),
            stores=[offer[0] for offer in offers], products=[offer[1] for offer in offers],
            causes=[offer[2] for offer in offers])
