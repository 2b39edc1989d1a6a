import base64
import binascii
import logging
import os
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, str2bool

from ..tools import apns, fcm, vault
from ..tools.push_account import CredentialError, account_of
from ..tools.push_message import epoch
from ..tools.racing import execute_apart
from ..tools.transport import has_http2

_logger = logging.getLogger(__name__)

#: Names a file with a service account for all apps that have none of their own.
FCM_VARIABLE = 'MOBILE_CRM_FCM_CREDENTIALS'
MANAGER = 'mobile_crm.group_mobile_crm_manager'


class MobileApp(models.Model):
    """By what Google and Apple know an app's server. It is written, sealed, used and removed, and never read."""

    _inherit = 'mobile.app'

    # Firebase
    fcm_sealed = fields.Text(copy=False, groups=fields.NO_ACCESS, exportable=False)
    fcm_credential = fields.Text(
        string="Service Account", compute='_compute_nothing', inverse='_inverse_fcm_credential', groups=MANAGER,
        copy=False, exportable=False, help="The content of the JSON file that Firebase's console makes.")
    fcm_file = fields.Binary(
        string="Service Account File", compute='_compute_nothing', inverse='_inverse_fcm_file', groups=MANAGER,
        copy=False, exportable=False)
    fcm_stored_at = fields.Datetime(string="Service Account Since", readonly=True, copy=False)
    fcm_project = fields.Char(string="Firebase Project", readonly=True, copy=False)
    fcm_key_id = fields.Char(
        string="Service Account's Key", readonly=True, copy=False, help="As Google's console names it.")
    fcm_channel = fields.Char(
        string="Notification Channel", size=100,
        help="The app's channel on Android in which notifications appear. Empty is the app's default one.")
    fcm_ready = fields.Boolean(compute='_compute_push_trouble', groups=MANAGER)
    fcm_trouble = fields.Char(compute='_compute_push_trouble', groups=MANAGER)

    # Apple
    apns_sealed = fields.Text(copy=False, groups=fields.NO_ACCESS, exportable=False)
    apns_credential = fields.Text(
        string="Authentication Key", compute='_compute_nothing', inverse='_inverse_apns_credential', groups=MANAGER,
        copy=False, exportable=False, help="The content of the .p8 file of Apple's developer site.")
    apns_file = fields.Binary(
        string="Authentication Key File", compute='_compute_nothing', inverse='_inverse_apns_file', groups=MANAGER,
        copy=False, exportable=False)
    apns_stored_at = fields.Datetime(string="Authentication Key Since", readonly=True, copy=False)
    apns_key_id = fields.Char(
        string="Key ID", copy=False, help="Ten letters and digits, beside the key on Apple's site.")
    apns_team_id = fields.Char(string="Team ID", help="Ten letters and digits, under Membership on Apple's site.")
    apns_topic = fields.Char(string="Bundle ID", help="Of the app, such as com.example.shop.")
    apns_environment = fields.Selection(
        selection=[('production', "App Store and TestFlight"), ('sandbox', "Development")], string="Builds",
        required=True, default='production',
        help="Builds from Xcode have addresses of Apple's sandbox, which are unknown in production, and the reverse.")
    apns_token_at = fields.Datetime(copy=False, groups=fields.NO_ACCESS)
    apns_ready = fields.Boolean(compute='_compute_push_trouble', groups=MANAGER)
    apns_trouble = fields.Char(compute='_compute_push_trouble', groups=MANAGER)

    # === COMPUTE METHODS === #

    def _compute_nothing(self):
        """What was written here is sealed in another field, and shown nowhere."""
        self.update(dict.fromkeys(('fcm_credential', 'fcm_file', 'apns_credential', 'apns_file'), False))

    @api.depends('kind', 'fcm_stored_at', 'apns_stored_at', 'apns_key_id', 'apns_team_id', 'apns_topic',
                 'apns_environment')
    def _compute_push_trouble(self):
        for app in self:
            app.fcm_ready = self.env['mobile.provider.fcm']._is_ready(app.company_id, app)
            app.fcm_trouble = app._fcm_trouble()
            app.apns_ready = self.env['mobile.provider.apns']._is_ready(app.company_id, app)
            app.apns_trouble = app._apns_trouble()

    def _inverse_fcm_credential(self):
        self._store('fcm', 'fcm_credential')

    def _inverse_fcm_file(self):
        self._store('fcm', 'fcm_file')

    def _inverse_apns_credential(self):
        self._store('apns', 'apns_credential')

    def _inverse_apns_file(self):
        self._store('apns', 'apns_file')

    # === CONSTRAINT METHODS === #

    @api.constrains('apns_key_id', 'apns_team_id', 'apns_topic')
    def _check_apns(self):
        for app in self:
            for name in ('apns_key_id', 'apns_team_id'):
                if app[name] and not apns.TEN.fullmatch(app[name]):
                    raise ValidationError(self.env._(
                        "%(value)s is no %(field)s of Apple: it has ten capital letters and digits.",
                        value=app[name], field=app._fields[name].get_description(self.env)['string']))
            if app.apns_topic and not apns.TOPIC.fullmatch(app.apns_topic):
                raise ValidationError(self.env._(
                    "%s is no bundle ID: it looks like com.example.shop.", app.apns_topic))

    # === ACTION METHODS === #

    def action_remove_fcm(self):
        """Forget the service account."""
        self._remove('fcm', ['fcm_sealed', 'fcm_stored_at', 'fcm_project', 'fcm_key_id'])

    def action_remove_apns(self):
        """Forget the authentication key."""
        self._remove('apns', ['apns_sealed', 'apns_stored_at'])

    # === BUSINESS METHODS === #

    def _store(self, provider, name):
        """Check, seal and forget what was written into a field."""
        for app in self:
            text = app._given(name)
            # Also what the cache would still tell.
            app.invalidate_recordset([name], flush=False)
            if text:
                app._store_credential(provider, text)

    def _given(self, name):
        """Return what was written into a field, an upload as text."""
        # Who asks for sizes alone writes contents all the same.
        value = self.with_context(bin_size=False)[name]
        if not value or not name.endswith('_file'):
            return (value or '').strip()
        try:
            return base64.b64decode(value).decode('utf-8-sig').strip()
        except (binascii.Error, UnicodeDecodeError):
            hint = self._hints()[name.partition('_')[0]]
            raise ValidationError(self.env._("This file is no text. %s", hint)) from None

    def _store_credential(self, provider, text):
        self.ensure_one()
        self.check_access('write')
        values = {f'{provider}_stored_at': fields.Datetime.now()}
        try:
            if provider == 'fcm':
                given = fcm.read_credential(text)
                if fcm.has_library():
                    account_of(fcm.FcmAccount, text)
                values |= {'fcm_project': given['project_id'], 'fcm_key_id': given['private_key_id']}
            else:
                apns.read_credential(text)
            values[f'{provider}_sealed'] = vault.lock(self.env, text, self._purpose(provider))
        except CredentialError as exc:
            raise ValidationError(self._complaint(provider, exc.word)) from None
        except vault.NoKeyError as exc:
            raise UserError(self.env._(
                "The credentials cannot be kept: %(reason)s. Let the administrator set %(variable)s.",
                reason=exc, variable=vault.VARIABLE)) from None
        self.sudo().write(values)
        self.env['mobile.sender'].sudo()._ensure(provider, self.company_id, self)
        self._message_log(body=self._titles()[provider][0])

    def _remove(self, provider, names):
        self.check_access('write')
        self.sudo().write(dict.fromkeys(names, False))
        for app in self:
            app._message_log(body=app._titles()[provider][1])

    def _purpose(self, provider):
        return f'{provider} {self.id}'

    def _opened(self, provider):
        """Return a stored credential, or None: there is none, or it was sealed with another secret."""
        sealed = self.sudo()[f'{provider}_sealed']
        return vault.open_(self.env, sealed, self._purpose(provider)) if sealed else None

    def _fcm_account(self):
        """Return by what Firebase knows this app's server, or None.

        :rtype: FcmAccount | None
        """
        self.ensure_one()
        text = (self._opened('fcm') if self.sudo().fcm_sealed else self._fcm_of_environment()) if (
            self.kind == 'phone' and fcm.has_library()) else None
        try:
            return account_of(fcm.FcmAccount, text) if text else None
        except CredentialError:
            return None

    def _fcm_of_environment(self):
        """Return the service account that an administrator has set for all apps; never in a copy made for tests."""
        path = os.environ.get(FCM_VARIABLE)
        if not path or str2bool(self.env['ir.config_parameter'].sudo().get_param('database.is_neutralized'), False):
            return None
        try:
            return Path(path).read_text(encoding='utf-8')
        except (OSError, UnicodeDecodeError) as exc:
            _logger.warning("The file that %s names cannot be read: %s", FCM_VARIABLE, type(exc).__name__)
            return None

    def _apns_account(self):
        """Return by what Apple knows this app's server, or None.

        :rtype: ApnsAccount | None
        """
        self.ensure_one()
        settings = (self.apns_key_id, self.apns_team_id, self.apns_topic, self.apns_environment)
        text = self._opened('apns') if self.kind == 'phone' and all(settings) else None
        try:
            return account_of(apns.ApnsAccount, text, *settings) if text else None
        except CredentialError:
            return None

    def _apns_token_time(self, is_expired=False):
        """Return of which time the token of this app's key is to be, the same to all workers and hosts.

        Apple takes tokens for an hour, and wants no newer one within 20 minutes.

        :param bool is_expired: Apple says that the present one is too old.
        :return: seconds since 1970.
        """
        now = fields.Datetime.now()
        oldest = now - timedelta(seconds=apns.SHORTEST_USE if is_expired else apns.PERIOD)
        self.flush_recordset(['apns_key_id'])
        execute_apart(self.env, SQL(
            """UPDATE mobile_app SET apns_token_at = %(now)s
                WHERE apns_key_id = %(key)s
                  AND (apns_token_at IS NULL OR NOT apns_token_at BETWEEN %(oldest)s AND %(now)s)
                  AND NOT EXISTS (SELECT FROM mobile_app other WHERE other.apns_key_id = %(key)s
                                     AND other.apns_token_at BETWEEN %(oldest)s AND %(now)s)""",
            now=now, oldest=oldest, key=self.apns_key_id))
        [(newest,)] = execute_apart(self.env, SQL(
            'SELECT max(apns_token_at) FROM mobile_app WHERE apns_key_id = %s', self.apns_key_id))
        return epoch(newest or now)

    # === WHAT STAFF READ === #

    def _fcm_trouble(self):
        """Say why nothing can be sent through Firebase, as far as it is not plain; empty if it can."""
        sealed = self.sudo().fcm_sealed
        if not sealed and not os.environ.get(FCM_VARIABLE):
            return ''
        if not fcm.has_library():
            return self.env._("Not ready: the library google-auth is missing (pip install google-auth).")
        if self._fcm_account() is None:
            return self._cannot_open() if sealed else self.env._(
                "Not ready: the file that %s names holds no service account, or this is a copy for tests.",
                FCM_VARIABLE)
        return ''

    def _apns_trouble(self):
        """Say why nothing can be sent to Apple, as far as it is not plain; empty if it can."""
        if not self.sudo().apns_sealed:
            return ''
        if not has_http2():
            return self.env._("Not ready: the library h2 is missing (pip install h2).")
        missing = [self._fields[name].get_description(self.env)['string']
                   for name in ('apns_key_id', 'apns_team_id', 'apns_topic') if not self[name]]
        if missing:
            return self.env._("Not ready: enter %s.", ', '.join(missing))
        return '' if self._apns_account() else self._cannot_open()

    def _cannot_open(self):
        return self.env._(
            "Not ready: what is stored was sealed with another secret, as in a copy of the database. Store it again.")

    def _titles(self):
        """Return what the history says when credentials were stored, and when they were removed."""
        return {
            'fcm': (self.env._("A service account for Firebase was stored."),
                    self.env._("The service account for Firebase was removed.")),
            'apns': (self.env._("An authentication key for Apple was stored."),
                     self.env._("The authentication key for Apple was removed.")),
        }

    def _hints(self):
        return {
            'fcm': self.env._(
                "Use the JSON file that Firebase's console makes: Project settings, Service accounts, Generate new "
                "private key."),
            'apns': self.env._(
                "Use the file AuthKey_….p8 that Apple's developer site gives: Certificates, Identifiers & Profiles, "
                "Keys."),
        }

    def _complaint(self, provider, word):
        """Return what is wrong with a credential, without any of it."""
        said = {
            'no_json': self.env._("This is no JSON."),
            'file_of_the_app': self.env._(
                "This file (google-services.json) belongs into the app. It lets nobody send."),
            'no_service_account': self.env._("This is no service account."),
            'incomplete': self.env._("This service account is not complete."),
            'token_uri': self.env._("The token_uri of this service account is no https address."),
            'private_key': self.env._("The private key of this service account cannot be read."),
            'no_p8': self.env._("This is no private key."),
            'other_key': self.env._("This private key is of another kind: Apple's are on the curve P-256."),
        }
        return f'{said[word]} {self._hints()[provider]}'
