import hashlib

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing


class MobileNonce(models.Model):
    """What may be used once and has been, until it would have expired anyway: cards at the till, challenges."""

    _name = 'mobile.nonce'
    _description = "Used Nonce"
    _log_access = False

    hash = fields.Char(required=True, readonly=True, size=64)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)

    _hash_unique = models.UniqueIndex('(hash)')

    @api.model
    def _spend(self, purpose, nonce, expires_at):
        """Use a nonce, if nobody has yet. Of two at once the unique key lets one through.

        :param str purpose: what it is for; each purpose counts for itself.
        :param datetime expires_at: naive UTC, from when on it is refused without asking here.
        :return: whether this was the first time.
        :rtype: bool
        """
        digest = hashlib.sha256(f'{purpose}|{nonce}'.encode()).hexdigest()
        return bool(execute_racing(self.env, SQL(
            'INSERT INTO mobile_nonce (hash, expires_at) VALUES (%s, %s) ON CONFLICT (hash) DO NOTHING RETURNING id',
            digest, expires_at)))

    @api.autovacuum
    def _gc_expired(self):
        # A day more than needed, for the clocks of several hosts.
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_nonce WHERE expires_at < %s', fields.Datetime.subtract(fields.Datetime.now(), days=1)))
