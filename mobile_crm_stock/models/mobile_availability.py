from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_catalogue_stores import IN_STOCK, LOW, OUT


class MobileAvailability(models.Model):
    """For the staff: which stores have, or lately had, which products. A row for each that the stock has a line of."""

    _name = 'mobile.availability'
    _description = "Stock in a Store"
    _auto = False
    _order = 'quantity desc, store_id'
    _rec_name = 'store_id'

    product_id = fields.Many2one(comodel_name='product.product', readonly=True)
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    quantity = fields.Float(
        string="To Be Had", digits='Product Unit', readonly=True,
        help="What is in the store's warehouse and not reserved, less what is never promised.")
    state = fields.Selection(
        string="Customers Read", selection=[(IN_STOCK, "In Stock"), (LOW, "Few Left"), (OUT, "Sold Out")],
        readonly=True)

    @property
    def _table_query(self):
        Catalogue = self.env['mobile.catalogue']
        Catalogue._flush_stock()
        return SQL(
            """SELECT item.id::bigint << 21 | store.id AS id, item.id AS product_id, store.id AS store_id,
                      store.company_id, %(promised)s AS quantity,
                      CASE WHEN %(promised)s <= 0 THEN 'out' WHEN %(promised)s <= %(low)s THEN 'low'
                           ELSE 'in_stock' END AS state
                 FROM (SELECT product.id, %(own_low)s AS low_stock, %(own_safety)s AS safety_stock
                         FROM product_product product
                         JOIN product_template template ON template.id = product.product_tmpl_id
                        WHERE %(counted)s) item
                 JOIN stock_quant quant ON quant.product_id = item.id
                 JOIN stock_location shelf ON shelf.id = quant.location_id AND shelf.usage = 'internal'
                 JOIN LATERAL %(above)s ON TRUE
                 JOIN stock_warehouse warehouse ON warehouse.view_location_id = above.id AND warehouse.active
                 JOIN mobile_store store ON store.warehouse_id = warehouse.id AND store.active
                 JOIN res_company company ON company.id = store.company_id
             GROUP BY item.id, item.low_stock, item.safety_stock, store.id, company.id""",
            promised=Catalogue._promised_sql(SQL('sum(%s)', Catalogue._quantity_sql())),
            low=Catalogue._level_sql('low_stock'), own_low=Catalogue._own_level_sql('low_stock'),
            own_safety=Catalogue._own_level_sql('safety_stock'), counted=Catalogue._counted_sql(),
            above=Catalogue._above_sql())

    # === ACTION METHODS === #

    def action_open_store(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'mobile.store', 'res_id': self.store_id.id,
            'views': [(False, 'form')]}
