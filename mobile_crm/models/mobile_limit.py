import ipaddress
import logging
import math
import re
import threading
import time
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, hmac

from ..tools.limits import Standing, too_many
from ..tools.racing import execute_on_primary

_logger = logging.getLogger(__name__)

# A worker lets so many pass on its own before it tells the database, as a part of the quota.
SHARE_UNTOLD = 500
# How many subjects a worker remembers.
REMEMBERED = 10_000
# What "mobile_crm.limit.<policy>" looks like: the quota and the window in seconds.
PARAMETER = re.compile(r'\s*([1-9]\d{0,8})\s*/\s*([1-9]\d{0,6})\s*')
NOW = SQL("(now() AT TIME ZONE 'UTC')")


class Policy(NamedTuple):
    """How many are allowed within how many seconds."""

    quota: int
    window: int
    # Whether its subjects are addresses of hosts.
    by_host: bool = False


class _Window:
    """What this worker knows of one subject's window."""

    __slots__ = ('ends', 'told', 'untold')

    def __init__(self, ends):
        self.ends = ends
        # Counted in the database when we last looked, by all workers; and counted here since.
        self.told = 0
        self.untold = 0


class MobileLimit(models.Model):
    """How often something may happen, counted over all workers and hosts.

    A fixed window: it begins with a subject's first take, and the quota is good for its whole length. Two neighbouring
    windows may so be used up side by side, but in no window does more pass than the quota. It is one counter, updated
    by one statement; and what is left, and until when, can be told exactly.

    A request costs no statement where the quota is large: each worker lets one 500th of it pass before it adds them to
    the shared count, so that `n` workers may together let pass up to `n` times that share too many (of 6,000: 11 for
    each worker). A quota below 1,000 is counted one by one, and is exact.

    It is counted on connections of its own, so that a failed request counts and none waits for another's transaction.
    """

    _name = 'mobile.limit'
    _description = "Limit of Requests"
    _log_access = False

    key = fields.Char(required=True, readonly=True, help="The policy and its subject, as a keyed hash.")
    used = fields.Integer(required=True, readonly=True)
    ends_at = fields.Datetime(required=True, readonly=True)

    _key_unique = models.UniqueIndex('(key)')

    # May be changed by the system parameter "mobile_crm.limit.<policy>", such as "6000/60".
    POLICIES = {
        'device': Policy(6000, 60),
        'ip': Policy(6000, 60, by_host=True),
        'till': Policy(6000, 60),
        # Codes of coupons that could be right and are nobody's.
        'till_code': Policy(100, 3600),
        'till_code_ip': Policy(300, 3600, by_host=True),
        # Other texts that are no coupon: a guess at a code that was printed elsewhere, or what was scanned by mistake.
        'till_text': Policy(1000, 3600),
        'register_ip': Policy(1000, 3600, by_host=True),
        'otp_address': Policy(5, 3600),
        'otp_device': Policy(10, 3600),
        'otp_ip': Policy(100, 3600, by_host=True),
        'passkey_device': Policy(30, 3600),
        'passkey_ip': Policy(300, 3600, by_host=True),
        'export': Policy(6, 3600),
        # Answers to text messages: of a company's gateway, and what a person has to read from one number.
        'sms_inbound': Policy(6000, 60),
        'sms_inbound_number': Policy(30, 3600),
        # Each is read by a person.
        'enquiry': Policy(20, 3600),
        'enquiry_message': Policy(60, 3600),
        # Notifications that customers send to themselves.
        'push_test': Policy(6, 3600),
        # Wrong coupon codes; see mobile.guessing.
        'code_subject': Policy(10, 3600),
        'code_suspect': Policy(3, 3600),
        'code_unnamed': Policy(300, 3600, by_host=True),
        'code_host': Policy(100, 3600, by_host=True),
        'code_company': Policy(5000, 3600),
    }

    _windows = {}
    _lock = threading.Lock()

    def init(self):
        # A counter, and no business data: not worth a write-ahead log. A crash of the database empties it.
        self.env.cr.execute("SELECT relpersistence FROM pg_class WHERE oid = 'mobile_limit'::regclass")
        if self.env.cr.fetchone() != ('u',):
            self.env.cr.execute('ALTER TABLE mobile_limit SET UNLOGGED')

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, name, subject):
        """Take one from what a subject may do.

        Each attempt counts, also one that is refused; a refused subject is let in again when its window ends.

        :param str name: a key of ``POLICIES``.
        :param subject: whose limit it is: an id or an address. It is kept as a keyed hash.
        :rtype: Standing
        :raise Problem: 429 with ``Retry-After`` when nothing is left.
        """
        policy = self._policy(name)
        if policy.by_host:
            subject = self._network(subject)
        share = max(1, policy.quota // SHARE_UNTOLD)
        key, now = (self.env.cr.dbname, name, str(subject)), time.monotonic()
        with self._lock:
            window = self._windows.get(key)
            if not window or window.ends <= now:
                window = self._remember(key, _Window(now + policy.window), now)
            is_spent = window.told >= policy.quota
            untold = 0
            if not is_spent:
                window.untold += 1
                if window.untold >= share:
                    untold, window.untold = window.untold, 0
        if untold:
            told, seconds = self._tell(key, policy.window, untold)
            with self._lock:
                window.told, window.ends = told, now + seconds
        used = window.told + window.untold
        is_over = is_spent or used > policy.quota
        # The sum of an instant and a duration may be a hair more than the duration.
        reset = min(policy.window, max(1, math.ceil(window.ends - now)))
        standing = Standing(name, policy.quota, policy.window, max(0, policy.quota - used), reset)
        if is_over:
            raise too_many(standing)
        return standing

    @api.model
    def _check(self, name, subject):
        """Take nothing, and raise as ``_take`` does where nothing is left.

        :raise Problem: 429 with ``Retry-After``.
        """
        policy = self._policy(name)
        if policy.by_host:
            subject = self._network(subject)
        key, now = (self.env.cr.dbname, name, str(subject)), time.monotonic()
        window = self._windows.get(key)
        if not window or window.ends <= now or window.told < policy.quota:
            # Other workers may have told more.
            rows = self.env.execute_query(SQL(
                'SELECT used, extract(epoch FROM ends_at - %(now)s) FROM mobile_limit WHERE key = %(key)s',
                now=NOW, key=self._digest(key)))
            used, rest = (rows[0][0], float(rows[0][1])) if rows else (0, 0)
        else:
            used, rest = window.told, window.ends - now
        if rest > 0 and used >= policy.quota:
            raise too_many(
                Standing(name, policy.quota, policy.window, 0, min(policy.window, max(1, math.ceil(rest)))))

    @api.model
    def _count(self, name, subject, step=1):
        """Add to what a subject has used, whatever its quota is; each step is told to all workers at once.

        :param int step: how many; below zero gives back.
        :return: what is used in the present window, and the seconds until it ends, rounded up.
        :rtype: tuple[int, int]
        """
        policy = self._policy(name)
        if policy.by_host:
            subject = self._network(subject)
        used, seconds = self._tell((self.env.cr.dbname, name, str(subject)), policy.window, step)
        return used, min(policy.window, max(1, math.ceil(seconds)))

    @api.model
    def _is_spent(self, name, subject):
        """Tell whether a subject has used all that it has in the present window."""
        return self._count(name, subject, 0)[0] >= self._policy(name).quota

    @api.model
    def _policy(self, name):
        """Return a policy as this database has it."""
        policy = self.POLICIES[name]
        value = self.env['ir.config_parameter'].sudo().get_param(f'mobile_crm.limit.{name}')
        if not value:
            return policy
        if match := PARAMETER.fullmatch(value):
            return policy._replace(quota=int(match[1]), window=int(match[2]))
        _logger.warning('The system parameter mobile_crm.limit.%s must look like 6000/60, not like %r', name, value)
        return policy

    @api.model
    def _network(self, address):
        """Return what stands for a host: its address, and in IPv6 the network of 64 bits that one customer is given."""
        try:
            host = ipaddress.ip_address(address or '')
        except ValueError:
            # No address at all, such as that of a socket in the file system: all of these are one host.
            return ''
        if host.version == 6:
            host = host.ipv4_mapped or ipaddress.ip_network((host, 64), strict=False)
        return str(host)

    @api.model
    def _remember(self, key, window, now):
        """Keep a new window, and forget old ones when there are too many; called with the lock."""
        windows = self._windows
        windows.pop(key, None)
        if len(windows) >= REMEMBERED:
            for old in [old for old, known in windows.items() if known.ends <= now]:
                del windows[old]
        if len(windows) >= REMEMBERED:
            # The longest known first. What was not told of them is lost: less than their share.
            for old in list(windows)[:REMEMBERED // 10]:
                del windows[old]
        windows[key] = window
        return window

    @api.model
    def _tell(self, key, seconds, count):
        """Add to the shared count.

        :return: the count of all workers in the present window, and the seconds until it ends.
        :rtype: tuple[int, float]
        """
        [(used, rest)] = execute_on_primary(self.env, SQL(
            """INSERT INTO mobile_limit AS known (key, used, ends_at)
                    VALUES (%(key)s, greatest(0, %(count)s), %(now)s + %(seconds)s * interval '1 second')
               ON CONFLICT (key) DO UPDATE
                       SET used = greatest(0, %(count)s + CASE WHEN known.ends_at > %(now)s THEN known.used ELSE 0 END),
                           ends_at = CASE WHEN known.ends_at > %(now)s THEN known.ends_at ELSE EXCLUDED.ends_at END
                 RETURNING used, extract(epoch FROM ends_at - %(now)s)""",
            now=NOW, key=self._digest(key), count=count, seconds=seconds))
        return used, float(rest)

    @api.model
    def _digest(self, key):
        """Return what a subject is stored as."""
        # Keyed with the database's secret: there are few phone numbers and addresses to try against a plain hash.
        return hmac(self.env(su=True), 'mobile_crm.limit', key[1:])

    @api.autovacuum
    def _gc_windows(self):
        execute_on_primary(self.env, SQL('DELETE FROM mobile_limit WHERE ends_at < %s', NOW))
