from odoo import fields, models

from ..tools import affinity


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    mobile_recommend = fields.Boolean(related='company_id.mobile_recommend', readonly=False)
    mobile_recommend_days = fields.Integer(related='company_id.mobile_recommend_days', readonly=False)
    mobile_recommend_customers = fields.Integer(related='company_id.mobile_recommend_customers', readonly=False)
    mobile_recommend_built_at = fields.Datetime(related='company_id.mobile_recommend_built_at')
    mobile_recommend_lacks_scipy = fields.Boolean(compute='_compute_mobile_recommend_lacks_scipy')

    # === COMPUTE METHODS === #

    def _compute_mobile_recommend_lacks_scipy(self):
        self.mobile_recommend_lacks_scipy = not affinity.is_available()
