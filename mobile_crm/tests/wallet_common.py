"""What tests of wallets work with: an authority in place of Apple's, certificates of pass types, and what a pass is."""
import base64
import functools
import io
import json
import zipfile
from datetime import datetime, timezone
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from odoo.tools import SQL

PASS_TYPE, TEAM = 'pass.com.example.shop', 'TEAM000001'
BEGINS, ENDS = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2040, 1, 1, tzinfo=timezone.utc)


@functools.lru_cache
def key(_name):
    # Making one takes longer than most tests.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.lru_cache
def authority(name='Worldwide Developer Relations'):
    """Return the certificate of whoever issues those of pass types."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key(name).public_key())
        .serial_number(1).not_valid_before(BEGINS).not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key(name).public_key()), critical=False)
        .sign(key(name), hashes.SHA256()))


@functools.lru_cache
def certificate(pass_type=PASS_TYPE, team=TEAM, begins=BEGINS, ends=ENDS, issuer='Worldwide Developer Relations'):
    """Return the certificate of a pass type, of the key ``pass``."""
    names = [(NameOID.USER_ID, pass_type), (NameOID.COMMON_NAME, f'Pass Type ID: {pass_type}'),
             (NameOID.ORGANIZATIONAL_UNIT_NAME, team)]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(name, value) for name, value in names if value]))
        .issuer_name(authority(issuer).subject).public_key(key('pass').public_key()).serial_number(2)
        .not_valid_before(begins).not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key(issuer), hashes.SHA256()))


def p12(leaf=None, password=b'secret', private=None, others=None):
    """Return what a keychain exports."""
    return pkcs12.serialize_key_and_certificates(
        b'pass', private or key('pass'), leaf or certificate(), others,
        BestAvailableEncryption(password) if password else NoEncryption())


def pem(leaf=None, private='pass', issuer='Worldwide Developer Relations'):
    """Return one file with all of it."""
    parts = [(leaf or certificate()).public_bytes(Encoding.PEM)]
    if private:
        parts.append(key(private).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    if issuer:
        parts.append(authority(issuer).public_bytes(Encoding.PEM))
    return b''.join(parts)


def opened(content):
    """Return the files of a pass, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def described(content):
    """Return what a pass says."""
    return json.loads(opened(content)['pass.json'])


class WalletMixin:
    """For classes of ``MobileCommon``: an app that has a certificate, and what its customers have."""

    def stay_in_transaction(self):
        """Let workers go on without committing."""
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    def give_certificate(self, app=None, **values):
        app = app or self.app
        app.write({'wallet_apple_file': base64.b64encode(pem(**values))})
        return app

    def use_https(self):
        self.env['ir.config_parameter'].set_param('web.base.url', 'https://shop.example')
        self.env['ir.config_parameter'].set_param('web.base.url.freeze', 'True')

    def coupon(self, partner=None, **values):
        return self.env['loyalty.card'].create({
            'program_id': self.program.id, 'partner_id': (partner or self.anna).id, 'points': 1, 'holder_only': True,
            **values})

    def loyalty(self, points=120):
        """Return Anna's card of a loyalty program."""
        program = self.env['loyalty.program'].create({
            'name': "Points", 'program_type': 'loyalty', 'company_id': self.company.id, 'applies_on': 'both'})
        return self.env['loyalty.card'].create({
            'program_id': program.id, 'partner_id': self.anna.id, 'points': points})

    def registration(self, card=None, library_id='phone-1', push_token='ab' * 32):
        """Register a pass of Anna's and let the worker look once; return the row."""
        Registrations = self.env['mobile.wallet.registration']
        Registrations._enrol(self.app, self.anna, card or self.env['loyalty.card'], library_id, push_token)
        self.follow()
        return Registrations.search([('library_id', '=', library_id), ('card_id', '=', card.id if card else False)])

    def follow(self):
        """Let the worker look at what has changed, without telling anybody."""
        self.env.flush_all()
        while self.env['mobile.wallet.registration']._take_changes():
            pass

    def changes(self):
        self.env.flush_all()
        return self.env.execute_query(SQL('SELECT count(*) FROM mobile_wallet_change'))[0][0]

    def redeem(self, card):
        """Redeem a coupon of Anna's on an order."""
        order = self.make_order(self.anna).sudo()
        order._try_apply_code(card.code)
        reward = card.program_id.reward_ids
        order._apply_program_reward(reward, card)
        order.action_confirm()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(card.mobile_status, 'redeemed')
