import itertools
import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import stays
from ..tools.racing import execute_racing

# What server and phone call a crossing that the server found: the same fix at the same fence is the same crossing.
NAMESPACE = uuid.UUID('5f6d0c3a-7a1e-5d0b-9a55-3d8f3a1c2b47')
# Nobody counts as inside for longer after their last sign of life, or beyond closing time.
SILENCE = timedelta(hours=4)
# How far back the past is read: whom we had given up can still say that they left.
PAST = stays.LONGEST_SILENCE + timedelta(hours=1)
# Facts that can be about the same crossing as a position.
AROUND = timedelta(minutes=45)
# The last positions before are remembered for so long.
DAY = timedelta(days=1)
# A late fact changes what came after it: first so much of that is looked at, then more, then all.
AFTER = (timedelta(hours=1), PAST, None)
COLUMNS = ('entered_at', 'entered_seen_at', 'last_seen_at', 'entry', 'entry_uuid', 'is_entry_sure', 'left_at',
           'left_seen_at', 'ending', 'exit_uuid', 'is_exit_sure', 'is_dwelt')
STORED = ('geofence_id', 'store_id', 'is_visit', *COLUMNS, 'dwell_due_at', 'ends_at')


class Place(NamedTuple):
    """A fence with what is asked of it, and its store's clock and hours."""

    id: int
    store_id: int
    latitude: float
    longitude: float
    radius: float
    is_visit: bool
    on_enter: bool
    on_exit: bool
    on_dwell: bool
    loitering_delay: int
    tz: str
    calendar_id: int | None
    company_id: int
    exception_ids: list[int]

    @property
    def schedule_key(self):
        """What decides about the hours, for ``mobile.opening._schedules``."""
        return self.calendar_id, self.company_id, tuple(self.exception_ids)


class Change(NamedTuple):
    """What became of the time in fences.

    :ivar list[Row] before: the rows that are not so any more, as they were
    :ivar list[Row] after: the rows that are new or changed
    :ivar list[Row] rows: all of the time around, as they are now
    :ivar dict zones: the time zones of the stores, by id
    """

    before: list
    after: list
    rows: list
    zones: dict


class Row(NamedTuple):
    """A stay in a fence, and its row in the table."""

    id: int | None
    store_id: int
    is_visit: bool
    stay: stays.Stay
    dwell_due_at: datetime | None
    ends_at: datetime | None


