from odoo import fields, models


class ResCompany(models.Model):
    """Whose goods are counted on the way out, beside those that a store draws."""

    _inherit = 'res.company'

    mobile_audit_first = fields.Boolean(
        string="Audit First Purchases", default=True,
        help="The goods of a customer who pays with the phone for the first time are counted on the way out.")
    mobile_audit_amount = fields.Monetary(
        string="Audit From",
        help="Purchases of this amount or more, taxes included, are audited on the way out. 0 turns this off.")
    mobile_audit_failed_percent = fields.Float(
        string="After a Failed Audit (%)", digits=(5, 2), required=True, default=50.0,
        help="How often a customer's goods are counted for half a year after a failed audit.")

    _mobile_audit_valid = models.Constraint(
        'CHECK (mobile_audit_amount >= 0 AND mobile_audit_failed_percent BETWEEN 0 AND 100)',
        "Totals are not negative, and between 0 and 100 percent of purchases are counted.")
