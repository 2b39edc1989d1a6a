import hashlib
import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.geocoding import Place, plain
from ..tools.racing import execute_apart


class MobileGeocodeCache(models.Model):
    """What geocoding services have answered, so that the same address is asked once.

    A row begins as the claim of who is about to ask: of two workers with the same address the unique key lets one
    through, also when nothing is known yet. Which address was asked is kept as a hash; the answer names places.
    """

    _name = 'mobile.geocode.cache'
    _description = "Answer of a Geocoding Service"
    _log_access = False

    key = fields.Char(required=True, readonly=True, size=64)
    answer = fields.Json(readonly=True, help="Places, best first. Empty while the service is being asked.")
    expires_at = fields.Datetime(required=True, readonly=True, index=True)

    _key_unique = models.UniqueIndex('(key)')

    @api.model
    def _key(self, provider, text, country_code):
        """Return the key of a question; case, accents and punctuation make no other question."""
        parts = provider.tech_name, provider.mobile_endpoint or '', country_code, plain(text)
        return hashlib.sha256('\n'.join(parts).encode()).hexdigest()

    @api.model
    def _look_up(self, key, now, lease):
        """Return what is known of a question, or claim the right to ask it.

        :param datetime now: naive UTC.
        :param datetime lease: when the claim ends, if nobody comes back with an answer.
        :return: the places (None: not known), and whether the caller is the one to ask.
        :rtype: tuple[list[Place] | None, bool]
        """
        claimed = execute_apart(self.env, SQL(
            """INSERT INTO mobile_geocode_cache AS cache (key, expires_at) VALUES (%s, %s)
               ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, answer = NULL
                     WHERE cache.expires_at <= %s
               RETURNING id""",
            key, lease, now))
        if claimed:
            return None, True
        rows = execute_apart(self.env, SQL('SELECT answer FROM mobile_geocode_cache WHERE key = %s', key))
        answer = rows[0][0] if rows else None
        return None if answer is None else [_place(values) for values in answer], False

    @api.model
    def _store(self, key, places, expires_at):
        """Keep an answer."""
        execute_apart(self.env, SQL(
            'UPDATE mobile_geocode_cache SET answer = %s::jsonb, expires_at = %s WHERE key = %s',
            json.dumps([place._asdict() for place in places]), expires_at, key))

    @api.model
    def _give_up(self, key):
        """Take back the claim of who got no answer."""
        execute_apart(self.env, SQL('DELETE FROM mobile_geocode_cache WHERE key = %s AND answer IS NULL', key))

    @api.autovacuum
    def _gc_expired(self):
        self.env.cr.execute(SQL('DELETE FROM mobile_geocode_cache WHERE expires_at < %s', fields.Datetime.now()))


def _place(values):
    return Place(**{**values, 'cities': tuple(values['cities'])})
