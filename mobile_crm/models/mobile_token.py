from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import secret
from ..tools.problems import Problem
from ..tools.racing import execute_racing

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=90)
# A dead row is kept so long to tell a reused refresh token from one that never was.
KEEP_DEAD = timedelta(days=30)
# For so long a phone whose answer was lost may present its refresh token once more.
GRACE = timedelta(seconds=60)


class Caller(NamedTuple):
    """Who sends this request: what a token says, read in one query."""

    app_id: int
    company_id: int
    device_id: int
    user_id: int | None
    partner_id: int | None
    lang: str | None


class TillCaller(NamedTuple):
    """Which till sends this request."""

    app_id: int
    company_id: int


class MobileToken(models.Model):
    """A token of a device or a till, known by its hash alone.

    Access tokens live 15 minutes. A refresh token is used once and gives a new pair of the same family; one that
    comes a second time was copied, so its whole family dies (RFC 9700, section 4.14.2).

    A phone that lost the answer is no thief. So the refresh token that was used last may come once more for a minute,
    as long as nobody has used what it gave: that pair dies, and a new one takes its place.
    """

    _name = 'mobile.token'
    _description = "Phone Token"
    _order = 'id desc'
    _log_access = False

    kind = fields.Selection(
        selection=[('access', "Access"), ('refresh', "Refresh"), ('till', "Till")], required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True, size=64)
    family = fields.Char(required=True, readonly=True, index=True)
    device_id = fields.Many2one(
        comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='cascade')
    app_id = fields.Many2one(
        string="Till", comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='cascade')
    user_id = fields.Many2one(comodel_name='res.users', readonly=True, index='btree_not_null', ondelete='cascade')
    created_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)
    used_at = fields.Datetime(readonly=True)
    repeated_at = fields.Datetime(readonly=True, help="When a used refresh token came once more, its answer lost.")
    revoked_at = fields.Datetime(readonly=True)

    _hash_unique = models.UniqueIndex('(hash)')
    _one_holder = models.Constraint(
        "CHECK (num_nonnulls(device_id, app_id) = 1 AND (kind = 'till') = (app_id IS NOT NULL))",
        "A token is a device's or a till's.")

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, device, family=None):
        """Return a new access and refresh token for a device, in plain; only their hashes are kept.

        :param device: ``mobile.device``; the tokens are its customer's when one is signed in.
        :param str family: the session that goes on, or None for a new one.
        :rtype: dict
        """
        now = fields.Datetime.now()
        pair = {
            'access': (secret.new_token(secret.ACCESS_PREFIX), ACCESS_LIFETIME),
            'refresh': (secret.new_token(secret.REFRESH_PREFIX), REFRESH_LIFETIME),
        }
        family = family or uuid4().hex
        device.flush_recordset(['user_id'])
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_token (kind, hash, family, device_id, user_id, created_at, expires_at)
               VALUES %s""",
            SQL(', ').join(
                SQL('%s', (kind, secret.token_hash(token), family, device.id, device.user_id.id or None, now,
                           now + lifetime))
                for kind, (token, lifetime) in pair.items()
            )))
        return {
            'access_token': pair['access'][0],
            'refresh_token': pair['refresh'][0],
            'token_type': 'Bearer',
            'expires_in': int(ACCESS_LIFETIME.total_seconds()),
        }

    @api.model
    def _issue_till(self, till):
        """Return a new token for a till, in plain; only its hash is kept.

        :param till: ``mobile.app``.
        :rtype: dict
        """
        token = secret.new_token(secret.TILL_PREFIX)
        self.create({
            'kind': 'till',
            'hash': secret.token_hash(token),
            'family': uuid4().hex,
            'app_id': till.id,
            'expires_at': fields.Datetime.now() + ACCESS_LIFETIME,
        })
        return {
            'access_token': token,
            'token_type': 'Bearer',
            'expires_in': int(ACCESS_LIFETIME.total_seconds()),
        }

    @api.model
    def _authenticate_till(self, token):
        """Return the till that presents this token.

        :rtype: TillCaller
        :raise Problem: 401.
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            """SELECT app.id, app.company_id, token.expires_at > %s
                 FROM mobile_token token
                 JOIN mobile_app app ON app.id = token.app_id
                WHERE token.hash = %s AND token.kind = 'till' AND token.revoked_at IS NULL AND token.created_at < %s
                  AND app.active AND app.kind = 'till'""",
            (now, secret.token_hash(token), now + secret.CLOCK_TOLERANCE))
        row = self.env.cr.fetchone()
        if not row:
            raise Problem('token_invalid')
        if not row[-1]:
            raise Problem('token_expired')
        return TillCaller(*row[:-1])

    @api.model
    def _authenticate(self, token):
        """Return who presents this access token.

        One query, by the unique index on the hash; the database compares hashes, so timing tells nothing of a token.

        :rtype: Caller
        :raise Problem: 401.
        """
        now = fields.Datetime.now()
        # Subqueries and no joins: PostgreSQL plans them in two thirds of the time. Each finds nothing where the app or
        # the user must not be served. A member of staff is not, also when the customer became one after signing in; nor
        # does a token outlive the hour in which its device was somebody else's, whoever wrote that.
        self.env.cr.execute(
            """SELECT device.app_id,
                      (SELECT company_id FROM mobile_app WHERE id = device.app_id AND active AND kind = 'phone'),
                      device.id, token.user_id,
                      (SELECT partner_id FROM res_users WHERE id = token.user_id AND active AND share),
                      device.lang, token.expires_at > %s
                 FROM mobile_token token
                 JOIN mobile_device device ON device.id = token.device_id
                WHERE token.hash = %s AND token.kind = 'access' AND token.revoked_at IS NULL AND token.created_at < %s
                  AND device.active AND token.user_id IS NOT DISTINCT FROM device.user_id""",
            (now, secret.token_hash(token), now + secret.CLOCK_TOLERANCE))
        row = self.env.cr.fetchone()
        caller = row and Caller(*row[:-1])
        if not caller or not caller.company_id or (caller.user_id and not caller.partner_id):
            raise Problem('token_invalid')
        if not row[-1]:
            raise Problem('token_expired')
        return caller

    @api.model
    def _rotate(self, token, app_id):
        """Exchange a refresh token for a new pair: once, and once more when the answer was lost.

        :param int app_id: the app that presents it; another app's token is not known here.
        :return: the new pair; or the problem, to be returned and not raised where a family was revoked.
        :rtype: dict | Problem
        """
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_token token
                  SET used_at = COALESCE(token.used_at, %(now)s),
                      repeated_at = CASE WHEN token.used_at IS NOT NULL THEN %(now)s::timestamp END
                 FROM mobile_device device
                WHERE token.hash = %(hash)s AND token.kind = 'refresh' AND device.id = token.device_id
                  AND device.app_id = %(app)s AND device.active
                  AND token.revoked_at IS NULL AND token.expires_at > %(now)s AND token.created_at < %(ahead)s
                  AND (token.used_at IS NULL OR (
                           token.used_at >= %(grace)s
                           AND NOT EXISTS (SELECT FROM mobile_token successor
                                            WHERE successor.family = token.family AND successor.kind = 'refresh'
                                              AND successor.id > token.id AND successor.used_at IS NOT NULL)))
                  AND token.user_id IS NOT DISTINCT FROM device.user_id
                  AND (token.user_id IS NULL
                       OR EXISTS (SELECT FROM res_users WHERE id = token.user_id AND active AND share))
            RETURNING token.family, token.device_id, token.repeated_at IS NOT NULL""",
            now=now, ahead=now + secret.CLOCK_TOLERANCE, grace=now - GRACE, hash=secret.token_hash(token), app=app_id))
        for family, device_id, is_repeated in rows:
            if is_repeated:
                self._spend(family)
            else:
                # The access token that came with the old one ends with it.
                self._revoke([('family', '=', family), ('kind', '=', 'access')])
            device = self.env['mobile.device'].browse(device_id)
            device.last_seen_at = now
            return self._issue(device, family)
        dead = self.search([
            ('hash', '=', secret.token_hash(token)), ('kind', '=', 'refresh'), ('device_id.app_id', '=', app_id)])
        if dead.used_at:
            self._revoke([('family', '=', dead.family)])
            return Problem('token_reused')
        return Problem('token_expired' if dead and not dead.revoked_at and dead.expires_at <= now else 'token_invalid')

    @api.model
    def _spend(self, family):
        """End what a session has, in favour of a pair to come: a refresh token of it that comes later is a reused one.

        :param str family: the session.
        """
        execute_racing(self.env, SQL(
            """UPDATE mobile_token
                  SET revoked_at = COALESCE(revoked_at, %(now)s),
                      used_at = CASE WHEN kind = 'refresh' THEN COALESCE(used_at, %(now)s) END
                WHERE family = %(family)s""",
            now=fields.Datetime.now(), family=family))
        self.invalidate_model()

    @api.model
    def _revoke(self, domain):
        """End living tokens at once."""
        now = fields.Datetime.now()
        self.flush_model()
        living = self._search([*domain, ('revoked_at', '=', False), ('expires_at', '>', now)])
        # Two who end the same tokens at once are no error.
        execute_racing(self.env, SQL(
            'UPDATE mobile_token SET revoked_at = %s WHERE id IN %s', now, living.subselect()))
        self.invalidate_model(['revoked_at'])

    @api.autovacuum
    def _gc_dead_tokens(self):
        limit = fields.Datetime.now() - KEEP_DEAD
        self.search([('expires_at', '<', limit)], limit=100_000).unlink()
