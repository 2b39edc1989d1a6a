from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import geo
from ..tools.racing import execute_racing
from .mobile_looked import POSITION_FIELDS

# A phone's clock may be a little ahead; one that is more is wrong, and so is what it says happened.
MAX_CLOCK_AHEAD = timedelta(minutes=5)
# A phone that was offline reports later. After a week nobody learns anything from it.
MAX_AGE = timedelta(days=7)
# A fix may be this far outside the fence it reports (metres), beside its own accuracy: the phone noticed late.
FENCE_TOLERANCE = 500

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
# Exact positions are of use while somebody is there.
EXACT_FOR = timedelta(hours=24)
NO_POSITION = SQL('latitude = NULL, longitude = NULL, accuracy = NULL, is_coarse = NULL')
# Positions that one statement coarsens or erases.
BATCH = 10_000


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
    occurred_at = fields.Datetime(string="Occurred", required=True, readonly=True, index=True)
    received_at = fields.Datetime(string="Received", required=True, readonly=True, default=fields.Datetime.now)
    device_id = fields.Many2one(
        comodel_name='mobile.device', string="Phone", required=True, readonly=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", readonly=True, index='btree_not_null', ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, index=True)
    latitude = fields.Float(readonly=True, groups=POSITION_GROUP)
    longitude = fields.Float(readonly=True, groups=POSITION_GROUP)
    accuracy = fields.Float(string="Accuracy (m)", readonly=True, groups=POSITION_GROUP)
    is_coarse = fields.Boolean(
        string="Coarse Position", readonly=True, groups=POSITION_GROUP,
        help="The position was moved to the middle of a square of about 1 km, a day after it was reported.")
    geofence_id = fields.Many2one(
        string="Fence", comodel_name='mobile.geofence', readonly=True, index='btree_not_null', ondelete='set null')
    store_id = fields.Many2one(
        comodel_name='mobile.store', readonly=True, index='btree_not_null', ondelete='set null')
    product_id = fields.Many2one(
        comodel_name='product.product', readonly=True, index='btree_not_null', ondelete='set null')
    barcode = fields.Char(readonly=True)
    query = fields.Char(string="Searched For", readonly=True)
    message_id = fields.Many2one(
        comodel_name='mobile.message', readonly=True, index='btree_not_null', ondelete='set null')
    doubt = fields.Selection(
        selection=[('far_from_fence', "The position is far from the fence")], readonly=True,
        help="Why this is kept as a fact but sets nothing off.")
    decision_ids = fields.One2many(comodel_name='mobile.decision', inverse_name='event_id')

    # Sixteen bytes for each fact, and any spelling of an id is the same one.
    _uuid_unique = models.UniqueIndex('((uuid::uuid))')
    # What tells where a phone was, around a moment.
    _place_idx = models.Index("(device_id, occurred_at) WHERE type IN ('enter', 'exit', 'dwell', 'position', 'scan')")
    # What still has a position, and what still has an exact one: the daily work finds them without looking at the rest.
    _position_idx = models.Index('(occurred_at) WHERE latitude IS NOT NULL')
    _exact_idx = models.Index('(occurred_at) WHERE latitude IS NOT NULL AND is_coarse IS NOT TRUE')

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

    # === POSITIONS: kept no longer and no finer than is needed === #

    @api.model
    def _cron_forget_positions(self):
        """Erase the positions whose days are over, then move those that are older than a day to a grid."""
        for work in (self._erase_positions, self._coarsen_positions):
            while done := work(BATCH):
                if not self.env['ir.cron']._commit_progress(done):
                    return

    @api.model
    def _erase_positions(self, limit):
        """Erase positions that are older than their company keeps them; the fact stays.

        :return: how many.
        """
        return self._change_positions(NO_POSITION, SQL(
            """SELECT event.id FROM mobile_event event JOIN res_company company ON company.id = event.company_id
                WHERE event.latitude IS NOT NULL
                  AND event.occurred_at < %(now)s - company.mobile_position_days * interval '1 day' LIMIT %(limit)s""",
            now=fields.Datetime.now(), limit=limit))

    @api.model
    def _coarsen_positions(self, limit):
        """Move positions that are older than a day to the middle of their square of about 1 km, each once.

        :return: how many.
        """
        return self._change_positions(
            SQL('(latitude, longitude, accuracy, is_coarse) = (SELECT %s, %s, coalesce(accuracy, 0) + %s, TRUE)',
                *geo.coarse(SQL('latitude'), SQL('longitude')), geo.COARSE_REACH),
            SQL("""SELECT id FROM mobile_event
                     WHERE latitude IS NOT NULL AND is_coarse IS NOT TRUE AND occurred_at < %s LIMIT %s""",
                fields.Datetime.now() - EXACT_FOR, limit))

    @api.model
    def _forget_positions_of(self, partner, company):
        """Erase the positions of a customer who does not consent to them any more; the facts stay."""
        self._change_positions(NO_POSITION, SQL(
            'SELECT id FROM mobile_event WHERE partner_id = %s AND company_id = %s AND latitude IS NOT NULL',
            partner.id, company.id))

    @api.model
    def _change_positions(self, assignments, wanted):
        """Change positions, the one thing of a fact that ever changes: it gets coarser, then it goes.

        :param SQL assignments: of an UPDATE.
        :param SQL wanted: a query of ids.
        """
        self.flush_model()
        self.env.cr.execute(SQL('UPDATE mobile_event SET %s WHERE id IN (%s)', assignments, wanted))
        self.invalidate_model([*POSITION_FIELDS, 'is_coarse'])
        return self.env.cr.rowcount

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, device, reports):
        """Store what a phone reported, each fact once, and let campaigns answer.

        One bad report never spoils the others, and a report that comes again changes nothing.

        :param device: ``mobile.device``, of the caller.
        :param list[dict] reports: ``id`` and ``occurred_at`` (naive UTC), ``type`` and fields of this model;
            ``message_id`` is the public id of a message.
        :return: the number of new facts, the number of known ones, and (id, code, detail) of each refused one.
        :rtype: tuple[int, int, list[tuple[str, str, str]]]
        """
        now = fields.Datetime.now()
        references = self._references(device, reports)
        may_locate = bool(device.partner_id) and self.env['mobile.consent']._is_granted(
            device.partner_id, device.company_id, 'location')
        rows, rejected = {}, []
        for report in reports:
            row = {**report, 'uuid': report['id']}
            del row['id']
            for field, known in references.items():
                if row.get(field):
                    row[field] = known.get(row[field], self.browse())
            has_consent = may_locate and self._whose(device, row)
            refusal = (
                self._position_refusal(device, row) or self._refusal(row, now)
                or (None if has_consent else self._refusal_without_consent(row)))
            if refusal:
                rejected.append((report['id'], *refusal))
                continue
            if row.get('geofence_id'):
                row['doubt'] = self._doubt(row)
                row['store_id'] = row['geofence_id'].store_id
            if not has_consent:
                row |= dict.fromkeys(POSITION_FIELDS)
            rows.setdefault(row['uuid'], row)
        new = self._insert(device, rows.values(), now)
        self._follow(new)
        if device.signed_in_at and any(row['occurred_at'] < device.signed_in_at for row in rows.values()):
            device._adopt_history()
        return len(new), len(reports) - len(rejected) - len(new), rejected

    @api.model
    def _references(self, device, reports):
        """Return the records that reports name, as the caller may name them: {field: {id: record}}."""
        def named(field):
            return list({report[field] for report in reports if report.get(field)})

        company_domain = [('company_id', '=', device.company_id.id)]
        records = {
            'geofence_id': self.env['mobile.geofence'].search([('id', 'in', named('geofence_id')), *company_domain]),
            'store_id': self.env['mobile.store'].search([('id', 'in', named('store_id')), *company_domain]),
            'product_id': self.env['product.product'].search([
                ('id', 'in', named('product_id')), ('sale_ok', '=', True),
                ('company_id', 'in', [False, device.company_id.id])]),
        }
        references = {field: {record.id: record for record in found} for field, found in records.items()}
        messages = self.env['mobile.message'].search([
            ('uuid', 'in', named('message_id')), ('partner_id', '=', device.partner_id.id), *company_domain]
        ) if device.partner_id else self.env['mobile.message']
        references['message_id'] = {message.uuid: message for message in messages}
        return references

    @api.model
    def _position_refusal(self, device, row):
        """Return why a position is not stored, as (code, detail), or None."""
        if device.app_id.location_mode == 'on_device' and any(
                row.get(field) is not None for field in POSITION_FIELDS):
            return 'position_not_accepted', self.env._("This app keeps positions on the phone. Leave them out.")
        return None

    @api.model
    def _refusal(self, row, now):
        """Return why a report is not stored, as (code, detail), or None."""
        if row['occurred_at'] > now + MAX_CLOCK_AHEAD:
            return 'in_future', self.env._("This lies in the future. Check the phone's clock.")
        if row['occurred_at'] < now - MAX_AGE:
            return 'too_old', self.env._("This is more than 7 days old.")
        for field in ('geofence_id', 'store_id', 'product_id', 'message_id'):
            if row.get(field) is not None and not row[field]:
                return (f"unknown_{field.removesuffix('_id')}",
                        self.env._("The field %s names nothing that this app can see.", field))
        for group in REQUIRED.get(row['type'], ()):
            if all(row.get(field) is None for field in group):
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
    def _doubt(self, row):
        """Return why a report about a fence is not to be believed, or None."""
        fence = row['geofence_id']
        if row.get('latitude') is None or row.get('longitude') is None or row['type'] == 'exit':
            return None
        away = geo.distance(row['latitude'], row['longitude'], fence.latitude, fence.longitude) - fence.radius
        return 'far_from_fence' if away > FENCE_TOLERANCE + min(row.get('accuracy') or 0, fence.radius) else None

    @api.model
    def _insert(self, device, rows, now):
        """Insert the rows whose id is new.

        :rtype: MobileEvent
        """
        if not rows:
            return self.browse()
        columns = ('uuid', 'type', 'occurred_at', 'latitude', 'longitude', 'accuracy', 'geofence_id', 'store_id',
                   'product_id', 'barcode', 'query', 'message_id', 'doubt')

        def value(field_value):
            return (field_value.id or None) if isinstance(field_value, models.BaseModel) else field_value

        device.flush_recordset()
        self.env['mobile.message'].flush_model()
        ids = execute_racing(self.env, SQL(
            """INSERT INTO mobile_event (device_id, partner_id, company_id, received_at, origin, %s)
               VALUES %s ON CONFLICT ((uuid::uuid)) DO NOTHING RETURNING id""",
            SQL(', ').join(map(SQL.identifier, columns)),
            SQL(', ').join(
                SQL('%s', (device.id, self._whose(device, row), device.company_id.id, now, 'phone',
                           *(value(row.get(column)) for column in columns)))
                for row in rows
            )))
        return self.browse(row[0] for row in ids)

    @api.model
    def _derive(self, rows):
        """Store facts that the server worked out from others, each once.

        :param list[dict] rows: ``uuid`` (a version 5 UUID of what the fact derives from, so that working it out again
            gives the same), ``type``, ``occurred_at`` (naive UTC); ``device_id``, ``partner_id``, ``company_id``,
            ``geofence_id``, ``store_id`` as ids; ``doubt`` when there is one.
        :return: the new ones; the caller lets others follow them.
        :rtype: MobileEvent
        """
        if not rows:
            return self.browse()
        columns = ('uuid', 'type', 'occurred_at', 'device_id', 'partner_id', 'company_id', 'geofence_id', 'store_id',
                   'doubt')
        now = fields.Datetime.now()
        ids = execute_racing(self.env, SQL(
            """INSERT INTO mobile_event (received_at, origin, %s)
               VALUES %s ON CONFLICT ((uuid::uuid)) DO NOTHING RETURNING id""",
            SQL(', ').join(map(SQL.identifier, columns)),
            SQL(', ').join(
                SQL('%s', (now, 'server', *(row.get(column) or None for column in columns))) for row in rows)))
        return self.browse(row[0] for row in ids)

    @api.model
    def _whose(self, device, row):
        """Return the id of the customer whose fact this is, or None.

        What happened before the customer signed in on this phone is not theirs: it may have been somebody else's.
        """
        if device.signed_in_at and row['occurred_at'] >= device.signed_in_at:
            return device.partner_id.id or None
        return None

    @api.model
    def _follow(self, events):
        """Let everything that waits for these facts know."""
        opened = events.filtered(lambda event: event.type == 'open').message_id
        opened._mark_opened()
        derived = self.env['mobile.visit']._follow(events)
        self.env['mobile.decision']._decide_for_events(events | derived)
