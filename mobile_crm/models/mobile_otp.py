from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, consteq, email_normalize, hmac
from odoo.tools.mail import single_email_re

from odoo.addons.phone_validation.tools import phone_validation

from ..tools import secret
from ..tools.problems import Problem
from ..tools.racing import execute_racing

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
# Requests for a code within an hour, before the next is answered with 429.
LIMIT_PERIOD = timedelta(hours=1)
LIMIT_PER_ADDRESS = 5
LIMIT_PER_DEVICE = 10


class MobileOtp(models.Model):
    """A one-time code on its way to an address that somebody says is theirs."""

    _name = 'mobile.otp'
    _description = "One-Time Code"
    _order = 'id desc'
    _mobile_address_fields = ('address',)

    uuid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    device_id = fields.Many2one(
        comodel_name='mobile.device', required=True, readonly=True, index=True, ondelete='cascade')
    channel = fields.Selection(selection=[('sms', "SMS"), ('email', "Email")], required=True, readonly=True)
    address = fields.Char(required=True, readonly=True, index=True, help="A number in E.164, or an email address.")
    code_hash = fields.Char(required=True, readonly=True)
    tries = fields.Integer(required=True, readonly=True, default=0)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)
    verified_at = fields.Datetime(readonly=True)

    _uuid_unique = models.UniqueIndex('(uuid)')

    # === BUSINESS METHODS === #

    @api.model
    def _request_code(self, device, channel, address):
        """Send a new code to an address and return its challenge. The code before it dies.

        The answer and the work are the same whether or not anybody is known by that address.

        :param device: ``mobile.device``; the code counts on this device alone.
        :param str channel: ``sms`` or ``email``.
        :param str address: as its owner typed it.
        :rtype: MobileOtp
        :raise Problem: 422 for what is no address, 429 with ``Retry-After`` when too many codes were asked for.
        """
        address = self._normalize_address(device, channel, address)
        now = fields.Datetime.now()
        recent = self.search([('create_date', '>', now - LIMIT_PERIOD), '|',
                              ('address', '=', address), ('device_id', '=', device.id)], order='id')
        for challenges, limit in (
            (recent.filtered(lambda otp: otp.address == address), LIMIT_PER_ADDRESS),
            (recent.filtered(lambda otp: otp.device_id == device), LIMIT_PER_DEVICE),
        ):
            if len(challenges) >= limit:
                wait = challenges[-limit].create_date + LIMIT_PERIOD - now
                raise Problem('too_many_requests', headers={'Retry-After': str(int(wait.total_seconds()) + 1)})
        recent.filtered(lambda otp: otp.address == address and otp.expires_at > now).expires_at = now
        code, uuid = secret.new_code(), str(uuid4())
        challenge = self.create({
            'uuid': uuid,
            'device_id': device.id,
            'channel': channel,
            'address': address,
            'code_hash': self._hash(uuid, code),
            'expires_at': now + LIFETIME,
        })
        challenge._send(code)
        return challenge

    @api.model
    def _verify(self, device, uuid, code):
        """Return the challenge that this code answers.

        Each call is a try, counted before the code is looked at; five wrong ones end the challenge.

        :return: the challenge; or a problem to be returned and not raised, so that the try stays counted. It is the
            same for a wrong code, an old one and a challenge that never was.
        :rtype: MobileOtp | Problem
        """
        now = fields.Datetime.now()
        self.flush_model()
        row = execute_racing(self.env, SQL(
            """UPDATE mobile_otp SET tries = tries + 1
                WHERE uuid = %s AND device_id = %s AND verified_at IS NULL AND expires_at > %s AND tries < %s
            RETURNING id""",
            uuid, device.id, now, MAX_TRIES))
        self.invalidate_model(['tries'])
        challenge = self.browse(row[0] if row else ())
        if not challenge or not consteq(challenge.code_hash, self._hash(uuid, code)):
            return Problem('otp_invalid')
        challenge.verified_at = now
        return challenge

    def _expires_in(self):
        """Return the seconds for which a new code is good; the same for everybody, to the second."""
        return int(LIFETIME.total_seconds())

    def _hash(self, uuid, code):
        # Keyed with the database's secret: a million codes are soon tried against a plain hash.
        return hmac(self.env(su=True), 'mobile_crm.otp', (uuid, code))

    @api.model
    def _normalize_address(self, device, channel, address):
        """Return the one spelling of an address: E.164, or an e-mail address in lower case."""
        if channel == 'email':
            if single_email_re.match(address) and (normalized := email_normalize(address)):
                return normalized
            raise Problem.invalid(['body', 'address'], self.env._("This is not an email address."))
        country = device.app_id.country_id or device.company_id.country_id
        try:
            return phone_validation.phone_format(address, country.code, country.phone_code, force_format='E164')
        except UserError as exc:
            raise Problem.invalid(['body', 'address'], self.env._("This is not a phone number.")) from exc

    def _send(self, code):
        """Put the code into Odoo's outgoing queue and wake its worker."""
        self.ensure_one()
        app_name = self.device_id.app_id.name
        if self.channel == 'sms':
            self.env['sms.sms'].create({
                'number': self.address,
                'body': self.env._("%(code)s is your code for %(app)s. It is good for 10 minutes.",
                                   code=code, app=app_name),
            })
            return
        company = self.device_id.company_id
        self.env['mail.mail'].create({
            'email_to': self.address,
            'email_from': company.email_formatted or self.env.user.email_formatted,
            'subject': self.env._("Your code for %s", app_name),
            'body_html': self.env['ir.qweb']._render(
                'mobile_crm.otp_email', {'code': code, 'app_name': app_name, 'company': company}),
            'auto_delete': True,
        })
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

    @api.autovacuum
    def _gc_challenges(self):
        """Forget addresses that nobody needs any longer."""
        self.search([('expires_at', '<', fields.Datetime.now() - timedelta(days=1))], limit=100_000).unlink()
