import functools
import math
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import phone_clock, plausibility
from ..tools.plausibility import Fact, Fence
from .mobile_looked import POSITION_FIELDS
from .mobile_presence import Place

# Facts of a phone around its new ones, by which these are judged: how far away in time, and how many at most.
AROUND = timedelta(hours=24)
BEFORE, AFTER = 40, 400
# What is not older than this was sent as it happened; few facts come after it.
AS_IT_HAPPENS, AFTER_NOW = timedelta(seconds=60), 40
EPOCH = fields.Datetime.to_datetime('1970-01-01')
# What a clock says outside of these is shown as the nearer one: neither screens nor sheets know all calendars.
FIRST_SAID, LAST_SAID = EPOCH, fields.Datetime.to_datetime('2100-01-01')
# What each type cannot do without: one field of each group.
REQUIRED = {
    'enter': [('geofence_id',)],
    'exit': [('geofence_id',)],
    'dwell': [('geofence_id',)],
    'position': [('latitude',), ('longitude',)],
    'scan': [('barcode', 'product_id')],
    'search': [('query',)],
    'open': [('message_id',)],
    'dismiss': [('message_id',)],
}
# What tells where a phone was.
PLACE_TYPES = ('enter', 'exit', 'dwell', 'position')
# What a fact is about, beside its fence; the first that it names.
SUBJECTS = ('product_id', 'barcode', 'query', 'message_id', 'store_id')


class Named(NamedTuple):
    """A fence that a report names."""

    place: Place
    is_polygon: bool

    @property
    def circle(self):
        return Fence(self.place.id, self.place.latitude, self.place.longitude, self.place.radius)


