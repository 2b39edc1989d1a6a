from odoo import models
from odoo.tools import SQL


class PosOrder(models.Model):
    _inherit = 'pos.order'

    def action_pos_order_paid(self):
        """Override: what was just bought at the till is not recommended."""
        res = super().action_pos_order_paid()
        if sold := self.filtered('partner_id'):
            self.flush_recordset(['partner_id', 'company_id'])
            self.lines.flush_recordset(['order_id', 'product_id'])
            self.env['mobile.recommendation.purchase'].sudo()._note(SQL(
                """SELECT sold.partner_id, sold.company_id, line.product_id
                     FROM pos_order sold JOIN pos_order_line line ON line.order_id = sold.id
                    WHERE sold.id IN %s AND line.product_id IS NOT NULL""", tuple(sold.ids)))
        return res
