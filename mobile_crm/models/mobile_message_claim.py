import json
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.delivery import Parcel
from ..tools.racing import execute_apart, execute_racing
from .mobile_message_fallback import PUSH_PROVIDERS

# How long a message rests that may not be sent now, and may be later.
REST = timedelta(minutes=10)
# Messages whose time is over that one statement ends.
DYING = 5000
# Ends that are nobody's decision: the state is another than cancelled.
ENDS = {'too_old': 'expired', 'no_address': 'failed'}
# A campaign's pause is no end: what it has queued waits.
WAITING = 'wait'


class MobileMessage(models.Model):
    """How a worker takes messages from the queue, and asks anew what may have changed since they were queued."""

    _inherit = 'mobile.message'

    # === BUSINESS METHODS === #

    @api.model
    def _claim(self, sender, limit, execute):
        """Take the messages of a sender that have waited longest, and end those that may not be sent any more.

        Moments are Python's, so that all hosts and tests agree on them.

        :param sender: ``mobile.sender``.
        :param execute: of ``tools.racing``: ``execute_apart``, or ``execute_racing`` to claim in this transaction.
        :return: the claim, what is to be sent, how many messages were looked at, and the ids of the messages whose
            attempts have ended, by the reason.
        :rtype: tuple[str, list[Parcel], int, dict[str, set[int]]]
        """
        now, claim = fields.Datetime.now(), str(uuid4())
        self.env.flush_all()
        rows = execute(self.env, SQL(
            """WITH picked AS MATERIALIZED (
                   SELECT id FROM mobile_message
                    WHERE sender_id = %(sender)s AND state = 'queued' AND due_at <= %(now)s
                    ORDER BY due_at, id LIMIT %(limit)s
                      FOR NO KEY UPDATE SKIP LOCKED),
               judged AS MATERIALIZED (
                   SELECT message.id, message.due_at, message.origin_id, origin.uuid AS public_id, message.partner_id,
                          message.campaign_id, message.device_id, device.platform, %(address)s AS address,
                          origin.title, origin.body, origin.link, card.mobile_uuid AS offer_id,
                          coalesce(message.collapse_key, origin.uuid) AS collapse_key, message.expires_at,
                          coalesce(device.lang, partner.lang) AS lang, message.is_repeat,
                          CASE %(conditions)s END AS reason
                     FROM picked
                     JOIN mobile_message message ON message.id = picked.id
                     %(joins)s),
               changed AS (
                   UPDATE mobile_message message
                      SET state = CASE WHEN judged.reason IS NULL THEN 'sending'
                                       WHEN judged.reason = %(wait)s THEN 'queued'
                                       ELSE coalesce(%(ends)s::jsonb ->> judged.reason, 'cancelled') END,
                          reason = CASE WHEN judged.reason = %(wait)s THEN message.reason ELSE judged.reason END,
                          due_at = CASE WHEN judged.reason = %(wait)s THEN %(later)s ELSE message.due_at END,
                          ended_at = CASE WHEN judged.reason <> %(wait)s THEN %(now)s::timestamp END,
                          claim = CASE WHEN judged.reason IS NULL THEN %(claim)s END,
                          claimed_at = CASE WHEN judged.reason IS NULL THEN %(now)s ELSE message.claimed_at END,
                          tries = coalesce(message.tries, 0) + CASE WHEN judged.reason IS NULL THEN 1 ELSE 0 END
                     FROM judged
                    WHERE message.id = judged.id)
               SELECT id, public_id, partner_id, device_id, coalesce(platform, ''), address, title, body, link,
                      campaign_id, offer_id, collapse_key, expires_at, lang, is_repeat, reason, origin_id
                 FROM judged ORDER BY due_at, id""",
            sender=sender.id, joins=self._claim_joins(sender), now=now, limit=limit, claim=claim, wait=WAITING,
            later=now + REST, ends=json.dumps(ENDS), address=self._address_sql(sender),
            conditions=SQL(' ').join(
                SQL('WHEN %s THEN %s', condition, reason)
                for reason, condition in self._claim_conditions(sender, now))))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        ended, parcels, pictures = {}, [], {}
        for *facts, reason, origin_id in rows:
            if reason:
                ended.setdefault(reason, set()).add(origin_id)
                continue
            campaign_id = facts.pop(9)
            if campaign_id not in pictures:
                pictures[campaign_id] = self._picture_of(campaign_id)
            parcels.append(Parcel(*facts[:9], pictures[campaign_id], *facts[9:12], facts[12] or 'en_US', facts[13]))
        ended.pop(WAITING, None)
        return claim, parcels, len(rows), ended

    @api.model
    def _picture_of(self, campaign_id):
        """Return the absolute address of a campaign's picture, or None."""
        campaign = self.env['mobile.campaign'].sudo().browse(campaign_id or ())
        return campaign.get_base_url() + campaign.image_url if campaign.image_url else None

    @api.model
    def _claim_joins(self, sender):
        """Return what joins ``message`` to the rows that the conditions of a claim speak of."""
        return SQL(
            """JOIN mobile_message origin ON origin.id = message.origin_id
               JOIN res_partner partner ON partner.id = message.partner_id
               LEFT JOIN mobile_device device ON device.id = message.device_id
               LEFT JOIN loyalty_card card ON card.id = origin.card_id
               LEFT JOIN mobile_campaign campaign ON campaign.id = message.campaign_id
               LEFT JOIN mobile_preference preference
                 ON preference.partner_id = message.partner_id AND preference.company_id = %s""", sender.company_id.id)

    @api.model
    def _claim_conditions(self, sender, now):
        """Return what ends a message or makes it wait as it is claimed: reasons and conditions, the first that holds
        counts.

        The rows are named ``message`` (the attempt), ``origin``, ``partner``, and where there are any ``device``,
        ``card``, ``campaign`` and ``preference``.

        :param datetime now: naive UTC.
        :return: (reason, condition) pairs.
        :rtype: list[tuple[str, SQL]]
        """
        company = SQL('%s', sender.company_id.id)
        granted = self.env['mobile.consent']._granted_sql
        card = self.env['loyalty.card']._mobile_status_parts('card')
        quiet = self._quiet_sql(sender, now)
        channel = 'push' if sender.provider in PUSH_PROVIDERS else sender.provider
        wanted = SQL('coalesce(%s, TRUE)', SQL.identifier('preference', f'wants_{channel}'))
        if channel == 'push':
            wanted = SQL('(%s AND device.notifications_allowed IS NOT FALSE)', wanted)
        needed = [granted(SQL('message.partner_id'), company, channel)]
        needed += [SQL('(coalesce(strpos(message.purposes, %s), 0) = 0 OR %s)', purpose,
                       granted(SQL('message.partner_id'), company, purpose)) for purpose in ('location', 'profiling')]
        return [
            ('too_old', SQL('message.expires_at <= %s', now)),
            ('too_old', SQL('campaign.id IS NOT NULL AND %s', self.env['mobile.campaign']._left_place_sql(
                SQL('message.origin_id')))),
            ('customer_gone', SQL('partner.active IS NOT TRUE OR %s', self.env['mobile.erasure']._pending_sql(
                SQL('message.partner_id'), company))),
            ('campaign_ended', SQL(
                """campaign.id IS NOT NULL AND (campaign.state NOT IN ('running', 'paused')
                   OR campaign.active IS NOT TRUE OR campaign.date_to <= %s)""", now)),
            ('offer_used', SQL('card.mobile_uuid IS NOT NULL AND (%s OR %s)', card['living'], card['spent'])),
            ('offer_gone', SQL(
                'card.mobile_uuid IS NOT NULL AND (%s OR NOT %s)', card['withdrawn'], card['good'])),
            ('seen', SQL(
                """origin.opened_at IS NOT NULL OR EXISTS (
                       SELECT FROM mobile_message other
                        WHERE other.origin_id = message.origin_id AND other.id <> message.id
                          AND (other.opened_at IS NOT NULL
                               OR other.delivered_at IS NOT NULL AND other.channel <> message.channel))""")),
            # These were in a worker's hands while a newer message was queued, or the next way opened.
            ('replaced', SQL(
                """message.tries > 0 AND message.collapse_key IS NOT NULL AND EXISTS (
                       SELECT FROM mobile_message newer
                        WHERE newer.partner_id = message.partner_id AND newer.company_id = message.company_id
                          AND newer.collapse_key = message.collapse_key AND newer.channel = message.channel
                          AND newer.id > message.id AND newer.origin_id <> message.origin_id)""")),
            ('next_way', SQL('message.tries > 0 AND %s', self._overtaken_sql())),
            ('no_address', SQL('%s IS NULL', self._address_sql(sender))),
            ('unwanted', SQL('message.is_trial IS NOT TRUE AND NOT %s', wanted)),
            ('consent_withdrawn', SQL(
                'message.is_service IS NOT TRUE AND NOT (%s)', SQL(' AND ').join(needed))),
            (WAITING, SQL("campaign.state = 'paused'")),
            # An offer that meets quiet hours dies: in the morning its customer is elsewhere.
            ('quiet_hours', SQL('message.is_service IS NOT TRUE AND %s', quiet)),
            (WAITING, SQL('message.is_trial IS NOT TRUE AND %s', quiet)),
        ]

    @api.model
    def _address_sql(self, sender):
        """Return the address of ``message``; NULL when it is no more this customer's."""
        if sender.provider in PUSH_PROVIDERS:
            # Nothing goes to the phones of an app that the shop has put away.
            if not sender.app_id.active:
                return SQL('NULL::varchar')
            return SQL(
                """CASE WHEN device.active AND device.partner_id = message.partner_id AND device.app_id = %s
                             AND device.push_provider = %s THEN device.push_address END""",
                sender.app_id.id, sender.provider)
        if sender.provider == 'sms':
            return SQL('coalesce(partner.mobile_verified_phone, partner.phone_sanitized)')
        return SQL('coalesce(partner.mobile_verified_email, partner.email_normalized)')

    @api.model
    def _quiet_sql(self, sender, now):
        """Return whether ``message``'s customer has quiet hours: by the clock where they are, as their phone that
        reported last says."""
        QuietHours = self.env['mobile.quiet.hours']
        local = QuietHours._local_sql(
            now,
            SQL("""(SELECT phone.timezone FROM mobile_device phone
                     WHERE phone.partner_id = message.partner_id AND phone.company_id = message.company_id
                       AND phone.timezone IS NOT NULL
                     ORDER BY phone.id = message.device_id DESC NULLS LAST, phone.last_seen_at DESC NULLS LAST
                     LIMIT 1)"""),
            SQL('partner.tz'),
            SQL("""(SELECT store.tz
                      FROM mobile_decision decision JOIN mobile_store store ON store.id = decision.store_id
                     WHERE decision.message_id = message.origin_id LIMIT 1)"""),
            SQL('%s', sender.company_id.sudo().partner_id.tz or None))
        return SQL(
            """(preference.id IS NOT NULL AND EXISTS (
                   SELECT FROM mobile_quiet_hours quiet WHERE quiet.preference_id = preference.id AND %s))""",
            QuietHours._covers_sql(local))

    @api.model
    def _go_on(self, campaigns):
        """Bring forward what waits because its campaign was paused; what rests after a try comes in its time."""
        self.env.flush_all()
        now = fields.Datetime.now()
        # By the senders, of which each has what it has to do in an index.
        senders = self.env['mobile.sender'].sudo().search([('company_id', 'in', campaigns.company_id.ids)])
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_message SET due_at = %(now)s
                WHERE id IN (SELECT id FROM mobile_message
                              WHERE sender_id = ANY(%(senders)s) AND state = 'queued' AND due_at > %(now)s
                                AND campaign_id = ANY(%(campaigns)s) AND reason IS NULL
                                FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id, sender_id""", now=now, senders=senders.ids, campaigns=campaigns.ids))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        senders.browse({row[1] for row in rows})._wake()

    @api.model
    def _expire(self, limit=DYING):
        """End messages whose time was over before they could be sent.

        :return: how many.
        :rtype: int
        """
        now = fields.Datetime.now()
        rows = execute_apart(self.env, SQL(
            """UPDATE mobile_message SET state = 'expired', reason = 'too_old', ended_at = %(now)s
                WHERE id IN (SELECT id FROM mobile_message WHERE state = 'queued' AND expires_at <= %(now)s
                              ORDER BY expires_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id""", now=now, limit=limit))
        self.browse(row[0] for row in rows).invalidate_recordset(flush=False)
        return len(rows)
