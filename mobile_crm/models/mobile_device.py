from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import phone_clock
from ..tools.keyset import newest_first
from ..tools.phone_clock import Clock
from ..tools.problems import Problem
from ..tools.push_address import ENDPOINT_SQL, Subscription
from ..tools.racing import execute_racing

MAX_INTEGER = 2 ** 31 - 1
PLATFORMS = [('ios', "iOS"), ('android', "Android"), ('web', "Web")]


class Reporter(NamedTuple):
    """A phone as far as its reports are concerned."""

    id: int
    company_id: int
    partner_id: int | None
    signed_in_at: datetime | None
    is_handed_on: bool
    location_mode: str
    may_locate: bool
    clock: Clock

    def whose(self, instant, is_place=False):
        """Return the id of the customer whose fact of an instant this is, or None.

        What happened before the customer signed in on this phone is not theirs: it may have been somebody else's. Where
        nobody else has ever been signed in, what they report of their ways is theirs, if they agree to be located.

        :param bool is_place: whether the fact tells where the phone was.
        """
        if not self.signed_in_at:
            return None
        if instant >= self.signed_in_at or (is_place and self.may_locate and not self.is_handed_on):
            return self.partner_id
        return None


class MobileDevice(models.Model):
    """One install of an app on a phone. It is anonymous until its customer signs in."""

    _name = 'mobile.device'
    _description = "Phone"
    _order = 'last_seen_at desc, id desc'

    name = fields.Char(compute='_compute_name', store=True)
    uuid = fields.Char(
        string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    install_id = fields.Char(
        string="Install ID", required=True, readonly=True, copy=False,
        help="What the app calls this install of itself. The same install is never a second device.",
    )
    app_id = fields.Many2one(
        comodel_name='mobile.app', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='app_id.company_id', store=True, index=True)
    active = fields.Boolean(default=True)

    # Who uses it
    user_id = fields.Many2one(
        string="Portal User", comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='set null')
    partner_id = fields.Many2one(
        string="Customer", related='user_id.partner_id', store=True, index='btree_not_null',
        help="Who signed in on this phone. Empty while nobody has.")
    signed_in_at = fields.Datetime(string="Signed In", readonly=True)
    anonymous_since = fields.Datetime(
        readonly=True, help="When the time began in which nobody was signed in, before the present customer was.")
    is_handed_on = fields.Boolean(
        readonly=True, help="Somebody was signed in before the present customer, who may have been somebody else.")
    last_seen_at = fields.Datetime(string="Last Seen", readonly=True, index=True, default=fields.Datetime.now)

    # Counts who works out where it was (see mobile.presence): of two at once, the second meets a changed row.
    follow_count = fields.Integer(readonly=True, copy=False, groups='base.group_system', aggregator=None)

    # What it is
    platform = fields.Selection(selection=PLATFORMS, required=True, readonly=True)
    model = fields.Char(readonly=True)
    os_version = fields.Char(string="System Version", readonly=True)
    app_version = fields.Char(readonly=True)
    locale = fields.Char(readonly=True, help="What the phone says, as a BCP 47 tag.")
    lang = fields.Char(string="Language", readonly=True, help="The installed language nearest to the locale.")
    timezone = fields.Char(readonly=True)
    clock_offset = fields.Integer(
        string="Clock Offset (s)", readonly=True,
        help="Seconds that are added to what the phone's clock says. Negative when it is fast.")
    clock_sample = fields.Integer(
        readonly=True, help="The offset that the last report of this phone showed, with the time it was on its way.")

    # How to reach it
    push_provider = fields.Selection(
        selection=[('fcm', "Firebase (FCM)"), ('apns', "Apple (APNs)"), ('webpush', "Web Push")], readonly=True)
    push_address = fields.Char(readonly=True, copy=False, groups='base.group_system')
    location_permission = fields.Selection(
        selection=[('never', "Never"), ('when_in_use', "While Using the App"), ('always', "Always")], readonly=True)
    notifications_allowed = fields.Boolean(string="Notifications", readonly=True)

    token_ids = fields.One2many(comodel_name='mobile.token', inverse_name='device_id', groups='base.group_system')

    _uuid_unique = models.Constraint('UNIQUE (uuid)', "Two devices cannot share a public ID.")
    # Who registers an address takes it from the phone that had it. It is longer than a B-tree holds.
    _push_address_idx = models.Index('USING hash (push_address)')
    # A browser that subscribes again can get other keys for the same endpoint.
    _push_endpoint_idx = models.Index(f"USING hash ({ENDPOINT_SQL}) WHERE push_provider = 'webpush'")
    _install_unique = models.UniqueIndex('(app_id, install_id)', "This install is registered already.")

    # === COMPUTE METHODS === #

    @api.depends('platform', 'model')
    def _compute_name(self):
        platforms = dict(self._fields['platform']._description_selection(self.env))
        for device in self:
            device.name = device.model or platforms.get(device.platform)

    # === ACTION METHODS === #

    def action_sign_out(self):
        """End the sessions of these phones at once."""
        self.check_access('write')
        self.sudo()._sign_out()

    def action_sign_out_everywhere(self):
        """End the sessions of these phones' customers on all their phones."""
        self.partner_id.action_mobile_sign_out()

    # === BUSINESS METHODS === #

    def _reporter(self, with_consent=True):
        """Return what is to be known of this phone when it reports, in one query.

        :param bool with_consent: whether it matters that the customer agrees to be located.
        :rtype: Reporter
        """
        self.ensure_one()
        may_locate = self.env['mobile.consent']._granted_sql(
            SQL('device.partner_id'), SQL('device.company_id'), 'location') if with_consent else SQL('FALSE')
        (*values, offset, sample), = self.env.execute_query(SQL(
            """SELECT device.id, device.company_id, device.partner_id, device.signed_in_at,
                      coalesce(device.is_handed_on, FALSE), app.location_mode, %s,
                      coalesce(device.clock_offset, 0), coalesce(device.clock_sample, 0)
                 FROM mobile_device device JOIN mobile_app app ON app.id = device.app_id
                WHERE device.id = %s""", may_locate, self.id))
        return Reporter(*values, Clock(offset, sample))

    def _put_right(self, said, now, sent_at=None):
        """Return when something was that this phone's clock has seen.

        :param list[datetime] said: by the clock of the phone, as naive UTC.
        :param datetime now: of receipt.
        :param datetime sent_at: when the phone sent it, by the same clock, if it tells.
        :rtype: list[datetime]
        """
        known = Clock(self.clock_offset, self.clock_sample)
        clock = sent_at and phone_clock.measure(known, (now - sent_at).total_seconds())
        return [instant for instant, _is_guess in phone_clock.put_right(
            said, now, clock and clock.offset, known.offset)]

    def _set_clock(self, clock):
        """Remember how wrong this phone's clock is.

        :param Clock clock: kept within 68 years.
        """
        self.ensure_one()
        offset, sample = (max(-MAX_INTEGER, min(MAX_INTEGER, seconds)) for seconds in clock)
        execute_racing(self.env, SQL(
            'UPDATE mobile_device SET clock_offset = %s, clock_sample = %s WHERE id = %s', offset, sample, self.id))
        self.invalidate_recordset(['clock_offset', 'clock_sample'])

    @api.model
    def _register_install(self, app, install_id, values):
        """Return the device of this install, new or known, signed out and without living tokens.

        Whoever sends a known install id again has lost its tokens, or never had them: the device starts over as
        anonymous, so that knowing an install id opens nobody's account.

        :param app: ``mobile.app``.
        :param str install_id: the app's own id of the install (a UUID).
        :param dict values: fields of this model that the phone reported.
        :return: the device and whether it is new.
        :rtype: tuple[MobileDevice, bool]
        """
        created = execute_racing(self.env, SQL(
            """INSERT INTO mobile_device (app_id, install_id, uuid, platform, active, anonymous_since, create_uid,
                                          create_date)
                    VALUES (%s, %s, %s, %s, TRUE, %s, %s, now() AT TIME ZONE 'UTC')
               ON CONFLICT (app_id, install_id) DO NOTHING RETURNING id""",
            app.id, install_id, str(uuid4()), values['platform'], fields.Datetime.now(), self.env.uid))
        if created:
            device = self.browse(created[0])
            # The row is there, but what depends on its fields has not been computed yet.
            device.modified(['app_id', 'platform'])
        else:
            device = self.with_context(active_test=False).search(
                [('app_id', '=', app.id), ('install_id', '=', install_id)])
            device._sign_out()
        device._update_report({**values, 'active': True})
        return device, bool(created)

    def _update_report(self, values):
        """Write what the phone reported of itself."""
        self.ensure_one()
        if values.get('push_address'):
            # One address is one phone: who registered it last has it.
            self._others_at(values['push_provider'], values['push_address']).write(
                {'push_provider': False, 'push_address': False})
        self.write({**values, 'last_seen_at': fields.Datetime.now()})

    def _others_at(self, provider, address):
        """Return the other devices, archived ones too, that have a push address; of a browser its endpoint counts."""
        if provider == 'webpush':
            self.flush_model(['push_provider', 'push_address'])
            found = self.env.execute_query(SQL(
                "SELECT id FROM mobile_device WHERE push_provider = 'webpush' AND %s = %s AND id != %s",
                SQL(ENDPOINT_SQL), Subscription.parse(address).endpoint, self.id))
            return self.browse(row[0] for row in found)
        return self.with_context(active_test=False).search([('push_address', '=', address), ('id', '!=', self.id)])

    @api.model
    def _is_known_push_service(self, provider, address):
        """Tell whether this server may send to an address: that of a browser names a host.

        :param str address: see ``tools.push_address.checked_address``.
        """
        return provider != 'webpush' or bool(
            Subscription.parse(address).service(self.env['mobile.app']._webpush_hosts()))

    def _sign_in(self, user):
        """Bind the device to a customer; sessions that came before end."""
        self.ensure_one()
        self.env['mobile.token']._revoke([('device_id', '=', self.id)])
        now = fields.Datetime.now()
        values = {'user_id': user.id, 'signed_in_at': now}
        if self.user_id and self.user_id != user:
            # It changes hands without a sign-out: all that came before was somebody else's.
            values |= {'anonymous_since': now, 'is_handed_on': True}
        self.write(values)
        self.env['mobile.visit']._end_on(self, user.partner_id)
        self._adopt_history()
        # Who comes back within the grace wants to be known after all.
        self.env['mobile.erasure']._cancel_for(user.partner_id, self.company_id)

    def _adopt_history(self):
        """Give what these devices did before their customer signed in to the customer, if they have consented to it.

        It is the one place where an event is changed, and sets nothing off: no campaign answers what is long past.
        """
        self.env.flush_all()
        execute_racing(self.env, SQL(
            """UPDATE mobile_event event SET partner_id = device.partner_id
                 FROM mobile_device device
                WHERE device.id IN %s AND event.device_id = device.id AND event.partner_id IS NULL
                  AND event.occurred_at >= device.anonymous_since AND event.occurred_at < device.signed_in_at
                  AND device.partner_id IS NOT NULL AND %s""",
            self._ids or (0,), self.env['mobile.consent']._granted_sql(
                SQL('device.partner_id'), SQL('device.company_id'), 'profiling')))
        self.env['mobile.event'].invalidate_model(['partner_id'])

    def _sign_out(self):
        """End all sessions of these devices and forget whose they were."""
        self.env['mobile.token']._revoke([('device_id', 'in', self.ids)])
        self.filtered('user_id').is_handed_on = True
        self.write({'user_id': False, 'signed_in_at': False, 'anonymous_since': fields.Datetime.now()})
        self.env['mobile.visit'].sudo()._end_on(self)

    def _sign_out_everywhere(self):
        """End all sessions of this device's customer, on all their devices; an anonymous one is signed out alone."""
        self.ensure_one()
        (self | self.user_id._mobile_devices())._sign_out()

    def _forget(self):
        """Sign out and let no push reach this install any more; it can register again."""
        self._sign_out()
        self.write({'active': False, 'push_provider': False, 'push_address': False})

    @api.model
    def _find_page(self, user, company, limit, after=None):
        """Return one page of the devices on which a customer is signed in, the latest sign-in first.

        :param company: ``res.company``; other companies' apps are their own business.
        :param tuple after: (signed_in_at, id) of the last device that was given.
        """
        domain = Domain([('user_id', '=', user.id), ('company_id', '=', company.id), ('signed_in_at', '!=', False)])
        domain &= newest_first('signed_in_at', after)
        return self.search(domain, limit=limit, order='signed_in_at desc, id desc')

    def _answer_challenge(self, challenge_uuid, code, request_key):
        """Do what a one-time code was asked for, if this is the code: sign in, or change the customer's address.

        :param str request_key: see ``mobile.otp._verify``.
        :return: the customer's new tokens on this device; or the problem, to be returned and not raised, for what was
            written must be kept.
        :rtype: dict | Problem
        """
        self.ensure_one()
        challenge = self.env['mobile.otp']._verify(self, challenge_uuid, code, request_key)
        if isinstance(challenge, Problem):
            return challenge
        if challenge.purpose == 'change_address':
            refusal = self.user_id._mobile_change_address(challenge.channel, challenge.address)
            if refusal:
                return refusal
            (self.user_id._mobile_devices() - self)._sign_out()
            self.env['mobile.token']._revoke([('user_id', '=', self.user_id.id)])
        else:
            self._sign_in(self.env['res.users']._mobile_sign_in(self, challenge.channel, challenge.address))
        return self.env['mobile.token']._issue(self)

    def _answer_passkey(self, assertion):
        """Sign in whose passkey has answered this device's challenge.

        :param dict assertion: ``PublicKeyCredential.toJSON()``.
        :return: the customer's new tokens on this device; or the problem, to be returned and not raised, for the try
            counts.
        :rtype: dict | Problem
        """
        self.ensure_one()
        user = self.env['auth.passkey.key']._mobile_verify(self, assertion)
        if isinstance(user, Problem):
            return user
        self._sign_in(user)
        return self.env['mobile.token']._issue(self)

    @api.model
    def _companies_signed_in(self, partner):
        """Return the companies in whose apps a customer has a phone on which they can answer (``res.company``)."""
        return self.search(self._signed_in(partner)).company_id if partner else self.env['res.company']

    @api.model
    def _signed_in(self, partner):
        """Return the domain of the phones on which a customer is served."""
        # Not if they are staff by now, or blocked.
        return [
            ('partner_id', '=', partner.id), ('app_id.active', '=', True), ('app_id.kind', '=', 'phone'),
            ('user_id.active', '=', True), ('user_id.share', '=', True),
        ]

    def _has_session(self, partner, company):
        """Tell whether a customer is signed in on this phone, in a company's app, with a token that lives."""
        self.ensure_one()
        return bool(self.search_count([
            ('id', '=', self.id), ('company_id', '=', company.id), *self._signed_in(partner),
            ('token_ids', 'any', [
                ('user_id', '=', self.user_id.id), ('revoked_at', '=', False), ('used_at', '=', False),
                ('expires_at', '>', fields.Datetime.now())]),
        ]))

    @api.model
    @tools.ormcache('company_id')
    def _company_lang(self, company_id):
        """Return the language of a company, for phones that name none which is installed."""
        return self.env['res.company'].sudo().browse(company_id).partner_id.lang or 'en_US'

    @api.model
    def _nearest_lang(self, locale):
        """Return the code of the installed language nearest to a BCP 47 tag, or False."""
        if not locale:
            return False
        wanted = locale.replace('-', '_')
        installed = [code for code, _name in self.env['res.lang'].get_installed()]
        language = wanted.partition('_')[0].lower()
        for code in installed:
            if code.lower() == wanted.lower():
                return code
        return next((code for code in installed if code.partition('_')[0] == language), False)
