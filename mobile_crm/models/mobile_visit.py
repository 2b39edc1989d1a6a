from odoo import fields, models


class MobileVisit(models.Model):
    """A customer's stay at a store, put together from what their phone reported."""

    _name = 'mobile.visit'
    _description = "Store Visit"
    _inherit = ['mobile.looked']
    _order = 'entered_at desc, id desc'
    _rec_name = 'store_id'
    _log_access = False

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    entered_at = fields.Datetime(string="From", required=True, readonly=True)
    left_at = fields.Datetime(string="To", readonly=True, help="Empty while the customer is there.")
    duration = fields.Float(
        string="Dwell (h)", readonly=True, aggregator='avg', help="Hours from entering to leaving; empty until then.")
    is_sure = fields.Boolean(
        string="Sure", readonly=True,
        help="The phone reported both ends. Otherwise the end is an estimate: nothing more was heard of the visit.")
    last_seen_at = fields.Datetime(readonly=True)
    source = fields.Selection([('phone', "Phone"), ('position', "Position")], readonly=True)
    weekday = fields.Selection(
        [('0', "Monday"), ('1', "Tuesday"), ('2', "Wednesday"), ('3', "Thursday"), ('4', "Friday"), ('5', "Saturday"),
         ('6', "Sunday")], readonly=True)
    hour = fields.Integer(readonly=True)
    is_returning = fields.Boolean(string="Returning", readonly=True)
