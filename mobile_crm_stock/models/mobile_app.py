from odoo import api, fields, models, tools


class MobileApp(models.Model):
    _inherit = 'mobile.app'

    show_quantities = fields.Boolean(
        tracking=True,
        help="Customers read how many pieces a store has, up to 99. Otherwise they read whether it has any, and if few "
             "are left.")

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache('app_id')
    def _shows_quantities(self, app_id):
        """Tell whether customers read quantities; see ``_location_mode``.

        :rtype: bool
        """
        return self.sudo().browse(app_id).show_quantities
