from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ..tools import stays
from ..tools.racing import execute_racing
from .mobile_presence import Change

# What has happened so long ago is not reported any more (see mobile.event), so nothing here is needed either.
KEPT = timedelta(days=9)
# Phones that one transaction looks at.
BATCH = 200


class MobilePresence(models.Model):
    """What time brings without a word from the phone."""

    _inherit = 'mobile.presence'

    # === BUSINESS METHODS === #

    @api.model
    def _cron_follow(self):
        """Let phones have stayed, and end the stays of those of which nothing was heard for too long."""
        while done := self._follow_due(BATCH):
            if not self.env['ir.cron']._commit_progress(done):
                return
        try:
            with self.env.cr.savepoint(flush=False):
                self.env['mobile.visit']._end_abandoned()
        except psycopg2.errors.SerializationFailure:
            # Somebody is at work on one of them; there is a next run.
            return

    @api.model
    def _follow_due(self, limit):
        """Do what is due for some phones, each phone by one of several workers.

        :return: for how many rows.
        """
        now = fields.Datetime.now()
        due = SQL('left_at IS NULL AND least(dwell_due_at, ends_at) <= %s', now)
        try:
            with self.env.cr.savepoint(flush=False):
                # A request that follows one of these phones at this moment does what is due itself, or leaves it to
                # the next run.
                device_ids = [row[0] for row in execute_racing(self.env, SQL(
                    """UPDATE mobile_device SET follow_count = coalesce(follow_count, 0) + 1 WHERE id IN (
                              SELECT id FROM mobile_device WHERE id IN (
                                     SELECT device_id FROM mobile_presence WHERE %s
                                   ORDER BY least(dwell_due_at, ends_at) LIMIT %s)
                                 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""", due, limit))]
        except psycopg2.errors.SerializationFailure:
            device_ids = []
        if not device_ids:
            return 0
        of = SQL('mobile_presence.partner_id'), SQL('mobile_presence.company_id'), 'location'
        Consent = self.env['mobile.consent']
        self.env.cr.execute(SQL(
            """SELECT device_id, partner_id, company_id, consent.received_from IS NOT NULL AND %s,
                      consent.occurred_from, id
                 FROM mobile_presence LEFT JOIN LATERAL (%s) consent ON TRUE
                WHERE %s AND device_id IN %s ORDER BY 1, 2, 3, 6""",
            Consent._granted_sql(*of), Consent._granted_since_sql(*of), due, tuple(device_ids)))
        rows = self.env.cr.fetchall()
        told = self.env['mobile.event'].browse()
        for (*key, has_consent, not_before), group in groupby(rows, key=lambda row: row[:5]):
            if has_consent:
                told += self._do_due(*key, {row[5] for row in group}, now, not_before)
            else:
                # A new wording has ended what was agreed to, without a word from the customer.
                self.env['mobile.visit']._end_on(self.env['mobile.device'].browse(key[0]))
        self.env['mobile.decision']._decide_for_events(told)
        return len(rows)

    @api.model
    def _do_due(self, device_id, partner_id, company_id, row_ids, now, not_before):
        """Do for one phone what is due.

        :param datetime not_before: visits that began earlier are left alone.
        :return: the new facts that it has stayed.
        :rtype: MobileEvent
        """
        device, partner, company = (
            self.env[model].browse(record_id) for model, record_id in (
                ('mobile.device', device_id), ('res.partner', partner_id), ('res.company', company_id)))
        rows = self._known(device, partner, now)
        due = [row for row in rows if row.id in row_ids]
        places = self._places({row.stay.fence_id for row in due})
        after, facts = [], []
        for row in due:
            stay, place = stays.replace(row.stay), places[row.stay.fence_id]
            if row.dwell_due_at and row.dwell_due_at <= min(now, row.ends_at):
                stay.is_dwelt = True
                facts.append(self._conclusion(
                    'dwell', row.dwell_due_at, f'{device.uuid}:{place.id}:{stay.entry_uuid}', place, device, partner,
                    company))
            if row.ends_at <= now:
                stay.left_at = stay.left_seen_at = row.ends_at
                stay.ending = 'silence'
            is_open = stay.left_at is None
            after.append(row._replace(
                id=None, stay=stay, dwell_due_at=None if stay.is_dwelt or not is_open else row.dwell_due_at,
                ends_at=row.ends_at if is_open else None))
        change = Change(due, after, [*(row for row in rows if row.id not in row_ids), *after],
                        {place.store_id: place.tz or 'UTC' for place in places.values()})
        self._save(change, device, partner, company)
        self.env['mobile.visit']._sync(change, device_id, partner_id, company_id, not_before)
        return self.env['mobile.event']._derive(facts)

    @api.autovacuum
    def _gc_past(self):
        """Forget the stays that no fact can change any more."""
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_presence WHERE left_seen_at < %s', fields.Datetime.now() - KEPT))
        return self.env.cr.rowcount, False
