from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from odoo.addons.mail.tools.jwt import generate_vapid_keys

from ..tools import vault
from ..tools.racing import execute_racing
from ..tools.webpush import VapidKeys

# Names that are nobody's on the internet (RFC 6761, RFC 6762).
NOWHERE = ('.localhost', '.local', '.invalid', '.test', '.internal')


class MobileApp(models.Model):
    _inherit = 'mobile.app'

    webpush_enabled = fields.Boolean(
        string="Web Push", default=True, tracking=True,
        help="The app's customers can get notifications in their browsers too.")
    webpush_public_key = fields.Char(
        string="Public Key", readonly=True, copy=False,
        help="Browsers subscribe with it (applicationServerKey). The app asks for it: GET /push/key.")
    webpush_private_key = fields.Char(copy=False, groups=fields.NO_ACCESS)
    webpush_changed_at = fields.Datetime(string="Keys Since", readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_make_webpush_key(self):
        """Make the pair of keys, or a new one: then all browsers have to subscribe anew."""
        self.ensure_one()
        self.check_access('write')
        try:
            self.sudo()._make_webpush_key()
        except vault.NoKeyError as exc:
            raise UserError(self.env._(
                "The private key cannot be kept: %(reason)s. Let the administrator set %(variable)s.",
                reason=exc, variable=vault.VARIABLE)) from exc
        self.sudo()._forget_webpush_addresses()
        self._message_log(body=self.env._("Web push has new keys. Browsers have to subscribe with them."))

    # === BUSINESS METHODS === #

    def _webpush_key(self):
        """Return the public key with which browsers subscribe, made when the first one asks.

        :return: in base64url, or None where web push is off.
        :rtype: str | None
        :raise NoKeyError: when the private one cannot be kept.
        """
        self.ensure_one()
        if not self.webpush_enabled or self.kind != 'phone':
            return None
        if not self.webpush_public_key:
            self._make_webpush_key()
        return self.webpush_public_key

    def _webpush_keys(self):
        """Return by what push services know this app's server, or None: off, none yet, or sealed by another secret.

        :rtype: VapidKeys | None
        """
        self.ensure_one()
        app = self.sudo()
        if not (app.webpush_enabled and app.webpush_public_key and app.webpush_private_key):
            return None
        private = vault.open_(self.env, app.webpush_private_key, app._webpush_purpose())
        return private and VapidKeys(app.webpush_public_key, private, app._webpush_subject())

    @api.model
    def _webpush_hosts(self):
        """Return the hosts of push services beside those that are known, as an administrator has listed them.

        :rtype: tuple[str]
        """
        listed = self.env['ir.config_parameter'].sudo().get_param('mobile_crm.webpush_hosts') or ''
        return tuple(listed.replace(',', ' ').split())

    def _make_webpush_key(self):
        private, public = generate_vapid_keys()
        sealed = vault.lock(self.env, private, self._webpush_purpose())
        self.flush_recordset()
        # Two browsers that ask at once get one key: the slower request meets a changed row, and begins anew.
        execute_racing(self.env, SQL(
            """UPDATE mobile_app
                  SET webpush_public_key = %s, webpush_private_key = %s, webpush_changed_at = %s
                WHERE id = %s""", public, sealed, fields.Datetime.now(), self.id))
        self.invalidate_recordset(['webpush_public_key', 'webpush_private_key', 'webpush_changed_at'])
        self.env['mobile.sender'].sudo()._ensure('webpush', self.company_id, self)

    def _forget_webpush_addresses(self):
        """Forget where the app's browsers are reached: a subscription is good for the key it was made with."""
        self.env['mobile.device'].flush_model()
        self.env.cr.execute(SQL(
            """UPDATE mobile_device SET push_provider = NULL, push_address = NULL
                WHERE app_id = %s AND push_provider = 'webpush'""", self.id))
        self.env['mobile.device'].invalidate_model(['push_provider', 'push_address'])

    def _webpush_purpose(self):
        return f'webpush {self.id}'

    def _webpush_subject(self):
        """Return whom a push service can ask about what this app sends (RFC 8292, section 2.1), or an empty text.

        Apple's refuses a signature whose contact is nowhere on the internet.
        """
        email, url = email_normalize(self.company_id.email), urlsplit(self.get_base_url())
        if email and _is_public(email.rpartition('@')[2]):
            return f'mailto:{email}'
        return f'https://{url.netloc}' if url.scheme == 'https' and _is_public(url.hostname or '') else ''


def _is_public(host):
    """Tell whether a host may be one on the internet, by its name."""
    return '.' in host and not host.endswith(NOWHERE)
