from odoo import fields, models


class ResCompany(models.Model):
    """What a company decides about recommendations."""

    _inherit = 'res.company'

    mobile_recommend = fields.Boolean(
        string="Personal Recommendations", default=True,
        help="Customers who have agreed to it are recommended products by what they bought. Others see what is "
             "popular.")
    mobile_recommend_days = fields.Integer(
        string="Purchases Count For (days)", required=True, default=730,
        help="Recommendations rest on purchases of so many days.")
    mobile_recommend_customers = fields.Integer(
        string="Customers per Pair", required=True, default=5,
        help="That products go together, or are popular, is said when so many customers have bought them: fewer could "
             "be recognised.")
    mobile_recommend_built_at = fields.Datetime(
        string="Recommendations Built", readonly=True, copy=False,
        help="When what goes together was last worked out; customers' recommendations of before are made anew.")

    _mobile_recommend_valid = models.Constraint(
        'CHECK (mobile_recommend_days BETWEEN 1 AND 3650 AND mobile_recommend_customers BETWEEN 1 AND 1000)',
        "Purchases count for 1 to 3650 days, and a pair needs 1 to 1000 customers.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: where nobody is recommended anything personal, nothing personal is kept."""
        turned = self.filtered(
            lambda company: 'mobile_recommend' in vals and company.mobile_recommend != bool(vals['mobile_recommend']))
        res = super().write(vals)
        if turned:
            self.env['mobile.recommendation'].sudo()._follow_setting(turned)
        return res
