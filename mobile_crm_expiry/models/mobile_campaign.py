from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mobile_crm_stock.models.mobile_campaign import PRODUCTS


class MobileCampaign(models.Model):
    """What expires soon in the warehouses of stores, as it sets campaigns off."""

    _inherit = 'mobile.campaign'

    trigger = fields.Selection(
        selection_add=[('expiring', "Products in a store expire soon"), ('manual',)],
        ondelete={'expiring': lambda campaigns: campaigns.write({'trigger': 'manual', 'state': 'paused'})})
    expiring_days = fields.Integer(
        string="Expire Within (days)", required=True, default=7,
        help="Lots whose removal date, or else whose expiration date, is so near. What has expired is not offered.")

    _expiring_days_valid = models.Constraint('CHECK (expiring_days > 0)', "Lots expire within at least one day.")

    # === BUSINESS METHODS === #

    @api.model
    def _stock_triggers(self):
        return (*super()._stock_triggers(), 'expiring')

    def _customers_expiring(self, run):
        """Return the customers of stores in which a lot expires soon, each with one product, once for each lot."""
        return self._customers_of_stores([
            (store_id, product_id, f'expiring:{store_id}:{lot_id}')
            for store_id, product_id, lot_id in self._expiring()])

    def _expiring(self):
        """Return what expires soon, as (store id, product id, lot id), the soonest first."""
        self.env.flush_all()
        now = fields.Datetime.now()
        return self.env.execute_query(SQL(
            """SELECT store_id, product_id, lot_id
                 FROM (SELECT store.id AS store_id, product.id AS product_id, lot.id AS lot_id,
                              row_number() OVER (PARTITION BY store.id ORDER BY
                                  coalesce(lot.removal_date, lot.expiration_date), lot.id) AS rank
                         FROM mobile_campaign campaign
                         JOIN mobile_store store ON store.id IN %(stores)s
                         JOIN stock_location location
                           ON location.warehouse_id = store.warehouse_id AND location.usage = 'internal'
                         JOIN stock_quant quant ON quant.location_id = location.id
                         JOIN stock_lot lot ON lot.id = quant.lot_id
                         JOIN product_product product ON product.id = quant.product_id AND product.active
                         JOIN product_template template ON template.id = product.product_tmpl_id AND template.sale_ok
                        WHERE campaign.id = %(campaign)s AND (%(any)s OR %(among)s)
                          AND coalesce(lot.removal_date, lot.expiration_date) BETWEEN %(now)s AND %(until)s
                          AND (lot.expiration_date IS NULL OR lot.expiration_date > %(now)s)
                     GROUP BY store.id, product.id, lot.id
                       HAVING sum(quant.quantity - quant.reserved_quantity) > 0) soon
                WHERE rank <= %(products)s ORDER BY store_id, rank""",
            stores=tuple(self._stocked_stores().ids) or (0,), campaign=self.id, now=now,
            until=now + timedelta(days=self.expiring_days), any=self._about_any_sql(),
            among=self._among_sql(SQL('product.id'), SQL('template.categ_id')), products=PRODUCTS))
