from odoo import fields, models


class ResCompany(models.Model):
    """Where a company draws the lines between its customers' segments (see ``res.partner.mobile_segment``)."""

    _inherit = 'res.company'

    mobile_segment_recent_days = fields.Integer(
        string="Recent Is Up To (days)", required=True, default=90,
        help="Whose last order is not longer ago is an active customer.")
    mobile_segment_lost_days = fields.Integer(
        string="Lost Is After (days)", required=True, default=365,
        help="Whose last order is longer ago is a lost customer.")
    mobile_segment_orders = fields.Integer(
        string="Loyal Is From (orders)", required=True, default=3,
        help="Who has ordered so often in the last 365 days is a loyal customer.")
    mobile_segment_value = fields.Monetary(
        string="Best Is From", required=True, default=500.0,
        help="A loyal customer who has spent so much in the last 365 days is one of the best.")

    _mobile_segment_valid = models.Constraint(
        """CHECK (mobile_segment_recent_days BETWEEN 1 AND 3650 AND mobile_segment_lost_days BETWEEN 2 AND 3650
                  AND mobile_segment_recent_days < mobile_segment_lost_days AND mobile_segment_orders >= 1
                  AND mobile_segment_value >= 0)""",
        "A customer is lost after more days than the recent ones are; both are between 1 and 3650. Loyal customers "
        "have ordered at least once.")
