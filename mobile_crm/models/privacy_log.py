from odoo import models


class PrivacyLog(models.Model):
    _inherit = 'privacy.log'

    def _anonymize_email(self, label):
        """Override to mask a phone number as well."""
        if label and '@' not in label:
            return label[:3] + '*' * max(0, len(label) - 5) + label[-2:]
        return super()._anonymize_email(label)
