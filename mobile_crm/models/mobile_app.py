from uuid import uuid4

from odoo import api, fields, models


class MobileApp(models.Model):
    """One published app or till: who may call the phone API, and for which company."""

    _name = 'mobile.app'
    _description = "Mobile App"
    _inherit = ['mail.thread']
    _order = 'name, id'

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    kind = fields.Selection(
        selection=[('phone', "Phone"), ('till', "Till")],
        required=True,
        default='phone',
        tracking=True,
        help="A phone app serves customers. A till redeems their coupons and sees nothing else.",
    )
    client_id = fields.Char(
        string="Client ID",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid4().hex,
        help="What the app sends as X-App-Id. It is public: it names the app and proves nothing.",
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company, tracking=True)
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist',
        check_company=True,
        help="What customers without a pricelist of their own see in this app.",
    )
    country_id = fields.Many2one(
        comodel_name='res.country',
        default=lambda self: self.env.company.country_id,
        help="Phone numbers without a country prefix are read as numbers of this country.",
    )
    location_mode = fields.Selection(
        selection=[('server', "Phones report positions"), ('on_device', "Positions stay on the phone")],
        string="Positions", required=True, default='server', tracking=True,
        help="When positions stay on the phone, it watches the fences itself and reports only that it entered one; "
             "whatever comes with a position is refused.")
    device_ids = fields.One2many(comodel_name='mobile.device', inverse_name='app_id')
    device_count = fields.Integer(compute='_compute_device_count')

    _client_id_unique = models.Constraint('UNIQUE (client_id)', "Two apps cannot share a client ID.")

    # === COMPUTE METHODS === #

    @api.depends('device_ids')
    def _compute_device_count(self):
        counts = dict(self.env['mobile.device']._read_group([('app_id', 'in', self.ids)], ['app_id'], ['__count']))
        for app in self:
            app.device_count = counts.get(app, 0)

    # === ACTION METHODS === #

    def action_view_devices(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_device_action')
        return {**action, 'domain': [('app_id', '=', self.id)]}

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, client_id):
        """Return the running phone app with this client id, or an empty recordset."""
        if not client_id.isprintable():
            return self.browse()
        return self.search([('client_id', '=', client_id), ('kind', '=', 'phone')], limit=1)
