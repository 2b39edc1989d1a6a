from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, consteq, email_normalize, hmac
from odoo.tools.mail import single_email_re

from odoo.addons.phone_validation.tools import phone_validation

from ..tools import secret
from ..tools.problems import Problem
from ..tools.racing import execute_apart

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5


class MobileOtp(models.Model):
    """A one-time code on its way to an address that somebody says is theirs; one row for each address.

    Codes are asked for and guessed at by many at once. So a row is written by single statements, each in a transaction
    of its own: it is never lost with its request, and nobody waits for another's request to end.
    """

    _name = 'mobile.otp'
    _description = "One-Time Code"
    _order = 'requested_at desc, id desc'
    _rec_name = 'uuid'
    _log_access = False
    _mobile_address_fields = ('address',)

    uuid = fields.Char(required=True, readonly=True, help="Names the challenge; a new code is a new challenge.")
    device_id = fields.Many2one(
        comodel_name='mobile.device', required=True, readonly=True, index=True, ondelete='cascade')
    channel = fields.Selection(selection=[('sms', "SMS"), ('email', "Email")], required=True, readonly=True)
    address = fields.Char(required=True, readonly=True, help="A number in E.164, or an email address.")
    purpose = fields.Selection(
        selection=[('sign_in', "Sign In"), ('change_address', "Change of Address")],
        required=True, readonly=True, default='sign_in')
    user_id = fields.Many2one(
        comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='cascade',
        help="Whose address changes.")
    code_hash = fields.Char(required=True, readonly=True)
    requested_at = fields.Datetime(string="Requested", required=True, readonly=True, default=fields.Datetime.now)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)
    tries = fields.Integer(required=True, readonly=True, default=0)
    verified_at = fields.Datetime(readonly=True)
    verified_by = fields.Char(readonly=True, help="Which request gave the right code, as a keyed hash.")

    _uuid_unique = models.UniqueIndex('(uuid)')
    # One living code for each address: a new one takes the place of the one before.
    _address_unique = models.UniqueIndex('(address)')

    # === BUSINESS METHODS === #

    @api.model
    def _request_code(self, device, channel, address, host, purpose='sign_in'):
        """Send a new code to an address and return the id of its challenge. The code before it dies.

        The answer and the work are the same whether or not anybody is known by that address.

        :param device: ``mobile.device``; the code counts on this device alone.
        :param str channel: ``sms`` or ``email``.
        :param str address: as its owner typed it.
        :param str host: the network address that the request came from.
        :param str purpose: ``sign_in``, or ``change_address`` for the device's customer.
        :rtype: str
        :raise Problem: 401 to change nobody's address, 422 for what is no address, 429 with ``Retry-After`` when too
            many codes were asked for.
        """
        if purpose == 'change_address' and not device.user_id:
            raise Problem('sign_in_required')
        address = self._normalize_address(device, channel, address)
        Limit = self.env['mobile.limit']
        Limit._take('otp_device', device.id)
        Limit._take('otp_ip', host)
        # The address last: who has no codes left uses up nobody else's.
        Limit._take('otp_address', address)
        now, code, uuid = fields.Datetime.now(), secret.new_code(), str(uuid4())
        row = {
            'uuid': uuid,
            'device_id': device.id,
            'channel': channel,
            'purpose': purpose,
            'user_id': device.user_id.id if purpose == 'change_address' else None,
            'code_hash': self._hash(uuid, code),
            'requested_at': now,
            'expires_at': now + LIFETIME,
            'tries': 0,
            'verified_at': None,
            'verified_by': None,
        }
        columns = SQL(', ').join(map(SQL.identifier, row))
        execute_apart(self.env, SQL(
            """INSERT INTO mobile_otp (address, %(columns)s) VALUES (%(address)s, %(values)s)
               ON CONFLICT (address) DO UPDATE SET (%(columns)s) = (%(values)s)""",
            columns=columns, address=address, values=SQL(', ').join(SQL('%s', value) for value in row.values())))
        self.invalidate_model()
        self._send(device, channel, address, code)
        return uuid

    @api.model
    def _verify(self, device, uuid, code, request_key):
        """Return the challenge that this code answers.

        Each call is a try, counted and committed before the code is looked at; five end the challenge. A right code
        counts once.

        :param device: ``mobile.device``, of the caller.
        :param str request_key: names the caller's request, which comes again when Odoo lost a race after this, or the
            phone never had its answer: the code that it has used up is then still its own.
        :return: the challenge; or the problem, the same for a wrong code, an old one and a challenge that never was.
        :rtype: MobileOtp | Problem
        """
        now = fields.Datetime.now()
        # With the code in it, so that no other code is tried under the same key.
        request = self._hash(uuid, f'{code} {request_key}')
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_otp SET tries = tries + CASE WHEN verified_at IS NULL THEN 1 ELSE 0 END
                WHERE uuid = %(uuid)s AND device_id = %(device)s
                  AND expires_at > %(now)s AND requested_at < %(ahead)s
                  AND (verified_at IS NULL AND tries < %(max)s OR verified_by = %(request)s)
                  AND (user_id IS NULL OR user_id = %(user)s)
            RETURNING id, code_hash""",
            uuid=uuid, device=device.id, now=now, ahead=now + secret.CLOCK_TOLERANCE, max=MAX_TRIES,
            request=request, user=device.user_id.id or None))
        challenge_id, code_hash = rows[0] if rows else (None, '')
        if not consteq(code_hash, self._hash(uuid, code)):
            return Problem('otp_invalid')
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_otp SET verified_at = %(now)s, verified_by = %(request)s
                WHERE id = %(id)s AND uuid = %(uuid)s AND (verified_at IS NULL OR verified_by = %(request)s)
            RETURNING id""",
            now=now, request=request, id=challenge_id, uuid=uuid))
        self.invalidate_model()
        return self.browse(challenge_id) if rows else Problem('otp_invalid')

    @api.model
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

    @api.model
    def _send(self, device, channel, address, code):
        """Put the code into Odoo's outgoing queue and wake its worker."""
        app_name = device.app_id.name
        if channel == 'sms':
            text = self.env._("%(code)s is your code for %(app)s. It is good for 10 minutes.", code=code, app=app_name)
            if device.platform == 'web':
                # By this line a browser fills the code in by itself, on our website and no other (WICG, Origin-bound
                # one-time codes).
                text += f'\n\n@{urlsplit(self.get_base_url()).hostname} #{code}'
            self.env['sms.sms'].create({'number': address, 'body': text})
            return
        device.company_id._mobile_mail(
            address, self.env._("Your code for %s", app_name), 'mobile_crm.otp_email',
            {'code': code, 'app_name': app_name})

    @api.autovacuum
    def _gc_challenges(self):
        """Forget addresses that nobody needs any longer."""
        self.search([('expires_at', '<', fields.Datetime.now() - timedelta(days=1))], limit=100_000).unlink()
