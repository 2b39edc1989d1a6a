from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import phone_clock, plausibility
from ..tools.plausibility import Fact, Fence
from ..tools.racing import execute_racing
from .mobile_looked import POSITION_FIELDS

# Facts of a phone around its new ones, by which these are judged: how far away in time, and how many at most.
AROUND = timedelta(hours=24)
BEFORE, AFTER = 40, 400
EPOCH = fields.Datetime.to_datetime('1970-01-01')

TYPES = [
    ('enter', "Entered"),
    ('exit', "Left"),
    ('dwell', "Stayed"),
    ('position', "Position"),
    ('scan', "Scanned"),
    ('search', "Searched"),
    ('view', "Viewed"),
    ('open', "Opened a message"),
    ('dismiss', "Dismissed a message"),
]
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
POSITION_GROUP = 'mobile_crm.group_mobile_crm_position'
# What a fact is about, beside its fence; the first that it names.
SUBJECTS = ('product_id', 'barcode', 'query', 'message_id', 'store_id')
# Of 100 million rows the default waits for 20 million before it begins, and then takes the machine's time for hours.
# These are visited after so many thousand new, changed or deleted ones, whatever the table's size, a page at a time;
# their old ones are frozen on the way, so that no vacuum ever has to read all of it.
VACUUM = {
    'autovacuum_vacuum_insert_scale_factor=0', 'autovacuum_vacuum_insert_threshold=200000',
    'autovacuum_vacuum_scale_factor=0', 'autovacuum_vacuum_threshold=200000',
    'autovacuum_analyze_scale_factor=0', 'autovacuum_analyze_threshold=500000',
    'autovacuum_freeze_min_age=1000000',
}
# In the order in which they are asked.
DOUBTS = [
    ('clock', "The phone's clock was wrong"),
    ('mocked', "The phone says that the position is simulated"),
    ('impossible_accuracy', "No receiver is as exact as this"),
    ('far_from_fence', "The position is far from the fence"),
    ('inaccurate', "The position is too inaccurate for the fence"),
    ('replayed', "The same track was reported before"),
    ('synthetic', "The track is drawn with a ruler"),
    ('impossible_speed', "Nobody comes from place to place so fast"),
    ('too_fast', "Nobody comes in at this speed"),
    ('frozen', "The position stays the very same while the phone comes and goes"),
]


