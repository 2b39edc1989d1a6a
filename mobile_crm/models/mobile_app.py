import json
import re
from uuid import uuid4

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import consteq

from ..tools import secret

# Of a website, or of an app for Android (WebAuthn is told of it by the system).
PASSKEY_ORIGIN = re.compile(r'https://[a-z0-9.-]+(:\d{1,5})?|android:apk-key-hash:[A-Za-z0-9_-]{43}')
# What the secret of an app is compared with that has none: nobody's hash.
NO_HASH = secret.token_hash('')


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
    prices_without_taxes = fields.Boolean(
        tracking=True,
        help="For an app of business customers. Consumers must be shown what they pay, with taxes.",
    )
    country_id = fields.Many2one(
        comodel_name='res.country',
        default=lambda self: self.env.company.country_id,
        help="Phone numbers without a country prefix are read as numbers of this country.",
    )
    passkey_origins = fields.Text(
        help="Where this app's customers may answer with a passkey, beside the website: one origin a line, such as "
             "https://app.example.com or android:apk-key-hash:…",
    )
    secret_hash = fields.Char(copy=False, groups=fields.NO_ACCESS)
    secret_changed_at = fields.Datetime(
        string="Secret Since", readonly=True, copy=False, tracking=True,
        help="When the till got the secret that it signs in with.")
    card_keys = fields.Text(
        string="Keys of Member Cards", compute='_compute_card_keys',
        help="By these public keys a till without the network checks member cards: a JWK set.")
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

    @api.depends('company_id.mobile_card_key_version', 'kind')
    def _compute_card_keys(self):
        for app in self:
            app.card_keys = app.kind == 'till' and json.dumps(
                {'keys': self.env['mobile.member.card']._public_keys(app.company_id)}, indent=2)

    # === CONSTRAINT METHODS === #

    @api.constrains('passkey_origins')
    def _check_passkey_origins(self):
        for app in self:
            for origin in app._passkey_origins():
                if not PASSKEY_ORIGIN.fullmatch(origin):
                    raise ValidationError(self.env._(
                        "%s is not an origin. It looks like https://app.example.com, or like android:apk-key-hash: and "
                        "43 symbols: the SHA-256 of the app's signing certificate in base64url.", origin))

    # === ACTION METHODS === #

    def action_view_devices(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_device_action')
        return {**action, 'domain': [('app_id', '=', self.id)]}

    def action_rotate_secret(self):
        """Give the till a new secret, and show it this once."""
        new_secret = self.rotate_secret()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Secret of %s", self.name),
            'res_model': 'mobile.app.secret',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_client_id': self.client_id, 'default_secret': new_secret},
        }

    # === BUSINESS METHODS === #

    def _passkey_origins(self):
        """Return the origins beside the website's own at which passkeys are answered.

        :rtype: list[str]
        """
        self.ensure_one()
        return (self.passkey_origins or '').split()

    @api.model
    @tools.ormcache('app_id')
    def _location_mode(self, app_id):
        """Return the location mode of an app. Every request with a position asks for it, and to read all of an app
        takes as long as finding the nearest stores. ``mobile.catalogue.source`` empties the cache.
        """
        return self.sudo().browse(app_id).location_mode

    @api.model
    def _find(self, client_id):
        """Return the running phone app with this client id, or an empty recordset."""
        if not client_id.isprintable():
            return self.browse()
        return self.search([('client_id', '=', client_id), ('kind', '=', 'phone')], limit=1)

    def rotate_secret(self):
        """Give a till a new secret; the old one and the tokens that came of it are dead.

        :return: the secret in plain, which nobody can read again.
        :rtype: str
        """
        self.ensure_one()
        self.check_access('write')
        if self.kind != 'till':
            raise UserError(self.env._("%s is no till: a phone app has no secret, for nobody can keep one on a phone.",
                                       self.name))
        new_secret = secret.new_token(secret.CLIENT_PREFIX)
        self.sudo().write({'secret_hash': secret.token_hash(new_secret), 'secret_changed_at': fields.Datetime.now()})
        self.env['mobile.token'].sudo()._revoke([('app_id', '=', self.id)])
        return new_secret

    @api.model
    def _find_till(self, client_id, client_secret):
        """Return the running till that has this secret, or an empty recordset.

        The work is the same whether the client is unknown, is none that has a secret, or has another one.
        """
        till = self.search_fetch([('client_id', '=', client_id), ('kind', '=', 'till')], ['secret_hash'], limit=1)
        is_right = consteq(till.secret_hash or NO_HASH, secret.token_hash(client_secret))
        return till if is_right and till.secret_hash else self.browse()
