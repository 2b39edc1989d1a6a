from odoo import fields, models

from .res_partner_audience import MANAGER


class ResPartner(models.Model):
    """What a customer is recommended."""

    _inherit = 'res.partner'

    mobile_recommendation_count = fields.Integer(compute='_compute_mobile_recommendation_count', groups=MANAGER)

    # === COMPUTE METHODS === #

    def _compute_mobile_recommendation_count(self):
        counts = dict(self.env['mobile.recommendation.item']._read_group(
            [('partner_id', 'in', self.ids)], ['partner_id'], ['__count']))
        for partner in self:
            partner.mobile_recommendation_count = counts.get(partner._origin, 0)

    # === ACTION METHODS === #

    def action_view_mobile_recommendations(self):
        return self._mobile_action('mobile_crm.mobile_recommendation_item_action')
