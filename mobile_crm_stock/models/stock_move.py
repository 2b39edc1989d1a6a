from odoo import fields, models


class StockMove(models.Model):
    _inherit = 'stock.move'

    mobile_basket_id = fields.Many2one(
        string="Basket", comodel_name='mobile.basket', readonly=True, copy=False, index='btree_not_null',
        ondelete='set null', help="The basket of a customer in the store for which the goods are kept.")
