import hashlib

from odoo import api, models


class MobileNonce(models.Model):
    _inherit = 'mobile.nonce'

    @api.model
    def _is_spent(self, purpose, nonce):
        """Tell whether a nonce was used, and would still be good if it was not; see ``_spend``."""
        digest = hashlib.sha256(f'{purpose}|{nonce}'.encode()).hexdigest()
        return bool(self.search_count([('hash', '=', digest)], limit=1))
