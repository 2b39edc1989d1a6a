from odoo import api, models, tools


class ResCurrency(models.Model):
    _inherit = 'res.currency'

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache('currency_id')
    def _mobile_spelling(self, currency_id):
        """Return a currency's ISO code, the step to which its amounts are rounded, and how many digits they have.

        Nearly every answer of the phone API has an amount in it. ``mobile.catalogue.source`` empties the cache.

        :rtype: tuple[str, float, int]
        """
        currency = self.browse(currency_id)
        return currency.name, currency.rounding, currency.decimal_places
