from odoo import fields, models


class MobileStore(models.Model):
    _inherit = 'mobile.store'

    warehouse_id = fields.Many2one(
        comodel_name='stock.warehouse', check_company=True, index='btree_not_null', tracking=True,
        help="Where the store keeps what it sells.")
