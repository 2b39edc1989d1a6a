from odoo import fields, models


class ResCompany(models.Model):
    """Whose goods are counted on the way out, beside those that a store draws."""

    _inherit = 'res.company'

    mobile_audit_first = fields.Boolean(
        string="Count First Purchases", default=True,
        help="The goods of a customer who pays with the phone for the first time are counted on the way out.")
    mobile_audit_amount = fields.Monetary(
        string="Count From", help="Purchases of so much or more, with taxes, are counted on the way out. 0 is for "
             "none.")
    mobile_audit_failed_percent = fields.Float(
        string="Counted After Something Was Wrong (%)", digits=(5, 2), required=True, default=50.0,
        help="How often a customer's goods are counted for half a year after a count in which something was wrong.")

    _mobile_audit_valid = models.Constraint(
        'CHECK (mobile_audit_amount >= 0 AND mobile_audit_failed_percent BETWEEN 0 AND 100)',
        "Totals are not negative, and between 0 and 100 percent of purchases are counted.")
