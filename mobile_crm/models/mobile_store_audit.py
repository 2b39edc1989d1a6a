from odoo import fields, models


class MobileStore(models.Model):
    """How often a store's staff look at what was paid with phones."""

    _inherit = 'mobile.store'

    audit_percent = fields.Float(
        string="Purchases Audited (%)", digits=(5, 2), default=5.0, aggregator=None,
        help="Of a hundred purchases that are paid with the phone, so many are drawn whose goods a colleague counts on "
             "the way out.")

    _audit_percent_valid = models.Constraint(
        'CHECK (audit_percent BETWEEN 0 AND 100)', "Between 0 and 100 percent of purchases are counted.")