class MobilePresence(models.Model):
    """A phone's time inside one fence, as far as facts that can still be reported could change it.

    It is worked out from the facts, by ``tools/stays.py``, and worked out again for the time around a fact that comes
    late: so what is here does not depend on the order in which facts arrive.
    """

    _name = 'mobile.presence'
    _description = "Presence in a Fence"
    _order = 'entered_at desc, id desc'
    _log_access = False

    device_id = fields.Many2one(
        string="Phone", comodel_name='mobile.device', required=True, readonly=True, ondelete='cascade')
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    geofence_id = fields.Many2one(
        string="Fence", comodel_name='mobile.geofence', required=True, readonly=True, index=True, ondelete='cascade')
    store_id = fields.Many2one(
        comodel_name='mobile.store', required=True, readonly=True, index=True, ondelete='cascade')
    is_visit = fields.Boolean(string="Counts as a Visit", readonly=True)
    entered_at = fields.Datetime(string="From", required=True, readonly=True)
    entered_seen_at = fields.Datetime(
        string="Known From", required=True, readonly=True, help="When, by the phone's reports, it was sure.")
    last_seen_at = fields.Datetime(string="Last Sign of Life", required=True, readonly=True)
    left_at = fields.Datetime(string="To", readonly=True)
    left_seen_at = fields.Datetime(string="Known To", readonly=True)
    entry = fields.Selection(
        selection=[('phone', "The phone reported it"), ('position', "By its positions")], required=True, readonly=True)
    ending = fields.Selection(
        selection=[
            ('phone', "The phone reported it"),
            ('position', "By its positions"),
            ('elsewhere', "The phone was elsewhere"),
            ('silence', "Nothing more was heard"),
        ], readonly=True)
    entry_uuid = fields.Char(required=True, readonly=True)
    exit_uuid = fields.Char(readonly=True)
    is_entry_sure = fields.Boolean(readonly=True)
    is_exit_sure = fields.Boolean(readonly=True)
    is_dwelt = fields.Boolean(string="Has Stayed", readonly=True)
    dwell_due_at = fields.Datetime(readonly=True, help="When it has stayed, unless it leaves or says so itself.")
    ends_at = fields.Datetime(readonly=True, help="When it counts as gone if nothing more is heard.")

    _phone_idx = models.Index('(device_id, entered_seen_at)')
    _open_unique = models.UniqueIndex('(device_id, geofence_id) WHERE left_at IS NULL')
    _due_idx = models.Index('(least(dwell_due_at, ends_at)) WHERE left_at IS NULL')

    # === BUSINESS METHODS: following === #

    @api.model
    def _claim(self, device, partner, company, facts, first):
        """Let nobody else follow this phone until the end of the transaction; who comes second starts anew.

        :param facts: ``mobile.event``, the new ones.
        :param datetime first: when the first of them happened.
        :return: where the customer agrees to be located: since when facts may be used that were received, since when
            those that happened (None: any), and whether there are none but the new ones, nor any time in a fence or a
            visit that they could change.
        :rtype: list[tuple[datetime, datetime | None, bool]]
        """
        Consent = self.env['mobile.consent']
        customer, of = SQL('%s', partner.id), SQL('%s', company.id)
        start = first - stays.JUMP_TIME
        return execute_racing(self.env, SQL(
            """UPDATE mobile_device SET follow_count = coalesce(follow_count, 0) + 1
                 FROM (%(since)s) consent
                WHERE mobile_device.id = %(device)s AND consent.received_from IS NOT NULL AND %(granted)s
            RETURNING consent.received_from, consent.occurred_from, NOT EXISTS (
                      SELECT FROM mobile_presence
                       WHERE device_id = %(device)s AND coalesce(left_at, 'infinity') >= %(past)s
                  ) AND NOT EXISTS (
                      SELECT FROM mobile_visit
                       WHERE device_id = %(device)s AND coalesce(left_at, 'infinity') >= %(past)s
                  ) AND NOT EXISTS (
                      SELECT FROM mobile_event
                       WHERE device_id = %(device)s AND id NOT IN %(facts)s AND occurred_at >= %(day)s
                         AND (occurred_at >= %(around)s OR type = 'position'))""",
            since=Consent._granted_since_sql(customer, of, 'location'),
            granted=Consent._granted_sql(customer, of, 'location'),
            device=device.id, facts=facts._ids, past=start - PAST, day=start - DAY, around=start - AROUND))

    @api.model
    def _fold(self, device, partner, company, since, first, last, places=None, only=None):
        """Work out anew when a phone was where, in the time that facts between `first` and `last` can change.

        :param tuple since: from when facts may be used: when received, when occurred (or None).
        :param datetime first, last: of the new facts.
        :param dict places: the fences that are known already.
        :param only: ``mobile.event``, where nothing else is known of the phone's time around.
        :return: what has changed, and the crossings that no phone has reported, as ``mobile.event._derive`` takes them.
        :rtype: tuple[Change, list[dict]]
        """
        now = fields.Datetime.now()
        # A position has yet to show whether the one before it was a jump.
        start = first - stays.JUMP_TIME
        ends = iter([*(last + after for after in AFTER if after and last + after <= now), None])
        end, is_settled = next(ends), False
        while not is_settled:
            known = [] if only else self._known(device, partner, start)
            facts = self._with_edges(company, self._facts_of(only, since, end) if only else self._stored_facts(
                device, partner, since, start, end))
            places = self._places({fact.fence_id for fact in facts if fact.fence_id}
                                  | {fence_id for fact in facts for fence_id in fact.edges or ()}
                                  | {row.stay.fence_id for row in known}, places)
            facts = [fact for fact in facts if not fact.fence_id or fact.fence_id in places]
            known = [row for row in known if row.stay.fence_id in places]
            follower, ids, earlier = self._resume(known, facts, places, start)
            if earlier:
                start = earlier
                continue
            for fact in self._sifted(facts, start):
                follower.take(fact)
            follower.hush(end or now)
            if end is None:
                is_settled = True
            else:
                is_settled = self._is_settled(follower, known, last, end)
                end = end if is_settled else next(ends)
        change = self._compare(follower, known, ids, places, start, end)
        return change, self._untold(follower, facts, places, start, device, partner, company)

    @api.model
    def _resume(self, known, facts, places, start):
        """Return a follower that knows what was known before `start`.

        :return: the follower, the rows of its stays by the stays' identity, and an earlier start where this one is too
            late to tell.
        """
        follower, ids, late = stays.Follower(places, self._ends_at), {}, []
        for row in known:
            stay = row.stay
            if stay.entered_seen_at >= start:
                continue
            stay = stays.replace(stay)
            if stay.is_open_at(start):
                stay = stay.reopened()
                stay.is_confirmed = stay.entry != 'phone' or start - stay.entered_at > stays.HEAD_START
                if stay.last_seen_at >= start:
                    late.append(row)
                    stay.last_seen_at = stay.entered_at
            elif stay.left_at >= start:
                # It said later that it had been there all the time: what that is worth is to be seen again.
                stay.left_at, stay.ending, stay.is_exit_sure, stay.exit_uuid = (
                    stay.left_seen_at, 'silence', False, None)
            ids[id(stay)] = row
            follower.resume(stay)
        for fact in self._sifted(facts, None, start):
            follower.recall(fact)
        missing = [row.stay.entered_seen_at for row in late
                   if follower.signs.get(row.stay.fence_id, stays.NEVER) < row.stay.entered_at]
        return follower, ids, min(missing, default=None)

    @api.model
    def _sifted(self, facts, start, end=None):
        """Return the facts of a time in order, without positions that are none."""
        positions = stays.sift([fact for fact in facts if fact.type == 'position'])
        # What the server concluded from a position that is still there is concluded again.
        there = {fact.at for fact in facts if fact.type == 'position'}
        others = [fact for fact in facts if fact.type != 'position' and not (
            fact.is_told and fact.type != 'dwell' and fact.at in there)]
        return sorted((fact for fact in itertools.chain(positions, others)
                       if (start is None or fact.at >= start) and (end is None or fact.at < end)),
                      key=lambda fact: fact.order)

    @api.model
    def _is_settled(self, follower, known, last, end):
        """Tell whether what comes after a moment is as it was, whatever has changed before."""
        before = {row.stay.fence_id: row.stay.entered_at for row in known if row.stay.is_open_at(end)}
        after = {stay.fence_id: stay.entered_at for stay in follower.stays if stay.left_at is None}
        given_up = any(
            stay.ending == 'silence' and end - stay.last_seen_at <= PAST
            for stay in (*follower.stays, *(row.stay for row in known if row.stay.entered_seen_at < end)))
        return before == after and not given_up and (not before or end - last >= PAST)

    # === BUSINESS METHODS: reading === #

    @api.model
    def _known(self, device, partner, start):
        """Return the stays of the time around, and all that overlap them, as they are known.

        :rtype: list[Row]
        """
        self.env.cr.execute(SQL(
            """SELECT id, store_id, is_visit, dwell_due_at, ends_at, geofence_id, %(columns)s FROM mobile_presence
                WHERE device_id = %(device)s AND partner_id = %(partner)s AND coalesce(left_at, 'infinity') >= (
                      SELECT least(%(from)s, min(entered_at) - interval '1 hour') FROM mobile_presence
                       WHERE device_id = %(device)s AND partner_id = %(partner)s
                         AND coalesce(left_at, 'infinity') >= %(from)s)
             ORDER BY entered_seen_at, geofence_id""",
            **{'columns': SQL(', ').join(map(SQL.identifier, COLUMNS)), 'device': device.id, 'partner': partner.id,
               'from': start - PAST}))
        return [
            Row(row_id, store_id, is_visit, stays.Stay(fence_id, **dict(zip(COLUMNS, values, strict=True))),
                dwell_due_at, ends_at)
            for row_id, store_id, is_visit, dwell_due_at, ends_at, fence_id, *values in self.env.cr.fetchall()]

    @api.model
    def _facts_of(self, events, since, end):
        """Return new facts of a time, as they were just stored.

        :rtype: list[stays.Fact]
        """
        received_from, occurred_from = since
        return [
            stays.Fact(
                event.occurred_at, event.type, event.uuid, event.geofence_id.id, event.store_id.id, event.latitude,
                event.longitude, event.accuracy)
            for event in events
            if event.received_at >= received_from and (not occurred_from or event.occurred_at >= occurred_from)
            and (not end or event.occurred_at < end)]

    @api.model
    def _stored_facts(self, device, partner, since, start, end):
        """Return the facts of a time, and those before it that are to be remembered.

        :rtype: list[stays.Fact]
        """
        received_from, occurred_from = since
        conditions = [
            SQL('device_id = %s AND partner_id = %s AND doubt IS NULL', device.id, partner.id),
            SQL('received_at >= %s', received_from)]
        if occurred_from:
            conditions.append(SQL('occurred_at >= %s', occurred_from))
        if end:
            conditions.append(SQL('occurred_at < %s', end))
        usable = SQL(' AND ').join(conditions)
        columns = SQL('occurred_at, type, uuid, geofence_id, store_id, latitude, longitude, accuracy, origin')
        exact = SQL("type = 'position' AND latitude IS NOT NULL AND is_coarse IS NOT TRUE")
        self.env.cr.execute(SQL(
            """SELECT %(columns)s FROM mobile_event
                WHERE %(usable)s AND %(exact)s AND occurred_at >= %(memory)s
            UNION ALL
              (SELECT %(columns)s FROM mobile_event
                WHERE %(usable)s AND %(exact)s AND occurred_at < %(memory)s AND occurred_at >= %(day)s
             ORDER BY occurred_at DESC LIMIT 4)
            UNION ALL
               SELECT %(columns)s FROM mobile_event
                WHERE %(usable)s AND occurred_at >= %(around)s
                  AND (type IN ('enter', 'exit', 'dwell') AND geofence_id IS NOT NULL
                       OR type = 'scan' AND store_id IS NOT NULL)""",
            columns=columns, usable=usable, exact=exact, memory=start - stays.MEMORY,
            day=start - DAY, around=start - AROUND))
        return [stays.Fact(*row, is_told=origin == 'server') for *row, origin in self.env.cr.fetchall()]

    @api.model
    def _with_edges(self, company, facts):
        """Return facts in order, the positions with the fences around them."""
        facts = [fact._replace(fence_id=None) if fact.type in ('scan', 'position') else fact for fact in facts]
        positions = [fact for fact in facts if fact.type == 'position']
        edges = self.env['mobile.geofence']._edges(
            company, [(fact.latitude, fact.longitude) for fact in positions], stays.REACH) if positions else []
        near = {id(fact): {fence_id: edge for fence_id, _store_id, edge in found}
                for fact, found in zip(positions, edges, strict=True)}
        return sorted((fact._replace(edges=near[id(fact)]) if id(fact) in near else fact for fact in facts),
                      key=lambda fact: fact.order)

    @api.model
    def _places(self, fence_ids, known=None):
        """Return the fences with these ids: {id: Place}.

        :param dict known: those that need not be read.
        """
        found = {fence_id: known[fence_id] for fence_id in fence_ids if fence_id in known} if known else {}
        if found.keys() == set(fence_ids):
            return found
        self.env['mobile.geofence'].flush_model()
        self.env['mobile.store'].flush_model()
        return found | {row[0]: Place(*row) for row in self.env.execute_query(SQL(
            """SELECT %s FROM mobile_geofence fence JOIN mobile_store store ON store.id = fence.store_id
                WHERE fence.id IN %s""", self._place_columns(), tuple(fence_ids - found.keys())))}

    @api.model
    def _place_columns(self):
        """Return the columns of a ``Place``, from ``fence`` and ``store``."""
        return SQL(
            """fence.id, fence.store_id, fence.latitude, fence.longitude, fence.radius, fence.is_visit, fence.on_enter,
               fence.on_exit, fence.on_dwell, fence.loitering_delay, coalesce(store.tz, 'UTC'), store.calendar_id,
               store.company_id, %s""", self.env['mobile.store']._exceptions_sql(SQL('store.id')))

    @api.model
    def _ends_at(self, place, last_sign):
        """Return until when somebody counts as inside a fence after a sign of life: the store's closing time, or a
        number of hours."""
        [(is_open, change_at)] = self.env['mobile.store']._openings([place], last_sign)
        silent_until = last_sign + SILENCE
        return min(change_at, silent_until) if is_open and change_at else silent_until

    # === BUSINESS METHODS: writing === #

    @api.model
    def _compare(self, follower, known, ids, places, start, end):
        """Return what of the time around is new.

        :param dict ids: the rows of stays, by the stays' identity.
        :rtype: Change
        """
        gone, after, same = [], [], []
        later = [row for row in known if end and row.stay.entered_seen_at >= end]
        known = [row for row in known if not end or row.stay.entered_seen_at < end]
        for stay in follower.stays:
            old = ids.get(id(stay)) or next((
                row for row in known if row.stay.fence_id == stay.fence_id and row.stay.entered_seen_at >= start
                and row.stay.entered_at == stay.entered_at), None)
            whole = self._with_tail(stay, known, end) if end and stay.left_at is None else stay
            row = self._row(whole, places[stay.fence_id], follower)
            if old and old._replace(id=None) == row:
                same.append(old)
            else:
                after.append(row)
        kept = {row.id for row in (*same, *later)}
        gone = [row for row in known if row.id not in kept]
        return Change(
            gone, after, [*same, *after, *later], {place.store_id: place.tz for place in places.values()})

    @api.model
    def _with_tail(self, stay, known, end):
        """Return a stay with what happened to it after the time that was worked out anew."""
        tail = next(row.stay for row in known if row.stay.fence_id == stay.fence_id and row.stay.is_open_at(end))
        return stays.replace(
            stay, last_seen_at=max(stay.last_seen_at, tail.last_seen_at), is_dwelt=stay.is_dwelt or tail.is_dwelt,
            **{name: getattr(tail, name) for name in (
                'left_at', 'left_seen_at', 'ending', 'exit_uuid', 'is_exit_sure')})

    @api.model
    def _row(self, stay, place, follower):
        is_open = stay.left_at is None
        return Row(
            None, place.store_id, place.is_visit, stay,
            stay.entered_at + timedelta(seconds=place.loitering_delay)
            if is_open and place.on_dwell and not stay.is_dwelt else None,
            follower.ends_at(stay) if is_open else None)

    @api.model
    def _save(self, change, device, partner, company):
        """Write what has changed."""
        if change.before:
            self.env.cr.execute(SQL(
                'DELETE FROM mobile_presence WHERE id IN %s', tuple(row.id for row in change.before)))
        if change.after:
            execute_racing(self.env, SQL(
                'INSERT INTO mobile_presence (device_id, partner_id, company_id, %s) VALUES %s',
                SQL(', ').join(map(SQL.identifier, STORED)),
                SQL(', ').join(SQL('%s', (
                    device.id, partner.id, company.id, row.stay.fence_id, row.store_id, row.is_visit,
                    *(getattr(row.stay, name) for name in COLUMNS), row.dwell_due_at, row.ends_at))
                    for row in change.after)))
        self.invalidate_model()
        due = [row.dwell_due_at for row in change.after if row.dwell_due_at]
        if due:
            self.env.ref('mobile_crm.ir_cron_mobile_presence')._trigger(at=min(due))

    @api.model
    def _untold(self, follower, facts, places, start, device, partner, company):
        """Return the crossings that positions have shown and nobody has reported.

        :rtype: list[dict]
        """
        reported = {}
        for fact in facts:
            if fact.type in ('enter', 'exit'):
                reported.setdefault((fact.fence_id, fact.type), []).append(fact.at)
        following = {}
        untold = []
        for stay in sorted(follower.stays, key=lambda stay: stay.entered_at, reverse=True):
            place, next_at = places[stay.fence_id], following.get(stay.fence_id, stays.EVER)
            following[stay.fence_id] = stay.entered_at
            # An app that sends positions may report crossings as well, a little earlier or later.
            until = min(next_at, stay.left_at + stays.ECHO if stay.left_at else stays.EVER)
            for event_type, at, seen_at, how, fix in (
                ('enter', stay.entered_at, stay.entered_seen_at, stay.entry, stay.entry_uuid),
                ('exit', stay.left_at, stay.left_seen_at, stay.ending, stay.exit_uuid),
            ):
                known = reported.get((stay.fence_id, event_type), ())
                if (how == 'position' and seen_at >= start and getattr(place, f'on_{event_type}')
                        and not any(at - stays.ECHO <= moment <= until for moment in known)):
                    untold.append(self._conclusion(
                        event_type, at, f'{device.uuid}:{stay.fence_id}:{fix}', place, device, partner, company))
        return untold[::-1]

    @api.model
    def _conclusion(self, event_type, at, cause, place, device, partner, company):
        """Return a fact of the server's own, as ``mobile.event._derive`` takes it."""
        return {
            'uuid': str(uuid.uuid5(NAMESPACE, f'{event_type}:{cause}')), 'type': event_type, 'occurred_at': at,
            'device_id': device.id, 'partner_id': partner.id, 'company_id': company.id,
            'geofence_id': place.id, 'store_id': place.store_id}

    @api.model
    def _is_anywhere(self, device):
        """Tell whether a phone is inside a fence, or was lately."""
        return bool(self.env.execute_query(SQL(
            'SELECT FROM mobile_presence WHERE device_id = %s LIMIT 1', device.id)))