class MobileEvent(models.Model):
    """How reports of phones become facts: put right, checked, judged, stored."""

    _inherit = 'mobile.event'

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, device, reports, sent_at=None):
        """Store what a phone reported, each fact once, and let campaigns answer.

        One bad report never spoils the others, and a report that comes again changes nothing. What is not plausible is
        stored with a doubt, and sets nothing off.

        :param device: ``mobile.device``, of the caller.
        :param list[dict] reports: ``id`` and ``occurred_at`` (naive UTC, by the phone's clock), ``type``, ``mocked``
            and fields of this model; ``message_id`` is the public id of a message.
        :param datetime sent_at: when the phone sent them (naive UTC), by the same clock.
        :return: the number of new facts, the number of known ones, and (id, code, detail) of each refused one.
        :rtype: tuple[int, int, list[tuple[str, str, str]]]
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        phone = device._reporter(with_consent=any(
            report['type'] in PLACE_TYPES or any(report.get(field) is not None for field in POSITION_FIELDS)
            for report in reports))
        clock = sent_at and phone_clock.measure(phone.clock, (now - sent_at).total_seconds())
        times = phone_clock.put_right(
            [report['occurred_at'] for report in reports], now, clock and clock.offset, phone.clock.offset)
        references = self._references(phone, reports)
        rows, rejected = {}, []
        for report, (occurred_at, is_guess) in zip(reports, times, strict=True):
            row = self._row(phone, report, occurred_at, references)
            has_consent = phone.may_locate and row['partner_id']
            refusal = (
                self._position_refusal(phone, row) or self._refusal(row, now)
                or (None if has_consent else self._refusal_without_consent(row)))
            if refusal:
                rejected.append((report['id'], *refusal))
                continue
            rows.setdefault(row['uuid'], (row, self._fact(
                row, report, references, now, 'clock' if is_guess else None), has_consent))
        self._judge_alone(phone, [fact for _row, fact, _has_consent in rows.values()], references)
        for row, _fact, has_consent in rows.values():
            if not has_consent:
                row.update(dict.fromkeys(POSITION_FIELDS))
        new = self._insert(self._judged(phone, rows), now)
        if new and clock and clock != phone.clock:
            device._set_clock(clock)
        self._follow(new, {
            fence_id: named.place for fence_id, named in references.get('geofence_id', {}).items()})
        if phone.signed_in_at and any(event.occurred_at < phone.signed_in_at for event in new):
            device._adopt_history()
        return len(new), len(reports) - len(rejected) - len(new), rejected

    @api.model
    def _references(self, phone, reports):
        """Return what reports name, as the caller may name it: {field: {id: what is to be known of it}}.

        :rtype: dict[str, dict[int | str, int | Named | None]]
        """
        def named(field):
            return tuple({report[field] for report in reports if report.get(field)})

        company_domain, references = [('company_id', '=', phone.company_id)], {}
        if ids := named('geofence_id'):
            found = self.env.execute_query(SQL(
                """SELECT %s, fence.type = 'polygon'
                     FROM mobile_geofence fence JOIN mobile_store store ON store.id = fence.store_id
                    WHERE fence.id IN %s AND fence.company_id = %s AND fence.active AND store.active""",
                self.env['mobile.presence']._place_columns(), ids, phone.company_id))
            references['geofence_id'] = {row[0]: Named(Place(*row[:-1]), row[-1]) for row in found}
        if ids := named('store_id'):
            references['store_id'] = dict.fromkeys(
                self.env['mobile.store'].search([('id', 'in', ids), *company_domain]).ids)
        if ids := named('product_id'):
            references['product_id'] = dict.fromkeys(self.env['product.product'].search([
                ('id', 'in', ids), ('sale_ok', '=', True),
                ('company_id', 'in', [False, *self.env['mobile.catalogue']._companies(phone.company_id)])]).ids)
        if (ids := named('message_id')) and phone.partner_id:
            references['message_id'] = {message.uuid: message.id for message in self.env['mobile.message'].search([
                ('uuid', 'in', ids), ('partner_id', '=', phone.partner_id), ('channel', '=', 'inbox'),
                *company_domain])}
        return references

    @api.model
    def _row(self, phone, report, occurred_at, references):
        """Return a report as a row of the table; what it names and may not is False."""
        row = {name: report.get(name) for name in (
            'type', *POSITION_FIELDS, 'geofence_id', 'store_id', 'product_id', 'barcode', 'query', 'message_id')}
        for field in ('geofence_id', 'store_id', 'product_id', 'message_id'):
            if row[field] is not None and row[field] not in references.get(field, ()):
                row[field] = False
        if row['message_id']:
            row['message_id'] = references['message_id'][row['message_id']]
        if row['geofence_id']:
            row['store_id'] = references['geofence_id'][row['geofence_id']].place.store_id
        said = report['occurred_at']
        return {
            **row, 'uuid': report['id'], 'occurred_at': occurred_at,
            'reported_at': max(FIRST_SAID, min(LAST_SAID, said)) if said != occurred_at else None,
            'device_id': phone.id, 'company_id': phone.company_id,
            'partner_id': phone.whose(occurred_at, row['type'] in PLACE_TYPES)}

    @api.model
    def _fact(self, row, report, references, now, doubt=None):
        """Return a row as its plausibility is judged.

        :rtype: Fact
        """
        fence = references['geofence_id'][row['geofence_id']].circle if row['geofence_id'] else None
        return self._as_fact(row, fence, received_at=now, doubt=doubt, mocked=bool(report.get('mocked')))

    @api.model
    def _judge_alone(self, phone, facts, references):
        """Mark the facts that are not plausible in themselves."""
        in_polygons = [fact for fact in facts if fact.fence and fact.has_fix
                       and references['geofence_id'][fact.fence.id].is_polygon]
        if in_polygons:
            edges = self.env['mobile.geofence']._edges(
                self.env['res.company'].browse(phone.company_id),
                [(fact.latitude, fact.longitude) for fact in in_polygons],
                max(plausibility.tolerance(fact) for fact in in_polygons), {fact.fence.id for fact in in_polygons})
            for fact, around in zip(in_polygons, edges, strict=True):
                fact.edge = next((edge for fence_id, _store, edge in around if fence_id == fact.fence.id), math.inf)
        for fact in facts:
            plausibility.judge_alone(fact)

    @api.model
    def _as_fact(self, row, fence, received_at, doubt, **values):
        said = row['reported_at'] or row['occurred_at']
        return Fact(
            at=(row['occurred_at'] - EPOCH).total_seconds(), type=row['type'],
            latitude=row['latitude'], longitude=row['longitude'], accuracy=row['accuracy'], fence=fence,
            subject=self._subject(row), offset=(row['occurred_at'] - said).total_seconds(),
            received=(received_at - EPOCH).total_seconds(), doubt=doubt, **values)

    @api.model
    def _subject(self, row):
        """Return what a fact is about, to tell whether another one says the same; None when it does not say."""
        if row['type'] == 'position':
            return tuple(row[field] for field in POSITION_FIELDS)
        return row['geofence_id'] or next(((field, row[field]) for field in SUBJECTS if row[field]), None)

    @api.model
    def _judged(self, phone, rows):
        """Return the rows that say something new, each with its doubt.

        :param dict rows: {uuid: (row, fact, …)}; without those that are stored already they are judged.
        """
        if not rows:
            return []
        uuids, known = self._around(phone, [row['occurred_at'] for row, *_rest in rows.values()])
        pairs = [(row, fact) for uuid, (row, fact, _has_consent) in rows.items() if uuid not in uuids]
        for row, fact in pairs:
            # Nothing is made of a position that is not stored.
            fact.latitude, fact.longitude, fact.accuracy = (row[field] for field in POSITION_FIELDS)
        facts = [fact for _row, fact in pairs]
        plausibility.judge(facts, known, functools.partial(self._stored_tracks, phone))
        kept = set(plausibility.without_repeats(facts, known))
        return [{**row, 'doubt': fact.doubt, 'track': fact.track} for row, fact in pairs if fact in kept]

    @api.model
    def _around(self, phone, times):
        """Return the facts of a phone that lie around these times.

        :return: their uuids, and themselves.
        :rtype: tuple[set[str], list[Fact]]
        """
        columns = ('uuid', 'type', 'occurred_at', 'reported_at', 'received_at', 'latitude', 'longitude', 'accuracy',
                   'geofence_id', 'store_id', 'product_id', 'barcode', 'query', 'message_id', 'doubt')
        rows = [dict(zip(columns, values, strict=True)) for values in self.env.execute_query(
            self._around_query(SQL(', ').join(map(SQL.identifier, columns)), phone, min(times), max(times)))]
        # Where one was who crossed a fence is asked for where no fix tells it.
        circles = {}
        if ids := {row['geofence_id'] for row in rows if row['latitude'] is None} - {None}:
            circles = {row[0]: Fence(*row) for row in self.env.execute_query(SQL(
                'SELECT id, latitude, longitude, radius FROM mobile_geofence WHERE id IN %s', tuple(ids)))}
        uuids, facts = set(), []
        for row in rows:
            fence = row['geofence_id'] and (
                circles.get(row['geofence_id']) or Fence(row['geofence_id'], None, None, None))
            uuids.add(row['uuid'])
            facts.append(self._as_fact(row, fence, row['received_at'], row['doubt'], is_known=True))
        return uuids, facts

    @api.model
    def _around_query(self, columns, phone, first, last):
        """Return the query of a phone's facts around these times: the last ones before them, and those after.

        Facts mostly come as they happen: then nothing is after them, and a query of one part is planned in half the
        time.
        """
        before = SQL(
            """SELECT %s FROM mobile_event WHERE device_id = %s AND occurred_at >= %s AND occurred_at < %s
                ORDER BY occurred_at DESC LIMIT %s""", columns, phone.id, first - AROUND, first, BEFORE)
        if first > fields.Datetime.now() - AS_IT_HAPPENS:
            return SQL(
                """SELECT %s FROM mobile_event WHERE device_id = %s AND occurred_at >= %s
                    ORDER BY occurred_at DESC LIMIT %s""", columns, phone.id, first - AROUND, BEFORE + AFTER_NOW)
        return SQL(
            """(%s) UNION ALL
               (SELECT %s FROM mobile_event WHERE device_id = %s AND occurred_at >= %s AND occurred_at <= %s
                 ORDER BY occurred_at LIMIT %s)""", before, columns, phone.id, first, last + AROUND, AFTER)

    @api.model
    def _stored_tracks(self, phone, tracks):
        """Return which of these fingerprints a track of this phone, or of its customer's others, has had."""
        return {row[0] for row in self.env.execute_query(SQL(
            'SELECT DISTINCT track FROM mobile_event WHERE track = ANY(%s) AND (device_id = %s OR partner_id = %s)',
            tracks, phone.id, phone.partner_id))}

    @api.model
    def _position_refusal(self, phone, row):
        """Return why a position is not stored, as (code, detail), or None."""
        if phone.location_mode == 'on_device' and any(row[field] is not None for field in POSITION_FIELDS):
            return 'position_not_accepted', self.env._("This app keeps positions on the phone. Leave them out.")
        return None

    @api.model
    def _refusal(self, row, now):
        """Return why a report is not stored, as (code, detail), or None."""
        if row['occurred_at'] > now + phone_clock.MAX_AHEAD:
            return 'in_future', self.env._("This lies in the future. Check the phone's clock.")
        if row['occurred_at'] < now - phone_clock.MAX_AGE:
            return 'too_old', self.env._("This is more than 7 days old.")
        for field in ('geofence_id', 'store_id', 'product_id', 'message_id'):
            if row[field] is False:
                return (f"unknown_{field.removesuffix('_id')}",
                        self.env._("The field %s names nothing that this app can see.", field))
        for group in REQUIRED.get(row['type'], ()):
            if all(row[field] is None for field in group):
                return 'incomplete', self.env._("An event of type %(type)s needs %(field)s.", type=row['type'],
                                       field=' / '.join(group))
        return None

    @api.model
    def _refusal_without_consent(self, row):
        """Return why a report is not stored of somebody who has not agreed to be located, or None."""
        if row['type'] != 'position':
            return None
        return 'location_consent_missing', self.env._("The customer has not consented to the use of their location.")
