from odoo import fields, models


class MobileExit(models.Model):
    """The log of the exits: which pass was shown where, to whom, and what came of it."""

    _name = 'mobile.exit'
    _description = "Exit"
    _order = 'seen_at desc, id desc'
    _rec_name = 'pass_id'

    pass_id = fields.Many2one(
        string="Exit Pass", comodel_name='mobile.exit.pass', required=True, readonly=True, index=True,
        ondelete='cascade')
    company_id = fields.Many2one(related='pass_id.company_id', store=True, precompute=True, index=True)
    partner_id = fields.Many2one(string="Customer", related='pass_id.partner_id')
    order_id = fields.Many2one(related='pass_id.order_id')
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='restrict',
        help="Where it was shown.")
    app_id = fields.Many2one(
        string="Gate", comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='restrict')
    user_id = fields.Many2one(
        string="Colleague", comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='restrict')
    result = fields.Selection(
        selection=[
            ('ok', "All Right"),
            ('audit', "To Be Counted"),
            ('audit_passed', "Counted: All Right"),
            ('audit_failed', "Counted: Not All Right"),
            ('repeated', "Already Used"),
            ('expired', "Too Late"),
            ('wrong_store', "Bought Elsewhere"),
            ('refunded', "Taken Back"),
        ],
        required=True, readonly=True, index=True)
    missing = fields.Char(readonly=True, help="Paid, and not among the goods.")
    extra = fields.Char(string="Unpaid", readonly=True, help="Among the goods, and not paid.")
    note = fields.Text(readonly=True)
    seen_at = fields.Datetime(
        string="Shown", required=True, readonly=True,
        help="As the gate says; one without the network tells it later.")
