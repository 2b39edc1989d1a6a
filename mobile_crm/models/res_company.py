from odoo import fields, models


class ResCompany(models.Model):
    """What a company decides about its customers' phones; shown on the settings page."""

    _inherit = 'res.company'

    mobile_position_days = fields.Integer(
        string="Keep Positions For (days)", required=True, default=30,
        help="After so many days the coordinates that phones reported are erased.")

    mobile_email_double_opt_in = fields.Boolean(
        string="Double Opt-In for Emails",
        help="Consent to emails counts once the customer has opened a link that was mailed to the address.")

    _mobile_position_days_valid = models.Constraint(
        'CHECK (mobile_position_days BETWEEN 1 AND 3650)', "Positions are kept for 1 to 3650 days.")
