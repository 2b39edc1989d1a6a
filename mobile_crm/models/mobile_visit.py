import functools
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.bus.models.bus import channel_with_db, json_dump

from ..tools import stays, unions
from ..tools.bell import bell
from ..tools.racing import execute_racing

#: The subchannel of a company on which its staff learn that visits have begun, changed or ended.
CHANNEL = 'mobile_crm.visit'
# What can tell where a phone is.
PLACE_TYPES = ('enter', 'exit', 'dwell', 'position', 'scan')
WEEKDAYS = [
    ('0', "Monday"), ('1', "Tuesday"), ('2', "Wednesday"), ('3', "Thursday"), ('4', "Friday"), ('5', "Saturday"),
    ('6', "Sunday")]


class MobileVisit(models.Model):
    """A customer's stay at a store, put together from what their phone reported."""

    _name = 'mobile.visit'
    _description = "Store Visit"
    _inherit = ['mobile.looked']
    _order = 'entered_at desc, id desc'
    _rec_name = 'store_id'
    _log_access = False

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, ondelete='cascade')
    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(comodel_name='mobile.store', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    entered_at = fields.Datetime(string="From", required=True, readonly=True)
    left_at = fields.Datetime(string="To", readonly=True, help="Empty while the customer is there.")
    last_seen_at = fields.Datetime(
        string="Last Sign", readonly=True, help="When the phone was last known to be there.")
    duration = fields.Float(
        string="Dwell (h)", readonly=True, aggregator='avg', help="Hours from entering to leaving; empty until then.")
    is_sure = fields.Boolean(
        string="Sure", readonly=True,
        help="The phone reported both ends. Otherwise the end is an estimate: nothing more was heard of the visit.")
    source = fields.Selection(
        selection=[('phone', "The phone reported it"), ('position', "By its positions")], readonly=True,
        help="How it is known that the customer came in.")
    weekday = fields.Selection(
        selection=WEEKDAYS, readonly=True, help="Of coming in, in the store's time zone.")
    hour = fields.Integer(
        string="Hour of Day", readonly=True, aggregator=None, help="Of coming in, 0 to 23, in the store's time zone.")
    is_returning = fields.Boolean(
        string="Returning", readonly=True,
        help="An earlier visit to a store of the company had ended before. Two phones of one customer at the same time "
             "do not make them return.")

    _customer_idx = models.Index('(partner_id, entered_at DESC, id DESC)')
    _store_idx = models.Index('(store_id, entered_at DESC, id DESC)')
    # Staff read all of them newest first, and each night's work looks at the last days.
    _newest_idx = models.Index('(entered_at DESC, id DESC)')
    _there_idx = models.Index('(company_id, store_id) WHERE left_at IS NULL')
    # A phone is at a store once.
    _open_unique = models.UniqueIndex('(device_id, store_id) WHERE left_at IS NULL')

    # === BUSINESS METHODS: from facts to visits === #

    @api.model
    def _follow(self, events, places=None):
        """Let visits follow from new facts, in whatever order they come.

        Facts make a visit where the customer agrees to be located and nobody doubts them. The visits of a phone are
        worked out anew for the time that the facts can change; two who do so at once are told apart by the phone's
        row, and the second starts anew.

        :param events: ``mobile.event``.
        :param dict places: what is known already of the fences that they name (see ``mobile.presence``).
        :return: the crossings that follow from positions, for campaigns to answer.
        :rtype: MobileEvent
        """
        Event, Presence = self.env['mobile.event'], self.env['mobile.presence']
        usable = events.filtered(lambda event: (
            event.type in PLACE_TYPES and event.partner_id and not event.doubt and event.origin == 'phone'
            and (event.store_id or event.type == 'position')))
        derived = Event.browse()
        for (device, partner, company), facts in usable.grouped(
                lambda event: (event.device_id, event.partner_id, event.company_id)).items():
            if set(facts.mapped('type')) == {'scan'} and not Presence._is_anywhere(device):
                continue
            times = facts.mapped('occurred_at')
            for *since, is_first in Presence._claim(device, partner, company, facts, min(times)):
                change, untold = Presence._fold(
                    device, partner, company, since, min(times), max(times), places, facts if is_first else None)
                Presence._save(change, device, partner, company)
                self._sync(change, device.id, partner.id, company.id, since[1], is_first)
                derived += Event._derive(untold)
        return derived

    @api.model
    def _sync(self, change, device_id, partner_id, company_id, not_before=None, is_first=False):
        """Make the visits of one phone what its stays in fences say; those that stay as they are keep their rows.

        :param Change change: of its stays (see ``mobile.presence``).
        :param datetime not_before: visits that began earlier are left alone.
        :param bool is_first: whether it is known that there is no visit around.
        """
        changed = [row for row in (*change.before, *change.after) if row.is_visit]
        if not changed:
            return
        store_ids = {row.store_id for row in changed}
        wanted = unions.visits(
            [row.stay for row in change.rows if row.is_visit and row.store_id in store_ids],
            {row.stay.fence_id: row.store_id for row in change.rows})
        start = min(row.stay.entered_at for row in changed) - unions.WALK
        end = max(row.stay.left_at + unions.WALK if row.stay.left_at else stays.EVER for row in changed)
        wanted = [visit for visit in wanted if _meets(visit, start, end)]
        # A visit may be longer than its stay that has changed, and those that are known may have to become one.
        known = {} if is_first else self._known(
            device_id, partner_id, store_ids, min([start, *(visit.entered_at for visit in wanted)]),
            max([end, *(visit.left_at or stays.EVER for visit in wanted)]), not_before)
        known = {row_id: old for row_id, old in known.items()
                 if _meets(old, start, end) or any(_overlap(old, visit) for visit in wanted)}
        new, updated, kept = [], [], set()
        for visit in wanted:
            row_id = next((
                row_id for row_id, old in known.items() if row_id not in kept and _overlap(old, visit)), None)
            if row_id is None:
                new.append(visit)
                continue
            kept.add(row_id)
            if known[row_id] != visit:
                updated.append((row_id, visit))
        gone = known.keys() - kept
        created = self._write_visits(new, updated, gone, change.zones, device_id, partner_id, company_id)
        # Another sign of life is no news.
        news = [*created, *gone, *(
            row_id for row_id, visit in updated
            if known[row_id]._replace(last_seen_at=None) != visit._replace(last_seen_at=None))]
        if news:
            if gone or updated or any(visit.left_at for visit in new):
                self._mark_returning(partner_id, company_id)
            self.browse(news)._announce(company_id)

    @api.model
    def _known(self, device_id, partner_id, store_ids, start, end, not_before):
        """Return the visits of a phone at some stores that lie in a time, even in part: {id: unions.Visit}."""
        self.flush_model()
        self.env.cr.execute(SQL(
            """SELECT id, store_id, entered_at, left_at, last_seen_at, source, coalesce(is_sure, FALSE)
                 FROM mobile_visit
                WHERE device_id = %s AND partner_id = %s AND store_id IN %s AND entered_at <= %s
                  AND coalesce(left_at, 'infinity') >= %s AND %s ORDER BY entered_at, id""",
            device_id, partner_id, tuple(store_ids), end, start,
            SQL('entered_at >= %s', not_before) if not_before else SQL('TRUE')))
        return {row_id: unions.Visit(*row) for row_id, *row in self.env.cr.fetchall()}

    @api.model
    def _write_visits(self, new, updated, gone, zones, device_id, partner_id, company_id):
        """Write visits.

        :param list[Visit] new: see ``tools.unions``.
        :param list[tuple] updated: ids and what they become.
        :param gone: ids.
        :param dict zones: the stores' time zones by id.
        :return: the ids of the new ones.
        """
        def values(visit):
            local = visit.entered_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zones[visit.store_id]))
            hours = (visit.left_at - visit.entered_at).total_seconds() / 3600 if visit.left_at else None
            return (visit.store_id, visit.entered_at, visit.left_at, visit.last_seen_at, visit.source, visit.is_sure,
                    hours, str(local.weekday()), local.hour)

        columns = SQL('store_id, entered_at, left_at, last_seen_at, source, is_sure, duration, weekday, hour')
        created = []
        if gone:
            self.env.cr.execute(SQL('DELETE FROM mobile_visit WHERE id IN %s', tuple(gone)))
        for row_id, visit in updated:
            execute_racing(self.env, SQL(
                'UPDATE mobile_visit SET (%s) = ROW %s WHERE id = %s', columns, values(visit), row_id))
        if new:
            created = [row[0] for row in execute_racing(self.env, SQL(
                """INSERT INTO mobile_visit (device_id, partner_id, company_id, is_returning, %s)
                   VALUES %s RETURNING id""", columns,
                SQL(', ').join(SQL(
                    """(%s, %s, %s, EXISTS (SELECT FROM mobile_visit WHERE partner_id = %s AND company_id = %s
                                               AND left_at <= %s), %s)""",
                    device_id, partner_id, company_id, partner_id, company_id, visit.entered_at,
                    SQL(', ').join(SQL('%s', value) for value in values(visit))) for visit in new)))]
        self.invalidate_model()
        return created

    @api.model
    def _mark_returning(self, partner_id, company_id):
        """Tell first visits of a customer from later ones: a late fact can make a first visit a second one."""
        execute_racing(self.env, SQL(
            """UPDATE mobile_visit SET is_returning = NOT coalesce(is_returning, FALSE)
                WHERE partner_id = %(partner)s AND company_id = %(company)s
                  AND coalesce(is_returning, FALSE) <> (entered_at >= coalesce(
                      (SELECT min(left_at) FROM mobile_visit
                        WHERE partner_id = %(partner)s AND company_id = %(company)s), 'infinity'))""",
            partner=partner_id, company=company_id))

    @api.model
    def _end_of(self, partner, company):
        """End a customer's open visits, who does not want to be located any more. What was before stays.

        :param partner: ``res.partner``.
        :param company: ``res.company``.
        """
        # Whoever follows one of these phones at this moment starts anew, and finds no consent.
        execute_racing(self.env, SQL(
            """UPDATE mobile_device SET follow_count = coalesce(follow_count, 0) + 1
                WHERE partner_id = %s AND company_id = %s""", partner.id, company.id))
        whose = SQL('partner_id = %s AND company_id = %s', partner.id, company.id)
        execute_racing(self.env, SQL('DELETE FROM mobile_presence WHERE %s', whose))
        self._end(whose)

    @api.model
    def _end_on(self, devices, partner=None):
        """End the open visits that phones report, on which nobody is signed in any more, or somebody else.

        :param devices: ``mobile.device``, whose rows the caller writes: who follows them at this moment starts anew.
        :param partner: ``res.partner``, whose visits go on.
        """
        if devices:
            whose = SQL('device_id IN %s', devices._ids)
            whose = SQL('%s AND partner_id <> %s', whose, partner.id) if partner else whose
            # They stay known, or the next facts would take away the visits that follow from them.
            execute_racing(self.env, SQL(
                """UPDATE mobile_presence SET left_at = greatest(entered_at, %(now)s),
                          left_seen_at = greatest(entered_seen_at, %(now)s), ending = 'silence', dwell_due_at = NULL,
                          ends_at = NULL WHERE %(whose)s AND left_at IS NULL""",
                now=fields.Datetime.now(), whose=whose))
            self._end(whose)

    @api.model
    def _end(self, whose):
        """End open visits now.

        :param SQL whose: a condition on ``device_id``, ``partner_id`` and ``company_id``.
        """
        self.flush_model()
        now = fields.Datetime.now()
        ended = execute_racing(self.env, SQL(
            """UPDATE mobile_visit SET left_at = greatest(entered_at, %(now)s), is_sure = FALSE,
                      duration = extract(epoch FROM greatest(entered_at, %(now)s) - entered_at) / 3600
                WHERE %(whose)s AND left_at IS NULL RETURNING id, company_id""", now=now, whose=whose))
        self.env['mobile.presence'].invalidate_model()
        self.invalidate_model()
        for visit_id, company_id in ended:
            self.browse(visit_id)._announce(company_id)

    @api.model
    def _end_abandoned(self):
        """End the open visits whose phone or whose fence is no more: nothing will be heard of them."""
        self.flush_model()
        ended = execute_racing(self.env, SQL(
            """UPDATE mobile_visit visit SET left_at = coalesce(last_seen_at, entered_at), is_sure = FALSE,
                      duration = extract(epoch FROM coalesce(last_seen_at, entered_at) - entered_at) / 3600
                WHERE left_at IS NULL AND NOT EXISTS (
                      SELECT FROM mobile_presence presence
                       WHERE presence.device_id = visit.device_id AND presence.store_id = visit.store_id
                         AND presence.left_at IS NULL) RETURNING id, company_id"""))
        self.invalidate_model()
        for visit_id, company_id in ended:
            self.browse(visit_id)._announce(company_id)

    # === BUSINESS METHODS: telling === #

    def _announce(self, company_id):
        """Tell the screens of a company's staff, as the transaction commits, that these visits have changed.

        Only the ids are told: who listens reads the visits with their own rights, and some may be gone.
        """
        if not self:
            return
        pending = self.env.cr.precommit.data.setdefault(CHANNEL, {})
        if not pending:
            self.env.cr.precommit.add(self._send_announcements)
        pending.setdefault(company_id, set()).update(self.ids)

    @api.model
    def _send_announcements(self):
        """Write what is to be told, and tell it after the commit.

        This is what `bus.bus` does, without its records, of which each costs a query more, and over a connection that
        stays open (see ``tools/bell.py``).
        """
        pending = self.env.cr.precommit.data.pop(CHANNEL, {})
        channels = {
            company_id: channel_with_db(self.env.cr.dbname, (self.env['res.company'].browse(company_id), CHANNEL))
            for company_id in pending}
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(
            'INSERT INTO bus_bus (channel, message, create_date, write_date) VALUES %s',
            SQL(', ').join(
                SQL('%s', (json_dump(channels[company_id]),
                           json_dump({'type': CHANNEL, 'payload': {'ids': sorted(ids)}}), now, now))
                for company_id, ids in pending.items())))
        self.env.cr.postcommit.add(functools.partial(bell.ring, list(channels.values())))


def _meets(visit, start, end):
    return visit.entered_at <= end and (visit.left_at or stays.EVER) >= start


def _overlap(one, other):
    return one.store_id == other.store_id and _meets(one, other.entered_at, other.left_at or stays.EVER)
