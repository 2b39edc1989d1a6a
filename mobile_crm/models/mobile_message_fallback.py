from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.public_id import ordered_uuid_sql
from ..tools.racing import execute_apart, execute_racing

PUSH_PROVIDERS = ('fcm', 'apns', 'webpush')
# Each of these channels has one provider of the same name.
TEXT_CHANNELS = ('sms', 'email')
# How long each way has to deliver, where the message does not say.
FALLBACK_MINUTES = 30
# How long a message may wait for being sent, where it does not say: an offer, and an answer or notice.
TIME_TO_LIVE = timedelta(hours=24)
SERVICE_TIME_TO_LIVE = timedelta(hours=72)
# Messages whose next way one statement opens.
BATCH = 500
# What ends one way only: another one may be open.
ONE_WAYS = ('no_address', 'unwanted', 'consent_withdrawn', 'next_way')


class Way(NamedTuple):
    """A sender that is ready, and what it reaches: phones of an app, or numbers, or email addresses."""

    channel: str
    provider: str
    app_id: int | None
    sender_id: int


class MobileMessage(models.Model):
    """The ways by which a message is brought to its customer, one after the other."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS: what is open === #

    @api.model
    def _channels_of(self, company):
        """Return the channels by which messages of a company can be sent, beside the app's inbox.

        :param company: ``res.company``.
        :rtype: frozenset[str]
        """
        return frozenset(channel for channel, _provider, _app in self._ready(company))

    @api.model
    def _ready(self, company):
        """Return what is ready to send for a company.

        :return: (channel, provider, app or an empty recordset) each.
        :rtype: list[tuple[str, str, MobileApp]]
        """
        company = company.sudo()
        apps = self.env['mobile.app'].sudo().search([('company_id', '=', company.id), ('kind', '=', 'phone')])
        known = [code for code in (*PUSH_PROVIDERS, *TEXT_CHANNELS) if f'mobile.provider.{code}' in self.env]
        ready = []
        for code in known:
            provider = self.env[f'mobile.provider.{code}'].sudo()
            if code in PUSH_PROVIDERS:
                ready += [('push', code, app) for app in apps if provider._is_ready(company, app)]
            elif provider._is_ready(company):
                ready.append((code, code, apps.browse()))
        return ready

    @api.model
    def _ways(self, company):
        """Return what is ready to send for a company, with its senders.

        :rtype: list[Way]
        """
        Sender = self.env['mobile.sender'].sudo()
        return [Way(channel, code, app.id or None, Sender._ensure(code, company, app).id)
                for channel, code, app in self._ready(company)]

    # === BUSINESS METHODS: the next way === #

    @api.model
    def _queue_next(self, origins):
        """Queue each of these messages on the first of its ``next_channels`` that is open, and note when the one after
        that is tried.

        A channel is open when the customer can be reached by it, has agreed to it (an answer needs that not), wants
        it, and something sends it. It takes a few statements for however many messages.

        :param origins: messages in customers' inboxes; ``next_channels``, and if they have them ``expires_at``,
            ``collapse_key`` and ``fallback_minutes`` are theirs.
        """
        if not origins:
            return
        self.env.flush_all()
        pairs = self.env.execute_query(SQL(
            'SELECT DISTINCT company_id, campaign_id FROM mobile_message WHERE id = ANY(%s)', list(origins._ids)))
        campaigns = self.env['mobile.campaign'].sudo().browse({campaign_id for _company, campaign_id in pairs
                                                               if campaign_id})
        senders = set()
        for company in self.env['res.company'].browse({company_id for company_id, _campaign in pairs}):
            senders |= self._queue_in(company, origins, campaigns)
        origins.invalidate_recordset(['next_channels', 'fallback_at', 'reason', 'delivery_ids'], flush=False)
        self.env['mobile.sender'].sudo().browse(senders)._wake()

    def _queue_in(self, company, origins, campaigns):
        """Do the work of ``_queue_next`` for the messages of one company; return the ids of the senders in use."""
        now, ways = fields.Datetime.now(), self._ways(company)
        purposes = {campaign.id: ','.join(campaign._purposes()) for campaign in campaigns}
        rows = execute_racing(self.env, SQL(
            """WITH sender AS MATERIALIZED (
                   SELECT * FROM unnest(%(channels)s::varchar[], %(providers)s::varchar[], %(apps)s::integer[],
                                        %(senders)s::integer[]) AS sender (channel, provider, app_id, id)),
               origin AS MATERIALIZED (
                   SELECT message.id, message.partner_id, message.campaign_id, message.title, message.is_service,
                          message.collapse_key, message.fallback_minutes, message.state, message.opened_at,
                          campaign.app_id, string_to_array(message.next_channels, ',') AS channels,
                          coalesce(message.expires_at, CASE WHEN message.is_service THEN %(service_expires)s::timestamp
                                                            ELSE %(expires)s::timestamp END) AS expires_at
                     FROM mobile_message message
                     LEFT JOIN mobile_campaign campaign ON campaign.id = message.campaign_id
                    WHERE message.id = ANY(%(ids)s) AND message.company_id = %(company)s
                      AND (message.next_channels IS NOT NULL OR message.fallback_at IS NOT NULL)),
               -- Carried on from here: PostgreSQL takes each of these for a single row, and would compare them all with
               -- all if they were joined again.
               next AS MATERIALIZED (
                   SELECT origin.*, way.channel, way.rank
                     FROM origin
                     JOIN res_partner partner ON partner.id = origin.partner_id
                     LEFT JOIN mobile_preference preference
                       ON preference.partner_id = origin.partner_id AND preference.company_id = %(company)s
                     LEFT JOIN LATERAL (
                          SELECT given.channel, given.rank
                            FROM unnest(origin.channels) WITH ORDINALITY AS given (channel, rank)
                           WHERE origin.expires_at > %(now)s AND origin.state = 'sent' AND origin.opened_at IS NULL
                             AND CASE given.channel %(open)s ELSE FALSE END
                           ORDER BY given.rank LIMIT 1) way ON TRUE),
               attempt AS (
                   INSERT INTO mobile_message (uuid, partner_id, company_id, campaign_id, channel, title, state,
                                               is_service, origin_id, sender_id, device_id, collapse_key, purposes,
                                               tries, faults, is_repeat, due_at, expires_at, create_uid, create_date,
                                               write_uid, write_date)
                        SELECT %(uuid)s, origin.partner_id, %(company)s, origin.campaign_id, origin.channel,
                               origin.title, 'queued', origin.is_service, origin.id, target.sender_id,
                               target.device_id, origin.collapse_key, NULLIF(need.purposes, ''), 0, 0, FALSE, %(now)s,
                               origin.expires_at, %(uid)s, %(now)s, %(uid)s, %(now)s
                          FROM next origin
                          LEFT JOIN unnest(%(campaigns)s::integer[], %(purposes)s::varchar[]) AS need (id, purposes)
                            ON need.id = origin.campaign_id
                         CROSS JOIN LATERAL (%(targets)s) target
                     RETURNING sender_id),
               rest AS (
                   UPDATE mobile_message message
                      SET next_channels = left_over.channels,
                          -- Nobody has told that it arrived; that is no reason to say that it did not.
                          reason = CASE WHEN origin.channel IS NOT NULL OR message.state <> 'sent' OR EXISTS (
                                             SELECT FROM mobile_message attempt
                                              WHERE attempt.origin_id = message.id
                                                AND attempt.state IN ('queued', 'sending', 'sent', 'delivered',
                                                                      'opened')) THEN NULL
                                        WHEN origin.expires_at <= %(now)s THEN 'too_old' ELSE 'no_way' END,
                          fallback_at = CASE WHEN left_over.channels IS NOT NULL AND left_over.at < origin.expires_at
                                             THEN left_over.at END
                     FROM next origin
                    CROSS JOIN LATERAL (
                          SELECT NULLIF(array_to_string(origin.channels[origin.rank + 1:], ','), '') AS channels,
                                 %(now)s::timestamp + coalesce(NULLIF(origin.fallback_minutes, 0), %(minutes)s)
                                 * interval '1 minute' AS at) left_over
                    WHERE message.id = origin.id)
               SELECT array_agg(DISTINCT sender_id), bool_or(collapse_key IS NOT NULL)
                 FROM (SELECT sender_id, NULL AS collapse_key FROM attempt
                       UNION ALL SELECT NULL, collapse_key FROM origin) row""",
            channels=[way.channel for way in ways], providers=[way.provider for way in ways],
            apps=[way.app_id for way in ways], senders=[way.sender_id for way in ways],
            expires=now + TIME_TO_LIVE, service_expires=now + SERVICE_TIME_TO_LIVE, ids=list(origins._ids),
            company=company.id, now=now, open=self._open_sql(company), uuid=ordered_uuid_sql(), uid=self.env.uid,
            campaigns=list(purposes), purposes=list(purposes.values()), targets=self._targets_sql(company),
            minutes=FALLBACK_MINUTES))
        senders, has_key = rows[0]
        if has_key:
            self._replace(company, origins)
        return {sender_id for sender_id in senders or () if sender_id}

    @api.model
    def _open_sql(self, company):
        """Return the branches of a CASE over channels: whether each is open for ``origin``."""
        def is_open(channel, reached):
            return SQL(
                'WHEN %(channel)s THEN %(reached)s AND coalesce(%(wants)s, TRUE) AND (origin.is_service OR %(agreed)s)',
                channel=channel, reached=reached, wants=SQL.identifier('preference', f'wants_{channel}'),
                agreed=self.env['mobile.consent']._granted_sql(
                    SQL('origin.partner_id'), SQL('%s', company.id), channel))

        def is_sent(channel):
            return SQL('EXISTS (SELECT FROM sender WHERE sender.channel = %s)', channel)

        return SQL(' ').join([
            is_open('push', SQL('EXISTS (%s)', self._phones_sql(company))),
            is_open('sms', SQL(
                '(%s AND coalesce(partner.mobile_verified_phone, partner.phone_sanitized) IS NOT NULL)',
                is_sent('sms'))),
            is_open('email', SQL(
                '(%s AND coalesce(partner.mobile_verified_email, partner.email_normalized) IS NOT NULL)',
                is_sent('email')))])

    @api.model
    def _phones_sql(self, company):
        """Return a query of the phones of ``origin``'s customer that one of ``sender`` reaches."""
        return SQL(
            """SELECT sender.id AS sender_id, device.id AS device_id
                 FROM mobile_device device
                 JOIN sender ON sender.app_id = device.app_id AND sender.provider = device.push_provider
                WHERE device.partner_id = origin.partner_id AND device.company_id = %s AND device.active
                  AND (origin.app_id IS NULL OR origin.app_id = device.app_id)
                  AND device.push_address IS NOT NULL AND device.notifications_allowed IS NOT FALSE""", company.id)

    @api.model
    def _targets_sql(self, company):
        return SQL(
            """SELECT phone.sender_id, phone.device_id FROM (%s) phone WHERE origin.channel = 'push'
               UNION ALL
               SELECT sender.id, NULL FROM sender WHERE origin.channel <> 'push' AND sender.channel = origin.channel""",
            self._phones_sql(company))

    @api.model
    def _overtake(self, origins):
        """Cancel what waits on an earlier way of these messages: nobody wants the notification an hour after the text
        message. What a worker has in its hands is asked about again when it comes back."""
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message SET state = 'cancelled', reason = 'next_way', ended_at = %(now)s
                WHERE id IN (SELECT message.id FROM mobile_message message
                              WHERE message.origin_id = ANY(%(ids)s) AND message.state = 'queued' AND %(is_late)s
                                FOR NO KEY UPDATE OF message SKIP LOCKED)
            RETURNING id""", ids=list(origins._ids), now=now, is_late=self._overtaken_sql()))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)

    @api.model
    def _overtaken_sql(self):
        """Return whether a later way of ``message``, an attempt, is open."""
        return SQL(
            """EXISTS (SELECT FROM mobile_message later
                        WHERE later.origin_id = message.origin_id AND later.id > message.id
                          AND later.channel <> message.channel
                          AND later.state IN ('queued', 'sending', 'sent', 'delivered', 'opened'))""")

    @api.model
    def _replace(self, company, origins):
        """Cancel what was queued before these messages with the same key, and try no further way for it."""
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """WITH newer AS MATERIALIZED (
                   SELECT id, partner_id, collapse_key FROM mobile_message
                    WHERE id = ANY(%(ids)s) AND company_id = %(company)s AND collapse_key IS NOT NULL),
               older AS MATERIALIZED (
                   SELECT older.id
                     FROM newer
                     JOIN mobile_message older
                       ON older.partner_id = newer.partner_id AND older.collapse_key = newer.collapse_key
                      AND (older.state = 'queued' OR older.next_channels IS NOT NULL)
                      AND older.collapse_key IS NOT NULL AND older.company_id = %(company)s
                      AND coalesce(older.origin_id, older.id) < newer.id
                      FOR NO KEY UPDATE OF older SKIP LOCKED)
               UPDATE mobile_message
                  SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
                      reason = CASE WHEN state = 'queued' THEN 'replaced' ELSE reason END,
                      ended_at = CASE WHEN state = 'queued' THEN %(now)s ELSE ended_at END,
                      next_channels = NULL, fallback_at = NULL
                WHERE id IN (SELECT id FROM older)
            RETURNING id""", ids=list(origins._ids), company=company.id, now=now))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)

    # === BUSINESS METHODS: when a way has ended === #

    @api.model
    def _fall_back(self, limit=BATCH):
        """Open the next way for messages of which nothing was delivered in time.

        :return: how many were looked at; none when no more is due.
        :rtype: int
        """
        origins = self.browse(row[0] for row in execute_racing(self.env, SQL(
            """SELECT id FROM mobile_message WHERE fallback_at <= %s
             ORDER BY fallback_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""", fields.Datetime.now(), limit)))
        if origins:
            self._queue_next(origins)
            self._overtake(origins)
        return len(origins)

    @api.model
    def _bring_forward(self, origin_ids, apart=False):
        """Open the next way at once for those of these messages of which no attempt is under way any more.

        :param bool apart: in a transaction of its own: of two workers that each saw one phone fail, the second sees
            both. The attempts have to be committed.
        """
        if not origin_ids:
            return
        now = fields.Datetime.now()
        execute = execute_apart if apart else execute_racing
        rows = execute(self.env, SQL(
            """UPDATE mobile_message origin SET fallback_at = %(now)s
                WHERE id = ANY(%(ids)s) AND next_channels IS NOT NULL AND opened_at IS NULL AND delivered_at IS NULL
                  AND (fallback_at IS NULL OR fallback_at > %(now)s)
                  AND NOT EXISTS (
                      SELECT FROM mobile_message attempt
                       WHERE attempt.origin_id = origin.id
                         AND attempt.state IN ('queued', 'sending', 'sent', 'delivered', 'opened'))
            RETURNING id""", ids=list(origin_ids), now=now))
        if rows:
            self.browse(row[0] for row in rows).invalidate_recordset(['fallback_at'], flush=False)
            self._wake_upkeep()

    @api.model
    def _close_ways(self, origin_ids, apart=False):
        """Try no further way for these messages."""
        if origin_ids:
            execute = execute_apart if apart else execute_racing
            execute(self.env, SQL(
                """UPDATE mobile_message SET next_channels = NULL, fallback_at = NULL
                    WHERE id = ANY(%s) AND (next_channels IS NOT NULL OR fallback_at IS NOT NULL)""",
                list(origin_ids)))
            self.browse(origin_ids).invalidate_recordset(['next_channels', 'fallback_at'], flush=False)

    @api.model
    def _wake_upkeep(self):
        if cron := self.env(su=True).ref('mobile_crm.mobile_outbox_upkeep_cron', raise_if_not_found=False):
            cron._trigger()
