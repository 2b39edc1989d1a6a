from odoo import fields, models


class MobileApp(models.Model):
    _inherit = 'mobile.app'

    show_quantities = fields.Boolean(
        tracking=True,
        help="Customers read how many pieces a store has, up to 99. Otherwise they read whether it has any, and if few "
             "are left.")
