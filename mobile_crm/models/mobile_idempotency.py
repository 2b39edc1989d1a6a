from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

from ..tools.problems import Problem
from ..tools.racing import execute_racing
from ..tools.sealing import seal, unseal

LIFETIME = timedelta(hours=24)
# Seconds after which a phone may ask again for what is being worked on.
RETRY_AFTER = 1


class MobileIdempotency(models.Model):
    """The answer to a request that a phone may send again, kept for 24 hours.

    A row is written in the transaction of the request's effect: both are there, or none of them. The answer may hold
    tokens, so it is sealed with the key and the request, which are not kept: whoever repeats the request can have it
    opened, and who reads the table cannot. For another request with the same key it does not open.
    """

    _name = 'mobile.idempotency'
    _description = "Answer to a Repeatable Request"
    _log_access = False

    key = fields.Char(required=True, readonly=True, help="The caller, the operation and the key, as a keyed hash.")
    app_id = fields.Many2one(
        comodel_name='mobile.app', readonly=True, index='btree_not_null', ondelete='cascade')
    device_id = fields.Many2one(
        comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='cascade')
    ended_token = fields.Char(
        readonly=True, index='btree_not_null', help="The hash of the token that the request itself has ended.")
    answer = fields.Binary(attachment=False, readonly=True)
    created_at = fields.Datetime(required=True, readonly=True, index=True)

    _key_unique = models.UniqueIndex('(key)')

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, claim, ended_token=None):
        """Return the answer that this request was given before, or None.

        :param Claim claim: the request.
        :param str ended_token: the hash of the token it comes with, when that is good for nothing else: then the
            request must be the one that ended it.
        :rtype: bytes | None
        :raise Problem: 422 when the key belongs to another request.
        """
        digest = self._digest(claim)
        self.env.cr.execute(SQL(
            """SELECT answer FROM mobile_idempotency
                WHERE key = %s AND created_at > %s AND answer IS NOT NULL AND %s""",
            digest, fields.Datetime.now() - LIFETIME,
            SQL('ended_token = %s', ended_token) if ended_token else SQL('TRUE')))
        row = self.env.cr.fetchone()
        if not row:
            return None
        answer = unseal(claim.secret, bytes(row[0]), digest.encode())
        if answer is None:
            raise Problem('idempotency_key_reused')
        return answer

    @api.model
    def _claim(self, claim):
        """Claim the key of a request that was not found, for the present transaction.

        Two that come with the same key, A before B, both REPEATABLE READ:

        - A runs: B does not get the lock, and is told so at once.
        - A has committed before B's snapshot was taken: B finds the answer and does not come here.
        - A has committed after it: A's lock is gone, and B does not see the row. But B's insert meets it and fails to
          serialise, before B has had any effect; with a new snapshot B finds the answer.
        - A has failed, or its worker was killed: PostgreSQL has taken the row and the lock back, and B runs.
        - A lost some other race, and Odoo begins it anew a while later: the lock is free meanwhile. So B may run, and
          it is A who finds the answer.

        :param Claim claim: the request.
        :raise Problem: 409 while another request with this key runs.
        :raise psycopg2.errors.SerializationFailure: when it was answered just now.
        """
        digest = self._digest(claim)
        self.env.cr.execute(SQL('SELECT pg_try_advisory_xact_lock(%s)', self._lock_number(digest)))
        if not self.env.cr.fetchone()[0]:
            raise Problem('idempotency_in_progress', headers={'Retry-After': str(RETRY_AFTER)})
        # A row that is there all the same is older than its life.
        execute_racing(self.env, SQL(
            """INSERT INTO mobile_idempotency (key, app_id, device_id, created_at)
                    VALUES (%(key)s, %(app)s, %(device)s, %(now)s)
               ON CONFLICT (key) DO UPDATE
                       SET created_at = EXCLUDED.created_at, answer = NULL, ended_token = NULL""",
            key=digest, app=claim.app_id, device=claim.device_id, now=fields.Datetime.now()))

    @api.model
    def _keep(self, claim, answer, ended_token=None):
        """Keep the answer to a request whose key was claimed.

        :param Claim claim: the request.
        :param bytes answer: what is given when it is repeated.
        :param str ended_token: the hash of the caller's token, where the request has ended it.
        """
        digest = self._digest(claim)
        self.env.cr.execute(SQL(
            'UPDATE mobile_idempotency SET answer = %s, ended_token = %s WHERE key = %s',
            seal(claim.secret, answer, digest.encode()), ended_token, digest))

    @api.model
    def _find_caller(self, token_hash):
        """Return whose token this was, if it was ended by a request that can be repeated.

        :param str token_hash: of a token that is good for nothing else any more.
        :return: the ids of the app, its company and the device, all of them in use, and of the user whose token it
            was, if anybody's; or None.
        :rtype: tuple[int, int, int, int | None] | None
        """
        self.env.cr.execute(SQL(
            """SELECT app.id, app.company_id, device.id, token.user_id
                 FROM mobile_idempotency kept
                 JOIN mobile_token token ON token.hash = kept.ended_token
                 JOIN mobile_device device ON device.id = kept.device_id AND device.active
                 JOIN mobile_app app ON app.id = device.app_id AND app.active AND app.kind = 'phone'
                WHERE kept.ended_token = %s AND kept.created_at > %s""",
            token_hash, fields.Datetime.now() - LIFETIME))
        return self.env.cr.fetchone()

    @api.model
    def _digest(self, claim):
        return hmac(self.env(su=True), 'mobile_crm.idempotency', (
            claim.app_id, claim.device_id, claim.user_id, claim.operation, claim.key))

    @api.model
    def _lock_number(self, digest):
        # 64 bits of the hash: that two keys share them is no harm, and hardly ever happens.
        return int(digest[:16], 16) - 2 ** 63

    @api.autovacuum
    def _gc_answers(self):
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_idempotency WHERE created_at < %s', fields.Datetime.now() - LIFETIME))