class MobileEvent(models.Model):
    """A fact that a phone reported. Nothing is ever edited here; what follows from it is written elsewhere."""

    _name = 'mobile.event'
    _description = "Phone Event"
    _inherit = ['mobile.looked']
    _order = 'occurred_at desc, id desc'
    _rec_name = 'type'
    _log_access = False

    uuid = fields.Char(string="Event ID", required=True, readonly=True)
    type = fields.Selection(selection=TYPES, required=True, readonly=True)
    origin = fields.Selection(
        selection=[('phone', "The phone reported it"), ('server', "Worked out from positions and times")],
        required=True, readonly=True, default='phone')
    occurred_at = fields.Datetime(string="Occurred", required=True, readonly=True)
    reported_at = fields.Datetime(
        string="By the Phone's Clock", readonly=True, help="What the phone's clock said, where it was wrong.")
    received_at = fields.Datetime(string="Received", required=True, readonly=True, default=fields.Datetime.now)
    device_id = fields.Many2one(
        comodel_name='mobile.device', string="Phone", required=True, readonly=True, ondelete='cascade')
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", readonly=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True)
    latitude = fields.Float(readonly=True, groups=POSITION_GROUP)
    longitude = fields.Float(readonly=True, groups=POSITION_GROUP)
    accuracy = fields.Float(string="Accuracy (m)", readonly=True, groups=POSITION_GROUP)
    is_coarse = fields.Boolean(
        string="Coarse Position", readonly=True, groups=POSITION_GROUP,
        help="The position was moved to the middle of a square of about 1 km, a day after it was reported.")
    geofence_id = fields.Many2one(
        string="Fence", comodel_name='mobile.geofence', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(comodel_name='mobile.store', readonly=True, ondelete='set null')
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='set null')
    barcode = fields.Char(readonly=True)
    query = fields.Char(string="Searched For", readonly=True)
    message_id = fields.Many2one(
        comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='set null')
    doubt = fields.Selection(
        selection=DOUBTS, readonly=True, help="Why this is kept as a fact but sets nothing off.")
    decision_ids = fields.One2many(comodel_name='mobile.decision', inverse_name='event_id')

    # Sixteen bytes for each fact, and any spelling of an id is the same one.
    _uuid_unique = models.UniqueIndex('((uuid::uuid))')
    # Each is read newest first: all facts, a phone's, a customer's, a store's. A foreign key finds its rows by them
    # too; a company has too many for an index to be of use.
    _newest_idx = models.Index('(occurred_at DESC, id DESC)')
    _device_idx = models.Index('(device_id, occurred_at)')
    _partner_idx = models.Index('(partner_id, occurred_at DESC, id DESC) WHERE partner_id IS NOT NULL')
    _store_idx = models.Index('(store_id, occurred_at DESC, id DESC) WHERE store_id IS NOT NULL')
    # What still has a position, and what still has an exact one: the daily work finds them without looking at the rest.
    _position_idx = models.Index('(occurred_at) WHERE latitude IS NOT NULL')
    _exact_idx = models.Index('(occurred_at) WHERE latitude IS NOT NULL AND is_coarse IS NOT TRUE')

    def init(self):
        """Add the fingerprint of the fixes that end here, which no user sees; let the vacuum take small steps."""
        cr = self.env.cr
        cr.execute('ALTER TABLE mobile_event ADD COLUMN IF NOT EXISTS track bigint')
        cr.execute('CREATE INDEX IF NOT EXISTS mobile_event_track_idx ON mobile_event (track) WHERE track IS NOT NULL')
        cr.execute("SELECT reloptions FROM pg_class WHERE oid = 'mobile_event'::regclass")
        if set(cr.fetchone()[0] or ()) != VACUUM:
            cr.execute(SQL('ALTER TABLE mobile_event SET (%s)', SQL(', ').join(map(SQL, sorted(VACUUM)))))

    # === COMPUTE METHODS === #

    @api.depends('type', 'product_id', 'barcode', 'query', 'message_id.title', 'store_id.name')
    def _compute_display_name(self):
        types = dict(self._fields['type']._description_selection(self.env))
        for event in self:
            what = (event.product_id.display_name or event.barcode or event.query or event.message_id.title
                    or event.store_id.name)
            event.display_name = f'{types[event.type]}: {what}' if what else types[event.type]

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(self.env._("What a phone reported is not edited."))
        return super().write(vals)

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
        phone = device._reporter()
        clock = sent_at and phone_clock.measure(phone.clock, (now - sent_at).total_seconds())
        times = phone_clock.put_right(
            [report['occurred_at'] for report in reports], now, clock and clock.offset, phone.clock.offset)
        references = self._references(phone, reports)
        may_locate = self._may_locate(phone, reports)
        rows, rejected = {}, []
        for report, (occurred_at, is_guess) in zip(reports, times, strict=True):
            row = self._row(phone, report, occurred_at, references)
            has_consent = may_locate and row['partner_id']
            refusal = (
                self._position_refusal(phone, row) or self._refusal(row, now)
                or (None if has_consent else self._refusal_without_consent(row)))
            if refusal:
                rejected.append((report['id'], *refusal))
                continue
            if row['uuid'] not in rows:
                rows[row['uuid']] = row, self._fact(row, report, references, now, 'clock' if is_guess else None)
                if not has_consent:
                    row |= dict.fromkeys(POSITION_FIELDS)
        new = self._insert(self._judged(phone, rows), now)
        if new and clock and clock != phone.clock:
            device._set_clock(clock)
        self._follow(new)
        if phone.signed_in_at and any(event.occurred_at < phone.signed_in_at for event in new):
            device._adopt_history()
        return len(new), len(reports) - len(rejected) - len(new), rejected

    @api.model
    def _references(self, phone, reports):
        """Return what reports name, as the caller may name it: {field: {id: what the row gets}}.

        A fence comes as its store's id and its circle.
        """
        def named(field):
            return tuple({report[field] for report in reports if report.get(field)})

        company_domain, references = [('company_id', '=', phone.company_id)], {}
        if ids := named('geofence_id'):
            found = self.env.execute_query(SQL(
                """SELECT id, store_id, latitude, longitude, radius FROM mobile_geofence
                    WHERE id IN %s AND company_id = %s AND active""", ids, phone.company_id))
            references['geofence_id'] = {row[0]: (row[1], Fence(row[0], *row[2:])) for row in found}
        if ids := named('store_id'):
            references['store_id'] = dict.fromkeys(
                self.env['mobile.store'].search([('id', 'in', ids), *company_domain]).ids)
        if ids := named('product_id'):
            references['product_id'] = dict.fromkeys(self.env['product.product'].search([
                ('id', 'in', ids), ('sale_ok', '=', True), ('company_id', 'in', [False, phone.company_id])]).ids)
        if (ids := named('message_id')) and phone.partner_id:
            references['message_id'] = {message.uuid: message.id for message in self.env['mobile.message'].search([
                ('uuid', 'in', ids), ('partner_id', '=', phone.partner_id), *company_domain])}
        return references

    @api.model
    def _may_locate(self, phone, reports):
        """Tell whether the customer agrees to be located; not asked where no position comes."""
        return bool(phone.partner_id) and any(
            report['type'] == 'position' or any(report.get(field) is not None for field in POSITION_FIELDS)
            for report in reports
        ) and self.env['mobile.consent']._is_granted(
            self.env['res.partner'].browse(phone.partner_id), self.env['res.company'].browse(phone.company_id),
            'location')

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
            row['store_id'] = references['geofence_id'][row['geofence_id']][0]
        said = report['occurred_at']
        return {
            **row, 'uuid': report['id'], 'occurred_at': occurred_at,
            'reported_at': said if said != occurred_at else None, 'device_id': phone.id,
            'company_id': phone.company_id, 'partner_id': phone.whose(occurred_at)}

    @api.model
    def _fact(self, row, report, references, now, doubt=None):
        """Return a row as its plausibility is judged, judged on its own already.

        :rtype: Fact
        """
        fence = row['geofence_id'] and references['geofence_id'][row['geofence_id']][1]
        fact = self._as_fact(
            row, fence or None, received_at=now, doubt=doubt, mocked=bool(report.get('mocked')))
        plausibility.judge_alone(fact)
        return fact

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

        :param dict rows: {uuid: (row, fact)}; without those that are stored already they are judged.
        """
        if not rows:
            return []
        uuids, known = self._around(phone, [row['occurred_at'] for row, _fact in rows.values()])
        rows = {uuid: pair for uuid, pair in rows.items() if uuid not in uuids}
        facts = []
        for row, fact in rows.values():
            # Nothing is made of a position that is not stored.
            fact.latitude, fact.longitude, fact.accuracy = (row[field] for field in POSITION_FIELDS)
            facts.append(fact)
        plausibility.judge(facts, known, self._stored_tracks)
        kept = set(plausibility.without_repeats(facts, known))
        return [{**row, 'doubt': fact.doubt, 'track': fact.track} for row, fact in rows.values() if fact in kept]

    @api.model
    def _around(self, phone, times):
        """Return the facts of a phone that lie around these times.

        :return: their uuids, and themselves.
        :rtype: tuple[set[str], list[Fact]]
        """
        columns = ('uuid', 'type', 'occurred_at', 'reported_at', 'received_at', 'latitude', 'longitude', 'accuracy',
                   'geofence_id', 'store_id', 'product_id', 'barcode', 'query', 'message_id', 'doubt')
        first, last = min(times), max(times)
        rows = self.env.execute_query(SQL(
            """SELECT %(columns)s, fence.latitude, fence.longitude, fence.radius
                 FROM ((SELECT * FROM mobile_event
                         WHERE device_id = %(device)s AND occurred_at < %(first)s AND occurred_at >= %(first)s - %(day)s
                         ORDER BY occurred_at DESC LIMIT %(before)s)
                       UNION ALL
                       (SELECT * FROM mobile_event
                         WHERE device_id = %(device)s AND occurred_at >= %(first)s AND occurred_at <= %(last)s + %(day)s
                         ORDER BY occurred_at LIMIT %(after)s)) event
            LEFT JOIN mobile_geofence fence ON fence.id = event.geofence_id""",
            columns=SQL(', ').join(SQL.identifier('event', column) for column in columns),
            device=phone.id, first=first, last=last, day=AROUND, before=BEFORE, after=AFTER))
        uuids, facts = set(), []
        for values in rows:
            row = dict(zip(columns, values, strict=False))
            fence = Fence(row['geofence_id'], *values[len(columns):]) if row['geofence_id'] else None
            uuids.add(row['uuid'])
            facts.append(self._as_fact(row, fence, row['received_at'], row['doubt'], is_known=True))
        return uuids, facts

    @api.model
    def _stored_tracks(self, tracks):
        """Return which of these fingerprints some phone's track has had."""
        return {row[0] for row in self.env.execute_query(SQL(
            'SELECT DISTINCT track FROM mobile_event WHERE track = ANY(%s)', tracks))}

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

    @api.model
    def _insert(self, rows, now, origin='phone'):
        """Insert the rows whose id is new.

        :rtype: MobileEvent
        """
        if not rows:
            return self.browse()
        columns = ('uuid', 'type', 'occurred_at', 'reported_at', 'device_id', 'partner_id', 'company_id',
                   *POSITION_FIELDS, 'geofence_id', 'store_id', 'product_id', 'barcode', 'query', 'message_id', 'doubt')
        inserted = dict(execute_racing(self.env, SQL(
            """INSERT INTO mobile_event (received_at, origin, track, %s)
               VALUES %s ON CONFLICT ((uuid::uuid)) DO NOTHING RETURNING uuid, id""",
            SQL(', ').join(map(SQL.identifier, columns)),
            SQL(', ').join(
                SQL('%s', (now, origin, row.get('track'), *(row.get(column) for column in columns)))
                for row in rows))))
        rows = [{**row, 'received_at': now, 'origin': origin} for row in rows if row['uuid'] in inserted]
        events = self.browse(inserted[row['uuid']] for row in rows)
        # Whoever follows them need not read what was written a moment ago.
        for name in (*columns, 'received_at', 'origin'):
            self._fields[name]._insert_cache(events, [row.get(name) for row in rows])
        return events

    @api.model
    def _derive(self, rows):
        """Store facts that the server worked out from others, each once.

        :param list[dict] rows: ``uuid`` (a version 5 UUID of what the fact derives from, so that working it out again
            gives the same), ``type``, ``occurred_at`` (naive UTC); ``device_id``, ``partner_id``, ``company_id``,
            ``geofence_id``, ``store_id`` as ids; ``doubt`` when there is one.
        :return: the new ones; the caller lets others follow them.
        :rtype: MobileEvent
        """
        return self._insert(rows, fields.Datetime.now(), 'server')

    @api.model
    def _follow(self, events):
        """Let everything that waits for these facts know."""
        opened = events.filtered(lambda event: event.type == 'open').message_id
        opened._mark_opened()
        derived = self.env['mobile.visit']._follow(events)
        self.env['mobile.decision']._decide_for_events(events | derived)
