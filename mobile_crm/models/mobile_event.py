from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.racing import execute_racing
from .mobile_looked import POSITION_FIELDS

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
POSITION_GROUP = 'mobile_crm.group_mobile_crm_position'
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
    ('far_from_fence', "The position is far from the fence"),
    ('inaccurate', "The position is too inaccurate for the fence"),
    ('replayed', "The same track was reported before"),
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
    # Few are doubtful, and staff look for them.
    _doubt_idx = models.Index('(occurred_at DESC, id DESC) WHERE doubt IS NOT NULL')
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
    def _follow(self, events, places=None):
        """Let everything that waits for these facts know.

        :param dict places: what is known already of the fences that they name.
        """
        self.env['mobile.message']._follow_events(events)
        derived = self.env['mobile.visit']._follow(events, places)
        self.env['mobile.decision']._decide_for_events(events | derived)
