import base64
import binascii
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import fcm, vault, wallet_apple, wallet_google, wallet_images
from ..tools.push_account import CredentialError, account_of
from .mobile_app_push import MANAGER

COLOUR = re.compile(r'#[0-9a-fA-F]{6}')
BACKGROUND = '#1f2937'
# For so long before its end staff is told of a certificate: Apple's last a year, and a new one takes a day to get.
WARNING = timedelta(days=30)


class MobileApp(models.Model):
    """By what Apple Wallet and Google Wallet know an app's server, and what its passes look like.

    Certificates and keys are written, sealed, used and removed, and never read.
    """

    _name = 'mobile.app'
    _inherit = ['mobile.app', 'mail.activity.mixin']

    # Apple
    wallet_apple_sealed = fields.Text(copy=False, groups=fields.NO_ACCESS, exportable=False)
    wallet_apple_file = fields.Binary(
        string="Certificate File", compute='_compute_no_wallet', inverse='_inverse_wallet_apple', groups=MANAGER,
        copy=False, exportable=False, help="The certificate of a pass type with its key: a .p12 or a .pem file.")
    wallet_apple_authority_file = fields.Binary(
        string="Intermediate Certificate", compute='_compute_no_wallet', inverse='_inverse_wallet_apple',
        groups=MANAGER, copy=False, exportable=False,
        help="Apple's own (WWDR), by which the certificate was issued. It is not needed where the file above has it.")
    wallet_apple_password = fields.Char(
        string="Password of the File", compute='_compute_no_wallet', inverse='_inverse_wallet_apple', groups=MANAGER,
        copy=False, exportable=False, help="It opens the file this once, and is not kept.")
    wallet_apple_stored_at = fields.Datetime(string="Wallet Certificate Since", readonly=True, copy=False)
    wallet_apple_ends_at = fields.Datetime(
        string="Valid Until", readonly=True, copy=False, help="From then on no pass can be made or renewed.")
    wallet_apple_pass_type = fields.Char(string="Pass Type ID", readonly=True, copy=False)
    wallet_apple_team = fields.Char(string="Pass Type's Team", readonly=True, copy=False)
    wallet_apple_ready = fields.Boolean(
        string="Apple Wallet Ready", compute='_compute_wallet_trouble', groups=MANAGER)
    wallet_apple_trouble = fields.Char(
        string="Apple Wallet Problem", compute='_compute_wallet_trouble', groups=MANAGER)

    # Google
    wallet_google_sealed = fields.Text(copy=False, groups=fields.NO_ACCESS, exportable=False)
    wallet_google_file = fields.Binary(
        string="Google Wallet Service Account", compute='_compute_no_wallet', inverse='_inverse_wallet_google',
        groups=MANAGER, copy=False, exportable=False, help="The JSON file that Google's console makes.")
    wallet_google_stored_at = fields.Datetime(string="Wallet Service Account Since", readonly=True, copy=False)
    wallet_google_issuer = fields.Char(
        string="Issuer ID", copy=False, help="A long number, in Google's Pay & Wallet console.")
    wallet_google_ready = fields.Boolean(
        string="Google Wallet Ready", compute='_compute_wallet_trouble', groups=MANAGER)
    wallet_google_trouble = fields.Char(
        string="Google Wallet Problem", compute='_compute_wallet_trouble', groups=MANAGER)

    # What passes look like
    wallet_background = fields.Char(
        string="Background", help="Of passes. Empty is the company's first colour.")
    wallet_foreground = fields.Char(string="Text", help="Empty is black or white, whichever is read more easily.")
    wallet_logo = fields.Image(
        string="Logo on Passes", max_width=1024, max_height=1024, help="PNG or JPEG. Empty is the company's logo.")

    # === COMPUTE METHODS === #

    def _compute_no_wallet(self):
        """What was written here is sealed in another field, and shown nowhere."""
        self.update(dict.fromkeys((
            'wallet_apple_file', 'wallet_apple_authority_file', 'wallet_apple_password', 'wallet_google_file'), False))

    @api.depends('kind', 'wallet_apple_stored_at', 'wallet_apple_ends_at', 'wallet_google_stored_at',
                 'wallet_google_issuer')
    def _compute_wallet_trouble(self):
        for app in self:
            app.wallet_apple_ready = app._wallet_apple() is not None
            app.wallet_apple_trouble = app._wallet_apple_trouble()
            app.wallet_google_ready = app._wallet_google() is not None
            app.wallet_google_trouble = app._wallet_google_trouble()

    def _inverse_wallet_apple(self):
        names = ('wallet_apple_file', 'wallet_apple_authority_file', 'wallet_apple_password')
        for app in self:
            given = [app._wallet_given(name) for name in names[:2]]
            password = app.wallet_apple_password
            # Also what the cache would still tell.
            app.invalidate_recordset(names, flush=False)
            if given[0]:
                app._store_wallet_apple([content for content in given if content], password)
            elif given[1]:
                raise ValidationError(self.env._("Upload the certificate of the pass type together with Apple's."))

    def _inverse_wallet_google(self):
        for app in self:
            content = app._wallet_given('wallet_google_file')
            app.invalidate_recordset(['wallet_google_file'], flush=False)
            if content:
                app._store_wallet_google(content)

    # === CONSTRAINT METHODS === #

    @api.constrains('wallet_background', 'wallet_foreground')
    def _check_wallet_colours(self):
        for app in self:
            for colour in (app.wallet_background, app.wallet_foreground):
                if colour and not COLOUR.fullmatch(colour):
                    raise ValidationError(self.env._("%s is no colour: it looks like #1f6feb.", colour))

    @api.constrains('wallet_google_issuer')
    def _check_wallet_issuer(self):
        for app in self:
            if app.wallet_google_issuer and not wallet_google.ISSUER.fullmatch(app.wallet_google_issuer):
                raise ValidationError(self.env._(
                    "%s is no issuer ID of Google: it is a number such as 3388000000012345678.",
                    app.wallet_google_issuer))

    # === ACTION METHODS === #

    def action_remove_wallet_apple(self):
        """Forget the certificate; passes on phones stay as they are."""
        self._remove_wallet(
            ['wallet_apple_sealed', 'wallet_apple_stored_at', 'wallet_apple_ends_at', 'wallet_apple_pass_type',
             'wallet_apple_team'], self.env._("The certificate for Apple Wallet was removed."))

    def action_remove_wallet_google(self):
        """Forget the service account; passes on phones stay as they are."""
        self._remove_wallet(
            ['wallet_google_sealed', 'wallet_google_stored_at'],
            self.env._("The service account for Google Wallet was removed."))

    # === CRON METHODS === #

    @api.model
    def _cron_warn_of_wallets(self):
        """Tell staff of certificates that soon end, once for each."""
        soon = self.search([
            ('kind', '=', 'phone'), ('wallet_apple_ends_at', '!=', False),
            ('wallet_apple_ends_at', '<', fields.Datetime.now() + WARNING)])
        activity_type = 'mobile_crm.mail_activity_wallet'
        for app in soon:
            if app.activity_search([activity_type]):
                continue
            managers = self.env.ref('mobile_crm.group_mobile_crm_manager').all_user_ids.filtered(
                lambda user, app=app: user.active and app.company_id in user.company_ids)
            if managers:
                app.activity_schedule(
                    activity_type, date_deadline=app.wallet_apple_ends_at.date(), user_id=managers[-1:].id,
                    summary=self.env._("Renew the certificate for Apple Wallet"),
                    note=self.env._(
                        "When it ends, no pass can be made any more, and those on phones stay as they are."))

    # === BUSINESS METHODS === #

    def _wallet_given(self, name):
        # Who asks for sizes alone writes contents all the same.
        value = self.with_context(bin_size=False)[name]
        try:
            return base64.b64decode(value or b'')
        except (binascii.Error, ValueError):
            raise ValidationError(self.env._("The file did not arrive whole. Upload it again.")) from None

    def _store_wallet_apple(self, files, password):
        self.ensure_one()
        try:
            text = wallet_apple.read_credential(files, (password or '').encode() or None, fields.Datetime.now())
        except CredentialError as exc:
            raise ValidationError(self._wallet_complaint(exc.word)) from None
        account = wallet_apple.PassAccount(text)
        self._store_wallet('apple', text, {
            'wallet_apple_ends_at': account.ends_at, 'wallet_apple_pass_type': account.pass_type,
            'wallet_apple_team': account.team}, self.env._("A certificate for Apple Wallet was stored."))
        # What staff were told of is done.
        self.sudo().activity_feedback(['mobile_crm.mail_activity_wallet'])

    def _store_wallet_google(self, content):
        self.ensure_one()
        try:
            text = content.decode('utf-8-sig')
            fcm.read_credential(text)
            if fcm.has_library():
                account_of(wallet_google.WalletAccount, text)
        except (CredentialError, UnicodeDecodeError) as exc:
            word = exc.word if isinstance(exc, CredentialError) else 'no_json'
            raise ValidationError(self._complaint('fcm', word)) from None
        self._store_wallet('google', text, {}, self.env._("A service account for Google Wallet was stored."))

    def _store_wallet(self, wallet, text, values, told):
        self.check_access('write')
        try:
            sealed = vault.lock(self.env, text, self._purpose(f'wallet {wallet}'))
        except vault.NoKeyError as exc:
            raise UserError(self.env._(
                "The credentials cannot be kept: %(reason)s. Let the administrator set %(variable)s.",
                reason=exc, variable=vault.VARIABLE)) from None
        self.sudo().write({
            f'wallet_{wallet}_sealed': sealed, f'wallet_{wallet}_stored_at': fields.Datetime.now(), **values})
        self._message_log(body=told)

    def _remove_wallet(self, names, told):
        self.check_access('write')
        self.sudo().write(dict.fromkeys(names, False))
        for app in self:
            app._message_log(body=told)

    def _wallet_opened(self, wallet):
        sealed = self.sudo()[f'wallet_{wallet}_sealed'] if self.kind == 'phone' else None
        return vault.open_(self.env, sealed, self._purpose(f'wallet {wallet}')) if sealed else None

    def _wallet_apple(self):
        """Return by what Apple knows this app's server, or None: there is no certificate that is good now.

        :rtype: PassAccount | None
        """
        self.ensure_one()
        text = self._wallet_opened('apple')
        try:
            account = account_of(wallet_apple.PassAccount, text) if text else None
        except (CredentialError, ValueError):
            return None
        return account if account and account.ends_at > fields.Datetime.now() else None

    def _wallet_google(self):
        """Return by what Google knows this app's server, or None.

        :rtype: WalletAccount | None
        """
        self.ensure_one()
        text = self._wallet_opened('google') if self.wallet_google_issuer and fcm.has_library() else None
        try:
            return account_of(wallet_google.WalletAccount, text) if text else None
        except CredentialError:
            return None

    def _wallet_colours(self):
        """Return the background and the foreground of passes.

        :rtype: tuple[str, str]
        """
        self.ensure_one()
        background = next(
            (colour for colour in (self.wallet_background, self.company_id.primary_color)
             if colour and COLOUR.fullmatch(colour)), BACKGROUND)
        return background, self.wallet_foreground or wallet_images.contrasting(background)

    # === WHAT STAFF READ === #

    def _wallet_apple_trouble(self):
        """Say why no pass for Apple Wallet can be made, as far as it is not plain; empty if it can."""
        if not self.sudo().wallet_apple_sealed or self._wallet_apple():
            return ''
        if self.wallet_apple_ends_at and self.wallet_apple_ends_at <= fields.Datetime.now():
            return self.env._("Not ready: the certificate has expired. Store a new one of the same pass type.")
        return self._cannot_open()

    def _wallet_google_trouble(self):
        """Say why no pass for Google Wallet can be made, as far as it is not plain; empty if it can."""
        if not self.sudo().wallet_google_sealed or self._wallet_google():
            return ''
        if not fcm.has_library():
            return self.env._("Not ready: the library google-auth is missing (pip install google-auth).")
        if not self.wallet_google_issuer:
            return self.env._("Not ready: enter the issuer ID.")
        return self._cannot_open()

    def _wallet_complaint(self, word):
        """Return what is wrong with the files of a certificate, without any of it."""
        return {
            'no_certificate': self.env._(
                "This is no certificate. Upload the .p12 file of your keychain, or a .pem file with the certificate "
                "and its key."),
            'password': self.env._("The file does not open with this password."),
            'no_pass_type': self.env._(
                "This certificate is not one for passes: Apple's name a pass type ID such as pass.com.example.shop."),
            'no_team': self.env._("This certificate names no team."),
            'no_key': self.env._("The private key of the certificate is missing. Export both from your keychain."),
            'other_key': self.env._("The private key belongs to another certificate."),
            'no_rsa': self.env._("This private key is of another kind: Apple's certificates for passes have RSA keys."),
            'expired': self.env._("This certificate has expired."),
            'not_yet': self.env._("This certificate is not valid yet. Look at the server's clock."),
            'no_authority': self.env._(
                "Apple's intermediate certificate that has issued this one is missing. Download it from "
                "apple.com/certificateauthority (Worldwide Developer Relations) and upload it together with yours."),
        }[word]
