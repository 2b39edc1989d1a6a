from odoo import fields, models


class ResCompany(models.Model):
    """What a company decides about its customers' phones; shown on the settings page."""

    _inherit = 'res.company'

    mobile_position_days = fields.Integer(
        string="Keep Positions For (days)", required=True, default=30,
        help="After so many days the coordinates that phones reported are erased.")
    mobile_erasure_days = fields.Integer(
        string="Erase Customers After (days)", required=True, default=14,
        help="How long a customer who wants to be forgotten can still change their mind.")

    _mobile_position_days_valid = models.Constraint(
        'CHECK (mobile_position_days BETWEEN 1 AND 3650)', "Positions are kept for 1 to 3650 days.")
    _mobile_erasure_days_valid = models.Constraint(
        'CHECK (mobile_erasure_days BETWEEN 0 AND 30)',
        "A customer is erased within 30 days; the law allows a month.")
