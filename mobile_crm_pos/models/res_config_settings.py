from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    pos_mobile_store_id = fields.Many2one(
        string="Store (Point of Sale)", related='pos_config_id.mobile_store_id', readonly=False)
    pos_mobile_tells_receipt = fields.Boolean(
        string="Receipt in the App (Point of Sale)", related='pos_config_id.mobile_tells_receipt', readonly=False)
