from odoo import fields, models


class PosConfig(models.Model):
    _inherit = 'pos.config'

    mobile_store_id = fields.Many2one(
        string="Store", comodel_name='mobile.store', check_company=True, index='btree_not_null', ondelete='set null',
        help="The store at which customers find this till, as their phones show it.")
