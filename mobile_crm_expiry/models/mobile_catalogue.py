from odoo import api, fields, models
from odoo.tools import SQL


class MobileCatalogue(models.AbstractModel):
    _inherit = 'mobile.catalogue'

    # === THE PIECES === #

    @api.model
    def _quantity_sql(self):
        """Override to leave out what has to be off the shelf by now: nobody is promised that."""
        return SQL('CASE WHEN quant.removal_date <= %s THEN 0 ELSE %s END', fields.Datetime.now(),
                   super()._quantity_sql())

    @api.model
    def _flush_stock(self):
        self.env['stock.quant'].flush_model(['removal_date'])
        return super()._flush_stock()
