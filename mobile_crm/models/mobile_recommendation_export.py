from odoo import api, models

from .mobile_recommendation_reason import Candidate


class MobileExport(models.AbstractModel):
    _inherit = 'mobile.export'

    @api.model
    def _records(self, model, exported, ids, subject, names):
        """Override to tell a customer's recommendations by names and reasons, beside the numbers."""
        records = super()._records(model, exported, ids, subject, names)
        if model._name == 'mobile.recommendation':
            for record in records:
                candidates = [Candidate(*each) for each in zip(*(
                    record[name] or [] for name in ('product_ids', 'whys', 'because_ids', 'amounts')), strict=True)]
                products = model.env['product.product'].browse(each.product_id for each in candidates)
                name_of = {product.id: product.name for product in products.exists()}
                record['recommended'] = [
                    {'product': name_of.get(each.product_id), 'reason': reason.text}
                    for each, reason in zip(candidates, model._reasons(candidates), strict=True)]
        return records
